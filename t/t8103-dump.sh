#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A dump, loaded into an empty server, dumps to the same octets; over the
# socket and from the file.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"

keyring=/usr/share/keyrings/debian-role-keys.gpg

test_ok 'keys, signed by one another' '
	gpg_home &&
	for who in ann ben cat dan eve; do
		gpg_key "$who <$who@example.org>" || break
	done &&
	for who in ben dan; do
		gpg --default-key "$who" --quick-sign-key "$(gpg_fprs | head -n 1)" ||
			break
	done &&
	gpg --export >"$tmp/all.gpg" &&
	if test -r "$keyring"; then cat "$keyring" >>"$tmp/all.gpg"; fi
'
test_ok 'a loaded server dumps' '
	icsd_start one &&
	"$ICS" -D "$icsd_dir" load "$tmp/all.gpg" &&
	"$ICS" -D "$icsd_dir" dump >"$tmp/one.dump" && test -s "$tmp/one.dump" &&
	icsd_stop
'
test_ok 'its file dumps the same while it is down' '
	"$ICS" -D "$icsd_dir" dump -o "$tmp/down" &&
	cmp "$tmp/one.dump" "$tmp/down"
'
test_ok 'gpg reads it' '
	gpg --show-keys --with-colons "$tmp/one.dump" | $AWK -F: "
		/^pub/ { p = 1 } /^fpr/ && p { print \$10; p = 0 }" >"$tmp/fprs" &&
	test -s "$tmp/fprs"
'
test_ok 'loaded into an empty server it dumps to the same octets' '
	icsd_start two && "$ICS" -D "$icsd_dir" load "$tmp/one.dump" &&
	"$ICS" -D "$icsd_dir" dump >"$tmp/two.dump" && cmp "$tmp/one.dump" "$tmp/two.dump" &&
	icsd_stop
'
test_ok 'and into an empty file' '
	mkdir "$tmp/three" && "$ICS" -D "$tmp/three" load - <"$tmp/one.dump" &&
	"$ICS" -D "$tmp/three" dump >"$tmp/3" && cmp "$tmp/one.dump" "$tmp/3"
'
test_ok 'and back to front' '
	gpg_home back && gpg --import "$tmp/one.dump" &&
	mkdir "$tmp/four" &&
	tac "$tmp/fprs" | while read -r fpr; do
		"$ICS" -D "$tmp/three" get --binary --full "$fpr" || break
	done >"$tmp/back.gpg" &&
	"$ICS" -D "$tmp/four" load "$tmp/back.gpg" &&
	"$ICS" -D "$tmp/four" dump >"$tmp/4" && cmp "$tmp/one.dump" "$tmp/4"
'
test_ok 'an existing file is replaced whole, or not at all' '
	"$ICS" -D "$tmp/three" dump -o "$tmp/3" && cmp "$tmp/one.dump" "$tmp/3" &&
	fails_with 3 "$ICS" -D "$tmp/three" dump -o "$tmp/no/such" &&
	same "$tmp/3" "$(ls "$tmp"/3*)"
'
test_done
