/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became different between two descriptors. Order, words for the same
 * and comments are no difference; what a block says is compared by its
 * meaning, and told with the way it goes: stricter, more open, or neither.
 */
#include "domain/diffing.h"

#define WORDS_MAX (1u << 20)

const struct domain_diff_sort domain_diff_sorts[] = {
#define X(id)                                           \
	{                                               \
#id, domain_rows_##id, domain_pair_##id \
	}
	X(party),
	X(grant),
	X(member),
	X(require),
	X(read),
	X(state),
	X(update),
	X(sync),
#undef X
};
const size_t domain_diff_sorts_n =
    sizeof(domain_diff_sorts) / sizeof(domain_diff_sorts[0]);

/* ---- telling ----------------------------------------------------------------------- */

void
domain_diff_note(struct domain_diffing *k, unsigned turn)
{
	struct domain_change *c = domain_changes_add(k->out);
	struct buf all;

	buf_init(&all, 2 * WORDS_MAX);
	buf_put(&all, buf_bytes(&k->about));
	buf_put(&all, buf_bytes(&k->words));
	*c = (struct domain_change){ .turn = turn,
		.section = k->section,
		.old_line = k->old_line,
		.new_line = k->new_line,
		.words = alloc_str(buf_str(&all)) };
	buf_clear(&k->words);
	buf_release(&all);
}

static bool
party_put(const struct policy_domain *d, const struct pgp_fpr *fpr,
    struct buf *out)
{
	for (size_t i = 0; i < d->parties_n; i++)
		if (pgp_fpr_equal(&d->parties[i].fpr, fpr)) {
			buf_put_str(out, d->parties[i].name);
			return true;
		}
	return false;
}

void
domain_diff_party(const struct domain_diffing *k, const struct pgp_fpr *fpr,
    struct buf *out)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	if (party_put(k->now, fpr, out) || party_put(k->before, fpr, out))
		return;
	notations_vfp_text(fpr, text);
	buf_put_str(out, text);
}

void
domain_diff_roles(struct domain_diffing *k, const struct domain_roles_pair *p)
{
	const struct {
		const char *words;
		unsigned roles, turn;
	} ways[] = { { "also", p->now & ~p->before, p->added },
		{ "no longer", p->before & ~p->now, p->removed } };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i].roles == 0)
			continue;
		buf_printf(&k->words, "%s: %s ", p->word, ways[i].words);
		domain_roles_text(ways[i].roles, &k->words);
		domain_diff_note(k, ways[i].turn);
	}
}

void
domain_diff_any(struct domain_diffing *k, const char *word, unsigned before,
    unsigned now)
{
	const struct domain_roles_pair p = { .word = word,
		.before = before,
		.now = now,
		.added = before == 0 ? DOMAIN_STRICTER : DOMAIN_OPENER,
		.removed = now == 0 ? DOMAIN_OPENER : DOMAIN_STRICTER };

	domain_diff_roles(k, &p);
}

void
domain_diff_yes(struct domain_diffing *k, const char *word, bool now,
    unsigned turn)
{
	buf_printf(&k->words, "%s: %s", word, now ? "yes" : "no");
	domain_diff_note(k, now ? turn : domain_turn_back(turn));
}

void
domain_diff_texts(struct domain_diffing *k, const struct domain_texts_pair *p)
{
	const char *before = p->before == NULL ? "" : p->before;
	const char *now = p->now == NULL ? "" : p->now;

	if (strcmp(before, now) == 0)
		return;
	buf_printf(&k->words, "%s: %s, was %s", p->word,
	    now[0] == '\0' ? "none" : now, before[0] == '\0' ? "none" : before);
	domain_diff_note(k, p->turn);
}

/* ---- the domain's own words ---------------------------------------------------------- */

static void
numbers_look(struct domain_diffing *k)
{
	const struct policy_domain *a = k->before, *b = k->now;

	if (strcmp(a->name, b->name) != 0) {
		buf_printf(&k->words, "another domain: %s, was %s", b->name,
		    a->name);
		domain_diff_note(k, 0);
	}
	if (a->serial == b->serial)
		return;
	buf_printf(&k->words, "serial: %lld, was %lld%s", (long long)b->serial,
	    (long long)a->serial,
	    b->serial < a->serial ? ": it is the older one" : "");
	domain_diff_note(k, 0);
}

/* Who owns the domain may speak as anybody. */
static void
owner_look(struct domain_diffing *k)
{
	if (pgp_fpr_equal(&k->before->owner, &k->now->owner))
		return;
	buf_put_str(&k->words, "owner: ");
	domain_diff_party(k, &k->now->owner, &k->words);
	buf_put_str(&k->words, ", was ");
	domain_diff_party(k, &k->before->owner, &k->words);
	domain_diff_note(k, DOMAIN_STRICTER | DOMAIN_OPENER);
}

/* Levels go from those that ask for little to those that ask for much. */
static void
level_look(struct domain_diffing *k)
{
	if (k->before->level == k->now->level)
		return;
	buf_printf(&k->words, "level: %s, was %s: it asks for %s by itself",
	    policy_level_word(k->now->level),
	    policy_level_word(k->before->level),
	    k->now->level > k->before->level ? "more" : "less");
	domain_diff_note(k,
	    k->now->level > k->before->level ? DOMAIN_STRICTER : DOMAIN_OPENER);
}

