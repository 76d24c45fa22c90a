#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Finding: the same answers over HTTP, over the socket, and from the file
# while no server runs; exit statuses; nothing of a stranger's text reaches
# the terminal as it is.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
unset ICS_SERVER

# everywhere FILE COMMAND...: what ics prints, by each way to the server
by_url() { "$ICS" --server "$icsd_http" "$@"; }
by_socket() { "$ICS" -D "$icsd_dir" "$@"; }

test_ok 'keys' '
	gpg_home &&
	gpg_key "Alice Liddell <alice@example.org>" future-default && alice=$gpg_fpr &&
	gpg_key "Bob: 100%41 <bob@example.org>" && bob=$gpg_fpr &&
	gpg_key "Alice Twin <twin@example.org>" && twin=$gpg_fpr &&
	sub=$(gpg --with-colons --list-keys "$alice" |
		$AWK -F: "/^fpr/ { f = \$10 } END { print f }") &&
	gpg --export >"$tmp/all.gpg" &&
	gpg_home other
'
test_ok 'a server' 'icsd_start state && "$ICS" -D "$icsd_dir" load "$tmp/all.gpg"'

for way in by_url by_socket by_file; do
	test "$way" != by_file || {
		by_file() { "$ICS" -D "$icsd_dir" "$@"; }
		test_ok 'the server stops' 'icsd_stop'
	}
	for query in '$alice' '0x$alice' '04$alice' '$sub' \
		'0x$(echo $alice | cut -c 25-40)' alice@example.org \
		'"<ALICE@example.org>"' '"liddell ALICE"'; do
		test_ok "$way: get $query, and gpg takes it" '
			rm -rf "$GNUPGHOME"/pubring* &&
			eval "$way get $query" >"$tmp/got.asc" &&
			gpg --import "$tmp/got.asc" &&
			same "$alice" "$(gpg_fprs)"
		'
	done
	test_ok "$way: the words of a search may be several" '
		$way search twin example.org >"$tmp/found" &&
		grep -q "^$twin" "$tmp/found" && same 1 "$(grep -c "^[0-9A-F]" "$tmp/found")"
	'
	test_ok "$way: several matches are all given, and named" '
		$way get alice >"$tmp/got.asc" 2>"$tmp/names" &&
		rm -rf "$GNUPGHOME"/pubring* && gpg --import "$tmp/got.asc" &&
		same "$(printf "%s\n" "$alice" "$twin" | sort)" "$(gpg_fprs)" &&
		grep -q "$alice  Alice Liddell" "$tmp/names" &&
		grep -q "$twin  Alice Twin" "$tmp/names"
	'
	test_ok "$way: a User ID comes through whole" '
		$way search bob@example.org >"$tmp/found" &&
		grep -q "^    Bob: 100%41 <bob@example.org>$" "$tmp/found"
	'
	test_ok "$way: -o and --binary" '
		$way get -o "$tmp/out.gpg" --binary "$bob" >"$tmp/empty" &&
		test ! -s "$tmp/empty" &&
		rm -rf "$GNUPGHOME"/pubring* && gpg --import "$tmp/out.gpg" &&
		same "$bob" "$(gpg_fprs)" &&
		! grep -q BEGIN "$tmp/out.gpg"
	'
	test_ok "$way: what is not there is 1" '
		fails_with 1 $way get 0123456789ABCDEF0123456789ABCDEF01234567 &&
		fails_with 1 $way search nobody@example.org &&
		fails_with 1 $way status nobody@example.org
	'
	test_ok "$way: a short key ID is 2" \
		'fails_with 2 $way get 0xDEADBEEF'
	test_ok "$way: status of a valid key is 0, verified here" '
		$way status "$alice" >"$tmp/status" &&
		grep -q "^$alice  valid" "$tmp/status" &&
		grep -q "uid     Alice Liddell <alice@example.org>$" "$tmp/status" &&
		grep -q "subkey  $sub  cv25519.*encrypt$" "$tmp/status" &&
		$way status -q "$alice" >"$tmp/quiet" && test ! -s "$tmp/quiet"
	'
	$way get "$alice" "$bob" >"$tmp/$way.asc"
	$way search example.org >"$tmp/$way.list"
