/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets of strangers: what does not verify is not there, whatever was done
 * to it; what comes in parts, or later, verifies when it is whole.
 */
#include "item_make.h"

static struct policy_right right;
static struct pieces all;

static void
setup(void)
{
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	cast_init();
	right = (struct policy_right){ .fpr = cast[MAKER].key.fpr,
		.role = NOTATIONS_ROLE_MANUFACTURER };
	given = &right;
	given_n = 1;
}

static void
teardown(void)
{
	pieces_release(&all);
}

static void
device_tell(const char *lines)
{
	certified_put(DEVICE,
	    &(struct saying){ &cast[MAKER], 0x10, BORN + DAY, lines, 0, 0 },
	    piece_add(&all));
	certificate_put(MAKER, piece_add(&all));
	certificate_put(OWNER, piece_add(&all));
}

/* Statements about the device, by digest; -1: nothing is known of it. */
static int
statements_count(const struct pieces *p, uint8_t first[32])
{
	struct item_pool *pool = pool_of(p, NULL);
	struct notations_subject subject;
	struct item_source source;
	struct item it;
	int n = -1;

	item_source_of_pool(pool, &source);
	notations_subject_of_fpr(&cast[DEVICE].key.fpr, &subject);
	if (item_read(&source, &subject, &it) == ICS_OK) {
		n = (int)it.about_n;
		if (n > 0 && first != NULL)
			memcpy(first, it.statements[0].st.digest, 32);
	}
	item_release(&it);
	item_pool_free(pool);
	return n;
}

/* ---- what was done to it ---- */

/* Flip each bit of a piece. The piece is there no more, or says the same. */
static void
piece_flip(size_t piece, size_t step, int whole)
{
	struct buf *b = &all.at[piece];
	uint8_t wanted[32], got[32];
	int unharmed = 0;

	ck_assert_int_eq(statements_count(&all, wanted), whole);
	for (size_t bit = 0; bit < 8 * b->n; bit += step) {
		struct item_pool *pool = item_pool_new();
		int n = -1;

		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (item_pool_add(pool, buf_bytes(b)) == ICS_OK)
			n = statements_count(&all, got);
		item_pool_free(pool);
		b->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_le(n, whole);
		if (n < whole)
			continue;
		ck_assert_msg(memcmp(got, wanted, 32) == 0,
		    "bit %zu made another statement", bit);
		unharmed++;
	}
	/* What is not signed says where it is; and where a self-signature is
	 * broken the maker's binds. */
	ck_assert_int_lt(unharmed, (int)(8 * b->n / step / 2));
}

START_TEST(flipped_records)
{
	const struct saying lost = { &cast[OWNER], 0, BORN + 9 * DAY,
		STATUS("lost"), 0, 0 };

	certificate_put(DEVICE, piece_add(&all));
	certificate_put(OWNER, piece_add(&all));
	record_put(&lost, piece_add(&all));
	piece_flip(2, 1, 1);
}
END_TEST

START_TEST(flipped_certifications)
{
	struct buf *key;

	device_tell("manu=Acme\nstatus@=active");
	key = &all.at[1];
	piece_flip(0, 7, 1);
	/* The maker's key itself: nothing of his is left. */
	key->p[20] ^= 1;
	ck_assert_int_eq(statements_count(&all, NULL), 0);
	key->p[20] ^= 1;
}
END_TEST

START_TEST(cut_records)
{
	const struct saying lost = { &cast[OWNER], 0, BORN + 9 * DAY,
		STATUS("lost"), 0, 0 };
	struct buf whole;

	buf_init(&whole, PGP_SIG_MAX);
	record_put(&lost, &whole);
	for (size_t n = 0; n < whole.n; n++) {
		uint8_t *exact = alloc_new(n + (n == 0));
		struct item_pool *pool = item_pool_new();

		memcpy(exact, whole.p, n);
		ck_assert_int_eq(item_pool_add(pool, bytes_of(exact, n)),
		    n == 0 ? ICS_OK : ICS_ETRUNCATED);
		item_pool_free(pool);
		free(exact);
	}
	buf_release(&whole);
}
END_TEST

/* ---- who made it ---- */

