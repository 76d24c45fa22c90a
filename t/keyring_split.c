/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cuts keyrings into batches for t9101: keyring_split DIR N FILE... writes
 * DIR/0001.gpg, ... each with every block of N primary keys, DIR/0001.fprs
 * with their fingerprints, one a line, and prints the number of batches.
 * keyring_split -p FILE prints the packets of an armored text of any number
 * of blocks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/err.h"
#include "fixture.h"
#include "pgp/pgp.h"

struct piece {
	struct pgp_fpr fpr;
	struct bytes data;
};
ARRAY_OF(struct piece, piece_array);
ARRAY_OF(struct bytes, file_array);

/* What the files hold, and views into it. */
struct pieces {
	struct piece_array views;
	struct file_array files; /* owned octets */
};

#define FILE_OCTETS_MAX (64u << 20)

/* The packets of a file; free((void *)p). */
static struct bytes
file_read(const char *path)
{
	uint8_t *room = alloc_new(FILE_OCTETS_MAX);
	FILE *fp = fopen(path, "rb");
	struct buf plain;
	size_t n;

	if (fp == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(room, 1, FILE_OCTETS_MAX, fp);
	fclose(fp);
	buf_init(&plain, FILE_OCTETS_MAX);
	if (pgp_input_read(bytes_of(room, n), &plain) != ICS_OK) {
		fprintf(stderr, "%s: no packets\n", path);
		exit(1);
	}
	free(room);
	return buf_take(&plain);
}

static void
blocks_add(const char *path, struct pieces *all)
{
	struct bytes packets = file_read(path);
	struct cursor cur = cursor_of(packets), inner;
	struct pgp_packet packet;
	struct pgp_block block;
	struct pgp_key key;
	enum ics_err err;

	*file_array_add(&all->files) = packets;
	while ((err = pgp_block_next(&cur, &block)) == ICS_OK) {
		inner = cursor_of(block.data);
		if (pgp_packet_next(&inner, &packet) != ICS_OK ||
		    pgp_key_parse(packet.body, &key) != ICS_OK) {
			fprintf(stderr, "%s: a key that is not read\n", path);
			exit(1);
		}
		*piece_array_add(&all->views) =
		    (struct piece){ key.fpr, block.data };
	}
	if (err != ICS_ENOTFOUND) {
		fprintf(stderr, "%s: %s\n", path, err_words(err));
		exit(1);
	}
}

static int
piece_order(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return bytes_compare(pgp_fpr_bytes(&x->fpr), pgp_fpr_bytes(&y->fpr));
}

static FILE *
batch_open(const char *dir, size_t batch, const char *suffix)
{
	char path[PATH_MAX];
	FILE *fp;

	(void)snprintf(path, sizeof(path), "%s/%04zu.%s", dir, batch,
	    suffix); /* a short name */
	fp = fopen(path, "wb");
	if (fp == NULL) {
		perror(path);
		exit(1);
	}
	return fp;
}

/* Write pieces from at until max keys are in; returns the next piece. */
static size_t
batch_write(const struct pieces *all, size_t at, size_t max, FILE *to[2])
{
	char hex[PGP_FPR_TEXT_MAX];
	size_t keys = 0;

	for (; at < all->views.n; at++) {
		const struct piece *piece = &all->views.at[at];

		if (keys == 0 || piece_order(piece, piece - 1) != 0) {
			if (keys++ == max)
				break;
			pgp_fpr_hex(&piece->fpr, hex);
			fprintf(to[1], "%s\n", hex);
		}
		fwrite(piece->data.p, 1, piece->data.n, to[0]);
	}
	return at;
}

static int
plain_print(const char *path)
{
	struct bytes plain = file_read(path);
	bool good = fwrite(plain.p, 1, plain.n, stdout) == plain.n &&
		    fflush(stdout) == 0;

	fixture_free(plain);
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct pieces all = { 0 };
	size_t at = 0, batch = 0, max;

	if (argc == 3 && strcmp(argv[1], "-p") == 0)
		return plain_print(argv[2]);
	if (argc < 4)
		return 2;
	max = (size_t)strtoul(argv[2], NULL, 10);
	for (int i = 3; i < argc; i++)
		blocks_add(argv[i], &all);
	qsort(all.views.at, all.views.n, sizeof(*all.views.at), piece_order);
	while (at < all.views.n) {
		FILE *to[2] = { batch_open(argv[1], batch + 1, "gpg"),
			batch_open(argv[1], batch + 1, "fprs") };

		at = batch_write(&all, at, max, to);
		batch++;
		if (fclose(to[0]) != 0 || fclose(to[1]) != 0)
			return 1;
	}
	printf("%zu\n", batch);
	piece_array_release(&all.views);
	for (size_t i = 0; i < all.files.n; i++)
		fixture_free(all.files.at[i]);
	file_array_release(&all.files);
	return 0;
}
