/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * statements SEED COUNT ORDER DIR: many statements by several parties about
 * devices and code, as batches to submit.
 *
 * Invariant: the set of statements is a function of SEED and COUNT alone;
 * ORDER decides in which order they come, how they are cut into batches and
 * which come twice. So two servers that are fed with different ORDERs must
 * end alike. The secret keys are derivable by anyone: test data only.
 *
 * DIR gets batch-NNNN.pgp (records alone or certificates alone, since a
 * signature behind a certificate belongs to it), root (its fingerprint),
 * items and times (what to ask about, and when).
 */
#include <gcrypt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/hex.h"
#include "notations/notations.h"
#include "pgp/compose.h"
#include "pgp/pgp.h"

#define PARTIES	 9
#define DEVICES	 40
#define CODES	 16
#define BORN	 1600000000 /* of all keys */
#define LIFE	 100000000  /* seconds over which statements are made */
#define EARLY	 300	    /* every party's certificate comes among so many */
#define TIMES	 50
#define BATCH	 40
#define CERT_MAX 4096

struct signer {
	gcry_sexp_t secret; /* owned */
	struct buf body;    /* of the key packet, owned */
	struct pgp_key key; /* views into body */
	struct buf cert;    /* self-signed, owned */
	char uid[64];
};

/* One thing to submit. */
struct piece {
	struct buf packets; /* owned */
	bool is_record;
	uint64_t rank; /* by which the pieces are ordered */
};
ARRAY_OF(struct piece, pieces);

struct digest {
	uint8_t b[32];
};
ARRAY_OF(struct digest, digests);

struct world {
	uint64_t state; /* of the random numbers */
	struct signer parties[PARTIES], devices[DEVICES];
	char codes[CODES][80]; /* "sha256:..." */
	struct pieces pieces;
	struct digests by[PARTIES]; /* records: a later one may revoke */
};

/* SplitMix64: the same numbers everywhere. */
static uint64_t
draw(struct world *w, uint64_t below)
{
	uint64_t z = (w->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % below;
}

static void
must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "statements: %s failed\n", what);
	exit(1);
}

/* ---- keys ---------------------------------------------------------------- */

/* The public point of a secret, as libgcrypt computes it. */
static void
point_of(const uint8_t secret[32], uint8_t point[32])
{
	gcry_sexp_t sexp = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q;
	unsigned char *octets = NULL;
	size_t n = 0;

	must(gcry_sexp_build(&sexp, NULL,
		 "(private-key (ecc (curve Ed25519)(flags eddsa)(d %b)))", 32,
		 secret) == 0 &&
		 gcry_mpi_ec_new(&ctx, sexp, NULL) == 0,
	    "a key");
	q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	must(q != NULL && gcry_mpi_aprint(GCRYMPI_FMT_STD, &octets, &n, q) == 0,
	    "its point");
	/* An opaque number: its octets are the point. */
	memcpy(point, gcry_mpi_get_opaque(q, NULL), 32);
	gcry_free(octets);
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(sexp);
}

/* The 64 octets of an Ed25519 signature over a digest. */
static void
sign(const struct signer *by, const struct pgp_unsigned *u, uint8_t out[64])
{
	gcry_sexp_t data = NULL, sig = NULL;
	gcry_buffer_t parts[2] = { { 0 } };

	must(gcry_sexp_build(&data, NULL,
		 "(data (flags eddsa)(hash-algo sha512)(value %b))",
		 (int)u->digest_n, u->digest) == 0 &&
		 gcry_pk_sign(&sig, data, by->secret) == 0,
	    "signing");
	must(gcry_sexp_extract_param(sig, "sig-val!eddsa", "&rs", &parts[0],
		 &parts[1], NULL) == 0 &&
		 parts[0].len == 32 && parts[1].len == 32,
	    "a signature's shape");
	memcpy(out, parts[0].data, 32);
	memcpy(&out[32], parts[1].data, 32);
	gcry_free(parts[0].data);
	gcry_free(parts[1].data);
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
}

struct wanted {
	const struct signer *by;
	uint8_t type;
	uint32_t created;
	const struct buf *hashed;
	struct pgp_subject subject;
};

