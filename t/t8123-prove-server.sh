#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Statements made by gpg, sent by curl, asked for by ics: verify, status,
# history, who, explain, search, get, watch and log over a server; what the
# server judges is told as its own, what anchors judge is computed here.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl sha256sum
unset ICS_SERVER
HOME=$tmp/home XDG_STATE_HOME=$tmp/state
export HOME XDG_STATE_HOME

ask() { "$ICS" --server "$icsd_http" "$@"; }
submit() {
	for submit_file; do
		curl -sS -f -o "$tmp/submitted" --data-binary "@$submit_file" \
			-H 'Content-Type: application/octet-stream' \
			"$icsd_http/ics/v1/submit" || return
	done
}
lower() { echo "$1" | tr A-F a-f; }

test_ok 'a maker, an owner, a stranger, a device, firmware' '
	gpg_home &&
	prove_party maker && prove_party owner nistp256 && prove_party stranger &&
	prove_party device && seq 50000 >"$tmp/fw.bin" &&
	digest=$(digest_of "$tmp/fw.bin") && code=code:sha256:$digest &&
	item=dev:04$(lower $device) &&
	certify maker $device manu=Acme model=T1000 serial=77 lot=2026-44 \
		status=active owner=04$(lower $owner) &&
	gpg --export >"$tmp/certs.gpg" &&
	gpg --armor --export maker@ex.example >"$tmp/maker.asc" &&
	record "$tmp/code.asc" maker rec=code/1 subject=$code \
		code-name=t1000-fw code-version=2.4.1 code-hash=sha256:$digest &&
	when=20261102T080000 &&
	record "$tmp/stolen.asc" owner rec=device-status/1 subject=$item \
		status=stolen reason=van &&
	when=20261103T080000 &&
	record "$tmp/claim.asc" stranger rec=device-status/1 subject=$item \
		status=destroyed
'
test_ok 'a server whose root is the maker' '
	icsd_start state --root $maker && submit "$tmp/certs.gpg" "$tmp/code.asc"
'

# ---- verify

test_ok 'yes over the server, and the bundle proves the same alone' '
	yes "$tmp/fw.bin" --server "$icsd_http" -A $maker \
		--save-bundle "$tmp/fw.ics" &&
	yes "$tmp/fw.bin" --bundle "$tmp/fw.ics" -A "$tmp/maker.asc" &&
	yes $device --server "$icsd_http" -A $maker &&
	yes sha256:$digest -D "$icsd_dir" -A $maker
'
test_ok 'no: unknown, wrong anchor; and no server is 3' '
	seq 3 >"$tmp/other.bin" &&
	no unknown "$tmp/other.bin" --server "$icsd_http" -A $maker &&
	no wrong-anchor "$tmp/fw.bin" --server "$icsd_http" -A $stranger &&
	fails_with 3 "$ICS" verify "$tmp/fw.bin" -A $maker \
		--server http://127.0.0.1:9 &&
	fails_with 2 ask verify "$tmp/fw.bin"
'
test_ok 'a file that is known by another digest, or by a list of them' '
	seq 7 >"$tmp/sbom" && seq 8 >"$tmp/long.bin" &&
	long=$(sha512sum <"$tmp/long.bin" | cut -d " " -f 1) &&
	when=20261101T000000 &&
	record "$tmp/long.asc" maker rec=code/1 subject=code:sha512:$long \
		code-hash=sha512:$long "code-hash=sha256:$(digest_of "$tmp/sbom") more" &&
	submit "$tmp/long.asc" &&
	yes "$tmp/long.bin" --server "$icsd_http" -A $maker &&
	yes "$tmp/sbom" --server "$icsd_http" -A $maker &&
	no wrong-anchor "$tmp/sbom" --server "$icsd_http" -A $stranger
'

# ---- status

test_ok 'the state of the thing stands behind that of its key' '
	ask status $device >"$tmp/out" &&
	grep -q "^$device  valid" "$tmp/out" &&
	grep -q "^$item  active" "$tmp/out" &&
	ask status sha256:$digest >"$tmp/out" && grep -q "released" "$tmp/out" &&
	fails_with 1 ask status sha256:$(digest_of "$tmp/other.bin")
