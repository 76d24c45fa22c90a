/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, and the sets that signatures carry: both ways. */
#include "notations_make.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct buf body; /* the set's views point into it */

static enum ics_err
set_of(const char *lines, struct report *rep, struct notations_set *set)
{
	struct make_sig how = { .type = 0x10, .created = 1000 };
	struct pgp_sig sig;

	buf_release(&body);
	buf_init(&body, 300000);
	make_noted(&body, &how, lines);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	return notations_set_read(&sig, rep, set);
}

START_TEST(every_name_both_ways)
{
	for (int i = 0; i < NOTATIONS_NAME_COUNT; i++) {
		enum notations_name name = (enum notations_name)i;
		const struct notations_row *row = notations_row(name);
		const char *text = notations_name_text(name);
		struct buf b;

		ck_assert_int_eq(notations_name_find(bytes_of_str(row->name)),
		    name);
		ck_assert_int_eq(notations_name_find(bytes_of_str(text)), name);
		ck_assert_int_eq(strchr(text, '@') == NULL, row->is_atkins);
		buf_init(&b, 100);
		buf_printf(&b, "%s@%s", row->name, NOTATION_DOMAIN);
		ck_assert_int_eq(notations_name_find(buf_bytes(&b)), name);
		buf_put_str(&b, "x");
		ck_assert_int_eq(notations_name_find(buf_bytes(&b)),
		    NOTATIONS_NAME_UNKNOWN);
		buf_clear(&b);
		buf_printf(&b, "%s@", row->name);
		ck_assert_int_eq(notations_name_find(buf_bytes(&b)),
		    NOTATIONS_NAME_UNKNOWN);
		buf_release(&b);
	}
	ck_assert_int_eq(notations_name_find(bytes_of_str("")),
	    NOTATIONS_NAME_UNKNOWN);
	ck_assert_int_eq(notations_name_find(bytes_of_str("Manu")),
	    NOTATIONS_NAME_UNKNOWN);
	ck_assert_int_eq(notations_name_find(bytes_of_str("@ics.example")),
	    NOTATIONS_NAME_UNKNOWN);
}
END_TEST

static void
written(const struct notations_raw *raw, const char *hex)
{
	char is[2 * 100 + 1];
	struct buf b;

	buf_init(&b, 100);
	notations_write_raw(raw, &b);
	hex_lower(buf_bytes(&b), is);
	ck_assert_str_eq(is, hex);
	buf_release(&b);
}

/* iot-notations b4: the octets of these two subpackets. */
START_TEST(octets_of_examples)
{
	struct notations_digest d = {
		.hash = PGP_HASH_SHA256, .n = 32, .name = bytes_of_str("fw.bin")
	};
	struct buf value, b;
	char is[2 * 60 + 1];

	buf_init(&b, 100);
	buf_init(&value, 100);
	notations_write(NOTATIONS_NAME_MANU, bytes_of_str("Acme"), &b);
	hex_lower(buf_bytes(&b), is);
	ck_assert_str_eq(is, "1114800000000004"
			     "00046d616e7541636d65");
	ck_assert_int_eq(hex_read(bytes_of_str(MAKE_SHA256), d.b, 32), ICS_OK);
	notations_hash_write(&d, &value);
	buf_clear(&b);
	notations_write(NOTATIONS_NAME_HASH, buf_bytes(&value), &b);
	hex_lower(buf_bytes(&b), is);
	ck_assert_str_eq(is, "3514000000000004"
			     "0028"
			     "68617368"
			     "0666772e62696e08" MAKE_SHA256);
	written(&(struct notations_raw){ bytes_of_str("x"), bytes_of_str("yz"),
		    true, true },
	    "0c94800000000001"
	    "0002"
	    "78797a");
	buf_release(&b);
	buf_release(&value);
}
END_TEST

