/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps, and what they come to. */
#include "prove/ledger.h"

#include "prove/tell.h"

#define CODES_MAX 1024 /* on one device: further ones are not asked for */

bool
prove_statement_counts(const json_t *statement)
{
	const char *word = prove_text(statement, "standing");

	for (int i = 0; i < POLICY_STANDINGS; i++) {
		enum policy_standing standing = (enum policy_standing)i;

		if (strcmp(word, policy_standing_word(standing)) == 0)
			return policy_standing_counts(standing);
	}
	return false;
}

void
prove_steps_each(const json_t *doc, const struct prove_steps *steps)
{
	const json_t *all = json_object_get(doc, "entries"), *statement, *value;
	size_t i, k;

	if (all == NULL)
		all = json_object_get(doc, "statements");
	json_array_foreach(all, i, statement)
	{
		const json_t *values = json_object_get(statement, "values");

		json_array_foreach(json_object_get(values, "step"), k, value)
		{
			const struct prove_step step = { statement,
				json_string_value(value) };

			if (step.text != NULL)
				steps->found(steps->arg, &step);
		}
	}
}

/* ---- what runs --------------------------------------------------------------------- */

static void
code_release(struct prove_code *c)
{
	free(c->code);
	free(c->name);
	free(c->version);
	free(c->since);
	free(c->by);
}

void
prove_codes_free(struct prove_codes *all)
{
	for (size_t i = 0; i < all->n; i++)
		code_release(&all->at[i]);
	prove_codes_release(all);
}

static void
code_drop(struct prove_codes *all, size_t i)
{
	code_release(&all->at[i]);
	all->n--;
	memmove(&all->at[i], &all->at[i + 1],
	    (all->n - i) * sizeof(all->at[i]));
}

/* Behind a word and its blank; NULL: another word. */
static const char *
step_code(const char *text, const char *word)
{
	size_t n = strlen(word);

	return strncmp(text, word, n) == 0 && text[n] == ' ' ? text + n + 1
							     : NULL;
}

/* The newest word about a piece of code is the one that is so. */
static void
step_take(void *arg, const struct prove_step *step)
{
	struct prove_codes *all = arg;
	const char *runs = step_code(step->text, "installed");
	const char *code =
	    runs != NULL ? runs : step_code(step->text, "failed");
	struct prove_code *c;

	if (code == NULL || !prove_statement_counts(step->statement))
		return;
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i].code, code) == 0) {
			code_drop(all, i);
			break;
		}
	if (runs == NULL || all->n == CODES_MAX)
		return;
	c = prove_codes_add(all);
	c->code = alloc_str(code);
	c->name = alloc_str("");
	c->version = alloc_str("");
	c->since = alloc_str(prove_text(step->statement, "created"));
	c->by = alloc_str(prove_text(step->statement, "issuer"));
}

static enum ics_err
names_read(const struct prove_show *s, struct prove_code *c)
{
	const json_t *attributes;
	json_t *doc = NULL;
	enum ics_err err = prove_doc_seek(s, c->code, PROVE_DOC_ITEM, &doc);

	if (err == ICS_ENOTFOUND) /* nobody says what it is */
		return ICS_OK;
	if (err != ICS_OK)
		return err;
	attributes = json_object_get(doc, "attributes");
	free(c->name);
	free(c->version);
	c->name = alloc_str(prove_text(attributes, "code-name"));
	c->version = alloc_str(prove_text(attributes, "code-version"));
	json_decref(doc);
	return ICS_OK;
}

enum ics_err
prove_software_read(const struct prove_show *s, const json_t *doc,
    struct prove_codes *all)
{
	const struct prove_steps steps = { step_take, all };
	enum ics_err err = ICS_OK;

	*all = (struct prove_codes){ 0 };
	prove_steps_each(doc, &steps);
	for (size_t i = 0; i < all->n && err == ICS_OK; i++)
		err = names_read(s, &all->at[i]);
	/* installed in their order: the last of a name is the one */
	for (size_t i = 0; i < all->n;) {
		size_t k = i + 1;

		while (k < all->n &&
		       (all->at[i].name[0] == '\0' ||
			   strcmp(all->at[i].name, all->at[k].name) != 0))
			k++;
		if (k < all->n)
			code_drop(all, i);
		else
			i++;
	}
	return err;
}
