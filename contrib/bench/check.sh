#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check.sh [COUNT [BUILD-FOLDER [SECONDS]]]: what does /ics/v1/check cost beside
# a static answer (/pks/health) of the same server, with COUNT devices in a
# domain? Rates as ratios, for who asks by lines and by JSON, over HTTP and
# HTTPS with keep-alive; latency at 1,000 a second, beside a load that goes on;
# decisions made anew, by a descriptor of 10 grants and by 1,000 in one of 100
# domains; resident memory; restart to the first answer. Needs wrk and openssl.

count=${1:-10000}
builddir=$(cd "${2:-.}" && pwd)
seconds=${3:-5}
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
AWK=${AWK:-awk}
. "$srcdir/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless wrk openssl
HOME=$tmp XDG_STATE_HOME=$tmp
export HOME XDG_STATE_HOME
GEN=$builddir/contrib/bench/gen
test -x "$GEN" || { echo "make contrib/bench/gen"; exit 1; }

field() { # NAME LINE
	printf '%s\n' "$2" | sed -n "s/.*wrk .*$1=\([0-9.]*\).*/\1/p"
}
# ask URL PATH [ACCEPT [PAUSE]]: the line of check.lua
ask() {
	wrk -t 2 -c 20 -d "$seconds" --latency -s "$srcdir/contrib/bench/check.lua" \
		"$1" -- "$tmp/keys" "$2" "${3:-}" "${4:-0}" | grep '^wrk '
}
# rate URL PATH [ACCEPT]: the best of three, which others disturbed least
rate() {
	for turn in 1 2 3; do field rate "$(ask "$@")"; done | sort -n | tail -n 1
}
ratio() { $AWK -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
resident() { $AWK '/^VmRSS/ { print int($2 / 1024) }' "/proc/$icsd_pid/status"; }

# descriptor NAME SERIAL GRANTS
descriptor() {
	{
		printf 'domain "%s" {\nserial = %d\nowner = "04%s"\n' "$1" "$2" \
			"$gpg_fpr"
		echo 'member { kind = device }'
		for n in $(seq "$3"); do
			printf 'grant "04%040x" { role = owner }\n' "$n"
		done
		echo '}'
	} >"$tmp/policy"
	gpg -u "$gpg_fpr" -o "$tmp/policy.asc" --clearsign "$tmp/policy" &&
		"$ICS" -D "$icsd_dir" load -q "$tmp/policy.asc"
}

{
	"$GEN" --seed 1 --count "$count" --out "$tmp/devices.pgp" \
		--list "$tmp/list" &&
		$AWK '{ print $1 }' "$tmp/list" >"$tmp/keys" &&
		"$GEN" --seed 1 --first 500000 --count 20000 --out "$tmp/more.pgp" &&
		gpg_home && gpg_key 'Plant <plant@example.org>' ed25519 &&
		gpg --export >"$tmp/owner.pgp" &&
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -keyout "$tmp/tls.key" -out "$tmp/tls.pem" -days 2 \
			-subj /CN=localhost &&
		icsd_start one -l http://127.0.0.1:0 -l https://127.0.0.1:0 \
			--tls-cert "$tmp/tls.pem" --tls-key "$tmp/tls.key" &&
		"$ICS" -D "$icsd_dir" load -q "$tmp/devices.pgp" "$tmp/owner.pgp" &&
		descriptor plant 1 10
} >"$tmp/log" 2>&1 || { tail "$tmp/log"; exit 1; }

echo "$count devices; $(nproc) cores, which wrk shares; load $(cut -d ' ' -f 1 /proc/loadavg)"
check='/ics/v1/check?subject={key}'
for url in "$icsd_http" "$icsd_https"; do
	for accept in text/plain application/json; do
		ask "$url" "$check" "$accept" >/dev/null # each worker decides
		a=$(rate "$url" /pks/health) b=$(rate "$url" "$check" "$accept")
		printf '%-6s %-17s %6.0f a second, static %6.0f: %s\n' "${url%%:*}" \
			"$accept" "$b" "$a" "$(ratio "$b" "$a")"
	done
done
for url in "$icsd_http" "$icsd_https"; do
	"$ICS" -D "$icsd_dir" load -q "$tmp/more.pgp" &
	loader=$!
	line=$(ask "$url" "$check" text/plain 20)
	wait "$loader"
	printf '%-6s beside a load: %s a second, p50 %s ms, p99 %s ms, %s bad\n' \
		"${url%%:*}" "$(field rate "$line")" "$(field p50 "$line")" \
		"$(field p99 "$line")" "$(field bad "$line")"
done

icsd_stop
before=$(date +%s%N)
icsd_start one >/dev/null
key=$(head -n 1 "$tmp/keys")
http_code "/ics/v1/check?subject=$key" >/dev/null
printf 'restart to the first answer: %d ms\n' \
	$((($(date +%s%N) - before) / 1000000))
printf 'resident: %d MiB at first, ' "$(resident)"
ask "$icsd_http" /pks/health >/dev/null
printf '%d after %d s of a static answer, ' "$(resident)" "$seconds"
ask "$icsd_http" "$check" text/plain >/dev/null
echo "$(resident) after as many of checks, all devices kept"

# A time is asked about, so nothing kept will do.
anew="$check&domain=plant&at=$(date +%s)"
few=$(rate "$icsd_http" "$anew" text/plain)
for n in $(seq 99); do descriptor "d$n" 1 10; done >"$tmp/log" 2>&1
descriptor plant 2 1000 >>"$tmp/log" 2>&1
many=$(rate "$icsd_http" "$anew" text/plain)
printf 'decided anew: %.0f a second by 10 grants, %.0f by 1,000 and 100 domains: %s\n' \
	"$few" "$many" "$(ratio "$few" "$many")"
