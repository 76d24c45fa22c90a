#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics sync plan: what rounds with own servers would do, and for each item that
# they leave out the reason, against a table; nothing is changed by asking.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
. "$srcdir/t/lib-blocks.sh"

# key NAME: a key, nothing is said of it
key() {
	gpg_key "$1" ed25519 && eval "$1=$gpg_fpr" &&
		gpg --export "$gpg_fpr" >"$tmp/$1.pgp"
}
dev() { printf 'dev:04%s' "$(lower "$1")"; }
# plan [ARG...]: of d, as JSON; its exit status
plan() {
	own_ics d sync plan --json "$@" >"$tmp/plan.json" 2>"$tmp/plan.err"
}
# rows: reason, item, detail of each, sorted, of the last plan
rows() {
	valid plan "$tmp/plan.json" >&2 && jq -r \
		'.peers[0].items[] | "\(.reason) \(.item) \(.detail)"' \
		"$tmp/plan.json" | sort
}
# counts PULL|PUSH: its numbers
counts() {
	jq -c ".peers[0].$1 | map_values(numbers)" "$tmp/plan.json"
}
# says ITEM PULL PUSH [STATUS]: what one is told
says() {
	status=0
	plan c "$1" || status=$?
	same "${4:-0}" "$status" && valid plan "$tmp/plan.json" &&
		same "$2 $3" "$(jq -r '[.peers[0].items[].reason] | join(" ")' \
			"$tmp/plan.json")" && helps
}
# Whatever keeps it out has help, or needs none.
helps() {
	jq -e '.peers[0].items | all(.words != "") and
		all(.left_out == (.help != "") or .reason == "not-ours")' \
		"$tmp/plan.json"
}
row() {
	own_rows d "$(own_row_of c "every=0 $1")" && own_reload d
}

test_ok 'a maker with things of two models, and a server that wants one' '
	gpg_home && own_new c d && own_rows c "d kind=ics key=$d_pin" &&
	own_start c && key maker && own_feed c "$tmp/maker.pgp" &&
	key shut && own_feed c "$tmp/shut.pgp" &&
	key nobody && own_feed c "$tmp/nobody.pgp" &&
	own_device c one T1000 && own_device c two T2000 && own_device c denied T1000 &&
	own_device c halved T1000 "$shut" &&
	own_rows d "$(own_row_of c "every=0 '\''select=manu=Acme model=T1000'\''")" &&
	own_start d && own_ics d deny "$denied" -r recalled &&
	own_ics d deny "$shut" -r unknown &&
	own_round d c && own_device c later T1000
'
test_ok 'the table: fixtures in, a reason for each that is left out' '
	plan c && rows >"$tmp/rows" && sort >"$tmp/want" <<-ROWS &&
		not-selected $(dev $two) model is t2000, not T1000
		not-selected $(dev $nobody) no manu is said of it, not Acme
		not-selected $(dev $shut) no manu is said of it, not Acme
		refused $(dev $denied) denied: the certificate is on this server'\''s deny list
		waiting $(dev $halved) a signature by key $(echo $shut | tail -c 17)
	ROWS
	cmp "$tmp/want" "$tmp/rows" || { diff "$tmp/want" "$tmp/rows"; false; }
'
test_ok 'and how many there are of the others' '
	same "{\"shown\":8,\"selected\":4,\"here\":1,\"comes\":1,\"left_out\":5}" \
		"$(counts pull)" &&
	jq -e ".peers[0] | .by.operator == \"icsd.conf\" and .next == null and
		.pull.select == \"manu=Acme model=T1000\" and
		.push.gives == \"nothing\" and .cut == false" "$tmp/plan.json"
'
test_ok 'for people' '
	own_ics d sync plan >"$tmp/text" && cat "$tmp/text" &&
	grep -q "^c: by icsd.conf$" "$tmp/text" &&
	grep -q "^  asked for: manu=Acme model=T1000$" "$tmp/text" &&
	grep -q "8 shown, 4 selected, 1 here already, 1 would come, 5 left out" \
		"$tmp/text" &&
	grep -q "^  pull not-selected  *$(dev $two)  model is t2000, not T1000$" \
		"$tmp/text"
'
test_ok 'as many rows as one wants; the others are counted' '
	own_ics d sync plan --limit 2 >"$tmp/text" &&
	same 2 "$(grep -c "^  pull " "$tmp/text")" &&
	grep -q "and 3 more" "$tmp/text" && plan c --limit 0 &&
	same 0 "$(jq ".peers[0].items | length" "$tmp/plan.json")" &&
	fails_with 2 own_ics d sync plan --limit x
'
test_ok 'nothing is changed by asking' '
	size=$(own_size d) && log=$(own_ics d stats --json | jq .log) &&
	log_c=$(own_ics c stats --json | jq .log) &&
	own_row d c ".rounds, .fetched, .pushed" >"$tmp/before" &&
	plan c && plan c "$later" &&
	same "$size" "$(own_size d)" &&
	same "$log" "$(own_ics d stats --json | jq .log)" &&
	own_row d c ".rounds, .fetched, .pushed" | cmp "$tmp/before" - &&
	same "$log_c" "$(own_ics c stats --json | jq .log)"
