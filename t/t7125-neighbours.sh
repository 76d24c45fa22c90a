#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A gateway that asks about 50 neighbours, each another device: question and
# answer with all that HTTP adds are at most 4 kB. It may keep the answer, and
# is told for how long it will do where the server cannot be reached.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

line() { # QUERY WORDS [CURL-OPTION...]
	line_query=$1 line_want=$2
	shift 2
	same 200 "$(api "/check?$line_query" -H Accept:text/plain "$@")" &&
		same "$line_want" "$(cat "$tmp/body")"
}
# kept: for how many seconds what was answered will do
kept() {
	header cache-control |
		sed -n 's/^private, max-age=0, stale-if-error=//p'
}
rule() { # SERIAL LINE...
	rule_serial=$1
	shift
	{
		printf 'domain "plant" {\nserial = %s\nowner = "04%s"\n' \
			"$rule_serial" "$owner"
		printf 'grant "04%s" { role = manufacturer }\n' "$acme"
		echo 'member { kind = device certified-by = manufacturer }'
		echo 'read { public = yes }'
		printf '%s\n' "$@" '}'
	} >"$tmp/plant"
	rm -f "$tmp/plant.asc"
	gpg_at "$(date -u -d "$((110 - rule_serial)) minutes ago" \
		+%Y%m%dT%H%M%S)" -u "$owner" --clearsign "$tmp/plant" &&
		"$ICS" -D "$icsd_dir" policy put "$tmp/plant.asc"
}
# Everything is two hours old: what is new may turn when clocks are wrong.
born=$(date -u -d '2 hours ago' +%Y%m%dT%H%M%S)
key() { # NAME
	gpg_at "$born" --quick-generate-key "$1" ed25519 sign,cert never &&
		gpg_fpr=$(gpg_fpr_of "=$1")
}
says() { # FILE SIGNER NAME=VALUE...
	says_file=$1 signer=$2
	shift 2
	for says_pair; do
		set -- "$@" \
			--sig-notation "${says_pair%%=*}@$domain=${says_pair#*=}"
		shift
	done
	gpg_at "$born" -u "$signer" "$@" -o "$says_file" -b </dev/null
}
devices() {
	for i in $(seq 50); do
		key "sensor $i" && full=$(lower "$gpg_fpr") &&
			says "$tmp/$i.sig" "$acme" rec=device/1 \
				"subject=dev:04$full" manu=Acme &&
			cat "$tmp/$i.sig" >>"$tmp/said" &&
			echo "$full" | cut -c 25-40 >>"$tmp/list" || return
	done
}

test_ok 'a gateway with 50 neighbours, of which one is stolen' '
	gpg_home 2>/dev/null && key acme && acme=$gpg_fpr &&
	key owner && owner=$gpg_fpr && devices 2>/dev/null &&
	same 50 "$(sort -u "$tmp/list" | wc -l | tr -d " ")" &&
	icsd_start one && gpg --export >"$tmp/all.pgp" &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/all.pgp" "$tmp/said" &&
	rule 1 "freshness = 1h" "grace = 30m" &&
	one=$(sed -n 7p "$tmp/list") &&
	wait_until 60 "line \"subject=$one\" allow >/dev/null" &&
	full=$(gpg --with-colons --list-keys "$one" |
		sed -n "s/^fpr:*\\([0-9A-F]*\\):/\\1/p") &&
	says "$tmp/stolen.sig" "$owner" rec=device-status/1 \
		"subject=dev:04$(lower "$full")" status=stolen &&
	same 200 "$(post "$tmp/stolen.sig")"
'
test_ok 'all of it is at most 4 kB, and right' '
	same 200 "$(curl -sS -o "$tmp/body" -D "$tmp/head" -w "%{stderr}%{size_request} %{size_upload} %{size_header} %{size_download}\n%{stdout}%{http_code}" \
		-H Accept:text/plain --data-binary "@$tmp/list" \
		"$icsd_http/ics/v1/check" 2>"$tmp/sizes")" &&
	same 49 "$(grep -cx allow "$tmp/body")" &&
	same "7:deny state" "$(grep -n deny "$tmp/body")" &&
	octets=$($AWK "{ print \$1 + \$2 + \$3 + \$4 }" "$tmp/sizes") &&
	echo "# $octets octets" && test "$octets" -gt 1000 && test "$octets" -le 4096
'
test_ok 'it will do for as long as the domain calls an answer fresh' '
	same 3600 "$(kept)" && grep -i "^vary:.*accept" "$tmp/head" &&
	line "subject=$(sed -n 1p "$tmp/list")" allow && same 3600 "$(kept)" &&
	same 200 "$(api "/check?subject=$full")" && same 3600 "$(kept)"
'
first=$(sed -n 1p "$tmp/list")
test_ok 'the same again is a 304, without a word' '
	line "subject=$first" allow && tag=$(header etag) && test -n "$tag" &&
	rm "$tmp/body" &&
	same 304 "$(api "/check?subject=$first" -H Accept:text/plain \
		-H "If-None-Match: $tag")" && test ! -s "$tmp/body" &&
	same 3600 "$(kept)"
'
test_ok 'not beyond the time when it turns by itself' '
	soon=$(date -u -d "10 minutes" +%Y-%m-%dT%H:%M:%SZ) &&
	rule 2 "freshness = 1h" "require device { must = {owner} }" &&
	signer=$owner && "$ICS" -s "$icsd_http" certify "$full" --as "$owner" \
		--carrier record --set manu=Acme --expire "$soon" &&
	same 200 "$(api "/check?subject=$full")" && test -n "$(kept)" &&
	test "$(kept)" -le 600
'
test_ok 'once it is another one, who asks hears it' '
	same 200 "$(api "/check?subject=$first" -H Accept:text/plain \
		-H "If-None-Match: $tag")" && same "deny must" "$(cat "$tmp/body")"
'
test_ok 'a list may be kept as the least of its answers' '
	printf "%s\n" "$first" "$full" >"$tmp/two" &&
	same 200 "$(api /check --data-binary "@$tmp/two" -H Accept:text/plain)" &&
	test "$(kept)" -le 600
'
test_ok 'of another time, or where nobody says how old: not at all' '
	line "subject=$first&at=2027-03-01T00:00:00Z" "deny must" &&
	same no-store "$(header cache-control)" && rule 3 &&
	line "subject=$first" allow && same no-store "$(header cache-control)"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
