#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The ICS API: items, their status and history, statements, search, the log.
# Statements are made by stock gpg; what is signed is read by it again.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

make_devices() {
	for n in 1 2 3 4 5; do
		gpg_key "Sensor $n" ed25519 && eval "dev$n=$gpg_fpr" || return
	done
}

# certify N DEVICE: as its maker would
certify() {
	say "$acme" "$2" manu=Acme model=T1000 "serial=SN-$1" "lot=L$(($1 / 3))"
}

# proofs N...: of rows and of logs that long, valid, in $tmp/*.N.json
proofs() {
	for n; do
		for proof in inclusion?position consistency?from; do
			same 200 "$(api "/log/proof/$proof=$n")" && valid log &&
				cp "$tmp/body" "$tmp/${proof%%\?*}.$n.json" ||
				return
		done
	done
}

test_ok 'keys of a maker, an owner, a stranger, devices' '
	gpg_home maker && gpg_key "Acme <ca@acme.example>" ed25519 && acme=$gpg_fpr &&
	gpg_key "Owner <it@plant.example>" ed25519 && owner=$gpg_fpr &&
	gpg_key "Stranger <x@example.org>" ed25519 && stranger=$gpg_fpr &&
	make_devices
'
test_ok 'the maker certifies four devices' '
	certify 1 "$dev1" && certify 2 "$dev2" && certify 3 "$dev3" &&
	certify 4 "$dev4"
'
test_ok 'the owner says one is stolen, a stranger that another is' '
	say "$owner" "$dev1" status=stolen &&
	say "$stranger" "$dev2" status=stolen model=T2000
'
test_ok 'a server that trusts maker and owner' '
	printf "root = \"%s\"\nright = \"owner %s\"\n" "$acme" "$owner" \
		>"$tmp/icsd.conf" &&
	icsd_start state -f "$tmp/icsd.conf" &&
	same 200 "$(submit)" && valid submit
'
one=dev:04$(lower "$dev1")

# ---- items

for id in $dev1 04$dev1 0x$dev1 "$one" "$(printf %s "$dev1" | cut -c 25-40)"; do
	test_ok "the descriptor of $id" '
		same 200 "$(api "/items/$id")" && cors &&
		same application/json "$(header content-type)" &&
		valid item && is ".item == \"$one\" and .kind == \"device\"" &&
		is ".attributes.serial == \"SN-1\"" &&
		is ".names == [\"Sensor 1\"]"
	'
done
test_ok 'the status, by whom' '
	same 200 "$(api "/items/$dev1/status")" && cors && valid status &&
	is ".status == \"stolen\"" &&
	is ".decided_by.issuer == \"04$(lower "$owner")\""
'
test_ok 'a stranger changes no status' '
	same 200 "$(api "/items/$dev2/status")" && valid status &&
	is ".status == \"unknown\""
'
test_ok 'but is in the history, as a claim' '
	same 200 "$(api "/items/$dev2/history")" && valid history &&
	is "[.entries[] | select(.standing == \"claim\")] | length == 1"
'
test_ok 'a time before is another state' '
	same 200 "$(api "/items/$dev1/status?at=2020-01-01T00:00:00Z")" &&
	valid status && is ".status == \"unknown\"" &&
	same 200 "$(api "/items/$dev1/status?at=1577836800")" &&
	is ".at == \"2020-01-01T00:00:00Z\"" &&
	same 200 "$(api "/items/$dev1/status?at=$(date +%s)")" &&
	is ".status == \"stolen\""
'
test_ok 'what was known then is another state' '
	same 200 "$(api "/items/$dev1/status?known-at=1")" && valid status &&
	is ".status == \"unknown\" and .known_at == 1"
'
while read -r path want; do
	test_ok "$path is a $want with words" '
		same "$want" "$(api "$path")" && cors &&
		is "(.error | length > 0) and (.help | length > 0)"
	'
done <<-ROWS
	/items/xyz 400
	/items/%zz 400
	/items/$(printf '%0600d' 0) 400
	/items/0123456789012345678901234567890123456789 404
	/items/0123456789abcdef 404
	/items/sha256:$(printf '%064d' 0) 404
	/items/sha256:00 400
	/items/$dev1?at=2026-02-30T00:00:00Z 400
	/items/$dev1/status?at= 400
	/items/$dev1/history?known-at=x 400
	/statements/xyz 400
	/statements/$(printf '%064d' 0) 404
	/statements/sha256:$(printf '%064d' 0).asc 404
