/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Syntaxes: a table of values that each takes and refuses. */
#include "notations_make.h"

#define SHA256 "sha256:" MAKE_SHA256
#define SHA512 "sha512:" MAKE_SHA256 MAKE_SHA256
#define FPR4   "04" MAKE_DEVICE
#define FPR6   "06" MAKE_SHA256
#define T28    "2028-01-01T00:00:00Z"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S(id)	 NOTATIONS_SYNTAX_##id

static const struct {
	enum notations_syntax syntax;
	const char *value;
} good[] = {
	{ S(TEXT), "x" },
	{ S(TEXT), "Acme & S\xc3\xb6hne, \xe2\x82\xac 5 \xf0\x9f\x94\x91" },
	{ S(NUMBER), "0" },
	{ S(NUMBER), "9999999999999999999" },
	{ S(TIME), "2024-02-29T23:59:59Z" },
	{ S(TIME), "0000-02-29T00:00:00Z" },
	{ S(TIME), "9999-12-31T00:00:00Z" },
	{ S(DIGEST_NAME), SHA256 },
	{ S(DIGEST_NAME), SHA256 " fw.bin" },
	{ S(DIGEST_NAME), SHA512 " a b" },
	{ S(DIGEST_NAME), "sha384:" MAKE_SHA256 "00112233445566778899aabbccddeeff" },
	{ S(DIGEST_NAME), "sha3-256:" MAKE_SHA256 },
	{ S(DIGEST_NAME), "sha3-512:" MAKE_SHA256 MAKE_SHA256 },
	{ S(RECORD), SHA256 },
	{ S(FINGERPRINT), FPR4 },
	{ S(FINGERPRINT), FPR6 },
	{ S(FINGERPRINT), "04AABBCCDDEEFF00112233445566778899AABBCCDD" },
	{ S(SUBJECT), "dev:" FPR4 },
	{ S(SUBJECT), "key:" FPR6 },
	{ S(SUBJECT), "code:" SHA512 },
	{ S(SUBJECT), "rec:" SHA256 },
	{ S(CODE), "code:" SHA256 },
	{ S(SUCCESSOR), "code:" SHA256 },
	{ S(SUCCESSOR), FPR4 },
	{ S(RECORD_KIND), "device-status/1" },
	{ S(RECORD_KIND), "what-is-yet-to-come/99" },
	{ S(ENTITY_KIND), "ics" },
	{ S(CODE_KIND), "test-sequence" },
	{ S(PROTECTION), "software-secured-site" },
	{ S(DEVICE_STATUS), "destroyed" },
	{ S(DEVICE_STATUS), "in-use" },
	{ S(CODE_STATUS), "depreciated" },
	{ S(ROLE), "owner" },
	{ S(ROLE), "integrator;scope=Acme/T1*;until=" T28 },
	{ S(ROLE), "integrator;until=" T28 ";scope=Acme%20Corp" },
	{ S(ROLE), "certification-body;scope=*" },
	{ S(APPROVAL), "scheme=mdr;id=NB-17" },
	{ S(APPROVAL), "state=revoked;level=IIa;id=1;until=" T28 ";scheme=x" },
	{ S(LABEL), "trusted:yes, by all means" },
	{ S(LABEL), "t.0_-:a:b" },
	{ S(VULN), "CVE-2026-1234" },
	{ S(VULN), "CVE-2026-1234567;fixed=2.4.2;cvss=8.1;vex=not_affected" },
	{ S(TARGET), "Acme" },
	{ S(TARGET), "Acme/T1000/B" },
	{ S(TARGET), "Acme/T1*" },
	{ S(TARGET), "*" },
	{ S(RANGE), "1.0..2.3" },
	{ S(URI), "https://acme.example/fw?x=1&y=%20#z" },
	{ S(URI), "mailto:a@b.example" },
	{ S(CONTRACT), "urn:x:1" },
	{ S(CONTRACT), "https://acme.example/c.pdf " SHA256 },
	{ S(PURL), "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie" },
	{ S(PURL), "pkg:npm/%40angular/animation@12.3.1" },
	{ S(GEO), "48.2010,16.3695" },
	{ S(GEO), "-90,180.0,-12.5;crs=wgs84;u=40;x=a%20b;flag" },
	{ S(GEO), "4800,1600;crs=other-7" },
	{ S(VETTING), "factory" },
	{ S(VETTING), "in-person;evidence=" SHA256 },
	{ S(EVIDENCE), "raw AAAA" },
	{ S(EVIDENCE), "ssh-sha512 AAA= file" },
	{ S(EVIDENCE), "what-comes AA== AAAA a text" },
	{ S(EVIDENCE_KEY), "spki AAA=" },
	{ S(WINDOW), "2027-01-01T00:00:00Z/" T28 },
	{ S(STEP), "installed code:" SHA256 },
}, bad[] = {
	{ S(EVIDENCE), "raw" },
	{ S(EVIDENCE), "raw " },
	{ S(EVIDENCE), "raw AAA" },
	{ S(EVIDENCE), "raw ====" },
	{ S(EVIDENCE), "raw A=AA" },
	{ S(EVIDENCE), " AAAA" },
	{ S(EVIDENCE), "raw AAAA a\tb" },
	{ S(EVIDENCE_KEY), "spki AAAA x" },
	{ S(EVIDENCE_KEY), "spki AAAA " },
	{ S(EVIDENCE_KEY), "AAAA" },
	{ S(TEXT), "" },
	{ S(TEXT), " x" },
	{ S(TEXT), "x " },
	{ S(TEXT), "a\tb" },
	{ S(TEXT), "a\x7f" },
	{ S(TEXT), "a\xc2\x85 b" },     /* a control character, U+0085 */
	{ S(TEXT), "\xc0\x80" },	     /* too long a form */
	{ S(TEXT), "\xe0\x9f\xbf" },    /* likewise */
	{ S(TEXT), "\xed\xa0\x80" },    /* a surrogate */
	{ S(TEXT), "\xf4\x90\x80\x80" }, /* above U+10FFFF */
	{ S(TEXT), "\xf5\x80\x80\x80" },
	{ S(TEXT), "\xe2\x82" }, /* ends too early */
	{ S(TEXT), "\xff" },
	{ S(NUMBER), "" },
	{ S(NUMBER), "01" },
	{ S(NUMBER), "-1" },
	{ S(NUMBER), "1 " },
	{ S(NUMBER), "1,000" },
	{ S(NUMBER), "10000000000000000000" },
	{ S(TIME), "2026-02-29T00:00:00Z" },
	{ S(TIME), "2026-04-31T00:00:00Z" },
	{ S(TIME), "2100-02-29T00:00:00Z" },
	{ S(TIME), "2026-00-01T00:00:00Z" },
	{ S(TIME), "2026-13-01T00:00:00Z" },
	{ S(TIME), "2026-01-00T00:00:00Z" },
	{ S(TIME), "2026-01-01T24:00:00Z" },
	{ S(TIME), "2026-01-01T00:60:00Z" },
	{ S(TIME), "2026-01-01T00:00:60Z" },
	{ S(TIME), "2026-01-01T00:00:00z" },
	{ S(TIME), "2026-01-01T00:00:00+00:00" },
	{ S(TIME), "2026-01-01 00:00:00Z" },
	{ S(TIME), "2026-01-01" },
	{ S(DIGEST_NAME), "" },
	{ S(DIGEST_NAME), "sha1:" MAKE_DEVICE },
	{ S(DIGEST_NAME), "SHA256:" MAKE_SHA256 },
	{ S(DIGEST_NAME), MAKE_SHA256 },
	{ S(DIGEST_NAME), SHA256 "00" },
	{ S(DIGEST_NAME), SHA256 " " },
	{ S(DIGEST_NAME), SHA256 "  fw.bin" },
	{ S(DIGEST_NAME), "sha512:" MAKE_SHA256 },
	{ S(DIGEST_NAME), "sha256:g0112233445566778899aabbccddeeff0011223344"
			  "5566778899aabbccddeeff" },
	{ S(RECORD), SHA256 " x" },
	{ S(RECORD), SHA512 },
	{ S(FINGERPRINT), MAKE_DEVICE },
	{ S(FINGERPRINT), "05" MAKE_SHA256 },
	{ S(FINGERPRINT), "04" MAKE_SHA256 },
	{ S(FINGERPRINT), "06" MAKE_DEVICE },
	{ S(FINGERPRINT), "04" },
	{ S(FINGERPRINT), "" },
	{ S(SUBJECT), FPR4 },
	{ S(SUBJECT), "dev:" MAKE_DEVICE },
	{ S(SUBJECT), "dev:" FPR4 " " },
	{ S(SUBJECT), "Dev:" FPR4 },
	{ S(SUBJECT), "code:" MAKE_SHA256 },
	{ S(SUBJECT), "code:" SHA256 " fw.bin" },
	{ S(SUBJECT), "rec:" SHA512 },
	{ S(SUBJECT), "uid:x" },
	{ S(CODE), "dev:" FPR4 },
	{ S(CODE), SHA256 },
	{ S(SUCCESSOR), "dev:" FPR4 },
	{ S(RECORD_KIND), "device" },
	{ S(RECORD_KIND), "device/" },
	{ S(RECORD_KIND), "device/100" },
	{ S(RECORD_KIND), "device/x" },
	{ S(RECORD_KIND), "/1" },
	{ S(ENTITY_KIND), "toaster" },
	{ S(ENTITY_KIND), "" },
	{ S(CODE_KIND), "chip" }, /* a word of another list */
	{ S(CODE_KIND), "" },
	{ S(PROTECTION), "Chip" },
	{ S(DEVICE_STATUS), "withdrawn" },
	{ S(DEVICE_STATUS), "" },
	{ S(CODE_STATUS), "stolen" },
	{ S(CODE_STATUS), "" },
	{ S(ROLE), "king" },
	{ S(ROLE), "" },
	{ S(ROLE), "owner;" },
	{ S(ROLE), "owner;scope=" },
	{ S(ROLE), "owner;scope" },
	{ S(ROLE), "owner;;scope=a" },
	{ S(ROLE), "owner;scope=a;scope=b" },
	{ S(ROLE), "owner;only=a" }, /* might restrict */
	{ S(ROLE), "owner;scope=a b" },
	{ S(ROLE), "owner;scope=a%2" },
	{ S(ROLE), "owner;scope=a%zz" },
	{ S(ROLE), "owner;scope=a%00b" },
	{ S(ROLE), "owner;scope=a*b" },
	{ S(ROLE), "owner;scope=*/b" },
	{ S(ROLE), "owner;scope=a/" },
	{ S(ROLE), "owner;scope=/b" },
	{ S(ROLE), "owner;scope=a/b/c" },
	{ S(ROLE), "owner;until=tomorrow" },
	{ S(ROLE), "owner;until=1970-01-01T00:00:00Z" }, /* 0 is for ever */
	{ S(ROLE), "owner;until=" T28 ";until=" T28 },
	{ S(APPROVAL), "" },
	{ S(APPROVAL), "scheme=x" },
	{ S(APPROVAL), "id=x" },
	{ S(APPROVAL), "scheme=x;id=1;state=maybe" },
	{ S(APPROVAL), "scheme=x;id=1;state=granted;state=revoked" },
	{ S(APPROVAL), "scheme=x;id=1;level=" },
	{ S(APPROVAL), "scheme=x;id=1;" },
	{ S(APPROVAL), "scheme=x;id=1;note=x" },
	{ S(APPROVAL), "scheme=x;scheme=y;id=1" },
	{ S(LABEL), "trusted" },
	{ S(LABEL), "trusted:" },
	{ S(LABEL), ":yes" },
	{ S(LABEL), "1st:yes" },
	{ S(LABEL), "a23456789012345678901234567890123:x" },
	{ S(VULN), "CVE-26-1234" },
	{ S(VULN), "CVE-2026-123" },
	{ S(VULN), "CVE-2026-12345678" },
	{ S(VULN), "CVE-2026-12-4" },
	{ S(VULN), "cve-2026-1234" },
	{ S(VULN), "CVE-2026-1234;" },
	{ S(VULN), "CVE-2026-1234;fixed" },
	{ S(VULN), "CVE-2026-1234;vex=perhaps" },
	{ S(TARGET), "" },
	{ S(TARGET), "Acme/" },
	{ S(TARGET), "Acme//B" },
	{ S(TARGET), "Acme/T/B/x" },
	{ S(TARGET), "*/T" },
	{ S(TARGET), "Acme/T*/B" },
	{ S(TARGET), "Acme/ T" },
	{ S(RANGE), "1.0" },
	{ S(RANGE), "..2" },
	{ S(RANGE), "1.." },
	{ S(RANGE), "1...2" },
	{ S(RANGE), "1..2..3" },
	{ S(URI), "acme.example" },
	{ S(URI), "://x" },
	{ S(URI), "1x:y" },
	{ S(URI), "x:" },
	{ S(URI), "x:a b" },
	{ S(URI), "x:a%2" },
	{ S(URI), "x:\"" },
	{ S(CONTRACT), "urn:x:1 " },
	{ S(CONTRACT), "urn:x:1 " SHA256 " x" },
	{ S(CONTRACT), SHA256 " x" },
	{ S(PURL), "npm/x" },
	{ S(PURL), "pkg:npm" },
	{ S(PURL), "pkg:npm/" },
	{ S(PURL), "pkg:/x" },
	{ S(PURL), "pkg:npm/@1" },
	{ S(GEO), "" },
	{ S(GEO), "geo:48,16" },
	{ S(GEO), "48" },
	{ S(GEO), "48," },
	{ S(GEO), "48.,16" },
	{ S(GEO), "48,16,1,1" },
	{ S(GEO), "+48,16" },
	{ S(GEO), "90.1,16" },
	{ S(GEO), "91,16" },
	{ S(GEO), "48,-181" },
	{ S(GEO), "99999999999999999999,0" },
	{ S(GEO), "48,16;" },
	{ S(GEO), "48,16;u=1;crs=wgs84" },
	{ S(GEO), "48,16;u=-1" },
	{ S(GEO), "48,16;u=1;u=1" },
	{ S(GEO), "48,16;x=" },
	{ S(GEO), "48,16;x=a/b" },
	{ S(VETTING), "" },
	{ S(VETTING), "in person" },
	{ S(VETTING), "x;evidence=" MAKE_SHA256 },
	{ S(VETTING), "x;evidence=" SHA256 " y" },
	{ S(VETTING), "x;y=" SHA256 },
	{ S(WINDOW), T28 },
	{ S(WINDOW), T28 "/" T28 },
	{ S(WINDOW), T28 "/2027-01-01T00:00:00Z" },
	{ S(STEP), "installed" },
	{ S(STEP), "chip code:" SHA256 },
	{ S(STEP), "installed " SHA256 },
};

