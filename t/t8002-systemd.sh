#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The daemon under a service manager: it tells when it is ready, reloads,
# stops and lives, and takes sockets over.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl openssl
test -x "$builddir/t/manager" || skip_all 't/manager was not built'
grep -q '^#define HAVE_SYSTEMD 1' "$builddir/config.h" ||
	skip_all 'built without libsystemd'

notes=$tmp/notes
"$builddir/t/manager" tap "$tmp/notify" "$notes" &
tap_pid=$!
at_exit 'kill "$tap_pid"'
wait_until 20 'test -S "$tmp/notify"'
NOTIFY_SOCKET=$tmp/notify
export NOTIFY_SOCKET

noted() {
	wait_until 20 "grep -q '^$1' '$notes'"
}

forget() {
	: >"$notes"
}

test_ok 'ready is told, and only after the listeners' '
	icsd_start told && noted READY=1 && ! grep -q STOPPING "$notes"
'
test_ok 'a reload is told with its time, and then ready again' '
	forget && kill -HUP "$icsd_pid" && noted READY=1 &&
	same "RELOADING=1" "$(head -n 1 "$notes")" &&
	sed -n 2p "$notes" | grep -Eq "^MONOTONIC_USEC=[1-9][0-9]+$"
'
test_ok 'a refused reload ends as well' '
	icsd_stop && echo >"$tmp/r.conf" &&
	icsd_start told -f "$tmp/r.conf" && noted READY=1 && forget &&
	echo wrong >"$tmp/r.conf" && kill -HUP "$icsd_pid" && noted READY=1 &&
	grep -q "reload-refused" "$icsd_err"
'
test_ok 'stopping is told' 'forget && icsd_stop && noted STOPPING=1'
test_ok 'a start that fails never says ready' '
	forget && ! timeout 60 "$ICSD" -d -D "$tmp/no/such" -l 127.0.0.1:0 &&
	! grep -q READY "$notes"
'
test_ok 'no pings unasked' '! grep -q WATCHDOG "$notes"'
test_ok 'the watchdog is fed while HTTP answers' '
	forget && WATCHDOG_USEC=600000 && export WATCHDOG_USEC &&
	icsd_start dog && unset WATCHDOG_USEC &&
	wait_until 20 "test \$(grep -c WATCHDOG=1 \"$notes\") -ge 5" &&
	forget && kill -HUP "$icsd_pid" && noted READY=1 &&
	wait_until 20 "test \$(grep -c WATCHDOG=1 \"$notes\") -ge 2" &&
	icsd_stop && ! grep -q " stuck " "$icsd_err"
'
test_ok 'the watchdog of another process is not ours' '
	forget && WATCHDOG_USEC=100000 WATCHDOG_PID=1 && export WATCHDOG_USEC \
		WATCHDOG_PID &&
	icsd_start dog && unset WATCHDOG_USEC WATCHDOG_PID &&
	kill -HUP "$icsd_pid" && wait_until 20 \
		"test \$(grep -c READY=1 \"$notes\") -ge 2" &&
	icsd_stop && ! grep -q WATCHDOG "$notes"
'

# ---- sockets handed over ----------------------------------------------------

# passed NAME SOCKET... -- OPTION...: a server with these sockets
passed() {
	passed_name=$1
	shift
	passed_sockets=
	while test "$1" != --; do
		passed_sockets="$passed_sockets $1"
		shift
	done
	shift
	mkdir -p "$tmp/$passed_name"
	icsd_out=$tmp/$passed_name.out
	icsd_err=$tmp/$passed_name.err
	: >"$icsd_out"
	# shellcheck disable=SC2086
	"$builddir/t/manager" pass $passed_sockets -- "$ICSD" -d \
		-D "$tmp/$passed_name" "$@" >"$icsd_out" 2>"$icsd_err" &
	icsd_pid=$!
	icsd_pids="$icsd_pids $icsd_pid"
	wait_until 60 icsd_settled
	icsd_http=$(icsd_listener http)
	icsd_https=$(icsd_listener https)
	icsd_admin=$(icsd_listener admin)
	test -n "$icsd_http$icsd_https"
}

test_ok 'sockets replace the listeners of the configuration' '
	passed sockets a=127.0.0.1:0 b=127.0.0.1:0 -- -l 192.0.2.1:1 &&
	same 2 "$(grep -c "^listening http://127.0.0.1:" "$icsd_out")" &&
	same 404 "$(http_code /no/such)" && icsd_stop
'
test_ok 'the admin listener of the configuration stays' '
	passed sockets a=127.0.0.1:0 -- --admin 127.0.0.1:0 &&
	test -n "$icsd_admin" && icsd_stop
'
test_ok 'one named admin is that' '
	passed sockets admin=127.0.0.1:0 http=127.0.0.1:0 -- \
		--admin 192.0.2.1:1 &&
	same 200 "$(curl -s -o /dev/null -w "%{http_code}" \
		"http://${icsd_admin#admin://}/readyz")" &&
	same 1 "$(grep -c ^listening.admin "$icsd_out")" && icsd_stop
'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=x -addext 'subjectAltName=IP:127.0.0.1' \
	-keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>"$tmp/openssl.err"
test_ok 'with a certificate they speak HTTPS, but for one named http' '
	passed tls http=127.0.0.1:0 icsd.socket=127.0.0.1:0 -- \
		--tls-cert "$tmp/cert.pem" --tls-key "$tmp/key.pem" &&
	same 404 "$(http_code /no/such)" &&
	same 404 "$(curl -s -o /dev/null -w "%{http_code}" \
		--cacert "$tmp/cert.pem" "$icsd_https/no/such")" && icsd_stop
'
test_ok 'https without a certificate is refused with words' '
	! passed tls https=127.0.0.1:0 -- &&
	grep -q "socket=https why=.https without a certificate" "$icsd_err"
'
test_ok 'a datagram socket is refused with words' '
	! passed tls udp=127.0.0.1:0 -- &&
	grep -q "does not listen for streams" "$icsd_err"
'
if command -v systemd-analyze >/dev/null &&
	test -f "$builddir/contrib/systemd/icsd.service"; then
	# The program is not where the unit will find it after an install.
	test_ok 'the units are well formed' '
		sed "s|^ExecStart=.*|ExecStart=/bin/true|" \
			"$builddir/contrib/systemd/icsd.service" \
			>"$tmp/icsd.service" &&
		cp "$srcdir/contrib/systemd/icsd.socket" "$tmp" &&
		{ systemd-analyze verify --man=no --recursive-errors=no \
			"$tmp/icsd.service" "$tmp/icsd.socket" 2>&1 |
			grep "$tmp/icsd" || true; } >"$tmp/verify" &&
		same "" "$(cat "$tmp/verify")"
	'
	test_ok 'the unit takes us by an option that exists' '
		grep -q "^ExecStart=.*/icsd -d$" \
			"$builddir/contrib/systemd/icsd.service" &&
		grep -q "^Type=notify" "$builddir/contrib/systemd/icsd.service"
	'
else
	test_skip 'the units are well formed' 'no systemd-analyze, or not built'
fi
test_done
