/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is composed here is what the readers read: signatures of both versions
 * verify and say what was asked for; keys come out as GnuPG writes them, with
 * the keygrip that it shows.
 */
#include "base/hex.h"
#include "compose/compose.h"
#include "maker.h"

static struct maker_key key4, key6;

static void
keys_make(void)
{
	ck_assert(pgp_crypto_init() == ICS_OK);
	maker_key_init(&key4, 4, 1, MAKER_NOW);
	maker_key_init(&key6, 6, 2, MAKER_NOW);
}

/* ---- signatures ----------------------------------------------------------- */

static const struct sig_row {
	uint8_t version, type, hash;
	uint32_t expires;
} sig_rows[] = {
	{ 4, PGP_SIG_BINARY, PGP_HASH_SHA256, 0 },
	{ 4, PGP_SIG_STANDALONE, PGP_HASH_SHA512, 7 },
	{ 4, PGP_SIG_CERT_GENERIC, PGP_HASH_SHA384, 86400 },
	{ 4, PGP_SIG_CERT_POSITIVE, PGP_HASH_SHA256, 0 },
	{ 4, PGP_SIG_DIRECT_KEY, PGP_HASH_SHA256, 0 },
	{ 4, PGP_SIG_CERT_REVOCATION, PGP_HASH_SHA3_256, 0 },
	{ 6, PGP_SIG_BINARY, PGP_HASH_SHA256, 0 },
	{ 6, PGP_SIG_STANDALONE, PGP_HASH_SHA384, 1 },
	{ 6, PGP_SIG_CERT_GENERIC, PGP_HASH_SHA512, 0 },
	{ 6, PGP_SIG_DIRECT_KEY, PGP_HASH_SHA3_512, 0 },
};

static struct pgp_subject
subject_of(uint8_t type, const struct maker_key *k)
{
	if (type == PGP_SIG_BINARY || type == PGP_SIG_STANDALONE)
		return (struct pgp_subject){ 0 };
	if (type == PGP_SIG_DIRECT_KEY)
		return maker_on_key(k);
	return maker_on_uid(k, "a thing");
}

static void
sig_make(const struct sig_row *row, const struct pgp_subject *subject,
    struct bytes hashed, struct buf *body)
{
	const struct maker_key *k = row->version == 4 ? &key4 : &key6;
	static const uint8_t salt[32] = { 1, 2, 3 };
	struct compose_unsigned u;
	struct compose_order c = { .by = &k->key,
		.type = row->type,
		.hash = row->hash,
		.created = MAKER_NOW + 5,
		.expires = row->expires,
		.hashed = hashed,
		.salt = bytes_of(salt,
		    compose_salt_size(row->version, row->hash)) };
	uint8_t values[64];

	ck_assert(compose_begin(&c, subject, &u) == ICS_OK);
	maker_sign(k, bytes_of(u.digest, u.digest_n), values);
	compose_end(&u, bytes_of(values, sizeof(values)));
	buf_put(body, buf_bytes(&u.body));
	compose_release(&u);
}

START_TEST(what_is_asked_for_is_said)
{
	const struct sig_row *row = &sig_rows[_i];
	const struct maker_key *k = row->version == 4 ? &key4 : &key6;
	struct pgp_subject subject = subject_of(row->type, k);
	struct pgp_sub flags = { PGP_SUB_KEY_FLAGS, true, bytes_of("\x03", 1) };
	struct buf body, hashed;
	struct pgp_sig sig;

	buf_init(&body, PGP_SIG_MAX);
	buf_init(&hashed, 64);
	compose_sub(&flags, &hashed);
	sig_make(row, &subject, buf_bytes(&hashed), &body);
	ck_assert(pgp_sig_parse(buf_bytes(&body), &sig) == ICS_OK);
	ck_assert(pgp_sig_verify(&sig, &k->key, &subject, false) == PGP_GOOD);
	ck_assert_uint_eq(sig.version, row->version);
	ck_assert_uint_eq(sig.type, row->type);
	ck_assert_uint_eq(sig.created, MAKER_NOW + 5);
	ck_assert_uint_eq(sig.expires, row->expires);
	ck_assert_uint_eq(sig.key_flags, 3);
	ck_assert(pgp_fpr_equal(&sig.issuer, &k->key.fpr));
	ck_assert_uint_eq(sig.unhashed.n, row->version == 4 ? 10 : 0);
	/* One octet of what it says is another, and it is void. */
	body.p[body.n / 4] ^= 1;
	ck_assert(pgp_sig_parse(buf_bytes(&body), &sig) != ICS_OK ||
		  pgp_sig_verify(&sig, &k->key, &subject, false) != PGP_GOOD);
	buf_release(&hashed);
	buf_release(&body);
}
END_TEST

