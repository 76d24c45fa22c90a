/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The opening: what SKS and Hockeypuck said to each of these, we say, octet
 * for octet; and what they may say to us.
 */
#include <jansson.h>

#include "fixture.h"

#include "base/hex.h"
#include "recon/config.h"

static struct bytes
octets_of(const json_t *row, const char *key)
{
	const char *hex = json_string_value(json_object_get(row, key));
	size_t n = strlen(hex) / 2;
	uint8_t *octets = alloc_new(n + 1);

	ck_assert_int_eq(hex_read(bytes_of_str(hex), octets, n), ICS_OK);
	return bytes_of(octets, n);
}

/* A Config in its frame. */
static enum recon_end
config_of(struct bytes framed, struct recon_config *c)
{
	struct recon_msg m;

	ck_assert_uint_eq(be32_from_bytes(framed.p), framed.n - 4);
	ck_assert_int_eq(recon_msg_read(bytes_of(framed.p + 4, framed.n - 4),
			     &m),
	    RECON_GOING_ON);
	ck_assert_int_eq(m.type, RECON_CONFIG);
	return recon_config_read(m.body, c);
}

static void
judge(const struct recon_config *ours, const struct recon_config *theirs,
    bool as_text, struct buf *out)
{
	struct buf why;

	buf_init(&why, RECON_CONFIG_FRAME_MAX);
	if (recon_config_suits(ours, theirs, as_text, &why))
		recon_verdict_passed(out);
	else
		recon_verdict_failed(out, buf_bytes(&why));
	buf_release(&why);
}

static json_t *
cases_read(const char *name)
{
	struct bytes text = fixture_read(name);
	json_t *all = json_loadb((const char *)text.p, text.n, 0, NULL);

	fixture_free(text);
	ck_assert_ptr_nonnull(all);
	return all;
}

START_TEST(verdicts_of_sks)
{
	json_t *all = cases_read("recon/config-exchange-sks.json"), *row;
	size_t i;

	json_array_foreach(json_object_get(all, "cases"), i, row)
	{
		struct bytes sent = octets_of(row, "initiator_sends");
		struct bytes said = octets_of(row, "sks_sends_config");
		struct bytes reply = octets_of(row, "sks_sends_reply");
		struct recon_config ours, theirs;
		struct buf out;

		buf_init(&out, RECON_FRAME_MAX);
		ck_assert_int_eq(config_of(sent, &theirs), RECON_GOING_ON);
		ck_assert_int_eq(config_of(said, &ours), RECON_GOING_ON);
		recon_config_write(&out, &ours);
		ck_assert(bytes_equal(buf_bytes(&out), said));
		buf_clear(&out);
		judge(&ours, &theirs, false, &out);
		ck_assert_msg(bytes_equal(buf_bytes(&out), reply), "%s",
		    json_string_value(json_object_get(row, "name")));
		buf_release(&out);
		fixture_free(sent);
		fixture_free(said);
		fixture_free(reply);
	}
	ck_assert_uint_eq(i, 9);
	json_decref(all);
}
END_TEST

/* It hangs up without a word on a number of a wrong length; we say why. */
START_TEST(verdicts_of_hockeypuck)
{
	json_t *all = cases_read("recon/config-exchange-hockeypuck.json");
	json_t *row;
	size_t i, mute = 0;

	json_array_foreach(json_object_get(all, "cases"), i, row)
	{
		struct bytes sent = octets_of(row, "initiator_sends");
		struct bytes said = octets_of(row, "hockeypuck_sends_config");
		struct bytes reply = octets_of(row, "hockeypuck_sends_reply");
		struct recon_config ours, theirs;
		struct buf out;

		buf_init(&out, RECON_FRAME_MAX);
		ck_assert_int_eq(config_of(sent, &theirs), RECON_GOING_ON);
		ck_assert_int_eq(config_of(said, &ours), RECON_GOING_ON);
		judge(&ours, &theirs, true, &out);
		mute += reply.n == 0;
		ck_assert_msg(reply.n == 0
				  ? bytes_starts_with(buf_bytes(&out),
					bytes_of_str("\0\0\0\6failed"))
				  : bytes_equal(buf_bytes(&out), reply),
		    "%s", json_string_value(json_object_get(row, "name")));
		buf_release(&out);
		fixture_free(sent);
		fixture_free(said);
		fixture_free(reply);
	}
	ck_assert_uint_eq(i, 10);
	ck_assert_uint_eq(mute, 1);
	json_decref(all);
}
END_TEST

START_TEST(versions_and_filters)
{
	static const struct {
		const char *version, *filters;
		bool want;
	} rows[] = {
		{ "1.1.6", "a,b", true },
		{ "0.1.5", "a,b", true },
		{ "0.1.4", "a,b", false },
		{ "0.2.0", "a,b", true },
		{ "0.0.9", "a,b", false },
		{ "2.0.0", "a,b", true },
		{ "1.1", "a,b", false },
		{ "1.1.6+", "a,b", false },
		{ "1.1.6.", "a,b", false },
		{ "1..6", "a,b", false },
		{ ".1.6", "a,b", false },
		{ "1.1.9999999", "a,b", false },
		{ "", "a,b", false },
		{ "1.1.6", "b,a", true },
		{ "1.1.6", "b,a,b,", true },
		{ "1.1.6", "a", false },
		{ "1.1.6", "a,b,c", false },
		{ "1.1.6", "ab", false },
		{ "1.1.6", "", false },
	};
	struct recon_setup setup = { .version = "1.1.6", .filters = "a,b" };
	struct recon_config ours, theirs;

	recon_config_init(&ours, &setup);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf why;

		setup.version = rows[i].version;
		setup.filters = rows[i].filters;
		recon_config_init(&theirs, &setup);
		buf_init(&why, RECON_CONFIG_FRAME_MAX);
		ck_assert_msg(recon_config_suits(&ours, &theirs, false, &why) ==
				  rows[i].want,
		    "row %zu", i);
		ck_assert_int_eq(why.n == 0, rows[i].want);
		buf_release(&why);
	}
}
END_TEST

