/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the scripts of family t7 need beside gpg:
 *
 *	make KIND   certificates that gpg 2.2 cannot make, as packets:
 *		v6      version 6, <six@modern.example>
 *		mixed   version 4, <mixed@modern.example>, with a version 6
 *			subkey, and certified by the one above
 *		old     the same without what is version 6
 *		odd     its User ID has a colon, a percent sign, UTF-8, a
 *			control character and a script
 *		many    100,000 equal signatures
 *		fleet   2,000 devices of one system
 *	fpr         fingerprint of the certificate on standard input
 *	skshash     its SKS hash
 *	wkd ADDRESS the name of a mail address in a Web Key Directory
 *
 * Invariant: a kind is always the same octets.
 */
#include <check.h>
#include <string.h>

/* Check's own can only be used while its tests run. */
#undef ck_assert
#undef ck_assert_int_eq
#undef ck_assert_uint_eq
#undef ck_assert_ptr_nonnull
#undef ck_abort_msg
#define ck_assert(it)		 ((it) ? (void)0 : abort())
#define ck_assert_int_eq(a, b)	 ck_assert((a) == (b))
#define ck_assert_uint_eq(a, b)	 ck_assert((a) == (b))
#define ck_assert_ptr_nonnull(p) ck_assert((p) != NULL)
#define ck_abort_msg(...)	 abort()

#include "base/b64.h"
#include "base/hex.h"
#include "maker.h"

#define SIGNATURES 100000
#define FLEET	   2000

static void
v6(struct buf *out)
{
	struct maker_key k;

	maker_key_init(&k, 6, 601, MAKER_NOW);
	maker_cert_put(out, &k, "Six <six@modern.example>");
}

static void
old(struct buf *out)
{
	struct maker_key k;

	maker_key_init(&k, 4, 602, MAKER_NOW);
	maker_cert_put(out, &k, "Mixed <mixed@modern.example>");
}

static void
mixed(struct buf *out)
{
	const char *uid = "Mixed <mixed@modern.example>";
	struct maker_key k, sub, six;
	struct pgp_subject on_uid, on_sub;

	maker_key_init(&k, 4, 602, MAKER_NOW);
	maker_key_init(&sub, 6, 603, MAKER_NOW);
	maker_key_init(&six, 6, 601, MAKER_NOW);
	on_uid = maker_on_uid(&k, uid);
	on_sub = maker_on_subkey(&k, &sub);
	maker_cert_put(out, &k, uid);
	maker_sig_put(out,
	    &(struct maker_sig){ .by = &six,
		.type = PGP_SIG_CERT_GENERIC,
		.created = MAKER_NOW },
	    &on_uid);
	pgp_packet_write(out, PGP_TAG_PUBLIC_SUBKEY, sub.key.body);
	maker_sig_put(out,
	    &(struct maker_sig){ .by = &k,
		.type = PGP_SIG_SUBKEY_BINDING,
		.created = MAKER_NOW },
	    &on_sub);
}

static void
odd(struct buf *out)
{
	struct maker_key k;

	maker_key_init(&k, 4, 604, MAKER_NOW);
	maker_cert_put(out, &k,
	    "Odd:%41 \xc3\xa4\x01<script>alert(1)</script> "
	    "\"q\" <odd@modern.example>");
}

static void
many(struct buf *out)
{
	struct maker_key k;
	struct pgp_subject on_key;
	struct buf sig;

	maker_key_init(&k, 4, 605, MAKER_NOW);
	on_key = maker_on_key(&k);
	maker_cert_put(out, &k, "Many <many@modern.example>");
	buf_init(&sig, PGP_SIG_MAX);
	maker_sig_put(&sig,
	    &(struct maker_sig){
		.by = &k, .type = PGP_SIG_DIRECT_KEY, .created = MAKER_NOW },
	    &on_key);
	for (size_t i = 0; i < SIGNATURES; i++)
		buf_put(out, buf_bytes(&sig));
	buf_release(&sig);
}

/* Each with a key of its own. */
static void
fleet(struct buf *out)
{
	for (unsigned i = 0; i < FLEET; i++) {
		struct maker_key k;
		char name[32];

		maker_key_init(&k, 4, 10000 + i, MAKER_NOW);
		(void)snprintf(name, sizeof(name), "Device %u", i); /* fits */
		maker_cert_put(out, &k, name);
	}
}

static const struct {
	const char *word;
	void (*make)(struct buf *out);
} kinds[] = {
	{ "fleet", fleet },
	{ "v6", v6 },
	{ "mixed", mixed },
	{ "old", old },
	{ "odd", odd },
	{ "many", many },
};

static bool
make(const char *word)
{
	struct buf out;
	bool made = false;

	buf_init(&out, 64u << 20);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(word, kinds[i].word) == 0) {
			kinds[i].make(&out);
			made = fwrite(out.p, 1, out.n, stdout) == out.n;
		}
	buf_release(&out);
	return made;
}

static bool
wkd(const char *address)
{
	const char *at = strchr(address, '@');
	uint8_t digest[20];
	char name[33];

	if (at == NULL)
		return false;
	pgp_sha1(bytes_of(address, (size_t)(at - address)), digest);
	zb32_write(digest, name);
	return puts(name) >= 0;
}

static bool
skshash(struct bytes packets)
{
	uint8_t hash[16];
	char hex[33];

	if (pgp_skshash_packets(packets, hash) != ICS_OK)
		return false;
	hex_lower(bytes_of(hash, sizeof(hash)), hex);
	return puts(hex) >= 0;
}

static bool
fpr(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;
	struct pgp_key key;
	char hex[PGP_FPR_TEXT_MAX];

	if (pgp_packet_next(&cur, &packet) != ICS_OK ||
	    pgp_key_parse(packet.body, &key) != ICS_OK)
		return false;
	pgp_fpr_hex(&key.fpr, hex);
	return puts(hex) >= 0;
}

/* Standard input, whole, handed to read. */
static bool
with_input(bool (*read)(struct bytes packets))
{
	uint8_t *room = alloc_new(FIXTURE_MAX);
	size_t n = fread(room, 1, FIXTURE_MAX, stdin);
	bool good = read(bytes_of(room, n));

	free(room);
	return good;
}

int
main(int argc, char **argv)
{
	if (argc < 2 || pgp_crypto_init() != ICS_OK)
		return 2;
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		return make(argv[2]) ? 0 : 1;
	if (argc == 3 && strcmp(argv[1], "wkd") == 0)
		return wkd(argv[2]) ? 0 : 1;
	if (argc == 2 && strcmp(argv[1], "fpr") == 0)
		return with_input(fpr) ? 0 : 1;
	if (argc == 2 && strcmp(argv[1], "skshash") == 0)
		return with_input(skshash) ? 0 : 1;
	return 2;
}
