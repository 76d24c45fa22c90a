#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each limit, with a server whose limits are small: what is above it gets an
# answer or an end, and the server goes on.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"

CLIENT=$builddir/t/hkp_client
miss='/pks/lookup?op=get&search=0x0123456789012345678901234567890123456789'
partial='GET /pks/lookup?op=get HTTP/1.1\r\nHost: x\r\n'

still_there() {
	same 404 "$(http_code "$miss")"
}

# held N TEXT: N connections; let_go ends them: $open were still open
held() {
	rm -f "$tmp/hold.in"
	mkfifo "$tmp/hold.in" && : >"$tmp/hold.out" || return
	"$CLIENT" hold "$icsd_port" "$1" "$2" <"$tmp/hold.in" >"$tmp/hold.out" &
	held_pid=$!
	exec 9>"$tmp/hold.in"
	wait_until 20 'grep -q ^held "$tmp/hold.out"'
}

let_go() {
	exec 9>&-
	wait "$held_pid"
	rm "$tmp/hold.in"
	open=$(sed -n 's/^open //p' "$tmp/hold.out")
}

test_ok 'a server with small limits' '
	cat >"$tmp/conf" <<-CONF &&
		body-octets = 65536
		request-seconds = 2
		connections = 64
		connections-per-address = 16
	CONF
	icsd_start state -f "$tmp/conf"
'
long=$(head -c 9000 /dev/zero | tr '\0' a)
test_ok 'headers above 8 KiB: 431, for all to read' '
	same 431 "$(http_code "$miss" -H "X-Long: $long")" &&
	same "*" "$(header access-control-allow-origin)" &&
	same 431 "$(http_code "$miss&x=$long")" && still_there
'
test_ok 'headers far above it' '
	case $(http_code "$miss" -H "X-Long: $long$long$long$long") in
	431 | 414 | 413) ;;
	*) false ;;
	esac && still_there
'
test_ok 'a search above its limit: 414' '
	same 414 "$(http_code "/pks/lookup?op=get&search=$(printf %.3000s "$long")")" &&
	same 414 "$(http_code "/pks/v2/certs/by-identity/$(printf %.600s "$long")")"
'
test_ok 'a body above its limit: 413, announced or not' '
	head -c 70000 /dev/zero >"$tmp/large" &&
	same 413 "$(http_code /pks/add --data-binary @"$tmp/large")" &&
	same 413 "$(http_code /pks/add -H "Transfer-Encoding: chunked" --data-binary @"$tmp/large")" &&
	same 413 "$(http_code /pks/hashquery --data-binary @"$tmp/large")" &&
	same 413 "$(http_code /pks/v2/certs -H "Expect: 100-continue" --data-binary @"$tmp/large")" &&
	still_there
'
test_ok 'an absurd Content-Length' '
	"$CLIENT" talk $icsd_port "POST /pks/add HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 99999999999999\\r\\n\\r\\n" >"$tmp/talk" &&
	grep -q "^HTTP/1.1 413" "$tmp/talk" &&
	"$CLIENT" talk $icsd_port "POST /pks/add HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 99999999999999999999999999\\r\\n\\r\\n" >"$tmp/talk" &&
	grep -q "^HTTP/1.1 4" "$tmp/talk" && still_there
'
test_ok 'a hash query above 1000 hashes: 413' '
	{ printf "\\000\\000\\003\\351" && head -c 20020 /dev/zero; } >"$tmp/query" &&
	same 413 "$(http_code /pks/hashquery --data-binary @"$tmp/query")"
'
test_ok 'who sends nothing is cut off' '
	"$CLIENT" drip $icsd_port "" 100 >"$tmp/drip" && cat "$tmp/drip" &&
	grep -qE "^closed after ([2-9]|1[0-9]) s" "$tmp/drip"
'
test_ok 'who sends a header drop by drop is cut off' '
	"$CLIENT" drip $icsd_port "GET $miss HTTP/1.1\\r\\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\r\\n" 100 >"$tmp/drip" &&
	cat "$tmp/drip" && grep -qE "^closed after [2-5] s" "$tmp/drip"
'
test_ok 'who sends a body drop by drop is cut off' '
	"$CLIENT" drip $icsd_port "$(printf "POST /pks/add HTTP/1.1\\\\r\\\\nHost: x\\\\r\\\\nContent-Length: 60000\\\\r\\\\n\\\\r\\\\nkeytext=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")" 50 >"$tmp/drip" &&
	cat "$tmp/drip" && grep -qE "^closed after ([2-9]|1[0-4]) s" "$tmp/drip"
'
test_ok 'a silent body is cut off' '
	"$CLIENT" drip $icsd_port "POST /pks/add HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 60000\\r\\n\\r\\n" 0 >"$tmp/drip" &&
	cat "$tmp/drip" && grep -qE "^closed after ([2-9]|1[0-4]) s" "$tmp/drip"
'
test_ok 'too many connections from one address: the oldest makes room' '
	held 18 "$partial" && still_there && still_there &&
	let_go && test "$open" -le 16 && still_there
'
test_ok 'far too many from one address are closed at once' '
	held 300 "$partial" && let_go && test "$open" -le 20 &&
	wait_until 20 still_there
'
test_ok 'several requests at once are answered in their order' '
	"$CLIENT" pipe $icsd_port "GET $miss HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET /pks/lookup HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET /pks/stats HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n" >"$tmp/talk" &&
	same "404 400 200" "$(echo $(cut -d" " -f2 "$tmp/talk"))"
