/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as they are written, a function for each type of types.def. */
#include "domain/writing.h"

#include <arpa/inet.h>
#include <time.h>

#include "base/hex.h"

#define LINE_MAX_OCTETS (1u << 20)
#define WORDS_COLUMN	32 /* where the meaning of a short line stands */

/* ---- texts ----------------------------------------------------------------------- */

void
domain_put_quoted(struct buf *out, const char *text)
{
	buf_put_str(out, "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_put_str(out, "\\");
		buf_u8(out, (uint8_t)*text);
	}
	buf_put_str(out, "\"");
}

void
domain_roles_text(unsigned roles, struct buf *out)
{
	bool is_first = true;

	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
		if ((roles & NOTATIONS_ROLE_BIT(r)) == 0)
			continue;
		buf_printf(out, "%s%s", is_first ? "" : ", ",
		    notations_role_word((enum notations_role)r));
		is_first = false;
	}
}

static bool
is_time(int64_t t, struct tm *tm)
{
	time_t seconds = (time_t)t;

	return t != INT64_MIN && t != INT64_MAX &&
	       gmtime_r(&seconds, tm) != NULL;
}

void
domain_time_text(int64_t t, struct buf *out)
{
	struct tm tm;

	if (is_time(t, &tm))
		buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec);
}

void
domain_span_text(int64_t seconds, struct buf *out)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	buf_printf(out, "%lld%c", (long long)(seconds / units[i].seconds),
	    units[i].unit);
}

/* Blanks and per cent signs as terms spell them. */
void
domain_terms_text(const struct policy_terms *terms, struct buf *out)
{
	for (size_t i = 0; i < terms->n; i++) {
		buf_printf(out, "%s%s=", i > 0 ? " " : "",
		    notations_row(terms->at[i].name)->name);
		for (const char *c = terms->at[i].value; *c != '\0'; c++)
			if ((uint8_t)*c <= ' ' || *c == '%')
				buf_printf(out, "%%%02X", (uint8_t)*c);
			else
				buf_u8(out, (uint8_t)*c);
	}
}

void
domain_network_text(const struct policy_network *n, struct buf *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool is_v4 = memcmp(n->addr, mapped, 12) == 0 && n->bits >= 96;
	char addr[INET6_ADDRSTRLEN];

	if (inet_ntop(is_v4 ? AF_INET : AF_INET6,
		is_v4 ? n->addr + 12 : n->addr, addr, sizeof(addr)) != NULL)
		buf_printf(out, "%s/%u", addr, is_v4 ? n->bits - 96 : n->bits);
}

/* ---- lines ------------------------------------------------------------------------- */

const char *
domain_writing_indent(const struct domain_writing *w)
{
	return w->section == DOMAIN_SECTION_DOMAIN ? "    " : "        ";
}

static void
word_begin(const struct domain_writing *w, const char *word)
{
	buf_printf(w->out, "%s%s = ", domain_writing_indent(w), word);
}

/* What the word means stands behind a short line, in one column. */
static void
word_end(const struct domain_writing *w, const char *word)
{
	const struct domain_keyword *k = domain_keyword_find(w->section, word);
	size_t n = 0;

	while (n < w->out->n && w->out->p[w->out->n - n - 1] != '\n')
		n++;
	if (w->explains && k != NULL)
		buf_printf(w->out, "%*s # %s",
		    n < WORDS_COLUMN ? (int)(WORDS_COLUMN - n) : 0, "",
		    k->words);
	buf_put_str(w->out, "\n");
}

void
domain_put_text(const struct domain_writing *w, const char *word,
    const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	word_begin(w, word);
	domain_put_quoted(w->out, text);
	word_end(w, word);
}

void
domain_put_plain(const struct domain_writing *w, const char *word,
    const char *text)
{
	word_begin(w, word);
	buf_put_str(w->out, text);
	word_end(w, word);
}

void
domain_put_number(const struct domain_writing *w, const char *word, int64_t n)
{
	if (n == 0)
		return;
	word_begin(w, word);
	buf_printf(w->out, "%lld", (long long)n);
	word_end(w, word);
}

void
domain_put_yes(const struct domain_writing *w, const char *word, bool yes)
{
	if (yes)
		domain_put_plain(w, word, "yes");
}

void
domain_put_fpr(const struct domain_writing *w, const char *word,
    const struct pgp_fpr *fpr)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	if (fpr->version == 0)
		return;
	notations_vfp_text(fpr, text);
	domain_put_text(w, word, text);
}

void
domain_put_roles(const struct domain_writing *w, const char *word,
    unsigned roles)
{
	if (roles == 0)
		return;
	word_begin(w, word);
	buf_put_str(w->out, "{");
	domain_roles_text(roles, w->out);
	buf_put_str(w->out, "}");
	word_end(w, word);
}

void
domain_put_time(const struct domain_writing *w, const char *word, int64_t t)
{
	struct tm tm;

	if (!is_time(t, &tm))
		return;
	word_begin(w, word);
	domain_time_text(t, w->out);
	word_end(w, word);
}

void
domain_put_span(const struct domain_writing *w, const char *word,
    int64_t seconds)
{
	if (seconds == 0)
		return;
	word_begin(w, word);
	domain_span_text(seconds, w->out);
	word_end(w, word);
}

void
domain_put_where(const struct domain_writing *w,
    const struct policy_terms *terms)
{
	struct buf line;

	buf_init(&line, LINE_MAX_OCTETS);
	domain_terms_text(terms, &line);
	domain_put_text(w, "where", buf_str(&line));
	buf_release(&line);
}

/* ---- lists --------------------------------------------------------------------------- */

static void
list_begin(const struct domain_writing *w, const char *word, size_t i)
{
	if (i == 0)
		word_begin(w, word);
	buf_put_str(w->out, i == 0 ? "{" : ", ");
}

static void
list_end(const struct domain_writing *w, const char *word, size_t n)
{
	if (n == 0)
		return;
	buf_put_str(w->out, "}");
	word_end(w, word);
}

void
domain_put_texts(const struct domain_writing *w, const char *word,
    char *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		list_begin(w, word, i);
		domain_put_quoted(w->out, all[i]);
	}
	list_end(w, word, n);
}

void
domain_put_digests(const struct domain_writing *w, const char *word,
    const uint8_t (*all)[32], size_t n)
{
	char text[65];

	for (size_t i = 0; i < n; i++) {
		list_begin(w, word, i);
		hex_lower(bytes_of(all[i], 32), text);
		text[64] = '\0';
		domain_put_quoted(w->out, text);
	}
	list_end(w, word, n);
}

void
domain_put_items(const struct domain_writing *w, const struct policy_member *m)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	for (size_t i = 0; i < m->items_n; i++) {
		list_begin(w, "items", i);
		notations_subject_text(&m->items[i], text);
		domain_put_quoted(w->out, text);
	}
	list_end(w, "items", m->items_n);
}

void
domain_put_networks(const struct domain_writing *w, const struct policy_read *r)
{
	for (size_t i = 0; i < r->networks_n; i++) {
		list_begin(w, "networks", i);
		buf_put_str(w->out, "\"");
		domain_network_text(&r->networks[i], w->out);
		buf_put_str(w->out, "\"");
	}
	list_end(w, "networks", r->networks_n);
}
