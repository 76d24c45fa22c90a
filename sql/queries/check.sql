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

-- name: check_totals (reader)
-- scan-ok: these counts are what is checked
SELECT (SELECT count(*) FROM cert), (SELECT count(*) FROM fpr),
	(SELECT count(*) FROM uid), (SELECT count(*) FROM pending),
	(SELECT count(*) FROM deny),
	(SELECT coalesce(sum(inserted), 0) FROM hour),
	(SELECT coalesce(sum(updated), 0) FROM hour),
	(SELECT coalesce(sum(deleted), 0) FROM hour);

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
	deleted = (SELECT coalesce(sum(deleted), 0) FROM hour);

-- name: repair_waiting (writer)
-- scan-ok: a repair counts everything again
INSERT INTO waiting (domain, n)
SELECT d.domain, (SELECT count(*) FROM pending AS p WHERE p.domain = d.domain)
FROM (SELECT domain FROM waiting UNION SELECT domain FROM pending) AS d
WHERE true
ON CONFLICT (domain) DO UPDATE SET n = excluded.n;

-- name: repair_words (writer)
INSERT INTO word (word) VALUES ('delete-all');
