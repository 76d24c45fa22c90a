/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packet framing of every legal form, and the cutting of streams. */
#include "base/hex.h"
#include "fixture.h"
#include "pgp/pgp.h"

/* Octets of a hex string; free with fixture_free. */
static struct bytes
unhex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *p = alloc_new(n + (n == 0));

	ck_assert_int_eq(hex_read(bytes_of_str(hex), p, n), ICS_OK);
	return bytes_of(p, n);
}

START_TEST(every_header_form)
{
	static const struct {
		const char *hex;
		enum ics_err err;
		uint8_t tag;
		size_t n;
	} rows[] = {
		{ "", ICS_ENOTFOUND, 0, 0 },
		{ "b400", ICS_OK, 13, 0 },
		{ "b40161", ICS_OK, 13, 1 },
		{ "b5000161", ICS_OK, 13, 1 },
		{ "b60000000161", ICS_OK, 13, 1 },
		{ "b761", ICS_EFORMAT, 0, 0 }, /* indeterminate */
		{ "cd0161", ICS_OK, 13, 1 },
		{ "cdff0000000161", ICS_OK, 13, 1 },
		{ "cde161", ICS_EFORMAT, 0, 0 }, /* partial */
		{ "cdfe", ICS_EFORMAT, 0, 0 },
		{ "c000", ICS_EFORMAT, 0, 0 }, /* tag 0 */
		{ "8000", ICS_EFORMAT, 0, 0 },
		{ "7f00", ICS_EFORMAT, 0, 0 }, /* no packet at all */
		{ "fd00", ICS_OK, 61, 0 },
		{ "cd", ICS_ETRUNCATED, 0, 0 },
		{ "cdc0", ICS_ETRUNCATED, 0, 0 },
		{ "cdff000000", ICS_ETRUNCATED, 0, 0 },
		{ "b5", ICS_ETRUNCATED, 0, 0 },
		{ "cd02ff", ICS_ETRUNCATED, 0, 0 },
		{ "cdffffffffff61", ICS_ETRUNCATED, 0, 0 },
		{ "b6ffffffff61", ICS_ETRUNCATED, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = unhex(rows[i].hex);
		struct cursor cur = cursor_of(in);
		struct pgp_packet p;
		enum ics_err err = pgp_packet_next(&cur, &p);

		ck_assert_msg(err == rows[i].err, "%s: %s", rows[i].hex,
		    err_name(err));
		if (err == ICS_OK) {
			ck_assert_uint_eq(p.tag, rows[i].tag);
			ck_assert_uint_eq(p.body.n, rows[i].n);
			ck_assert(bytes_equal(p.whole, in));
			ck_assert_int_eq(pgp_packet_next(&cur, &p),
			    ICS_ENOTFOUND);
		} else if (err != ICS_ENOTFOUND) {
			ck_assert_int_eq(pgp_packet_next(&cur, &p),
			    ICS_ETRUNCATED); /* a bad stream stays bad */
		}
		fixture_free(in);
	}
}
END_TEST

START_TEST(written_headers_are_minimal)
{
	static const struct {
		size_t n;
		const char *head;
	} rows[] = {
		{ 0, "c200" },
		{ 191, "c2bf" },
		{ 192, "c2c000" },
		{ 8383, "c2dfff" },
		{ 8384, "c2ff000020c0" },
		{ 70000, "c2ff00011170" },
	};
	static uint8_t body[70000];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes head = unhex(rows[i].head);
		struct pgp_packet p;
		struct cursor cur;
		struct buf b;

		buf_init(&b, 80000);
		pgp_packet_write(&b, PGP_TAG_SIGNATURE,
		    bytes_of(body, rows[i].n));
		ck_assert_uint_eq(b.n, pgp_packet_length(rows[i].n));
		ck_assert(bytes_starts_with(buf_bytes(&b), head));
		cur = cursor_of(buf_bytes(&b));
		ck_assert_int_eq(pgp_packet_next(&cur, &p), ICS_OK);
		ck_assert_uint_eq(p.body.n, rows[i].n);
		ck_assert_uint_eq(cur.rest.n, 0);
		buf_release(&b);
		fixture_free(head);
	}
}
END_TEST

