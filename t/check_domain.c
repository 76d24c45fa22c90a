/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors as text: every word there and back, complaints with their line,
 * signatures by gpg, and what happens to damaged input.
 */
#include "domain_make.h"

#define NOW 1900000000

START_TEST(there_and_back)
{
	struct bytes text = fixture_read("domain/plant-7.policy");
	struct policy_domain *d = must_read(text), *again;
	struct bytes once = written(d), twice;

	ck_assert_str_eq(d->name, "plant-7");
	ck_assert_int_eq(d->serial, 12);
	ck_assert_int_eq(d->level, POLICY_LEVEL_OPEN);
	ck_assert_int_eq(d->freshness, 72 * 3600);
	ck_assert_int_eq(d->grace, 7 * 86400);
	ck_assert(d->takes_claims);
	ck_assert_uint_eq(d->parties_n, 1);
	ck_assert_uint_eq(d->grants_n, 2);
	ck_assert(pgp_fpr_equal(&d->grants[0].fpr, &d->parties[0].fpr));
	ck_assert_str_eq(d->grants[0].scope, "Acme/T*");
	ck_assert_int_eq(d->grants[0].from, INT64_MIN);
	ck_assert_int_eq(d->grants[0].until, 1861833600);
	ck_assert(d->grants[1].may_regrant);
	ck_assert_uint_eq(d->members_n, 3);
	ck_assert_uint_eq(d->members[0].where.n, 2);
	ck_assert(d->members[1].is_code);
	ck_assert_uint_eq(d->members[2].items_n, 2);
	ck_assert_str_eq(d->members[2].slot, "pump \"1\"");
	ck_assert_uint_eq(d->requires_n, 2);
	ck_assert_uint_eq(d->requires[1].needs, 2);
	ck_assert_str_eq(d->requires[1].where.at[0].value, "a b");
	ck_assert_uint_eq(d->read.networks_n, 3);
	ck_assert_uint_eq(d->read.networks[0].bits, 112);
	ck_assert_uint_eq(d->read.networks[1].bits, 32);
	ck_assert_uint_eq(d->read.networks[2].bits, 128);
	ck_assert_uint_eq(d->states_n, 2);
	ck_assert_uint_eq(d->updates_n, 2);
	ck_assert_int_eq(d->updates[0].class, POLICY_UPDATE_MAKER);
	ck_assert_uint_eq(d->syncs_n, 1);
	ck_assert_uint_eq(d->syncs[0].every, 900);
	ck_assert(d->syncs[0].may_alter);
	again = must_read(once);
	twice = written(again);
	ck_assert(bytes_equal(once, twice));
	policy_domain_free(again);
	policy_domain_free(d);
	alloc_bytes_free(once);
	alloc_bytes_free(twice);
	fixture_free(text);
}
END_TEST

/* ---- complaints ------------------------------------------------------------ */

#define FPR  "\"0411111111111111111111111111111111111111aa\""
#define HEAD "domain \"x\" {\nserial = 1\nowner = " FPR "\n"

static const struct {
	const char *text, *expected;
} wrong[] = {
	{ "", "1: a descriptor is one domain block" },
	{ "domain \"x\" {}", "1: serial is missing" },
	{ HEAD "serial = 2\n}", "4: serial stands here twice" },
	{ HEAD "level = secret\n}", "4: level: closed, standard or open" },
	{ HEAD "color = red\n}", "4: color: no such word here" },
	{ HEAD "color { }\n}", "4: color: no such block" },
	{ HEAD "freshness = ${HOME}\n}", "4: variables are not read here" },
	{ HEAD "include(\"x\")\n}", "4: behind include(" },
	{ HEAD "claims = maybe\n}", "4: claims: yes or no" },
	{ HEAD "freshness = 5y\n}", "4: freshness: a time span" },
	{ HEAD "grant nobody { role = owner }\n}",
	    "4: behind grant stands a fingerprint or a party" },
	{ HEAD "grant " FPR " {\n}\n}", "4: role is missing" },
	{ HEAD "grant " FPR " {\nrole = king\n}\n}", "5: role: roles" },
	{ HEAD "grant " FPR " {\nrole = owner\nuntil = 2026-02-30\n}\n}",
	    "6: until: a date" },
	{ HEAD "member {\nwhere = \"manu\"\n}\n}", "5: where: name=value" },
	{ HEAD "member {\nwhere = \"manus=x\"\n}\n}", "5: where: name=value" },
	{ HEAD "member {\nwhere = \"manu=a%2@\"\n}\n}",
	    "5: where: name=value" },
	{ HEAD "member {\nwhere = \"manu=a%2\"\n}\n}", "5: where: name=value" },
	{ HEAD "member {\nwhere = \"manu=%00\"\n}\n}", "5: where: name=value" },
	{ HEAD "member {\nwhere = \"manu=\xff\"\n}\n}",
	    "5: where: name=value" },
	{ HEAD "member { slot = x }\n}", "4: a slot has items" },
	{ HEAD "read { networks = {\"10.0.0.0/33\"} }\n}", "4: networks" },
	{ HEAD "read { tokens = {\"12\"} }\n}", "4: tokens: digests" },
	{ HEAD "read { }\nread { }\n}", "1: there are two read blocks" },
	{ HEAD "state x { needs = 2 }\n}", "4: behind state stands a state" },
	{ HEAD "state lost { needs = 0 }\n}", "4: needs: a number from 1" },
	{ HEAD "state lost { needs = 2 }\nstate lost { needs = 3 }\n}",
	    "5: the state has a rule in line 4 already" },
	{ HEAD "require { must = owner }\n}", "4: behind require stands" },
	{ HEAD "update paint { }\n}", "4: behind update stands" },
	{ HEAD "sync a { }\n}", "4: url is missing" },
	{ HEAD "sync a {\nurl = \"https://x\" push = all }\n}", "4: push" },
	{ HEAD "party a { key = " FPR " }\nparty a { key = " FPR " }\n}",
	    "1: there are two parties a" },
	{ HEAD, "4: a block does not end" },
	{ HEAD "level = \n}", "5: a value is missing" },
	{ HEAD "level \"open\"\n}", "4: behind level stands neither" },
	{ HEAD "\"level\" = open\n}", "4: a value stands where a word" },
	{ HEAD "level = \"open\n}", "4: a quote does not end" },
	{ HEAD "a { b { c { } } }\n}", "4: a block stands too deep" },
	{ "domain \"X y\" {\nserial = 1\nowner = " FPR "\n}",
	    "1: behind domain stands its name" },
	{ HEAD "}\n}", "5: a } or = has nothing before it" },
};

