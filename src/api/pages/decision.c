/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* May a thing take part, by the rules that hold for it: as /ics/v1/check. */
#include <string.h>

#include "api/check_list.h"
#include "api/pages.h"

#define PURPOSE "communicate" /* what is asked where nobody says for what */

enum tone {
	FINE,
	WARNING,
	REFUSAL
};

static const struct {
	const char *word; /* of hkp/schema/check.json */
	const char *sign, *words;
} reasons[] = {
	[FINE] = { "fine", "✓", "Yes" },
	[WARNING] = { "warning", "!", "Not quite" },
	[REFUSAL] = { "refusal", "✗", "No" },
};

static const struct {
	const char *tone, *sign, *title;
} answers[] = {
	[FINE] = { "good", "✓", "Yes" },
	[WARNING] = { "care", "!", "Yes, with reservations" },
	[REFUSAL] = { "bad", "✗", "No" },
};

static enum tone
tone_of(const json_t *reason)
{
	const char *word = api_page_text(reason, "tone");

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].word, word) == 0)
			return (enum tone)i;
	return WARNING;
}

static void
put_reason(struct buf *rows, const json_t *reason)
{
	enum tone tone = tone_of(reason);
	json_t *role;
	struct buf line;
	size_t i;

	buf_init(&line, HKP_PAGE_MAX);
	buf_printf(&line, "%s %s: %s", reasons[tone].sign, reasons[tone].words,
	    api_page_text(reason, "words"));
	json_array_foreach(json_object_get(reason, "missing"), i, role)
	{
		buf_put_str(&line, i == 0 ? "; missing: " : ", ");
		api_page_put_role(&line, json_string_value(role));
	}
	API_PUT(rows, HKP_PAGE_part_line, { "text", buf_bytes(&line), false });
	buf_release(&line);
}

static void
put_answer(struct buf *out, const json_t *answer)
{
	bool is_denied = strcmp(api_page_text(answer, "decision"), "deny") == 0;
	const char *domain = api_page_text(answer, "domain");
	enum tone tone = FINE;
	json_t *reason;
	struct buf rows, by;
	size_t i;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&by, HKP_PAGE_MAX);
	json_array_foreach(json_object_get(answer, "reasons"), i, reason)
	{
		put_reason(&rows, reason);
		if (tone_of(reason) != FINE)
			tone = WARNING;
	}
	if (is_denied)
		tone = REFUSAL;
	buf_put_str(&by, domain[0] == '\0' ? "By the rules of this server"
					   : "By the rules of the domain ");
	buf_printf(&by, "%s, to talk with others:", domain);
	API_PUT(out, HKP_PAGE_item_decision,
	    { "tone", bytes_of_str(answers[tone].tone), false },
	    { "sign", bytes_of_str(answers[tone].sign), false },
	    { "title", bytes_of_str(answers[tone].title), false },
	    { "by", buf_bytes(&by), false },
	    { "reasons", buf_bytes(&rows), true });
	buf_release(&rows);
	buf_release(&by);
}

/* It is asked of what somebody said is a thing: not of keys of people, whom
 * no rule knows, and not of code, which takes part in devices. */
static bool
is_asked(const json_t *doc)
{
	static const char *const others[] = { "key", "code", "statement" };
	const char *kind = api_page_text(doc, "kind");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(kind, others[i]) == 0)
			return false;
	return true;
}

enum ics_err
api_page_put_decision(struct buf *out, const struct api_page_item *it,
    const struct api_page_asking *by)
{
	struct api_check_request c;
	struct api_check_question q = { .subject = bytes_of_str(it->id) };
	struct api_check_parts parts;
	struct buf text, body;
	json_t *answer = NULL;
	enum ics_err err = ICS_OK;

	if (!is_asked(it->doc))
		return ICS_OK;
	api_check_request_begin(it->rq, &c);
	c.r = by->r;
	c.when = *by->when;
	c.is_now = by->is_now;
	memcpy(c.purpose, PURPOSE, sizeof(PURPOSE));
	buf_init(&text, HKP_PAGE_MAX);
	buf_init(&body, HKP_PAGE_MAX);
	TRY(api_check_question_answer(&c, &q, &text, &parts));
	answer = json_loadb((const char *)text.p, text.n, 0, NULL);
	if (answer != NULL)
		put_answer(&body, answer);
	api_page_put_section(out, "May it take part?", &body);
out:
	api_check_request_end(&c);
	json_decref(answer);
	buf_release(&text);
	buf_release(&body);
	return err;
}
