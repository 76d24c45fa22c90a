# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What was made goes to work: the integrator approves, the infield server
# learns, and sensors prove to each other who they are.

fetched() {
	get "$1" "/ics/v1/items/$2" >"$place/fetched"
}
grep_history() {
	at "$1" history "$2" | grep -q "$3"
}
chapter 'The maintenance server follows the makers.'
must 'it has the sensors' soon 20 fetched maintenance "$s20"
has_release() {
	get maintenance "/ics/v1/items/$fw2/status" |
		jq -e '.status == "released"'
}
must 'and the firmware, of which its maker has spoken' soon 20 has_release
unseen() {
	curl -sS "$maintenance_http/ics/v1/items/$fw2" | sed "s/$fw2/X/g" \
		>"$place/kept" &&
		curl -sS "$maintenance_http/ics/v1/items/$nothing" |
		sed "s/$nothing/X/g" >"$place/absent" &&
		cmp "$place/kept" "$place/absent"
}
nothing=sha256:$(echo nothing | sha256sum | cut -d ' ' -f 1)
must 'without the token it looks as if it were not there' unseen
must 'and what Trustlab said of it' soon 20 \
	grep_history maintenance "$fw2" EUCC-2026-17

other_made() {
	party other 'T2000 1' && home acme && gpg --import "$place/other.pgp" &&
		gpg --expert -u "$acme" --cert-notation manu=Acme \
			--cert-notation model=T2000 --quick-sign-key "$other" &&
		gpg --export "$other" >"$place/other.pgp" &&
		send manufacturer "$place/other.pgp"
}
must 'Acme makes another model, too' other_made
left_out() {
	! on maintenance sync plan manufacturer@maintenance "$other" \
		>"$place/plan" && grep -qi 'model is t2000, not t1000' "$place/plan"
}
must 'Carewell is told why that one is not fetched' left_out

chapter 'Carewell builds them in.'
installed_system() {
	home care
	for n in $sensors; do
		eval "each=\$s$n"
		at maintenance approve "$each" --as "$care" || return
		at maintenance system add "$each" "mast $n" --as "$care" || return
	done
}
must 'twenty are approved, each for its place' installed_system

chapter 'In the field: the gateway asks its own server.'
all_allowed() {
	for n in $sensors; do
		eval "each=\$s$n"
		answers infield "subject=$each" allow || return
	done
}
must 'within seconds all twenty may take part' soon 20 all_allowed
in_one() {
	{
		for n in $sensors; do
			eval "echo \$s$n"
		done
	} >"$place/neighbours"
	at infield check - <"$place/neighbours" >"$place/said.all" &&
		test "$(grep -c allow "$place/said.all")" -eq 20
}
must 'one question tells it of all neighbours' in_one

# meets A B: A sends a nonce, B signs it, A believes what the server says of B
meets() {
	eval "asks=\$s$1 signs=\$s$2"
	head -c 32 /dev/urandom >"$place/nonce"
	home sensors
	rm -f "$place/nonce.sig"
	gpg -u "$signs" -o "$place/nonce.sig" --detach-sign "$place/nonce" &&
		curl -sf -o "$place/peer.asc" \
			"$infield_http/pks/lookup?op=get&search=0x$signs" &&
		rm -f "$place/peer.pgp" &&
		gpg -o "$place/peer.pgp" --dearmor "$place/peer.asc" &&
		gpgv --keyring "$place/peer.pgp" "$place/nonce.sig" \
			"$place/nonce" &&
		answers infield "subject=$asks&with=$signs" allow
}
ring_meets() {
	for n in $sensors; do
		meets "$n" $((n % 20 + 1)) || return
	done
}
must 'each proves to the next who it is, by signing a nonce' ring_meets
forged() {
	eval "signs=\$s2"
	home sensors
	rm -f "$place/nonce.sig"
	gpg -u "$s3" -o "$place/nonce.sig" --detach-sign "$place/nonce" &&
		curl -sf "$infield_http/pks/lookup?op=get&search=0x$signs" \
			>"$place/peer.asc" && rm -f "$place/peer.pgp" &&
		gpg -o "$place/peer.pgp" --dearmor "$place/peer.asc" &&
		! gpgv --keyring "$place/peer.pgp" "$place/nonce.sig" \
			"$place/nonce"
}
must "a nonce signed by another sensor's key does not pass" forged

chapter 'An intruder.'
must 'he makes a key and calls himself T1000 21' party evil 'T1000 21'
must 'the infield server takes nothing from him' \
	refuses infield "$place/evil.pgp" not-a-peer
must "nor does the maker's" \
	refuses manufacturer "$place/evil.pgp" foreign-certificate
must 'he may not take part' answers infield "subject=$evil" deny
substituted() {
	get infield "/ics/v1/check?subject=$evil&claims=Acme/T1000/3" |
		jq -e '.decision == "deny" and
			any(.reasons[]; .rule == "substituted")'
}
must 'and who says he is sensor 3 by another key is found out: substituted' \
	substituted
