/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bundles, written and read; what they mean is verified elsewhere. */
#include "prove/bundle.h"

#include "base/clock.h"
#include "base/hex.h"

static const char first_line[] = "ics bundle 1";
static const char words[] =
    "Certificates and signed records, as OpenPGP armor. \"ics verify FILE\n"
    "--bundle THIS --anchor WHOM-YOU-BELIEVE\" checks them without a network;\n"
    "with --recipe it prints how gpg and sha256sum do. The lines above are\n"
    "signed by nobody; they serve to notice damage.\n\n";

void
prove_bundle_init(struct prove_bundle *bundle)
{
	*bundle = (struct prove_bundle){ .made = 0 };
	buf_init(&bundle->packets, PROVE_BUNDLE_MAX);
}

void
prove_bundle_release(struct prove_bundle *bundle)
{
	buf_release(&bundle->packets);
}

/* ---- writing ------------------------------------------------------------------- */

/* Who knows version 6 knows that it has no CRC; who does not wants one. */
static bool
block_is_modern(const struct pgp_block *block)
{
	struct cursor cur = cursor_of(block->data);
	struct pgp_packet packet;

	if (pgp_packet_next(&cur, &packet) != ICS_OK || packet.body.n == 0)
		return false;
	return packet.body.p[0] == 6;
}

void
prove_block_armor(const struct pgp_block *block, struct buf *out)
{
	enum pgp_armor kind =
	    block->kind == PGP_BLOCK_CERT ? PGP_ARMOR_CERT : PGP_ARMOR_SIG;
	bool is_modern = block_is_modern(block);
	uint8_t *room =
	    buf_grow(out, pgp_armor_length(block->data.n, kind, !is_modern));

	if (room != NULL)
		pgp_armor_write(block->data, kind,
		    is_modern ? PGP_NO_CRC : pgp_crc24(block->data), room);
}

static size_t
blocks_put(struct bytes packets, struct buf *out)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	size_t n = 0;

	for (; pgp_block_next(&cur, &block) == ICS_OK; n++) {
		prove_block_armor(&block, out);
		buf_u8(out, '\n');
	}
	return n;
}

static void
contents_text(struct bytes packets, char out[2 * 32 + 1])
{
	uint8_t digest[32];

	pgp_sha256(packets, digest);
	hex_lower(bytes_of(digest, sizeof(digest)), out);
}

enum ics_err
prove_bundle_write(const struct prove_bundle *bundle, struct buf *out)
{
	char subject[NOTATIONS_SUBJECT_TEXT_MAX], when[CLOCK_TEXT_MAX];
	struct bytes packets = buf_bytes(&bundle->packets);
	char contents[2 * 32 + 1];
	struct buf blocks;
	size_t n;

	buf_init(&blocks, PROVE_BUNDLE_MAX);
	n = blocks_put(packets, &blocks);
	notations_subject_text(&bundle->subject, subject);
	clock_rfc3339(bundle->made, when);
	contents_text(packets, contents);
	buf_printf(out, "%s\nSubject: %s\nMade: %s\n", first_line, subject,
	    when);
	if (bundle->server[0] != '\0')
		buf_printf(out, "Server: %s\n", bundle->server);
	buf_printf(out, "Contents: sha256:%s %zu blocks\n\n", contents, n);
	buf_put_str(out, words);
	buf_put(out, buf_bytes(&blocks));
	buf_release(&blocks);
	return buf_end(out);
}

/* ---- reading -------------------------------------------------------------------- */

/* The next line without its end; false at the end of the text. */
static bool
line_next(struct cursor *cur, struct bytes *line)
{
	const uint8_t *end;

	if (!cursor_has(cur))
		return false;
	end = memchr(cur->rest.p, '\n', cur->rest.n);
	if (end == NULL) {
		*line = cursor_rest(cur);
		return true;
	}
	*line = cursor_take(cur, (size_t)(end - cur->rest.p));
	(void)cursor_u8(cur); /* the end of the line */
	return true;
}

static bool
field_take(struct bytes line, const char *name, struct bytes *value)
{
	struct bytes n = bytes_of_str(name);

	if (!bytes_starts_with(line, n))
		return false;
	*value = bytes_of(line.p + n.n, line.n - n.n);
	return true;
}

struct head {
	struct bytes subject, made, server, contents;
};

static enum ics_err
head_read(struct cursor *cur, struct head *head)
{
	struct bytes line;

	*head = (struct head){ 0 };
	if (!line_next(cur, &line) ||
	    !bytes_equal(line, bytes_of_str(first_line)))
		return ICS_EFORMAT;
	while (line_next(cur, &line) && line.n > 0)
		if (!field_take(line, "Subject: ", &head->subject) &&
		    !field_take(line, "Made: ", &head->made) &&
		    !field_take(line, "Server: ", &head->server) &&
		    !field_take(line, "Contents: ", &head->contents))
			return ICS_EFORMAT;
	return ICS_OK;
}

static enum ics_err
head_take(const struct head *head, struct prove_bundle *bundle)
{
	if (!notations_subject_read(head->subject, &bundle->subject) ||
	    notations_time_read(head->made, &bundle->made) != ICS_OK ||
	    head->server.n >= sizeof(bundle->server))
		return ICS_EFORMAT;
	if (head->server.n > 0)
		memcpy(bundle->server, head->server.p, head->server.n);
	bundle->server[head->server.n] = '\0';
	return ICS_OK;
}

static enum ics_err
contents_check(const struct head *head, struct bytes packets)
{
	char contents[2 * 32 + 1];
	struct buf want, blocks;
	enum ics_err err = ICS_EFORMAT;

	buf_init(&want, PROVE_BUNDLE_LINE);
	buf_init(&blocks, PROVE_BUNDLE_MAX);
	contents_text(packets, contents);
	buf_printf(&want, "sha256:%s %zu blocks", contents,
	    blocks_put(packets, &blocks));
	if (bytes_equal(buf_bytes(&want), head->contents))
		err = ICS_OK;
	buf_release(&want);
	buf_release(&blocks);
	return err;
}

enum ics_err
prove_bundle_read(struct bytes text, struct prove_bundle *bundle)
{
	struct cursor cur = cursor_of(text);
	struct head head;
	enum ics_err err;

	TRY(head_read(&cur, &head));
	TRY(head_take(&head, bundle));
	TRY(pgp_input_read(cursor_rest(&cur), &bundle->packets));
	err = contents_check(&head, buf_bytes(&bundle->packets));
out:
	return err == ICS_ETOOBIG ? err : err == ICS_OK ? ICS_OK : ICS_EFORMAT;
}
