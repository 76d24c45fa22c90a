/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the shape of a text to a descriptor, by keywords.def and sections.def.
 * Reading goes on behind a mistake, so that one look at the complaints is
 * enough; a text with complaints gives no descriptor.
 */
#include "domain/keywords.h"

#include <stddef.h>
#include <stdio.h>

struct reading {
	struct policy_domain *d;
	struct domain_complaints *c;
};

/* ---- words ---------------------------------------------------------------------- */

static void
word_take(struct reading *r, const struct domain_keyword *k,
    const struct domain_item *item, void *to)
{
	struct domain_place place = { .domain = r->d,
		.field = (char *)to + k->field,
		.count = (size_t *)(void *)((char *)to + k->count) };
	struct policy_member *member = to;

	if (k->type == DOMAIN_TYPE_KIND)
		place.is_code = &member->is_code;
	if (!domain_values_take(k->type, &item->values, &place))
		domain_complain(r->c, item->line, "%s: %s; see ics-policy(5)",
		    k->word, domain_type_words(k->type));
}

static bool
has_before(const struct domain_item *block, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!block->items[k].is_block &&
		    strcmp(block->items[k].word, block->items[i].word) == 0)
			return true;
	return false;
}

/* Words that must be there. */
static void
needed_check(struct reading *r, enum domain_section section,
    const struct domain_item *block)
{
	for (size_t i = 0; i < domain_keywords_n; i++) {
		const struct domain_keyword *k = &domain_keywords[i];
		bool is_there = false;

		if (k->section != section || !k->is_needed)
			continue;
		for (size_t j = 0; j < block->items_n; j++)
			is_there = is_there ||
				   strcmp(block->items[j].word, k->word) == 0;
		if (!is_there)
			domain_complain(r->c, block->line,
			    "%s is missing: %s; add %s = ...", k->word,
			    k->words, k->word);
	}
}

/* The words of a block; blocks in it are left to others. */
static void
words_take(struct reading *r, enum domain_section section,
    const struct domain_item *block, void *to)
{
	for (size_t i = 0; i < block->items_n; i++) {
		const struct domain_item *item = &block->items[i];
		const struct domain_keyword *k;

		if (item->is_block && section == DOMAIN_SECTION_DOMAIN)
			continue;
		k = item->is_block ? NULL
				   : domain_keyword_find(section, item->word);
		if (k == NULL)
			domain_complain(r->c, item->line,
			    "%s: no such word here; see ics-policy(5)",
			    item->word);
		else if (has_before(block, i))
			domain_complain(r->c, item->line,
			    "%s stands here twice; remove one", item->word);
		else
			word_take(r, k, item, to);
	}
	needed_check(r, section, block);
}

/* ---- blocks --------------------------------------------------------------------- */

static void
title_complain(struct reading *r, const struct domain_item *block,
    enum domain_section section)
{
	domain_complain(r->c, block->line,
	    "behind %s stands %s; see ics-policy(5)", block->word,
	    domain_sections[section].title);
}

static void
party_take(struct reading *r, const struct domain_item *block)
{
	struct policy_named *n = &r->d->parties[r->d->parties_n];

	n->contact = alloc_str("");
	n->contract = alloc_str("");
	n->name = alloc_str(block->title.text);
	words_take(r, DOMAIN_SECTION_PARTY, block, n);
	r->d->parties_n++;
}

static void
grant_take(struct reading *r, const struct domain_item *block)
{
	struct policy_grant *g = &r->d->grants[r->d->grants_n++];

	*g = (struct policy_grant){ .scope = alloc_str(""),
		.from = INT64_MIN,
		.until = INT64_MAX,
		.line = block->line };
	if (!domain_fpr_read(r->d, block->title.text, &g->fpr))
		title_complain(r, block, DOMAIN_SECTION_GRANT);
	words_take(r, DOMAIN_SECTION_GRANT, block, g);
}

static void
member_take(struct reading *r, const struct domain_item *block)
{
	struct policy_member *m = &r->d->members[r->d->members_n++];

	m->slot = alloc_str("");
	m->line = block->line;
	words_take(r, DOMAIN_SECTION_MEMBER, block, m);
	policy_subjects_sort(m->items, m->items_n);
	if (m->items_n > 0 && m->where.n > 0)
		domain_complain(r->c, block->line,
		    "items and where do not go together; write two members");
	if (m->slot[0] != '\0' && m->items_n == 0)
		domain_complain(r->c, block->line,
		    "a slot has items; name them");
}