/* Lengths of one, two and five octets are read as they were written. */
START_TEST(lengths_of_subpackets)
{
	static const size_t sizes[] = { 0, 182, 183, 1000, 8374, 8375, 60000 };
	uint8_t *octets = alloc_zero(60000, 1);

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct notations_raw raw = { bytes_of_str("x"),
			bytes_of(octets, sizes[i]), false, false };
		struct pgp_notation n;
		struct cursor cur;
		struct buf b;

		buf_init(&b, 70000);
		notations_write_raw(&raw, &b);
		cur = cursor_of(buf_bytes(&b));
		ck_assert_int_eq(pgp_notation_next(&cur, &n), ICS_OK);
		ck_assert_uint_eq(n.value.n, sizes[i]);
		ck_assert_int_eq(pgp_notation_next(&cur, &n), ICS_ENOTFOUND);
		buf_release(&b);
	}
	free(octets);
}
END_TEST

START_TEST(bare_is_the_same_as_suffixed)
{
	static const char *const pairs[][2] = {
		{ "manu=Acme\nserial@=1\nstatus@=lost",
		    "manu@=Acme\nserial=1\nstatus=lost" },
		{ "rec@=note/1\nreason@=x", "rec=note/1\nreason=x" },
	};

	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct notations_set a, b;
		struct report rep = { 0 };
		enum notations_name names[8];
		size_t n;

		ck_assert_int_eq(set_of(pairs[i][0], &rep, &a), ICS_OK);
		n = a.n;
		for (size_t k = 0; k < n; k++)
			names[k] = a.at[k].name;
		notations_set_release(&a);
		ck_assert_int_eq(set_of(pairs[i][1], &rep, &b), ICS_OK);
		ck_assert_uint_eq(b.n, n);
		for (size_t k = 0; k < n; k++) {
			ck_assert_int_eq(b.at[k].name, names[k]);
			ck_assert_int_ne(names[k], NOTATIONS_NAME_UNKNOWN);
		}
		notations_set_release(&b);
		ck_assert_uint_eq(rep.n, 0);
	}
}
END_TEST

START_TEST(order_and_unknown_names)
{
	struct notations_set set;
	struct report rep = { 0 };
	const struct notations_entry *e;

	ck_assert_int_eq(set_of("label@=a:1\nx@other.example=y\n#salt=00ff\n"
				"label@=b:2\n!later@=z",
			     &rep, &set),
	    ICS_OK);
	ck_assert_uint_eq(set.n, 5);
	e = notations_set_get(&set, NOTATIONS_NAME_LABEL);
	ck_assert(e == &set.at[0]);
	ck_assert(bytes_equal(set.at[1].text, bytes_of_str("x@other.example")));
	ck_assert(bytes_equal(set.at[1].value, bytes_of_str("y")));
	ck_assert_int_eq(set.at[1].name, NOTATIONS_NAME_UNKNOWN);
	ck_assert(!set.at[2].is_readable && set.at[2].value.n == 2);
	ck_assert(bytes_equal(set.at[3].value, bytes_of_str("b:2")));
	ck_assert(set.at[4].is_critical && !set.at[0].is_critical);
	ck_assert_ptr_null(notations_set_get(&set, NOTATIONS_NAME_MANU));
	notations_set_release(&set);
	ck_assert_uint_eq(rep.n, 0);
}
END_TEST

START_TEST(what_breaks_a_rule)
{
	static const struct {
		const char *lines;
		enum notations_reason_index reason;
	} rows[] = {
		{ "manu=Acme\nmanu=Bcme", NOTATIONS_REASON_repeated },
		{ "manu=Acme\nmanu@=Acme", NOTATIONS_REASON_repeated },
		{ "manu= Acme", NOTATIONS_REASON_bad_value },
		{ "manu=", NOTATIONS_REASON_bad_value },
		{ "status@=gone", NOTATIONS_REASON_bad_value },
		{ "#manu=41", NOTATIONS_REASON_bad_flags },
		{ "hash=x", NOTATIONS_REASON_bad_flags },
		{ "#hash=00", NOTATIONS_REASON_bad_value },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct notations_set set;
		struct report rep = { 0 };

		ck_assert_int_eq(set_of(rows[i].lines, &rep, &set),
		    ICS_EDENIED);
		ck_assert_uint_eq(rep.n, 1);
		ck_assert_msg(report_has(&rep,
				  &notations_reasons[rows[i].reason]),
		    "%s: %s", rows[i].lines, rep.at[0].reason->name);
		notations_set_release(&set);
		report_release(&rep);
	}
}
END_TEST

