/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A descriptor as a text that reads back as the same: words in the order of
 * keywords.def, blocks in that of sections.def, nothing that is not said.
 */
#include <arpa/inet.h>
#include <time.h>

#include "base/hex.h"
#include "domain/keywords.h"

/* A block that is being written. */
struct writing {
	struct buf *out;
	const char *indent;
};

static void
quoted_put(struct buf *out, const char *text)
{
	buf_put_str(out, "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_put_str(out, "\\");
		buf_u8(out, (uint8_t)*text);
	}
	buf_put_str(out, "\"");
}

static void
word_begin(const struct writing *w, const char *word)
{
	buf_printf(w->out, "%s%s = ", w->indent, word);
}

static void
text_put(const struct writing *w, const char *word, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	word_begin(w, word);
	quoted_put(w->out, text);
	buf_put_str(w->out, "\n");
}

static void
plain_put(const struct writing *w, const char *word, const char *text)
{
	word_begin(w, word);
	buf_printf(w->out, "%s\n", text);
}

static void
number_put(const struct writing *w, const char *word, int64_t n)
{
	if (n == 0)
		return;
	word_begin(w, word);
	buf_printf(w->out, "%lld\n", (long long)n);
}

static void
yes_put(const struct writing *w, const char *word, bool yes)
{
	if (yes)
		plain_put(w, word, "yes");
}

static void
fpr_put(const struct writing *w, const char *word, const struct pgp_fpr *fpr)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	if (fpr->version == 0)
		return;
	notations_vfp_text(fpr, text);
	text_put(w, word, text);
}

static void
roles_put(const struct writing *w, const char *word, unsigned roles)
{
	bool is_first = true;

	if (roles == 0)
		return;
	word_begin(w, word);
	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
		if ((roles & NOTATIONS_ROLE_BIT(r)) == 0)
			continue;
		buf_printf(w->out, "%s%s", is_first ? "{" : ", ",
		    notations_role_word((enum notations_role)r));
		is_first = false;
	}
	buf_put_str(w->out, "}\n");
}

static void
time_put(const struct writing *w, const char *word, int64_t t)
{
	time_t seconds = (time_t)t;
	struct tm tm;

	if (t == INT64_MIN || t == INT64_MAX || gmtime_r(&seconds, &tm) == NULL)
		return;
	word_begin(w, word);
	buf_printf(w->out, "%04d-%02d-%02dT%02d:%02d:%02dZ\n",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}

static void
span_put(const struct writing *w, const char *word, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	if (seconds == 0)
		return;
	while (seconds % units[i].seconds != 0)
		i++;
	word_begin(w, word);
	buf_printf(w->out, "%lld%c\n", (long long)(seconds / units[i].seconds),
	    units[i].unit);
}

/* Blanks and per cent signs as terms spell them. */
static void
where_put(const struct writing *w, const struct policy_terms *terms)
{
	struct buf line;

	buf_init(&line, 1u << 20);
	for (size_t i = 0; i < terms->n; i++) {
		buf_printf(&line, "%s%s=", i > 0 ? " " : "",
		    notations_row(terms->at[i].name)->name);
		for (const char *c = terms->at[i].value; *c != '\0'; c++)
			if (*c <= ' ' || strchr("%;=", *c) != NULL)
				buf_printf(&line, "%%%02X", (uint8_t)*c);
			else
				buf_u8(&line, (uint8_t)*c);
	}
	text_put(w, "where", buf_str(&line));
	buf_release(&line);
}

/* ---- lists --------------------------------------------------------------------- */

static void
list_begin(const struct writing *w, const char *word, size_t i)
{
	if (i == 0)
		word_begin(w, word);
	buf_put_str(w->out, i == 0 ? "{" : ", ");
}

static void
list_end(const struct writing *w, size_t n)
{
	if (n > 0)
		buf_put_str(w->out, "}\n");
}

static void
texts_put(const struct writing *w, const char *word, char *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		list_begin(w, word, i);
		quoted_put(w->out, all[i]);
	}
	list_end(w, n);
}

static void
digests_put(const struct writing *w, const char *word, const uint8_t (*all)[32],
    size_t n)
{
	char text[65];

	for (size_t i = 0; i < n; i++) {
		list_begin(w, word, i);
		hex_lower(bytes_of(all[i], 32), text);
		text[64] = '\0';
		quoted_put(w->out, text);
	}
	list_end(w, n);
}

static void
items_put(const struct writing *w, const struct policy_member *m)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	for (size_t i = 0; i < m->items_n; i++) {
		list_begin(w, "items", i);
		notations_subject_text(&m->items[i], text);
		quoted_put(w->out, text);
	}
	list_end(w, m->items_n);
}

static void
networks_put(const struct writing *w, const struct policy_read *r)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	for (size_t i = 0; i < r->networks_n; i++) {
		const struct policy_network *n = &r->networks[i];
		bool is_v4 = memcmp(n->addr, mapped, 12) == 0 && n->bits >= 96;
		char addr[INET6_ADDRSTRLEN];

		list_begin(w, "networks", i);
		if (inet_ntop(is_v4 ? AF_INET : AF_INET6,
			is_v4 ? n->addr + 12 : n->addr, addr,
			sizeof(addr)) != NULL)
			buf_printf(w->out, "\"%s/%u\"", addr,
			    is_v4 ? n->bits - 96 : n->bits);
	}
	list_end(w, r->networks_n);
}

/* ---- blocks -------------------------------------------------------------------- */

