/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole signatures with notations, cut short and with every bit flipped:
 * nothing is read past an end, what is read as a statement obeys the rules,
 * and no change of what is signed goes unnoticed by the record digest.
 */
#include "notations_make.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	enum where where;
	const char *lines;
} rows[] = {
	{ CERT,
	    "manu=Acme\nmodel=T1000\nstatus@=active\n#hash=0008" MAKE_SHA256 },
	{ RECORD,
	    "rec@=code/1\nsubject@=" CODE "\ncode-hash@=sha256:" MAKE_SHA256
	    " fw.bin\ncode-target@=Acme/T*\ncode-released@="
	    "2026-10-01T08:00:00Z" },
	{ RECORD, "rec@=transfer/1\nsubject@=" DEV
		  "\nstatus@=transferred\nowner@=04" MAKE_ISSUER "\nseq@=1" },
	{ CONFIRM, "approval@=scheme=a;id=b;until=2028-01-01T00:00:00Z" },
};

static void
nothing(void *arg, struct bytes name, struct bytes value)
{
	(void)arg;
	ck_assert(name.n > 0 && value.n > 0 && value.n <= NOTATIONS_VALUE_MAX);
}

/* Read octets of their exact size; true when they are a statement. */
static bool
try_octets(struct bytes octets, enum where where, uint8_t digest[32])
{
	static const struct notations_terms terms = { nothing, NULL };
	struct reading r = { .certified = make_fpr(MAKE_DEVICE) };
	uint8_t *exact = alloc_new(octets.n + (octets.n == 0));
	enum ics_err err;

	ck_assert_int_eq(hex_read(bytes_of_str(MAKE_SHA256), r.target, 32),
	    ICS_OK);
	memcpy(exact, octets.p, octets.n);
	err = pgp_sig_parse(bytes_of(exact, octets.n), &r.sig);
	if (err == ICS_OK) {
		err = reading_parse(&r, where);
		ck_assert(err == ICS_OK || err == ICS_ENOTFOUND ||
			  err == ICS_EDENIED);
		ck_assert(err != ICS_EDENIED || r.rep.n > 0);
	}
	if (err == ICS_OK) {
		ck_assert_int_ne(r.st.subject.kind, NOTATIONS_SUBJECT_NONE);
		ck_assert(r.st.says >> r.st.kind & 1);
		notations_statement_terms(&r.st, &terms);
		memcpy(digest, r.st.digest, 32);
	}
	reading_release(&r);
	free(exact);
	return err == ICS_OK;
}

START_TEST(cut_short)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading r;
		uint8_t digest[32];

		ck_assert_int_eq(read_lines(&r, rows[i].where, rows[i].lines),
		    ICS_OK);
		for (size_t n = 0; n < r.body.n; n++)
			ck_assert(!try_octets(bytes_of(r.body.p, n),
			    rows[i].where, digest));
		reading_release(&r);
	}
}
END_TEST

START_TEST(bits_flipped)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading r;
		uint8_t digest[32];

		ck_assert_int_eq(read_lines(&r, rows[i].where, rows[i].lines),
		    ICS_OK);
		for (size_t bit = 0; bit < 8 * r.body.n; bit++) {
			r.body.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (try_octets(buf_bytes(&r.body), rows[i].where,
				digest))
				ck_assert_mem_ne(digest, r.st.digest, 32);
			r.body.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		reading_release(&r);
	}
}
END_TEST

START_TEST(version_3_says_nothing)
{
	static const char hex[] = "0305"
				  "00"
				  "000003e8"
				  "1122334455667788"
				  "0108"
				  "1234"
				  "0008ff";
	struct reading r = { .certified = make_fpr(MAKE_DEVICE) };
	uint8_t octets[sizeof(hex) / 2];

	ck_assert_int_eq(hex_read(bytes_of_str(hex), octets, sizeof(octets)),
	    ICS_OK);
	ck_assert_int_eq(pgp_sig_parse(bytes_of(octets, sizeof(octets)),
			     &r.sig),
	    ICS_OK);
	ck_assert_int_eq(reading_parse(&r, RECORD), ICS_EDENIED);
	ck_assert(report_has(&r.rep, NOTATIONS_REASON(old_version)));
	reading_release(&r);
	octets[2] = 0x10;
	r = (struct reading){ .certified = make_fpr(MAKE_DEVICE) };
	ck_assert_int_eq(pgp_sig_parse(bytes_of(octets, sizeof(octets)),
			     &r.sig),
	    ICS_OK);
	ck_assert_int_eq(reading_parse(&r, CERT), ICS_ENOTFOUND);
	reading_release(&r);
}
END_TEST

/* A signature of version 6 and an issuer of 64 digits. */
START_TEST(version_6)
{
	struct make_sig how = {
		.version = 6, .created = 1000, .hashed = "222106" MAKE_SHA256
	};
	struct reading r;

	ck_assert_int_eq(read_how(&r, RECORD, &how,
			     "rec@=note/1\nsubject@=dev:06" MAKE_OTHER),
	    ICS_OK);
	ck_assert_uint_eq(r.st.issuer.version, 6);
	ck_assert_uint_eq(r.st.subject.tag, 6);
	reading_release(&r);
	how.type = 0x13;
	r.certified = make_fpr(MAKE_DEVICE);
	ck_assert_int_eq(read_how(&r, CERT, &how, "manu=Acme"), ICS_OK);
	ck_assert_uint_eq(r.st.issuer.n, 32);
	reading_release(&r);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, cut_short);
	tcase_add_test(t, bits_flipped);
	tcase_add_test(t, version_3_says_nothing);
	tcase_add_test(t, version_6);
}

int
main(void)
{
	return fixture_run("notations_hostile", add);
}
