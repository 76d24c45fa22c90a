-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Records, and what statements of both carriers say. Invariant: the columns
-- of every query for whole records are those of record_get, in its order.

-- name: record_get (both)
SELECT r.id, r.digest, r.subject, r.issuer, r.issuer_version, r.created,
	r.data, s.position, s.received
FROM record AS r CROSS JOIN statement AS s ON s.digest = r.digest
WHERE r.head = :head AND r.digest = :digest AND s.carrier = -r.id;

-- name: record_next (reader)
SELECT r.id, r.digest, r.subject, r.issuer, r.issuer_version, r.created,
	r.data, s.position, s.received
FROM item AS i CROSS JOIN statement AS s ON s.item = i.id
	CROSS JOIN record AS r ON r.id = -s.carrier
WHERE i.subject = :subject AND s.digest > :digest AND s.carrier < 0
ORDER BY s.digest LIMIT 1;

-- The order is that of the index: 64 bits (signed), then octets.
-- name: record_next_any (reader)
SELECT r.id, r.digest, r.subject, r.issuer, r.issuer_version, r.created,
	r.data, s.position, s.received
FROM record AS r CROSS JOIN statement AS s ON s.digest = r.digest
WHERE (r.head, r.digest) > (:head, :digest) AND s.carrier = -r.id
ORDER BY r.head, r.digest LIMIT 1;

-- name: record_get_signed (reader)
SELECT r.id, r.digest, r.subject, r.issuer, r.issuer_version, r.created,
	r.data, s.position, s.received
FROM record AS r CROSS JOIN statement AS s ON s.digest = r.digest
WHERE r.signed_head = :head AND s.carrier = -r.id
ORDER BY r.id LIMIT 1;

-- Oldest first: carriers are ids below zero.
-- name: record_saying (reader)
SELECT r.id, r.digest, r.subject, r.issuer, r.issuer_version, r.created,
	r.data, s.position, s.received
FROM item AS i CROSS JOIN term AS t ON t.item = i.id
	CROSS JOIN record AS r ON r.id = -t.carrier
	CROSS JOIN statement AS s ON s.item = i.id AND s.digest = r.digest
WHERE i.subject = :subject AND t.hash = :hash AND t.carrier < :below
ORDER BY t.carrier DESC LIMIT 1;

-- name: record_count (both)
-- scan-ok: the inner SELECT has at most :max rows
SELECT count(*)
FROM (SELECT 1 FROM term AS t CROSS JOIN record AS r ON r.id = -t.carrier
	WHERE t.hash = :hash AND t.item = :item AND t.carrier < 0
	AND r.issuer = :fpr AND r.issuer_version = :version LIMIT :max);

-- name: record_known (writer)
SELECT id FROM record WHERE head = :head AND digest = :digest;

-- name: record_insert (writer)
INSERT INTO record (head, digest, signed_head, subject, issuer,
	issuer_version, created, crc, data)
VALUES (:head, :digest, :signed_head, :subject, :fpr, :version, :created,
	:crc, :data);

-- name: record_delete (writer)
DELETE FROM record WHERE id = :id;

-- name: item_find (both)
SELECT id, n FROM item WHERE subject = :subject;

-- name: item_get (both)
SELECT subject, n FROM item WHERE id = :id;

-- name: item_next (reader)
SELECT id FROM item WHERE id >= :item ORDER BY id LIMIT 1;

-- name: item_insert (writer)
INSERT INTO item (subject, n) VALUES (:subject, 0);

-- name: item_count (writer)
UPDATE item SET n = n + :n WHERE id = :id;

-- name: item_drop (writer)
DELETE FROM item WHERE id = :id AND n = 0;

-- name: statement_next (reader)
SELECT s.digest, s.position, s.received, s.carrier
FROM item AS i CROSS JOIN statement AS s ON s.item = i.id
WHERE i.subject = :subject AND s.digest > :digest
ORDER BY s.digest LIMIT 1;

-- name: statement_get (both)
SELECT s.digest, s.position, s.received, s.carrier, i.subject, s.item
FROM statement AS s CROSS JOIN item AS i ON i.id = s.item
WHERE s.digest = :digest LIMIT 1;

-- name: statement_known (both)
SELECT carrier, position, received FROM statement
WHERE item = :item AND digest = :digest;

-- name: statement_insert (writer)
INSERT INTO statement (item, digest, carrier, position, received)
VALUES (:item, :digest, :carrier, :position, :now);

-- name: statement_delete (writer)
DELETE FROM statement WHERE item = :item AND digest = :digest;

-- name: term_insert (writer)
INSERT INTO term (hash, item, carrier) VALUES (:hash, :item, :carrier)
ON CONFLICT DO NOTHING;

-- name: term_delete (writer)
DELETE FROM term WHERE hash = :hash AND item = :item AND carrier = :carrier;

-- name: term_seek (reader)
SELECT item FROM term WHERE hash = :hash AND item >= :item
ORDER BY item LIMIT 1;

-- What a store of step 1 does not say yet of its certificates.
-- name: cert_flags (writer)
UPDATE cert SET flags = :flags WHERE id = :id;
