/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements for tests of policy, written as lines and never signed. Parties
 * are letters; the subject is the device D, or code.
 *
 *	root R				a root, its scope if any
 *	right M manufacturer Acme	a right, its scope if any
 *	days M owner 5 9		a right from 5 until 9; 0 for ever
 *	regrant M owner			a right that its holder may give
 *	rule lost owner,operator 2 5 9	who may say so, how many must, when
 *	party M created=5 expires=9	likewise unknown=1 soft=T hard=T at=POS
 *	M 100 manu=Acme status=active	statement #1: issuer, date, notations
 *	O 200 prev=#1 owner=@N		digest of #1, fingerprint of N
 *	>M R 50 role=manufacturer	about the party M; numbered as well
 *
 * Words that are no notations: carrier=record (else a certification),
 * kind=WORD of kinds.def, withdrawal=1, expires=T, pos=N, copy=#1 (the same
 * content under another digest), about=#1 (a statement about it).
 * Dates of parties are 1 when not said.
 */
#ifndef T_POLICY_MAKE_H
#define T_POLICY_MAKE_H

#include "policy_world.h"

/* "#3": the statement. */
static inline struct make_made *
make_made_get(struct make_world *w, struct bytes value)
{
	uint64_t number = make_number(bytes_of(value.p + 1, value.n - 1));

	ck_assert_uint_ge(number, 1);
	ck_assert_uint_le(number, w->all.n);
	return &w->all.at[number - 1];
}

/* "@N" and "#3" are written out. */
static inline struct bytes
make_value(struct make_world *w, struct bytes value)
{
	char text[PGP_FPR_TEXT_MAX + 2];
	struct notations_digest d = { .hash = 8, .n = 32 };
	char digest[NOTATIONS_DIGEST_TEXT_MAX];

	if (value.n == 2 && value.p[0] == '@') {
		notations_vfp_text(&w->parties[value.p[1] - 'A'].fpr, text);
		return make_text(w, bytes_of_str(text));
	}
	if (value.n > 1 && value.p[0] == '#') {
		memcpy(d.b, make_made_get(w, value)->st.digest, 32);
		notations_digest_text(&d, digest);
		return make_text(w, bytes_of_str(digest));
	}
	return make_text(w, value);
}

/* "approved_code:..." has a blank where the line cannot have one. */
static inline void
make_step(struct bytes value)
{
	uint8_t *blank = memchr((void *)(uintptr_t)value.p, '_', value.n);

	ck_assert_ptr_nonnull(blank);
	*blank = ' ';
}

static inline void
make_notation(struct notations_statement *st, const struct notations_entry *e)
{
	*notations_set_add(&st->set) = *e;
	if (e->name == NOTATIONS_NAME_STATUS)
		st->status = notations_status_find(e->value, false);
	if (e->name == NOTATIONS_NAME_CODE_STATUS)
		st->code_status = notations_status_find(e->value, true);
	if (e->name == NOTATIONS_NAME_SEQ) {
		st->has_seq = true;
		st->seq = make_number(e->value);
	}
	if (e->name == NOTATIONS_NAME_PREV) {
		struct notations_digest d;

		ck_assert_int_eq(notations_digest_read(e->value, &d), ICS_OK);
		st->has_prev = true;
		memcpy(st->prev, d.b, 32);
	}
	st->says |= 1u << notations_row(e->name)->says;
}

/* Words that are no notations; false for others. */
static inline bool
make_special(struct make_world *w, struct make_made *m, struct bytes name,
    struct bytes value)
{
	struct notations_statement *st = &m->st;

