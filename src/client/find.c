/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was typed, understood; and certificates fetched by it. */
#include "client/find.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "client/http.h"
#include "client/index.h"
#include "client/out.h"

/* ---- what was typed ---------------------------------------------------------- */

/* Lengths in digits that name a key; version 0 where it is not said. */
static const struct {
	size_t digits;
	uint8_t version;
	uint8_t skip; /* octets of the version in front */
	uint8_t octets;
} lengths[] = {
	{ 32, 3, 0, 16 },
	{ 40, 4, 0, 20 },
	{ 42, 0, 1, 20 },
	{ 64, 0, 0, 32 },
	{ 66, 0, 1, 32 },
};

#define DIGITS_MAX 66

/* The hexadecimal digits of text without spaces and "0x"; 0 when it is
 * something else. */
static size_t
digits_read(const char *text, char digits[DIGITS_MAX + 1])
{
	size_t n = 0;

	if (strncasecmp(text, "0x", 2) == 0)
		text += 2;
	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		if (n == DIGITS_MAX || hex_digit((uint8_t)*text) < 0)
			return 0;
		digits[n++] = *text;
	}
	digits[n] = '\0';
	return n;
}

static bool
fpr_read(const char *digits, size_t n, struct pgp_fpr *fpr)
{
	uint8_t raw[DIGITS_MAX / 2];

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		if (lengths[i].digits != n)
			continue;
		if (hex_read(bytes_of(digits, n), raw, n / 2) != ICS_OK)
			return false;
		fpr->version =
		    lengths[i].skip > 0 ? raw[0] : lengths[i].version;
		fpr->n = lengths[i].octets;
		memcpy(fpr->b, raw + lengths[i].skip, fpr->n);
		return true;
	}
	return false;
}

static enum ics_err
words_read(const char *typed, struct find *find)
{
	struct bytes t = bytes_of_str(typed);

	if (t.n > 2 && t.p[0] == '<' && t.p[t.n - 1] == '>')
		t = bytes_of(typed + 1, t.n - 2);
	find->text = t;
	find->kind = FIND_WORDS;
	if (memchr(t.p, '@', t.n) != NULL && memchr(t.p, ' ', t.n) == NULL)
		find->kind = FIND_ADDRESS;
	if (t.n > 0 && t.n <= STORE_QUERY_MAX)
		return ICS_OK;
	out_fail("a search has 1 to %d octets", STORE_QUERY_MAX);
	return ICS_EUSAGE;
}

enum ics_err
find_read(const char *typed, struct find *find)
{
	char digits[DIGITS_MAX + 1];
	size_t n = digits_read(typed, digits);
	uint8_t keyid[8];

	*find = (struct find){ .typed = typed };
	if (fpr_read(digits, n, &find->fpr)) {
		find->kind = FIND_FPR;
		return ICS_OK;
	}
	if (n == 16 && hex_read(bytes_of(digits, n), keyid, 8) == ICS_OK) {
		find->kind = FIND_KEYID;
		find->keyid = be64_from_bytes(keyid);
		return ICS_OK;
	}
	if (strncasecmp(typed, "0x", 2) == 0) {
		out_fail("%s: neither a fingerprint nor a key ID of 16 digits; "
			 "shorter ones can be forged",
		    typed);
		return ICS_EUSAGE;
	}
	return words_read(typed, find);
}

enum ics_err
find_read_fpr(const char *typed, struct pgp_fpr *fpr)
{
	char digits[DIGITS_MAX + 1];
	size_t n = digits_read(typed, digits);

	if (!fpr_read(digits, n, fpr)) {
		out_fail("%s: not a fingerprint; \"ics search\" shows them",
		    typed);
		return ICS_EUSAGE;
	}
	/* Of the long ones version 6 is the one in use. */
	if (fpr->version == 0)
		fpr->version = 6;
	return ICS_OK;
}

