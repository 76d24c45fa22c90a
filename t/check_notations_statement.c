/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements: what each carrier implies, which rules are held, and what names
 * a statement.
 */
#include "notations_make.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(id)	 (1u << NOTATIONS_KIND_##id)

static const struct {
	enum where where;
	const char *lines;
	enum notations_kind kind;
	unsigned says;
} good[] = {
	{ CERT, "manu=Acme", NOTATIONS_KIND_DEVICE, BIT(DEVICE) },
	{ CERT, "#hash=0666772e62696e08" MAKE_SHA256, NOTATIONS_KIND_DEVICE,
	    BIT(DEVICE) },
	{ CERT, "status@=in-use", NOTATIONS_KIND_DEVICE_STATUS,
	    BIT(DEVICE_STATUS) },
	{ CERT, "manu=Acme\nstatus@=active\nlabel@=a:b",
	    NOTATIONS_KIND_DEVICE_STATUS,
	    BIT(DEVICE) | BIT(DEVICE_STATUS) | BIT(LABEL) },
	{ CERT, "role@=owner", NOTATIONS_KIND_ROLE, BIT(ROLE) },
	{ CERT, "approval@=scheme=a;id=b", NOTATIONS_KIND_APPROVAL,
	    BIT(APPROVAL) },
	{ CERT, "owner@=04" MAKE_ISSUER, NOTATIONS_KIND_TRANSFER,
	    BIT(TRANSFER) },
	{ CERT, "status@=transferred\nowner@=04" MAKE_ISSUER,
	    NOTATIONS_KIND_DEVICE_STATUS, BIT(DEVICE_STATUS) | BIT(TRANSFER) },
	{ CERT, "reason@=because", NOTATIONS_KIND_NOTE, BIT(NOTE) },
	{ CERT, "vetting@=seen", NOTATIONS_KIND_NOTE, BIT(NOTE) },
	{ CERT, "rec@=device/1\nsubject@=" DEV, NOTATIONS_KIND_DEVICE,
	    BIT(DEVICE) },
	{ CERT, "rec@=device/1\nsubject@=key:04" MAKE_DEVICE "\nstatus@=active",
	    NOTATIONS_KIND_DEVICE, BIT(DEVICE) | BIT(DEVICE_STATUS) },
	{ CERT, "manu=Acme\nnew@=1\nx@other.example=2", NOTATIONS_KIND_DEVICE,
	    BIT(DEVICE) },
	{ RECORD, "rec@=device-status/1\nsubject@=" DEV "\nstatus@=stolen",
	    NOTATIONS_KIND_DEVICE_STATUS, BIT(DEVICE_STATUS) },
	{ RECORD, "rec=device-status/1\nsubject=" DEV "\nstatus=stolen",
	    NOTATIONS_KIND_DEVICE_STATUS, BIT(DEVICE_STATUS) },
	{ RECORD, "rec@=device/1\nsubject@=" DEV "\nmanu=Acme",
	    NOTATIONS_KIND_DEVICE, BIT(DEVICE) },
	{ RECORD,
	    "rec@=code/1\nsubject@=" CODE "\ncode-hash@=sha256:" MAKE_SHA256
	    " fw.bin\ncode-hash@=sha256:" MAKE_OTHER,
	    NOTATIONS_KIND_CODE, BIT(CODE) },
	{ RECORD,
	    "rec@=code/1\nsubject@=" CODE "\ncode-hash@=sha256:" MAKE_OTHER
	    "\ncode-hash@=sha256:" MAKE_SHA256 " gpg writes from the last",
	    NOTATIONS_KIND_CODE, BIT(CODE) },
	{ RECORD,
	    "rec@=code/1\nsubject@=" CODE "\n#hash=0008" MAKE_OTHER
	    "\n#hash=0008" MAKE_SHA256,
	    NOTATIONS_KIND_CODE, BIT(CODE) },
	{ RECORD,
	    "rec@=code-status/1\nsubject@=" CODE
	    "\ncode-status@=vulnerable\nvuln@=CVE-2026-12345;cvss=8.1"
	    "\ncode-version@=1",
	    NOTATIONS_KIND_CODE_STATUS, BIT(CODE_STATUS) },
	{ RECORD,
	    "rec@=code-status/1\nsubject@=" CODE
	    "\ncode-status@=approved\napproval@=scheme=a;id=b",
	    NOTATIONS_KIND_CODE_STATUS, BIT(CODE_STATUS) | BIT(APPROVAL) },
	{ RECORD, "rec@=approval/1\nsubject@=" CODE "\napproval@=scheme=a;id=b",
	    NOTATIONS_KIND_APPROVAL, BIT(APPROVAL) },
	{ RECORD, "rec@=approval/1\nsubject@=" REC "\napproval@=scheme=a;id=b",
	    NOTATIONS_KIND_APPROVAL, BIT(APPROVAL) },
	{ RECORD, "rec@=role/1\nsubject@=key:04" MAKE_DEVICE "\nrole@=owner",
	    NOTATIONS_KIND_ROLE, BIT(ROLE) },
	{ RECORD,
	    "rec@=transfer/1\nsubject@=" DEV
	    "\nstatus@=transferred\nowner@=04" MAKE_ISSUER,
	    NOTATIONS_KIND_TRANSFER, BIT(TRANSFER) | BIT(DEVICE_STATUS) },
	{ RECORD, "rec@=note/1\nsubject@=" REC "\nreason@=x",
	    NOTATIONS_KIND_NOTE, BIT(NOTE) },
	{ RECORD, "rec@=label/1\nsubject@=" CODE "\nlabel@=a:b",
	    NOTATIONS_KIND_LABEL, BIT(LABEL) },
	{ CONFIRM, "", NOTATIONS_KIND_NOTE, BIT(NOTE) },
	{ CONFIRM, "subject@=" REC "\nreason@=seen", NOTATIONS_KIND_NOTE,
	    BIT(NOTE) },
	{ CONFIRM, "approval@=scheme=a;id=b", NOTATIONS_KIND_APPROVAL,
	    BIT(APPROVAL) },
	{ CONFIRM, "rec@=label/1\nlabel@=a:b", NOTATIONS_KIND_LABEL,
	    BIT(LABEL) },
};

