/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks over TLS: a client is known by its key, or is nobody. */
#include <sys/socket.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/net.h"
#include "fixture.h"
#include "hkp/hkp.h"
#include "hkp/request.h"
#include "hkp/server.h"
#include "pgp/pgp.h"

#define TEXT_MAX 4096

/* ---- keys and certificates ------------------------------------------------------ */

struct identity {
	char cert[TEXT_MAX], key[TEXT_MAX];
	uint8_t pin[HKP_PIN];
};

static void
take(gnutls_datum_t *from, char to[TEXT_MAX])
{
	ck_assert_uint_lt(from->size, TEXT_MAX);
	memcpy(to, from->data, from->size);
	to[from->size] = '\0';
	gnutls_free(from->data);
}

static void
certificate_fill(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, unsigned n)
{
	uint8_t serial = (uint8_t)n;

	/* Long ago, and over: nobody looks at more than the key. */
	ck_assert_int_eq(gnutls_x509_crt_set_version(crt, 3), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_serial(crt, &serial, 1), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_activation_time(crt, 1), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_expiration_time(crt, 2), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_dn(crt, "CN=test", NULL), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_key(crt, key), 0);
	ck_assert_int_eq(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA512,
			     0),
	    0);
}

static void
identity_make(struct identity *id, gnutls_pk_algorithm_t algo, unsigned bits)
{
	static unsigned n;
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	gnutls_datum_t out;
	size_t size = HKP_PIN;

	ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_eq(gnutls_x509_privkey_generate(key, algo, bits, 0), 0);
	ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
	certificate_fill(crt, key, ++n);
	ck_assert_int_eq(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
			     &out),
	    0);
	take(&out, id->cert);
	ck_assert_int_eq(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM,
			     &out),
	    0);
	take(&out, id->key);
	ck_assert_int_eq(gnutls_x509_crt_get_key_id(crt,
			     GNUTLS_KEYID_USE_SHA256, id->pin, &size),
	    0);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

/* ---- a server with one route ------------------------------------------------------ */

static void
who(struct hkp_request *rq, struct hkp_reply *rp)
{
	const struct hkp_peer *peer = hkp_request_peer(rq);

	hkp_reply_text(rp, peer == NULL ? 403 : 200, "%s",
	    peer == NULL ? "nobody" : peer->name);
}

static const struct hkp_route routes[] = {
	{ HKP_GET, "/who", who, 1u << HKP_FACE_PUBLIC, "who asks" },
};
static const struct hkp_route_table table = { routes, 1 };

static struct identity us, alice, bob, mallory;

/* What the test lets the server know. */
struct known {
	_Atomic(const struct identity *) alice, bob; /* NULL: not a peer */
};
static struct known known;

static bool
peer_find(void *arg, const uint8_t *pin, struct hkp_peer *who)
{
	struct known *k = arg;
	const struct identity *ids[2] = { atomic_load(&k->alice),
		atomic_load(&k->bob) };
	static const char *const names[2] = { "alice", "bob" };

	if (pin == NULL)
		return ids[0] != NULL || ids[1] != NULL;
	for (size_t i = 0; i < 2; i++) {
		if (ids[i] == NULL || memcmp(ids[i]->pin, pin, HKP_PIN) != 0)
			continue;
		(void)snprintf(who->name, HKP_PEER_MAX, "%s",
		    names[i]); /* fits */
		return true;
	}
	return false;
}

static char dir[] = "/tmp/check_hkp_peer.XXXXXX";
static char file[64]; /* what a client shows */
static struct store *store;
static struct intake *in;
static struct hkp *front;
static int listener;
static char url[NET_TEXT_MAX + 16];
static struct hkp_config config;

static void
listen_somewhere(void)
{
	struct net_addr addr;
	char text[NET_TEXT_MAX];

	ck_assert_int_eq(net_addr_read("127.0.0.1:0", 0, &addr), ICS_OK);
	ck_assert_int_eq(net_listen(&addr, &listener), ICS_OK);
	ck_assert_int_eq(net_addr_of(listener, &addr), ICS_OK);
	net_addr_write(&addr, text);
	(void)snprintf(url, sizeof(url), "https://%s/who", text); /* fits */
}

