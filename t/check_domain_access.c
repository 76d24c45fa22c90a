/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may see what: requesters against read blocks, and items against what
 * that gives, over a store whose memberships are set by hand.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/hex.h"
#include "descriptor_make.h"
#include "said_make.h"

#define PINS	    "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PINS_BASE64 "/xEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="
#define NOW	    5000
#define SOMEWHERE   "127.0.0.1"

static struct scene sc;
static struct domain_set *set;
static uint8_t pin[DOMAIN_PIN];

/* The hash of "secret". */
#define TOKEN "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

static const char *const reads[] = {
	"public = yes",
	"public = no",
	"networks = {\"10.7.0.0/16\", \"2001:db8::/33\", \"192.0.2.1\"}",
	"tokens = {\"" TOKEN "\"}",
	"clients = {\"" PINS "\"}",
	"peers = {\"acme\", \"bob\"}",
	"peers = {\"own\"} }\nsync \"own\" { url = \"hkps://x\" pin = "
	"\"sha256//" PINS_BASE64 "\"",
	"peers = {\"own\"}",
};

/* Numbers as the store gives them. */
enum {
	OPEN,
	SHUT,
	NETS,
	TOKENS,
	CLIENTS,
	PEERS,
	OWN_PEER, /* has a block of that name */
	NO_PEER,  /* has none */
	DOMAINS
};

static void
domain_put(unsigned i)
{
	char name[8], read[200];

	(void)snprintf(name, sizeof(name), "d%u", i);
	(void)snprintf(read, sizeof(read), "read { %s }", reads[i]); /* fits */
	(void)descriptor_blocks(sc.store, name, read, NOW);
}

static void
begin(void)
{
	struct policy_rights none = { 0 };

	scene_begin(&sc);
	for (unsigned i = 0; i < DOMAINS; i++)
		domain_put(i);
	OK(store_reader_begin(sc.reader));
	OK(domain_set_read(sc.reader, &none, &set));
	OK(hex_read(bytes_of_str(PINS), pin, sizeof(pin)));
}

static void
end(void)
{
	domain_set_drop(set);
	scene_end(&sc);
}

static struct net_addr
from(const char *text)
{
	struct net_addr addr;

	OK(net_addr_read(text, 1, &addr));
	return addr;
}

/* ---- who asks -------------------------------------------------------------- */

#define BIT(domain) (1u << (domain))

static const struct {
	const char *addr, *token, *peer;
	bool has_pin, is_operator;
	unsigned reads; /* beside OPEN, which everybody does */
} requesters[] = {
	{ SOMEWHERE, NULL, NULL, false, false, 0 },
	{ NULL, NULL, NULL, false, false, 0 },
	{ "10.7.255.1", NULL, NULL, false, false, BIT(NETS) },
	{ "10.8.0.0", NULL, NULL, false, false, 0 },
	{ "192.0.2.1", NULL, NULL, false, false, BIT(NETS) },
	{ "192.0.2.2", NULL, NULL, false, false, 0 },
	{ "2001:db8:7fff::1", NULL, NULL, false, false, BIT(NETS) },
	{ "2001:db8:8000::1", NULL, NULL, false, false, 0 },
	{ "::ffff:10.7.0.1", NULL, NULL, false, false, BIT(NETS) },
	{ SOMEWHERE, "secret", NULL, false, false, BIT(TOKENS) },
	{ SOMEWHERE, "secre", NULL, false, false, 0 },
	{ SOMEWHERE, "secrets", NULL, false, false, 0 },
	{ SOMEWHERE, TOKEN, NULL, false, false, 0 },
	{ SOMEWHERE, "", NULL, false, false, 0 },
	{ SOMEWHERE, NULL, NULL, true, false, BIT(CLIENTS) | BIT(OWN_PEER) },
	{ SOMEWHERE, NULL, "acme", false, false, BIT(PEERS) },
	{ SOMEWHERE, NULL, "acm", false, false, 0 },
	{ SOMEWHERE, NULL, "Bob", false, false, 0 },
	{ "10.7.0.1", "secret", "bob", true, false,
	    BIT(NETS) | BIT(TOKENS) | BIT(CLIENTS) | BIT(PEERS) |
		BIT(OWN_PEER) },
	{ NULL, NULL, NULL, false, true, ~0u },
	{ SOMEWHERE, NULL, "own", false, false, BIT(OWN_PEER) | BIT(NO_PEER) },
	{ SOMEWHERE, NULL, "own@d6", false, false, 0 },
};

static void
sight_of(size_t i, bool is_public, struct domain_sight *sight)
{
	struct domain_requester who = { .peer = requesters[i].peer,
		.is_operator = requesters[i].is_operator };

	if (requesters[i].addr != NULL)
		who.addr = from(requesters[i].addr);
	if (requesters[i].token != NULL)
		who.token = bytes_of_str(requesters[i].token);
	if (requesters[i].has_pin)
		who.pin = pin;
	domain_access_read(set, &who, is_public, sight);
}

