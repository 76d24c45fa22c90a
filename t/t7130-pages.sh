#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Pages for people, as text browsers show them: what they say, that nothing of
# others becomes markup, and that what they tell to type does what they say.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
. "$srcdir/t/lib-pages.sh"
skip_unless w3m lynx

# shows LINE...: w3m shows these lines, blanks at their ends apart
shows() {
	w3m -dump -cols 300 -O UTF-8 -T text/html "$tmp/body" |
		sed 's/^ *//; s/ *$//' >"$tmp/shown"
	for line; do
		grep -qxF -e "$line" "$tmp/shown" && continue
		echo "there is no line: $line"
		cat "$tmp/shown"
		return 1
	done
}

# order LINE LINE: the one stands before the other
order() {
	test "$(grep -nxF -e "$1" "$tmp/shown" | head -n 1 | cut -d : -f 1)" -lt \
		"$(grep -nxF -e "$2" "$tmp/shown" | head -n 1 | cut -d : -f 1)"
}

# rows FILE: the words of its rows
rows() {
	sed -n -e 's/^X([A-Z_]*, "\([^"]*\)".*/\1/p' -e 's/^X("\([^"]*\)".*/\1/p' \
		"$srcdir/$1" | sort
}

test_ok 'parties, and what they say' 'pages_parties && pages_say'
test_ok 'a server that knows it' '
	echo "peer = {\"north kind=hkp url=http://127.0.0.1:9 every=1h\"}" \
		>"$tmp/conf" &&
	icsd_start state -f "$tmp/conf" --root "$acme" && pages_send &&
	pages_domain
'

# ---- every page

id=$(lower "$device")
for path in / /search '/search?q=T1000' "/item/$device" "/item/sha256:$code" \
	/peers /domains /domain/plant-7 /domain/nowhere '/pks/lookup?op=index&search=Acme' /item/x "/item/04$id?at=x" \
	/item/0123456789012345678901234567890123456789; do
	test_ok "no script, no style, nothing left open: $path" '
		page "$path" >"$tmp/status" &&
		same "" "$(parsed check)" &&
		! grep "{{" "$tmp/body" | grep -v boom &&
		same "text/html; charset=utf-8" "$(header content-type)" &&
		header content-security-policy | grep -q "default-src .none.; " &&
		header content-security-policy |
			grep -q "frame-ancestors .none." &&
		! header content-security-policy | grep -q unsafe &&
		same nosniff "$(header x-content-type-options)" &&
		same no-referrer "$(header referrer-policy)" && cors
	'
done
test_ok 'HEAD tells the same, without the page' '
	same 200 "$(page "/item/$device")" && length=$(header content-length) &&
	tag=$(header etag) && test -n "$tag" &&
	same 200 "$(page "/item/$device" -I)" &&
	same "$length" "$(header content-length)" &&
	same "$tag" "$(header etag)"
'
test_ok 'who has it gets a 304' '
	same 304 "$(page "/item/$device" -H "If-None-Match: $tag")" &&
	same 200 "$(page "/item/$acme" -H "If-None-Match: $tag")" &&
	same 200 "$(page /style.css)" &&
	same 304 "$(page /style.css -H "If-None-Match: $(header etag)")"
'
test_ok 'every link of every page leads somewhere' '
	for path in / "/search?q=kind=device" "/item/$device" \
		"/item/sha256:$code" /peers /domains /domain/plant-7 \
		"/pks/lookup?op=index&search=Acme"; do
		page "$path" >"$tmp/status"
		parsed links | sed "s|^$icsd_http||"
	done | sort -u >"$tmp/links" &&
	test "$(wc -l <"$tmp/links")" -gt 20 &&
	while read -r path; do
		test "$(page "$path")" = 200 || { echo "$path"; break; }
	done <"$tmp/links" >"$tmp/lost" && test ! -s "$tmp/lost"
'

# ---- a device

test_ok 'a device: how it is, and who says so' '
	same 200 "$(page "/item/$device")" &&
	shows "Device" "Acme T1000 000123" "✗ Stolen" \
		"Not to be used. It is in the hands of somebody else." \
		"Said by Plant 7 <it@plant.example>, as owner, on 12 November 2026, 12:00 UTC." \
		"Serial number" "000123" "Secret key kept in" &&
	order "✗ Stolen" "What it is"
'
test_ok 'whether it may take part' '
	shows "May it take part?" "✗ No" \
		"• ✓ Yes: its key is neither expired nor revoked" \
		"• ✗ No: its state allows this purpose" &&
	grep -q "^By the rules of .*, to talk with others:" "$tmp/shown" &&
	order "✗ Stolen" "May it take part?" && order "May it take part?" "What it is"
