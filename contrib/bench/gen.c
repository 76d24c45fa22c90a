/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gen: synthetic device certificates, the same ones for the same seed.
 *
 * Streams concatenated binary OpenPGP certificates, each an Ed25519 primary
 * (v4, algorithm 22), one User ID, its self-certification 0x13, and as asked
 * an encryption subkey (--subkey) and a maker's certification 0x10 (--maker).
 *
 * Invariant: certificate number i depends on the seed, i and the shape options
 * alone, so --first 100000 --count 5000 gives certificates that no run with
 * --count 100000 has given. Nothing here reads the clock or the kernel's
 * random numbers. The secret keys are derivable by anyone: test data only.
 */
#include <assert.h>
#include <errno.h>
#include <gcrypt.h>
#include <getopt.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GEN_BLOCK_MAX	2048U
#define GEN_UID_MAX	128U
#define GEN_FPR_LEN	20U
#define GEN_BORN	1700000000U /* creation time of certificate 0 */
#define GEN_MAKER_INDEX UINT64_MAX

/* A block under construction; every part of a certificate fits in one. */
struct block {
	uint8_t p[GEN_BLOCK_MAX];
	size_t n;
};

struct gen_key {
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t fpr[GEN_FPR_LEN];
	struct block body; /* of the key packet */
	uint32_t created;
};

struct gen_sig {
	const struct gen_key *signer;
	uint32_t created;
	uint8_t type;
	uint8_t flags;	    /* key flags; 0 leaves the subpacket out */
	const char *serial; /* NULL, or make it a maker's statement */
};

struct gen_options {
	uint64_t seed;
	uint64_t first;
	uint64_t count;
	const char *out;
	const char *list;
	bool maker;
	bool subkey;
};

struct gen {
	const struct gen_options *opt;
	struct gen_key maker;
	FILE *out;
	FILE *list; /* NULL: no list wanted */
};

