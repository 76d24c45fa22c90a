/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values: what is read out of them, and written again. */
#include "notations_make.h"

#define SHA256 "sha256:" MAKE_SHA256
#define SHA512 "sha512:" MAKE_SHA256 MAKE_SHA256
#define FPR4   "04" MAKE_DEVICE
#define FPR6   "06" MAKE_SHA256

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S(id)	 NOTATIONS_SYNTAX_##id

START_TEST(times)
{
	char text[CLOCK_TEXT_MAX];
	int64_t t;

	ck_assert_int_eq(
	    notations_time_read(bytes_of_str("2026-11-26T10:00:00Z"), &t),
	    ICS_OK);
	ck_assert_int_eq(t, 1795687200);
	for (int i = 0; i < 1000; i++) {
		int64_t want = (int64_t)fixture_below(253402300800u);

		clock_rfc3339(want, text);
		ck_assert_int_eq(notations_time_read(bytes_of_str(text), &t),
		    ICS_OK);
		ck_assert_int_eq(t, want);
	}
}
END_TEST

START_TEST(roles_and_approvals)
{
	struct notations_role_value role;
	struct notations_approval a;
	char text[NOTATIONS_PARAM_MAX + 1];

	ck_assert_int_eq(notations_role_read(
			     bytes_of_str("integrator;scope=Ac%20me/T*;until="
					  "2028-01-01T00:00:00Z"),
			     &role),
	    ICS_OK);
	ck_assert_int_eq(role.role, NOTATIONS_ROLE_INTEGRATOR);
	ck_assert_int_eq(role.until, 1830297600);
	notations_param_text(role.scope, text);
	ck_assert_str_eq(text, "Ac me/T*");
	ck_assert_int_eq(notations_role_read(bytes_of_str("owner"), &role),
	    ICS_OK);
	ck_assert(role.scope.n == 0 && role.until == 0);
	ck_assert_int_eq(notations_approval_read(
			     bytes_of_str("level=IIa;state=suspended;id=7;"
					  "scheme=mdr"),
			     &a),
	    ICS_OK);
	ck_assert(bytes_equal(a.scheme, bytes_of_str("mdr")));
	ck_assert(bytes_equal(a.id, bytes_of_str("7")));
	ck_assert(bytes_equal(a.level, bytes_of_str("IIa")));
	ck_assert(a.until == 0 && a.state == NOTATIONS_SUSPENDED);
	ck_assert_int_eq(notations_approval_read(bytes_of_str("scheme=a;id=b"),
			     &a),
	    ICS_OK);
	ck_assert_int_eq(a.state, NOTATIONS_GRANTED);
}
END_TEST

/* iot-notations: the value of hash for fw.bin is these 40 octets. */
START_TEST(atkins_hash)
{
	static const char hex[] = "0666772e62696e08" MAKE_SHA256;
	struct notations_digest d, named = { .n = 0 };
	char text[NOTATIONS_DIGEST_TEXT_MAX];
	uint8_t b[40], other[255 + 2 + 64];
	struct buf out;

	ck_assert_int_eq(hex_read(bytes_of_str(hex), b, sizeof(b)), ICS_OK);
	ck_assert_int_eq(notations_hash_read(bytes_of(b, 40), &d), ICS_OK);
	ck_assert(bytes_equal(d.name, bytes_of_str("fw.bin")));
	notations_digest_text(&d, text);
	ck_assert_str_eq(text, SHA256);
	buf_init(&out, 100);
	notations_hash_write(&d, &out);
	ck_assert(bytes_equal(buf_bytes(&out), bytes_of(b, 40)));
	ck_assert_int_eq(notations_digest_read(bytes_of_str(SHA256 " fw.bin"),
			     &named),
	    ICS_OK);
	buf_clear(&out);
	notations_hash_write(&named, &out);
	ck_assert(bytes_equal(buf_bytes(&out), bytes_of(b, 40)));
	for (size_t n = 0; n < 40; n++)
		ck_assert_int_eq(notations_hash_read(bytes_of(b, n), &d),
		    ICS_EFORMAT);
	ck_assert_int_eq(notations_value_check(S(HASH), bytes_of(b, 40), false),
	    ICS_OK);
	ck_assert_int_eq(notations_value_check(S(HASH), bytes_of(b, 40), true),
	    ICS_EFORMAT);
	memcpy(other, b, 40);
	ck_assert_int_eq(notations_hash_read(bytes_of(other, 41), &d),
	    ICS_EFORMAT);
	other[7] = 2; /* SHA-1 */
	ck_assert_int_eq(notations_hash_read(bytes_of(other, 28), &d),
	    ICS_EFORMAT);
	other[7] = 8;
	other[3] = '\n';
	ck_assert_int_eq(notations_hash_read(bytes_of(other, 40), &d),
	    ICS_EFORMAT);
	memcpy(&other[1], &b[7], 33); /* no name at all */
	other[0] = 0;
	ck_assert_int_eq(notations_hash_read(bytes_of(other, 34), &d), ICS_OK);
	ck_assert_uint_eq(d.name.n, 0);
	buf_release(&out);
}
END_TEST

