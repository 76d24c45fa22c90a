#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What descriptors send: a state from a maker to the field over two hops, a
# domain's things, and descriptors themselves. No server has a row of another.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
. "$srcdir/t/lib-blocks.sh"

key() { # NAME: sets $NAME to its fingerprint
	gpg_key "$1 <$1@ex.example>" ed25519 && eval "$1=\$gpg_fpr" &&
		gpg --export "$gpg_fpr" >"$tmp/$1.pgp"
}
records() { # NAME N
	own_ics "$1" stats --json | jq -e ".records == $2"
}
serial() { # NAME DOMAIN: in force
	own_ics "$1" domain list --json |
		jq -r ".domains[] | select(.name == \"$2\") | .serial"
}
# status FILE ITEM WORD [NAME=VALUE...]: a record of the maker's
status() {
	status_file=$1 status_item=$2 status_word=$3
	shift 3
	signer=$maker
	record "$tmp/$status_file" rec=device-status/1 \
		"subject=dev:04$status_item" "status=$status_word" "$@"
}

test_ok 'a maker, an integrator, a server in the field' '
	gpg_home own && own_new m i f && own_start m && own_start i &&
	own_start f --profile infield && key owner && key maker && key pump &&
	key other && say "$maker" "$pump" manu=Acme model=T1000 &&
	gpg --export "$pump" >"$tmp/pump.pgp" && own_feed m "$tmp/maker.pgp" &&
	own_feed m "$tmp/pump.pgp" && own_feed m "$tmp/other.pgp" &&
	own_ics f load -q "$tmp/owner.pgp" && own_ics i load -q "$tmp/owner.pgp"
'
plant() { # NAME SERIAL [MORE]
	descriptor "$1" plant "$2" "$owner" "member { items = {\"04$pump\"} }
		read { peers = {\"i\", \"f\"} }
		$(block i i "pull = \"model=T1000\" may-alter = yes")
		$(block f f "push = status") ${3:-}"
}
test_ok 'one descriptor for two servers: each is what it says of the other' '
	plant i 1 && plant f 1 &&
	wait_until 5 "same \"f@plant\" \"\$(own_row i f@plant .name)\"" &&
	wait_until 5 "same \"i@plant\" \"\$(own_row f i@plant .name)\"" &&
	same status "$(own_row i f@plant .gives)" &&
	same "" "$(own_row i i@plant .name)$(own_row f f@plant .name)"
'
test_ok 'and one of the maker' '
	descriptor m acme 1 "$maker" "member { items = {\"04$pump\"} }
		$(block i i "push = status")" &&
	wait_until 5 "test -n \"\$(own_row m i@acme .success)\"" &&
	own_round m i && own_round i f
'
test_ok 'stolen: known in the field at once, with whose word it is' '
	status stolen.pgp "$pump" stolen && own_feed m "$tmp/stolen.pgp" &&
	wait_until 3 "records f 1" && has f "$maker" && records i 1
'
test_ok 'what sets no state stays, and so does what is of no member' '
	status label.pgp "$other" stolen && own_feed m "$tmp/label.pgp" &&
	own_round m i && records i 1 && ! has i "$other"
'
test_ok 'nothing is sent twice' '
	pushed=$(own_row m i@acme .pushed) && own_round m i && own_round m i &&
	same "$pushed" "$(own_row m i@acme .pushed)"
'
test_ok 'who was away hears of it when it is back' '
	own_stop i && status back.pgp "$pump" lost &&
	own_feed m "$tmp/back.pgp" && own_start i &&
	wait_until 20 "records f 2" && records i 2
'
test_ok 'push by an asterisk: the things of the domain, and no others' '
	descriptor m acme 2 "$maker" "member { items = {\"04$pump\"} }
		$(block i i "push = \"*\"")" &&
	wait_until 10 "has i $pump" && ! has i "$other" &&
	same everything "$(own_row m i@acme .gives)"
'
test_ok 'a newer descriptor travels to who has an older one' '
	plant i 2 && wait_until 10 "same 2 \"\$(serial f plant)\"" &&
	grep -q "descriptor-came .*domain=plant serial=2 words=\"taken\"" "$tmp/f.err"
'
test_ok 'one that is new does not, until its owner is a root there' '
	descriptor i site 1 "$owner" "read { public = yes }" &&
	own_round f i && same "" "$(serial f site)" && own_stop f &&
	own_start f --profile infield --root "04$owner" && own_round f i &&
	wait_until 5 "same 1 \"\$(serial f site)\""
'
test_ok 'nor what the peer hides' '
	descriptor i hidden 1 "$owner" "" && own_round f i &&
	same "" "$(serial f hidden)"
'
test_ok 'all end well' '
	own_stop m && own_stop i && own_stop f &&
	! grep -E "Sanitizer|runtime error" "$tmp/m.err" "$tmp/i.err" "$tmp/f.err"
'
# ---- known later ---------------------------------------------------------------------

# A connection that is kept was begun when nobody was asked for a certificate.
test_ok 'a stranger, until the other server names it: then by itself' '
	own_new u v && own_start u && own_start v && key late &&
	own_feed u "$tmp/late.pgp" && own_feed v "$tmp/late.pgp" &&
	key thing && own_feed u "$tmp/thing.pgp" &&
	descriptor v late 1 "$late" "$(block u u "pull = \"*\" may-alter = yes")" &&
	wait_until 20 "same stranger \"\$(own_row v u@late .error)\"" &&
	! own_round v u && same stranger "$(own_row v u@late .error)" &&
	descriptor u late 1 "$late" "$(block v v)" &&
	wait_until 20 "has v $thing" && same "" "$(own_row v u@late .error)" &&
	own_stop u && own_stop v
'
test_done
