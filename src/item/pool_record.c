/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bare signatures of a pool: verified by the keys of its certificates, read
 * as statements, kept in their one form. Confirmations wait until what they
 * confirm is verified itself.
 */
#include <stdlib.h>

#include "item/pool.h"

#define DEPTH_MAX 8 /* confirmations of confirmations, and so on */

/* One bare signature and what it confirms (NULL: nothing). */
struct candidate {
	struct pool_sig *from;
	const struct pool_record *target;
	struct pgp_sig target_sig; /* of target */
};

void
pool_records_forget(struct item_pool *pool)
{
	for (size_t i = 0; i < pool->records.n; i++)
		alloc_bytes_free(pool->records.at[i].body);
	pool_records_release(&pool->records);
}

/* Why a record is refused; NULL: it is not. Nobody else checks what nobody here
 * can, so an opaque one is refused. */
static const struct reason *
refusal_of(enum pgp_verdict verdict)
{
	if (verdict == PGP_WEAK)
		return NULL;
	return verdict == PGP_OPAQUE ? PGP_REASON(unsupported)
				     : pgp_verdict_reason(verdict);
}

static void
refuse(const struct pool_sig *s, const struct reason *why, struct report *rep)
{
	report_add(rep, why, "%s by %016llX", pgp_sigtype_words(s->sig.type),
	    (unsigned long long)s->sig.issuer_keyid);
}

/*
 * Of several certificates that have the key, the one whose primary key it is,
 * else the one with the smallest fingerprint, has signed. A key that was
 * revoked for good still tells who it was: policy lets its word fall.
 */
static enum pgp_verdict
maker_find(const struct item_pool *pool, const struct candidate *c,
    size_t *cert, struct pgp_fpr *key)
{
	const struct pgp_sig *sig = &c->from->sig;
	const struct pgp_subject subject = {
		.target = c->target == NULL ? NULL : &c->target_sig
	};
	enum pgp_verdict verdict, best = PGP_UNKNOWN;

	for (size_t i = pool_key_first(pool, sig->issuer_keyid);
	     i < pool->keys.n && pool->keys.at[i].keyid == sig->issuer_keyid;
	     i++) {
		*cert = pool->keys.at[i].cert;
		verdict = pgp_record_verify(sig, &pool->certs.at[*cert].facts,
		    &subject, key);
		if (refusal_of(verdict) == NULL)
			return verdict;
		if (verdict != PGP_UNKNOWN)
			best = verdict;
	}
	return best;
}

/* What others confirm it by: the digest that its own values sign. */
static void
confirmed_fill(const struct pgp_sig *sig, const struct pgp_subject *subject,
    struct pool_record *r)
{
	if (pgp_sig_digest(sig, subject, r->confirmed, &r->confirmed_n) !=
	    ICS_OK)
		r->confirmed_n = 0;
}

static void
record_keep(struct item_pool *pool, const struct candidate *c,
    const struct notations_statement *st, const struct pgp_fpr *key)
{
	const struct pgp_subject subject = {
		.target = c->target == NULL ? NULL : &c->target_sig
	};
	struct pool_record r = { .subject = st->subject, .issuer = st->issuer };
	struct buf body;

	memcpy(r.digest, st->digest, 32);
	confirmed_fill(&c->from->sig, &subject, &r);
	buf_init(&body, PGP_SIG_MAX + 64);
	pgp_sig_canonical(&c->from->sig, key, &body);
	r.body = buf_take(&body);
	*pool_records_add(&pool->records) = r;
}

/* Verify, read and keep; a finding otherwise. Either way it is settled. */
static void
candidate_settle(struct item_pool *pool, const struct candidate *c,
    struct report *rep)
{
	struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct notations_statement st;
	const struct reason *why;
	struct pgp_fpr key;
	size_t cert = 0;

	c->from->is_settled = true;
	why = refusal_of(maker_find(pool, c, &cert, &key));
	if (why != NULL) {
		refuse(c->from, why, rep);
		return;
	}
	if (c->target != NULL) {
		place.carrier = NOTATIONS_CONFIRMATION;
		place.target = c->target->digest;
	}
	if (notations_statement_read(&c->from->sig, &place, rep, &st) ==
	    ICS_OK) {
		st.issuer = pool->certs.at[cert].fpr;
		record_keep(pool, c, &st, &key);
	}
	notations_statement_release(&st);
}

/* Records by what a confirmation names them by: two names of each. */
struct named {
	struct notations_confirmed name;
	size_t record;
};

