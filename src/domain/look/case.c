/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line of text to a question:
 *
 *	PARTY may [not] say STATE|NOTATION [of THING] [at TIME]
 *	PARTY may [not] act as ROLE [of THING] [at TIME]
 *	PARTY may [not] grant ROLE [at TIME]
 *	READER may [not] read
 *	THING may [not] PURPOSE [at TIME]
 *	THING may [not] install on THING [at TIME]
 *	THING belongs [at TIME]          THING does not belong [at TIME]
 *
 * One verb stands in each: what is before it asks, what is behind it is asked.
 */
#include <stdio.h>

#include "base/hex.h"
#include "domain/looking.h"

#define WORDS_MAX 128

/* A line under way. */
struct reading {
	const struct policy_domain *d;
	struct domain_complaints *c;
	struct domain_case *q;
	struct domain_thing *thing; /* the one that is read */
	char *text;		    /* owned: every word with its NUL */
	const char *words[WORDS_MAX];
	size_t n, i; /* the next one to be looked at */
};

static bool
wrong(struct reading *r, const char *what, const char *word)
{
	domain_complain(r->c, r->q->line, "%s%s%s; see ics-policy(5)", word,
	    word[0] == '\0' ? "" : ": ", what);
	return false;
}

static bool
is_word(const struct reading *r, size_t i, const char *word)
{
	return i < r->n && strcmp(r->words[i], word) == 0;
}

/* Pass it when it stands there. */
static bool
word_pass(struct reading *r, const char *word)
{
	bool is_there = is_word(r, r->i, word);

	r->i += is_there;
	return is_there;
}

/* ---- words ----------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Words end at blanks, quoted ones at their quote; # ends them all. */
static bool
words_split(struct reading *r)
{
	char *at = r->text;

	for (;;) {
		char end = ' ';

		while (is_blank(*at))
			at++;
		if (*at == '\0' || *at == '#')
			return true;
		if (r->n == WORDS_MAX)
			return wrong(r, "more words than a case has", "");
		if (*at == '"' || *at == '\'')
			end = *at++;
		r->words[r->n++] = at;
		while (*at != '\0' &&
		       (end == ' ' ? !is_blank(*at) : *at != end))
			at++;
		if (*at == '\0' && end != ' ')
			return wrong(r, "a quote does not end", "");
		if (*at != '\0')
			*at++ = '\0';
	}
}

/* ---- what may stand in a case -------------------------------------------------- */

static bool
party_read(struct reading *r, const char *word)
{
	if (domain_fpr_read(r->d, word, &r->q->party))
		return true;
	if (strcmp(word, "owner") != 0)
		return wrong(r, "a party, a fingerprint or owner", word);
	r->q->party = r->d->owner;
	return true;
}

static bool
role_read(struct reading *r, enum notations_role *role)
{
	const char *word = r->i < r->n ? r->words[r->i++] : "";

	*role = notations_role_find(bytes_of_str(word));
	return *role != NOTATIONS_ROLE_NONE ||
	       wrong(r, domain_type_words(DOMAIN_TYPE_ROLES), word);
}

/* "manufacturer,integrator" */
static bool
voices_read(struct reading *r, const char *list)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		enum notations_role role =
		    notations_role_find(bytes_of(list, n));

		if (role == NOTATIONS_ROLE_NONE)
			return wrong(r, domain_type_words(DOMAIN_TYPE_ROLES),
			    list);
		r->thing->by |= NOTATIONS_ROLE_BIT(role);
		list += n + (list[n] == ',');
	}
	return true;
}

static bool
term_take(struct reading *r, const char *word)
{
	struct policy_terms *terms = &r->thing->terms;

	if (terms->n == POLICY_TERMS_MAX)
		return wrong(r, "more than is said of one thing", word);
	if (!domain_term_read(bytes_of_str(word), &terms->at[terms->n]))
		return wrong(r, "name=value, or a word of cases", word);
	terms->n++;
	return true;
}

static bool
thing_word(struct reading *r, const char *word)
{
	struct domain_thing *thing = r->thing;

	if (strchr(word, '=') != NULL)
		return term_take(r, word);
	if (thing->is_code && strcmp(word, "code") == 0)
		return true;
	if (thing->kind == NOTATIONS_ENTITY_NONE && !thing->is_code &&
	    domain_kind_read(word, &thing->kind, &thing->is_code))
		return true;
	if (thing->item.kind == NOTATIONS_SUBJECT_NONE &&
	    notations_subject_guess(bytes_of_str(word), &thing->item) &&
	    thing->item.kind != NOTATIONS_SUBJECT_RECORD) {
		thing->is_code = thing->is_code ||
				 thing->item.kind == NOTATIONS_SUBJECT_CODE;
		return true;
	}
	return wrong(r,
	    "no thing: a kind, a fingerprint, a digest, name=value, or by "
	    "ROLE,ROLE",
	    word);
}

