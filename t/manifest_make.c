/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a manifest of devices for the tests of ics import:
 *
 *	manifest_make csv|json ed25519|p256 FIRST LAST
 *
 * a row for each number, its key made from the number, so that a test repeats;
 * serial is the number, model T1000, lot its hundreds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gcrypt.h>

#include "base/hex.h"
#include "pgp/pgp.h"

/* The public point of a secret number, as a secure element exports it. */
static size_t
point_make(unsigned long number, int is_p256, uint8_t out[65])
{
	uint8_t secret[32];
	gcry_sexp_t sexp = NULL;
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q;
	size_t n = 0;

	memset(secret, 0x11, sizeof(secret));
	for (size_t i = 0; i < 8; i++)
		secret[31 - i] = (uint8_t)(number >> (8 * i));
	if (gcry_sexp_build(&sexp, NULL,
		is_p256 ? "(private-key(ecc(curve \"NIST P-256\")(d%b)))"
			: "(private-key(ecc(curve Ed25519)(flags eddsa)"
			  "(d%b)))",
		32, secret) != 0 ||
	    gcry_mpi_ec_new(&ctx, sexp, NULL) != 0)
		abort();
	q = gcry_mpi_ec_get_mpi(is_p256 ? "q" : "q@eddsa", ctx, 1);
	if (q == NULL || gcry_mpi_print(GCRYMPI_FMT_USG, out, 65, &n, q) != 0)
		abort();
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(sexp);
	return n;
}

static void
row_write(unsigned long number, int is_json, int is_p256)
{
	uint8_t point[65];
	char hex[2 * 65 + 1];

	hex_lower(bytes_of(point, point_make(number, is_p256, point)), hex);
	if (is_json)
		printf(
		    "{\"key\":\"%s\",\"serial\":\"%06lu\",\"model\":\"T1000\","
		    "\"lot\":\"2026-%lu\"}\n",
		    hex, number, number / 100);
	else
		printf("%s,%06lu,T1000,2026-%lu\n", hex, number, number / 100);
}

int
main(int argc, char **argv)
{
	int is_json, is_p256;

	if (argc != 5 || pgp_crypto_init() != ICS_OK)
		return 2;
	is_json = strcmp(argv[1], "json") == 0;
	is_p256 = strcmp(argv[2], "p256") == 0;
	if (!is_json)
		puts("key,serial,model,lot");
	for (unsigned long i = strtoul(argv[3], NULL, 10);
	     i <= strtoul(argv[4], NULL, 10); i++)
		row_write(i, is_json, is_p256);
	return 0;
}
