#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A file is verified from a bundle, in a network of nobody: each yes, each kind
# of no; what was tampered with never says yes to something else; and gpg with
# sha256sum come to the same.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq sha256sum
unset ICS_SERVER

test_ok 'a maker, a maintainer, a certifier, a stranger, and firmware' '
	gpg_home &&
	prove_party maker && prove_party maintainer nistp256 &&
	prove_party certifier rsa2048 && prove_party stranger &&
	seq 100000 >"$tmp/fw.bin" && digest=$(digest_of "$tmp/fw.bin") &&
	code=code:sha256:$digest &&
	gpg --armor --export >"$tmp/certs.asc" &&
	gpg --armor --export maker@ex.example >"$tmp/maker.asc"
'
test_ok 'records' '
	record "$tmp/code.asc" maker rec=code/1 subject=$code \
		code-name=t1000-fw code-version=2.4.1 code-hash=sha256:$digest &&
	for state in deprecated withdrawn vulnerable; do
		when=20261110T000000
		vuln="vuln=CVE-2026-12345;fixed=2.4.2;cvss=8.1"
		test $state = vulnerable || vuln=reason=old
		record "$tmp/$state.asc" maker rec=code-status/1 \
			subject=$code code-status=$state "$vuln" || break
	done &&
	same vulnerable "$state" && when=20261101T000000 &&
	record "$tmp/strange.asc" stranger rec=code-status/1 subject=$code \
		code-status=withdrawn
'
test_ok 'without an anchor nothing is verified, and it is told how' '
	bundle "$tmp/fw.ics" $code "$tmp/certs.asc" "$tmp/code.asc" &&
	fails_with 2 "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/fw.ics" \
		2>"$tmp/err" && grep -q -e --anchor "$tmp/err"
'
test_ok 'yes, by a fingerprint, by a file, by a list, by standard input' '
	yes "$tmp/fw.bin" --bundle "$tmp/fw.ics" --anchor $maker &&
	same "released good" "$(jq -r ".state.status + \" \" + .reason" "$tmp/said")" &&
	same "$code" "$(jq -r .state.item "$tmp/said")" &&
	yes "$tmp/fw.bin" --bundle "$tmp/fw.ics" --anchor "$tmp/maker.asc" &&
	yes "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $stranger -A 04$maker &&
	yes "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $stranger,$maker &&
	yes sha256:$digest --bundle "$tmp/fw.ics" -A $maker &&
	"$ICS" verify - --bundle "$tmp/fw.ics" -A $maker <"$tmp/fw.bin" >"$tmp/out" &&
	grep -q "^-: yes: released" "$tmp/out" &&
	grep -q "code-version 2.4.1" "$tmp/out" && grep -q "$(echo $maker | tr A-F a-f)" "$tmp/out" &&
	"$ICS" verify -q "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $maker >"$tmp/out" &&
	test ! -s "$tmp/out"
'
if unshare -rn true 2>/dev/null; then
	test_ok 'and in an empty network namespace' '
		unshare -rn "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/fw.ics" \
			-A $maker
	'
else
	test_skip 'and in an empty network namespace' 'unshare -n is not allowed'
fi
test_ok 'no: one flipped bit of the file' '
	sed "77s/7/6/" "$tmp/fw.bin" >"$tmp/flipped.bin" &&
	no unknown "$tmp/flipped.bin" --bundle "$tmp/fw.ics" -A $maker
'
test_ok 'no: the wrong anchor' '
	no wrong-anchor "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $stranger &&
	no wrong-anchor "$tmp/fw.bin" --bundle "$tmp/fw.ics" \
		-A 0123456789ABCDEF0123456789ABCDEF01234567
'
test_ok 'no: nothing is known, or the issuer is not' '
	bundle "$tmp/none.ics" $code "$tmp/certs.asc" &&
	no unknown "$tmp/fw.bin" --bundle "$tmp/none.ics" -A $maker &&
	gpg --armor --export stranger@ex.example >"$tmp/strange-cert.asc" &&
	bundle "$tmp/none.ics" $code "$tmp/strange-cert.asc" "$tmp/code.asc" &&
	no unknown-issuer "$tmp/fw.bin" --bundle "$tmp/none.ics" -A $maker &&
	yes "$tmp/fw.bin" --bundle "$tmp/none.ics" -A "$tmp/maker.asc"
