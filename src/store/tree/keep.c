/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Following each change of a certificate or record. Invariant: an SKS hash is
 * in the tree once, as long as one certificate that SKS peers may see has it.
 */
#include "base/hex.h"
#include "base/log.h"
#include "store/handle.h"
#include "store/row.h"

enum ics_err
keep_need(struct store *s)
{
	struct keep *k = &s->keep;
	struct keep_state state;
	enum ics_err err;

	if (k->is_read)
		return ICS_OK;
	TRY(keep_state_read(&s->db, &state));
	k->is_whole = state.is_whole;
	k->has_grown = state.has_grown;
	k->grown = state.grown;
	k->print = state.print;
	k->is_read = true;
out:
	return err;
}

/* Whether the tree has come so far. */
static bool
is_reached(const struct keep *k, const struct recon_hash *hash)
{
	return k->is_whole || (k->has_grown && memcmp(hash->b, k->grown.b,
						   sizeof(hash->b)) <= 0);
}

/* MD5 is no proof: two certificates may have one hash. */
static enum ics_err
other_has(struct store *s, const struct recon_hash *hash, int64_t id, bool *has)
{
	sqlite3_stmt *stmt = db_query(&s->db, SQL_MEMBER_OTHER);
	enum ics_err err;

	row_bind_bytes(stmt, ":hash", bytes_of(hash->b, sizeof(hash->b)));
	row_bind_number(stmt, ":id", id);
	err = db_step(&s->db, stmt);
	*has = err == ICS_OK;
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static void
other_tell(const struct recon_hash *hash)
{
	char hex[2 * RECON_HASH + 1];

	hex_lower(bytes_of(hash->b, sizeof(hash->b)), hex);
	log_event(LOG_LEVEL_WARN, "sks-hash",
	    "hash=%s words=\"two certificates have it, and SKS peers take them "
	    "for one\"",
	    hex);
}

static enum ics_err
member_change(struct store *s, const uint8_t *octets, int64_t id, bool came)
{
	struct recon_backing b = keep_backing(s);
	struct recon_hash hash;
	bool has;
	enum ics_err err;

	memcpy(hash.b, octets, sizeof(hash.b));
	if (!recon_hash_fits(&hash))
		return ICS_OK;
	TRY(other_has(s, &hash, id, &has));
	if (has && came)
		other_tell(&hash);
	if (has || !is_reached(&s->keep, &hash))
		return ICS_OK;
	TRY(keep_tree_result(s,
	    came ? recon_tree_add(&b, &hash) : recon_tree_remove(&b, &hash)));
out:
	return err;
}

static bool
is_same(const uint8_t *a, const uint8_t *b, size_t n)
{
	return a == b || (a != NULL && b != NULL && memcmp(a, b, n) == 0);
}

enum ics_err
keep_change(struct store *s, const struct keep_change *c)
{
	enum ics_err err;

	TRY(keep_need(s));
	if (c->digest_before != NULL)
		sketch_print_remove(&s->keep.print, c->digest_before);
	if (c->digest != NULL)
		sketch_print_add(&s->keep.print, c->digest);
	s->keep.print_changed = true;
	if (is_same(c->hash_before, c->hash, RECON_HASH))
		return ICS_OK;
	if (c->hash_before != NULL)
		TRY(member_change(s, c->hash_before, c->id, false));
	if (c->hash != NULL)
		TRY(member_change(s, c->hash, c->id, true));
out:
	return err;
}

/* ---- the ends of a transaction ------------------------------------------- */

static enum ics_err
grown_write(struct store *s)
{
	const struct keep *k = &s->keep;
	sqlite3_stmt *stmt = db_query(&s->db, SQL_GROWN_PUT);

	if (k->is_whole)
		row_bind_null(stmt, ":grown");
	else
		row_bind_bytes(stmt, ":grown",
		    bytes_of(k->grown.b, k->has_grown ? RECON_HASH : 0));
	return db_finish(&s->db, stmt);
}

void
keep_print_bind(struct store *s, sqlite3_stmt *stmt)
{
	struct keep *k = &s->keep;

	if (!k->print_changed) {
		row_bind_null(stmt, ":print");
		return;
	}
	sketch_print_write(&k->print, k->print_octets);
	row_bind_bytes(stmt, ":print",
	    bytes_of(k->print_octets, sizeof(k->print_octets)));
}

enum ics_err
keep_write(struct store *s)
{
	enum ics_err err;

	TRY(keep_blocks_write(s));
	if (s->keep.grown_changed)
		TRY(grown_write(s));
	s->keep.grown_changed = false;
out:
	return err;
}

void
keep_committed(struct store *s)
{
	if (s->keep.is_read)
		s->keep.grows = !s->keep.is_whole;
	s->keep.is_read = false;
	keep_blocks_rest(&s->keep.blocks);
}

void
keep_forget(struct store *s)
{
	s->keep.is_read = false;
	s->keep.grown_changed = s->keep.print_changed = false;
	keep_blocks_release(&s->keep.blocks);
}
