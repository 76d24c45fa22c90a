/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers as texts: what icsd.conf, "ics peer add" and peers.json say. One row
 * a word, which reads it and writes it. Invariant: what sync_peer_write makes
 * is read back to the same peer.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "recon/recon.h"
#include "sync/rule.h"

#define EVERY_DEFAULT 60u
#define EVERY_MAX     (7u * 24 * 3600)
#define WEIGHT_MAX    1000u
#define BLANKS	      " \t\r\n"
#define VALUE_MAX     SYNC_FILTERS_MAX

static const char *const kinds[] = {
#define X(id, word, words) [id] = word,
#include "sync/kinds.def"
#undef X
};

const char *
sync_kind_word(enum sync_kind kind)
{
	return kinds[kind];
}

/* ---- values ------------------------------------------------------------------ */

static bool
text_keep(const char *value, char *out, size_t max)
{
	size_t n = strlen(value);

	if (n >= max)
		return false;
	memcpy(out, value, n + 1);
	return true;
}

/* Printable ASCII without quotes or backslashes: fit for any file. */
bool
sync_text_is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~' || *text == '"' ||
		    *text == '\'' || *text == '\\')
			return false;
	return true;
}

bool
sync_name_is(const char *text)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return text[0] != '\0' && strspn(text, fit) == strlen(text);
}

static bool
number_read(const char *text, unsigned most, const char **end, unsigned *value)
{
	*value = 0;
	*end = text;
	for (; **end >= '0' && **end <= '9'; (*end)++) {
		*value = *value * 10 + (unsigned)(**end - '0');
		if (*value > most)
			return false;
	}
	return *end != text;
}

static bool
kind_read(const char *value, struct sync_peer_conf *p)
{
	for (size_t i = 0; i < SYNC_KINDS; i++)
		if (strcmp(value, kinds[i]) == 0) {
			p->kind = (enum sync_kind)i;
			return true;
		}
	return false;
}

static void
kind_write(const struct sync_peer_conf *p, struct buf *out)
{
	buf_put_str(out, kinds[p->kind]);
}

static bool
recon_read(const char *value, struct sync_peer_conf *p)
{
	return net_addr_read(value, RECON_PORT, &p->recon) == ICS_OK;
}

static void
recon_write(const struct sync_peer_conf *p, struct buf *out)
{
	char text[NET_TEXT_MAX];

	if (p->recon.n == 0)
		return;
	net_addr_write(&p->recon, text);
	buf_put_str(out, text);
}

/* The host of a URL: a name, a number, or [an IPv6 one]. */
static bool
is_host(const char *text, size_t n)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	static const char v6[] = "0123456789abcdefABCDEF:.";

	if (n > 2 && text[0] == '[' && text[n - 1] == ']')
		return strspn(text + 1, v6) == n - 2;
	return n > 0 && strspn(text, name) >= n;
}

/* "http[s]://HOST[:PORT]", perhaps with a slash, which goes. */
bool
sync_url_read(const char *value, struct sync_peer_conf *p)
{
	static const char *const schemes[] = { "http://", "https://" };
	const char *host = NULL, *end, *port;
	unsigned number = 1;
	size_t n;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncmp(value, schemes[i], strlen(schemes[i])) == 0)
			host = value + strlen(schemes[i]);
	if (host == NULL || p->url[0] != '\0' ||
	    strlen(value) >= sizeof(p->url))
		return false;
	n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	if (n > strlen(host) || !is_host(host, n))
		return false;
	end = port = host + n;
	if (*port == ':' &&
	    (!number_read(port + 1, UINT16_MAX, &end, &number) || number == 0))
		return false;
	if (strcmp(end, "/") != 0 && *end != '\0')
		return false;
	(void)snprintf(p->url, sizeof(p->url), "%.*s", (int)(end - value),
	    value); /* it fits */
	return true;
}

/* "ADDR:PORT", for those who know no URLs. */
static bool
http_read(const char *value, struct sync_peer_conf *p)
{
	char url[SYNC_URL_MAX];
	int n = snprintf(url, sizeof(url), "http://%s", value);

	return p->url[0] == '\0' && n > 0 && (size_t)n < sizeof(url) &&
	       sync_url_read(url, p);
}

static void
url_write(const struct sync_peer_conf *p, struct buf *out)
{
	buf_put_str(out, p->url);
}

static bool
key_read(const char *value, struct sync_peer_conf *p)
{
	p->has_pin = sync_pin_read(value, p->pin);
	return p->has_pin;
}

