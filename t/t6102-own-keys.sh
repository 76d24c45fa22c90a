#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Servers know each other by their TLS keys, both ways: a wrong key on either
# side ends the round with its name, strangers get no sketch, ordinary clients
# notice nothing.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"

# asks NAME PATH [CURL-OPTION...]: its HTTPS side; prints the status
asks() {
	eval "asks_url=\$$1_url"
	asks_path=$2
	shift 2
	curl -sS -k -o "$tmp/body" -w '%{http_code}' "$@" "$asks_url$asks_path"
}

# fails NAME PEER ERROR: a round does, by this name
fails() {
	! own_round "$1" "$2" && same "$3" "$(own_row "$1" "$2" .error)" &&
		test -n "$(own_row "$1" "$2" .words)"
}

mkdir "$tmp/in"
"$builddir/t/statements" 1 100 1 "$tmp/in" || exit 99

test_ok 'a server, a peer, somebody else' '
	own_new a b c &&
	own_rows a "b kind=ics key=$b_pin" && own_start a &&
	own_rows b "$(own_row_of a every=0)" && own_start b &&
	own_rows c "$(own_row_of a every=0)" && own_start c &&
	own_feeds a 1 3
'
test_ok 'the right keys' '
	own_settle b a && same "" "$(own_row b a .error)"
'
test_ok 'a stranger gets no sketch, and is told' 'fails c a stranger'
test_ok 'which of these keys a curl shows makes the difference' '
	same 200 "$(asks a /ics/v1/sketch --cert "$tmp/b.crt" --key "$tmp/b.key")" &&
	same 40 "$(wc -c <"$tmp/body")" &&
	same 403 "$(asks a /ics/v1/sketch --cert "$tmp/c.crt" --key "$tmp/c.key")" &&
	same 403 "$(asks a /ics/v1/sketch)" &&
	same 403 "$(asks a /ics/v1/fetch --data-binary 0123456789abcdef)"
'
test_ok 'everything else is for everybody' '
	same 200 "$(asks a "/ics/v1/changes?since=0")" &&
	same 200 "$(asks a /pks/stats --cert "$tmp/c.crt" --key "$tmp/c.key")"
'
test_ok 'who knows no peers asks nobody for a certificate' '
	openssl s_client -connect "127.0.0.1:$a_port" </dev/null 2>&1 |
		grep -q "Acceptable client certificate CA names\|Client Certificate Types\|Requested Signature Algorithms" &&
	own_rows a && own_reload a &&
	! openssl s_client -connect "127.0.0.1:$a_port" </dev/null 2>&1 |
		grep -q "Acceptable client certificate CA names\|Client Certificate Types\|Requested Signature Algorithms"
'
test_ok 'without its row the peer is a stranger' 'fails b a stranger'
test_ok 'a reload lets it in again' '
	own_rows a "b kind=ics key=$b_pin" && own_reload a &&
	own_round b a && same "" "$(own_row b a .error)"
'
test_ok 'and keeps it' '
	own_reload a && own_round b a && same "" "$(own_row b a .error)"
'
test_ok 'another key than the row says: not a word is sent' '
	own_rows b "a kind=ics url=$a_url key=$c_pin every=0" && own_reload b &&
	fails b a tls-pin
'
test_ok 'a renewed certificate with the same key is as good' '
	own_rows b "$(own_row_of a every=0)" && own_reload b &&
	openssl req -x509 -key "$tmp/a.key" -days 3 -subj /CN=renewed \
		-out "$tmp/a.crt" && own_reload a &&
	own_round b a && same "" "$(own_row b a .error)"
'
test_ok 'one with another key is not' '
	cp "$tmp/c.key" "$tmp/a.key" && cp "$tmp/c.crt" "$tmp/a.crt" &&
	own_stop a && own_start a && fails b a tls-pin
'
test_ok 'nobody there' '
	own_stop a && fails b a refused && own_stop b && own_stop c
'
test_done
