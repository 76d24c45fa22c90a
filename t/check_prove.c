/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bundles, heads, times and anchors: what is written is read, what was cut or
 * flipped is refused or still says the same.
 */
#include "audit/head.h"
#include "fixture.h"
#include "prove/anchors.h"
#include "prove/bundle.h"
#include "prove/ledger.h"
#include "prove/when.h"

/* ---- bundles --------------------------------------------------------------- */

static void
bundle_make(struct buf *text)
{
	struct bytes cert = fixture_read("certs/cert-01.pgp");
	struct prove_bundle b;

	prove_bundle_init(&b);
	ck_assert(notations_subject_guess(
	    bytes_of_str("0123456789abcdef0123456789abcdef01234567"),
	    &b.subject));
	b.made = 1795687200;
	(void)snprintf(b.server, sizeof(b.server), "https://ics.example");
	ck_assert_int_eq(pgp_input_read(cert, &b.packets), ICS_OK);
	ck_assert_int_eq(prove_bundle_write(&b, text), ICS_OK);
	prove_bundle_release(&b);
	fixture_free(cert);
}

static enum ics_err
bundle_try(struct bytes text, struct bytes *packets)
{
	struct prove_bundle b;
	enum ics_err err;

	prove_bundle_init(&b);
	err = prove_bundle_read(text, &b);
	if (err == ICS_OK && packets != NULL)
		*packets = alloc_bytes(buf_bytes(&b.packets));
	prove_bundle_release(&b);
	return err;
}

START_TEST(a_bundle_is_read_as_it_was_written)
{
	struct prove_bundle b;
	struct buf text;

	buf_init(&text, PROVE_BUNDLE_MAX);
	bundle_make(&text);
	prove_bundle_init(&b);
	ck_assert_int_eq(prove_bundle_read(buf_bytes(&text), &b), ICS_OK);
	ck_assert_int_eq(b.made, 1795687200);
	ck_assert_str_eq(b.server, "https://ics.example");
	ck_assert_int_eq(b.subject.kind, NOTATIONS_SUBJECT_ENTITY);
	ck_assert_uint_gt(b.packets.n, 0);
	prove_bundle_release(&b);
	buf_release(&text);
}
END_TEST

START_TEST(a_cut_bundle_is_refused)
{
	struct bytes want, got;
	struct buf text;

	buf_init(&text, PROVE_BUNDLE_MAX);
	bundle_make(&text);
	ck_assert_int_eq(bundle_try(buf_bytes(&text), &want), ICS_OK);
	/* The last lines of the armor alone may go. */
	for (size_t n = 0; n < text.n; n++) {
		uint8_t *exact = alloc_new(n + (n == 0));

		memcpy(exact, text.p, n);
		if (bundle_try(bytes_of(exact, n), &got) == ICS_OK) {
			ck_assert(bytes_equal(want, got));
			alloc_bytes_free(got);
			ck_assert_uint_ge(n + 50, text.n);
		}
		free(exact);
	}
	alloc_bytes_free(want);
	buf_release(&text);
}
END_TEST

/* Flips in words for people change nothing; all others are noticed. */
START_TEST(a_flipped_bundle_has_the_same_packets_or_none)
{
	struct bytes want, got;
	struct buf text;

	buf_init(&text, PROVE_BUNDLE_MAX);
	bundle_make(&text);
	ck_assert_int_eq(bundle_try(buf_bytes(&text), &want), ICS_OK);
	for (size_t i = 0; i < text.n; i++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			text.p[i] ^= (uint8_t)(1u << bit);
			if (bundle_try(buf_bytes(&text), &got) == ICS_OK) {
				ck_assert(bytes_equal(want, got));
				alloc_bytes_free(got);
			}
			text.p[i] ^= (uint8_t)(1u << bit);
		}
	}
	alloc_bytes_free(want);
	buf_release(&text);
}
END_TEST

/* ---- heads ------------------------------------------------------------------ */

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

START_TEST(heads_are_read)
{
	static const struct {
		const char *text;
		bool is_head;
		uint64_t size;
	} rows[] = {
		{ "ics.example/log\n7\n" ROOT "\n", true, 7 },
		{ "ics.example/log\n0\n" ROOT "\n\n\xe2\x80\x94 k AAAA\n", true,
		    0 },
		{ "ics.example/log\n7\n" ROOT, false, 0 },
		{ "ics.example/log\n07\n" ROOT "\n", false, 0 },
		{ "ics.example/log\n-7\n" ROOT "\n", false, 0 },
		{ "ics.example/log\n7\nAAAA\n", false, 0 },
		{ "ics.example/log\n7\n" ROOT "AAAA\n", false, 0 },
		{ "\n7\n" ROOT "\n", false, 0 },
		{ "a\x1b[2J\n7\n" ROOT "\n", false, 0 },
		{ "", false, 0 },
	};
	struct audit_head head;
	struct buf text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum ics_err err =
		    audit_head_read(bytes_of_str(rows[i].text), &head);

		ck_assert_msg((err == ICS_OK) == rows[i].is_head, "row %zu", i);
		if (err != ICS_OK)
			continue;
		ck_assert_uint_eq(head.size, rows[i].size);
		buf_init(&text, AUDIT_HEAD_TEXT_MAX);
		audit_head_write(&head, &text);
		ck_assert(bytes_starts_with(bytes_of_str(rows[i].text),
		    buf_bytes(&text)));
		buf_release(&text);
	}
}
END_TEST