/* A map of so many entries, the last of which has this name and value. */
static void
map_make(struct buf *map, uint32_t n, struct bytes name, struct bytes value)
{
	buf_be32(map, n);
	for (uint32_t i = 1; i < n; i++) {
		recon_msg_string(map, bytes_of_str("k"));
		recon_msg_string(map, bytes_of_str(""));
	}
	recon_msg_string(map, name);
	recon_msg_string(map, value);
}

START_TEST(maps_have_bounds)
{
	static const char long_text[RECON_CONFIG_TEXT_MAX + 1] = "";
	static const struct {
		const char *name;
		uint32_t n;
		const char *key;
		size_t value; /* octets, zeroes */
		enum recon_end want;
		enum recon_given given; /* of filters */
	} rows[] = {
		{ "one", 1, "filters", 0, RECON_GOING_ON, RECON_KEY_SOUND },
		{ "a text of zeroes", 1, "filters", 1, RECON_GOING_ON,
		    RECON_KEY_BAD },
		{ "32", 32, "filters", 0, RECON_GOING_ON, RECON_KEY_SOUND },
		{ "33", 33, "filters", 0, RECON_END_SHAPE, RECON_KEY_MISSING },
		{ "a value of 1 KiB", 1, "x", RECON_CONFIG_TEXT_MAX,
		    RECON_GOING_ON, RECON_KEY_MISSING },
		{ "filters of 1 KiB", 1, "filters", RECON_CONFIG_TEXT_MAX,
		    RECON_GOING_ON, RECON_KEY_BAD },
		{ "more", 1, "x", RECON_CONFIG_TEXT_MAX + 1, RECON_END_SHAPE,
		    RECON_KEY_MISSING },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recon_config c;
		struct buf map;

		buf_init(&map, RECON_FRAME_MAX);
		map_make(&map, rows[i].n, bytes_of_str(rows[i].key),
		    bytes_of(long_text, rows[i].value));
		ck_assert_msg(recon_config_read(buf_bytes(&map), &c) ==
				  rows[i].want,
		    "%s", rows[i].name);
		ck_assert_msg(rows[i].want != RECON_GOING_ON ||
				  c.given[RECON_KEY_FILTERS] == rows[i].given,
		    "%s", rows[i].name);
		buf_u8(&map, 0);
		ck_assert_int_eq(recon_config_read(buf_bytes(&map), &c),
		    RECON_END_SHAPE);
		buf_release(&map);
	}
}
END_TEST

#define WORD(text) "\0\0\0\6" text

START_TEST(verdicts_are_read)
{
	static const struct {
		const char *octets;
		size_t n;
		bool is_all;
		enum recon_verdict want;
		size_t used;
		const char *why;
	} rows[] = {
		{ WORD("passed"), 10, false, RECON_VERDICT_PASSED, 10, "" },
		{ WORD("passedrest"), 14, false, RECON_VERDICT_PASSED, 10, "" },
		{ WORD("passed"), 9, false, RECON_VERDICT_PART, 0, "" },
		{ WORD("passed"), 0, false, RECON_VERDICT_PART, 0, "" },
		{ WORD("passed"), 3, false, RECON_VERDICT_PART, 0, "" },
		{ "\0\0\0\7passedx", 11, false, RECON_VERDICT_NONE, 0, "" },
		{ "\x80\0\0\0", 4, false, RECON_VERDICT_NONE, 0, "" },
		{ WORD("failed"), 10, false, RECON_VERDICT_PART, 0, "" },
		{ WORD("failed"), 10, true, RECON_VERDICT_FAILED, 10, "" },
		{ WORD("failed\0\0\0\2no"), 16, false, RECON_VERDICT_FAILED, 16,
		    "no" },
		{ WORD("failed\0\0\0\2no"), 15, false, RECON_VERDICT_PART, 0,
		    "" },
		{ WORD("failed\x7f\0\0\2no"), 16, false, RECON_VERDICT_FAILED,
		    0, "" },
		{ WORD("failed\0\0\0\x27"
		       "sync not available, currently mutating"),
		    52, false, RECON_VERDICT_PART, 0, "" },
		{ WORD("failed\0\0\0\x26"
		       "sync not available, currently mutating"),
		    52, false, RECON_VERDICT_BUSY, 52,
		    "sync not available, currently mutating" },
		{ WORD("PASSED"), 10, false, RECON_VERDICT_NONE, 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes why, in = bytes_of(rows[i].octets, rows[i].n);
		size_t used = 0;

		ck_assert_msg(recon_verdict_read(in, rows[i].is_all, &used,
				  &why) == rows[i].want,
		    "row %zu", i);
		if (rows[i].used != 0)
			ck_assert_uint_eq(used, rows[i].used);
		ck_assert(bytes_equal(why, bytes_of_str(rows[i].why)));
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, verdicts_of_sks);
	tcase_add_test(t, verdicts_of_hockeypuck);
	tcase_add_test(t, versions_and_filters);
	tcase_add_test(t, maps_have_bounds);
	tcase_add_test(t, verdicts_are_read);
}

int
main(void)
{
	return fixture_run("recon_config", add);
}
