#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The keyrings of the system through our reader, held against GnuPG: what is
# written is a fixed point, no packet is overlooked, armor means the same both
# ways, and gpg sees in our legacy form what it saw in the original.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"

tool=$builddir/t/pgp_tool
rings=$(ls /usr/share/keyrings/*.gpg 2>/dev/null)
gpg_home

# Packets by type, as gpg counts them.
gpg_counts() {
	gpg --list-packets "$1" 2>/dev/null | $AWK '
		/^:public key packet/ { n[6]++ }
		/^:signature packet/ { n[2]++ }
		/^:user ID packet/ { n[13]++ }
		/^:public sub key packet/ { n[14]++ }
		/^:attribute packet/ { n[17]++ }
		END { print n[6]+0, n[2]+0, n[13]+0, n[14]+0, n[17]+0 }'
}

our_counts() {
	"$tool" dump <"$1" | $AWK '
		{ n[$1]++ }
		END { print n[6]+0, n[2]+0, n[13]+0, n[14]+0, n[17]+0 }'
}

# Keys, subkeys and User IDs as gpg understands them, in an order of its own.
gpg_view() {
	gpg --with-colons --show-keys "$1" 2>/dev/null | $AWK -F: '
		$1 == "pub" || $1 == "sub" { print $1, $2, $3, $4, $5, $6, $7, $12 }
		$1 == "uid" { print $1, $2, $6, $10 }
		$1 == "fpr" { print $1, $10 }' | sort
}

for ring in $rings "$srcdir"/t/data/certs/cert-05.pgp; do
	name=${ring##*/}
	test_ok "$name: written, it is a fixed point" '
		"$tool" fixpoint <"$ring" >"$tmp/list" &&
		test -s "$tmp/list"
	'
	test_ok "$name: gpg counts the same packets" '
		same "$(gpg_counts "$ring")" "$(our_counts "$ring")"
	'
	# archlinux.gpg is armored itself
	test_ok "$name: armor means the same to gpg and to us" '
		"$tool" dearmor <"$ring" >"$tmp/raw" &&
		"$tool" armor <"$ring" >"$tmp/ours.asc" &&
		gpg --dearmor <"$tmp/ours.asc" >"$tmp/back" &&
		cmp "$tmp/raw" "$tmp/back" &&
		gpg --enarmor <"$tmp/raw" >"$tmp/gpg.asc" &&
		"$tool" dearmor <"$tmp/gpg.asc" | cmp "$tmp/raw" -
	'
	test_ok "$name: gpg sees the same keys in our form" '
		"$tool" legacy <"$ring" >"$tmp/legacy" &&
		gpg_view "$ring" >"$tmp/theirs" &&
		gpg_view "$tmp/legacy" >"$tmp/ours" &&
		test -s "$tmp/theirs" &&
		cmp "$tmp/theirs" "$tmp/ours"
	'
done

test_ok 'what is no keyring is refused' '
	fails_with 1 "$tool" fixpoint <"$srcdir/COPYING" &&
	fails_with 1 "$tool" nonsense <"$srcdir/COPYING"
'
test_done