static void
subkey_put(const struct maker_key *primary, const struct maker_key *sub,
    uint8_t flags, struct buf *out)
{
	struct pgp_subject on = maker_on_subkey(primary, sub);
	struct buf back, hashed;

	buf_init(&back, PGP_SIG_MAX);
	buf_init(&hashed, PGP_SIG_MAX);
	maker_sig_write(&(struct maker_sig){ .by = sub,
			    .type = PGP_SIG_PRIMARY_BINDING,
			    .created = BORN },
	    &on, &back);
	buf_u8(&hashed, 2);
	buf_u8(&hashed, PGP_SUB_KEY_FLAGS);
	buf_u8(&hashed, flags);
	buf_u8(&hashed, (uint8_t)(back.n + 1));
	buf_u8(&hashed, PGP_SUB_EMBEDDED);
	buf_put(&hashed, buf_bytes(&back));
	pgp_packet_write(out, PGP_TAG_PUBLIC_SUBKEY, sub->key.body);
	maker_sig_put(out,
	    &(struct maker_sig){ .by = primary,
		.type = PGP_SIG_SUBKEY_BINDING,
		.created = BORN,
		.hashed = buf_bytes(&hashed) },
	    &on);
	buf_release(&back);
	buf_release(&hashed);
}

static void
subkey_revoke(const struct maker_key *primary, const struct maker_key *sub,
    uint8_t reason, struct buf *out)
{
	struct pgp_subject on = maker_on_subkey(primary, sub);
	const uint8_t why[] = { 2, PGP_SUB_REVOCATION_REASON, reason };

	maker_sig_put(out,
	    &(struct maker_sig){ .by = primary,
		.type = PGP_SIG_SUBKEY_REVOCATION,
		.created = BORN + 20 * DAY,
		.hashed = bytes_of(why, sizeof(why)) },
	    &on);
}

/* Subkeys that sign, and their ends: what their records are worth. */
static const struct {
	uint8_t flags;
	int reason; /* of its revocation on day 20; -1 none */
	unsigned day;
	const char *words; /* NULL: not taken at all */
} subkeys[] = {
	{ 0x02, -1, 10, "lost authorised authorised" },
	{ 0x0c, -1, 10, NULL }, /* it does not sign */
	{ 0x02, 3, 10, "lost authorised authorised" },
	{ 0x02, 3, 25, "active authorised late" },
	{ 0x02, 2, 10, "active authorised fallen" },
};

START_TEST(made_by_subkeys)
{
	struct maker_key sub;
	struct saying lost = { &sub, 0, 0, STATUS("lost"), 0, 0 };

	maker_key_init(&sub, 4, 2000, BORN);
	for (size_t i = 0; i < sizeof(subkeys) / sizeof(subkeys[0]); i++) {
		struct item_pool *pool;
		struct report rep = { 0 };
		char words[200];
		struct asked a;

		device_tell("manu=Acme\nstatus@=active\nowner@=$OWNER");
		subkey_put(&cast[OWNER], &sub, subkeys[i].flags,
		    &all.at[all.n - 1]);
		if (subkeys[i].reason >= 0)
			subkey_revoke(&cast[OWNER], &sub,
			    (uint8_t)subkeys[i].reason, &all.at[all.n - 1]);
		lost.created = BORN + subkeys[i].day * DAY;
		record_put(&lost, piece_add(&all));
		pool = pool_of(&all, &rep);
		ask_pool(&a, pool, DEVICE, BORN + 30 * DAY);
		ck_assert_str_eq(asked_words(&a, words, sizeof(words)),
		    subkeys[i].words != NULL ? subkeys[i].words
					     : "active authorised");
		if (subkeys[i].words == NULL)
			ck_assert(report_has(&rep, PGP_REASON(unknown_issuer)));
		else
			ck_assert(pgp_fpr_equal(&a.it.statements[1].st.issuer,
			    &cast[OWNER].key.fpr));
		asked_release(&a);
		item_pool_free(pool);
		report_release(&rep);
		pieces_release(&all);
	}
}
END_TEST

/* A subkey's fingerprint leads to its primary key. */
START_TEST(asked_by_subkey)
{
	struct notations_subject subject;
	struct item_source source;
	struct item_pool *pool;
	struct maker_key sub;
	struct item it;
	struct pgp_fpr fpr;

	maker_key_init(&sub, 4, 2001, BORN);
	device_tell("manu=Acme");
	subkey_put(&cast[OWNER], &sub, 0x02, &all.at[all.n - 1]);
	pool = pool_of(&all, NULL);
	item_source_of_pool(pool, &source);
	notations_subject_of_fpr(&sub.key.fpr, &subject);
	ck_assert_int_eq(item_read(&source, &subject, &it), ICS_OK);
	ck_assert(notations_subject_fpr(&it.subject, &fpr));
	ck_assert(pgp_fpr_equal(&fpr, &cast[OWNER].key.fpr));
	item_release(&it);
	item_pool_free(pool);
}
END_TEST

