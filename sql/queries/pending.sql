-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Signatures that wait for their issuer. Invariant: waiting.n is the number
-- of rows of its domain.

-- name: pending_put (writer)
INSERT INTO pending (keyid, issuer, issuer_version, cert, cert_version,
	part_tag, received, domain, same, part, sig)
VALUES (:keyid, :issuer, :issuer_version, :cert, :cert_version, :part_tag,
	:now, :domain, :same, :part, :sig)
ON CONFLICT (same) DO NOTHING;

-- name: pending_count (writer)
INSERT INTO waiting (domain, n) VALUES (:domain, 1)
ON CONFLICT (domain) DO UPDATE SET n = n + 1;

-- How many there are of a domain and its lanes, and which is the longest: with
-- max() the other columns are those of its row.
-- name: pending_longest (writer)
SELECT sum(n), max(n), domain FROM waiting
WHERE domain >= :domain AND domain < :end;

-- name: pending_lane (writer)
-- scan-ok: the inner SELECT has at most :max rows
SELECT count(*) FROM (SELECT 1 FROM pending
	WHERE keyid = :keyid AND domain = :domain AND part_tag = 2 LIMIT :max);

-- name: pending_uncount (writer)
UPDATE waiting SET n = n - 1 WHERE domain = :domain;

-- name: pending_oldest (writer)
SELECT id FROM pending WHERE domain = :domain ORDER BY id LIMIT 1;

-- name: pending_drop (writer)
DELETE FROM pending WHERE id = :id RETURNING domain;

-- name: pending_next (reader)
SELECT id, keyid, issuer, issuer_version, cert, cert_version, part_tag,
	received, domain, part, sig
FROM pending
WHERE cert = :fpr AND cert_version = :version AND id > :after
ORDER BY id LIMIT 1;

-- name: pending_next_target (writer)
SELECT cert, cert_version FROM pending
WHERE keyid = :keyid AND (cert, cert_version) > (:fpr, :version)
ORDER BY cert, cert_version LIMIT 1;

-- Asked once after a start, row after row. A bare signature (part_tag 2) may
-- also wait for a record, by either of its names.
-- name: pending_next_ready (reader)
SELECT p.cert, p.cert_version FROM pending AS p INDEXED BY pending_cert
WHERE (p.cert, p.cert_version) > (:fpr, :version) AND EXISTS (
	SELECT 1 FROM fpr AS f WHERE f.keyid = p.keyid
	AND (f.kind = 2 OR length(f.fpr) <> 16)
	AND (p.issuer_version = 0 OR f.fpr = p.issuer)
	UNION ALL
	SELECT 1 FROM record AS r WHERE p.part_tag = 2 AND r.head = p.keyid
	UNION ALL
	SELECT 1 FROM record AS r
	WHERE p.part_tag = 2 AND r.signed_head = p.keyid)
ORDER BY p.cert, p.cert_version LIMIT 1;
