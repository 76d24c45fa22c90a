# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Parties that make statements with gpg alone; read after lib-gpg.sh.
#
#	prove_party NAME [ALGO]     a key of October 2026, "NAME <NAME@ex.example>";
#	                            sets $NAME to its fingerprint
#	record FILE NAME PAIR...    a record by NAME, dated $when, of notations;
#	                            a name without "@" gets the domain unless it
#	                            is one of Atkins'
#	certify NAME DEVICE PAIR... a certification likewise, in the keyring
#	digest_of FILE              its SHA-256
#	bundle FILE SUBJECT PART... a bundle of armored parts
#	yes ARG... / no REASON ARG...   ics verify says so; its JSON in $tmp/said

ICS=${ICS:-$builddir/ics}
when=20261101T000000
domain=$(sed -n 's/^#define NOTATION_DOMAIN "\(.*\)"/\1/p' "$builddir/config.h")

prove_party() {
	gpg_at 20261001T000000 --quick-generate-key "$1 <$1@ex.example>" \
		"${2:-ed25519}" sign,cert never || return
	gpg_fpr=$(gpg --with-colons --list-keys "=$1 <$1@ex.example>" |
		$AWK -F: '$1 == "fpr" { print $10; exit }')
	test -n "$gpg_fpr" && eval "$1=\$gpg_fpr"
}

pair() {
	case ${1%%=*} in
	*@* | manu | make | model | prodid | pvers | lot | qty) echo "$1" ;;
	*) echo "${1%%=*}@$domain=${1#*=}" ;;
	esac
}

record() {
	record_to=$1 record_by=$2
	shift 2
	record_n=$#
	while test "$record_n" -gt 0; do
		set -- "$@" --sig-notation "$(pair "$1")"
		shift
		record_n=$((record_n - 1))
	done
	gpg_at "$when" --expert --yes -u "=$record_by <$record_by@ex.example>" \
		--armor --output "$record_to" "$@" -b </dev/null
}

certify() {
	certify_by=$1 certify_what=$2
	shift 2
	certify_n=$#
	while test "$certify_n" -gt 0; do
		set -- "$@" --cert-notation "$(pair "$1")"
		shift
		certify_n=$((certify_n - 1))
	done
	gpg_at "$when" --expert --force-sign-key --yes "$@" \
		-u "=$certify_by <$certify_by@ex.example>" \
		--quick-sign-key "$certify_what"
}

digest_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

bundle() {
	bundle_to=$1 bundle_of=$2
	shift 2
	cat "$@" | "$builddir/t/bundle_tool" "$bundle_of" >"$bundle_to"
}

yes() {
	"$ICS" verify --json "$@" >"$tmp/said" &&
		same yes "$(jq -r .answer "$tmp/said")"
}

no() {
	no_why=$1
	shift
	fails_with 1 "$ICS" verify --json "$@" >"$tmp/said" &&
		same "no $no_why" "$(jq -r '.answer + " " + .reason' "$tmp/said")"
}
