/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors through the one door: who may begin a domain, who may go on with
 * it, what is in force afterwards, and where things belong.
 */
#include "base/clock.h"
#include "descriptor_sign.h"
#include "intake_make.h"
#include "item/item.h"
#include "record_make.h"

#define T0 1500000000u

static struct maker_key alice, bob, dev;
static struct buf p;

static void
begin(void)
{
	setup();
	maker_key_init(&alice, 4, 1, T0);
	maker_key_init(&bob, 4, 2, T0);
	maker_key_init(&dev, 4, 3, T0);
	buf_init(&p, PGP_INPUT_MAX);
}

static void
end(void)
{
	buf_release(&p);
	teardown();
}

static struct answer
send_by(enum intake_origin origin)
{
	struct intake_job job = { .input = alloc_bytes(buf_bytes(&p)),
		.origin = origin,
		.takes_descriptors = true };

	buf_clear(&p);
	return job_run(&job);
}

static void
cert_send(const struct maker_key *key, const char *uid)
{
	struct answer a;

	maker_cert_put(&p, key, uid);
	a = send_by(INTAKE_PUBLIC);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
}

/* The outcome, and the reason of a refusal. */
static struct answer
put(struct descriptor_sign d, enum intake_origin origin)
{
	struct answer a;

	if (d.created == 0)
		d.created = T0 + (uint32_t)d.serial;
	descriptor_sign(&d, &p);
	a = send_by(origin);
	ck_assert_int_eq(a.err, ICS_OK);
	ck_assert_uint_eq(a.n, 1);
	return a;
}

static void
taken(struct descriptor_sign d, enum intake_outcome outcome)
{
	struct answer a = put(d, INTAKE_OPERATOR);

	ck_assert_msg(a.outcome[0] == outcome, "%s %lld: %s %s", d.name,
	    d.serial, intake_outcome_word(a.outcome[0]), a.reason);
}

static void
refused(struct descriptor_sign d, enum intake_origin origin, const char *reason)
{
	struct answer a = put(d, origin);

	ck_assert_msg(a.outcome[0] == INTAKE_INVALID &&
			  strcmp(a.reason, reason) == 0,
	    "%s: %s %s", reason, intake_outcome_word(a.outcome[0]), a.reason);
}

static int64_t
newest(const char *name)
{
	struct store_descriptor d = { .serial = 0 };
	enum ics_err err;

	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	err = store_descriptor_get(reader, name, 0, &d);
	ck_assert(err == ICS_OK || err == ICS_ENOTFOUND);
	store_reader_end(reader);
	return d.serial;
}

/* The serial in force; 0: there is no such domain. */
static int64_t
in_force(const char *name)
{
	struct domain_set *set = intake_domains_hold(in);
	size_t i = domain_set_find(set, bytes_of_str(name));
	int64_t serial =
	    i == POLICY_NOBODY ? 0 : domain_set_newest(set, i)->serial;

	domain_set_drop(set);
	return serial;
}

#define PLANT(n) .name = "plant", .serial = (n), .owner = &alice

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

/* ---- where things belong ------------------------------------------------------ */

static bool
belongs(const struct maker_key *key, const char *name)
{
	struct domain_set *set = intake_domains_hold(in);
	size_t i = domain_set_find(set, bytes_of_str(name));
	struct notations_subject subject;
	struct store_bits bits;

	intake_drain(in);
	notations_subject_of_fpr(&key->key.fpr, &subject);
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	ck_assert_int_eq(store_membership_get(reader, &subject, &bits), ICS_OK);
	store_reader_end(reader);
	domain_set_drop(set);
	return store_bits_has(&bits, (unsigned)i);
}

/* Walks are done when the writer rests. */
static bool
belongs_soon(const struct maker_key *key, const char *name, bool is)
{
	bool walks = true;

	for (int i = 0; walks && i < 10000; i++) {
		(void)usleep(1000);
		ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
		ck_assert_int_eq(store_walk_is(reader, &walks), ICS_OK);
		store_reader_end(reader);
	}
	return belongs(key, name) == is;
}

