# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What changes over the years: a sensor is replaced, another moves, a visitor
# comes and goes, an endorsement is withdrawn.

slot_is() {
	test "$(get infield "/ics/v1/items/$1" | jq -r .attributes.slot)" = "$2"
}

chapter 'A spare takes the place of sensor 20.'
spare_made() {
	home sensors
	sensor_make 21 && gpg --export "$s21" >"$place/made.pgp" &&
		home acme && gpg --import "$place/made.pgp" &&
		gpg --expert -u "$acme" --cert-notation manu=Acme \
			--cert-notation model=T1000 --cert-notation serial=21 \
			--quick-sign-key "$s21" &&
		gpg --export "$s21" >"$place/spare.pgp" &&
		send manufacturer "$place/spare.pgp"
}
must 'Acme makes and certifies sensor 21' spare_made
must 'the maintenance server has it' soon 20 fetched maintenance "$s21"
must 'in the field it may not take part yet' \
	soon 20 answers infield "subject=$s21" deny
replaced() {
	home care
	at maintenance approve "$s21" --as "$care" &&
		at maintenance system replace "$s20" "$s21" --as "$care"
}
must 'Carewell approves it, and puts it where 20 was' replaced
must 'in the field it may take part' soon 20 answers infield "subject=$s21" allow
must 'at mast 20' soon 20 slot_is "$s21" 'mast 20'
takes_slot() {
	get infield "/ics/v1/check?subject=$1&claims=Acme/T1000/20" |
		jq -e '.decision == "deny"'
}
must 'but not for sensor 20 itself' takes_slot "$s21"

chapter 'Sensor 5 moves.'
moved() {
	home care
	at maintenance system move "$s5" 'mast 25' --as "$care" \
		--reason 'the old mast is in the way'
}
must 'Carewell moves it to mast 25' moved
must 'that is known in the field' soon 20 slot_is "$s5" 'mast 25'
must 'where it may take part as before' answers infield "subject=$s5" allow

chapter 'A visitor: a drone of Nordwind is to look at the masts.'
drone_comes() {
	party nordwind 'Nordwind <office@nordwind.example>' &&
		party drone 'D1 drone' && home nordwind &&
		gpg --import "$place/drone.pgp" &&
		gpg -u "$nordwind" --quick-sign-key "$drone" &&
		gpg --export "$drone" >"$place/drone.pgp"
}
must 'it has a key that Nordwind certified' drone_comes
must 'the gateway does not let it in: nobody here knows it' \
	answers infield "subject=$drone" deny
vouched() {
	home plant
	gpg --import "$place/drone.pgp" &&
		gpg --expert -u "$plant" --default-cert-expire 1d \
			--cert-notation status=active --quick-sign-key "$drone" &&
		gpg --export "$drone" >"$place/drone.pgp" &&
		send maintenance "$place/drone.pgp"
}
must 'Plant 7 vouches for it, for a day' vouched
must 'and lets it in from outside, by a new version of its policy' \
	rule_more infield plant \
	"member { items = {\"04$drone\"} external = yes }"
must 'it may take part' soon 20 answers infield "subject=$drone" allow
is_outsider() {
	get infield "/ics/v1/check?subject=$drone" |
		jq -e 'any(.reasons[]; .rule == "outsider" and .tone == "warning")'
}
must 'as an outsider, which every answer says' is_outsider
must 'with sensor 7, for one' answers infield "subject=$s7&with=$drone" allow
unvouched() {
	home plant
	gpg --quick-revoke-sig "$drone" "$plant" &&
		gpg --export "$drone" >"$place/drone.pgp" &&
		send maintenance "$place/drone.pgp"
}
must 'its work is done: Plant 7 takes its word back, with stock gpg' unvouched
must 'and the gateway lets it in no more' \
	soon 20 answers infield "subject=$drone" deny

chapter 'The endorsement of release 1.1 ends.'
endorsement() {
	get "$1" "/ics/v1/items/$fw2/history" |
		jq -r '.entries[] | select(.kind == "approval") |
			select(.values.approval[0] | test("EUCC-2026-17")) |
			"\(.digest) \(.standing)"'
}
withdrawn() {
	home lab
	lab_said=$(endorsement certifier) &&
		at certifier revoke "${lab_said% *}" --as "$lab" \
			--reason 'the audit of 2026 found a fault'
}
must 'Trustlab withdraws what it said' withdrawn
is_withdrawn() {
	test "$(endorsement infield)" = "${lab_said% *} withdrawn"
}
must 'in the field it stands there still, as withdrawn' soon 20 is_withdrawn
