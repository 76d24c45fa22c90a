#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What other servers compare and fetch: prints and sketches of two servers that
# have different things, of everything and of selections; fetching what differs
# by its digests; who may.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

TOOL=$builddir/t/sketch_tool

# raw FILE: its first octets, as digits
raw() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}

# digests FPR... RECORD...: of what a server answers for these
digests() {
	for digests_of; do
		case $digests_of in
		*.rec) cat "$digests_of" ;;
		*) cat "$tmp/cert.$digests_of" ;;
		esac
	done
}

# certificate FPR...: keep the digest of what the server has of it
certificate() {
	for certificate_of; do
		same 200 "$(http_code \
			"/pks/v2/certs/by-vfingerprint/04$certificate_of")" &&
			sha256sum <"$tmp/body" | cut -c 1-64 \
				>"$tmp/cert.$certificate_of" || return
	done
}

# compare SET [SELECT]: the server's sketch against digests in the file SET;
# leaves $tmp/diff, $asked (octets of symbols) and $rounds
compare() {
	compare_set=$1
	compare_select=${2:+&select=$2}
	rm -f "$tmp/symbols"
	: >"$tmp/symbols"
	same 200 "$(api "/sketch?$compare_select")" || return
	compare_print=$(raw "$tmp/body")
	compare_at=$(header ICS-Sketch-At) compare_key=$(header ICS-Sketch-Key)
	compare_n=$(printf '%d' "0x$(printf %s "$compare_print" | cut -c 1-16)")
	rounds=0 asked=0
	while :; do
		"$TOOL" decode "$compare_key" "$tmp/symbols" <"$compare_set" \
			>"$tmp/diff"
		case $? in
		0) return 0 ;;
		3) ;;
		*) return 1 ;;
		esac
		compare_next=$("$TOOL" next "$compare_key" "$tmp/symbols" \
			"$compare_n" <"$compare_set") &&
			same 200 "$(api "/sketch?at=$compare_at&from=$((asked / 21))&count=$compare_next$compare_select")" &&
			same "$compare_at" "$(header ICS-Sketch-At)" &&
			same "$compare_print" "$(header ICS-Sketch-Print)" &&
			cat "$tmp/body" >>"$tmp/symbols" || return
		rounds=$((rounds + 1)) asked=$((asked + 21 * compare_next))
	done
}

# heads KIND: of $tmp/diff
heads() {
	sed -n "s/^$1 //p" "$tmp/diff" | sort
}

# firsts SET: the heads of digests
firsts() {
	cut -c 1-32 "$1" | sort
}

fetch() {
	fetch_file=$1
	shift
	http_code "/ics/v1/fetch$@" --data-binary "@$fetch_file"
}

# octets DIGITS...: as octets
octets() {
	printf '%s' "$@" | xxd -r -p
}
skip_unless xxd

devices=
make_devices() {
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		gpg_key "Sensor $n" ed25519 && eval "dev$n=$gpg_fpr" &&
			devices="$devices $gpg_fpr" || return
	done
}

certify_all() {
	for n in 1 2 3; do
		eval "say \"\$acme\" \"\$dev$n\" manu=Acme model=T1000" || return
	done
}

test_ok 'a maker and twelve devices, of which three are of one model' '
	gpg_home maker && gpg_key "Acme <ca@acme.example>" ed25519 &&
	acme=$gpg_fpr && make_devices && certify_all
'
test_ok 'a server that everybody may ask' '
	printf "sketch = public\nroot = \"%s\"\n" "$acme" >"$tmp/icsd.conf" &&
	icsd_start state -f "$tmp/icsd.conf"
'

# ---- prints

test_ok 'nothing has the print of nothing, in 40 octets' '
	same 200 "$(api /sketch)" && cors &&
	same 40 "$(wc -c <"$tmp/body")" &&
	same "$(: | "$TOOL" print)" "$(raw "$tmp/body")" &&
	same application/octet-stream "$(header content-type)"
'
test_ok 'certificates of everybody, and a record about a device' '
	submit && signer=$acme && record "$tmp/one.sig" rec=device-status/1 \
		"subject=dev:04$(lower "$dev1")" status=stolen && same 200 "$(post "$tmp/one.sig")" &&
	jq -r ".results[0].record" "$tmp/body" | sed "s/.*://" >"$tmp/one.rec" &&
	certificate $acme $devices &&
	digests $acme $devices "$tmp/one.rec" >"$tmp/all" &&
	same 14 "$(wc -l <"$tmp/all" | tr -d " ")"
'
test_ok 'the print is count and sum of all digests' '
	same 200 "$(api /sketch)" &&
	same "$("$TOOL" print <"$tmp/all")" "$(raw "$tmp/body")"
'
test_ok 'HEAD is answered' 'same 200 "$(api /sketch -I)"'

# ---- sketches

