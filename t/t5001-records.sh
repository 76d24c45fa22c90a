#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Records made by gpg and sent by curl: waiting for their issuer, over a
# restart, many at once, never inside a certificate; and what gpg sees of a
# certificate that its maker alone named.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
skip_unless curl
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"

n=ics.example
dev=dev:0400112233445566778899aabbccddeeff00112233

# record STATUS [KEY]: one about $dev, armored
record() {
	gpg -u "${2:-$ann}" --sig-notation "rec@$n=device-status/1" \
		--sig-notation "subject@$n=$dev" \
		--sig-notation "status@$n=$1" --armor -b </dev/null
}

# add FILE [CURL-OPTION...]: the status; the words are in $tmp/body
add() {
	add_file=$1
	shift
	http_code /pks/add --data-urlencode "keytext@$add_file" "$@"
}

# told WORD...: the first word of each outcome, in order
told() {
	same "$*" "$(grep -E '^(inserted|updated|ignored|waiting|invalid) ' \
		"$tmp/body" | cut -d ' ' -f 1 | tr '\n' ' ' | sed 's/ $//')"
}

pending() {
	"$ICS" -D "$icsd_dir" stats --json | sed -n 's/.*"pending": \([0-9]*\).*/\1/p'
}
quiet() { test "$(pending)" -eq "${1:-0}"; }

test_ok 'parties' '
	gpg_home && gpg_key "Ann <ann@example.org>" && ann=$gpg_fpr &&
	gpg_key "Ben <ben@example.org>" rsa2048 && ben=$gpg_fpr &&
	gpg_key "Cyd <cyd@example.org>" nistp256 && cyd=$gpg_fpr &&
	gpg --quick-add-key "$ann" ed25519 sign &&
	gpg --armor --export "$ann" >"$tmp/ann" &&
	gpg --armor --export "$ben" >"$tmp/ben"
'
test_ok 'a record waits for its issuer, and says what would help' '
	icsd_start one &&
	record active >"$tmp/r1" && same 200 "$(add "$tmp/r1")" && told waiting &&
	grep -q "what would help: .*--send-keys" "$tmp/body" && quiet 1
'
test_ok 'over a restart' '
	icsd_stop && icsd_start one && quiet 1
'
test_ok 'its issuer comes, sent by gpg' '
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$ann" &&
	wait_until 10 quiet &&
	same 200 "$(add "$tmp/r1")" && told ignored &&
	grep -q "^ignored record sha256:[0-9a-f]* about $dev\$" "$tmp/body"
'
test_ok 'many in one block, with certificates, in any order' '
	record stolen >"$tmp/r2" && record lost "$ben" >"$tmp/r3" &&
	record suspended "$ann!" >"$tmp/r4" &&
	for f in r2 r3 r4; do gpg --dearmor <"$tmp/$f"; done >"$tmp/raw" &&
	gpg --export "$ben" >>"$tmp/raw" &&
	{ echo "-----BEGIN PGP SIGNATURE-----"; echo
		base64 "$tmp/raw"
		echo "-----END PGP SIGNATURE-----"; } >"$tmp/block" &&
	cat "$tmp/block" "$tmp/r1" >"$tmp/all" &&
	same 200 "$(add "$tmp/all")" &&
	told inserted inserted inserted inserted ignored
'
test_ok 'as JSON, records have names' '
	same 200 "$(add "$tmp/r2" -d options=mr)" &&
	grep -q "\"record\":\"sha256:[0-9a-f]*\",\"subject\":\"$dev\"" "$tmp/body" &&
	grep -q "\"ignored\":" "$tmp/body"
'
test_ok 'nothing good: 422' '
	gpg -u "$ann" --armor -b </dev/null >"$tmp/empty" &&
	same 422 "$(add "$tmp/empty")" && told invalid &&
	echo text | gpg -u "$ann" --sig-notation "rec@$n=device-status/1" \
		--sig-notation "subject@$n=$dev" \
		--sig-notation "status@$n=lost" --armor -b >"$tmp/text" &&
	same 422 "$(add "$tmp/text")" && grep -q "does not verify" "$tmp/body"
'
test_ok 'no certificate holds one' '
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$ann")" &&
	gpg --list-packets <"$tmp/body" >"$tmp/packets" &&
	grep -q "sigclass 0x1[03]" "$tmp/packets" &&
	! grep -q "sigclass 0x00" "$tmp/packets"