static void
key_write(const struct sync_peer_conf *p, struct buf *out)
{
	char text[SYNC_PIN_TEXT];

	if (!p->has_pin)
		return;
	sync_pin_write(p->pin, text);
	buf_put_str(out, text);
}

static bool
filters_read(const char *value, struct sync_peer_conf *p)
{
	p->has_filters = strchr(value, ' ') == NULL &&
			 text_keep(value, p->filters, sizeof(p->filters));
	return p->has_filters;
}

static bool
version_read(const char *value, struct sync_peer_conf *p)
{
	return value[0] != '\0' &&
	       text_keep(value, p->version, sizeof(p->version));
}

static void
version_write(const struct sync_peer_conf *p, struct buf *out)
{
	if (strcmp(p->version, SYNC_VERSION_DEFAULT) != 0)
		buf_put_str(out, p->version);
}

static bool
select_read(const char *value, struct sync_peer_conf *p)
{
	return text_keep(value, p->select, sizeof(p->select));
}

static void
select_write(const struct sync_peer_conf *p, struct buf *out)
{
	buf_put_str(out, p->select);
}

/* Seconds, or a number and s, m, h or d. */
static bool
every_read(const char *value, struct sync_peer_conf *p)
{
	static const struct {
		const char *unit;
		unsigned seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 },
		{ "d", 24 * 3600 } };
	const char *end;
	unsigned n;

	if (!number_read(value, EVERY_MAX, &end, &n))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0 &&
		    n <= EVERY_MAX / units[i].seconds) {
			p->every = n * units[i].seconds;
			return true;
		}
	return false;
}

static void
every_write(const struct sync_peer_conf *p, struct buf *out)
{
	if (p->every != EVERY_DEFAULT)
		buf_printf(out, "%us", p->every);
}

static bool
weight_read(const char *value, struct sync_peer_conf *p)
{
	const char *end;

	return number_read(value, WEIGHT_MAX, &end, &p->weight) &&
	       *end == '\0' && p->weight > 0;
}

static void
weight_write(const struct sync_peer_conf *p, struct buf *out)
{
	if (p->weight != 1)
		buf_printf(out, "%u", p->weight);
}

static bool
switch_read(const char *value, bool *on)
{
	*on = strcmp(value, "yes") == 0;
	return *on || strcmp(value, "no") == 0;
}

static bool
push_read(const char *value, struct sync_peer_conf *p)
{
	return switch_read(value, &p->push);
}

static bool
pull_read(const char *value, struct sync_peer_conf *p)
{
	return switch_read(value, &p->pull);
}

static void
push_write(const struct sync_peer_conf *p, struct buf *out)
{
	buf_put_str(out, p->push ? "" : "no");
}

static void
pull_write(const struct sync_peer_conf *p, struct buf *out)
{
	buf_put_str(out, p->pull ? "" : "no");
}

/* ---- words ------------------------------------------------------------------- */