test_ok 'who has the same hears so at the first symbols' '
	compare "$tmp/all" && same "" "$(cat "$tmp/diff")" && same 1 "$rounds"
'
test_ok 'who has nothing hears of everything' '
	: >"$tmp/none" && compare "$tmp/none" &&
	same "$(firsts "$tmp/all")" "$(heads theirs)" && same "" "$(heads ours)"
'
test_ok 'who has others hears of both' '
	head -n 10 "$tmp/all" >"$tmp/part" &&
	for n in 1 2 3 4 5; do printf "%s" "$n" | sha256sum | cut -c 1-64; done \
		>"$tmp/others" && cat "$tmp/part" "$tmp/others" >"$tmp/mine" &&
	compare "$tmp/mine" &&
	same "$(tail -n 4 "$tmp/all" | cut -c 1-32 | sort)" "$(heads theirs)" &&
	same "$(firsts "$tmp/others")" "$(heads ours)"
'
test_ok 'a version stays the same when the set changes' '
	compare "$tmp/mine" && before=$compare_at && cp "$tmp/symbols" "$tmp/then" &&
	"$ICS" -D "$icsd_dir" delete "$dev12" &&
	same 200 "$(api "/sketch?at=$before&from=0&count=$((asked / 21))")" &&
	cmp "$tmp/then" "$tmp/body" &&
	same 200 "$(api /sketch)" &&
	test "$before" != "$(header ICS-Sketch-At)"
'
test_ok 'the newest is without what went' '
	grep -v "$(cat "$tmp/cert.$dev12")" "$tmp/all" >"$tmp/now" &&
	same "$("$TOOL" print <"$tmp/now")" "$(raw "$tmp/body")" &&
	compare "$tmp/all" && same "$(cut -c 1-32 "$tmp/cert.$dev12")" "$(heads ours)" &&
	same "" "$(heads theirs)"
'
test_ok 'a name that is new means the newest, and keeps meaning it' '
	same 200 "$(api "/sketch?select=model=T9")" &&
	at=$(header ICS-Sketch-At) && submit "$dev12" >/dev/null &&
	same 200 "$(api "/sketch?at=$at&from=0&count=4")" &&
	same "$at" "$(header ICS-Sketch-At)" &&
	same 200 "$(api "/sketch?at=$at&from=4&count=4")"
'
test_ok 'as many symbols as there can be' '
	same 200 "$(api "/sketch?from=0&count=100000")" &&
	same 2100000 "$(wc -c <"$tmp/body")"
'
while read -r query status why; do
	test_ok "$query is a $status" '
		same "$status" "$(api "/sketch?$query")" && cors &&
		is "(.error | length > 0) and (.help | length > 0)"
	'
done <<-ROWS
	at=5-0123456789abcdef&from=4&count=4 410
	at=5-0123456789abcdef&from=0&count=4 410
	at=X&from=0&count=4 400
	at=&from=0&count=0 400
	from=0&count=300000 400
	from=1048576&count=1 400
	from=1048575&count=2 400
	from=-1&count=1 400
	count=1&select==x 400
ROWS

# ---- selections

test_ok 'a selection: certificates and records of what fits' '
	for n in 1 2 3; do eval "cat \$tmp/cert.\$dev$n"; done >"$tmp/t1000" &&
	cat "$tmp/one.rec" >>"$tmp/t1000" &&
	same 200 "$(api "/sketch?select=model=T1000%20manu=Acme")" &&
	same "$("$TOOL" print <"$tmp/t1000")" "$(raw "$tmp/body")" &&
	compare "$tmp/none" "model=T1000" &&
	same "$(firsts "$tmp/t1000")" "$(heads theirs)"
'
test_ok 'nothing fits: the print of nothing' '
	same 200 "$(api "/sketch?select=model=none")" &&
	same "$(: | "$TOOL" print)" "$(raw "$tmp/body")"
'

# ---- fetching

test_ok 'what differs is fetched by its heads' '
	compare "$tmp/none" && octets $(heads theirs) >"$tmp/heads" &&
	same 200 "$(fetch "$tmp/heads")" && cors &&
	same 0 "$(header ICS-Left)" && cp "$tmp/body" "$tmp/fetched" &&
	icsd_first=$icsd_pid && icsd_stop "$icsd_first" &&
	icsd_start second -f "$tmp/icsd.conf" &&
	same 200 "$(api /submit -H Content-Type:application/pgp-keys \
		--data-binary "@$tmp/fetched")" &&
	same 200 "$(api /sketch)" &&
	same "$("$TOOL" print <"$tmp/all")" "$(raw "$tmp/body")"
'
test_ok 'what another server, or an earlier start, called a sketch is gone' '
	same 410 "$(api "/sketch?at=$compare_at&from=0&count=4")" &&
	is ".help | contains(\"begin anew\")"