'
for state in deprecated withdrawn vulnerable; do
	test_ok "no: $state, and not before that" '
		bundle "$tmp/$state.ics" $code "$tmp/certs.asc" "$tmp/code.asc" \
			"$tmp/$state.asc" &&
		no bad-state "$tmp/fw.bin" --bundle "$tmp/$state.ics" -A $maker &&
		same "$state" "$(jq -r .state.status "$tmp/said")" &&
		yes "$tmp/fw.bin" --bundle "$tmp/$state.ics" -A $maker --at 2026-11-05 &&
		no not-yet "$tmp/fw.bin" --bundle "$tmp/$state.ics" -A $maker \
			--at 2026-10-15
	'
done
test_ok 'the hole and the version that mends it are named' '
	fails_with 1 "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/vulnerable.ics" \
		-A $maker >"$tmp/out" &&
	grep -q "^$tmp/fw.bin: no: vulnerable" "$tmp/out" &&
	grep -q "CVE-2026-12345;fixed=2.4.2" "$tmp/out"
'
test_ok 'a stranger withdraws nothing' '
	bundle "$tmp/strange.ics" $code "$tmp/certs.asc" "$tmp/code.asc" \
		"$tmp/strange.asc" &&
	yes "$tmp/fw.bin" --bundle "$tmp/strange.ics" -A $maker
'
test_ok 'a statement that has expired says nothing' '
	gpg_at 20261101T000000 --expert --yes -u maker@ex.example --armor \
		--default-sig-expire 5d --output "$tmp/short.asc" \
		--sig-notation rec@$domain=code/1 \
		--sig-notation code-hash@$domain=sha256:$digest \
		--sig-notation subject@$domain=$code -b </dev/null &&
	bundle "$tmp/short.ics" $code "$tmp/certs.asc" "$tmp/short.asc" &&
	no expired "$tmp/fw.bin" --bundle "$tmp/short.ics" -A $maker &&
	yes "$tmp/fw.bin" --bundle "$tmp/short.ics" -A $maker --at 2026-11-03
'

# ---- devices

test_ok 'a device: certified, in use, stolen' '
	prove_party device && prove_party owner &&
	certify maker $device manu=Acme model=T1000 serial=77 status=active \
		owner=04$(echo $owner | tr A-F a-f) &&
	gpg --armor --export >"$tmp/certs.asc" &&
	record "$tmp/stolen.asc" owner rec=device-status/1 \
		subject=dev:04$(echo $device | tr A-F a-f) status=stolen || : &&
	bundle "$tmp/device.ics" $device "$tmp/certs.asc" &&
	yes $device --bundle "$tmp/device.ics" -A $maker &&
	same active "$(jq -r .state.status "$tmp/said")" &&
	no wrong-anchor 04$device --bundle "$tmp/device.ics" -A $stranger
'
test_ok 'by the owner whom the maker named' '
	when=20261112T000000 &&
	record "$tmp/stolen.asc" owner rec=device-status/1 \
		subject=dev:04$(echo $device | tr A-F a-f) status=stolen &&
	when=20261101T000000 &&
	bundle "$tmp/stolen.ics" $device "$tmp/certs.asc" "$tmp/stolen.asc" &&
	no bad-state $device --bundle "$tmp/stolen.ics" -A $maker &&
	yes $device --bundle "$tmp/stolen.ics" -A $maker --at 2026-11-11
'
test_ok 'a device that names its own maker proves nothing' '
	prove_party forger && prove_party fake &&
	certify fake $fake maker=04$(echo $forger | tr A-F a-f) &&
	certify forger $fake manu=Acme model=T1000 status=active &&
	gpg --armor --export >"$tmp/fakes.asc" &&
	bundle "$tmp/fake.ics" $fake "$tmp/fakes.asc" &&
	no wrong-anchor $fake --bundle "$tmp/fake.ics" -A $maker &&
	yes $fake --bundle "$tmp/fake.ics" -A $forger
