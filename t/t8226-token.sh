#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Bearer tokens, and a domain that only their holders read: an icsd of one's
# own, with a descriptor by gpg.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"

token() {
	sed -n 1p "$tmp/token"
}

test_ok 'a token is 43 characters, its hash that of sha256sum' '
	"$ICS" token new >"$tmp/token" &&
	same 43 "$(token | tr -d "\n" | wc -c)" &&
	hash=$(token | tr -d "\n" | sha256sum | cut -d" " -f1) &&
	same "read { tokens = {\"$hash\"} }" "$(sed -n 2p "$tmp/token")"
'
test_ok 'no two are alike' '
	"$ICS" token new >"$tmp/other" && ! cmp -s "$tmp/token" "$tmp/other"
'
test_ok 'show says the same again' '
	"$ICS" token show "$tmp/token" >"$tmp/again" &&
	cmp "$tmp/token" "$tmp/again" &&
	token | "$ICS" token show - | cmp - "$tmp/token"
'
test_ok 'as JSON' '
	"$ICS" token show -j "$tmp/token" >"$tmp/json" &&
	grep -Fq "\"$(token)\"" "$tmp/json" && grep -q "\"sha256\"" "$tmp/json"
'
test_ok 'what is no token' '
	: >"$tmp/empty" &&
	fails_with 1 "$ICS" token show "$tmp/empty" &&
	fails_with 2 "$ICS" token make &&
	fails_with 2 "$ICS" token new "$tmp/empty"
'

hash=$(sed -n 2p "$tmp/token" | cut -d'"' -f2)
gpg_home 2>/dev/null
gpg_key 'Owner <owner@plant.example>' 2>/dev/null && owner=$gpg_fpr
gpg_key 'Pump <pump@plant.example>' 2>/dev/null && pump=$gpg_fpr

descriptor() {
	cat >"$tmp/plant.$1" <<-X
	domain "plant" {
	  serial = $1
	  owner  = "04$owner"
	  member { items = {"04$pump"} }
	  read   { $2 }
	}
	X
	gpg -u "$owner" --clearsign <"$tmp/plant.$1" >"$tmp/plant.$1.asc"
}

status() {
	http_code "/pks/lookup?op=get&options=mr&search=0x$1"
}

holds_back() {
	test "$(status "$pump")" = 404
}

lets_see() {
	test "$(status "$pump")" = 200
}

test_ok 'a server, a thing, and no domain' '
	icsd_start one &&
	gpg --export "$owner" "$pump" >"$tmp/both.pgp" &&
	"$ICS" -D "$icsd_dir" load "$tmp/both.pgp" &&
	same 200 "$(status "$pump")"
'
test_ok 'a descriptor shuts it in' '
	descriptor 1 "tokens = {\"$hash\"}" &&
	"$ICS" -D "$icsd_dir" load "$tmp/plant.1.asc" &&
	wait_until 60 holds_back && same 200 "$(status "$owner")"
'
test_ok 'but for who has the token' '
	same 200 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$pump" \
		-H "Authorization: Bearer $(token)")" &&
	same 404 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$pump" \
		-H "Authorization: Bearer $(sed -n 1p "$tmp/other")")"
'
test_ok 'ics shows it' '
	ICS_TOKEN=$(token) "$ICS" -s "$icsd_http" get "0x$pump" >/dev/null &&
	fails_with 1 "$ICS" -s "$icsd_http" get "0x$pump"
'
test_ok 'the operator sees it on his socket' '
	"$ICS" -D "$icsd_dir" get "0x$pump" >/dev/null
'
test_ok 'whoever sends it hears nothing' '
	gpg --export "$pump" >"$tmp/pump.pgp" &&
	same 200 "$(http_code /ics/v1/submit --data-binary "@$tmp/pump.pgp")" &&
	grep -q received "$tmp/body" && ! grep -q ignored "$tmp/body" &&
	same 200 "$(http_code /ics/v1/submit --data-binary "@$tmp/pump.pgp" \
		-H "Authorization: Bearer $(token)")" &&
	grep -q ignored "$tmp/body"
'
test_ok 'the next version opens it again' '
	descriptor 2 "public = yes" &&
	"$ICS" -D "$icsd_dir" load "$tmp/plant.2.asc" &&
	wait_until 60 lets_see
'
test_ok 'public = no: what is of no domain is the operator'\''s' '
	icsd_stop && printf "public = no\n" >"$tmp/one.conf" &&
	icsd_start one -f "$tmp/one.conf" &&
	same 200 "$(status "$pump")" && same 404 "$(status "$owner")" &&
	"$ICS" -D "$icsd_dir" get "0x$owner" >/dev/null
'
test_done
