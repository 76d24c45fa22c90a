/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of a judged certificate is kept. Decisions are made on arrays of
 * flags, then the kept packets are written and parsed, so that the result is
 * canonical like any other certificate. Invariant: what is kept depends on
 * the set of verified signatures, never on the order they came in.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "pgp/judge.h"
#include "pgp/wire.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

struct kept_sig {
	const struct pgp_sig *sig;
	size_t place;
	struct bytes body; /* normalised, in the cleaning's buffer */
	bool is_self;
	bool is_maker; /* binds, since its owner binds nothing */
	bool is_known; /* by who has a right here */
	bool is_gone;
};

struct cleaning {
	const struct pgp_cert *cert;
	struct report *rep;
	struct kept_sig *sigs; /* n of them */
	size_t n;
	bool *is_bound;	 /* by part */
	bool is_revoked; /* for good */
	struct buf bodies;
};

/* Which of two copies of a signature is the more useful; then the smaller. */
static int
copy_compare(const struct kept_sig *a, const struct kept_sig *b)
{
	int c = 0;

	if (a->sig->type == PGP_SIG_SUBKEY_BINDING)
		c = ORDER(b->sig->embedded.n > 0, a->sig->embedded.n > 0);
	if (c == 0)
		c = ORDER(b->sig->issuer_keyid != 0, a->sig->issuer_keyid != 0);
	if (c == 0)
		c = ORDER(a->body.n, b->body.n);
	return c != 0 ? c : bytes_compare(a->body, b->body);
}

static int
kept_compare(const void *left, const void *right)
{
	const struct kept_sig *a = left, *b = right;
	int c = ORDER(a->place, b->place);

	if (c == 0)
		c = pgp_sig_compare(a->sig, b->sig);
	return c != 0 ? c : copy_compare(a, b);
}

/*
 * Normalised bodies of all that verified, one copy of each. The buffer never
 * moves: its room is taken at once.
 */
static void
sigs_collect(struct cleaning *c, const struct pgp_judgement *judged)
{
	const struct pgp_key *primary = pgp_cert_primary(c->cert);
	size_t kept = 0;

	buf_init(&c->bodies, 2 * (size_t)PGP_CERT_RAW_MAX);
	(void)buf_grow(&c->bodies, c->cert->data.n + 1); /* room only */
	buf_clear(&c->bodies);
	for (size_t i = 0; i < c->cert->sigs_n; i++) {
		const struct pgp_sig *sig = &c->cert->sigs[i];
		size_t from = c->bodies.n;

		if (!judge_is_kept(judged->verdicts[i]))
			continue;
		pgp_sig_normalise(sig, &c->bodies);
		c->sigs[c->n++] = (struct kept_sig){ .sig = sig,
			.place = judged->place[i],
			.body =
			    bytes_of(&c->bodies.p[from], c->bodies.n - from),
			.is_self = pgp_sig_is_self(sig, primary) };
	}
	if (c->n == 0)
		return;
	qsort(c->sigs, c->n, sizeof(*c->sigs), kept_compare);
	for (size_t i = 1; i < c->n; i++) {
		if (c->sigs[kept].place != c->sigs[i].place ||
		    pgp_sig_compare(c->sigs[kept].sig, c->sigs[i].sig) != 0)
			c->sigs[++kept] = c->sigs[i];
	}
	c->n = kept + 1;
}

static bool
is_certification(uint8_t type)
{
	return type >= PGP_SIG_CERT_GENERIC && type <= PGP_SIG_CERT_POSITIVE;
}

/* Does the owner speak about its part by this signature? */
static bool
is_binding(const struct kept_sig *s)
{
	return s->is_self && (is_certification(s->sig->type) ||
				 s->sig->type == PGP_SIG_CERT_REVOCATION ||
				 s->sig->type == PGP_SIG_SUBKEY_BINDING ||
				 s->sig->type == PGP_SIG_SUBKEY_REVOCATION);
}

