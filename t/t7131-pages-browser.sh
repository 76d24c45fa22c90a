#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Pages in a browser, on a telephone and on a desk, by day and by night: they
# fit, they can be read, they load nothing from elsewhere and complain of
# nothing; and a page's QR code leads back to it. Chromium is driven by
# WebDriver, which needs no script on the page.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
. "$srcdir/t/lib-pages.sh"
skip_unless chromium chromedriver zbarimg base64

# drive METHOD PATH [JSON]: a command of WebDriver; leaves $tmp/driven
drive() {
	curl -sS -o "$tmp/driven" -X "$1" ${3:+-d "$3"} "$driver$2" &&
		jq -e '.value | type != "object" or has("error") == false' \
			"$tmp/driven" >"$tmp/verdict" || { cat "$tmp/driven"; return 1; }
}

driver_start() {
	chromedriver --port=0 --log-level=WARNING >"$tmp/driver" 2>&1 &
	driver_pid=$!
	at_exit 'kill "$driver_pid" 2>/dev/null; wait "$driver_pid" 2>/dev/null'
	wait_until 60 'grep -q "successfully on port" "$tmp/driver"' &&
		driver=http://127.0.0.1:$(sed -n \
			's/.*successfully on port \([0-9]*\).*/\1/p' "$tmp/driver") &&
		mkdir -p "$tmp/chromium" &&
		drive POST /session "$(jq -n --arg dir "$tmp/chromium" '
			{capabilities: {alwaysMatch: {
				"goog:loggingPrefs": {browser: "ALL"},
				"goog:chromeOptions": {args: ["--headless=new",
					"--no-sandbox", "--disable-gpu",
					"--disable-dev-shm-usage",
					"--user-data-dir=" + $dir]}}}}')" &&
		session=/session/$(jq -r .value.sessionId "$tmp/driven")
}

cdp() {
	drive POST "$session/goog/cdp/execute" \
		"$(jq -n --arg cmd "$1" --argjson params "$2" '$ARGS.named')"
}

# window WIDTH HEIGHT MOBILE
window() {
	cdp Emulation.setDeviceMetricsOverride "$(jq -n \
		--argjson width "$1" --argjson height "$2" --argjson mobile "$3" \
		'$ARGS.named + {deviceScaleFactor: 1}')"
}

scheme() {
	cdp Emulation.setEmulatedMedia "$(jq -n --arg value "$1" \
		'{features: [{name: "prefers-color-scheme", value: $value}]}')"
}

# run FILE|- : a script on the page; its value as JSON
run() {
	drive POST "$session/execute/sync" "$(jq -n --rawfile script "$1" \
		'{script: $script, args: []}')" && jq .value "$tmp/driven"
}

visit() {
	drive POST "$session/url" "$(jq -n --arg url "$icsd_http$1" '$ARGS.named')"
}

# said: what the browser complained of since it was asked last
said() {
	drive POST "$session/se/log" '{"type":"browser"}' &&
		jq -r '.value[].message' "$tmp/driven"
}

test_ok 'parties, what they say, and a server that knows it' '
	pages_parties && pages_say &&
	echo "peer = {\"north kind=hkp url=http://127.0.0.1:9 every=1h\"}" \
		>"$tmp/conf" &&
	icsd_start state -f "$tmp/conf" --root "$acme" && pages_send &&
	pages_domain
'
test_ok 'a browser' 'driver_start'

look() {
	visit "$1" && run "$srcdir/t/page_look.js" >"$tmp/looks" &&
		same '[]' "$(jq -c . "$tmp/looks")"
}

pages="/ /search /search?q=kind=device+manu=Acme /item/$device
	/item/sha256:$code /item/$mallory /domains /domain/plant-7 /peers /pks/stats /item/nothing
	/pks/lookup?op=index&search=Acme"
# How they look is the same with sanitizers; the server is asked for all of them.
looks=$(sized 'light dark' light)
for size in '360 740 true' '1280 900 false'; do
	test "${size%% *}" = 360 || test "$looks" != light || continue
	for night in $looks; do
		test_ok "a window of ${size% *}, $night" "
			window $size && scheme $night
		"
		for path in $pages; do
			test_ok "${size%% *} $night $path" 'look "$path"'
		done
	done
done
test_ok 'and with everything unfolded' '
	window 360 740 true && visit "/item/$device" &&
	echo "document.querySelectorAll(\"details\").forEach(e => e.open = true);" |
		cat - "$srcdir/t/page_look.js" >"$tmp/open.js" &&
	run "$tmp/open.js" >"$tmp/looks" && same "[]" "$(jq -c . "$tmp/looks")"
'
# What is not there is told by browsers, too: that is no complaint.
test_ok 'the browser had nothing to complain of' '
	said | grep -v "the server responded with a status of 40[04]" \
		>"$tmp/said";
	same "" "$(cat "$tmp/said")"
'
test_ok 'a browser that is told to run something does not' '
	visit "/item/$device" &&
	echo "const s = document.createElement(\"script\");
		s.textContent = \"window.ran = true\"; document.body.append(s);
		return window.ran === undefined" >"$tmp/try.js" &&
	same true "$(run "$tmp/try.js")" &&
	said | grep -q "Content Security Policy"
'
test_ok 'a mistake would be seen' '
	echo "document.body.style.width = \"2000px\";
		document.querySelector(\"h1\").style.color = \"#ddd\";" |
		cat - "$srcdir/t/page_look.js" >"$tmp/bad.js" &&
	scheme light && visit "/item/$device" && run "$tmp/bad.js" >"$tmp/looks" &&
	jq -e "map(select(test(\"wide\"))) | length > 0" "$tmp/looks" &&
	jq -e "map(select(test(\"contrast\"))) | length > 0" "$tmp/looks"
'
qr() {
	drive POST "$session/element" \
		'{"using": "css selector", "value": "svg.qr"}' &&
		qr_element=$(jq -r '.value | to_entries[0].value' "$tmp/driven") &&
		drive GET "$session/element/$qr_element/screenshot" &&
		jq -r .value "$tmp/driven" | base64 -d >"$tmp/qr.png" &&
		zbarimg -q --raw "$tmp/qr.png"
}
if ! grep -q 'define HAVE_QRENCODE' "$builddir/config.h"; then
	test_skip 'a code leads back to its page' 'built without qrencode'
else
	for night in light dark; do
		test_ok "a code leads back to its page, $night" '
			scheme $night && visit "/item/$device" &&
			same "$icsd_http/item/04$(lower "$device")" "$(qr)" &&
			visit "/item/sha256:$code" &&
			same "$icsd_http/item/sha256:$code" "$(qr)"
		'
	done
fi
test_ok 'the browser ends well' 'drive DELETE "$session"'
test_ok 'the server ends well' 'icsd_stop'
test_done
