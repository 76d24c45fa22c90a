#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Deleted may come back; denied stays out: over a restart, against a load and
# a submission, and whoever asks is answered 410 with the reason.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl

ics() { "$ICS" -D "$icsd_dir" "$@"; }

test_ok 'a server with two keys' '
	gpg_home && gpg_key "Ann <ann@example.org>" && ann=$gpg_fpr &&
	gpg_key "Ben <ben@example.org>" && ben=$gpg_fpr &&
	gpg --export >"$tmp/all.gpg" && gpg --armor --export "$ann" >"$tmp/ann.asc" &&
	icsd_start state && ics load "$tmp/all.gpg"
'
test_ok 'delete over the socket, and it comes back' '
	ics delete "$ann" && fails_with 1 ics get "$ann" && ics get "$ben" &&
	fails_with 1 ics delete "$ann" &&
	ics load "$tmp/all.gpg" && ics get "$ann"
'
test_ok 'deny takes a reason' '
	ics deny "$ann" --reason "asked for by its owner: \"Ann\"" &&
	fails_with 5 ics get "$ann" 2>"$tmp/err" &&
	grep -q "asked for by its owner" "$tmp/err"
'
denied_everywhere() {
	same 410 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$ann")" &&
		grep -q 'asked for by its owner' "$tmp/body" &&
		fails_with 5 ics get "$ann" &&
		fails_with 5 ics load "$tmp/all.gpg" 2>"$tmp/err" &&
		grep -qi "certificate [12] $ann: denied: .*asked for" "$tmp/err" &&
		{ http_code /pks/add --data-urlencode "keytext@$tmp/ann.asc" || :; } &&
		same 410 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$ann")" &&
		ics deny --list | grep "^$ann  20..-..-..  asked for by its owner"
}
test_ok 'it is 410 with the reason, and nobody brings it back' denied_everywhere
test_ok 'nor after a reload and a restart' '
	ics reload && denied_everywhere && icsd_stop && icsd_start state &&
	denied_everywhere
'
test_ok 'nor from a dump' '
	ics dump >"$tmp/dump" && same 1 "$(gpg --show-keys --with-colons \
		"$tmp/dump" | grep -c ^pub)"
'
test_ok 'nor while the server is down' '
	icsd_stop && fails_with 5 ics get "$ann" 2>"$tmp/err" &&
	grep -q "asked for by its owner" "$tmp/err" &&
	fails_with 5 ics load "$tmp/all.gpg" &&
	ics deny --list | grep -q "^$ann"
'
test_ok 'allowed again, it may come' '
	ics deny --remove "$ann" && fails_with 1 ics deny --remove "$ann" &&
	same "" "$(ics deny --list)" &&
	ics load "$tmp/all.gpg" && ics get "$ann"
'
test_ok 'offline: deny, delete' '
	ics deny "$ben" && fails_with 5 ics get "$ben" &&
	ics delete "$ann" && fails_with 1 ics get "$ann" &&
	fails_with 1 ics delete "$ann"
'
test_ok 'a running server knows what was denied while it was down' '
	icsd_start state &&
	same 410 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$ben")" &&
	ics deny --remove "$ben" &&
	same 404 "$(http_code "/pks/lookup?op=get&options=mr&search=0x$ben")"
'
test_ok 'one who was never here can be denied' '
	ics deny 0123456789ABCDEF0123456789ABCDEF01234567 --reason early &&
	fails_with 5 ics get 0123456789ABCDEF0123456789ABCDEF01234567
'
test_ok 'wrong usage is 2' '
	fails_with 2 ics deny && fails_with 2 ics deny alice@example.org &&
	fails_with 2 ics deny 0xDEADBEEF && fails_with 2 ics delete alice &&
	fails_with 2 ics deny "$ann" --reason "$(printf "%0300d" 0)" &&
	fails_with 2 ics deny --list "$ann"
'
test_ok 'a clean store' 'ics fsck && icsd_stop && ics fsck'
test_done
