#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# S20: all critical components have identity certificates: ics audit lists
# what each lacks. C15: a hole in a piece of code: ics radius lists who has it,
# whose that is and how the owner is reached.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl
unset ICS_SERVER

ics() { "$ICS" -s "$icsd_http" "$@"; }
later() { date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ; }
lower() { echo "$1" | tr A-F a-f; }
party() { # NAME [SELF-NOTATION]: a key on the server, its fingerprint in $NAME
	gpg_key "$1 <$1@ex.example>" && eval "$1=\$gpg_fpr" &&
		gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$gpg_fpr"
}
made() { # NAME: a device that its maker certified
	party "$1" && ics certify "$gpg_fpr" --as "$maker" --quiet \
		--set manu=Acme --set model=T1000 --set "serial=$1"
}
audit() { ics audit --anchor "$maker" --json "$@" >"$tmp/said"; }
lacks() { # WORD...: what the only item lacks
	same "$*" "$(jq -r '[.items[0].gaps[].reason] | join(" ")' "$tmp/said")"
}

test_ok 'a maker, an integrator, an owner who gives his address' '
	gpg_home && gpg_key "maker <m@ex.example>" && maker=$gpg_fpr &&
	icsd_start server --root "$maker" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$maker" &&
	party integrator && party plant && party city &&
	ics grant "$integrator" integrator --as "$maker" --scope Acme/T1000 --quiet &&
	ics certify "$plant" --as "$plant" --carrier cert --quiet \
		--set contact=mailto:ops@plant.example
'
test_ok 'devices: complete, without integrator, without maker, none at all' '
	made whole && made half && party bare &&
	ics state "$whole" active --as "$integrator" --quiet &&
	printf "%s # the pump\n\n# a remark\nserial=half\n%s\n%s\n" "$whole" "$bare" \
		"$(echo "$whole" | tr 0-9A-F 1-9A-F0)" >"$tmp/list"
'
test_ok 'the list is told line by line; status 1' '
	fails_with 1 "$ICS" -s "$icsd_http" audit --anchor "$maker" --critical \
		"$tmp/list" >"$tmp/out" && cat "$tmp/out" &&
	grep "04$(lower $whole)  complete  whole" "$tmp/out" &&
	grep -A 2 "04$(lower $half)  INCOMPLETE  half" "$tmp/out" >"$tmp/half" &&
	grep "lacks: nobody says that it is in use" "$tmp/half" &&
	grep "lacks: integrator: missing" "$tmp/half" &&
	grep "lacks: manufacturer: missing" "$tmp/out" &&
	grep "lacks: no certificate is known" "$tmp/out"
'
test_ok 'quiet: only what lacks something' '
	ics audit --anchor "$maker" --critical -q "$tmp/list" >"$tmp/out"
	! grep " complete" "$tmp/out" && same 3 "$(grep -c INCOMPLETE "$tmp/out")"
'
test_ok 'JSON: the same, and counts' '
	audit --critical - <"$tmp/list"; same 4 "$(jq .seen "$tmp/said")" &&
	same 3 "$(jq .incomplete "$tmp/said")" &&
	same "true false false false" \
		"$(jq -r "[.items[].complete] | join(\" \")" "$tmp/said")"
'
test_ok 'what is not critical needs its maker alone' '
	audit "$whole" "$half" && audit serial=half && audit model=T1000 manu=Acme &&
	same 2 "$(jq .seen "$tmp/said")"
'
test_ok 'a search that finds nothing is a gap, too' '
	fails_with 1 audit serial=none && lacks unknown &&
	echo "what is this" >"$tmp/odd" && fails_with 1 audit "$tmp/odd" && lacks unknown
'
test_ok 'stolen is told' '
	ics certify "$half" --as "$maker" --quiet --set "owner=04$plant" --set slot=x \
		--date "$(later 2)" &&
	ics state "$half" stolen --as "$plant" --quiet --date "$(later 4)" &&
	fails_with 1 audit "$half" && lacks bad-state &&
	jq -e ".items[0].gaps[0].words == \"it is stolen\"" "$tmp/said"
'
test_ok '--require adds to it; by whose word must be said' '
	fails_with 1 audit --require certification-body:mdr "$whole" && lacks unmet &&
	fails_with 2 "$ICS" -s "$icsd_http" audit "$whole" &&
	fails_with 3 audit "$tmp/no-such-list"
'

# ---- who has this code ---------------------------------------------------------------

head -c 3000 /dev/urandom >"$tmp/fw"
sha=sha256:$(digest_of "$tmp/fw")
test_ok 'firmware, declared for devices of two owners and one without' '
	ics code add "$tmp/fw" --as "$maker" --name t1000-fw --quiet &&
	for name in p1 p2 c1; do
		made $name || break
		owner=$plant
		test $name != c1 || owner=$city
		ics certify "$gpg_fpr" --as "$maker" --quiet --set "owner=04$owner" \
			--set "code-hash=$sha fw" --date "$(later 2)" || break
	done && same c1 "$name" && made n1 &&
	ics certify "$n1" --as "$maker" --carrier record --quiet \
		--set "step=installed code:$sha"
'
test_ok 'vulnerable: who has it, whose they are, how they are reached' '
	ics code state "$tmp/fw" vulnerable --as "$maker" --quiet --date "$(later 3)" \
		--set "vuln=CVE-2026-12345;fixed=2.4.2" &&
	ics radius "$tmp/fw" >"$tmp/out" && cat "$tmp/out" &&
	grep "^code:$sha  vulnerable  since 20.*  t1000-fw" "$tmp/out" &&
	grep "CVE-2026-12345;fixed=2.4.2" "$tmp/out" &&
	same 4 "$(grep -c "^  dev:04" "$tmp/out")" &&
	grep -A 1 "^2 of them: 04$(lower $plant)  plant" "$tmp/out" |
		grep "contact: mailto:ops@plant.example" &&
	grep -A 1 "^1 of them: 04$(lower $city)" "$tmp/out" | grep "gives no contact"
'
test_ok 'the same by the digest, as JSON, by the anchors word' '
	ics radius "$sha" --anchor "$maker" --json >"$tmp/said" &&
	same 4 "$(jq ".items | length" "$tmp/said")" &&
	same "2" "$(jq "[.owners[] | select(.name | startswith(\"plant\"))][0].items" \
		"$tmp/said")" &&
	same manufacturer "$(jq -r ".items[] | select(.names[0] |
		startswith(\"n1\")).as" "$tmp/said")"
'
test_ok 'a stranger who claims to have it is not listed' '
	party liar && ics certify "$liar" --as "$liar" --carrier cert --quiet \
		--set "code-hash=$sha fw" &&
	ics radius "$sha" >"$tmp/out" && ! grep liar "$tmp/out"
'
test_ok 'code that nobody has' '
	ics radius sha256:$(printf %064d 7) >"$tmp/out" &&
	grep "nothing is said" "$tmp/out" && same 1 "$(wc -l <"$tmp/out")"
'
test_done