static const struct {
	enum where where;
	const char *lines;
	enum notations_reason_index reason;
} bad[] = {
#define R(id) NOTATIONS_REASON_##id
	{ RECORD, "", R(missing) },
	{ RECORD, "subject@=" DEV "\nstatus@=lost", R(missing) },
	{ RECORD, "rec@=device-status/1\nstatus@=lost", R(missing) },
	{ RECORD, "rec@=device-status/1\nsubject@=" DEV, R(missing) },
	{ RECORD, "rec@=code-status/1\nsubject@=" CODE, R(missing) },
	{ RECORD, "rec@=code/1\nsubject@=" CODE, R(missing) },
	{ RECORD, "rec@=role/1\nsubject@=" DEV, R(missing) },
	{ RECORD, "rec@=approval/1\nsubject@=" CODE, R(missing) },
	{ RECORD, "rec@=label/1\nsubject@=" CODE, R(missing) },
	{ RECORD, "rec@=transfer/1\nsubject@=" DEV, R(missing) },
	{ RECORD, "rec@=device-status/1\nsubject@=" DEV "\nstatus@=transferred",
	    R(missing) },
	{ CERT, "status@=transferred", R(missing) },
	{ RECORD, "rec@=note/2\nsubject@=" DEV, R(unknown_schema) },
	{ RECORD, "rec@=note/0\nsubject@=" DEV, R(unknown_schema) },
	{ RECORD, "rec@=note/01\nsubject@=" DEV, R(bad_value) },
	{ RECORD, "rec@=gossip/1\nsubject@=" DEV, R(unknown_kind) },
	{ RECORD, "rec@=withdrawal/1\nsubject@=" DEV, R(unknown_kind) },
	{ RECORD, "rec@=revocation/1\nsubject@=" DEV, R(unknown_kind) },
	{ RECORD, "rec@=note/1\nrec@=note/1\nsubject@=" DEV, R(repeated) },
	{ RECORD, "rec@=note/1\nsubject@=" DEV "\nsubject@=" DEV, R(repeated) },
	{ RECORD, "#rec@=6e6f74652f31\nsubject@=" DEV, R(bad_flags) },
	{ RECORD, "rec@=note/1\n#subject@=00", R(bad_flags) },
	{ RECORD, "rec@=note/1\nsubject@=me", R(bad_value) },
	{ RECORD, "rec@=note/1\nsubject@=" DEV "\nstatus@=lost",
	    R(wrong_status) },
	{ RECORD, "rec@=role/1\nsubject@=" DEV "\nrole@=owner\nstatus@=lost",
	    R(wrong_status) },
	{ RECORD,
	    "rec@=device-status/1\nsubject@=" DEV
	    "\nstatus@=lost\ncode-status@=released",
	    R(wrong_status) },
	{ RECORD,
	    "rec@=code-status/1\nsubject@=" CODE
	    "\ncode-status@=released\nstatus@=lost",
	    R(wrong_status) },
	{ RECORD, "rec@=note/1\nsubject@=" CODE "\ncode-status@=released",
	    R(wrong_status) },
	{ CERT, "code-status@=released", R(wrong_status) },
	{ CERT, "rec@=role/1\nrole@=owner\nstatus@=lost", R(wrong_status) },
	{ CONFIRM, "status@=lost", R(wrong_status) },
	{ RECORD, "rec@=device/1\nsubject@=" CODE, R(wrong_subject) },
	{ RECORD, "rec@=code/1\nsubject@=" DEV "\n#hash=0008" MAKE_SHA256,
	    R(wrong_subject) },
	{ RECORD, "rec@=note/1\nsubject@=" CODE "\nrole@=owner",
	    R(wrong_subject) },
	{ RECORD, "rec@=device-status/1\nsubject@=" REC, R(wrong_subject) },
	{ CONFIRM, "rec@=device/1", R(wrong_subject) },
	{ CONFIRM, "owner@=04" MAKE_ISSUER, R(wrong_subject) },
	{ CERT, "subject@=dev:04" MAKE_ISSUER, R(subject_differs) },
	{ CERT, "subject@=" CODE, R(subject_differs) },
	{ CONFIRM, "subject@=rec:sha256:" MAKE_OTHER, R(subject_differs) },
	{ RECORD,
	    "rec@=code/1\nsubject@=" CODE "\ncode-hash@=sha256:" MAKE_OTHER,
	    R(code_differs) },
	{ RECORD, "rec@=code/1\nsubject@=" CODE "\n#hash=0008" MAKE_OTHER,
	    R(code_differs) },
	{ RECORD, "rec@=code/1\nsubject@=" CODE "\n#hash=000c" MAKE_SHA256,
	    R(code_differs) }, /* SHA3-256: the same octets are not enough */
	{ RECORD, "rec@=note/1\nsubject@=" DEV "\n!later@=x",
	    R(unknown_critical) },
	{ CERT, "manu=Acme\n!x@other.example=y", R(unknown_critical) },
	{ CONFIRM, "!x=y", R(unknown_critical) },
};

