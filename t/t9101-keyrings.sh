#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian's and Arch Linux's keyrings, all of them. Every certificate is taken
# in, or named with the rule it breaks; and what ics and HTTP then give makes
# gpg know no fewer valid User IDs, subkeys and good signatures than the
# original does, certificate by certificate.
#
# Left out of the comparison, for they are the design: user attributes (photos)
# with the signatures on them, and keys that were revoked for good, of which
# only the revocation is served; gpg then cannot check what these keys signed,
# here as it could not if they were not here at all. With sanitizers the largest
# keyring, that of Debian's developers, is left out.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl
SPLIT=$builddir/t/keyring_split
BATCH=64

keyrings=
for name in $(sized debian-keyring "") debian-maintainers debian-nonupload \
	debian-role-keys archlinux; do
	keyring=/usr/share/keyrings/$name.gpg
	test ! -r "$keyring" || keyrings="$keyrings $keyring"
done
test -n "$keyrings" || skip_all 'no keyring is installed'

# counts: a line a certificate: fingerprint, "hard" or "-", valid User IDs,
# subkeys, good signatures
counts() {
	$AWK -F: '
	$1 == "pub" { wants = 1; under = "pub"; id = $5 }
	$1 == "fpr" && wants { fpr = $10; wants = 0; keys[fpr] = id; uids[fpr] = subs[fpr] = 0 }
	$1 == "uid" { under = "uid"; uids[fpr] += ($2 !~ /[ri]/) }
	$1 == "uat" { under = "uat" }
	$1 == "sub" { under = "sub"; subs[fpr]++ }
	($1 == "sig" || $1 == "rev") && under != "uat" && $2 == "!" {
		issuer[++n] = $5
		about[n] = fpr
	}
	# Reasons 1 and 3, superseded and retired, are not for good.
	$1 == "rev" && under == "pub" && $2 == "!" && $11 ~ /^20/ {
		if ($11 !~ /,0?[13]$/)
			hard[id] = 1
	}
	END {
		for (i = 1; i <= n; i++)
			good[about[i]] += !hard[issuer[i]]
		for (fpr in keys)
			print fpr, (hard[keys[fpr]] ? "hard" : "-"), \
				uids[fpr], subs[fpr], good[fpr] + 0
	}' | sort
}

# gpg_counts FILE: what gpg knows after importing it into an empty home
gpg_counts() {
	home=$(mktemp -d "$tmp/h.XXXX") && : >"$home/gpg.conf" &&
		gpg --homedir "$home" --batch -q --no-auto-check-trustdb \
			--trust-model always --import "$1" 2>"$tmp/import.err"
	gpg --homedir "$home" --batch -q --no-auto-check-trustdb \
		--trust-model always --with-colons --fixed-list-mode \
		--check-sigs 2>/dev/null | counts
	gpg_end "$home"
	rm -rf "$home"
}

test_ok 'the keyrings in batches' '
	mkdir "$tmp/in" && batches=$("$SPLIT" "$tmp/in" $BATCH $keyrings) &&
	cat "$tmp"/in/*.fprs >"$tmp/fprs" && keys=$(wc -l <"$tmp/fprs") &&
	test "$keys" -gt 0 && test -n "$batches"
'
# Fingerprints only of what is refused, so that the rest is known.
test_ok 'a server takes in every certificate, or names the one it refuses' '
	icsd_start state &&
	{ "$ICS" -D "$icsd_dir" load $keyrings >"$tmp/load" 2>"$tmp/refused" ||
		same 5 $?; } &&
	refused=$(sed -n "s/.* [0-9]* refused.*/&/; s/.*, \([0-9]*\) refused.*/\1/p" "$tmp/load") &&
	same "$refused" "$(grep -c "certificate [0-9]* .*: refused: [a-z]" "$tmp/refused")" &&
	same "$((keys - $(sed "s/.*certificate [0-9]* \([0-9A-Fa-f]*\):.*/\1/" \
		"$tmp/refused" | sort -u | grep -c .)))" \
		"$("$ICS" -D "$icsd_dir" stats --json |
			sed -n "s/.*\"certs\": \([0-9]*\).*/\1/p")"
