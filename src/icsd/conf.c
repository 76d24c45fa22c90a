/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Default, file and command line all pass through conf_put, so that each is
 * checked alike; then the whole is, which no option alone can tell.
 */
#include "icsd/conf.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "domain/domain.h"
#include "icsd/conf_file.h"
#include "icsd/conf_type.h"

#define COMPLAINTS_MAX (64u << 10)

static const struct conf_row rows[CONF_OPTIONS] = {
#define X(id, name, type, field, text, least, most, when, words)              \
	[id] = { name, type, offsetof(struct conf, field), text, least, most, \
		when, words },
#include "icsd/options.def"
#undef X
};

const char *
conf_option_name(enum conf_option option)
{
	return rows[option].name;
}

enum conf_type
conf_option_type(enum conf_option option)
{
	return rows[option].type;
}

/* ---- putting -------------------------------------------------------------- */

void
conf_complain(struct conf *c, enum conf_option option, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* cut is fine */
	va_end(ap);
	if (c->lines[option] > 0)
		buf_printf(&c->complaints, "%s:%d: ", c->file,
		    c->lines[option]);
	else
		buf_put_str(&c->complaints,
		    c->lines[option] == 0 ? "defaults: " : "command line: ");
	buf_printf(&c->complaints, "%s: %s\n", rows[option].name, text);
}

static void
value_complain(struct conf *c, enum conf_option option, const char *text)
{
	const struct conf_row *row = &rows[option];

	if (row->most > 0)
		conf_complain(c, option,
		    "\"%s\" will not do; it takes %s from %lu to %lu: %s", text,
		    conf_type_words(row->type), row->least, row->most,
		    row->words);
	else
		conf_complain(c, option, "\"%s\" will not do; it takes %s: %s",
		    text, conf_type_words(row->type), row->words);
}

/* Defaults, the file and the command line are places apart. */
static bool
is_elsewhere(int line, int other)
{
	return (line > 0) != (other > 0) || (line < 0) != (other < 0);
}

void
conf_put(struct conf *c, const struct conf_given *given, size_t n, int line)
{
	for (size_t i = 0; i < n; i++) {
		const struct conf_row *row = &rows[given[i].option];
		void *field = (char *)c + row->field;

		/* A list does not grow from one place to the next. */
		if (conf_type_is_list(row->type) &&
		    is_elsewhere(c->lines[given[i].option], line))
			conf_value_release(row->type, field);
		c->lines[given[i].option] = line;
		if (!conf_value_read(row, given[i].text, field))
			value_complain(c, given[i].option, given[i].text);
	}
}

static void
defaults_put(struct conf *c)
{
	for (size_t i = 0; i < CONF_OPTIONS; i++) {
		void *field = (char *)c + rows[i].field;

		/* A list that is not set has no value, not an empty one. */
		if (conf_type_is_list(rows[i].type) && rows[i].text[0] == '\0')
			continue;
		if (!conf_value_read(&rows[i], rows[i].text, field))
			value_complain(c, (enum conf_option)i, rows[i].text);
	}
}

/* ---- what a profile brings ------------------------------------------------- */

static const struct {
	enum domain_profile profile;
	enum conf_option option;
	const char *text;
} profile_rows[] = {
#define X(profile, option, text) { DOMAIN_PROFILE_##profile, option, text },
#include "icsd/profile.def"
#undef X
};
#define PROFILE_ROWS (sizeof(profile_rows) / sizeof(profile_rows[0]))

bool
conf_profile_default(const struct conf *c, size_t *i, enum conf_option *option,
    const char **text)
{
	while (*i < PROFILE_ROWS) {
		size_t at = (*i)++;

		*option = profile_rows[at].option;
		*text = profile_rows[at].text;
		if (strcmp(c->profile,
			domain_profile_word(profile_rows[at].profile)) == 0 &&
		    c->lines[*option] == 0)
			return true;
	}
	return false;
}

static void
profile_put(struct conf *c)
{
	enum conf_option option;
	const char *text;
	size_t i = 0;

	while (conf_profile_default(c, &i, &option, &text)) {
		void *field = (char *)c + rows[option].field;

		if (!conf_value_read(&rows[option], text, field))
			value_complain(c, option, text);
	}
}

/* ---- the whole ------------------------------------------------------------ */

static bool
is_https_said(const struct conf *c)
{
	struct conf_listener l;

	for (size_t i = 0; i < c->listen.n; i++)
		if (conf_listener_read(c->listen.at[i], false, &l) == ICS_OK &&
		    l.tls)
			return true;
	return false;
}

bool
conf_is_https_default(const struct conf *c)
{
	return c->tls_cert[0] != '\0' && !is_https_said(c);
}

