#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# HKP as its clients and peers expect it: the numbered checklist that hkp/README
# repeats, a row each, asked of one real server. Rows that need a client of
# their own point to the script that has it.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
skip_unless jq

gpg_has() {
	gpg --with-colons --list-keys "$1" >"$tmp/listing" 2>/dev/null
}

# Packet kinds of the binary answer in $tmp/body, as "tag version".
packets() {
	"$PGP_TOOL" dump <"$1"
}

dearmored() {
	"$PGP_TOOL" dearmor <"$tmp/body" >"$tmp/packets"
}

lower() {
	printf '%s' "$1" | tr 'A-Z' 'a-z'
}

keyid() {
	printf '%s' "$1" | cut -c 25-40
}

cors() {
	same '*' "$(header access-control-allow-origin)"
}

# A row that another script plays: it says these words, and it is run.
elsewhere() {
	grep -q -e "$2" "$srcdir/t/$1" && grep -q "$1" "$srcdir/t/local-hkp.am"
}

test_ok 'the certificates of this test' 'make_certs'
test_ok 'a server' 'icsd_start state --admin 127.0.0.1:0'
admin=http://${icsd_admin#*//}
for name in alice bob carol eve twin-a twin-b; do
	test_ok "add $name" 'same 200 "$(add "$certs/$name.asc")"'
done
for kind in v6 mixed odd; do
	test_ok "add $kind" '
		"$HKP_TOOL" make $kind >"$tmp/$kind.pgp" &&
		enarmor "$tmp/$kind.pgp" >"$certs/$kind.asc" &&
		same 200 "$(add "$certs/$kind.asc")"
	'
done
six_fpr=$("$HKP_TOOL" fpr <"$tmp/v6.pgp")
mixed_fpr=$("$HKP_TOOL" fpr <"$tmp/mixed.pgp")

test_ok '1 get by fingerprint: armored, typed, ended' '
	same 200 "$(get 0x$alice_fpr)" &&
	same application/pgp-keys "$(header content-type)" &&
	head -n 1 "$tmp/body" | grep -q "^-----BEGIN PGP PUBLIC KEY BLOCK-----$" &&
	same "-----END PGP PUBLIC KEY BLOCK-----" "$(tail -n 1 "$tmp/body")" &&
	same "" "$(tail -c 1 "$tmp/body")"
'
test_ok '2 get by subkey and by key ID of both' '
	same 200 "$(get 0x$alice_fpr)" && cp "$tmp/body" "$tmp/alice" &&
	same 200 "$(get 0x$alice_sub)" && cmp "$tmp/body" "$tmp/alice" &&
	same 200 "$(get 0x$(keyid $alice_fpr))" &&
	cmp "$tmp/body" "$tmp/alice" &&
	same 200 "$(get 0x$(keyid $alice_sub))" &&
	cmp "$tmp/body" "$tmp/alice"
'
test_ok '3 case of digits and of 0x does not matter' '
	same 200 "$(get 0x$(lower $alice_fpr))" &&
	same 200 "$(get 0X$alice_fpr)" &&
	same 200 "$(get $alice_fpr)"
'
test_ok '4 a short key ID finds nothing' '
	same 404 "$(get 0x$(printf %s $alice_fpr | cut -c 33-40))"
'
test_ok '5 a miss is a 404 with words' '
	same 404 "$(get 0x0123456789012345678901234567890123456789)" &&
	test -s "$tmp/body" && cors
'
test_ok '6 the machine-readable index' '
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&fingerprint=on&search=0x$alice_fpr")" &&
	header content-type | grep -q "^text/plain" &&
	same "info:1:1" "$(head -n 1 "$tmp/body")" &&
	same 7 "$($AWK -F: "/^pub/ { print NF }" "$tmp/body")" &&
	same 5 "$($AWK -F: "/^uid/ { print NF }" "$tmp/body")" &&
	same "$alice_fpr" "$($AWK -F: "/^pub/ { print \$2 }" "$tmp/body")"
