#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# C7: what ics explain says, in more than thirty situations that parties with
# keys of their own bring about. Each text is held against the one in
# t/data/explain, with names for what no two runs have in common. After a
# change of words, EXPLAIN_UPDATE=1 writes the texts anew; a person reads the
# difference before he commits it.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless curl
unset ICS_SERVER

golden=$srcdir/t/data/explain
names=$tmp/names
: >"$names"

lower() { echo "$1" | tr A-F a-f; }
named() { # FPR NAME: what it is called in the texts
	echo "s/04$(lower "$1")/<$2>/g" >>"$names"
}
party() { prove_party "$1" && named "$gpg_fpr" "$1"; }
device() { # NAME: a key, and what the maker says of it
	party "$1" && eval "dev=04$(lower "$gpg_fpr")"
}
made() { # NAME PAIR...: likewise, certified
	device "$1" && shift && when=20261015T000000 &&
		certify maker "$gpg_fpr" manu=Acme model=T1000 "$@"
}
says() { # DAY PARTY PAIR...: a record of November about $dev
	when=202611${1}T${hour:-00}0000
	says_by=$2
	shift 2
	record "$tmp/rec.$((says_n += 1)).asc" "$says_by" rec=device-status/1 \
		"subject=dev:$dev" "$@"
}
code() { # NAME: some octets
	sha=$(echo "$1" | sha256sum | cut -d ' ' -f 1)
	echo "s/sha256:$sha/<$1>/g" >>"$names"
}
code_says() { # DAY PARTY KIND PAIR...
	when=202611$1T000000
	says_by=$2 says_kind=$3
	shift 3
	record "$tmp/rec.$((says_n += 1)).asc" "$says_by" "rec=$says_kind/1" \
		"subject=code:sha256:$sha" "$@"
}
released() { code "$1" && code_says 01 maker code "code-hash=sha256:$sha $1" \
	code-status=released; }
says_n=0
submit() {
	cat "$@" | curl -sS -f -o /dev/null --data-binary @- \
		-H 'Content-Type: application/octet-stream' \
		"$icsd_http/ics/v1/submit"
}

# told CASE ITEM [OPTION...]: as the golden text has it
told() {
	told_case=$1 told_item=$2
	shift 2
	"$ICS" -s "$icsd_http" explain --anchor "$maker" "$@" "$told_item" 2>&1 |
		sed -f "$names" | sed 's/sha256:[0-9a-f]\{64\}/<digest>/g' \
		>"$tmp/told"
	test -z "${EXPLAIN_UPDATE:-}" ||
		cp "$tmp/told" "$golden/$told_case.txt" || return
	diff -u "$golden/$told_case.txt" "$tmp/told"
}

# ---- what happens ----------------------------------------------------------------

test_ok 'parties' '
	gpg_home && party maker && party owner && party stranger && party body &&
	party fitter && party early && party leaver && icsd_start server --root "$maker" &&
	when=20261002T000000 && certify maker "$body" role=certification-body &&
	certify maker "$fitter" "role=integrator;scope=Acme/T1000" &&
	certify maker "$leaver" "role=integrator;scope=Acme/T1000"
'
owned="owner=04$(lower "$owner")"
test_ok 'devices, and what is said of them' '
	device bare && bare=$dev && made certified && certified=$dev &&
	made active status=active && active=$dev && made planned status=planned && planned=$dev &&
	made suspended "$owned" && suspended=$dev && says 02 owner status=suspended reason=audit &&
	made slandered status=active && slandered=$dev && says 02 stranger status=stolen &&
	made lost "$owned" && lost=$dev && says 02 owner status=lost &&
	made stolen "$owned" && stolen=$dev && says 02 owner status=stolen "reason=van broken into" &&
	made makerstolen status=active && makerstolen=$dev && says 02 maker status=stolen &&
	made offered "$owned" && offered=$dev &&
		says 02 owner status=transferred "owner=04$(lower "$stranger")" &&
	made retired "$owned" && retired=$dev && says 02 owner status=decommissioned &&
	made destroyed "$owned" && destroyed=$dev && says 02 owner status=destroyed &&
	made risen "$owned" && risen=$dev && says 02 owner status=destroyed && says 05 owner status=active &&
	made conflict "$owned" && conflict=$dev && says 02 owner status=active &&
		hour=06 says 02 maker status=suspended && hour= &&
	made found "$owned" && found=$dev && says 02 owner status=lost && says 04 owner status=active
