/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader of answers. Invariant: a text only ever gets shorter from either
 * end, so nothing outside of what came is looked at.
 */
#include "libics/reply.h"

#include <string.h>

struct text {
	const char *p; /* borrowed */
	size_t n;
};

/* ---- texts --------------------------------------------------------------------- */

static char
lower_of(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Octets of what begins like this, in capitals or not; 0 when it does not. */
static size_t
begins(struct text t, const char *like)
{
	size_t n = strlen(like);

	if (t.n < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (lower_of(t.p[i]) != like[i])
			return 0;
	return n;
}

static bool
is_like(struct text t, const char *like)
{
	return t.n == strlen(like) && begins(t, like) == t.n;
}

static struct text
text_behind(struct text t, size_t n)
{
	return (struct text){ t.p + n, t.n - n };
}

/* Up to c, or all of it; what stands behind c remains in *from. */
static struct text
text_take(struct text *from, char c)
{
	struct text got = *from;

	for (got.n = 0; got.n < from->n && from->p[got.n] != c;)
		got.n++;
	*from = text_behind(*from, got.n + (got.n < from->n));
	return got;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct text
text_trim(struct text t)
{
	while (t.n > 0 && is_space(t.p[0]))
		t = text_behind(t, 1);
	while (t.n > 0 && is_space(t.p[t.n - 1]))
		t.n--;
	return t;
}

/* Digits alone, at most digits_max of them (no more than 10). */
static bool
number_read(struct text t, size_t digits_max, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (!is_digit(t.p[i]) || i == digits_max)
			return false;
		*out = *out * 10 + (uint64_t)(t.p[i] - '0');
	}
	return t.n > 0;
}

bool
libics_is_word(const char *p, size_t n, size_t max)
{
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') && !is_digit(p[i]) &&
		    p[i] != '-')
			return false;
	return n > 0 && n < max;
}

/* ---- fields --------------------------------------------------------------------- */

/* What the fields said. */
struct head {
	bool has_length, has_keep, is_ours, is_unkept;
	size_t length;
	uint32_t keep;
	bool closes;
};

/* Once: of two lengths one lies. */
static bool
length_read(struct text value, struct head *h)
{
	uint64_t n;

	if (h->has_length || !number_read(value, 6, &n) || n > LIBICS_BODY_MAX)
		return false;
	h->has_length = true;
	h->length = (size_t)n;
	return true;
}

/* Chunks and packed bodies: our server makes none for who asks like us. */
static bool
coding_read(struct text value, struct head *h)
{
	(void)value;
	(void)h;
	return false;
}

static bool
connection_read(struct text value, struct head *h)
{
	while (value.n > 0)
		if (is_like(text_trim(text_take(&value, ',')), "close"))
			h->closes = true;
	return true;
}

static bool
type_read(struct text value, struct head *h)
{
	h->is_ours = is_like(text_trim(text_take(&value, ';')), "text/plain");
	return h->is_ours;
}

/* Spec: RFC 5861 4, RFC 9111 5.2.2.5. Of several the least. */
static bool
cache_read(struct text value, struct head *h)
{
	while (value.n > 0) {
		struct text word = text_trim(text_take(&value, ','));
		size_t behind = begins(word, "stale-if-error=");
		uint64_t n;

		if (is_like(word, "no-store"))
			h->is_unkept = true;
		if (behind == 0)
			continue;
		if (!number_read(text_behind(word, behind), 10, &n))
			return false;
		n = n > ICS_KEEP_MAX ? ICS_KEEP_MAX : n;
		if (!h->has_keep || n < h->keep)
			h->keep = (uint32_t)n;
		h->has_keep = true;
	}
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct text value, struct head *h);
} fields[] = {
	{ "content-length", length_read },
	{ "transfer-encoding", coding_read },
	{ "content-encoding", coding_read },
	{ "connection", connection_read },
	{ "content-type", type_read },
	{ "cache-control", cache_read },
};

/* Spec: RFC 9110 5.6.2 */
static bool
is_token(struct text t)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < t.n; i++) {
		char c = lower_of(t.p[i]);

		if (!(c >= 'a' && c <= 'z') && !is_digit(c) &&
		    memchr(others, c, sizeof(others) - 1) == NULL)
			return false;
	}
	return t.n > 0;
}

static bool
is_printable(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (((unsigned char)t.p[i] < ' ' && t.p[i] != '\t') ||
		    t.p[i] == 0x7f)
			return false;
	return true;
}

