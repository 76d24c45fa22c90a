/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What scripts ask of notations about binary packets on standard input:
 *
 *	notations_tool         each statement: those in certificates, and bare
 *	                       signatures of type 0x00, 0x02 and 0x50 (whose
 *	                       target is the signature before)
 *	notations_tool -t      what searches find of them, too
 *
 * One line each: carrier, kind, subject, issuer, state; then a line for each
 * notation, and one for each finding. Signatures are not verified.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "notations/notations.h"

#define INPUT_MAX (4u << 20)

static bool with_terms;

static void
bytes_print(const char *before, struct bytes b, const char *after)
{
	printf("%s%.*s%s", before, (int)b.n, (const char *)b.p, after);
}

static void
term_print(void *arg, struct bytes name, struct bytes value)
{
	(void)arg;
	bytes_print("  term ", name, "=");
	bytes_print("", value, "\n");
}

static void
entry_print(const struct notations_entry *e)
{
	char hex[2 * NOTATIONS_VALUE_MAX + 1];

	printf("  %s %s", e->name == NOTATIONS_NAME_UNKNOWN ? "other" : "says",
	    e->name == NOTATIONS_NAME_UNKNOWN ? ""
					      : notations_row(e->name)->name);
	if (e->name == NOTATIONS_NAME_UNKNOWN)
		bytes_print("", e->text, "");
	hex_lower(e->value, hex);
	if (e->is_readable)
		bytes_print("=", e->value, "\n");
	else
		printf("=#%s\n", hex);
}

static void
statement_print(const struct notations_statement *st)
{
	static const char *const carriers[] = { "certification", "record",
		"confirmation" };
	static const struct notations_terms terms = { term_print, NULL };
	char subject[NOTATIONS_SUBJECT_TEXT_MAX];
	char issuer[PGP_FPR_TEXT_MAX + 2] = "-", digest[65];
	enum notations_status status =
	    st->status != NOTATIONS_STATUS_NONE ? st->status : st->code_status;

	notations_subject_text(&st->subject, subject);
	if (st->issuer.version != 0)
		notations_vfp_text(&st->issuer, issuer);
	hex_lower(bytes_of(st->digest, 32), digest);
	printf("%s %s %s %s%s %s %s\n", carriers[st->carrier],
	    notations_kind_word(st->kind), subject, issuer,
	    st->is_self ? " self" : "",
	    status == NOTATIONS_STATUS_NONE ? "-"
					    : notations_status_word(status),
	    digest);
	for (size_t i = 0; i < st->set.n; i++)
		entry_print(&st->set.at[i]);
	if (with_terms)
		notations_statement_terms(st, &terms);
}

/* Read and print one; its digest is the next confirmation's target. */
static void
sig_print(const struct pgp_sig *sig, const struct notations_place *place,
    uint8_t digest[32])
{
	struct notations_statement st;
	struct report rep = { 0 };

	if (notations_statement_read(sig, place, &rep, &st) == ICS_OK)
		statement_print(&st);
	for (size_t i = 0; i < rep.n; i++)
		printf("  finding %s: %s\n", rep.at[i].reason->name,
		    rep.at[i].about);
	memcpy(digest, st.digest, 32);
	notations_statement_release(&st);
	report_release(&rep);
}

static void
packet_print(struct pgp_packet packet, struct pgp_key *key, uint8_t digest[32])
{
	struct notations_place place = { .carrier = NOTATIONS_RECORD,
		.target = digest };
	struct pgp_sig sig;

	if (packet.tag == PGP_TAG_PUBLIC_KEY)
		(void)pgp_key_parse(packet.body, key); /* version 0 then */
	if (packet.tag != PGP_TAG_SIGNATURE ||
	    pgp_sig_parse(packet.body, &sig) != ICS_OK)
		return;
	if (sig.type == PGP_SIG_CONFIRMATION) {
		place.carrier = NOTATIONS_CONFIRMATION;
	} else if (key->version != 0 && sig.type != PGP_SIG_BINARY &&
		   sig.type != PGP_SIG_STANDALONE) {
		place.carrier = NOTATIONS_CERTIFICATION;
		place.certified = &key->fpr;
	}
	sig_print(&sig, &place, digest);
}

int
main(int argc, char **argv)
{
	uint8_t *octets = alloc_new(INPUT_MAX), digest[32] = { 0 };
	size_t n = fread(octets, 1, INPUT_MAX, stdin);
	struct cursor cur = cursor_of(bytes_of(octets, n));
	struct pgp_key key = { 0 };
	struct pgp_packet packet;

	with_terms = argc > 1 && strcmp(argv[1], "-t") == 0;
	while (pgp_packet_next(&cur, &packet) == ICS_OK)
		packet_print(packet, &key, digest);
	free(octets);
	return EXIT_SUCCESS;
}