/* Two certificates bind one encryption subkey: it leads nowhere. */
START_TEST(adopted_subkey)
{
	struct maker_key sub;
	struct item_source source;
	struct item_pool *pool;
	struct bytes data;

	maker_key_init(&sub, 4, 2002, BORN);
	for (size_t i = 0; i < 2; i++) {
		enum member who = i == 0 ? OWNER : STRANGER;

		certificate_put(who, piece_add(&all));
		subkey_put(&cast[who], &sub, 0x0c, &all.at[i]);
	}
	pool = pool_of(&all, NULL);
	item_source_of_pool(pool, &source);
	ck_assert_int_eq(source.cert(source.arg, &sub.key.fpr, &data),
	    ICS_ENOTFOUND);
	ck_assert_int_eq(source.cert(source.arg, &cast[OWNER].key.fpr, &data),
	    ICS_OK);
	item_pool_free(pool);
}
END_TEST

/* ---- in parts, and later ---- */

START_TEST(whole_when_it_is_whole)
{
	const struct saying lost = { &cast[OWNER], 0, BORN + 9 * DAY,
		STATUS("lost"), 0, 0 };
	struct item_pool *pool = item_pool_new();
	struct report rep = { 0 };
	struct pgp_fpr missing[4];
	struct asked a;

	device_tell("manu=Acme\nstatus@=active\nowner@=$OWNER");
	record_put(&lost, piece_add(&all));
	for (size_t i = 0; i < all.n; i++)
		if (i != 2) /* the owner */
			ck_assert_int_eq(item_pool_add(pool,
					     buf_bytes(&all.at[i])),
			    ICS_OK);
	ck_assert_int_eq(item_pool_settle(pool, MAKER_NOW, &rep), ICS_OK);
	ck_assert(report_has(&rep, PGP_REASON(unknown_issuer)));
	ck_assert_uint_eq(item_pool_missing(pool, missing, 4), 1);
	ck_assert(pgp_fpr_equal(&missing[0], &cast[OWNER].key.fpr));
	ask_pool(&a, pool, DEVICE, BORN + 10 * DAY);
	ck_assert_int_eq(a.state.status, NOTATIONS_STATUS_ACTIVE);
	asked_release(&a);
	ck_assert_int_eq(item_pool_add(pool, buf_bytes(&all.at[2])), ICS_OK);
	ck_assert_int_eq(item_pool_settle(pool, MAKER_NOW, &rep), ICS_OK);
	ck_assert_uint_eq(item_pool_missing(pool, missing, 4), 0);
	ask_pool(&a, pool, DEVICE, BORN + 10 * DAY);
	ck_assert_int_eq(a.state.status, NOTATIONS_STATUS_LOST);
	asked_release(&a);
	item_pool_free(pool);
	report_release(&rep);
}
END_TEST

/* A bundle is read again as what was written. */
START_TEST(bundles)
{
	struct pieces again = { .n = 0 };
	struct item_pool *pool, *second;
	struct buf one, two;
	struct asked a, b;
	char *first, *other;

	buf_init(&one, PGP_INPUT_MAX);
	buf_init(&two, PGP_INPUT_MAX);
	story_tell(&all);
	pool = pool_of(&all, NULL);
	item_pool_write(pool, &one);
	buf_put(piece_add(&again), buf_bytes(&one));
	second = pool_of(&again, NULL);
	item_pool_write(second, &two);
	ck_assert(bytes_equal(buf_bytes(&one), buf_bytes(&two)));
	ask_pool(&a, pool, DEVICE, BORN + 40 * DAY);
	ask_pool(&b, second, DEVICE, BORN + 40 * DAY);
	first = asked_documents(&a);
	other = asked_documents(&b);
	ck_assert_str_eq(first, other);
	free(first);
	free(other);
	asked_release(&a);
	asked_release(&b);
	item_pool_free(pool);
	item_pool_free(second);
	pieces_release(&again);
	buf_release(&one);
	buf_release(&two);
}
END_TEST

/* A certificate whose owner bound nothing certifies nobody. */
START_TEST(unbound_issuers)
{
	device_tell("manu=Acme\nstatus@=active");
	ck_assert_int_eq(statements_count(&all, NULL), 1);
	buf_clear(&all.at[1]);
	pgp_packet_write(&all.at[1], PGP_TAG_PUBLIC_KEY, cast[MAKER].key.body);
	make_uid(&all.at[1], "Acme <acme@acme.example>");
	ck_assert_int_eq(statements_count(&all, NULL), 0);
}
END_TEST

/* ---- about statements ---- */

