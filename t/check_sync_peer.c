/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers as texts: what is read, what is written, and what is refused why. */
#include "fixture.h"
#include "sync/sync.h"

#define KEY "key=sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* Read and written back; written NULL: the same. */
static const struct {
	const char *text, *written;
} good[] = {
	{ "a kind=sks recon=192.0.2.7", "a kind=sks recon=192.0.2.7:11370" },
	{ "a kind=sks recon=192.0.2.7:1", NULL },
	{ "A.b-c_9 kind=hockeypuck recon=[2001:db8::1]:11370", NULL },
	{ "a recon=192.0.2.7:1 kind=sks http=192.0.2.7:11371",
	    "a kind=sks recon=192.0.2.7:1 url=http://192.0.2.7:11371" },
	{ "a kind=sks recon=192.0.2.7:1 filters=", NULL },
	{ "a kind=sks recon=192.0.2.7:1 filters=x,y", NULL },
	{ "a kind=sks recon=192.0.2.7:1 version=1.1.5", NULL },
	{ "a kind=sks recon=192.0.2.7:1 version=1.1.6",
	    "a kind=sks recon=192.0.2.7:1" },
	{ "\ta  kind=hkp\n\turl=https://keys.example.net/ \n",
	    "a kind=hkp url=https://keys.example.net" },
	{ "a kind=hkp url=http://[::1]:80 push=no", NULL },
	{ "a kind=ics url=https://x " KEY, NULL },
	{ "a kind=ics url=https://x:1 " KEY " select='manu=Acme model=T1'",
	    NULL },
	{ "a kind=ics url=https://x:1 " KEY " select=\"manu=Acme\"",
	    "a kind=ics url=https://x:1 " KEY " select=manu=Acme" },
	{ "a kind=hkp url=http://x every=0",
	    "a kind=hkp url=http://x every=0s" },
	{ "a kind=hkp url=http://x every=90",
	    "a kind=hkp url=http://x every=90s" },
	{ "a kind=hkp url=http://x every=1m", "a kind=hkp url=http://x" },
	{ "a kind=hkp url=http://x every=7d weight=1000 push=yes pull=no",
	    "a kind=hkp url=http://x every=604800s weight=1000 pull=no" },
};

static const struct {
	const char *text, *why; /* a part of what is said */
} bad[] = {
	{ "", "name" },
	{ "a", "kind=" },
	{ "a:b kind=sks recon=192.0.2.7", "name" },
	{ "kind=sks recon=192.0.2.7", "name" },
	{ "a recon=192.0.2.7", "kind=" },
	{ "a kind=other recon=192.0.2.7", "sks, hockeypuck" },
	{ "a kind=sks", "recon=" },
	{ "a kind=sks recon=name.example", "number" },
	{ "a kind=sks recon=192.0.2.7:70000", "number" },
	{ "a kind=sks kind=sks recon=192.0.2.7", "twice" },
	{ "a kind=sks recon=192.0.2.7 http=x:1 url=http://y", "no http" },
	{ "a kind=sks recon=192.0.2.7 url=http://y http=x:1", "no url" },
	{ "a kind=sks recon=192.0.2.7 filters='a b'", "blanks" },
	{ "a kind=sks recon=192.0.2.7 what=x", "words are" },
	{ "a kind=sks recon=192.0.2.7 what", "kind=sks" },
	{ "a kind=sks recon=192.0.2.7 version=", "version" },
	{ "a kind=hkp url=http://x recon=192.0.2.7", "recon= is for" },
	{ "a kind=hkp", "url=" },
	{ "a kind=hkp url=ftp://x", "url" },
	{ "a kind=hkp url=http://", "url" },
	{ "a kind=hkp url=http://u@x", "url" },
	{ "a kind=hkp url=http://x/y", "url" },
	{ "a kind=hkp url=http://x:0", "url" },
	{ "a kind=hkp url=http://x:99999", "url" },
	{ "a kind=hkp url=http://[::1", "url" },
	{ "a kind=hkp url=http://x " KEY, "https" },
	{ "a kind=ics url=https://x", "key=" },
	{ "a kind=ics url=http://x " KEY, "https" },
	{ "a kind=ics url=https://x key=sha256//AAAA", "44" },
	{ "a kind=ics url=https://x key=AAAA", "44" },
	{ "a kind=hkp url=http://x every=-1", "every" },
	{ "a kind=hkp url=http://x every=8d", "every" },
	{ "a kind=hkp url=http://x every=1w", "every" },
	{ "a kind=hkp url=http://x every=99999999999999999999", "every" },
	{ "a kind=hkp url=http://x weight=0", "weight" },
	{ "a kind=hkp url=http://x weight=1001", "weight" },
	{ "a kind=hkp url=http://x push=maybe", "push" },
	{ "a kind=hkp url=http://x 'push=no", "quote" },
	{ "a kind=hkp url=http://x select='\x01'", "no text" },
};

