/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records as octets: whatever strangers write into the unhashed area, one
 * form, one digest; and no second way to write the same values.
 */
#include "pgp_make.h"

#define KEYID "1122334455667788"
#define FPR4  "04aabbccddeeff0011223344551122334455667788"
#define FPR6                               \
	"06112233445566778800000000000000" \
	"000102030405060708090a0b0c0d0e0f10"
#define SUB16 "0910" KEYID
#define SUB33 "1621" FPR4
#define SUB36 "2221" FPR6

static struct pgp_fpr
issuer_of(uint8_t version)
{
	struct pgp_fpr fpr = { .version = version,
		.n = version == 4 ? 20 : 32 };
	const char *hex = version == 4 ? FPR4 : FPR6;

	ck_assert_int_eq(hex_read(bytes_of_str(&hex[2]), fpr.b, fpr.n), ICS_OK);
	return fpr;
}

/* The form a record is kept in, of a signature with these areas. */
static struct bytes
canonical(uint8_t version, const char *hashed, const char *unhashed)
{
	struct make_sig how = { .version = version,
		.created = 5,
		.hashed = hashed,
		.unhashed = unhashed };
	struct pgp_fpr issuer = issuer_of(version);
	struct buf body, out;
	struct pgp_sig sig;

	buf_init(&body, 2000);
	buf_init(&out, 2000);
	make_sig_body(&body, &how);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	pgp_sig_canonical(&sig, &issuer, &out);
	ck_assert_int_eq(buf_end(&out), ICS_OK);
	buf_release(&body);
	return buf_take(&out);
}

/* What the unhashed area becomes, by what the hashed area says. */
static const struct row {
	uint8_t version;
	const char *hashed, *unhashed, *kept;
} rows[] = {
	{ 4, NULL, NULL, SUB16 SUB33 },
	{ 4, NULL, SUB33 SUB16, SUB16 SUB33 },
	{ 4, NULL, "0910ffffffffffffffff", SUB16 SUB33 },
	{ 4, NULL, "026501" SUB16 "03200405", SUB16 SUB33 },
	{ 4, SUB16, SUB33, SUB33 },
	{ 4, SUB33, NULL, SUB16 },
	{ 4, SUB33, SUB16 "050200000001", SUB16 },
	{ 4, SUB33 SUB16, SUB16, "" },
	{ 6, NULL, NULL, SUB36 },
	{ 6, NULL, SUB36 "026501", SUB36 },
	{ 6, SUB36, SUB36, "" },
};

START_TEST(one_form_whatever_strangers_write)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct bytes body =
		    canonical(row->version, row->hashed, row->unhashed);
		struct pgp_fpr issuer = issuer_of(row->version);
		uint8_t kept[100];
		struct pgp_sig sig;
		struct buf twice;

		ck_assert_int_eq(hex_read(bytes_of_str(row->kept), kept,
				     strlen(row->kept) / 2),
		    ICS_OK);
		ck_assert_int_eq(pgp_sig_parse(body, &sig), ICS_OK);
		ck_assert_msg(bytes_equal(sig.unhashed,
				  bytes_of(kept, strlen(row->kept) / 2)),
		    "row %zu", i);
		ck_assert(sig.issuer.version == row->version);
		ck_assert(pgp_fpr_equal(&sig.issuer, &issuer));
		buf_init(&twice, 2000);
		pgp_sig_canonical(&sig, &issuer, &twice);
		ck_assert(bytes_equal(buf_bytes(&twice), body));
		buf_release(&twice);
		alloc_bytes_free(body);
	}
}
END_TEST