static void
require_take(struct reading *r, const struct domain_item *block)
{
	struct policy_require *q = &r->d->requires[r->d->requires_n++];

	q->purpose = alloc_str("");
	q->line = block->line;
	if (!domain_kind_read(block->title.text, &q->kind, &q->is_code))
		title_complain(r, block, DOMAIN_SECTION_REQUIRE);
	words_take(r, DOMAIN_SECTION_REQUIRE, block, q);
}

static void
read_take(struct reading *r, const struct domain_item *block)
{
	r->d->read.line = block->line;
	words_take(r, DOMAIN_SECTION_READ, block, &r->d->read);
}

static void
state_take(struct reading *r, const struct domain_item *block)
{
	struct policy_state_rule *s = &r->d->states[r->d->states_n++];
	struct bytes word = bytes_of_str(block->title.text);

	*s = (struct policy_state_rule){ .status =
					     notations_status_find(word, false),
		.needs = 1,
		.from = INT64_MIN,
		.until = INT64_MAX,
		.line = block->line };
	if (s->status == NOTATIONS_STATUS_NONE)
		s->status = notations_status_find(word, true);
	if (s->status == NOTATIONS_STATUS_NONE)
		title_complain(r, block, DOMAIN_SECTION_STATE);
	words_take(r, DOMAIN_SECTION_STATE, block, s);
}

static void
update_take(struct reading *r, const struct domain_item *block)
{
	struct policy_update *u = &r->d->updates[r->d->updates_n++];
	struct bytes kind = bytes_of_str(block->title.text);
	bool is_any = strcmp(block->title.text, "any") == 0;

	u->code_kind = alloc_str(is_any ? "" : block->title.text);
	u->line = block->line;
	if (!is_any && notations_value_check(NOTATIONS_SYNTAX_CODE_KIND, kind,
			   true) != ICS_OK)
		title_complain(r, block, DOMAIN_SECTION_UPDATE);
	words_take(r, DOMAIN_SECTION_UPDATE, block, u);
}

static void
sync_take(struct reading *r, const struct domain_item *block)
{
	struct policy_sync *s = &r->d->syncs[r->d->syncs_n++];

	s->url = alloc_str("");
	s->pin = alloc_str("");
	s->pull = alloc_str("");
	s->push = alloc_str("");
	s->every = 900;
	s->name = alloc_str(block->title.text);
	s->line = block->line;
	words_take(r, DOMAIN_SECTION_SYNC, block, s);
	if (s->push[0] != '\0' && strcmp(s->push, "status") != 0 &&
	    strcmp(s->push, "*") != 0)
		domain_complain(r->c, block->line,
		    "push: status or an asterisk; see ics-policy(5)");
}

/* Where a section's blocks go, how many there may be. */
struct section_row {
	size_t at, size, most;
	void (*take)(struct reading *r, const struct domain_item *block);
};
#define ARRAY(array, row, most) \
	offsetof(struct policy_domain, array), sizeof(struct row), most
#define NONE 0, 0, 1
static const struct section_row sections[DOMAIN_SECTION_DOMAIN] = {
#define X(id, word, title, array, take, words, example) \
	[DOMAIN_SECTION_##id] = { array, take },
#include "domain/sections.def"
#undef X
};

static size_t
blocks_count(const struct domain_item *block, const char *word)
{
	size_t n = 0;

	for (size_t i = 0; i < block->items_n; i++)
		n += block->items[i].is_block &&
		     strcmp(block->items[i].word, word) == 0;
	return n;
}

/* All blocks of a section, with room for each. */
static void
section_take(struct reading *r, const struct domain_item *block,
    enum domain_section section)
{
	const struct section_row *row = &sections[section];
	const char *word = domain_sections[section].word;
	bool wants_title = domain_sections[section].title[0] != '\0';
	size_t n = blocks_count(block, word);

	if (n > row->most) {
		domain_complain(r->c, block->line,
		    "more than %zu %s blocks; leave some out", row->most, word);
		return;
	}
	if (row->size > 0)
		*(void **)(void *)((char *)r->d + row->at) =
		    alloc_zero(n + 1, row->size);
	for (size_t i = 0; i < block->items_n; i++) {
		const struct domain_item *item = &block->items[i];

		if (!item->is_block || strcmp(item->word, word) != 0)
			continue;
		if (item->has_title == wants_title)
			row->take(r, item);
		else if (wants_title)
			title_complain(r, item, section);
		else
			domain_complain(r->c, item->line,
			    "behind %s stands nothing; remove it", item->word);
	}
}

static void
strangers_complain(struct reading *r, const struct domain_item *block)
{
	for (size_t i = 0; i < block->items_n; i++) {
		const struct domain_item *item = &block->items[i];
		bool is_known = false;

		for (size_t s = 0; s < DOMAIN_SECTION_DOMAIN; s++)
			is_known =
			    is_known ||
			    strcmp(item->word, domain_sections[s].word) == 0;
		if (item->is_block && !is_known)
			domain_complain(r->c, item->line,
			    "%s: no such block; see ics-policy(5)", item->word);
	}
}

static bool
is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < POLICY_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == n;
}

