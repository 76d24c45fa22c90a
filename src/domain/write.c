/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A descriptor as a text that reads back as the same: words in the order of
 * keywords.def, blocks in that of sections.def, nothing that is not said. For
 * people who begin with one, each word is explained, and of each sort of block
 * that is not there an example stands in a comment.
 */
#include "domain/writing.h"

/* ---- blocks -------------------------------------------------------------------- */

/* "word title {", title NULL where there is none. */
static void
block_begin(const struct domain_writing *w, const char *title)
{
	buf_printf(w->out, "\n    %s ", domain_sections[w->section].word);
	if (title != NULL) {
		domain_put_quoted(w->out, title);
		buf_put_str(w->out, " ");
	}
	buf_put_str(w->out, "{\n");
}

static void
block_end(const struct domain_writing *w)
{
	buf_put_str(w->out, "    }\n");
}

static void
kind_put(const struct domain_writing *w, const struct policy_member *m)
{
	if (m->is_code)
		domain_put_plain(w, "kind", "code");
	else if (m->kind != NOTATIONS_ENTITY_NONE)
		domain_put_plain(w, "kind", notations_entity_word(m->kind));
}

static void
party_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->parties_n; i++) {
		block_begin(w, d->parties[i].name);
		domain_put_fpr(w, "key", &d->parties[i].fpr);
		domain_put_text(w, "contact", d->parties[i].contact);
		domain_put_text(w, "contract", d->parties[i].contract);
		block_end(w);
	}
}

void
domain_put_grant(const struct domain_writing *w, const char *party,
    const struct policy_grant *g)
{
	char fpr[PGP_FPR_TEXT_MAX + 2];

	notations_vfp_text(&g->fpr, fpr);
	block_begin(w, party == NULL ? fpr : party);
	domain_put_roles(w, "role", g->roles);
	domain_put_text(w, "scope", g->scope);
	domain_put_time(w, "from", g->from);
	domain_put_time(w, "until", g->until);
	domain_put_yes(w, "regrant", g->may_regrant);
	block_end(w);
}

static void
grant_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->grants_n; i++)
		domain_put_grant(w, NULL, &d->grants[i]);
}

static void
member_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->members_n; i++) {
		const struct policy_member *m = &d->members[i];

		block_begin(w, NULL);
		kind_put(w, m);
		domain_put_where(w, &m->where);
		domain_put_roles(w, "certified-by", m->certified_by);
		domain_put_items(w, m);
		domain_put_text(w, "slot", m->slot);
		domain_put_yes(w, "external", m->is_external);
		block_end(w);
	}
}

static void
require_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->requires_n; i++) {
		const struct policy_require *r = &d->requires[i];
		const char *kind = r->is_code ? "code" : "any";

		if (r->kind != NOTATIONS_ENTITY_NONE)
			kind = notations_entity_word(r->kind);
		block_begin(w, kind);
		domain_put_text(w, "purpose", r->purpose);
		domain_put_roles(w, "must", r->must);
		domain_put_roles(w, "any", r->any);
		domain_put_roles(w, "should", r->should);
		domain_put_number(w, "needs", r->needs);
		domain_put_where(w, &r->where);
		block_end(w);
	}
}

static void
read_put(const struct domain_writing *w, const struct policy_domain *d)
{
	const struct policy_read *r = &d->read;

	if (!r->is_public && r->networks_n + r->tokens_n + r->clients_n +
				     r->peers_n + r->hosts_n ==
				 0)
		return;
	block_begin(w, NULL);
	domain_put_yes(w, "public", r->is_public);
	domain_put_networks(w, r);
	domain_put_digests(w, "tokens", (const uint8_t(*)[32])r->tokens,
	    r->tokens_n);
	domain_put_digests(w, "clients", (const uint8_t(*)[32])r->clients,
	    r->clients_n);
	domain_put_texts(w, "peers", r->peers, r->peers_n);
	domain_put_texts(w, "hosts", r->hosts, r->hosts_n);
	block_end(w);
}