START_TEST(digests_do_not_see_the_unhashed_area)
{
	struct bytes a = canonical(4, SUB33, NULL);
	struct buf b;
	struct pgp_sig one, two;
	uint8_t d[4][32];

	buf_init(&b, 2000);
	make_sig_body(&b,
	    &(struct make_sig){
		.created = 5, .hashed = SUB33, .unhashed = "026501" });
	ck_assert_int_eq(pgp_sig_parse(a, &one), ICS_OK);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&b), &two), ICS_OK);
	pgp_sig_record_digest(&one, d[0]);
	pgp_sig_record_digest(&two, d[1]);
	ck_assert_mem_eq(d[0], d[1], 32);
	pgp_sig_content_digest(&one, d[2]);
	ck_assert_mem_ne(d[0], d[2], 32);
	b.p[b.n - 1] ^= 1; /* a value: another record of the same content */
	pgp_sig_record_digest(&two, d[1]);
	pgp_sig_content_digest(&two, d[3]);
	ck_assert_mem_ne(d[0], d[1], 32);
	ck_assert_mem_eq(d[2], d[3], 32);
	b.p[8] ^= 1; /* the date: another content */
	pgp_sig_content_digest(&two, d[3]);
	ck_assert_mem_ne(d[2], d[3], 32);
	buf_release(&b);
	alloc_bytes_free(a);
}
END_TEST

static const struct reason *
unfit(const struct make_sig *how)
{
	const struct reason *why;
	struct pgp_sig sig;
	struct buf body;

	buf_init(&body, 2000);
	make_sig_body(&body, how);
	ck_assert_int_eq(pgp_sig_parse(buf_bytes(&body), &sig), ICS_OK);
	why = pgp_record_unfit(&sig);
	buf_release(&body);
	return why;
}

START_TEST(what_can_be_a_record)
{
	for (unsigned type = 0; type < 256; type++) {
		struct make_sig how = { .type = (uint8_t)type, .created = 5 };
		bool fits = type == 0 || type == 2 || type == 0x50;

		ck_assert_ptr_eq(unfit(&how),
		    fits ? NULL : PGP_REASON(no_record));
	}
	ck_assert_ptr_eq(unfit(&(struct make_sig){ .version = 5 }),
	    PGP_REASON(record_version));
	ck_assert_ptr_eq(unfit(&(struct make_sig){ .hashed = "020400" }),
	    PGP_REASON(local_record));
	ck_assert_ptr_eq(unfit(&(struct make_sig){ .hashed = "02e400" }),
	    PGP_REASON(unknown_critical));
}
END_TEST

START_TEST(numbers_have_one_form)
{
	/* v4, RSA over SHA-256, a date, one MPI */
	static const struct {
		const char *mpi;
		bool fits;
	} mpis[] = {
		{ "000901ff", true },
		{ "000a01ff", false }, /* too many bits */
		{ "0010"
		  "01ff",
		    false },
		{ "0008ff", true },
		{ "000900ff", false }, /* a leading zero */
		{ "0007ff", false },   /* too few */
		{ "0000", true },
	};
	char hex[80];
	uint8_t octets[40];
	struct pgp_sig sig;
	size_t n;

	for (size_t i = 0; i < sizeof(mpis) / sizeof(*mpis); i++) {
		(void)snprintf(hex, sizeof(hex),
		    "0400010800060502000000050000abcd%s", mpis[i].mpi);
		n = strlen(hex) / 2;
		ck_assert_int_eq(hex_read(bytes_of_str(hex), octets, n),
		    ICS_OK);
		ck_assert_int_eq(pgp_sig_parse(bytes_of(octets, n), &sig),
		    ICS_OK);
		ck_assert_ptr_eq(pgp_record_unfit(&sig),
		    mpis[i].fits ? NULL : PGP_REASON(loose_values));
	}
}
END_TEST

START_TEST(a_record_has_a_date)
{
	/* v4, Ed25519 over SHA-256, no subpacket at all */
	uint8_t octets[10 + 64] = { 4, 0, 27, 8 };
	struct pgp_sig sig;

	ck_assert_int_eq(pgp_sig_parse(bytes_of(octets, sizeof(octets)), &sig),
	    ICS_OK);
	ck_assert_ptr_eq(pgp_record_unfit(&sig), PGP_REASON(undated));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, one_form_whatever_strangers_write);
	tcase_add_test(t, digests_do_not_see_the_unhashed_area);
	tcase_add_test(t, what_can_be_a_record);
	tcase_add_test(t, numbers_have_one_form);
	tcase_add_test(t, a_record_has_a_date);
}

int
main(void)
{
	return fixture_run("sigform", add);
}
