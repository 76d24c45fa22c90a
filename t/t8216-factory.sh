#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# C11: what factories hand over becomes certificates by one command: PKCS#10
# requests, X.509 certificates, a Microchip manifest of signed entries, the
# public area of a TPM's key; bad ones are named and passed over.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless jq curl openssl python3
grep -q 'define HAVE_OPENSSL 1' "$builddir/config.h" ||
	skip_all 'built without OpenSSL'
unset ICS_SERVER

import() { # FILE OPTION...: its counts in $tmp/json
	"$ICS" -s "$icsd_http" import "$@" --as "$acme" --set manu=Acme --json \
		>"$tmp/json" 2>"$tmp/err"
	import_ended=$?
	cat "$tmp/err"
	return $import_ended
}
counts() { # TAKEN BAD
	same "$1 $2" "$(jq -r '"\(.taken) \(.bad)"' "$tmp/json")"
}
found() { # TERMS: how many
	curl -sSf "$icsd_http/ics/v1/search?$1" | jq '.items | length'
}
key() { # NAME [CURVE]
	openssl genpkey -quiet -algorithm EC \
		-pkeyopt "ec_paramgen_curve:${2:-P-256}" -out "$tmp/$1.pem"
}
request() { # NAME SUBJECT
	openssl req -new -key "$tmp/$1.pem" -subj "$2" -out "$tmp/$1.csr"
}
issue() { # NAME: by the factory's CA
	openssl x509 -req -in "$tmp/$1.csr" -CA "$tmp/ca.crt" -CAkey "$tmp/ca.pem" \
		-CAcreateserial -days 3650 -out "$tmp/$1.crt" 2>/dev/null
}
factory() { python3 "$srcdir/t/factory.py" "$@"; }

test_ok 'a maker; keys of devices; a CA of a factory' '
	gpg_home && gpg_key "Acme <pki@acme.example>" && acme=$gpg_fpr &&
	gpg --armor --export "$acme" >"$tmp/acme.asc" &&
	icsd_start server --root "$acme" &&
	key d1 && key d2 && key d3 P-384 && key d4 && key ca && key signer && key other &&
	openssl req -x509 -key "$tmp/ca.pem" -subj "/CN=Factory CA" -out "$tmp/ca.crt" &&
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$tmp/rsa.pem" &&
	openssl genpkey -quiet -algorithm ed25519 -out "$tmp/ed.pem"
'
test_ok 'a PKCS#10 request: its serial number, its key' '
	request d1 "/O=Acme/CN=pump/serialNumber=S-1" &&
	import "$tmp/d1.csr" --made 2026-10-01 && counts 1 0 &&
	same 1 "$(found serial=s-1)" &&
	"$ICS" -s "$icsd_http" export --anchor "$tmp/acme.asc" --pem "Acme S-1" >"$tmp/out" &&
	openssl pkey -in "$tmp/d1.pem" -pubout | cmp - "$tmp/out"
'
test_ok 'X.509 certificates, many in one file, with words between' '
	for n in d2 d3 rsa ed; do
		request $n "/CN=unit $n/serialNumber=X-$n" && issue $n || break
	done && { cat "$tmp/d2.crt"; echo a remark; openssl x509 -in "$tmp/d3.crt" -text;
		cat "$tmp/rsa.crt" "$tmp/ed.crt"; } >"$tmp/all.pem" &&
	import "$tmp/all.pem" && counts 4 0 && same 1 "$(found serial=x-d3)" &&
	import "$tmp/all.pem" && counts 0 0 && same 4 "$(jq .known "$tmp/json")"
'
test_ok 'one in DER' '
	request d4 /CN=lonely && issue d4 &&
	openssl x509 -in "$tmp/d4.crt" -outform der -out "$tmp/d4.der" &&
	import "$tmp/d4.der" && counts 1 0 &&
	curl -sSf "$icsd_http/pks/lookup?op=index&options=mr&search=lonely" | grep "^uid:lonely"