'
test_ok 'stolen, by the owner; a stranger destroys nothing' '
	submit "$tmp/stolen.asc" "$tmp/claim.asc" &&
	fails_with 1 ask status $device >"$tmp/out" 2>"$tmp/err" &&
	grep -q "^$item  stolen" "$tmp/out" && grep -q "reason: van" "$tmp/out" &&
	grep -q "owner <owner@ex.example>" "$tmp/out" &&
	grep -q "$icsd_http" "$tmp/err" &&
	fails_with 1 ask status -q $device >"$tmp/out" && test ! -s "$tmp/out"
'
test_ok 'as JSON: whose judgement, and what verifies here' '
	fails_with 1 ask status --json $device >"$tmp/out" &&
	same "stolen true false" "$(jq -r ".items[0] | .status + \" \" +
		(.decided_by.verified | tostring) + \" \" + (has(\"anchors\") | tostring)" "$tmp/out")" &&
	same "$icsd_http" "$(jq -r ".items[0].according_to" "$tmp/out")"
'
test_ok 'by anchors it is ours: others give other answers' '
	fails_with 1 ask status -A $maker --json $device >"$tmp/out" &&
	same "stolen null" "$(jq -r ".items[0] | .status + \" \" +
		(.according_to | tostring)" "$tmp/out")" &&
	ask status -A $stranger --at 2026-11-02 --json $device >"$tmp/out" &&
	same unknown "$(jq -r ".items[0].status" "$tmp/out")"
'
test_ok 'before and after, and by what the server knew' '
	ask status --at 2026-11-02 $device && ask status --at 2026-11-02 -A $maker $device &&
	fails_with 1 ask status --at 2026-11-02T08:00:00Z $device &&
	known=$(ask history --json $device | jq "[.entries[].position] | sort | .[0]") &&
	ask status --known-at "$known" $device &&
	ask status --known-at "$known" -A $maker $device &&
	fails_with 2 ask status --at then $device
'

# ---- history, who, explain

test_ok 'history: in order, with claims told as such' '
	ask history $device >"$tmp/out" &&
	grep "  active  " "$tmp/out" && grep "  stolen  " "$tmp/out" &&
	grep -q "destroyed  .*\[claim\]" "$tmp/out" &&
	! grep "not verified" "$tmp/out" &&
	ask history --json -A $maker $device >"$tmp/out" &&
	same "active stolen destroyed" "$(jq -r "[.entries[] |
		select(.status) | .status] | join(\" \")" "$tmp/out")" &&
	same true "$(jq "[.entries[].verified] | all" "$tmp/out")" &&
	fails_with 1 ask history sha256:$(digest_of "$tmp/other.bin")
'
test_ok 'who: parties, their roles' '
	ask who $device >"$tmp/out" &&
	grep -q "maker <maker@ex.example>  (manufacturer)" "$tmp/out" &&
	grep -q "owner <owner@ex.example>  (owner)" "$tmp/out" &&
	ask who --json -A $maker $device >"$tmp/out" &&
	same "04$(lower $maker) 04$(lower $owner)" \
		"$(jq -r ".manufacturer + \" \" + .owner" "$tmp/out")"
'
test_ok 'explain: what decides, what does not, what would help' '
	ask explain $device >"$tmp/out" &&
	grep -q "^decides: .*stolen" "$tmp/out" &&
	grep -q "^heard: .*destroyed" "$tmp/out" &&
	grep -q "has no right" "$tmp/out" &&
	grep -q "^    ics state ${item#dev:} active --as KEY$" "$tmp/out" &&
	grep -q "^    ics grant 04$(lower $stranger) ROLE --as ROOT$" "$tmp/out" &&
	ask explain --json -A $maker $device >"$tmp/out" &&
	same "ics state ${item#dev:} active --as KEY" \
		"$(jq -r ".missing[0].command" "$tmp/out")"
