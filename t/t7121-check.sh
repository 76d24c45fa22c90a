#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# GET and POST /ics/v1/check: one thing, a pair, many, code on a device, an
# update, a replacement with the wrong key. Everything is signed by stock gpg.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
. "$srcdir/t/lib-prove.sh"
unset ICS_SERVER

# check QUERY WORDS: the line that firmware gets
line() {
	same 200 "$(api "/check?$1" -H Accept:text/plain)" &&
		same "$2" "$(cat "$tmp/body")"
}
# told QUERY FILTER: the JSON is valid, and jq finds this of it
told() {
	same 200 "$(api "/check?$1")" && valid check && is "$2"
}
vouched() {
	api "/check?subject=$1" >/dev/null && is ".vouchers | length > 0" >/dev/null
}
send() {
	cat "$@" | curl -sS -f -o "$tmp/sent" --data-binary @- \
		-H 'Content-Type: application/octet-stream' \
		"$icsd_http/ics/v1/submit"
}
spoke() { # FILE PARTY KIND SUBJECT PAIR...
	spoke_file=$tmp/$1 spoke_by=$2 spoke_kind=$3 spoke_on=$4
	shift 4
	record "$spoke_file" "$spoke_by" "rec=$spoke_kind/1" \
		"subject=$spoke_on" "$@" && send "$spoke_file"
}
code_of() {
	echo "code:sha256:$(printf '%s' "$1" | sha256sum | cut -c 1-64)"
}

test_ok 'parties, and a server that gives them roles' '
	gpg_home && prove_party maker && prove_party integrator &&
	prove_party owner && prove_party stranger &&
	printf "right = {\"manufacturer 04%s\", \"integrator 04%s\", \"owner 04%s\", \"developer 04%s\"}\n" \
		"$maker" "$integrator" "$owner" "$maker" >"$tmp/icsd.conf" &&
	icsd_start one -f "$tmp/icsd.conf"
'
test_ok 'devices that the maker certified, one that he did not' '
	prove_party pump && certify maker "$pump" manu=Acme model=T1 prodid=77 &&
	prove_party valve && certify maker "$valve" manu=Acme model=T2 serial=78 &&
	prove_party copy && gpg --export >"$tmp/all.pgp" && send "$tmp/all.pgp" &&
	wait_until 60 "vouched \"$pump\" && vouched \"$valve\"" # some wait for the maker
