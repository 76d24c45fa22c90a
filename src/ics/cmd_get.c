/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics get QUERY...: certificates, armored, in the form that GnuPG takes (or
 * whole and with the records about them, with --full). Where a query fits
 * several, all are given and named. Of code and of statements the records.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "client/find.h"
#include "client/out.h"
#include "ics/ics.h"
#include "prove/bundle.h"
#include "prove/evidence.h"

static void
fpr_upper(char *hex)
{
	for (; *hex != '\0'; hex++)
		if (*hex >= 'a' && *hex <= 'f')
			*hex = (char)(*hex - 'a' + 'A');
}

/* "FINGERPRINT  first User ID" of a certificate among several. */
static void
block_name(struct bytes data, char fpr[PGP_FPR_TEXT_MAX], struct buf *uid)
{
	struct cursor cur = cursor_of(data);
	struct pgp_packet packet;
	struct pgp_key key;

	fpr[0] = '\0';
	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (packet.tag == PGP_TAG_PUBLIC_KEY &&
		    pgp_key_parse(packet.body, &key) == ICS_OK)
			pgp_fpr_hex(&key.fpr, fpr);
		if (packet.tag == PGP_TAG_USER_ID) {
			buf_put(uid, packet.body);
			return;
		}
	}
}

static void
blocks_name(const struct ics *ics, struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	char fpr[PGP_FPR_TEXT_MAX];
	struct pgp_block block;
	struct buf uid;

	buf_init(&uid, OUT_LINE_MAX);
	while (pgp_block_next(&cur, &block) == ICS_OK) {
		buf_clear(&uid);
		block_name(block.data, fpr, &uid);
		fpr_upper(fpr);
		out_note(ics_quiet(ics), "%s  %s", fpr, buf_str(&uid));
	}
	buf_release(&uid);
}

static size_t
blocks_count(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	size_t n = 0;

	while (pgp_block_next(&cur, &block) == ICS_OK)
		n++;
	return n;
}

/* A line of the armor must hold no CRC when a version 6 key is in it; gpg,
 * which wants none but expects one, reads no such key anyway. */
static void
armor_put(struct bytes packets, struct buf *to)
{
	uint32_t crc = pgp_crc24(packets);
	uint8_t *room =
	    buf_grow(to, pgp_armor_length(packets.n, PGP_ARMOR_CERT, true));

	if (room != NULL)
		pgp_armor_write(packets, PGP_ARMOR_CERT, crc, room);
}

static void
json_add(json_t *list, struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	char fpr[PGP_FPR_TEXT_MAX];
	struct pgp_block block;
	struct buf uid, armor;

	buf_init(&uid, OUT_LINE_MAX);
	buf_init(&armor, 2 * (size_t)FIND_OCTETS_MAX);
	while (pgp_block_next(&cur, &block) == ICS_OK) {
		buf_clear(&uid);
		buf_clear(&armor);
		block_name(block.data, fpr, &uid);
		armor_put(block.data, &armor);
		json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "fingerprint", fpr, "user_id",
			out_json_text(buf_bytes(&uid)), "armor",
			out_json_text(buf_bytes(&armor))));
	}
	buf_release(&uid);
	buf_release(&armor);
}

static void
json_add_records(json_t *list, struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	struct buf armor;

	buf_init(&armor, 2 * (size_t)FIND_OCTETS_MAX);
	while (pgp_block_next(&cur, &block) == ICS_OK) {
		buf_clear(&armor);
		prove_block_armor(&block, &armor);
		json_array_append_new(list,
		    json_pack("{s:o}", "armor",
			out_json_text(buf_bytes(&armor))));
	}
	buf_release(&armor);
}

/* What is gathered for all queries. */
struct gathered {
	const struct ics *ics;
	struct buf certs, records; /* packets */
};

static enum ics_err
records_get(struct gathered *g, const struct notations_subject *subject)
{
	struct http *h = NULL;
	enum ics_err err = prove_server_open(&g->ics->where, &h);

	if (err == ICS_OK)
		err = prove_records_fetch(h, subject, &g->records);
	http_free(h);
	return err;
}

/* Records about certificates that were found; there need be none, and other
 * keyservers know of none. */
