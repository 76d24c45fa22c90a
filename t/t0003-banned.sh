#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Calls that have no place in a server that strangers feed. The objects are
# asked as well as the sources, so no macro hides a call. SQL stays in sql/,
# and memory comes from base/alloc.c alone, which aborts where there is none;
# libics, which is others' programs', has one calloc, and says so.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"
skip_unless nm

never='strcpy|stpcpy|strcat|sprintf|vsprintf|atoi|atol|atoll|atof|strtok|sscanf'
never="$never|gets|localtime|gmtime|ctime|asctime|time|system|popen|rand|srand"
never="$never|random|tmpnam|tempnam|mktemp|alloca"
memory='malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf'

# _chk and __isoc99_ are what glibc's headers turn some of them into.
# One nm for all of them: there are hundreds.
banned_in_objects() (
	cd "$1" && sources . '*.o' | grep -v '^t/\|^contrib/' |
		xargs -r nm -A -u | sed 's/@.*//; s/:  *U / calls /' |
		grep -E " calls (__isoc[0-9]+_|__)?($never|$memory)(_chk)?\$" |
		grep -vE "^src/base/alloc\.o calls (__)?($memory)(_chk)?\$" |
		grep -vx 'src/libics/open\.o calls calloc'
	:
)

banned_in_sources() (
	cd "$1" && sources . '*.c' '*.h' | grep -v '^contrib/' |
		xargs -r grep -nE "(^|[^a-z0-9_>.\"])($never)\(" /dev/null |
		grep -v ':[0-9]*:[[:space:]]*/\?\*'
	:
)

# A word of SQL in capitals right behind the quote.
sql_in_sources() (
	sql='SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|BEGIN|COMMIT'
	sql="$sql|ROLLBACK|ATTACH|VACUUM|SAVEPOINT|WITH"
	cd "$1" && sources . '*.c' '*.h' | grep -v '^t/\|^contrib/' |
		xargs -r grep -nE "\"[[:space:]]*($sql)( |;|\")" /dev/null
	:
)

# Octets become numbers in base/cursor.c; names become rows, not ladders.
shapes_in_sources() (
	cd "$1" && sources . '*.c' | grep -v '^t/\|^contrib/\|^src/base/' |
		xargs -r grep -nE '\] *(<< *8|<< *16|<< *24)|else if \(!strn?(case)?cmp\(' \
			/dev/null
	:
)

test_ok 'no banned call in the objects' 'clean banned_in_objects "$builddir"'
test_ok 'no banned call in the sources' 'clean banned_in_sources "$srcdir"'
test_ok 'no SQL in the sources' 'clean sql_in_sources "$srcdir"'
test_ok 'no octet arithmetic, no strcmp ladder' \
	'clean shapes_in_sources "$srcdir"'

bad=$tmp/bad
plant "$bad" src/pgp/bad.c <<'X'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
char to[9];
int f(char *s, const unsigned char *p)
{
	strcat(to, s);
	sprintf(to, "%s", s);
	time_t t = time(NULL);
	sscanf(s, "%c", to);
	s = strdup(s);
	if (p[0] == 1)
		return p[0] << 8 | p[1];
	else if (!strcmp(s, "x"))
		s = "SELECT 1";
	return atoi(s) + (int)t;
}
X
mkdir -p "$bad/src/base" "$bad/src/libics"
test_ok 'the planted file compiles' '
	${CC:-cc} -c -o "$bad/src/pgp/bad.o" "$bad/src/pgp/bad.c" &&
	${CC:-cc} -c -o "$bad/src/base/alloc.o" "$bad/src/pgp/bad.c" &&
	cp "$bad/src/pgp/bad.o" "$bad/src/libics/open.o"
'
for call in strcat sprintf time sscanf strdup; do
	test_ok "an object with $call is caught" '
		catches "pgp/bad.o calls .*$call" banned_in_objects "$bad"
	'
done
test_ok 'alloc.c may allocate, and that is all' '
	! catches "alloc.o calls strdup" banned_in_objects "$bad" &&
	catches "alloc.o calls .*time" banned_in_objects "$bad"
'
test_ok 'libics may not strdup' \
	'catches "libics/open.o calls .*strdup" banned_in_objects "$bad"'
test_ok 'a source with atoi is caught' \
	'catches "bad.c:17:" banned_in_sources "$bad"'
test_ok 'stray SQL is caught' 'catches "bad.c:16:" sql_in_sources "$bad"'
test_ok 'octet arithmetic is caught' \
	'catches "bad.c:14:" shapes_in_sources "$bad"'
test_ok 'a ladder is caught' 'catches "bad.c:15:" shapes_in_sources "$bad"'
test_done
