#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The ICS API: what is submitted and what is told of it; the log as pages, by
# long poll and as events.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

# submit FILE [CURL-OPTION...]: as octets of no special type
submit() {
	submit_file=$1
	shift
	api /submit -H 'Content-Type: application/octet-stream' \
		--data-binary "@$submit_file" "$@"
}

outcomes() {
	jq -r '[.results[].outcome] | join(" ")' "$tmp/body"
}

# poll SINCE: in the background, waiting when this returns: $poll_pid,
# $tmp/poll. What waits has sent its headers.
poll() {
	: >"$tmp/poll.head"
	curl -sS -m 60 -o "$tmp/poll" -D "$tmp/poll.head" \
		"$icsd_http/ics/v1/changes?since=$1&wait=60" &
	poll_pid=$!
	wait_until 10 'grep -q "^HTTP.* 200" "$tmp/poll.head"'
}

# an event stream in the background: $sse_pid, $tmp/sse
listen() {
	: >"$tmp/sse"
	curl -sN -m 60 -H 'Accept: text/event-stream' "$@" >"$tmp/sse" &
	sse_pid=$!
	at_exit "kill $sse_pid 2>/dev/null"
	wait_until 10 'grep -q "^retry: " "$tmp/sse"'
}

test_ok 'certificates and a server' 'make_certs && icsd_start state'
for name in alice bob carol eve; do
	"$PGP_TOOL" dearmor <"$certs/$name.asc" >"$certs/$name.pgp"
done
cat "$certs/bob.pgp" "$certs/carol.pgp" >"$tmp/two.pgp"

# ---- submit

test_ok 'an empty log' '
	same 200 "$(api /changes)" && valid changes && cors &&
	is ".rows == [] and .next == 0 and .size == 0"
'
test_ok 'binary octets are taken' '
	same 200 "$(submit "$certs/alice.pgp")" && valid submit && cors &&
	same inserted "$(outcomes)" &&
	is ".results[0].fingerprint == \"$(lower "$alice_fpr")\""
'
test_ok 'armor is taken' '
	same 200 "$(submit "$certs/alice.asc")" && valid submit &&
	same ignored "$(outcomes)"
'
test_ok 'two at once have an outcome each' '
	same 200 "$(submit "$tmp/two.pgp")" && valid submit &&
	same "inserted inserted" "$(outcomes)"
'
for form in '-F keytext=@' '--data-urlencode keytext@'; do
	test_ok "a form is taken: $form" '
		same 200 "$(api /submit $form$certs/eve.asc)" && valid submit
	'
done
test_ok 'what curl sends unasked is taken as it is' '
	same 200 "$(api /submit --data-binary "@$certs/eve.pgp")" &&
	valid submit && same ignored "$(outcomes)"
'
head -c 200 "$certs/alice.pgp" >"$tmp/short.pgp"
while read -r what want options; do
	test_ok "$what is a $want, with words" '
		same "$want" "$(api /submit $options)" && cors &&
		is ".error | length > 0" &&
		is "(.help // .findings[0].help) | length > 0"
	'
done <<-ROWS
	rubbish 422 -d hello
	nothing 422 -X POST -H Content-Type:application/pgp-keys
	an_empty_form 422 -F x=y
	a_picture 415 -H Content-Type:image/png -d hello
	a_secret_key 422 --data-binary @$certs/secret.asc
	half_a_certificate 422 --data-binary @$tmp/short.pgp
ROWS
test_ok 'refusals follow the schema' '
	same 422 "$(api /submit -d hello)" && valid submit &&
	same 422 "$(api /submit --data-binary "@$certs/secret.asc")" && valid submit
'
test_ok 'too large a body is a 413' '
	head -c 9000000 /dev/zero >"$tmp/large" &&
	same 413 "$(submit "$tmp/large")"
'
test_ok 'other methods hear what is taken' '
	same 405 "$(api /submit)" && same "POST, OPTIONS" "$(header allow)" &&
	same 405 "$(api /changes -d x)" &&
	same "GET, HEAD, OPTIONS" "$(header allow)" &&
	same 200 "$(api /changes -X OPTIONS)" && cors
'

# ---- pages

test_ok 'the log has a row for each change' '
	same 200 "$(api /changes)" && valid changes &&
	is ".size == 4 and .next == 4 and ([.rows[].position] == [1,2,3,4])" &&
	is ".rows[0].item == \"dev:04$(lower "$alice_fpr")\"" &&
	is "[.rows[].event] | unique == [\"put\"]"
'
test_ok 'a row names the octets it is about' '
	digest=$(jq -r ".rows[0].digest" "$tmp/body") &&
	same 200 "$(http_code "/pks/v2/certs/by-vfingerprint/04$alice_fpr")" &&
	same "$digest  $tmp/body" "$(sha256sum "$tmp/body")"