'
test_ok 'who vouches for it, and who has no right to' '
	shows "• Plant 7 <it@plant.example>" \
		"Owner: named by the manufacturer, or by the owner before" \
		"• Acme Sensors <ca@acme.example>" \
		"Manufacturer: this server is configured to trust it" &&
	order "Who vouches for it" "Who spoke of it without a right to" &&
	order "Who spoke of it without a right to" "• $hostile"
'
test_ok 'what was said, newest first' '
	shows "• Its state: ✗ Stolen" "taken from the yard over night" \
		"11 November 2026, 08:00 UTC" \
		"✓ Counts: its issuer may say this. The state rests on it" \
		"• Its state: ✗ Destroyed" \
		"✗ Does not count: its issuer has no right to say this; it is shown" &&
	order "• Its state: ✗ Stolen" "• Its state: ✗ Destroyed" &&
	order "• Its state: ✗ Destroyed" "• Its state: ✗ Lost"
'
test_ok 'what others wrote is text' '
	parsed text >"$tmp/text" && grep -qF "$hostile" "$tmp/text" &&
	grep -qF "<b>boom</b>\" onload='"'alert(1)'"' {{name}}" "$tmp/text" &&
	! grep -q "<script\|<img\|<b>" "$tmp/body"
'
test_ok 'times are told to programs, too' '
	grep -q "<time datetime=\"2026-11-12T12:00:00Z\">12 November 2026, 12:00 UTC</time>" \
		"$tmp/body"
'
test_ok 'as it was' '
	same 200 "$(page "/item/$device?at=2026-11-06T00:00:00Z")" &&
	shows "As it was on 6 November 2026, 00:00 UTC." "✗ Lost"
'
test_ok 'by key ID, and with 0x' '
	same 200 "$(page "/item/$(printf %s "$device" | tail -c 16)")" &&
	shows "✗ Stolen" && same 200 "$(page "/item/0x$device")"
'
test_ok 'what it tells to type, typed' '
	same 200 "$(page "/item/$device")" &&
	parsed pre | sed -n "/^curl/,/^gpg --check/p" >"$tmp/typed" &&
	same 3 "$(wc -l <"$tmp/typed")" &&
	mkdir -m 700 "$tmp/reader" "$tmp/there" &&
	(cd "$tmp/there" && GNUPGHOME=$tmp/reader sh -e "$tmp/typed") \
		>"$tmp/out" 2>&1 &&
	grep -q "^sig!.*Acme Sensors" "$tmp/out" &&
	! grep -q "^sig-\|BAD" "$tmp/out"
'
test_ok 'and by ics' '
	parsed pre | grep "^ics " >"$tmp/typed" &&
	gpg --armor --export "$acme" >"$tmp/there/anchors.asc" &&
	(cd "$tmp/there" && fails_with 1 sh -c "\"$ICS\" $(sed "s/^ics//" \
		"$tmp/typed")") >"$tmp/out" 2>&1 && grep -qi stolen "$tmp/out"
'

# ---- code

test_ok 'code' '
	same 200 "$(page "/item/sha256:$code")" &&
	shows "Code" "t1000-fw 1.4.2" "✓ Released" "✓ An approval is in force." \
		"Digest of the code" "Certification body: given this role by one whom this server trusts" &&
	same 2 "$(parsed text | grep -cx t1000-fw)"
'
test_ok 'what it tells to type, typed' '
	parsed pre | sed -n "/^curl/,/^sha256sum/p" >"$tmp/typed" &&
	printf firmware >"$tmp/there/FILE" &&
	(cd "$tmp/there" && GNUPGHOME=$tmp/reader sh -e "$tmp/typed") \
		>"$tmp/out" 2>&1 &&
	same 3 "$(grep -c "Good signature" "$tmp/out")" &&
	grep -q "^$code  FILE" "$tmp/out"
