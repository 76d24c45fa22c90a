#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A bad network: two namespaces, and between them a wire that loses a fifth of
# all packets each way, delays, or is cut in the midst of each phase. What a
# cut stopped the next round completes; nothing is lost or doubled.

# In a user namespace of one's own anybody may make network namespaces.
if test -z "${NETEM_INSIDE:-}"; then
	unshare -Urn true 2>/dev/null && test -w /dev/net/tun || {
		echo '1..0 # SKIP no namespaces or no /dev/net/tun here'
		exit 0
	}
	exec unshare -Urn env NETEM_INSIDE=1 "${SHELL:-sh}" "$0" "$@"
fi
. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
. "$srcdir/t/lib-peers.sh"
skip_unless ip nsenter unshare

# ---- two namespaces and a wire ---------------------------------------------------

unshare -n sh -c 'echo $$ >"$1"; exec sleep 600' - "$tmp/there.pid" &
at_exit 'kill -KILL "$there"; wait "$there" 2>/dev/null'
wait_until 20 'test -s "$tmp/there.pid"'
there=$(cat "$tmp/there.pid")
: >"$tmp/control"
python3 "$srcdir/t/wire.py" "$there" "$tmp/control" >"$tmp/wire.out" \
	2>"$tmp/wire.err" &
wire=$!
at_exit 'kill -KILL "$wire"; wait "$wire" 2>/dev/null'
wait_until 20 'test -s "$tmp/wire.out" || ! kill -0 "$wire" 2>/dev/null'
grep -q ready "$tmp/wire.out" || skip_all "$(tail -n 1 "$tmp/wire.err")"
beyond() {
	nsenter --net="/proc/$there/ns/net" "$@"
}
ip link set lo up && ip addr add 10.9.0.1/24 dev wire && ip link set wire up &&
	beyond ip link set lo up && beyond ip addr add 10.9.0.2/24 dev wire &&
	beyond ip link set wire up || skip_all 'no addresses here'

icsd_here=$ICSD
printf '#!/bin/sh\nexec nsenter --net=/proc/%s/ns/net "%s" "$@"\n' \
	"$there" "$icsd_here" >"$tmp/icsd-beyond"
chmod +x "$tmp/icsd-beyond"

# at_side here|beyond COMMAND: with icsd, and own servers' addresses, there
at_side() {
	case $1 in
	here) ICSD=$icsd_here own_addr=10.9.0.1 ;;
	beyond) ICSD=$tmp/icsd-beyond own_addr=10.9.0.2 ;;
	esac
	shift
	"$@"
}

# wire_is [LINE...]: what it does from now on
wire_is() {
	printf '%s\n' "$@" | sed '/^$/d' >"$tmp/control.new"
	mv "$tmp/control.new" "$tmp/control"
	sleep 0.1 # it looks twenty times a second
}

# cut_at PORT N COMMAND: a round that is cut, whatever it ends with
cut_at() {
	cut_made=$(grep -c "^cut $1$" "$tmp/wire.out")
	wire_is "cut $1 $2"
	shift 2
	"$@" >"$tmp/cut.out" 2>&1
	wire_is ''
	test "$(grep -c ^cut "$tmp/wire.out")" -gt "$cut_made"
}

bad='loss 0.2
delay 0.15'

# ---- gossip ------------------------------------------------------------------------

gen_certs 0 200 >"$tmp/base"
test_ok 'two that gossip, each beyond the wire' '
	at_side here peer_start a 10.9.0.1 &&
	at_side beyond peer_start b 10.9.0.2 &&
	ics_at a load -q "$tmp/base" && ics_at b load -q "$tmp/base" &&
	ics_at a peer add b kind=sks $(peer_text b) every=0 &&
	ics_at b peer add a kind=sks $(peer_text a) every=0
'
next=1000
# differ: thirty new certificates on either side
differ() {
	gen_certs $next 30 >"$tmp/new-a" &&
		gen_certs $((next + 30)) 30 >"$tmp/new-b" &&
		next=$((next + 60)) && ics_at a load -q "$tmp/new-a" &&
		ics_at b load -q "$tmp/new-b"
}
gossip_round() {
	ics_at a peer sync b
}
gossip_ends() {
	wait_until "$1" 'gossip_round; are_equal a b' &&
		same $((next - 1000 + 200)) "$(peer_hashes a | wc -l)"
}
recon_b=$(cat "$tmp/b.recon") http_b=$(cat "$tmp/b.port") \
	http_a=$(cat "$tmp/a.port")
test_ok 'cut in the configuration' '
	differ && cut_at "$recon_b" 60 gossip_round && gossip_ends 30
'
test_ok 'cut while they compare' '
	differ && cut_at "$recon_b" 500 gossip_round && gossip_ends 30
'
test_ok 'cut while certificates are fetched' '
	differ && cut_at "$http_b" 1500 gossip_round && gossip_ends 30
'
test_ok 'and while the other fetches' '
	differ && cut_at "$http_a" 1500 eval "gossip_round; sleep 1" &&
	gossip_ends 30
'
test_ok 'a fifth is lost, and all is late' '
	differ && wire_is "$bad" && gossip_ends 90
'
wire_is ''
test_ok 'both are sound' 'ics_at a fsck && ics_at b fsck &&
	peer_stop a && peer_stop b'

# ---- our own ----------------------------------------------------------------------

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"
mkdir "$tmp/in"
"$builddir/t/statements" "$seed" 1600 1 "$tmp/in" || exit 99
root=$(cat "$tmp/in/root")
count=$(own_batches | wc -l)
at=0
give() {
	own_ics "$1" load -q "$(own_batches | sed -n "$2p")"
	return 0 # some of it is not new, or waits for more
}
own_differ() {
	at=$((at + 2))
	test "$at" -lt "$count" && give c "$at" && give d $((at + 1))
}
start_c() {
	at_side here own_start c --root "$root"
}
# What differs may be too little for the wire to be cut: then more of it.
own_cut() {
	for cut_try in 1 2 3; do
		own_differ || return
		cut_at "$d_port" "$1" own_round c d
		cut_status=$?
		own_settle c d || return
		test "$cut_status" -ne 0 || return 0
	done
	return 1
}
test_ok 'two of our own' '
	own_new c d && start_c && at_side beyond own_start d --root "$root" &&
	own_rows d "c kind=ics key=$c_pin" && own_reload d &&
	own_rows c "$(own_row_of d every=0)" && own_stop c && start_c &&
	give c 1 && own_settle c d && own_dump c && cp "$tmp/c.dump" "$tmp/old"
'
for n in 100 2500 4500 6000 8000 10000 13000; do
	test_ok "cut after $n octets, in TLS, a sketch, or what follows" \
		"own_cut $n"
done
test_ok 'a fifth is lost, and all is late' '
	own_differ && wire_is "$bad" && own_settle c d
'
test_ok 'one is restored from a dump of yesterday, over that wire' '
	own_kill c && mv "$tmp/c" "$tmp/c.lost" && start_c &&
	{ own_ics c load -q "$tmp/old"; own_settle c d; }
'
wire_is ''
test_ok 'nothing was lost' '
	test "$(own_size c)" = "$(own_size d)" &&
	at_side here own_new e && at_side here own_start e --root "$root" &&
	for n in $(seq 1 $((at + 1))); do give e "$n"; done &&
	own_alike e d
'
test_ok 'or doubled' 'own_ics c fsck && own_ics d fsck'
test_ok 'all stop' 'own_stop c && own_stop d && own_stop e'
test_done
