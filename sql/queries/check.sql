-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- What fsck asks, and what repair changes. Here everything is looked at, one
-- row after the other in the order of the table.

-- name: check_file (reader)
PRAGMA integrity_check (50);

-- name: check_cert_next (both)
SELECT id, fpr, version, crc, flags, added, modified, logged, digest, skshash,
	summary, data
FROM cert WHERE id > :id ORDER BY id LIMIT 1;

-- name: check_fpr (reader)
SELECT 1 FROM fpr
WHERE keyid = :keyid AND fpr = :fpr AND cert = :cert AND kind = :kind;

-- name: check_uid (reader)
SELECT 1 FROM uid WHERE hash = :hash AND cert = :cert;

-- name: check_fprs (both)
-- scan-ok: the whole table is what is checked
SELECT keyid, fpr, cert, kind FROM fpr;

-- name: check_uids (both)
-- scan-ok: the whole table is what is checked
SELECT hash, cert FROM uid;

-- name: check_words (reader)
-- scan-ok: the whole text index is what is checked
SELECT term, doc FROM word_list;

-- name: check_log (writer)
SELECT position, received, event, version, fpr, digest, salt, leaf
FROM log WHERE position = :position;

-- name: check_pending (reader)
-- scan-ok: bounded per domain, and the whole table is what is checked
SELECT count(*)
FROM (SELECT domain FROM waiting UNION SELECT domain FROM pending) AS d
WHERE (SELECT count(*) FROM pending AS p WHERE p.domain = d.domain) IS NOT
	coalesce((SELECT n FROM waiting AS w WHERE w.domain = d.domain), 0);

-- name: check_record_next (both)
SELECT id, head, digest, signed_head, subject, issuer, issuer_version, created,
	crc, data
FROM record WHERE id > :id ORDER BY id LIMIT 1;

-- name: check_items (reader)
-- scan-ok: the whole table is what is checked
SELECT subject, n FROM item AS i
WHERE n <> (SELECT count(*) FROM statement AS s WHERE s.item = i.id) OR n = 0;

-- name: check_statements (both)
-- scan-ok: the whole table is what is checked
SELECT s.item, s.digest, s.carrier, s.position, s.received,
	(SELECT subject FROM item AS i WHERE i.id = s.item)
FROM statement AS s;

-- name: check_term (reader)
SELECT 1 FROM term WHERE hash = :hash AND item = :item AND carrier = :carrier;

-- name: check_terms (both)
-- scan-ok: the whole table is what is checked
SELECT hash, item, carrier FROM term;

-- name: check_counts (reader)
-- scan-ok: these counts are what is checked
SELECT (SELECT count(*) FROM statement), (SELECT count(*) FROM term),
	(SELECT count(*) FROM tile);

-- name: check_tile (both)
SELECT hash FROM tile WHERE level = :level AND number = :number;

-- name: check_totals (reader)
-- scan-ok: these counts are what is checked
SELECT (SELECT count(*) FROM cert), (SELECT count(*) FROM fpr),
	(SELECT count(*) FROM uid), (SELECT count(*) FROM pending),
	(SELECT count(*) FROM deny),
	(SELECT coalesce(sum(inserted), 0) FROM hour),
	(SELECT coalesce(sum(updated), 0) FROM hour),
	(SELECT coalesce(sum(deleted), 0) FROM hour),
	(SELECT count(*) FROM record), (SELECT count(*) FROM statement);

-- name: check_nodes (reader)
-- scan-ok: the whole table is what is checked
SELECT nodes FROM node;

-- name: check_last_id (reader)
SELECT coalesce(max(id), 0) FROM cert;

-- name: repair_cert (writer)
UPDATE cert SET fpr = :fpr, version = :version, crc = :crc, flags = :flags,
	digest = :digest, skshash = :skshash, summary = :summary
WHERE id = :id;

-- name: repair_totals (writer)
-- scan-ok: a repair counts everything again
UPDATE total SET certs = (SELECT count(*) FROM cert),
	fprs = (SELECT count(*) FROM fpr), uids = (SELECT count(*) FROM uid),
	pending = (SELECT count(*) FROM pending),
	denied = (SELECT count(*) FROM deny),
	inserted = (SELECT coalesce(sum(inserted), 0) FROM hour),
	updated = (SELECT coalesce(sum(updated), 0) FROM hour),
	deleted = (SELECT coalesce(sum(deleted), 0) FROM hour),
	records = (SELECT count(*) FROM record),
	statements = (SELECT count(*) FROM statement);

-- name: repair_waiting (writer)
-- scan-ok: a repair counts everything again
INSERT INTO waiting (domain, n)
SELECT d.domain, (SELECT count(*) FROM pending AS p WHERE p.domain = d.domain)
FROM (SELECT domain FROM waiting UNION SELECT domain FROM pending) AS d
WHERE true
ON CONFLICT (domain) DO UPDATE SET n = excluded.n;

-- name: repair_words (writer)
INSERT INTO word (word) VALUES ('delete-all');

-- name: repair_told (writer)
-- scan-ok: a repair looks through the log for what it repairs
SELECT position, received FROM log
WHERE event = 5 AND digest = :digest AND fpr = :fpr
ORDER BY position DESC LIMIT 1;

-- name: repair_statement (writer)
INSERT INTO statement (item, digest, carrier, position, received)
VALUES (:item, :digest, :carrier, :position, :received)
ON CONFLICT (item, digest) DO UPDATE SET carrier = excluded.carrier,
	position = excluded.position, received = excluded.received;

-- name: repair_record (writer)
UPDATE record SET head = :head, digest = :digest, signed_head = :signed_head,
	subject = :subject, created = :created, crc = :crc
WHERE id = :id;

-- name: repair_items (writer)
-- scan-ok: a repair counts everything again
UPDATE item SET n = (SELECT count(*) FROM statement AS s WHERE s.item = id)
WHERE n <> (SELECT count(*) FROM statement AS s WHERE s.item = id);

-- name: repair_empty (writer)
-- scan-ok: a repair looks at everything again
DELETE FROM item WHERE n = 0;

-- name: repair_tiles (writer)
DELETE FROM tile;