ROWS
test_ok 'HEAD and OPTIONS work, POST does not' '
	same 200 "$(api "/items/$dev1" -I)" &&
	same 200 "$(api "/items/$dev1/status" -X OPTIONS)" &&
	same 405 "$(api "/items/$dev1" -d x)" &&
	same "GET, HEAD, OPTIONS" "$(header allow)"
'

# ---- what is signed

test_ok '.asc is what gpg imports' '
	same 200 "$(api "/items/$dev1.asc")" && cors &&
	same application/pgp-keys "$(header content-type)" &&
	cp "$tmp/body" "$tmp/dev1.asc" && gpg_home reader &&
	gpg --import "$tmp/dev1.asc" && gpg --list-keys "$dev1"
'
test_ok 'it has an ETag' '
	etag=$(header etag) && test -n "$etag" &&
	same 304 "$(api "/items/$dev1.asc" -H "If-None-Match: $etag")" &&
	same 200 "$(api "/items/$dev1.pgp" -H "If-None-Match: $etag")"
'
test_ok 'Accept asks for the same' '
	same 200 "$(api "/items/$dev1" -H "Accept: application/pgp-keys")" &&
	cmp "$tmp/body" "$tmp/dev1.asc"
'
test_ok 'evidence lets a stranger check every statement' '
	same 200 "$(api "/items/$dev1/evidence.asc")" && gpg_home stranger &&
	gpg --import "$tmp/body" && gpg --list-keys "$acme" "$owner" "$dev1" &&
	gpg --import-options no-self-sigs-only --import "$tmp/body" &&
	gpg --with-colons --check-sigs "$dev1" >"$tmp/sigs" &&
	same 3 "$(grep -c "^sig:!" "$tmp/sigs")" && gpg_use maker
'
test_ok 'binary evidence is the same' '
	same 200 "$(api "/items/$dev1/evidence.pgp")" && gpg_home binary &&
	gpg --import "$tmp/body" && gpg --list-keys "$acme" "$owner" "$dev1" &&
	gpg_use maker
