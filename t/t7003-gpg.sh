#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gpg and its dirmngr as clients, over hkp and over hkps with a CA of our own:
# send, receive, search, refresh, locate.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
skip_unless openssl dirmngr

# ca NAME: an authority; issue CA NAME: a certificate for localhost
ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$tmp/$1.key" -out "$tmp/$1.pem" -days 2 \
		-subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE
}
issue() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$tmp/$2.key" -out "$tmp/$2.csr" -subj "/CN=$2" &&
		printf 'subjectAltName=%s,%s,%s\n' DNS:localhost \
			DNS:localhost. IP:127.0.0.1 >"$tmp/ext" &&
		openssl x509 -req -in "$tmp/$2.csr" -CA "$tmp/$1.pem" \
			-CAkey "$tmp/$1.key" -CAcreateserial -days 2 \
			-extfile "$tmp/ext" -out "$tmp/$2.pem"
}

test_ok 'the certificates of this test' 'make_certs'
test_ok 'a CA and a certificate of the server' '
	ca authority && issue authority one && issue authority two &&
	cp "$tmp/one.pem" "$tmp/tls.pem" && cp "$tmp/one.key" "$tmp/tls.key"
'
test_ok 'a server with http and https' '
	icsd_start state -l http://127.0.0.1:0 -l https://127.0.0.1:0 \
		--tls-cert "$tmp/tls.pem" --tls-key "$tmp/tls.key"
'
plain=hkp://127.0.0.1:${icsd_http##*:}
# gpg 2.2 takes only a name with a dot for that of a TLS server.
secure=hkps://localhost.:${icsd_https##*:}
gpg_trust_ca "$tmp/authority.pem"

for server in "$plain" "$secure"; do
	name=${server%%:*}
	test_ok "$name: send" '
		gpg_use maker && gpg --keyserver "$server" --send-keys \
			"$alice_fpr" "$carol_fpr" "$twin_a_fpr" "$twin_b_fpr"
	'
	test_ok "$name: receive by fingerprint, key ID, subkey" '
		gpg_home "reader-$name" && gpg_trust_ca "$tmp/authority.pem" &&
		gpg --keyserver "$server" --recv-keys "$alice_fpr" &&
		gpg --list-keys "$alice_fpr" &&
		gpg --keyserver "$server" --recv-keys \
			"$(printf %s "$carol_fpr" | cut -c 25-)" &&
		gpg --list-keys "$carol_fpr" &&
		gpg --delete-keys --yes "$alice_fpr" &&
		gpg --keyserver "$server" --recv-keys "$alice_sub" &&
		gpg --list-keys "$alice_fpr"
	'
	test_ok "$name: a miss is reported" '
		! gpg --keyserver "$server" --recv-keys \
			0123456789012345678901234567890123456789 2>"$tmp/err" &&
		grep -q "No data" "$tmp/err"
	'
	test_ok "$name: search by address and by word" '
		gpg --keyserver "$server" --with-colons \
			--search-keys twin@example.org >"$tmp/found" &&
		same 2 "$(grep -c "^pub:" "$tmp/found")" &&
		gpg --keyserver "$server" --with-colons \
			--search-keys Alice >"$tmp/found" &&
		grep -q "^pub:$alice_fpr:" "$tmp/found"
	'
	test_ok "$name: a search without a hit" '
		gpg --keyserver "$server" --search-keys nobody@example.org \
			>"$tmp/found" 2>&1 || : &&
		grep -qi "not found" "$tmp/found"
	'
	test_ok "$name: locate by address" '
		gpg --delete-keys --yes "$alice_fpr" &&
		gpg --keyserver "$server" --auto-key-locate clear,keyserver \
			--locate-keys alice@example.org &&
		gpg --list-keys "$alice_fpr"
	'
done
test_ok 'refresh brings a revocation' '
	same 200 "$(add "$certs/carol-revocation.asc")" &&
	gpg_use reader-hkps &&
	gpg --keyserver "$secure" --refresh-keys "$carol_fpr" &&
	gpg --with-colons --list-keys "$carol_fpr" | grep -q "^pub:r:"
'
test_ok 'refresh brings a hard revocation too' '
	same 200 "$(add "$certs/dave.asc")" &&
	gpg --keyserver "$plain" --recv-keys "$dave_fpr" &&
	same 200 "$(add "$certs/dave-revocation.asc")" &&
	gpg --keyserver "$plain" --refresh-keys "$dave_fpr" &&
	gpg --with-colons --list-keys "$dave_fpr" | grep -q "^pub:r:"
'
test_ok 'ics asks over https, with the CA that the environment names' '
	own=https://localhost:${icsd_https##*:} &&
	unset CURL_CA_BUNDLE SSL_CERT_FILE &&
	CURL_CA_BUNDLE=$tmp/authority.pem "$ICS" --server "$own" get \
		"$alice_fpr" | grep "BEGIN PGP PUBLIC KEY BLOCK" &&
	SSL_CERT_FILE=$tmp/authority.pem "$ICS" --server "$own" get \
		"$alice_fpr" | grep "BEGIN PGP PUBLIC KEY BLOCK" &&
	fails_with 3 "$ICS" --server "$own" get "$alice_fpr"
'
test_ok 'odd User IDs survive gpg --search-keys' '
	"$HKP_TOOL" make odd >"$tmp/odd.pgp" &&
	enarmor "$tmp/odd.pgp" >"$tmp/odd.asc" &&
	same 200 "$(add "$tmp/odd.asc")" &&
	gpg --keyserver "$plain" --with-colons \
		--search-keys odd@modern.example >"$tmp/found" &&
	grep -qF "Odd" "$tmp/found" && grep -qiF "%2541" "$tmp/found"
'
test_ok 'TLS 1.1 is refused, 1.2 and 1.3 are not' '
	for version in 1.2 1.3; do
		curl -sS --cacert "$tmp/authority.pem" --tlsv$version \
			--tls-max $version -o /dev/null "$icsd_https/" || break
	done && test $version = 1.3 &&
	! curl -sS --cacert "$tmp/authority.pem" --tlsv1.0 --tls-max 1.1 \
		--ciphers DEFAULT:@SECLEVEL=0 -o /dev/null "$icsd_https/"
'
served_name() {
	openssl s_client -connect "127.0.0.1:${icsd_https##*:}" </dev/null \
		2>/dev/null | sed -n "s/^subject=CN = //p"
}
test_ok 'a reload changes the certificate' '
	same one "$(served_name)" &&
	cp "$tmp/two.pem" "$tmp/tls.pem" && cp "$tmp/two.key" "$tmp/tls.key" &&
	kill -HUP "$icsd_pid" &&
	wait_until 10 "test two = \"\$(served_name)\"" &&
	gpg_home last && gpg_trust_ca "$tmp/authority.pem" &&
	gpg --keyserver "$secure" --recv-keys "$alice_fpr"
'
test_ok 'a bad certificate changes nothing' '
	echo rubbish >"$tmp/tls.pem" && kill -HUP "$icsd_pid" &&
	wait_until 10 "grep -q reload-refused \"\$icsd_err\"" &&
	same two "$(served_name)"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
