/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values, from texts to the fields of struct conf. Nothing here knows where a
 * text comes from.
 */
#include "icsd/conf_type.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "domain/domain.h"

static const struct {
	const char *prefix;
	bool tls;
} schemes[] = {
	{ "http://", false },
	{ "https://", true },
};

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

static bool
text_read(const struct conf_row *row, const char *text, void *field)
{
	(void)row; /* any text will do */
	free(*(char **)field);
	*(char **)field = alloc_str(text);
	return true;
}

static bool
addr_read(const struct conf_row *row, const char *text, void *field)
{
	struct net_addr both[NET_BOTH];
	size_t n;

	return (text[0] == '\0' ||
		   net_addrs_read(text, CONF_PORT, both, &n) == ICS_OK) &&
	       text_read(row, text, field);
}

static bool
profile_read(const struct conf_row *row, const char *text, void *field)
{
	enum domain_profile profile;

	return domain_profile_find(bytes_of_str(text), &profile) &&
	       text_read(row, text, field);
}

static bool
texts_add(struct conf_texts *texts, const char *text)
{
	if (texts->n == CONF_TEXTS_MAX)
		return false;
	texts->at[texts->n++] = alloc_str(text);
	return true;
}

static bool
listener_read(const struct conf_row *row, const char *text, void *field)
{
	struct conf_texts *texts = field;
	struct conf_listener l;

	(void)row; /* says no more than the type */
	if (texts->n == CONF_LISTENERS_MAX ||
	    conf_listener_read(text, false, &l) != ICS_OK)
		return false;
	return texts_add(texts, text);
}

static bool
fpr_read(struct bytes text, struct pgp_fpr *fpr)
{
	struct notations_subject subject;

	return notations_subject_guess(text, &subject) &&
	       notations_subject_fpr(&subject, fpr);
}

bool
conf_root_read(const char *text, struct policy_right *right)
{
	*right = (struct policy_right){ .role = NOTATIONS_ROLE_NONE };
	return fpr_read(bytes_of_str(text), &right->fpr);
}

/* The next word; text moves behind it. Empty at the end. */
static struct bytes
word_take(const char **text)
{
	const char *word = *text + strspn(*text, " \t");
	size_t n = strcspn(word, " \t");

	*text = word + n;
	return bytes_of(word, n);
}

bool
conf_right_read(const char *text, struct policy_right *right)
{
	struct bytes role = word_take(&text), fpr = word_take(&text);

	*right = (struct policy_right){ .role = notations_role_find(role) };
	right->scope = word_take(&text);
	return right->role != NOTATIONS_ROLE_NONE &&
	       fpr_read(fpr, &right->fpr) && word_take(&text).n == 0;
}

static bool
root_read(const struct conf_row *row, const char *text, void *field)
{
	struct policy_right right;

	(void)row; /* says no more than the type */
	return conf_root_read(text, &right) && texts_add(field, text);
}

static bool
right_read(const struct conf_row *row, const char *text, void *field)
{
	struct policy_right right;

	(void)row; /* says no more than the type */
	return conf_right_read(text, &right) && texts_add(field, text);
}

static bool
peer_read(const struct conf_row *row, const char *text, void *field)
{
	const struct conf_texts *texts = field;
	struct sync_peer_conf peer;
	const char *why;

	(void)row; /* says no more than the type */
	return texts->n < SYNC_PEERS_MAX && sync_peer_read(text, &peer, &why) &&
	       texts_add(field, text);
}

static bool
upstream_read(const struct conf_row *row, const char *text, void *field)
{
	char url[SYNC_URL_MAX] = "";

	return (text[0] == '\0' || sync_upstream_read(text, url)) &&
	       text_read(row, url, field);
}

static bool
switch_read(const struct conf_row *row, const char *text, void *field)
{
	bool yes = strcmp(text, "yes") == 0;

	(void)row; /* says no more than the type */
	if (!yes && strcmp(text, "no") != 0)
		return false;
	*(bool *)field = yes;
	return true;
}

/* Peers alone, or everybody. */
static bool
public_read(const struct conf_row *row, const char *text, void *field)
{
	bool is_public = strcmp(text, "public") == 0;

	(void)row; /* says no more than the type */
	if (!is_public && strcmp(text, "peers") != 0)
		return false;
	*(bool *)field = is_public;
	return true;
}

static bool
level_read(const struct conf_row *row, const char *text, void *field)
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
number_keep(const struct conf_row *row, unsigned long value, void *field)
{
	if (value < row->least || value > row->most)
		return false;
	*(unsigned long *)field = value;
	return true;
}