'
test_ok 'one statement, as JSON and as gpg reads it' '
	same 200 "$(api "/items/$dev1/status")" &&
	digest=$(jq -r .decided_by.digest "$tmp/body") &&
	same 200 "$(api "/statements/$digest")" &&
	is ".item == \"$one\" and .statement.digest == \"$digest\"" &&
	is ".statement.subject == \"$one\" and .statement.position > 0" &&
	same 200 "$(api "/statements/${digest#*:}.asc")" &&
	gpg_home single && gpg --import-options no-self-sigs-only \
		--import "$tmp/body" &&
	gpg_use maker && gpg --export "$owner" >"$tmp/owner.pgp" &&
	gpg_use single && gpg --import "$tmp/owner.pgp" &&
	gpg --with-colons --check-sigs "$dev1" >"$tmp/sigs" &&
	same 2 "$(grep -c "^sig:!" "$tmp/sigs")" && gpg_use maker
'

# ---- search

while read -r want query; do
	test_ok "$want found by $query" 'same "$want" "$(count "$query")"'
done <<-ROWS
	4 model=T1000
	4 model=t1000&manu=ACME
	4 model@$domain=T1000
	1 serial=SN-3
	2 lot=L0
	0 lot=L0&serial=SN-3
	0 model=T2000
	1 model=T2000&claims=yes
	1 status=stolen
	1 status=stolen&model=T1000
	0 status=active
	3 status=unknown&model=T1000
	4 issuer=$acme
	1 issuer=$owner
	1 issuer=04$owner&status=stolen
	4 kind=device
	0 kind=gateway
	0 kind=code
	5 q=Sensor
	4 q=Sensor&model=T1000
	0 q=nobody
	0 unheard-of@$domain=x
ROWS
while read -r query; do
	test_ok "$query is a 400 with words" '
		same 400 "$(api "/search?$query")" && cors &&
		is "(.error | length > 0) and (.help | length > 0)"
	'
done <<-ROWS
	status=gone
	issuer=xyz
	kind=thing
	model=
	limit=0&model=T1000
	limit=201&model=T1000
	cursor=zz&model=T1000
	claims=maybe&model=T1000
	status=unknown
	q=
ROWS
test_ok 'seventeen terms are too many' '
	same 400 "$(api "/search?$(printf "model=T%s&" $(seq 17))")"
'

# all QUERY: pages of two, joined
all() {
	all_cursor=
	while :; do
		found "$1&limit=2$all_cursor" || return
		all_next=$(jq -r '.cursor // empty' "$tmp/body")
		test -n "$all_next" || break
		all_cursor="&cursor=$all_next"
	done
}
for query in model=T1000 q=Sensor; do
	test_ok "pages of $query join to the whole" '
		all "$query" | sort >"$tmp/paged" &&
		found "$query" | sort >"$tmp/whole" &&
		test -s "$tmp/whole" && cmp "$tmp/paged" "$tmp/whole"
	'
done

# ---- the feed, selected

test_ok 'select= takes what concerns an item' '
	same 200 "$(api "/changes?select=serial=SN-1%20model=T1000")" &&
	valid changes && is "[.rows[].item] | unique == [\"$one\"]" &&
	is ".next == .size" &&
	same 200 "$(api "/changes?select=serial=none")" && is ".rows == []" &&
	same 400 "$(api "/changes?select=serial")"
'

# ---- the log

test_ok 'the head, and the same as a checkpoint' '
	same 200 "$(api /log)" && cors && valid log &&
	cp "$tmp/body" "$tmp/head.json" &&
	size=$(jq .size "$tmp/body") && root=$(jq -r .root "$tmp/body") &&
	origin=$(jq -r .origin "$tmp/body") &&
	same 200 "$(api /log/checkpoint)" &&
	same 4 "$(wc -l <"$tmp/body" | tr -d " ")" &&
	same "$origin" "$(sed -n 1p "$tmp/body")" &&
	same "$size" "$(sed -n 2p "$tmp/body")" &&
	same "$root" "$(sed -n 3p "$tmp/body" | base64 -d | od -An -v -tx1 |
		tr -d " \n")" && same "" "$(sed -n 4p "$tmp/body")"
'
test_ok 'rows, leaves, root and proofs, made again here' '
	same 200 "$(api /log/rows?n=1000)" && valid log &&
	cp "$tmp/body" "$tmp/rows.json" &&
	proofs 1 2 "$size" &&
	python3 "$srcdir/t/log_check.py" "$tmp/head.json" "$tmp/rows.json" \
		"$tmp"/inclusion.*.json "$tmp"/consistency.*.json
'
test_ok 'a row that was changed is noticed' '
	jq ".rows[0].received = \"2020-01-01T00:00:00Z\"" "$tmp/rows.json" \
		>"$tmp/bad.json" &&
	fails_with 1 python3 "$srcdir/t/log_check.py" "$tmp/head.json" \
		"$tmp/bad.json"
'
while read -r path want; do
	test_ok "/log/$path is a $want with words" '
		same "$want" "$(api "/log/$path")" &&
		is "(.error | length > 0) and (.help | length > 0)"
	'
done <<-ROWS
	proof/inclusion 400
	proof/inclusion?position=0 400
	proof/inclusion?position=999999 404
	proof/inclusion?position=1&size=999999 404
	proof/inclusion?position=3&size=2 404
	proof/consistency?from=3&to=2 404
	proof/consistency?from=1&to=999999 404
	rows?n=0 400
	rows?from=0 400
ROWS

# ---- reload

test_ok 'a reload takes another owner' '
	printf "root = \"%s\"\nright = \"owner %s\"\n" "$acme" "$stranger" \
		>"$tmp/icsd.conf" && kill -HUP "$icsd_pid" &&
	wait_until 10 "grep -q reloaded \"$icsd_err\"" &&
	same 200 "$(api "/items/$dev2/status")" && is ".status == \"stolen\"" &&
	same 200 "$(api "/items/$dev1/status")" && is ".status == \"unknown\""
'
test_ok 'the server ends well' 'icsd_stop'
test_done