START_TEST(complaints)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_read(bytes_of_str(wrong[_i].text), &c);

	ck_assert_ptr_null(d);
	ck_assert_uint_gt(c.n, 0);
	ck_assert_msg(strstr(buf_str(&c.lines), wrong[_i].expected) != NULL,
	    "%s\n  got  %s  want %s", wrong[_i].text, buf_str(&c.lines),
	    wrong[_i].expected);
	domain_complaints_release(&c);
}
END_TEST

/* ---- signatures ---------------------------------------------------------------- */

static struct pgp_cert *
cert_read(const char *name)
{
	struct bytes text = fixture_read(name);
	struct report rep = { 0 };
	struct pgp_cert *cert;
	struct buf packets;

	buf_init(&packets, FIXTURE_MAX);
	ck_assert_int_eq(pgp_input_read(text, &packets), ICS_OK);
	ck_assert_int_eq(pgp_cert_parse(buf_bytes(&packets), &rep, &cert),
	    ICS_OK);
	report_release(&rep);
	buf_release(&packets);
	fixture_free(text);
	return cert;
}

static bool
is_good(struct bytes text, const char *owner, int64_t now)
{
	struct pgp_cert *cert = cert_read(owner);
	const struct domain_judge by = { cert, now };
	struct domain_signed s;
	struct report rep = { 0 };
	int64_t created = 0;
	bool good = domain_signed_read(text, &s) == ICS_OK &&
		    domain_signed_check(&s, &by, &rep, &created);

	ck_assert(good == (created != 0));
	ck_assert(!good || domain_is_signed(text));
	report_release(&rep);
	domain_signed_release(&s);
	pgp_cert_free(cert);
	return good;
}

/* What is written is not longer than what was read, whatever stands in it. */
START_TEST(values_there_and_back)
{
	static const char text[] = HEAD
	    "member {\nwhere = \"manu=M\xc3\xbcller%20a=b;c%25 model=T*\"\n}\n}";
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_read(bytes_of_str(text), &c);
	struct buf out;

	ck_assert_ptr_nonnull(d);
	ck_assert_str_eq(d->members[0].where.at[0].value,
	    "M\xc3\xbcller a=b;c%");
	buf_init(&out, 1000);
	domain_terms_text(&d->members[0].where, &out);
	ck_assert_str_eq(buf_str(&out),
	    "manu=M\xc3\xbcller%20a=b;c%25 model=T*");
	buf_release(&out);
	policy_domain_free(d);
}
END_TEST

