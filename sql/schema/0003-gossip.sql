-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Step 3: what peers compare. Invariant: node holds the prefix tree over the
-- SKS hashes of what SKS peers may see, up to total.grown; total.print is the
-- print of all digests.

-- The flags tell who is hidden: the set is read from the index alone.
DROP INDEX cert_skshash;
CREATE INDEX cert_skshash ON cert (skshash, flags);
CREATE INDEX cert_digest ON cert (digest);

-- Three levels of the tree a row, so that a change writes a third of the rows
-- and pages. prefix: of the highest node, 16 octets with the unused bits zero,
-- then how many bits count. nodes: which of the 21 are there and which are
-- leaves (4 octets each), then for each how many members are below it, and
-- their polynomial at the sample points.
CREATE TABLE node (
	id INTEGER PRIMARY KEY,
	prefix BLOB NOT NULL UNIQUE CHECK (length(prefix) = 17),
	nodes BLOB NOT NULL CHECK (length(nodes) BETWEEN 114 AND 2234)
) STRICT;

-- Members up to this hash are in the tree (none: empty); NULL: all are.
ALTER TABLE total ADD COLUMN grown BLOB DEFAULT x''
	CHECK (length(grown) IN (0, 16));
-- Count (8 octets) and sum modulo 2^256 of all digests; empty: not known yet.
ALTER TABLE total ADD COLUMN print BLOB NOT NULL DEFAULT x''
	CHECK (length(print) IN (0, 40));

-- An empty store has an empty tree.
UPDATE total SET grown = NULL, print = zeroblob(40)
WHERE NOT EXISTS (SELECT 1 FROM cert) AND NOT EXISTS (SELECT 1 FROM record);

PRAGMA user_version = 3;
