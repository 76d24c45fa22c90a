#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion offers every command and every option that the command takes, as
# ics itself tells; and the manual page explains each.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
command -v bash >/dev/null || skip_all 'bash is not installed'
ICS=${ICS:-$builddir/ics}

# completed WORD...: what completion offers for the last word, sorted
completed() {
	bash -c '
		. "$0"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_ics
		printf "%s\n" "${COMPREPLY[@]}"
	' "$srcdir/contrib/completion/ics.bash" "$@" | sort
}
# rows TABLE N: the Nth string of each row
rows() {
	$AWK -v nth="$2" '/^X\(/ { split($0, part, "\""); print part[2 * nth] }' \
		"$srcdir/src/ics/$1"
}

test_ok 'every command is offered' \
	'same "$(rows commands.def 1 | sort)" "$(completed "$ICS" "")"'
test_ok 'a beginning narrows' \
	'same "$(printf "delete\ndeny\ndomain\ndump")" "$(completed "$ICS" d)"'
test_ok 'options before the command are passed over' '
	same "dump" "$(completed "$ICS" -D /tmp --json du)"
'
for command in $(rows commands.def 1); do
	test_ok "options of $command are those that it takes" '
		completed "$ICS" "$command" -- >"$tmp/offered" &&
		test -s "$tmp/offered" &&
		"$ICS" help "$command" | grep -o -e "--[a-z-]*" | sort -u >"$tmp/helped" &&
		cmp "$tmp/offered" "$tmp/helped"
	'
done
for option in $(rows options.def 1); do
	test_ok "ics.1 explains --$option" \
		'grep -q "Fl -$option" "$srcdir/src/ics/ics.1"'
done
test_ok 'verbs where a command has them' '
	same "$(rows policy.def 1 | sort)" "$(completed "$ICS" policy "")" &&
	same "$(printf "accept\noffer")" "$(completed "$ICS" --json transfer "")" &&
	same "" "$(completed "$ICS" state "")"
'
test_ok 'profiles' '
	same "$(rows ../domain/profiles.def 1 | sort)" "$(completed "$ICS" policy new "")" &&
	same "$(rows ../domain/profiles.def 1 | sort)" "$(completed "$ICS" init --profile "")"
'
test_ok 'files where files belong' '
	: >"$tmp/ring.gpg" && mkdir "$tmp/ringdir" &&
	same "$(printf "%s\n" "$tmp/ring.gpg" "$tmp/ringdir")" \
		"$(completed "$ICS" load "$tmp/ring")" &&
	same "$(printf "%s\n" "$tmp/ring.gpg" "$tmp/ringdir")" \
		"$(completed "$ICS" policy --json diff "$tmp/ring")" &&
	same "$tmp/ringdir" "$(completed "$ICS" -D "$tmp/ring")"
'
test_done
