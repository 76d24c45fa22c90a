/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a descriptor says, read aloud: a sentence a rule. */
#include "api/pages.h"
#include "base/clock.h"
#include "domain/domain.h"
#include "item/item.h"

#include <inttypes.h>
#include <string.h>

/* ---- sentences ------------------------------------------------------------------- */

static void
line_put(struct buf *rows, struct buf *line)
{
	api_page_begin(line);
	API_PUT(rows, HKP_PAGE_part_line, { "text", buf_bytes(line), false });
	buf_clear(line);
}

/* "manufacturer, owner" behind words; nothing without a role. */
static void
roles_put(struct buf *line, const char *words, unsigned roles)
{
	const char *between = words;

	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
		if ((roles & NOTATIONS_ROLE_BIT(r)) == 0)
			continue;
		buf_put_str(line, between);
		api_page_put_role(line,
		    notations_role_word((enum notations_role)r));
		between = ", ";
	}
}

static void
where_put(struct buf *line, const struct policy_terms *where)
{
	if (where->n == 0)
		return;
	buf_put_str(line, " of which is said ");
	domain_terms_text(where, line);
}

static void
count_put(struct buf *line, const char *before, size_t n, const char *behind)
{
	buf_printf(line, "%s%zu%s", before, n, behind);
}

static void
kind_put(struct buf *line, bool is_code, enum notations_entity kind)
{
	if (is_code)
		buf_put_str(line, "code");
	else if (kind == NOTATIONS_ENTITY_NONE)
		buf_put_str(line, "anything with a key");
	else
		buf_printf(line, "any %s", notations_entity_word(kind));
}

static void
time_put(struct buf *line, const char *words, int64_t t)
{
	char iso[CLOCK_TEXT_MAX], text[HKP_TIME_WORDS];

	clock_rfc3339(t, iso);
	(void)hkp_time_words(iso, text); /* it is a time */
	buf_printf(line, "%s%s", words, text);
}

static void
until_put(struct buf *line, int64_t from, int64_t until)
{
	if (from != INT64_MIN)
		time_put(line, ", from ", from);
	if (until != INT64_MAX)
		time_put(line, ", until ", until);
}

/* ---- rules ------------------------------------------------------------------------- */

static void
read_put(struct buf *rows, struct buf *line, const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	const struct policy_read *r = &d->read;

	if (r->is_public) {
		buf_put_str(line, "everybody");
		line_put(rows, line);
	}
	for (size_t i = 0; i < r->networks_n; i++) {
		buf_put_str(line, "whoever asks from ");
		domain_network_text(&r->networks[i], line);
		line_put(rows, line);
	}
	for (size_t i = 0; i < r->peers_n; i++) {
		buf_printf(line, "the server %s", r->peers[i]);
		line_put(rows, line);
	}
	if (r->tokens_n > 0) {
		count_put(line,
		    "whoever has a token (number of tokens: ", r->tokens_n,
		    ")");
		line_put(rows, line);
	}
	if (r->clients_n > 0) {
		count_put(line,
		    "whoever has the key of a TLS client (number of keys: ",
		    r->clients_n, ")");
		line_put(rows, line);
	}
	if (rows->n == 0) {
		buf_put_str(line, "nobody but the operator of this server");
		line_put(rows, line);
	}
	for (size_t i = 0; i < r->hosts_n; i++) {
		buf_printf(line, "it is what is asked for at %s", r->hosts[i]);
		line_put(rows, line);
	}
}

static void
members_put(struct buf *rows, struct buf *line,
    const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	for (size_t i = 0; i < d->members_n; i++) {
		const struct policy_member *m = &d->members[i];

		if (m->items_n > 0)
			count_put(line, "", m->items_n,
			    m->items_n == 1 ? " thing, named by itself"
					    : " things, named one by one");
		else
			kind_put(line, m->is_code, m->kind);
		where_put(line, &m->where);
		roles_put(line, ", certified by: ", m->certified_by);
		if (m->slot[0] != '\0')
			buf_printf(line, ", in the place %s", m->slot);
		if (m->is_external)
			buf_put_str(line, ", let in from outside");
		line_put(rows, line);
	}
}

