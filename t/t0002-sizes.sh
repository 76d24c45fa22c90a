#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Nothing grows past what one reader holds in his head: files of 500 lines,
# headers of 400, functions of 60, 4 parameters, nesting of 3, 30 files a
# folder. Only a signature that a foreign library dictates may have more
# parameters; the comment above it then says "foreign signature".

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"

# The formatter guarantees what this relies on: a function opens with "{" and
# closes with "}" alone in column one, a control word stands at its own tabs.
sizes() (
	cd "$1" && sources . '*.c' '*.h' | xargs -r $AWK '
	function too(what, n, most) {
		if (n > most)
			print FILENAME ":" FNR ": " what " " n " > " most
	}
	function file_end() {
		if (file != "" && lines > (file ~ /\.h$/ ? 400 : 500))
			print file ": lines " lines
	}
	# commas of the last parenthesis group at depth one
	function params(text,    i, c, depth, n) {
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			if (c == "(" && ++depth == 1)
				n = 1
			else if (c == ")")
				depth--
			else if (c == "," && depth == 1)
				n++
		}
		return n
	}
	FNR == 1 {
		file_end()
		file = FILENAME
		head = ""
		opened = foreign = 0
		folder = FILENAME
		sub("/[^/]*$", "", folder)
		if (folder !~ /^t/)
			count[folder]++
	}
	{ lines = FNR }
	/^\{$/ {
		opened = FNR
		if (!foreign)
			too("parameters", params(head), 4)
		foreign = 0
		next
	}
	/^\}/ {
		if (opened)
			too("function lines", FNR - opened + 1, 60)
		opened = 0
		head = ""
		next
	}
	opened {
		if (match($0, /^\t+(if|for|while|do|switch)[ ({]/)) {
			match($0, /^\t+/)
			too("nesting", RLENGTH, 3)
		}
		next
	}
	/foreign signature/ { foreign = 1; next }
	/^$/ { foreign = 0 }
	/^$|^#|;$|\*\/$|^\/\// { head = ""; next }
	{ head = head " " $0 }
	END {
		file_end()
		for (folder in count)
			if (count[folder] > 30)
				print folder ": files " count[folder] " > 30"
	}'
)

test_ok 'nothing has outgrown its reader' 'clean sizes "$srcdir"'

bad=$tmp/bad
$AWK 'BEGIN { for (i = 0; i < 501; i++) print "/* */" }' |
	plant "$bad" src/pgp/long.c
$AWK 'BEGIN { for (i = 0; i < 401; i++) print "/* */" }' |
	plant "$bad" src/pgp/long.h
$AWK 'BEGIN { print "int\nf(void)\n{"; for (i = 0; i < 59; i++) print "\tg();"
	print "}" }' | plant "$bad" src/pgp/fn.c
printf 'int\nf(int a, int b, int c,\n    int (*d)(int, int), int e)\n{\n}\n' |
	plant "$bad" src/pgp/params.c
printf '/* foreign signature: x */\nint\nf(int a, int b, int c, int d, int e)\n{\n}\n' |
	plant "$bad" src/pgp/foreign.c
printf 'int\nf(int a, int b, int c,\n    int (*d)(int, int))\n{\n}\n' |
	plant "$bad" src/pgp/four.c
printf 'void\nf(void)\n{\n\tif (a)\n\t\tif (b)\n\t\t\tfor (;;)\n\t\t\t\tif (c)\n\t\t\t\t\tg();\n}\n' |
	plant "$bad" src/pgp/deep.c
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 \
	27 28 29 30 31; do
	echo | plant "$bad" "src/store/$i.c"
done
test_ok 'a long file is caught' 'catches "long.c: lines 501" sizes "$bad"'
test_ok 'a long header is caught' 'catches "long.h: lines 401" sizes "$bad"'
test_ok 'a long function is caught' 'catches "fn.c:63: .*61 > 60" sizes "$bad"'
test_ok 'a fifth parameter is caught' \
	'catches "params.c:4: parameters 5" sizes "$bad"'
test_ok 'deep nesting is caught' 'catches "deep.c:7: nesting 4" sizes "$bad"'
test_ok 'a crowded folder is caught' 'catches "store: files 31" sizes "$bad"'
test_ok 'nothing else is' 'same 6 "$(sizes "$bad" | wc -l)"'
test_done
