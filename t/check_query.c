/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading URLs and forms: decoding, parameters, fields, and every truncation. */
#include "hkp/query.h"

#include "fixture.h"

static const struct {
	const char *in;
	enum hkp_decoding how;
	enum ics_err err;
	const char *out;
} decodings[] = {
	{ "", HKP_DECODE_FORM, ICS_OK, "" },
	{ "abc", HKP_DECODE_FORM, ICS_OK, "abc" },
	{ "a+b", HKP_DECODE_FORM, ICS_OK, "a b" },
	{ "a+b", HKP_DECODE_PATH, ICS_OK, "a+b" },
	{ "%41%7a%7A", HKP_DECODE_PATH, ICS_OK, "Azz" },
	{ "%2B%25", HKP_DECODE_FORM, ICS_OK, "+%" },
	{ "%", HKP_DECODE_FORM, ICS_EFORMAT, "" },
	{ "x%4", HKP_DECODE_FORM, ICS_EFORMAT, "" },
	{ "%4g", HKP_DECODE_FORM, ICS_EFORMAT, "" },
	{ "%-1", HKP_DECODE_FORM, ICS_EFORMAT, "" },
	{ "%%41", HKP_DECODE_FORM, ICS_EFORMAT, "" },
};

START_TEST(decode)
{
	struct bytes in = bytes_of_str(decodings[_i].in);
	uint8_t out[64];
	size_t n = 0;

	ck_assert_int_eq(hkp_decode(in, decodings[_i].how, out, &n),
	    decodings[_i].err);
	if (decodings[_i].err == ICS_OK)
		ck_assert(bytes_equal(bytes_of(out, n),
		    bytes_of_str(decodings[_i].out)));
}
END_TEST

static void
value_is(const struct hkp_query *q, enum hkp_param param, const char *text)
{
	ck_assert(hkp_query_has(q, param));
	ck_assert(bytes_equal(q->value[param], bytes_of_str(text)));
}

START_TEST(parameters)
{
	struct hkp_query q;

	ck_assert(hkp_query_read(bytes_of_str("op=get&x=%zz&options=mr,NM,"
					      "json&search=a%20b+c&search=d&"
					      "exact"),
		      &q) == ICS_OK);
	value_is(&q, HKP_PARAM_OP, "get");
	value_is(&q, HKP_PARAM_SEARCH, "a b c");
	value_is(&q, HKP_PARAM_EXACT, "");
	ck_assert(!hkp_query_has(&q, HKP_PARAM_LIMIT));
	ck_assert_uint_eq(q.options, HKP_OPTION_MR | HKP_OPTION_JSON);
}
END_TEST

START_TEST(parameters_refused)
{
	struct hkp_query q;
	char text[HKP_QUERY_TEXT_MAX + 16];

	ck_assert(hkp_query_read(bytes_of_str("search=%f"), &q) == ICS_EFORMAT);
	ck_assert(hkp_query_read(bytes_of_str("&&=&=x&"), &q) == ICS_OK);
	memset(text, 'a', sizeof(text));
	memcpy(text, "search=", 7);
	ck_assert(hkp_query_read(bytes_of(text, HKP_QUERY_TEXT_MAX + 7), &q) ==
		  ICS_OK);
	ck_assert(hkp_query_read(bytes_of(text, HKP_QUERY_TEXT_MAX + 8), &q) ==
		  ICS_ETOOBIG);
}
END_TEST

#define MULTI "multipart/form-data; boundary="
#define PART                                                   \
	"Content-Disposition: form-data; filename=\"name=\"; " \
	"name=\"keytext\"\r\nContent-Type: text/plain\r\n\r\n"

static const struct {
	const char *type, *body;
	enum ics_err err;
	const char *out;
} forms[] = {
	{ NULL, "keytext=a%0Ab", ICS_OK, "a\nb" },
	{ "application/x-www-form-urlencoded", "x=1&keytext=a+b&keytext=c",
	    ICS_OK, "a b" },
	{ "Application/X-WWW-Form-URLEncoded ; charset=UTF-8",
	    "keytext=", ICS_OK, "" },
	{ NULL, "nothing=1", ICS_ENOTFOUND, "" },
	{ NULL, "keytext=%x", ICS_EFORMAT, "" },
	{ "text/plain", "keytext=a", ICS_EUNSUPPORTED, "" },
	{ MULTI "b", "--b\r\n" PART "one\r\n--b--\r\n", ICS_OK, "one" },
	{ MULTI "\"b c\"; x=y", "--b c\r\n" PART "\r\n--b c--", ICS_OK, "" },
	{ MULTI "b",
	    "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n"
	    "--b\r\n" PART "two\r\n--b--",
	    ICS_OK, "two" },
	{ MULTI "b", "--b\r\n" PART "no end", ICS_ENOTFOUND, "" },
	{ MULTI "b", "", ICS_ENOTFOUND, "" },
	{ MULTI, "--\r\n", ICS_EFORMAT, "" },
	{ "multipart/form-data", "--\r\n", ICS_EFORMAT, "" },
};

START_TEST(form)
{
	struct buf out;

	buf_init(&out, 64);
	ck_assert_int_eq(hkp_form_field(bytes_of_str(forms[_i].body),
			     forms[_i].type, "keytext", &out),
	    forms[_i].err);
	if (forms[_i].err == ICS_OK)
		ck_assert(bytes_equal(buf_bytes(&out),
		    bytes_of_str(forms[_i].out)));
	buf_release(&out);
}
END_TEST

/* Each truncation, in a block of its exact size. */
START_TEST(form_truncated)
{
	size_t n = strlen(forms[_i].body);

	for (size_t cut = 0; cut < n; cut++) {
		struct bytes part = alloc_bytes(bytes_of(forms[_i].body, cut));
		struct buf out;

		buf_init(&out, 64);
		/* any answer, but no octet too far */
		(void)hkp_form_field(part, forms[_i].type, "keytext", &out);
		buf_release(&out);
		free((void *)(uintptr_t)part.p);
	}
}
END_TEST

START_TEST(form_too_big)
{
	struct buf out;

	buf_init(&out, 4);
	ck_assert(hkp_form_field(bytes_of_str("keytext=12345"), NULL, "keytext",
		      &out) == ICS_ETOOBIG);
	buf_release(&out);
	buf_init(&out, 4);
	ck_assert(hkp_form_field(bytes_of_str("--b\r\n" PART "12345\r\n--b--"),
		      MULTI "b", "keytext", &out) == ICS_ETOOBIG);
	buf_release(&out);
}
END_TEST

static void
add(TCase *tc)
{
	int n = (int)(sizeof(forms) / sizeof(forms[0]));

	tcase_add_loop_test(tc, decode, 0,
	    (int)(sizeof(decodings) / sizeof(decodings[0])));
	tcase_add_test(tc, parameters);
	tcase_add_test(tc, parameters_refused);
	tcase_add_loop_test(tc, form, 0, n);
	tcase_add_loop_test(tc, form_truncated, 0, n);
	tcase_add_test(tc, form_too_big);
}

int
main(void)
{
	return fixture_run("query", add);
}
