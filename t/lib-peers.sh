# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Servers that are each other's peers; read after lib-icsd.sh. Each has a
# loopback address of its own, since recon knows peers by their addresses.
#
#	peer_start NAME ADDR [OPTION...]   an icsd with recon on ADDR, a free port
#	                        each; $tmp/NAME.conf is its configuration
#	peer_text NAME          "recon=... http=..." of a server that was started
#	peer_stop NAME | peer_kill NAME
#	ics_at NAME WORD...     ics against its socket
#	peer_row NAME PEER MEMBER   of its table
#	gen_certs FIRST COUNT   certificates, the same ones for the same numbers
#	peer_hashes NAME        its set, sorted
#	are_equal NAME NAME...  all have the same set

PGP_TOOL=$builddir/t/pgp_tool
GEN=$builddir/t/gen
skip_unless python3 curl
test -x "$GEN" || skip_all 'built without libsodium'

peer_start() {
	peer_name=$1
	peer_addr=$2
	shift 2
	test -e "$tmp/$peer_name.conf" ||
		printf 'recon-pause = 0\nfilters = yminsky.dedup\n' \
			>"$tmp/$peer_name.conf"
	# A second start finds its old port: others know it.
	peer_port=$(cat "$tmp/$peer_name.port" 2>/dev/null)
	icsd_start "$peer_name" -f "$tmp/$peer_name.conf" \
		-l "$peer_addr:${peer_port:-0}" \
		--recon "$peer_addr:$(cat "$tmp/$peer_name.recon" 2>/dev/null ||
			echo 0)" "$@" || return
	echo "$icsd_port" >"$tmp/$peer_name.port"
	echo "${icsd_recon##*:}" >"$tmp/$peer_name.recon"
	echo "$peer_addr" >"$tmp/$peer_name.addr"
	echo "$icsd_pid" >"$tmp/$peer_name.pid"
}

peer_text() {
	echo "recon=$(cat "$tmp/$1.addr"):$(cat "$tmp/$1.recon")" \
		"http=$(cat "$tmp/$1.addr"):$(cat "$tmp/$1.port")"
}

peer_stop() {
	icsd_stop "$(cat "$tmp/$1.pid")"
}

peer_kill() {
	icsd_kill "$(cat "$tmp/$1.pid")"
}

ics_at() {
	ics_name=$1
	ics_word=$2
	shift 2
	"$ICS" "$ics_word" -D "$tmp/$ics_name" "$@"
}

peer_row() {
	ics_at "$1" peer list --json | python3 -c '
import json, sys
for row in json.load(sys.stdin)["peers"]:
    if row["name"] == sys.argv[1]:
        print(row[sys.argv[2]])' "$2" "$3"
}

gen_certs() {
	"$GEN" --first "$1" --count "$2"
}

peer_hashes() {
	ics_at "$1" dump -o "$tmp/$1.dump" && "$PGP_TOOL" hashes <"$tmp/$1.dump" |
		sort
}

are_equal() {
	peer_hashes "$1" >"$tmp/equal"
	equal_name=$1
	shift
	for equal_each; do
		peer_hashes "$equal_each" | cmp -s - "$tmp/equal" || return
	done
}
