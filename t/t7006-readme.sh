#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The curl lines of hkp/README do what it says.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"

test_ok 'a certificate and a server' '
	gpg_home maker && gpg_key "Alice <alice@example.org>" ed25519 cert &&
	gpg --armor --export "$gpg_fpr" >"$tmp/alice.asc" &&
	icsd_start state --admin 127.0.0.1:0 &&
	same 200 "$(add "$tmp/alice.asc")"
'
keyid=$(printf %s "${gpg_fpr:-}" | cut -c 25-40)

# values WORDS: the words with the values of this run
values() {
	printf '%s\n' "$1" | sed "s|SERVER|$icsd_http|
		s|ADMIN|http://${icsd_admin#*//}|; s|SOCKET|$icsd_dir/icsd.sock|
		s|KEYID|$keyid|; s|FPR|$gpg_fpr|; s|ALICE|$tmp/alice.asc|"
}

run_line() {
	set -f
	set -- $(values "${line#*curl }")
	set +f
	curl -sS -o "$tmp/body" -w '%{http_code}' "$@"
}

wanted() {
	same "${answer%% *}" "$(run_line)" || { cat "$tmp/body"; return 1; }
	test "$answer" = "${answer%% *}" ||
		grep -aqF -e "${answer#* }" "$tmp/body" ||
		{ cat "$tmp/body"; return 1; }
}

lines=0
while IFS= read -r line && IFS= read -r answer; do
	answer=${answer#*-> }
	lines=$((lines + 1))
	test_ok "${line#*curl } is $answer" wanted
done <<LINES
$(grep -A 1 '^	\$ curl' "$srcdir/hkp/README" | grep -v '^--$')
LINES
test_ok 'there were such lines' 'test "$lines" -gt 40'
test_ok 'the server ends well' 'icsd_stop'
test_done