static void
block_begin(const struct writing *w, const char *word, const char *title)
{
	buf_printf(w->out, "\n    %s ", word);
	if (title != NULL) {
		quoted_put(w->out, title);
		buf_put_str(w->out, " ");
	}
	buf_put_str(w->out, "{\n");
}

static void
block_end(const struct writing *w)
{
	buf_put_str(w->out, "    }\n");
}

static void
kind_put(const struct writing *w, const struct policy_member *m)
{
	if (m->is_code)
		plain_put(w, "kind", "code");
	else if (m->kind != NOTATIONS_ENTITY_NONE)
		plain_put(w, "kind", notations_entity_word(m->kind));
}

static void
parties_put(const struct writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->parties_n; i++) {
		block_begin(w, "party", d->parties[i].name);
		fpr_put(w, "key", &d->parties[i].fpr);
		text_put(w, "contact", d->parties[i].contact);
		text_put(w, "contract", d->parties[i].contract);
		block_end(w);
	}
}

static void
grants_put(const struct writing *w, const struct policy_domain *d)
{
	char title[PGP_FPR_TEXT_MAX + 2];

	for (size_t i = 0; i < d->grants_n; i++) {
		const struct policy_grant *g = &d->grants[i];

		notations_vfp_text(&g->fpr, title);
		block_begin(w, "grant", title);
		roles_put(w, "role", g->roles);
		text_put(w, "scope", g->scope);
		time_put(w, "from", g->from);
		time_put(w, "until", g->until);
		yes_put(w, "regrant", g->may_regrant);
		block_end(w);
	}
}

static void
members_put(const struct writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->members_n; i++) {
		const struct policy_member *m = &d->members[i];

		block_begin(w, "member", NULL);
		kind_put(w, m);
		where_put(w, &m->where);
		roles_put(w, "certified-by", m->certified_by);
		items_put(w, m);
		text_put(w, "slot", m->slot);
		block_end(w);
	}
}

static void
requires_put(const struct writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->requires_n; i++) {
		const struct policy_require *r = &d->requires[i];
		const char *kind = r->is_code ? "code" : "any";

		if (r->kind != NOTATIONS_ENTITY_NONE)
			kind = notations_entity_word(r->kind);
		block_begin(w, "require", kind);
		text_put(w, "purpose", r->purpose);
		roles_put(w, "must", r->must);
		roles_put(w, "any", r->any);
		roles_put(w, "should", r->should);
		number_put(w, "needs", r->needs);
		where_put(w, &r->where);
		block_end(w);
	}
}

static void
read_put(const struct writing *w, const struct policy_read *r)
{
	if (!r->is_public && r->networks_n + r->tokens_n + r->clients_n +
				     r->peers_n + r->hosts_n ==
				 0)
		return;
	block_begin(w, "read", NULL);
	yes_put(w, "public", r->is_public);
	networks_put(w, r);
	digests_put(w, "tokens", (const uint8_t(*)[32])r->tokens, r->tokens_n);
	digests_put(w, "clients", (const uint8_t(*)[32])r->clients,
	    r->clients_n);
	texts_put(w, "peers", r->peers, r->peers_n);
	texts_put(w, "hosts", r->hosts, r->hosts_n);
	block_end(w);
}

static void
states_put(const struct writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->states_n; i++) {
		const struct policy_state_rule *s = &d->states[i];

		block_begin(w, "state", notations_status_word(s->status));
		roles_put(w, "by", s->roles);
		number_put(w, "needs", s->needs);
		time_put(w, "from", s->from);
		time_put(w, "until", s->until);
		block_end(w);
	}
}

static void
updates_put(const struct writing *w, const struct policy_domain *d)
{
	static const char *const classes[] = {
		[POLICY_UPDATE_APPROVED] = "approved",
		[POLICY_UPDATE_MAKER] = "maker",
		[POLICY_UPDATE_EXTERNAL] = "external",
	};

	for (size_t i = 0; i < d->updates_n; i++) {
		const struct policy_update *u = &d->updates[i];

		block_begin(w, "update",
		    u->code_kind[0] == '\0' ? "any" : u->code_kind);
		plain_put(w, "class", classes[u->class]);
		roles_put(w, "must", u->must);
		yes_put(w, "window", u->wants_window);
		where_put(w, &u->where);
		block_end(w);
	}
}

static void
syncs_put(const struct writing *w, const struct policy_domain *d)
{
	for (size_t i = 0; i < d->syncs_n; i++) {
		const struct policy_sync *s = &d->syncs[i];

		block_begin(w, "sync", s->name);
		text_put(w, "url", s->url);
		fpr_put(w, "key", &s->key);
		text_put(w, "pin", s->pin);
		text_put(w, "pull", s->pull);
		text_put(w, "push", s->push);
		span_put(w, "every", s->every);
		yes_put(w, "may-alter", s->may_alter);
		block_end(w);
	}
}

void
domain_write(const struct policy_domain *d, struct buf *out)
{
	const struct writing top = { out, "    " }, w = { out, "        " };

	buf_put_str(out, "domain ");
	quoted_put(out, d->name);
	buf_put_str(out, " {\n");
	number_put(&top, "serial", d->serial);
	fpr_put(&top, "owner", &d->owner);
	plain_put(&top, "level", policy_level_word(d->level));
	span_put(&top, "freshness", d->freshness);
	span_put(&top, "grace", d->grace);
	yes_put(&top, "claims", d->takes_claims);
	parties_put(&w, d);
	grants_put(&w, d);
	members_put(&w, d);
	requires_put(&w, d);
	read_put(&w, &d->read);
	states_put(&w, d);
	updates_put(&w, d);
	syncs_put(&w, d);
	buf_put_str(out, "}\n");
}
