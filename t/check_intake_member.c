/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To which domains things belong, as intake keeps it: by what is said, by whom,
 * by which descriptor, and when.
 */
#include <sqlite3.h>

#include "intake_domain.h"

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

/* Where the server keeps no claims, the owner of a domain may want them. */
START_TEST(claims)
{
	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	stop();
	claims_refused = true;
	start();
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", true));
	model_say(&bob, "T1000", T0 + 60);
	ck_assert_str_eq(send_by(INTAKE_PUBLIC).reason, "not-authorised");
	/* A grant of any domain is a right to speak. */
	taken((struct descriptor_sign){ .name = "other",
		  .serial = 1,
		  .owner = &alice,
		  .body = t1000_members() },
	    INTAKE_INSERTED);
	model_say(&bob, "T1000", T0 + 61);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	model_say(&dev, "T1000", T0 + 62);
	ck_assert_str_eq(send_by(INTAKE_PUBLIC).reason, "not-authorised");
	taken((struct descriptor_sign){ PLANT(2),
		  .body = "claims = yes\nmember { kind = device }" },
	    INTAKE_INSERTED);
	model_say(&dev, "T1000", T0 + 63);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
}
END_TEST

/* ---- many ------------------------------------------------------------------ */

#define FIRST 100u
#define MANY  400u

static void
devices_send(unsigned from, unsigned to)
{
	struct maker_key key;
	struct answer a;

	for (unsigned i = from; i < to; i++) {
		maker_key_init(&key, 4, FIRST + i, T0);
		maker_cert_put(&p, &key, "a device");
	}
	a = send_by(INTAKE_PUBLIC);
	ck_assert_uint_eq(a.n, to - from);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
}

static unsigned
members_count(unsigned domain)
{
	struct notations_subject at;
	unsigned n = 0;
	enum ics_err err;

	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	err = store_membership_next(reader, domain, NULL, &at);
	for (; err == ICS_OK; n++)
		err = store_membership_next(reader, domain, &at, &at);
	store_reader_end(reader);
	return n;
}

/* What comes while a walk is on its way is where it belongs as well. */
START_TEST(walked_beside)
{
	char path[64];
	sqlite3 *db;

	cert_send(&alice, "alice");
	devices_send(0, MANY / 2);
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	for (unsigned i = MANY / 2; i < MANY; i += 20)
		devices_send(i, i + 20);
	taken((struct descriptor_sign){ .name = "two",
		  .serial = 1,
		  .owner = &alice,
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&alice, "two", true));
	ck_assert_uint_eq(members_count(0), MANY + 1);
	ck_assert_uint_eq(members_count(1), MANY + 1);
	ck_assert_int_eq(differences(), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db,
			     "DELETE FROM member WHERE domain = 1 AND subject ="
			     " (SELECT max(subject) FROM member);"
			     "INSERT INTO member VALUES (zeroblob(20), 0);",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	ck_assert_int_gt(differences(), 0);
}
END_TEST

/* Who cannot be read any more holds up nobody. */
START_TEST(damaged_one)
{
	char path[64];
	sqlite3 *db;

	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	model_say(&bob, "T1000", T0 + 60);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	devices_send(0, 5);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, STORE_FILE);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "UPDATE record SET data = x'00'",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { kind = device }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&alice, "plant", true));
	ck_assert_uint_eq(members_count(0), 7);
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

/* What is said about a statement belongs where its item does, and is no
 * member by itself; not when a descriptor that takes everything comes later. */
START_TEST(of_statements)
{
	struct record_make how = { .by = &bob,
		.created = T0 + 60,
		.rec = "note/1",
		.subject = "rec:sha256:00112233445566778899aabbccddeeff"
			   "00112233445566778899aabbccddeeff" };
	struct notations_subject record;
	struct store_bits bits;

	cert_send(&alice, "alice");
	cert_send(&bob, "bob");
	cert_send(&dev, "a device");
	record_put(&how, &p);
	ck_assert_int_eq(send_by(INTAKE_PUBLIC).outcome[0], INTAKE_INSERTED);
	taken((struct descriptor_sign){ PLANT(1),
		  .body = "member { kind = any }" },
	    INTAKE_INSERTED);
	ck_assert(belongs_soon(&dev, "plant", true));
	ck_assert(notations_subject_read(bytes_of_str(how.subject), &record));
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	ck_assert_int_eq(store_membership_get(reader, &record, &bits), ICS_OK);
	store_reader_end(reader);
	ck_assert(!store_bits_has(&bits, 0));
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
	tcase_add_test(t, derived);
	tcase_add_test(t, kept_meaning);
	tcase_add_test(t, in_time);
	tcase_add_test(t, by_party);
	tcase_add_test(t, claims);
	tcase_add_test(t, walked_beside);
	tcase_add_test(t, damaged_one);
	tcase_add_test(t, deleted);
	tcase_add_test(t, of_statements);
	tcase_add_test(t, restarted);
}

int
main(void)
{
	return fixture_run("intake_member", add);
}
