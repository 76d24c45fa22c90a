#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Rows of the requirements that are properties of the whole: one certificate
# serves every purpose, every kind of code and vetting is found, containers and
# packages are code like any other, a record is the same on every server, the
# versions of code are a chain, keys stay where they were made, two servers are
# told, every statement leads to a party, and JSON loses nothing.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl openssl python3
unset ICS_SERVER

ics() { "$ICS" -s "$icsd_http" "$@"; }
client() { python3 "$srcdir/t/ics_client.py" "$icsd_http" "$@"; }
lower() { echo "$1" | tr A-F a-f; }
later() { date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ; }
found() { # TERM...: how many items
	ics search --json "$@" 2>/dev/null | jq '.items | length'
}
in_home() { # NAME COMMAND...
	in_home_at=$tmp/$1
	shift
	gpg --homedir "$in_home_at" --pinentry-mode loopback --passphrase "" "$@"
}

test_ok 'a maker and a server' '
	gpg_home && gpg_key "Acme <pki@acme.example>" && acme=$gpg_fpr &&
	gpg --armor --export "$acme" >"$tmp/acme.asc" && icsd_start one --root "$acme" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$acme" &&
	ics certify "$acme" --as "$acme" --quiet --carrier cert \
		--set contact=mailto:pki@acme.example &&
	head -c 3000 /dev/urandom >"$tmp/fw"
'

# ---- S5 ---------------------------------------------------------------------------

at_exit "gpgconf --homedir '$tmp/dev' --kill all >/dev/null 2>&1"
test_ok 'S5: one served certificate: challenge and response, data, encryption, by gpg' '
	ics enroll pump --as "$acme" --device-home "$tmp/dev" --encrypt --quiet \
		--set manu=Acme --set model=T1000 --set serial=P1 &&
	pump=$(gpg --homedir "$tmp/dev" --with-colons --list-keys |
		$AWK -F: "\$1 == \"fpr\" { print \$10; exit }") &&
	mkdir -m 700 "$tmp/user" && at_exit "gpgconf --homedir \"$tmp/user\" --kill all" &&
	ics get "$pump" | gpg --homedir "$tmp/user" --import &&
	openssl rand -hex 16 >"$tmp/nonce" &&
	in_home dev -b -o "$tmp/response" "$tmp/nonce" &&
	gpg --homedir "$tmp/user" --verify "$tmp/response" "$tmp/nonce" &&
	! gpg --homedir "$tmp/user" --verify "$tmp/response" "$tmp/fw" &&
	in_home dev -o "$tmp/reading.sig" -b "$tmp/fw" &&
	gpg --homedir "$tmp/user" --verify "$tmp/reading.sig" "$tmp/fw" &&
	gpg --homedir "$tmp/user" --trust-model always -e -r "$pump" -o "$tmp/fw.gpg" "$tmp/fw" &&
	in_home dev -d "$tmp/fw.gpg" | cmp - "$tmp/fw"
'
test_ok 'S5: the same of a raw key, by openssl' '
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$tmp/chip.pem" &&
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$tmp/peer.pem" &&
	openssl pkey -in "$tmp/peer.pem" -pubout -out "$tmp/peer.pub" &&
	{ echo pem,serial; printf "\"%s\",R1\n" "$(openssl pkey -in "$tmp/chip.pem" -pubout)"; } \
		>"$tmp/raw.csv" &&
	ics import "$tmp/raw.csv" --as "$acme" --made 2026-10-01 --set manu=Acme --quiet \
		--set protection=chip &&
	ics export --anchor "$tmp/acme.asc" --pem "Acme R1" >"$tmp/served.pub" &&
	openssl dgst -sha256 -sign "$tmp/chip.pem" -out "$tmp/sig" "$tmp/nonce" &&
	openssl dgst -sha256 -verify "$tmp/served.pub" -signature "$tmp/sig" "$tmp/nonce" &&
	openssl dgst -sha256 -sign "$tmp/chip.pem" -out "$tmp/sig" "$tmp/fw" &&
	openssl dgst -sha256 -verify "$tmp/served.pub" -signature "$tmp/sig" "$tmp/fw" &&
	openssl pkeyutl -derive -inkey "$tmp/peer.pem" -peerkey "$tmp/served.pub" -out "$tmp/k1" &&
	openssl pkeyutl -derive -inkey "$tmp/chip.pem" -peerkey "$tmp/peer.pub" -out "$tmp/k2" &&
	cmp "$tmp/k1" "$tmp/k2"
