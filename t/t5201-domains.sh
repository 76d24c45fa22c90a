#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Policy descriptors in a server: signed by stock gpg, put by their owners,
# kept, dumped, replaced live while many ask.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
unset ICS_SERVER

key() { # NAME: sets $NAME to its fingerprint
	gpg_key "$1 <$1@ex.example>" && eval "$1=\$(lower \"\$gpg_fpr\")"
}
# descriptor FILE NAME SERIAL OWNER SIGNER [LINE...]
descriptor() {
	d_file=$tmp/$1 d_name=$2 d_serial=$3 d_owner=$4 d_signer=$5
	shift 5
	{
		printf 'domain "%s" {\n\tserial = %s\n\towner = "04%s"\n' \
			"$d_name" "$d_serial" "$d_owner"
		printf '\t%s\n' "$@"
		printf '}\n'
	} >"$d_file.policy"
	rm -f "$d_file"
	gpg -u "$d_signer" -o "$d_file" --clearsign "$d_file.policy"
}
put() { "$ICS" -D "$icsd_dir" policy put "$@" 2>&1; }
refused() { # REASON FILE
	put "$tmp/$2" >"$tmp/told"
	same 1 $? && grep -q "$1" "$tmp/told"
}
post_text() { # FILE; prints the status
	http_code /ics/v1/submit --data-binary "@$1" \
		-H 'Content-Type: application/octet-stream'
}
serial() { # NAME: in force
	curl -sS "$icsd_http/ics/v1/domains/$1" | jq -r .serial
}

test_ok 'an owner, another, and a server' '
	gpg_home && key owner && key heir && key stranger &&
	gpg --export >"$tmp/all.gpg" && icsd_start one &&
	api /domains | grep -qx 200 && valid domains && is ".domains == []"
'
test_ok 'nothing by an owner who is not here' '
	descriptor d1 plant-7 1 "$owner" "$owner" "read { public = yes }" &&
	refused "is not here; send it first" d1 &&
	"$ICS" -D "$icsd_dir" -q load "$tmp/all.gpg"
'
test_ok 'put, and in force when the command returns' '
	same "plant-7: serial 1 is in force" "$(put "$tmp/d1")" &&
	same 1 "$(serial plant-7)" &&
	same "plant-7: serial 1 was there before" "$(put "$tmp/d1")"
'
test_ok 'the list, one, and what was signed' '
	api /domains | grep -qx 200 && valid domains &&
	is ".domains[0].name == \"plant-7\" and .domains[0].public" &&
	api /domains/plant-7 | grep -qx 200 && valid domain &&
	is ".owner == \"04$owner\" and (.history | length) == 1" &&
	api /domains/plant-7.asc | grep -qx 200 && cmp "$tmp/body" "$tmp/d1" &&
	gpg --verify "$tmp/body" && cors
'
test_ok 'ics domain' '
	"$ICS" -D "$icsd_dir" domain list | grep -q "^plant-7  *1 .*04$owner" &&
	"$ICS" -D "$icsd_dir" domain list --json >"$tmp/j" && valid domains "$tmp/j" &&
	"$ICS" -s "$icsd_http" domain show plant-7 | grep -q "^serial  *1$" &&
	"$ICS" -s "$icsd_http" domain show plant-7 -o "$tmp/out" && cmp "$tmp/out" "$tmp/d1" &&
	fails_with 1 "$ICS" -s "$icsd_http" domain show plant-8
'
test_ok 'what is not public is not there, but for the operator' '
	descriptor p1 private 1 "$owner" "$owner" "read { public = no }" &&
	put "$tmp/p1" && api /domains/private | grep -qx 404 &&
	cp "$tmp/body" "$tmp/missing" && api /domains/nowhere | grep -qx 404 &&
	cmp "$tmp/body" "$tmp/missing" &&
	api /domains && is "(.domains | length) == 1" &&
	"$ICS" -D "$icsd_dir" domain show private | grep -q "^readers  *some"
'

# ---- who may -----------------------------------------------------------------

test_ok 'an older one, the same one with other words' '
	descriptor d3 plant-7 3 "$owner" "$owner" "read { public = yes }" && put "$tmp/d3" &&
	descriptor d2 plant-7 2 "$owner" "$owner" && refused "must be higher" d2 &&
	descriptor x3 plant-7 3 "$owner" "$owner" "claims = yes" && refused "must be higher" x3 &&
	same 3 "$(serial plant-7)"
