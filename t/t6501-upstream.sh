#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A server further up is asked for what is not here: what comes is judged, kept
# and fetched anew when it is old; what does not come costs nobody much.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
skip_unless python3 curl jq dirmngr

gpg_home owner 2>/dev/null
for name in alice bob carol dave pump; do
	gpg_key "$name <$name@example.org>" 2>/dev/null
	eval "$name=$gpg_fpr"
	gpg --armor --export "$gpg_fpr" >"$tmp/$name.asc"
done

# at NAME COMMAND...: with the server of this name in place of the last one
at() {
	icsd_http=$(sed -n 's/^listening \(http:.*\)/\1/p' "$tmp/$1.out")
	icsd_dir=$tmp/$1
	shift
	"$@"
}
get() { # FPR [CURL-OPTION...]: the status
	get_fpr=$1
	shift
	http_code "/pks/lookup?op=get&options=mr&search=0x$get_fpr" "$@"
}
certs() {
	"$ICS" -D "$icsd_dir" stats --json | jq .certs
}
# A start of the server of this name; its upstream, and more lines.
start() { # NAME [URL [LINE...]]
	start_name=$1
	printf 'log-level = debug\nupstream = "%s"\n' "${2:-}" \
		>"$tmp/$start_name.conf"
	shift "$(($# < 2 ? $# : 2))"
	for start_line; do
		echo "$start_line" >>"$tmp/$start_name.conf"
	done
	icsd_start "$start_name" -f "$tmp/$start_name.conf" || return
	eval "${start_name}_pid=$icsd_pid ${start_name}_port=$icsd_port"
}
# What it logged so far is looked at no more, but at the end.
fresh() {
	cat "$tmp/$1.err" >>"$tmp/all.err" && : >"$tmp/$1.err"
}
start_new() { # likewise, with an empty store
	rm -rf "${tmp:?}/$1" && touch "$tmp/$1.err" && fresh "$1" && start "$@"
}
mkdir "$tmp/liar"
mode() { # WORD: what the liar does; nothing was asked
	echo "$1" >"$tmp/liar/mode" && : >"$tmp/liar/asked"
}
asked() { # N: so often the liar was asked
	same "$1" "$(wc -l <"$tmp/liar/asked")"
}
seconds() { # COMMAND...: how long it took
	seconds_at=$(date +%s)
	"$@" || return
	seconds_took=$(($(date +%s) - seconds_at))
}

test_ok 'a server further up, and one below' '
	start up && for each in alice bob carol; do
		same 200 "$(http_code /pks/add \
			--data-urlencode "keytext@$tmp/$each.asc")" || exit
	done && start cache "hkp://127.0.0.1:$up_port" && same 0 "$(certs)"
'
test_ok 'gpg finds there what only the upper one has' '
	gpg_home reader && gpg --keyserver "hkp://127.0.0.1:$cache_port" \
		--recv-keys "$alice" && gpg --list-keys "$alice" &&
	same 1 "$(certs)"
'
test_ok 'VKS and HKP v2 do, by fingerprint and key ID' '
	same 200 "$(http_code "/vks/v1/by-keyid/$(echo "$bob" | cut -c 25-)")" &&
	same 200 "$(http_code "/pks/v2/certs/by-vfingerprint/04$carol")" &&
	same 3 "$(certs)" && same 404 "$(get "$dave")"
'
test_ok 'no list, no search by words asks anybody' '
	same 404 "$(http_code "/pks/lookup?op=get&search=dave@example.org")" &&
	same 404 "$(http_code "/pks/lookup?op=index&search=0x$pump")" &&
	same 4 "$(grep -c "upstream-answer" "$tmp/cache.err")"
'
test_ok 'without the upper one, what is here is served' '
	icsd_stop "$up_pid" && same 200 "$(get "$alice")"
'
test_ok 'and what is not is a 404, at once' '
	seconds same 404 "$(get "$pump")" &&
	same 404 "$(get 00112233445566778899AABBCCDDEEFF00112233)" &&
	test "$seconds_took" -le 3 && grep -q "upstream .*error=refused" "$tmp/cache.err"
'
test_ok 'so it is where the upper one never was' '
	icsd_stop "$cache_pid" && start_new cache "http://127.0.0.1:$up_port" &&
	same 404 "$(get "$alice")" && same 404 "$(get "$alice")" &&
	same 0 "$(certs)" && icsd_stop "$cache_pid"
