-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Step 1: the store as it begins. README draws it. Invariant: whatever can be
-- computed from cert.data changes in the same transaction as cert.data.

PRAGMA application_id = 0x49435364; -- "ICSd"

-- The certificates. Small columns first, so that a look at them stays on the
-- leaf page however long the certificate is.
CREATE TABLE cert (
	id INTEGER PRIMARY KEY,
	fpr BLOB NOT NULL CHECK (length(fpr) IN (16, 20, 32)),
	version INTEGER NOT NULL CHECK (version BETWEEN 3 AND 6),
	crc INTEGER NOT NULL CHECK (crc BETWEEN 0 AND 0xffffff),
	flags INTEGER NOT NULL,
	added INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	logged INTEGER NOT NULL, -- its newest position in the log
	digest BLOB NOT NULL CHECK (length(digest) = 32),
	skshash BLOB NOT NULL CHECK (length(skshash) = 16),
	summary BLOB NOT NULL CHECK (length(summary) BETWEEN 1 AND 2097152),
	data BLOB NOT NULL CHECK (length(data) BETWEEN 1 AND 2097152)
) STRICT;

CREATE INDEX cert_skshash ON cert (skshash);
CREATE INDEX cert_modified ON cert (modified);

-- Every key of every certificate. keyid is the key ID that the fingerprint
-- implies; so one seek serves both. kind: 0 primary, 1 subkey, 2 the real key
-- ID of a version 3 key, whose fingerprint implies none.
CREATE TABLE fpr (
	keyid INTEGER NOT NULL,
	fpr BLOB NOT NULL CHECK (length(fpr) IN (16, 20, 32)),
	cert INTEGER NOT NULL,
	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
	PRIMARY KEY (keyid, fpr, cert, kind)
) STRICT, WITHOUT ROWID;

-- Every User ID, by 64 bits of the SHA-256 of its folded mail address, or of
-- the whole when it has none.
CREATE TABLE uid (
	hash INTEGER NOT NULL,
	cert INTEGER NOT NULL,
	PRIMARY KEY (hash, cert)
) STRICT, WITHOUT ROWID;

-- The words of all User IDs of a certificate; rowid is cert.id. It keeps no
-- text: that is in cert.summary.
CREATE VIRTUAL TABLE word USING fts5 (
	text, content = '', columnsize = 0, detail = none,
	tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE word_list USING fts5vocab (word, instance);

-- What was accepted, in order, for ever.
CREATE TABLE log (
	position INTEGER PRIMARY KEY CHECK (position > 0),
	received INTEGER NOT NULL,
	event INTEGER NOT NULL CHECK (event BETWEEN 1 AND 4),
	version INTEGER NOT NULL CHECK (version BETWEEN 3 AND 6),
	fpr BLOB NOT NULL CHECK (length(fpr) IN (16, 20, 32)),
	digest BLOB CHECK (length(digest) = 32), -- only for certificates
	salt BLOB NOT NULL CHECK (length(salt) = 16),
	leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;

-- Fingerprints that stay out.
CREATE TABLE deny (
	fpr BLOB NOT NULL CHECK (length(fpr) IN (16, 20, 32)),
	version INTEGER NOT NULL CHECK (version BETWEEN 3 AND 6),
	since INTEGER NOT NULL,
	reason TEXT NOT NULL CHECK (length(reason) < 256),
	PRIMARY KEY (fpr, version)
) STRICT, WITHOUT ROWID;

-- Signatures that wait for their issuer's certificate. Ids are not used
-- again: a drop that comes late must not hit a newer row.
CREATE TABLE pending (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	keyid INTEGER NOT NULL,
	issuer BLOB NOT NULL CHECK (length(issuer) IN (0, 16, 20, 32)),
	issuer_version INTEGER NOT NULL,
	cert BLOB NOT NULL CHECK (length(cert) IN (16, 20, 32)),
	cert_version INTEGER NOT NULL,
	part_tag INTEGER NOT NULL,
	received INTEGER NOT NULL,
	domain TEXT NOT NULL CHECK (length(domain) < 64),
	same BLOB NOT NULL UNIQUE CHECK (length(same) = 16),
	part BLOB NOT NULL CHECK (length(part) <= 1048576),
	sig BLOB NOT NULL CHECK (length(sig) <= 65536)
) STRICT;

CREATE INDEX pending_keyid ON pending (keyid, cert, cert_version);
CREATE INDEX pending_cert ON pending (cert, cert_version, id);
CREATE INDEX pending_domain ON pending (domain, id);

-- How many wait, so that nobody counts them.
CREATE TABLE waiting (
	domain TEXT NOT NULL PRIMARY KEY,
	n INTEGER NOT NULL CHECK (n >= 0)
) STRICT, WITHOUT ROWID;

-- One row: how many there are, and what has happened since the beginning.
CREATE TABLE total (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	certs INTEGER NOT NULL CHECK (certs >= 0),
	fprs INTEGER NOT NULL CHECK (fprs >= 0),
	uids INTEGER NOT NULL CHECK (uids >= 0),
	pending INTEGER NOT NULL CHECK (pending >= 0),
	denied INTEGER NOT NULL CHECK (denied >= 0),
	inserted INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	deleted INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0);

-- The same by the hour.
CREATE TABLE hour (
	start INTEGER PRIMARY KEY CHECK (start % 3600 = 0),
	inserted INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	deleted INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 1;
