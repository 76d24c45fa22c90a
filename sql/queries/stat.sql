-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Counters. A transaction adds what it changed when it commits.

-- name: stat_get (both)
SELECT certs, fprs, uids, pending, denied, inserted, updated, deleted,
	records, statements
FROM total WHERE one = 1;

-- name: stat_add (writer)
UPDATE total SET certs = certs + :certs, fprs = fprs + :fprs,
	uids = uids + :uids, pending = pending + :pending,
	denied = denied + :denied, inserted = inserted + :inserted,
	updated = updated + :updated, deleted = deleted + :deleted,
	records = records + :records, statements = statements + :statements,
	leaves = coalesce(:leaves, leaves), peaks = coalesce(:peaks, peaks),
	print = coalesce(:print, print)
WHERE one = 1;

-- name: hour_add (writer)
INSERT INTO hour (start, inserted, updated, deleted)
VALUES (:start, :inserted, :updated, :deleted)
ON CONFLICT (start) DO UPDATE SET inserted = inserted + excluded.inserted,
	updated = updated + excluded.updated,
	deleted = deleted + excluded.deleted;

-- name: hour_list (reader)
SELECT start, inserted, updated, deleted FROM hour
WHERE start >= :from AND start < :to ORDER BY start;

-- The tree over the log: how many leaves, and the tops of what is complete.
-- name: tree_get (both)
SELECT leaves, peaks FROM total WHERE one = 1;

-- Pages of the file as this snapshot sees it.
-- name: stat_pages (reader)
PRAGMA page_count;

-- name: stat_page_size (reader)
PRAGMA page_size;