void
find_search_text(const struct find *find, struct buf *to)
{
	char hex[PGP_FPR_TEXT_MAX];

	switch (find->kind) {
	case FIND_FPR:
		pgp_fpr_hex(&find->fpr, hex);
		buf_printf(to, "0x%s", hex);
		break;
	case FIND_KEYID:
		buf_printf(to, "0x%016llX", (unsigned long long)find->keyid);
		break;
	case FIND_ADDRESS:
	case FIND_WORDS:
		buf_put(to, find->text);
		break;
	}
}

/* ---- from a server ------------------------------------------------------------ */

/* HKP version 1, which every keyserver speaks. */
static void
path_lookup(const struct find *find, const char *op, struct buf *path)
{
	struct buf text;

	buf_init(&text, 4 * STORE_QUERY_MAX);
	find_search_text(find, &text);
	buf_printf(path,
	    "/pks/lookup?op=%s&options=mr&fingerprint=on&search=", op);
	http_escape(buf_bytes(&text), path);
	if (find->kind == FIND_ADDRESS)
		buf_put_str(path, "&exact=on");
	buf_release(&text);
}

/* HKP version 2, whose answers leave nothing out; false where version 1 is
 * all there is. */
static bool
path_modern(const struct find *find, struct buf *path)
{
	char hex[PGP_FPR_TEXT_MAX];

	switch (find->kind) {
	case FIND_FPR:
		pgp_fpr_hex(&find->fpr, hex);
		buf_printf(path, "/pks/v2/certs/by-vfingerprint/%02x%s",
		    find->fpr.version == 0 ? 6 : find->fpr.version, hex);
		return true;
	case FIND_ADDRESS:
		buf_put_str(path, "/pks/v2/certs/by-identity/");
		http_escape(find->text, path);
		return true;
	case FIND_KEYID:
		buf_printf(path, "/pks/v2/certs/by-keyid/%016llx",
		    (unsigned long long)find->keyid);
		return true;
	case FIND_WORDS:
		return false;
	}
	return false;
}

static enum ics_err
path_fetch(struct http *h, const char *path, struct buf *out,
    struct http_answer *answer)
{
	enum ics_err err;

	TRY(http_get(h, path, answer));
	err = http_judge(answer);
	if (err == ICS_OK)
		err = pgp_input_read(buf_bytes(&answer->body), out);
	else
		return err; /* told by the caller, who may have another path */
	if (err != ICS_OK)
		out_fail("the server's answer holds no certificate: %s",
		    err_words(err));
out:
	return err;
}

static enum ics_err
server_certs(struct http *h, const struct find *find, bool full,
    struct buf *out)
{
	struct http_answer answer = { 0 };
	struct buf lookup, modern;
	enum ics_err err = ICS_ENOTFOUND;
	bool has_modern;

	buf_init(&lookup, 65536);
	buf_init(&modern, 65536);
	path_lookup(find, "get", &lookup);
	has_modern = path_modern(find, &modern);
	/* A version 6 key is known to version 2 of the protocol only. */
	if (has_modern && (full || find->fpr.n == 32))
		err = path_fetch(h, buf_str(&modern), out, &answer);
	if (err == ICS_ENOTFOUND || err == ICS_EUNSUPPORTED) {
		http_answer_release(&answer);
		err = path_fetch(h, buf_str(&lookup), out, &answer);
	}
	if (answer.status >= 400)
		http_tell(&answer, find->typed);
	http_answer_release(&answer);
	buf_release(&lookup);
	buf_release(&modern);
	return err;
}

/* ---- from the file ------------------------------------------------------------- */

static enum ics_err
file_hits(struct store_reader *r, const struct find *find,
    struct store_hits *hits)
{
	switch (find->kind) {
	case FIND_FPR:
		return store_find_fpr(r, &find->fpr, hits);
	case FIND_KEYID:
		return store_find_keyid(r, find->keyid, hits);
	case FIND_ADDRESS:
		return store_find_email(r, find->text, hits);
	case FIND_WORDS:
		return store_find_words(r, find->text, hits);
	}
	return ICS_EUSAGE;
}

