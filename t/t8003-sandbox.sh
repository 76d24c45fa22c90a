#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the daemon cannot do any more once it serves: every thread of it.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl openssl

# every_task REGEX: each thread has such a line in its status
every_task() {
	for task in /proc/"$icsd_pid"/task/*; do
		grep -Eq "$1" "$task/status" || {
			cat "$task/status"
			return 1
		}
	done
}

has_feature() {
	! grep -q "unconfined what=$1" "$icsd_err"
}

test_ok 'it starts' 'icsd_start box'
test_ok 'it has threads, and none can gain a privilege' '
	test "$(ls "/proc/$icsd_pid/task" | wc -l)" -ge 4 &&
	every_task "^NoNewPrivs:.1$"
'
if has_feature seccomp; then
	test_ok 'every thread has the filter' 'every_task "^Seccomp:.2$"'
else
	test_skip 'every thread has the filter' 'no seccomp here'
fi
test_ok 'it dumps no core' '
	same "0 0" "$($AWK "/^Max core/ { print \$5, \$6 }" \
		"/proc/$icsd_pid/limits")"
'
test_ok 'it may open as many files as it takes connections' '
	test "$($AWK "/^Max open/ { print \$4 }" "/proc/$icsd_pid/limits")" \
		-ge 8192
'
test_ok 'it still works' 'same 404 "$(http_code /no/such)" && icsd_stop'

# A PEM file behind a link that leads elsewhere is the way to make it try.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=x -addext 'subjectAltName=IP:127.0.0.1' \
	-keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>"$tmp/openssl.err"
mkdir "$tmp/tls" "$tmp/elsewhere"
cp "$tmp/key.pem" "$tmp/cert.pem" "$tmp/tls"
cp "$tmp/cert.pem" "$tmp/elsewhere"
if has_feature landlock; then
	test_ok 'a file elsewhere is out of reach, root or not' '
		icsd_start reach --tls-cert "$tmp/tls/cert.pem" \
			--tls-key "$tmp/tls/key.pem" &&
		ln -sf "$tmp/elsewhere/cert.pem" "$tmp/tls/cert.pem" &&
		kill -HUP "$icsd_pid" &&
		wait_until 20 "grep -q reload-refused \"$icsd_err\"" &&
		grep -q "tls-cert: .*Permission denied" "$icsd_err"
	'
	test_ok 'one beside the old is not' '
		cp "$tmp/elsewhere/cert.pem" "$tmp/tls/new.pem" &&
		ln -sf new.pem "$tmp/tls/cert.pem" && kill -HUP "$icsd_pid" &&
		wait_until 20 "grep -q \" reloaded \" \"$icsd_err\"" && icsd_stop
	'
else
	test_skip 'a file elsewhere is out of reach' 'no Landlock here'
fi

# Landlock binds a thread and those it makes: so there must be one only.
trace_works() {
	strace -f -o "$tmp/true.strace" true 2>"$tmp/strace.err"
}
if has_feature landlock && command -v strace >/dev/null && trace_works; then
	mkdir "$tmp/traced"
	test_ok 'it is confined before it makes a thread' '
		ASAN_OPTIONS=detect_leaks=0 strace -f -o "$tmp/strace" \
			-e trace=clone,clone3,landlock_restrict_self,seccomp \
			"$ICSD" -d -D "$tmp/traced" -l 127.0.0.1:0 \
			>"$tmp/traced.out" 2>"$tmp/traced.err" &
		strace_pid=$! &&
		wait_until 60 "grep -q ^listening \"$tmp/traced.out\"" &&
		kill -TERM "$(sed -n "s/.* ready .*pid=//p" "$tmp/traced.err")" &&
		wait "$strace_pid" &&
		$AWK "/landlock_restrict_self.* = 0/ { files = NR }
			/seccomp\(.*= 0/ { calls = NR }
			/clone3?\(/ && !first { first = NR }
			END { print files, calls, first
				exit !(files && calls && files < first &&
					calls < first) }" "$tmp/strace"
	'
else
	test_skip 'it is confined before it makes a thread' 'no way to trace'
fi

if test "$(id -u)" = 0 && id nobody >/dev/null 2>&1; then
	chmod 711 "$tmp"
	printf 'user = nobody\nstate-dir = "%s"\n' "$tmp/theirs" >"$tmp/n.conf"
	chmod 644 "$tmp/n.conf"
	nobody=$(id -u nobody)
	test_ok 'started by root, it listens below 1024 and becomes its user' '
		"$ICSD" -d -f "$tmp/n.conf" -l 127.9.8.7:79 >"$tmp/n.out" \
			2>"$tmp/n.err" &
		icsd_pid=$! icsd_err=$tmp/n.err && icsd_pids="$icsd_pids $!" &&
		wait_until 60 "grep -q ^listening \"$tmp/n.out\"" &&
		every_task "^Uid:.$nobody.$nobody.$nobody.$nobody$" &&
		every_task "^CapEff:.0+$" && every_task "^CapPrm:.0+$" &&
		! grep -q "why=.runs as root" "$tmp/n.err" &&
		same 404 "$(curl -s -o /dev/null -w "%{http_code}" \
			http://127.9.8.7:79/no/such)"
	'
	test_ok 'the state is its own' '
		same "nobody 700" "$(stat -c "%U %a" "$tmp/theirs")" &&
		same nobody "$(stat -c %U "$tmp/theirs/store.db")"
	'
	test_ok 'a configuration that it may not read is refused, not lost' '
		chmod 600 "$tmp/n.conf" && kill -HUP "$icsd_pid" &&
		wait_until 20 "grep -q reload-refused \"$icsd_err\"" &&
		grep -q "n.conf: Permission denied" "$icsd_err" && icsd_stop
	'
	test_ok 'what root loaded into its folder, it serves' '
		mkdir -m 700 "$tmp/given" && chown nobody "$tmp/given" &&
		chmod 644 "$tmp/n.conf" &&
		"$ICS" -q -D "$tmp/given" load "$srcdir/t/data/intake/maker.asc" &&
		same "nobody 600 nobody 600" \
			"$(echo $(stat -c "%U %a" "$tmp/given"/store.*))" &&
		icsd_start given -f "$tmp/n.conf" &&
		same 200 "$(http_code "/pks/lookup?op=get&search=maker@acme.example")" &&
		icsd_stop
	'
	test_ok 'a state that is not its own is refused with words' '
		mkdir -m 700 "$tmp/roots" && chmod 644 "$tmp/n.conf" &&
		fails_with 1 timeout 60 "$ICSD" -d -f "$tmp/n.conf" -D "$tmp/roots" \
			-l 127.0.0.1:0 >"$tmp/refused" 2>&1 &&
		grep -q "user must own it" "$tmp/refused"
	'
	test_ok 'an unknown user is refused with words' '
		echo "user = no-such-user-here" >"$tmp/n.conf" &&
		fails_with 1 timeout 60 "$ICSD" -d -f "$tmp/n.conf" -D "$tmp/unknown" \
			-l 127.0.0.1:0 >"$tmp/refused" 2>&1 &&
		grep -q "user=no-such-user-here .*name an account" \
			"$tmp/refused"
	'
else
	test_skip 'it becomes its user' 'needs root'
fi
test_done