START_TEST(signed_by_gpg)
{
	struct bytes text = fixture_read("domain/plant-7.asc"),
		     dashes = fixture_read("domain/dashes.asc"),
		     plain = fixture_read("domain/plant-7.policy");
	struct domain_signed s;
	struct pgp_fpr fpr;
	struct buf again;

	ck_assert(is_good(text, "domain/owner.asc", NOW));
	ck_assert(!is_good(text, "domain/other.asc", NOW));
	ck_assert(!is_good(text, "domain/owner.asc", 1000));
	ck_assert(is_good(dashes, "domain/owner.asc", NOW));
	ck_assert_int_eq(domain_signed_read(dashes, &s), ICS_OK);
	ck_assert_str_eq(buf_str(&s.plain),
	    "-- dashes\nblanks at the end\n- one more\n\nlast\n");
	ck_assert_str_eq(buf_str(&s.text), "-- dashes\r\nblanks at the "
					   "end\r\n- one more\r\n\r\nlast");
	buf_init(&again, DOMAIN_TEXT_MAX);
	domain_text_canonical(buf_bytes(&s.plain), &again);
	ck_assert(bytes_equal(buf_bytes(&again), buf_bytes(&s.text)));
	buf_release(&again);
	domain_signed_release(&s);
	ck_assert_int_eq(domain_signed_read(text, &s), ICS_OK);
	ck_assert(domain_signed_issuer(&s, &fpr));
	ck_assert(bytes_equal(buf_bytes(&s.plain), plain));
	policy_domain_free(must_read(buf_bytes(&s.plain)));
	domain_signed_release(&s);
	fixture_free(text);
	fixture_free(dashes);
	fixture_free(plain);
}
END_TEST

static const struct {
	const char *before, *after; /* put there */
	const char *find, *with;    /* replaced, once */
} tricks[] = {
	{ "unsigned = yes\n", "", NULL, NULL },
	{ "", "unsigned = yes\n", NULL, NULL },
	{ "", "", "Hash: SHA256", "Charset: UTF-7" },
	{ "", "", "Hash: SHA256", "Comment: serial = 99" },
	{ "", "", "- - one", "-- one" },
	{ "", "", "- - one", "- one" },
	{ "", "", "last", "Last" },
	{ "", "", "last", "last\nmore" },
	{ "", "", "END PGP SIGNATURE", "END PGP SIGNATURES" },
};

START_TEST(tricked)
{
	struct bytes text = fixture_read("domain/dashes.asc");
	const char *find = tricks[_i].find;
	char *all = alloc_str_from_bytes(text);
	char *at = find == NULL ? NULL : strstr(all, find);
	struct buf b;

	buf_init(&b, FIXTURE_MAX);
	buf_put_str(&b, tricks[_i].before);
	if (find != NULL) {
		ck_assert_ptr_nonnull(at);
		buf_put(&b, bytes_of(all, (size_t)(at - all)));
		buf_put_str(&b, tricks[_i].with);
		buf_put_str(&b, at + strlen(find));
	} else {
		buf_put(&b, text);
	}
	buf_put_str(&b, tricks[_i].after);
	ck_assert(!is_good(buf_bytes(&b), "domain/owner.asc", NOW));
	buf_release(&b);
	free(all);
	fixture_free(text);
}
END_TEST

/* ---- damage ---------------------------------------------------------------------- */

static void
survive(struct bytes text)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_read(text, &c);

	ck_assert((d == NULL) == (c.n > 0));
	if (d != NULL) {
		struct bytes once = written(d);

		policy_domain_free(must_read(once));
		alloc_bytes_free(once);
	}
	policy_domain_free(d);
	domain_complaints_release(&c);
}

/* A block of the exact size, for sanitizers. */
static void
survive_copy(struct bytes text)
{
	struct bytes copy = alloc_bytes(text);

	survive(copy);
	alloc_bytes_free(copy);
}

START_TEST(cut_and_flipped)
{
	struct bytes text = fixture_read("domain/plant-7.policy");
	uint8_t *p = (uint8_t *)(uintptr_t)text.p;

	for (size_t n = 0; n < text.n; n++)
		survive_copy(bytes_of(text.p, n));
	for (size_t i = 0; i < text.n; i++) {
		uint8_t bit = (uint8_t)(1u << fixture_below(8));

		p[i] ^= bit;
		survive(text);
		p[i] ^= bit;
	}
	fixture_free(text);
}
END_TEST

START_TEST(no_bit_of_what_is_signed)
{
	struct bytes text = fixture_read("domain/dashes.asc");
	uint8_t *p = (uint8_t *)(uintptr_t)text.p;
	struct domain_signed s;

	for (size_t n = 0; n < text.n; n++) {
		struct bytes copy = alloc_bytes(bytes_of(text.p, n));

		(void)domain_signed_read(copy, &s);
		domain_signed_release(&s);
		alloc_bytes_free(copy);
	}
	/* the lines of the text: a flip shows, but in blanks at an end */
	for (size_t i = 51; i < 69; i++) {
		p[i] ^= 1;
		ck_assert_msg(!is_good(text, "domain/owner.asc", NOW), "%zu",
		    i);
		p[i] ^= 1;
	}
	fixture_free(text);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, there_and_back);
	tcase_add_loop_test(t, complaints, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, values_there_and_back);
	tcase_add_test(t, signed_by_gpg);
	tcase_add_loop_test(t, tricked, 0,
	    (int)(sizeof(tricks) / sizeof(tricks[0])));
	tcase_add_test(t, cut_and_flipped);
	tcase_add_test(t, no_bit_of_what_is_signed);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return 1;
	return fixture_run("domain", add);
}
