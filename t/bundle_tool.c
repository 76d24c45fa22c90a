/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bundle_tool SUBJECT <packets: a bundle of them, as anybody could make one;
 * the tests' way to bundles that ics would not write.
 */
#include <stdio.h>
#include <stdlib.h>

#include "prove/bundle.h"

static enum ics_err
input_read(struct buf *text)
{
	uint8_t piece[4096];
	size_t n;

	while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0)
		buf_put(text, bytes_of(piece, n));
	return buf_end(text);
}

int
main(int argc, char **argv)
{
	struct prove_bundle bundle;
	struct buf text, out;
	enum ics_err err = ICS_EUSAGE;

	prove_bundle_init(&bundle);
	buf_init(&text, PROVE_BUNDLE_MAX);
	buf_init(&out, PROVE_BUNDLE_MAX);
	bundle.made = 1795687200;
	if (argc != 2 ||
	    !notations_subject_guess(bytes_of_str(argv[1]), &bundle.subject))
		goto out;
	TRY(pgp_crypto_init());
	TRY(input_read(&text));
	TRY(pgp_input_read(buf_bytes(&text), &bundle.packets));
	TRY(prove_bundle_write(&bundle, &out));
	if (fwrite(out.p, 1, out.n, stdout) != out.n)
		err = ICS_EIO;
out:
	prove_bundle_release(&bundle);
	buf_release(&text);
	buf_release(&out);
	return err == ICS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
