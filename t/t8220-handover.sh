#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A whole system is handed over: one version of its descriptor names another
# owner, signed by the one before. From then on, for each of 2,000 devices at
# once, the new one's word counts and the old one's does not; the next version
# undoes it. Nothing is half done, and what was said before stays as it was.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

# Each step has its date, a minute after the former: they are quick, and what
# two parties say within a second has no order.
step=30 # minutes ago
dated() {
	step=$((step - 1))
	when=$(date -u -d "$step minutes ago" +%Y-%m-%dT%H:%M:%SZ)
}
# owned SERIAL OWNER SIGNER: the version that says whose it is
owned() {
	cat >"$tmp/plant" <<-X
		domain "plant" {
		    serial = $1
		    owner = "04$2"
		    member { }
		    read { public = yes }
		}
	X
	rm -f "$tmp/plant.asc"
	dated && gpg_at "$(echo "$when" | tr -d ":Z-")" -u "$3" \
		--clearsign "$tmp/plant" && put
}
put() {
	when=
	"$ICS" -D "$icsd_dir" policy put "$tmp/plant.asc"
}
# decided OUT: yes or no for every device, a line each
decided() {
	: >"$1"
	for part in "$tmp"/q.*; do
		wait_until 60 'part_ask' && cat "$tmp/body" >>"$1" || return
	done
}
part_ask() { # a server that is busy is asked again
	same 200 "$(api /check --data-binary "@$part" -H Accept:text/plain)" \
		>/dev/null
}
line() { # FPR WORDS
	same 200 "$(api "/check?subject=$1" -H Accept:text/plain)" &&
		same "$2" "$(cat "$tmp/body")"
}
key() { # NAME
	gpg_at "$(date -u -d "9 days ago" +%Y%m%dT%H%M%S)" \
		--quick-generate-key "$1" ed25519 sign,cert never &&
		gpg_fpr=$(gpg_fpr_of "=$1")
}
device() { # N: its fingerprint
	sed -n "$1p" "$tmp/all"
}
# says WHO STATE N...: at $when, or next. What two parties say within a day is
# a conflict, of which the graver word counts: so the first words are older.
says() {
	says_who=$1 says_state=$2
	shift 2
	test -n "$when" || dated
	for each; do
		"$ICS" -s "$icsd_http" state "04$(device "$each")" "$says_state" \
			--as "$says_who" -q --date "$when" || return
	done
	when=
}

test_ok 'a system of 2,000 devices, its owner, and another one' '
	gpg_home 2>/dev/null && key old && old=$gpg_fpr &&
	key new && new=$gpg_fpr && gpg --export >"$tmp/both.pgp" &&
	"$HKP_TOOL" make fleet >"$tmp/fleet.pgp" && icsd_start one &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/both.pgp" "$tmp/fleet.pgp" &&
	gpg --show-keys --with-colons "$tmp/fleet.pgp" 2>/dev/null |
		sed -n "s/^fpr:*\([0-9A-F]*\):/\1/p" >"$tmp/all" &&
	same 2000 "$(sort -u "$tmp/all" | wc -l | tr -d " ")" &&
	split -l 200 "$tmp/all" "$tmp/q." && owned 1 "$old" "$old"
'
long_ago=$(date -u -d '3 days ago' +%Y-%m-%dT%H:%M:%SZ)
test_ok 'the word of the owner counts, for the first, the last and between' '
	when=$long_ago && says "$old" active 1 &&
	when=$long_ago && says "$old" suspended 2 1000 2000 &&
	line "$(device 1)" allow && line "$(device 1000)" "deny state" &&
	line "$(device 2000)" "deny state"
'
test_ok 'what another one says is a claim' '
	says "$new" suspended 3 && line "$(device 3)" allow
'
test_ok 'nobody takes a system over by himself' '
	! owned 2 "$new" "$new" && same 200 "$(api /domains/plant)" && is ".serial == 1"
'
test_ok 'one signature hands it over, and breaks nothing' '
	decided "$tmp/before" && same 2000 "$(wc -l <"$tmp/before" | tr -d " ")" &&
	begun=$(date +%s%3N) && owned 2 "$new" "$old" &&
	took=$(($(date +%s%3N) - begun)) && echo "# $took ms" && test "$took" -lt 5000 &&
	decided "$tmp/after" && cmp "$tmp/before" "$tmp/after" &&
	same 1997 "$(grep -cx allow "$tmp/after")"
'
test_ok 'from then on the new one decides, for each of them' '
	says "$new" active 2 1000 2000 && says "$new" suspended 4 999 1999 &&
	line "$(device 2)" allow && line "$(device 1000)" allow &&
	line "$(device 4)" "deny state" && line "$(device 999)" "deny state" &&
	line "$(device 1999)" "deny state"
'
test_ok 'and the old one does not' '
	says "$old" suspended 6 1001 1998 &&
	line "$(device 6)" allow && line "$(device 1001)" allow &&
	line "$(device 1998)" allow
'
test_ok 'nor may he take it back' '
	! owned 3 "$old" "$old" && same 200 "$(api /domains/plant)" &&
	is ".serial == 2 and .owner == \"04$(lower "$new")\""
'
test_ok 'the new one undoes it: what was said meanwhile stays said' '
	owned 3 "$old" "$new" && says "$old" suspended 8 &&
	line "$(device 8)" "deny state" && line "$(device 999)" "deny state" && says "$new" suspended 7 &&
	line "$(device 7)" allow && decided "$tmp/end" &&
	same 1996 "$(grep -cx allow "$tmp/end")"
'
test_ok 'every version is kept, signed, for whoever asks later' '
	for n in 1 2 3; do
		same 200 "$(api "/domains/plant.asc?serial=$n")" &&
			gpg --verify "$tmp/body"
	done
'
test_ok 'the server ends well' 'icsd_stop'
test_done
