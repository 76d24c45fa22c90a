/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Differences in what belongs, takes part, reads, and is exchanged. */
#include <assert.h>

#include "base/hex.h"
#include "domain/diffing.h"

#define TEXT_MAX (16u << 20) /* of a block: items and readers one by one */
#define TOLD_MAX 16	     /* of a list: told by name; further are counted */

/* ---- members ----------------------------------------------------------------------- */

static void
kind_put(enum notations_entity kind, bool is_code, struct buf *out)
{
	buf_put_str(out, is_code ? "code"
			 : kind == NOTATIONS_ENTITY_NONE
			     ? "any"
			     : notations_entity_word(kind));
}

static void
subject_put(const struct notations_subject *s, struct buf *out)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(s, text);
	buf_put_str(out, text);
}

/* What a member speaks of: a kind and terms, or the items of a place. */
static void
member_put(const struct policy_member *m, struct buf *out)
{
	if (m->items_n == 0) {
		kind_put(m->kind, m->is_code, out);
		buf_put_str(out, m->where.n == 0 ? "" : " ");
		domain_terms_text(&m->where, out);
	} else {
		buf_put_str(out, "items");
	}
	if (m->slot[0] != '\0')
		buf_printf(out, " of slot %s", m->slot);
}

void
domain_rows_member(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->members_n; i++) {
		const struct policy_member *m = &d->members[i];
		size_t key_n;

		member_put(m, &text);
		key_n = text.n;
		buf_printf(&text, "\n%x\n%d", m->certified_by, m->is_external);
		for (size_t k = 0; k < m->items_n; k++) {
			buf_put_str(&text, "\n");
			subject_put(&m->items[k], &text);
		}
		domain_row_add(rows, i, &text, key_n);
	}
	buf_release(&text);
}

/* A list as texts, to be held against another one. */
struct list {
	char **at; /* owned, as each is */
	size_t n;
};

static int
text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
list_add(struct list *l, struct buf *text)
{
	l->at[l->n++] = alloc_str(buf_str(text));
	buf_clear(text);
}

static void
list_free(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i]);
	free(l->at);
}

static bool
list_has(const struct list *l, char *const *text)
{
	return l->n > 0 &&
	       bsearch(text, l->at, l->n, sizeof(*l->at), text_order) != NULL;
}

/* Those of one that the other has not, as one change. */
static void
list_more(struct domain_diffing *k, const struct list *one,
    const struct list *other, unsigned turn)
{
	size_t n = 0;

	for (size_t i = 0; i < one->n; i++) {
		if (list_has(other, &one->at[i]))
			continue;
		if (n++ < TOLD_MAX)
			buf_printf(&k->words, "%s%s", n > 1 ? ", " : "",
			    one->at[i]);
	}
	if (n > TOLD_MAX)
		buf_printf(&k->words, " and %zu more", n - TOLD_MAX);
	if (n > 0)
		domain_diff_note(k, turn);
	else
		buf_clear(&k->words);
}

/* Two lists of one word; more of it is more open, or neither. */
struct lists {
	const char *word;
	struct list before, now;
	unsigned turn;
};

static void
lists_look(struct domain_diffing *k, struct lists *l)
{
	if (l->before.n > 0)
		qsort(l->before.at, l->before.n, sizeof(*l->before.at),
		    text_order);
	if (l->now.n > 0)
		qsort(l->now.at, l->now.n, sizeof(*l->now.at), text_order);
	buf_printf(&k->words, "%s: also ", l->word);
	list_more(k, &l->now, &l->before, l->turn);
	buf_printf(&k->words, "%s: no longer ", l->word);
	list_more(k, &l->before, &l->now, domain_turn_back(l->turn));
	list_free(&l->before);
	list_free(&l->now);
}

static struct list
items_list(const struct policy_member *m)
{
	struct list l = { alloc_zero(m->items_n + 1, sizeof(char *)), 0 };
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < m->items_n; i++) {
		subject_put(&m->items[i], &text);
		list_add(&l, &text);
	}
	buf_release(&text);
	return l;
}

void
domain_pair_member(struct domain_diffing *k, size_t before, size_t now)
{
	const struct policy_member *a =
	    before == POLICY_NOBODY ? NULL : &k->before->members[before];
	const struct policy_member *b =
	    now == POLICY_NOBODY ? NULL : &k->now->members[now];
	const struct policy_member *one = b == NULL ? a : b;
	struct lists items = { .word = "items", .turn = DOMAIN_OPENER };

	k->old_line = a == NULL ? 0 : a->line;
	k->new_line = b == NULL ? 0 : b->line;
	member_put(one, &k->about);
	buf_put_str(&k->about, " ");
	if (a == NULL || b == NULL) {
		buf_put_str(&k->words, b == NULL ? "ended" : "began");
		if (one->certified_by != 0) {
			buf_put_str(&k->words, ", certified by ");
			domain_roles_text(one->certified_by, &k->words);
		}
		if (one->items_n > 0)
			buf_printf(&k->words, ", %zu of them", one->items_n);
		if (one->is_external)
			buf_put_str(&k->words, ", external");
		domain_diff_note(k,
		    b == NULL ? DOMAIN_STRICTER : DOMAIN_OPENER);
		return;
	}
	domain_diff_any(k, "certified-by", a->certified_by, b->certified_by);
	if (a->is_external != b->is_external)
		domain_diff_yes(k, "external", b->is_external, 0);
	items.before = items_list(a);
	items.now = items_list(b);
	lists_look(k, &items);
}

