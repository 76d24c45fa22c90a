# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the house rules share; read after lib.sh. A rule is a function that
# takes a tree and prints one line per violation. Invariant: a rule is trusted
# only because its script also plants a violation and sees it reported.

# sources ROOT PATTERN...: the files with these names, generated ones apart
sources() (
	cd "$1" && shift || exit
	set -f
	names=
	for pattern; do
		names="${names:+$names -o }-name $pattern"
	done
	for folder in src hkp notations sql t contrib; do
		test ! -d "$folder" || find "$folder" \
			-path contrib/build-aux -prune -o \
			-path t/data -prune -o -path t/fuzz/corpus -prune -o \
			-type f \( $names \) -print
	done | sort
)

# clean RULE [ARG...]: the rule finds nothing
clean() {
	test_found=$("$@") || return
	test -z "$test_found" || { printf '%s\n' "$test_found"; return 1; }
}

# catches EXTENDED-REGEX RULE [ARG...]: the rule finds something like this
catches() {
	test_like=$1
	shift
	test_found=$("$@")
	printf '%s\n' "$test_found" | grep -Eq -e "$test_like" && return
	printf 'wanted: %s\nfound:\n%s\n' "$test_like" "$test_found"
	return 1
}

# plant ROOT FILE: standard input becomes ROOT/FILE
plant() {
	mkdir -p "$(dirname "$1/$2")" && cat >"$1/$2"
}