'
test_ok 'a certification with notations survives gpg' '
	gpg -u "$ann" --cert-notation "status@$n=active" --quick-sign-key "$cyd" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$cyd" &&
	gpg_home reader &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" \
		--keyserver-options no-self-sigs-only,no-import-clean \
		--recv-keys "$cyd" "$ann" &&
	gpg --list-options show-notations --check-sigs "$cyd" >"$tmp/sigs" &&
	grep -q "status@$n=active" "$tmp/sigs" && gpg_use gnupg
'

# ---- dump and load -------------------------------------------------------------

test_ok 'a dump holds records, and gpg reads it' '
	"$ICS" -D "$icsd_dir" dump >"$tmp/one.dump" && icsd_stop &&
	"$ICS" -D "$icsd_dir" dump >"$tmp/down" && cmp "$tmp/one.dump" "$tmp/down" &&
	gpg --list-packets "$tmp/one.dump" 2>/dev/null >"$tmp/packets" &&
	same 4 "$(grep -c "sigclass 0x00" "$tmp/packets")" &&
	gpg_home import && gpg --import "$tmp/one.dump" &&
	same 3 "$(gpg_fprs | wc -l | tr -d " ")" && gpg_use gnupg
'
if command -v sq >/dev/null; then
	test_ok 'and so does sq' '
		sq keyring list "$tmp/one.dump" >"$tmp/sq" &&
		same 3 "$(grep -c @example.org "$tmp/sq")"
	'
else
	test_skip 'and so does sq' 'sq is not here'
fi
test_ok 'it loads into a server' '
	icsd_start two && "$ICS" -D "$icsd_dir" load "$tmp/one.dump" >"$tmp/load" &&
	grep -q "^3 certificates and 4 records " "$tmp/load" &&
	"$ICS" -D "$icsd_dir" dump >"$tmp/2" && cmp "$tmp/one.dump" "$tmp/2" &&
	icsd_stop
'
test_ok 'and into a file, armored and back to front' '
	mkdir "$tmp/three" &&
	cat "$tmp/r4" "$tmp/r3" "$tmp/r2" "$tmp/r1" >"$tmp/records" &&
	"$ICS" -D "$tmp/three" load "$tmp/records" - <"$tmp/one.dump" &&
	"$ICS" -D "$tmp/three" dump >"$tmp/3" && cmp "$tmp/one.dump" "$tmp/3"
'
test_ok 'a bad one is named with its place' '
	sed "s/^\(i.....\)./\1A/" "$tmp/r1" >"$tmp/bad" &&
	fails_with 5 "$ICS" -D "$tmp/three" load "$tmp/text" 2>"$tmp/err" &&
	grep -q "text: record 1 sha256:[0-9a-f]*: refused: " "$tmp/err"
'

# ---- a key that signs nothing, named by its maker ----------------------------------

if command -v gpgsplit >/dev/null; then
	test_ok 'a maker who is a root names it' '
		mkdir "$tmp/split" && gpg --export "$cyd" >"$tmp/cyd" &&
		(cd "$tmp/split" && gpgsplit "$tmp/cyd") &&
		for f in "$tmp/split"/*; do
			case $f in
			*-006.*|*-013.*) cat "$f" ;;
			*-014.*) break ;;
			*) gpg --list-packets "$f" 2>/dev/null |
				grep -q "keyid $(printf %s "$ann" | cut -c 25-)" &&
				cat "$f" ;;
			esac
		done >"$tmp/silent" && gpg --enarmor <"$tmp/silent" |
			sed "s/ARMORED FILE/PUBLIC KEY BLOCK/" >"$tmp/silent.asc" &&
		icsd_start four --root "$ann" &&
		same 422 "$(add "$tmp/silent.asc")" &&
		cat "$tmp/silent.asc" "$tmp/ann" >"$tmp/both" &&
		same 200 "$(add "$tmp/both")" && told inserted inserted
	'
	test_ok 'gpg takes the others of an answer' '
		same 200 "$(http_code "/pks/lookup?op=get&search=example.org")" &&
		same 2 "$(gpg --show-keys "$tmp/body" | grep -c "^pub")" &&
		gpg_home last && gpg --import "$tmp/body"; \
		gpg --list-keys "$ann" && ! gpg --list-keys "$cyd"
	'
	test_ok 'and the silent one, when it is told to' '
		gpg --allow-non-selfsigned-uid \
			--import-options no-self-sigs-only --import "$tmp/body" &&
		gpg --check-sigs "$cyd" | grep -q "sig!.*Ann" && gpg_use gnupg
	'
else
	test_skip 'a maker who is a root names it' 'gpgsplit is not here'
fi
test_done
