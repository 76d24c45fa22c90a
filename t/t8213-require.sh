#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# S25: a certification body endorses the legality of a device; verify and
# status pass only with a standing endorsement, and one that was withdrawn
# names the day. Other roles can be required likewise.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl
unset ICS_SERVER

ics() { "$ICS" -s "$icsd_http" "$@"; }
party() { # NAME: a key, on the server, its fingerprint in $NAME
	gpg_key "$1 <$1@ex.example>" && eval "$1=\$gpg_fpr" &&
		gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$gpg_fpr"
}
in_seconds() { date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ; }
good() { yes -s "$icsd_http" --anchor "$root" --require "$@"; }
bad() { no unmet -s "$icsd_http" --anchor "$root" --require "$@"; }
how() { # WORD: how the first requirement was met
	same "$1" "$(jq -r '.required[0].how' "$tmp/said")"
}
endorse() { # DATE OPTION...
	endorse_at=$1
	shift
	ics endorse "$pump" --as "$body" --id NB-17 --quiet \
		--date "$(in_seconds "$endorse_at")" "$@"
}

test_ok 'a root, a certification body by its grant, an integrator, a device' '
	gpg_home && gpg_key "root <root@ex.example>" && root=$gpg_fpr &&
	icsd_start server --root "$root" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$root" &&
	party body && party integrator && party stranger && party pump &&
	ics grant "$body" certification-body --as "$root" --quiet &&
	ics grant "$integrator" integrator --as "$root" --scope Acme/T1000 --quiet &&
	ics certify "$pump" --as "$root" --set manu=Acme --set model=T1000 --quiet
'
test_ok 'without an endorsement: no, and what is missing' '
	bad certification-body:mdr "$pump" && how missing &&
	ics verify --anchor "$root" --require certification-body:mdr "$pump" |
		grep "required certification-body:mdr: missing"
'
test_ok 'with one: yes, by whom' '
	endorse 1 --scheme mdr --level IIa && good certification-body:mdr "$pump" &&
	how met && good certification-body "$pump" &&
	ics verify --anchor "$root" --require certification-body:mdr "$pump" |
		grep "required certification-body:mdr: met 20.* by 04.* body <body@ex.example>"
'
test_ok 'another scheme is another matter' 'bad certification-body:matter "$pump"'
test_ok 'status takes the same requirement' '
	ics status --anchor "$root" --require certification-body:mdr "$pump" >"$tmp/out" &&
	cat "$tmp/out" && grep "required certification-body:mdr: met" "$tmp/out" &&
	fails_with 1 "$ICS" status -s "$icsd_http" --anchor "$root" \
		--require certification-body:matter "$pump" &&
	fails_with 1 "$ICS" status -s "$icsd_http" --anchor "$root" \
		--require certification-body "$stranger" &&
	fails_with 2 "$ICS" status -s "$icsd_http" --require owner "$pump"
'
test_ok 'a stranger endorses in vain, and takes nothing away' '
	ics endorse "$pump" --as "$stranger" --scheme matter --id 1 --quiet &&
	bad certification-body:matter "$pump" &&
	ics endorse "$pump" --as "$stranger" --scheme mdr --id NB-17 \
		--state revoked --quiet && good certification-body:mdr "$pump"
'
test_ok 'withdrawn: no, and the day' '
	day=$(in_seconds 5) && endorse 5 --scheme mdr --state revoked &&
	bad certification-body:mdr "$pump" && how withdrawn &&
	said=$(jq -r ".required[0].since" "$tmp/said") && echo "$said" &&
	test "$(date -d "$said" +%s)" -ge "$(date -d "$day" +%s)" &&
	ics verify --anchor "$root" --require certification-body:mdr "$pump" |
		grep "certification-body:mdr: withdrawn $said by 04"
'
test_ok 'granted anew: yes' '
	endorse 10 --scheme mdr && good certification-body:mdr "$pump"
'
test_ok 'an end that has come: no, and the day' '
	endorse 15 --scheme mdr --until "$(in_seconds 60)" &&
	good certification-body:mdr "$pump" &&
	bad certification-body:mdr --at "$(in_seconds 120)" "$pump" && how ended
'
test_ok 'the statement itself taken back: no, and the day' '
	ics endorse "$pump" --as "$body" --scheme ce --id 7 --carrier record \
		--quiet >"$tmp/digest" && good certification-body:ce "$pump" &&
	ics revoke "$(cat "$tmp/digest")" --as "$body" --quiet \
		--date "$(in_seconds 2)" &&
	bad certification-body:ce "$pump" && how withdrawn &&
	jq -e ".required[0].since | startswith(\"20\")" "$tmp/said"
'
test_ok 'other roles, and names that they must say' '
	bad integrator "$pump" &&
	ics state "$pump" active --as "$integrator" --quiet &&
	good integrator,manufacturer "$pump" && bad integrator:slot "$pump" &&
	ics certify "$pump" --as "$integrator" --set slot=pump-3 --quiet &&
	good integrator:slot "$pump" && bad integrator:slot,owner "$pump" &&
	same "met missing" "$(jq -r "[.required[].how] | join(\" \")" "$tmp/said")"
'
test_ok 'given twice, both are required' '
	bad integrator --require owner "$pump"
'
test_ok 'a role that is none is told' '
	fails_with 2 "$ICS" verify -s "$icsd_http" --anchor "$root" --require king "$pump" &&
	fails_with 2 "$ICS" verify -s "$icsd_http" --anchor "$root" --require owner: "$pump" &&
	fails_with 2 "$ICS" verify -s "$icsd_http" --anchor "$root" --require owner:x "$pump"
'
test_done