static void
requires_put(struct buf *rows, struct buf *line,
    const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	for (size_t i = 0; i < d->requires_n; i++) {
		const struct policy_require *r = &d->requires[i];

		kind_put(line, r->is_code, r->kind);
		where_put(line, &r->where);
		if (r->purpose[0] != '\0')
			buf_printf(line, ", for the purpose %s", r->purpose);
		roles_put(line, "; must be vouched for by ", r->must);
		roles_put(line, "; must be vouched for by one of ", r->any);
		roles_put(line, "; should be vouched for by ", r->should);
		if (r->needs > 0)
			count_put(line, "; needs ", r->needs,
			    " different ones who vouch");
		line_put(rows, line);
	}
}

static void
states_put(struct buf *rows, struct buf *line, const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	for (size_t i = 0; i < d->states_n; i++) {
		const struct policy_state_rule *s = &d->states[i];

		buf_put_str(line, notations_status_word(s->status));
		roles_put(line, ": said by ", s->roles);
		if (s->needs > 1)
			count_put(line, "; needs ", s->needs,
			    " different ones who say so");
		until_put(line, s->from, s->until);
		line_put(rows, line);
	}
}

static void
updates_put(struct buf *rows, struct buf *line,
    const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	static const char *const classes[] = {
		[POLICY_UPDATE_APPROVED] = "an integrator or a maintainer must "
					   "approve it",
		[POLICY_UPDATE_MAKER] = "the signature of the maker is enough",
		[POLICY_UPDATE_EXTERNAL] = "the operating system decides; what "
					   "it does is logged",
	};

	for (size_t i = 0; i < d->updates_n; i++) {
		const struct policy_update *u = &d->updates[i];

		buf_put_str(line,
		    u->code_kind[0] == '\0' ? "any code" : u->code_kind);
		where_put(line, &u->where);
		buf_printf(line, ": %s", classes[u->class]);
		roles_put(line, "; must be vouched for by ", u->must);
		if (u->wants_window)
			buf_put_str(line, "; only in a window for updates");
		line_put(rows, line);
	}
}

/* Terms, "status", or an asterisk. */
static const char *
part_of(const char *text)
{
	if (strcmp(text, "*") == 0)
		return "everything";
	return strcmp(text, "status") == 0 ? "statuses" : text;
}

static void
syncs_put(struct buf *rows, struct buf *line, const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	for (size_t i = 0; i < d->syncs_n; i++) {
		const struct policy_sync *s = &d->syncs[i];

		buf_printf(line, "the server %s", s->name);
		if (s->pull[0] != '\0')
			buf_printf(line, " is asked for %s,", part_of(s->pull));
		if (s->push[0] != '\0')
			buf_printf(line, " is sent %s,", part_of(s->push));
		if (s->every > 0) {
			buf_put_str(line, " every ");
			api_page_put_span(line, s->every);
		}
		if (s->may_alter)
			buf_put_str(line,
			    "; what it brings is taken as a peer's");
		line_put(rows, line);
	}
}

/* ---- who ------------------------------------------------------------------------------ */

/* The User ID that a certificate has in front, where it is not revoked. */
static void
user_id_put(struct bytes summary, struct buf *out)
{
	struct cursor cur = cursor_of(summary);
	struct bytes best = bytes_of(NULL, 0);
	struct store_row row;
	json_t *text;

	while (store_summary_next(&cur, &row) == ICS_OK)
		if (row.uid.n > 0 && row.revoked == PGP_NOT_REVOKED &&
		    (best.n == 0 || row.is_primary_uid))
			best = row.uid;
	text = item_json_text(best);
	buf_put_str(out, json_string_value(text));
	json_decref(text);
}

/* What the owner calls a key, else what it calls itself in its certificate, for
 * whoever may see that; "" where it has no name here. *known: it has a page. */
static const char *
name_find(const struct api_page_reading *k, const struct pgp_fpr *fpr,
    struct buf *room, bool *known)
{
	struct notations_subject subject;
	struct bytes summary;