static void
start(void)
{
	struct intake_config intake = { .dir = dir, .checkers = 1 };
	struct hkp_listener l = { .face = HKP_FACE_PUBLIC, .tls = true };
	struct hkp_start how = {
		.dir = dir,
		.listeners = &l,
		.listeners_n = 1,
		.threads = 1,
		.more = &table,
		.peer_find = peer_find,
		.peer_arg = &known,
	};

	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/client.pem", dir); /* fits */
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	identity_make(&us, GNUTLS_PK_ECDSA, 256);
	identity_make(&alice, GNUTLS_PK_ECDSA, 256);
	identity_make(&bob, GNUTLS_PK_RSA, 2048);
	identity_make(&mallory, GNUTLS_PK_ECDSA, 384);
	ck_assert_int_eq(store_open(dir, STORE_CREATE, &store), ICS_OK);
	intake.store = how.store = store;
	ck_assert_int_eq(intake_new(&intake, &in), ICS_OK);
	listen_somewhere();
	l.fd = listener;
	how.in = in;
	config.tls_cert = us.cert;
	config.tls_key = us.key;
	ck_assert_int_eq(hkp_new(&how, &config, &front), ICS_OK);
	hkp_ready_set(front, true);
}

static void
stop(void)
{
	static const char *const left[] = { "store.db", "store.lock",
		"client.pem" };
	char path[sizeof(dir) + 16];

	hkp_free(front);
	intake_free(in);
	store_close(store);
	close(listener);
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, left[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir); /* what is left there harms nobody */
}

/* ---- a client ---------------------------------------------------------------------- */

struct answer {
	long status;
	char text[64];
	size_t n;
};

static size_t
take_body(char *data, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	(void)size;
	for (size_t i = 0; i < n && a->n < sizeof(a->text) - 1; i++)
		if (data[i] != '\n')
			a->text[a->n++] = data[i];
	return n;
}