/* Words that an installation has besides: passed when they stand there. */
static bool
install_pass(struct reading *r, size_t end)
{
	size_t n = 0;

	if (r->q->asks == DOMAIN_ASKS_INSTALL)
		n = domain_install_take(&r->q->install, r->words[r->i],
		    r->i + 1 < end ? r->words[r->i + 1] : "");
	r->i += n;
	return n > 0;
}

/* Words up to "at" or a place. */
static bool
thing_read(struct reading *r, size_t end)
{
	const size_t first = r->i;

	r->thing->is_said = true;
	while (r->i < end && !is_word(r, r->i, "at")) {
		const char *word;

		if (install_pass(r, end))
			continue;
		word = r->words[r->i++];
		if (strcmp(word, "by") == 0 && r->i < end) {
			if (!voices_read(r, r->words[r->i++]))
				return false;
		} else if (!thing_word(r, word)) {
			return false;
		}
	}
	return r->i > first || wrong(r, "a thing is missing", "");
}

static bool
digest_read(struct reading *r, const char *word)
{
	return hex_read(bytes_of_str(word), r->q->reader.digest, 32) ==
		   ICS_OK ||
	       wrong(r, domain_type_words(DOMAIN_TYPE_DIGESTS), word);
}

/* What stands before "may read". */
static bool
reader_read(struct reading *r, size_t end)
{
	struct domain_reader *reader = &r->q->reader;
	const char *word = end > 0 ? r->words[0] : "";

	reader->kind = DOMAIN_READER_ANYBODY;
	if (end == 1 && strcmp(word, "anybody") == 0)
		return true;
	if (end == 2 && strcmp(word, "peer") == 0) {
		reader->kind = DOMAIN_READER_PEER;
		reader->peer = alloc_str(r->words[1]);
		return true;
	}
	if (end == 2 && strcmp(word, "token") == 0) {
		reader->kind = DOMAIN_READER_TOKEN;
		return digest_read(r, r->words[1]);
	}
	if (end == 2 && strcmp(word, "client") == 0) {
		reader->kind = DOMAIN_READER_CLIENT;
		return digest_read(r, r->words[1]);
	}
	reader->kind = DOMAIN_READER_ADDRESS;
	if (end == 1 && strchr(word, '/') == NULL &&
	    domain_network_read(word, &reader->addr))
		return true;
	return wrong(r,
	    "who reads is anybody, an address, token DIGEST, client DIGEST or "
	    "peer NAME",
	    word);
}

/* ---- verbs ----------------------------------------------------------------------- */

/* "of THING", which may be left out. */
static bool
of_read(struct reading *r)
{
	return !word_pass(r, "of") || thing_read(r, r->n);
}

/* A state of devices or of code, else a notation. */
static bool
say_read(struct reading *r)
{
	const char *word = r->i < r->n ? r->words[r->i++] : "";
	struct domain_case *q = r->q;
	bool is_state_of_code;

	q->asks = DOMAIN_ASKS_STATE;
	q->status = notations_status_find(bytes_of_str(word), false);
	is_state_of_code = q->status == NOTATIONS_STATUS_NONE;
	if (is_state_of_code)
		q->status = notations_status_find(bytes_of_str(word), true);
	if (q->status == NOTATIONS_STATUS_NONE) {
		q->asks = DOMAIN_ASKS_NAME;
		q->name = notations_name_find(bytes_of_str(word));
		if (q->name == NOTATIONS_NAME_UNKNOWN)
			return wrong(r, "no state and no notation", word);
	}
	if (!of_read(r))
		return false;
	if (q->asks == DOMAIN_ASKS_STATE && q->thing.is_said &&
	    q->thing.is_code != is_state_of_code &&
	    (q->thing.is_code || q->thing.item.kind != NOTATIONS_SUBJECT_NONE ||
		q->thing.kind != NOTATIONS_ENTITY_NONE))
		return wrong(r, "no state of that thing", word);
	q->thing.is_code = q->thing.is_code ||
			   (q->asks == DOMAIN_ASKS_STATE && is_state_of_code);
	return true;
}

/* "install on DEVICE" */
static bool
install_read(struct reading *r)
{
	bool is_good;

	r->q->asks = DOMAIN_ASKS_INSTALL;
	if (!word_pass(r, "on"))
		return wrong(r, "install on a device", "install");
	r->thing = &r->q->install.on;
	is_good = thing_read(r, r->n);
	if (is_good && r->thing->is_code)
		return wrong(r, "code is installed on a device", "on");
	r->thing = &r->q->thing;
	r->thing->is_code = true;
	r->q->purpose = alloc_str("install");
	return is_good;
}