START_TEST(further_flags_are_refused)
{
	struct make_sig how = { .type = 0x10,
		.created = 1000,
		.hashed = "1114800000010004"
			  "00046d616e7541636d65" };
	struct notations_set set;
	struct report rep = { 0 };
	struct pgp_sig sig;

	buf_release(&body);
	buf_init(&body, 1000);
	make_sig_body(&body, &how);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	ck_assert_int_eq(notations_set_read(&sig, &rep, &set), ICS_EDENIED);
	ck_assert(report_has(&rep, NOTATIONS_REASON(bad_flags)));
	notations_set_release(&set);
	report_release(&rep);
}
END_TEST

START_TEST(the_unhashed_area_is_not_read)
{
	struct make_sig how = { .type = 0x10,
		.created = 1000,
		.unhashed = "1114800000000004"
			    "00046d616e7541636d65" };
	struct notations_set set;
	struct report rep = { 0 };
	struct pgp_sig sig;

	buf_release(&body);
	buf_init(&body, 1000);
	make_sig_body(&body, &how);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	ck_assert_int_eq(notations_set_read(&sig, &rep, &set), ICS_OK);
	ck_assert_uint_eq(set.n, 0);
}
END_TEST

START_TEST(ceilings)
{
	struct notations_set set;
	struct report rep = { 0 };
	struct buf lines;

	buf_init(&lines, 10000);
	for (unsigned i = 0; i < NOTATIONS_MAX; i++)
		buf_printf(&lines, "label@=a:%u\n", i);
	ck_assert_int_eq(set_of(buf_str(&lines), &rep, &set), ICS_OK);
	ck_assert_uint_eq(set.n, NOTATIONS_MAX);
	notations_set_release(&set);
	buf_put_str(&lines, "label@=b:1\n");
	ck_assert_int_eq(set_of(buf_str(&lines), &rep, &set), ICS_ETOOBIG);
	ck_assert_uint_eq(set.n, NOTATIONS_MAX);
	ck_assert(report_has(&rep, NOTATIONS_REASON(too_many)));
	notations_set_release(&set);
	report_release(&rep);
	for (int more = 0; more < 2; more++) { /* a value */
		buf_clear(&lines);
		buf_put_str(&lines, "manu=Acme\nx@other.example=");
		for (unsigned i = 0; i < NOTATIONS_VALUE_MAX; i++)
			buf_u8(&lines, 'x');
		buf_put_str(&lines, more ? "x" : "");
		ck_assert_int_eq(set_of(buf_str(&lines), &rep, &set),
		    more ? ICS_ETOOBIG : ICS_OK);
		ck_assert_int_eq(report_has(&rep, NOTATIONS_REASON(too_long)),
		    more);
		notations_set_release(&set);
	}
	report_release(&rep);
	for (int more = 0; more < 2; more++) { /* a name */
		buf_clear(&lines);
		for (unsigned i = 0; i < NOTATIONS_NAME_MAX; i++)
			buf_u8(&lines, 'x');
		buf_put_str(&lines, more ? "x=1" : "=1");
		ck_assert_int_eq(set_of(buf_str(&lines), &rep, &set),
		    more ? ICS_ETOOBIG : ICS_OK);
		notations_set_release(&set);
	}
	report_release(&rep);
	buf_release(&lines);
	buf_release(&body);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, every_name_both_ways);
	tcase_add_test(t, octets_of_examples);
	tcase_add_test(t, lengths_of_subpackets);
	tcase_add_test(t, bare_is_the_same_as_suffixed);
	tcase_add_test(t, order_and_unknown_names);
	tcase_add_test(t, what_breaks_a_rule);
	tcase_add_test(t, further_flags_are_refused);
	tcase_add_test(t, the_unhashed_area_is_not_read);
	tcase_add_test(t, ceilings);
}

int
main(void)
{
	return fixture_run("notations_sets", add);
}
