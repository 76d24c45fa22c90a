#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What ics signs with every kind of key that gpg makes is good for gpg and sq:
# a record by gpg --verify and sq verify, a certification by --check-sigs and
# sq inspect. And what gpg signs reads the same here.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
ICS=${ICS:-$builddir/ics}
judge=$builddir/t/judge_list

gpg_home signers
# flip FILE AT: the lowest bit of one octet
flip() {
	octet=$(od -An -tu1 -j"$2" -N1 "$1") &&
	printf "\\$(printf %03o $((octet ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
ALGOS='rsa2048 rsa3072 dsa2048 nistp256 nistp384 nistp521 brainpoolP256r1
	brainpoolP384r1 brainpoolP512r1 secp256k1 ed25519'

test_ok 'a device' '
	gpg_key "T1000 000123" ed25519 sign,cert && device=$gpg_fpr &&
	gpg --export "$device" >"$tmp/device.pgp"
'

for algo in $ALGOS; do
	test_ok "$algo: a key" '
		gpg_key "Signer $algo" $algo sign,cert && fpr=$gpg_fpr &&
		gpg --export "$fpr" >"$tmp/$algo.pgp"
	'
	test_ok "$algo: a record that gpg verifies" '
		"$ICS" state "$device" stolen --as "$fpr" --since 2026-11-02 \
			--reason "taken, they say" -o "$tmp/$algo.asc" &&
		gpg --verify "$tmp/$algo.asc" /dev/null
	'
	test_ok "$algo: one flipped octet, and it is bad" '
		gpg --dearmor <"$tmp/$algo.asc" >"$tmp/bad" &&
		flip "$tmp/bad" 40 && ! gpg --verify "$tmp/bad" /dev/null
	'
	test_ok "$algo: a certification that gpg checks" '
		"$ICS" certify "$tmp/device.pgp" --as "$fpr" --set manu=Acme \
			--set model=T1000 -q -o "$tmp/$algo-cert.asc" &&
		gpg --import "$tmp/$algo-cert.asc" &&
		gpg --with-colons --check-sigs "$device" |
			grep "^sig:!:.*:Signer $algo:10x:.*:$fpr:"
	'
	case $algo in # what sq has, with Nettle below it
	*pool* | secp*) continue ;;
	esac
	if command -v sq >/dev/null; then
		test_ok "$algo: sq takes the record" '
			sq verify --signer-cert "$tmp/$algo.pgp" \
				--detached "$tmp/$algo.asc" /dev/null
		'
	fi
done

# The other way round; judge_list judges as the server does.
test_ok 'what gpg certifies with each of them is good here' '
	for algo in $ALGOS; do
		gpg --expert --force-sign-key -u "=Signer $algo" \
			--cert-notation manu=Acme --quick-sign-key "$device" ||
			return 1
	done
	gpg --export >"$tmp/all.pgp" &&
	"$judge" "$tmp/all.pgp" >"$tmp/judged" && cat "$tmp/judged" &&
	! grep -v " good" "$tmp/judged" &&
	test "$(wc -l <"$tmp/judged")" -ge 34
'
for algo in $ALGOS; do
	test_ok "$algo: a record that gpg makes is good here" '
		gpg --sig-notation rec@ics.example=note/1 --detach-sign \
			-u "=Signer $algo" -o "$tmp/gpg.sig" </dev/null &&
		"$judge" -d "$tmp/gpg.sig" "$tmp/$algo.pgp" | tee "$tmp/judged" &&
		grep -q good "$tmp/judged" && rm "$tmp/gpg.sig"
	'
done
test_done