START_TEST(what_is_taken)
{
	bool seen[NOTATIONS_SYNTAX_COUNT] = { false };

	for (size_t i = 0; i < COUNT(good); i++) {
		struct bytes v = bytes_of_str(good[i].value);

		ck_assert_msg(notations_value_check(good[i].syntax, v, true) ==
				  ICS_OK,
		    "refused: %s", good[i].value);
		ck_assert_msg(notations_value_check(good[i].syntax, v, false) ==
				  ICS_EFORMAT,
		    "taken as binary: %s", good[i].value);
		seen[good[i].syntax] = true;
	}
	seen[S(HASH)] = true; /* below */
	for (size_t i = 0; i < COUNT(seen); i++)
		ck_assert_msg(seen[i], "no row for: %s",
		    notations_syntax_words((enum notations_syntax)i));
}
END_TEST

START_TEST(what_is_refused)
{
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(notations_value_check(bad[i].syntax,
				  bytes_of_str(bad[i].value),
				  true) == ICS_EFORMAT,
		    "taken: %s", bad[i].value);
}
END_TEST

/* A NUL, which no row can have, and no prefix of a good value that reads past
 * its end: each is copied into a block of its size. */
START_TEST(ends_of_values)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		size_t n = strlen(good[i].value);

		for (size_t cut = 0; cut <= n; cut++) {
			uint8_t *exact = alloc_new(cut + 1);
			enum ics_err err;

			memcpy(exact, good[i].value, cut);
			exact[cut] = '\0';
			ck_assert_int_eq(notations_value_check(good[i].syntax,
					     bytes_of(exact, cut + 1), true),
			    ICS_EFORMAT);
			exact = alloc_resize(exact, cut + (cut == 0), 1);
			err = notations_value_check(good[i].syntax,
			    bytes_of(exact, cut), true);
			ck_assert(cut < n || err == ICS_OK);
			free(exact);
		}
	}
}
END_TEST

