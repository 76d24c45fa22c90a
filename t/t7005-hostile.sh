#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Input that means harm: a clear answer in bounded time and memory, and the
# server goes on.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"

CLIENT=$builddir/t/hkp_client
# Sanitizers keep what was freed, so memory says nothing there.
bounded() {
	grep -q '^#define ICS_SANITIZE 1' "$builddir/config.h" && return
	anon=$(sed -n 's/^RssAnon:[[:space:]]*\([0-9]*\) kB/\1/p' \
		"/proc/$icsd_pid/status")
	echo "RssAnon ${anon:-unknown} kB"
	test "${anon:-0}" -lt "$1"
}
still_there() {
	same 404 "$(get 0x0123456789012345678901234567890123456789)"
}

test_ok 'a server' 'icsd_start state'
test_ok 'a body of 200 MB' '
	truncate -s 200M "$tmp/huge" &&
	same 413 "$(http_code /pks/add -m 60 --data-binary @"$tmp/huge")" &&
	same 413 "$(http_code /pks/add -m 60 -H "Expect:" --data-binary @"$tmp/huge")" &&
	same 413 "$(http_code /pks/v2/certs -m 60 -H "Expect:" -H "Transfer-Encoding: chunked" --data-binary @"$tmp/huge")" &&
	bounded 65536 && still_there
'
test_ok 'a body that never ends' '
	timeout 60 curl -sS -o "$tmp/body" -T - -X POST "$icsd_http/pks/add" </dev/zero; \
	test $? -ne 124 && bounded 65536 && still_there
'
# Three octets each that a parser would make a value of.
test_ok 'a JSON body of two million arrays' '
	{ printf "[" && head -c 2000000 /dev/zero | sed "s/\\x00/[],/g" && printf "[]]"; } >"$tmp/arrays" &&
	same 6000004 "$(wc -c <"$tmp/arrays")" &&
	same 400 "$(http_code /vks/v1/upload -m 60 -H "Expect:" --data-binary @"$tmp/arrays")" &&
	bounded 65536 && still_there
'
test_ok 'a certificate with 100,000 signatures' '
	"$HKP_TOOL" make many >"$tmp/many.pgp" &&
	case $(http_code /pks/v2/certs -m 60 --data-binary @"$tmp/many.pgp" -H "Content-Type: application/pgp") in
	413 | 422 | 200) ;;
	*) false ;;
	esac && still_there
'
test_ok 'packets with absurd lengths' '
	for octets in "\\231\\377\\377" "\\306\\377\\377\\377\\377\\377" \
		"\\232\\377\\377\\377\\377" "\\306\\340" "\\233" "\\306\\376"; do
		printf "$octets" >"$tmp/odd.pgp" &&
		same 422 "$(http_code /pks/v2/certs -m 20 --data-binary @"$tmp/odd.pgp" -H "Content-Type: application/pgp")" ||
			break
	done && test "$octets" = "\\306\\376" && still_there
'
test_ok '4,096 idle connections' '
	mkfifo "$tmp/in" && : >"$tmp/out" &&
	{ "$CLIENT" hold $icsd_port 4096 "" <"$tmp/in" >"$tmp/out" & } &&
	hold=$! && exec 9>"$tmp/in" &&
	wait_until 60 "grep -q ^held \"\$tmp/out\"" &&
	still_there && bounded 131072 && exec 9>&- && wait "$hold" &&
	still_there
'
test_ok '4,096 connections that never finish their request' '
	rm "$tmp/in" && mkfifo "$tmp/in" && : >"$tmp/out" &&
	{ "$CLIENT" hold $icsd_port 4096 "GET / HTTP/1.1\\r\\nHost: x\\r\\n" <"$tmp/in" >"$tmp/out" & } &&
	hold=$! && exec 9>"$tmp/in" &&
	wait_until 60 "grep -q ^held \"\$tmp/out\"" &&
	still_there && bounded 131072 && exec 9>&- && wait "$hold" &&
	still_there
'
test_ok 'malformed percent encoding' '
	same 400 "$(http_code "/pks/lookup?op=get&search=%")" &&
	same 400 "$(http_code "/pks/lookup?op=get&search=%4")" &&
	same 400 "$(http_code "/pks/lookup?op=get&search=%zz")" &&
	same 400 "$(http_code "/pks/lookup?op=%&search=a")" &&
	same 404 "$(http_code "/pks/lookup?op=get&search=%00")" &&
	same 404 "$(http_code "/pks/lookup?op=get&search=%ff%fe")" &&
	same 400 "$(http_code "/pks/v2/certs/by-identity/%g0")" &&
	same 400 "$(http_code "/vks/v1/by-email/%g0")" &&
	same 400 "$(http_code "/.well-known/openpgpkey/a.b/hu/x?l=%g0")"
'
test_ok 'queries that search engines choke on' '
	for text in "%22" "*" "(" "NEAR(a%20b)" "a%20OR%20b" "%27;DROP" "-x" \
		"^a" "a:b" "%25" "_"; do
		case $(http_code "/pks/lookup?op=index&options=mr&search=$text") in
		404 | 200 | 400) ;;
		*) break ;;
		esac
	done && test "$text" = _ && still_there
'
test_ok 'requests that are no HTTP' '
	for text in "\\r\\n\\r\\n" "nonsense\\r\\n\\r\\n" "GET\\r\\n\\r\\n" \
		"GET / HTTP/9.9\\r\\n\\r\\n" "GET  HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" \
		"POST /pks/add HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: -1\\r\\n\\r\\n" \
		"POST /pks/add HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n"; do
		"$CLIENT" pipe $icsd_port "$text" >"$tmp/pipe"
		! grep "HTTP/1.1 [25]" "$tmp/pipe" | grep -v "HTTP/1.1 505" || break
	done; still_there
'
test_ok 'a User ID full of control characters and script' '
	"$HKP_TOOL" make odd >"$tmp/odd.pgp" && enarmor "$tmp/odd.pgp" >"$tmp/odd.asc" &&
	same 200 "$(add "$tmp/odd.asc")" &&
	same 200 "$(http_code "/pks/lookup?op=index&search=odd@modern.example")" &&
	! grep -q "<script" "$tmp/body" &&
	! LC_ALL=C grep -q "$(printf "\\001")" "$tmp/body" &&
	same 200 "$(http_code "/pks/lookup?op=index&options=mr&search=odd@modern.example")" &&
	! LC_ALL=C grep -q "$(printf "\\001")" "$tmp/body" &&
	same 200 "$(http_code "/pks/lookup?op=index&options=json&search=odd@modern.example")" &&
	! LC_ALL=C grep -q "$(printf "\\001")" "$tmp/body"
'
test_ok 'a search is escaped on the page' '
	same 200 "$(http_code "/pks/lookup?op=index&search=Odd%20script")" &&
	! grep -q "<script" "$tmp/body"
'
test_ok 'clients that leave while their submission is judged' '
	for i in 1 2 3 4 5 6 7 8 9 10; do
		"$CLIENT" leave $icsd_port "POST /pks/v2/certs HTTP/1.1\\r\\nHost: x\\r\\nContent-Type: application/pgp\\r\\nContent-Length: 5\\r\\n\\r\\nabcde"
	done && still_there
'
test_ok 'the server ends well' 'icsd_stop'
test_done
