#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# embed.awk: what it refuses, and that its output is the text of the files.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"

# embed FORM: the files named in $files
embed() {
	(cd "$tmp" && $AWK -f "$srcdir/sql/embed.awk" -v form="$1" $files)
}
refuses() {
	files=bad.sql
	! embed h >"$tmp/out" 2>"$tmp/err" && grep -q "$1" "$tmp/err"
}

mkdir "$tmp/schema"
cat >"$tmp/schema/0001-a.sql" <<'X'
-- a comment goes
CREATE TABLE a (b TEXT CHECK (b <> "\")); -- this one too
X
cat >"$tmp/good.sql" <<'X'
-- name: a_get (both)
SELECT b
	FROM a WHERE b = :b;

-- name: a_all (reader)
-- scan-ok: it is small
SELECT b FROM a;
-- name: a_open (script)
PRAGMA x; PRAGMA y;
X
files='schema/0001-a.sql good.sql'
test_ok 'the header has the names, scripts apart' '
	embed h >"$tmp/h" &&
	same "SQL_A_GET, SQL_A_ALL, SQL_QUERIES SQL_A_OPEN, SQL_SCRIPTS" \
		"$(grep -o "SQL_A_[A-Z]*,\|^.SQL_[A-Z]*$" "$tmp/h" | xargs)" &&
	grep -q "SQL_STEPS 1 " "$tmp/h" &&
'
test_ok 'the texts are those of the files' '
	mkdir -p "$tmp/sql" && cp "$tmp/h" "$tmp/sql/sql.h" &&
	embed c >"$tmp/sql.c" &&
	cat >"$tmp/show.c" <<-"X" &&
		#include <stdio.h>
		#include "sql/sql.h"
		int main(void)
		{
			printf("%s|%s|%s|%s%d%d", sql_steps[0],
			    sql_queries[SQL_A_GET].text,
			    sql_queries[SQL_A_ALL].scan_ok,
			    sql_scripts[SQL_A_OPEN],
			    sql_queries[SQL_A_GET].use,
			    sql_queries[SQL_A_ALL].scan_ok == 0);
			return 0;
		}
	X
	${CC:-cc} -I"$tmp" -o "$tmp/show" "$tmp/show.c" "$tmp/sql.c" &&
	same "CREATE TABLE a (b TEXT CHECK (b <> \"\\\"));
|SELECT b
 FROM a WHERE b = :b;
|it is small|PRAGMA x; PRAGMA y;
30" "$("$tmp/show")" &&
'
printf -- '-- name: a (both)\nX;\n-- name: a (both)\nY;\n' >"$tmp/bad.sql"
test_ok 'a name that comes twice is refused' 'refuses "a second a"'
printf -- '-- name: a (all)\nX;\n' >"$tmp/bad.sql"
test_ok 'an unknown user is refused' 'refuses "not understood"'
printf 'SELECT 1;\n' >"$tmp/bad.sql"
test_ok 'SQL without a name is refused' 'refuses "before the first name"'
test_done