START_TEST(lengths)
{
	char v[NOTATIONS_VALUE_MAX + 2];

	memset(v, 'x', sizeof(v));
	ck_assert_int_eq(notations_value_check(S(TEXT),
			     bytes_of(v, NOTATIONS_TEXT_MAX), true),
	    ICS_OK);
	ck_assert_int_eq(notations_value_check(S(TEXT),
			     bytes_of(v, NOTATIONS_TEXT_MAX + 1), true),
	    ICS_EFORMAT);
	/* characters count, not octets */
	for (size_t i = 0; i < 2 * NOTATIONS_TEXT_MAX; i += 2)
		memcpy(&v[i], "\xc3\xb6", 2);
	ck_assert_int_eq(notations_value_check(S(TEXT),
			     bytes_of(v, 2 * NOTATIONS_TEXT_MAX), true),
	    ICS_OK);
	memset(v, 'x', sizeof(v));
	memcpy(v, "x:", 2);
	ck_assert_int_eq(notations_value_check(S(URI),
			     bytes_of(v, NOTATIONS_VALUE_MAX), true),
	    ICS_OK);
	ck_assert_int_eq(notations_value_check(S(URI),
			     bytes_of(v, NOTATIONS_VALUE_MAX + 1), true),
	    ICS_ETOOBIG);
	/* a parameter of 128 characters and one more */
	memset(v, 'x', sizeof(v));
	memcpy(v, "owner;scope=", 12);
	ck_assert_int_eq(notations_value_check(S(ROLE),
			     bytes_of(v, 12 + NOTATIONS_PARAM_MAX), true),
	    ICS_OK);
	ck_assert_int_eq(notations_value_check(S(ROLE),
			     bytes_of(v, 13 + NOTATIONS_PARAM_MAX), true),
	    ICS_EFORMAT);
}
END_TEST