static void
parts_bind(struct cleaning *c)
{
	/* Names are erased only by a revocation that somebody verified. */
	bool proves = !pgp_key_is_opaque(pgp_cert_primary(c->cert));

	c->is_bound[0] = true;
	for (size_t i = 0; i < c->n; i++) {
		const struct kept_sig *s = &c->sigs[i];

		c->is_bound[s->place] |= is_binding(s);
		c->is_revoked |= proves &&
				 s->sig->type == PGP_SIG_KEY_REVOCATION &&
				 pgp_sig_is_hard(s->sig);
	}
}

/* Does the owner say anything that another may not say for him? */
static bool
owner_speaks(const struct cleaning *c)
{
	for (size_t i = 0; i < c->n; i++) {
		uint8_t type = c->sigs[i].sig->type;

		if (c->sigs[i].is_self &&
		    (is_certification(type) || type == PGP_SIG_DIRECT_KEY ||
			type == PGP_SIG_SUBKEY_BINDING))
			return true;
	}
	return false;
}

/*
 * A key without a voice is named by its maker. By the fingerprint alone: a
 * key ID would let the answer hang on what else is stored.
 */
static void
makers_bind(struct cleaning *c, const struct pgp_makers *makers)
{
	if (makers == NULL || owner_speaks(c))
		return;
	for (size_t i = 0; i < c->n; i++) {
		struct kept_sig *s = &c->sigs[i];

		s->is_maker = !s->is_self && is_certification(s->sig->type) &&
			      s->sig->issuer.version != 0 &&
			      makers->has(makers->arg, &s->sig->issuer);
		c->is_bound[s->place] |= s->is_maker;
	}
}

/* Whose word is no stranger's: revokers' neither, for whom nobody else's
 * revocation of the key verifies. */
static bool
is_known(const struct pgp_sig *sig, const struct pgp_makers *makers)
{
	bool (*knows)(void *arg, const struct pgp_fpr *issuer);

	if (sig->type == PGP_SIG_KEY_REVOCATION)
		return true;
	if (makers == NULL || sig->issuer.version == 0)
		return false;
	knows = makers->knows != NULL ? makers->knows : makers->has;
	return knows(makers->arg, &sig->issuer);
}

static void
knowns_find(struct cleaning *c, const struct pgp_makers *makers)
{
	for (size_t i = 0; i < c->n; i++)
		c->sigs[i].is_known = is_known(c->sigs[i].sig, makers);
}

static void
part_report(struct cleaning *c, const struct pgp_part *part)
{
	int n = part->body.n < 64 ? (int)part->body.n : 64;

	if (part->kind == PGP_PART_UAT)
		report_add(c->rep, PGP_REASON(attribute), "of %zu octets",
		    part->body.n);
	else if (part->kind == PGP_PART_UID)
		report_add(c->rep, PGP_REASON(unbound), "User ID %.*s", n,
		    (const char *)part->body.p);
	else
		report_add(c->rep, PGP_REASON(unbound), "subkey %016llX",
		    (unsigned long long)part->key.keyid);
}

/* Parts without a binding go, and after a hard revocation the User IDs. */
static void
parts_drop(struct cleaning *c)
{
	bool names_gone = false;

	for (size_t p = 0; p < c->cert->parts_n; p++) {
		const struct pgp_part *part = &c->cert->parts[p];

		if (part->kind == PGP_PART_UAT)
			c->is_bound[p] = false;
		if (!c->is_bound[p])
			part_report(c, part);
		if (c->is_revoked && part->kind == PGP_PART_UID) {
			names_gone |= c->is_bound[p];
			c->is_bound[p] = false;
		}
	}
	if (names_gone)
		report_add(c->rep, PGP_REASON(hard_revoked), "%016llX",
		    (unsigned long long)pgp_cert_primary(c->cert)->keyid);
	for (size_t i = 0; i < c->n; i++) {
		struct kept_sig *s = &c->sigs[i];

		s->is_gone = !c->is_bound[s->place] ||
			     (c->is_revoked && !s->is_self &&
				 s->sig->type != PGP_SIG_KEY_REVOCATION);
	}
}

