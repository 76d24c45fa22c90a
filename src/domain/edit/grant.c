/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Roles that are given, and roles that are taken. */
#include "domain/editing.h"

/* The blocks of grants stand in the tree as they do in the domain. */
struct grants {
	const struct domain_edit *e;
	struct pgp_fpr fpr; /* whose are looked at */
	size_t item, grant; /* the next of each */
};

/* The next grant of that party; NULL at the end. */
static const struct policy_grant *
grant_next(struct grants *all, const struct domain_item **block)
{
	const struct domain_edit *e = all->e;

	while (all->item < e->block->items_n) {
		const struct policy_grant *g;

		*block = &e->block->items[all->item++];
		if (!(*block)->is_block || strcmp((*block)->word, "grant") != 0)
			continue;
		g = &e->domain->grants[all->grant++];
		if (pgp_fpr_equal(&g->fpr, &all->fpr))
			return g;
	}
	return NULL;
}

static bool
party_find(const struct domain_edit *e, const char *who, struct pgp_fpr *fpr)
{
	if (domain_fpr_read(e->domain, who, fpr))
		return true;
	domain_complain(e->c, 1,
	    "%s: neither a fingerprint nor a party of this domain", who);
	return false;
}

/* Where the roles of a block stand; it has them, since it read. */
static struct domain_span
roles_span(const struct domain_item *block)
{
	for (size_t i = 0; i < block->items_n; i++) {
		const struct domain_item *item = &block->items[i];

		if (strcmp(item->word, "role") == 0)
			return (struct domain_span){ item->values_at,
				item->at + item->n - item->values_at };
	}
	return (struct domain_span){ 0, 0 };
}

/* These roles instead of those that the block has. */
static void
roles_replace(struct bytes text, const struct domain_item *block,
    unsigned roles, struct buf *out)
{
	struct buf list;

	buf_init(&list, DOMAIN_VALUE_MAX);
	buf_put_str(&list, "{");
	domain_roles_text(roles, &list);
	buf_put_str(&list, "}");
	domain_splice(text, roles_span(block), buf_bytes(&list), out);
	buf_release(&list);
}

/* ---- given ------------------------------------------------------------------- */

static bool
is_alike(const struct policy_grant *a, const struct policy_grant *b)
{
	return strcmp(a->scope, b->scope) == 0 && a->from == b->from &&
	       a->until == b->until && a->may_regrant == b->may_regrant;
}

static void
grant_add(const struct domain_edit *e, const char *who,
    const struct policy_grant *g, struct buf *out)
{
	struct domain_span place = {
		domain_place_block(e, DOMAIN_SECTION_GRANT), 0
	};
	struct buf block;
	struct domain_writing w = { .out = &block,
		.section = DOMAIN_SECTION_GRANT };
	const char *name = NULL;

	for (size_t i = 0; i < e->domain->parties_n; i++)
		if (strcmp(e->domain->parties[i].name, who) == 0)
			name = who;
	buf_init(&block, DOMAIN_TEXT_MAX);
	domain_put_grant(&w, name, g);
	domain_splice(e->text, place, buf_bytes(&block), out);
	buf_release(&block);
}

/* Grants like one: the last that lacks nothing, the first that lacks roles. */
struct like {
	const struct domain_item *block;
	unsigned roles; /* with those that it lacked */
	int line;	/* it lacks none */
};

static void
like_find(const struct domain_edit *e, const struct policy_grant *g,
    struct like *like)
{
	struct grants all = { .e = e, .fpr = g->fpr };
	const struct domain_item *block;
	const struct policy_grant *old;

	while ((old = grant_next(&all, &block)) != NULL) {
		if (!is_alike(old, g))
			continue;
		if ((g->roles & ~old->roles) == 0)
			like->line = old->line;
		else if (like->block == NULL)
			*like = (struct like){ block, old->roles | g->roles,
				like->line };
	}
}

static enum domain_edited
grant_give(const struct domain_edit *e, const char *who,
    const struct policy_grant *g, struct domain_edit_end *end)
{
	enum domain_edited done;
	struct like like = { 0 };
	struct buf made;

	like_find(e, g, &like);
	end->line = like.line;
	if (like.line != 0)
		return DOMAIN_EDIT_SAME;
	buf_init(&made, DOMAIN_TEXT_MAX);
	if (like.block != NULL)
		roles_replace(e->text, like.block, like.roles, &made);
	else
		grant_add(e, who, g, &made);
	done = domain_edit_judge(e, &made, end->out);
	buf_release(&made);
	return done;
}

enum domain_edited
domain_edit_grant(struct bytes text, const char *who,
    const struct policy_grant *g, struct domain_edit_end *end)
{
	enum domain_edited done = DOMAIN_EDIT_BAD;
	struct policy_grant asked = *g;
	struct domain_edit e;

	if (domain_edit_open(text, end->c, &e) &&
	    party_find(&e, who, &asked.fpr))
		done = grant_give(&e, who, &asked, end);
	domain_edit_release(&e);
	return done;
}

/* ---- taken ------------------------------------------------------------------- */

/* From the last grant to the first, so that places before it stay. */
static bool
last_take(const struct domain_edit *e, const struct pgp_fpr *fpr,
    unsigned roles, struct buf *made)
{
	struct grants all = { .e = e, .fpr = *fpr };
	const struct domain_item *block, *last = NULL;
	const struct policy_grant *g;
	unsigned left = 0;

	while ((g = grant_next(&all, &block)) != NULL)
		if ((g->roles & roles) != 0) {
			last = block;
			left = g->roles & ~roles;
		}
	if (last == NULL)
		return false;
	if (left != 0)
		roles_replace(e->text, last, left, made);
	else
		domain_splice(e->text, domain_span_whole(e, last),
		    bytes_of("", 0), made);
	return true;
}

enum domain_edited
domain_edit_revoke(struct bytes text, const char *who, unsigned roles,
    struct domain_edit_end *end)
{
	enum domain_edited done = DOMAIN_EDIT_SAME;
	bool more = true;
	struct buf made, next;

	buf_init(&made, DOMAIN_TEXT_MAX);
	buf_init(&next, DOMAIN_TEXT_MAX);
	end->line = 0;
	while (more) {
		struct bytes now = made.n == 0 ? text : buf_bytes(&made);
		struct domain_edit e;
		struct pgp_fpr fpr;

		more = false;
		buf_clear(&next);
		if (!domain_edit_open(now, end->c, &e) ||
		    !party_find(&e, who, &fpr))
			done = DOMAIN_EDIT_BAD;
		else
			more = last_take(&e, &fpr, roles == 0 ? ~0u : roles,
			    &next);
		domain_edit_release(&e);
		if (more) {
			buf_clear(&made);
			buf_put(&made, buf_bytes(&next));
			done = DOMAIN_EDIT_DONE;
		}
	}
	if (done == DOMAIN_EDIT_DONE)
		buf_put(end->out, buf_bytes(&made));
	buf_release(&made);
	buf_release(&next);
	return buf_end(end->out) == ICS_OK ? done : DOMAIN_EDIT_BAD;
}