/* A value of each name, written, put into a signature, and read again. */
START_TEST(written_and_read)
{
	static const char hash_hex[] = "0666772e62696e08" MAKE_SHA256;
	uint8_t hash[sizeof(hash_hex) / 2];

	ck_assert_int_eq(hex_read(bytes_of_str(hash_hex), hash, sizeof(hash)),
	    ICS_OK);
	for (int i = 0; i < NOTATIONS_NAME_COUNT; i++) {
		enum notations_name name = (enum notations_name)i;
		struct bytes value = bytes_of(hash, sizeof(hash));
		struct pgp_sig sig = { 0 };
		struct notations_set set;
		struct report rep = { 0 };
		struct buf b;

		for (size_t k = 0; k < COUNT(good); k++)
			if (good[k].syntax == notations_row(name)->syntax)
				value = bytes_of_str(good[k].value);
		buf_init(&b, 2000);
		notations_write(name, value, &b);
		sig.hashed = buf_bytes(&b);
		ck_assert_int_eq(notations_set_read(&sig, &rep, &set), ICS_OK);
		ck_assert_uint_eq(set.n, 1);
		ck_assert_int_eq(set.at[0].name, name);
		ck_assert(bytes_equal(set.at[0].value, value));
		ck_assert(bytes_equal(set.at[0].text,
		    bytes_of_str(notations_name_text(name))));
		notations_set_release(&set);
		buf_release(&b);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_taken);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, ends_of_values);
	tcase_add_test(t, lengths);
	tcase_add_test(t, written_and_read);
}

int
main(void)
{
	return fixture_run("notations_syntax", add);
}