'
test_ok 'columns of CSV and JSON lines; a bad line is named, the rest is taken' '
	for n in 1 2 3; do key c$n && request c$n "/CN=c$n" || break; done &&
	{ echo serial,model,csr; for n in 1 2 3; do
		printf "C-%s,T1000,%s\n" $n "$(grep -v -e ----- "$tmp/c$n.csr" | tr -d "\n")"; done
	} | sed "3s/....\$/AAAA/" >"$tmp/c.csv" &&
	fails_with 1 import "$tmp/c.csv" --made 2026-10-01 && counts 2 1 &&
	grep "c.csv:3: csr: " "$tmp/err" && same 1 "$(found serial=c-3)" &&
	jq -n --rawfile cert "$tmp/d2.crt" -c "{cert: \$cert, serial: \"J-1\", made: \"2026-10-02\"}" \
		>"$tmp/j.json" && import "$tmp/j.json" && counts 1 0 && same 1 "$(found serial=j-1)"
'
test_ok 'a request that its key did not sign' '
	openssl req -in "$tmp/c1.csr" -outform der -out "$tmp/c1.der" &&
	{ head -c 30 "$tmp/c1.der" && printf Z && tail -c +32 "$tmp/c1.der"; } >"$tmp/forged" &&
	{ echo csr,made; printf "%s,2026-10-01\n" "$(base64 -w0 "$tmp/forged")"; } >"$tmp/f.csv" &&
	fails_with 1 import "$tmp/f.csv" && grep "not signed by its own key\|neither" "$tmp/err"
'

# ---- manifests of secure elements ---------------------------------------------------

test_ok 'a Microchip manifest; three bad entries are named by their lines' '
	for n in 0 1 2 3 4 5 6 7; do key m$n && list="${list:+$list,}$tmp/m$n.pem" || break; done &&
	request m6 /CN=chip && issue m6 && request m7 /CN=chip && issue m7 &&
	openssl req -x509 -key "$tmp/signer.pem" -subj "/CN=Manifest Signer" \
		-out "$tmp/signer.crt" &&
	factory manifest 8 "$tmp/signer.pem" "$list" 2=signature 4=member \
		"6=x5c:$tmp/m6.crt,$tmp/ca.crt" "5=x5c:$tmp/m7.crt,$tmp/ca.crt" \
		>"$tmp/chips.json" &&
	fails_with 1 import "$tmp/chips.json" --manifest-key "$tmp/signer.crt" &&
	counts 5 3 && same 3 "$(grep -c "chips.json:[0-9]*: " "$tmp/err")" &&
	grep "signature: the entry is not signed by that key" "$tmp/err" &&
	grep "entry: this is no signed entry" "$tmp/err" && grep "x5c: the certificates" "$tmp/err"
'
test_ok 'its serial numbers, and that a chip keeps the key (S22)' '
	same 1 "$(found serial=0123000000000006)" && same 5 "$(found protection=chip)" &&
	same 0 "$(found protection=software)"
'
test_ok 'by another signer, or by nobody who is named: every entry is refused' '
	fails_with 1 import "$tmp/chips.json" --manifest-key "$tmp/ca.crt" && counts 0 8 &&
	fails_with 1 import "$tmp/chips.json" && counts 0 8 && grep -- "--manifest-key" "$tmp/err" &&
	openssl pkey -in "$tmp/signer.pem" -pubout -out "$tmp/signer.pub" &&
	fails_with 1 import "$tmp/chips.json" --manifest-key "$tmp/signer.pub" &&
	same 5 "$(jq .known "$tmp/json")" &&
	fails_with 1 import "$tmp/chips.json" --manifest-key "$tmp/no-such-file" &&
	fails_with 2 import "$tmp/chips.json" --manifest-key "$tmp/err"
'
test_ok 'TPM: RSA and P-256 endorsement keys, one that signs' '
	key t1 && key t2 &&
	{ echo tpm,serial,made; echo "$(factory tpm "$tmp/rsa.pem" decrypt),T-1,2026-10-01"
		echo "$(factory tpm "$tmp/t1.pem" decrypt),T-2,2026-10-01"
		echo "$(factory tpm "$tmp/t2.pem"),T-3,2026-10-01"
		echo "0001000b,T-4,2026-10-01"; } >"$tmp/tpm.csv" &&
	fails_with 1 import "$tmp/tpm.csv" && counts 3 1 &&
	grep "tpm.csv:5: " "$tmp/err" && same 1 "$(found serial=t-2)" &&
	"$ICS" -s "$icsd_http" status --json --anchor "$tmp/acme.asc" "Acme T-2" >"$tmp/out"
	cat "$tmp/out"; jq -e ".certificates[0].algorithm == \"ECDH\"" "$tmp/out"
'
test_done
