#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What people say with stock programs is read as it was meant: certifications
# and records made by gpg, a certification made by sq.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
tool=$builddir/t/notations_tool
domain=$($AWK '$2 == "NOTATION_DOMAIN" { gsub("\"", "", $3); print $3 }' \
	"$builddir/config.h")
sum=$(printf firmware | sha256sum | cut -c 1-64)
long=$(printf firmware | sha512sum | cut -c 1-128)

# statement PATTERN: a line of what was read fits
statement() {
	grep -Eq "$1" "$tmp/read" || { cat "$tmp/read"; return 1; }
}

# signed FILE NAME=VALUE...: what gpg signs about nothing
signed() {
	signed_file=$1
	shift
	for notation; do
		set -- "$@" --sig-notation "$notation"
		shift
	done
	gpg -u "$owner" "$@" -b </dev/null >"$signed_file"
}

gpg_home
test_ok 'gpg makes a maker, an owner and a device' '
	gpg_key "Acme <pki@acme.example>" ed25519 sign,cert && maker=$gpg_fpr &&
	gpg_key "Owner <o@plant.example>" nistp256 sign,cert && owner=$gpg_fpr &&
	gpg_key "Acme T1000 S/N 000123" ed25519 sign,cert && device=$gpg_fpr &&
	dev=dev:04$(echo $device | tr A-F a-f)
'
test_ok 'a maker certifies a device with gpg' '
	gpg --expert --cert-notation manu=Acme --cert-notation model=T1000 \
		--cert-notation prodid=000123 --cert-notation "lot=2026-44" \
		--cert-notation "status@$domain=in-use" -u $maker \
		--quick-sign-key $device &&
	gpg --export $device | "$tool" -t >"$tmp/read" &&
	statement "^certification device-status $dev 04[0-9a-f]* active [0-9a-f]{64}$" &&
	statement "^  says manu=Acme$" && statement "^  says lot=2026-44$" &&
	statement "^  term prodid=000123$" && statement "^  term kind=device$" &&
	statement "^  term status=active$" &&
	statement "^  term issuer=$(echo $maker | tr A-F a-f)$"
'
test_ok 'the self-signature says nothing of ours' \
	'same 1 "$(grep -c ^certification "$tmp/read")"'
test_ok 'nothing is found fault with' '! grep finding "$tmp/read"'
test_ok 'an owner reports it lost, by a second certification' '
	gpg --force-sign-key --cert-notation "status@$domain=lost" \
		--cert-notation "since@$domain=2026-11-02T00:00:00Z" \
		-u $owner --quick-sign-key $device &&
	gpg --export $device | "$tool" >"$tmp/read" &&
	statement "^certification device-status $dev .* lost "
'
test_ok 'an owner reports it stolen, by a record' '
	signed "$tmp/stolen.sig" "rec@$domain=device-status/1" \
		"subject@$domain=dev:04$device" "status@$domain=stolen" \
		"seq@$domain=7" &&
	"$tool" <"$tmp/stolen.sig" >"$tmp/read" &&
	statement "^record device-status $dev .* stolen " &&
	statement "^  says seq=7$"
'
test_ok 'which gpg verifies' 'gpg --verify "$tmp/stolen.sig" /dev/null'
test_ok 'code is published by a record' '
	signed "$tmp/fw.sig" "rec@$domain=code/1" \
		"subject@$domain=code:sha256:$sum" \
		"code-hash@$domain=sha256:$sum fw.bin" \
		"code-hash@$domain=sha512:$long" \
		"code-name@$domain=t1000-fw" "code-version@$domain=2.4.1" \
		"code-kind@$domain=firmware" "code-target@$domain=Acme/T1000/B" &&
	"$tool" -t <"$tmp/fw.sig" >"$tmp/read" &&
	statement "^record code code:sha256:$sum .* - " &&
	statement "^  term hash=sha256:$sum$" &&
	statement "^  term hash=sha512:$long$"
'
test_ok 'what breaks a rule is told' '
	signed "$tmp/bad.sig" "rec@$domain=device-status/1" \
		"subject@$domain=$dev" "status@$domain=gone" &&
	"$tool" <"$tmp/bad.sig" >"$tmp/read" &&
	statement "^  finding bad-value: status@$domain$" &&
	! grep -q ^record "$tmp/read"
'
test_ok 'so is a critical name that nobody knows' '
	signed "$tmp/bad.sig" "rec@$domain=note/1" "subject@$domain=$dev" \
		"!later@$domain=x" &&
	"$tool" <"$tmp/bad.sig" >"$tmp/read" &&
	statement "^  finding unknown-critical: later@$domain$" &&
	! grep -q ^record "$tmp/read"
'
test_ok 'a certification is taken back' '
	gpg -u $owner --quick-revoke-sig $device $owner &&
	gpg --export $device | "$tool" >"$tmp/read" &&
	statement "^certification withdrawal $dev "
'
if command -v sq >/dev/null; then
	test_ok 'sq certifies, too' '
		gpg --armor --export-secret-keys $owner >"$tmp/owner.key" &&
		gpg --armor --export $device >"$tmp/device.cert" &&
		sq certify --notation manu Acme \
			--notation "status@$domain" suspended \
			"$tmp/owner.key" "$tmp/device.cert" \
			"Acme T1000 S/N 000123" >"$tmp/certified" &&
		gpg --dearmor <"$tmp/certified" | "$tool" >"$tmp/read" &&
		statement "^certification device-status $dev .* suspended "
	'
else
	test_skip 'sq certifies, too' 'no sq'
fi
test_done