START_TEST(subjects)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{ "dev:" FPR4, "dev:" FPR4 },
		{ "key:" FPR6, "dev:" FPR6 },
		{ "code:" SHA512, "code:" SHA512 },
		{ "rec:" SHA256, "rec:" SHA256 },
		{ MAKE_DEVICE, "dev:" FPR4 },
		{ "0x" MAKE_DEVICE, "dev:" FPR4 },
		{ "0X" FPR6, "dev:" FPR6 },
		{ FPR4, "dev:" FPR4 },
		{ MAKE_SHA256, "dev:" FPR6 },
		{ "0102 0304 0506 0708 0910  1112 1314 1516 1718 1920",
		    "dev:" FPR4 },
		{ SHA256, "code:" SHA256 },
		{ "AABBCCDDEEFF00112233445566778899AABBCCDD",
		    "dev:04" MAKE_ISSUER },
		{ SHA256 " fw.bin", NULL },
		{ "", NULL },
		{ "0x", NULL },
		{ "Alice", NULL },
		{ "05" MAKE_SHA256, NULL },
		{ FPR6 "00", NULL },
		{ FPR6 "0000", NULL },
		{ "dev:" MAKE_DEVICE, NULL },
	};
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct notations_subject s, again;
		uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
		bool ok =
		    notations_subject_guess(bytes_of_str(rows[i].text), &s);
		size_t n;

		ck_assert_msg(ok == (rows[i].want != NULL), "%s", rows[i].text);
		if (!ok)
			continue;
		notations_subject_text(&s, text);
		ck_assert_str_eq(text, rows[i].want);
		ck_assert(notations_subject_read(bytes_of_str(text), &again));
		ck_assert(notations_subject_equal(&s, &again));
		n = notations_subject_octets(&s, octets);
		ck_assert(notations_subject_of_octets(bytes_of(octets, n),
		    &again));
		ck_assert(notations_subject_equal(&s, &again));
		for (size_t cut = 0; cut < n; cut++)
			ck_assert(!notations_subject_of_octets(bytes_of(octets,
								   cut),
			    &again));
		octets[1] = 5;
		ck_assert(!notations_subject_of_octets(bytes_of(octets, n),
		    &again));
		octets[0] = 9;
		ck_assert(!notations_subject_of_octets(bytes_of(octets, n),
		    &again));
	}
}
END_TEST

/* What is no subject has a text none the less: a log's row may hold it. */
START_TEST(no_subjects)
{
	struct notations_subject odd = { NOTATIONS_SUBJECT_ENTITY, 5, 2,
		{ 0xab, 0xcd } };
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(&odd, text);
	ck_assert_str_eq(text, "dev:05abcd");
	odd.kind = NOTATIONS_SUBJECT_CODE;
	notations_subject_text(&odd, text);
	ck_assert(!notations_subject_read(bytes_of_str(text), &odd));
}
END_TEST

START_TEST(keys_as_subjects)
{
	struct pgp_fpr fpr = make_fpr(MAKE_DEVICE), back;
	struct notations_subject s;

	notations_subject_of_fpr(&fpr, &s);
	ck_assert(notations_subject_fpr(&s, &back));
	ck_assert(pgp_fpr_equal(&fpr, &back));
	fpr.version = 5;
	fpr.n = 32;
	notations_subject_of_fpr(&fpr, &s);
	ck_assert_int_eq(s.kind, NOTATIONS_SUBJECT_NONE);
	ck_assert(!notations_subject_fpr(&s, &back));
}
END_TEST

/* Rule e4.3: the safer has the larger number. */
START_TEST(order_of_states)
{
	static const char *const devices[] = { "active", "planned",
		"transferred", "suspended", "decommissioned", "lost", "stolen",
		"destroyed" };
	static const char *const codes[] = { "released", "approved",
		"deprecated", "vulnerable", "withdrawn" };
	enum notations_status before = NOTATIONS_STATUS_NONE, now;

	for (size_t i = 0; i < COUNT(devices); i++, before = now) {
		now = notations_status_find(bytes_of_str(devices[i]), false);
		ck_assert_uint_gt(now, before);
		ck_assert_str_eq(notations_status_word(now), devices[i]);
	}
	for (size_t i = 0; i < COUNT(codes); i++, before = now) {
		now = notations_status_find(bytes_of_str(codes[i]), true);
		ck_assert_uint_gt(now, before);
		ck_assert_str_eq(notations_status_word(now), codes[i]);
	}
	ck_assert_int_eq(notations_status_find(bytes_of_str("in-use"), false),
	    NOTATIONS_STATUS_ACTIVE);
	ck_assert_int_eq(notations_status_find(bytes_of_str("depreciated"),
			     true),
	    NOTATIONS_STATUS_DEPRECATED);
	ck_assert_int_eq(notations_status_find(bytes_of_str("in-use"), true),
	    NOTATIONS_STATUS_NONE);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, times);
	tcase_add_test(t, roles_and_approvals);
	tcase_add_test(t, atkins_hash);
	tcase_add_test(t, subjects);
	tcase_add_test(t, no_subjects);
	tcase_add_test(t, keys_as_subjects);
	tcase_add_test(t, order_of_states);
}

int
main(void)
{
	return fixture_run("notations_values", add);
}
