/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What searches may find. The index holds 64 bits for each pair; a hit is a
 * candidate, and the statement decides.
 */
#include "base/hex.h"
#include "notations/statement.h"

#define VALUE_MAX 256 /* octets of an unknown name's value */

/* Tell a pair, the value folded. */
static void
found(const struct notations_terms *terms, struct bytes name,
    struct bytes value)
{
	uint8_t folded[NOTATIONS_VALUE_MAX];

	if (value.n == 0 || value.n > sizeof(folded))
		return;
	for (size_t i = 0; i < value.n; i++)
		folded[i] = notations_lower(value.p[i]);
	terms->found(terms->arg, name, bytes_of(folded, value.n));
}

static void
found_text(const struct notations_terms *terms, const char *name,
    const char *value)
{
	found(terms, bytes_of_str(name), bytes_of_str(value));
}

static void
found_digest(const struct notations_terms *terms, const char *name,
    const struct notations_digest *d)
{
	char text[NOTATIONS_DIGEST_TEXT_MAX];

	notations_digest_text(d, text);
	found_text(terms, name, text);
}

/* "scheme" and "scheme/id" */
static void
found_approval(const struct notations_terms *terms, struct bytes value)
{
	struct notations_approval a;
	struct bytes name = bytes_of_str("approval");
	struct buf b;

	if (notations_approval_read(value, &a) != ICS_OK)
		return;
	found(terms, name, a.scheme);
	buf_init(&b, NOTATIONS_VALUE_MAX);
	buf_put(&b, a.scheme);
	buf_u8(&b, '/');
	buf_put(&b, a.id);
	found(terms, name, buf_bytes(&b));
	buf_release(&b);
}

/* What is filed where it is not the value as it stands. True when it was. */
static bool
found_part(const struct notations_terms *terms, const struct notations_entry *e,
    const struct notations_row *row)
{
	struct notations_digest d;
	struct bytes head, rest;

	if (row->syntax == NOTATIONS_SYNTAX_HASH) {
		if (notations_hash_read(e->value, &d) == ICS_OK)
			found_digest(terms, "hash", &d);
	} else if (row->syntax == NOTATIONS_SYNTAX_DIGEST_NAME) {
		if (notations_digest_read(e->value, &d) == ICS_OK)
			found_digest(terms,
			    e->name == NOTATIONS_NAME_SBOM ? row->name : "hash",
			    &d);
	} else if (row->syntax == NOTATIONS_SYNTAX_APPROVAL) {
		found_approval(terms, e->value);
	} else if (row->syntax == NOTATIONS_SYNTAX_ROLE ||
		   row->syntax == NOTATIONS_SYNTAX_VULN ||
		   row->syntax == NOTATIONS_SYNTAX_VETTING) {
		(void)notations_split(e->value, ';', &head, &rest);
		found(terms, bytes_of_str(row->name), head);
	} else if (row->syntax == NOTATIONS_SYNTAX_STEP) {
		head = e->value;
		if (notations_skip(&head, "installed code:"))
			found(terms, bytes_of_str("hash"), head);
	} else {
		return false;
	}
	return true;
}

/* Names that stand for something else than their value: told by the whole. */
static bool
is_told_elsewhere(enum notations_name name)
{
	return name == NOTATIONS_NAME_STATUS ||
	       name == NOTATIONS_NAME_CODE_STATUS;
}

static void
found_entry(const struct notations_terms *terms,
    const struct notations_entry *e)
{
	const struct notations_row *row;

	if (e->name == NOTATIONS_NAME_UNKNOWN) {
		if (e->is_readable && e->value.n <= VALUE_MAX)
			found(terms, e->text, e->value);
		return;
	}
	row = notations_row(e->name);
	if (!row->is_indexed || is_told_elsewhere(e->name) ||
	    found_part(terms, e, row))
		return;
	/* "kind" is the kind of statement. */
	found(terms,
	    bytes_of_str(e->name == NOTATIONS_NAME_KIND ? "entity" : row->name),
	    e->value);
}

void
notations_statement_terms(const struct notations_statement *st,
    const struct notations_terms *terms)
{
	char hex[PGP_FPR_TEXT_MAX];

	for (size_t i = 0; i < st->set.n; i++)
		found_entry(terms, &st->set.at[i]);
	for (unsigned kind = 1; kind < NOTATIONS_KIND_COUNT; kind++)
		if ((st->says >> kind & 1) != 0)
			found_text(terms, "kind",
			    notations_kind_word((enum notations_kind)kind));
	if (st->status != NOTATIONS_STATUS_NONE)
		found_text(terms, "status", notations_status_word(st->status));
	if (st->code_status != NOTATIONS_STATUS_NONE)
		found_text(terms, "status",
		    notations_status_word(st->code_status));
	if (st->issuer.version == 0)
		return;
	hex_lower(pgp_fpr_bytes(&st->issuer), hex);
	found_text(terms, "issuer", hex);
}

uint64_t
notations_term_hash(struct bytes name, struct bytes value)
{
	uint8_t digest[32];
	struct buf b;

	buf_init(&b, name.n + value.n + 1);
	buf_put(&b, name);
	buf_u8(&b, 0); /* in neither: "ab" "c" is not "a" "bc" */
	for (size_t i = 0; i < value.n; i++)
		buf_u8(&b, notations_lower(value.p[i]));
	pgp_sha256(buf_bytes(&b), digest);
	buf_release(&b);
	return be64_from_bytes(digest);
}
