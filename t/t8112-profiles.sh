#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A server of each profile from an empty directory: its own key, the domain it
# begins with, what it takes and refuses, the next start.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
skip_unless curl jq
unset ICS_SERVER

# PROFILE ROLE: the role in whose hands it is.
roles() {
	cat <<-'EOT'
		manufacturer manufacturer
		developer developer
		maintenance integrator
		infield integrator
		certifier certification-body
	EOT
}

# post FILE: the reason of the first item, or its outcome
post() {
	http_code /ics/v1/submit --data-binary "@$1" \
		-H 'Content-Type: application/octet-stream' >/dev/null
	grep -Eo 'not-a-peer|foreign-[a-z]*|inserted|updated|ignored|waiting' \
		"$tmp/body" | head -n 1
}
# A device, certified by $maker.
device() { # NAME
	gpg_key "$1" && d_fpr=$gpg_fpr &&
		gpg -u "$maker" --quick-sign-key "$d_fpr" &&
		gpg --export "$d_fpr" >"$tmp/$1.gpg"
}
own_fpr() {
	gpg --show-keys --with-colons "$icsd_dir/own/certificate.pgp" |
		$AWK -F: '$1 == "fpr" { print $10; exit }'
}
begun() { grep -c ' begun profile=' "$icsd_err"; }

test_ok 'people, and a device of the maker' '
	gpg_home && gpg_key maker && maker=$gpg_fpr && gpg_key stranger &&
	stranger=$gpg_fpr && gpg --export "$maker" >"$tmp/maker.gpg" &&
	gpg --export "$stranger" >"$tmp/stranger.gpg" && device thing
'
test_ok 'an open server begins with nothing' '
	icsd_start open --profile open && test ! -e "$icsd_dir/own" &&
	same inserted "$(post "$tmp/stranger.gpg")" && icsd_stop
'
test_ok 'an unknown profile is told which there are' '
	fails_with 2 timeout 60 "$ICSD" -n --profile other 2>"$tmp/faults" &&
	for each in open $(roles | cut -d" " -f1); do
		grep -q "$each" "$tmp/faults" || return 1
	done
'
test_ok 'icsd -n shows what a profile changes, and what was overridden not' '
	"$ICSD" -n --profile infield >"$tmp/n" &&
	grep -qx "infield: http-threads = 2" "$tmp/n" &&
	grep -qx "infield: lean = yes" "$tmp/n" &&
	echo "http-threads = 3" >"$tmp/conf" &&
	"$ICSD" -n -f "$tmp/conf" --profile infield >"$tmp/n" &&
	! grep -q http-threads "$tmp/n"
'

begins() { # PROFILE
	icsd_start "$1" --profile "$1" && own=$(own_fpr) && test -n "$own" &&
		same 1 "$(begun)" && same 700 "$(stat -c %a "$icsd_dir/own")" &&
		same 600 "$(stat -c %a "$icsd_dir/own/secret.pgp")" &&
		same "" "$(grep -v '^listening ' "$icsd_out")" &&
		"$ICS" -D "$icsd_dir" domain list |
		grep -iq "^$1  *1 .*04$own"
}
# Its key is in its operator's gpg, which signs the second version.
granted() { # PROFILE ROLE
	gpg --import "$icsd_dir/own/secret.pgp" &&
		"$ICS" -D "$icsd_dir" policy grant "$1" "$maker" "$2" >"$tmp/granted" &&
		grep -qx "$1: serial 2 is in force" "$tmp/granted"
}
refuses() { # PROFILE
	case $1 in
	infield) reason=not-a-peer ;;
	*) reason=foreign-certificate ;;
	esac
	same "$reason" "$(post "$tmp/stranger.gpg" | sed 's/-$//')"
}
takes() { # PROFILE
	case $1 in
	infield)
		same not-a-peer "$(post "$tmp/maker.gpg")" &&
			"$ICS" -D "$icsd_dir" -q load "$tmp/maker.gpg"
		;;
	developer)
		same inserted "$(post "$tmp/maker.gpg")" &&
			same foreign-certificate "$(post "$tmp/thing.gpg")"
		;;
	*)
		same inserted "$(post "$tmp/maker.gpg")" &&
			same inserted "$(post "$tmp/thing.gpg")"
		;;
	esac
}
again() { # PROFILE
	icsd_stop && "$ICS" -D "$icsd_dir" fsck &&
		icsd_start "$1" --profile "$1" && same "$own" "$(own_fpr)" &&
		same 1 "$(begun)" &&
		"$ICS" -D "$icsd_dir" domain list | grep -q "^$1  *2 "
}
found() {
	gpg --batch --yes --delete-secret-and-public-key "$own" &&
		gpg --keyserver "hkp://127.0.0.1:$icsd_port" --recv-keys "$own"
}

# A writer, a checker, and who keeps step with peers.
give_way_of() { # PROFILE
	case $1 in
	infield) echo 3 ;;
	*) echo 0 ;;
	esac
}

roles >"$tmp/roles"
while read -r profile role <&3; do
	test_ok "$profile: from an empty directory" 'begins $profile'
	test_ok "$profile: a stranger is refused" 'refuses $profile'
	test_ok "$profile: its log says how" '
		grep -q "next help=.*ics -D $icsd_dir policy grant $profile " "$icsd_err"
	'
	test_ok "$profile: a grant by its own key" 'granted $profile $role'
	test_ok "$profile: takes what is its part" 'takes $profile'
	test_ok "$profile: which threads give way to those that answer" '
		same "$(give_way_of "$profile")" "$(cat "/proc/$icsd_pid/task/"*/stat |
			$AWK "{ sub(/.*\\) /, \"\"); if (\$17 == 10) n++ }
				END { print n + 0 }")"
	'
	test_ok "$profile: the next start makes nothing" 'again $profile'
	case $profile in
	manufacturer | developer | certifier)
		test_ok "$profile: gpg finds its key" 'found'
		;;
	esac
	test_ok "$profile: ends" 'icsd_stop'
done 3<"$tmp/roles"
test_done