static void
read_good(const char *text, struct sync_peer_conf *p)
{
	const char *why;

	if (!sync_peer_read(text, p, &why))
		ck_abort_msg("%s: %s", text, why);
}

START_TEST(what_is_read_is_written)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *written =
		    good[i].written == NULL ? good[i].text : good[i].written;
		char text[2][SYNC_TEXT_MAX];
		struct sync_peer_conf p;

		read_good(good[i].text, &p);
		sync_peer_write(&p, text[0]);
		ck_assert_str_eq(text[0], written);
		read_good(text[0], &p);
		sync_peer_write(&p, text[1]);
		ck_assert_str_eq(text[1], text[0]);
	}
}
END_TEST

START_TEST(what_will_not_do_is_told)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sync_peer_conf p;
		const char *why = NULL;

		if (sync_peer_read(bad[i].text, &p, &why) || why == NULL ||
		    strstr(why, bad[i].why) == NULL)
			ck_abort_msg("%s: %s", bad[i].text,
			    why == NULL ? "taken" : why);
	}
}
END_TEST

START_TEST(defaults_are_those_of_the_page)
{
	struct sync_peer_conf p;

	read_good("a kind=sks recon=192.0.2.7", &p);
	ck_assert_uint_eq(net_addr_port(&p.recon), 11370);
	ck_assert_uint_eq(p.every, 60);
	ck_assert_uint_eq(p.weight, 1);
	ck_assert_str_eq(p.version, "1.1.6");
	ck_assert(p.push && p.pull && !p.has_pin && !p.has_filters);
	read_good("a kind=ics url=https://x " KEY, &p);
	ck_assert(p.has_pin);
	for (size_t i = 0; i < SYNC_PIN; i++)
		ck_assert_uint_eq(p.pin[i], i);
}
END_TEST

START_TEST(long_texts_are_refused)
{
	static const char head[] = "a kind=hkp url=http://x select=";
	char text[2 * SYNC_TEXT_MAX] = "";
	struct sync_peer_conf p;
	const char *why;
	size_t taken = 0;

	for (size_t n = 0; n < SYNC_TEXT_MAX + 10; n++) {
		memcpy(text, head, sizeof(head) - 1);
		memset(text + sizeof(head) - 1, 'x', n);
		text[sizeof(head) - 1 + n] = '\0';
		taken += sync_peer_read(text, &p, &why);
	}
	ck_assert_uint_eq(taken, SYNC_SELECT_MAX);
}
END_TEST

/* Whatever a text is, it is read or told, and what is read comes back. */
START_TEST(any_text_is_borne)
{
	for (int round = 0; round < 20000; round++) {
		const char *from =
		    good[fixture_below(sizeof(good) / sizeof(good[0]))].text;
		char text[512], again[2][SYNC_TEXT_MAX];
		struct sync_peer_conf p;
		size_t n = strlen(from);
		const char *why;

		memcpy(text, from, n + 1);
		for (size_t k = 1 + fixture_below(3); k > 0; k--)
			text[fixture_below(n)] = (char)(1 + fixture_below(255));
		text[fixture_below(n) + 1] = '\0';
		if (!sync_peer_read(text, &p, &why))
			continue;
		sync_peer_write(&p, again[0]);
		read_good(again[0], &p);
		sync_peer_write(&p, again[1]);
		ck_assert_str_eq(again[0], again[1]);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_read_is_written);
	tcase_add_test(t, what_will_not_do_is_told);
	tcase_add_test(t, defaults_are_those_of_the_page);
	tcase_add_test(t, long_texts_are_refused);
	tcase_add_test(t, any_text_is_borne);
}

int
main(void)
{
	return fixture_run("sync_peer", add);
}