'
test_ok 'a new owner, by the former one only' '
	descriptor s4 plant-7 4 "$stranger" "$stranger" && refused "the one in force names" s4 &&
	descriptor h4 plant-7 4 "$heir" "$owner" "read { public = yes }" && put "$tmp/h4" &&
	descriptor o5 plant-7 5 "$owner" "$owner" && refused "the one in force names" o5 &&
	descriptor h5 plant-7 5 "$heir" "$heir" "read { public = yes }" && put "$tmp/h5" &&
	same "04$heir" "$(curl -sS "$icsd_http/ics/v1/domains/plant-7" | jq -r .owner)" &&
	api "/domains/plant-7?serial=3" | grep -qx 200 && valid domain &&
	is ".serial == 3 and .owner == \"04$owner\" and (.history | length) == 4"
'
test_ok 'from the network: the next one, but no first one' '
	descriptor h6 plant-7 6 "$heir" "$heir" "read { public = yes }" &&
	post_text "$tmp/h6" | grep -qx 200 && valid submit &&
	is ".results[0].domain == \"plant-7\" and .results[0].serial == 6" &&
	same 6 "$(serial plant-7)" &&
	descriptor n1 new 1 "$stranger" "$stranger" "read { public = yes }" &&
	post_text "$tmp/n1" | grep -qx 422 && valid submit &&
	is ".results[0].findings | any(.reason == \"not-a-root\")"
'
test_ok 'a root may begin one' '
	printf "root = {\"04%s\"}\n" "$stranger" >"$tmp/icsd.conf" && icsd_stop &&
	icsd_start one -f "$tmp/icsd.conf" &&
	post_text "$tmp/n1" | grep -qx 200 && same 1 "$(serial new)"
'
test_ok 'text around it, a damaged one, a mistake in it: with its line' '
	{ echo "claims = yes"; cat "$tmp/h6"; } >"$tmp/before" &&
	post_text "$tmp/before" | grep -qx 422 &&
	sed "s/public = yes/public = no/" "$tmp/h6" >"$tmp/torn" &&
	post_text "$tmp/torn" | grep -qx 422 &&
	is ".results[0].findings | any(.reason == \"bad-descriptor\")" &&
	descriptor h7 plant-7 7 "$heir" "$heir" "color = red" &&
	post_text "$tmp/h7" | grep -qx 422 &&
	is ".results[0].findings[0].about == \"line 4: color: no such word here; see ics-policy(5)\"" &&
	same 6 "$(serial plant-7)"
'
test_ok '/pks/add takes none' '
	descriptor h7 plant-7 7 "$heir" "$heir" "read { public = yes }" &&
	http_code /pks/add --data-urlencode "keytext@$tmp/h7" | grep -qx 422 &&
	same 6 "$(serial plant-7)"
'

test_ok 'ics load takes it as any file, and says what is wrong with it' '
	"$ICS" -D "$icsd_dir" -q load "$tmp/h7" && same 7 "$(serial plant-7)" &&
	fails_with 5 "$ICS" -D "$icsd_dir" load "$tmp/x3" 2>"$tmp/told" &&
	grep -q "x3: descriptor 1 domain:plant-7: refused: .*the one in force names" "$tmp/told"
'
test_ok 'into the file of a server that does not run' '
	mkdir "$tmp/file" && "$ICS" -D "$tmp/file" -q load "$tmp/all.gpg" &&
	"$ICS" -D "$tmp/file" policy put "$tmp/d3" | grep -q "serial 3 is in force" &&
	fails_with 1 "$ICS" -D "$tmp/file" policy put "$tmp/d1" 2>"$tmp/told" &&
	grep -q "must be higher" "$tmp/told" &&
	"$ICS" -D "$tmp/file" domain list | grep -q "^plant-7  *3 " &&
	"$ICS" -D "$tmp/file" domain show plant-7 3 -o - | cmp - "$tmp/d3"
'

# ---- kept --------------------------------------------------------------------