'

# ---- S11, S22, S40, S53 ---------------------------------------------------------------

test_ok 'S11: every kind of code is stored and found; another is refused' '
	for kind in firmware app config test-sequence command-script; do
		echo "$kind" >"$tmp/$kind" &&
			ics code add "$tmp/$kind" --as "$acme" --kind $kind --quiet &&
			same 1 "$(found code-kind=$kind)" || break
	done && same command-script "$kind" &&
	fails_with 2 "$ICS" -s "$icsd_http" code add "$tmp/fw" --as "$acme" --kind game
'
test_ok 'S22: a search by how the key is kept' '
	same 1 "$(found protection=chip)" && same 1 "$(found protection=software)" &&
	same 1 "$(found protection=chip serial=R1)" && same 0 "$(found protection=chip serial=P1)"
'
test_ok 'S40: how the issuer made sure, with its evidence, is shown and found' '
	ics certify "$pump" --as "$acme" --quiet --set \
		"vetting=in-person;evidence=sha256:$(digest_of "$tmp/fw")" --date "$(later 1)" &&
	same 1 "$(found vetting=in-person)" && same 0 "$(found vetting=by-mail)" &&
	ics history "$pump" | grep "vetting: in-person;evidence=sha256:"
'
test_ok 'S53: a container by its digest, a package by its file: the same commands' '
	image=sha256:$(echo manifest | sha256sum | cut -d " " -f 1) &&
	ics code add "$image" --as "$acme" --name broker --release 3 --kind app --quiet \
		--set "code-purl=pkg:oci/broker@$image" &&
	ics verify --anchor "$acme" "$image" | grep "yes: released" &&
	ics code state "$image" withdrawn --as "$acme" --quiet --date "$(later 2)" &&
	fails_with 1 "$ICS" -s "$icsd_http" verify --anchor "$acme" "$image" &&
	mkdir -p "$tmp/deb/DEBIAN" && printf "%s\n" "Package: t1000-fw" "Version: 2.4.1" \
		"Architecture: all" "Maintainer: Acme <pki@acme.example>" "Description: x" \
		>"$tmp/deb/DEBIAN/control" &&
	{ dpkg-deb --root-owner-group -b "$tmp/deb" "$tmp/t1000.deb" >/dev/null 2>&1 ||
		cp "$tmp/deb/DEBIAN/control" "$tmp/t1000.deb"; } &&
	ics code add "$tmp/t1000.deb" --as "$acme" --kind app --quiet \
		--set code-purl=pkg:deb/acme/t1000-fw@2.4.1 &&
	ics verify --anchor "$acme" "$tmp/t1000.deb" | grep "yes: released" &&
	same 1 "$(found code-purl=pkg:deb/acme/t1000-fw@2.4.1)"
'

# ---- S77, S81, S102, S110, S96 -----------------------------------------------------------

