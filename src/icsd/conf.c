/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values: from texts to the fields of struct conf, by the type of the row.
 * File, command line and default all pass through conf_put.
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
#include "icsd/conf_file.h"

#define COMPLAINTS_MAX (64u << 10)

struct row {
	const char *name;
	enum conf_type type;
	size_t field; /* offset in struct conf */
	const char *text;
	unsigned long least, most;
	enum conf_when when;
	const char *words;
};

static const struct row rows[CONF_OPTIONS] = {
#define X(id, name, type, field, text, least, most, when, words)              \
	[id] = { name, type, offsetof(struct conf, field), text, least, most, \
		when, words },
#include "icsd/options.def"
#undef X
};

static const struct {
	const char *prefix;
	bool tls;
} schemes[] = {
	{ "http://", false },
	{ "https://", true },
};

static const char *const profiles[] = { "open" };

const char *
conf_option_name(enum conf_option option)
{
	return rows[option].name;
}

enum ics_err
conf_listener_read(const char *text, bool tls, struct conf_listener *l)
{
	l->tls = tls;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i].prefix);

		if (strncmp(text, schemes[i].prefix, n) == 0) {
			l->tls = schemes[i].tls;
			text += n;
			break;
		}
	}
	return net_addrs_read(text, CONF_PORT, l->at, &l->n);
}

/* ---- types ---------------------------------------------------------------- */

static bool
text_read(const struct row *row, const char *text, void *field)
{
	(void)row; /* any text will do */
	free(*(char **)field);
	*(char **)field = alloc_str(text);
	return true;
}

static bool
addr_read(const struct row *row, const char *text, void *field)
{
	struct net_addr both[NET_BOTH];
	size_t n;

	return (text[0] == '\0' ||
		   net_addrs_read(text, CONF_PORT, both, &n) == ICS_OK) &&
	       text_read(row, text, field);
}

static bool
profile_read(const struct row *row, const char *text, void *field)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (strcmp(text, profiles[i]) == 0)
			return text_read(row, text, field);
	return false;
}

static bool
listener_read(const struct row *row, const char *text, void *field)
{
	struct conf_texts *texts = field;
	struct conf_listener l;

	(void)row; /* says no more than the type */
	if (texts->n == CONF_LISTENERS_MAX ||
	    conf_listener_read(text, false, &l) != ICS_OK)
		return false;
	texts->at[texts->n++] = alloc_str(text);
	return true;
}

static bool
level_read(const struct row *row, const char *text, void *field)
{
	(void)row; /* says no more than the type */
	return log_level_from_word(text, field);
}

/* Digits only: no sign, no space. Returns where they end. */
static const char *
digits_read(const char *text, unsigned long *value)
{
	const char *c = text;

	*value = 0;
	for (; *c >= '0' && *c <= '9'; c++) {
		unsigned long digit = (unsigned long)(*c - '0');

		if (*value > (ULONG_MAX - digit) / 10)
			return text;
		*value = *value * 10 + digit;
	}
	return c;
}

static bool
number_keep(const struct row *row, unsigned long value, void *field)
{
	if (value < row->least || value > row->most)
		return false;
	*(unsigned long *)field = value;
	return true;
}

static bool
count_read(const struct row *row, const char *text, void *field)
{
	unsigned long value;
	const char *end = digits_read(text, &value);

	return end != text && *end == '\0' && number_keep(row, value, field);
}

static bool
octets_read(const struct row *row, const char *text, void *field)
{
	static const char units[] = "KMG";
	unsigned long value;
	const char *end = digits_read(text, &value);
	const char *unit = *end == '\0' ? NULL : strchr(units, *end);
	unsigned shift = 0;

	if (end == text || (*end != '\0' && (unit == NULL || end[1] != '\0')))
		return false;
	if (unit != NULL)
		shift = 10 * (unsigned)(unit - units + 1);
	return value <= ULONG_MAX >> shift &&
	       number_keep(row, value << shift, field);
}

static const struct {
	bool (*read)(const struct row *row, const char *text, void *field);
	const char *what; /* what a value must be */
} types[] = {
	[CONF_TEXT] = { text_read, "text" },
	[CONF_ADDR] = { addr_read,
	    "a number address with a port, as 127.0.0.1:11372 or [::1]:11372" },
	[CONF_LISTENERS] = { listener_read,
	    "at most 7 addresses with ports, as 127.0.0.1:11371, "
	    "https://[::1]:443 or :11371" },
	[CONF_PROFILE] = { profile_read, "a profile that this version has" },
	[CONF_LEVEL] = { level_read, "a level" },
	[CONF_COUNT] = { count_read, "a number" },
	[CONF_OCTETS] = { octets_read, "octets, or a number and K, M or G," },
};

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
	const struct row *row = &rows[option];

	if (row->most > 0)
		conf_complain(c, option,
		    "\"%s\" will not do; it takes %s from %lu to %lu: %s", text,
		    types[row->type].what, row->least, row->most, row->words);
	else
		conf_complain(c, option, "\"%s\" will not do; it takes %s: %s",
		    text, types[row->type].what, row->words);
}

static void
texts_release(struct conf_texts *texts)
{
	while (texts->n > 0)
		free(texts->at[--texts->n]);
}

void
conf_put(struct conf *c, const struct conf_given *given, size_t n, int line)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[given[i].option];
		void *field = (char *)c + row->field;

		/* The first text of a list ends what was there before. */
		if (row->type == CONF_LISTENERS &&
		    c->lines[given[i].option] != line)
			texts_release(field);
		c->lines[given[i].option] = line;
		if (!types[row->type].read(row, given[i].text, field))
			value_complain(c, given[i].option, given[i].text);
	}
}

static void
defaults_put(struct conf *c)
{
	for (size_t i = 0; i < CONF_OPTIONS; i++) {
		void *field = (char *)c + rows[i].field;

		if (!types[rows[i].type].read(&rows[i], rows[i].text, field))
			value_complain(c, (enum conf_option)i, rows[i].text);
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
	if (made->complaints.n == 0)
		whole_check(made);
	names_fill(made);
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

		switch (rows[i].type) {
		case CONF_TEXT:
		case CONF_ADDR:
		case CONF_PROFILE:
			free(*(char **)field);
			break;
		case CONF_LISTENERS:
			texts_release(field);
			break;
		case CONF_LEVEL:
		case CONF_COUNT:
		case CONF_OCTETS:
			break;
		}
	}
	buf_release(&c->complaints);
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
		},
		.identity = {
			.hostname = c->hostname,
			.nodename = c->nodename,
			.contact = c->contact,
			.profile = c->profile,
		},
	};
}

static bool
texts_equal(const struct conf_texts *a, const struct conf_texts *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

static bool
field_equal(const struct row *row, const void *a, const void *b)
{
	switch (row->type) {
	case CONF_TEXT:
	case CONF_ADDR:
	case CONF_PROFILE:
		return strcmp(*(char *const *)a, *(char *const *)b) == 0;
	case CONF_LISTENERS:
		return texts_equal(a, b);
	case CONF_LEVEL:
		return *(const enum log_level *)a == *(const enum log_level *)b;
	case CONF_COUNT:
	case CONF_OCTETS:
		return *(const unsigned long *)a == *(const unsigned long *)b;
	}
	return false;
}

void
conf_differences(const struct conf *a, const struct conf *b,
    void (*found)(const char *option))
{
	for (size_t i = 0; i < CONF_OPTIONS; i++)
		if (rows[i].when == CONF_START &&
		    !field_equal(&rows[i], (const char *)a + rows[i].field,
			(const char *)b + rows[i].field))
			found(rows[i].name);
}
