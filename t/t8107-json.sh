#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every verb that reads answers JSON that a program can rely on: the members
# named here are the promise.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless jq

# says FILTER WANT COMMAND...: what a filter makes of the JSON answer
says() {
	says_filter=$1
	says_want=$2
	shift 2
	"$ICS" -D "$icsd_dir" --json "$@" >"$tmp/json"
	same "$says_want" "$(jq -r "$says_filter" "$tmp/json")"
}

test_ok 'a server' '
	gpg_home && gpg_key "Zoë \"Z\" <zoe@example.org>" future-default && zoe=$gpg_fpr &&
	gpg --export >"$tmp/all.gpg" && echo rubbish >"$tmp/rubbish" &&
	lower=$(echo "$zoe" | tr A-F a-f) && icsd_start state
'
for way in socket file; do
	if test "$way" = file; then
		test_ok 'the server stops' icsd_stop
	else
		test_ok "load" '
			says "[.certificates, .inserted, .refused, (.refusals | length)] | @csv" \
				1,1,0,0 load "$tmp/all.gpg"
		'
	fi
	test_ok "$way: load, unchanged" \
		'says ".unchanged, .interrupted" "1
false" load "$tmp/all.gpg"'
	test_ok "$way: get" '
		says ".certificates[0].fingerprint" "$lower" get "$zoe" &&
		says ".certificates[0].user_id" "Zoë \"Z\" <zoe@example.org>" get "$zoe" &&
		jq -r ".certificates[0].armor" "$tmp/json" | gpg --show-keys
	'
	test_ok "$way: search" '
		says ".certificates[0].user_ids[0].text" "Zoë \"Z\" <zoe@example.org>" \
			search zoe@example.org &&
		says "[.certificates[0].fingerprint, .certificates[0].revoked, .more] | @csv" \
			"\"$lower\",false,false" search zoe@example.org
	'
	test_ok "$way: search finds nothing" '
		fails_with 1 "$ICS" -D "$icsd_dir" --json search nobody \
			>"$tmp/json" 2>"$tmp/err" &&
		same 0 "$(jq -r ".certificates | length" "$tmp/json")"
	'
	test_ok "$way: status" '
		says "[.valid, .certificates[0].state, .certificates[0].user_ids[0].primary] | @csv" \
			"true,\"valid\",true" status "$zoe" &&
		says ".certificates[0].subkeys[0].usage[0]" encrypt status "$zoe"
	'
	test_ok "$way: stats" 'says ".certs" 1 stats'
	test_ok "$way: fsck" \
		'says "[.differences, (.found | length)] | @csv" 0,0 fsck'
	test_ok "$way: deny --list" '
		"$ICS" -D "$icsd_dir" deny --reason "why \"not\"" \
			0123456789ABCDEF0123456789ABCDEF01234567 &&
		says ".denied[0].fingerprint" \
			0123456789abcdef0123456789abcdef01234567 deny --list &&
		says ".denied[0].reason" "why \"not\"" deny --list &&
		says ".denied | length" 1 deny --list
	'
	test_ok "$way: dump" '
		says ".octets" "$("$ICS" -D "$icsd_dir" dump | wc -c)" \
			dump -o "$tmp/dump"
	'
done
test_ok 'a refusal says where, which rule, and what would help' '
	gpg --export-secret-keys >"$tmp/secret.gpg" &&
	cat "$tmp/all.gpg" "$tmp/secret.gpg" >"$tmp/leak.gpg" &&
	says ".refusals[0] | [.file, .ordinal, .outcome] | @csv" \
		"\"$tmp/leak.gpg\",1,\"invalid\"" load "$tmp/leak.gpg"
'
test_done