static void
put(struct block *b, const void *p, size_t n)
{
	assert(n <= sizeof(b->p) - b->n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void
put_be(struct block *b, uint64_t value, unsigned width)
{
	while (width-- > 0) {
		uint8_t octet = (uint8_t)(value >> (8 * width));

		put(b, &octet, 1);
	}
}

/* Spec: RFC 9580 3.2, no leading zero bits in the count. */
static void
put_mpi(struct block *b, const uint8_t *p, size_t n)
{
	unsigned bits;

	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	bits = (unsigned)n * 8;
	for (uint8_t top = n > 0 ? *p : 0xff; top < 0x80; top <<= 1)
		bits--;
	put_be(b, bits, 2);
	put(b, p, n);
}

/* Spec: RFC 9580 4.2.1; subpacket lengths below 8384 share the form. */
static void
put_length(struct block *b, size_t n)
{
	assert(n < 8384);
	if (n < 192) {
		put_be(b, n, 1);
		return;
	}
	put_be(b, (((n - 192) >> 8) + 192), 1);
	put_be(b, (n - 192) & 0xff, 1);
}

static void
put_packet(struct block *b, unsigned tag, const struct block *body)
{
	put_be(b, 0xc0 | tag, 1);
	put_length(b, body->n);
	put(b, body->p, body->n);
}

static void
put_subpacket(struct block *b, uint8_t type, const struct block *body)
{
	put_length(b, body->n + 1);
	put_be(b, type, 1);
	put(b, body->p, body->n);
}

/* Spec: RFC 9580 5.2.3.24, a human-readable notation. */
static void
put_notation(struct block *b, const char *name, const char *value)
{
	struct block n = { .n = 0 };

	put_be(&n, 0x80000000U, 4);
	put_be(&n, strlen(name), 2);
	put_be(&n, strlen(value), 2);
	put(&n, name, strlen(name));
	put(&n, value, strlen(value));
	put_subpacket(b, 20, &n);
}

static void
seed_derive(uint8_t out[32], uint64_t seed, uint64_t index, const char *use)
{
	struct block b = { .n = 0 };

	put(&b, use, strlen(use));
	put_be(&b, seed, 8);
	put_be(&b, index, 8);
	crypto_hash_sha256(out, b.p, b.n);
}

/* The octets that stand for a v4 key in a digest. Spec: RFC 9580 5.2.4 */
static void
put_key_digest(struct block *b, const struct block *body)
{
	put_be(b, 0x99, 1);
	put_be(b, body->n, 2);
	put(b, body->p, body->n);
}

static void
key_make(struct gen_key *key, const struct gen_options *opt, uint64_t index)
{
	static const uint8_t oid[] = { 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f,
		1 };
	uint8_t seed[32], point[33] = { 0x40 };
	struct block digest = { .n = 0 };

	seed_derive(seed, opt->seed, index, "primary");
	crypto_sign_seed_keypair(key->public, key->secret, seed);
	memcpy(point + 1, key->public, 32);
	/* The maker's index wraps to one second before the first device. */
	key->created = GEN_BORN + (uint32_t)index;
	key->body.n = 0;
	put_be(&key->body, 4, 1);
	put_be(&key->body, key->created, 4);
	put_be(&key->body, 22, 1);
	put(&key->body, oid, sizeof(oid));
	put_mpi(&key->body, point, sizeof(point));
	put_key_digest(&digest, &key->body);
	gcry_md_hash_buffer(GCRY_MD_SHA1, key->fpr, digest.p, digest.n);
}

static void
subkey_make(struct block *body, const struct gen_options *opt, uint64_t index)
{
	static const uint8_t oid[] = { 10, 0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5,
		1 };
	static const uint8_t kdf[] = { 3, 1, 8, 7 };
	uint8_t scalar[32], point[33] = { 0x40 };

	seed_derive(scalar, opt->seed, index, "subkey");
	crypto_scalarmult_base(point + 1, scalar);
	put_be(body, 4, 1);
	put_be(body, GEN_BORN + (uint32_t)index, 4);
	put_be(body, 18, 1);
	put(body, oid, sizeof(oid));
	put_mpi(body, point, sizeof(point));
	put(body, kdf, sizeof(kdf));
}

static void
put_hashed(struct block *b, const struct gen_sig *sig)
{
	struct block area = { .n = 0 }, sub = { .n = 0 };

	put_be(&sub, sig->created, 4);
	put_subpacket(&area, 2, &sub);
	if (sig->flags != 0) {
		sub.n = 0;
		put_be(&sub, sig->flags, 1);
		put_subpacket(&area, 27, &sub);
	}
	if (sig->serial) {
		put_notation(&area, "manu", "Acme");
		put_notation(&area, "model", "T1000");
		put_notation(&area, "prodid", sig->serial);
	}
	sub.n = 0;
	put_be(&sub, 4, 1);
	put(&sub, sig->signer->fpr, GEN_FPR_LEN);
	put_subpacket(&area, 33, &sub);
	put_be(b, area.n, 2);
	put(b, area.p, area.n);
}

/* Appends the signature packet over subject, which is used up as the digest's
 * preimage. Spec: RFC 9580 5.2.3 and 5.2.4, version 4. */
static void
put_signature(struct block *out, const struct gen_sig *sig,
    struct block *subject)
{
	uint8_t digest[32], raw[crypto_sign_BYTES];
	struct block body = { .n = 0 }, sub = { .n = 0 }, unhashed = { .n = 0 };

	put_be(&body, 4, 1);
	put_be(&body, sig->type, 1);
	put_be(&body, 22, 1);
	put_be(&body, 8, 1);
	put_hashed(&body, sig);
	put(subject, body.p, body.n);
	put_be(subject, 0x04ff, 2);
	put_be(subject, body.n, 4);
	crypto_hash_sha256(digest, subject->p, subject->n);
	crypto_sign_detached(raw, NULL, digest, sizeof(digest),
	    sig->signer->secret);

	put(&sub, sig->signer->fpr + 12, 8);
	put_subpacket(&unhashed, 16, &sub);
	put_be(&body, unhashed.n, 2);
	put(&body, unhashed.p, unhashed.n);
	put(&body, digest, 2);
	put_mpi(&body, raw, 32);
	put_mpi(&body, raw + 32, 32);
	put_packet(out, 2, &body);
}

static void
put_uid_digest(struct block *b, const struct gen_key *key,
    const struct block *uid)
{
	put_key_digest(b, &key->body);
	put_be(b, 0xb4, 1);
	put_be(b, uid->n, 4);
	put(b, uid->p, uid->n);
}

static int
list_line(FILE *list, const struct gen_key *key, const struct block *uid)
{
	for (size_t i = 0; i < GEN_FPR_LEN; i++)
		fprintf(list, "%02X", key->fpr[i]);
	putc(' ', list);
	for (size_t i = 12; i < GEN_FPR_LEN; i++)
		fprintf(list, "%02X", key->fpr[i]);
	return fprintf(list, " %.*s\n", (int)uid->n, (const char *)uid->p);
}

static void
put_uid_part(struct block *out, const struct gen_key *key,
    const struct block *uid, uint8_t flags)
{
	struct block subject = { .n = 0 };
	struct gen_sig self = { .signer = key,
		.created = key->created,
		.type = 0x13,
		.flags = flags };

	put_packet(out, 6, &key->body);
	put_packet(out, 13, uid);
	put_uid_digest(&subject, key, uid);
	put_signature(out, &self, &subject);
}

static void
put_subkey_part(struct block *out, const struct gen_key *key,
    const struct block *subkey)
{
	struct block subject = { .n = 0 };
	struct gen_sig bind = { .signer = key,
		.created = key->created,
		.type = 0x18,
		.flags = 0x0c };

	put_packet(out, 14, subkey);
	put_key_digest(&subject, &key->body);
	put_key_digest(&subject, subkey);
	put_signature(out, &bind, &subject);
}

static void
device_emit(const struct gen *gen, uint64_t index)
{
	static struct gen_key key;
	struct block out = { .n = 0 }, uid = { .n = 0 }, subject = { .n = 0 };
	struct block subkey = { .n = 0 };
	char serial[24], text[GEN_UID_MAX];
	struct gen_sig made = {
		.signer = &gen->maker, .type = 0x10, .serial = serial
	};

	snprintf(serial, sizeof(serial), "%06" PRIu64, index);
	snprintf(text, sizeof(text),
	    "Acme T1000 S/N %s <t1000-%s@devices.example>", serial, serial);
	put(&uid, text, strlen(text));
	key_make(&key, gen->opt, index);
	made.created = key.created + 1;
	put_uid_part(&out, &key, &uid, 0x03);
	if (gen->opt->maker) {
		put_uid_digest(&subject, &key, &uid);
		put_signature(&out, &made, &subject);
	}
	if (gen->opt->subkey) {
		subkey_make(&subkey, gen->opt, index);
		put_subkey_part(&out, &key, &subkey);
	}
	fwrite(out.p, 1, out.n, gen->out);
	if (gen->list)
		list_line(gen->list, &key, &uid);
}

static void
maker_emit(struct gen *gen)
{
	static const char name[] = "Acme Devices <maker@acme.example>";
	struct block out = { .n = 0 }, uid = { .n = 0 };

	put(&uid, name, sizeof(name) - 1);
	key_make(&gen->maker, gen->opt, GEN_MAKER_INDEX);
	put_uid_part(&out, &gen->maker, &uid, 0x03);
	fwrite(out.p, 1, out.n, gen->out);
	if (gen->list)
		list_line(gen->list, &gen->maker, &uid);
}

static int
gen_run(const struct gen_options *opt)
{
	static struct gen gen;
	int failed = 0;

	gen.opt = opt;
	gen.out = opt->out ? fopen(opt->out, "wb") : stdout;
	gen.list = opt->list ? fopen(opt->list, "w") : NULL;
	if (!gen.out || (opt->list && !gen.list)) {
		fprintf(stderr, "gen: cannot write: %s\n", strerror(errno));
		return 1;
	}
	if (opt->maker)
		maker_emit(&gen);
	for (uint64_t i = 0; i < opt->count; i++)
		device_emit(&gen, opt->first + i);
	failed |= ferror(gen.out) || fclose(gen.out) != 0;
	if (gen.list)
		failed |= ferror(gen.list) || fclose(gen.list) != 0;
	if (failed)
		fprintf(stderr, "gen: write failed: %s\n", strerror(errno));
	return failed;
}

static int
usage(void)
{
	fputs("usage: gen [--seed N] [--first N] --count N [--out FILE]\n"
	      "           [--list FILE] [--maker] [--subkey]\n",
	    stderr);
	return 2;
}

static bool
number_read(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0';
}

int
main(int argc, char **argv)
{
	static const struct option words[] = { { "seed", 1, NULL, 's' },
		{ "first", 1, NULL, 'f' }, { "count", 1, NULL, 'c' },
		{ "out", 1, NULL, 'o' }, { "list", 1, NULL, 'l' },
		{ "maker", 0, NULL, 'm' }, { "subkey", 0, NULL, 'k' },
		{ NULL, 0, NULL, 0 } };
	struct gen_options opt = { .seed = 1 };
	bool good = true;
	int word;

	while ((word = getopt_long(argc, argv, "", words, NULL)) != -1) {
		if (word == 's')
			good = good && number_read(optarg, &opt.seed);
		else if (word == 'f')
			good = good && number_read(optarg, &opt.first);
		else if (word == 'c')
			good = good && number_read(optarg, &opt.count);
		else if (word == 'o')
			opt.out = optarg;
		else if (word == 'l')
			opt.list = optarg;
		else if (word == 'm')
			opt.maker = true;
		else if (word == 'k')
			opt.subkey = true;
		else
			good = false;
	}
	if (!good || optind != argc || opt.count == 0)
		return usage();
	if (sodium_init() < 0 || !gcry_check_version(NULL))
		return 1;
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return gen_run(&opt);
}
