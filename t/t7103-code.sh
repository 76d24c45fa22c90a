#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Code identities: published by stock gpg, told by the ICS API and by HKP, and
# verified by stock gpg again.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

test_ok 'keys of a maker and an owner, and a server that knows them' '
	gpg_home maker && gpg_key "Acme <ca@acme.example>" ed25519 && acme=$gpg_fpr &&
	gpg_key "Owner <it@plant.example>" ed25519 && owner=$gpg_fpr &&
	icsd_start state --root "$acme" && same 200 "$(submit)"
'

printf firmware >"$tmp/fw.bin"
hash=$(sha256sum "$tmp/fw.bin" | cut -c 1-64)
code=code:sha256:$hash
test_ok 'the maker publishes code by stock gpg' '
	signer=$acme &&
	record "$tmp/code.sig" rec=code/1 "subject=$code" "code-hash=sha256:$hash" \
		code-name=fw "code-version=1.0 beta" &&
	same 200 "$(post "$tmp/code.sig")" && valid submit
'
test_ok 'it is an item' '
	same 200 "$(api "/items/sha256:$hash")" && valid item &&
	is ".item == \"$code\" and .kind == \"code\"" &&
	same 200 "$(api "/items/$code/status")" && valid status
'
test_ok 'the record verifies by stock gpg' '
	verifies "/ics/v1/items/sha256:$hash.asc" &&
	same application/pgp-signature "$(header content-type)"
'
test_ok 'a single record, by its digest' '
	digest=$(api "/items/sha256:$hash" >/dev/null;
		jq -r ".statements[0].digest" "$tmp/body") &&
	verifies "/ics/v1/statements/$digest.asc" \
		"/ics/v1/statements/rec:$digest.pgp"
'
test_ok 'a second signer, and status' '
	signer=$owner &&
	record "$tmp/code2.sig" rec=note/1 "subject=$code" reason=tested &&
	same 200 "$(post "$tmp/code2.sig")" && signer=$acme &&
	record "$tmp/code3.sig" rec=code-status/1 "subject=$code" \
		code-status=deprecated &&
	same 200 "$(post "$tmp/code3.sig")" &&
	same 200 "$(api "/items/sha256:$hash/status")" &&
	is ".status == \"deprecated\""
'
for query in "hash=sha256:$hash" "hash=$hash" "code-name=fw" \
	"kind=code&manu=x&claims=no"; do
	want=1
	test "$query" = "${query#*manu}" || want=0
	test_ok "$want code found by $query" 'same "$want" "$(count "$query")"'
done
test_ok 'HKP has the statements as one block' '
	verifies \
		"/pks/lookup?op=get&options=mr&search=$code" \
		"/pks/lookup?op=get&options=mr&search=sha256:$hash" &&
	same 1 "$(grep -c "BEGIN PGP SIGNATURE" "$tmp/body")" &&
	same 3 "$("$PGP_TOOL" dearmor <"$tmp/body" | "$PGP_TOOL" dump | wc -l |
		tr -d " ")"
'
test_ok 'HKP lists it in each form' '
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=sha256:$hash")" &&
	same "info:1:0" "$(sed -n 1p "$tmp/body")" &&
	same "$code:fw:1.0%20beta:deprecated" "$(sed -n 2p "$tmp/body")" &&
	same 200 "$(http_code "/pks/lookup?op=index&options=json&search=$code")" &&
	is ".[0].item == \"$code\"" &&
	same 200 "$(http_code "/pks/lookup?op=index&search=$code")" &&
	grep -q "<code>$code</code>: deprecated" "$tmp/body"
'
test_ok 'gpg that searches for it finds no key, and says so' '
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --search-keys \
		"sha256:$hash" >"$tmp/gpg.out" 2>&1 </dev/null;
	! grep -qi "invalid\|malformed\|error parsing" "$tmp/gpg.out"
'
test_ok 'a certificate answer has no record' '
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$acme")" &&
	! grep -q "BEGIN PGP SIGNATURE" "$tmp/body"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