static void
confirmation_put(const struct maker_key *by, struct bytes record,
    bool is_signed, struct buf *out)
{
	struct pgp_sig target;
	struct pgp_subject nothing = { 0 }, on = { .target = &target };
	struct cursor cur = cursor_of(record);
	struct pgp_packet packet;
	struct buf hashed;
	uint8_t digest[PGP_DIGEST_MAX];
	char hex[65], text[120];
	size_t n;

	ck_assert_int_eq(pgp_packet_next(&cur, &packet), ICS_OK);
	ck_assert_int_eq(pgp_sig_parse(packet.body, &target), ICS_OK);
	ck_assert_int_eq(pgp_sig_digest(&target, &nothing, digest, &n), ICS_OK);
	buf_init(&hashed, 400);
	buf_u8(&hashed, (uint8_t)(n + 3));
	buf_u8(&hashed, PGP_SUB_TARGET);
	buf_be16(&hashed, (uint16_t)(target.pk << 8 | target.hash));
	buf_put(&hashed, bytes_of(digest, n));
	if (!is_signed) { /* the other name, instead */
		buf_clear(&hashed);
		pgp_sig_record_digest(&target, digest);
		hex_lower(bytes_of(digest, 32), hex);
		(void)snprintf(text, 120, "subject@=rec:sha256:%s", hex);
		make_notes(&hashed, text);
	}
	maker_sig_put(out,
	    &(struct maker_sig){ .by = by,
		.type = PGP_SIG_CONFIRMATION,
		.created = BORN + 12 * DAY,
		.hashed = buf_bytes(&hashed) },
	    &on);
	buf_release(&hashed);
}

START_TEST(confirmed_and_taken_back)
{
	struct saying lost = { &cast[OWNER], 0, BORN + 9 * DAY, STATUS("lost"),
		0, 0 };
	char lines[200], hex[65], words[200];
	struct item_pool *pool;
	uint8_t digest[32];
	struct buf *record;
	struct asked a;

	device_tell("manu=Acme\nstatus@=active\nowner@=$OWNER");
	record = piece_add(&all);
	record_put(&lost, record);
	pool = pool_of(&all, NULL);
	ask_pool(&a, pool, DEVICE, BORN + 20 * DAY);
	memcpy(digest, a.it.statements[1].st.digest, 32);
	asked_release(&a);
	item_pool_free(pool);
	/* The confirmation comes before what it confirms. */
	confirmation_put(&cast[MAKER], buf_bytes(record), _i == 1,
	    piece_add(&all));
	hex_lower(bytes_of(digest, 32), hex);
	(void)snprintf(lines, sizeof(lines),
	    "rec@=note/1\nsubject@=rec:sha256:%s\nrevokes@=sha256:%s", hex,
	    hex);
	lost.lines = lines;
	lost.created = BORN + 15 * DAY;
	record_put(&lost, piece_add(&all));
	pool = pool_of(&all, NULL);
	ask_pool(&a, pool, DEVICE, BORN + 20 * DAY);
	ck_assert_uint_eq(a.it.about_n, 4);
	ck_assert_msg(strncmp(asked_words(&a, words, sizeof(words)),
			  "active authorised withdrawn", 27) == 0,
	    "%s", words);
	ck_assert_int_eq(a.it.statements[2].st.carrier, NOTATIONS_CONFIRMATION);
	asked_release(&a);
	item_pool_free(pool);
}
END_TEST

/* A revocation that came alone works like one in the certificate. */
START_TEST(revoked_alone)
{
	const uint8_t why[] = { 2, PGP_SUB_REVOCATION_REASON,
		PGP_REVOKE_COMPROMISED };
	struct pgp_subject on_key = maker_on_key(&cast[OWNER]);
	const struct saying lost = { &cast[OWNER], 0, BORN + 9 * DAY,
		STATUS("lost"), 0, 0 };
	struct item_pool *pool;
	char words[200];
	struct asked a;

	device_tell("manu=Acme\nstatus@=active\nowner@=$OWNER");
	record_put(&lost, piece_add(&all));
	maker_sig_put(piece_add(&all),
	    &(struct maker_sig){ .by = &cast[OWNER],
		.type = PGP_SIG_KEY_REVOCATION,
		.created = BORN + 20 * DAY,
		.hashed = bytes_of(why, sizeof(why)) },
	    &on_key);
	pool = pool_of(&all, NULL);
	ask_pool(&a, pool, DEVICE, BORN + 10 * DAY);
	ck_assert_str_eq(asked_words(&a, words, sizeof(words)),
	    "active authorised fallen");
	asked_release(&a);
	item_pool_free(pool);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, flipped_records);
	tcase_add_test(t, flipped_certifications);
	tcase_add_test(t, cut_records);
	tcase_add_test(t, made_by_subkeys);
	tcase_add_test(t, asked_by_subkey);
	tcase_add_test(t, adopted_subkey);
	tcase_add_test(t, whole_when_it_is_whole);
	tcase_add_test(t, bundles);
	tcase_add_test(t, unbound_issuers);
	tcase_add_loop_test(t, confirmed_and_taken_back, 0, 2);
	tcase_add_test(t, revoked_alone);
}

int
main(void)
{
	return fixture_run("item_pool", add);
}
