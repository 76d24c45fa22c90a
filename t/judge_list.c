/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What scripts ask of src/pgp about binary keyrings:
 *
 *	judge_list FILE...        a line per signature: key ID of the primary,
 *	                          type, issuer, creation time, verdict, and
 *	                          whether it stands under an attribute
 *	judge_list -c FILE...     the clean certificates as gpg 2.2 takes them
 *	judge_list -s N FILE...   every N-th certificate as it is
 *	judge_list -d SIG FILE... the verdict on a signature over nothing
 *
 * All keys of the files are the keyring.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "pgp/pgp.h"

ARRAY_OF(struct pgp_cert *, cert_list);
ARRAY_OF(struct pgp_key, key_list);

static struct cert_list certs;
static struct key_list keys;

static struct bytes
file_read(const char *name)
{
	uint8_t *room = alloc_new(PGP_INPUT_MAX);
	FILE *fp = fopen(name, "rb");
	size_t n;

	if (fp == NULL) {
		perror(name);
		exit(2);
	}
	n = fread(room, 1, PGP_INPUT_MAX, fp);
	fclose(fp);
	return bytes_of(alloc_resize(room, n + 1, 1), n);
}

static void
cert_take(struct bytes data)
{
	struct report rep = { 0 };
	struct pgp_cert *cert;

	if (pgp_cert_parse(data, &rep, &cert) == ICS_OK) {
		*cert_list_add(&certs) = cert;
		for (size_t p = 0; p < cert->parts_n; p++) {
			if (cert->parts[p].key.version != 0)
				*key_list_add(&keys) = cert->parts[p].key;
		}
	}
	report_release(&rep);
}

static void
ring_read(const char *name)
{
	struct bytes data = file_read(name);
	struct cursor cur = cursor_of(data);
	struct pgp_block block;

	while (pgp_block_next(&cur, &block) == ICS_OK) {
		if (block.kind == PGP_BLOCK_CERT)
			cert_take(block.data);
	}
	free((void *)(uintptr_t)data.p);
}

static int
key_compare(const void *left, const void *right)
{
	const struct pgp_key *a = left, *b = right;

	return (a->keyid > b->keyid) - (a->keyid < b->keyid);
}

static size_t
find(void *arg, const struct pgp_issuer *issuer, struct pgp_key *out,
    size_t max)
{
	const struct pgp_fpr *fpr = &issuer->fpr;
	size_t low = 0, high = keys.n, n = 0;

	(void)arg; /* there is one keyring */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (keys.at[middle].keyid < issuer->keyid)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < keys.n && keys.at[low].keyid == issuer->keyid && n < max;
	     low++) {
		if (fpr->version == 0 || pgp_fpr_equal(fpr, &keys.at[low].fpr))
			out[n++] = keys.at[low];
	}
	return n;
}

static void
verdicts_print(const struct pgp_cert *cert, const struct pgp_judgement *j)
{
	for (size_t i = 0; i < cert->sigs_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[i];
		bool is_uat = cert->parts[j->place[i]].kind == PGP_PART_UAT;

		printf("%016llX %02x %016llX %u %s%s\n",
		    (unsigned long long)pgp_cert_primary(cert)->keyid,
		    sig->type, (unsigned long long)sig->issuer_keyid,
		    sig->created, pgp_verdict_words(j->verdicts[i]),
		    is_uat ? " (attribute)" : "");
	}
}

static void
bytes_print(const struct buf *b)
{
	if (b->n > 0 && fwrite(b->p, 1, b->n, stdout) != b->n)
		exit(2);
}

static void
clean_print(const struct pgp_cert *cert, const struct pgp_judgement *j)
{
	struct report rep = { 0 };
	struct pgp_cert *out;
	struct buf b;

	buf_init(&b, PGP_CERT_MAX);
	if (pgp_cert_clean(cert, j, &rep, &out) == ICS_OK)
		pgp_cert_write(out, PGP_FORM_LEGACY, &b);
	bytes_print(&b);
	pgp_cert_free(out);
	buf_release(&b);
	report_release(&rep);
}

static void
cert_judge(const struct pgp_cert *cert, bool clean)
{
	const struct pgp_keyring ring = { find, NULL };
	const struct pgp_check how = { .now = clock_now(), .keyring = &ring };
	struct pgp_judgement judged;
	struct report rep = { 0 };

	pgp_cert_check(cert, &how, &judged, &rep);
	if (clean)
		clean_print(cert, &judged);
	else
		verdicts_print(cert, &judged);
	pgp_judgement_release(&judged);
	report_release(&rep);
}

static void
detached_judge(const char *name)
{
	struct bytes data = file_read(name);
	struct cursor cur = cursor_of(data);
	const struct pgp_subject empty = { 0 };
	struct pgp_packet packet;
	struct pgp_sig sig;
	struct pgp_key issuers[8];
	size_t n = 0;

	if (pgp_packet_next(&cur, &packet) == ICS_OK &&
	    pgp_sig_parse(packet.body, &sig) == ICS_OK)
		n = find(NULL,
		    &(struct pgp_issuer){ sig.issuer, sig.issuer_keyid },
		    issuers, 8);
	printf("%s\n", n == 0 ? "unknown"
			      : pgp_verdict_words(pgp_sig_verify(&sig,
				    &issuers[0], &empty, false)));
	free((void *)(uintptr_t)data.p);
}

static void
sample_print(size_t step)
{
	for (size_t i = 0; i < certs.n; i += step) {
		struct buf b;

		buf_init(&b, PGP_CERT_RAW_MAX);
		pgp_cert_write(certs.at[i], PGP_FORM_FULL, &b);
		bytes_print(&b);
		buf_release(&b);
	}
}

int
main(int argc, char **argv)
{
	bool clean = argc > 1 && strcmp(argv[1], "-c") == 0;
	bool sample = argc > 2 && strcmp(argv[1], "-s") == 0;
	bool detached = argc > 2 && strcmp(argv[1], "-d") == 0;

	if (pgp_crypto_init() != ICS_OK)
		return 2;
	for (int i = sample || detached ? 3 : clean ? 2 : 1; i < argc; i++)
		ring_read(argv[i]);
	if (sample) {
		sample_print(strtoul(argv[2], NULL, 10));
		return 0;
	}
	qsort(keys.at, keys.n, sizeof(*keys.at), key_compare);
	if (detached)
		detached_judge(argv[2]);
	else
		for (size_t i = 0; i < certs.n; i++)
			cert_judge(certs.at[i], clean);
	for (size_t i = 0; i < certs.n; i++)
		pgp_cert_free(certs.at[i]);
	cert_list_release(&certs);
	key_list_release(&keys);
	return 0;
}
