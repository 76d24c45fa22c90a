#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Somebody rewrites the SQLite file behind the server's back: each class of
# row, changed, dropped, inserted or reordered, is named by "ics history
# --verify" (who visited before) or by "ics fsck" (who has the file).

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl sqlite3
unset ICS_SERVER
HOME=$tmp/home XDG_STATE_HOME=$tmp/state
export HOME XDG_STATE_HOME

lower() { echo "$1" | tr A-F a-f; }
submit() {
	curl -sS -f -o /dev/null --data-binary "@$1" \
		-H 'Content-Type: application/octet-stream' \
		"$icsd_http/ics/v1/submit"
}
audit() { "$ICS" -D "$icsd_dir" history --verify --json "$item" >"$tmp/said"; }
named() {
	jq -e --arg which "$1" '[.differences[].difference] | index($which)' \
		"$tmp/said"
}

test_ok 'a device with a history, seen once' '
	gpg_home && prove_party maker && prove_party owner && prove_party device &&
	item=dev:04$(lower $device) &&
	certify maker $device manu=Acme model=T1000 status=active \
		owner=04$(lower $owner) &&
	gpg --export >"$tmp/certs.gpg" &&
	icsd_start origin --root $maker && submit "$tmp/certs.gpg" &&
	for day in 02 03 04 05; do
		when=202611${day}T000000
		record "$tmp/$day.asc" owner rec=device-status/1 subject=$item \
			status=suspended reason=$day &&
			submit "$tmp/$day.asc" || break
	done &&
	same 05 "$day" && audit && same true "$(jq .same "$tmp/said")" &&
	jq -r ".entries[] | select(.carrier == \"record\") |
		\"\(.position) \(.digest)\"" "$tmp/said" >"$tmp/rows" &&
	read -r position digest <"$tmp/rows" && digest=${digest#sha256:} &&
	last=$(tail -n 1 "$tmp/rows" | cut -d " " -f 1) &&
	icsd_stop
'
database=$(ls "$tmp"/origin/*.db 2>/dev/null | head -n 1)
test_ok 'its file' 'test -n "$database"'

# tamper SQL: on a copy of the state folder, under the folder's own name
tamper() {
	rm -rf "$tmp/origin.good" && cp -a "$tmp/origin" "$tmp/origin.good" &&
		sqlite3 "$database" "$1"
}
mend() { rm -rf "$tmp/origin" && mv "$tmp/origin.good" "$tmp/origin"; }

# rewritten NAME SQL WORD...: the audit says no, with one of the words, or, with
# "fsck", the file's owner is told
rewritten() {
	rewritten_name=$1 rewritten_sql=$2
	shift 2
	test_ok "$rewritten_name" "
		tamper \"\$rewritten_sql\" &&
		fails_with 1 \"\$ICS\" -D \"\$tmp/origin\" fsck >\"\$tmp/fsck\"
		icsd_start origin --root \$maker &&
		{ fails_with 1 audit && rewritten_by $*; }
	"
	test -z "$icsd_pid" || icsd_stop >/dev/null 2>&1
	mend
}
rewritten_by() {
	for rewritten_word; do
		named "$rewritten_word" >/dev/null && return
	done
	jq -c .differences "$tmp/said"
	return 1
}

rewritten 'log: a row says another time' \
	"UPDATE log SET received = received + 60 WHERE position = $position" \
	bad-leaf
rewritten 'log: a row speaks of another statement' \
	"UPDATE log SET digest = zeroblob(32) WHERE position = $position" \
	bad-leaf
rewritten 'log: a leaf is made to fit' \
	"UPDATE log SET leaf = zeroblob(32) WHERE position = $position" \
	bad-leaf forked bad-root
rewritten 'log: the last row is gone' \
	"DELETE FROM log WHERE position = $last" shrunk gap forked bad-root
rewritten 'log: a row within is gone' \
	"DELETE FROM log WHERE position = $position" gap forked
rewritten 'log: two rows change places' "
	UPDATE log SET position = 1000 WHERE position = $position;
	UPDATE log SET position = $position WHERE position = $last;
	UPDATE log SET position = $last WHERE position = 1000" \
	reordered forked
rewritten 'log: a row is put between' "
	UPDATE log SET position = position + 1001 WHERE position >= $position;
	UPDATE log SET position = position - 1000 WHERE position > 1000;
	INSERT INTO log SELECT $position, received, event, version, fpr, digest,
		salt, leaf FROM log WHERE position = 1" \
	inserted reordered rewritten forked
rewritten 'record: its octets' "
	UPDATE record SET data = CAST(substr(data, 1, 20) || x'00' ||
		substr(data, 22) AS BLOB)
		WHERE digest = x'$digest'" \
	dropped bad-signature rewritten
rewritten 'record: gone' "DELETE FROM record WHERE digest = x'$digest'" dropped
rewritten 'record and statement: gone without a word' "
	DELETE FROM record WHERE digest = x'$digest';
	DELETE FROM statement WHERE digest = x'$digest'" dropped
rewritten 'statement: another place in the log' "
	UPDATE statement SET position = 1 WHERE digest = x'$digest'" reordered
rewritten 'statement: another time' "
	UPDATE statement SET received = received + 60 WHERE digest = x'$digest'" \
	rewritten
test_done