'
sed 's/^/# /' "$tmp/load" "$tmp/refused"

# Every stored certificate by HTTP, one connection.
fetch() {
	mkdir -p "$tmp/http"
	while read -r fpr; do
		printf 'url = "%s/pks/lookup?op=get&options=mr&search=0x%s"\n' \
			"$icsd_http" "$fpr"
		printf 'output = "%s/http/%s"\n' "$tmp" "$fpr"
	done <"$1" >"$tmp/curl.conf"
	curl -sS -f -K "$tmp/curl.conf"
}
test_ok 'HTTP gives each of them' '
	sed -n "s/.*certificate [0-9]* \([0-9A-Fa-f]*\): refused.*/\1/p" \
		"$tmp/refused" | tr A-F a-f | sort -u >"$tmp/out" &&
	sort "$tmp/fprs" | grep -vxFf "$tmp/out" >"$tmp/stored" &&
	fetch "$tmp/stored" &&
	same "$(wc -l <"$tmp/stored")" "$(ls "$tmp/http" | wc -l)"
'

worse=0
: >"$tmp/worse"
: >"$tmp/totals"
# A certificate is worse when any of the three counts is lower.
compare() {
	$AWK -v totals="$tmp/totals" '
	NR == FNR { had[$1] = $0; next }
	{ have[$1] = $0 }
	END {
		for (fpr in had) {
			split(had[fpr], a, " ")
			if (a[2] == "hard") {
				print fpr, "hard" >>totals
				continue
			}
			n = split(have[fpr], b, " ")
			print fpr, a[3], a[4], a[5], b[3] + 0, b[4] + 0, \
				b[5] + 0 >>totals
			if (n < 5 || b[3] < a[3] || b[4] < a[4] || b[5] < a[5])
				print fpr, "had", a[3], a[4], a[5], "has", \
					b[3] + 0, b[4] + 0, b[5] + 0
		}
	}' "$1" "$2"
}
for list in "$tmp"/in/*.fprs; do
	grep -vxFf "$tmp/out" "$list" >"$tmp/list" || continue
	number=$(basename "$list" .fprs)
	test_ok "batch $number: ics and HTTP give the same octets" '
		while read -r fpr; do cat "$tmp/http/$fpr" || break; done \
			<"$tmp/list" >"$tmp/http.asc" &&
		"$SPLIT" -p "$tmp/http.asc" >"$tmp/http.gpg" &&
		"$ICS" -D "$icsd_dir" get -q --binary $(cat "$tmp/list") \
			>"$tmp/ics.gpg" &&
		cmp "$tmp/http.gpg" "$tmp/ics.gpg"
	'
	test_ok "batch $number: gpg knows no less by it" '
		gpg_counts "${list%.fprs}.gpg" >"$tmp/had" &&
		gpg_counts "$tmp/http.asc" >"$tmp/has" &&
		test "$(wc -l <"$tmp/had")" -gt 0 &&
		compare "$tmp/had" "$tmp/has" >"$tmp/worse.now" &&
		cat "$tmp/worse.now" >>"$tmp/worse" && clean=$(cat "$tmp/worse.now") &&
		same "" "$clean"
	'
done
test_ok 'every stored certificate was compared' \
	'same "$(wc -l <"$tmp/stored")" "$(grep -vFf "$tmp/out" "$tmp/totals" | wc -l)"'
$AWK '
$2 == "hard" { hard++; next }
{ n++; u += $2; s += $3; g += $4; U += $5; S += $6; G += $7 }
END {
	print "# " n " certificates compared, " hard + 0 " revoked for good"
	print "# originals: " u " valid User IDs, " s " subkeys, " g " good signatures"
	print "# ours:      " U " valid User IDs, " S " subkeys, " G " good signatures"
}' "$tmp/totals"
sed 's/^/# worse: /' "$tmp/worse"
test_ok 'the server stops, clean' 'icsd_stop && "$ICS" -D "$icsd_dir" fsck'
test_done
