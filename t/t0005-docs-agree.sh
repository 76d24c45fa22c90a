#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a table offers, a page explains: each route in hkp/README, option in
# icsd.conf.5, command in ics.1; and each reason and error has words.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"

# names TABLE [N]: the Nth string of each row X(...), the first if not said;
# a row begins at its line's start and may take several lines
names() {
	$AWK -v nth="${2:-1}" '
	function row_end(    part) {
		if (row != "") {
			split(row, part, "\"")
			print part[2 * nth]
		}
		row = ""
	}
	/^X\(/ { row_end() }
	/^X\(/ || row != "" { row = row $0 " " }
	END { row_end() }' "$1"
}

# headings PAGE: what the page explains; of a manual page its items only,
# since a word like "get" stands anywhere
headings() {
	case $1 in
	*.[1578])
		sed -n -e '/^\.It Xo/,/^\.Xc/p' -e '/^\.It /p' -e '/^\.Ss /p' \
			"$1" | sed 's/\\&//g; s/\\-/-/g'
		;;
	*) cat "$1" ;;
	esac
}

# unexplained TABLE PAGE [N]: rows whose Nth string is no heading; a "*" in it
# stands for one segment of a path
unexplained() {
	test -r "$2" || { echo "$2 is not there"; return; }
	test -n "$(names "$1")" || echo "$1 has no rows"
	names "$1" "${3:-1}" | while read -r name; do
		like=$(printf '%s\n' "$name" |
			sed 's/[.]/[.]/g; s/[*][*]*/[^[:space:]]+/g')
		headings "$2" | grep -Eqe \
			"(^|[^[:alnum:]/])$like([^[:alnum:]/-]|\$)" ||
			echo "$2 does not explain $name"
	done
}

# vocabulary TABLE: names as they are said, "@" for the domain
vocabulary() {
	sed -n 's/^X([A-Z_]*, "\([a-z-]*\)", ATKINS.*/\1/p
		s/^X([A-Z_]*, "\([a-z-]*\)", OURS.*/\1@/p' "$1"
}

# undefined TABLE PAGE: names without an entry of their own
undefined() {
	test -n "$(vocabulary "$1")" || echo "$1 has no names"
	sed -n -e 's/^\.It Cm \([a-z-]*@\{0,1\}\) No = .*/\1/p' \
		-e 's/^	\([a-z-]*@\{0,1\}\)  .*/\1/p' "$2" >"$tmp/defined"
	vocabulary "$1" | grep -vxFf "$tmp/defined" |
		sed "s|^|$2 does not define |"
}

# wordless TABLE N: rows whose Nth string is empty or not there
wordless() {
	test -n "$(names "$1")" || echo "$1 has no rows"
	names "$1" "$2" | grep -n '^$' | sed "s|^|$1: row |"
}

test_ok 'each route is in hkp/README' \
	'clean unexplained "$srcdir/hkp/routes.def" "$srcdir/hkp/README"'
test_ok 'each route of the API is in hkp/README' \
	'clean unexplained "$srcdir/src/api/routes.def" "$srcdir/hkp/README"'
test_ok 'each option is in icsd.conf.5' '
	clean unexplained "$srcdir/src/icsd/options.def" \
		"$srcdir/src/icsd/icsd.conf.5"
'
test_ok 'each command is in ics.1' \
	'clean unexplained "$srcdir/src/ics/commands.def" "$srcdir/src/ics/ics.1"'
test_ok 'each option of ics is in ics.1' \
	'clean unexplained "$srcdir/src/ics/options.def" "$srcdir/src/ics/ics.1"'
for page in README ics-notations.7; do
	test_ok "each name of the vocabulary is in $page" '
		clean undefined "$srcdir/notations/vocabulary.def" \
			"$srcdir/notations/$page"
	'
done
for table in kinds statuses roles entities subjects digests words; do
	test_ok "each word of $table.def is in notations/README" '
		clean unexplained "$srcdir/notations/$table.def" \
			"$srcdir/notations/README"
	'
done
test_ok 'each word has words' '
	clean wordless "$srcdir/notations/words.def" 2 &&
	clean wordless "$srcdir/notations/vocabulary.def" 2
'
test_ok 'each error has words' \
	'clean wordless "$srcdir/src/base/err.def" 1'
for table in $(sources "$srcdir" reasons.def); do
	test_ok "each row of $table has words" \
		'clean wordless "$srcdir/$table" 2'
done

plant "$tmp" t.def <<'X'
/* X(name, words): a comment, "not a row" */
X(ONE, "/pks/lookup", GET)
X(TWO, "/pks/add",
    "")
X("a-word",
    NOTE, "x")
X("b-word", NOTE, "")
X(ITEM, "/item/*/x/*")
X(LOST, "/lost/*")
X
printf 'the path /pks/lookup; a\\-word\n.It Cm b-word\n/pks/address /item/FPR/x/{y}, /lost\n' |
	plant "$tmp" page
test_ok 'a name without explanation is caught' \
	'catches "explain /pks/add" unexplained "$tmp/t.def" "$tmp/page" &&
	catches "explain /lost" unexplained "$tmp/t.def" "$tmp/page"'
test_ok 'a manual page explains by its items only' '
	printf ".It Cm b-word\nsee also a\\\\-word\n" >"$tmp/page.1" &&
	catches "explain a-word" unexplained "$tmp/t.def" "$tmp/page.1" &&
	! catches "explain b-word" unexplained "$tmp/t.def" "$tmp/page.1"
'
test_ok 'one with is not' '
	! catches "explain (/pks/lookup|/item|b-word)" \
		unexplained "$tmp/t.def" "$tmp/page"
'
test_ok 'rows without words are caught' '
	same 5 "$(wordless "$tmp/t.def" 2 | grep -c "row [12456]:")" &&
	clean wordless "$tmp/t.def" 1
'
printf 'X(A, "a-b", OURS,\nX(B, "b", ATKINS,\nX(C, "c", OURS,\n' |
	plant "$tmp" v.def
printf '.It Cm a-b@ No = Ar x\nb c@ is\n	b     text\n	c  no\n' |
	plant "$tmp" v.7
test_ok 'an undefined name is caught' '
	same "$tmp/v.7 does not define c@" "$(undefined "$tmp/v.def" "$tmp/v.7")"
'
test_ok 'an empty table is caught' \
	'catches "no rows" unexplained "$tmp/page" "$tmp/page"'
test_done
