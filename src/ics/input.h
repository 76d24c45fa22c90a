/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A keyring as it lies in a file: its blocks one after another. A binary file
 * is mapped, not read, so a keyring of any size costs no memory; an armored
 * one is held once, without its armor.
 */
#ifndef ICS_INPUT_H
#define ICS_INPUT_H

#include "base/buf.h"
#include "base/cursor.h"
#include "pgp/pgp.h"

/* Octets of an armored file: it is held in memory. */
#define INPUT_ARMORED_MAX ((size_t)2 << 30)

struct input {
	const char *name; /* lent: the path, or "standard input" */
	void *map;	  /* owned mapping of map_n octets, or NULL */
	size_t map_n;
	struct buf plain;  /* owned: what was armored */
	struct cursor cur; /* over map or plain */
	size_t left;	   /* octets not read before the last block */
	size_t octets;	   /* of packets */
	size_t ordinal;	   /* of the last block, from 1 */
};

/*
 * Open path ("-": standard input, which is spooled to a file that has no
 * name). Failures are told. The caller closes *in.
 */
enum ics_err input_open(const char *path, struct input *in);
void input_close(struct input *in);

/* As pgp_block_text_next. The block is lent until input_close. */
enum ics_err input_next(struct input *in, struct pgp_block *block);

/* Octets of a file without opening it for long; 0 when nobody knows. */
size_t input_size(const char *path);

#endif
