/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of look/diff share. A sort of block becomes rows, of both
 * descriptors; rows that say the same are no difference, those that speak of
 * the same thing are a pair, and what is left began or ended.
 */
#ifndef DOMAIN_DIFFING_H
#define DOMAIN_DIFFING_H

#include "domain/writing.h"

struct domain_row {
	char *key;  /* owned: what it speaks of */
	char *full; /* owned: all that it says */
	size_t i;   /* what the section finds it by */
};
ARRAY_OF(struct domain_row, domain_rows);

/* A difference under way. */
struct domain_diffing {
	const struct policy_domain *before, *now;
	struct domain_changes *out;
	const char *section;
	int old_line, new_line; /* of what is compared */
	struct buf words;	/* of the next change */
	struct buf about;	/* put before each: whose it is */
};

/* What was put into words is a change. */
void domain_diff_note(struct domain_diffing *k, unsigned turn);

/* A party as people call it: by the newer descriptor, else by the older. */
void domain_diff_party(const struct domain_diffing *k,
    const struct pgp_fpr *fpr, struct buf *out);

/* "WORD: also ROLES", "WORD: no longer ROLES", each with its turn. */
struct domain_roles_pair {
	const char *word;
	unsigned before, now;
	unsigned added, removed; /* turns */
};
void domain_diff_roles(struct domain_diffing *k,
    const struct domain_roles_pair *p);
/* Of which one must: none at all asks for less than any. */
void domain_diff_any(struct domain_diffing *k, const char *word,
    unsigned before, unsigned now);
/* "WORD: yes" or no; turn is that of yes. */
void domain_diff_yes(struct domain_diffing *k, const char *word, bool now,
    unsigned turn);
/* "WORD: NOW, was BEFORE", when they differ; NULL and "" are the same. */
struct domain_texts_pair {
	const char *word, *before, *now;
	unsigned turn;
};
void domain_diff_texts(struct domain_diffing *k,
    const struct domain_texts_pair *p);
static inline unsigned
domain_turn_back(unsigned turn)
{
	return (turn & DOMAIN_STRICTER ? DOMAIN_OPENER : 0) |
	       (turn & DOMAIN_OPENER ? DOMAIN_STRICTER : 0);
}

/* A sort of block. */
struct domain_diff_sort {
	const char *section;
	/* Append a row for each. */
	void (*rows)(const struct policy_domain *d, struct domain_rows *rows);
	/* Compare; POLICY_NOBODY where there is none. */
	void (*pair)(struct domain_diffing *k, size_t before, size_t now);
};
extern const struct domain_diff_sort domain_diff_sorts[];
extern const size_t domain_diff_sorts_n;

/* Of the files diff_*.c, for the table. */
#define X(id)                                                          \
	void domain_rows_##id(const struct policy_domain *d,           \
	    struct domain_rows *rows);                                 \
	void domain_pair_##id(struct domain_diffing *k, size_t before, \
	    size_t now);
X(party)
X(grant)
X(member)
X(require)
X(read)
X(state)
X(update)
X(sync)
#undef X

/* A row whose key is in buf, and whose whole text is what was put behind it. */
void domain_row_add(struct domain_rows *rows, size_t i, struct buf *text,
    size_t key_n);

#endif
