#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Manual pages are correct mdoc, and show examples and exit statuses.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"
skip_unless "${MANDOC:=mandoc}"

pages() {
	sources "$1" '*.[13578]'
}

# A section must have text before the next one.
section_missing() {
	$AWK -v want="$2" '
	/^\.Sh / { inside = (toupper(substr($0, 5)) == want); next }
	inside && !/^\.\\"/ { n++ }
	END { if (n < 2) print FILENAME ": " want " is empty" }' "$1"
}

# What mandoc only finds because of the build machine is not the page's fault:
# a cross reference to a page that is not installed.
page_faults() (
	cd "$1" && for page in $(pages .); do
		"$MANDOC" -T lint -W style "$page" |
			grep -v 'referenced manual not found\|STYLE: .*Mdocdate'
		section_missing "$page" EXAMPLES
		case $page in
		*.[18]) section_missing "$page" 'EXIT STATUS' ;;
		esac
	done
)

test_ok 'icsd.8, icsd.conf.5 and ics.1 exist' '
	test -f "$srcdir/src/icsd/icsd.8" &&
	test -f "$srcdir/src/icsd/icsd.conf.5" &&
	test -f "$srcdir/src/ics/ics.1"
'
test_ok 'every page is clean' 'clean page_faults "$srcdir"'

bad=$tmp/bad
printf '.Dd $Mdocdate$\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh EXAMPLES\n.Sh EXIT STATUS\n.Ex -std\n.Xx\n' |
	plant "$bad" src/ics/bad.1
test_ok 'a wrong macro is caught' 'catches "bad.1:10:" page_faults "$bad"'
test_ok 'an empty section is caught' \
	'catches "bad.1: EXAMPLES is empty" page_faults "$bad"'
test_done
