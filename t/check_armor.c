/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Armor both ways: the acceptance matrix as rows, the checksum against its
 * definition, and what is written read again.
 */
#include "base/b64.h"
#include "fixture.h"
#include "pgp/pgp.h"

#define BEGIN  "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
#define END    "-----END PGP PUBLIC KEY BLOCK-----\n"
#define SBEGIN "-----BEGIN PGP SIGNATURE-----\n"
#define SEND   "-----END PGP SIGNATURE-----\n"

/* User ID packets "abcdef" and "xyz": base 64 of both, checksum, octets. */
#define A "zQZhYmNkZWY="
#define AX         \
	"\xcd\x06" \
	"abcdef"
#define B "zQN4eXo="
#define BX         \
	"\xcd\x03" \
	"xyz"
#define CUT "zQZhYmNkZQ==" /* one octet short */
#define CUTX       \
	"\xcd\x06" \
	"abcde"

static const struct {
	const char *name, *text, *want;
	enum ics_err err;
} rows[] = {
	{ "plain", BEGIN "\n" A "\n" END, AX, ICS_OK },
	{ "wrong CRC", BEGIN "\n" A "\n=AAAA\n" END, AX, ICS_OK },
	{ "CRC with wrong characters", BEGIN "\n" A "\n=A*\n" END, AX, ICS_OK },
	{ "CRLF",
	    "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\n" A "\r\n=AAAA\r\n"
	    "-----END PGP PUBLIC KEY BLOCK-----\r\n",
	    AX, ICS_OK },
	{ "no empty line", BEGIN A "\n" END, AX, ICS_OK },
	{ "no empty line behind a header", BEGIN "Version: 1\n" A "\n" END, AX,
	    ICS_OK },
	{ "whitespace as separator", BEGIN " \t\n" A "\n" END, AX, ICS_OK },
	{ "several empty lines", BEGIN "\n\n\n" A "\n" END, AX, ICS_OK },
	{ "headers", BEGIN "Version: x\nComment: a: b\nHash: q\n\n" A "\n" END,
	    AX, ICS_OK },
	{ "a header without value", BEGIN "Version:\n\n" A "\n" END, AX,
	    ICS_OK },
	{ "header without colon", BEGIN "Version\n\n" A "\n" END, "",
	    ICS_EFORMAT },
	{ "header without colon, with blanks", BEGIN "A b c\n\n" A "\n" END, "",
	    ICS_EFORMAT },
	{ "blanks behind data", BEGIN "\n" A "  \t\n" END, AX, ICS_OK },
	{ "data in pieces", BEGIN "\nzQZh\nY\nmNkZWY\n=\n" END, AX, ICS_OK },
	{ "blanks behind BEGIN",
	    "-----BEGIN PGP PUBLIC KEY BLOCK-----  \n\n" A "\n" END, AX,
	    ICS_OK },
	{ "two blocks", BEGIN "\n" A "\n" END BEGIN "\n" B "\n" END, AX BX,
	    ICS_OK },
	{ "two blocks with text around",
	    "hello\n" BEGIN "\n" A "\n" END "between -----\n" BEGIN "\n" B
	    "\n" END "bye\n",
	    AX BX, ICS_OK },
	{ "a key and a signature",
	    BEGIN "\n" A "\n" END SBEGIN "\n" B "\n" SEND, AX BX, ICS_OK },
	{ "HTML", "<html><pre>\n" BEGIN "\n" A "\n" END "</pre>", AX, ICS_OK },
	{ "HTML on the same line",
	    "<pre>" BEGIN "\n" A "\n"
	    "-----END PGP PUBLIC KEY BLOCK-----</pre>\n",
	    AX, ICS_OK },
	{ "missing END", BEGIN "\n" A "\n", AX, ICS_OK },
	{ "missing END and text", BEGIN "\n" A "\n</pre> bye!\n", AX, ICS_OK },
	{ "missing END, another block", BEGIN "\n" A "\n" BEGIN "\n" B "\n" END,
	    AX BX, ICS_OK },
	{ "byte order mark", "\xef\xbb\xbf" BEGIN "\n" A "\n" END, AX, ICS_OK },
	{ "letters before", "\xce\xb1\xce\xb2\n" BEGIN "\n" A "\n" END, AX,
	    ICS_OK },
	{ "label MESSAGE",
	    "-----BEGIN PGP MESSAGE-----\n\n" A "\n"
	    "-----END PGP MESSAGE-----\n",
	    "", ICS_EFORMAT },
	{ "gpg --enarmor",
	    "-----BEGIN PGP ARMORED FILE-----\n\n" A "\n"
	    "-----END PGP ARMORED FILE-----\n",
	    AX, ICS_OK },
	{ "private key",
	    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" A "\n"
	    "-----END PGP PRIVATE KEY BLOCK-----\n",
	    "", ICS_ESECRET },
	{ "private key behind a public one",
	    BEGIN "\n" A "\n" END "-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "",
	    ICS_ESECRET },
	{ "foreign characters", BEGIN "\nzQZh\n*\nYmNkZWY=\n" END, "",
	    ICS_EFORMAT },
	{ "foreign characters, then a good block",
	    BEGIN "\nzQ*h\n" END BEGIN "\n" B "\n" END, BX, ICS_OK },
	{ "cut packets", BEGIN "\n" CUT "\n" END, CUTX, ICS_OK },
	{ "cut packets come last",
	    BEGIN "\n" CUT "\n" END BEGIN "\n" B "\n" END, BX CUTX, ICS_OK },
	{ "no packets in base 64", BEGIN "\nAAAA\n" END, "", ICS_EFORMAT },
	{ "an empty block", BEGIN "\n" END, "", ICS_EFORMAT },
	{ "only BEGIN", "-----BEGIN PGP PUBLIC KEY BLOCK-----", "",
	    ICS_EFORMAT },
	{ "dashes missing", "-----BEGIN PGP PUBLIC KEY BLOCK\n\n" A "\n" END,
	    "", ICS_EFORMAT },
	{ "text", "hello world\n", "", ICS_EFORMAT },
	{ "nothing", "", "", ICS_EFORMAT },
	{ "binary",
	    "\xc6\x02"
	    "ab",
	    "\xc6\x02"
	    "ab",
	    ICS_OK },
	{ "binary, old format",
	    "\x98\x02"
	    "ab",
	    "\x98\x02"
	    "ab",
	    ICS_OK },
};