START_TEST(what_is_read)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct reading r;
		enum ics_err err = read_lines(&r, good[i].where, good[i].lines);

		ck_assert_msg(err == ICS_OK, "%s: %s", good[i].lines,
		    r.rep.n > 0 ? r.rep.at[0].reason->name : err_name(err));
		ck_assert_msg(r.st.kind == good[i].kind, "%s: %s",
		    good[i].lines, notations_kind_word(r.st.kind));
		ck_assert_msg(r.st.says == good[i].says, "%s: %x",
		    good[i].lines, r.st.says);
		ck_assert_uint_eq(r.rep.n, 0);
		reading_release(&r);
	}
}
END_TEST

START_TEST(what_is_refused)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct reading r;
		enum ics_err err = read_lines(&r, bad[i].where, bad[i].lines);

		ck_assert_msg(err == ICS_EDENIED, "%s: %s", bad[i].lines,
		    err_name(err));
		ck_assert_msg(r.rep.n == 1 &&
				  r.rep.at[0].reason ==
				      &notations_reasons[bad[i].reason],
		    "%s: %s", bad[i].lines, r.rep.at[0].reason->name);
		reading_release(&r);
	}
}
END_TEST

START_TEST(what_is_none_of_ours)
{
	static const char *const lines[] = { "", "x@other.example=y",
		"!x@other.example=y", "#salt@notations.openpgpjs.org=0011" };
	struct reading r;

	for (size_t i = 0; i < COUNT(lines); i++) {
		ck_assert_int_eq(read_lines(&r, CERT, lines[i]), ICS_ENOTFOUND);
		ck_assert_uint_eq(r.rep.n, 0);
		reading_release(&r);
	}
}
END_TEST

