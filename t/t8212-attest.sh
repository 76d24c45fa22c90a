#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# S80: running code as an entity. A device's own key signs which code runs on
# it, for a nonce, now; whoever asked checks it against what the maker declared
# for this device. Another device, undeclared or withdrawn code, a replayed
# nonce and an old date are each refused by name.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl
unset ICS_SERVER

ics() { "$ICS" -s "$icsd_http" "$@"; }
attest() { # NAME NONCE FILE...: by the key in its own home, into NAME.att
	attest_by=$1
	shift
	"$ICS" attest "$@" --as "$attest_by" --home "$tmp/$attest_by" --quiet \
		-o "$tmp/$attest_by.att"
}
asked() { # NONCE OPTION...
	asked_nonce=$1
	shift
	set -- -s "$icsd_http" --anchor "$maker" --nonce "$asked_nonce" "$@"
	echo "$@"
}
device() { # NAME: enrolled, its fingerprint in $NAME
	mkdir -m 700 "$tmp/$1" && ics enroll "$1" --as "$maker" --quiet \
		--device-home "$tmp/$1" --set manu=Acme --set model=T1000 \
		--set "code-hash=sha256:$(digest_of "$tmp/fw1") fw1" || return
	fpr=$(gpg --homedir "$tmp/$1" --with-colons --list-keys |
		$AWK -F: '$1 == "fpr" { print $10; exit }')
	eval "$1=\$fpr"
	at_exit "gpgconf --homedir '$tmp/$1' --kill all >/dev/null 2>&1"
}
for file in fw1 fw2 rogue; do
	head -c 3000 /dev/urandom >"$tmp/$file"
done

test_ok 'a maker, two devices with declared firmware' '
	gpg_home && gpg_key "Maker <m@acme.example>" && maker=$gpg_fpr &&
	icsd_start server --root "$maker" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$maker" &&
	device pump && device valve
'
test_ok 'the right device, declared code, the nonce, now: yes' '
	attest pump n-1 "$tmp/fw1" &&
	yes $(asked n-1) --attestation "$tmp/pump.att" "$pump" &&
	same n-1 "$(jq -r .attestation.nonce "$tmp/said")" &&
	same "code:sha256:$(digest_of "$tmp/fw1")" \
		"$(jq -r ".attestation.running[0].code" "$tmp/said")"
'
test_ok 'people read what runs there' '
	"$ICS" verify $(asked n-1) --attestation "$tmp/pump.att" "$pump" >"$tmp/out" &&
	cat "$tmp/out" && grep "attestation of 20.*, nonce n-1" "$tmp/out" &&
	grep "runs code:sha256:$(digest_of "$tmp/fw1")$" "$tmp/out"
'
test_ok 'gpg verifies it as a signature over nothing' '
	gpg --homedir "$tmp/pump" --verify "$tmp/pump.att" /dev/null
'
test_ok 'another device: no' '
	no not-attested $(asked n-1) --attestation "$tmp/pump.att" "$valve"
'
test_ok 'a replayed answer does not fit the new nonce: no' '
	no other-nonce $(asked n-2) --attestation "$tmp/pump.att" "$pump"
'
test_ok 'undeclared code, alone or beside declared: no' '
	attest pump n-3 "$tmp/rogue" &&
	no undeclared $(asked n-3) --attestation "$tmp/pump.att" "$pump" &&
	attest pump n-3 "$tmp/fw1" "$tmp/rogue" &&
	no undeclared $(asked n-3) --attestation "$tmp/pump.att" "$pump" &&
	same "good undeclared" "$(jq -r "[.attestation.running[].reason] |
		sort | join(\" \")" "$tmp/said")"
'
test_ok 'the device may not declare for itself' '
	attest pump n-4 "$tmp/rogue" --set \
		"step=installed code:sha256:$(digest_of "$tmp/rogue")" &&
	no undeclared $(asked n-4) --attestation "$tmp/pump.att" "$pump"
'
test_ok 'old, and of the future: no; --within says how old it may be' '
	attest pump n-5 "$tmp/fw1" --date "$(date -u -d "+2 minutes" +%FT%TZ)" &&
	no attested-ago $(asked n-5) --attestation "$tmp/pump.att" "$pump" &&
	attest pump n-6 "$tmp/fw1" &&
	no attested-ago $(asked n-6) --attestation "$tmp/pump.att" \
		--at "$(date -u -d "+1 hour" +%FT%TZ)" "$pump" &&
	yes $(asked n-6) --attestation "$tmp/pump.att" --within 7200 \
		--at "$(date -u -d "+1 hour" +%FT%TZ)" "$pump"
'
test_ok 'an update that the maker declared as installed' '
	attest pump n-7 "$tmp/fw2" &&
	no undeclared $(asked n-7) --attestation "$tmp/pump.att" "$pump" &&
	ics certify "$pump" --as "$maker" --carrier record --quiet --set \
		"step=installed code:sha256:$(digest_of "$tmp/fw2")" &&
	yes $(asked n-7) --attestation "$tmp/pump.att" "$pump"
'
test_ok 'withdrawn code: no, though it was declared' '
	ics code add "$tmp/fw2" --as "$maker" --quiet &&
	yes $(asked n-7) --attestation "$tmp/pump.att" "$pump" &&
	ics code state "$tmp/fw2" withdrawn --as "$maker" --quiet \
		--date "$(date -u -d "+5 seconds" +%FT%TZ)" &&
	no bad-code $(asked n-7) --attestation "$tmp/pump.att" "$pump"
'
test_ok 'a stranger withdraws in vain' '
	gpg_key "Stranger <s@x.example>" && stranger=$gpg_fpr &&
	ics code state "$tmp/fw1" withdrawn --as "$stranger" --quiet &&
	attest pump n-8 "$tmp/fw1" &&
	yes $(asked n-8) --attestation "$tmp/pump.att" "$pump"
'
test_ok 'one flipped bit: no' '
	"$ICS" attest n-9 "$tmp/fw1" --as pump --home "$tmp/pump" --quiet -b \
		-o "$tmp/bin" && size=$(wc -c <"$tmp/bin") &&
	{ head -c $((size - 1)) "$tmp/bin" && tail -c 1 "$tmp/bin" |
		tr "\000-\377" "\001-\377\000"; } >"$tmp/bent" &&
	no not-attested $(asked n-9) --attestation "$tmp/bent" "$pump" &&
	echo junk >"$tmp/junk" &&
	no not-attested $(asked n-9) --attestation "$tmp/junk" "$pump"
'
test_ok 'a stolen device attests in vain' '
	ics state "$pump" suspended --as "$maker" --quiet &&
	attest pump n-10 "$tmp/fw1" &&
	no bad-state $(asked n-10) --attestation "$tmp/pump.att" "$pump"
'
test_ok 'what is said wrongly is told' '
	fails_with 2 "$ICS" verify -s "$icsd_http" --anchor "$maker" \
		--attestation "$tmp/pump.att" "$pump" &&
	fails_with 2 "$ICS" verify -s "$icsd_http" --anchor "$maker" --nonce 1 \
		"$pump" &&
	fails_with 2 "$ICS" attest n-1 "$tmp/fw1" --home "$tmp/pump" &&
	fails_with 1 "$ICS" attest n-1 "$tmp/fw1" --as nobody --home "$tmp/pump"
'
test_done
