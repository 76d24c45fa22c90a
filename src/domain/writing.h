/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor that is being written: its values, each a line. */
#ifndef DOMAIN_WRITING_H
#define DOMAIN_WRITING_H

#include "domain/keywords.h"

struct domain_writing {
	struct buf *out;
	enum domain_section section; /* whose words are written */
	bool explains; /* behind each word what it means, as a comment */
};

/* Behind the words of the domain itself, or of a block in it. */
const char *domain_writing_indent(const struct domain_writing *w);

void domain_put_quoted(struct buf *out, const char *text);

/* "word = value" each; nothing where a value is not said. */
void domain_put_text(const struct domain_writing *w, const char *word,
    const char *text);
void domain_put_plain(const struct domain_writing *w, const char *word,
    const char *text); /* a word of a table: needs no quotes */
void domain_put_number(const struct domain_writing *w, const char *word,
    int64_t n);
void domain_put_yes(const struct domain_writing *w, const char *word, bool yes);
void domain_put_fpr(const struct domain_writing *w, const char *word,
    const struct pgp_fpr *fpr);
void domain_put_roles(const struct domain_writing *w, const char *word,
    unsigned roles);
void domain_put_time(const struct domain_writing *w, const char *word,
    int64_t t);
void domain_put_span(const struct domain_writing *w, const char *word,
    int64_t seconds);
void domain_put_where(const struct domain_writing *w,
    const struct policy_terms *terms);
void domain_put_texts(const struct domain_writing *w, const char *word,
    char *const *all, size_t n);
void domain_put_digests(const struct domain_writing *w, const char *word,
    const uint8_t (*all)[32], size_t n);
void domain_put_items(const struct domain_writing *w,
    const struct policy_member *m);
void domain_put_networks(const struct domain_writing *w,
    const struct policy_read *r);

/* A whole block; the section is GRANT. party: by that name, or NULL. */
void domain_put_grant(const struct domain_writing *w, const char *party,
    const struct policy_grant *g);

/* Further ones stand in domain/domain.h. Append. */
void domain_roles_text(unsigned roles, struct buf *out);
void domain_time_text(int64_t t, struct buf *out);
void domain_span_text(int64_t seconds, struct buf *out);

#endif
