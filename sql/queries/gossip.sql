-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- What peers compare: nodes, members, digests. Invariant: flag 2 (hidden)
-- keeps a certificate out of the members; indexes alone answer.

-- name: node_get (both)
SELECT id, nodes FROM node WHERE prefix = :prefix;

-- name: node_insert (writer)
INSERT INTO node (prefix, nodes) VALUES (:prefix, :nodes);

-- name: node_update (writer)
UPDATE node SET nodes = :nodes WHERE id = :id;

-- name: node_drop (writer)
DELETE FROM node WHERE id = :id;

-- name: node_drop_all (writer)
DELETE FROM node;

-- name: member_list (both)
SELECT DISTINCT skshash FROM cert
WHERE skshash >= :least AND skshash <= :greatest AND flags & 2 = 0
ORDER BY skshash;

-- name: member_next (writer)
SELECT DISTINCT skshash FROM cert
WHERE skshash > :after AND flags & 2 = 0
ORDER BY skshash LIMIT :max;

-- name: member_has (reader)
SELECT 1 FROM cert WHERE skshash = :hash AND flags & 2 = 0 LIMIT 1;

-- Whether another certificate has the hash.
-- name: member_other (writer)
SELECT 1 FROM cert
WHERE skshash = :hash AND flags & 2 = 0 AND id <> :id LIMIT 1;

-- name: gossip_get (both)
SELECT grown, print FROM total WHERE one = 1;

-- name: grown_put (writer)
UPDATE total SET grown = :grown WHERE one = 1;

-- name: digest_cert_next (both)
SELECT digest, id FROM cert WHERE digest > :after ORDER BY digest;

-- 64 bits (signed), then octets: the caller asks for one sign at a time.
-- name: digest_record_next (both)
SELECT digest FROM record
WHERE (head, digest) > (:head, :after) AND head <= :last
ORDER BY head, digest;

-- name: digest_cert_find (reader)
SELECT digest, id FROM cert
WHERE digest >= :least AND digest <= :greatest ORDER BY digest LIMIT :max;

-- name: digest_record_find (reader)
SELECT digest FROM record
WHERE head = :head AND digest >= :least AND digest <= :greatest
ORDER BY digest LIMIT :max;
