/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a query: one pass, no allocation. */
#include "api/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/handler.h"
#include "hkp/query.h"

/* Decode raw into the rest of the text. */
static enum ics_err
part_read(struct api_query *q, size_t *used, struct bytes raw,
    struct bytes *out)
{
	size_t n = 0;
	enum ics_err err;

	if (raw.n > sizeof(q->text) - *used)
		return ICS_ETOOBIG;
	TRY(hkp_decode(raw, HKP_DECODE_FORM, &q->text[*used], &n));
	*out = bytes_of(&q->text[*used], n);
	*used += n;
out:
	return err;
}

enum ics_err
api_query_read(struct bytes raw, struct api_query *q)
{
	size_t used = 0;
	enum ics_err err = ICS_OK;

	q->n = 0;
	while (raw.n > 0) {
		struct bytes pair, name, value;
		struct api_param *param = &q->at[q->n];

		hkp_split(raw, '&', &pair, &raw);
		if (pair.n == 0)
			continue;
		if (q->n == API_PARAMS_MAX)
			return ICS_ETOOBIG;
		hkp_split(pair, '=', &name, &value);
		TRY(part_read(q, &used, name, &param->name));
		TRY(part_read(q, &used, value, &param->value));
		q->n++;
	}
out:
	return err;
}

struct bytes
api_query_get(const struct api_query *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (bytes_equal(q->at[i].name, bytes_of_str(name)))
			return q->at[i].value;
	return bytes_of(NULL, 0);
}

bool
api_query_of(struct hkp_request *rq, struct hkp_reply *rp, struct api_query *q)
{
	enum ics_err err = api_query_read(rq->query, q);

	if (err == ICS_ETOOBIG)
		api_refuse(rp, 414, "the query is too long",
		    "ask with fewer parameters");
	else if (err != ICS_OK)
		api_refuse(rp, 400, "bad percent encoding in the URL",
		    "write % as %25, & as %26 and a space as %20");
	return err == ICS_OK;
}

bool
api_digits_read(struct bytes text, int64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		int64_t digit = text.p[i] - '0';

		if (digit < 0 || digit > 9 || *n > (INT64_MAX - digit) / 10)
			return false;
		*n = *n * 10 + digit;
	}
	return text.n > 0;
}

bool
api_number_read(const struct api_query *q, struct hkp_reply *rp,
    const struct api_number *row, int64_t *n)
{
	struct bytes text = api_query_get(q, row->name);
	char words[128];

	*n = row->otherwise;
	if (text.p == NULL && *n >= row->least)
		return true;
	if (api_digits_read(text, n) && *n >= row->least && *n <= row->most)
		return true;
	(void)snprintf(words, sizeof(words),
	    "%s takes a number from %" PRId64 " to %" PRId64, row->name,
	    row->least, row->most); /* fits */
	api_refuse(rp, 400, words, "write digits only");
	return false;
}

void
api_escaped_put(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned c = text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') ||
		    (c != 0 && strchr("-._~", (int)c) != NULL))
			buf_u8(out, (uint8_t)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}
