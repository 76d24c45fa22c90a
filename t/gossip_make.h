/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of what peers compare share: the tree and the print against
 * the slow way, and changes by a seed. Hashes are given, as nobody can find
 * MD5s.
 */
#ifndef T_GOSSIP_MAKE_H
#define T_GOSSIP_MAKE_H

#include "said_make.h"
#include "store/entry.h"
#include "store/handle.h"

#define DEVICES 300 /* numbers that take part in mixes */

static struct scene sc;

static inline void
quick(void)
{
	/* Nothing here dies: no need to wait for the disk. */
	OK(db_run(&sc.store->db, "PRAGMA synchronous = OFF"));
}

static inline void
begin(void)
{
	scene_begin(&sc);
	quick();
}

static inline void
end(void)
{
	scene_end(&sc);
}

static inline void
reopen(void)
{
	scene_close(&sc);
	OK(store_open(sc.dir, STORE_EXISTING, &sc.store));
	OK(store_reader_open(sc.dir, sc.store, &sc.reader));
	quick();
}

static inline void
fresh(void)
{
	OK(store_reader_begin(sc.reader));
}

static inline void
sound(void)
{
	int64_t differences;

	store_reader_end(sc.reader);
	OK(store_check(sc.reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
	fresh();
}

/* ---- the slow way -------------------------------------------------------- */

ARRAY_OF(struct recon_hash, hashes);

static inline int
hash_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct recon_hash));
}

/* All SKS hashes of certificates, sorted, each once. */
static inline void
members_read(struct hashes *all)
{
	struct pgp_fpr at = { 0 };
	struct store_cert cert;
	size_t n = 0;

	all->n = 0;
	while (store_cert_next(sc.reader, &at, &cert, &at) == ICS_OK)
		if ((cert.flags & STORE_CERT_HIDDEN) == 0)
			memcpy(hashes_add(all)->b, cert.skshash, RECON_HASH);
	if (all->n > 0)
		qsort(all->at, all->n, sizeof(*all->at), hash_order);
	for (size_t i = 0; i < all->n; i++)
		if (recon_hash_fits(&all->at[i]) &&
		    (n == 0 || hash_order(&all->at[n - 1], &all->at[i]) != 0))
			all->at[n++] = all->at[i];
	all->n = n;
}

static inline enum ics_err
hash_take(void *arg, const struct recon_hash *hash)
{
	*hashes_add(arg) = *hash;
	return ICS_OK;
}

/* Every prefix down to single members, and one beyond. */
static inline void
prefix_compare(const struct recon_view *view, const struct hashes *all,
    const struct recon_prefix *p)
{
	struct hashes seen = { 0 };
	struct recon_sum sum, want;
	struct recon_prefix child;
	size_t first = 0, n = 0;

	recon_sum_init(&want);
	for (size_t i = 0; i < all->n; i++)
		if (recon_prefix_has(p, &all->at[i])) {
			first = n == 0 ? i : first;
			n++;
			recon_sum_add(&want, &all->at[i]);
		}
	OK(view->sum(view->arg, p, &sum));
	ck_assert_msg(recon_sum_is_equal(&sum, &want), "%u bits: %u, not %u",
	    p->bits, sum.n, want.n);
	OK(view->each(view->arg, p, hash_take, &seen));
	ck_assert_uint_eq(seen.n, n);
	if (n > 0)
		ck_assert_mem_eq(seen.at, &all->at[first],
		    n * sizeof(*seen.at));
	hashes_release(&seen);
	for (unsigned i = 0; n > 1 && i < RECON_CHILDREN; i++) {
		recon_prefix_child(p, i, &child);
		prefix_compare(view, all, &child);
	}
}

static inline size_t
tree_compare(void)
{
	struct recon_prefix root = { 0 };
	struct hashes all = { 0 };
	struct recon_view view;
	size_t n;
	bool is;

	fresh();
	OK(store_tree_is_whole(sc.reader, &is));
	ck_assert(is);
	members_read(&all);
	store_tree_view(sc.reader, &view);
	prefix_compare(&view, &all, &root);
	for (size_t i = 0; i < all.n; i++) {
		OK(view.has(view.arg, &all.at[i], &is));
		ck_assert(is);
		all.at[i].b[15] ^= 1;
		OK(view.has(view.arg, &all.at[i], &is));
		ck_assert(!is);
	}
	n = all.n;
	hashes_release(&all);
	return n;
}

static inline void
print_compare(void)
{
	struct store_record rec = { 0 };
	struct sketch_print print, want = { 0 };
	struct pgp_fpr at = { 0 };
	struct store_cert cert;
	const uint8_t *after = NULL;
	uint8_t digest[32];

	fresh();
	while (store_cert_next(sc.reader, &at, &cert, &at) == ICS_OK)
		sketch_print_add(&want, cert.digest);
	while (store_record_next_any(sc.reader, after, &rec) == ICS_OK) {
		memcpy(digest, rec.digest, sizeof(digest));
		after = digest;
		sketch_print_add(&want, digest);
	}
	OK(store_print_get(sc.reader, &print));
	ck_assert_uint_eq(print.n, want.n);
	ck_assert_mem_eq(print.sum, want.sum, sizeof(want.sum));
}

/* ---- changes --------------------------------------------------------------- */

static inline uint64_t
draw(uint64_t *seed, uint64_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % below;
}

/* One change inside a transaction; forged ones have one hash out of four. */
static inline void
change(uint64_t *seed, bool may_forge)
{
	struct device d = { .number = 1 + (uint32_t)draw(seed, DEVICES),
		.revision = (uint32_t)draw(seed, 3) };
	struct store_entry *e = device_entry(&d);
	struct pgp_fpr fpr = *store_entry_fpr(e);
	enum store_change changed;
	enum ics_err err;

	switch (draw(seed, 8)) {
	case 0:
		err = store_delete(sc.store, &fpr, 1002);
		break;
	case 1:
		err = store_deny_put(sc.store, &fpr, "", 1003);
		break;
	case 2:
		err = store_deny_drop(sc.store, &fpr, 1003);
		break;
	default:
		if (may_forge && draw(seed, 4) == 0) {
			memset(e->skshash, 0, sizeof(e->skshash));
			e->skshash[0] = (uint8_t)draw(seed, 4);
			e->digest[0] ^= 0x55;
		}
		err = store_put(sc.store, e, 1001, &changed);
		break;
	}
	ck_assert(err == ICS_OK || err == ICS_ENOTFOUND || err == ICS_EGONE);
	store_entry_free(e);
}

static inline void
put_with(uint32_t number, uint8_t version, const uint8_t *hash)
{
	struct device d = { .number = number, .version = version };
	struct store_entry *e = device_entry(&d);
	enum store_change changed;

	if (hash != NULL)
		memcpy(e->skshash, hash, sizeof(e->skshash));
	OK(store_begin(sc.store));
	OK(store_put(sc.store, e, 1000, &changed));
	OK(store_commit(sc.store));
	store_entry_free(e);
}

static inline void
gone(uint32_t number)
{
	struct pgp_fpr fpr = said_fpr(number);

	OK(store_begin(sc.store));
	OK(store_delete(sc.store, &fpr, 1001));
	OK(store_commit(sc.store));
}

#endif
