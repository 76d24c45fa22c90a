#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# writes = no: whatever is sent is answered with a 503 that says so and when to
# come again, on every path and on connections that were there before; what is
# read is read, and the operator goes on. A reload turns it on and off.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

is_closed() {
	test 503 = "$(api /submit --data-binary x)"
}
writes() { # yes or no: from when this returns on
	echo "writes = $1" >"$tmp/conf" && "$ICS" -D "$icsd_dir" reload &&
		case $1 in
		yes) wait_until 20 '! is_closed' ;;
		no) wait_until 20 is_closed ;;
		esac
}
closed() { # FORM PATH [CURL-OPTION...]
	closed_form=$1
	shift
	same 503 "$(http_code "$@")" && same 60 "$(header retry-after)" &&
		cors && grep -q "Closed for maintenance" "$tmp/body" &&
		case $closed_form in
		json) is '.error and .help' >/dev/null ;;
		text) ! jq . "$tmp/body" 2>/dev/null ;;
		esac
}

test_ok 'a server with a certificate, and another one to send' '
	gpg_home 2>/dev/null && gpg_key one && one=$gpg_fpr && gpg_key two &&
	two=$gpg_fpr && gpg --export "$one" >"$tmp/one.pgp" &&
	gpg --export "$two" >"$tmp/two.pgp" && gpg -a --export "$two" >"$tmp/two.asc" &&
	echo "writes = yes" >"$tmp/conf" && icsd_start one -f "$tmp/conf" &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/one.pgp"
'
test_ok 'a client that keeps its connection hears of it, too' '
	python3 - "$icsd_port" "$tmp/conf" "$ICS" "$icsd_dir" "$tmp/two.pgp" <<-"PY"
		import http.client, subprocess, sys, time
		port, conf, ics, state, cert = sys.argv[1:]
		c = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
		def ask(method, path, body=None):
		    c.request(method, path, body,
		        {"Content-Type": "application/octet-stream"})
		    answer = c.getresponse()
		    answer.read()
		    return answer.status
		assert ask("GET", "/ics/v1/changes") == 200
		open(conf, "w").write("writes = no\n")
		subprocess.run([ics, "-D", state, "reload"], check=True)
		end = time.time() + 20 # the server reads it when it gets to it
		while ask("POST", "/ics/v1/submit", b"x") != 503:
		    assert time.time() < end
		    time.sleep(0.05)
		body = open(cert, "rb").read()
		assert ask("POST", "/ics/v1/submit", body) == 503
		assert ask("GET", "/ics/v1/changes") == 200
	PY
'
test_ok 'each way to send is closed, and says so' '
	closed json /ics/v1/submit --data-binary "@$tmp/two.pgp" &&
	closed text /pks/add --data-urlencode "keytext@$tmp/two.asc" &&
	closed text /pks/v2/certs -F "keytext=@$tmp/two.asc" &&
	closed text /vks/v1/upload -H Content-Type:application/json \
		-d "{\"keytext\": $(jq -Rs . "$tmp/two.asc")}"
'
test_ok 'gpg fails, and nothing came' '
	! gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$two" &&
	same 404 "$(http_code "/pks/lookup?op=get&search=0x$two")"
'
test_ok 'what is read is read, also by POST' '
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$one")" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --recv-keys "$one" &&
	same 200 "$(api "/items/$one")" && same 200 "$(api "/check?subject=$one")" &&
	same 200 "$(api /check -d "$one")" && same 200 "$(http_code /)"
'
test_ok 'the operator loads and deletes' '
	"$ICS" -D "$icsd_dir" load -q "$tmp/two.pgp" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$two")" &&
	"$ICS" -D "$icsd_dir" delete "$two" &&
	same 404 "$(http_code "/pks/lookup?op=get&search=0x$two")"
'
test_ok 'opened again, what is sent is taken' '
	writes yes && same 200 "$(api /submit --data-binary "@$tmp/two.pgp")" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$two")"
'
test_ok 'and a start may be closed' '
	icsd_stop && echo "writes = no" >"$tmp/conf" &&
	icsd_start one -f "$tmp/conf" &&
	closed json /ics/v1/submit --data-binary "@$tmp/two.pgp" && icsd_stop
'
test_done