'
test_ok 'and by ics' '
	parsed pre | grep "^ics " >"$tmp/typed" &&
	(cd "$tmp/there" && sh -c "\"$ICS\" $(sed "s/^ics//" "$tmp/typed")") \
		>"$tmp/out" 2>&1
'

# ---- what is not there

# missing ID...: each has the page of the first, head and all
missing() {
	for other; do
		same 404 "$(page "/item/$other")" || return
		sed "/^[Dd]ate/d" "$tmp/head" | cat - "$tmp/body" >"$tmp/this"
		test "$other" != "$1" || cp "$tmp/this" "$tmp/miss"
		cmp "$tmp/this" "$tmp/miss" || return
	done
}
nowhere=0123456789012345678901234567890123456789
test_ok 'what is not there has one page' '
	missing "$nowhere" "sha256:$(printf x | sha256sum | cut -c 1-64)" \
		0123456789abcdef "06$code" && shows "Nothing found"
'
test_ok 'what is no id is a 400 that helps' '
	same 400 "$(page "/item/%3Cb%3E")" && shows "That cannot be asked"
'

# ---- searching

for query in q=T1000 q=t1000+acme q=000123 q=model=T1000 \
	'q=model%3DT1000+manu%3D%22Acme%22' 'kind=device&status=stolen' \
	"q=$device" "q=04$id" "q=0x$(printf %s "$device" | tail -c 16)"; do
	test_ok "a search for $query finds the device" '
		same 200 "$(page "/search?$query")" &&
		shows "• Acme T1000 000123" "✗ Stolen" \
			"Device: Acme T1000 000123" &&
		same 1 "$(grep -c "^•" "$tmp/shown")"
	'
done
test_ok 'a search by digest finds the code' '
	same 200 "$(page "/search?q=sha256:$code")" && shows "• t1000-fw 1.4.2"
'
test_ok 'nothing is found, and nothing was asked' '
	same 200 "$(page "/search?q=nowhere")" && shows Found Nothing. &&
	same 200 "$(page "/search?q=0123456789abcdef")" &&
	shows Found Nothing. &&
	same 200 "$(page "/search")" && ! parsed text | grep -q Found
'
test_ok 'what cannot be asked is told, and the form stays filled' '
	same 400 "$(page "/search?q=issuer%3Dnobody")" &&
	grep -q "value=\"issuer=nobody\"" "$tmp/body" &&
	parsed text | grep -q "will not do" &&
	same 400 "$(page "/search?q=%zz")" && shows "That cannot be asked"
'
test_ok 'a choice stays chosen' '
	same 200 "$(page "/search?kind=device&status=lost")" &&
	grep -q "<option value=\"device\" selected>Device" "$tmp/body" &&
	grep -q "<option value=\"lost\" selected>Lost" "$tmp/body"
'
test_ok 'a search full of markup is text' '
	same 200 "$(page "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")" &&
	same "" "$(parsed check)"
'

# ---- domains

test_ok 'domains' '
	same 200 "$(page /domains)" && shows "• plant-7" &&
	grep -q "Version 1, signed 20 November 2026, 12:00 UTC" "$tmp/shown"
'
test_ok 'a domain, read aloud' '
	same 200 "$(page /domain/plant-7)" &&
	shows Domain plant-7 "How open" \
		"Standard: a thing for which no manufacturer vouches is warned about." \
		"Answers hold for" "3 days" "Then, with a warning" "1 day" \
		"Who may read" "• Everybody" "• Whoever asks from 10.7.0.0/16" \
		"• The server north" "• Whoever has a token (number of tokens: 1)" \
		"• Any device of which is said manu=Acme model=T1000, certified by: manufacturer" \
		"Parties" "• Acme <b>" "mailto:ca@acme.example" \
		"Manufacturer, for Acme/*, until 31 December 2028, 00:00 UTC; may give this on to others" \
		"• Any device, for the purpose join; must be vouched for by manufacturer; should be vouched for by owner; needs 2 different ones who vouch" \
		"• Destroyed: said by manufacturer, owner; needs 2 different ones who say so" \
		"• Firmware: the signature of the maker is enough; only in a window for updates" \
		"• The server acme is asked for manu=Acme, is sent statuses, every 15 minutes"
'
test_ok 'a party without a name: its fingerprint stands there once, with its label' '
	groups=$(printf "EEEE %.0s" 1 2 3 4 5 6 7 8 9 10) && groups=${groups% } &&
	shows "• A key without a name here" Operator "Fingerprint $groups" &&
	same 1 "$(grep -c "$groups" "$tmp/body")"
'
test_ok 'one that the policy has no name for is called what it calls itself' '
	shows Registrar && grep -q "<a href=\"/item/$page_owner\"><bdi>Plant 7 &lt;" "$tmp/body"
'
test_ok 'what its page tells to type, typed' '
	parsed pre | sed -n "/^curl/,/^gpg --verify/p" >"$tmp/typed" &&
	same 3 "$(wc -l <"$tmp/typed")" &&
	(cd "$tmp/there" && GNUPGHOME=$tmp/reader sh -e "$tmp/typed") \
		>"$tmp/out" 2>&1 &&
	grep -q "Good signature from .Plant 7" "$tmp/out"
'
belongs() {
	page "/item/$device" && shows "Where it belongs"
}
test_ok 'an item tells where it belongs' '
	wait_until 60 "belongs >\"$tmp/wait\" 2>&1" &&
	grep -q "domain plant-7" "$tmp/shown" &&
	shows "By the rules of the domain plant-7, to talk with others:" &&
	same 200 "$(page "$(parsed links | grep /check)")" &&
	same 200 "$(page "/item/$lab")" &&
	! parsed text | grep "Where it belongs"
'
test_ok 'an older version, and one that is not there' '
	sed "s/serial = 1/serial = 2/; s/public = yes/public = no/" \
		"$tmp/plant-7" >"$tmp/plant-7.2" &&
	same 200 "$(page "/domain/plant-7?serial=1")" &&
	shows "• Version 1, signed 20 November 2026, 12:00 UTC: this one" &&
	same 404 "$(page "/domain/plant-7?serial=2")" &&
	same 404 "$(page "/domain/nowhere")" && cp "$tmp/body" "$tmp/nowhere"
'
test_ok 'a domain that one may not read is not there' '
	gpg -u "$plant" -o "$tmp/plant-7.2.asc" --clearsign "$tmp/plant-7.2" &&
	"$ICS" -D "$icsd_dir" policy put "$tmp/plant-7.2.asc" &&
	same 404 "$(page "/domain/plant-7")" && cmp "$tmp/body" "$tmp/nowhere" &&
	same 200 "$(page /domains)" && ! grep -q plant-7 "$tmp/body"
'
finds_nothing() {
	for query; do
		same 200 "$(page "/search?$query")" && shows Found Nothing. ||
			return
	done
}
test_ok 'nor are the things in it, in the same words' '
	missing "$nowhere" "$device" "$(printf %s "$device" | tail -c 16)" &&
	finds_nothing q=T1000 q=000123 q=model=T1000 "q=$device" kind=device
'
# From here on everybody may read it again.
test_ok 'and is there again' '
	sed "s/serial = 1/serial = 3/" "$tmp/plant-7" >"$tmp/plant-7.3" &&
	gpg -u "$plant" -o "$tmp/plant-7.3.asc" --clearsign "$tmp/plant-7.3" &&
	"$ICS" -D "$icsd_dir" policy put "$tmp/plant-7.3.asc" &&
	same 200 "$(page "/domain/plant-7")"
'

# ---- the others

test_ok 'peers' '
	same 200 "$(page /peers)" && shows "• north" \
		"A keyserver that is sent what is new" "http://127.0.0.1:9"
'
test_ok 'the start page searches here' '
	same 200 "$(page /)" && grep -q "action=\"/search\"" "$tmp/body" &&
	parsed pre | grep -q "hkp://127.0.0.1:$icsd_port"
'
test_ok 'lynx shows as much' '
	same 200 "$(page "/item/$device")" &&
	lynx -dump -nolist -force_html -display_charset=utf-8 \
		-assume_charset=utf-8 "$tmp/body" >"$tmp/shown" &&
	grep -q "✗ Stolen" "$tmp/shown" && grep -q "Counts:" "$tmp/shown"
'
many() {
	for i in $(seq 1 51); do
		pages_record 13 "$plant" rec=note/1 "subject=$page_sub" \
			"reason=note $i" || return
	done
}
test_ok 'a long history comes in parts' '
	many && pages_send && same 200 "$(page "/item/$device")" &&
	same 50 "$(parsed text | grep -cx "A note")" &&
	next=$(parsed links | grep "from=") && same 200 "$(page "$next")" &&
	same 1 "$(parsed text | grep -cx "A note")" &&
	shows "• Its state: ✗ Stolen" && ! parsed links | grep "from="
'
test_ok 'a revoked key comes before all that is said' '
	revoke "$device" 1 >"$tmp/revocation.asc" &&
	same 200 "$(add "$tmp/revocation.asc")" &&
	same 200 "$(page "/item/$device")" && shows "✗ Key revoked" &&
	order "✗ Key revoked" "✗ Stolen"
'

# ---- tables

for pair in src/policy/levels:levels notations/statuses:states notations/kinds:titles \
	notations/vocabulary:labels; do
	test_ok "page_${pair#*:}.def has every row of ${pair%:*}.def" '
		rows "${pair%:*}.def" >"$tmp/wanted" && test -s "$tmp/wanted" &&
		rows "src/api/page_${pair#*:}.def" | grep -vx unknown |
			cmp - "$tmp/wanted"
	'
done
test_ok 'kinds and reasons are those of the schema' '
	jq -r ".properties.kind.enum[]" "$srcdir/hkp/schema/item.json" | sort |
		cmp - "$(rows src/api/page_sorts.def >"$tmp/x"; echo "$tmp/x")" &&
	jq -r ".definitions.basis.enum[]" "$srcdir/hkp/schema/item.json" | sort |
		cmp - "$(rows src/api/page_bases.def >"$tmp/x"; echo "$tmp/x")"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