test_ok 'S77: the versions of code are a chain' '
	before= && for v in 1 2 3; do
		echo "version $v" >"$tmp/v$v"
		ics code add "$tmp/v$v" --as "$acme" --release 1.$v --quiet \
			${before:+--set "code-prev=code:sha256:$before"} || break
		before=$(digest_of "$tmp/v$v")
	done &&
	ics history "sha256:$before" >"$tmp/out" && cat "$tmp/out" &&
	grep "^before it: " "$tmp/out" >"$tmp/chain" && same 2 "$(wc -l <"$tmp/chain")" &&
	sed -n 1p "$tmp/chain" | grep "sha256:$(digest_of "$tmp/v2")  released  1.2" &&
	sed -n 2p "$tmp/chain" | grep "sha256:$(digest_of "$tmp/v1")  released  1.1" &&
	ics verify --anchor "$acme" "$tmp/v3" | grep "code-prev: code:sha256:$(digest_of "$tmp/v2")"
'
at_exit "gpgconf --homedir '$tmp/site' --kill all >/dev/null 2>&1"
test_ok 'S81: a key made on the device stays there, and the certificate says how it is kept' '
	ics enroll valve --as "$acme" --device-home "$tmp/site" --quiet \
		--set protection=software-secured-site &&
	same 1 "$(found protection=software-secured-site)" &&
	same 1 "$(ls "$tmp/site/private-keys-v1.d" | wc -l)" &&
	key=$(ls "$tmp/site/private-keys-v1.d") && ! test -e "$GNUPGHOME/private-keys-v1.d/$key" &&
	ics get --full valve | gpg --list-packets >"$tmp/out" && ! grep secret "$tmp/out"