/*
 * Is there anything that the owner (or his revoker, or for a key without a
 * voice its maker) signed? A version 6 key
 * says nothing without a direct-key signature or a revocation (RFC 9580 10.1).
 */
static bool
is_evaporated(const struct cleaning *c)
{
	bool is_v6 = pgp_cert_primary(c->cert)->version == 6;

	for (size_t i = 0; i < c->n; i++) {
		const struct kept_sig *s = &c->sigs[i];

		if (s->is_gone)
			continue;
		if (s->sig->type == PGP_SIG_KEY_REVOCATION || s->is_maker ||
		    (s->is_self &&
			(!is_v6 || s->sig->type == PGP_SIG_DIRECT_KEY)))
			return false;
	}
	return true;
}

/* First to go first: strangers' certifications, oldest first, then those of
 * who has a right here; those that bind (the owner's, the maker's) last. */
static int
age_compare(const void *left, const void *right)
{
	const struct kept_sig *a = left, *b = right;
	int c = ORDER(a->is_self || a->is_maker, b->is_self || b->is_maker);

	if (c == 0)
		c = ORDER(a->is_known, b->is_known);
	if (c == 0)
		c = ORDER(pgp_sig_is_revocation(a->sig),
		    pgp_sig_is_revocation(b->sig));
	if (c == 0)
		c = ORDER(a->sig->created, b->sig->created);
	return c != 0 ? c : pgp_sig_compare(a->sig, b->sig);
}

/* The same issuer's side by side, last to go first. */
static int
issuer_compare(const void *left, const void *right)
{
	const struct kept_sig *a = left, *b = right;
	int c = ORDER(a->sig->issuer_keyid, b->sig->issuer_keyid);

	return c != 0 ? c : age_compare(right, left);
}

/* Is it a stranger's that may be a statement? */
static bool
is_crowd(const struct kept_sig *s)
{
	return !s->is_gone && !s->is_self && !s->is_maker && !s->is_known &&
	       (pgp_sig_is_revocation(s->sig) || pgp_sig_has_notation(s->sig));
}

static size_t
crowd_count(const struct cleaning *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += is_crowd(&c->sigs[i]);
	return n;
}

/* What goes is a function of the whole, and what is added later never brings
 * back what went: so the order in which pieces come leaves no trace. */
static void
crowd_fit(struct cleaning *c)
{
	size_t n = 0, before = crowd_count(c);

	if (before <= PGP_STRANGER_MAX)
		return;
	qsort(c->sigs, c->n, sizeof(*c->sigs), issuer_compare);
	for (size_t i = 0; i < c->n; i++) {
		struct kept_sig *s = &c->sigs[i];

		if (i == 0 || s->sig->issuer_keyid != s[-1].sig->issuer_keyid)
			n = 0;
		if (is_crowd(s))
			s->is_gone = ++n > PGP_STRANGER_MAX;
	}
	n = 0;
	qsort(c->sigs, c->n, sizeof(*c->sigs), age_compare);
	for (size_t i = c->n; i > 0; i--)
		if (is_crowd(&c->sigs[i - 1]))
			c->sigs[i - 1].is_gone = ++n > PGP_STRANGERS_MAX;
	qsort(c->sigs, c->n, sizeof(*c->sigs), kept_compare);
	n = crowd_count(c);
	if (n < before)
		report_add(c->rep, PGP_REASON(crowded), "%zu of %zu",
		    before - n, before);
}

static enum ics_err
size_fit(struct cleaning *c)
{
	size_t total = 0;

	for (size_t p = 0; p < c->cert->parts_n; p++) {
		if (c->is_bound[p])
			total += pgp_packet_length(c->cert->parts[p].body.n);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (!c->sigs[i].is_gone)
			total += pgp_packet_length(c->sigs[i].body.n);
	}
	if (total <= PGP_CERT_MAX)
		return ICS_OK;
	qsort(c->sigs, c->n, sizeof(*c->sigs), age_compare);
	for (size_t i = 0; i < c->n && total > PGP_CERT_MAX; i++) {
		if (c->sigs[i].is_gone || c->sigs[i].is_self ||
		    c->sigs[i].is_maker)
			continue;
		c->sigs[i].is_gone = true;
		total -= pgp_packet_length(c->sigs[i].body.n);
	}
	qsort(c->sigs, c->n, sizeof(*c->sigs), kept_compare);
	if (total <= PGP_CERT_MAX)
		return ICS_OK;
	report_add(c->rep, PGP_REASON(too_big), "%zu octets", total);
	return ICS_ETOOBIG;
}

