#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A certification body runs a server of its own, of the profile certifier, from
# an empty folder. It takes what the body found good and nothing else; whoever
# relies on that asks it by the fingerprint of a device.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

line() { # QUERY WORDS
	same 200 "$(api "/check?$1" -H Accept:text/plain)" &&
		same "$2" "$(cat "$tmp/body")"
}
# What a relying party asks, who believes the body: yes or no.
relies() { # FPR
	"$ICS" -s "$icsd_http" verify --anchor "$root" \
		--require certification-body:mdr "$1" >"$tmp/out" 2>&1
}
reason() { # of the first item that was sent
	is "[.results[].findings[].reason] | index(\"$1\") != null"
}

test_ok 'a body, a maker, three devices' '
	gpg_home 2>/dev/null &&
	for name in root body acme pump valve copy; do
		gpg_key "$name" && eval "$name=\$gpg_fpr" || return
	done
'
test_ok 'its server begins with a domain and a key of its own' '
	icsd_start lab --profile certifier --root "$root" &&
	gpg --import "$icsd_dir/own/secret.pgp" &&
	own=$(gpg --show-keys --with-colons "$icsd_dir/own/certificate.pgp" |
		sed -n "s/^fpr:*\([0-9A-F]*\):/\1/p") &&
	"$ICS" policy show "$icsd_dir/own/policy.asc" -o "$tmp/policy" &&
	sed -i -e "s/serial = 1/serial = 2/" \
		-e "/^}/i grant \"04$body\" { role = certification-body }" \
		"$tmp/policy" &&
	gpg -u "$own" -o "$tmp/policy.asc" --clearsign "$tmp/policy" &&
	"$ICS" -D "$icsd_dir" policy put "$tmp/policy.asc" &&
	gpg --export "$root" "$body" >"$tmp/body.pgp" &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/body.pgp" &&
	"$ICS" -s "$icsd_http" grant "$body" certification-body --as "$root" \
		--quiet
'
test_ok 'what only the maker certified is refused' '
	say "$acme" "$copy" manu=Acme && same 422 "$(submit "$copy")" &&
	reason foreign-certificate && line "subject=$copy" "deny unknown"
'
test_ok 'the body endorses two devices, and its server takes them' '
	for each in $pump $valve; do
		gpg --export "$each" >"$tmp/$each.pgp" &&
		"$ICS" endorse "$tmp/$each.pgp" --as "$body" --scheme mdr \
			--date "$(date -u -d "1 second" +%Y-%m-%dT%H:%M:%SZ)" \
			--id NB-17 -o "$tmp/$each.said" -q &&
		same 200 "$(api /submit --data-binary "@$tmp/$each.said")" || return
	done &&
	wait_until 60 "line \"subject=$pump\" allow >/dev/null" &&
	line "subject=$valve" allow
'
test_ok 'asked by fingerprint it tells the endorsement, and by whom' '
	same 200 "$(api "/items/$pump")" && valid item &&
	is "any(.statements[]; .kind == \"approval\" and
		.issuer == \"04$(lower "$body")\")" &&
	same 200 "$(api "/check?subject=$pump")" &&
	is "any(.vouchers[]; .issuer == \"04$(lower "$body")\" and
		.roles == [\"certification-body\"])" &&
	line "subject=$(lower "$pump" | cut -c 25-40)" allow
'
test_ok 'a relying party finds it proved, without believing the server' '
	relies "$pump" && grep "certification-body:mdr: met .* body" "$tmp/out" &&
	! relies "$copy"
'
test_ok 'what the body takes back is endorsed no more' '
	digest=$(curl -sS "$icsd_http/ics/v1/items/$valve" | jq -r \
		".statements[] | select(.kind == \"approval\").digest") &&
	"$ICS" -s "$icsd_http" revoke "$digest" --as "$body" --reason "a fault" &&
	line "subject=$valve" "deny member" && ! relies "$valve" &&
	line "subject=$pump" allow
'
test_ok 'it ends well' icsd_stop
test_done
