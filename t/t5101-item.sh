#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One thing, told from what gpg made: documents obey their schemas, and say
# the same in whatever order the packets come.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-schema.sh"
skip_unless jq

domain=$("$builddir/t/item_tool" domain)

# lower FPR: its versioned, lower case form
lower() {
	printf '04%s' "$1" | tr A-F a-f
}

# at DAY COMMAND...: gpg on a day of November 2026
at() {
	at_day=$1
	shift
	gpg_at "202611${at_day}T120000" "$@"
}

key() {
	at 01 --quick-generate-key "$1" "${2:-ed25519}" default never &&
		fpr=$(gpg --with-colons --list-keys "=$1" |
			$AWK -F: '$1 == "fpr" { print $10; exit }') &&
		at 01 --quick-add-key "$fpr" ed25519 sign never
}

# record DAY ISSUER NAME=VALUE...: prints an armored record
record() {
	record_day=$1 record_by=$2
	shift 2
	for pair; do
		set -- "$@" --sig-notation "$pair"
		shift
	done
	at "$record_day" --expert --armor -u "$record_by" "$@" \
		--detach-sign -o - /dev/null
}

status() {
	record "$1" "$2" "rec@$domain=device-status/1" \
		"subject@$domain=dev:$(lower "$device")" "status@$domain=$3"
}

# tell WHAT SUBJECT FILE... [-- OPTION...]
tell() {
	tell_what=$1 tell_subject=$2
	shift 2
	cat "$@" | "$builddir/t/item_tool" "$tell_what" "$tell_subject" \
		-r "$root" -m "$maker" -t "${tell_at:-1796000000}" \
		>"$tmp/$tell_what.json"
}

# is_valid WHAT: the document is as its schema says
is_valid() {
	valid "$1" "$tmp/$1.json"
}

is() {
	jq -e "$2" "$tmp/$1.json"
}

test_ok 'gpg makes the parties' '
	gpg_home &&
	key "Root <root@ics.example>" && root=$fpr &&
	key "Acme <acme@acme.example>" && maker=$fpr &&
	key "Owner <owner@plant.example>" && owner=$fpr &&
	key "Lab <lab@cert.example>" rsa2048 && lab=$fpr &&
	key "Mallory" && mallory=$fpr &&
	key "T1000 S/N 1" && device=$fpr
'
test_ok 'and what they say' '
	at 02 --expert --cert-notation manu=Acme --cert-notation model=T1000 \
		--cert-notation "serial@$domain=000123" \
		--cert-notation "status@$domain=active" \
		--cert-notation "owner@$domain=$(lower "$owner")" \
		-u "$maker" --quick-sign-key "$device" &&
	at 03 --expert --cert-notation "role@$domain=certification-body" \
		-u "$root" --quick-sign-key "$lab" &&
	status 05 "$owner" lost >"$tmp/1.asc" &&
	status 06 "$mallory" destroyed >"$tmp/2.asc" &&
	status 09 "$owner" active >"$tmp/3.asc" &&
	status 12 "$owner" stolen >"$tmp/4.asc" &&
	gpg --armor --export >"$tmp/ring.asc"
'
test_ok 'the documents obey their schemas' '
	for what in item status history; do
		tell "$what" "$device" "$tmp/ring.asc" "$tmp"/?.asc &&
			is_valid "$what" || break
	done &&
	is item ".kind == \"device\" and .attributes.serial == \"000123\"" &&
	is item ".names == [\"T1000 S/N 1\"] and (.keys | length) == 2" &&
	is status ".status == \"stolen\" and (.final | not)" &&
	is status ".decided_by.issuer == \"$(lower "$owner")\"" &&
	is history "[.entries[].standing] | index(\"claim\") != null" &&
	is history "(.entries | length) == 5"
'
test_ok 'a record by a subkey is its owner'"'"'s' '
	is status ".decided_by | .signer != null and .issuer != .signer"
'
test_ok 'any order says the same' '
	cp "$tmp/history.json" "$tmp/wanted" &&
	tell history "$device" "$tmp/4.asc" "$tmp/ring.asc" "$tmp/2.asc" \
		"$tmp/3.asc" "$tmp/1.asc" "$tmp/3.asc" &&
	cmp "$tmp/history.json" "$tmp/wanted"
'
test_ok 'at a time' '
	tell_at=$(date -u -d 2026-11-07T00:00:00Z +%s) &&
	tell status "$device" "$tmp/ring.asc" "$tmp"/?.asc &&
	is_valid status && is status ".status == \"lost\"" &&
	tell_at= &&
	tell status "$device" "$tmp/ring.asc"
'
test_ok 'code, and its approval' '
	code=sha256:$(sha256sum </dev/null | cut -c 1-64) &&
	record 04 "$maker" "rec@$domain=code/1" "subject@$domain=code:$code" \
		"code-name@$domain=fw" "code-version@$domain=1.0" \
		"code-hash@$domain=$code fw.bin" >"$tmp/code.asc" &&
	record 06 "$lab" "rec@$domain=approval/1" \
		"subject@$domain=code:$code" \
		"approval@$domain=scheme=mdr;id=7;state=granted" \
		>"$tmp/approval.asc" &&
	for what in item status history; do
		tell "$what" "$code" "$tmp/ring.asc" "$tmp/code.asc" \
			"$tmp/approval.asc" && is_valid "$what" || break
	done &&
	is item ".kind == \"code\" and .names == [\"fw\"] and .keys == []" &&
	is item ".status.approved" &&
	is item ".parties | map(.roles[]) | index(\"certification-body\")"
'
test_ok 'a bundle is all that is needed' '
	tell item "$device" "$tmp/ring.asc" "$tmp"/?.asc &&
	cp "$tmp/item.json" "$tmp/wanted" &&
	tell bundle "$device" "$tmp/ring.asc" "$tmp"/?.asc &&
	mv "$tmp/bundle.json" "$tmp/bundle" &&
	tell item "$device" "$tmp/bundle" &&
	cmp "$tmp/item.json" "$tmp/wanted"
'
test_ok 'who is missing is named' '
	gpg --armor --export "$device" "$maker" >"$tmp/few.asc" &&
	tell missing "$device" "$tmp/few.asc" "$tmp/2.asc" &&
	test -s "$tmp/missing.json"
'
test_ok 'a schema that would take anything is no schema' '
	tell status "$device" "$tmp/ring.asc" &&
	sed "s/\"active\"/\"fine\"/" "$tmp/status.json" >"$tmp/x.json" &&
	mv "$tmp/x.json" "$tmp/status.json" &&
	! is_valid status
'
words() {
	sed -n 's/^X([A-Z_]*, "\([^"]*\)".*/\1/p' "$srcdir/$1" |
		while read -r word; do
			grep -q "\"$word\"" "$srcdir/hkp/schema/item.json" ||
				echo "$1: $word"
		done
}
test_ok 'the schema knows every word' '
	same "" "$(for list in notations/kinds notations/statuses \
		notations/roles notations/entities src/policy/standings; do
		words "$list.def"; done)"
'
test_done
