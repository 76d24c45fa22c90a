# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Release 1.1 on sensor 1: proposed, verified, approved, installed.

may_install() {
	answers infield "subject=$s1&code=$fw2&purpose=install" "$1"
}
step() {
	step_by=$1 step_verb=$2
	shift 2
	home "$step_by"
	eval "step_key=\$$step_by"
	at maintenance update "$step_verb" "$s1" "code:$fw2" \
		--as "$step_key" "$@"
}
chapter 'An update.'
must 'release 1.1 may not be installed on sensor 1: nobody approved it' \
	may_install deny
must 'Carewell proposes it' step care propose --reason 'faster'
approved_early() { ! step care approve; }
must 'it cannot be approved before somebody verified it' approved_early
must 'verified' step care verify
must 'approved' step care approve
must 'in the field it may be installed now' soon 20 may_install allow
must 'installed, says Carewell' step care install
runs() {
	at infield system software "$s1" | grep -q "t1000-fw 1.1"
}
must 'in the field one sees what runs on sensor 1' soon 20 runs
must 'the ledger has every step' eval \
	'test "$(at maintenance update log "$s1" -q | wc -l)" -ge 4'