'
odd_uid='uid:Odd%3A%2541%20%C3%A4%01%3Cscript%3Ealert%281%29%3C%2Fscript%3E%20%22q%22%20%3Codd%40modern.example%3E'
test_ok '7 odd User IDs are escaped' '
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=odd@modern.example")" &&
	grep -Fq "$odd_uid" "$tmp/body"
'
test_ok '8 flags: expired, revoked, revoked User ID' '
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=bob@example.org")" &&
	same e "$($AWK -F: "/^pub/ { print \$7 }" "$tmp/body")" &&
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=0x$eve_fpr")" &&
	same "" "$($AWK -F: "/^pub/ { print \$7 }" "$tmp/body")" &&
	same r "$($AWK -F: "/^uid:Eve%20Old/ { print \$5 }" "$tmp/body")"
'
test_ok '9 the page escapes what a User ID says' '
	same 200 "$(http_code "/pks/lookup?op=index&search=odd@modern.example")" &&
	header content-type | grep -q "^text/html" &&
	! grep -q "<script" "$tmp/body" &&
	grep -q "&lt;script&gt;" "$tmp/body" &&
	header content-security-policy | grep -q "default-src .none."
'
test_ok '10 an index without a hit is a 404' '
	same 404 "$(http_code "/pks/lookup?op=index&options=mr&search=nobody@example.org")"
'
test_ok '11 op missing is 400, unknown is 501' '
	same 400 "$(http_code "/pks/lookup?search=alice")" &&
	same 501 "$(http_code "/pks/lookup?op=x-foo&search=alice")" &&
	same 501 "$(http_code "/pks/lookup?op=foo&search=alice")"
'
test_ok '12 search missing or empty is 400' '
	same 400 "$(http_code "/pks/lookup?op=get")" &&
	same 400 "$(http_code "/pks/lookup?op=index&search=")" &&
	same 400 "$(get 0xnonsense)"
'
test_ok '13 vindex equals index for machines' '
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=0x$eve_fpr")" &&
	cp "$tmp/body" "$tmp/index" &&
	same 200 "$(http_code "/pks/lookup?op=vindex&options=mr&search=0x$eve_fpr")" &&
	cmp "$tmp/body" "$tmp/index"
'
test_ok '14 unknown parameters and options are ignored' '
	same 200 "$(get 0x$alice_fpr "&x-new=1&options=mr,nm,x-y&hash=on&clean=off")"
'
test_ok '15 exact=on wants the whole address' '
	same 200 "$(get twin@example.org "&exact=on")" &&
	same 404 "$(get example.org "&exact=on")" &&
	same 404 "$(get win@example.org "&exact=on")"
'
test_ok '16 several matches: one block, the newest first' '
	same 200 "$(get twin@example.org)" &&
	same 1 "$(grep -c "^-----BEGIN" "$tmp/body")" &&
	same "$twin_b_fpr $twin_a_fpr" "$(echo $(gpg --show-keys --with-colons "$tmp/body" |
		$AWK -F: "\$1 == \"fpr\" { print \$10 }"))"
'
test_ok '17 HTTP/1.0 is answered and closed' '
	printf "GET /pks/lookup?op=get&options=mr&search=0x%s HTTP/1.0\r\nHost: x\r\n\r\n" "$alice_fpr" |
		timeout 5 curl -sS --http0.9 "telnet://127.0.0.1:$icsd_port" >"$tmp/raw" &&
	head -n 1 "$tmp/raw" | grep -q "^HTTP/1.[01] 200" &&
	tail -n 1 "$tmp/raw" | grep -q "END PGP"
'
test_ok '18 the Host header does not matter' '
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$alice_fpr" -H "Host: localhost:11371")" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$alice_fpr" -H "Host: pool.example")"
'
test_ok '19 gpg and sq can submit: t7003 and t7004 play it' '
	elsewhere t7003-gpg.sh "send-keys" && elsewhere t7004-sq.sh "keyserver send"
