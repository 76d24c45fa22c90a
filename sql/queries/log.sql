-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- The log. Rows are added at the end and never change.

-- name: log_put (writer)
INSERT INTO log (position, received, event, version, fpr, digest, salt, leaf)
VALUES (:position, :now, :event, :version, :fpr, :digest, :salt, :leaf);

-- name: log_next (reader)
SELECT position, received, event, version, fpr, digest, salt, leaf
FROM log WHERE position > :after ORDER BY position LIMIT 1;

-- name: log_last (both)
SELECT coalesce(max(position), 0) FROM log;

-- Leaves, or tops of subtrees, that stand side by side.
-- name: log_leaves (both)
SELECT leaf FROM log WHERE position > :after AND position <= :to
ORDER BY position;

-- name: tile_list (both)
SELECT hash FROM tile
WHERE level = :level AND number >= :from AND number < :to ORDER BY number;

-- name: tile_put (writer)
INSERT INTO tile (level, number, hash) VALUES (:level, :number, :hash);
