#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Firmware: a release engineer publishes it with ics and another one with
# stock gpg and curl; a user's ics says yes to the very octets, and no with
# the reason to all that is wrong. Four programs of other people verify what
# the server gives.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-stock.sh"
skip_unless curl jq

# A date behind all that was signed before, within what a clock may be ahead.
later() { date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ; }
ics() { "$ICS" -s "$icsd_http" "$@"; }
digest_of() { sha256sum "$1" | cut -d ' ' -f 1; }
says() { # STATUS WORDS COMMAND...: exits so, and says why
	says_status=$1
	says_words=$2
	shift 2
	fails_with "$says_status" "$@" >"$tmp/said" 2>&1
	says_ended=$?
	cat "$tmp/said"
	test "$says_ended" -eq 0 && grep -qi "$says_words" "$tmp/said"
}
verify() { ics verify --anchor "$tmp/dev.asc" "$@"; }

test_ok 'a developer, a stranger, a server' '
	gpg_home dev && gpg_key "Dev Team <dev@soft.example>" ed25519 && dev=$gpg_fpr &&
	gpg --armor --export "$dev" >"$tmp/dev.asc" &&
	gpg_home other && gpg_key "Other <o@other.example>" && other=$gpg_fpr &&
	gpg --armor --export "$other" >"$tmp/other.asc" &&
	icsd_start server --root "$dev" &&
	gpg_use dev && gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$dev" &&
	head -c 481280 /dev/urandom >"$tmp/fw.bin" && sha=$(digest_of "$tmp/fw.bin") &&
	head -c 1000 /dev/urandom >"$tmp/fw2.bin" && sha2=$(digest_of "$tmp/fw2.bin")
'
test_ok 'unknown firmware is not believed' \
	'says 1 "nothing\|not known\|unknown" verify "$tmp/fw.bin"'
test_ok 'ics code add publishes it' '
	ics code add "$tmp/fw.bin" --as "$dev" --set code-name=t1000-fw \
		--set code-version=2.4.1 --set "code-target=Acme/T1000"
'
test_ok 'gpg and curl publish another' '
	gpg --sig-notation rec@ics.example=code/1 \
		--sig-notation "subject@ics.example=code:sha256:$sha2" \
		--sig-notation "code-hash@ics.example=sha256:$sha2 fw2.bin" \
		--sig-notation code-name@ics.example=t1000-boot \
		--armor --detach-sign -o "$tmp/fw2.asc" </dev/null &&
	curl -sS --fail-with-body --data-binary "@$tmp/fw2.asc" \
		-H "Content-Type: application/pgp-keys" "$icsd_http/ics/v1/submit"
'
test_ok 'ics verify says yes to both' \
	'verify "$tmp/fw.bin" && verify "$tmp/fw2.bin"'
test_ok 'one flipped bit says no' '
	{ head -c 100 "$tmp/fw.bin" && printf "\377\000" &&
		tail -c +103 "$tmp/fw.bin"; } >"$tmp/bad.bin" &&
	! cmp -s "$tmp/fw.bin" "$tmp/bad.bin" &&
	says 1 "nothing\|not known\|unknown" verify "$tmp/bad.bin"
'
test_ok 'a wrong anchor says no' \
	'says 1 "anchor\|nobody" ics verify --anchor "$tmp/other.asc" "$tmp/fw.bin"'
test_ok 'HKP gives a code identity as one block of signatures' '
	curl -sS --fail "$icsd_http/pks/lookup?op=get&search=sha256:$sha" >"$tmp/fw.asc" &&
	grep -q "BEGIN PGP SIGNATURE" "$tmp/fw.asc" &&
	! grep -q "PUBLIC KEY" "$tmp/fw.asc"
'
for tool in $(stock_tools); do
	test_ok "$tool verifies what ics made and what gpg made" '
		stock_verify "$tool" "$tmp/dev.asc" "$tmp/fw.asc" &&
		stock_verify "$tool" "$tmp/dev.asc" "$tmp/fw2.asc" &&
		! stock_verify "$tool" "$tmp/other.asc" "$tmp/fw.asc"
	'
done
test_ok 'sha512 and the name find it, too' '
	curl -sS --fail "$icsd_http/ics/v1/search?code-name=t1000-fw" |
		jq -e ".items | length == 1" &&
	curl -sS --fail "$icsd_http/ics/v1/search?hash=sha256:$sha" |
		jq -e ".items[0].item == \"code:sha256:$sha\""
'
test_ok 'a stranger may not withdraw it' '
	gpg_use other && gpg --keyserver "hkp://127.0.0.1:$icsd_port" \
		--send-keys "$other" &&
	ics code state "sha256:$sha" withdrawn --as "$other" &&
	verify "$tmp/fw.bin"
'
test_ok 'deprecated says no, and why' '
	gpg_use dev &&
	ics code state "sha256:$sha" deprecated --as "$dev" \
		--date "$(later)" --reason "too old" &&
	says 1 deprecated verify "$tmp/fw.bin"
'
test_ok 'withdrawn says no, and why' '
	ics code state "sha256:$sha2" withdrawn --as "$dev" &&
	says 1 withdrawn verify "$tmp/fw2.bin"
'
test_ok 'the server is in order' '"$ICS" -D "$icsd_dir" fsck'
test_done
