/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rendering pages, and the two that need no data of the store. */
#include "hkp/page.h"

#include <stdio.h>

#include "base/clock.h"
#include "hkp/lookup.h"
#include "hkp/query.h"

#define PAGE_MAX (16u << 20)

static void
put_escaped(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

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
			buf_put_str(out, "\xEF\xBF\xBD"); /* U+FFFD */
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
hkp_reply_page(struct hkp_reply *rp, unsigned status, struct buf *out)
{
	hkp_reply_buf(rp, status, HKP_TYPE_HTML, out);
	hkp_reply_extra(rp, "Content-Security-Policy", HKP_PAGE_POLICY);
}

void
hkp_page_put_contact(struct buf *out, const struct hkp_identity *id)
{
	const struct hkp_page_value contact = { "contact",
		bytes_of_str(id->contact), false };

	if (contact.text.n > 0)
		hkp_page_put(out, HKP_PAGE_contact, &contact, 1);
}

void
hkp_start_page(struct hkp_request *rq, struct hkp_reply *rp)
{
	const struct hkp_identity *id = &rq->config->identity;
	const char *asked = hkp_request_header(rq, "Host");
	struct buf out, contact;

	buf_init(&contact, PAGE_MAX);
	hkp_page_put_contact(&contact, id);
	const struct hkp_page_value values[] = {
		{ "host", bytes_of_str(id->hostname), false },
		/* The name and port by which the reader got here. */
		{ "asked", bytes_of_str(asked != NULL ? asked : id->hostname),
		    false },
		{ "contact", buf_bytes(&contact), true },
	};

	buf_init(&out, PAGE_MAX);
	hkp_page_put(&out, HKP_PAGE_start, values, 3);
	buf_release(&contact);
	hkp_reply_page(rp, 200, &out);
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

	if (row->kind != STORE_ROW_UID)
		pgp_fpr_hex(&row->fpr, fpr);
	clock_date(row->created, created);
	(void)snprintf(bits, sizeof(bits), "%u", (unsigned)row->bits);
	hkp_page_put(out, pages[row->kind],
	    (struct hkp_page_value[]){
		{ "fpr", bytes_of_str(fpr), false },
		{ "algo", bytes_of_str(pgp_algo_words(row->algo)), false },
		{ "bits", bytes_of_str(bits), false },
		{ "created", bytes_of_str(created), false },
		{ "state", bytes_of_str(state_words(row, now)), false },
		{ "uid", row->uid, false },
		{ "rows", rows, true },
	    },
	    7);
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