'
# Each line is a request that a proxy may cut elsewhere; behind it hides another.
hidden='GET /pks/stats HTTP/1.1\r\nHost: x\r\n\r\n'
ambiguous() {
	"$CLIENT" pipe $icsd_port "POST /pks/hashquery HTTP/1.1\\r\\nHost: x\\r\\n$1\\r\\n${2-}$hidden" >"$tmp/talk" &&
		same 400 "$(echo $(cut -d" " -f2 "$tmp/talk"))"
}
test_ok 'a request whose end is doubtful is refused, and nothing behind it read' '
	ambiguous "Content-Length: 0\\r\\nContent-Length: 38\\r\\n" &&
	ambiguous "Content-Length: 3\\r\\nTransfer-Encoding: chunked\\r\\n" "0\\r\\n\\r\\n" &&
	ambiguous "Transfer-Encoding: identity\\r\\nTransfer-Encoding: chunked\\r\\n" "0\\r\\n\\r\\n" &&
	ambiguous "Transfer-Encoding: xchunked\\r\\n" &&
	ambiguous "Content-Length : 38\\r\\n" &&
	ambiguous "Host: y\\r\\n" && still_there
'
test_ok 'a reload changes limits, and running connections live on' '
	mkfifo "$tmp/talk.in" &&
	{ "$CLIENT" talk $icsd_port "GET $miss HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" \
		"GET /pks/lookup HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" <"$tmp/talk.in" >"$tmp/talk" & } &&
	talk_pid=$! && exec 8>"$tmp/talk.in" &&
	wait_until 10 "grep -q 404 \"\$tmp/talk\"" &&
	echo "body-octets = 1024" >"$tmp/conf" &&
	kill -HUP "$icsd_pid" &&
	wait_until 10 "grep -q \" reloaded \" \"\$icsd_err\"" &&
	echo >&8 && exec 8>&- && wait "$talk_pid" &&
	same "HTTP/1.1 400 Bad Request" "$(tail -n 1 "$tmp/talk")" &&
	head -c 2000 /dev/zero >"$tmp/large" &&
	wait_until 10 "test 413 = \"\$(http_code /pks/add --data-binary @\"\$tmp/large\")\""
'
test_ok 'the server ends well' 'icsd_stop'

test_ok 'no more connections than the limit, and an answer afterwards' '
	printf "connections = 16\nconnections-per-address = 1000\nrequest-seconds = 1\n" \
		>"$tmp/conf" && icsd_start total -f "$tmp/conf" &&
	held 60 "$partial" && let_go && test "$open" -le 16 &&
	wait_until 20 still_there && icsd_stop
'

# Who has sent most of a body and waits keeps us what it sent.
slow_body() {
	mkfifo "$tmp/slow.in" || return
	{ head -c 1000000 /dev/zero; cat "$tmp/slow.in"; } |
		curl -sS -o /dev/null -X POST -T - "$icsd_http/pks/v2/certs" &
	slow_pid=$!
	exec 7>"$tmp/slow.in"
}
post_large() {
	http_code /pks/v2/certs -H "Content-Type: application/pgp" \
		-H "Expect:" --data-binary @"$tmp/large"
}
test_ok 'bodies that would take too much together: 503, and a small one goes in' '
	printf "held-octets = 1M\n" >"$tmp/conf" && icsd_start slow -f "$tmp/conf" &&
	head -c 900000 /dev/zero >"$tmp/large" && same 422 "$(post_large)" &&
	slow_body && wait_until 5 "test 503 = \"\$(post_large)\"" &&
	same 2 "$(header retry-after)" &&
	head -c 60000 /dev/zero >"$tmp/large" && same 422 "$(post_large)" &&
	exec 7>&- && wait "$slow_pid" &&
	head -c 900000 /dev/zero >"$tmp/large" &&
	wait_until 5 "test 422 = \"\$(post_large)\"" && icsd_stop
'

# A checker has a second's work with each of these, and 64 MiB of them may
# wait: some of 40 are sent away, and told when to come back.
busy_post() {
	seq 40 | xargs -P 40 -I {} curl -s -o /dev/null -D "$tmp/busy.{}" \
		-H 'Content-Type: application/pgp' -H 'Expect:' \
		--data-binary "@$tmp/many" "$icsd_http/pks/v2/certs"
	cat "$tmp"/busy.* | tr -d '\r' >"$tmp/answers"
	grep '^HTTP' "$tmp/answers" | cut -d' ' -f2 | sort | uniq -c
}
if test -x "$builddir/t/gen"; then
	test_ok '40 a full queue: 503, and when to come back' '
		"$builddir/t/gen" --seed 7002 --count 9000 --out "$tmp/many" &&
		printf "checkers = 1\n" >"$tmp/conf" &&
		icsd_start busy -f "$tmp/conf" && busy_post &&
		sent=$(grep -c "^HTTP/1.1 503" "$tmp/answers") &&
		test "$sent" -ge 1 &&
		same "$sent" "$(grep -ci "^Retry-After: [0-9]" "$tmp/answers")" &&
		same 40 "$(grep -cE "^HTTP/1.1 (200|503)" "$tmp/answers")" &&
		still_there && icsd_stop
	'
else
	test_skip '40 a full queue' 'built without libsodium: no certificates'
fi
test_done