'
test_ok '20 a type with a charset, and multipart' '
	same 200 "$(add "$certs/alice.asc" -H "Content-Type: application/x-www-form-urlencoded; charset=UTF-8")" &&
	same 200 "$(http_code /pks/add -F "keytext=<$certs/alice.asc")" &&
	same 200 "$(http_code /pks/add -F "keytext=@$certs/alice.asc")"
'
test_ok '21 plus, %20, %0A and %0D%0A in keytext' '
	sed "s/ /+/g; s/$/%0D%0A/" "$certs/alice.asc" | tr -d "\n" |
		sed "s/=/%3D/g; s/^/keytext=/" >"$tmp/form" &&
	grep -q "BEGIN+PGP" "$tmp/form" &&
	sed -i "/^keytext=/s/\([A-Za-z0-9/]\)+\([A-Za-z0-9/]\)/\1+\2/g" "$tmp/form" &&
	curl -sS -o "$tmp/body" -w "%{http_code}" --data-urlencode "keytext@$certs/twin-a.asc" \
		"$icsd_http/pks/add" | grep -q 200 &&
	"$AWK" "{ gsub(/%/, \"%25\"); gsub(/\\+/, \"%2B\"); gsub(/=/, \"%3D\"); gsub(/ /, \"+\"); printf \"%s%%0D%%0A\", \$0 }" \
		"$certs/alice.asc" | sed "s/^/keytext=/" >"$tmp/form" &&
	same 200 "$(http_code /pks/add --data-binary @"$tmp/form")" &&
	grep -q "ignored" "$tmp/body"
'
test_ok '22 two certificates in a block, two blocks in a text' '
	gpg_use maker &&
	gpg_key "Two A <two.a@example.org>" ed25519 cert && two_a=$gpg_fpr &&
	gpg_key "Two B <two.b@example.org>" ed25519 cert && two_b=$gpg_fpr &&
	gpg_key "Two C <two.c@example.org>" ed25519 cert && two_c=$gpg_fpr &&
	{ gpg --armor --export "$two_a" "$two_b" &&
		echo between && gpg --armor --export "$two_c"; } >"$tmp/two.asc" &&
	same 200 "$(add "$tmp/two.asc")" &&
	same 200 "$(get 0x$two_a)" && same 200 "$(get 0x$two_b)" &&
	same 200 "$(get 0x$two_c)"
'
test_ok '23 no keytext, no armor: 400; rubbish: 422; nothing stored' '
	total=$(curl -sS "$icsd_http/pks/stats" | jq .total) &&
	same 400 "$(http_code /pks/add -d nothing=1)" &&
	same 400 "$(http_code /pks/add -d keytext=hello)" &&
	same 400 "$(http_code /pks/add -d keytext=%zz)" &&
	head -c 300 /dev/urandom >"$tmp/rubbish" &&
	{ echo "-----BEGIN PGP PUBLIC KEY BLOCK-----" && echo &&
		base64 -w 64 "$tmp/rubbish" &&
		echo "-----END PGP PUBLIC KEY BLOCK-----"; } >"$tmp/rubbish.asc" &&
	same 422 "$(add "$tmp/rubbish.asc")" &&
	same "$total" "$(curl -sS "$icsd_http/pks/stats" | jq .total)"
'
test_ok '24 a secret key is refused and not logged' '
	same 422 "$(add "$certs/secret.asc")" &&
	grep -q "secret" "$tmp/body" &&
	! grep -q "PRIVATE KEY" "$icsd_err"
'
test_ok '25 too large a body is 413 before it is all here' '
	head -c 20000000 /dev/zero >"$tmp/large" &&
	same 413 "$(http_code /pks/add --data-binary @"$tmp/large")" &&
	same 413 "$(http_code /pks/add -H "Expect:" --data-binary @"$tmp/large")" &&
	same 413 "$(http_code /pks/add -H "Expect:" -H "Transfer-Encoding: chunked" --data-binary @"$tmp/large")" &&
	same 400 "$(http_code /pks/add -X POST)"