static enum ics_err
certs_records_get(struct gathered *g, struct bytes certs)
{
	struct cursor cur = cursor_of(certs);
	struct notations_subject subject;
	struct pgp_packet packet;
	struct pgp_key key;
	enum ics_err err = ICS_OK;

	if (!ics_has(g->ics, ICS_OPT_FULL) || g->ics->where.kind == WHERE_FILE)
		return ICS_OK;
	while (err == ICS_OK && pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (packet.tag != PGP_TAG_PUBLIC_KEY ||
		    pgp_key_parse(packet.body, &key) != ICS_OK)
			continue;
		notations_subject_of_fpr(&key.fpr, &subject);
		if (subject.kind != NOTATIONS_SUBJECT_NONE)
			err = records_get(g, &subject);
		err = err == ICS_ENOTFOUND ? ICS_OK : err;
	}
	return err;
}

static enum ics_err
certs_get(struct gathered *g, const char *typed)
{
	struct find find;
	struct buf found;
	enum ics_err err;
	size_t n;

	buf_init(&found, FIND_OCTETS_MAX);
	TRY(find_read(typed, &find));
	TRY(find_certs(&g->ics->where, &find, ics_has(g->ics, ICS_OPT_FULL),
	    &found));
	n = blocks_count(buf_bytes(&found));
	if (n > 1) {
		out_note(ics_quiet(g->ics), "%s: %zu certificates:", typed, n);
		blocks_name(g->ics, buf_bytes(&found));
	}
	buf_put(&g->certs, buf_bytes(&found));
	TRY(certs_records_get(g, buf_bytes(&found)));
	err = buf_end(&g->certs);
	if (err != ICS_OK)
		out_fail("%s: more than %u octets", typed, FIND_OCTETS_MAX);
out:
	buf_release(&found);
	return err;
}

/* Everything found for one query. */
static enum ics_err
query_get(struct gathered *g, const char *typed)
{
	struct notations_subject subject;
	enum ics_err err;

	if (!notations_subject_guess(bytes_of_str(typed), &subject) ||
	    subject.kind == NOTATIONS_SUBJECT_ENTITY)
		return certs_get(g, typed);
	err = records_get(g, &subject);
	if (err == ICS_ENOTFOUND)
		out_fail("%s: not found", typed);
	return err;
}

static void
octets_write(const struct gathered *g, struct buf *out)
{
	if (ics_has(g->ics, ICS_OPT_BINARY)) {
		/* Records behind a certificate would seem to be in it. */
		buf_put(out, buf_bytes(&g->records));
		buf_put(out, buf_bytes(&g->certs));
		return;
	}
	if (g->certs.n > 0)
		armor_put(buf_bytes(&g->certs), out);
	if (g->records.n > 0)
		prove_block_armor(&(struct pgp_block){ PGP_BLOCK_SIG,
				      buf_bytes(&g->records) },
		    out);
}

static enum ics_err
gathered_print(const struct gathered *g)
{
	struct out_file file = { 0 };
	struct buf text;
	json_t *certs, *records;
	enum ics_err err;

	if (ics_has(g->ics, ICS_OPT_JSON)) {
		certs = json_array();
		records = json_array();
		json_add(certs, buf_bytes(&g->certs));
		json_add_records(records, buf_bytes(&g->records));
		out_json(json_pack("{s:o, s:o}", "certificates", certs,
		    "records", records));
		return ICS_OK;
	}
	buf_init(&text, 4 * (size_t)FIND_OCTETS_MAX);
	octets_write(g, &text);
	TRY(out_open(&file, g->ics->opts[ICS_OPT_OUTPUT]));
	TRY(out_put(&file, buf_bytes(&text)));
	err = out_close(&file);
out:
	if (err != ICS_OK)
		out_abandon(&file);
	buf_release(&text);
	return err;
}

int
cmd_get(struct ics *ics)
{
	struct gathered g = { .ics = ics };
	enum ics_err worst = ICS_OK, err;

	buf_init(&g.certs, FIND_OCTETS_MAX);
	buf_init(&g.records, FIND_OCTETS_MAX);
	for (size_t i = 0; i < ics->args_n; i++) {
		err = query_get(&g, ics->args[i]);
		if (err_exit(err) > err_exit(worst))
			worst = err;
	}
	if (g.certs.n > 0 || g.records.n > 0) {
		err = gathered_print(&g);
		if (err != ICS_OK)
			worst = err;
	}
	buf_release(&g.certs);
	buf_release(&g.records);
	return err_exit(worst);
}