START_TEST(requester)
{
	struct domain_sight sight, closed;

	sight_of((size_t)_i, true, &sight);
	sight_of((size_t)_i, false, &closed);
	for (unsigned i = 0; i < DOMAINS; i++) {
		bool may = i == OPEN || (requesters[_i].reads & BIT(i)) != 0;

		ck_assert_msg(domain_sight_reads(&sight, i) == may,
		    "requester %d, domain %u", _i, i);
		ck_assert_int_eq(domain_sight_reads(&closed, i), may);
	}
	ck_assert(!domain_sight_reads(&sight, POLICY_NOBODY));
	ck_assert(sight.none);
	ck_assert_int_eq(closed.none, requesters[_i].is_operator);
	ck_assert_int_eq(sight.all, requesters[_i].is_operator);
	ck_assert_int_eq(closed.all, requesters[_i].is_operator);
}
END_TEST

START_TEST(narrow)
{
	struct domain_sight sight;

	sight_of(9, true, &sight); /* who has the token */
	domain_sight_narrow(&sight, TOKENS);
	ck_assert(domain_sight_reads(&sight, TOKENS));
	ck_assert(!domain_sight_reads(&sight, OPEN));
	ck_assert(!sight.none && !sight.all);
	domain_sight_narrow(&sight, OPEN);
	ck_assert(!domain_sight_reads(&sight, OPEN));
	sight_of(0, true, &sight);
	domain_sight_narrow(&sight, POLICY_NOBODY);
	ck_assert(!domain_sight_reads(&sight, OPEN) && !sight.none);
	/* Not even the operator sees what is in another domain. */
	sight_of(19, true, &sight);
	domain_sight_narrow(&sight, SHUT);
	ck_assert(!sight.all && domain_sight_reads(&sight, SHUT));
}
END_TEST

START_TEST(without_domains)
{
	struct policy_rights none = { 0 };
	struct domain_set *empty = domain_set_none(&none);
	struct domain_requester who = { .addr = from(SOMEWHERE) };
	struct domain_sight sight;

	domain_access_read(empty, &who, true, &sight);
	ck_assert(sight.all && sight.none);
	domain_access_read(empty, &who, false, &sight);
	ck_assert(!sight.all && !sight.none);
	ck_assert(!domain_access_wants_clients(empty));
	ck_assert(domain_access_wants_clients(set));
	domain_set_drop(empty);
}
END_TEST

/* ---- what he sees ---------------------------------------------------------- */

static void
put(const struct device *d)
{
	(void)device_put(&sc, d, NOW); /* inserted */
}

static void
belong(const struct notations_subject *subject, unsigned domains)
{
	struct store_bits bits = { { domains } };

	OK(store_begin(sc.store));
	OK(store_membership_set(sc.store, subject, &bits));
	OK(store_commit(sc.store));
	OK(store_reader_begin(sc.reader));
}

static bool
sees(const struct domain_sight *sight, const struct notations_subject *what)
{
	bool is = true;

	OK(domain_sight_sees(sight, sc.reader, what, &is));
	return is;
}

static bool
sees_device(const struct domain_sight *sight, uint32_t number)
{
	struct notations_subject subject = said_subject(number);

	return sees(sight, &subject);
}

static void
member(uint32_t number, unsigned domains)
{
	struct notations_subject subject = said_subject(number);

	put(&(struct device){ .number = number, .subkey = number + 100 });
	belong(&subject, domains);
}

START_TEST(items)
{
	struct domain_sight all, stranger, token, closed;

	member(1, 0);
	member(2, BIT(SHUT));
	member(3, BIT(TOKENS));
	member(4, BIT(SHUT) | BIT(TOKENS));
	member(5, BIT(OPEN));
	sight_of(19, true, &all);
	sight_of(0, true, &stranger);
	sight_of(9, true, &token);
	sight_of(9, false, &closed);
	for (uint32_t n = 1; n <= 5; n++) {
		ck_assert(sees_device(&all, n));
		ck_assert_int_eq(sees_device(&stranger, n), n == 1 || n == 5);
		ck_assert_int_eq(sees_device(&token, n), n != 2);
		ck_assert_int_eq(sees_device(&closed, n), n > 2);
		/* A subkey is what its certificate is. */
		ck_assert_int_eq(sees_device(&stranger, n + 100),
		    n == 1 || n == 5);
	}
	/* What is not here is not seen, but by who sees everything. */
	ck_assert(!sees_device(&stranger, 6));
	ck_assert(!sees_device(&token, 6));
	ck_assert(sees_device(&all, 6));
}
END_TEST

