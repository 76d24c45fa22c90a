/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A world of parties and statements that policy_make.h fills by lines; and the
 * words of lines. */
#ifndef T_POLICY_WORLD_H
#define T_POLICY_WORLD_H

#include "fixture.h"
#include "policy/policy.h"

#define MAKE_PARTIES 26
#define MAKE_MAX     8192

struct make_made {
	struct notations_statement st; /* owned set */
	int64_t position;
	size_t issuer;
	size_t about; /* a party; MAKE_PARTIES: the item */
};
ARRAY_OF(struct make_made, make_mades);
ARRAY_OF(char *, make_texts);
ARRAY_OF(struct policy_right, make_rights);
ARRAY_OF(struct policy_state_rule, make_rules);

struct make_world {
	struct notations_subject subject;
	int64_t subject_created;
	struct make_mades all; /* by number - 1 */
	struct make_texts texts;
	struct make_rights rights;
	struct make_rules rules;
	struct policy_party parties[MAKE_PARTIES];
	/* as laid out by make_question */
	struct policy_statement *statements;
	struct policy_statement *grants;
	size_t *numbers; /* of statements, from 0 */
	struct policy_rights lent;
};

static inline struct pgp_fpr
make_fpr(size_t party)
{
	struct pgp_fpr fpr = { .version = 4, .n = 20 };

	memset(fpr.b, 'A' + (int)party, 20);
	return fpr;
}

static inline void
make_init(struct make_world *w, bool is_code)
{
	memset(w, 0, sizeof(*w));
	for (size_t i = 0; i < MAKE_PARTIES; i++)
		w->parties[i] = (struct policy_party){
			.fpr = make_fpr(i), .is_known = true, .created = 1
		};
	notations_subject_of_fpr(&w->parties['D' - 'A'].fpr, &w->subject);
	w->subject_created = is_code ? 0 : 1;
	if (!is_code)
		return;
	w->subject.kind = NOTATIONS_SUBJECT_CODE;
	w->subject.tag = 8;
	w->subject.n = 32;
	memset(w->subject.b, 7, 32);
}

static inline void
make_release(struct make_world *w)
{
	for (size_t i = 0; i < w->all.n; i++)
		notations_statement_release(&w->all.at[i].st);
	for (size_t i = 0; i < w->texts.n; i++)
		free(w->texts.at[i]);
	make_mades_release(&w->all);
	make_texts_release(&w->texts);
	make_rights_release(&w->rights);
	make_rules_release(&w->rules);
	free(w->statements);
	free(w->grants);
	free(w->numbers);
}

/* 32 octets that look like a digest and differ for each number. */
static inline void
make_digest(uint64_t number, uint8_t out[32])
{
	for (size_t i = 0; i < 32; i++) {
		number =
		    number * 6364136223846793005ull + 1442695040888963407ull;
		out[i] = (uint8_t)(number >> 56);
	}
}

/* Owned by the world. */
static inline struct bytes
make_text(struct make_world *w, struct bytes text)
{
	char *copy = alloc_str_from_bytes(text);

	*make_texts_add(&w->texts) = copy;
	return bytes_of_str(copy);
}

static inline uint64_t
make_number(struct bytes text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		ck_assert(text.p[i] >= '0' && text.p[i] <= '9');
		n = n * 10 + (uint64_t)(text.p[i] - '0');
	}
	return n;
}

/* The next word of a line, and what follows. */
static inline struct bytes
make_word(struct bytes *line)
{
	struct bytes word;
	size_t n = 0;

	while (n < line->n && line->p[n] != ' ')
		n++;
	word = bytes_of(line->p, n);
	while (n < line->n && line->p[n] == ' ')
		n++;
	*line = bytes_of(line->p + n, line->n - n);
	return word;
}

static inline bool
make_is(struct bytes word, const char *text)
{
	return bytes_equal(word, bytes_of_str(text));
}

#endif