/* ---- requirements -------------------------------------------------------------------- */

static void
require_put(const struct policy_require *r, struct buf *out)
{
	kind_put(r->kind, r->is_code, out);
	if (r->purpose[0] != '\0')
		buf_printf(out, " to %s", r->purpose);
	buf_put_str(out, r->where.n == 0 ? "" : " where ");
	domain_terms_text(&r->where, out);
}

void
domain_rows_require(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->requires_n; i++) {
		const struct policy_require *r = &d->requires[i];
		size_t key_n;

		require_put(r, &text);
		key_n = text.n;
		buf_printf(&text, "\n%x %x %x %u", r->must, r->any, r->should,
		    r->needs);
		domain_row_add(rows, i, &text, key_n);
	}
	buf_release(&text);
}

/* Where there is no rule, nothing is required. */
void
domain_pair_require(struct domain_diffing *k, size_t before, size_t now)
{
	static const struct policy_require none = { 0 };
	const struct policy_require *a =
	    before == POLICY_NOBODY ? &none : &k->before->requires[before];
	const struct policy_require *b =
	    now == POLICY_NOBODY ? &none : &k->now->requires[now];
	size_t n = k->out->n;

	k->old_line = a->line;
	k->new_line = b->line;
	require_put(now == POLICY_NOBODY ? a : b, &k->about);
	buf_put_str(&k->about, " ");
	domain_diff_roles(k, &(struct domain_roles_pair){ "must", a->must,
				 b->must, DOMAIN_STRICTER, DOMAIN_OPENER });
	domain_diff_any(k, "any", a->any, b->any);
	/* who should and does not is warned about, and let in */
	domain_diff_roles(k, &(struct domain_roles_pair){
				 "should", a->should, b->should, 0, 0 });
	if (a->needs != b->needs) {
		buf_printf(&k->words, "needs: %u, was %u", b->needs, a->needs);
		domain_diff_note(k,
		    b->needs > a->needs ? DOMAIN_STRICTER : DOMAIN_OPENER);
	}
	if (k->out->n == n) {
		buf_printf(&k->words, "%s, and asks for nothing",
		    now == POLICY_NOBODY ? "ended" : "began");
		domain_diff_note(k, 0);
	}
}

/* ---- readers ------------------------------------------------------------------------- */

static struct list
digests_list(const uint8_t (*all)[32], size_t n)
{
	struct list l = { alloc_zero(n + 1, sizeof(char *)), 0 };
	char text[65];

	for (size_t i = 0; i < n; i++) {
		hex_lower(bytes_of(all[i], 32), text);
		text[64] = '\0';
		l.at[l.n++] = alloc_str(text);
	}
	return l;
}

static struct list
texts_list(char *const *all, size_t n)
{
	struct list l = { alloc_zero(n + 1, sizeof(char *)), 0 };

	for (size_t i = 0; i < n; i++)
		l.at[l.n++] = alloc_str(all[i]);
	return l;
}

static struct list
networks_list(const struct policy_read *r)
{
	struct list l = { alloc_zero(r->networks_n + 1, sizeof(char *)), 0 };
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < r->networks_n; i++) {
		domain_network_text(&r->networks[i], &text);
		list_add(&l, &text);
	}
	buf_release(&text);
	return l;
}

/* There is one, written or not: all of it is compared. */
void
domain_rows_read(const struct policy_domain *d, struct domain_rows *rows)
{
	struct domain_writing w = { .section = DOMAIN_SECTION_READ };
	struct buf text;

	buf_init(&text, TEXT_MAX);
	w.out = &text;
	domain_put_yes(&w, "public", d->read.is_public);
	domain_put_networks(&w, &d->read);
	domain_put_digests(&w, "tokens", (const uint8_t(*)[32])d->read.tokens,
	    d->read.tokens_n);
	domain_put_digests(&w, "clients", (const uint8_t(*)[32])d->read.clients,
	    d->read.clients_n);
	domain_put_texts(&w, "peers", d->read.peers, d->read.peers_n);
	domain_put_texts(&w, "hosts", d->read.hosts, d->read.hosts_n);
	domain_row_add(rows, 0, &text, 0);
	buf_release(&text);
}

