#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our side of a session against a real sks, in both roles, over 800 certificates
# of Debian developers: equal sets, few and many differences, nothing and next
# to nothing on our side, far more on ours. We learn all that it has; it learns
# all that we have; it finds no fault with us.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-sks.sh"
keyring=/usr/share/keyrings/debian-keyring.gpg
test -r "$keyring" || skip_all 'debian-keyring is not installed'
TOOL=$builddir/t/recon_tool
FILTERS=yminsky.dedup

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"

# made N: as many hashes of no certificate
made() {
	seed=$((seed + 1))
	$AWK -v n="$1" -v seed="$seed" 'BEGIN {
		srand(seed)
		while (n-- > 0) {
			for (i = 0; i < 32; i++)
				printf "%x", int(rand() * 16)
			print ""
		}
	}'
}

# ours COMMON MADE: so many of its hashes and so many of no certificate
ours() {
	{
		$AWK -v n="$1" 'NR % 7 == 3 { late[++m] = $0; next }
			n > 0 { print; n-- }
			END { for (i = 1; i <= m && n > 0; i++) {
				print late[i]
				n--
			} }' "$tmp/theirs"
		made "$2"
	} | sort >"$tmp/ours"
}

# One session; while sks fetches what it learnt before, it says nothing.
session() {
	case $1 in
	ask) "$TOOL" ask "$own" "$FILTERS" ;;
	answer) "$TOOL" answer "$sks" "$FILTERS" "${own%:*}:0" ;;
	esac <"$tmp/ours" >"$tmp/got" && ! grep -q '^end=busy' "$tmp/got"
}

# recovered N: what sks itself says it learnt of us
recovered() {
	case $1 in
	0) set -- No ;;
	esac
	grep -hi 'hashes recovered from' "$tmp/one/var/log/sks/recon.log" |
		tail -n 1 | grep -q " $1 hashes"
}

# talks ROLE COMMON MADE: both learn all there is
talks() {
	ours "$2" "$3" && wait_until 60 "session '$1'" || return
	grep '^end=done .* strange=0 reason=$' "$tmp/got" || {
		cat "$tmp/got"
		tail -n 20 "$tmp/one/var/log/sks/recon.log"
		return 1
	}
	sed 1d "$tmp/got" | sort >"$tmp/found" &&
		comm -23 "$tmp/theirs" "$tmp/ours" | cmp - "$tmp/found" &&
		wait_until 10 "recovered '$3'"
}

# cost: octets of the session
cost() {
	sed -n 's/^end=.* octets=\([0-9]*\) .*/\1/p' "$tmp/got"
}

loads() {
	"$builddir/t/keyring_split" "$tmp" 800 "$keyring" &&
		sks_new one 127.0.72.1 && sks=127.0.72.1:$sks_port &&
		sks_ports_find && own=127.0.72.2:$sks_port &&
		sks_peer one "$own" && sks_load one "$tmp/0001.gpg" &&
		sks_hashes one >"$tmp/theirs" &&
		same 800 "$(wc -l <"$tmp/theirs")" &&
		echo 'debuglevel: 6' >>"$tmp/one/etc/sks/sksconf" &&
		sks_start one
}

# What sks may complain about: nobody listens for it between two sessions, and
# nobody serves what we only made up.
faults() {
	sks_errors one | grep -v 'Connection refused\|arshalling: SyncFail'
}

test_ok 'an sks with 800 certificates' loads
test_ok 'equal sets: we ask' 'talks ask 800 0 && test "$(cost)" -le 400'
test_ok 'equal sets: we answer' 'talks answer 800 0 && test "$(cost)" -le 400'
test_ok 'two differ: we ask' 'talks ask 799 1'
test_ok 'many differ: we ask' 'talks ask 760 40'
test_ok 'it asks, we have nothing' 'talks answer 0 0'
test_ok 'we have nothing' 'talks ask 0 0'
test_ok 'we have next to nothing' 'talks ask 30 10'
test_ok 'half of it' 'talks ask 400 100'
test_ok 'it asks, and many differ' 'talks answer 760 40'
test_ok 'we have far more' 'talks ask 800 3000'
test_ok 'sks finds no fault with us' '! faults'
test_done
