# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The TAP library of every t/tNNNN-*.sh. A script reads it first:
#
#	. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
#	skip_unless curl
#	test_ok 'a miss is a 404' '
#		same 404 "$(http_code /nothing)" &&
#	'
#	test_done
#
# Gives: $srcdir and $builddir (absolute), $tmp (private, gone on exit),
# at_exit, test_ok, test_skip, skip_unless, skip_all, test_done, same,
# fails_with, wait_until, sized. Invariant: nothing outlives the script, and a
# script that dies before test_done fails.

set -u
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
srcdir=$(cd "$srcdir" && pwd)
builddir=$(cd "${builddir:-.}" && pwd)
AWK=${AWK:-awk}
test_count=0
test_failed=0
exit_commands=

tmp=$(mktemp -d "${TMPDIR:-/tmp}/cm4it.XXXXXX") || exit 99

# at_exit COMMAND: run it when the script ends, last given first.
at_exit() {
	exit_commands="$1
$exit_commands"
}

leave() {
	status=$?
	trap - EXIT
	eval "$exit_commands"
	chmod -R u+rwX "$tmp" 2>/dev/null
	rm -rf "$tmp"
	exit "$status"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A function of its own: "return" in a body ends the body alone.
test_run() {
	eval "$test_body"
}

# test_ok NAME BODY: BODY is a chain of commands joined by &&, evaluated in
# this shell, so that variables it sets remain; a last "&&" is fine.
test_ok() {
	test_count=$((test_count + 1))
	case ${2%"${2##*[![:space:]]}"} in
	*'&&') test_body="$2 :" ;;
	*) test_body=$2 ;;
	esac
	if test_run >"$tmp/.output" 2>&1 </dev/null; then
		echo "ok $test_count - $1"
	else
		test_failed=$((test_failed + 1))
		echo "not ok $test_count - $1"
		printf '%s\n' "$2" | sed 's/^/# > /'
		tail -n 60 "$tmp/.output" | cut -c 1-400 | sed 's/^/# /'
	fi
}

# test_skip NAME WHY: one test that cannot be run here.
test_skip() {
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

# skip_all WHY: leave, before the first test.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# skip_unless COMMAND...: leave when a program is missing here.
skip_unless() {
	for test_need; do
		command -v "$test_need" >/dev/null 2>&1 ||
			skip_all "$test_need is not installed"
	done
}

# The last line of every script.
test_done() {
	echo "1..$test_count"
	test "$test_failed" -eq 0
	exit
}

# same EXPECTED ACTUAL: two strings.
same() {
	test "x$1" = "x$2" && return
	printf 'expected: %s\nactual:   %s\n' "$1" "$2"
	return 1
}

# fails_with STATUS COMMAND...: exactly this exit status.
fails_with() {
	test_want=$1
	shift
	"$@"
	same "$test_want" "$?"
}

# wait_until SECONDS COMMAND: ask again until it is true; fail after SECONDS.
# What is not true within a second is asked less often: asking costs those who
# work for the answer.
wait_until() {
	test_tries=$(($1 * 20))
	test_asked=0
	until eval "$2"; do
		test_asked=$((test_asked + 1))
		if test "$test_asked" -le 20; then
			test_tries=$((test_tries - 1))
			sleep 0.05
		else
			test_tries=$((test_tries - 4))
			sleep 0.2
		fi
		test "$test_tries" -gt 0 || return 1
	done
}

# sized FULL LESS: how many; less where sanitizers make each five times as
# dear. They look for a wrong step, and take each kind of it with less, too;
# what needs the number is shown by the build without them.
sized() {
	if grep -q '^#define ICS_SANITIZE 1' "$builddir/config.h"; then
		echo "$2"
	else
		echo "$1"
	fi
}