'
test_ok 'pages follow one another' '
	same 200 "$(api "/changes?limit=3")" && valid changes &&
	is ".next == 3 and (.rows | length == 3)" &&
	same 200 "$(api "/changes?limit=3&since=3")" && valid changes &&
	is ".next == 4 and [.rows[].position] == [4]" &&
	same 200 "$(api "/changes?limit=3&since=4")" && valid changes &&
	is ".next == 4 and .rows == []"
'
for bad in since=x since=-1 since=99999999999999999999 limit=0 limit=1001 \
	wait=61 since=%zz; do
	test_ok "$bad is a 400 with words" '
		same 400 "$(api "/changes?$bad")" && cors &&
		is "(.error | length > 0) and (.help | length > 0)"
	'
done
test_ok 'HEAD is answered, also where GET would wait' '
	same 200 "$(api /changes -I)" && cors &&
	same 200 "$(api "/changes?since=4&wait=60" -I -m 20)" &&
	same 200 "$(api /changes -I -m 20 -H Accept:text/event-stream)" &&
	same text/event-stream "$(header content-type)"
'
test_ok 'a deletion is told, without a digest' '
	"$ICS" -D "$icsd_dir" delete "$eve_fpr" &&
	same 200 "$(api "/changes?since=4")" && valid changes &&
	is ".rows[0].event == \"delete\" and (.rows[0] | has(\"digest\") | not)"
'

# ---- long poll

test_ok 'a long poll ends with its time' '
	same 200 "$(api "/changes?since=5&wait=1" -m 20)" && valid changes &&
	is ".rows == [] and .next == 5"
'
test_ok 'a long poll ends with a row' '
	poll 5 && submit "$certs/eve.pgp" && wait "$poll_pid" &&
	valid changes "$tmp/poll" &&
	jq -e ".rows[0].position == 6 and .next == 6" "$tmp/poll"
'
test_ok 'who asks for what is there does not wait' '
	same 200 "$(api "/changes?since=0&wait=60" -m 20)" &&
	is ".rows | length == 6"
'

# crowd N COMMAND...: with N clients that wait, in a language that can
crowd() {
	crowd_n=$1
	shift
	python3 - "$crowd_n" "$icsd_port" "$@" <<-'PY'
		import socket, subprocess, sys
		n, port, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
		ask = b"GET /ics/v1/changes?since=99&wait=60 HTTP/1.1\r\nHost: x\r\n\r\n"
		crowd = []
		for i in range(n):
		    s = socket.create_connection(("127.0.0.1", port), 20)
		    s.sendall(ask)
		    if not s.recv(16).startswith(b"HTTP/1.1 200"):
		        sys.exit("client %d was not let wait" % i)
		    crowd.append(s)
		sys.exit(subprocess.call(command))
	PY
}

is_let_wait() {
	same 200 "$(api "/changes?since=99&wait=1")" >/dev/null
}

test_ok 'one too many is a 503, and told when to come again' '
	crowd 256 curl -sS -m 20 -o "$tmp/body" -D "$tmp/head" \
		"$icsd_http/ics/v1/changes?since=99&wait=60" &&
	same 2 "$(header retry-after)" && grep -q "^HTTP.* 503" "$tmp/head"
'
test_ok 'who goes away leaves his place at once' \
	'wait_until 10 is_let_wait'

# ---- events

event_data() {
	sed -n 's/^data: //p' "$tmp/sse" | jq -sc "$1"
}

test_ok 'events tell what was, and what comes' '
	listen "$icsd_http/ics/v1/changes?since=4" &&
	wait_until 10 "grep -q \"^id: 6\" \"$tmp/sse\"" &&
	same 200 "$(add "$certs/carol-revocation.asc")" &&
	wait_until 10 "grep -q \"^id: 7\" \"$tmp/sse\"" &&
	same "[5,6,7]" "$(event_data "[.[].position]")" &&
	same "delete put put" "$(sed -n "s/^event: //p" "$tmp/sse" | xargs)" &&
	event_data "{rows: ., next: 7, size: 7}" >"$tmp/page" &&
	valid changes "$tmp/page"
'
test_ok 'a stream that was cut off goes on where it was' '
	kill "$sse_pid" && listen -H "Last-Event-ID: 6" \
		"$icsd_http/ics/v1/changes?since=2" &&
	wait_until 10 "grep -q \"^id: 7\" \"$tmp/sse\"" &&
	same "[7]" "$(event_data "[.[].position]")"
'
test_ok 'who waits keeps nobody from ending' '
	poll 7 && before=$(date +%s) && icsd_stop &&
	test $(($(date +%s) - before)) -lt 5 &&
	wait "$poll_pid" && wait "$sse_pid" && valid changes "$tmp/poll"
'
test_done
