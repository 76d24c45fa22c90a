/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors through the one door: who may begin a domain, who may go on with
 * it, what is in force afterwards.
 */
#include "intake_domain.h"

START_TEST(first_and_next)
{
	cert_send(&alice, "alice");
	taken((struct descriptor_sign){ PLANT(2) }, INTAKE_INSERTED);
	ck_assert_int_eq(newest("plant"), 2);
	ck_assert_int_eq(in_force("plant"), 2);
	/* Again; and signed once more. */
	taken((struct descriptor_sign){ PLANT(2) }, INTAKE_IGNORED);
	taken((struct descriptor_sign){ PLANT(2), .created = T0 + 9 },
	    INTAKE_IGNORED);
	refused((struct descriptor_sign){ PLANT(2), .body = "claims = yes" },
	    INTAKE_OPERATOR, "old-serial");
	refused((struct descriptor_sign){ PLANT(1) }, INTAKE_OPERATOR,
	    "old-serial");
	refused((struct descriptor_sign){ PLANT(3), .created = T0 + 1 },
	    INTAKE_OPERATOR, "back-dated");
	taken((struct descriptor_sign){ PLANT(7) }, INTAKE_INSERTED);
	ck_assert_int_eq(in_force("plant"), 7);
	/* From the network too, once there is a first. */
	ck_assert_int_eq(put((struct descriptor_sign){ PLANT(8) },
			     INTAKE_PUBLIC)
			     .outcome[0],
	    INTAKE_INSERTED);
	ck_assert_int_eq(newest("plant"), 8);
	ck_assert_int_eq(in_force("plant"), 8);
}
END_TEST

START_TEST(who_begins)
{
	struct policy_right root = { .fpr = alice.key.fpr };
	struct policy_rights roots = { .at = &root, .n = 1 };

	refused((struct descriptor_sign){ PLANT(1) }, INTAKE_OPERATOR,
	    "absent-owner");
	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	refused((struct descriptor_sign){ PLANT(1), .by = &bob },
	    INTAKE_OPERATOR, "not-by-owner");
	refused((struct descriptor_sign){ PLANT(1) }, INTAKE_PUBLIC,
	    "not-a-root");
	intake_rights_set(in, &roots);
	refused((struct descriptor_sign){ .name = "other",
		    .serial = 1,
		    .owner = &bob },
	    INTAKE_PUBLIC, "not-a-root");
	ck_assert_int_eq(put((struct descriptor_sign){ PLANT(1) },
			     INTAKE_PUBLIC)
			     .outcome[0],
	    INTAKE_INSERTED);
	ck_assert_int_eq(in_force("plant"), 1);
	ck_assert_int_eq(in_force("other"), 0);
}
END_TEST

START_TEST(who_goes_on)
{
	struct descriptor_sign handed = { PLANT(2) };

	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	taken((struct descriptor_sign){ PLANT(1) }, INTAKE_INSERTED);
	handed.owner = &bob;
	/* Who takes it cannot give it to himself. */
	refused(handed, INTAKE_OPERATOR, "not-by-former-owner");
	handed.by = &alice;
	handed.also = &bob;
	taken(handed, INTAKE_INSERTED);
	refused((struct descriptor_sign){ PLANT(3) }, INTAKE_OPERATOR,
	    "not-by-former-owner");
	handed.serial = 3;
	handed.by = handed.also = NULL;
	taken(handed, INTAKE_INSERTED);
}
END_TEST

START_TEST(unwelcome)
{
	struct answer a;

	cert_send(&alice, "alice");
	refused((struct descriptor_sign){ PLANT(1), .body = "color = red" },
	    INTAKE_OPERATOR, "unreadable-descriptor");
	refused((struct descriptor_sign){ PLANT(1),
		    .type = PGP_SIG_STANDALONE },
	    INTAKE_OPERATOR, "bad-descriptor");
	refused((struct descriptor_sign){ PLANT(1), .created = 0xf0000000u },
	    INTAKE_OPERATOR, "future-signature");
	/* Whoever does not ask for descriptors gets none. */
	descriptor_sign(&(struct descriptor_sign){ PLANT(1), .created = T0 },
	    &p);
	a = submit(buf_bytes(&p));
	ck_assert(a.err != ICS_OK || a.outcome[0] == INTAKE_INVALID);
	ck_assert_int_eq(newest("plant"), 0);
}
END_TEST

/* No bit of a text that is signed, and no cut, gives another descriptor. */
START_TEST(damaged)
{
	struct buf whole;

	cert_send(&alice, "alice");
	buf_init(&whole, DOMAIN_TEXT_MAX);
	descriptor_sign(&(struct descriptor_sign){ PLANT(1),
			    .body = "read { public = yes }", .created = T0 },
	    &whole);
	for (size_t i = 0; i < whole.n; i += 3) {
		buf_put(&p, buf_bytes(&whole));
		p.p[i] ^= (uint8_t)(1u << fixture_below(7));
		(void)send_by(INTAKE_OPERATOR);
		buf_put(&p, bytes_of(whole.p, i));
		if (i > 0)
			(void)send_by(INTAKE_OPERATOR);
		buf_clear(&p);
	}
	/* Some flips change only blanks, line ends or the hash header: then
	 * what is kept reads as what was signed. */
	if (newest("plant") != 0) {
		struct domain_set *set = intake_domains_hold(in);

		ck_assert(domain_set_newest(set, 0)->read.is_public);
		ck_assert_int_eq(domain_set_newest(set, 0)->serial, 1);
		domain_set_drop(set);
	}
	buf_release(&whole);
}
END_TEST

/* With its owner's certificate, and many texts, in one submission. */
START_TEST(together)
{
	struct answer a;
	struct buf text;

	maker_cert_put(&p, &alice, "alice");
	for (long long i = 1; i <= 3; i++) {
		buf_init(&text, DOMAIN_TEXT_MAX);
		descriptor_sign(&(struct descriptor_sign){ PLANT(i),
				    .created = T0 + (uint32_t)i },
		    &text);
		pgp_text_write(&p, buf_bytes(&text));
		buf_release(&text);
	}
	maker_cert_put(&p, &bob, "bob");
	a = send_by(INTAKE_OPERATOR);
	ck_assert_int_eq(a.err, ICS_OK);
	ck_assert_uint_eq(a.n, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_int_eq(a.outcome[i], INTAKE_INSERTED);
	ck_assert_int_eq(in_force("plant"), 3);
	ck_assert_int_eq(certs_stored(), 2);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, first_and_next);
	tcase_add_test(t, who_begins);
	tcase_add_test(t, who_goes_on);
	tcase_add_test(t, unwelcome);
	tcase_add_test(t, damaged);
	tcase_add_test(t, together);
}

int
main(void)
{
	return fixture_run("intake_descriptor", add);
}