'
test_ok 'S102: every statement leads to a party, its roles, and an address' '
	curl -sSf "$icsd_http/ics/v1/items/04$(lower "$pump")" >"$tmp/doc" &&
	jq -e ". as \$doc | [.statements[].issuer] | unique | all(. as \$fpr |
		\$doc.parties | any(.fingerprint == \$fpr and .name != null))" "$tmp/doc" &&
	jq -e ".parties[] | select(.fingerprint == \"04$(lower "$acme")\") |
		(.roles | index(\"manufacturer\")) != null and
		.contact == \"mailto:pki@acme.example\"" "$tmp/doc" &&
	ics who "$pump" | grep -A 1 "pki@acme.example>  (manufacturer" |
		grep "contact: mailto:pki@acme.example"
'
said_again() {
	set --
	while read -r pair; do
		set -- "$@" --set "$pair"
	done <"$tmp/pairs"
	ics certify "$pump" --as "$acme" -n --json "$@"
}
test_ok 'S110: what JSON tells can be said again, and is the same' '
	jq -r "[.statements[] | select(.issuer == \"04$(lower "$acme")\") | .values][0] |
		to_entries[] | .key as \$k | .value[] | \"\(\$k)=\(.)\"" "$tmp/doc" >"$tmp/pairs" &&
	cat "$tmp/pairs" && test "$(wc -l <"$tmp/pairs")" -ge 4 &&
	said_again >"$tmp/again" &&
	jq -r ".notations[] | \"\(.name | sub(\"@.*\"; \"\"))=\(.value)\"" "$tmp/again" |
		sort >"$tmp/pairs2" && sort "$tmp/pairs" | diff - "$tmp/pairs2"
'
test_ok 'S96: a client that was written from the documents alone' '
	test "$(wc -l <"$srcdir/t/ics_client.py")" -le 200 &&
	client item "04$(lower "$pump")" >"$tmp/out" && cat "$tmp/out" &&
	grep "$(lower "$acme").*\"serial\": \[\"P1\"\]" "$tmp/out" &&
	client find serial=P1 | grep "dev:04$(lower "$pump")" &&
	ics state "$pump" active --as "$acme" --quiet -o "$tmp/rec" --date "$(later 3)" &&
	client submit "$tmp/rec" | grep inserted &&
	client item "04$(lower "$pump")" | grep device-status
'

# ---- S75, S82 -----------------------------------------------------------------------------

test_ok 'S75: a record is the same octets and the same issuer on every server' '
	one=$icsd_http && icsd_start two --root "$acme" && two=$icsd_http &&
	digest=$(curl -sSf "$one/ics/v1/items/04$(lower "$pump")" |
		jq -r "[.statements[] | select(.carrier == \"record\")][0].digest") &&
	curl -sSf "$one/ics/v1/statements/$digest.asc" >"$tmp/at1" &&
	"$ICS" -s "$one" get "$pump" | curl -sSf -o /dev/null --data-binary @- \
		-H "Content-Type: application/pgp-keys" "$two/ics/v1/submit" &&
	curl -sSf -o /dev/null --data-binary "@$tmp/acme.asc" \
		-H "Content-Type: application/pgp-keys" "$two/ics/v1/submit" &&
	curl -sSf --data-binary "@$tmp/at1" -H "Content-Type: application/pgp-signature" \
		"$two/ics/v1/submit" && curl -sSf "$two/ics/v1/statements/$digest.asc" >"$tmp/at2" &&
	cmp "$tmp/at1" "$tmp/at2" && gpg --verify "$tmp/at2" /dev/null &&
	"$ICS" -s "$two" status --anchor "$acme" "$pump" | grep "active.*Acme <pki"
'
at_exit "gpgconf --homedir '$tmp/both' --kill all >/dev/null 2>&1"
at_exit "gpgconf --homedir '$tmp/down' --kill all >/dev/null 2>&1"
test_ok 'S82: enrolled at two servers' '
	"$ICS" -s "$one" enroll meter --as "$acme" --device-home "$tmp/both" --quiet --also "$two" &&
	for url in "$one" "$two"; do
		curl -sSf "$url/pks/lookup?op=index&options=mr&search=meter" | grep "^uid:meter" || break
	done
'
two_pid=$icsd_pid
test_ok 'S82: one that is down is asked again until it is back' '
	port=${two##*:} && icsd_stop "$two_pid" &&
	{ "$ICS" -s "$one" enroll gauge --as "$acme" --device-home "$tmp/down" --also "$two" \
		2>"$tmp/err" & } && enroll_pid=$! &&
	wait_until 60 "grep -q \"again in\" \"$tmp/err\"" &&
	icsd_start two --root "$acme" -l "127.0.0.1:$port" && wait "$enroll_pid" &&
	curl -sSf "$two/pks/lookup?op=index&options=mr&search=gauge" | grep "^uid:gauge"
'

# ---- S83 ------------------------------------------------------------------------------------

unit=$srcdir/contrib/systemd/ics-enroll@.service
if command -v systemd-analyze >/dev/null; then
	test_ok 'S83: systemd takes the unit' '
		systemd-analyze verify "$unit" 2>"$tmp/err"
		! grep -v "Command .*\(not executable\|failed with\)\|^$" "$tmp/err"
	'
else
	test_skip 'S83: systemd takes the unit' 'systemd-analyze is not installed'
fi
# What systemd makes of the line: %i the name, ${X} a word, $X words.
unit_run() {
	unit_line=$(sed -n "s|^ExecStart=ics ||p" "$unit" |
		sed "s|%i|$1|g; s|/var/lib/ics/services|$tmp/services|")
	ICS_SERVER=$one ICS_AS=$acme ICS_ENROLL="--set host=$1 --also $two" &&
		export ICS_SERVER &&
		eval "\"\$ICS\" $(echo "$unit_line" | sed 's|\${ICS_AS}|"$ICS_AS"|')"
	unit_ended=$?
	unset ICS_SERVER
	return $unit_ended
}
at_exit "gpgconf --homedir '$tmp/services/broker.example' --kill all >/dev/null 2>&1"
test_ok 'S83: its command gives a service its key and its certificate, once' '
	mkdir -m 700 "$tmp/services" && unit_run broker.example && icsd_http=$one &&
	same 1 "$(found entity=service host=broker.example)" &&
	unit_run broker.example 2>&1 | grep "enrolled already" &&
	same 1 "$(found entity=service host=broker.example)" && icsd_http=$two &&
	same 1 "$(found entity=service host=broker.example)"
'
test_done
