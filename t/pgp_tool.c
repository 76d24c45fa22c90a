/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reading half of src/pgp as a filter, for scripts that hold it against
 * other programs: pgp_tool VERB <input >output. Exit 1 says that the input
 * was refused or that a law was broken.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "pgp/pgp.h"

static enum ics_err
put(struct bytes data)
{
	return fwrite(data.p, 1, data.n, stdout) == data.n ? ICS_OK : ICS_EIO;
}

static enum ics_err
dearmor(struct bytes packets)
{
	return put(packets);
}

static enum ics_err
armor(struct bytes packets)
{
	size_t n = pgp_armor_length(packets.n, PGP_ARMOR_CERT, true);
	uint8_t *text = alloc_new(n);
	enum ics_err err;

	pgp_armor_write(packets, PGP_ARMOR_CERT, pgp_crc24(packets), text);
	err = put(bytes_of(text, n));
	free(text);
	return err;
}

static enum ics_err
dump(struct bytes packets)
{
	struct buf out;
	enum ics_err err;

	buf_init(&out, 8 * PGP_INPUT_MAX);
	TRY(pgp_dump(packets, &out));
	TRY(put(buf_bytes(&out)));
out:
	buf_release(&out);
	return err;
}

/* Every block, parsed and handed to visit; findings go to stderr. */
static enum ics_err
each_cert(struct bytes packets, enum ics_err (*visit)(const struct pgp_cert *))
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	enum ics_err err;

	while ((err = pgp_block_next(&cur, &block)) == ICS_OK) {
		struct report rep = { 0 };
		struct pgp_cert *cert = NULL;

		err = pgp_cert_parse(block.data, &rep, &cert);
		for (size_t i = 0; i < rep.n; i++)
			fprintf(stderr, "%s: %s\n", rep.at[i].reason->name,
			    rep.at[i].about);
		if (err == ICS_OK)
			err = visit(cert);
		report_release(&rep);
		pgp_cert_free(cert);
		if (err != ICS_OK)
			return err;
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
legacy_put(const struct pgp_cert *cert)
{
	struct buf out;
	enum ics_err err;

	buf_init(&out, PGP_CERT_RAW_MAX);
	pgp_cert_write(cert, PGP_FORM_LEGACY, &out);
	err = put(buf_bytes(&out));
	buf_release(&out);
	return err;
}

static enum ics_err
legacy(struct bytes packets)
{
	return each_cert(packets, legacy_put);
}

/* Written, parsed and written again: the same octets, and the counts. */
static enum ics_err
fixpoint_check(const struct pgp_cert *cert)
{
	char fpr[PGP_FPR_TEXT_MAX];
	struct report rep = { 0 };
	struct pgp_cert *twin = NULL;
	struct buf once, twice;
	enum ics_err err;

	buf_init(&once, PGP_CERT_RAW_MAX);
	buf_init(&twice, PGP_CERT_RAW_MAX);
	pgp_cert_write(cert, PGP_FORM_FULL, &once);
	TRY(pgp_cert_parse(buf_bytes(&once), &rep, &twin));
	pgp_cert_write(twin, PGP_FORM_FULL, &twice);
	if (rep.n > 0 || !bytes_equal(buf_bytes(&once), buf_bytes(&twice)))
		err = ICS_ECORRUPT;
	pgp_fpr_hex(&pgp_cert_primary(cert)->fpr, fpr);
	printf("%s %zu %zu\n", fpr, cert->parts_n, cert->sigs_n);
out:
	report_release(&rep);
	pgp_cert_free(twin);
	buf_release(&once);
	buf_release(&twice);
	return err;
}

static enum ics_err
fixpoint(struct bytes packets)
{
	return each_cert(packets, fixpoint_check);
}

/* The SKS hash of every block as it stands, a line each. */
static enum ics_err
hashes(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	enum ics_err err;

	while ((err = pgp_block_next(&cur, &block)) == ICS_OK) {
		char hex[2 * 16 + 1];
		uint8_t hash[16];

		err = pgp_skshash_packets(block.data, hash);
		if (err != ICS_OK)
			return err;
		hex_lower(bytes_of(hash, sizeof(hash)), hex);
		puts(hex);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static const struct verb {
	const char *name;
	enum ics_err (*run)(struct bytes packets);
} verbs[] = {
	{ "armor", armor },
	{ "dearmor", dearmor },
	{ "dump", dump },
	{ "fixpoint", fixpoint },
	{ "hashes", hashes },
	{ "legacy", legacy },
};

static enum ics_err
run(const struct verb *verb)
{
	struct buf in, packets;
	uint8_t *room;
	size_t n = 1;
	enum ics_err err = ICS_OK;

	buf_init(&in, PGP_INPUT_MAX);
	buf_init(&packets, PGP_INPUT_MAX);
	while (n > 0 && (room = buf_grow(&in, 65536)) != NULL) {
		n = fread(room, 1, 65536, stdin);
		in.n -= 65536 - n;
	}
	TRY(buf_end(&in));
	TRY(pgp_input_read(buf_bytes(&in), &packets));
	TRY(verb->run(buf_bytes(&packets)));
out:
	buf_release(&in);
	buf_release(&packets);
	return err;
}

int
main(int argc, char **argv)
{
	enum ics_err err = ICS_EUSAGE;

	for (size_t i = 0; argc == 2 && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			err = run(&verbs[i]);
	if (err != ICS_OK)
		fprintf(stderr, "pgp_tool: %s\n", err_words(err));
	return err == ICS_OK ? 0 : 1;
}
