/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What searches find of a statement, and the 64 bits it is filed under. */
#include "notations_make.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The pairs in a row: "name=value\n". */
static void
pair_found(void *arg, struct bytes name, struct bytes value)
{
	buf_put(arg, name);
	buf_u8(arg, '=');
	buf_put(arg, value);
	buf_u8(arg, '\n');
}

static const struct {
	enum where where;
	const char *lines, *terms;
} rows[] = {
	{ CERT,
	    "manu=Acme\nmodel@=T1000\nserial@=0A\nreason@=x\nseq@=1\n"
	    "loc=1,1\nqty=3",
	    "manu=acme\nmodel=t1000\nserial=0a\nkind=device\n" },
	{ CERT, "kind@=gateway\nprotection@=chip",
	    "entity=gateway\nprotection=chip\nkind=device\n" },
	{ CERT, "status@=in-use", "kind=device-status\nstatus=active\n" },
	{ CERT, "#hash=0666772e62696e08" MAKE_SHA256,
	    "hash=sha256:" MAKE_SHA256 "\nkind=device\n" },
	{ CERT, "sbom@=sha256:" MAKE_SHA256 " list.json",
	    "sbom=sha256:" MAKE_SHA256 "\nkind=device\n" },
	{ CERT, "approval@=id=NB-17;scheme=MDR;level=2",
	    "approval=mdr\napproval=mdr/nb-17\nkind=approval\n" },
	{ CERT, "role@=integrator;scope=Acme", "role=integrator\nkind=role\n" },
	{ CERT, "step@=installed code:sha256:" MAKE_SHA256,
	    "hash=sha256:" MAKE_SHA256 "\nkind=note\n" },
	{ CERT, "step@=failed code:sha256:" MAKE_SHA256, "kind=note\n" },
	{ CERT, "vetting@=seen;evidence=sha256:" MAKE_SHA256,
	    "vetting=seen\nkind=note\n" },
	{ CERT, "owner@=04AABBCCDDEEFF00112233445566778899AABBCCDD",
	    "owner=04" MAKE_ISSUER "\nkind=transfer\n" },
	{ CERT, "manu=A\nYours@other.example=Xy\n#bin=00\nempty=",
	    "manu=a\nYours@other.example=xy\nkind=device\n" },
	{ RECORD,
	    "rec@=code-status/1\nsubject@=" CODE
	    "\ncode-status@=depreciated\nvuln@=CVE-2026-12345;cvss=8.1",
	    "vuln=cve-2026-12345\nkind=code-status\nstatus=deprecated\n" },
	{ RECORD,
	    "rec@=code/1\nsubject@=" CODE "\ncode-hash@=sha256:" MAKE_SHA256
	    " fw.bin\ncode-target@=Acme/T1*",
	    "hash=sha256:" MAKE_SHA256 "\ncode-target=acme/t1*\nkind=code\n" },
	{ CONFIRM, "", "kind=note\n" },
};

START_TEST(what_is_found)
{
	struct buf out;
	struct notations_terms terms = { pair_found, &out };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reading r;
		struct buf want;

		buf_init(&out, 10000);
		buf_init(&want, 10000);
		ck_assert_int_eq(read_lines(&r, rows[i].where, rows[i].lines),
		    ICS_OK);
		notations_statement_terms(&r.st, &terms);
		buf_printf(&want, "%sissuer=%s\n", rows[i].terms, MAKE_ISSUER);
		ck_assert_str_eq(buf_str(&out), buf_str(&want));
		buf_release(&out);
		buf_release(&want);
		reading_release(&r);
	}
}
END_TEST

START_TEST(unknown_values_have_a_limit)
{
	struct buf out, lines;
	struct notations_terms terms = { pair_found, &out };

	for (int more = 0; more < 2; more++) {
		struct reading r;

		buf_init(&out, 10000);
		buf_init(&lines, 10000);
		buf_put_str(&lines, "manu=A\nx@other.example=");
		for (int i = 0; i < 256 + more; i++)
			buf_u8(&lines, 'x');
		ck_assert_int_eq(read_lines(&r, CERT, buf_str(&lines)), ICS_OK);
		notations_statement_terms(&r.st, &terms);
		ck_assert_int_eq(strstr(buf_str(&out), "x@other") == NULL,
		    more);
		buf_release(&out);
		buf_release(&lines);
		reading_release(&r);
	}
}
END_TEST

static uint64_t
hash_of(const char *name, const char *value)
{
	return notations_term_hash(bytes_of_str(name), bytes_of_str(value));
}

START_TEST(hashes_of_pairs)
{
	/* It is on disks: first 8 octets of SHA-256 of "model", 0, "t1000". */
	ck_assert_uint_eq(hash_of("model", "T1000"), 0x903e3af2982e9c2e);
	ck_assert_uint_eq(hash_of("model", "T1000"), hash_of("model", "t1000"));
	ck_assert_uint_ne(hash_of("model", "t1000"), hash_of("Model", "t1000"));
	ck_assert_uint_ne(hash_of("ab", "c"), hash_of("a", "bc"));
	ck_assert_uint_ne(hash_of("a", ""), hash_of("", "a"));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_found);
	tcase_add_test(t, unknown_values_have_a_limit);
	tcase_add_test(t, hashes_of_pairs);
}

int
main(void)
{
	return fixture_run("notations_terms", add);
}