'
test_ok 'one item: it comes, it is here, it is not selected' '
	says "$later" comes not-ours && says "$one" here there &&
	says "$two" not-selected not-ours 1 &&
	same "model is t2000, not T1000" \
		"$(jq -r ".peers[0].items[0].detail" "$tmp/plan.json")" &&
	says "$denied" refused not-ours 1 && says "$halved" waiting there 0
'
test_ok 'in sentences, with what would help' '
	fails_with 1 own_ics d sync plan c "$two" >"$tmp/text" &&
	grep -q "to us: what is asked for does not take it (not-selected): model is" \
		"$tmp/text" && grep -q "would help: ask by other terms" "$tmp/text"
'
test_ok 'and the next round does what was planned' '
	own_round d c && says "$later" here there && plan c &&
	same 0 "$(jq .peers[0].pull.comes "$tmp/plan.json")"
'
test_ok 'what the peer does not have; a part is given nothing' '
	key local && own_ics d load -q "$tmp/local.pgp" &&
	says "$local" not-shown not-pushed 1 &&
	says "sha256:$(echo x | sha256sum | cut -c1-64)" not-shown not-ours 1
'
test_ok 'nothing is asked, everything given: what goes, and what does not' '
	row "pull=no" && key secret && key unloved &&
	own_ics d load -q "$tmp/maker.pgp" "$tmp/secret.pgp" "$tmp/unloved.pgp" &&
	own_ics c deny "$unloved" -r no && own_round d c &&
	printf "domain \"plant\" {\n\tserial = 1\n\towner = \"04%s\"\n\tmember { items = {\"04%s\"} }\n\tread { public = no }\n}\n" \
		"$maker" "$secret" >"$tmp/plant" &&
	gpg -u "$maker" --clearsign "$tmp/plant" &&
	own_ics d load -q "$tmp/plant.asc" && own_ics c delete "$secret" &&
	key fresh && own_ics d load -q "$tmp/fresh.pgp" &&
	says "$fresh" not-pulled goes && says "$two" not-pulled not-ours 1 &&
	says "$one" not-pulled there &&
	wait_until 20 "says $secret not-pulled not-readable 1" &&
	says "$unloved" not-pulled not-taken 1
'
test_ok 'the same as a table' '
	plan c && rows >"$tmp/rows" && sort >"$tmp/want" <<-ROWS &&
		not-readable $(dev $secret) 
		not-taken $(dev $unloved) 
	ROWS
	cmp "$tmp/want" "$tmp/rows" && jq -e ".peers[0].push |
		.gives == \"everything\" and .goes == 1 and .left_out == 2 and
		.ours == .there + .goes + .left_out" "$tmp/plan.json"
'
test_ok 'by the word of a descriptor: its domain, and statuses alone' '
	own_rows d && own_reload d && key owner &&
	own_ics d load -q "$tmp/owner.pgp" && key pump && key valve &&
	for each in "$pump" "$valve" "$fresh"; do
		own_ics c deny "$each" -r no || return 1
	done &&
	own_ics d load -q "$tmp/pump.pgp" "$tmp/valve.pgp" && signer=$owner &&
	record "$tmp/pump.sig" rec=device-status/1 \
		"subject=$(dev "$pump")" status=active &&
	own_ics d load -q "$tmp/pump.sig" &&
	descriptor d works 3 "$owner" "
		member { items = {\"04$pump\", \"04$valve\"} }
		read { peers = {\"c\"} }
		$(block c c "push = status")" &&
	wait_until 20 "own_ics d peer list | grep -q ^c@works" &&
	says "$valve" not-pulled no-status 1 &&
	says "$fresh" not-pulled not-a-member 1 &&
	jq -e ".peers[0] | .name == \"c@works\" and
		.by == {domain: \"works\", serial: 3}" "$tmp/plan.json" &&
	plan c && jq -e ".peers[0].push.gives == \"status\"" "$tmp/plan.json" &&
	rows | grep "^no-status $(dev "$valve") $" &&
	rows | grep "^not-a-member $(dev "$fresh") $" &&
	own_ics d sync plan c@works | grep "^c@works: by domain works, serial 3"
'
test_ok 'who is not there, and what can be no item' '
	fails_with 1 own_ics d sync plan nowhere 2>"$tmp/err" &&
	grep -q "no peer of this name" "$tmp/err" &&
	fails_with 2 own_ics d sync plan c "?" && fails_with 2 own_ics d sync now
'
test_ok 'a peer that is away is told as such; another is planned all the same' '
	own_new e && own_rows e "d kind=ics key=$d_pin" && own_start e &&
	own_rows d "$(own_row_of c every=0)" "$(own_row_of e every=0)" &&
	own_reload d && own_stop c &&
	fails_with 3 own_ics d sync plan >"$tmp/text" && cat "$tmp/text" &&
	grep -q "^  cannot be asked: refused: " "$tmp/text" &&
	grep -A5 "^e: " "$tmp/text" | grep -q "0 shown" &&
	fails_with 0 own_ics d sync plan e >"$tmp/text"
'
test_ok 'a server that stops answers who waits' '
	own_stop d && fails_with 3 own_ics d sync plan && own_stop e
'
test_done