static void
span_put(int64_t seconds, struct buf *out)
{
	if (seconds == 0)
		buf_put_str(out, "none");
	else
		domain_span_text(seconds, out);
}

/* A span beside what it was; its turn is told. */
struct spans {
	const char *word;
	int64_t before, now;
	unsigned turn;
};

static void
span_look(struct domain_diffing *k, const struct spans *s)
{
	if (s->before == s->now)
		return;
	buf_printf(&k->words, "%s: ", s->word);
	span_put(s->now, &k->words);
	buf_put_str(&k->words, ", was ");
	span_put(s->before, &k->words);
	domain_diff_note(k, s->turn);
}

static void
words_look(struct domain_diffing *k)
{
	const struct policy_domain *a = k->before, *b = k->now;
	/* no freshness is asked for: as if it were for ever */
	bool is_fresher = b->freshness != 0 &&
			  (a->freshness == 0 || b->freshness < a->freshness);

	k->section = "domain";
	numbers_look(k);
	owner_look(k);
	level_look(k);
	span_look(k, &(struct spans){ "freshness", a->freshness, b->freshness,
			 is_fresher ? DOMAIN_STRICTER : DOMAIN_OPENER });
	span_look(k,
	    &(struct spans){ "grace", a->grace, b->grace,
		b->grace < a->grace ? DOMAIN_STRICTER : DOMAIN_OPENER });
	if (a->takes_claims != b->takes_claims)
		domain_diff_yes(k, "claims", b->takes_claims, 0);
}

/* ---- rows ---------------------------------------------------------------------------- */

void
domain_row_add(struct domain_rows *rows, size_t i, struct buf *text,
    size_t key_n)
{
	struct domain_row *row = domain_rows_add(rows);

	row->key = alloc_str_from_bytes(bytes_of(text->p, key_n));
	row->full = alloc_str(buf_str(text));
	row->i = i;
	buf_clear(text);
}

static int
row_order(const void *a, const void *b)
{
	const struct domain_row *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c != 0 ? c : strcmp(x->full, y->full);
}

static void
rows_sort(struct domain_rows *rows)
{
	if (rows->n > 0)
		qsort(rows->at, rows->n, sizeof(*rows->at), row_order);
}

static void
rows_free(struct domain_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->at[i].key);
		free(rows->at[i].full);
	}
	domain_rows_release(rows);
}

/* Rows that the other side has word by word are no difference. */
static void
equals_drop(struct domain_rows *a, struct domain_rows *b)
{
	size_t i = 0, j = 0, a_n = 0, b_n = 0;

	while (i < a->n || j < b->n) {
		int c = i == a->n   ? 1
			: j == b->n ? -1
				    : row_order(&a->at[i], &b->at[j]);

		if (c == 0) {
			free(a->at[i].key);
			free(a->at[i++].full);
			free(b->at[j].key);
			free(b->at[j++].full);
		} else if (c < 0) {
			a->at[a_n++] = a->at[i++];
		} else {
			b->at[b_n++] = b->at[j++];
		}
	}
	a->n = a_n;
	b->n = b_n;
}

/* What is left, in pairs of one key. */
static void
pairs_look(struct domain_diffing *k, const struct domain_diff_sort *sort,
    const struct domain_rows *a, const struct domain_rows *b)
{
	size_t i = 0, j = 0;

	while (i < a->n || j < b->n) {
		int c = i == a->n   ? 1
			: j == b->n ? -1
				    : strcmp(a->at[i].key, b->at[j].key);

		k->old_line = k->new_line = 0;
		buf_clear(&k->about);
		sort->pair(k, c <= 0 ? a->at[i].i : POLICY_NOBODY,
		    c >= 0 ? b->at[j].i : POLICY_NOBODY);
		i += c <= 0;
		j += c >= 0;
	}
}

static void
sort_look(struct domain_diffing *k, const struct domain_diff_sort *sort)
{
	struct domain_rows a = { 0 }, b = { 0 };

	k->section = sort->section;
	sort->rows(k->before, &a);
	sort->rows(k->now, &b);
	rows_sort(&a);
	rows_sort(&b);
	equals_drop(&a, &b);
	pairs_look(k, sort, &a, &b);
	rows_free(&a);
	rows_free(&b);
}

/* ---- the door ------------------------------------------------------------------------ */

void
domain_diff(const struct policy_domain *before, const struct policy_domain *now,
    struct domain_changes *out)
{
	struct domain_diffing k = { .before = before, .now = now, .out = out };

	*out = (struct domain_changes){ 0 };
	buf_init(&k.words, WORDS_MAX);
	buf_init(&k.about, WORDS_MAX);
	words_look(&k);
	for (size_t i = 0; i < domain_diff_sorts_n; i++)
		sort_look(&k, &domain_diff_sorts[i]);
	buf_release(&k.words);
	buf_release(&k.about);
}

void
domain_changes_free(struct domain_changes *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->at[i].words);
	domain_changes_release(all);
}
