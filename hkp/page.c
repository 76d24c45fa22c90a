/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rendering pages, and the two that need no data of the store. */
#include "hkp/page.h"

#include <stdio.h>

#include "base/clock.h"
#include "hkp/lookup.h"
#include "hkp/query.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Octets of a character that would show what is not there: a control of
 * Latin-1, or what turns the direction of the text around it. 0: none. */
static size_t
deceit_length(struct bytes text)
{
	static const struct {
		const char *lead;
		uint8_t first, last;
	} ranges[] = {
		{ "\xC2", 0x80, 0x9f },
		{ "\xE2\x80", 0xaa, 0xae },
		{ "\xE2\x81", 0xa6, 0xa9 },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct bytes lead = bytes_of_str(ranges[i].lead);

		if (text.n > lead.n && bytes_starts_with(text, lead) &&
		    text.p[lead.n] >= ranges[i].first &&
		    text.p[lead.n] <= ranges[i].last)
			return lead.n + 1;
	}
	return 0;
}

static void
put_escaped(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		size_t deceit = deceit_length(bytes_of(&text.p[i], text.n - i));

		if (deceit > 0) {
			buf_put_str(out, REPLACEMENT);
			i += deceit - 1;
			continue;
		}

		if (c == '<')
			buf_put_str(out, "&lt;");
		else if (c == '>')
			buf_put_str(out, "&gt;");
		else if (c == '&')
			buf_put_str(out, "&amp;");
		else if (c == '"')
			buf_put_str(out, "&quot;");
		else if (c == '\'')
			buf_put_str(out, "&#39;");
		else if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			buf_put_str(out, REPLACEMENT);
		else
			buf_u8(out, c);
	}
}

static void
put_value(struct buf *out, struct bytes name,
    const struct hkp_page_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!bytes_equal(name, bytes_of_str(values[i].name)))
			continue;
		if (values[i].rendered)
			buf_put(out, values[i].text);
		else
			put_escaped(out, values[i].text);
		return;
	}
}

void
hkp_page_put(struct buf *out, enum hkp_page page,
    const struct hkp_page_value *values, size_t n)
{
	const char *at = hkp_pages[page];
	const char *open;

	while ((open = strstr(at, "{{")) != NULL) {
		const char *name = open + 2;
		const char *close = strstr(name, "}}");

		if (close == NULL)
			break;
		buf_put(out, bytes_of(at, (size_t)(open - at)));
		put_value(out, bytes_of(name, (size_t)(close - name)), values,
		    n);
		at = close + 2;
	}
	buf_put_str(out, at);
}

void
hkp_groups_put(struct buf *out, struct bytes digits)
{
	for (size_t i = 0; i < digits.n; i++) {
		if (i > 0 && i % 4 == 0)
			buf_u8(out, ' ');
		buf_u8(out, digits.p[i]);
	}
}