/* What no option alone can tell. */
static void
whole_check(struct conf *c)
{
	bool cert = c->tls_cert[0] != '\0';

	if (cert != (c->tls_key[0] != '\0'))
		conf_complain(c, cert ? CONF_OPT_TLS_CERT : CONF_OPT_TLS_KEY,
		    "stands alone; give %s as well",
		    rows[cert ? CONF_OPT_TLS_KEY : CONF_OPT_TLS_CERT].name);
	if (!cert && is_https_said(c))
		conf_complain(c, CONF_OPT_LISTEN,
		    "https needs a certificate; give tls-cert and tls-key");
	if (c->state_dir[0] == '\0')
		conf_complain(c, CONF_OPT_STATE_DIR, "is empty; name a folder");
	if (c->group[0] != '\0' && c->user[0] == '\0')
		conf_complain(c, CONF_OPT_GROUP,
		    "stands alone; give user as well");
	if (c->per_address > c->connections)
		c->per_address = c->connections;
}

/* Both lists as one, for those who judge. Every text has been read before. */
static void
policy_fill(struct conf *c)
{
	size_t most = c->roots.n + c->rights.n;
	struct policy_right *at = alloc_zero(most, sizeof(*at));
	size_t n = 0;

	for (size_t i = 0; i < c->roots.n; i++)
		n += conf_root_read(c->roots.at[i], &at[n]);
	for (size_t i = 0; i < c->rights.n; i++)
		n += conf_right_read(c->rights.at[i], &at[n]);
	c->policy = (struct policy_rights){ .at = at, .n = n };
}

/* Peers as sync takes them; every text has been read before. */
static void
peers_fill(struct conf *c)
{
	const char *why;

	c->peer_at = alloc_zero(c->peers.n + 1, sizeof(*c->peer_at));
	for (size_t i = 0; i < c->peers.n; i++) {
		if (!sync_peer_read(c->peers.at[i], &c->peer_at[i], &why))
			conf_complain(c, CONF_OPT_PEER, "%s", why);
		for (size_t j = 0; j < i; j++)
			if (strcmp(c->peer_at[j].name, c->peer_at[i].name) == 0)
				conf_complain(c, CONF_OPT_PEER,
				    "there are two peers named %s; call one "
				    "another name",
				    c->peer_at[i].name);
	}
}

static void
names_fill(struct conf *c)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
		memcpy(name, "localhost", sizeof("localhost"));
	if (c->hostname[0] == '\0') {
		free(c->hostname);
		c->hostname = alloc_str(name);
	}
	if (c->nodename[0] == '\0') {
		free(c->nodename);
		c->nodename = alloc_str(name);
	}
}

enum ics_err
conf_load(const struct conf_source *source, struct conf **c)
{
	struct conf *made = alloc_zero(1, sizeof(*made));

	buf_init(&made->complaints, COMPLAINTS_MAX);
	made->file = source->file;
	defaults_put(made);
	conf_file_read(made, source->must_exist);
	conf_put(made, source->given, source->given_n, CONF_COMMAND_LINE);
	profile_put(made);
	if (made->complaints.n == 0)
		whole_check(made);
	names_fill(made);
	policy_fill(made);
	peers_fill(made);
	*c = made;
	return made->complaints.n == 0 ? ICS_OK : ICS_ECONFIG;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CONF_OPTIONS; i++) {
		void *field = (char *)c + rows[i].field;

		conf_value_release(rows[i].type, field);
	}
	buf_release(&c->complaints);
	free((void *)(uintptr_t)c->policy.at);
	free(c->peer_at);
	free(c);
}

void
conf_hkp(const struct conf *c, struct hkp_config *config)
{
	*config = (struct hkp_config){
		.limits = {
			.header_octets = c->header_octets,
			.body_octets = c->body_octets,
			.request_seconds = (unsigned)c->request_seconds,
			.connections = (unsigned)c->connections,
			.per_address = (unsigned)c->per_address,
			.hashquery_max = c->hashquery_max,
			.answer_octets = c->answer_octets,
			.held_octets = c->held_octets,
		},
		.identity = {
			.hostname = c->hostname,
			.nodename = c->nodename,
			.contact = c->contact,
			.profile = c->profile,
		},
		.is_closed = !c->is_public,
		.is_maintained = !c->takes_writes,
	};
}

void
conf_sync(const struct conf *c, struct sync_config *config)
{
	*config = (struct sync_config){
		.peers = c->peer_at,
		.peers_n = c->peers.n,
		.filters = c->filters,
		.session_seconds = (unsigned)c->session_seconds,
		.pause_seconds = (unsigned)c->recon_pause,
		.frame = c->recon_frame,
		.upstream = c->upstream,
		.upstream_keep = c->upstream_keep,
		.upstream_miss = c->upstream_miss,
		.is_closed = !c->is_public,
	};
	if (c->tls_cert[0] != '\0') {
		config->tls_cert = c->tls_cert;
		config->tls_key = c->tls_key;
	}
}

void
conf_differences(const struct conf *a, const struct conf *b,
    void (*found)(const char *option))
{
	for (size_t i = 0; i < CONF_OPTIONS; i++)
		if (rows[i].when == CONF_START &&
		    !conf_value_equal(rows[i].type,
			(const char *)a + rows[i].field,
			(const char *)b + rows[i].field))
			found(rows[i].name);
}
