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
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/hex.h"
#include "notations/notations.h"
#include "pgp/pgp.h"
#include "signer_make.h"

#define PARTIES 9
#define DEVICES 40
#define CODES	16
#define LIFE	100000000 /* seconds over which statements are made */
#define EARLY	300	  /* every party's certificate comes among so many */
#define TIMES	50
#define BATCH	40

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

/* The batch that is open for records, or for certificates. */
struct lane {
	FILE *f;
	size_t left;
	bool is_record;
};

static void
put(FILE *f, const struct piece *p)
{
	must(fwrite(p->packets.p, 1, p->packets.n, f) == p->packets.n,
	    "writing");
}

/* A piece joins its lane; one in eight comes twice, and now and then one that
 * was there before comes again. */
static void
lane_put(struct world *w, struct lane *lane, size_t i)
{
	const struct piece *again = &w->pieces.at[draw(w, i + 1)];

	put(lane->f, &w->pieces.at[i]);
	if (draw(w, 8) == 0)
		put(lane->f, &w->pieces.at[i]);
	if (draw(w, 8) == 0 && again->is_record == lane->is_record)
		put(lane->f, again);
	if (--lane->left > 0)
		return;
	must(fclose(lane->f) == 0, "writing");
	lane->f = NULL;
}

static void
batches_write(struct world *w, const char *dir)
{
	struct lane lanes[2] = { { NULL, 0, false }, { NULL, 0, true } };
	size_t number = 0;

	for (size_t i = 0; i < w->pieces.n; i++) {
		struct lane *lane = &lanes[w->pieces.at[i].is_record];

		if (lane->f == NULL) {
			lane->f = file_open(dir, "batch", ++number);
			lane->left = 1 + draw(w, BATCH);
		}
		lane_put(w, lane, i);
	}
	for (size_t i = 0; i < 2; i++)
		must(lanes[i].f == NULL || fclose(lanes[i].f) == 0, "writing");
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