/* Behind "may" and "may not". */
static bool
may_read(struct reading *r, size_t verb)
{
	bool is_of_party = is_word(r, r->i, "say") || is_word(r, r->i, "act") ||
			   is_word(r, r->i, "grant");

	if (is_of_party && verb != 1)
		return wrong(r, "one party stands before may", "");
	if (is_of_party && !party_read(r, r->words[0]))
		return false;
	if (word_pass(r, "say"))
		return say_read(r);
	if (word_pass(r, "act")) {
		r->q->asks = DOMAIN_ASKS_ACT;
		return word_pass(r, "as")
			   ? role_read(r, &r->q->role) && of_read(r)
			   : wrong(r, "act as a role", "act");
	}
	r->q->asks = DOMAIN_ASKS_GRANT;
	if (word_pass(r, "grant"))
		return role_read(r, &r->q->role);
	r->q->asks = DOMAIN_ASKS_READ;
	if (word_pass(r, "read"))
		return reader_read(r, verb);
	r->q->asks = DOMAIN_ASKS_PURPOSE;
	if (r->i == r->n)
		return wrong(r, "behind may stands what", "");
	if (word_pass(r, "install"))
		return install_read(r);
	r->q->purpose = alloc_str(r->words[r->i++]);
	return true;
}

/* Things stand before their verb. */
static bool
thing_before(struct reading *r, size_t verb)
{
	size_t behind = r->i;
	bool is_good;

	r->i = 0;
	is_good = thing_read(r, verb);
	if (is_good && r->i != verb)
		return wrong(r, "a time stands at the end", "at");
	r->i = behind;
	return is_good;
}

static bool
at_read(struct reading *r)
{
	if (word_pass(r, "at")) {
		const char *word = r->i < r->n ? r->words[r->i++] : "";

		if (!domain_time_read(word, &r->q->at))
			return wrong(r, domain_type_words(DOMAIN_TYPE_TIME),
			    word);
		r->q->has_at = true;
	}
	return r->i == r->n || wrong(r, "does not belong here", r->words[r->i]);
}

static bool
all_read(struct reading *r)
{
	size_t verb = 0;

	while (verb < r->n && !is_word(r, verb, "may") &&
	       !is_word(r, verb, "belongs") && !is_word(r, verb, "does"))
		verb++;
	r->i = verb;
	r->q->asks = DOMAIN_ASKS_BELONG;
	if (word_pass(r, "may")) {
		r->q->expects_no = word_pass(r, "not");
		if (!may_read(r, verb))
			return false;
	} else if (word_pass(r, "does")) {
		r->q->expects_no = true;
		if (!word_pass(r, "not") || !word_pass(r, "belong"))
			return wrong(r, "does not belong", "does");
	} else if (!word_pass(r, "belongs")) {
		return wrong(r,
		    "there is no may, belongs or does not belong in it", "");
	}
	if (r->q->asks >= DOMAIN_ASKS_BELONG && !thing_before(r, verb))
		return false;
	return at_read(r);
}

/* ---- the door -------------------------------------------------------------------- */

bool
domain_case_read(struct bytes line, const struct policy_domain *d,
    struct domain_complaints *c, struct domain_case *q)
{
	struct reading r = { .d = d, .c = c, .q = q, .thing = &q->thing };
	int number = q->line;
	bool is_good;

	*q = (struct domain_case){ .line = number };
	if (line.n > DOMAIN_CASE_LINE_MAX ||
	    (line.n > 0 && memchr(line.p, '\0', line.n) != NULL))
		return wrong(&r, "longer than a case is, or not a text", "");
	r.text = alloc_str_from_bytes(line);
	is_good = words_split(&r) && all_read(&r);
	free(r.text);
	return is_good;
}

void
domain_case_release(struct domain_case *q)
{
	policy_terms_release(&q->thing.terms);
	domain_installing_release(&q->install);
	free(q->purpose);
	free(q->reader.peer);
	q->purpose = q->reader.peer = NULL;
}

/* Nothing but blanks and a comment. */
static bool
is_empty(struct bytes line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '#')
			return true;
		if (!is_blank((char)line.p[i]))
			return false;
	}
	return true;
}

void
domain_cases_read(struct bytes text, const struct policy_domain *d,
    struct domain_complaints *c, struct domain_cases *all)
{
	struct cursor cur = cursor_of(text);
	struct bytes line;

	*all = (struct domain_cases){ 0 };
	if (text.n > DOMAIN_CASES_OCTETS) {
		domain_complain(c, 1, "more than 4 MiB of cases; split them");
		return;
	}
	for (int number = 1; domain_line_take(&cur, &line); number++) {
		struct domain_case *q;

		if (is_empty(line))
			continue;
		if (all->n == DOMAIN_CASES_MAX) {
			domain_complain(c, number,
			    "more than 10000 cases; split them");
			return;
		}
		q = domain_cases_add(all);
		q->line = number;
		if (domain_case_read(line, d, c, q))
			continue;
		domain_case_release(q);
		all->n--;
	}
}

void
domain_cases_free(struct domain_cases *all)
{
	for (size_t i = 0; i < all->n; i++)
		domain_case_release(&all->at[i]);
	domain_cases_release(all);
}