'
test_ok '26 the same again is ignored' '
	same 200 "$(get 0x$alice_fpr)" && etag=$(header etag) &&
	same 200 "$(add "$certs/alice.asc" -d options=mr)" &&
	same 1 "$(jq ".ignored | length" "$tmp/body")" &&
	same 200 "$(get 0x$alice_fpr)" && same "$etag" "$(header etag)"
'
test_ok '27 a bare revocation joins its certificate' '
	same 200 "$(add "$certs/carol-revocation.asc")" &&
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=0x$carol_fpr")" &&
	same r "$($AWK -F: "/^pub/ { print \$7 }" "$tmp/body")"
'
test_ok '28 a hard revocation reaches gpg' '
	gpg_home reader && same 200 "$(add "$certs/dave.asc")" &&
	gpg --import "$certs/dave.asc" &&
	same 200 "$(add "$certs/dave-revocation.asc")" &&
	same 200 "$(get 0x$dave_fpr)" && gpg --import "$tmp/body" &&
	gpg --with-colons --list-keys "$dave_fpr" | grep -q "^pub:r:"
'
test_ok '29 nothing newer than version 4 on the old interfaces' '
	same 404 "$(get 0x$six_fpr)" && grep -q v2 "$tmp/body" &&
	same 404 "$(get six@modern.example)" &&
	same 404 "$(http_code "/pks/lookup?op=index&options=mr&search=six@modern.example")" &&
	same 200 "$(get mixed@modern.example)" && dearmored &&
	cp "$tmp/packets" "$tmp/legacy" &&
	"$HKP_TOOL" make old >"$tmp/old.pgp" &&
	same "$("$PGP_TOOL" dump <"$tmp/old.pgp")" "$("$PGP_TOOL" dump <"$tmp/legacy")" &&
	same 200 "$(http_code /pks/v2/certs/by-vfingerprint/06/$six_fpr)" &&
	cmp "$tmp/body" "$tmp/v6.pgp" &&
	same 200 "$(http_code /pks/v2/certs/by-vfingerprint/04/$mixed_fpr)" &&
	test "$(wc -c <"$tmp/body")" -gt "$(wc -c <"$tmp/legacy")"
'
# Octets from hexadecimal digits.
unhex() {
	printf "$(printf %s "$1" | $AWK '{
		for (i = 1; i < length($0); i += 2)
			printf "\\%03o", digit(i) * 16 + digit(i + 1)
	}
	function digit(at) {
		return index("0123456789abcdef", substr($0, at, 1)) - 1
	}')"
}
hex_of() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}
test_ok '30 hashquery, to the octet' '
	same 200 "$(http_code /pks/v2/certs/by-vfingerprint/04$alice_fpr)" &&
	cp "$tmp/body" "$tmp/alice.pgp" &&
	hash=$("$HKP_TOOL" skshash <"$tmp/alice.pgp") &&
	unhex 0000000200000010${hash}0000001030313233343536373839616263646566 >"$tmp/query" &&
	same 200 "$(http_code /pks/hashquery --data-binary @"$tmp/query")" &&
	same pgp/keys "$(header content-type)" &&
	same "00000001$(printf %08x "$(wc -c <"$tmp/alice.pgp")")$(hex_of "$tmp/alice.pgp")0d0a" \
		"$(hex_of "$tmp/body")" &&
	unhex 00000000 >"$tmp/query" &&
	same 200 "$(http_code /pks/hashquery --data-binary @"$tmp/query")" &&
	same 000000000d0a "$(hex_of "$tmp/body")"
'
test_ok '30 hashquery: what would cost SKS the whole answer is left out' '
	unhex 0000000200000010${hash}00000010$("$HKP_TOOL" skshash <"$tmp/v6.pgp") \
		>"$tmp/query" &&
	same 200 "$(http_code /pks/hashquery --data-binary @"$tmp/query")" &&
	same "00000001$(printf %08x "$(wc -c <"$tmp/alice.pgp")")$(hex_of "$tmp/alice.pgp")0d0a" \
		"$(hex_of "$tmp/body")"