static bool
is_time(struct bytes text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

	if (text.n != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (form[i] == 'd' ? text.p[i] < '0' || text.p[i] > '9'
				   : text.p[i] != (uint8_t)form[i])
			return false;
	return true;
}

bool
hkp_time_words(const char *time, char out[HKP_TIME_WORDS])
{
	static const char *const months[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	unsigned month;

	if (!is_time(bytes_of_str(time)))
		return false;
	month = (unsigned)(time[5] - '0') * 10 + (unsigned)(time[6] - '0');
	(void)snprintf(out, HKP_TIME_WORDS, "%.*s %s %.4s, %.5s UTC",
	    time[8] == '0' ? 1 : 2, &time[time[8] == '0' ? 9 : 8],
	    month >= 1 && month <= 12 ? months[month - 1] : "?", time,
	    &time[11]);
	return true;
}

bool
hkp_time_put(struct buf *out, const char *time)
{
	char words[HKP_TIME_WORDS];

	if (!hkp_time_words(time, words))
		return false;
	hkp_page_put(out, HKP_PAGE_part_time,
	    (struct hkp_page_value[]){
		{ "iso", bytes_of_str(time), false },
		{ "words", bytes_of_str(words), false },
	    },
	    2);
	return true;
}

static void
put_contact(struct buf *out, const struct hkp_identity *id)
{
	const struct hkp_page_value contact = { "contact",
		bytes_of_str(id->contact), false };

	if (contact.text.n > 0)
		hkp_page_put(out, HKP_PAGE_contact, &contact, 1);
}

static void
guard(struct hkp_reply *rp)
{
	hkp_reply_extra(rp, "Content-Security-Policy", HKP_PAGE_POLICY);
	hkp_reply_extra(rp, "X-Content-Type-Options", "nosniff");
	hkp_reply_extra(rp, "Referrer-Policy", "no-referrer");
}

/* Is the reply a 304? Else it has its tag. */
static bool
is_known(struct hkp_request *rq, struct hkp_reply *rp, struct bytes body)
{
	uint8_t digest[32];

	pgp_sha256(body, digest);
	return hkp_reply_etag(rq, rp, digest, 'p');
}

void
hkp_reply_page(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_framed *page)
{
	const struct hkp_identity *id = &rq->config->identity;
	struct buf contact, out;

	buf_init(&contact, HKP_PAGE_MAX);
	buf_init(&out, 2 * HKP_PAGE_MAX);
	put_contact(&contact, id);
	hkp_page_put(&out, HKP_PAGE_frame,
	    (struct hkp_page_value[]){
		{ "title", page->title, false },
		{ "host", bytes_of_str(id->hostname), false },
		{ "main", buf_bytes(page->main), true },
		{ "contact", buf_bytes(&contact), true },
	    },
	    4);
	if (buf_end(page->main) != ICS_OK)
		hkp_reply_error(rp, ICS_ETOOBIG);
	else if (page->status != 200 || !is_known(rq, rp, buf_bytes(&out)))
		hkp_reply_buf(rp, page->status, HKP_TYPE_HTML, &out);
	/* Kept by nobody without asking: rights differ, and end. */
	hkp_reply_extra(rp, "Cache-Control", "no-cache");
	guard(rp);
	buf_release(&contact);
	buf_release(&out);
	buf_release(page->main);
}

void
hkp_start_page(struct hkp_request *rq, struct hkp_reply *rp)
{
	const struct hkp_identity *id = &rq->config->identity;
	const char *asked = hkp_request_header(rq, "Host");
	const char *secure = hkp_request_is_tls(rq) ? "s" : "";
	struct buf out;

	buf_init(&out, HKP_PAGE_MAX);
	hkp_page_put(&out, HKP_PAGE_start,
	    (struct hkp_page_value[]){
		{ "host", bytes_of_str(id->hostname), false },
		/* The name and port by which the reader got here. */
		{ "asked", bytes_of_str(asked != NULL ? asked : id->hostname),
		    false },
		{ "secure", bytes_of_str(secure), false },
	    },
	    3);
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ 200, bytes_of_str(id->hostname), &out });
}

/* ---- what pages are made with --------------------------------------------------- */

static void
reply_static(struct hkp_request *rq, struct hkp_reply *rp, enum hkp_page page)
{
	struct bytes text = bytes_of_str(hkp_pages[page]);
	struct buf out;

	buf_init(&out, text.n);
	buf_put(&out, text);
	if (!is_known(rq, rp, text))
		hkp_reply_buf(rp, 200,
		    page == HKP_PAGE_style ? "text/css; charset=utf-8"
					   : "image/svg+xml",
		    &out);
	buf_release(&out);
	hkp_reply_extra(rp, "Cache-Control", "max-age=3600");
	guard(rp);
}

void
hkp_style(struct hkp_request *rq, struct hkp_reply *rp)
{
	reply_static(rq, rp, HKP_PAGE_style);
}