static bool
count_read(const struct conf_row *row, const char *text, void *field)
{
	unsigned long value;
	const char *end = digits_read(text, &value);

	return end != text && *end == '\0' && number_keep(row, value, field);
}

static bool
octets_read(const struct conf_row *row, const char *text, void *field)
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

static bool
span_read(const struct conf_row *row, const char *text, void *field)
{
	static const struct {
		const char *unit;
		unsigned long seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 },
		{ "d", 24UL * 3600 } };
	unsigned long value;
	const char *end = digits_read(text, &value);

	if (end == text)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0)
			return value <= ULONG_MAX / units[i].seconds &&
			       number_keep(row, value * units[i].seconds,
				   field);
	return false;
}

static const struct {
	bool (*read)(const struct conf_row *row, const char *text, void *field);
	const char *what; /* what a value must be */
} types[] = {
	[CONF_TEXT] = { text_read, "text" },
	[CONF_ADDR] = { addr_read,
	    "a number address with a port, as 127.0.0.1:11372 or [::1]:11372" },
	[CONF_LISTENERS] = { listener_read,
	    "at most 7 addresses with ports, as 127.0.0.1:11371, "
	    "https://[::1]:443 or :11371" },
	[CONF_ROOTS] = { root_read,
	    "at most 256 fingerprints of 40 or 64 digits, or with their "
	    "version before them" },
	[CONF_RIGHTS] = { right_read,
	    "at most 256 texts \"ROLE FPR [SCOPE]\", as \"manufacturer "
	    "04<40 digits> Acme/*\"" },
	[CONF_PEERS] = { peer_read,
	    "at most 64 texts \"NAME kind=... WORD=VALUE...\", as \"sks1 "
	    "kind=sks recon=192.0.2.7\"; icsd.conf(5) lists the words" },
	[CONF_UPSTREAM] = { upstream_read,
	    "https://HOST[:PORT], or http, hkps or hkp, or an empty text" },
	[CONF_SWITCH] = { switch_read, "yes or no" },
	[CONF_PUBLIC] = { public_read, "peers or public" },
	[CONF_PROFILE] = { profile_read, "a profile" },
	[CONF_LEVEL] = { level_read, "a level" },
	[CONF_COUNT] = { count_read, "a number" },
	[CONF_OCTETS] = { octets_read, "octets, or a number and K, M or G," },
	[CONF_SPAN] = { span_read, "seconds, or a number and s, m, h or d," },
};

bool
conf_value_read(const struct conf_row *row, const char *text, void *field)
{
	return types[row->type].read(row, text, field);
}

const char *
conf_type_words(enum conf_type type)
{
	return types[type].what;
}

bool
conf_type_is_list(enum conf_type type)
{
	return type == CONF_LISTENERS || type == CONF_ROOTS ||
	       type == CONF_RIGHTS || type == CONF_PEERS;
}

static void
texts_release(struct conf_texts *texts)
{
	while (texts->n > 0)
		free(texts->at[--texts->n]);
}

void
conf_value_release(enum conf_type type, void *field)
{
	switch (type) {
	case CONF_TEXT:
	case CONF_ADDR:
	case CONF_PROFILE:
	case CONF_UPSTREAM:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case CONF_LISTENERS:
	case CONF_ROOTS:
	case CONF_RIGHTS:
	case CONF_PEERS:
		texts_release(field);
		break;
	case CONF_LEVEL:
	case CONF_SWITCH:
	case CONF_PUBLIC:
	case CONF_COUNT:
	case CONF_OCTETS:
	case CONF_SPAN:
		break;
	}
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

bool
conf_value_equal(enum conf_type type, const void *a, const void *b)
{
	switch (type) {
	case CONF_TEXT:
	case CONF_ADDR:
	case CONF_PROFILE:
	case CONF_UPSTREAM:
		return strcmp(*(char *const *)a, *(char *const *)b) == 0;
	case CONF_LISTENERS:
	case CONF_ROOTS:
	case CONF_RIGHTS:
	case CONF_PEERS:
		return texts_equal(a, b);
	case CONF_SWITCH:
	case CONF_PUBLIC:
		return *(const bool *)a == *(const bool *)b;
	case CONF_LEVEL:
		return *(const enum log_level *)a == *(const enum log_level *)b;
	case CONF_COUNT:
	case CONF_OCTETS:
	case CONF_SPAN:
		return *(const unsigned long *)a == *(const unsigned long *)b;
	}
	return false;
}