/* Sign, append the packet to out; the record digest goes to digest. */
static void
packet_sign(const struct wanted *want, struct buf *out, uint8_t digest[32])
{
	struct pgp_compose c = { .by = &want->by->key,
		.type = want->type,
		.hash = PGP_HASH_SHA256,
		.created = want->created,
		.hashed = buf_bytes(want->hashed) };
	struct pgp_unsigned u;
	struct pgp_sig sig;
	struct buf values, confirmed;
	uint8_t rs[64];

	must(pgp_compose_begin(&c, &want->subject, &u) == ICS_OK, "composing");
	sign(want->by, &u, rs);
	buf_init(&values, 128);
	pgp_mpi_write(bytes_of(rs, 32), &values);
	pgp_mpi_write(bytes_of(&rs[32], 32), &values);
	pgp_compose_end(&u, buf_bytes(&values));
	must(pgp_sig_parse(buf_bytes(&u.body), &sig) == ICS_OK, "reading");
	buf_init(&confirmed, PGP_SIG_MAX);
	pgp_sig_confirmed(&sig, &confirmed);
	pgp_sha256(buf_bytes(&confirmed), digest);
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&u.body));
	buf_release(&confirmed);
	buf_release(&values);
	pgp_unsigned_release(&u);
}

static void
signer_make(struct signer *s, uint64_t seed, const char *what, unsigned i)
{
	static const uint8_t flags[] = { 0x03 };
	const struct pgp_sub sub = { PGP_SUB_KEY_FLAGS, false,
		{ flags, sizeof(flags) } };
	struct pgp_raw_key raw = { .version = 4,
		.algo = PGP_ALGO_EDDSA,
		.created = BORN,
		.curve = PGP_CURVE_ED25519 };
	struct wanted want = { s, PGP_SIG_CERT_POSITIVE, BORN, NULL, { 0 } };
	uint8_t secret[32], point[32], digest[32];
	char name[96];
	struct buf hashed;

	(void)snprintf(name, sizeof(name), "%" PRIu64 " %s %u", seed, what,
	    i); /* fits */
	pgp_sha256(bytes_of_str(name), secret);
	point_of(secret, point);
	must(gcry_sexp_build(&s->secret, NULL,
		 "(private-key (ecc (curve Ed25519)(flags eddsa)(q %b)(d %b)))",
		 32, point, 32, secret) == 0,
	    "a secret key");
	raw.point = bytes_of(point, 32);
	buf_init(&s->body, PGP_PACKET_MAX);
	must(pgp_raw_key_write(&raw, &s->body) == ICS_OK &&
		 pgp_key_parse(buf_bytes(&s->body), &s->key) == ICS_OK,
	    "a public key");
	(void)snprintf(s->uid, sizeof(s->uid), "%s %u", what, i); /* fits */
	buf_init(&s->cert, CERT_MAX);
	buf_init(&hashed, 256);
	pgp_sub_write(&sub, &hashed);
	want.hashed = &hashed;
	want.subject = (struct pgp_subject){ .primary = &s->key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = bytes_of_str(s->uid) };
	pgp_packet_write(&s->cert, PGP_TAG_PUBLIC_KEY, s->key.body);
	pgp_packet_write(&s->cert, PGP_TAG_USER_ID, bytes_of_str(s->uid));
	packet_sign(&want, &s->cert, digest);
	buf_release(&hashed);
}

/* ---- statements ---------------------------------------------------------- */