static bool
field_read(struct text line, struct head *h)
{
	struct text value = line, name = text_take(&value, ':');

	if (name.n == line.n || !is_token(name) || !is_printable(value))
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is_like(name, fields[i].name))
			return fields[i].read(text_trim(value), h);
	return true;
}

/* ---- the head --------------------------------------------------------------------- */

static const char version[] = "http/1.1 ";

/* "HTTP/1.1 200 OK"; the words are nobody's business. */
static bool
status_read(struct text line, int *status)
{
	size_t n = begins(line, version);
	struct text rest = text_behind(line, n), digits;
	uint64_t value;

	digits = text_take(&rest, ' ');
	if (n == 0 || digits.n != 3 || !number_read(digits, 3, &value) ||
	    value < 100 || !is_printable(rest))
		return false;
	*status = (int)value;
	return true;
}

/* A line that ends with CR LF; the CR is no part of it. */
static bool
line_take(struct text *from, struct text *line)
{
	*line = text_take(from, '\n');
	if (line->n == 0 || line->p[line->n - 1] != '\r')
		return false;
	line->n--;
	return true;
}

static bool
head_read(struct text text, struct head *h, int *status)
{
	struct text line;

	if (!line_take(&text, &line) || !status_read(line, status))
		return false;
	if (*status != 200)
		return true; /* nothing of it is needed */
	while (line_take(&text, &line) && line.n > 0)
		if (!field_read(line, h))
			return false;
	return line.n == 0 && text.n == 0 && h->has_length && h->is_ours;
}

/* Octets up to the empty line, with it; 0 when it has not come. */
static size_t
head_size(struct text text)
{
	static const char empty[] = "\r\n\r\n";

	for (size_t i = 0; i + 4 <= text.n && i + 4 <= LIBICS_HEAD_MAX; i++)
		if (memcmp(text.p + i, empty, 4) == 0)
			return i + 4;
	return 0;
}

static enum libics_progress
head_wait(struct text text)
{
	size_t n = strlen(version);

	for (size_t i = 0; i < n && i < text.n; i++)
		if (lower_of(text.p[i]) != version[i])
			return LIBICS_WRONG;
	return text.n >= LIBICS_HEAD_MAX ? LIBICS_WRONG : LIBICS_MORE;
}

enum libics_progress
libics_reply_read(const char *p, size_t n, struct libics_reply *out)
{
	struct text all = { p, n };
	struct head h = { 0 };
	size_t size = head_size(all);

	*out = (struct libics_reply){ .closes = true };
	if (size == 0)
		return head_wait(all);
	if (!head_read((struct text){ p, size }, &h, &out->status))
		return LIBICS_WRONG;
	if (out->status != 200)
		return LIBICS_DONE;
	if (n - size > h.length)
		return LIBICS_WRONG;
	if (n - size < h.length)
		return LIBICS_MORE;
	out->closes = h.closes;
	out->keep = h.is_unkept ? 0 : h.keep;
	out->body = p + size;
	out->n = h.length;
	return LIBICS_DONE;
}

/* ---- the body --------------------------------------------------------------------- */

static const struct {
	const char *words;
	enum ics_verdict verdict;
	bool has_rule;
} forms[] = {
	{ "allow", ICS_ALLOW, false },
	{ "allow stale", ICS_ALLOW_STALE, false },
	{ "deny stale ", ICS_DENY_STALE, true },
	{ "deny ", ICS_DENY, true },
};

static bool
form_read(struct text line, struct ics_answer *answer)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = strlen(forms[i].words);
		struct text rule;

		if (line.n < n || memcmp(line.p, forms[i].words, n) != 0)
			continue;
		rule = text_behind(line, n);
		if (forms[i].has_rule
			? !libics_is_word(rule.p, rule.n, ICS_RULE_MAX)
			: rule.n > 0)
			continue;
		memcpy(answer->rule, rule.p, rule.n);
		answer->rule[rule.n] = '\0';
		answer->verdict = forms[i].verdict;
		return true;
	}
	return false;
}

bool
libics_lines_read(const struct libics_reply *reply, struct ics_answer *answers,
    size_t n)
{
	struct text text = { reply->body, reply->n };

	for (size_t i = 0; i < n; i++) {
		size_t before = text.n;
		struct text line = text_take(&text, '\n');

		if (before == line.n || !form_read(line, &answers[i]))
			return false;
		answers[i].keep = reply->keep;
		answers[i].status = reply->status;
	}
	return text.n == 0;
}
