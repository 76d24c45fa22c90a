#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Includes point down: src/layers says which folder may see which door.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"

layers() (
	cd "$1" && sources . '*.c' '*.h' | grep -v '^t/\|^contrib/' |
		xargs -r $AWK '
	FILENAME == "src/layers" {
		if ($1 == "never")
			never[$2, $3] = 1
		else if ($1 ~ /^[0-9]+$/) {
			rank[$3] = $1
			name[$2] = $3
			door[$3] = $4
		}
		next
	}
	FNR == 1 {
		folder = FILENAME
		sub("/[^/]*$", "", folder)
		own = name[folder]
		if (own == "")
			print FILENAME ": its folder is not in src/layers"
	}
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, quoted, "\"")
		to = quoted[2]
		if (split(to, part, "/") != 2 || !(part[1] in rank))
			why = "names no folder of src/layers"
		else if (part[1] == own)
			next
		else if (never[folder, part[1]])
			why = "is never for " folder
		else if (door[part[1]] == "*")
			next
		else if (rank[part[1]] >= rank[own])
			why = "climbs"
		else if (!index("," door[part[1]] ",", "," part[2] ","))
			why = "takes a side door"
		else
			next
		print FILENAME ":" FNR ": \"" to "\" " why
	}' src/layers
)

test_ok 'includes point down' 'clean layers "$srcdir"'

bad=$tmp/bad
plant "$bad" src/layers <"$srcdir/src/layers"
plant "$bad" src/pgp/up.c <<'X'
#include "base/buf.h"
#include "pgp/packet.h"
#include "store/store.h"
X
plant "$bad" src/store/side.c <<'X'
#include "pgp/pgp.h"
#include "pgp/packet.h"
X
plant "$bad" src/ics/hkp.c <<'X'
#include "hkp/hkp.h"
X
plant "$bad" src/base/bare.c <<'X'
#include "buf.h"
X
plant "$bad" src/misc/x.c <<'X'
#include <stdio.h>
X
test_ok 'an upward include is caught' \
	'catches "pgp/up.c:3: .store/store.h. climbs" layers "$bad"'
test_ok 'a side door is caught' \
	'catches "side.c:2: .pgp/packet.h. takes a side" layers "$bad"'
test_ok 'ics may not see hkp' 'catches "ics/hkp.c:1: .* never" layers "$bad"'
test_ok 'a bare name is caught' \
	'catches "bare.c:1: .* names no folder" layers "$bad"'
test_ok 'an unlisted folder is caught' \
	'catches "misc/x.c: its folder" layers "$bad"'
test_ok 'nothing else is' 'same 5 "$(layers "$bad" | wc -l)"'
test_done