	if (make_is(name, "carrier")) {
		st->carrier = NOTATIONS_RECORD;
	} else if (make_is(name, "kind")) {
		st->kind = notations_kind_find(value);
		ck_assert_int_ne(st->kind, NOTATIONS_KIND_NONE);
		st->says |= 1u << st->kind;
	} else if (make_is(name, "withdrawal")) {
		st->kind = NOTATIONS_KIND_WITHDRAWAL;
	} else if (make_is(name, "expires")) {
		st->expires = (int64_t)make_number(value);
	} else if (make_is(name, "pos")) {
		m->position = (int64_t)make_number(value);
	} else if (make_is(name, "copy")) {
		memcpy(st->content, make_made_get(w, value)->st.content, 32);
	} else if (make_is(name, "about")) {
		st->subject.kind = NOTATIONS_SUBJECT_RECORD;
		st->subject.tag = 8;
		st->subject.n = 32;
		memset(st->subject.b, 0, sizeof(st->subject.b));
		memcpy(st->subject.b, make_made_get(w, value)->st.digest, 32);
	} else {
		return false;
	}
	return true;
}

static inline void
make_kind(struct notations_statement *st)
{
	static const enum notations_kind order[] = {
		NOTATIONS_KIND_DEVICE_STATUS, NOTATIONS_KIND_CODE_STATUS,
		NOTATIONS_KIND_CODE, NOTATIONS_KIND_ROLE,
		NOTATIONS_KIND_APPROVAL, NOTATIONS_KIND_LABEL,
		NOTATIONS_KIND_TRANSFER, NOTATIONS_KIND_DEVICE
	};

	if (st->carrier == NOTATIONS_RECORD &&
	    st->kind != NOTATIONS_KIND_DEVICE)
		st->says &= ~(1u << NOTATIONS_KIND_DEVICE);
	for (size_t i = 0; st->kind == NOTATIONS_KIND_NONE &&
			   i < sizeof(order) / sizeof(order[0]);
	     i++)
		if ((st->says >> order[i] & 1) != 0)
			st->kind = order[i];
	if (st->kind == NOTATIONS_KIND_NONE)
		st->kind = NOTATIONS_KIND_NOTE;
	st->says |= 1u << st->kind;
}

/* "M 100 manu=Acme", behind ">X " when it is about a party. */
static inline void
make_statement(struct make_world *w, struct bytes line)
{
	struct make_made *m = make_mades_add(&w->all), copy;
	struct notations_statement *st = &copy.st;
	struct bytes word = make_word(&line);

	copy = *m; /* the array may move while others are looked up */
	copy.about = MAKE_PARTIES;
	st->subject = w->subject;
	if (word.p[0] == '>') {
		copy.about = (size_t)(word.p[1] - 'A');
		notations_subject_of_fpr(&w->parties[copy.about].fpr,
		    &st->subject);
		word = make_word(&line);
	}
	ck_assert(word.n == 1 && word.p[0] >= 'A' && word.p[0] <= 'Z');
	copy.issuer = (size_t)(word.p[0] - 'A');
	st->issuer = w->parties[copy.issuer].fpr;
	st->is_self = word.p[0] == 'D' && copy.about == MAKE_PARTIES;
	st->created = (int64_t)make_number(make_word(&line));
	make_digest(w->all.n, st->digest);
	make_digest(w->all.n + 1000000, st->content);
	while (line.n > 0) {
		struct bytes pair = make_word(&line), name = pair, value;
		struct notations_entry e = { .is_readable = true };
		const uint8_t *is = memchr(pair.p, '=', pair.n);

		ck_assert_ptr_nonnull(is);
		name.n = (size_t)(is - pair.p);
		value = bytes_of(is + 1, pair.n - name.n - 1);
		if (make_special(w, &copy, name, value))
			continue;
		e.name = notations_name_find(name);
		ck_assert_uint_lt(e.name, NOTATIONS_NAME_COUNT);
		e.value = make_value(w, value);
		if (e.name == NOTATIONS_NAME_STEP)
			make_step(e.value);
		make_notation(st, &e);
	}
	make_kind(st);
	w->all.at[w->all.n - 1] = copy;
}

static inline void
make_right(struct make_world *w, struct bytes line, bool is_root)
{
	struct policy_right *r = make_rights_add(&w->rights);

	r->fpr = w->parties[make_word(&line).p[0] - 'A'].fpr;
	if (!is_root) {
		r->role = notations_role_find(make_word(&line));
		ck_assert_int_ne(r->role, NOTATIONS_ROLE_NONE);
	}
	r->scope = make_text(w, line);
}

