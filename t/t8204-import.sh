#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics import: certificates of a manifest, by every way in which a factory
# writes a key down; bad rows are named and passed over; importing again
# changes nothing; a run that broke off goes on.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless openssl
ICS=${ICS:-$builddir/ics}
make="$builddir/t/manifest_make"
made='--made 2026-11-01T00:00:00Z'

found() {
	test "$(curl -sS "$icsd_http/pks/lookup?op=index&options=mr&search=$1" |
		grep -c ^pub:)" -eq "$2"
}
# public ALGORITHM OPTION...: a new key, its public half as PEM
public() {
	openssl genpkey -algorithm "$@" -out "$tmp/secret.pem" 2>/dev/null &&
		openssl pkey -in "$tmp/secret.pem" -pubout
}

test_ok 'a maker, and a server that takes its word' '
	gpg_home && gpg_at 20260101T000000 --quick-generate-key "Acme <acme@x.example>" ed25519 sign,cert never &&
	acme=$(gpg --with-colons --list-keys acme@x.example | $AWK -F: "/^fpr/ { print \$10; exit }") &&
	icsd_start state --root "$acme" && export ICS_SERVER=$icsd_http
'
test_ok 'CSV of 1,200 raw keys: three batches' '
	"$make" csv ed25519 1 1200 >"$tmp/a.csv" &&
	"$ICS" import "$tmp/a.csv" --as "$acme" $made --set manu=Acme --json >"$tmp/json" && cat "$tmp/json" &&
	grep "\"taken\": 1200" "$tmp/json" && grep "\"bad\": 0" "$tmp/json" &&
	found "Acme+T1000+000777" 1
'
test_ok 'whether such a key is valid, only its maker tells' '
	gpg --export "$acme" >"$tmp/acme.pgp" &&
	gpg_at 20260101T000000 --quick-generate-key "Other <other@y.example>" ed25519 sign,cert never &&
	gpg --export other@y.example >"$tmp/other.pgp" &&
	fails_with 1 "$ICS" status "Acme T1000 000777" >"$tmp/out" && cat "$tmp/out" &&
	grep "named by others only: $acme" "$tmp/out" && grep -e --anchor "$tmp/out" &&
	fails_with 1 "$ICS" status "Acme T1000 000777" -A "$tmp/other.pgp" --json >"$tmp/json" &&
	cat "$tmp/json" && grep -i "\"named_by\": \"$acme\"" "$tmp/json" &&
	fails_with 1 "$ICS" status "Acme T1000 000777" -A "$acme" &&
	"$ICS" status "Acme T1000 000777" -A "$tmp/acme.pgp" >"$tmp/out"; cat "$tmp/out" &&
	grep "  valid" "$tmp/out" && grep "uid .*000777" "$tmp/out" &&
	dev=$(cut -d " " -f 1 "$tmp/out" | head -n 1) && fails_with 5 "$ICS" export --pem "$dev" -k "$dev" &&
	"$ICS" export --pem "$dev" -k "$dev" -A "$tmp/acme.pgp" | grep "BEGIN PUBLIC KEY"
'
test_ok 'once more: nothing is new, and nothing has changed' '
	"$ICS" -D "$icsd_dir" dump -o "$tmp/before" && sleep 1 &&
	"$ICS" import "$tmp/a.csv" --as "$acme" $made --set manu=Acme --json >"$tmp/json" &&
	grep "\"known\": 1200" "$tmp/json" && "$ICS" -D "$icsd_dir" dump -o "$tmp/after" &&
	cmp "$tmp/before" "$tmp/after"
'
test_ok 'JSON lines, points of P-256' '
	"$make" json p256 2001 2020 >"$tmp/b.json" &&
	"$ICS" import "$tmp/b.json" --as "$acme" $made --user-id "unit {serial} of {manu}" --set manu=Acme &&
	found "unit+002020+of+Acme" 1
'
test_ok 'what the maker said is in the certificate, by its signature' '
	fpr=$(curl -sS "$icsd_http/pks/lookup?op=index&options=mr&search=unit+002020" |
		sed -n "s/^pub:\([^:]*\):.*/\1/p") &&
	curl -sS "$icsd_http/pks/lookup?op=get&search=0x$fpr" | gpg --list-packets >"$tmp/list" &&
	cat "$tmp/list" && grep "algo 19, created 1793491200" "$tmp/list" &&
	for said in manu=Acme model=T1000 serial@ics.example=002020 lot=2026-20; do
		grep "notation: $said" "$tmp/list" || return 1
	done
'

# ---- the forms of a key -------------------------------------------------------

{
	echo 'pem,uid,status'
	for kind in 'ed25519' 'x25519' 'EC -pkeyopt ec_paramgen_curve:P-256' \
		'EC -pkeyopt ec_paramgen_curve:P-384' 'EC -pkeyopt ec_paramgen_curve:P-521' \
		'EC -pkeyopt ec_paramgen_curve:secp256k1' 'RSA -pkeyopt rsa_keygen_bits:2048'; do
		printf '"%s","pem %s",active\n' "$(public $kind)" "${kind%% *}${kind##*:}"
	done
	pem=$(public ed25519)
	printf '"%s","one line",active\n' "$(echo "$pem" | sed ':a;N;$!ba;s/\n/\\n/g')"
	printf '%s,"bare base 64",active\n' "$(echo "$(public ed25519)" | sed '/^-/d' | tr -d '\n')"
} >"$tmp/pem.csv"
test_ok 'PEM of every kind, in quotes over several lines, and spelled out' '
	"$ICS" import "$tmp/pem.csv" --as "$acme" $made --json >"$tmp/json" && cat "$tmp/json" &&
	grep "\"taken\": 9" "$tmp/json" && found "pem+RSA2048" 0
	found "pem" 7 && found "one+line" 1 && found "bare+base+64" 1
