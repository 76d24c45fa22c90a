#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sequoia's sq as a client: send and get, over hkp.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
skip_unless sq
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"

test_ok 'the certificates of this test' 'make_certs'
test_ok 'a server' 'icsd_start state'
server=hkp://127.0.0.1:$icsd_port
sq_keyserver() {
	sq keyserver --policy insecure --server "$server" "$@"
}

test_ok 'sq sends' '
	sq_keyserver send "$certs/alice.asc" &&
	sq_keyserver send "$certs/twin-a.asc" &&
	same 200 "$(get 0x$alice_fpr)"
'
test_ok 'sq gets by fingerprint, key ID and address' '
	sq_keyserver get "$alice_fpr" >"$tmp/one" &&
	sq inspect "$tmp/one" | grep -q "alice@example.org" &&
	sq_keyserver get "$(printf %s "$alice_fpr" | cut -c 25-)" >"$tmp/two" &&
	cmp "$tmp/one" "$tmp/two" &&
	sq_keyserver get alice@example.org >"$tmp/three" &&
	grep -q "BEGIN PGP" "$tmp/three"
'
test_ok 'sq hears of a miss' '
	! sq_keyserver get 0123456789012345678901234567890123456789
'
test_ok 'sq makes a certificate that gpg gets' '
	sq key generate --userid "Sequoia <sq@example.org>" --export "$tmp/sq.key" &&
	sq key extract-cert "$tmp/sq.key" >"$tmp/sq.asc" &&
	sq_keyserver send "$tmp/sq.asc" && gpg_home reader &&
	gpg --keyserver "$server" --search-keys sq@example.org >"$tmp/found" 2>&1; \
	same 200 "$(get sq@example.org)" && gpg --import "$tmp/body"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