static uint8_t
tag_of(enum pgp_part_kind kind)
{
	if (kind == PGP_PART_PRIMARY)
		return PGP_TAG_PUBLIC_KEY;
	return kind == PGP_PART_UID ? PGP_TAG_USER_ID : PGP_TAG_PUBLIC_SUBKEY;
}

/* The signatures are in the order of their places. */
static enum ics_err
result_make(const struct cleaning *c, struct pgp_cert **out)
{
	struct report ignored = { 0 }; /* nothing new can be found */
	struct buf packets;
	enum ics_err err;
	size_t i = 0;

	buf_init(&packets, PGP_CERT_MAX);
	for (size_t p = 0; p < c->cert->parts_n; p++) {
		const struct pgp_part *part = &c->cert->parts[p];

		if (c->is_bound[p])
			pgp_packet_write(&packets, tag_of(part->kind),
			    part->body);
		for (; i < c->n && c->sigs[i].place == p; i++) {
			if (!c->sigs[i].is_gone)
				pgp_packet_write(&packets, PGP_TAG_SIGNATURE,
				    c->sigs[i].body);
		}
	}
	TRY(buf_end(&packets));
	TRY(pgp_cert_parse(buf_bytes(&packets), &ignored, out));
out:
	buf_release(&packets);
	report_release(&ignored);
	return err;
}

void
pgp_judgement_init(struct pgp_judgement *j, const struct pgp_cert *cert)
{
	j->verdicts = alloc_zero(cert->sigs_n + 1, sizeof(*j->verdicts));
	j->place = alloc_zero(cert->sigs_n + 1, sizeof(*j->place));
	for (size_t p = 0; p < cert->parts_n; p++) {
		const struct pgp_part *part = &cert->parts[p];

		for (size_t i = 0; i < part->sig_n; i++)
			j->place[part->sig_first + i] = p;
	}
}

void
pgp_judgement_release(struct pgp_judgement *j)
{
	free(j->verdicts);
	free(j->place);
	*j = (struct pgp_judgement){ 0 };
}

enum ics_err
pgp_cert_clean(const struct pgp_cert *cert, const struct pgp_judgement *judged,
    struct report *rep, struct pgp_cert **out)
{
	struct cleaning c = { .cert = cert, .rep = rep };
	enum ics_err err;

	*out = NULL;
	c.sigs = alloc_zero(cert->sigs_n + 1, sizeof(*c.sigs));
	c.is_bound = alloc_zero(cert->parts_n, sizeof(*c.is_bound));
	sigs_collect(&c, judged);
	parts_bind(&c);
	makers_bind(&c, judged->makers);
	parts_drop(&c);
	if (is_evaporated(&c)) {
		report_add(rep, PGP_REASON(evaporated), "%016llX",
		    (unsigned long long)pgp_cert_primary(cert)->keyid);
		TRY(ICS_EDENIED);
	}
	knowns_find(&c, judged->makers);
	crowd_fit(&c);
	TRY(size_fit(&c));
	TRY(result_make(&c, out));
out:
	buf_release(&c.bodies);
	free(c.is_bound);
	free(c.sigs);
	return err;
}

enum ics_err
pgp_cert_settle(const struct pgp_cert *cert, const struct pgp_makers *makers,
    struct pgp_cert **out)
{
	struct report ignored = { 0 }; /* both halves were reported on */
	struct pgp_judgement verified;
	enum ics_err err;

	pgp_judgement_init(&verified, cert);
	verified.makers = makers;
	err = pgp_cert_clean(cert, &verified, &ignored, out);
	pgp_judgement_release(&verified);
	report_release(&ignored);
	return err;
}