/* What is not here may be kept out; then that is the answer. */
static enum ics_err
file_miss(struct store_reader *r, const struct find *find)
{
	struct store_denied denied;

	if (find->kind == FIND_FPR &&
	    store_deny_get(r, &find->fpr, &denied) == ICS_OK) {
		out_fail("%s: removed and denied: %s", find->typed,
		    denied.reason);
		return ICS_EGONE;
	}
	out_fail("%s: not found", find->typed);
	return ICS_ENOTFOUND;
}

static enum ics_err
file_cert_put(const struct store_cert *row, bool full, struct buf *out)
{
	struct report ignored = { 0 }; /* it was clean when stored */
	struct pgp_cert *cert = NULL;
	enum ics_err err;

	if (full || (row->flags & STORE_CERT_HIDDEN) != 0 ||
	    (row->flags & STORE_CERT_MODERN) == 0) {
		buf_put(out, row->data);
		return buf_end(out);
	}
	TRY(pgp_cert_parse(row->data, &ignored, &cert));
	pgp_cert_write(cert, PGP_FORM_LEGACY, out);
	err = buf_end(out);
out:
	pgp_cert_free(cert);
	report_release(&ignored);
	return err;
}

struct file_visit {
	enum ics_err (*cert)(void *arg, const struct store_cert *row);
	void *arg;
	bool *more; /* told when the search was cut; may be NULL */
};

/* Every stored certificate that fits; failures of the world are told. */
static enum ics_err
file_visit(const char *dir, const struct find *find,
    const struct file_visit *visit)
{
	struct store_reader *r = NULL;
	struct store_hits hits;
	struct store_cert row;
	enum ics_err err;

	TRY(store_reader_open(dir, NULL, &r));
	TRY(store_reader_begin(r));
	TRY(file_hits(r, find, &hits));
	for (size_t i = 0; i < hits.n; i++) {
		TRY(store_cert_get(r, hits.ids[i], &row));
		TRY(visit->cert(visit->arg, &row));
	}
	if (visit->more != NULL)
		*visit->more = hits.more;
	if (hits.n == 0) {
		err = file_miss(r, find);
		store_reader_close(r);
		return err;
	}
out:
	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_reader_close(r);
	return err;
}

struct certs_arg {
	struct buf *out;
	bool full;
};

static enum ics_err
certs_add(void *arg, const struct store_cert *row)
{
	const struct certs_arg *a = arg;

	return file_cert_put(row, a->full, a->out);
}

/* ---- both ----------------------------------------------------------------------- */

enum ics_err
find_certs(const struct where *where, const struct find *find, bool full,
    struct buf *out)
{
	struct certs_arg arg = { out, full };
	const struct file_visit visit = { .cert = certs_add, .arg = &arg };
	struct http *h = NULL;
	enum ics_err err;

	if (where->kind == WHERE_FILE)
		return file_visit(where->dir, find, &visit);
	TRY(http_new(where, &h));
	err = server_certs(h, find, full, out);
out:
	http_free(h);
	return err;
}

static enum ics_err
server_index(struct http *h, const struct find *find, struct find_list *list)
{
	struct http_answer answer = { 0 };
	struct buf path;
	enum ics_err err;

	buf_init(&path, 65536);
	path_lookup(find, "index", &path);
	TRY(http_get(h, buf_str(&path), &answer));
	err = http_judge(&answer);
	if (err == ICS_OK)
		err = index_read(buf_bytes(&answer.body), list);
	else
		http_tell(&answer, find->typed);
out:
	buf_release(&path);
	http_answer_release(&answer);
	return err;
}

static enum ics_err
rows_add(void *arg, const struct store_cert *row)
{
	return index_summary_read(row->summary, arg);
}

enum ics_err
find_index(const struct where *where, const struct find *find,
    struct find_list *list)
{
	const struct file_visit visit = { rows_add, list, &list->more };
	struct http *h = NULL;
	enum ics_err err;

	index_list_init(list);
	if (where->kind == WHERE_FILE) {
		err = file_visit(where->dir, find, &visit);
	} else {
		TRY(http_new(where, &h));
		err = server_index(h, find, list);
	}
	index_list_settle(list);
out:
	http_free(h);
	return err;
}

void
find_list_release(struct find_list *list)
{
	find_rows_release(&list->rows);
	buf_release(&list->texts);
}
