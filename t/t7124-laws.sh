#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What holds for every decision of a server, over random statements that are
# really signed and sent: asked again it is the same; two servers that were
# told the same in different orders, cut and repeated differently, say the
# same, by their own rights and by a domain's; nothing that keys without
# rights say changes a word of it. SEED repeats a run.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"
for order in 1 2; do
	mkdir "$tmp/in$order"
	"$builddir/t/statements" "$seed" 700 "$order" "$tmp/in$order" || exit 99
done
root=$(cat "$tmp/in1/root")
dump() { "$ICS" -D "$tmp/$1" dump -q -o "$tmp/$1.dump"; }
alike() { dump one && dump two && cmp "$tmp/one.dump" "$tmp/two.dump"; }
# begin NAME, or again after its end
begin() {
	icsd_start "$1" --root "$root" && eval "$1_http=$icsd_http $1_pid=$icsd_pid"
}
feed() { # NAME FILE...
	eval "icsd_http=\$$1_http"
	shift
	for feed_each; do
		case $(api /submit -H 'Content-Type: application/octet-stream' \
			--data-binary "@$feed_each") in
		200 | 422) ;; # 422: all of it was here before
		*) cat "$tmp/body" && return 1 ;;
		esac
	done
}

# Every thing alone, some pairs, code on devices; by purpose and time.
{
	cat "$tmp/in1/items"
	sed -n '1,20p' "$tmp/in1/items" | paste -d' ' - - |
		sed 's/\(.*\) \(.*\)/subject=\1\&with=\2/'
	sed -n '41,56p' "$tmp/in1/items" >"$tmp/code"
	sed -n '1,16p' "$tmp/in1/items" | paste -d' ' - "$tmp/code" |
		sed 's/\(.*\) \(.*\)/subject=\1\&code=\2/'
} >"$tmp/questions"
times="$(sed -n 1p "$tmp/in1/times") 2027-06-01T00:00:00Z"
split -l 10 "$tmp/questions" "$tmp/q." # a server does not think for long
ask() { # a busy one is asked again
	same 200 "$(api "/check?purpose=$1&at=$2" --data-binary "@$3")" >/dev/null
}
# answers NAME OUT: what it decides, without when that might turn: of a time
# that is reckoned on the safe side
answers() {
	eval "icsd_http=\$$1_http"
	for purpose in join install; do
		for time in $times; do
			for part in "$tmp"/q.*; do
				wait_until 20 'ask "$purpose" "$time" "$part"' >&2 || return
				jq -c '.answers[] | del(.. | .until?)' "$tmp/body"
			done
		done
	done >"$2"
}
varied() { # FILE
	grep -q '"decision":"allow"' "$1" && grep -q '"decision":"deny"' "$1"
}

test_ok 'two servers, the same statements in different orders' '
	begin one && feed one "$tmp"/in1/batch-*.pgp &&
	begin two && feed two "$tmp"/in2/batch-*.pgp && wait_until 60 alike
'
test_ok 'they decide alike: yes and no, and why' '
	answers one "$tmp/one.1" && answers two "$tmp/two.1" &&
	cmp "$tmp/one.1" "$tmp/two.1" && varied "$tmp/one.1"
'
test_ok 'asked again it is the same; what is kept is as what is decided anew' '
	answers one "$tmp/one.2" && cmp "$tmp/one.1" "$tmp/one.2" &&
	icsd_stop "$one_pid" && begin one && answers one "$tmp/one.2" &&
	cmp "$tmp/one.1" "$tmp/one.2"
'

# ---- strangers ---------------------------------------------------------------

