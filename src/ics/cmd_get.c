/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics get QUERY...: certificates, armored, in the form that GnuPG takes (or
 * whole, with --full). Where a query fits several, all are given and named.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "client/find.h"
#include "client/out.h"
#include "ics/ics.h"

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

/* Everything found for one query, appended to packets. */
static enum ics_err
query_get(const struct ics *ics, const char *typed, struct buf *packets)
{
	struct find find;
	struct buf found;
	enum ics_err err;
	size_t n;

	buf_init(&found, FIND_OCTETS_MAX);
	TRY(find_read(typed, &find));
	TRY(find_certs(&ics->where, &find, ics_has(ics, ICS_OPT_FULL), &found));
	n = blocks_count(buf_bytes(&found));
	if (n > 1) {
		out_note(ics_quiet(ics), "%s: %zu certificates:", typed, n);
		blocks_name(ics, buf_bytes(&found));
	}
	buf_put(packets, buf_bytes(&found));
	err = buf_end(packets);
	if (err != ICS_OK)
		out_fail("%s: more than %u octets", typed, FIND_OCTETS_MAX);
out:
	buf_release(&found);
	return err;
}

static enum ics_err
packets_print(const struct ics *ics, struct bytes packets)
{
	struct out_file file;
	struct buf armor;
	json_t *list;
	enum ics_err err;

	if (ics_has(ics, ICS_OPT_JSON)) {
		list = json_array();
		json_add(list, packets);
		out_json(json_pack("{s:o}", "certificates", list));
		return ICS_OK;
	}
	buf_init(&armor, 2 * (size_t)FIND_OCTETS_MAX);
	TRY(out_open(&file, ics->opts[ICS_OPT_OUTPUT]));
	if (!ics_has(ics, ICS_OPT_BINARY)) {
		armor_put(packets, &armor);
		packets = buf_bytes(&armor);
	}
	TRY(out_put(&file, packets));
	err = out_close(&file);
out:
	if (err != ICS_OK)
		out_abandon(&file);
	buf_release(&armor);
	return err;
}

int
cmd_get(struct ics *ics)
{
	struct buf packets;
	enum ics_err worst = ICS_OK, err;

	buf_init(&packets, FIND_OCTETS_MAX);
	for (size_t i = 0; i < ics->args_n; i++) {
		err = query_get(ics, ics->args[i], &packets);
		if (err_exit(err) > err_exit(worst))
			worst = err;
	}
	if (packets.n > 0) {
		err = packets_print(ics, buf_bytes(&packets));
		if (err != ICS_OK)
			worst = err;
	}
	buf_release(&packets);
	return err_exit(worst);
}
