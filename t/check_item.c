/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One thing, told from what is known of it: the same whatever the order it
 * came in, at any time asked about, and never moved by those who may not.
 */
#include "item_make.h"

static struct policy_right rights[2];
static struct pieces all;

static void
setup(void)
{
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	cast_init();
	rights[0] = (struct policy_right){ .fpr = cast[MAKER].key.fpr,
		.role = NOTATIONS_ROLE_MANUFACTURER };
	rights[1] = (struct policy_right){ .fpr = cast[ROOT].key.fpr };
	given = rights;
	given_n = 2;
	story_tell(&all);
}

static void
teardown(void)
{
	pieces_release(&all);
}

static const struct {
	unsigned day;
	const char *words;
} days[] = {
	{ 0, "unknown" },
	{ 5, "active" },
	{ 11, "lost" },
	{ 13, "lost" }, /* the stranger said destroyed */
	{ 22, "active" },
	{ 26, "suspended" }, /* by a role that the registrar gave */
	{ 31, "transferred" },
};

START_TEST(at_any_time)
{
	struct item_pool *pool = pool_of(&all, NULL);

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		struct asked a;
		char words[400];

		ask_pool(&a, pool, DEVICE, BORN + days[i].day * DAY + 1);
		asked_words(&a, words, sizeof(words));
		words[strcspn(words, " ")] = '\0';
		ck_assert_msg(strcmp(words, days[i].words) == 0,
		    "day %u: %s, not %s", days[i].day, words, days[i].words);
		asked_release(&a);
	}
	item_pool_free(pool);
}
END_TEST

START_TEST(who_may_not_moves_nothing)
{
	struct item_pool *pool = pool_of(&all, NULL);
	struct asked a;
	char words[400];

	ask_pool(&a, pool, DEVICE, BORN + 15 * DAY);
	ck_assert_str_eq(asked_words(&a, words, sizeof(words)),
	    "lost authorised authorised claim quarantined quarantined "
	    "quarantined");
	ck_assert(a.state.taken[2].basis == POLICY_BASIS_NONE);
	asked_release(&a);
	item_pool_free(pool);
}
END_TEST

/* Order of arrival, doubles, several submissions: nothing tells. */
START_TEST(order_does_not_tell)
{
	char *wanted = NULL;
	struct buf wanted_bundle, bundle;

	buf_init(&wanted_bundle, PGP_INPUT_MAX);
	buf_init(&bundle, PGP_INPUT_MAX);
	for (size_t round = 0; round < 60; round++) {
		struct pieces mixed = all; /* lent */
		struct item_pool *pool;
		struct asked a;
		char *got;

		for (size_t i = mixed.n; round > 0 && i > 1; i--) {
			size_t k = fixture_below(i);
			struct buf swap = mixed.at[k];

			mixed.at[k] = mixed.at[i - 1];
			mixed.at[i - 1] = swap;
		}
		if (round > 0)
			mixed.at[mixed.n++] = mixed.at[0];
		pool = pool_of(&mixed, NULL);
		ask_pool(&a, pool, DEVICE, BORN + 40 * DAY);
		got = asked_documents(&a);
		buf_clear(&bundle);
		item_pool_write(pool, &bundle);
		if (wanted == NULL) {
			wanted = got;
			buf_put(&wanted_bundle, buf_bytes(&bundle));
			got = NULL;
		} else {
			ck_assert_str_eq(got, wanted);
			ck_assert(bytes_equal(buf_bytes(&bundle),
			    buf_bytes(&wanted_bundle)));
		}
		free(got);
		asked_release(&a);
		item_pool_free(pool);
	}
	free(wanted);
	buf_release(&wanted_bundle);
	buf_release(&bundle);
}
END_TEST

/* ---- what a server knew ---- */

/* A log in which statements stand in the order in which they were made, but
 * for one that came late. */
struct log {
	struct item_source under;
	uint8_t late[32];
	bool has_late;
};

static enum ics_err
log_cert(void *arg, const struct pgp_fpr *fpr, struct bytes *data)
{
	struct log *log = arg;

	return log->under.cert(log->under.arg, fpr, data);
}

static enum ics_err
log_record(void *arg, const struct notations_subject *subject,
    const uint8_t *after, struct item_record *rec)
{
	struct log *log = arg;
	enum ics_err err =
	    log->under.record(log->under.arg, subject, after, rec);
	struct pgp_sig sig;

	if (err == ICS_OK && pgp_sig_parse(rec->body, &sig) == ICS_OK &&
	    sig.created == BORN + 10 * DAY) {
		memcpy(log->late, rec->digest, 32);
		log->has_late = true;
	}
	return err;
}

