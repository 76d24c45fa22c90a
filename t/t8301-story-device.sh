#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A device's life, told by those who take part, each at his own machine: a
# maker with gpg, an owner with gpg and with ics, a thief, and a stranger who
# has curl, jq and gpg and believes nobody.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl jq

# A date behind all that was signed before, within what a clock may be ahead.
later() { date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ; }
versioned() { printf '04%s' "$1" | tr 'A-F' 'a-f'; }
submit() { # FILE: as a browser's form would
	curl -sS --fail-with-body --data-urlencode "keytext@$1" \
		"$icsd_http/pks/add"
}
# record FILE NAME=VALUE...: stock gpg signs the empty document
record() {
	record_file=$1
	shift
	for record_pair; do
		shift
		set -- "$@" --sig-notation "$record_pair"
	done
	# Behind what was signed in this very second.
	gpg --faked-system-time "$(date -u -d '+3 seconds' +%Y%m%dT%H%M%S)!" \
		"$@" --armor --detach-sign -o "$record_file" </dev/null
}
device_state() { # STATE WORD: what the device's owner says with gpg
	record "$tmp/$1.asc" "rec@ics.example=device-status/1" \
		"subject@ics.example=dev:$(versioned "$device")" \
		"status@ics.example=$1"
}
ask() { # PATH JQ-FILTER
	curl -sS --fail-with-body "$icsd_http/ics/v1/items/$1" >"$tmp/json" &&
		jq -r "$2" "$tmp/json"
}
status() { ask "$device/status${2:-}" .status | same "$1" "$(cat)"; }
keyserver() { gpg --keyserver "hkp://127.0.0.1:$icsd_port" "$@"; }

test_ok 'maker, owner and thief have keys' '
	gpg_home maker && gpg_key "Acme Devices <keys@acme.example>" ed25519 &&
	maker=$gpg_fpr && gpg --export "$maker" >"$tmp/maker.gpg" &&
	gpg_home owner && gpg_key "Olga Owner <olga@plant.example>" nistp256 &&
	owner=$gpg_fpr && gpg --export "$owner" >"$tmp/owner.gpg" &&
	gpg_home thief && gpg_key "Thief <t@thief.example>" && thief=$gpg_fpr &&
	gpg --export "$thief" >"$tmp/thief.gpg"
'
test_ok 'a server that trusts the maker' 'icsd_start server --root "$maker"'
test_ok 'the factory makes a device and the maker certifies it with gpg' '
	gpg_use maker &&
	gpg_key "Acme T1000 S/N 000123" ed25519 && device=$gpg_fpr &&
	gpg --expert -u "$maker" --cert-notation manu=Acme \
		--cert-notation model=T1000 --cert-notation lot=2026-44 \
		--cert-notation serial@ics.example=000123 \
		--cert-notation status@ics.example=active \
		--cert-notation "owner@ics.example=$(versioned "$owner")" \
		--quick-sign-key "$device" &&
	gpg --list-options show-notations --check-sigs "$device" | grep -q T1000
'
test_ok 'maker and device arrive by gpg --send-keys' '
	keyserver --send-keys "$maker" "$device" &&
	status active &&
	ask "$device" ".attributes.model" | grep -qx T1000
'
test_ok 'the owner sends his key and reports the device in use, with gpg' '
	gpg_use owner && keyserver --send-keys "$owner" &&
	device_state in-use && submit "$tmp/in-use.asc" &&
	status active &&
	ask "$device/status" ".decided_by.issuer" |
		grep -qx "$(versioned "$owner")"
'
test_ok 'a thief cannot say that it is his, nor that all is well' '
	gpg_use thief && keyserver --send-keys "$thief" &&
	device_state destroyed && submit "$tmp/destroyed.asc" &&
	status active &&
	ask "$device/history" ".entries[] | select(.issuer == \"$(versioned \
		"$thief")\") | .standing" | grep -qx claim
'
test_ok 'the owner reports it stolen, with ics' '
	gpg_use owner &&
	"$ICS" -s "$icsd_http" state "$device" stolen --as "$owner" \
		--date "$(later)" \
		--reason "gone from the yard" &&
	status stolen &&
	ask "$device/status" ".decided_by.values.reason[0]" |
		grep -qx "gone from the yard"
'
test_ok 'a stranger reads the status and verifies the signature with gpg' '
	gpg_home stranger && gpg --import "$tmp/owner.gpg" &&
	digest=$(ask "$device/status" .decided_by.digest) &&
	curl -sS --fail "$icsd_http/ics/v1/statements/$digest.asc" >"$tmp/said.asc" &&
	gpg --status-fd 1 --known-notation status@ics.example \
		--verify "$tmp/said.asc" /dev/null >"$tmp/said" &&
	grep -q "GOODSIG .* Olga Owner" "$tmp/said" &&
	grep -A 2 "NOTATION_NAME status@ics.example" "$tmp/said" |
		grep -q "NOTATION_DATA stolen"
'
test_ok 'the certificate reaches him by gpg with every statement good' '
	keyserver --recv-keys "$maker" &&
	keyserver --keyserver-options no-self-sigs-only,no-import-clean \
		--recv-keys "$device" &&
	gpg --check-sigs --with-colons "$device" >"$tmp/sigs" &&
	grep -q "^sig:!:.*Acme Devices" "$tmp/sigs" &&
	! grep -q "^sig:[-%?]:" "$tmp/sigs"
'
test_ok 'what was so before is still told' '
	before=$(ask "$device/history" \
		".entries[] | select(.values.status[0] == \"stolen\") | .created") &&
	status active "?at=$(($(date -d "$before" +%s) - 1))" && status stolen
'
test_ok 'nothing else is in the certificate that v1 gives' '
	keyserver_packets=$(curl -sS "$icsd_http/pks/lookup?op=get&search=0x$device" |
		gpg --list-packets) &&
	! echo "$keyserver_packets" | grep -q "sigclass 0x0[02]"
'
test_ok 'the server is in order' '"$ICS" -D "$icsd_dir" fsck'
test_done
