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
#	peer_row NAME PEER MEMBER...   of its table
#	gen_certs FIRST COUNT   certificates, the same ones for the same numbers
#	peer_hashes NAME        its set, sorted
#	peer_count NAME         how many it has
#	are_equal NAME NAME...  all have the same set

PGP_TOOL=$builddir/t/pgp_tool
GEN=$builddir/t/gen
skip_unless python3 curl jq
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
	row_of=$1
	shift
	ics_at "$row_of" peer list --json | jq -r --args '
		$ARGS.positional as [$name] | .peers[] | select(.name == $name) |
		[.[$ARGS.positional[1:][]] | tostring] | join(" ")' "$@"
}

gen_certs() {
	"$GEN" --first "$1" --count "$2"
}

peer_hashes() {
	ics_at "$1" dump -o "$tmp/$1.dump" && "$PGP_TOOL" hashes <"$tmp/$1.dump" |
		sort
}

# How many it has; cheap to ask, unlike which.
peer_count() {
	ics_at "$1" stats --json | jq .certs
}

# As many first: it is asked again and again.
are_equal() {
	equal_count=$(peer_count "$1") && test -n "$equal_count" || return
	for equal_each; do
		same "$equal_count" "$(peer_count "$equal_each")" || return
	done
	peer_hashes "$1" >"$tmp/equal"
	shift
	for equal_each; do
		peer_hashes "$equal_each" | cmp -s - "$tmp/equal" || return
	done
}
