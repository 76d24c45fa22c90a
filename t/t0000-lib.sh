#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The libraries of the scripts: a red test is seen, a death is no success, and
# nothing outlives a script.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"

# script: runs standard input as a test script; $out, $status, $left
script() {
	{
		echo '. "$srcdir/t/lib.sh"'
		echo 'echo "$tmp" >"$outer/place"'
		cat
	} >"$tmp/script.sh"
	out=$(outer=$tmp srcdir=$srcdir builddir=$builddir \
		sh "$tmp/script.sh" 2>&1)
	status=$?
	left=$(cat "$tmp/place")
	printf '%s\n' "$out"
}

test_ok 'green is green, and the chain may end in &&' '
	script <<-X &&
		test_ok one "true && a=1 &&"
		test_ok two "same 1 \$a && fails_with 3 sh -c \"exit 3\""
		test_done
	X
	same 0 "$status" &&
	same "ok 1 - one ok 2 - two 1..2" "$(echo $out)"
'
test_ok 'red is red, and says what was wanted' '
	script <<-X &&
		test_ok one "same left right && true"
		test_ok two "true"
		test_done
	X
	same 1 "$status" &&
	echo "$out" | grep -q "^not ok 1 - one" &&
	echo "$out" | grep -q "^# expected: left" &&
	echo "$out" | grep -q "^ok 2" &&
	echo "$out" | grep -qx "1..2"
'
test_ok 'a body that returns is red as well, and has its line' '
	script <<-X &&
		test_ok one "for i in 1 2; do test \\\$i = 1 || return; done"
		test_ok two "true || return"
		test_done
	X
	same 1 "$status" &&
	echo "$out" | grep -q "^not ok 1 - one" &&
	echo "$out" | grep -q "^ok 2" && echo "$out" | grep -qx "1..2"
'
test_ok 'a death before test_done prints no plan' '
	script <<-X &&
		test_ok one true
		exit 0
		test_done
	X
	! echo "$out" | grep "^1\.\."
'
test_ok 'a missing program skips all' '
	script <<-X &&
		skip_unless sh no-such-program
		test_ok one false
	X
	same 0 "$status" &&
	same "1..0 # SKIP no-such-program is not installed" "$out"
'
test_ok 'the private folder and what at_exit was given are gone' '
	script <<-X &&
		at_exit "echo first"
		at_exit "echo second"
		mkdir "\$tmp/shut" && touch "\$tmp/shut/x" && chmod 0 "\$tmp/shut"
		exit 7
	X
	same 7 "$status" &&
	same "second first" "$(echo $out)" &&
	test -n "$left" && test ! -e "$left"
'
test_ok 'wait_until gives up' '
	script <<-X &&
		test_ok one "! wait_until 1 false"
		test_ok two "wait_until 1 true"
		test_done
	X
	same 0 "$status"
'

# A server for lib-icsd.sh to start: says where it listens, until TERM.
cat >"$tmp/server" <<'X'
#!/bin/sh
trap 'exit 5' TERM
case $* in *--mute*) exit 1 ;; esac
printf 'listening http://127.0.0.1:1234\nlistening admin://[::1]:99\n'
while :; do sleep 0.05; done
X
chmod +x "$tmp/server"
test_ok 'a server is started, found, stopped by its pid' '
	script <<-X &&
		ICSD=$tmp/server
		. "\$srcdir/t/lib-icsd.sh"
		test_ok start "icsd_start one && same 1234 \"\\\$icsd_port\""
		test_ok urls "same http://127.0.0.1:1234 \"\\\$icsd_http\" &&
			same admin://[::1]:99 \"\\\$icsd_admin\""
		test_ok stop "fails_with 5 icsd_stop"
		test_ok kill "icsd_start two && icsd_kill"
		test_ok mute "! icsd_start three --mute"
		test_ok left "icsd_start four && echo \\\$icsd_pid >\"\\\$outer/pid\""
		test_done
	X
	same 0 "$status" &&
	! kill -0 "$(cat "$tmp/pid")"
'
test_done
