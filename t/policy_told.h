/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A judgement as one line, for tables of expected ones:
 *	lost #3 maker=M/first owner=O/owner | superseded authorised:owner/owner
 * first the state and the number of the statement that decides, then the
 * standings by number; the authorised with role and basis, "-" a grant.
 */
#ifndef T_POLICY_TOLD_H
#define T_POLICY_TOLD_H

#include "base/buf.h"
#include "policy_ask.h"

static inline void
told_number(struct buf *out, size_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), " #%zu", n);
	buf_put_str(out, text);
}

static inline void
told_party(struct buf *out, const char *what, const struct pgp_fpr *fpr,
    enum policy_basis basis)
{
	if (fpr->version == 0)
		return;
	buf_put_str(out, what);
	buf_put(out, bytes_of(fpr->b, 1));
	buf_put_str(out, "/");
	buf_put_str(out, policy_basis_word(basis));
}

/* What of it is told. */
struct told_show {
	size_t n;      /* the first statements */
	int64_t until; /* of these not the later ones */
	bool is_brief; /* what is so, not by which statement */
};
static const struct told_show told_all = { SIZE_MAX, INT64_MAX, false };

static inline void
told_state(struct buf *out, const struct make_world *w,
    const struct policy_state *s, bool is_brief)
{
	buf_put_str(out, s->status == NOTATIONS_STATUS_NONE
			     ? "none"
			     : notations_status_word(s->status));
	if (s->decides != POLICY_NOBODY && !is_brief)
		told_number(out, w->numbers[s->decides] + 1);
	if (s->is_conflict)
		buf_put_str(out, " conflict");
	if (s->other != POLICY_NOBODY && !is_brief)
		told_number(out, w->numbers[s->other] + 1);
	if (s->is_final)
		buf_put_str(out, " final");
	if (s->is_approved)
		buf_put_str(out, " approved");
	told_party(out, " maker=", &s->manufacturer, s->manufacturer_basis);
	told_party(out, " owner=", &s->owner, s->owner_basis);
}

static inline void
told_taken(struct buf *out, const struct policy_taken *taken)
{
	buf_put_str(out, policy_standing_word(taken->standing));
	if (taken->standing == POLICY_AUTHORISED) {
		buf_put_str(out, ":");
		buf_put_str(out, taken->role == NOTATIONS_ROLE_NONE
				     ? "itself"
				     : notations_role_word(taken->role));
		buf_put_str(out, "/");
		buf_put_str(out, policy_basis_word(taken->basis));
	}
	if ((taken->flags & POLICY_BACKDATED) != 0)
		buf_put_str(out, "+backdated");
	if ((taken->flags & POLICY_SEQ_REGRESS) != 0)
		buf_put_str(out, "+regress");
}

/* The line; the caller frees it. */
static inline char *
told_line(const struct make_world *w, const struct policy_state *s,
    const struct told_show *show)
{
	struct buf out;
	char *line;

	buf_init(&out, 1u << 20);
	told_state(&out, w, s, show->is_brief);
	buf_put_str(&out, " |");
	for (size_t i = 0; i < w->all.n && i < show->n; i++) {
		const struct make_made *m = &w->all.at[i];
		size_t k = 0;

		while (w->statements[k].st != NULL && w->numbers[k] != i)
			k++;
		buf_put_str(&out, " ");
		if (m->about == MAKE_PARTIES && m->st.created <= show->until)
			told_taken(&out, &s->taken[k]);
		else
			buf_put_str(&out, "-");
	}
	line = alloc_str_from_bytes(buf_bytes(&out));
	buf_release(&out);
	return line;
}

struct told_row {
	const char *what; /* rule it shows */
	bool is_code;
	const char *lines;
	struct policy_time when;
	const char *expected;
};

/* Judge each row and compare. */
static inline void
told_rows(const struct told_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct policy_party parties[MAKE_PARTIES];
		struct make_layout *l = alloc_new(sizeof(*l));
		struct policy_question q;
		struct policy_state state;
		struct make_world w;
		char *line;

		make_init(&w, rows[i].is_code);
		make_lines(&w, rows[i].lines);
		make_layout_init(&w, l);
		make_question(&w, l, parties, &q);
		q.when = rows[i].when;
		policy_fold(&q, &state);
		line = told_line(&w, &state, &told_all);
		ck_assert_msg(strcmp(line, rows[i].expected) == 0,
		    "%s:\n  got  %s\n  want %s", rows[i].what, line,
		    rows[i].expected);
		free(line);
		policy_state_release(&state);
		make_release(&w);
		free(l);
	}
}

#endif