'
test_ok 'the fingerprint is that of the same key in gpg' '
	gpg_key "Device" ed25519 sign,cert && fpr=$gpg_fpr &&
	point=$(gpg --export "$fpr" | gpg --list-packets --debug 0x2 2>/dev/null | cat >/dev/null;
		gpg --export "$fpr" | od -An -v -tx1 | tr -d " \n" | sed "s/.*2b06010401da470f01010740\(.\{64\}\).*/\1/") &&
	time=$(gpg --with-colons --list-keys "$fpr" | $AWK -F: "/^pub/ { print \$6 }") &&
	printf "key,uid,made\n%s,As gpg has it,%s\n" "$point" "$time" >"$tmp/gpg.csv" &&
	"$ICS" import "$tmp/gpg.csv" --as "$acme" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$fpr")" && grep -q BEGIN "$tmp/body"
'

# ---- what is wrong is named ------------------------------------------------------

good=$("$make" csv ed25519 5000 5000 | sed -n '2s/,.*//p')
cat >"$tmp/bad.csv" <<EOF
key,serial,model,made
$good,1,T1000,2026-11-01
${good%??},2,T1000,2026-11-01
$good,3,T1000,yesterday
,4,T1000,2026-11-01
0200000000000000000000000000000000000000000000000000000000000000,5,T1000,2026-11-01
$good,6,T1000,2026-11-01,more
$good,7,,
$good,8,T1000,2026-11-01
EOF
test_ok 'a line for each bad row; the good ones are taken; status 1' '
	fails_with 1 "$ICS" import "$tmp/bad.csv" --as "$acme" --json >"$tmp/json" 2>"$tmp/err" &&
	cat "$tmp/err" && same 6 "$(wc -l <"$tmp/err")" &&
	for line in "3: key: this is no public key" "4: made: this is no time" \
		"5: pem: there is no key" "6: key: the point is not" \
		"7: 5 of 4 fields" "8: made: nobody says"; do
		grep "bad.csv:$line" "$tmp/err" || return 1
	done && cat "$tmp/json" && grep "\"rows\": 8" "$tmp/json" && grep "\"taken\": 2" "$tmp/json"
'
printf '{"key":"%s","serial":"x\\u0001"}\n{"key":\n[]\n{"key":"%s","colour":"red"}\n' \
	"$good" "$good" >"$tmp/bad.json"
test_ok 'and of JSON lines, without sending one of them' '
	fails_with 1 "$ICS" import "$tmp/bad.json" --as "$acme" $made -n 2>"$tmp/err"; cat "$tmp/err"
	grep "bad.json:1: serial: the value" "$tmp/err" && grep "bad.json:2: JSON" "$tmp/err" &&
	grep "bad.json:3: JSON" "$tmp/err" && grep "bad.json:4: colour: no notation" "$tmp/err"
'
test_ok 'no file, an empty one, columns that are none' '
	fails_with 1 "$ICS" import "$tmp/none.csv" --as "$acme" &&
	: >"$tmp/empty" && fails_with 1 "$ICS" import "$tmp/empty" --as "$acme" &&
	echo "key,key" >"$tmp/twice" && fails_with 1 "$ICS" import "$tmp/twice" --as "$acme"
'
test_ok 'what the server refuses is named by its line; status 5' '
	fpr=$(curl -sS "$icsd_http/pks/lookup?op=index&options=mr&search=Acme+T1000+000005" |
		sed -n "s/^pub:\([^:]*\):.*/\1/p") &&
	"$ICS" -D "$icsd_dir" deny "$fpr" --reason "a prototype" &&
	fails_with 5 "$ICS" import "$tmp/a.csv" --as "$acme" $made --set manu=Acme 2>"$tmp/err" &&
	cat "$tmp/err" && grep "a.csv:6: " "$tmp/err"
'

# ---- a run that breaks off ----------------------------------------------------------

test_ok '--resume goes on behind the last acknowledged line' '
	"$make" csv ed25519 6001 6010 >"$tmp/r.csv" && echo 6 >"$tmp/r.csv.ics-state" &&
	"$ICS" import "$tmp/r.csv" --as "$acme" $made --resume --json >"$tmp/json" && cat "$tmp/json" &&
	grep "\"rows\": 5" "$tmp/json" && ! test -e "$tmp/r.csv.ics-state"
'
test_ok 'killed in the middle, it ends with every device on the server' '
	"$make" csv ed25519 10001 13000 >"$tmp/k.csv" &&
	{ "$ICS" import "$tmp/k.csv" --as "$acme" $made --resume -q & } && pid=$! &&
	wait_until 60 "test -s \"$tmp/k.csv.ics-state\"" && kill -KILL $pid
	wait $pid; line=$(cat "$tmp/k.csv.ics-state") && test "$line" -lt 3001 && echo "at $line" &&
	"$ICS" import "$tmp/k.csv" --as "$acme" $made --resume --json >"$tmp/json" && cat "$tmp/json" &&
	grep "\"rows\": $((3001 - line))" "$tmp/json" &&
	for number in 010001 010500 011777 013000; do found "T1000+$number" 1 || return 1; done
'
test_ok '--output writes certificates for ics load' '
	"$ICS" import "$tmp/r.csv" --as "$acme" $made -o "$tmp/r.pgp" &&
	"$ICS" -D "$icsd_dir" load "$tmp/r.pgp" >"$tmp/out" 2>&1 && cat "$tmp/out"
'
test_done
