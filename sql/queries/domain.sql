-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Descriptors of domains, and what belongs to them. Invariant: the columns of
-- every query for descriptors are those of descriptor_get, in its order.

-- name: domain_find (both)
SELECT id FROM domain WHERE name = :name;

-- name: domain_last (both)
SELECT coalesce(max(id), -1) FROM domain;

-- name: domain_insert (writer)
INSERT INTO domain (id, name) VALUES (:id, :name);

-- Serial 0: the newest.
-- name: descriptor_get (both)
SELECT n.id, n.name, d.serial, d.owner, d.owner_version, d.signed, d.position,
	d.digest, d.text
FROM domain AS n CROSS JOIN descriptor AS d ON d.domain = n.id
WHERE n.name = :name AND d.serial >= :serial
	AND (:serial = 0 OR d.serial = :serial)
ORDER BY d.serial DESC LIMIT 1;

-- name: descriptor_next (both)
SELECT n.id, n.name, d.serial, d.owner, d.owner_version, d.signed, d.position,
	d.digest, d.text
FROM domain AS n CROSS JOIN descriptor AS d ON d.domain = n.id
WHERE n.name = :name AND d.serial > :serial
ORDER BY d.serial LIMIT 1;

-- name: domain_next (both)
SELECT name FROM domain WHERE name > :name ORDER BY name LIMIT 1;

-- name: descriptor_count (both)
SELECT count(*) FROM descriptor WHERE domain = :domain;

-- name: descriptor_domain (reader)
SELECT domain FROM descriptor WHERE position = :position;

-- name: descriptor_generation (both)
SELECT coalesce(max(position), 0) FROM descriptor;

-- name: descriptor_insert (writer)
INSERT INTO descriptor (domain, serial, owner, owner_version, signed, position,
	digest, text)
VALUES (:domain, :serial, :fpr, :version, :signed, :position, :digest, :text);

-- name: membership_list (both)
SELECT domain FROM member WHERE subject = :subject;

-- name: membership_next (reader)
SELECT subject FROM member WHERE domain = :domain AND subject > :subject
ORDER BY subject LIMIT 1;

-- name: membership_insert (writer)
INSERT INTO member (subject, domain) VALUES (:subject, :domain);

-- name: membership_delete (writer)
DELETE FROM member WHERE subject = :subject AND domain = :domain;

-- name: due_put (writer)
INSERT INTO due (subject, at) VALUES (:subject, :at)
ON CONFLICT (subject) DO UPDATE SET at = excluded.at;

-- name: due_drop (writer)
DELETE FROM due WHERE subject = :subject;

-- name: due_next (writer)
SELECT subject, at FROM due WHERE at <= :now ORDER BY at LIMIT 1;

-- Begun anew, as far as any of both goes.
-- name: walk_put (writer)
INSERT INTO walk (party, stage, done) VALUES (:party, :stage, :done)
ON CONFLICT (party) DO UPDATE SET stage = min(stage, excluded.stage),
	done = excluded.done;

-- name: walk_go (writer)
UPDATE walk SET stage = :stage, done = :done WHERE party = :party;

-- name: walk_drop (writer)
DELETE FROM walk WHERE party = :party;

-- name: walk_next (both)
SELECT party, stage, done FROM walk WHERE party >= x''
ORDER BY party LIMIT 1;

-- name: walk_cert (both)
SELECT fpr, version, id FROM cert WHERE id > :done ORDER BY id LIMIT 1;

-- name: walk_item (both)
SELECT subject, id FROM item WHERE id > :done ORDER BY id LIMIT 1;

-- name: walk_term (both)
SELECT i.subject, i.id
FROM term AS t CROSS JOIN item AS i ON i.id = t.item
WHERE t.hash = :hash AND t.item > :done ORDER BY t.item LIMIT 1;

-- name: check_domains (reader)
-- scan-ok: the whole table is what is checked
SELECT id, name FROM domain ORDER BY id;

-- name: check_descriptors (reader)
-- scan-ok: the whole table is what is checked
SELECT count(*) FROM descriptor AS d
WHERE NOT EXISTS (SELECT 1 FROM domain AS n WHERE n.id = d.domain);

-- name: check_membership (both)
-- scan-ok: the whole table is what is checked
SELECT DISTINCT subject FROM member;
