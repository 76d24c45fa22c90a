-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Step 4: domains. Invariant: a descriptor that was stored stays, and a domain
-- has its number for ever.

-- The log knows of descriptors. Rows and leaves stay.
ALTER TABLE log RENAME TO log_before;
CREATE TABLE log (
	position INTEGER PRIMARY KEY CHECK (position > 0),
	received INTEGER NOT NULL,
	event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 7),
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

-- Numbered in the order in which they came, without gaps.
CREATE TABLE domain (
	id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 254),
	name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63)
) STRICT;

-- Every version of every descriptor. text is the truth: the signed octets.
-- signed: the signature's date. Small columns first.
CREATE TABLE descriptor (
	domain INTEGER NOT NULL,
	serial INTEGER NOT NULL CHECK (serial > 0),
	owner BLOB NOT NULL CHECK (length(owner) IN (20, 32)),
	owner_version INTEGER NOT NULL CHECK (owner_version BETWEEN 4 AND 6),
	signed INTEGER NOT NULL,
	position INTEGER NOT NULL,
	digest BLOB NOT NULL CHECK (length(digest) = 32),
	text BLOB NOT NULL CHECK (length(text) BETWEEN 1 AND 4194304)
) STRICT;
CREATE UNIQUE INDEX descriptor_serial ON descriptor (domain, serial);
CREATE INDEX descriptor_position ON descriptor (position);

-- What belongs where; no row: nowhere.
CREATE TABLE member (
	subject BLOB NOT NULL CHECK (length(subject) BETWEEN 18 AND 66),
	domain INTEGER NOT NULL CHECK (domain BETWEEN 0 AND 254),
	PRIMARY KEY (subject, domain)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_domain ON member (domain, subject);

-- Items that time changes: looked at again at that second.
CREATE TABLE due (
	subject BLOB NOT NULL PRIMARY KEY
		CHECK (length(subject) BETWEEN 18 AND 66),
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX due_at ON due (at);

-- Walks that look at many items again: at all of them (party empty), or at
-- those that a key spoke about (its version, its fingerprint). Of all, stage 0
-- walks certificates, stage 1 items; of a key, stage 0 goes on to those that
-- the items spoke about themselves. Done up to an id.
CREATE TABLE walk (
	party BLOB NOT NULL PRIMARY KEY CHECK (length(party) <= 33),
	stage INTEGER NOT NULL CHECK (stage IN (0, 1)),
	done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