'

# What is old is fetched anew, behind the back of who asks.
has_second() {
	same 200 "$(at cache get "$alice")" && gpg --show-keys "$tmp/body" |
		grep -q second@example.org
}
test_ok 'after upstream-keep it is fetched anew' '
	start up && start_new cache "http://127.0.0.1:$up_port" \
		"upstream-keep = 1s" &&
	same 200 "$(get "$alice")" && gpg_use owner &&
	gpg --quick-add-uid "$alice" "alice <second@example.org>" &&
	gpg --armor --export "$alice" >"$tmp/second.asc" &&
	same 200 "$(at up http_code /pks/add \
		--data-urlencode "keytext@$tmp/second.asc")" &&
	wait_until 60 has_second
'
is_renewed() {
	same 200 "$(get "$alice")" && grep -q upstream-answer "$tmp/cache.err"
}
test_ok 'after a restart the last change counts' '
	icsd_stop "$cache_pid" && start cache "http://127.0.0.1:$up_port" \
		"upstream-keep = 7d" && fresh cache &&
	same 200 "$(get "$alice")" && same 404 "$(get "$dave")" &&
	same 1 "$(grep -c upstream-answer "$tmp/cache.err")" &&
	icsd_stop "$cache_pid" && start cache "http://127.0.0.1:$up_port" \
		"upstream-keep = 1s" && fresh cache &&
	wait_until 60 is_renewed &&
	icsd_stop "$cache_pid" && icsd_stop "$up_pid"
'

# From here on one that says anything.
python3 "$srcdir/t/upstream.py" "$tmp/liar" >"$tmp/liar/port" &
liar_pid=$!
at_exit "kill $liar_pid 2>/dev/null"
wait_until 60 "test -s \"$tmp/liar/port\""
liar=http://127.0.0.1:$(cat "$tmp/liar/port")

test_ok 'a miss is asked for once, and once more after upstream-miss' '
	mode miss && start_new cache "$liar" "upstream-miss = 1h" &&
	same 404 "$(get "$alice")" && same 404 "$(get "$alice")" && asked 1 &&
	grep -qi "op=get&options=mr&search=0x$alice\$" "$tmp/liar/asked" &&
	icsd_stop && start_new cache "$liar" "upstream-miss = 1s" &&
	mode miss && same 404 "$(get "$alice")" &&
	asked_again() { get "$alice" >/dev/null; ! asked 1; } &&
	wait_until 60 asked_again >/dev/null && icsd_stop
'
test_ok 'another certificate than was asked for changes nothing' '
	mode say && cp "$tmp/bob.asc" "$tmp/liar/say" &&
	start_new cache "$liar" && same 404 "$(get "$alice")" && asked 1 &&
	same 0 "$(certs)" && same 404 "$(get "$carol")" && asked 2
'
test_ok 'nor does noise; of several the right one is kept' '
	head -c 3000 /dev/urandom >"$tmp/liar/say" &&
	same 404 "$(get "$dave")" && same 0 "$(certs)" &&
	cat "$tmp/bob.asc" "$tmp/pump.asc" "$tmp/carol.asc" >"$tmp/liar/say" &&
	same 200 "$(get "$pump")" && same 1 "$(certs)" && icsd_stop
'
test_ok 'what is denied is not brought back' '
	mode say && cp "$tmp/alice.asc" "$tmp/liar/say" &&
	start_new cache "$liar" && "$ICS" -D "$icsd_dir" deny "$alice" &&
	same 410 "$(get "$alice")" && asked 0
'
test_ok 'nothing is fetched while nobody may send' '
	echo "writes = no" >>"$tmp/cache.conf" &&
	"$ICS" -D "$icsd_dir" reload &&
	same 404 "$(get "$bob")" && asked 0 && icsd_stop
'
test_ok 'an answer without end, one elsewhere' '
	mode flood && start_new cache "$liar" && same 404 "$(get "$alice")" &&
	asked 1 && mode away && same 404 "$(get "$bob")" && asked 1 &&
	! grep -q elsewhere "$tmp/liar/asked" && icsd_stop
'
test_ok 'one that fails is left alone for a while, then asked again' '
	mode fail && start_new cache "$liar" && same 404 "$(get "$alice")" &&
	same 404 "$(get "$bob")" && asked 1 && mode say &&
	found() { test "$(get "$alice")" = 200; } && wait_until 60 found &&
	grep -q "upstream .*error=status" "$tmp/cache.err" &&
	grep -q "upstream .*error=none" "$tmp/cache.err" && icsd_stop