/* Type by type, each with a name of ours. */
START_TEST(types_and_carriers)
{
	static const struct {
		enum where where;
		uint8_t type;
		enum ics_err err;
		enum notations_kind kind;
	} rows[] = {
		{ CERT, 0x10, ICS_OK, NOTATIONS_KIND_DEVICE },
		{ CERT, 0x11, ICS_OK, NOTATIONS_KIND_DEVICE },
		{ CERT, 0x12, ICS_OK, NOTATIONS_KIND_DEVICE },
		{ CERT, 0x13, ICS_OK, NOTATIONS_KIND_DEVICE },
		{ CERT, 0x1f, ICS_OK, NOTATIONS_KIND_DEVICE },
		{ CERT, 0x30, ICS_OK, NOTATIONS_KIND_WITHDRAWAL },
		{ CERT, 0x20, ICS_OK, NOTATIONS_KIND_REVOCATION },
		{ CERT, 0x16, ICS_ENOTFOUND, 0 },
		{ CERT, 0x18, ICS_ENOTFOUND, 0 },
		{ CERT, 0x28, ICS_ENOTFOUND, 0 },
		{ CERT, 0x00, ICS_ENOTFOUND, 0 },
		{ RECORD, 0x01, ICS_EDENIED, 0 },
		{ RECORD, 0x10, ICS_EDENIED, 0 },
		{ RECORD, 0x40, ICS_EDENIED, 0 },
		{ RECORD, 0x50, ICS_EDENIED, 0 },
		{ CONFIRM, 0x00, ICS_EDENIED, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct make_sig how = { .type = rows[i].type,
			.created = 1000,
			.hashed = MAKE_NAMED };
		struct reading r;

		ck_assert_msg(read_how(&r, rows[i].where, &how, "manu=Acme") ==
				  rows[i].err,
		    "row %zu", i);
		if (rows[i].err == ICS_OK)
			ck_assert_int_eq(r.st.kind, rows[i].kind);
		if (rows[i].err == ICS_EDENIED)
			ck_assert(report_has(&r.rep,
			    NOTATIONS_REASON(bad_type)));
		reading_release(&r);
	}
}
END_TEST

/* What takes something back does so with or without a word beside it, and
 * with a wrong one; only what nobody understands stops it. */
START_TEST(taking_back)
{
	static const struct {
		const char *lines;
		enum ics_err err;
		size_t findings;
	} rows[] = {
		{ "", ICS_OK, 0 },
		{ "reason@=sold twice", ICS_OK, 0 },
		{ "reason@= a space in front", ICS_OK, 1 },
		{ "!x=y", ICS_EDENIED, 1 },
	};
	struct make_sig how = {
		.type = 0x30, .created = 1000, .hashed = MAKE_NAMED
	};
	struct reading r;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_int_eq(read_how(&r, CERT, &how, rows[i].lines),
		    rows[i].err);
		ck_assert_uint_eq(r.rep.n, rows[i].findings);
		if (rows[i].err == ICS_OK)
			ck_assert_uint_eq(r.st.says, BIT(WITHDRAWAL));
		reading_release(&r);
	}
	ck_assert_int_eq(read_how(&r, CERT, &how, "status@=lost"), ICS_OK);
	ck_assert_int_eq(r.st.status, NOTATIONS_STATUS_NONE);
	reading_release(&r);
}
END_TEST

START_TEST(who_signed)
{
	struct make_sig how = {
		.type = 0x10, .created = 1000, .unhashed = MAKE_NAMED
	};
	struct pgp_fpr issuer = make_fpr(MAKE_ISSUER);
	struct reading r;

	/* a certification must sign who made it */
	ck_assert_int_eq(read_how(&r, CERT, &how, "manu=Acme"), ICS_ENOTFOUND);
	ck_assert(report_has(&r.rep, NOTATIONS_REASON(no_issuer)));
	reading_release(&r);
	how.hashed = MAKE_NAMED;
	how.unhashed = NULL;
	ck_assert_int_eq(read_how(&r, CERT, &how, "manu=Acme"), ICS_OK);
	ck_assert(pgp_fpr_equal(&r.st.issuer, &issuer) && !r.st.is_self);
	reading_release(&r);
	how.hashed = "162104" MAKE_DEVICE;
	ck_assert_int_eq(read_how(&r, CERT, &how, "maker@=04" MAKE_ISSUER),
	    ICS_OK);
	ck_assert(r.st.is_self);
	reading_release(&r);
	/* a record need not */
	how = (struct make_sig){ .created = 1000, .unhashed = MAKE_NAMED };
	ck_assert_int_eq(read_how(&r, RECORD, &how,
			     "rec@=note/1\nsubject@=" DEV),
	    ICS_OK);
	ck_assert(pgp_fpr_equal(&r.st.issuer, &issuer));
	reading_release(&r);
	how.unhashed = NULL;
	how.keyid = 0x1122334455667788;
	ck_assert_int_eq(read_how(&r, RECORD, &how,
			     "rec@=note/1\nsubject@=" DEV),
	    ICS_OK);
	ck_assert_uint_eq(r.st.issuer.version, 0);
	reading_release(&r);
}
END_TEST

