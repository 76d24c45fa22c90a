/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server that holds only what it is for lets go of: a world of things
 * and of those who spoke about them, and who is left of it by what peers are
 * asked for.
 */
#include "intake_domain.h"

/* In the order of the marks below. */
enum who {
	ALICE,	 /* owns the domain */
	BOB,	 /* has a grant */
	PARTNER, /* a party by name */
	PEER,	 /* whose key a sync block names */
	MEMBER,	 /* a member, of model T3000 */
	T1000,	 /* of that model, as SPEAKER says */
	T2000,	 /* likewise, as GONE says */
	SPEAKER, /* no right, nothing said of him but by CHAIN */
	GONE,	 /* spoke about T2000 alone */
	CHAIN,	 /* spoke about SPEAKER */
	LEFT,	 /* he and RIGHT spoke about each other */
	RIGHT,
	SILENT, /* nobody spoke about it, nor it about others */
	WAITER, /* somebody did whose certificate is not here */
	CODE1,	/* a digest, of the name T1000 as BOB says */
	CODE2,	/* another, T2000 */
	WHO
};

static struct maker_key key[WHO];
static unsigned next_date = 100;

static void
subject_of(enum who who, struct notations_subject *subject)
{
	if (who < CODE1) {
		notations_subject_of_fpr(&key[who].key.fpr, subject);
		return;
	}
	*subject = (struct notations_subject){ .kind = NOTATIONS_SUBJECT_CODE };
	ck_assert(notations_subject_guess(
	    bytes_of_str(who == CODE1
			     ? "sha256:1111111111111111111111111111111111111111"
			       "111111111111111111111111"
			     : "sha256:2222222222222222222222222222222222222222"
			       "222222222222222222222222"),
	    subject));
}

static void
say_about(enum who by, const struct notations_subject *about, const char *model)
{
	static const char *const recs[] = {
		[NOTATIONS_SUBJECT_ENTITY] = "device/1",
		[NOTATIONS_SUBJECT_CODE] = "code/1",
		[NOTATIONS_SUBJECT_RECORD] = "note/1",
	};
	static const enum notations_name names[] = {
		[NOTATIONS_SUBJECT_ENTITY] = NOTATIONS_NAME_MODEL,
		[NOTATIONS_SUBJECT_CODE] = NOTATIONS_NAME_CODE_NAME,
		[NOTATIONS_SUBJECT_RECORD] = NOTATIONS_NAME_REASON,
	};
	struct record_make how = { .by = &key[by],
		.created = T0 + next_date++,
		.rec = recs[about->kind] };
	char subject[NOTATIONS_SUBJECT_TEXT_MAX];
	struct answer a;
	struct buf more;

	notations_subject_text(about, subject);
	how.subject = subject;
	buf_init(&more, 200);
	if (about->kind == NOTATIONS_SUBJECT_CODE)
		notations_write(NOTATIONS_NAME_CODE_HASH,
		    bytes_of_str(subject + strlen("code:")), &more);
	notations_write(names[about->kind], bytes_of_str(model), &more);
	how.more = buf_bytes(&more);
	record_put(&how, &p);
	buf_release(&more);
	a = send_by(INTAKE_OPERATOR);
	ck_assert_msg(a.outcome[0] == INTAKE_INSERTED, "%s: %s", subject,
	    a.reason);
	if (about->kind == NOTATIONS_SUBJECT_RECORD)
		return;
	/* And somebody about that statement. */
	if (by == GONE) {
		struct notations_subject record = {
			.kind = NOTATIONS_SUBJECT_RECORD,
			.tag = PGP_HASH_SHA256,
			.n = 32
		};

		memcpy(record.b, a.digest[0], 32);
		say_about(GONE, &record, "T2000");
	}
}

static void
say(enum who by, enum who about, const char *model)
{
	struct notations_subject subject;

	subject_of(about, &subject);
	say_about(by, &subject, model);
}

static const char *
rules(bool has_member)
{
	static char body[1024];

	(void)snprintf(body, sizeof(body),
	    "party \"partner\" { key = \"%s\" }\n"
	    "grant \"%s\" { role = manufacturer }\n"
	    "sync \"x\" { url = \"hkps://x.example\" key = \"%s\" }\n",
	    key_text(&key[PARTNER]), key_text(&key[BOB]), key_text(&key[PEER]));
	if (has_member)
		(void)snprintf(body + strlen(body), sizeof(body) - strlen(body),
		    "member { items = {\"%s\"} }\n", key_text(&key[MEMBER]));
	return body;
}

/* Behind WAITER's, which is the last certificate. */
static void
waiter_certify(void)
{
	struct pgp_subject on = maker_on_uid(&key[WAITER], "somebody");
	struct maker_key absent;

	maker_key_init(&absent, 4, 39, T0);
	maker_sig_put(&p,
	    &(struct maker_sig){ .by = &absent,
		.type = PGP_SIG_CERT_GENERIC,
		.created = T0 + 1 },
	    &on);
}

static void
world_send(void)
{
	struct answer a;

	for (unsigned i = 0; i < CODE1; i++) {
		maker_key_init(&key[i], 4, 40 + i, T0);
		maker_cert_put(&p, &key[i], "somebody");
	}
	waiter_certify();
	a = send_by(INTAKE_OPERATOR);
	ck_assert_uint_eq(a.n, CODE1);
	taken((struct descriptor_sign){ .name = "plant",
		  .serial = 1,
		  .owner = &key[ALICE],
		  .body = rules(true) },
	    INTAKE_INSERTED);
	say(BOB, MEMBER, "T3000");
	say(SPEAKER, T1000, "T1000");
	say(GONE, T2000, "T2000");
	say(CHAIN, SPEAKER, "T9");
	say(LEFT, RIGHT, "T9");
	say(RIGHT, LEFT, "T9");
	say(BOB, CODE1, "T1000");
	say(BOB, CODE2, "T2000");
}

