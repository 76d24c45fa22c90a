/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One pass over a file, whatever its size. */
#include "prove/digest.h"

#include <errno.h>
#include <gcrypt.h>
#include <stdio.h>

#include "client/out.h"

#define PIECE_OCTETS 65536

static const struct {
	enum pgp_hash hash;
	int gcry;
	uint8_t octets;
} rows[PROVE_DIGESTS_MAX] = {
	{ PGP_HASH_SHA256, GCRY_MD_SHA256, 32 },
	{ PGP_HASH_SHA512, GCRY_MD_SHA512, 64 },
	{ PGP_HASH_SHA384, GCRY_MD_SHA384, 48 },
	{ PGP_HASH_SHA3_256, GCRY_MD_SHA3_256, 32 },
	{ PGP_HASH_SHA3_512, GCRY_MD_SHA3_512, 64 },
};

static enum ics_err
hash_open(size_t n, gcry_md_hd_t *md)
{
	if (gcry_md_open(md, rows[0].gcry, 0) != 0)
		return ICS_EUNSUPPORTED;
	for (size_t i = 1; i < n; i++)
		if (gcry_md_enable(*md, rows[i].gcry) != 0)
			return ICS_EUNSUPPORTED;
	return ICS_OK;
}

static enum ics_err
hash_feed(FILE *from, gcry_md_hd_t md, uint64_t *octets)
{
	uint8_t piece[PIECE_OCTETS];
	size_t n;

	while ((n = fread(piece, 1, sizeof(piece), from)) > 0) {
		gcry_md_write(md, piece, n);
		*octets += n;
	}
	return ferror(from) ? err_from_errno(errno) : ICS_OK;
}

static void
hash_read(gcry_md_hd_t md, struct prove_digests *digests)
{
	for (size_t i = 0; i < digests->n; i++) {
		digests->at[i] =
		    (struct notations_subject){ .kind = NOTATIONS_SUBJECT_CODE,
			    .tag = (uint8_t)rows[i].hash,
			    .n = rows[i].octets };
		memcpy(digests->at[i].b, gcry_md_read(md, rows[i].gcry),
		    rows[i].octets);
	}
}

enum ics_err
prove_digest_file(const char *path, enum prove_digest_how how,
    struct prove_digests *digests)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(path, "rbe");
	gcry_md_hd_t md = NULL;
	enum ics_err err;

	*digests = (struct prove_digests){
		.n = how == PROVE_DIGEST_ALL ? PROVE_DIGESTS_MAX : 1
	};
	err = from == NULL ? err_from_errno(errno) : ICS_OK;
	if (err != ICS_OK)
		goto out;
	TRY(hash_open(digests->n, &md));
	TRY(hash_feed(from, md, &digests->octets));
	hash_read(md, digests);
out:
	if (err != ICS_OK)
		out_fail("%s: cannot be read: %s", path, err_words(err));
	gcry_md_close(md);
	if (from != NULL && !is_stdin)
		fclose(from);
	return err == ICS_ENOTFOUND ? ICS_EIO : err;
}

bool
prove_digest_has(const struct prove_digests *digests,
    const struct notations_subject *subject)
{
	for (size_t i = 0; i < digests->n; i++)
		if (notations_subject_equal(&digests->at[i], subject))
			return true;
	return false;
}
