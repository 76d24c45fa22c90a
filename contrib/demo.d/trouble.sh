# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Theft, a cut line, a bad release: what one party says in one place is known
# where it matters.

since() {
	since_ms=$(($(now_ms) - since_at))
}
stolen() {
	home plant
	at manufacturer state "$s20" stolen --as "$plant"
}
chapter 'Sensor 20 is stolen.'
must 'until now it may take part' answers infield "subject=$s20" allow
must "the owner says so at the maker's server" stolen
since_at=$(now_ms)
must 'two hops away, in the field, it may not take part any more' \
	soon 10 answers infield "subject=$s20" deny
since
tell "that took $since_ms ms"
must 'the other nineteen may' answers infield "subject=$s19" allow
denied() {
	evil_says=$1
	home evil
	at maintenance state "$s19" stolen --as "$evil_says"
	sleep 0.2
	answers maintenance "subject=$s19" allow
}
must "an intruder's word that sensor 19 is stolen changes nothing" denied "$evil"

chapter 'Release 1.0 turns out to be bad.'
deprecated() {
	home soft
	at developer code state "$fw1" deprecated --as "$soft" --reason 'CVE-2026-1'
}
must 'Softworks deprecates it' deprecated
status_is() {
	test "$(get "$1" "/ics/v1/items/$2/status" | jq -r .status)" = "$3"
}
must 'that is known in the field' soon 20 status_is infield "$fw1" deprecated

chapter 'The line is cut: no server but the infield one is left.'
cut_all() {
	for each in manufacturer developer certifier maintenance; do
		server_stop "$each" || return
	done
}
must 'four servers are down' cut_all
must 'sensors are still told apart: 19 may' answers infield "subject=$s19" allow
must '20 may not' answers infield "subject=$s20" deny
must 'they still prove themselves to each other' meets 4 5
says_age() {
	get infield "/ics/v1/check?subject=$s19" |
		jq -e '.age >= 1 and .freshness == 72 * 3600 and (.stale | not)'
}
must 'and the answer says how old it is' soon 5 says_age
restart_all() {
	for each in manufacturer developer certifier maintenance; do
		server_start "$each" "$each" || return
	done
}
must 'the line is back' restart_all
