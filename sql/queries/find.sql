-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Searches. Each is cut by :max, so that none is longer than its answer.

-- In the order of the table: equal certificates stand together.
-- name: find_fpr (reader)
SELECT cert FROM fpr WHERE keyid = :keyid AND fpr = :fpr AND kind < 2;

-- The row that holds a version 3 fingerprint is under no key ID.
-- name: find_keyid (reader)
SELECT DISTINCT cert FROM fpr
WHERE keyid = :keyid AND (kind = 2 OR length(fpr) <> 16) LIMIT :max;

-- name: find_keyid_any (writer)
SELECT 1 FROM fpr
WHERE keyid = :keyid AND (kind = 2 OR length(fpr) <> 16) LIMIT 1;

-- name: find_skshash (reader)
SELECT id FROM cert WHERE skshash = :hash LIMIT :max;

-- Candidates: the summary decides.
-- name: find_uid (reader)
SELECT u.cert, c.summary
FROM uid AS u CROSS JOIN cert AS c ON c.id = u.cert
WHERE u.hash = :hash;

-- The youngest of what matches, then by their change: a word that a million
-- devices share costs no more than a rare one.
-- name: find_words (reader)
-- scan-ok: the inner SELECT has at most :max rows
SELECT c.id
FROM (SELECT rowid AS id FROM word WHERE word MATCH :words
	ORDER BY rowid DESC LIMIT :max) AS w CROSS JOIN cert AS c ON c.id = w.id
ORDER BY c.modified DESC, c.id DESC;

-- name: find_modified (reader)
SELECT fpr, version FROM cert
WHERE modified >= :from AND modified < :to ORDER BY modified, id LIMIT :max;

-- SQLite's own road to the tokenizer of the text index.
-- name: find_fts5 (reader)
SELECT fts5(:api);
