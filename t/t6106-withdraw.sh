#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An infield server holds what it is for: what neither a peer is asked for nor a
# domain has leaves with the next round, and comes back when it is asked for.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
. "$srcdir/t/lib-blocks.sh"

# has NAME FPR: over HTTP, as anybody; not as lib-blocks.sh has it
has() {
	eval "icsd_http=\$$1_http"
	test 200 = "$(api "/items/$2")"
}
gone() {
	eval "icsd_http=\$$1_http"
	test 404 = "$(api "/items/$2")"
}
# wants NAME SELECT: its row of c
wants() {
	own_rows "$1" "$(own_row_of c "every=0 push=no $2")" &&
		own_reload "$1" && own_round "$1" c
}
# plant SERIAL WORDS: a domain at d
plant() {
	printf 'domain "plant" {\n\tserial = %s\n\towner = "04%s"\n%s\n\tread { public = yes }\n}\n' \
		"$1" "$owner" "$2" >"$tmp/plant.$1" &&
		gpg -u "$owner" --clearsign "$tmp/plant.$1" &&
		own_ics d load -q "$tmp/owner.pgp" &&
		own_ics d load -q "$tmp/plant.$1.asc"
}

test_ok 'a maker, and things of two models' '
	gpg_home && own_new c d e &&
	own_rows c "d kind=ics key=$d_pin" "e kind=ics key=$e_pin" &&
	own_start c && gpg_key Owner && owner=$gpg_fpr &&
	gpg --export "$owner" >"$tmp/owner.pgp" &&
	gpg_key "Acme <acme@example.org>" && maker=$gpg_fpr &&
	gpg --export "$maker" >"$tmp/maker.pgp" && own_feed c "$tmp/maker.pgp" &&
	own_device c one T1000 && own_device c two T2000 && own_device c three T1000 &&
	own_device c partner T9 && signer=$maker &&
	record "$tmp/two.sig" rec=device-status/1 "subject=dev:04$two" \
		status=active &&
	own_feed c "$tmp/two.sig"
'
test_ok 'two servers ask for all that it made: one in the field, one that maintains' '
	own_rows d "$(own_row_of c "every=0 push=no select=manu=Acme")" &&
	own_rows e "$(own_row_of c "every=0 push=no select=manu=Acme")" &&
	own_start d --profile infield && own_start e --profile maintenance &&
	own_round d c && own_round e c &&
	for each in "$one" "$two" "$three" "$partner" "$maker"; do
		has d "$each" && own_ics e get "$each" >"$tmp/out" || return 1
	done
'
test_ok 'one model alone: the others leave with the next round' '
	wants d select=model=T1000 && wait_until 20 "gone d $two" &&
	wait_until 20 "gone d $partner" && has d "$one" && has d "$three"
'
test_ok 'who spoke about what stays is here still' '
	has d "$maker" && own_ics d get "$maker" >"$tmp/out"
'
test_ok 'what was said of it has left with it; the log tells' '
	same 0 "$(own_ics d stats --json | jq .records)" &&
	grep -q " withdrawn item=dev:04$(echo "$two" | tr A-F a-f) why=\"not selected\"" \
		"$tmp/d.err" &&
	icsd_http=$d_http && same 200 "$(api "/changes?limit=1000")" &&
	jq -e "[.rows[] | select(.event == \"delete\")] | length == 2" "$tmp/body"
'
test_ok 'nothing is denied' '
	same 0 "$(own_ics d stats --json | jq .denied)"
'
test_ok 'the other model: what left is back, with all that was said of it' '
	wants d select=model=T2000 && has d "$two" && has d "$maker" &&
	same 1 "$(own_ics d stats --json | jq .records)" &&
	wait_until 20 "gone d $one" && gone d "$three"
'
test_ok 'a domain that has one, names a party, and has an owner' '
	wants d select=manu=Acme && has d "$one" && has d "$partner" &&
	plant 1 "member { items = {\"04$one\"} }
		party \"partner\" { key = \"04$partner\" }" &&
	wants d select=model=T2000 && wait_until 20 "gone d $three" &&
	has d "$two" && has d "$one" && has d "$partner" && has d "$owner"
'
test_ok 'the domain lets go of it: with the next round so does the server' '
	plant 2 "party \"partner\" { key = \"04$partner\" }" && has d "$one" &&
	own_round d c && wait_until 20 "gone d $one" && has d "$partner" &&
	has d "$two"
'
test_ok 'nothing leaves while the other side is away' '
	plant 3 "" && own_stop c && ! own_round d c && has d "$partner" &&
	own_start c && own_round d c && wait_until 20 "gone d $partner"
'
test_ok 'who is asked for everything has everything stay' '
	wants d "" && has d "$one" && plant 4 "member { items = {\"04$one\"} }" &&
	own_round d c && own_round d c && has d "$three"
'
test_ok 'a server that maintains keeps what it has' '
	wants e select=model=T1000 && own_round e c &&
	own_ics e get "$two" >"$tmp/out" && ! grep " withdrawn " "$tmp/e.err"
'
test_ok 'what is stored is whole, and loads elsewhere to the same' '
	wants d select=model=T1000 && wait_until 20 "gone d $two" &&
	own_ics d fsck && own_dump d && own_rows e && rm -rf "$tmp/again" &&
	mkdir "$tmp/again" && "$ICS" -D "$tmp/again" load -q "$tmp/d.dump" &&
	"$ICS" -D "$tmp/again" dump -q -o "$tmp/again.dump" &&
	cmp "$tmp/d.dump" "$tmp/again.dump"
'
test_ok 'a descriptor says what is fetched: the next version adds and withdraws' '
	own_rows d && own_reload d && kept="sync \"maker\" {
		url = \"hkps://${c_url#https://}\" pin = \"$c_pin\" every = 1s may-alter = yes" &&
	plant 5 "$kept pull = \"model=T2000\" }" &&
	wait_until 30 "has d $two" && wait_until 30 "gone d $three" &&
	plant 6 "$kept pull = \"model=T1000\" }" &&
	wait_until 30 "has d $three" && wait_until 30 "gone d $two" &&
	has d "$maker" && plant 7 "" && wait_until 20 \
		"same \"\" \"\$(own_ics d peer list)\"" &&
	wants d select=model=T1000 && has d "$one"
'
test_ok 'a restart keeps it so' '
	own_stop d && own_ics d fsck && own_start d --profile infield &&
	own_round d c && has d "$one" && gone d "$two" && own_stop d &&
	own_stop c && own_stop e
'
test_done