/* ---- times and anchors --------------------------------------------------------- */

START_TEST(times_are_read)
{
	static const struct {
		const char *at, *known_at;
		enum ics_err err;
		int64_t want;
	} rows[] = {
		{ "2026-11-26", NULL, ICS_OK, 1795651200 },
		{ "2026-11-26T10:00:00Z", "12", ICS_OK, 1795687200 },
		{ "@1795687200", NULL, ICS_OK, 1795687200 },
		{ "2026-02-30", NULL, ICS_EUSAGE, 0 },
		{ "yesterday", NULL, ICS_EUSAGE, 0 },
		{ "@", NULL, ICS_EUSAGE, 0 },
		{ "@-1", NULL, ICS_EUSAGE, 0 },
		{ "2026-11-26", "0", ICS_EUSAGE, 0 },
		{ "2026-11-26", "x", ICS_EUSAGE, 0 },
	};
	struct policy_time when;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct prove_when_said said = { rows[i].at,
			rows[i].known_at };

		ck_assert_int_eq(prove_when_read(&said, &when), rows[i].err);
		if (rows[i].err != ICS_OK)
			continue;
		ck_assert_int_eq(when.at, rows[i].want);
		ck_assert_int_eq(when.skew, 0);
	}
}
END_TEST

START_TEST(anchors_are_read)
{
	static const char a[] = "0123456789abcdef0123456789abcdef01234567";
	struct prove_anchors *anchors = alloc_zero(1, sizeof(*anchors));
	struct buf list;

	buf_init(&list, 4096);
	buf_printf(&list, "%s,04%s,,%s/t/data/certs/cert-01.pgp", a, a,
	    getenv("srcdir"));
	ck_assert_int_eq(prove_anchors_read(buf_str(&list), anchors), ICS_OK);
	ck_assert_uint_eq(anchors->n, 2);
	ck_assert_uint_gt(anchors->certs.n, 0);
	prove_anchors_release(anchors);
	ck_assert_int_eq(prove_anchors_read(",", anchors), ICS_EUSAGE);
	prove_anchors_release(anchors);
	ck_assert_int_eq(prove_anchors_read("/nowhere", anchors), ICS_EIO);
	prove_anchors_release(anchors);
	ck_assert_int_eq(prove_anchors_read(NULL, anchors), ICS_OK);
	ck_assert_uint_eq(anchors->n, 0);
	prove_anchors_release(anchors);
	buf_release(&list);
	free(anchors);
}
END_TEST

/* Documents as strangers may form them, and the steps that are found: those
 * that count with a "+". */
static const struct {
	const char *doc, *steps;
} ledgers[] = {
	{ "{}", "" },
	{ "[]", "" },
	{ "{\"entries\": 7}", "" },
	{ "{\"entries\": {\"values\": {\"step\": [\"installed x\"]}}}", "" },
	{ "{\"entries\": [7, null, [], {}, {\"values\": 7}, "
	  "{\"values\": {\"step\": \"installed x\"}}, "
	  "{\"values\": {\"step\": [7, null, {}]}}]}",
	    "" },
	{ "{\"entries\": [{\"values\": {\"step\": [\"a x\", \"b\"]}, "
	  "\"standing\": \"claim\"}, "
	  "{\"values\": {\"step\": [\"c x\"]}, \"standing\": \"authorised\"}, "
	  "{\"values\": {\"step\": [\"d\"]}, \"standing\": [\"authorised\"]}]}",
	    " a x  b +c x  d" },
	{ "{\"statements\": [{\"values\": {\"step\": [\"\"]}, "
	  "\"standing\": \"superseded\"}]}",
	    "+" },
};

static void
step_note(void *arg, const struct prove_step *step)
{
	buf_printf(arg, "%s%s%s", ((struct buf *)arg)->n > 0 ? " " : "",
	    prove_statement_counts(step->statement) ? "+" : " ", step->text);
}

START_TEST(ledgers_of_any_form)
{
	json_t *doc = json_loads(ledgers[_i].doc, 0, NULL);
	struct buf out;
	const struct prove_steps steps = { step_note, &out };

	ck_assert_ptr_nonnull(doc);
	buf_init(&out, FIXTURE_MAX);
	prove_steps_each(doc, &steps);
	ck_assert_str_eq(buf_str(&out), ledgers[_i].steps);
	buf_release(&out);
	json_decref(doc);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, a_bundle_is_read_as_it_was_written);
	tcase_add_test(t, a_cut_bundle_is_refused);
	tcase_add_test(t, a_flipped_bundle_has_the_same_packets_or_none);
	tcase_add_test(t, heads_are_read);
	tcase_add_test(t, times_are_read);
	tcase_add_test(t, anchors_are_read);
	tcase_add_loop_test(t, ledgers_of_any_form, 0,
	    (int)(sizeof(ledgers) / sizeof(ledgers[0])));
}

int
main(void)
{
	/* What is refused says so on standard error; that is not the test's. */
	if (freopen("/dev/null", "w", stderr) == NULL ||
	    pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("prove", add);
}