done
test_ok 'all ways give the same' '
	cmp "$tmp/by_url.asc" "$tmp/by_socket.asc" &&
	cmp "$tmp/by_url.asc" "$tmp/by_file.asc" &&
	cmp "$tmp/by_url.list" "$tmp/by_socket.list"
'

test_ok 'revoked and expired keys are told apart' '
	gpg_home third &&
	gpg_at 20200101T000000 --quick-generate-key "Old <old@example.org>" \
		ed25519 default 1y &&
	gpg_key "Gone <gone@example.org>" && gone=$gpg_fpr &&
	printf "%s\n" y 1 "stolen in transit" "" y |
		gpg --command-fd 0 --no-batch --output "$tmp/revocation" \
			--gen-revoke "$gone" &&
	gpg --import "$tmp/revocation" &&
	gpg --export | "$ICS" -D "$icsd_dir" load - &&
	fails_with 1 "$ICS" -D "$icsd_dir" status "$gone" >"$tmp/gone" &&
	fails_with 1 "$ICS" -D "$icsd_dir" status old@example.org >"$tmp/old" &&
	grep -q "^$gone  revoked" "$tmp/gone" &&
	grep -q "compromised: stolen in transit" "$tmp/gone" &&
	grep -q "  expired  ed25519  2020-01-01  expires 20" "$tmp/old"
'
test_ok 'control characters do not reach a terminal' '
	gpg_home fourth &&
	gpg --allow-freeform-uid --quick-generate-key \
		"Mallory $(printf "\\302\\2332J\\342\\200\\256") <m@example.org>" \
		ed25519 &&
	gpg --export | "$ICS" -D "$icsd_dir" load - &&
	"$ICS" -D "$icsd_dir" search m@example.org >"$tmp/m" &&
	"$ICS" -D "$icsd_dir" status m@example.org >>"$tmp/m" &&
	same 0 "$(LC_ALL=C grep -c "$(printf "\\302\\233\\|\\342\\200\\256")" "$tmp/m")" &&
	same 2 "$(LC_ALL=C grep -c "$(printf "Mallory \\357\\277\\2752J")" "$tmp/m")"
'
test_ok 'a server that is not there is 3' '
	fails_with 3 "$ICS" --server http://127.0.0.1:9 get "$alice" &&
	fails_with 3 "$ICS" -D "$icsd_dir" reload
'
test_ok 'a state directory that is not there is told, and how to make one' '
	for command in "get $alice" "stats" "load $tmp/all.gpg" "fsck" \
		"dump -o $tmp/x" "delete $alice" "deny --list"; do
		fails_with 3 "$ICS" -D "$tmp/nowhere" $command 2>"$tmp/err" &&
			same 1 "$(wc -l <"$tmp/err")" &&
			grep -q "ics init" "$tmp/err" || break
	done &&
	same "deny --list" "$command"
'
test_ok 'ICS_SERVER names a server' '
	fails_with 3 env ICS_SERVER=hkp://127.0.0.1:9 "$ICS" get "$alice" &&
	fails_with 2 env ICS_SERVER=gopher://x "$ICS" get "$alice"
'
test_ok 'wrong usage is 2' '
	fails_with 2 "$ICS" &&
	fails_with 2 "$ICS" frobnicate &&
	fails_with 2 "$ICS" get &&
	fails_with 2 "$ICS" get --repair "$alice" &&
	fails_with 2 "$ICS" get --no-such "$alice" &&
	fails_with 2 "$ICS" get --output &&
	fails_with 2 "$ICS" --server "$icsd_http" load "$tmp/all.gpg"
'
test_ok 'a full disk is told' \
	'fails_with 3 sh -c "\"$ICS\" help >/dev/full"'
test_ok 'help and version' '
	"$ICS" help | grep -q "^  get " &&
	"$ICS" help get | grep -q -e "--binary" &&
	"$ICS" get --help | grep -q -e "--binary" &&
	"$ICS" --version | grep -q "^ics [0-9]"
'
test_done