'

# Forty that are asked for at a time, and a hundred requests for one of them.
crowd() {
	crowd_n=0
	set --
	while test "$crowd_n" -lt 140; do
		crowd_one=$(printf '%040d' "$((crowd_n < 40 ? crowd_n : 0))")
		set -- "$@" -o /dev/null \
			"$icsd_http/pks/lookup?op=get&search=0x$crowd_one"
		crowd_n=$((crowd_n + 1))
	done
	curl -sS -Z --parallel-max 140 --parallel-immediate -m 60 \
		-w '%{http_code}\n' "$@" >"$tmp/crowd"
}
test_ok 'one that is mute keeps nobody longer than five seconds' '
	mode mute && start_new cache "$liar" "http-threads = 1" &&
	same 200 "$(http_code /pks/add \
		--data-urlencode "keytext@$tmp/carol.asc")" &&
	{ crowd & } && crowd_pid=$! && seconds_at=$(date +%s) &&
	wait_until 60 "test \"\$(wc -l <\"$tmp/liar/asked\")\" -eq 32" &&
	same 200 "$(get "$carol" -m 3)" && wait "$crowd_pid" &&
	test "$(($(date +%s) - seconds_at))" -le 20 &&
	same 140 "$(grep -c "^404$" "$tmp/crowd")" && asked 32
'
test_ok 'a stop does not wait for it' '
	icsd_stop && start cache "$liar" && mode mute &&
	{ get "$alice" >"$tmp/last" & } && last_pid=$! &&
	wait_until 60 "test -s \"$tmp/liar/asked\"" &&
	seconds icsd_stop && test "$seconds_took" -le 4 && wait "$last_pid" &&
	same 404 "$(cat "$tmp/last")"
'

# Who may see what.
descriptor() { # TEXT: of read
	gpg_use owner && printf 'domain "plant" {
		serial = 1
		owner = "04%s"
		member { items = {"04%s"} }
		read { %s }
	}\n' "$carol" "$pump" "$1" >"$tmp/d" &&
		gpg -u "$carol" --yes --clearsign "$tmp/d" &&
		"$ICS" -D "$icsd_dir" load -q "$tmp/d.asc"
}
test_ok 'what is kept back is asked for as what is absent, and stays so' '
	cp "$tmp/pump.asc" "$tmp/liar/say" && mode say && start_new cache "$liar" &&
	cat "$tmp/carol.asc" "$tmp/pump.asc" >"$tmp/both.asc" &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/both.asc" && mode say &&
	descriptor "public = no" &&
	hidden() { test "$(get "$pump")" = 404; } && wait_until 60 hidden &&
	same 404 "$(get "$pump")" && asked 1 && same 404 "$(get "$dave")" &&
	asked 2 && "$ICS" -D "$icsd_dir" get "0x$pump" >/dev/null
'
test_ok 'who means a domain has nothing fetched' '
	same 404 "$(get "$bob" -H "X-ICS-Domain: plant")" && asked 2
'
test_ok 'nor has a stranger where nothing is for everybody' '
	echo "public = no" >>"$tmp/cache.conf" && "$ICS" -D "$icsd_dir" reload &&
	same 404 "$(get "$bob")" && asked 2 && icsd_stop
'
test_ok 'a reload names another, where there was one; not where none was' '
	mode say && start_new cache "$liar" && : >"$tmp/cache.conf" &&
	"$ICS" -D "$icsd_dir" reload && same 404 "$(get "$pump")" && asked 0 &&
	echo "upstream = \"$liar\"" >"$tmp/cache.conf" &&
	"$ICS" -D "$icsd_dir" reload && same 200 "$(get "$pump")" && asked 1 &&
	icsd_stop && start_new cache "" &&
	echo "upstream = \"$liar\"" >"$tmp/cache.conf" &&
	"$ICS" -D "$icsd_dir" reload && same 404 "$(get "$pump")" && asked 1 &&
	grep -q "needs-restart option=upstream" "$tmp/cache.err" && icsd_stop
'
test_ok 'and no sanitizer spoke' '
	! grep -E "Sanitizer|runtime error" "$tmp/all.err" "$tmp/cache.err" \
		"$tmp/up.err"
'
test_done