'
test_ok 'by eight octets, too; strangers are passed over' '
	octets "$(cut -c 1-16 "$tmp/one.rec")" 0000000000000000 \
		"$(cut -c 1-16 "$tmp/cert.$dev5")" >"$tmp/heads" &&
	same 200 "$(fetch "$tmp/heads" "?head=8")" &&
	same 0 "$(header ICS-Left)" &&
	gpg --import-options show-only --import "$tmp/body" | grep -q "$dev5"
'
printf 'x' >"$tmp/odd"
: >"$tmp/empty"
head -c 65552 /dev/zero >"$tmp/many"
while read -r file query status; do
	test_ok "$file$query is a $status" '
		same "$status" "$(fetch "$tmp/$file" "$query")" && cors &&
		is "(.error | length > 0) and (.help | length > 0)"
	'
done <<-ROWS
	odd ? 400
	empty ? 400
	many ? 413
	heads ?head=7 400
ROWS

# ---- much at once

ask_many() {
	ask_pids=
	for n in $(seq 20); do
		curl -sS -o "$tmp/many.$n" \
			"$icsd_http/ics/v1/sketch?from=0&count=5000" &
		ask_pids="$ask_pids $!"
	done
	for n in $ask_pids; do
		wait "$n" || return
	done
}
test_ok 'twenty who ask at once hear the same' '
	ask_many && same 1 "$(sha256sum "$tmp"/many.* | cut -c 1-64 | sort -u |
		wc -l | tr -d " ")" && same 105000 "$(wc -c <"$tmp/many.1")"
'
keyring=/usr/share/keyrings/debian-keyring.gpg
if test -r "$keyring"; then
	# What waited for issuers is judged after the answer. It is over when
	# three prints, a second apart, are the same.
	is_still() {
		same 200 "$(api /sketch)" && still_print=$(raw "$tmp/body") &&
			for n in 1 2; do
				sleep 1
				same 200 "$(api /sketch)" &&
					same "$still_print" "$(raw "$tmp/body")" ||
					return
			done
	}
	test_ok 'more than fits into an answer' '
		printf "answer-octets = 1M\nsketch = public\n" >"$tmp/icsd.conf" &&
		icsd_stop && icsd_start third -f "$tmp/icsd.conf" &&
		head -c 6000000 "$keyring" >"$tmp/ring" &&
		curl -sS --unix-socket "$icsd_dir/icsd.sock" -o "$tmp/body" \
			--data-binary "@$tmp/ring" http://icsd/local/submit &&
		wait_until 60 is_still && compare "$tmp/none" && heads theirs >"$tmp/wanted" &&
		test "$(wc -l <"$tmp/wanted")" -gt 20 &&
		: >"$tmp/got" && octets $(cat "$tmp/wanted") >"$tmp/heads"
	'
	# all_fetch: until nothing is left; sets $answers
	all_fetch() {
		answers=0
		while test -s "$tmp/heads"; do
			same 200 "$(fetch "$tmp/heads")" || return
			left=$(header ICS-Left) answers=$((answers + 1))
			test "$(wc -c <"$tmp/body")" -le 1048576 || return
			cat "$tmp/body" >>"$tmp/got"
			tail -c "$((16 * left))" "$tmp/heads" >"$tmp/heads.left"
			mv "$tmp/heads.left" "$tmp/heads"
		done
	}
	test_ok 'comes in several, each within the bound' '
		all_fetch && test "$answers" -gt 1
	'
	# is_print DIGITS
	is_print() {
		same 200 "$(api /sketch)" && same "$1" "$(raw "$tmp/body")"
	}
	test_ok 'and makes an equal server' '
		same 200 "$(api /sketch)" && before=$(raw "$tmp/body") &&
		icsd_stop && icsd_start fourth -f "$tmp/icsd.conf" &&
		curl -sS --unix-socket "$icsd_dir/icsd.sock" -o "$tmp/body" \
			--data-binary "@$tmp/got" http://icsd/local/submit &&
		wait_until 60 "is_print $before" &&
		octets "$(head -n 1 "$tmp/wanted")" >"$tmp/heads"
	'
fi

# ---- who may

test_ok 'only peers may, unless all may' '
	printf "log-level = note\n" >"$tmp/icsd.conf" &&
	kill -HUP "$icsd_pid" &&
	wait_until 10 "same 403 \"\$(api /sketch)\"" &&
	is ".help | contains(\"sketch = public\")" &&
	same 403 "$(fetch "$tmp/heads")" && cors
'
test_ok 'the operator always' '
	curl -sS --unix-socket "$icsd_dir/icsd.sock" -o "$tmp/body" \
		http://icsd/ics/v1/sketch && same 40 "$(wc -c <"$tmp/body")"
'
test_ok 'a server that is asked ends at once' '
	before=$(date +%s) && icsd_stop &&
	test $(($(date +%s) - before)) -lt 5
'
test_done