static inline struct policy_right *
make_role(struct make_world *w, struct bytes *line)
{
	struct policy_right *r = make_rights_add(&w->rights);

	r->fpr = w->parties[make_word(line).p[0] - 'A'].fpr;
	r->role = notations_role_find(make_word(line));
	ck_assert_int_ne(r->role, NOTATIONS_ROLE_NONE);
	return r;
}

static inline void
make_days(struct make_world *w, struct bytes line)
{
	struct policy_right *r = make_role(w, &line);

	r->from = (int64_t)make_number(make_word(&line));
	r->until = (int64_t)make_number(make_word(&line));
	r->scope = make_text(w, line);
}

static inline void
make_regrant(struct make_world *w, struct bytes line)
{
	struct policy_right *r = make_role(w, &line);

	r->may_regrant = true;
	r->scope = make_text(w, line);
}

static inline unsigned
make_roles(struct bytes words)
{
	unsigned roles = 0;

	for (size_t from = 0, to = 0; to <= words.n; to++) {
		struct bytes word = bytes_of(words.p + from, to - from);

		if (to < words.n && words.p[to] != ',')
			continue;
		ck_assert_int_ne(notations_role_find(word),
		    NOTATIONS_ROLE_NONE);
		roles |= NOTATIONS_ROLE_BIT(notations_role_find(word));
		from = to + 1;
	}
	return roles;
}

static inline void
make_rule(struct make_world *w, struct bytes line)
{
	struct policy_state_rule *r = make_rules_add(&w->rules);
	struct bytes word = make_word(&line);

	r->status = notations_status_find(word, false);
	if (r->status == NOTATIONS_STATUS_NONE)
		r->status = notations_status_find(word, true);
	ck_assert_int_ne(r->status, NOTATIONS_STATUS_NONE);
	word = make_word(&line);
	r->roles = make_is(word, "-") ? 0 : make_roles(word);
	r->needs = (unsigned)make_number(make_word(&line));
	r->from = (int64_t)make_number(make_word(&line));
	r->until = (int64_t)make_number(make_word(&line));
	if (r->until == 0)
		r->until = INT64_MAX;
}

static inline void
make_party(struct make_world *w, struct bytes line)
{
	struct policy_party *p = &w->parties[make_word(&line).p[0] - 'A'];

	while (line.n > 0) {
		struct bytes pair = make_word(&line), name = pair;
		const uint8_t *is = memchr(pair.p, '=', pair.n);
		int64_t n;

		ck_assert_ptr_nonnull(is);
		name.n = (size_t)(is - pair.p);
		n = (int64_t)make_number(bytes_of(is + 1, pair.n - name.n - 1));
		if (make_is(name, "created"))
			p->created = n;
		else if (make_is(name, "expires"))
			p->expires = n;
		else if (make_is(name, "at"))
			p->revoked_position = n;
		else if (make_is(name, "unknown"))
			p->is_known = false;
		else
			p->revoked_at = n;
		if (make_is(name, "soft"))
			p->revoked = PGP_SOFT_REVOKED;
		if (make_is(name, "hard"))
			p->revoked = PGP_HARD_REVOKED;
	}
}

static inline void
make_line(struct make_world *w, struct bytes line)
{
	struct bytes rest = line, word = make_word(&rest);

	if (make_is(word, "root"))
		make_right(w, rest, true);
	else if (make_is(word, "right"))
		make_right(w, rest, false);
	else if (make_is(word, "days"))
		make_days(w, rest);
	else if (make_is(word, "regrant"))
		make_regrant(w, rest);
	else if (make_is(word, "rule"))
		make_rule(w, rest);
	else if (make_is(word, "party"))
		make_party(w, rest);
	else if (line.n > 0)
		make_statement(w, line);
}

static inline void
make_lines(struct make_world *w, const char *lines)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		make_line(w, bytes_of(lines, n));
		lines += n + (lines[n] == '\n');
	}
}

#endif