START_TEST(acceptance_matrix)
{
	struct buf out;
	enum ics_err err;

	buf_init(&out, 1000);
	err = pgp_input_read(bytes_of_str(rows[_i].text), &out);
	ck_assert_msg(err == rows[_i].err, "%s: %s", rows[_i].name,
	    err_name(err));
	if (err == ICS_OK)
		ck_assert_msg(bytes_equal(buf_bytes(&out),
				  bytes_of_str(rows[_i].want)),
		    "%s: other octets", rows[_i].name);
	buf_release(&out);
}
END_TEST

START_TEST(one_long_line_and_much_whitespace)
{
	struct buf text, out, plain;
	uint8_t zeros[300] = { 0xcd, 0xff, 0, 0, 1, 38 };
	uint8_t *to;

	buf_init(&text, 1u << 20);
	for (int i = 0; i < 64 * 1024; i++)
		buf_u8(&text, i % 100 == 0 ? '\n' : ' ');
	buf_put_str(&text, "\n" BEGIN "Comment: ");
	for (int i = 0; i < 64 * 1024; i++)
		buf_u8(&text, 'x');
	buf_put_str(&text, "\n\n");
	to = buf_grow(&text, b64_length(sizeof(zeros)));
	b64_write(bytes_of(zeros, sizeof(zeros)), to);
	buf_put_str(&text, "\n" END);
	buf_init(&out, 1000);
	ck_assert_int_eq(pgp_input_read(buf_bytes(&text), &out), ICS_OK);
	ck_assert(bytes_equal(buf_bytes(&out), bytes_of(zeros, 300)));
	buf_init(&plain, 100);
	ck_assert_int_eq(pgp_input_read(buf_bytes(&text), &plain), ICS_ETOOBIG);
	buf_release(&plain);
	buf_release(&out);
	buf_release(&text);
}
END_TEST

/* Spec: RFC 9580 6.1.1, bit by bit. */
static uint32_t
crc24_slow(struct bytes data)
{
	uint32_t r = 0xb704ce;

	for (size_t i = 0; i < data.n; i++) {
		r ^= (uint32_t)data.p[i] << 16;
		for (int k = 0; k < 8; k++) {
			r <<= 1;
			if ((r & 0x1000000) != 0)
				r ^= 0x1864cfb;
		}
	}
	return r & 0xffffff;
}

START_TEST(checksum_is_as_defined)
{
	uint8_t data[400];

	ck_assert_uint_eq(pgp_crc24(bytes_of(NULL, 0)), 0xb704ce);
	ck_assert_uint_eq(pgp_crc24(bytes_of_str("123456789")), 0x21cf02);
	for (size_t n = 0; n < sizeof(data); n++) {
		for (size_t i = 0; i < n; i++)
			data[i] = (uint8_t)fixture_random();
		ck_assert_uint_eq(pgp_crc24(bytes_of(data, n)),
		    crc24_slow(bytes_of(data, n)));
	}
}
END_TEST

START_TEST(written_armor_is_read_again)
{
	for (size_t n = 2; n < 700; n++) {
		enum pgp_armor kind = n % 2 ? PGP_ARMOR_CERT : PGP_ARMOR_SIG;
		uint32_t crc = PGP_NO_CRC;
		uint8_t *text, *data = alloc_zero(n, 1);
		struct buf out;
		size_t len;

		data[0] = 0xcd;
		if (n % 3 != 0)
			crc = pgp_crc24(bytes_of(data, n));
		len = pgp_armor_length(n, kind, crc != PGP_NO_CRC);
		text = alloc_new(len + 1);
		text[len] = 0xee;
		pgp_armor_write(bytes_of(data, n), kind, crc, text);
		ck_assert_uint_eq(text[len], 0xee);
		ck_assert_uint_eq(text[len - 1], '\n');
		buf_init(&out, n);
		ck_assert_int_eq(pgp_input_read(bytes_of(text, len), &out),
		    ICS_OK);
		ck_assert(bytes_equal(buf_bytes(&out), bytes_of(data, n)));
		buf_release(&out);
		free(text);
		free(data);
	}
}
END_TEST

START_TEST(written_armor_has_its_form)
{
	static const char want[] = BEGIN "\n" A "\n=iNaP\n" END;
	struct bytes data = bytes_of_str(AX);
	uint8_t out[200] = { 0 };
	size_t n = pgp_armor_length(data.n, PGP_ARMOR_CERT, true);

	ck_assert_uint_eq(n, strlen(want));
	pgp_armor_write(data, PGP_ARMOR_CERT, pgp_crc24(data), out);
	ck_assert_str_eq((char *)out, want);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, acceptance_matrix, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, one_long_line_and_much_whitespace);
	tcase_add_test(t, checksum_is_as_defined);
	tcase_add_test(t, written_armor_is_read_again);
	tcase_add_test(t, written_armor_has_its_form);
}

int
main(void)
{
	return fixture_run("armor", add);
}
