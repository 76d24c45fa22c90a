/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server further up: where it is, and when what was asked for. */
#include "base/alloc.h"
#include "fixture.h"
#include "sync/up.h"

#define MANY (4 * SYNC_ASKED_SETS * SYNC_ASKED_WAYS)

static const struct {
	const char *text, *url; /* NULL: refused */
} urls[] = {
	{ "https://keys.example.org", "https://keys.example.org" },
	{ "http://192.0.2.7:80/", "http://192.0.2.7:80" },
	{ "hkps://keys.example.org", "https://keys.example.org" },
	{ "hkps://keys.example.org:8443", "https://keys.example.org:8443" },
	{ "hkp://keys.example.org", "http://keys.example.org:11371" },
	{ "hkp://keys.example.org/", "http://keys.example.org:11371" },
	{ "hkp://keys.example.org:1", "http://keys.example.org:1" },
	{ "hkp://[2001:db8::1]", "http://[2001:db8::1]:11371" },
	{ "hkp://[2001:db8::1]:2", "http://[2001:db8::1]:2" },
	{ "", NULL },
	{ "keys.example.org", NULL },
	{ "ftp://keys.example.org", NULL },
	{ "hkp://", NULL },
	{ "hkp://:1", NULL },
	{ "hkp://[", NULL },
	{ "hkp://[::1", NULL },
	{ "https://keys.example.org/pks", NULL },
	{ "https://me@keys.example.org", NULL },
	{ "https://keys.example.org:0", NULL },
	{ "https://keys.example.org:70000", NULL },
};

START_TEST(test_url)
{
	char url[SYNC_URL_MAX] = "";
	bool is_read = sync_upstream_read(urls[_i].text, url);

	ck_assert_msg(is_read == (urls[_i].url != NULL), "%s", urls[_i].text);
	if (is_read)
		ck_assert_str_eq(url, urls[_i].url);
}
END_TEST

START_TEST(test_url_long)
{
	char text[2 * SYNC_URL_MAX], url[SYNC_URL_MAX];
	const char *scheme = "hkp://";

	for (size_t n = SYNC_URL_MAX - 16; n < SYNC_URL_MAX + 16; n++) {
		memset(text, 'a', n);
		memcpy(text, scheme, strlen(scheme));
		text[n] = '\0';
		/* "http" is one longer, and ":11371" and a NUL come behind. */
		ck_assert(sync_upstream_read(text, url) ==
			  (n + 1 + 6 + 1 <= SYNC_URL_MAX));
	}
}
END_TEST

static struct bytes
key_of(uint64_t number, uint8_t octets[SYNC_ASKED_KEY], size_t n)
{
	memset(octets, 0, SYNC_ASKED_KEY);
	memcpy(octets, &number, sizeof(number));
	return bytes_of(octets, n);
}

START_TEST(test_asked)
{
	struct sync_asked *a = sync_asked_new(7);
	uint8_t one[SYNC_ASKED_KEY], two[SYNC_ASKED_KEY];

	ck_assert_uint_eq(sync_asked_get(a, key_of(1, one, 20)), 0);
	sync_asked_set(a, key_of(1, one, 20), 5);
	sync_asked_set(a, key_of(2, two, 32), 6);
	ck_assert_uint_eq(sync_asked_get(a, key_of(1, one, 20)), 5);
	ck_assert_uint_eq(sync_asked_get(a, key_of(2, two, 32)), 6);
	/* Another length is another search. */
	ck_assert_uint_eq(sync_asked_get(a, key_of(1, one, 8)), 0);
	sync_asked_set(a, key_of(1, one, 20), 9);
	ck_assert_uint_eq(sync_asked_get(a, key_of(1, one, 20)), 9);
	sync_asked_free(a);
	sync_asked_free(NULL);
}
END_TEST

/* It forgets the oldest, and is full almost to the last place. */
START_TEST(test_asked_many)
{
	struct sync_asked *a = sync_asked_new(7);
	uint8_t key[SYNC_ASKED_KEY];
	size_t kept = 0;

	for (uint64_t i = 1; i <= MANY; i++) {
		sync_asked_set(a, key_of(i, key, 20), i);
		ck_assert_uint_eq(sync_asked_get(a, key_of(i, key, 20)), i);
	}
	for (uint64_t i = 1; i <= MANY; i++)
		kept += sync_asked_get(a, key_of(i, key, 20)) == i;
	ck_assert_uint_le(kept, MANY / 4);
	ck_assert_uint_gt(kept, MANY / 5);
	/* The last of a set is there: a sixteenth of a round hits none
	 * four times and more. */
	for (uint64_t i = MANY - 100; i <= MANY; i++)
		ck_assert_uint_eq(sync_asked_get(a, key_of(i, key, 20)), i);
	sync_asked_free(a);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, test_url, 0,
	    (int)(sizeof(urls) / sizeof(urls[0])));
	tcase_add_test(t, test_url_long);
	tcase_add_test(t, test_asked);
	tcase_add_test(t, test_asked_many);
}

int
main(void)
{
	return fixture_run("sync_up", add);
}
