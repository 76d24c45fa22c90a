# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Turns .sql files into C: -v form=h makes sql.h, -v form=c makes sql.c.
# Files under schema/ are steps, in the order given; every other file holds
# blocks, each under a line
#	-- name: cert_get (reader)
# whose word tells who prepares it: reader, writer, both; or script, for
# several statements run at once. A line "-- scan-ok: why" inside a block
# excuses it from the plan test. Invariant: names are unique, and the enum and
# the table have the same order.

function fail(why) {
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

function quoted(line) {
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\"", line)
	gsub(/\t/, " ", line)
	return "\t\"" line "\\n\"\n"
}

FNR == 1 {
	block = 0
	step = FILENAME ~ /schema\/[0-9]+-[^\/]*\.sql$/ ? ++steps : 0
}
/^-- name: [a-z_0-9]+ \((reader|writer|both|script)\)$/ && !step {
	if ($3 in seen)
		fail("a second " $3)
	seen[$3] = block = ++blocks
	name[block] = $3
	use[block] = substr($4, 2, length($4) - 2)
	next
}
/^-- name:/ { fail("not understood: " $0) }
/^-- scan-ok: ./ { excused[block] = substr($0, 13); next }
/^[ \t]*(--|$)/ { next }
{ sub(/[ \t]+-- .*$/, "") }
step { text_of_step[step] = text_of_step[step] quoted($0); next }
!block { fail("SQL before the first name") }
{ text[block] = text[block] quoted($0) }

function enumerate(what, last, scripts,    i) {
	print "enum " what " {"
	for (i = 1; i <= blocks; i++)
		if ((use[i] == "script") == scripts)
			print "\tSQL_" toupper(name[i]) ","
	print "\t" last "\n};\n"
}

function header() {
	print "#ifndef SQL_SQL_H\n#define SQL_SQL_H\n"
	enumerate("sql_query", "SQL_QUERIES", 0)
	enumerate("sql_script", "SQL_SCRIPTS", 1)
	print "enum sql_use { SQL_READER = 1, SQL_WRITER = 2, SQL_BOTH = 3 };\n"
	print "/* A query, who prepares it, and why its plan may scan (or NULL). */"
	print "struct sql_text {\n\tconst char *name;\n\tconst char *text;"
	print "\tenum sql_use use;\n\tconst char *scan_ok;\n};\n"
	print "#define SQL_STEPS " steps " /* of the schema */\n"
	print "extern const struct sql_text sql_queries[SQL_QUERIES];"
	print "extern const char *const sql_scripts[SQL_SCRIPTS];"
	print "extern const char *const sql_steps[SQL_STEPS];\n\n#endif"
}

function source(    i) {
	print "#include \"sql/sql.h\"\n\n#include <stddef.h>\n"
	print "const struct sql_text sql_queries[SQL_QUERIES] = {"
	for (i = 1; i <= blocks; i++)
		if (use[i] != "script")
			print "\t{ \"" name[i] "\",\n" text[i] "\t, SQL_" \
			    toupper(use[i]) ", " \
			    (i in excused ? "\"" excused[i] "\"" : "NULL") " },"
	print "};\n\nconst char *const sql_scripts[SQL_SCRIPTS] = {"
	for (i = 1; i <= blocks; i++)
		if (use[i] == "script")
			print text[i] "\t,"
	print "};\n\nconst char *const sql_steps[SQL_STEPS] = {"
	for (i = 1; i <= steps; i++)
		print text_of_step[i] "\t,"
	print "};"
}

END {
	if (failed)
		exit 1
	print "/* Generated from the .sql files by embed.awk. */"
	if (form == "h")
		header()
	else
		source()
}