/* Areas and salts that cannot be. */
START_TEST(what_cannot_be_is_refused)
{
	struct pgp_subject none = { 0 };
	struct compose_order c = { .by = &key4.key,
		.type = PGP_SIG_BINARY,
		.hash = PGP_HASH_SHA256,
		.created = MAKER_NOW };
	uint8_t *large = alloc_zero(PGP_HASHED_MAX, 1);
	struct compose_unsigned u;

	c.hashed = bytes_of(large, PGP_HASHED_MAX);
	ck_assert(compose_begin(&c, &none, &u) == ICS_ETOOBIG);
	compose_release(&u);
	c.hashed.n = 0;
	c.salt = bytes_of(large, 16);
	ck_assert(compose_begin(&c, &none, &u) == ICS_EUNSUPPORTED);
	compose_release(&u);
	c.by = &key6.key;
	c.salt.n = 17;
	ck_assert(compose_begin(&c, &none, &u) == ICS_EUNSUPPORTED);
	compose_release(&u);
	c.hash = PGP_HASH_SHA1;
	c.salt.n = 0;
	ck_assert(compose_begin(&c, &none, &u) == ICS_EUNSUPPORTED);
	compose_release(&u);
	c.hash = PGP_HASH_SHA256;
	c.salt.n = 16;
	c.type = PGP_SIG_CERT_GENERIC; /* over nothing */
	ck_assert(compose_begin(&c, &none, &u) == ICS_EUNSUPPORTED);
	compose_release(&u);
	free(large);
}
END_TEST

static const struct {
	size_t n;
	const char *head; /* in hex */
} length_rows[] = {
	{ 1, "0294" },
	{ 190, "bf94" },
	{ 191, "c00094" },
	{ 8000, "de8194" },
	{ 8191, "df4094" },
	{ 8383, "ff000020c094" },
};

START_TEST(lengths_are_minimal)
{
	struct buf area;
	struct cursor cur;
	struct pgp_sub sub = { 20, true, { NULL, 0 } }, back;
	uint8_t *room = alloc_zero(9000, 1);
	char head[16];

	buf_init(&area, 9000);
	sub.body = bytes_of(room, length_rows[_i].n);
	compose_sub(&sub, &area);
	hex_lower(bytes_of(area.p, strlen(length_rows[_i].head) / 2), head);
	ck_assert_str_eq(head, length_rows[_i].head);
	cur = cursor_of(buf_bytes(&area));
	ck_assert(pgp_sub_next(&cur, &back) == ICS_OK);
	ck_assert(back.critical && back.type == 20);
	ck_assert(bytes_equal(back.body, sub.body));
	ck_assert(pgp_sub_next(&cur, &back) == ICS_ENOTFOUND);
	buf_release(&area);
	free(room);
}
END_TEST

/* ---- keys ------------------------------------------------------------------- */

/* A key that gpg made, as raw material. The OID says what gpg meant. */
static void
raw_of(const struct pgp_key *key, struct compose_key *raw)
{
	struct cursor cur = cursor_of(key->material);
	bool is_rsa = key->algo == PGP_ALGO_RSA;
	struct bytes n;

	*raw = (struct compose_key){ .version = key->version,
		.algo = key->algo,
		.created = key->created,
		.curve = key->curve };
	if (!is_rsa)
		(void)cursor_take(&cur, cursor_u8(&cur));
	n = cursor_take(&cur, (cursor_be16(&cur) + 7u) / 8);
	if (is_rsa) {
		raw->n = n;
		raw->e = cursor_take(&cur, (cursor_be16(&cur) + 7u) / 8);
	} else if (n.n == 33) {
		raw->point = bytes_of(n.p + 1, 32);
	} else {
		raw->point = n;
	}
}

/* The keygrip that gpg showed for a fingerprint. */
static void
grip_expect(const struct pgp_key *key, const char *list)
{
	uint8_t grip[COMPOSE_KEYGRIP_SIZE];
	char fpr[2 * 20 + 1], hex[2 * COMPOSE_KEYGRIP_SIZE + 1];
	const char *line;

	hex_upper(pgp_fpr_bytes(&key->fpr), fpr);
	line = strstr(list, fpr);
	if (line == NULL)
		ck_abort_msg("%s is not listed", fpr);
	ck_assert(compose_keygrip(key, grip) == ICS_OK);
	hex_upper(bytes_of(grip, sizeof(grip)), hex);
	ck_assert_msg(strncmp(line + 41, hex, 40) == 0, "%s %s: %s", fpr,
	    pgp_algo_words(key->algo), hex);
}

