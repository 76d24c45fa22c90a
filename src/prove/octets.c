/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A digest that is known is not computed again; octets are read whole. */
#include "prove/octets.h"

#include <gcrypt.h>
#include <stdio.h>

#define PIECE_OCTETS 65536

static const struct {
	enum pgp_hash hash;
	int gcry;
} rows[FOREIGN_NEEDS] = {
	[FOREIGN_SHA256] = { PGP_HASH_SHA256, GCRY_MD_SHA256 },
	[FOREIGN_SHA384] = { PGP_HASH_SHA384, GCRY_MD_SHA384 },
	[FOREIGN_SHA512] = { PGP_HASH_SHA512, GCRY_MD_SHA512 },
	[FOREIGN_BLAKE2B] = { (enum pgp_hash)0, GCRY_MD_BLAKE2B_512 },
};

void
prove_octets_init(struct prove_octets *o, const char *path,
    const struct prove_digests *digests)
{
	*o = (struct prove_octets){ .path = path, .digests = digests };
	buf_init(&o->room, PROVE_OCTETS_MAX);
}

void
prove_octets_release(struct prove_octets *o)
{
	buf_release(&o->room);
}

static bool
known_find(const struct prove_octets *o, enum pgp_hash hash,
    struct bytes *octets)
{
	for (size_t i = 0; hash != 0 && i < o->digests->n; i++) {
		const struct notations_subject *s = &o->digests->at[i];

		if (s->kind != NOTATIONS_SUBJECT_CODE || s->tag != hash)
			continue;
		*octets = bytes_of(s->b, s->n);
		return true;
	}
	return false;
}

static enum ics_err
whole_read(FILE *from, struct buf *to)
{
	uint8_t piece[PIECE_OCTETS];
	size_t n;

	while (buf_end(to) == ICS_OK &&
	       (n = fread(piece, 1, sizeof(piece), from)) > 0)
		buf_put(to, bytes_of(piece, n));
	return ferror(from) ? ICS_EIO : buf_end(to);
}

static enum ics_err
digest_make(FILE *from, int gcry, struct buf *to)
{
	uint8_t piece[PIECE_OCTETS];
	gcry_md_hd_t md;
	size_t n;

	if (gcry_md_open(&md, gcry, 0) != 0)
		return ICS_EUNSUPPORTED;
	while ((n = fread(piece, 1, sizeof(piece), from)) > 0)
		gcry_md_write(md, piece, n);
	buf_put(to,
	    bytes_of(gcry_md_read(md, gcry), gcry_md_get_algo_dlen(gcry)));
	gcry_md_close(md);
	return ferror(from) ? ICS_EIO : ICS_OK;
}

static enum ics_err
octets_get(void *arg, enum foreign_need need, struct bytes *octets)
{
	struct prove_octets *o = arg;
	enum ics_err err;
	FILE *from;

	if (known_find(o, rows[need].hash, octets))
		return ICS_OK;
	from = o->path == NULL ? NULL : fopen(o->path, "rbe");
	if (from == NULL)
		return ICS_ENOTFOUND;
	buf_clear(&o->room);
	err = need == FOREIGN_OCTETS
		  ? whole_read(from, &o->room)
		  : digest_make(from, rows[need].gcry, &o->room);
	(void)fclose(from); /* only read */
	*octets = buf_bytes(&o->room);
	return err == ICS_OK ? ICS_OK : ICS_ENOTFOUND;
}

struct foreign_source
prove_octets_source(struct prove_octets *o)
{
	return (struct foreign_source){ octets_get, o };
}