static void say(struct buf *hashed, enum notations_name name,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
say(struct buf *hashed, enum notations_name name, const char *format, ...)
{
	char value[256];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(value, sizeof(value), format, ap); /* fits */
	va_end(ap);
	notations_write(name, bytes_of_str(value), hashed);
}

static const char *
device_word(const struct signer *device, char out[80])
{
	char hex[PGP_FPR_TEXT_MAX];

	hex_lower(pgp_fpr_bytes(&device->key.fpr), hex);
	(void)snprintf(out, 80, "dev:04%s", hex); /* fits */
	return out;
}

static void
status_say(struct world *w, struct buf *hashed)
{
	static const char *const words[] = { "planned", "active", "in-use",
		"suspended", "lost", "stolen", "decommissioned", "destroyed" };
	/* Rarely final, or nothing else would ever be seen. */
	size_t n = draw(w, 50) == 0 ? 8 : 7;

	say(hashed, NOTATIONS_NAME_STATUS, "%s", words[draw(w, n)]);
}

/* What a record says; its subject is about. */
static void
record_say(struct world *w, size_t party, struct buf *hashed)
{
	static const char *const code_words[] = { "released", "deprecated",
		"vulnerable", "withdrawn" };
	const char *code = w->codes[draw(w, CODES)];
	char hex[65], about[80];
	size_t mine = w->by[party].n;

	(void)device_word(&w->devices[draw(w, DEVICES)], about);
	switch (draw(w, 6)) {
	case 0:
		say(hashed, NOTATIONS_NAME_REC, "code/1");
		say(hashed, NOTATIONS_NAME_SUBJECT, "code:%s", code);
		say(hashed, NOTATIONS_NAME_CODE_HASH, "%s fw.bin", code);
		break;
	case 1:
		say(hashed, NOTATIONS_NAME_REC, "code-status/1");
		say(hashed, NOTATIONS_NAME_SUBJECT, "code:%s", code);
		say(hashed, NOTATIONS_NAME_CODE_STATUS, "%s",
		    code_words[draw(w, draw(w, 20) == 0 ? 4 : 3)]);
		break;
	case 2:
		say(hashed, NOTATIONS_NAME_REC, "note/1");
		say(hashed, NOTATIONS_NAME_SUBJECT, "%s", about);
		if (mine == 0)
			break;
		hex_lower(bytes_of(w->by[party].at[draw(w, mine)].b, 32), hex);
		say(hashed, NOTATIONS_NAME_REVOKES, "sha256:%s", hex);
		break;
	default:
		say(hashed, NOTATIONS_NAME_REC, "device-status/1");
		say(hashed, NOTATIONS_NAME_SUBJECT, "%s", about);
		say(hashed, NOTATIONS_NAME_SEQ, "%" PRIu64, draw(w, 100));
		status_say(w, hashed);
		break;
	}
}

static struct piece *
piece_add(struct world *w, bool is_record)
{
	struct piece *p = pieces_add(&w->pieces);

	buf_init(&p->packets, CERT_MAX);
	p->is_record = is_record;
	return p;
}

static void
record_make(struct world *w, size_t party, uint32_t created)
{
	struct piece *p = piece_add(w, true);
	struct wanted want = { &w->parties[party],
		draw(w, 3) == 0 ? PGP_SIG_STANDALONE : PGP_SIG_BINARY, created,
		NULL, { 0 } };
	struct digest d;
	struct buf hashed;

	buf_init(&hashed, PGP_HASHED_MAX);
	record_say(w, party, &hashed);
	want.hashed = &hashed;
	packet_sign(&want, &p->packets, d.b);
	*digests_add(&w->by[party]) = d;
	buf_release(&hashed);
}

/* A party certifies a device, or the root gives a party a role. */
static void
certification_make(struct world *w, size_t party, uint32_t created)
{
	bool is_grant = party == 0 && draw(w, 4) == 0;
	const struct signer *about = is_grant
					 ? &w->parties[1 + draw(w, PARTIES - 1)]
					 : &w->devices[draw(w, DEVICES)];
	struct piece *p = piece_add(w, false);
	struct wanted want = { &w->parties[party], PGP_SIG_CERT_GENERIC,
		created, NULL,
		{ .primary = &about->key,
		    .uid_tag = PGP_TAG_USER_ID,
		    .uid = bytes_of_str(about->uid) } };
	uint8_t digest[32];
	struct buf hashed;

	buf_init(&hashed, PGP_HASHED_MAX);
	if (is_grant) {
		say(&hashed, NOTATIONS_NAME_ROLE, "%s",
		    notations_role_word((enum notations_role)(
			NOTATIONS_ROLE_NONE + 1 +
			draw(w, NOTATIONS_ROLE_COUNT - 1))));
	} else {
		say(&hashed, NOTATIONS_NAME_MANU, "Acme");
		say(&hashed, NOTATIONS_NAME_MODEL, "T%d", (int)draw(w, 4));
		if (draw(w, 2) == 0)
			status_say(w, &hashed);
	}
	want.hashed = &hashed;
	buf_put(&p->packets, buf_bytes(&about->cert));
	packet_sign(&want, &p->packets, digest);
	buf_release(&hashed);
}

static void
world_make(struct world *w, uint64_t seed, size_t count)
{
	uint8_t digest[32];
	char name[64], hex[65];

	w->state = seed;
	for (unsigned i = 0; i < PARTIES; i++) {
		signer_make(&w->parties[i], seed, "Party", i);
		buf_put(&piece_add(w, false)->packets,
		    buf_bytes(&w->parties[i].cert));
	}
	for (unsigned i = 0; i < DEVICES; i++)
		signer_make(&w->devices[i], seed, "Device", i);
	for (unsigned i = 0; i < CODES; i++) {
		(void)snprintf(name, sizeof(name), "%" PRIu64 " code %u", seed,
		    i); /* fits */
		pgp_sha256(bytes_of_str(name), digest);
		hex_lower(bytes_of(digest, 32), hex);
		(void)snprintf(w->codes[i], sizeof(w->codes[i]), "sha256:%s",
		    hex); /* fits */
	}
	for (size_t i = 0; i < count; i++) {
		size_t party = draw(w, PARTIES);
		uint32_t created = (uint32_t)(BORN + 1 + draw(w, LIFE));

		if (draw(w, 5) < 3)
			record_make(w, party, created);
		else
			certification_make(w, party, created);
	}
}

/* ---- the order they come in ---------------------------------------------- */

static int
rank_order(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* Shuffle; the parties come early, so that not too many wait for them. */
static void
shuffle(struct world *w, uint64_t order)
{
	uint64_t step = UINT64_MAX / (w->pieces.n + 1);

	w->state = order;
	for (size_t i = 0; i < w->pieces.n; i++)
		w->pieces.at[i].rank =
		    i < PARTIES ? draw(w, EARLY * step) : draw(w, UINT64_MAX);
	qsort(w->pieces.at, w->pieces.n, sizeof(*w->pieces.at), rank_order);
}

static FILE *
file_open(const char *dir, const char *name, size_t number)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name); /* fits */
	if (number > 0)
		(void)snprintf(path, sizeof(path), "%s/%s-%04zu.pgp", dir, name,
		    number); /* fits */
	f = fopen(path, "wb");
	must(f != NULL, path);
	return f;
}