pick() { # what of FILE
	sed -n "$(($(od -An -N2 -tu2 /dev/urandom) % $(wc -l <"$1") + 1))p" "$1"
}
strange() {
	signer=$1 thing=$(sed -n 1,40p "$tmp/in1/items" | sed 's/^/dev:/' |
		sed -n "$(($2 % 40 + 1))p")
	set -- "$tmp/say/$2.sig" "$2"
	code=code:$(pick "$tmp/code")
	case $(($2 % 10)) in
	0) record "$1" rec=device-status/1 "subject=$thing" status=stolen ;;
	1) record "$1" rec=device-status/1 "subject=$thing" status=active ;;
	2) record "$1" rec=device/1 "subject=$thing" manu=Acme model=T9 slot=x ;;
	3) record "$1" rec=code-status/1 "subject=$code" code-status=withdrawn ;;
	4) record "$1" rec=code-status/1 "subject=$code" code-status=released ;;
	5) record "$1" rec=role/1 "subject=key:04$(lower "$stranger")" role=owner ;;
	6) record "$1" rec=note/1 "subject=$thing" "step=approved $code" ;;
	7) record "$1" rec=note/1 "subject=$thing" \
		"revokes=sha256:$(pick "$tmp/evidence")" ;;
	8) record "$1" rec=transfer/1 "subject=$thing" \
		"owner=04$(lower "$stranger")" ;;
	9) record "$1" rec=approval/1 "subject=$code" \
		'approval=scheme=mdr;id=7;state=granted' ;;
	esac
}
# Two that say the same in the same second are one.
said_count() {
	sha256sum "$tmp"/say/*.sig | cut -c 1-64 | sort -u | wc -l
}
all_say() {
	for i in $(seq 20); do
		strange "$stranger" "$i" && strange "$other" $((i + 20)) || return
	done
}
test_ok 'strangers who say forty things of all of that, one a role to another' '
	gpg_home 2>/dev/null && gpg_key stranger && stranger=$gpg_fpr &&
	gpg_key other && other=$gpg_fpr && gpg --export >"$tmp/both.pgp" &&
	grep -o "\"evidence\":\"sha256:[0-9a-f]*" "$tmp/one.1" |
		sed "s/.*://" | sort -u >"$tmp/evidence" &&
	test -s "$tmp/evidence" && mkdir "$tmp/say" &&
	all_say &&
	feed one "$tmp/both.pgp" && before=$("$ICS" -D "$tmp/one" stats --json | jq .records) &&
	feed one "$tmp"/say/*.sig &&
	same $((before + $(said_count))) "$("$ICS" -D "$tmp/one" stats --json | jq .records)"
' # what they say is kept here: nobody asked for less; it only counts nothing
test_ok 'change no decision, and no reason' '
	answers one "$tmp/one.3" && cmp "$tmp/one.1" "$tmp/one.3"
'

# ---- by the rules of a domain -------------------------------------------------

test_ok 'a domain with rules of every kind, on both' '
	gpg_key owner && cat >"$tmp/plant" <<-X &&
		domain "plant" {
		    serial = 1
		    owner = "04$gpg_fpr"
		    level = standard
		    member { where = "model=T*" }
		    member { kind = code }
		    require device { must = {manufacturer} should = {owner} }
		    require device { purpose = "join" any = {integrator, maintainer} }
		    require code { needs = 2 }
		    state destroyed { by = {owner, manufacturer} needs = 2 }
		    update any { class = approved }
		    claims = yes
		    read { public = yes }
		}
	X
	gpg -u "$gpg_fpr" --clearsign "$tmp/plant" &&
	gpg --export "$gpg_fpr" >"$tmp/owner.pgp" && feed one "$tmp/owner.pgp" &&
	feed two "$tmp/owner.pgp" &&
	"$ICS" -D "$tmp/one" policy put "$tmp/plant.asc" &&
	"$ICS" -D "$tmp/two" policy put "$tmp/plant.asc" &&
	answers one "$tmp/one.4" && answers two "$tmp/two.4" && varied "$tmp/one.4" &&
	! cmp -s "$tmp/one.1" "$tmp/one.4"
'
test_ok 'the one that heard strangers decides as the one that did not' '
	cmp "$tmp/one.4" "$tmp/two.4"
'
test_ok 'and goes on so after it heard them, too' '
	feed two "$tmp/both.pgp" "$tmp"/say/*.sig && answers two "$tmp/two.5" &&
	cmp "$tmp/two.4" "$tmp/two.5"
'
test_ok 'they end well' 'icsd_stop "$one_pid" && icsd_stop "$two_pid"'
test_done
