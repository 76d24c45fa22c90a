-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- What stays out.

-- name: deny_get (both)
SELECT fpr, version, since, reason FROM deny
WHERE fpr = :fpr AND (:version = 0 OR version = :version) LIMIT 1;

-- name: deny_next (reader)
SELECT fpr, version, since, reason FROM deny
WHERE (fpr, version) > (:fpr, :version) ORDER BY fpr, version LIMIT 1;

-- name: deny_put (writer)
INSERT INTO deny (fpr, version, since, reason)
VALUES (:fpr, :version, :now, :reason)
ON CONFLICT (fpr, version) DO UPDATE SET reason = excluded.reason;

-- name: deny_drop (writer)
DELETE FROM deny WHERE fpr = :fpr AND version = :version;