	notations_subject_of_fpr(fpr, &subject);
	*known = hkp_may_see(k->rq, k->r, &subject) &&
		 store_summary_get_primary(k->r, fpr, &summary) == ICS_OK;
	for (size_t i = 0; i < k->d->parties_n; i++)
		if (pgp_fpr_equal(&k->d->parties[i].fpr, fpr))
			return k->d->parties[i].name;
	if (*known)
		user_id_put(summary, room);
	return buf_str(room);
}

struct party {
	const struct pgp_fpr *fpr;
	struct bytes words; /* a sentence about it; empty without */
	const char *contact, *contract;
};

static void
party_put(struct buf *rows, const struct api_page_reading *k,
    const struct party *p)
{
	char fpr[PGP_FPR_TEXT_MAX + 2];
	struct buf pairs, notes, room;
	struct api_page_who who = { .fpr = fpr };

	notations_vfp_text(p->fpr, fpr);
	buf_init(&pairs, HKP_PAGE_MAX);
	buf_init(&notes, HKP_PAGE_MAX);
	buf_init(&room, HKP_PAGE_MAX);
	who.name = name_find(k, p->fpr, &room, &who.is_known);
	api_page_put_pair(&pairs, "Contact", p->contact);
	api_page_put_pair(&pairs, "Contract", p->contract);
	if (pairs.n > 0)
		API_PUT(&notes, HKP_PAGE_part_pairs,
		    { "rows", buf_bytes(&pairs), true });
	api_page_put_party(rows,
	    &(struct api_page_party){
		.who = who, .words = p->words, .notes = buf_bytes(&notes) });
	buf_release(&pairs);
	buf_release(&notes);
	buf_release(&room);
}

static void
parties_put(struct buf *rows, struct buf *line,
    const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	(void)line;
	for (size_t i = 0; i < d->parties_n; i++)
		party_put(rows, k,
		    &(struct party){ &d->parties[i].fpr, bytes_of(NULL, 0),
			d->parties[i].contact, d->parties[i].contract });
}

static void
grants_put(struct buf *rows, struct buf *line, const struct api_page_reading *k)
{
	const struct policy_domain *d = k->d;
	for (size_t i = 0; i < d->grants_n; i++) {
		const struct policy_grant *g = &d->grants[i];

		roles_put(line, "", g->roles);
		if (g->scope[0] != '\0')
			buf_printf(line, ", for %s", g->scope);
		until_put(line, g->from, g->until);
		if (g->may_regrant)
			buf_put_str(line, "; may give this on to others");
		api_page_begin(line);
		party_put(rows, k,
		    &(struct party){ &g->fpr, buf_bytes(line), "", "" });
		buf_clear(line);
	}
}

/* ---- all of it -------------------------------------------------------------------- */

static const struct {
	const char *title;
	void (*put)(struct buf *rows, struct buf *line,
	    const struct api_page_reading *k);
	enum hkp_page list;
} sections[] = {
	{ "Who may read", read_put, HKP_PAGE_part_lines },
	{ "What belongs to it", members_put, HKP_PAGE_part_lines },
	{ "Parties", parties_put, HKP_PAGE_part_list },
	{ "Who may speak, as what", grants_put, HKP_PAGE_part_list },
	{ "What is required", requires_put, HKP_PAGE_part_lines },
	{ "Who may say how a thing is", states_put, HKP_PAGE_part_lines },
	{ "Updates", updates_put, HKP_PAGE_part_lines },
	{ "Servers that it is shared with", syncs_put, HKP_PAGE_part_lines },
};

void
api_page_put_rules(struct buf *out, const struct api_page_reading *k)
{
	struct buf rows, line, body;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&line, HKP_PAGE_MAX);
	buf_init(&body, HKP_PAGE_MAX);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		sections[i].put(&rows, &line, k);
		if (rows.n > 0)
			API_PUT(&body, sections[i].list,
			    { "rows", buf_bytes(&rows), true });
		api_page_put_section(out, sections[i].title, &body);
		buf_clear(&rows);
	}
	buf_release(&rows);
	buf_release(&line);
	buf_release(&body);
}