static void
begin_as(enum domain_profile as)
{
	stop();
	profile = as;
	start();
	world_send();
}

/* A turn of the writer for the news, then until nothing walks. */
static void
settle(void)
{
	bool walks = true;

	intake_drain(in);
	intake_drain(in);
	for (int i = 0; walks && i < 10000; i++) {
		(void)usleep(1000);
		ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
		ck_assert_int_eq(store_walk_is(reader, &walks), ICS_OK);
		store_reader_end(reader);
	}
	ck_assert(!walks);
}

static bool
is_here(enum who who)
{
	struct notations_subject subject;
	struct item_source source;
	struct item it = { 0 };
	enum ics_err err;

	subject_of(who, &subject);
	ck_assert_int_eq(store_reader_begin(reader), ICS_OK);
	item_source_of_store(reader, &source);
	err = item_read(&source, &subject, &it);
	store_reader_end(reader);
	item_release(&it);
	ck_assert(err == ICS_OK || err == ICS_ENOTFOUND);
	return err == ICS_OK;
}

static void
here_are(const char *name, const char *want)
{
	char have[WHO + 1] = "";

	for (unsigned i = 0; i < WHO; i++)
		have[i] = is_here((enum who)i) ? '+' : '-';
	ck_assert_msg(strcmp(have, want) == 0, "%s: %s, not %s", name, have,
	    want);
}

#define ALL "++++++++++++++++"

/* Marks: ABPp MTt SGC LRsw 12. */
static const struct {
	const char *name;
	enum domain_profile profile;
	const char *selects[2];
	size_t n;
	const char *left;
} rows[] = {
	{ "one model", DOMAIN_PROFILE_INFIELD, { "model=T1000" }, 1,
	    "++++++-+-+---+--" },
	{ "in any case", DOMAIN_PROFILE_INFIELD, { "model=t1000" }, 1,
	    "++++++-+-+---+--" },
	{ "one model, and code", DOMAIN_PROFILE_INFIELD,
	    { "model=T1000", "code-name=T2000" }, 2, "++++++-+-+---+-+" },
	{ "two peers, a model each", DOMAIN_PROFILE_INFIELD,
	    { "model=T1000", "model=T2000" }, 2, "++++++++++---+--" },
	{ "what nobody has", DOMAIN_PROFILE_INFIELD, { "model=T7" }, 1,
	    "+++++--------+--" },
	{ "everything of one", DOMAIN_PROFILE_INFIELD, { "model=T1000", "" }, 2,
	    ALL },
	{ "everything", DOMAIN_PROFILE_INFIELD, { "" }, 1, ALL },
	{ "nobody is asked", DOMAIN_PROFILE_INFIELD, { NULL }, 0, ALL },
	{ "what cannot be read", DOMAIN_PROFILE_INFIELD, { "model" }, 1, ALL },
	{ "maintenance", DOMAIN_PROFILE_MAINTENANCE, { "model=T1000" }, 1,
	    ALL },
	{ "open", DOMAIN_PROFILE_OPEN, { "model=T1000" }, 1, ALL },
};

START_TEST(left)
{
	begin_as(rows[_i].profile);
	intake_wants_set(in, rows[_i].selects, rows[_i].n);
	settle();
	here_are(rows[_i].name, rows[_i].left);
	ck_assert_int_eq(differences(), 0);
}
END_TEST

/* Who left comes back by itself with the next submission; and nothing is
 * looked at again until something changes. */
START_TEST(back)
{
	static const char *const one[] = { "model=T1000" }, *const other[] = {
		"model=T2000"
	};
	struct answer a;

	begin_as(DOMAIN_PROFILE_INFIELD);
	intake_wants_set(in, one, 1);
	settle();
	ck_assert(!is_here(T2000));
	maker_cert_put(&p, &key[T2000], "somebody");
	a = send_by(INTAKE_OPERATOR);
	ck_assert_int_eq(a.outcome[0], INTAKE_INSERTED);
	intake_wants_set(in, one, 1);
	settle();
	ck_assert(is_here(T2000));
	/* Its statement is not here: by other terms it leaves as well. */
	intake_wants_set(in, other, 1);
	settle();
	ck_assert(!is_here(T2000));
	ck_assert(!is_here(T1000));
	ck_assert_int_eq(differences(), 0);
}
END_TEST

/* A domain that drops what it had. */
START_TEST(by_domain)
{
	static const char *const one[] = { "model=T1000" };

	begin_as(DOMAIN_PROFILE_INFIELD);
	intake_wants_set(in, one, 1);
	settle();
	ck_assert(is_here(MEMBER));
	taken((struct descriptor_sign){ .name = "plant",
		  .serial = 2,
		  .owner = &key[ALICE],
		  .body = rules(false) },
	    INTAKE_INSERTED);
	settle();
	/* Not before the next round. */
	ck_assert(is_here(MEMBER));
	intake_wants_set(in, one, 1);
	settle();
	here_are("no member", "++++-+-+-+---+--");
	ck_assert_int_eq(differences(), 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, left, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, back);
	tcase_add_test(t, by_domain);
}

int
main(void)
{
	return fixture_run("intake_leave", add);
}
