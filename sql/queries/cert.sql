-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Certificates by id and by fingerprint. Invariant: the first twelve columns
-- of every query for whole rows are those of cert_get, in its order.

-- name: cert_get (both)
SELECT id, fpr, version, crc, flags, added, modified, logged, digest, skshash,
	summary, data
FROM cert WHERE id = :id;

-- name: cert_get_primary (both)
SELECT c.id, c.fpr, c.version, c.crc, c.flags, c.added, c.modified, c.logged,
	c.digest, c.skshash, c.summary, c.data
FROM fpr AS f CROSS JOIN cert AS c ON c.id = f.cert
WHERE f.keyid = :keyid AND f.fpr = :fpr AND f.kind = 0;

-- name: cert_peek_digest (writer)
SELECT c.digest
FROM fpr AS f CROSS JOIN cert AS c ON c.id = f.cert
WHERE f.keyid = :keyid AND f.fpr = :fpr AND f.kind = 0;

-- Only the summary: a long certificate stays on its pages.
-- name: cert_modified (reader)
SELECT modified FROM cert WHERE id = :id;

-- name: summary_get (reader)
SELECT summary FROM cert WHERE id = :id;

-- name: summary_get_primary (reader)
SELECT c.summary
FROM fpr AS f CROSS JOIN cert AS c ON c.id = f.cert
WHERE f.keyid = :keyid AND f.fpr = :fpr AND f.kind = 0;

-- The order is that of the table: key ID (signed), then octets.
-- name: cert_next (both)
SELECT c.id, c.fpr, c.version, c.crc, c.flags, c.added, c.modified, c.logged,
	c.digest, c.skshash, c.summary, c.data
FROM fpr AS f CROSS JOIN cert AS c ON c.id = f.cert
WHERE (f.keyid, f.fpr) > (:keyid, :fpr) AND f.kind = 0
ORDER BY f.keyid, f.fpr LIMIT 1;

-- name: cert_insert (writer)
INSERT INTO cert (fpr, version, crc, flags, added, modified, logged, digest,
	skshash, summary, data)
VALUES (:fpr, :version, :crc, :flags, :now, :now, :logged, :digest, :skshash,
	:summary, :data);

-- name: cert_update (writer)
UPDATE cert SET crc = :crc, flags = :flags, modified = :now, logged = :logged,
	digest = :digest, skshash = :skshash, summary = :summary, data = :data
WHERE id = :id;

-- name: cert_delete (writer)
DELETE FROM cert WHERE id = :id;

-- name: fpr_insert (writer)
INSERT INTO fpr (keyid, fpr, cert, kind) VALUES (:keyid, :fpr, :cert, :kind)
ON CONFLICT DO NOTHING;

-- name: fpr_delete (writer)
DELETE FROM fpr
WHERE keyid = :keyid AND fpr = :fpr AND cert = :cert AND kind = :kind;

-- name: uid_insert (writer)
INSERT INTO uid (hash, cert) VALUES (:hash, :cert) ON CONFLICT DO NOTHING;

-- name: uid_delete (writer)
DELETE FROM uid WHERE hash = :hash AND cert = :cert;

-- name: word_insert (writer)
INSERT INTO word (rowid, text) VALUES (:cert, :text);

-- The text must be the one that went in.
-- name: word_delete (writer)
INSERT INTO word (word, rowid, text) VALUES ('delete', :cert, :text);
