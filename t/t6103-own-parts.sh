#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Own servers that take only, give only, want a part, or are of an older
# version.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"
mkdir "$tmp/in"
"$builddir/t/statements" "$seed" 400 1 "$tmp/in" || exit 99
root=$(cat "$tmp/in/root")
count=$(own_batches | wc -l)

# has NAME ITEM: what is known of it there
has() {
	eval "icsd_http=\$$1_http"
	test 200 = "$(api "/items/$2")"
}

# ---- pull, push -----------------------------------------------------------------

test_ok 'one only takes' '
	own_new a b && own_rows a "b kind=ics key=$b_pin" &&
	own_start a --root "$root" && own_feeds a 1 $((count / 2)) &&
	own_rows b "$(own_row_of a "every=0 push=no")" &&
	own_start b --root "$root" && own_feeds b $((count / 2)) "$count" &&
	size=$(own_size a) && own_round b a && own_round b a &&
	same "$size" "$(own_size a)" && same 0 "$(own_row b a .pushed)" &&
	test "$(own_row b a .fetched)" -gt 0 &&
	test "$(own_size b)" -gt "$size"
'
test_ok 'what only it has stays different' '
	test "$(own_row b a .differing)" -gt 0
'
test_ok 'then it only gives' '
	own_rows b "$(own_row_of a "every=0 pull=no")" && own_reload b &&
	own_round b a && test "$(own_row b a .pushed)" -gt 0 &&
	test "$(own_size a)" -ge "$(own_size b)"
'
# A certificate of which both had a part is whole at the other side only.
test_ok 'and gives nothing twice' '
	own_round b a && pushed=$(own_row b a .pushed) && own_round b a &&
	same "$pushed" "$(own_row b a .pushed)"
'
test_ok 'and takes nothing' '
	own_feeds a "$count" "$count" && size=$(own_size b) &&
	gpg_home maker && gpg_key "Nobody <n@example.org>" ed25519 cert &&
	gpg --export "$gpg_fpr" >"$tmp/nobody" && own_feed a "$tmp/nobody" &&
	own_round b a && same "$size" "$(own_size b)" &&
	same 0 "$(own_row b a .fetched)" && own_stop a && own_stop b
'

# ---- a part ------------------------------------------------------------------------

test_ok 'devices of two models' '
	own_new c d && own_rows c "d kind=ics key=$d_pin" && own_start c &&
	gpg_key "Acme <acme@example.org>" ed25519 && maker=$gpg_fpr &&
	gpg --export "$maker" >"$tmp/maker.pgp" && own_feed c "$tmp/maker.pgp" &&
	own_device c one T1000 && own_device c two T2000 && own_device c three T1000
'
test_ok 'one wants a model' '
	own_rows d "$(own_row_of c "every=2s '\''select=model=T1000 manu=Acme'\''")" &&
	own_start d && own_round d c && same "" "$(own_row d c .error)" &&
	has d "$one" && has d "$three" && ! has d "$two"
'
test_ok 'and gets whoever spoke about it, too' 'has d "$maker"'
test_ok 'nothing is given to the other' '
	gpg_key "Local <l@example.org>" ed25519 cert && local=$gpg_fpr &&
	gpg --export "$local" >"$tmp/local.pgp" && own_feed d "$tmp/local.pgp" &&
	own_round d c && ! has c "$local" && same 0 "$(own_row d c .pushed)"
'
test_ok 'news of the part arrive within a second' '
	own_device c four T1000 && own_device c five T2000 &&
	wait_until 1 "has d $four" && ! has d "$five"
'
test_ok 'and records about it' '
	signer=$maker &&
	record "$tmp/rec.pgp" rec=device-status/1 "subject=dev:04$four" \
		status=stolen &&
	own_feed c "$tmp/rec.pgp" && cat "$tmp/body" &&
	same 1 "$(own_ics c stats --json | jq .records)" &&
	wait_until 2 "own_ics d stats --json | jq -e \".records == 1\""
'
test_ok 'the cursor is kept for this part alone' '
	own_rows d "$(own_row_of c "every=2s select=model=T2000")" &&
	own_reload d && own_round d c && has d "$two" && has d "$five" &&
	own_stop c && own_stop d
'

# ---- an older version ----------------------------------------------------------------

# old NAME PREFIX...: without these, at $NAME_url
old() {
	old_name=$1
	shift
	eval "old_http=\$${old_name}_http"
	: >"$tmp/old.out"
	python3 "$srcdir/t/old_server.py" 0 "$tmp/$old_name.crt" \
		"$tmp/$old_name.key" "$old_http" "$@" >"$tmp/old.out" 2>"$tmp/old.err" &
	old_pid=$!
	at_exit "kill $old_pid 2>/dev/null"
	wait_until 20 'test -s "$tmp/old.out"' &&
		eval "${old_name}_url=https://127.0.0.1:$(cat "$tmp/old.out")"
}

# catches_up WHAT: f, empty but for something of its own, and e
older() {
	rm -rf "${tmp:?}/f" && own_rows f "$(own_row_of e every=2s)" &&
		own_start f --root "$root" &&
		own_feeds f $((count - 2)) "$count" && own_settle f e &&
		same "" "$(own_row f e .error)"
}

test_ok 'a server of an older version' '
	own_new e f && own_rows e && own_start e --root "$root" &&
	own_feeds e 1 $((count - 1))
'
test_ok 'without sketches' 'old e /ics/v1/sketch /ics/v1/fetch && older'
test_ok 'news of it, and of ours, arrive' '
	gpg --export "$maker" >"$tmp/maker.pgp" && own_feed e "$tmp/maker.pgp" &&
	wait_until 2 "has f $maker" &&
	own_feed f "$tmp/one.pgp" && own_round f e && has e "$one"
'
test_ok 'without proofs of its log either' '
	own_stop f &&
	old e /ics/v1/sketch /ics/v1/fetch /ics/v1/log/proof && older
'
test_ok 'without anything of ours: it is named' '
	own_stop f && old e /ics/ && rm -r "$tmp/f" &&
	own_rows f "$(own_row_of e every=0)" && own_start f &&
	! own_round f e && same no-api "$(own_row f e .error)" &&
	own_stop e && own_stop f
'
test_done
