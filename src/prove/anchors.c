/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list behind --anchor. */
#include "prove/anchors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/out.h"

static enum ics_err
anchor_add(struct prove_anchors *anchors, const struct pgp_fpr *fpr)
{
	if (prove_anchors_has(anchors, fpr))
		return ICS_OK;
	if (anchors->n == PROVE_ANCHORS_MAX) {
		out_fail("more than %u anchors", PROVE_ANCHORS_MAX);
		return ICS_EUSAGE;
	}
	anchors->at[anchors->n++].fpr = *fpr;
	return ICS_OK;
}

enum ics_err
prove_file_read(const char *path, struct buf *octets)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(path, "rbe");
	uint8_t piece[65536];
	enum ics_err err = ICS_OK;
	size_t n;

	if (from == NULL) {
		err = err_from_errno(errno);
		out_fail("%s: %s", path, err_words(err));
		return err == ICS_ENOTFOUND ? ICS_EIO : err;
	}
	while ((n = fread(piece, 1, sizeof(piece), from)) > 0)
		buf_put(octets, bytes_of(piece, n));
	if (ferror(from))
		err = ICS_EIO;
	if (!is_stdin)
		fclose(from);
	if (err == ICS_OK)
		err = buf_end(octets);
	if (err != ICS_OK)
		out_fail("%s: %s", path, err_words(err));
	return err;
}

/* The primary keys of what the last file brought. */
static enum ics_err
certs_name(struct prove_anchors *anchors, const char *path, size_t from)
{
	struct bytes all = buf_bytes(&anchors->certs);
	struct cursor cur = cursor_of(bytes_of(all.p + from, all.n - from));
	struct pgp_packet packet;
	struct pgp_key key;
	size_t before = anchors->n;
	enum ics_err err;

	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (packet.tag != PGP_TAG_PUBLIC_KEY ||
		    pgp_key_parse(packet.body, &key) != ICS_OK)
			continue;
		err = anchor_add(anchors, &key.fpr);
		if (err != ICS_OK)
			return err;
		before = SIZE_MAX;
	}
	if (before == SIZE_MAX)
		return ICS_OK;
	out_fail("%s: no certificate is in it", path);
	return ICS_EUSAGE;
}

static enum ics_err
file_read(struct prove_anchors *anchors, const char *path)
{
	size_t from = anchors->certs.n;
	struct buf octets;
	enum ics_err err;

	buf_init(&octets, PGP_INPUT_MAX);
	TRY(prove_file_read(path, &octets));
	err = pgp_input_read(buf_bytes(&octets), &anchors->certs);
	if (err != ICS_OK) {
		out_fail("%s: %s", path, err_words(err));
		goto out;
	}
	err = certs_name(anchors, path, from);
out:
	buf_release(&octets);
	return err;
}

static enum ics_err
part_read(struct prove_anchors *anchors, struct bytes part)
{
	struct notations_subject subject;
	struct pgp_fpr fpr;
	enum ics_err err;
	char *path;

	if (part.n == 0)
		return ICS_OK;
	if (notations_subject_guess(part, &subject) &&
	    notations_subject_fpr(&subject, &fpr))
		return anchor_add(anchors, &fpr);
	path = alloc_str_from_bytes(part);
	err = file_read(anchors, path);
	free(path);
	return err;
}

enum ics_err
prove_anchors_read(const char *list, struct prove_anchors *anchors)
{
	struct bytes rest = bytes_of_str(list == NULL ? "" : list);
	enum ics_err err = ICS_OK;

	anchors->n = 0;
	memset(anchors->at, 0, sizeof(anchors->at));
	buf_init(&anchors->certs, PGP_INPUT_MAX);
	while (rest.n > 0 && err == ICS_OK) {
		const uint8_t *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma == NULL ? rest.n : (size_t)(comma - rest.p);

		err = part_read(anchors, bytes_of(rest.p, n));
		n += comma != NULL;
		rest = bytes_of(rest.p + n, rest.n - n);
	}
	if (err == ICS_OK && list != NULL && anchors->n == 0) {
		out_fail("--anchor names nobody");
		err = ICS_EUSAGE;
	}
	return err;
}

void
prove_anchors_release(struct prove_anchors *anchors)
{
	buf_release(&anchors->certs);
	anchors->n = 0;
}

struct policy_rights
prove_anchors_rights(const struct prove_anchors *anchors)
{
	return (struct policy_rights){ .at = anchors->at, .n = anchors->n };
}

static size_t
namer_find(void *arg, const struct pgp_issuer *issuer, struct pgp_key *out,
    size_t max)
{
	const struct prove_anchors *anchors = arg;
	struct cursor cur = cursor_of(buf_bytes(&anchors->certs));
	struct pgp_packet packet;
	size_t n = 0;

	while (n < max && pgp_packet_next(&cur, &packet) == ICS_OK)
		n += packet.tag == PGP_TAG_PUBLIC_KEY &&
		     pgp_key_parse(packet.body, &out[n]) == ICS_OK &&
		     out[n].keyid == issuer->keyid &&
		     (issuer->fpr.version == 0 ||
			 pgp_fpr_equal(&issuer->fpr, &out[n].fpr));
	return n;
}

static bool
namer_has(void *arg, const struct pgp_fpr *issuer)
{
	return prove_anchors_has(arg, issuer);
}

struct prove_namers
prove_anchors_namers(struct prove_anchors *anchors)
{
	return (struct prove_namers){
		.keyring = { namer_find, anchors },
		.makers = { .has = namer_has, .arg = anchors },
	};
}

bool
prove_anchors_has(const struct prove_anchors *anchors,
    const struct pgp_fpr *fpr)
{
	for (size_t i = 0; i < anchors->n; i++)
		if (pgp_fpr_equal(&anchors->at[i].fpr, fpr))
			return true;
	return false;
}
