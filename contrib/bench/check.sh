#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check.sh [COUNT [BUILD-FOLDER [SECONDS]]]: what a server in the field promises,
# held against what it does: icsd --profile infield with COUNT devices of a
# domain that the asking network may read, beside a domain that it may not.
# README says what each row means. Needs wrk, openssl, curl and jq, a minute or
# two, and a machine that has nothing else to do.

count=${1:-10000}
builddir=$(cd "${2:-.}" && pwd)
seconds=${3:-2}
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
AWK=${AWK:-awk}
. "$srcdir/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
skip_unless wrk
HOME=$tmp XDG_STATE_HOME=$tmp
export HOME XDG_STATE_HOME
GEN=$builddir/contrib/bench/gen
PACE=$builddir/contrib/bench/pace
test -x "$GEN" && test -x "$PACE" || { echo "make bench-programs"; exit 1; }
more=40000 # devices that a sync brings
check='/ics/v1/check?subject={key}'
missed=0

field() { # NAME LINE
	printf '%s\n' "$2" | sed -n "s/.* $1=\([0-9.]*\).*/\1/p"
}
# ask URL PATH [ACCEPT]: the line of check.lua
ask() {
	wrk -t 2 -c 20 -d "$seconds" --latency -s "$srcdir/contrib/bench/check.lua" \
		"$1" -- "$tmp/keys" "$2" "${3:-}" | grep '^wrk '
}
pace() { # URL ACCEPT EXPECT RATE SECONDS
	"$PACE" --url "$1$check" --keys "$tmp/keys" --accept "$2" --expect "$3" \
		--rate "$4" --seconds "$5"
}
memory() { # NAME: MiB, rounded up
	$AWK -v name="$1:" '$1 == name { print int(($2 + 1023) / 1024) }' \
		"/proc/$icsd_pid/status"
}
# row WHAT VALUE [lt|ge TARGET]: a line of the table
row() {
	if test $# -lt 3; then
		printf '%-58s %9s\n' "$1" "$2"
		return
	fi
	row_met=$($AWK -v a="$2" -v op="$3" -v b="$4" 'BEGIN {
		print a != "" && (op == "lt" ? a + 0 < b : a + 0 >= b) ? "met" : "NOT MET" }')
	test "$row_met" = met || missed=$((missed + 1))
	printf '%-58s %9s  %s %-5s %s\n' "$1" "$2" \
		"$(test "$3" = lt && echo '<' || echo '>=')" "$4" "$row_met"
}

# descriptor FILE NAME SERIAL GRANTS READ
descriptor() {
	{
		printf 'domain "%s" {\nserial = %d\nowner = "04%s"\nlevel = closed\n' \
			"$2" "$3" "$gpg_fpr"
		echo 'member { certified-by = {manufacturer} }'
		echo 'require device { must = {manufacturer} }'
		printf 'grant "04%s" { role = manufacturer }\nread { %s }\n' \
			"$maker" "$5"
		$AWK -v n="$4" 'BEGIN { while (n-- > 0)
			printf "grant \"04%040x\" { role = owner }\n", n }'
		echo '}'
	} >"$tmp/policy" &&
		gpg -u "$gpg_fpr" -o "$1" --clearsign "$tmp/policy"
}
may='networks = {"127.0.0.0/8"}'

# devices FILE FIRST COUNT: with their maker, who certified them
devices() {
	"$GEN" --seed 1 --maker --first "$2" --count "$3" --out "$1" \
		--list "$1.list"
}
prepare() {
	devices "$tmp/devices" 0 "$count" &&
		devices "$tmp/more" 500000 "$more" &&
		$AWK 'NR > 1 { print $1 }' "$tmp/devices.list" >"$tmp/keys" &&
		maker=$($AWK 'NR == 1 { print tolower($1) }' "$tmp/devices.list") &&
		gpg_home && gpg_key 'Plant <plant@example.org>' ed25519 &&
		gpg --export >"$tmp/owner" &&
		descriptor "$tmp/plant" plant 1 10 "$may" &&
		descriptor "$tmp/office" office 1 10 'public = no' &&
		own_new field idle above && own_start idle &&
		own_rows field "$(own_row_of idle)" &&
		own_start field --profile infield &&
		own_ics field load -q "$tmp/owner" &&
		own_ics field load -q "$tmp/plant" "$tmp/office" &&
		own_ics field load -q "$tmp/devices" &&
		mkdir "$tmp/above" && own_ics above init &&
		own_ics above load -q "$tmp/devices" "$tmp/more"
}

field_again() {
	own_stop field >/dev/null 2>&1
	own_start field --profile infield
}

prepare >"$tmp/log" 2>&1 || { tail "$tmp/log"; exit 1; }
echo "$count devices; $(nproc) cores, which those who ask share; load $(cut -d ' ' -f 1 /proc/loadavg)"

