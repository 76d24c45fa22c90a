#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# history.sh [COUNT [BUILD-FOLDER]]: how long does it take to verify the history
# of one device (S32: 1,000 records in 50 ms)? An owner reports it COUNT times by
# gpg; then each way of asking is timed five times. Nothing leaves the loopback.

set -e
count=${1:-1000}
builddir=$(cd "${2:-.}" && pwd)
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
AWK=${AWK:-awk}
. "$srcdir/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
HOME=$tmp XDG_STATE_HOME=$tmp
export HOME XDG_STATE_HOME

gpg_home
prove_party maker >/dev/null 2>&1
prove_party pump >/dev/null 2>&1
item=04$(echo "$pump" | tr A-F a-f)
icsd_start bench --root "$maker"
gpg --export | curl -sSf -o /dev/null --data-binary @- \
	-H 'Content-Type: application/octet-stream' "$icsd_http/ics/v1/submit"
n=0
while test "$n" -lt "$count"; do
	when=$(date -u -d "2026-10-02 + $n minutes" +%Y%m%dT%H%M%S)
	record "$tmp/$n.asc" maker rec=device-status/1 "subject=dev:$item" \
		status=suspended seq=$n >/dev/null 2>&1
	n=$((n + 1))
done
cat "$tmp"/*.asc | curl -sSf -o /dev/null --data-binary @- \
	-H 'Content-Type: application/octet-stream' "$icsd_http/ics/v1/submit"

# CPU time, user and system, of the tool alone: what else runs on the machine
# is not counted.
timed() { # WORDS COMMAND...
	timed_words=$1
	shift
	for rep in 1 2 3 4 5; do
		sh -c '"$@" >/dev/null; times' sh "$@" | sed -n 2p |
			sed 's/m/ /g; s/s//g' |
			$AWK '{ print ($1 * 60 + $2 + $3 * 60 + $4) * 1000 }'
	done | sort -n | sed -n 3p |
		$AWK -v w="$timed_words" '{ printf "%-36s %6.0f ms\n", w, $1 }'
}
echo "$count records"
timed 'ics --version' "$ICS" --version
timed 'verify --anchor (every signature)' "$ICS" -s "$icsd_http" verify -q \
	--anchor "$maker" "$item"
timed 'status --anchor' "$ICS" -s "$icsd_http" status -q --anchor "$maker" "$item"
timed 'history --verify (log and proofs)' "$ICS" -s "$icsd_http" history -q \
	--verify "$item"