/* A stream in hex and its blocks: "C3" a certificate of 3 octets, "S2" a
 * signature of 2, then how it ends. */
START_TEST(streams_are_cut)
{
	static const struct {
		const char *hex, *blocks;
		enum ics_err end;
	} rows[] = {
		{ "", "", ICS_ENOTFOUND },
		{ "c600", "C2 ", ICS_ENOTFOUND },
		{ "c600c200c600", "C4 C2 ", ICS_ENOTFOUND },
		{ "c200c200c600c200", "S2 S2 C4 ", ICS_ENOTFOUND },
		/* marker, trust, padding, unknown in between */
		{ "ca03504750c600cc00d500fc00c600", "C8 C2 ", ICS_ENOTFOUND },
		/* bare signatures behind a certificate, not in it */
		{ "c600c2020413c2020400c2020450", "C6 S4 S4 ", ICS_ENOTFOUND },
		{ "c600c203030502c600", "C2 S5 C2 ", ICS_ENOTFOUND },
		{ "c600c2020400ca03504750c600", "C2 S4 C2 ", ICS_ENOTFOUND },
		{ "c600c2020400cd00", "C8 ", ICS_ENOTFOUND },
		{ "c600c2020402c2020413", "C10 ", ICS_ENOTFOUND },
		{ "c600c20104", "C5 ", ICS_ENOTFOUND },
		{ "c600c2020400c700", "", ICS_ESECRET },
		{ "cd00ce00", "", ICS_ENOTFOUND },
		{ "c500", "", ICS_ESECRET },
		{ "c700", "", ICS_ESECRET },
		{ "c600c600c700", "C2 ", ICS_ESECRET },
		{ "c600cd00c600c201", "C4 ", ICS_ETRUNCATED },
		{ "c600c600cde1", "C2 ", ICS_EFORMAT },
		{ "c60000", "", ICS_EFORMAT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = unhex(rows[i].hex);
		struct cursor cur = cursor_of(in);
		struct pgp_block block;
		enum ics_err err;
		struct buf got;

		buf_init(&got, 1000);
		while ((err = pgp_block_next(&cur, &block)) == ICS_OK)
			buf_printf(&got, "%c%zu ",
			    block.kind == PGP_BLOCK_CERT ? 'C' : 'S',
			    block.data.n);
		ck_assert_str_eq(buf_str(&got), rows[i].blocks);
		ck_assert_msg(err == rows[i].end, "%s: %s", rows[i].hex,
		    err_name(err));
		if (err != ICS_ENOTFOUND)
			ck_assert_int_ne(pgp_block_next(&cur, &block), ICS_OK);
		buf_release(&got);
		fixture_free(in);
	}
}
END_TEST

START_TEST(registries_have_words)
{
	ck_assert_str_eq(pgp_tag_words(13), "User ID");
	ck_assert_str_eq(pgp_tag_words(62), "unknown");
	ck_assert_str_eq(pgp_tag_words(200), "unknown");
	ck_assert_str_eq(pgp_sigtype_words(0x1f), "direct key");
	ck_assert_str_eq(pgp_sigtype_words(0xff), "unknown");
	ck_assert_str_eq(pgp_subpacket_words(20), "notation data");
	ck_assert_str_eq(pgp_subpacket_words(0xff), "unknown");
	ck_assert_str_eq(pgp_algo_words(27), "Ed25519");
	ck_assert_str_eq(pgp_algo_words(99), "unknown");
	ck_assert_str_eq(pgp_hash_words(10), "SHA-512");
	ck_assert_str_eq(pgp_hash_words(0), "unknown");
	ck_assert_str_eq(pgp_curve_words(PGP_CURVE_P256), "nistp256");
	ck_assert_str_eq(pgp_curve_words(PGP_CURVE_UNKNOWN), "unknown");
	ck_assert(pgp_algo_can_sign(PGP_ALGO_RSA));
	ck_assert(!pgp_algo_can_sign(PGP_ALGO_ELGAMAL_SIGN));
	ck_assert(!pgp_algo_can_sign(99));
	for (size_t i = 0; i < PGP_REASON_COUNT; i++)
		ck_assert(pgp_reasons[i].name != NULL &&
			  pgp_reasons[i].words[0] != '\0');
}
END_TEST

/* ---- texts --------------------------------------------------------------- */

#define TEXT "-----BEGIN PGP SIGNED MESSAGE-----\nx\n"

static size_t
blocks_of(struct bytes packets,
    enum ics_err (*next)(struct cursor *cur, struct pgp_block *block),
    enum pgp_block_kind kinds[8])
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	size_t n = 0;

	while (n < 8 && next(&cur, &block) == ICS_OK)
		kinds[n++] = block.kind;
	return n;
}

