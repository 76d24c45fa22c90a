#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Loading: into the file and through a server, armored and binary, from files
# and standard input; each refusal is named with its place; signatures whose
# issuer comes later are judged; a load that is stopped has kept what it says.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"

summary() { grep 'certificates in' "$tmp/load"; }
load() { "$ICS" -D "$icsd_dir" load "$@" >"$tmp/load" 2>"$tmp/load.err"; }

# A certificate whose self-signature does not verify: the last octet of the
# export, which is inside the binding's signature, would spare the User ID;
# so the User ID itself is altered.
spoil() { sed "s/mallory/mellory/"; }

test_ok 'keyrings' '
	gpg_home &&
	for who in ann ben cat; do
		gpg_key "$who <$who@example.org>" ed25519 || break
		gpg --export "$gpg_fpr" >"$tmp/$who.gpg"
		gpg --armor --export "$gpg_fpr" >"$tmp/$who.asc"
	done &&
	gpg --quick-sign-key "$(gpg --with-colons --list-keys ann |
		$AWK -F: "/^fpr/ { print \$10; exit }")" &&
	gpg --default-key cat --quick-sign-key "$(gpg --with-colons \
		--list-keys ann | $AWK -F: "/^fpr/ { print \$10; exit }")" &&
	gpg --export ann >"$tmp/ann-signed.gpg" &&
	gpg --export-secret-keys ben >"$tmp/secret.gpg" &&
	gpg_key "mallory <m@example.org>" ed25519 sign &&
	gpg --export mallory | spoil >"$tmp/spoilt.gpg" &&
	! cmp -s "$tmp/spoilt.gpg" "$tmp/ann.gpg"
'

for way in file socket; do
	test_ok "$way: an empty place" '
		icsd_start "$way" &&
		if test "$way" = file; then icsd_stop; fi
	'
	test_ok "$way: binary, armored, standard input" '
		load "$tmp/ann.gpg" "$tmp/ben.asc" - <"$tmp/cat.asc" &&
		summary | grep -q "^3 certificates .* 3 inserted, 0 updated, 0 unchanged, 0 refused"
	'
	test_ok "$way: a pipe, and several in one armor text" '
		cat "$tmp/ann.asc" "$tmp/ben.asc" | load - &&
		summary | grep -q "2 certificates .* 2 unchanged"
	'
	test_ok "$way: off a terminal there is no progress line" \
		'test ! -s "$tmp/load.err"'
	test_ok "$way: a refused one is named, the others are kept" '
		cat "$tmp/ann.gpg" "$tmp/spoilt.gpg" "$tmp/ben.gpg" >"$tmp/mixed.gpg" &&
		fails_with 5 load "$tmp/mixed.gpg" &&
		grep "mixed.gpg: certificate 2 [0-9A-Fa-f]* *[0-9A-Fa-f]*: refused: " "$tmp/load.err" &&
		same 1 "$(wc -l <"$tmp/load.err")" &&
		summary | grep -q "3 certificates .* 2 unchanged, 1 refused"
	'
	test_ok "$way: a secret key and what it stands with is refused" '
		cat "$tmp/ann.gpg" "$tmp/secret.gpg" >"$tmp/leak.gpg" &&
		fails_with 5 load "$tmp/leak.gpg" &&
		grep -q "leak.gpg: certificate 1: refused: .*secret key" "$tmp/load.err" &&
		summary | grep -q "^1 certificates .* 1 refused" &&
		grep -q "help\|export the public part" "$tmp/load.err"
	'
	test_ok "$way: a cut file is told, what came before stays" '
		cat "$tmp/ann.gpg" "$tmp/ben.gpg" | head -c -3 >"$tmp/cut.gpg" &&
		fails_with 5 load "$tmp/cut.gpg" &&
		grep -q "cut.gpg: certificate 2: refused: .*too early" "$tmp/load.err" &&
		summary | grep -q "1 unchanged, 1 refused"
	'
	test_ok "$way: what is no keyring is told, other files go on" '
		echo "no keys" >"$tmp/text" && : >"$tmp/empty" &&
		fails_with 1 load "$tmp/text" "$tmp/empty" "$tmp/cat.gpg" &&
		grep -q "text: .*neither armor nor packets" "$tmp/load.err" &&
		summary | grep -q "^1 certificates"
	'
	test_ok "$way: a file that is not there is 3" '
		fails_with 3 load "$tmp/nothing" "$tmp/cat.gpg" &&
		grep -q "nothing: No such file" "$tmp/load.err" &&
		summary | grep -q "1 unchanged"
	'
	test_ok "$way: -q says nothing" '
		load -q "$tmp/ann.gpg" && test ! -s "$tmp/load" &&
		test ! -s "$tmp/load.err"
	'
	test "$way" = file || test_ok 'the server stops' icsd_stop
done

# uid_sigs QUERY: signatures on the User ID in what the server has
uid_sigs() {
	"$ICS" -D "$icsd_dir" get --binary "$1" | gpg --list-packets 2>/dev/null |
		grep -c 'sigclass 0x1[0-3]'
}
test_ok 'a signature waits for its issuer, in whatever order they come' '
	icsd_dir=$tmp/order && mkdir "$icsd_dir" &&
	load "$tmp/ann-signed.gpg" &&
	summary | grep -q "; 1 signatures wait" &&
	same 1 "$(uid_sigs ann@example.org)" &&
	load "$tmp/cat.gpg" &&
	summary | grep -q "; 0 signatures wait" &&
	same 2 "$(uid_sigs ann@example.org)"
'
test_ok 'also within one load' '
	icsd_dir=$tmp/order2 && mkdir "$icsd_dir" &&
	load "$tmp/ann-signed.gpg" "$tmp/cat.gpg" &&
	summary | grep -q "; 0 signatures wait" &&
	same 2 "$(uid_sigs ann@example.org)"
'

keyring=/usr/share/keyrings/debian-keyring.gpg
# The load is stopped once it has written something. Whether it ended before
# the signal came or not, what it counted must be there.
stopped_load() {
	"$ICS" -D "$icsd_dir" load --json "$keyring" >"$tmp/load" \
		2>"$tmp/load.err" </dev/null &
	stopped_pid=$!
	wait_until 60 'test -s "$icsd_dir/store.db"' &&
		kill -TERM "$stopped_pid"
	wait "$stopped_pid"
	stopped_status=$?
}
if test -r "$keyring"; then
	test_ok 'a stopped load has kept what it counts' '
		icsd_dir=$tmp/stopped && mkdir "$icsd_dir" &&
		stopped_load &&
		case $stopped_status in
		143) grep -q "\"interrupted\": true" "$tmp/load" ;;
		*) false ;;
		esac &&
		counted=$(sed -n "s/.*\"inserted\": \([0-9]*\).*/\1/p" "$tmp/load") &&
		same "$counted" "$("$ICS" -D "$icsd_dir" stats --json |
			sed -n "s/.*\"certs\": \([0-9]*\).*/\1/p")" &&
		"$ICS" -D "$icsd_dir" fsck
	'
else
	test_skip 'a stopped load has kept what it counts' \
		'debian-keyring is not installed'
fi
test_done
