#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# libics as a device has it: a program that is compiled against its header and
# archive alone asks a server, which says yes and no, and which is restarted
# between two questions. The archive is small and needs nothing but libc.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless nm
skip_unless readelf
lib=$builddir/src/libics/libics.a
page=$srcdir/src/libics/ics_check.3

# compile OUT SOURCE: as its user does; an archive with sanitizers wants them
flags=
case $(nm "$lib") in
*__asan_init*) flags='-fsanitize=address,undefined' ;;
*__gcov_init*) flags=--coverage ;;
esac
compile() {
	mkdir -p "$tmp/include" && cp "$srcdir/src/libics/ics.h" "$tmp/include" &&
		${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Werror $flags \
			-I"$tmp/include" -o "$1" "$2" "$lib"
}

test_ok 'the example is ten lines, and compiles' '
	lines=$(sed -e "/^\/\*/,/\*\/$/d" "$srcdir/contrib/examples/peer.c" |
		grep -v "^#include" | grep -c "[a-z]") &&
	echo "# $lines lines" && test "$lines" -ge 5 && test "$lines" -le 10 &&
	compile "$tmp/peer" "$srcdir/contrib/examples/peer.c"
'
case $flags in
'')
	test_ok 'the archive is less than 150 kB' '
		${STRIP:-strip} -g -o "$tmp/stripped.a" "$lib" &&
		octets=$(wc -c <"$tmp/stripped.a") && echo "# $octets octets" &&
		test "$octets" -gt 5000 && test "$octets" -lt 150000
	'
	test_ok 'it needs nothing but libc, and libc stays whole' '
		! readelf -d "$tmp/peer" | grep NEEDED | grep -v "libc\." &&
		nm -u "$lib" | sed -n "s/^ *U //p" | sort -u >"$tmp/needs" &&
		nm -g --defined-only "$lib" | sed -n "s/.* T //p" >"$tmp/has" &&
		test "$(grep -c ^ics_ "$tmp/has")" -ge 6 &&
		! grep -v "^ics_\|^libics_" "$tmp/has" &&
		! grep -E "^(exit|abort|getaddrinfo|f?printf|signal|sleep)$" \
			"$tmp/needs"
	'
	;;
*) ;; # with sanitizers it is another one: its size says nothing
esac
# declared: the names that the header has
declared() {
	grep -Eow '(ics|ICS)_[A-Za-z_]+' "$srcdir/src/libics/ics.h" | sort -u |
		grep -vxE 'ICS_[A-Z]+_MAX|ICS_KEEP_MAX'
}
test_ok 'its page explains all that it declares' '
	test "$(declared | wc -l)" -ge 15 &&
	for name in $(declared); do
		grep -qw "$name" "$page" || { echo "$page: $name"; return 1; }
	done
'

# ---- a server ------------------------------------------------------------------

# rule SERIAL LINE...: the domain as its owner wants it
rule() {
	rule_serial=$1
	shift
	{
		printf 'domain "plant" {\nserial = %s\nowner = "04%s"\n' \
			"$rule_serial" "$owner"
		printf 'grant "04%s" { role = manufacturer }\n' "$maker"
		echo 'member { kind = device certified-by = manufacturer }'
		echo 'read { public = yes }'
		printf '%s\n' "$@" '}'
	} >"$tmp/plant"
	rm -f "$tmp/plant.asc"
	gpg_at "2026110${rule_serial}T000000" -u "$owner" \
		--clearsign "$tmp/plant" &&
		"$ICS" -D "$icsd_dir" policy put "$tmp/plant.asc"
}
# peer STATUS WORDS FPR: what the example says
peer() {
	"$tmp/peer" "$icsd_http" "$3" >"$tmp/said"
	same "$1" "$?" && same "$2" "$(sed 's/ *$//' "$tmp/said")"
}
test_ok 'a server with a domain and two devices of it, of which one is stolen' '
	gpg_home && prove_party maker && prove_party owner &&
	prove_party pump && certify maker "$pump" manu=Acme model=T1 &&
	prove_party valve && certify maker "$valve" manu=Acme model=T1 &&
	record "$tmp/stolen.asc" owner rec=device-status/1 \
		"subject=dev:04$(echo "$valve" | tr A-F a-f)" status=stolen &&
	gpg --export >"$tmp/all.pgp" && icsd_start one &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/all.pgp" "$tmp/stolen.asc" &&
	rule 1 "freshness = 1h" &&
	wait_until 60 "peer 0 yes \"$pump\" && peer 1 \"no state\" \"$valve\""