static enum ics_err
log_known(void *arg, const struct notations_subject *subject,
    const uint8_t digest[32], struct item_known *known)
{
	struct log *log = arg;
	bool is_late = log->has_late && memcmp(digest, log->late, 32) == 0;

	(void)subject;
	*known = (struct item_known){ .position = is_late ? 9 : 3,
		.received = BORN + (is_late ? 50 : 35) * DAY };
	return ICS_OK;
}

/* lost is dated day 10, but came after everything else. */
START_TEST(known_at)
{
	struct item_pool *pool = pool_of(&all, NULL);
	struct policy_time when = time_at(BORN + 11 * DAY);
	struct notations_subject subject;
	struct log log = { .has_late = false };
	struct item_source source = { .cert = log_cert,
		.record = log_record,
		.known = log_known,
		.arg = &log };
	struct asked a;
	json_t *status;

	item_source_of_pool(pool, &log.under);
	notations_subject_of_fpr(&cast[DEVICE].key.fpr, &subject);
	asked_init(&a, &source, &subject, &when);
	ck_assert_int_eq(a.state.status, NOTATIONS_STATUS_LOST);
	asked_release(&a);
	when.at = BORN + 21 * DAY;
	asked_init(&a, &source, &subject, &when);
	ck_assert_int_eq(a.state.status, NOTATIONS_STATUS_ACTIVE);
	ck_assert(a.state.taken[1].flags & POLICY_BACKDATED);
	asked_release(&a);
	when.at = BORN + 11 * DAY;
	when.known_at = 8;
	asked_init(&a, &source, &subject, &when);
	ck_assert_int_eq(a.state.status, NOTATIONS_STATUS_ACTIVE);
	status = item_json_status(&a.telling);
	ck_assert_int_eq(json_integer_value(json_object_get(status,
			     "known_at")),
	    8);
	ck_assert_int_eq(json_integer_value(json_object_get(
			     json_object_get(status, "decided_by"),
			     "position")),
	    3);
	json_decref(status);
	asked_release(&a);
	item_pool_free(pool);
}
END_TEST

/* ---- parties ---- */

static size_t
party_index(const struct item *it, enum member who)
{
	for (size_t i = 0; i < it->parties_n; i++) {
		if (pgp_fpr_equal(&it->parties[i].fpr, &cast[who].key.fpr))
			return i;
	}
	return POLICY_NOBODY;
}

START_TEST(parties_and_their_grants)
{
	struct item_pool *pool = pool_of(&all, NULL);
	struct asked a;
	size_t service, registrar, root;

	ask_pool(&a, pool, DEVICE, BORN + 40 * DAY);
	service = party_index(&a.it, SERVICE);
	registrar = party_index(&a.it, REGISTRAR);
	root = party_index(&a.it, ROOT);
	ck_assert(service != POLICY_NOBODY && registrar != POLICY_NOBODY &&
		  root != POLICY_NOBODY);
	ck_assert_uint_eq(a.it.parties[service].policy.grants_n, 1);
	ck_assert_uint_eq(a.it.parties[service].grants[0].party, registrar);
	ck_assert_uint_eq(a.it.parties[registrar].policy.grants_n, 1);
	ck_assert_uint_eq(a.it.parties[registrar].grants[0].party, root);
	ck_assert_uint_eq(a.it.parties[root].policy.grants_n, 0);
	ck_assert_uint_eq(a.it.statements_n, a.it.about_n + 2);
	ck_assert_int_eq(a.it.parties[service].policy.created, BORN);
	/* The buyer only was named. */
	ck_assert(party_index(&a.it, BUYER) != POLICY_NOBODY);
	asked_release(&a);
	item_pool_free(pool);
}
END_TEST

/* Roles by those who have no right are passed over, when it is known who has:
 * the last step only takes configured ones. */
START_TEST(floods_of_grants)
{
	const struct saying flood = { &cast[STRANGER], 0, BORN + 3 * DAY,
		"rec@=role/1\nsubject@=key:$REGISTRAR\nrole@=registrar", 0, 0 };
	const struct policy_rights known = { .at = rights, .n = 2 };
	struct notations_subject subject;
	struct item_source source;
	struct item_pool *pool;
	struct item it;

	record_put(&flood, piece_add(&all));
	pool = pool_of(&all, NULL);
	item_source_of_pool(pool, &source);
	notations_subject_of_fpr(&cast[DEVICE].key.fpr, &subject);
	ck_assert_int_eq(item_read(&source, &subject, &it), ICS_OK);
	ck_assert_uint_eq(it.statements_n, it.about_n + 3);
	item_release(&it);
	source.rights = &known;
	ck_assert_int_eq(item_read(&source, &subject, &it), ICS_OK);
	ck_assert_uint_eq(it.statements_n, it.about_n + 2);
	item_release(&it);
	item_pool_free(pool);
}
END_TEST

