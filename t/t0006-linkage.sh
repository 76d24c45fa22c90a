#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The linker testifies that the daemon has no road to a secret key and that the
# tool serves nobody; that both are hardened; and that the daemon is small.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"
skip_unless readelf

# links PROGRAM REGEX: what it needs of these libraries
links() {
	readelf -d "$1" | grep NEEDED | grep -Eo "lib($2)\.so[.0-9]*"
	:
}

# hardened PROGRAM: prints what is missing
hardened() {
	readelf -h "$1" | grep -q 'Type: *DYN' || echo "$1: not a PIE"
	readelf -d "$1" | grep -q 'FLAGS_1.*NOW' || echo "$1: lazy binding"
	readelf -lW "$1" | grep -q GNU_RELRO || echo "$1: no RELRO"
	readelf -lW "$1" | grep 'GNU_STACK' | grep -q 'RWE' &&
		echo "$1: executable stack"
	:
}

test_ok 'icsd links no gpgme or assuan' \
	'clean links "$builddir/icsd" "gpgme|assuan"'
test_ok 'ics links no microhttpd' 'clean links "$builddir/ics" microhttpd'
test_ok 'icsd links microhttpd' \
	'catches microhttpd links "$builddir/icsd" microhttpd'
test_ok 'ics links curl' 'catches curl links "$builddir/ics" "curl.*"'
test_ok 'icsd is hardened' 'clean hardened "$builddir/icsd"'
test_ok 'ics is hardened' 'clean hardened "$builddir/ics"'

# size PROGRAM: its octets without symbols
size() {
	${STRIP:-strip} -o "$tmp/stripped" "$1" && wc -c <"$tmp/stripped"
}
case $(nm "$builddir/icsd" 2>/dev/null) in
*__asan_init*) small=$((8 * 1048576)) ;;
*) small=$((2 * 1048576)) ;;
esac
test_ok 'icsd is small: 2 MB of the 8 that a gateway has for it and its libraries' '
	octets=$(size "$builddir/icsd") && echo "# $octets octets" &&
	test "$octets" -gt 100000 && test "$octets" -lt "$small"
'

printf 'int gcry_check_version(void);int\nmain(void)\n{\n\treturn gcry_check_version();\n}\n' >"$tmp/x.c"
test_ok 'a program of the wrong kind is caught' '
	${CC:-cc} -no-pie -fno-pie -Wl,-z,lazy -Wl,-z,norelro \
		-Wl,-z,execstack -o "$tmp/x" "$tmp/x.c" -lgcrypt &&
	catches "libgcrypt" links "$tmp/x" "gcrypt" &&
	catches "not a PIE" hardened "$tmp/x" &&
	catches "lazy" hardened "$tmp/x" &&
	catches "no RELRO" hardened "$tmp/x" &&
	catches "executable stack" hardened "$tmp/x"
'
test_done