/* Two rules about one state, two parties of one name. */
static void
twins_complain(struct reading *r)
{
	const struct policy_domain *d = r->d;

	for (size_t i = 0; i < d->states_n; i++)
		for (size_t k = 0; k < i; k++)
			if (d->states[i].status == d->states[k].status &&
			    d->states[i].from < d->states[k].until &&
			    d->states[k].from < d->states[i].until)
				domain_complain(r->c, d->states[i].line,
				    "the state has a rule in line %d already; "
				    "remove one",
				    d->states[k].line);
	for (size_t i = 0; i < d->parties_n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(d->parties[i].name, d->parties[k].name) == 0)
				domain_complain(r->c, 1,
				    "there are two parties %s; rename one",
				    d->parties[i].name);
}

static void
domain_take(struct reading *r, const struct domain_item *block)
{
	if (!block->has_title || !is_name(block->title.text))
		domain_complain(r->c, block->line,
		    "behind domain stands its name: at most 63 small letters, "
		    "digits and -._; give it one");
	else
		(void)snprintf(r->d->name, sizeof(r->d->name), "%s",
		    block->title.text); /* fits */
	r->d->level = POLICY_LEVEL_STANDARD;
	section_take(r, block, DOMAIN_SECTION_PARTY);
	words_take(r, DOMAIN_SECTION_DOMAIN, block, r->d);
	for (unsigned s = DOMAIN_SECTION_PARTY + 1; s < DOMAIN_SECTION_DOMAIN;
	     s++)
		section_take(r, block, (enum domain_section)s);
	if (blocks_count(block, "read") > 1)
		domain_complain(r->c, block->line,
		    "there are two read blocks; make one of them");
	strangers_complain(r, block);
	twins_complain(r);
}

/* ---- the door -------------------------------------------------------------------- */

static bool
has_variables(struct bytes text, struct domain_complaints *c)
{
	int line = 1;

	for (size_t i = 0; i + 1 < text.n; i++) {
		if (text.p[i] == '$' && text.p[i + 1] == '{') {
			domain_complain(c, line,
			    "variables are not read here; write the value "
			    "itself");
			return true;
		}
		line += text.p[i] == '\n';
	}
	return false;
}

struct policy_domain *
domain_read(struct bytes text, struct domain_complaints *c)
{
	struct reading r = { .c = c };
	struct domain_tree tree;
	size_t before = c->n;

	if (text.n > DOMAIN_TEXT_MAX) {
		domain_complain(c, 1,
		    "the text is larger than 4 MiB; split it");
		return NULL;
	}
	if (has_variables(text, c))
		return NULL;
	r.d = alloc_zero(1, sizeof(*r.d));
	if (domain_parse(text, c, &tree)) {
		if (tree.top.items_n == 1 && tree.top.items[0].is_block &&
		    strcmp(tree.top.items[0].word, "domain") == 0)
			domain_take(&r, &tree.top.items[0]);
		else
			domain_complain(c, 1,
			    "a descriptor is one domain block; write domain "
			    "\"name\" { ... }");
	}
	domain_tree_release(&tree);
	if (c->n == before)
		return r.d;
	policy_domain_free(r.d);
	return NULL;
}