START_TEST(nothing_known)
{
	struct item_pool *pool = item_pool_new();
	struct notations_subject subject;
	struct item_source source;
	struct item it;

	item_source_of_pool(pool, &source);
	notations_subject_of_fpr(&cast[DEVICE].key.fpr, &subject);
	ck_assert_int_eq(item_read(&source, &subject, &it), ICS_ENOTFOUND);
	item_release(&it);
	item_pool_free(pool);
}
END_TEST

/* ---- values ---- */

static const char *
text_at(json_t *json, const char *key, const char *inner)
{
	json_t *value = json_object_get(json, key);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	if (inner != NULL)
		value = json_object_get(value, inner);
	return json_string_value(value);
}

#define HASH32 \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

START_TEST(any_octets_are_json)
{
	static const char lines[] =
	    "rec@=note/1\nsubject@=dev:$DEVICE\nodd@x.example=a\xff\xc3(\xed"
	    "\xa0\x80z\n#bin@x.example=00ff80\n#hash=0666772e62696e08" HASH32
	    "\nreason@=gr\xc3\xbc\xc3\x9f";
	const struct saying note = { &cast[OWNER], 0, BORN + 5 * DAY, lines, 0,
		0 };
	struct pieces few = { .n = 0 };
	struct item_pool *pool;
	struct asked a;
	json_t *json, *values;

	maker_cert_put(piece_add(&few), &cast[DEVICE], "odd \xff name");
	certificate_put(OWNER, piece_add(&few));
	record_put(&note, piece_add(&few));
	pool = pool_of(&few, NULL);
	ask_pool(&a, pool, DEVICE, BORN + 6 * DAY);
	ck_assert_uint_eq(a.it.about_n, 1);
	json = item_json_descriptor(&a.telling);
	ck_assert_str_eq(text_at(json, "names", NULL), "odd \xef\xbf\xbd name");
	values =
	    json_object_get(json_array_get(json_object_get(json, "statements"),
				0),
		"values");
	ck_assert_str_eq(text_at(values, "odd@x.example", NULL),
	    "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
	ck_assert_str_eq(text_at(values, "bin@x.example", NULL), "base64:AP+A");
	ck_assert_str_eq(text_at(values, "hash", "name"), "fw.bin");
	ck_assert_str_eq(text_at(values, "hash", "digest"), "sha256:" HASH32);
	ck_assert_str_eq(text_at(values, "reason", NULL), "gr\xc3\xbc\xc3\x9f");
	json_decref(json);
	asked_release(&a);
	item_pool_free(pool);
	pieces_release(&few);
}
END_TEST

/* A claim is told with its statement, and nowhere else. */
START_TEST(attributes_are_not_claimed)
{
	const struct saying claim = { &cast[STRANGER], 0, BORN + 15 * DAY,
		"rec@=device/1\nsubject@=dev:$DEVICE\nmanu=Evil\nmodel=X", 0,
		0 };
	struct item_pool *pool;
	struct asked a;
	json_t *json;

	record_put(&claim, piece_add(&all));
	pool = pool_of(&all, NULL);
	ask_pool(&a, pool, DEVICE, BORN + 40 * DAY);
	json = item_json_descriptor(&a.telling);
	ck_assert_str_eq(text_at(json, "attributes", "manu"), "Acme");
	ck_assert_str_eq(text_at(json, "attributes", "model"), "T1000");
	ck_assert_str_eq(text_at(json, "kind", NULL), "device");
	json_decref(json);
	asked_release(&a);
	item_pool_free(pool);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, at_any_time);
	tcase_add_test(t, who_may_not_moves_nothing);
	tcase_add_test(t, order_does_not_tell);
	tcase_add_test(t, known_at);
	tcase_add_test(t, parties_and_their_grants);
	tcase_add_test(t, floods_of_grants);
	tcase_add_test(t, nothing_known);
	tcase_add_test(t, any_octets_are_json);
	tcase_add_test(t, attributes_are_not_claimed);
}

int
main(void)
{
	return fixture_run("item", add);
}
