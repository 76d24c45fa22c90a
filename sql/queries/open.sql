-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Opening, transactions, upkeep. Invariant: a commit is on disk when it
-- returns (synchronous = FULL with a WAL syncs at each).

-- The page size can be told only before the first table. 4096 wins for
-- certificates of 400 octets and loses nothing for those of 30,000: README.
-- name: open_new (script)
PRAGMA page_size = 4096;

-- Pages are read by mmap: they belong to the file, not to us. The caches hold
-- what a transaction changes.
-- name: open_writer (script)
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA mmap_size = 0x7fff0000;
PRAGMA cache_size = -4096;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 33554432;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;

-- name: open_reader (script)
PRAGMA mmap_size = 0x7fff0000;
PRAGMA cache_size = -256;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;

-- For who has little memory: nothing is mapped, since mapped pages count as
-- ours; what a transaction changes goes to the WAL early.
-- name: open_writer_lean (script)
PRAGMA mmap_size = 0;
PRAGMA cache_size = -1024;

-- name: open_reader_lean (script)
PRAGMA mmap_size = 0;
PRAGMA cache_size = -384;

-- A file of ours tells so; a new one has zeroes and no table.
-- name: open_application (script)
PRAGMA application_id;

-- name: open_version (script)
PRAGMA user_version;

-- name: open_tables (script)
SELECT count(*) FROM sqlite_schema;

-- name: txn_begin (reader)
BEGIN;

-- name: txn_begin_write (writer)
BEGIN IMMEDIATE;

-- name: txn_commit (both)
COMMIT;

-- name: txn_rollback (writer)
ROLLBACK;

-- name: step_begin (script)
BEGIN IMMEDIATE;

-- name: step_commit (script)
COMMIT;

-- name: step_rollback (script)
ROLLBACK;

-- Bulk: remember more changed pages, let the text index pile up.
-- name: bulk_begin (script)
PRAGMA cache_size = -65536;
INSERT INTO word (word, rank) VALUES ('automerge', 0);
INSERT INTO word (word, rank) VALUES ('crisismerge', 64);

-- What a crash in the middle of a bulk left behind.
-- name: bulk_left (script)
SELECT count(*) FROM word_config WHERE k = 'automerge' AND v = 0;

-- name: bulk_end (script)
PRAGMA cache_size = -4096;
INSERT INTO word (word, rank) VALUES ('automerge', 4);
INSERT INTO word (word, rank) VALUES ('crisismerge', 16);
INSERT INTO word (word) VALUES ('optimize');