void
domain_pair_read(struct domain_diffing *k, size_t before, size_t now)
{
	const struct policy_read *a = &k->before->read, *b = &k->now->read;
	struct lists lists[] = {
		{ "networks", networks_list(a), networks_list(b),
		    DOMAIN_OPENER },
		{ "tokens",
		    digests_list((const uint8_t(*)[32])a->tokens, a->tokens_n),
		    digests_list((const uint8_t(*)[32])b->tokens, b->tokens_n),
		    DOMAIN_OPENER },
		{ "clients",
		    digests_list((const uint8_t(*)[32])a->clients,
			a->clients_n),
		    digests_list((const uint8_t(*)[32])b->clients,
			b->clients_n),
		    DOMAIN_OPENER },
		{ "peers", texts_list(a->peers, a->peers_n),
		    texts_list(b->peers, b->peers_n), DOMAIN_OPENER },
		/* a name says what is meant, and lets nobody in */
		{ "hosts", texts_list(a->hosts, a->hosts_n),
		    texts_list(b->hosts, b->hosts_n), 0 },
	};

	(void)before; /* each has one */
	(void)now;
	k->old_line = a->line;
	k->new_line = b->line;
	if (a->is_public != b->is_public)
		domain_diff_yes(k, "public", b->is_public, DOMAIN_OPENER);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		lists_look(k, &lists[i]);
}

/* ---- other servers ------------------------------------------------------------------- */

/* "" where a peer has no key. */
static const char *
key_text(const struct pgp_fpr *fpr, char out[PGP_FPR_TEXT_MAX + 2])
{
	out[0] = '\0';
	if (fpr->version != 0)
		notations_vfp_text(fpr, out);
	return out;
}

void
domain_rows_sync(const struct policy_domain *d, struct domain_rows *rows)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < d->syncs_n; i++) {
		const struct policy_sync *s = &d->syncs[i];
		char key[PGP_FPR_TEXT_MAX + 2];
		size_t key_n;

		buf_put_str(&text, s->name);
		key_n = text.n;
		buf_printf(&text, "\n%s\n%s\n%s\n%s\n%s\n%u %d", s->url,
		    key_text(&s->key, key), s->pin, s->pull, s->push, s->every,
		    s->may_alter);
		domain_row_add(rows, i, &text, key_n);
	}
	buf_release(&text);
}

static void
syncs_compare(struct domain_diffing *k, const struct policy_sync *a,
    const struct policy_sync *b)
{
	char old_key[PGP_FPR_TEXT_MAX + 2], new_key[PGP_FPR_TEXT_MAX + 2];
	const struct domain_texts_pair texts[] = {
		{ "url", a->url, b->url, 0 },
		{ "key", key_text(&a->key, old_key), key_text(&b->key, new_key),
		    0 },
		{ "pin", a->pin, b->pin, 0 },
		{ "pull", a->pull, b->pull, 0 },
		/* nothing, status, all: by what goes out */
		{ "push", a->push, b->push,
		    a->push[0] == '\0' || strcmp(b->push, "*") == 0
			? DOMAIN_OPENER
			: DOMAIN_STRICTER },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		domain_diff_texts(k, &texts[i]);
	if (a->every != b->every) {
		buf_put_str(&k->words, "every: ");
		domain_span_text(b->every, &k->words);
		buf_put_str(&k->words, ", was ");
		domain_span_text(a->every, &k->words);
		domain_diff_note(k, 0);
	}
	if (a->may_alter != b->may_alter)
		domain_diff_yes(k, "may-alter", b->may_alter, DOMAIN_OPENER);
}

void
domain_pair_sync(struct domain_diffing *k, size_t before, size_t now)
{
	const struct policy_sync *a =
	    before == POLICY_NOBODY ? NULL : &k->before->syncs[before];
	const struct policy_sync *b =
	    now == POLICY_NOBODY ? NULL : &k->now->syncs[now];
	const struct policy_sync *one = b == NULL ? a : b;
	unsigned turn = 0;

	assert(one != NULL);
	k->old_line = a == NULL ? 0 : a->line;
	k->new_line = b == NULL ? 0 : b->line;
	buf_printf(&k->about, "%s ", one->name);
	if (a != NULL && b != NULL) {
		syncs_compare(k, a, b);
		return;
	}
	/* something goes out, or something comes in that others said */
	if (one->push[0] != '\0' || one->may_alter)
		turn = DOMAIN_OPENER;
	buf_printf(&k->words, "%s: pull %s, push %s%s",
	    b == NULL ? "ended" : "began",
	    one->pull[0] == '\0' ? "nothing" : one->pull,
	    one->push[0] == '\0' ? "nothing" : one->push,
	    one->may_alter ? ", may alter" : "");
	domain_diff_note(k, b == NULL ? domain_turn_back(turn) : turn);
}