test_ok 'the log tells of each, and fsck finds nothing' '
	api /changes?limit=1000 --unix-socket "$icsd_dir/icsd.sock" &&
	valid changes &&
	is "[.rows[] | select(.event == \"descriptor\")] | length == 8" &&
	"$ICS" -D "$icsd_dir" fsck
'
test_ok 'killed, they are there again' '
	icsd_kill && icsd_start one -f "$tmp/icsd.conf" && same 7 "$(serial plant-7)"
'
test_ok 'a dump loads elsewhere to the same octets' '
	"$ICS" -D "$icsd_dir" dump >"$tmp/one.dump" &&
	mkdir "$tmp/two" && "$ICS" -D "$tmp/two" -q load "$tmp/one.dump" &&
	"$ICS" -D "$tmp/two" dump >"$tmp/two.dump" && cmp "$tmp/one.dump" "$tmp/two.dump" &&
	"$ICS" -D "$tmp/two" domain show plant-7 | grep -q "^serial  *7$" &&
	"$ICS" -D "$tmp/two" fsck
'
test_ok 'gpg imports what it knows of it' '
	gpg_home other && gpg --import "$tmp/one.dump" &&
	same 3 "$(gpg_fprs | wc -l)" && gpg_use gnupg
'

# ---- replaced live -----------------------------------------------------------

# Of each version the serial says what else is in it: so an answer that had
# parts of two would tell.
version() { # N
	set -- "$1" "$(($1 % 2))"
	descriptor "v$1" live "$1" "$owner" "$owner" "freshness = ${1}h" \
		"level = $(test "$2" = 1 && echo open || echo closed)" \
		"read { public = yes }" \
		"grant \"04$heir\" { role = integrator scope = \"v$1\" }" \
		"member { where = \"model=v$1\" }"
}
whole='.freshness == .serial * 3600 and .grants[0].scope == "v\(.serial)" and
	.level == (if .serial % 2 == 1 then "open" else "closed" end) and
	(.history | length) == .serial and .versions == .serial'
ask_on() { # FILE: until $tmp/stop is there
	until test -e "$tmp/stop"; do
		curl -sS "$icsd_http/ics/v1/domains/live" || echo broken
	done >"$1"
	: >"$1.ended"
}
ended() { test "$(ls "$tmp" | grep -c '^asked.*ended')" -eq 4; }
test_ok 'a first version, and askers' '
	for i in $(seq 1 30); do version "$i" || break; done && put "$tmp/v1" &&
	for i in 1 2 3 4; do
		ask_on "$tmp/asked$i" &
		asker=$!
		at_exit "kill $asker 2>/dev/null"
	done
'
asked() { test "$(cat "$tmp"/asked? | wc -l)" -ge "$1"; }
test_ok 'thirty versions, one after another' '
	for i in $(seq 2 30); do
		put "$tmp/v$i" || break
		same "$i" "$(serial live)" || break
	done | tail -n 1 | grep -q "serial 30 is in force" &&
	wait_until 60 "asked 100"
'
test_ok 'each answer was of the one or the other, whole' '
	: >"$tmp/stop" && wait_until 60 ended &&
	cat "$tmp"/asked? >"$tmp/asked" && ! grep -q broken "$tmp/asked" &&
	jq -e -s "length > 0 and all(.[]; $whole)" "$tmp/asked" &&
	jq -s "map(.serial) | unique | length" "$tmp/asked" >"$tmp/versions" &&
	test "$(cat "$tmp/versions")" -gt 1
'
test_ok 'all of it loads elsewhere: owners first, versions in their order' '
	"$ICS" -D "$icsd_dir" dump >"$tmp/one.dump" &&
	for i in 1 2 3; do
		mkdir "$tmp/all$i" && "$ICS" -D "$tmp/all$i" -q load "$tmp/one.dump" &&
		"$ICS" -D "$tmp/all$i" dump | cmp - "$tmp/one.dump" || break
	done && test "$i" = 3 &&
	one=$icsd_pid && icsd_start again && "$ICS" -D "$icsd_dir" -q load "$tmp/one.dump" &&
	"$ICS" -D "$icsd_dir" dump | cmp - "$tmp/one.dump" && same 30 "$(serial live)" &&
	icsd_stop && icsd_stop "$one"
'
test_ok 'nothing was logged as an error' '! grep " error " "$tmp"/*.err'

test_done