static void
state_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->states_n; i++) {
		const struct policy_state_rule *s = &d->states[i];

		block_begin(w, notations_status_word(s->status));
		domain_put_roles(w, "by", s->roles);
		domain_put_number(w, "needs", s->needs);
		domain_put_time(w, "from", s->from);
		domain_put_time(w, "until", s->until);
		block_end(w);
	}
}

static void
update_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->updates_n; i++) {
		const struct policy_update *u = &d->updates[i];

		block_begin(w, u->code_kind[0] == '\0' ? "any" : u->code_kind);
		domain_put_plain(w, "class", domain_class_word(u->class));
		domain_put_roles(w, "must", u->must);
		domain_put_yes(w, "window", u->wants_window);
		domain_put_where(w, &u->where);
		block_end(w);
	}
}

static void
sync_put(const struct domain_writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->syncs_n; i++) {
		const struct policy_sync *s = &d->syncs[i];

		block_begin(w, s->name);
		domain_put_text(w, "url", s->url);
		domain_put_fpr(w, "key", &s->key);
		domain_put_text(w, "pin", s->pin);
		domain_put_text(w, "pull", s->pull);
		domain_put_text(w, "push", s->push);
		domain_put_span(w, "every", s->every);
		domain_put_yes(w, "may-alter", s->may_alter);
		block_end(w);
	}
}

/* ---- all of it ------------------------------------------------------------------- */

typedef void section_put(const struct domain_writing *w,
    const struct policy_domain *d);
static section_put *const writers[DOMAIN_SECTION_DOMAIN] = {
	[DOMAIN_SECTION_PARTY] = party_put,
	[DOMAIN_SECTION_GRANT] = grant_put,
	[DOMAIN_SECTION_MEMBER] = member_put,
	[DOMAIN_SECTION_REQUIRE] = require_put,
	[DOMAIN_SECTION_READ] = read_put,
	[DOMAIN_SECTION_STATE] = state_put,
	[DOMAIN_SECTION_UPDATE] = update_put,
	[DOMAIN_SECTION_SYNC] = sync_put,
};

/* Lines as comments. */
static void
example_put(const struct domain_writing *w, const char *lines)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		buf_printf(w->out, "    # %.*s\n", (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

static void
section_write(const struct domain_writing *w, const struct policy_domain *d)
{
	const struct domain_section_row *row = &domain_sections[w->section];
	size_t before;

	if (w->explains)
		buf_printf(w->out, "\n    # %s: %s\n", row->word, row->words);
	before = w->out->n;
	writers[w->section](w, d);
	if (w->explains && w->out->n == before)
		example_put(w, row->example);
}

static void
all_write(const struct policy_domain *d, bool explains, struct buf *out)
{
	struct domain_writing w = { .out = out,
		.section = DOMAIN_SECTION_DOMAIN,
		.explains = explains };

	buf_put_str(out, "domain ");
	domain_put_quoted(out, d->name);
	buf_put_str(out, " {\n");
	domain_put_number(&w, "serial", d->serial);
	domain_put_fpr(&w, "owner", &d->owner);
	domain_put_plain(&w, "level", policy_level_word(d->level));
	domain_put_span(&w, "freshness", d->freshness);
	domain_put_span(&w, "grace", d->grace);
	domain_put_yes(&w, "claims", d->takes_claims);
	for (unsigned s = 0; s < DOMAIN_SECTION_DOMAIN; s++) {
		w.section = (enum domain_section)s;
		section_write(&w, d);
	}
	buf_put_str(out, "}\n");
}

void
domain_write(const struct policy_domain *d, struct buf *out)
{
	all_write(d, false, out);
}

void
domain_write_explained(const struct policy_domain *d, struct buf *out)
{
	all_write(d, true, out);
}