'
test_ok 'allow, and who vouches' '
	told "subject=$pump" ".decision == \"allow\" and .purpose == \"communicate\"
		and (.vouchers | length) == 1
		and .vouchers[0].roles == [\"manufacturer\", \"developer\"]
		and .vouchers[0].name == \"maker <maker@ex.example>\"
		and (.domain | not)" &&
	cors
'
test_ok 'a line for firmware, by each name that it has' '
	line "subject=$pump" allow &&
	line "subject=04$(lower "$pump")" allow &&
	line "subject=dev:04$(lower "$pump")" allow &&
	line "subject=$(echo "$pump" | cut -c 25-40)" allow
'
test_ok 'nobody vouches: a warning that says what would help' '
	told "subject=$copy" ".decision == \"allow\" and
		([.reasons[] | select(.rule == \"should\")][0] |
		.tone == \"warning\" and .missing == [\"manufacturer\"] and
		(.help | contains(\"dev:04$(lower "$copy")\")))"
'
unknown=0123456789abcdef0123456789abcdef01234567
test_ok 'what is unknown is denied, and is no 404' '
	line "subject=$unknown" "deny unknown" &&
	line "subject=sha256:$unknown$(echo "$unknown" | cut -c 1-24)" "deny unknown" &&
	line "subject=0123456789abcdef" "deny unknown" &&
	told "subject=$unknown" ".decision == \"deny\""
'
test_ok 'a pair is allowed when both are' '
	line "subject=$pump&with=$valve" allow &&
	line "subject=$pump&with=$unknown" "deny unknown" &&
	line "subject=$unknown&with=$pump" "deny unknown" &&
	told "subject=$pump&with=$unknown" ".decision == \"deny\" and
		[.parts[].decision] == [\"allow\", \"deny\"]"
'
test_ok 'stolen: the evidence is named, and verifies' '
	spoke stolen.asc owner device-status "dev:04$(lower "$valve")" status=stolen &&
	line "subject=$valve" "deny state" &&
	line "subject=$pump&with=$valve" "deny state" &&
	told "subject=$valve" "[.reasons[] | select(.rule == \"state\")][0] |
		.tone == \"refusal\" and .issuer == \"04$(lower "$owner")\"" &&
	digest=$(jq -r ".reasons[] | select(.rule == \"state\").evidence" "$tmp/body") &&
	verifies "/ics/v1/statements/$digest.asc"
'
test_ok 'it was in order before' '
	line "subject=$valve&at=2026-10-31T00:00:00Z" allow &&
	told "subject=$valve&at=2026-10-31T00:00:00Z" ".at == \"2026-10-31T00:00:00Z\""
'
test_ok 'a stranger changes nothing' '
	line "subject=$pump" allow &&
	spoke strange.asc stranger device-status "dev:04$(lower "$pump")" status=stolen &&
	line "subject=$pump" allow
'

test_ok 'many, one answer each, in order' '
	printf "%s\n\nsubject=%s&with=%s\r\n%s\n" "$pump" "$pump" "$valve" \
		"$unknown" >"$tmp/list" &&
	same 200 "$(api /check --data-binary "@$tmp/list" -H Accept:text/plain)" &&
	same "allow,deny state,deny unknown," "$(tr "\n" , <"$tmp/body")" &&
	same 200 "$(api /check --data-binary "@$tmp/list")" && valid check &&
	is "(.answers | length) == 3 and .answers[1].parts[1].decision == \"deny\""
'
test_ok 'the same as JSON' '
	printf "{\"questions\":[\"%s\",{\"subject\":\"%s\",\"with\":\"%s\"}]}" "$pump" \
		"$pump" "$valve" >"$tmp/list.json" &&
	same 200 "$(api /check --data-binary "@$tmp/list.json" \
		-H Content-Type:application/json)" && valid check &&
	is "[.answers[].decision] == [\"allow\", \"deny\"]"
'
test_ok '50 neighbours in 4 kB, asked and answered' '
	for i in $(seq 50); do echo "$pump" | cut -c 25-40; done >"$tmp/list" &&
	same 200 "$(api /check --data-binary "@$tmp/list" -H Accept:text/plain)" &&
	same 50 "$(grep -cx allow "$tmp/body")" &&
	test "$(cat "$tmp/list" "$tmp/head" "$tmp/body" | wc -c)" -lt 3500
'
test_ok 'what cannot be understood is told, with its place' '
	same 400 "$(api "/check?subject=xyz")" && is ".help" &&
	same 400 "$(api "/check?with=$pump")" &&
	same 400 "$(api "/check?subject=$pump&purpose=No")" &&
	same 400 "$(api "/check?subject=$pump&at=soon")" &&
	same 400 "$(api "/check?subject=$pump&code=$pump")" &&
	same 400 "$(api "/check?subject=$(code_of x)&code=$(code_of x)")" &&
	same 400 "$(api "/check?subject=$pump&with=$pump&code=$(code_of x)")" &&
	printf "%s\nxyz\n" "$pump" >"$tmp/list" &&
	same 400 "$(api /check --data-binary "@$tmp/list")" &&
	is ".error == \"question 2: that is no id\"" &&
	same 400 "$(api /check -d "subject=$pump&color=red")" &&
	same 400 "$(api /check -d "")" &&
	same 400 "$(api /check -d "[1]" -H Content-Type:application/json)" &&
	same 400 "$(api /check -d "{" -H Content-Type:application/json)"
'
test_ok 'one too many is a 413' '
	for i in $(seq 257); do echo "$unknown"; done >"$tmp/list" &&
	same 413 "$(api /check --data-binary "@$tmp/list")" &&
	sed 1d "$tmp/list" >"$tmp/list.256" &&
	same 200 "$(api /check --data-binary "@$tmp/list.256")" &&
	head -c 600000 /dev/zero | tr "\0" x >"$tmp/long" &&
	same 413 "$(api /check --data-binary "@$tmp/long")"
'

# ---- code ---------------------------------------------------------------------

dev=dev:04$(lower "${pump:-}")
v1=$(code_of one) v2=$(code_of two) v3=$(code_of three)
published() { # CODE SEQ
	spoke "$2.asc" maker code "$1" "code-hash=${1#code:} fw" code-name=fw \
		code-kind=firmware "code-seq=$2" code-status=released \
		code-target=Acme/T1
}
test_ok 'code on a device' '
	published "$v1" 1 && published "$v2" 2 && published "$v3" 3 &&
	line "subject=$pump&code=${v1#code:}" allow &&
	line "subject=$pump&code=sha256:$unknown$(echo "$unknown" | cut -c 1-24)" \
		"deny unknown"
'
test_ok 'an update waits for who answers for the system' '
	line "subject=$pump&code=$v2&purpose=install" "deny approved" &&
	told "subject=$pump&code=$v2&purpose=install" ".parts[1].on == \"$dev\" and
		([.parts[1].reasons[] | select(.rule == \"approved\")][0].missing |
		contains([\"integrator\"]))"
'
test_ok 'approved on the device by the integrator' '
	spoke ok2.asc integrator note "$dev" "step=approved $v2" &&
	line "subject=$pump&code=$v2&purpose=install" allow
'
test_ok 'not for another model' '
	prove_party other && certify maker "$other" manu=Acme model=T2 &&
	gpg --export "$other" >"$tmp/other.pgp" && send "$tmp/other.pgp" &&
	line "subject=$other&code=$v2&purpose=install" "deny target"
'
test_ok 'only in its window' '
	spoke win3.asc integrator note "$v3" \
		"window=2026-12-01T00:00:00Z/2026-12-02T00:00:00Z" &&
	line "subject=$pump&code=$v3&purpose=install&at=2026-12-01T12:00:00Z" allow &&
	line "subject=$pump&code=$v3&purpose=install&at=2026-12-03T12:00:00Z" \
		"deny window"
'
test_ok 'once it is installed, there is no way back' '
	when=20261102T000000 &&
	spoke in3.asc integrator note "$dev" "step=installed $v3" &&
	line "subject=$pump&code=$v2&purpose=install" "deny downgrade"
'
test_ok 'but by a signed one' '
	spoke back.asc integrator note "$v2" "rollback=$v3" reason=back &&
	line "subject=$pump&code=$v2&purpose=install" allow
'
test_ok 'what did not run does not run' '
	when=20261103T000000 &&
	spoke in2.asc integrator note "$dev" "step=installed $v2" &&
	line "subject=$pump&code=$v1&purpose=install" "deny downgrade" &&
	when=20261104T000000 &&
	spoke f2.asc integrator note "$dev" "step=failed $v2" &&
	line "subject=$pump&code=$v1&purpose=install" "deny downgrade" &&
	line "subject=$pump&code=$v2&purpose=install" allow
'
test_ok 'deprecated code is not installed' '
	spoke dep.asc maker code-status "$v2" code-status=deprecated &&
	line "subject=$pump&code=$v2&purpose=install" "deny state" &&
	line "subject=$pump&code=$v2" "deny state"
'

# ---- replaced -----------------------------------------------------------------

test_ok 'who has the name is himself' '
	line "subject=$pump&claims=Acme/T1/77" allow &&
	line "subject=$pump&claims=Acme//77" allow
'
test_ok 'another key under that name is a substitute' '
	line "subject=$copy&claims=Acme/T1/77" "deny substituted" &&
	told "subject=$copy&claims=Acme/T1/77" "[.reasons[] |
		select(.rule == \"substituted\")][0].registered == \"$dev\""
'
test_ok 'also one that nobody knows' '
	line "subject=$unknown&claims=acme/t1/77" "deny substituted" &&
	line "subject=$unknown&claims=Acme/T1/99" "deny unknown"
'
test_ok 'a known one under a name of nobody' '
	line "subject=$copy&claims=Acme/T1/99" "deny claims"
'
test_ok 'a place that is taken' '
	when=20261105T000000 && spoke slot.asc integrator device "$dev" slot=pump-1 &&
	line "subject=$pump&slot=pump-1" allow &&
	line "subject=$copy&slot=pump-1" "deny substituted" &&
	line "subject=$copy&slot=pump%2D1" "deny substituted"
'
test_ok 'what a stranger registers counts for nothing' '
	spoke fake.asc stranger device "dev:04$(lower "$copy")" manu=Acme \
		model=T9 prodid=9 &&
	line "subject=$pump&claims=Acme/T9/9" "deny claims"
'
registered() { # COUNT: as Acme/T1/88, by a stranger
	for n in $(seq "$1"); do
		spoke fake.asc stranger device \
			"dev:04$(printf %s "$n" | sha1sum | cut -c 1-40)" \
			manu=Acme model=T1 prodid=88 || return
	done
}
test_ok 'nor when there are many: before who it is, and before who it is not' '
	registered 20 && line "subject=$copy&claims=Acme/T1/88" "deny claims" &&
	spoke real.asc maker device "$dev" manu=Acme model=T1 prodid=88 &&
	line "subject=$copy&claims=Acme/T1/88" "deny substituted" &&
	told "subject=$pump&claims=Acme/T1/88" "[.reasons[] |
		select(.rule == \"claims\")][0].tone == \"fine\""
'
# ---- the tool -----------------------------------------------------------------

checks() { # STATUS ARG...
	checks_want=$1
	shift
	"$ICS" -s "$icsd_http" check "$@" >"$tmp/out" 2>"$tmp/err"
	same "$checks_want" "$?" || { cat "$tmp/out" "$tmp/err"; return 1; }
}
test_ok 'ics check: yes, and who vouches' '
	checks 0 "$pump" && grep -q "^allow  $dev  communicate$" "$tmp/out" &&
	grep -q "vouches: maker <maker@ex.example>  manufacturer" "$tmp/out"
'
test_ok 'no, why, and what would help' '
	checks 1 "$valve" && grep -q "refusal state; wanted" "$tmp/out" &&
	grep -q "evidence: sha256:" "$tmp/out" &&
	checks 1 "$pump" "$valve" && checks 1 --with "$valve" "$pump" &&
	checks 1 "$unknown" && checks 0 "pump@ex.example" &&
	checks 0 "$(echo "$pump" | cut -c 25-40)" &&
	checks 0 --at 2026-10-31 "$valve"
'
test_ok 'a list from standard input, JSON, quiet' '
	echo "$pump" >"$tmp/list" && echo "$valve" >>"$tmp/list" &&
	checks 1 --json - <"$tmp/list" && valid check "$tmp/out" &&
	same "allow deny" "$(jq -r ".answers[].decision" "$tmp/out" | xargs)" &&
	checks 1 -q - <"$tmp/list" && test ! -s "$tmp/out"
'
test_ok 'more than a server takes at once' '
	for i in $(seq 300); do echo "$pump"; done >"$tmp/list" &&
	checks 0 - <"$tmp/list" && same 300 "$(grep -c ^allow "$tmp/out")"
'
printf three >"$tmp/fw.bin"
test_ok 'code by its file, a claim, bad usage' '
	checks 0 --code "$tmp/fw.bin" "$pump" && grep -q "allow  $v3" "$tmp/out" &&
	checks 1 --claims Acme/T1/77 "$copy" && grep -q "registered: $dev" "$tmp/out" &&
	checks 2 --at soon "$pump" && checks 2 && checks 1 --domain none "$pump"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