START_TEST(time_must_be_signed)
{
	struct reading r;

	ck_assert_int_eq(read_lines(&r, RECORD, "rec@=note/1\nsubject@=" DEV),
	    ICS_OK);
	notations_statement_release(&r.st);
	r.body.p[7] = 101; /* subpacket 2 becomes a private one */
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&r.body), &r.sig), ICS_OK);
	ck_assert_int_eq(reading_parse(&r, RECORD), ICS_EDENIED);
	ck_assert(report_has(&r.rep, NOTATIONS_REASON(no_time)));
	reading_release(&r);
}
END_TEST

START_TEST(what_is_filled)
{
	struct make_sig how = { .type = 0x02,
		.created = 1000,
		.hashed = MAKE_NAMED "050300000e10" };
	uint8_t digest[32];
	struct reading r;
	struct buf b;

	ck_assert_int_eq(read_how(&r, RECORD, &how,
			     "rec@=transfer/1\nsubject@=" DEV
			     "\nowner@=04" MAKE_ISSUER "\nseq@=7\n"
			     "prev@=sha256:" MAKE_SHA256
			     "\nrevokes@=sha256:" MAKE_OTHER
			     "\nrevokes@=sha256:" MAKE_SHA256),
	    ICS_OK);
	ck_assert_int_eq(r.st.created, 1000);
	ck_assert_int_eq(r.st.expires, 1000 + 3600);
	ck_assert(r.st.has_seq && r.st.seq == 7);
	ck_assert(r.st.has_prev && memcmp(r.st.prev, r.target, 32) == 0);
	ck_assert(notations_statement_revokes(&r.st, r.target));
	r.target[0] ^= 1;
	ck_assert(!notations_statement_revokes(&r.st, r.target));
	buf_init(&b, PGP_SIG_MAX);
	pgp_sig_confirmed(&r.sig, &b);
	pgp_sha256(buf_bytes(&b), digest);
	ck_assert_mem_eq(r.st.digest, digest, 32);
	buf_release(&b);
	reading_release(&r);
	ck_assert_int_eq(read_lines(&r, CERT, "manu=Acme"), ICS_OK);
	ck_assert(!r.st.has_seq && !r.st.has_prev && r.st.expires == 0);
	reading_release(&r);
}
END_TEST

/* The unhashed area changes neither digest, the signature values only one. */
START_TEST(digests)
{
	struct make_sig how = { .created = 1000, .hashed = MAKE_NAMED };
	const char *lines = "rec@=note/1\nsubject@=" DEV;
	struct reading a, b;

	ck_assert_int_eq(read_how(&a, RECORD, &how, lines), ICS_OK);
	how.keyid = 0x1122334455667788;
	ck_assert_int_eq(read_how(&b, RECORD, &how, lines), ICS_OK);
	ck_assert_mem_eq(a.st.digest, b.st.digest, 32);
	ck_assert_mem_eq(a.st.content, b.st.content, 32);
	notations_statement_release(&b.st);
	b.body.p[b.body.n - 1] ^= 1;
	ck_assert_int_eq(reading_parse(&b, RECORD), ICS_OK);
	ck_assert_mem_ne(a.st.digest, b.st.digest, 32);
	ck_assert_mem_eq(a.st.content, b.st.content, 32);
	reading_release(&b);
	how.created++;
	ck_assert_int_eq(read_how(&b, RECORD, &how, lines), ICS_OK);
	ck_assert_mem_ne(a.st.content, b.st.content, 32);
	reading_release(&b);
	reading_release(&a);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_read);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, what_is_none_of_ours);
	tcase_add_test(t, types_and_carriers);
	tcase_add_test(t, taking_back);
	tcase_add_test(t, who_signed);
	tcase_add_test(t, time_must_be_signed);
	tcase_add_test(t, what_is_filled);
	tcase_add_test(t, digests);
}

int
main(void)
{
	return fixture_run("notations_statement", add);
}