/* expires: seconds after created; 0 never. */
static void
model_say_until(const struct maker_key *by, const char *model, uint32_t created,
    uint32_t expires)
{
	struct record_make how = {
		.by = by, .created = created, .rec = "device/1", .subject = ""
	};
	char subject[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject s;
	struct buf more;

	notations_subject_of_fpr(&dev.key.fpr, &s);
	notations_subject_text(&s, subject);
	how.subject = subject;
	buf_init(&more, 200);
	notations_write(NOTATIONS_NAME_MODEL, bytes_of_str(model), &more);
	if (expires != 0) {
		buf_u8(&more, 5);
		buf_u8(&more, PGP_SUB_EXPIRES);
		buf_be32(&more, expires);
	}
	how.more = buf_bytes(&more);
	record_put(&how, &p);
	buf_release(&more);
}

static void
model_say(const struct maker_key *by, const char *model, uint32_t created)
{
	model_say_until(by, model, created, 0);
}

static const char *
t1000_members(void)
{
	static char body[400];

	(void)snprintf(body, sizeof(body),
	    "grant \"%s\" { role = manufacturer }\n"
	    "member { where = \"model=T1000\" certified-by = manufacturer }",
	    key_text(&bob));
	return body;
}

START_TEST(derived)
{
	struct answer a;
	int64_t differences = -1;

	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	taken((struct descriptor_sign){ PLANT(1), .body = t1000_members() },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", false));
	/* Who has no role there says nothing. */
	model_say(&dev, "T1000", T0 + 50);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	ck_assert(!belongs(&dev, "plant"));
	model_say(&bob, "T1000", T0 + 60);
	a = send_by(INTAKE_PUBLIC);
	ck_assert_msg(a.outcome[0] == INTAKE_INSERTED, "%s", a.reason);
	ck_assert(belongs(&dev, "plant"));
	/* Another descriptor: what it takes, and what it does not. */
	taken((struct descriptor_sign){ .name = "all",
		  .serial = 1,
		  .owner = &alice,
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "all", true));
	ck_assert(belongs(&dev, "plant"));
	/* The grant has ended; what was said before counts. */
	taken((struct descriptor_sign){ PLANT(1000),
		  .body = "member { where = \"model=T1000\" "
			  "certified-by = manufacturer }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", true));
	taken((struct descriptor_sign){ PLANT(1001) }, INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", false));
	ck_assert(belongs(&dev, "all"));
	ck_assert_int_eq(store_check(reader, NULL, &differences), ICS_OK);
	ck_assert_int_eq(differences, 0);
}
END_TEST

/* What a grant gave stays given when it has ended: then, and now. */
START_TEST(kept_meaning)
{
	static const int64_t times[] = { T0 + 70, T0 + 5000 };
	struct notations_subject subject;
	struct item_source source;
	struct domain_set *set;
	struct item it;

	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	taken((struct descriptor_sign){ PLANT(1), .body = t1000_members() },
	    INTAKE_INSERTED);
	model_say(&bob, "T1000", T0 + 60);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	taken((struct descriptor_sign){ PLANT(1000) }, INTAKE_INSERTED);
	model_say(&bob, "T2000", T0 + 2000);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	set = intake_domains_hold(in);
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	item_source_of_store(reader, &source);
	notations_subject_of_fpr(&dev.key.fpr, &subject);
	ck_assert_int_eq(item_read(&source, &subject, &it), ICS_OK);
	for (size_t i = 0; i < 2; i++) {
		struct policy_party *parties =
		    alloc_zero(it.parties_n + 1, sizeof(*parties));
		struct policy_question q = { .rights =
						 domain_set_rights(set, 0),
			.when = { .at = times[i] } };
		struct policy_state state;
		struct policy_facts facts;

		item_question(&it, parties, &q);
		policy_fold(&q, &state);
		policy_facts_read(&q, &state, &facts);
		/* The second one, after the grant's end, counts at no time. */
		ck_assert(bytes_equal(policy_facts_value(&facts,
					  NOTATIONS_NAME_MODEL),
		    bytes_of_str("T1000")));
		ck_assert(
		    (facts.certified &
			NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER)) != 0);
		policy_facts_release(&facts);
		policy_state_release(&state);
		free(parties);
	}
	item_release(&it);
	store_reader_end(reader);
	domain_set_drop(set);
}
END_TEST

/* Time itself moves a thing: its maker's word was limited. */
START_TEST(in_time)
{
	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	clock_fake(T0 + 1000);
	taken((struct descriptor_sign){ PLANT(1), .body = t1000_members() },
	    INTAKE_INSERTED);
	model_say_until(&bob, "T1000", T0 + 60, 2000);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", true));
	clock_fake(T0 + 2059);
	intake_tick(in);
	ck_assert(belongs(&dev, "plant"));
	clock_fake(T0 + 2060);
	intake_tick(in);
	for (int i = 0; i < 10000 && belongs(&dev, "plant"); i++)
		(void)usleep(1000);
	ck_assert(!belongs(&dev, "plant"));
	clock_fake(-1);
}
END_TEST

/* A role that somebody gets later makes his words count that came before. */
START_TEST(by_party)
{
	struct record_make how = {
		.by = &alice, .created = T0 + 40, .rec = "role/1"
	};
	char subject[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject s;
	struct intake_job job = { .order = INTAKE_DELETE,
		.origin = INTAKE_OPERATOR };
	struct answer a;
	struct buf more;

	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { where = \"model=T1000\" "
			  "certified-by = manufacturer }" },
	    INTAKE_INSERTED);
	model_say(&bob, "T1000", T0 + 60);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", false));
	notations_subject_of_fpr(&bob.key.fpr, &s);
	notations_subject_text(&s, subject);
	how.subject = subject;
	buf_init(&more, 200);
	notations_write(NOTATIONS_NAME_ROLE, bytes_of_str("manufacturer"),
	    &more);
	how.more = buf_bytes(&more);
	record_put(&how, &p);
	a = send_by(INTAKE_PUBLIC);
	ck_assert_msg(a.outcome[0] == INTAKE_INSERTED, "%s", a.reason);
	ck_assert(belongs_soon(&dev, "plant", true));
	/* And when it is gone they do not. */
	job.fpr = (struct pgp_fpr){ .n = 32 };
	memcpy(job.fpr.b, a.digest[0], 32);
	ck_assert_int_eq(job_run(&job).outcome[0], INTAKE_DELETED);
	ck_assert(belongs_soon(&dev, "plant", false));
	buf_release(&more);
}
END_TEST

/* Without its certificate nothing of a thing is known but what others say. */
START_TEST(deleted)
{
	struct intake_job job = { .order = INTAKE_DELETE,
		.origin = INTAKE_OPERATOR,
		.fpr = dev.key.fpr };

	cert_send(&alice, "alice");
	cert_send(&dev, "a device");
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", true));
	ck_assert_int_eq(job_run(&job).outcome[0], INTAKE_DELETED);
	ck_assert(!belongs(&dev, "plant"));
	cert_send(&dev, "a device");
	ck_assert(belongs(&dev, "plant"));
}
END_TEST

/* A restart knows all of it, also a walk that was not over. */
START_TEST(restarted)
{
	cert_send(&alice, "alice");
	cert_send(&dev, "a device");
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	stop();
	start();
	ck_assert_int_eq(in_force("plant"), 1);
	ck_assert(belongs_soon(&dev, "plant", true));
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
	tcase_add_test(t, derived);
	tcase_add_test(t, kept_meaning);
	tcase_add_test(t, in_time);
	tcase_add_test(t, by_party);
	tcase_add_test(t, deleted);
	tcase_add_test(t, restarted);
}

int
main(void)
{
	return fixture_run("intake_descriptor", add);
}
