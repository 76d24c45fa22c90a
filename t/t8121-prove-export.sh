#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A device's key leaves OpenPGP: ssh-keygen, openssl and gnutls take it, a
# server that holds the key passes curl's pin, and another one does not.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless openssl ssh-keygen curl
unset ICS_SERVER

export_as() { "$ICS" -D "$icsd_dir" export "$@"; }
# grip of the Nth key of a certificate, and its fingerprint
key_field() {
	gpg --with-colons --with-keygrip --list-keys "$1" | $AWK -F: -v n="$2" \
		-v field="$3" '$1 == field && ++i == n { print $10 }'
}

test_ok 'keys' '
	gpg_home &&
	for algo in rsa2048 nistp256 nistp384 nistp521 ed25519 brainpoolP256r1; do
		gpg_key "$algo <$algo@example.org>" "$algo" "sign,auth" || break
	done &&
	same brainpoolP256r1 "$algo" &&
	gpg_key "Device <device@example.org>" ed25519 cert && device=$gpg_fpr &&
	gpg --quick-add-key "$device" nistp256/ecdsa sign never &&
	gpg --quick-add-key "$device" ed25519 auth never &&
	gpg --quick-add-key "$device" cv25519 encr never &&
	gpg_key "Certifier <certifier@example.org>" ed25519 cert
'
test_ok 'a server' '
	icsd_start state && gpg --export | "$ICS" -D "$icsd_dir" load -
'

for row in rsa2048:RSA nistp256:ECDSA nistp384:ECDSA nistp521:ECDSA \
	ed25519:ED25519; do
	algo=${row%:*}
	test_ok "$algo: ssh-keygen takes it, and it is gpg's own export" '
		export_as "$algo@example.org" --ssh >"$tmp/$algo.pub" &&
		ssh-keygen -l -f "$tmp/$algo.pub" >"$tmp/listed" &&
		grep -q "(${row#*:})" "$tmp/listed" &&
		gpg --export-ssh-key "$algo@example.org" | cut -d " " -f 1,2 >"$tmp/want" &&
		cut -d " " -f 1,2 "$tmp/$algo.pub" | cmp - "$tmp/want"
	'
done
for algo in rsa2048 nistp256 nistp384 nistp521 ed25519 brainpoolP256r1; do
	test_ok "$algo: openssl takes the PEM, and the pin is of the same" '
		export_as "$algo@example.org" --pem -o "$tmp/$algo.pem" &&
		openssl pkey -pubin -in "$tmp/$algo.pem" -out "$tmp/again.pem" &&
		cmp "$tmp/$algo.pem" "$tmp/again.pem" &&
		openssl pkey -pubin -in "$tmp/$algo.pem" -outform DER |
			openssl dgst -sha256 -binary | openssl base64 >"$tmp/want" &&
		export_as "$algo@example.org" --pin >"$tmp/pin" &&
		same "sha256//$(cat "$tmp/want")" "$(cat "$tmp/pin")"
	'
done
test_ok 'the subkey for authentication goes before others' '
	export_as "$device" --ssh >"$tmp/got" &&
	gpg --export-ssh-key "$(key_field "$device" 3 fpr)!" |
		cut -d " " -f 1,2 >"$tmp/want" &&
	cut -d " " -f 1,2 "$tmp/got" | cmp - "$tmp/want" &&
	grep -q "$device Device" "$tmp/got"
'
test_ok '--key names another, by its fingerprint or the end of it' '
	sub=$(key_field "$device" 2 fpr) &&
	export_as "$device" --ssh --key "$sub" | grep -q "^ecdsa-sha2-nistp256 " &&
	export_as "$device" --ssh --key "04$sub" | grep -q "^ecdsa" &&
	export_as "$device" --ssh -k "$(echo "$sub" | cut -c 25-)" | grep -q "^ecdsa" &&
	cv=$(key_field "$device" 4 fpr) &&
	export_as "$device" --pem --key "$cv" | openssl pkey -pubin -noout -text |
		grep -q X25519 &&
	fails_with 1 export_as "$device" --ssh --key "$cv" &&
	fails_with 1 export_as "$device" --ssh --key 0123456789ABCDEF
'
test_ok 'no key for it is 1, no form is 2, several devices are 2' '
	fails_with 1 export_as certifier@example.org --ssh &&
	fails_with 2 export_as "$device" &&
	fails_with 2 export_as example.org --pin &&
	fails_with 1 export_as nobody@example.net --pin
'
test_ok 'what has expired is not given' '
	gpg_home old &&
	gpg_at 20200101T000000 --quick-generate-key "Old <old@example.net>" \
		ed25519 sign,auth 1y &&
	gpg --export | "$ICS" -D "$icsd_dir" load - &&
	fails_with 5 export_as old@example.net --ssh >"$tmp/got" &&
	test ! -s "$tmp/got"
'

# octets: hexadecimal digits become what they stand for
octets() {
	printf "$($AWK '{
		for (i = 1; i < length($0); i += 2) {
			n = 16 * (index("0123456789ABCDEF", substr($0, i, 1)) - 1)
			n += index("0123456789ABCDEF", substr($0, i + 1, 1)) - 1
			printf "\\%03o", n
		}
	}')"
}
# seed GRIP: the secret of an Ed25519 key of ours, as openssl reads it
seed() {
	{
		printf 302E020100300506032B657004220420
		tr -d ' \n' <"$GNUPGHOME/private-keys-v1.d/$1.key" |
			sed 's/.*(d#\([0-9A-F]*\)#.*/\1/'
	} | octets
}
# tls_start KEY CERT: a server that holds the key, on a free $port
tls_ready() {
	grep -q ACCEPT "$tmp/tls.out" || ! kill -0 "$tls_pid" 2>/dev/null
}
tls_end() { kill "$tls_pid" && wait "$tls_pid"; } 2>/dev/null
tls_start() {
	: >"$tmp/tls.out"
	openssl s_server -accept 127.0.0.1:0 -www -key "$1" -cert "$2" \
		>"$tmp/tls.out" 2>&1 </dev/null &
	tls_pid=$!
	at_exit tls_end
	wait_until 20 tls_ready
	port=$(sed -n "s/^ACCEPT .*:\([0-9]*\)$/\1/p" "$tmp/tls.out")
	test -n "$port"
}
test_ok 'curl takes the pin of the server that holds the key, and no other' '
	gpg_home tls &&
	gpg_key "Tls <tls@example.net>" ed25519 sign,auth && tls=$gpg_fpr &&
	gpg --export | "$ICS" -D "$icsd_dir" load - &&
	seed "$(key_field "$tls" 1 grp)" >"$tmp/tls.der" &&
	openssl pkey -inform DER -in "$tmp/tls.der" -out "$tmp/tls.key" &&
	openssl pkey -in "$tmp/tls.key" -pubout >"$tmp/want" &&
	export_as "$tls" --pem | cmp - "$tmp/want" &&
	openssl req -x509 -new -key "$tmp/tls.key" -subj /CN=device \
		-addext subjectAltName=IP:127.0.0.1 -days 2 -out "$tmp/tls.crt" &&
	tls_start "$tmp/tls.key" "$tmp/tls.crt" &&
	pin=$(export_as "$tls" --pin) &&
	other=$(export_as rsa2048@example.org --pin) &&
	curl -sS --cacert "$tmp/tls.crt" --pinnedpubkey "$pin" \
		"https://127.0.0.1:$port/" >"$tmp/page" && test -s "$tmp/page" &&
	fails_with 90 curl -s --cacert "$tmp/tls.crt" --pinnedpubkey "$other" \
		"https://127.0.0.1:$port/"
'
test_done
