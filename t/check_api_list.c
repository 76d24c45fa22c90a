/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of questions for /ics/v1/check: lines and JSON, and every end and
 * flipped bit of one. */
#include "api/check_list.h"

#include "fixture.h"

#define LINES "aa\n\n subject=bb&with=c%20c \r\nslot=x+y&subject=dd"
#define JSON                                                            \
	"{\"questions\":[\"aa\",{\"subject\":\"bb\",\"with\":\"c c\"}," \
	"{\"subject\":\"dd\",\"slot\":\"x y\"}]}"

static const struct {
	const char *body;
	bool is_json;
	enum ics_err err;
	const char *told; /* "subject|with|code|claims|slot" of each */
} rows[] = {
	{ LINES, false, ICS_OK, "aa|||| bb|c c||| dd||||x y " },
	{ JSON, true, ICS_OK, "aa|||| bb|c c||| dd||||x y " },
	{ "[\"aa\"]", true, ICS_OK, "aa|||| " },
	{ "subject=a&subject=b", false, ICS_OK, "b|||| " },
	{ "subject=a%2", false, ICS_EFORMAT, "" },
	{ "subject=a&colour=b", false, ICS_EFORMAT, "" },
	{ "", false, ICS_EFORMAT, "" },
	{ "\n\r\n  \n", false, ICS_EFORMAT, "" },
	{ "[]", true, ICS_EFORMAT, "" },
	{ "{}", true, ICS_EFORMAT, "" },
	{ "{\"questions\":{}}", true, ICS_EFORMAT, "" },
	{ "[{\"subject\":1}]", true, ICS_EFORMAT, "" },
	{ "[{\"colour\":\"b\"}]", true, ICS_EFORMAT, "" },
	{ "[{\"subject\":\"a\",\"subject\":\"b\"}]", true, ICS_EFORMAT, "" },
	{ "[[]]", true, ICS_EFORMAT, "" },
	{ "[\"a\"", true, ICS_EFORMAT, "" },
};

static void
told(const struct api_check_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct api_check_question *q = &list->at[i];

		buf_printf(out, "%.*s|%.*s|%.*s|%.*s|%.*s ", (int)q->subject.n,
		    q->subject.p, (int)q->with.n, q->with.p, (int)q->code.n,
		    q->code.p, (int)q->claims.n, q->claims.p, (int)q->slot.n,
		    q->slot.p);
	}
}

START_TEST(reading)
{
	struct api_check_list *list = alloc_zero(1, sizeof(*list));
	struct buf out;

	buf_init(&out, 4096);
	ck_assert_int_eq(api_check_list_read(bytes_of_str(rows[_i].body),
			     rows[_i].is_json, list),
	    rows[_i].err);
	ck_assert_int_eq(list->why != NULL, rows[_i].err != ICS_OK);
	if (rows[_i].err == ICS_OK)
		told(list, &out);
	ck_assert_str_eq(buf_str(&out), rows[_i].told);
	buf_release(&out);
	api_check_list_release(list);
	free(list);
}
END_TEST

/* What is read of an exact copy lies in memory that is its own. */
static void
try(struct bytes body, bool is_json)
{
	struct api_check_list *list = alloc_zero(1, sizeof(*list));
	struct bytes copy = alloc_bytes(body);
	struct buf out;

	buf_init(&out, 1u << 20);
	if (api_check_list_read(copy, is_json, list) == ICS_OK)
		told(list, &out);
	else
		ck_assert(list->why != NULL);
	buf_release(&out);
	api_check_list_release(list);
	alloc_bytes_free(copy);
	free(list);
}

START_TEST(damaged)
{
	const char *text = _i == 0 ? LINES : JSON;
	size_t n = strlen(text);
	uint8_t copy[sizeof(JSON)];

	for (size_t i = 0; i <= n; i++)
		try(bytes_of(text, i), _i != 0);
	memcpy(copy, text, n);
	for (size_t i = 0; i < 8 * n; i++) {
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		try(bytes_of(copy, n), _i != 0);
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}
END_TEST

START_TEST(too_many)
{
	struct api_check_list *list = alloc_zero(1, sizeof(*list));
	struct buf body;

	buf_init(&body, API_CHECK_BODY_MAX + 1);
	for (unsigned i = 0; i < API_CHECK_LIST_MAX; i++)
		buf_put_str(&body, "aa\n");
	ck_assert_int_eq(api_check_list_read(buf_bytes(&body), false, list),
	    ICS_OK);
	ck_assert_uint_eq(list->n, API_CHECK_LIST_MAX);
	api_check_list_release(list);
	buf_put_str(&body, "aa\n");
	ck_assert_int_eq(api_check_list_read(buf_bytes(&body), false, list),
	    ICS_ETOOBIG);
	api_check_list_release(list);
	while (body.n <= API_CHECK_BODY_MAX)
		buf_u8(&body, '\n');
	ck_assert_int_eq(api_check_list_read(buf_bytes(&body), false, list),
	    ICS_ETOOBIG);
	api_check_list_release(list);
	buf_release(&body);
	free(list);
}
END_TEST

START_TEST(words)
{
	for (unsigned rule = 0; rule < API_CHECK_RULES; rule++) {
		ck_assert(api_check_rule_word(rule)[0] != '\0');
		ck_assert(api_check_rule_words(rule)[0] != '\0');
		/* they are put into JSON as they are */
		ck_assert_ptr_null(strpbrk(api_check_rule_words(rule),
		    "\"\\\n"));
		ck_assert_ptr_null(strpbrk(api_check_rule_help(rule),
		    "\"\\\n"));
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, reading, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tc, damaged, 0, 2);
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, words);
}

int
main(void)
{
	return fixture_run("api_list", add);
}