/* A point that is none, of the wrong size, of no curve. */
static void
bad_points(struct compose_key *raw)
{
	uint8_t room[160];
	struct buf made;
	bool refused = raw->curve == PGP_CURVE_CV25519;

	buf_init(&made, PGP_PACKET_MAX);
	memcpy(room, raw->point.p, raw->point.n);
	raw->point.p = room;
	/* Half of all octets are points where only y is given. */
	for (unsigned i = 0; !refused && i < 64; i++) {
		buf_clear(&made);
		room[raw->point.n - 1 - i % 8] ^= (uint8_t)(i + 1);
		refused = compose_key_write(raw, &made) == ICS_EFORMAT;
	}
	ck_assert(refused);
	raw->point.n--;
	ck_assert(compose_key_write(raw, &made) == ICS_EFORMAT);
	raw->curve = PGP_CURVE_UNKNOWN;
	ck_assert(compose_key_write(raw, &made) == ICS_EUNSUPPORTED);
	buf_release(&made);
}

static void
key_compare(const struct pgp_key *key, const char *list)
{
	struct compose_key raw;
	struct buf made;

	grip_expect(key, list);
	if (key->algo == PGP_ALGO_DSA || key->algo == PGP_ALGO_ELGAMAL)
		return;
	buf_init(&made, PGP_PACKET_MAX);
	raw_of(key, &raw);
	ck_assert(compose_key_write(&raw, &made) == ICS_OK);
	ck_assert(bytes_equal(buf_bytes(&made), key->body));
	if (raw.algo != PGP_ALGO_RSA)
		bad_points(&raw);
	buf_release(&made);
}

/* Every kind of key that gpg 2.2.40 makes. */
START_TEST(keys_are_as_gpg_makes_them)
{
	struct bytes packets = fixture_read("compose/keys.pgp");
	struct bytes grips = fixture_read("compose/keys.grips");
	char *list = alloc_str_from_bytes(grips);
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;
	struct pgp_key key;
	unsigned n = 0;

	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (packet.tag != PGP_TAG_PUBLIC_KEY &&
		    packet.tag != PGP_TAG_PUBLIC_SUBKEY)
			continue;
		ck_assert(pgp_key_parse(packet.body, &key) == ICS_OK);
		key_compare(&key, list);
		n++;
	}
	ck_assert_uint_eq(n, 19);
	free(list);
	fixture_free(grips);
	fixture_free(packets);
}
END_TEST

/* Whether y is on the curve, computed apart from our code. */
START_TEST(ed25519_points_are_told_apart)
{
	static const bool on[] = { true, true, false, true, true, true, true,
		false, false, true, true, false };
	uint8_t y[32] = { 0 };
	struct compose_key raw = { .version = 4,
		.algo = PGP_ALGO_EDDSA,
		.curve = PGP_CURVE_ED25519,
		.point = bytes_of(y, sizeof(y)) };
	struct buf made;

	buf_init(&made, PGP_PACKET_MAX);
	for (uint8_t i = 0; i < sizeof(on); i++) {
		y[0] = i;
		ck_assert(compose_key_write(&raw, &made) ==
			  (on[i] ? ICS_OK : ICS_EFORMAT));
	}
	memset(y, 0xff, sizeof(y)); /* above p */
	ck_assert(compose_key_write(&raw, &made) == ICS_EFORMAT);
	buf_release(&made);
}
END_TEST

/* The native kinds of version 6, and that the old ones are refused there. */
START_TEST(version_6_has_its_own_kinds)
{
	struct compose_key raw = { .version = 6,
		.algo = PGP_ALGO_ED25519,
		.created = MAKER_NOW,
		.point = key6.key.material };
	struct buf made;

	buf_init(&made, PGP_PACKET_MAX);
	ck_assert(compose_key_write(&raw, &made) == ICS_OK);
	ck_assert(bytes_equal(buf_bytes(&made), key6.key.body));
	raw.algo = PGP_ALGO_X25519;
	ck_assert(compose_key_write(&raw, &made) == ICS_OK);
	raw.algo = PGP_ALGO_EDDSA;
	raw.curve = PGP_CURVE_ED25519;
	ck_assert(compose_key_write(&raw, &made) == ICS_EFORMAT);
	raw.version = 5;
	ck_assert(compose_key_write(&raw, &made) == ICS_EUNSUPPORTED);
	buf_release(&made);
}
END_TEST

static void
tests_add(TCase *t)
{
	tcase_add_unchecked_fixture(t, keys_make, NULL);
	tcase_add_loop_test(t, what_is_asked_for_is_said, 0,
	    (int)(sizeof(sig_rows) / sizeof(sig_rows[0])));
	tcase_add_test(t, what_cannot_be_is_refused);
	tcase_add_loop_test(t, lengths_are_minimal, 0,
	    (int)(sizeof(length_rows) / sizeof(length_rows[0])));
	tcase_add_test(t, keys_are_as_gpg_makes_them);
	tcase_add_test(t, ed25519_points_are_told_apart);
	tcase_add_test(t, version_6_has_its_own_kinds);
}

int
main(void)
{
	return fixture_run("compose", tests_add);
}
