# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Scrap; and what all of it looks like afterwards.

chapter 'Sensor 20 is found, broken, and scrapped.'
scrapped() {
	home plant
	at maintenance state "$s20" destroyed --as "$plant"
}
must 'the owner says: destroyed' scrapped
must 'that is known in the field' soon 20 status_is infield "$s20" destroyed
must 'it never takes part again' answers infield "subject=$s20" deny
history_has() {
	at infield history "$s20" >"$place/history" || return
	for word in "$@"; do
		grep -q "$word" "$place/history" || return
	done
}
must 'its history has its maker, its place, the theft, its end' \
	history_has manu 'mast 20' stolen destroyed
proves() {
	curl -sf -o "$place/evidence" \
		"$infield_http/ics/v1/items/$s20/evidence.pgp" &&
		gpg --show-keys "$place/evidence"
}
must 'all who spoke about it can be verified by anybody' proves

chapter 'The servers.'
for each in $five; do
	must "the $each's store is in order" on "$each" fsck
done
