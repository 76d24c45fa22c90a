/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a list of questions. Invariant: no more than API_CHECK_LIST_MAX of them,
 * in a body that met its ceiling before anything was allocated for it. */
#include "api/check_list.h"

#include "hkp/query.h"

static const struct {
	const char *name;
	size_t at; /* in struct api_check_question */
} members[] = {
	{ "subject", offsetof(struct api_check_question, subject) },
	{ "with", offsetof(struct api_check_question, with) },
	{ "code", offsetof(struct api_check_question, code) },
	{ "claims", offsetof(struct api_check_question, claims) },
	{ "slot", offsetof(struct api_check_question, slot) },
};
#define MEMBERS_N (sizeof(members) / sizeof(members[0]))

static struct bytes *
member_of(struct api_check_question *q, struct bytes name)
{
	for (size_t i = 0; i < MEMBERS_N; i++)
		if (bytes_equal(name, bytes_of_str(members[i].name)))
			return (struct bytes *)(void *)((char *)q +
							members[i].at);
	return NULL;
}

static enum ics_err
refuse(struct api_check_list *list, const char *why)
{
	list->why = why;
	return ICS_EFORMAT;
}

static enum ics_err
question_add(struct api_check_list *list, struct api_check_question **q)
{
	if (list->n == API_CHECK_LIST_MAX)
		return ICS_ETOOBIG;
	*q = &list->at[list->n++];
	return ICS_OK;
}

/* ---- lines ---------------------------------------------------------------------- */

static struct bytes
trimmed(struct bytes text)
{
	while (text.n > 0 &&
	       (text.p[text.n - 1] == '\r' || text.p[text.n - 1] == ' '))
		text.n--;
	while (text.n > 0 && text.p[0] == ' ')
		text = bytes_of(text.p + 1, text.n - 1);
	return text;
}

/* Decoded text is never longer than what it was written as, so the room that
 * was taken at the beginning is enough, and stays where it is. */
static enum ics_err
value_read(struct api_check_list *list, struct bytes raw, struct bytes *value)
{
	uint8_t *room = list->text.p + list->text.n;
	size_t n = 0;

	if (hkp_decode(raw, HKP_DECODE_FORM, room, &n) != ICS_OK)
		return refuse(list, "bad percent encoding in a question");
	list->text.n += n;
	*value = bytes_of(room, n);
	return ICS_OK;
}

static enum ics_err
pairs_read(struct api_check_list *list, struct bytes line,
    struct api_check_question *q)
{
	enum ics_err err = ICS_OK;

	while (line.n > 0) {
		struct bytes pair, name, raw, *value;

		hkp_split(line, '&', &pair, &line);
		hkp_split(pair, '=', &name, &raw);
		value = member_of(q, name);
		if (value == NULL)
			return refuse(list,
			    "a question has subject, with, code, claims or "
			    "slot");
		TRY(value_read(list, raw, value));
	}
out:
	return err;
}

static enum ics_err
lines_read(struct api_check_list *list, struct bytes body)
{
	enum ics_err err = ICS_OK;

	(void)buf_grow(&list->text, body.n); /* its ceiling was met before */
	buf_clear(&list->text);
	while (body.n > 0) {
		struct api_check_question *q;
		struct bytes line;

		hkp_split(body, '\n', &line, &body);
		line = trimmed(line);
		if (line.n == 0)
			continue;
		TRY(question_add(list, &q));
		if (memchr(line.p, '=', line.n) == NULL)
			TRY(value_read(list, line, &q->subject));
		else
			TRY(pairs_read(list, line, q));
	}
out:
	return err;
}

/* ---- JSON ----------------------------------------------------------------------- */

static enum ics_err
object_read(struct api_check_list *list, json_t *object,
    struct api_check_question *q)
{
	const char *name;
	json_t *text;

	json_object_foreach(object, name, text)
	{
		struct bytes *value = member_of(q, bytes_of_str(name));

		if (value == NULL || !json_is_string(text))
			return refuse(list,
			    "a question has subject, with, code, claims or "
			    "slot, and each is a text");
		*value =
		    bytes_of(json_string_value(text), json_string_length(text));
	}
	return ICS_OK;
}

static enum ics_err
row_read(struct api_check_list *list, json_t *row)
{
	struct api_check_question *q;
	enum ics_err err;

	TRY(question_add(list, &q));
	if (json_is_object(row))
		TRY(object_read(list, row, q));
	else if (json_is_string(row))
		q->subject =
		    bytes_of(json_string_value(row), json_string_length(row));
	else
		err = refuse(list, "a question is an id or an object");
out:
	return err;
}

static enum ics_err
json_read(struct api_check_list *list, struct bytes body)
{
	const json_t *rows;
	json_t *row;
	size_t i;
	enum ics_err err = ICS_OK;

	list->json = json_loadb((const char *)body.p, body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	rows = json_is_object(list->json)
		   ? json_object_get(list->json, "questions")
		   : list->json;
	if (!json_is_array(rows))
		return refuse(list, "no JSON array of questions");
	json_array_foreach(rows, i, row) TRY(row_read(list, row));
out:
	return err;
}

/* ---- a body --------------------------------------------------------------------- */

enum ics_err
api_check_list_read(struct bytes body, bool is_json,
    struct api_check_list *list)
{
	enum ics_err err;

	*list = (struct api_check_list){ .n = 0 };
	buf_init(&list->text, API_CHECK_BODY_MAX);
	if (body.n > API_CHECK_BODY_MAX)
		return ICS_ETOOBIG;
	err = is_json ? json_read(list, body) : lines_read(list, body);
	if (err == ICS_OK && list->n == 0)
		return refuse(list, "there is no question in it");
	return err;
}

void
api_check_list_release(struct api_check_list *list)
{
	buf_release(&list->text);
	json_decref(list->json);
	list->json = NULL;
	list->n = 0;
}

bool
api_check_list_reply_read(struct hkp_request *rq, struct hkp_reply *rp,
    struct api_check_list *list)
{
	const char *type = hkp_request_header(rq, "Content-Type");
	bool is_json = type != NULL && hkp_type_is(type, "application/json");
	enum ics_err err =
	    api_check_list_read(buf_bytes(&rq->body), is_json, list);
	char words[96];

	if (err == ICS_ETOOBIG) {
		(void)snprintf(words, sizeof(words),
		    "more than %u questions, or %u octets", API_CHECK_LIST_MAX,
		    API_CHECK_BODY_MAX); /* fits */
		api_refuse(rp, 413, words, "ask in several lists");
	} else if (err != ICS_OK) {
		api_refuse(rp, 400, list->why,
		    "a line each: an id, or subject=...&with=...; or JSON "
		    "with Content-Type: application/json");
	}
	return err == ICS_OK;
}