'
test_ok 'more devices' '
	made fitted && fitted=$dev && says 02 fitter status=active slot=pump-3 &&
	made ended "$owned" && ended=$dev && when=20261102T000000 &&
		gpg_at "$when" -u "=owner <owner@ex.example>" --default-sig-expire 3d --yes \
			--sig-notation "rec@$domain=device-status/1" \
			--sig-notation "subject@$domain=dev:$dev" \
			--sig-notation "status@$domain=suspended" --armor \
			-o "$tmp/rec.ended.asc" -b </dev/null &&
	made selfsaid && selfsaid=$dev && says 02 selfsaid status=active &&
	made fallen && fallen=$dev && says 02 leaver status=active &&
	made noted && noted=$dev && when=20261102T000000 &&
		record "$tmp/rec.noted.asc" body rec=label/1 "subject=dev:$dev" \
			label=trusted:seen &&
	made ownerless && ownerless=$dev && says 02 owner status=lost
'
test_ok 'code, and what is said of it' '
	released c-released && cr=$sha && released c-old && co=$sha &&
		code_says 05 maker code-status code-status=deprecated "reason=too old" &&
	released c-hole && ch=$sha && code_says 05 maker code-status \
		code-status=vulnerable "vuln=CVE-2026-12345;fixed=2.4.2" &&
	released c-gone && cg=$sha && code_says 05 maker code-status code-status=withdrawn &&
	released c-back && cb=$sha && code_says 05 maker code-status code-status=withdrawn &&
		code_says 06 maker code-status code-status=released &&
	released c-good && cgood=$sha && code_says 05 body code-status code-status=approved \
		"approval=scheme=mdr;id=7" &&
	released c-lapsed && cl=$sha && code_says 05 body code-status code-status=approved \
		"approval=scheme=mdr;id=8;until=2026-11-06T00:00:00Z" &&
	released c-unasked && cu=$sha && code_says 05 stranger code-status code-status=approved \
		"approval=scheme=mdr;id=9" &&
	code c-strange && cs=$sha && code_says 01 stranger code "code-hash=sha256:$sha x" \
		code-status=released &&
	code c-described && cd=$sha && code_says 01 maker code "code-hash=sha256:$sha x" &&
	released c-slandered && csl=$sha && code_says 05 stranger code-status code-status=withdrawn
'
test_ok 'the server is told; one party loses its key' '
	gpg --export >"$tmp/certs" && submit "$tmp/certs" && submit "$tmp"/rec.*.asc &&
	printf "y\n1\n\ny\n" | gpg --no-batch --command-fd 0 --armor --gen-revoke "$leaver" \
		>"$tmp/revoked" 2>/dev/null && submit "$tmp/revoked"
'

# ---- what is said about it ---------------------------------------------------------

at="--at 2026-11-20"
for row in \
	"01-nobody-spoke bare" "02-certified certified" "03-active active" \
	"04-planned planned" "05-suspended suspended" "06-stranger-says-stolen slandered" \
	"07-lost lost" "08-stolen stolen" "09-root-says-stolen makerstolen" \
	"10-offered offered" "11-decommissioned retired" "12-destroyed destroyed" \
	"13-destroyed-then-active risen" "14-two-disagree conflict" "15-found-again found" \
	"16-integrator-in-scope fitted" "17-statement-ended ended" "18-says-so-itself selfsaid" \
	"19-issuer-compromised fallen" "20-label noted" "21-no-owner-yet ownerless"; do
	name=${row%% *}
	eval "item=\$${row##* }"
	test_ok "$name" 'told "$name" "$item" $at'
done
for row in "22-code-released $cr" "23-code-deprecated $co" "24-code-vulnerable $ch" \
	"25-code-withdrawn $cg" "26-code-withdrawn-then-released $cb" \
	"27-code-approved $cgood" "28-code-approval-ended $cl" \
	"29-code-approved-by-stranger $cu" "30-code-of-a-stranger $cs" \
	"31-code-described-only $cd" "32-code-slandered $csl"; do
	name=${row%% *} item=sha256:${row##* }
	test_ok "$name" 'told "$name" "$item" $at'
done
test_ok '33-before-it-was-stolen' 'told 33-before-it-was-stolen "$stolen" --at 2026-11-01'
test_ok '34-not-yet' 'told 34-not-yet "$suspended" --at 2026-11-01T12:00:00Z'
test_ok '35-unknown' 'told 35-unknown "sha256:$(printf %064d 1)" $at'
test_ok 'the server own judgement is told as such' '
	"$ICS" -s "$icsd_http" explain "$stolen" 2>&1 | grep "the judgement is that of"
'
test_done