'
test_ok '31 absurd hash queries are refused' '
	unhex ffffffff00000010 >"$tmp/query" &&
	same 413 "$(http_code /pks/hashquery --data-binary @"$tmp/query")" &&
	unhex 00000001ffffffff >"$tmp/query" &&
	same 400 "$(http_code /pks/hashquery --data-binary @"$tmp/query")" &&
	same 400 "$(http_code /pks/hashquery --data-binary x)"
'
test_ok '32 hget by SKS hash' '
	same 200 "$(http_code "/pks/lookup?op=hget&options=mr&search=$hash")" &&
	dearmored && cmp "$tmp/packets" "$tmp/alice.pgp" &&
	same 404 "$(http_code "/pks/lookup?op=hget&search=00000000000000000000000000000000")" &&
	same 404 "$(http_code "/pks/lookup?op=hget&search=xyz")"
'
test_ok '33 statistics with the names that spiders read' '
	same 200 "$(http_code "/pks/lookup?op=stats&options=json")" &&
	jq -e "(.now, .version, .hostname, .nodename, .software) | strings" "$tmp/body" &&
	jq -e "(.total > 5) and (.hourly | length == 24) and (.daily | length == 7)
		and (.peers | type == \"array\") and .queryConfig
		and (.hourly[0] | has(\"Inserted\") and has(\"Time\"))" "$tmp/body" &&
	same 200 "$(http_code /pks/stats -H "Accept: text/html")" &&
	header content-type | grep -q "^text/html"
'
# The head of a GET and of a HEAD, but for the date.
heads_agree() {
	http_code "$1" >/dev/null && grep -vi '^date:' "$tmp/head" >"$tmp/get" &&
		test -s "$tmp/body" || return
	http_code "$1" --head >/dev/null &&
		grep -vi '^date:' "$tmp/head" | diff - "$tmp/get"
}
alice_wkd=$("$HKP_TOOL" wkd alice@example.org)
test_ok '34 HEAD equals GET without a body' '
	heads_agree "/pks/lookup?op=get&search=0x$alice_fpr" &&
	heads_agree "/pks/lookup?op=get&search=0x00" &&
	heads_agree "/pks/lookup?op=index&search=0x$alice_fpr" &&
	heads_agree /pks/stats &&
	heads_agree /pks/v2/certs/by-vfingerprint/04$alice_fpr &&
	heads_agree "/.well-known/openpgpkey/example.org/hu/$alice_wkd?l=alice"
'
test_ok '35 OPTIONS tells what a path takes' '
	for path in /pks/lookup /pks/stats /vks/v1/by-email/a@b.c \
		/pks/v2/certs/by-keyid/0123456789abcdef / ; do
		same 200 "$(http_code $path -X OPTIONS)" && cors &&
		same "GET, HEAD, OPTIONS" "$(header allow)" || break
	done && test "$path" = / &&
	for path in /pks/add /pks/hashquery /pks/v2/certs; do
		same 200 "$(http_code $path -X OPTIONS)" && cors &&
		header allow | grep -q POST || break
	done && test "$path" = /pks/v2/certs &&
	header accept | grep -q application/pgp-keys &&
	same 501 "$(http_code /pks/v2/nonsense -X OPTIONS)"
'
test_ok '36 every class of answer may be read from anywhere' '
	get 0x$alice_fpr && cors && get 0x00 && cors &&
	http_code "/pks/lookup" && cors && http_code /nothing && cors &&
	http_code /pks/add -X PUT && cors && http_code /pks/add -d keytext=1 && cors &&
	http_code "/pks/lookup?op=x-y" && cors && http_code /pks/v2/certs && cors
'
test_ok '37 ETags, and 304 without a body' '
	get 0x$alice_fpr && etag=$(header etag) && test -n "$etag" &&
	get 0x$alice_fpr && same "$etag" "$(header etag)" && rm "$tmp/body" &&
	same 304 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$alice_fpr" -H "If-None-Match: $etag")" &&
	test ! -e "$tmp/body" && same "$etag" "$(header etag)" &&
	same 200 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$alice_fpr" -H "If-None-Match: \"x\"")"
'
test_ok '38 nothing is compressed' '
	http_code "/pks/lookup?op=get&search=0x$alice_fpr" -H "Accept-Encoding: gzip" &&
	same "" "$(header content-encoding)"
'
test_ok '39 no redirects' '
	! grep -rnE "\<30[1278]\>" "$srcdir"/hkp/*.c "$srcdir"/hkp/*.def
'
test_ok '40 503 with Retry-After under load: t7002 plays it' '
	elsewhere t7002-limits.sh "40 a full queue"
'
test_ok '41 by-vfingerprint in both spellings' '
	same 200 "$(http_code /pks/v2/certs/by-vfingerprint/04$alice_fpr)" &&
	same 200 "$(http_code /pks/v2/certs/by-vfingerprint/04/$(lower $alice_fpr))" &&
	same 404 "$(http_code /pks/v2/certs/by-vfingerprint/$alice_fpr)" &&
	same 404 "$(http_code /pks/v2/certs/by-vfingerprint/06/$alice_fpr)"
'
test_ok '42 by-keyid: 16 digits, no 0x, no version 6' '
	same 200 "$(http_code /pks/v2/certs/by-keyid/$(keyid $alice_fpr))" &&
	same 404 "$(http_code /pks/v2/certs/by-keyid/0x$(keyid $alice_fpr))" &&
	same 404 "$(http_code /pks/v2/certs/by-keyid/$alice_fpr)" &&
	same 404 "$(http_code /pks/v2/certs/by-keyid/$(printf %s $six_fpr | cut -c 1-16))"
'
test_ok '43 version 2 answers in binary, whatever is accepted' '
	same 200 "$(http_code /pks/v2/certs/by-identity/alice%40example.org -H "Accept: text/html")" &&
	same application/pgp "$(header content-type)" &&
	cmp "$tmp/body" "$tmp/alice.pgp" &&
	same 200 "$(http_code /pks/v2/certs/by-identity/six@modern.example)" &&
	cmp "$tmp/body" "$tmp/v6.pgp"
'
test_ok '44 the JSON index' '
	same 200 "$(http_code /pks/v2/index/alice@example.org)" &&
	same application/json "$(header content-type)" && cors &&
	jq -e ".[0] | (.version == 4) and (.fingerprint == \"$(lower $alice_fpr)\")
		and (.creation | test(\"^....-..-..T..:..:..Z$\"))
		and (.algorithm.code == 22) and (.isRevoked | not)
		and (.userIDs[0].uidString == \"Alice <alice@example.org>\")
		and (.subkeys | length == 1)" "$tmp/body" &&
	same 404 "$(http_code /pks/v2/index/nobody@example.org)"
'
today=$(date -u +%Y-%m-%d)
test_ok '45 the prefix log of a day' '
	same 200 "$(http_code /pks/v2/prefixlog/$today)" &&
	grep -q "^$(lower $alice_fpr | cut -c 1-8)$(printf "\\r")$" "$tmp/body" &&
	! tr -d "\\r" <"$tmp/body" | grep -vE "^[0-9a-f]{8}$" &&
	same 200 "$(http_code /pks/v2/prefixlog/2001-02-28)" && test ! -s "$tmp/body" &&
	same 400 "$(http_code /pks/v2/prefixlog/2001-02-30)" &&
	same 400 "$(http_code /pks/v2/prefixlog/yesterday)"
'
test_ok '46 a submission to version 2' '
	same 200 "$(http_code /pks/v2/certs --data-binary @"$tmp/alice.pgp" -H "Content-Type: application/pgp-keys")" &&
	jq -e ".ignored[0].fingerprint == \"$(lower $alice_fpr)\"" "$tmp/body" && cors &&
	same 200 "$(http_code /pks/v2/certs -F "keytext=@$tmp/alice.pgp")" &&
	same 422 "$(http_code /pks/v2/certs --data-binary "" -H "Content-Type: application/pgp")" &&
	same 422 "$(http_code /pks/v2/certs --data-binary @"$tmp/rubbish" -H "Content-Type: application/pgp")"
'
test_ok '47 unknown category 501, category alone 403' '
	same 501 "$(http_code /pks/v2/nonsense/x)" && cors &&
	same 403 "$(http_code /pks/v2/certs)" &&
	same 403 "$(http_code /pks/v2/certs/by-identity)" &&
	same 403 "$(http_code /pks/v2/index)"
'
test_ok '48 a canonical bundle cannot be put without a token' '
	same 401 "$(http_code /pks/v2/canonical/alice@example.org -X PUT --data-binary @"$tmp/alice.pgp")" &&
	same 401 "$(http_code /pks/v2/canonical/alice@example.org -X PUT -H "Authorization: Bearer x" --data-binary x)" &&
	same 404 "$(http_code /pks/v2/canonical/alice@example.org)"
'
test_ok '49 sendtoken answers the same for every address: no mail' '
	same 501 "$(http_code /pks/v2/sendtoken --data-binary alice@example.org -H "Content-Type: text/plain")" &&
	cp "$tmp/body" "$tmp/one" &&
	same 501 "$(http_code /pks/v2/sendtoken --data-binary no@where -H "Content-Type: text/plain")" &&
	cmp "$tmp/body" "$tmp/one"
'
test_ok '50 nobody deletes or replaces over the network' '
	same 501 "$(add "$certs/alice.asc" -o /dev/null >/dev/null; http_code /pks/delete -d keytext=x -d keysig=y)" &&
	same 501 "$(http_code /pks/replace -d keytext=x -d keysig=y)" &&
	same 404 "$(http_code /local/delete -d x)" &&
	same 200 "$(get 0x$alice_fpr)"
'
test_ok '51 WKD: both methods, HEAD, policy, only that address' '
	same 200 "$(http_code "/.well-known/openpgpkey/example.org/hu/$alice_wkd?l=alice")" &&
	same application/octet-stream "$(header content-type)" &&
	cmp "$tmp/body" "$tmp/alice.pgp" &&
	same 200 "$(http_code "/.well-known/openpgpkey/hu/$alice_wkd?l=Alice" -H "Host: example.org:11371")" &&
	cmp "$tmp/body" "$tmp/alice.pgp" &&
	same 200 "$(http_code "/.well-known/openpgpkey/example.org/hu/$alice_wkd")" &&
	cmp "$tmp/body" "$tmp/alice.pgp" &&
	same 200 "$(http_code "/.well-known/openpgpkey/example.org/hu/$alice_wkd?l=alice" --head)" &&
	same 404 "$(http_code "/.well-known/openpgpkey/example.org/hu/$alice_wkd?l=bob")" &&
	same 200 "$(http_code /.well-known/openpgpkey/policy)" &&
	same 200 "$(http_code /.well-known/openpgpkey/example.org/policy)"
'
test_ok '51 WKD leaves other User IDs out' '
	hash=$("$HKP_TOOL" wkd eve@example.org) &&
	same 200 "$(http_code "/.well-known/openpgpkey/example.org/hu/$hash?l=eve")" &&
	same "Eve <eve@example.org>" "$(gpg --show-keys --with-colons "$tmp/body" |
		$AWK -F: "\$1 == \"uid\" { print \$10 }")"
'
test_ok '52 VKS: three look-ups and an upload' '
	same 200 "$(http_code /vks/v1/by-fingerprint/$alice_fpr)" &&
	same application/pgp-keys "$(header content-type)" &&
	dearmored && cmp "$tmp/packets" "$tmp/alice.pgp" &&
	same 200 "$(http_code /vks/v1/by-keyid/$(keyid $alice_sub))" &&
	same 200 "$(http_code /vks/v1/by-email/alice%40example.org)" &&
	same 404 "$(http_code /vks/v1/by-email/nobody%40example.org)" &&
	jq -n --rawfile k "$certs/alice.asc" "{keytext: \$k}" >"$tmp/upload" &&
	same 200 "$(http_code /vks/v1/upload --data-binary @"$tmp/upload" -H "Content-Type: application/json")" &&
	jq -e ".key_fpr == \"$alice_fpr\" and has(\"status\") and has(\"token\")" "$tmp/body" &&
	jq -n --arg k "$(base64 -w0 <"$tmp/alice.pgp")" "{keytext: \$k}" >"$tmp/upload" &&
	same 200 "$(http_code /vks/v1/upload --data-binary @"$tmp/upload")" &&
	same 400 "$(http_code /vks/v1/upload --data-binary no)" &&
	jq -e .error "$tmp/body"
'
test_ok '53 slow and oversized requests are bounded: t7002 plays it' '
	elsewhere t7002-limits.sh "headers above 8 KiB" &&
	elsewhere t7002-limits.sh "several requests at once"
'
test_ok '54 a name for the file cannot be injected' '
	http_code "/pks/lookup?op=get&search=%22%0d%0aX-Evil:%20x%0d%0a@example.org" &&
	! grep -qi "^x-evil" "$tmp/head" &&
	http_code "/pks/lookup?op=get&search=0x$alice_fpr" &&
	same "attachment; filename=\"openpgp.asc\"" "$(header content-disposition)"
'
test_ok 'the deny list answers with its reason' '
	curl -sS --unix-socket "$icsd_dir/icsd.sock" -d "{\"fingerprint\":\"$bob_fpr\",\"reason\":\"asked to go\"}" \
		http://x/local/deny >"$tmp/denied" &&
	same 410 "$(get 0x$bob_fpr)" && grep -q "asked to go" "$tmp/body" &&
	same 422 "$(add "$certs/bob.asc" -d options=mr)" &&
	jq -e ".invalid | length == 1" "$tmp/body"
'
test_ok 'the admin listener: health, readiness, metrics; not in public' '
	same 200 "$(curl -sS -o "$tmp/body" -w "%{http_code}" "$admin/healthz")" &&
	same 200 "$(curl -sS -o "$tmp/body" -w "%{http_code}" "$admin/readyz")" &&
	same 200 "$(curl -sS -o "$tmp/body" -w "%{http_code}" "$admin/metrics")" &&
	grep -q "^icsd_store_certificates [0-9]" "$tmp/body" &&
	same 404 "$(http_code /metrics)" && same 404 "$(http_code /healthz)" &&
	same 404 "$(curl -sS -o /dev/null -w "%{http_code}" "$admin/pks/lookup")"
'
test_ok 'no contact, no word of it' '
	same 200 "$(http_code /)" && ! grep -q Contact "$tmp/body" &&
	same 200 "$(http_code "/pks/stats" -H "Accept: text/html")" &&
	grep -q "</html>" "$tmp/body" && ! grep -q Contact "$tmp/body"
'
test_ok 'the server ends well' 'icsd_stop'
test_ok 'a contact is shown, as text' '
	echo "contact = \"Keys <keys@example.org>\"" >"$tmp/contact.conf" &&
	icsd_start contact -f "$tmp/contact.conf" &&
	same 200 "$(http_code /)" &&
	grep -qF "Contact: Keys &lt;keys@example.org&gt;" "$tmp/body" &&
	same 200 "$(http_code "/pks/stats" -H "Accept: text/html")" &&
	grep -qF "Contact: Keys &lt;keys@example.org&gt;" "$tmp/body" &&
	icsd_stop
'
test_done
