#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What gpg and sq make, we take as good; what gpg calls good in real keyrings,
# we do not lose, and gpg finds no fault in what we call good.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
judge=$builddir/t/judge_list
ring=/usr/share/keyrings/debian-keyring.gpg

# gpg_sigs MARK: "KEYID TYPE ISSUER CREATED" of signatures that gpg marks so,
# those on attributes left out.
gpg_sigs() {
	gpg --trust-model always --with-colons --check-sigs 2>"$tmp/err" |
	$AWK -F: -v mark="$1" '
		$1 == "pub" { key = $5 }
		$1 ~ /^(pub|uid|uat|sub)$/ { part = $1 }
		$1 ~ /^(sig|rev)$/ && $2 == mark && part != "uat" {
			print key, tolower(substr($11, 1, 2)), $5, $6
		}' | sort
}

# verified FILE: the same of ours.
verified() {
	"$judge" "$1" | $AWK '/(good|hash|expired|revoked)$/ {
		print $1, $2, $3, $4 }' | sort
}

# nothing_lost A B: every line of A is in B.
nothing_lost() {
	same '' "$(comm -23 "$1" "$2" | head -n 5)"
}

gpg_home makers
test_ok 'gpg makes keys that certify, bind, expire and revoke' '
	gpg_key "Alice <alice@test.example>" ed25519 sign,cert &&
	alice=$gpg_fpr &&
	gpg --quick-add-key $alice cv25519 encr 1y &&
	gpg --quick-add-key $alice nistp256/ecdsa sign &&
	gpg --quick-add-key $alice rsa2048 auth &&
	gpg --quick-add-uid $alice "Alice two" &&
	gpg --quick-add-uid $alice "Alice gone" &&
	gpg --quick-revoke-uid $alice "Alice gone" &&
	gpg --quick-set-expire $alice 5y &&
	made=0 && for algo in rsa2048 dsa2048 nistp384 brainpoolP256r1 secp256k1
	do
		gpg_key "$algo <$algo@test.example>" $algo sign,cert &&
		gpg --default-key $gpg_fpr --quick-sign-key $alice || break
		made=$((made + 1))
	done && test $made -eq 5 &&
	gpg --default-key $alice --quick-sign-key $gpg_fpr &&
	gpg --export >"$tmp/made.gpg"
'
test_ok 'all of it is verified, and what gpg says is what we say' '
	gpg_sigs "!" >"$tmp/gpg" &&
	verified "$tmp/made.gpg" >"$tmp/ours" &&
	test $(wc -l <"$tmp/ours") -ge 20 &&
	same "" "$("$judge" "$tmp/made.gpg" |
		grep -Ev "(good|expired|revoked)$")" &&
	nothing_lost "$tmp/gpg" "$tmp/ours"
'
test_ok 'a detached signature over nothing verifies' '
	gpg -u $alice -b -o "$tmp/nothing.sig" /dev/null &&
	same good "$("$judge" -d "$tmp/nothing.sig" "$tmp/made.gpg")" &&
	echo x | gpg -u $alice -b -o "$tmp/x.sig" &&
	same bad "$("$judge" -d "$tmp/x.sig" "$tmp/made.gpg")"
'
if command -v sq >/dev/null; then
	test_ok 'what sq makes is good' '
		sq key generate --userid "Sequoia <sq@test.example>" \
			--export "$tmp/sq.key" &&
		sq key extract-cert "$tmp/sq.key" >"$tmp/sq.asc" &&
		sq dearmor "$tmp/sq.asc" >"$tmp/sq.gpg" &&
		test $("$judge" "$tmp/sq.gpg" | wc -l) -ge 3 &&
		same "" "$("$judge" "$tmp/sq.gpg" | grep -v "good$")"
	'
else
	test_skip 'what sq makes is good' 'there is no sq'
fi

if test -r "$ring"; then
	gpg_home real
	test_ok 'gpg takes a sample of a real keyring' '
		"$judge" -s 15 "$ring" >"$tmp/sample.gpg" &&
		gpg --import "$tmp/sample.gpg" &&
		test $(gpg_fprs | wc -l) -ge 50
	'
	test_ok 'what it calls good we call good, none of ours it calls bad' '
		gpg_sigs "!" >"$tmp/gpg" &&
		gpg_sigs - >"$tmp/gpg-bad" &&
		verified "$tmp/sample.gpg" >"$tmp/ours" &&
		test $(wc -l <"$tmp/gpg") -ge 300 &&
		nothing_lost "$tmp/gpg" "$tmp/ours" &&
		same "" "$(comm -12 "$tmp/gpg-bad" "$tmp/ours")"
	'
	gpg_home kept
	test_ok 'what we keep gpg finds as good as the original' '
		"$judge" -c "$tmp/sample.gpg" >"$tmp/kept.gpg" &&
		gpg --import "$tmp/kept.gpg" &&
		gpg_sigs "!" >"$tmp/gpg-kept" &&
		nothing_lost "$tmp/gpg" "$tmp/gpg-kept"
	'
else
	test_skip 'a real keyring' 'debian-keyring is not installed'
fi
test_done
