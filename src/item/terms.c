/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs of name and value: read, and looked for in statements. */
#include "base/hex.h"
#include "item/item.h"

/* ---- reading -------------------------------------------------------------------- */

static bool
keep(struct item_terms *terms, struct bytes text, size_t *at)
{
	*at = terms->used;
	if (text.n == 0 || text.n > sizeof(terms->text) - terms->used)
		return false;
	memcpy(&terms->text[terms->used], text.p, text.n);
	terms->used += text.n;
	return true;
}

/* Values are filed in lower case. */
static bool
put(struct item_terms *terms, struct bytes name, struct bytes value)
{
	struct item_term *term = &terms->at[terms->n];

	if (terms->n == STORE_TERMS_MAX || !keep(terms, name, &term->name) ||
	    !keep(terms, value, &term->value))
		return false;
	for (size_t i = term->value; i < terms->used; i++)
		if (terms->text[i] >= 'A' && terms->text[i] <= 'Z')
			terms->text[i] = (uint8_t)(terms->text[i] - 'A' + 'a');
	term->name_n = name.n;
	term->value_n = value.n;
	terms->n++;
	return true;
}

static bool
status_add(struct item_terms *terms, struct bytes name, struct bytes value)
{
	enum notations_status status = notations_status_find(value, false);

	if (status == NOTATIONS_STATUS_NONE)
		status = notations_status_find(value, true);
	return status != NOTATIONS_STATUS_NONE &&
	       put(terms, name, bytes_of_str(notations_status_word(status)));
}

static bool
issuer_add(struct item_terms *terms, struct bytes name, struct bytes value)
{
	struct notations_subject subject;
	struct pgp_fpr fpr;
	char hex[PGP_FPR_TEXT_MAX];

	if (!notations_subject_guess(value, &subject) ||
	    !notations_subject_fpr(&subject, &fpr))
		return false;
	pgp_fpr_hex(&fpr, hex);
	return put(terms, name, bytes_of_str(hex));
}

static bool
hash_add(struct item_terms *terms, struct bytes name, struct bytes value)
{
	char text[80];
	uint8_t digest[32];

	if (hex_read(value, digest, sizeof(digest)) != ICS_OK)
		return put(terms, name, value);
	memcpy(text, "sha256:", 7);
	hex_lower(bytes_of(digest, sizeof(digest)), &text[7]);
	return put(terms, name, bytes_of_str(text));
}

/* What is filed otherwise than it is written. */
static const struct {
	const char *name, *filed;
	bool (*add)(struct item_terms *terms, struct bytes name,
	    struct bytes value);
} odd[] = {
	{ "status", "status", status_add },
	{ "code-status", "status", status_add },
	{ "issuer", "issuer", issuer_add },
	{ "hash", "hash", hash_add },
	{ "code-hash", "hash", hash_add },
};

/* Atkins' binary form is filed like ours. */
static struct bytes
name_filed(struct bytes name)
{
	enum notations_name known = notations_name_find(name);

	/* "kind" is the kind of statement: the notation is "entity". */
	if (known == NOTATIONS_NAME_UNKNOWN || known == NOTATIONS_NAME_KIND)
		return name;
	return bytes_of_str(notations_row(known)->name);
}

bool
item_terms_add(struct item_terms *terms, struct bytes name, struct bytes value)
{
	name = name_filed(name);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (bytes_equal(name, bytes_of_str(odd[i].name)))
			return odd[i].add(terms, bytes_of_str(odd[i].filed),
			    value);
	return put(terms, name, value);
}

/* What stands before a separator, or everything; rest is behind it. */
static struct bytes
before(struct bytes text, uint8_t separator, struct bytes *rest)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != separator)
		n++;
	*rest = n == text.n ? bytes_of(NULL, 0)
			    : bytes_of(&text.p[n + 1], text.n - n - 1);
	return bytes_of(text.p, n);
}

bool
item_terms_read(struct item_terms *terms, struct bytes text)
{
	while (text.n > 0) {
		struct bytes pair = before(text, ' ', &text);
		struct bytes value, name = before(pair, '=', &value);

		if (pair.n == 0)
			continue;
		if (!item_terms_add(terms, name, value))
			return false;
	}
	return true;
}

/* ---- looking --------------------------------------------------------------------- */

/* A pair that is looked for. */
struct pair {
	struct bytes name, value;
	bool found;
};

static void
pair_look(void *arg, struct bytes name, struct bytes value)
{
	struct pair *pair = arg;

	if (bytes_equal(name, pair->name) && bytes_equal(value, pair->value))
		pair->found = true;
}

static bool
says(const struct notations_statement *st, struct pair *pair)
{
	const struct notations_terms terms = { pair_look, pair };

	notations_statement_terms(st, &terms);
	return pair->found;
}

static bool
may_say(const struct policy_taken *taken, struct bytes term)
{
	enum notations_name name = notations_name_find(term);

	if (!policy_standing_counts(taken->standing))
		return false;
	if (name == NOTATIONS_NAME_UNKNOWN ||
	    taken->basis == POLICY_BASIS_ROOT ||
	    notations_row(name)->roles == 0)
		return true;
	return (notations_row(name)->roles & NOTATIONS_ROLE_BIT(taken->role)) !=
	       0;
}

/* Code has the digest that names it, whoever says what. */
static bool
is_named(const struct notations_subject *subject, const struct pair *pair)
{
	struct notations_subject code;

	return subject->kind == NOTATIONS_SUBJECT_CODE &&
	       bytes_equal(pair->name, bytes_of_str("hash")) &&
	       notations_subject_guess(pair->value, &code) &&
	       notations_subject_equal(&code, subject);
}

/* A thing is in one place: where the newest word puts it. */
static bool
is_there(struct pair *pair, const struct item *it,
    const struct policy_state *state)
{
	for (size_t i = it->about_n; i > 0; i--) {
		const struct notations_statement *st =
		    &it->statements[i - 1].st;

		if (may_say(&state->taken[i - 1], pair->name) &&
		    notations_set_get(&st->set, NOTATIONS_NAME_SLOT) != NULL)
			return says(st, pair);
	}
	return false;
}

static bool
fits(struct pair *pair, const struct item *it, const struct policy_state *state)
{
	static const enum notations_name slot = NOTATIONS_NAME_SLOT;

	if (state != NULL &&
	    bytes_equal(pair->name, bytes_of_str(notations_row(slot)->name)))
		return is_there(pair, it, state);
	if (is_named(&it->subject, pair))
		return true;
	for (size_t i = 0; i < it->about_n; i++) {
		if (state != NULL && !may_say(&state->taken[i], pair->name))
			continue;
		if (says(&it->statements[i].st, pair))
			return true;
	}
	return false;
}

bool
item_terms_fit(const struct item_terms *terms, const struct item *it,
    const struct policy_state *state)
{
	for (size_t i = 0; i < terms->n; i++) {
		struct pair pair = { item_term_name(terms, i),
			item_term_value(terms, i), false };

		if (!fits(&pair, it, state))
			return false;
	}
	return true;
}