before=$(date +%s%N)
field_again >"$tmp/log" 2>&1 || { tail "$tmp/log"; exit 1; }
http_code "/ics/v1/check?subject=$(head -n 1 "$tmp/keys")" >/dev/null
row 'stop, start and first answer, ms' \
	$((($(date +%s%N) - before) / 1000000)) lt 1000
row 'resident at first, MiB' "$(memory VmRSS)" lt 32
row '  of that our own, MiB' "$(memory RssAnon)"

# Each answer is looked at; and each worker has decided.
for url in "$field_http" "$field_url"; do
	line=$(pace "$url" application/json '{"subject":' 4000 3)
	line=$(pace "$url" text/plain allow 4000 3)
	row "wrong of $(field asked "$line") answers, ${url%%:*}" \
		"$(field bad "$line")" lt 1
done

# rates URL ACCEPT: static and check take turns; the best of each
rates() {
	rates_static=0 rates_check=0 rates_bad=0
	for turn in 1 2 3; do
		rates_line=$(ask "$1" /pks/health)
		rates_static=$(printf '%s\n' "$rates_static" \
			"$(field rate "$rates_line")" | sort -n | tail -n 1)
		rates_line=$(ask "$1" "$check" "$2")
		rates_check=$(printf '%s\n' "$rates_check" \
			"$(field rate "$rates_line")" | sort -n | tail -n 1)
		rates_bad=$((rates_bad + $(field bad "$rates_line")))
	done
}
for url in "$field_http" "$field_url"; do
	for accept in text/plain application/json; do
		rates "$url" "$accept"
		test "$rates_bad" = 0 || rates_check=0
		row "${url%%:*}, $accept, a second" "$rates_check"
		row '  of a static answer (/pks/health), a second' "$rates_static"
		row '  ratio' "$($AWK -v a="$rates_check" -v b="$rates_static" \
			'BEGIN { if (b > 0) printf "%.2f", a / b }')" ge 0.60
	done
done
row 'resident after all that, MiB' "$(memory VmRSS)" lt 32
row '  of that our own, MiB' "$(memory RssAnon)"
row '  of that of files: programs and libraries, MiB' "$(memory RssFile)"

# What is above stands for another machine: it gets what time is left. The
# field's server knows a peer from the start on, which knows nobody: without any
# it would have given up making connections.
above_start() {
	own_rows above "$(own_row_of field)" && own_start above &&
		renice -n 19 -p $(ls "/proc/$above_pid/task") &&
		own_rows field "$(own_row_of idle)" "$(own_row_of above)" &&
		own_reload field
}
certs() { own_ics field stats --json | jq .certs; }
asked() { # URL: while devices come
	asked_from=$(certs)
	asked_line=$(pace "$1" text/plain allow 1000 4)
	asked_more=$(($(certs) - asked_from))
	kill -0 "$round" 2>/dev/null || asked_more=0
	row "asked at $(field rate "$asked_line") a second, ${1%%:*}, p99 ms" \
		"$(field p99 "$asked_line")" lt 5
	row '  p50 ms' "$(field p50 "$asked_line")"
	row '  the longest, ms' "$(field max "$asked_line")"
	row '  wrong' "$(field bad "$asked_line")" lt 1
	row '  devices that came meanwhile (0: the sync had ended)' \
		"$asked_more" ge 1
}
above_start >"$tmp/log" 2>&1 || { tail "$tmp/log"; exit 1; }
icsd_pid=$field_pid
own_round field above >"$tmp/round" 2>&1 &
round=$!
wait_until 30 'test "$(certs)" -gt $((count + 10))'
for url in "$field_http" "$field_url"; do asked "$url"; done
wait "$round" || cat "$tmp/round"
row "resident after that, $(certs) devices, MiB" "$(memory VmRSS)"

# A time is asked about, so nothing kept will do.
anew="$check&domain=plant&at=$(date +%s)"
few=$(field rate "$(ask "$field_http" "$anew" text/plain)")
for n in $(seq 99); do
	descriptor "$tmp/d$n" "d$n" 1 10 "$may"
done >"$tmp/log" 2>&1
descriptor "$tmp/plant2" plant 2 1000 "$may" >>"$tmp/log" 2>&1
own_ics field load -q "$tmp"/d[0-9] "$tmp"/d[0-9][0-9] "$tmp/plant2" \
	>>"$tmp/log" 2>&1
wait_until 60 'test "$(field bad "$(pace "$field_http" text/plain allow 100 1)")" = 0'
many=$(field rate "$(ask "$field_http" "$anew" text/plain)")
row 'decided anew by 10 grants, a second' "$few"
row '  by 1,000, and 100 domains' "$many"
row '  times as dear' "$($AWK -v a="$few" -v b="$many" \
	'BEGIN { if (b > 0) printf "%.2f", a / b }')" lt 10
test "$missed" = 0 || echo "$missed of the targets not met"
