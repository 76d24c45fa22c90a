#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics enroll: a device from nothing, in one command: a key of each type, in a
# home of its own or on the host; its own word and its maker's; on the server;
# and once only.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
ICS=${ICS:-$builddir/ics}

# fpr_of HOME NAME
fpr_of() {
	gpg --homedir "$1" --with-colons --list-keys "=$2" |
		$AWK -F: '$1 == "fpr" { print $10; exit }'
}
test_ok 'a maker and a server' '
	gpg_home && gpg_key "Acme <acme@x.example>" ed25519 sign,cert && acme=$gpg_fpr &&
	icsd_start state && export ICS_SERVER=$icsd_http
'
for type in ed25519 nistp256 rsa2048; do
	at_exit "gpgconf --homedir '$tmp/dev-$type' --kill all"
	test_ok "$type: made, certified, sent" '
		"$ICS" enroll "T1000 $type" --as "$acme" --device-home "$tmp/dev-$type" --key-type $type \
			--encrypt --set manu=Acme --set model=T1000 --set serial=000123 &&
		fpr=$(fpr_of "$tmp/dev-$type" "T1000 $type") && test -n "$fpr" &&
		same 200 "$(http_code "/pks/lookup?op=get&search=0x$fpr")" &&
		gpg --import "$tmp/body" &&
		gpg --with-colons --check-sigs "$fpr" >"$tmp/sigs" && cat "$tmp/sigs" &&
		grep "^sig:!.*:13x:.*:$fpr:" "$tmp/sigs" && grep "^sig:!.*:18x:.*:$fpr:" "$tmp/sigs" &&
		grep "^sig:!.*:10x:.*:$acme:" "$tmp/sigs"
	'
	test_ok "$type: the device signs, and is encrypted to" '
		echo hello | gpg --homedir "$tmp/dev-$type" --pinentry-mode loopback --passphrase "" --detach-sign -u "$fpr" -o "$tmp/sig" &&
		echo hello | gpg --verify "$tmp/sig" - && rm "$tmp/sig" &&
		echo hello | gpg --trust-model always -e -r "$fpr" |
			gpg --homedir "$tmp/dev-$type" -d >"$tmp/plain" && same hello "$(cat "$tmp/plain")"
	'
	test_ok "$type: it names its maker, who says how the key is kept" '
		gpg --export "$fpr" | gpg --list-packets >"$tmp/list" &&
		grep "maker@ics.example=04$(echo "$acme" | tr A-F a-f)" "$tmp/list" &&
		grep "kind@ics.example=device" "$tmp/list" &&
		grep "protection@ics.example=software" "$tmp/list" && grep "serial@ics.example=000123" "$tmp/list"
	'
	test_ok "$type: once is enough" '
		before=$(gpg --homedir "$tmp/dev-$type" --export | sha256sum) &&
		"$ICS" enroll "T1000 $type" --as "$acme" --device-home "$tmp/dev-$type" 2>"$tmp/err" &&
		grep "enrolled already" "$tmp/err" && grep "ignored" "$tmp/err" &&
		same "$before" "$(gpg --homedir "$tmp/dev-$type" --export | sha256sum)"
	'
done
test_ok 'a device speaks for itself, by a certificate that no keyring has' '
	gpg --homedir "$tmp/dev-nistp256" --export >"$tmp/dev.pgp" &&
	cp -r "$tmp/dev-nistp256" "$tmp/bare" && rm "$tmp/bare/pubring.kbx" &&
	at_exit "gpgconf --homedir \"$tmp/bare\" --kill all" &&
	"$ICS" state "$fpr" suspended --as "$tmp/dev.pgp" --home "$tmp/bare" -o "$tmp/own.asc" &&
	gpg --import "$tmp/dev.pgp" && gpg --verify "$tmp/own.asc" /dev/null
'
test_ok 'a run that broke off is finished by the next' '
	fails_with 3 "$ICS" enroll "Half" --as "$acme" --server http://127.0.0.1:9 --set manu=Acme &&
	fpr=$(fpr_of "$GNUPGHOME" Half) && test -n "$fpr" &&
	"$ICS" enroll "Half" --as "$acme" --set manu=Acme &&
	same "$fpr" "$(fpr_of "$GNUPGHOME" Half)" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$fpr")"
'
test_ok 'no such type, no such kind, no such maker' '
	fails_with 2 "$ICS" enroll X --as "$acme" --key-type dsa &&
	fails_with 2 "$ICS" enroll X --as "$acme" --kind toaster &&
	fails_with 1 "$ICS" enroll X --as nobody@x.example &&
	same "" "$(fpr_of "$GNUPGHOME" X)"
'
test_done