'
test_ok 'every command that explain names is one of ics' '
	for word in $($AWK -F\" "/^X\(/ { row = \"\" } { row = row \$0 }
		/\)\$/ { n = split(row, part, \"\\\"\"); print part[n - 1] }" \
		"$srcdir/src/prove/explain.def" | cut -d " " -f 2 | sort -u); do
		"$ICS" help $word >/dev/null || break
	done &&
	test -n "$word" && "$ICS" help "$word"
'

# ---- search, get

test_ok 'search by what is said' '
	ask search model=T1000 lot=2026-44 >"$tmp/out" &&
	same "$item  stolen  device <device@ex.example>" "$(cat "$tmp/out")" &&
	ask search model=T1000 status=stolen >/dev/null &&
	fails_with 1 ask search model=T1000 status=active &&
	ask search --json serial=77 >"$tmp/out" &&
	same "$item" "$(jq -r ".items[0].item" "$tmp/out")" &&
	ask search hash=sha256:$digest >"$tmp/out" && grep -q "^$code" "$tmp/out" &&
	ask search --limit 1 manu=Acme >/dev/null &&
	fails_with 2 ask search --limit x manu=Acme &&
	fails_with 2 ask search --limit 1 Acme
'
test_ok 'get: the records about code and about a device, for gpg' '
	ask get sha256:$digest >"$tmp/got.asc" &&
	gpg --verify "$tmp/got.asc" /dev/null &&
	ask get --full $device >"$tmp/got.asc" &&
	same 2 "$(grep -c "^-----BEGIN" "$tmp/got.asc")" &&
	rec=$(ask history --json $device | jq -r ".entries[] |
		select(.status == \"stolen\") | .digest") &&
	ask get rec:$rec >"$tmp/got.asc" && gpg --verify "$tmp/got.asc" /dev/null &&
	ask get --json sha256:$digest >"$tmp/out" &&
	same 1 "$(jq ".records | length" "$tmp/out")" &&
	fails_with 1 ask get sha256:$(digest_of "$tmp/other.bin")
'

# ---- watch

test_ok 'watch: from the beginning, of one item, as JSON' '
	ask watch --from 0 --limit 3 >"$tmp/out" && same 3 "$(wc -l <"$tmp/out")" &&
	ask watch --from 0 --limit 1 sha256:$digest >"$tmp/out" &&
	grep -q "  state   $code  " "$tmp/out" &&
	ask watch --from 0 --limit 2 --json >"$tmp/out" &&
	same "1 2" "$(jq -r .position "$tmp/out" | tr "\n" " " | sed "s/ *$//")" &&
	fails_with 2 ask watch --from x && fails_with 2 ask watch --limit x
'
test_ok 'watch: what comes, also over a restart of the server' '
	: >"$tmp/out" && "$ICS" -D "$icsd_dir" watch --limit 2 >"$tmp/out" 2>"$tmp/err" &
	watch_pid=$! && at_exit "kill $watch_pid 2>/dev/null" &&
	sleep 1 && when=20261104T000000 &&
	record "$tmp/one.asc" owner rec=device-status/1 subject=$item status=active &&
	when=20261105T000000 &&
	record "$tmp/two.asc" owner rec=device-status/1 subject=$item status=lost &&
	submit "$tmp/one.asc" && wait_until 20 "test -s \"$tmp/out\"" &&
	icsd_stop && icsd_start state --root $maker && submit "$tmp/two.asc" &&
	wait $watch_pid && same 2 "$(grep -c "  state   $item  " "$tmp/out")"
'

# ---- the log

test_ok 'log: the first visit, the next, and the whole' '
	ask log >"$tmp/out" && grep -q "first visit" "$tmp/out" &&
	same 1 "$(ls "$XDG_STATE_HOME/ics/heads" | wc -l)" &&
	submit "$tmp/maker.asc" && when=20261106T000000 &&
	record "$tmp/three.asc" owner rec=device-status/1 subject=$item status=active &&
	submit "$tmp/three.asc" &&
	ask log >"$tmp/out" && grep -q "going on from the last visit" "$tmp/out" &&
	ask log --verify && ask log --json >"$tmp/out" &&
	same "true 0" "$(jq -r "(.same | tostring) + \" \" +
		(.differences | length | tostring)" "$tmp/out")"
'
test_ok 'history --verify: nothing differs' '
	ask history --verify $device && ask history --verify sha256:$digest &&
	ask history --verify --json $device >"$tmp/out" &&
	same true "$(jq .same "$tmp/out")"
'
test_ok 'a remembered head that is damaged is told' '
	for file in "$XDG_STATE_HOME"/ics/heads/*; do :; done &&
	cp "$file" "$tmp/keep" && echo x >"$file" &&
	fails_with 3 ask log 2>"$tmp/err" && grep -q "$file" "$tmp/err" &&
	mv "$tmp/keep" "$file"
'
test_done