/* In the order in which they are written; write gives "" for the default. */
static const struct {
	const char *word;
	bool (*read)(const char *value, struct sync_peer_conf *p);
	void (*write)(const struct sync_peer_conf *p, struct buf *out);
	const char *why; /* when read says no */
} fields[] = {
	{ "kind", kind_read, kind_write,
	    "kind is sks, hockeypuck, hkp or ics" },
	{ "recon", recon_read, recon_write,
	    "recon is a number address, perhaps with a port" },
	{ "url", sync_url_read, url_write,
	    "url is http[s]://HOST[:PORT], and no http beside it" },
	{ "http", http_read, NULL, "http is ADDR:PORT, and no url beside it" },
	{ "key", key_read, key_write,
	    "key is sha256// and 44 characters of base64" },
	{ "filters", filters_read, NULL, "filters is a list without blanks" },
	{ "version", version_read, version_write,
	    "version is a text of at most 31 octets" },
	{ "select", select_read, select_write,
	    "select is search terms of at most 511 octets" },
	{ "every", every_read, every_write,
	    "every is a number with s, m, h or d, at most seven days" },
	{ "weight", weight_read, weight_write, "weight is 1 to 1000" },
	{ "push", push_read, push_write, "push is yes or no" },
	{ "pull", pull_read, pull_write, "pull is yes or no" },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* The next word; quotes hold blanks together, and go. False at the end, or
 * with *why set. */
static bool
word_take(const char **text, char out[VALUE_MAX + 16], const char **why)
{
	const char *at = *text + strspn(*text, BLANKS);
	size_t n = 0;
	char quote = '\0';

	if (*at == '\0')
		return false;
	for (; *at != '\0' && (quote != '\0' || strchr(BLANKS, *at) == NULL);
	     at++) {
		if (*at == quote) {
			quote = '\0';
		} else if (quote == '\0' && (*at == '"' || *at == '\'')) {
			quote = *at;
		} else if (n == VALUE_MAX + 15) {
			*why = "a word is too long";
			return false;
		} else {
			out[n++] = *at;
		}
	}
	out[n] = '\0';
	*text = at;
	if (quote != '\0' || !sync_text_is_plain(out))
		*why = quote != '\0' ? "a quote has no end"
				     : "it has characters that are no text";
	return *why == NULL;
}

/* One "word=value"; given says which have been. NULL, or what is wrong. */
static const char *
field_take(char *word, struct sync_peer_conf *p, unsigned *given)
{
	char *value = strchr(word, '=');

	if (value == NULL)
		return "after the name stand words like kind=sks";
	*value++ = '\0';
	for (size_t i = 0; i < FIELDS; i++) {
		if (strcmp(word, fields[i].word) != 0)
			continue;
		if (*given & 1u << i)
			return "a word stands twice";
		*given |= 1u << i;
		return fields[i].read(value, p) ? NULL : fields[i].why;
	}
	return "words are kind, recon, url, http, key, filters, version, "
	       "select, every, weight, push and pull";
}

/* What no word alone can tell. */
static const char *
whole_fault(const struct sync_peer_conf *p, unsigned given)
{
	bool tls = strncmp(p->url, "https://", 8) == 0;

	if ((given & 1) == 0)
		return "it has no kind=";
	switch (p->kind) {
	case SYNC_SKS:
	case SYNC_HOCKEYPUCK:
		if (p->recon.n == 0)
			return "this kind has recon=ADDR:PORT";
		break;
	case SYNC_HKP:
		if (p->url[0] == '\0')
			return "this kind has url=http[s]://HOST:PORT";
		break;
	case SYNC_ICS:
		if (!p->has_pin || (p->url[0] != '\0' && !tls))
			return "this kind has key=sha256//..., and "
			       "url=https://HOST:PORT where it can be reached";
		break;
	case SYNC_KINDS:
		break;
	}
	if (p->recon.n != 0 && p->kind != SYNC_SKS &&
	    p->kind != SYNC_HOCKEYPUCK)
		return "recon= is for sks and hockeypuck";
	if (p->has_pin && !tls && p->kind != SYNC_ICS)
		return "key= needs url=https://...";
	return NULL;
}

bool
sync_peer_read(const char *text, struct sync_peer_conf *p, const char **why)
{
	char word[VALUE_MAX + 16];
	unsigned given = 0;

	*p = (struct sync_peer_conf){ .version = SYNC_VERSION_DEFAULT,
		.every = EVERY_DEFAULT,
		.weight = 1,
		.push = true,
		.pull = true,
		.may_alter = true };
	*why = NULL;
	if (strlen(text) >= SYNC_TEXT_MAX)
		*why = "it is too long";
	else if (!word_take(&text, word, why) || !sync_name_is(word) ||
		 !text_keep(word, p->name, SYNC_WORD_MAX))
		*why = "it begins with a name: at most 63 letters, digits, "
		       "dots, - and _";
	while (*why == NULL && word_take(&text, word, why))
		*why = field_take(word, p, &given);
	if (*why == NULL)
		*why = whole_fault(p, given);
	/* Who cannot be reached comes to us. */
	if (p->kind == SYNC_ICS && p->url[0] == '\0')
		p->every = 0;
	return *why == NULL;
}

static void
field_put(struct buf *out, const char *word, const char *value)
{
	const char *quote = strchr(value, ' ') == NULL ? "" : "'";

	buf_printf(out, " %s=%s%s%s", word, quote, value, quote);
}

void
sync_peer_write(const struct sync_peer_conf *p, char out[SYNC_TEXT_MAX])
{
	struct buf text, value;

	buf_init(&text, SYNC_TEXT_MAX - 1);
	buf_init(&value, VALUE_MAX);
	buf_put_str(&text, p->name);
	for (size_t i = 0; i < FIELDS; i++) {
		buf_clear(&value);
		if (fields[i].write != NULL)
			fields[i].write(p, &value);
		if (value.n > 0)
			field_put(&text, fields[i].word, buf_str(&value));
		else if (p->has_filters && fields[i].read == filters_read)
			field_put(&text, fields[i].word, p->filters);
	}
	(void)snprintf(out, SYNC_TEXT_MAX, "%s", buf_str(&text)); /* it fits */
	buf_release(&value);
	buf_release(&text);
}