/* A text ends the certificate before it; whoever does not ask passes it. */
START_TEST(texts_between)
{
	enum pgp_block_kind kinds[8];
	struct bytes text = bytes_of_str(TEXT), taken, cert;
	struct pgp_block block;
	struct cursor cur;
	struct buf out;

	buf_init(&out, 1 << 16);
	cert = unhex("c601ffcd0161");
	buf_put(&out, cert);
	pgp_text_write(&out, text);
	pgp_text_write(&out, bytes_of_str("no text that is signed"));
	buf_put(&out, cert);
	pgp_text_write(&out, text);
	ck_assert_uint_eq(blocks_of(buf_bytes(&out), pgp_block_text_next,
			      kinds),
	    4);
	ck_assert_int_eq(kinds[0], PGP_BLOCK_CERT);
	ck_assert_int_eq(kinds[1], PGP_BLOCK_TEXT);
	ck_assert_int_eq(kinds[2], PGP_BLOCK_CERT);
	ck_assert_int_eq(kinds[3], PGP_BLOCK_TEXT);
	ck_assert_uint_eq(blocks_of(buf_bytes(&out), pgp_block_next, kinds), 2);
	cur = cursor_of(buf_bytes(&out));
	ck_assert_int_eq(pgp_block_text_next(&cur, &block), ICS_OK);
	ck_assert(bytes_equal(block.data, cert));
	ck_assert_int_eq(pgp_text_read(block.data, &taken), ICS_EFORMAT);
	ck_assert_int_eq(pgp_block_text_next(&cur, &block), ICS_OK);
	ck_assert_int_eq(pgp_text_read(block.data, &taken), ICS_OK);
	ck_assert(bytes_equal(taken, text));
	buf_release(&out);
	fixture_free(cert);
}
END_TEST

START_TEST(texts_cut)
{
	struct bytes text;
	struct buf out;

	buf_init(&out, 256);
	pgp_text_write(&out, bytes_of_str(TEXT));
	for (size_t n = 0; n < out.n; n++) {
		struct bytes cut = alloc_bytes(bytes_of(out.p, n));

		ck_assert_int_ne(pgp_text_read(cut, &text), ICS_OK);
		alloc_bytes_free(cut);
	}
	ck_assert(pgp_input_is_binary(buf_bytes(&out)));
	ck_assert(!pgp_input_is_binary(bytes_of(out.p, out.n - 1)));
	/* A file name that is longer than the packet. */
	out.p[3] = 255;
	ck_assert_int_eq(pgp_text_read(buf_bytes(&out), &text), ICS_ETRUNCATED);
	buf_release(&out);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, every_header_form);
	tcase_add_test(t, texts_between);
	tcase_add_test(t, texts_cut);
	tcase_add_test(t, written_headers_are_minimal);
	tcase_add_test(t, streams_are_cut);
	tcase_add_test(t, registries_have_words);
}

int
main(void)
{
	return fixture_run("packet", add);
}
