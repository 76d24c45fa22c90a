# SPDX-License-Identifier: LGPL-2.1-or-later
#
# pages/* to C: with -v want=h the enum, with -v want=c the texts. Each file
# becomes HKP_PAGE_<its name>. Comments, blank lines and indentation stay out. A
# page of one line has no line end, so that it may stand within another's line.

function name(file) {
	sub(/.*\//, "", file)
	sub(/\.[a-z]*$/, "", file)
	return file
}
function quote(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\"" line "\""
}
FNR == 1 {
	pages[++n] = name(FILENAME)
}
/^<!-- .* -->$/ || /^\/\* .* \*\/$/ || /^[ \t]*$/ { next }
{ sub(/^[ \t]+/, "") }
{
	text[n] = text[n] (lines[n]++ ? "\"\\n\"" : "") "\n\t    " quote($0)
}
END {
	print "/* Made by hkp/embed.awk from hkp/pages. */"
	if (want == "h") {
		print "#ifndef HKP_PAGES_H\n#define HKP_PAGES_H\n\nenum hkp_page {"
		for (i = 1; i <= n; i++)
			print "\tHKP_PAGE_" pages[i] ","
		print "\tHKP_PAGE_COUNT\n};\n"
		print "extern const char *const hkp_pages[HKP_PAGE_COUNT];\n\n#endif"
		exit
	}
	print "#include \"hkp/pages.h\"\n"
	print "const char *const hkp_pages[HKP_PAGE_COUNT] = {"
	for (i = 1; i <= n; i++)
		print "\t[HKP_PAGE_" pages[i] "] =" text[i] \
			(lines[i] > 1 ? "\"\\n\"" : "") ","
	print "};"
}