/* A certificate that has a foreign key for its subkey hides nobody else. */
START_TEST(foreign_subkey)
{
	struct notations_subject thief = said_subject(8);
	struct domain_sight stranger;

	member(7, 0);
	put(&(struct device){ .number = 8, .subkey = 7 });
	belong(&thief, BIT(SHUT));
	sight_of(0, true, &stranger);
	ck_assert(sees_device(&stranger, 7));
	ck_assert(!sees_device(&stranger, 8));
}
END_TEST

static void
record_put(const struct said *said, uint8_t digest[32])
{
	struct store_record_entry *e = said_record(said, NULL);
	enum store_taken taken;

	memcpy(digest, store_record_entry_digest(e), 32);
	OK(store_begin(sc.store));
	OK(store_record_put(sc.store, e, NOW, &taken));
	OK(store_commit(sc.store));
	store_record_entry_free(e);
	OK(store_reader_begin(sc.reader));
}

static struct notations_subject
record_subject(const uint8_t digest[32])
{
	struct notations_subject s = {
		.kind = NOTATIONS_SUBJECT_RECORD, .tag = 8, .n = 32
	};

	memcpy(s.b, digest, 32);
	return s;
}

/* What is said of a statement goes with what that one is about. */
START_TEST(statements)
{
	char code[] = "code:sha256:0707070707070707070707070707070707070707070"
		      "707070707070707070707";
	char about[NOTATIONS_SUBJECT_TEXT_MAX];
	struct said first = { .by = 1,
		.pairs = { { NOTATIONS_NAME_REC, "note/1" },
		    { NOTATIONS_NAME_SUBJECT, code },
		    { NOTATIONS_NAME_REASON, "x" } } };
	struct said second = { .by = 1,
		.pairs = { { NOTATIONS_NAME_REC, "approval/1" },
		    { NOTATIONS_NAME_SUBJECT, about },
		    { NOTATIONS_NAME_APPROVAL, "scheme=matter;id=X1" } } };
	struct notations_subject of_code, one, two;
	struct domain_sight stranger, token;
	uint8_t digest[32];

	ck_assert(notations_subject_read(bytes_of_str(code), &of_code));
	sight_of(0, true, &stranger);
	sight_of(9, true, &token);
	ck_assert(!sees(&stranger, &of_code));
	record_put(&first, digest);
	one = record_subject(digest);
	notations_subject_text(&one, about);
	record_put(&second, digest);
	two = record_subject(digest);
	ck_assert(sees(&stranger, &of_code));
	ck_assert(sees(&stranger, &one) && sees(&stranger, &two));
	belong(&of_code, BIT(TOKENS));
	ck_assert(!sees(&stranger, &of_code));
	ck_assert(!sees(&stranger, &one) && !sees(&stranger, &two));
	ck_assert(sees(&token, &one) && sees(&token, &two));
	/* One about what is not here says nothing of whose it was. */
	digest[0] ^= 1;
	two = record_subject(digest);
	belong(&of_code, 0);
	ck_assert(!sees(&stranger, &two));
}
END_TEST

static int64_t
count(const struct domain_sight *sight)
{
	int64_t certs;

	OK(domain_sight_count(sight, sc.reader, UINT64_MAX, &certs));
	return certs;
}

START_TEST(counts)
{
	struct notations_subject gone = said_subject(9);
	struct domain_sight all, stranger, token, closed;
	int64_t certs;

	sight_of(19, true, &all);
	sight_of(0, true, &stranger);
	sight_of(9, true, &token);
	sight_of(9, false, &closed);
	member(1, 0);
	member(2, BIT(SHUT));
	member(3, BIT(SHUT) | BIT(NETS));
	member(4, BIT(SHUT) | BIT(TOKENS));
	member(5, BIT(TOKENS) | BIT(OPEN));
	belong(&gone, BIT(SHUT)); /* spoken about, and no certificate */
	ck_assert_int_eq(count(&all), 5);
	ck_assert_int_eq(count(&stranger), 2);
	ck_assert_int_eq(count(&token), 3);
	ck_assert_int_eq(count(&closed), 2);
	IS(ICS_EBUSY, domain_sight_count(&stranger, sc.reader, 0, &certs));
}
END_TEST

START_TEST(tokens)
{
	uint8_t octets[DOMAIN_TOKEN], hash[32], known[32];
	char text[DOMAIN_TOKEN_TEXT];

	memset(octets, 0xfb, sizeof(octets));
	domain_token_write(octets, text);
	ck_assert_str_eq(text, "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
	domain_token_hash(bytes_of_str("secret"), hash);
	OK(hex_read(bytes_of_str(TOKEN), known, sizeof(known)));
	ck_assert_mem_eq(hash, known, sizeof(hash));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, requester, 0,
	    (int)(sizeof(requesters) / sizeof(requesters[0])));
	tcase_add_test(t, narrow);
	tcase_add_test(t, without_domains);
	tcase_add_test(t, items);
	tcase_add_test(t, foreign_subkey);
	tcase_add_test(t, statements);
	tcase_add_test(t, counts);
	tcase_add_test(t, tokens);
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("domain_access", add);
}