static int
named_compare(const void *left, const void *right)
{
	const struct named *a = left, *b = right;

	int order = (a->name.is_signed > b->name.is_signed) -
		    (a->name.is_signed < b->name.is_signed);

	return order != 0 ? order
			  : bytes_compare(bytes_of(a->name.digest, a->name.n),
				bytes_of(b->name.digest, b->name.n));
}

static struct named *
named_collect(const struct item_pool *pool)
{
	size_t n = pool->records.n;
	struct named *all = alloc_zero(2 * n + 1, sizeof(*all));

	for (size_t i = 0; i < pool->records.n; i++) {
		const struct pool_record *r = &pool->records.at[i];

		all[2 * i] = (struct named){ { .n = 32 }, i };
		memcpy(all[2 * i].name.digest, r->digest, 32);
		all[2 * i + 1] =
		    (struct named){ { .n = r->confirmed_n, .is_signed = true },
			    i };
		memcpy(all[2 * i + 1].name.digest, r->confirmed,
		    r->confirmed_n);
	}
	qsort(all, 2 * n, sizeof(*all), named_compare);
	return all;
}

static const struct named *
target_find(const struct named *all, size_t n, const struct pgp_sig *sig)
{
	struct named wanted;

	if (!notations_confirmed_read(sig, &wanted.name))
		return NULL;
	return bsearch(&wanted, all, n, sizeof(*all), named_compare);
}

/* Confirmations of what is there by now; true when there were some. */
static bool
confirmations_settle(struct item_pool *pool, struct report *rep)
{
	size_t n = pool->records.n;
	struct named *all = named_collect(pool);
	bool found = false;

	for (size_t i = 0; i < pool->sigs.n; i++) {
		struct candidate c = { .from = &pool->sigs.at[i] };
		const struct named *target;

		if (c.from->is_settled)
			continue;
		target = target_find(all, 2 * n, &c.from->sig);
		if (target == NULL)
			continue;
		c.target = &pool->records.at[target->record];
		if (pgp_sig_parse(c.target->body, &c.target_sig) != ICS_OK)
			continue;
		candidate_settle(pool, &c, rep);
		found = true;
	}
	free(all);
	return found;
}

static int
record_compare(const void *left, const void *right)
{
	const struct pool_record *a = left, *b = right;
	uint8_t x[NOTATIONS_SUBJECT_OCTETS_MAX],
	    y[NOTATIONS_SUBJECT_OCTETS_MAX];
	int order =
	    bytes_compare(bytes_of(x, notations_subject_octets(&a->subject, x)),
		bytes_of(y, notations_subject_octets(&b->subject, y)));

	if (order == 0)
		order = memcmp(a->digest, b->digest, 32);
	return order != 0 ? order : bytes_compare(a->body, b->body);
}

static void
records_sort(struct pool_records *records)
{
	size_t kept = 0;

	if (records->n == 0)
		return;
	qsort(records->at, records->n, sizeof(*records->at), record_compare);
	for (size_t i = 1; i < records->n; i++) {
		if (memcmp(records->at[kept].digest, records->at[i].digest,
			32) == 0)
			alloc_bytes_free(records->at[i].body);
		else
			records->at[++kept] = records->at[i];
	}
	records->n = kept + 1;
}

void
pool_records_settle(struct item_pool *pool, struct report *rep)
{
	pool_records_forget(pool);
	for (size_t i = 0; i < pool->sigs.n; i++) {
		struct pool_sig *s = &pool->sigs.at[i];
		const struct reason *why = pgp_record_unfit(&s->sig);

		/* Revocations were given to their certificates. */
		s->is_settled =
		    why != NULL || s->sig.type == PGP_SIG_KEY_REVOCATION;
		if (why != NULL && s->sig.type != PGP_SIG_KEY_REVOCATION)
			refuse(s, why, rep);
		if (!s->is_settled && s->sig.type != PGP_SIG_CONFIRMATION)
			candidate_settle(pool, &(struct candidate){ .from = s },
			    rep);
	}
	for (size_t depth = 0; depth < DEPTH_MAX; depth++) {
		if (!confirmations_settle(pool, rep))
			break;
	}
	for (size_t i = 0; i < pool->sigs.n; i++) {
		if (!pool->sigs.at[i].is_settled)
			refuse(&pool->sigs.at[i], PGP_REASON(misplaced), rep);
	}
	records_sort(&pool->records);
}
