#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Peers that nobody configured: sync blocks of policy descriptors name them,
# change what is fetched from them, and take them away again. No server here
# has a row of another unless a test says so.

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
# device NAME MODEL: a certificate that $maker says something about
device() {
	key "$1" && say "$maker" "$gpg_fpr" manu=Acme "model=$2" &&
		gpg --export "$gpg_fpr" >"$tmp/$1.pgp"
}
# posts NAME AS FILE: what became of it, sent over TLS with the key of AS
posts() {
	eval "posts_url=\$$1_url"
	curl -sS -k -o "$tmp/body" --cert "$tmp/$2.crt" --key "$tmp/$2.key" \
		-H 'Content-Type: application/octet-stream' \
		--data-binary "@$3" "$posts_url/ics/v1/submit" &&
		jq -r '.results[0].outcome' "$tmp/body"
}

# ---- what is fetched ----------------------------------------------------------------

test_ok 'a maker with devices of two models, a plant without a peer' '
	gpg_home own && own_new m p x && own_start m && own_start p &&
	key owner && key maker && device one T1000 && device two T2000 &&
	own_feed m "$tmp/maker.pgp" && own_feed m "$tmp/one.pgp" &&
	own_feed m "$tmp/two.pgp" && own_feed p "$tmp/owner.pgp" &&
	same "" "$(own_ics p peer list)"
'
test_ok 'a descriptor names a peer, and a round begins by itself' '
	descriptor p plant 1 "$owner" \
		"$(block m m "pull = \"model=T1000\" may-alter = yes")" &&
	wait_until 10 "has p $one" && has p "$maker" && ! has p "$two" &&
	same "plant nothing true" \
		"$(own_row p m@plant "\"\\(.domain) \\(.gives) \\(.may_alter)\"")"
'
test_ok 'its row is in the list, and goes by the name of the block' '
	own_ics p peer list >"$tmp/list" && cat "$tmp/list" &&
	grep -q "^m@plant  *ics  *good " "$tmp/list" &&
	grep -q "by domain plant: gives nothing, may alter" "$tmp/list" &&
	own_round p m && own_round p m@plant &&
	fails_with 5 own_ics p peer remove m@plant 2>"$tmp/why" &&
	grep -q "policy descriptor" "$tmp/why"
'
test_ok 'the JSON is as its schema says' '
	own_ics p peer list --json >"$tmp/list.json" &&
	valid peers "$tmp/list.json"
'
test_ok 'changed: another part comes, too, without a word to the server' '
	descriptor p plant 2 "$owner" \
		"$(block m m "pull = \"manu=Acme\" may-alter = yes")" &&
	wait_until 10 "has p $two"
'
test_ok 'it stays over a restart' '
	own_stop p && own_start p && same plant "$(own_row p m@plant .domain)"
'
test_ok 'gone: nothing is fetched any more' '
	descriptor p plant 3 "$owner" "" &&
	wait_until 5 "test -z \"\$(own_ics p peer list)\"" &&
	grep -q "peer=m@plant words=\"no longer ordered\"" "$tmp/p.err"
'

# ---- names, keys, conflicts --------------------------------------------------------

test_ok 'without a pin the operator must know it' '
	descriptor p plant 4 "$owner" "sync \"m\" { url = \"$m_url\" pull = \"manu=Acme\" }" &&
	wait_until 5 "own_ics p peer list | grep -q \"^m@plant: refused, line [0-9]*: it has no pin\"" &&
	grep -q "sync-refused .*domain=plant block=\"m\"" "$tmp/p.err" &&
	own_ics p peer list --json >"$tmp/list.json" && valid peers "$tmp/list.json"
'
test_ok 'where he does his row has the key, the block says what' '
	own_ics p peer add m kind=ics "url=$m_url" "key=$m_pin" every=0 &&
	same true "$(own_row p m .rests)" &&
	same "$m_pin" "$(own_row p m@plant .text | sed "s/.* key=\\([^ ]*\\).*/\\1/")" &&
	own_round p m && own_ics p peer remove m &&
	wait_until 5 "test -z \"\$(own_row p m@plant .name)\""
'
test_ok 'two domains, a block of the same name each: both are followed' '
	key second && own_feed p "$tmp/second.pgp" &&
	descriptor p plant 5 "$owner" \
		"$(block m m "pull = \"model=T1000\" may-alter = yes")" &&
	descriptor p other 1 "$second" \
		"$(block m m "pull = \"model=T2000\" may-alter = yes")" &&
	wait_until 5 "same m@other \"\$(own_row p m@other .name)\"" &&
	same m@plant "$(own_row p m@plant .name)" && own_round p m
'
test_ok 'a name means the block of its own domain, never another one' '
	key pump && key valve && own_feed p "$tmp/pump.pgp" &&
	own_feed p "$tmp/valve.pgp" &&
	descriptor p plant 6 "$owner" "member { items = {\"04$pump\"} }
		read { peers = {\"m\"} } $(block m m)" &&
	descriptor p other 2 "$second" "member { items = {\"04$valve\"} }
		read { peers = {\"m\"} } $(block m x)" &&
	wait_until 10 "same 404 \"\$(asks p \"$pump\")\"" &&
	wait_until 10 "same 200 \"\$(asks p \"$pump\" m)\"" &&
	wait_until 10 "same 404 \"\$(asks p \"$valve\" m)\"" &&
	same 404 "$(asks p "$pump" x)" && same 200 "$(asks p "$valve" x)"
'

# ---- who may alter -----------------------------------------------------------------

test_ok 'in the field nobody may, but whom the descriptor lists' '
	own_new f && own_start f --profile infield &&
	own_ics f load -q "$tmp/owner.pgp" && key news && key more && key last &&
	descriptor f plant 1 "$owner" "$(block x x)" &&
	wait_until 5 "same x@plant \"\$(own_row f x@plant .name)\"" &&
	same invalid "$(posts f m "$tmp/news.pgp")" &&
	grep -q "refused-write .*not-a-peer" "$tmp/f.err"
'
test_ok 'listed without that word he is refused as anybody' '
	descriptor f plant 2 "$owner" "$(block m m)" &&
	wait_until 5 "same m@plant \"\$(own_row f m@plant .name)\"" &&
	same invalid "$(posts f m "$tmp/news.pgp")" && ! has f "$news" &&
	same invalid "$(posts f x "$tmp/news.pgp")"
'
test_ok 'nor is taken what is fetched from there' '
	descriptor f plant 3 "$owner" "$(block m m "pull = \"manu=Acme\"")" &&
	wait_until 10 "test 0 -lt \"\$(own_row f m@plant .useless)\"" &&
	! has f "$one"
'
test_ok 'listed with it he is let in' '
	descriptor f plant 4 "$owner" "$(block m m "may-alter = yes")" &&
	wait_until 5 "same true \"\$(own_row f m@plant .may_alter)\"" &&
	same inserted "$(posts f m "$tmp/news.pgp")" && has f "$news" &&
	same invalid "$(posts f x "$tmp/more.pgp")"
'
test_ok 'and unlisted again he is not' '
	descriptor f plant 5 "$owner" "" &&
	wait_until 5 "test -z \"\$(own_row f m@plant .name)\"" &&
	same invalid "$(posts f m "$tmp/last.pgp")" && ! has f "$last"
'
test_ok 'all end well' '
	own_stop m && own_stop p && own_stop f &&
	! grep -E "Sanitizer|runtime error" "$tmp/m.err" "$tmp/p.err" "$tmp/f.err"
'
test_done
