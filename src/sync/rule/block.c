/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sync block becomes a peer: where it is and its key, as the operator says
 * before the block does; what is fetched and sent, as the block says. Nothing
 * of a block is read as words of a peer's text.
 */
#include "sync/rule.h"

#include <stdio.h>
#include <string.h>

#include "item/item.h"

#define EVERY_MAX (7u * 24 * 3600)

static const struct {
	bool is_followed;
	const char *why, *help;
} refusals[] = {
#define X(id, followed, why, help) \
	[SYNC_REFUSAL_##id] = { followed, why, help },
#include "sync/refusals.def"
#undef X
};

struct reading {
	const struct sync_rule_ask *ask;
	struct sync_rules *out;
	const struct policy_domain *d;
	const struct policy_sync *block;
	const struct sync_peer_conf *row; /* the operator's; NULL */
};

void
sync_rules_release(struct sync_rules *rules)
{
	sync_confs_release(&rules->confs);
	sync_refusals_release(&rules->refused);
	*rules = (struct sync_rules){ 0 };
}

static bool
refuse(const struct reading *r, enum sync_refusal which)
{
	struct sync_refused *one = sync_refusals_add(&r->out->refused);

	*one = (struct sync_refused){ .line = r->block->line,
		.is_followed = refusals[which].is_followed,
		.why = refusals[which].why,
		.help = refusals[which].help };
	memcpy(one->domain, r->d->name, sizeof(one->domain));
	(void)snprintf(one->name, sizeof(one->name), "%s",
	    r->block->name); /* cut is fine */
	/* It goes to terminals and logs. */
	for (char *c = one->name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~' || *c == '"')
			*c = '?';
	return false;
}

static const struct sync_peer_conf *
row_find(const struct sync_rule_ask *ask, const char *name)
{
	for (size_t i = 0; i < ask->rows_n; i++)
		if (strcmp(ask->rows[i].name, name) == 0)
			return &ask->rows[i];
	return NULL;
}

/* ---- parts ----------------------------------------------------------------- */

static bool
name_take(struct reading *r, struct sync_peer_conf *p)
{
	const char *name = r->block->name;

	if (!sync_name_is(name) || strlen(name) >= SYNC_WORD_MAX)
		return refuse(r, SYNC_REFUSAL_NAME);
	for (const struct policy_sync *s = r->d->syncs; s < r->block; s++)
		if (strcmp(s->name, name) == 0)
			return refuse(r, SYNC_REFUSAL_TWICE);
	r->row = row_find(r->ask, name);
	if (r->row != NULL && r->row->kind != SYNC_ICS)
		return refuse(r, SYNC_REFUSAL_KIND);
	(void)snprintf(p->name, sizeof(p->name), "%s@%s", name,
	    r->d->name); /* fits */
	memcpy(p->domain, r->d->name, sizeof(p->domain));
	return true;
}

/* "hkps://" is how others write it. */
static bool
url_read(const char *text, struct sync_peer_conf *p)
{
	static const char hkps[] = "hkps://", https[] = "https://";
	char url[SYNC_URL_MAX];
	int n;

	if (strncmp(text, hkps, sizeof(hkps) - 1) == 0)
		text += sizeof(hkps) - 1;
	else if (strncmp(text, https, sizeof(https) - 1) == 0)
		text += sizeof(https) - 1;
	else
		return false;
	n = snprintf(url, sizeof(url), "%s%s", https, text);
	return n > 0 && (size_t)n < sizeof(url) && sync_url_read(url, p);
}

/* Where it is and its key, as the block has them. */
static bool
block_place_take(const struct reading *r, struct sync_peer_conf *p)
{
	const struct policy_sync *block = r->block;

	if (block->pin[0] == '\0')
		return refuse(r, SYNC_REFUSAL_NO_PIN);
	if (!sync_pin_read(block->pin, p->pin))
		return refuse(r, SYNC_REFUSAL_PIN);
	p->has_pin = true;
	if (!url_read(block->url, p))
		return refuse(r, SYNC_REFUSAL_URL);
	return true;
}

/* The same as the operator's row has them, which may differ from the block's:
 * that is told. */
static bool
row_place_take(const struct reading *r, struct sync_peer_conf *p)
{
	const struct policy_sync *block = r->block;
	struct sync_peer_conf other = { .url = "" };
	bool is_same;

	memcpy(p->url, r->row->url, sizeof(p->url));
	memcpy(p->pin, r->row->pin, sizeof(p->pin));
	p->has_pin = r->row->has_pin;
	p->weight = r->row->weight;
	is_same = p->url[0] == '\0' || (url_read(block->url, &other) &&
					   strcmp(other.url, p->url) == 0);
	if (block->pin[0] != '\0')
		is_same = is_same && sync_pin_read(block->pin, other.pin) &&
			  memcmp(other.pin, p->pin, SYNC_PIN) == 0;
	if (!is_same)
		(void)refuse(r, SYNC_REFUSAL_OTHER);
	return true;
}

static bool
pull_take(const struct reading *r, struct sync_peer_conf *p)
{
	const char *pull = r->block->pull;
	struct item_terms terms = { .n = 0 };

	p->pull = pull[0] != '\0';
	if (!p->pull || strcmp(pull, "*") == 0)
		return true;
	if (strlen(pull) >= sizeof(p->select) || !sync_text_is_plain(pull) ||
	    !item_terms_read(&terms, bytes_of_str(pull)))
		return refuse(r, SYNC_REFUSAL_PULL);
	memcpy(p->select, pull, strlen(pull) + 1);
	return true;
}

static void
push_take(const struct reading *r, struct sync_peer_conf *p)
{
	p->push = r->block->push[0] != '\0';
	p->gives = strcmp(r->block->push, "status") == 0 ? SYNC_GIVES_STATUS
							 : SYNC_GIVES_ALL;
	p->may_alter = r->block->may_alter;
	p->every = r->block->every < EVERY_MAX ? r->block->every : EVERY_MAX;
	/* Who cannot be reached comes to us, and so does who is only let. */
	if (p->url[0] == '\0' || (!p->pull && !p->push))
		p->every = 0;
}

/* ---- all of them ------------------------------------------------------------ */

static bool
is_ourselves(const struct sync_rule_ask *ask, const struct sync_peer_conf *p)
{
	return ask->own != NULL && p->has_pin &&
	       memcmp(ask->own, p->pin, SYNC_PIN) == 0;
}

static void
block_take(struct reading *r)
{
	struct sync_peer_conf p = {
		.kind = SYNC_ICS, .version = SYNC_VERSION_DEFAULT, .weight = 1
	};

	if (!name_take(r, &p) ||
	    !(r->row == NULL ? block_place_take(r, &p) : row_place_take(r, &p)))
		return;
	if (is_ourselves(r->ask, &p) || !pull_take(r, &p))
		return;
	push_take(r, &p);
	if (r->ask->is_mute)
		(void)refuse(r, SYNC_REFUSAL_MUTE);
	else if (r->ask->rows_n + r->out->confs.n >= SYNC_PEERS_MAX)
		(void)refuse(r, SYNC_REFUSAL_FULL);
	else
		*sync_confs_add(&r->out->confs) = p;
}

void
sync_rules_read(const struct sync_rule_ask *ask, struct sync_rules *rules)
{
	for (size_t i = 0; i < domain_set_size(ask->set); i++) {
		const struct policy_domain *d = domain_set_newest(ask->set, i);

		for (size_t k = 0; k < d->syncs_n; k++) {
			struct reading r = { .ask = ask,
				.out = rules,
				.d = d,
				.block = &d->syncs[k] };

			block_take(&r);
		}
	}
}

bool
sync_rule_is_of(const struct sync_peer_conf *conf, const char *name)
{
	size_t n = strlen(name);

	return conf->domain[0] != '\0' && strncmp(conf->name, name, n) == 0 &&
	       (conf->name[n] == '@' || conf->name[n] == '\0');
}