'
test_ok 'the example says yes, and no, and why' '
	peer 0 yes "$pump" && peer 1 "no state" "$valve" &&
	peer 1 "no unknown" 0123456789abcdef0123456789abcdef01234567
'
test_ok 'what is no fingerprint is not asked' '
	peer 1 no "$pump&purpose=join" && peer 1 no ""
'

# ---- a program that stays --------------------------------------------------------

cat >"$tmp/stay.c" <<'EOF'
#include <ics.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct ics *ics = ics_open(argv[argc - 1]);
	const char *at[ICS_LIST_MAX];
	struct ics_answer answers[ICS_LIST_MAX];
	char line[4096];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct ics_list list = { at, 0, NULL, NULL };
		for (char *p = strtok(line, " \n"); p; p = strtok(NULL, " \n"))
			at[list.n++] = p;
		if (list.n == 1) {
			struct ics_question q = { at[0], NULL, NULL, "join" };
			ics_check(ics, &q, &answers[0]);
		} else
			ics_check_many(ics, &list, answers);
		for (size_t i = 0; i < list.n; i++)
			printf("%d %s %lu %d\n", (int)answers[i].verdict,
			    answers[i].rule[0] ? answers[i].rule : "-",
			    (unsigned long)answers[i].keep, answers[i].status);
		fflush(stdout);
	}
	ics_close(ics);
	return 0;
}
EOF
# The numbers of ics.h: 0 is that nobody is there.
deny=3 deny_stale=4 allow=5
asked=0
stay() { # FPR...; one answer a line; its answers are in $tmp/answers
	echo "$*" >&9 && asked=$((asked + $#)) && wait_until 30 stayed &&
		tail -n "$#" "$tmp/stayed" >"$tmp/answers"
}
stayed() {
	test "$(wc -l <"$tmp/stayed")" -eq "$asked"
}
stays() { # ANSWER FPR
	stay "$2" && same "$1" "$(cat "$tmp/answers")"
}
test_ok 'a program that stays is told for how long an answer will do' '
	compile "$tmp/stay" "$tmp/stay.c" && mkfifo "$tmp/asks" &&
	{ "$tmp/stay" "$icsd_http" <"$tmp/asks" >"$tmp/stayed" & } &&
	stay_pid=$! && exec 9>"$tmp/asks" &&
	stays "$allow - 3600 200" "$pump" && stays "$deny state 3600 200" "$valve"
'
test_ok 'many in one go' '
	stay "$pump" "$valve" "$pump" &&
	same "$allow - 3600 200,$deny state 3600 200,$allow - 3600 200," \
		"$(tr "\n" , <"$tmp/answers")"
'
test_ok 'it goes on when the server comes back' '
	at=$icsd_http && icsd_stop && stays "0 - 0 0" "$pump" &&
	icsd_start one -l "${at#http://}" && same "$at" "$icsd_http" &&
	wait_until 60 "peer 0 yes \"$pump\"" && stays "$allow - 3600 200" "$pump" &&
	icsd_stop && icsd_start one -l "${at#http://}" &&
	wait_until 60 "peer 0 yes \"$pump\"" && stays "$deny state 3600 200" "$valve"
'
test_ok 'a peer that was never heard: stale' '
	rule 2 "freshness = 1h" \
		"sync \"m\" { url = \"http://127.0.0.1:9\" pull = \"manu=Acme\" }" &&
	wait_until 60 "stays \"$deny_stale fresh 0 200\" \"$pump\"" &&
	peer 1 "no fresh" "$pump"
'
test_ok 'where nobody is, the caller decides' '
	icsd_stop && peer 2 no "$pump" && stays "0 - 0 0" "$valve"
'
test_ok 'and it ends' 'exec 9>&- && wait "$stay_pid"'
test_done