'

# ---- without us

recipe() {
	"$ICS" verify "$@" --recipe >"$tmp/recipe.sh"
}
test_ok 'gpg and sha256sum come to the same, yes and no' '
	recipe "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $maker &&
	env -u GNUPGHOME sh "$tmp/recipe.sh" >"$tmp/out" &&
	grep -q "^said: subject@$domain=$code$" "$tmp/out" &&
	recipe $device --bundle "$tmp/device.ics" -A $maker &&
	env -u GNUPGHOME sh "$tmp/recipe.sh" >"$tmp/out" &&
	grep -q "^certified: $device by $maker$" "$tmp/out" &&
	fails_with 1 recipe "$tmp/fw.bin" --bundle "$tmp/withdrawn.ics" -A $maker &&
	fails_with 1 env -u GNUPGHOME sh "$tmp/recipe.sh"
'
test_ok 'the recipe fails for another file, and for a record that was changed' '
	recipe "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $maker &&
	cp "$tmp/fw.bin" "$tmp/keep" && echo >>"$tmp/fw.bin" &&
	fails_with 1 env -u GNUPGHOME sh "$tmp/recipe.sh" &&
	mv "$tmp/keep" "$tmp/fw.bin" && env -u GNUPGHOME sh "$tmp/recipe.sh" &&
	cp "$tmp/fw.ics" "$tmp/keep" &&
	bundle "$tmp/fw.ics" $code "$tmp/certs.asc" "$tmp/strange.asc" &&
	! env -u GNUPGHOME sh "$tmp/recipe.sh" && mv "$tmp/keep" "$tmp/fw.ics"
'
test_ok 'a recipe carries no command of strangers' '
	record "$tmp/odd.asc" maker rec=code/1 subject=$code \
		code-hash=sha256:$digest \
		"code-name=\$(touch $tmp/pwned); touch $tmp/pwned #" &&
	bundle "$tmp/odd.ics" $code "$tmp/certs.asc" "$tmp/odd.asc" &&
	recipe "$tmp/fw.bin" --bundle "$tmp/odd.ics" -A $maker &&
	env -u GNUPGHOME sh "$tmp/recipe.sh" && test ! -e "$tmp/pwned"
'

# ---- tampering

# flip FILE POSITION: one bit of the octet there
flip() {
	flip_is=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "$(printf '\\%03o' $((flip_is ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
flips() {
	flips_size=$(wc -c <"$1") flips_i=0 flips_yes=0
	while test $flips_i -lt 200; do
		cp "$1" "$tmp/flip.ics"
		flip "$tmp/flip.ics" $((flips_i * flips_size / 200 + flips_i % 7))
		"$ICS" verify "$tmp/fw.bin" --bundle "$tmp/flip.ics" -A $maker \
			--json >"$tmp/flip.json" 2>/dev/null &&
			flips_yes=$((flips_yes + 1)) &&
			{ jq "del(.at, .state.at, .bundle)" "$tmp/flip.json" |
				diff - "$tmp/want.json" || return; }
		flips_i=$((flips_i + 1))
	done
	# Words for people and the end of the text may change.
	test $flips_yes -lt 40
}
test_ok 'no flipped octet of a yes says yes to anything else' '
	yes "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A $maker &&
	jq "del(.at, .state.at, .bundle)" "$tmp/said" >"$tmp/want.json" &&
	flips "$tmp/fw.ics"
'
test_ok 'no flipped octet of a no says yes' '
	: >"$tmp/want.json" && flips "$tmp/withdrawn.ics" &&
	same 0 $flips_yes
'
test_ok 'a bundle that is none is refused' '
	fails_with 1 "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/fw.bin" -A $maker &&
	fails_with 3 "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/nowhere" -A $maker &&
	fails_with 3 "$ICS" verify "$tmp/nowhere" --bundle "$tmp/fw.ics" -A $maker &&
	fails_with 2 "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/fw.ics" \
		--save-bundle "$tmp/x" -A $maker &&
	fails_with 2 "$ICS" verify "$tmp/fw.bin" --bundle "$tmp/fw.ics" \
		-A $maker --at yesterday
'
test_done