static void
batches_write(struct world *w, const char *dir)
{
	FILE *f = NULL;
	size_t left = 0, number = 0;
	bool is_record = false;

	for (size_t i = 0; i < w->pieces.n; i++) {
		struct piece *p = &w->pieces.at[i];

		if (f == NULL || left == 0 || p->is_record != is_record) {
			must(f == NULL || fclose(f) == 0, "writing");
			f = file_open(dir, "batch", ++number);
			left = 1 + draw(w, BATCH);
			is_record = p->is_record;
		}
		/* One in eight comes twice, another time elsewhere. */
		for (unsigned times = draw(w, 8) == 0 ? 2 : 1; times > 0;
		     times--)
			must(fwrite(p->packets.p, 1, p->packets.n, f) ==
				 p->packets.n,
			    "writing");
		left--;
		if (draw(w, 8) == 0 && i > 0) {
			struct piece *again = &w->pieces.at[draw(w, i)];

			if (again->is_record == is_record)
				must(fwrite(again->packets.p, 1,
					 again->packets.n,
					 f) == again->packets.n,
				    "writing");
		}
	}
	must(f != NULL && fclose(f) == 0, "writing");
}

static void
questions_write(struct world *w, const char *dir)
{
	FILE *f = file_open(dir, "root", 0);
	char text[80];

	fprintf(f, "%s\n", device_word(&w->parties[0], text) + 4);
	must(fclose(f) == 0, "writing");
	f = file_open(dir, "items", 0);
	for (unsigned i = 0; i < DEVICES; i++)
		fprintf(f, "%s\n", device_word(&w->devices[i], text) + 4);
	for (unsigned i = 0; i < CODES; i++)
		fprintf(f, "%s\n", w->codes[i]);
	must(fclose(f) == 0, "writing");
	f = file_open(dir, "times", 0);
	for (unsigned i = 0; i < TIMES; i++)
		fprintf(f, "%" PRIu64 "\n", BORN + draw(w, LIFE + LIFE / 10));
	must(fclose(f) == 0, "writing");
}

static void
world_free(struct world *w)
{
	for (size_t i = 0; i < PARTIES + DEVICES; i++) {
		struct signer *s =
		    i < PARTIES ? &w->parties[i] : &w->devices[i - PARTIES];

		gcry_sexp_release(s->secret);
		buf_release(&s->body);
		buf_release(&s->cert);
	}
	for (size_t i = 0; i < w->pieces.n; i++)
		buf_release(&w->pieces.at[i].packets);
	for (size_t i = 0; i < PARTIES; i++)
		digests_release(&w->by[i]);
	pieces_release(&w->pieces);
	free(w);
}

int
main(int argc, char **argv)
{
	struct world *w;

	if (argc != 5) {
		fprintf(stderr, "usage: statements SEED COUNT ORDER DIR\n");
		return 2;
	}
	must(pgp_crypto_init() == ICS_OK, "libgcrypt");
	w = alloc_zero(1, sizeof(*w));
	world_make(w, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
	/* The questions belong to the set, not to its order. */
	questions_write(w, argv[4]);
	shuffle(w, strtoull(argv[3], NULL, 10));
	batches_write(w, argv[4]);
	world_free(w);
	return 0;
}