/* Certificate and key, as libcurl reads them when it connects. */
static void
identity_write(const struct identity *id)
{
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_gt(fprintf(f, "%s%s", id->cert, id->key), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static CURL *
client_new(const struct identity *id)
{
	CURL *c = curl_easy_init();

	ck_assert_ptr_nonnull(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 30L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	if (id == NULL)
		return c;
	identity_write(id);
	curl_easy_setopt(c, CURLOPT_SSLCERT, file);
	curl_easy_setopt(c, CURLOPT_SSLKEY, file);
	return c;
}

static struct answer
ask(CURL *c)
{
	struct answer a = { 0 };

	curl_easy_setopt(c, CURLOPT_WRITEDATA, &a);
	ck_assert_int_eq(curl_easy_perform(c), CURLE_OK);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &a.status);
	return a;
}

static void
expect(const struct identity *id, long status, const char *text)
{
	CURL *c = client_new(id);
	struct answer a = ask(c);

	ck_assert_int_eq(a.status, status);
	ck_assert_str_eq(a.text, text);
	curl_easy_cleanup(c);
}

static void
know(const struct identity *a, const struct identity *b)
{
	atomic_store(&known.alice, a);
	atomic_store(&known.bob, b);
}

/* ---- tests ------------------------------------------------------------------------- */

START_TEST(by_key)
{
	know(&alice, &bob);
	expect(&alice, 200, "alice");
	expect(&bob, 200, "bob");
	expect(&mallory, 403, "nobody");
	expect(NULL, 403, "nobody");
}
END_TEST

/* A certificate of the same words with another key is another's; a renewed
 * one with the same key is not. */
START_TEST(key_not_words)
{
	struct identity other;

	know(&alice, NULL);
	identity_make(&other, GNUTLS_PK_ECDSA, 256);
	expect(&other, 403, "nobody");
	memcpy(other.cert, alice.cert, sizeof(other.cert));
	memcpy(other.key, alice.key, sizeof(other.key));
	expect(&other, 200, "alice");
}
END_TEST

/* Nobody is asked for a certificate where nobody has one. */
START_TEST(nobody_known)
{
	know(NULL, NULL);
	expect(&alice, 403, "nobody");
	expect(NULL, 403, "nobody");
}
END_TEST

/* Who is a peer is looked at with each request, whose key it is but once. */
START_TEST(change_on_connection)
{
	CURL *c = client_new(&alice);
	struct answer a;
	long opened = -1;

	know(&alice, NULL);
	a = ask(c);
	ck_assert_str_eq(a.text, "alice");
	know(NULL, &bob);
	a = ask(c);
	ck_assert_int_eq(a.status, 403);
	curl_easy_getinfo(c, CURLINFO_NUM_CONNECTS, &opened);
	ck_assert_int_eq(opened, 0);
	know(NULL, &alice);
	a = ask(c);
	ck_assert_str_eq(a.text, "bob");
	curl_easy_cleanup(c);
}
END_TEST

START_TEST(after_reload)
{
	know(&alice, NULL);
	ck_assert_int_eq(hkp_reload(front, &config), ICS_OK);
	expect(&alice, 200, "alice");
	expect(NULL, 403, "nobody");
}
END_TEST

START_TEST(old_tls)
{
	CURL *c = client_new(&alice);
	struct answer a;

	know(&alice, NULL);
	curl_easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_MAX_TLSv1_2);
	a = ask(c);
	ck_assert_str_eq(a.text, "alice");
	curl_easy_cleanup(c);
}
END_TEST

START_TEST(pin_text)
{
	char text[HKP_PIN_TEXT], expected[HKP_PIN_TEXT] = "sha256//";

	b64_write(bytes_of(us.pin, HKP_PIN), (uint8_t *)&expected[8]);
	ck_assert(hkp_pin_of_pem(us.cert, text));
	ck_assert_str_eq(text, expected);
	ck_assert(!hkp_pin_of_pem(us.key, text));
	ck_assert(!hkp_pin_of_pem("", text));
}
END_TEST

/* What we print is what curl takes. */
START_TEST(pin_for_curl)
{
	char text[HKP_PIN_TEXT];
	CURL *c = client_new(NULL);
	struct answer a;

	ck_assert(hkp_pin_of_pem(us.cert, text));
	curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, text);
	a = ask(c);
	ck_assert_int_eq(a.status, 403);
	ck_assert(hkp_pin_of_pem(bob.cert, text));
	curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, text);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	ck_assert_int_eq(curl_easy_perform(c), CURLE_SSL_PINNEDPUBKEYNOTMATCH);
	curl_easy_cleanup(c);
}
END_TEST

/* Who connects and says nothing does not keep the server busy: it looks once a
 * millisecond, and answers others meanwhile. */
START_TEST(silent_client)
{
	struct sockaddr_in sa;
	socklen_t n = sizeof(sa);
	struct pollfd fd = { .events = POLLIN };
	_Atomic uint64_t *runs = &front->workers[0].runs;
	uint64_t before, since;

	know(&alice, NULL);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&sa, &n), 0);
	fd.fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd.fd, (struct sockaddr *)&sa, n), 0);
	expect(&alice, 200, "alice"); /* by then it was accepted */
	before = atomic_load(runs);
	since = clock_mono_ns();
	ck_assert_int_eq(poll(&fd, 1, 300), 0);
	ck_assert_uint_le(atomic_load(runs) - before,
	    50 + 3 * (clock_mono_ns() - since) / 1000000);
	ck_assert_uint_eq(front->workers[0].slots->mute, 1);
	expect(&alice, 200, "alice");
	close(fd.fd);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_unchecked_fixture(t, start, stop);
	tcase_add_test(t, by_key);
	tcase_add_test(t, key_not_words);
	tcase_add_test(t, nobody_known);
	tcase_add_test(t, change_on_connection);
	tcase_add_test(t, after_reload);
	tcase_add_test(t, old_tls);
	tcase_add_test(t, silent_client);
	tcase_add_test(t, pin_text);
	tcase_add_test(t, pin_for_curl);
}

int
main(void)
{
	int status;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = fixture_run("hkp_peer", add);
	curl_global_cleanup();
	return status;
}