void
hkp_icon(struct hkp_request *rq, struct hkp_reply *rp)
{
	reply_static(rq, rp, HKP_PAGE_icon);
}

/* ---- the list of a search ------------------------------------------------------ */

static const char *
state_words(const struct store_row *row, int64_t now)
{
	if (hkp_row_is_revoked(row, now))
		return ", revoked";
	return hkp_row_is_expired(row, now) ? ", expired" : "";
}

static void
put_row(struct buf *out, const struct store_row *row, int64_t now,
    struct bytes rows)
{
	static const enum hkp_page pages[] = {
		[STORE_ROW_KEY] = HKP_PAGE_index_cert,
		[STORE_ROW_UID] = HKP_PAGE_index_uid,
		[STORE_ROW_SUBKEY] = HKP_PAGE_index_subkey,
	};
	char fpr[PGP_FPR_TEXT_MAX] = "";
	char created[CLOCK_TEXT_MAX];
	char bits[16];
	struct buf groups;

	buf_init(&groups, 2 * sizeof(fpr));
	if (row->kind != STORE_ROW_UID)
		pgp_fpr_hex(&row->fpr, fpr);
	hkp_groups_put(&groups, bytes_of_str(fpr));
	clock_date(row->created, created);
	(void)snprintf(bits, sizeof(bits), "%u", (unsigned)row->bits);
	hkp_page_put(out, pages[row->kind],
	    (struct hkp_page_value[]){
		{ "fpr", bytes_of_str(fpr), false },
		{ "groups", buf_bytes(&groups), false },
		{ "algo", bytes_of_str(pgp_algo_words(row->algo)), false },
		{ "bits", bytes_of_str(bits), false },
		{ "created", bytes_of_str(created), false },
		{ "state", bytes_of_str(state_words(row, now)), false },
		{ "uid", row->uid, false },
		{ "rows", rows, true },
	    },
	    8);
	buf_release(&groups);
}

/* The legacy list does not show subkeys of a newer kind. */
static bool
is_shown(const struct hkp_listing *l, const struct store_row *row)
{
	return row->kind == STORE_ROW_UID || l->form == HKP_FORM_FULL ||
	       row->fpr.version <= 4;
}

static enum ics_err
put_cert(const struct hkp_listing *l, const struct store_cert *cert,
    struct buf *out)
{
	struct cursor cur = cursor_of(cert->summary);
	struct store_row key = { 0 };
	struct store_row row;
	struct buf rows;
	enum ics_err err;

	buf_init(&rows, out->max);
	while ((err = store_summary_next(&cur, &row)) == ICS_OK) {
		if (row.kind == STORE_ROW_KEY)
			key = row;
		else if (is_shown(l, &row))
			put_row(&rows, &row, l->now, bytes_of(NULL, 0));
	}
	put_row(out, &key, l->now, buf_bytes(&rows));
	buf_release(&rows);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
hkp_index_html(const struct hkp_listing *l, struct buf *out, size_t *n)
{
	struct store_cert cert;
	struct buf certs;
	char count[24];
	enum ics_err err = ICS_OK;

	buf_init(&certs, out->max);
	*n = 0;
	for (size_t i = 0; i < l->hits->n && *n < l->limit; i++) {
		TRY(store_cert_get(l->r, l->hits->ids[i], &cert));
		if (l->form == HKP_FORM_LEGACY &&
		    (cert.flags & STORE_CERT_HIDDEN))
			continue;
		TRY(put_cert(l, &cert, &certs));
		++*n;
	}
	(void)snprintf(count, sizeof(count), "%zu%s", *n,
	    l->hits->more ? " and more" : "");
	hkp_page_put(out, HKP_PAGE_index,
	    (struct hkp_page_value[]){
		{ "search", l->search, false },
		{ "count", bytes_of_str(count), false },
		{ "certs", buf_bytes(&certs), true },
	    },
	    3);
	err = buf_end(&certs);
out:
	buf_release(&certs);
	return err;
}
