-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Step 2: statements. Invariant: what a certificate or a record says stands in
-- statement and term as long as the carrier does; the log tells of both ends.

-- The log speaks about more than certificates now. Rows and leaves stay.
ALTER TABLE log RENAME TO log_before;
CREATE TABLE log (
	position INTEGER PRIMARY KEY CHECK (position > 0),
	received INTEGER NOT NULL,
	event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 6),
	-- 3 to 6 a key; 64 + hash code; 128 + hash a statement
	version INTEGER NOT NULL CHECK (version BETWEEN 3 AND 6 OR
		version BETWEEN 65 AND 127 OR version BETWEEN 129 AND 191),
	fpr BLOB NOT NULL CHECK (length(fpr) BETWEEN 16 AND 64),
	digest BLOB CHECK (length(digest) = 32), -- of what is carried
	salt BLOB NOT NULL CHECK (length(salt) = 16),
	leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;
INSERT INTO log SELECT * FROM log_before ORDER BY position;
DROP TABLE log_before;

-- Bare signatures. head and signed_head: the first 64 bits of digest and of
-- what its values sign, which is how others name it.
CREATE TABLE record (
	id INTEGER PRIMARY KEY,
	head INTEGER NOT NULL,
	digest BLOB NOT NULL CHECK (length(digest) = 32),
	signed_head INTEGER NOT NULL,
	subject BLOB NOT NULL CHECK (length(subject) BETWEEN 18 AND 66),
	issuer BLOB NOT NULL CHECK (length(issuer) IN (16, 20, 32)),
	issuer_version INTEGER NOT NULL CHECK (issuer_version BETWEEN 3 AND 6),
	created INTEGER NOT NULL,
	crc INTEGER NOT NULL CHECK (crc BETWEEN 0 AND 0xffffff),
	data BLOB NOT NULL CHECK (length(data) BETWEEN 1 AND 65536)
) STRICT;
CREATE UNIQUE INDEX record_head ON record (head, digest);
CREATE INDEX record_signed ON record (signed_head);

-- What is spoken about, if anybody does; n statements.
CREATE TABLE item (
	id INTEGER PRIMARY KEY,
	subject BLOB NOT NULL UNIQUE CHECK (length(subject) BETWEEN 18 AND 66),
	n INTEGER NOT NULL CHECK (n >= 0)
) STRICT;

-- carrier: the id of a certificate, or less than zero that of a record.
-- position and received are those of the log row that knew it first.
CREATE TABLE statement (
	item INTEGER NOT NULL,
	digest BLOB NOT NULL CHECK (length(digest) = 32),
	carrier INTEGER NOT NULL CHECK (carrier <> 0),
	position INTEGER NOT NULL,
	received INTEGER NOT NULL,
	PRIMARY KEY (item, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_digest ON statement (digest);

-- What the statements say, by 64 bits of name and value.
CREATE TABLE term (
	hash INTEGER NOT NULL,
	item INTEGER NOT NULL,
	carrier INTEGER NOT NULL CHECK (carrier <> 0),
	PRIMARY KEY (hash, item, carrier)
) STRICT, WITHOUT ROWID;

-- Tops of the log's complete subtrees of 256^level leaves.
CREATE TABLE tile (
	level INTEGER NOT NULL CHECK (level > 0),
	number INTEGER NOT NULL CHECK (number >= 0),
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- Further counters; rows of the log that the tree has, and its peaks.
ALTER TABLE total ADD COLUMN records INTEGER NOT NULL DEFAULT 0
	CHECK (records >= 0);
ALTER TABLE total ADD COLUMN statements INTEGER NOT NULL DEFAULT 0
	CHECK (statements >= 0);
ALTER TABLE total ADD COLUMN leaves INTEGER NOT NULL DEFAULT 0
	CHECK (leaves >= 0);
ALTER TABLE total ADD COLUMN peaks BLOB NOT NULL DEFAULT x''
	CHECK (length(peaks) % 32 = 0);

PRAGMA user_version = 2;
