/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is at the other end: other servers show a certificate, and are known by
 * its key alone, whoever issued it. That they hold the key is what the
 * handshake proves.
 *
 * Clients are asked for a certificate only where there are such servers, or
 * clients that a domain names, and may have none; there is no resumption of sessions, so none comes without.
 */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/log.h"
#include "hkp/server.h"

#define PIN_TEXT   45 /* Base 64 of a pin, with its NUL */
#define REFUSED_NS UINT64_C(1000000000)

/* SHA-256 of the SubjectPublicKeyInfo of a DER or PEM certificate. */
static bool
certificate_pin(struct bytes octets, gnutls_x509_crt_fmt_t form,
    uint8_t pin[HKP_PIN])
{
	gnutls_datum_t data = { (uint8_t *)(uintptr_t)octets.p,
		(unsigned)octets.n };
	gnutls_x509_crt_t crt;
	size_t n = HKP_PIN;
	bool is_read;

	if (gnutls_x509_crt_init(&crt) != GNUTLS_E_SUCCESS)
		return false;
	is_read =
	    gnutls_x509_crt_import(crt, &data, form) == GNUTLS_E_SUCCESS &&
	    gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, pin, &n) ==
		GNUTLS_E_SUCCESS &&
	    n == HKP_PIN;
	gnutls_x509_crt_deinit(crt);
	return is_read;
}

bool
hkp_pin_of_pem(const char *pem, char text[HKP_PIN_TEXT])
{
	static const char scheme[] = "sha256//";
	uint8_t pin[HKP_PIN];

	if (!certificate_pin(bytes_of_str(pem), GNUTLS_X509_FMT_PEM, pin))
		return false;
	memcpy(text, scheme, sizeof(scheme) - 1);
	b64_write(bytes_of(pin, HKP_PIN), (uint8_t *)&text[sizeof(scheme) - 1]);
	text[HKP_PIN_TEXT - 1] = '\0';
	return true;
}

static gnutls_session_t
session_of(struct hkp_conn *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info == NULL ? NULL : (gnutls_session_t)info->tls_session;
}

static bool
has_peers(struct hkp_conn *c)
{
	const struct hkp_start *start = &c->rq.h->start;

	return start->peer_find != NULL &&
	       start->peer_find(start->peer_arg, NULL, &c->peer);
}

static bool
has_clients(struct domain_live *live)
{
	struct domain_set *set;
	bool has;

	if (domain_live_is_empty(live))
		return false;
	set = domain_live_hold(live);
	has = domain_access_wants_clients(set);
	domain_set_drop(set);
	return has;
}

static bool
has_guests(struct hkp_conn *c)
{
	return has_peers(c) || has_clients(intake_live(c->rq.h->start.in));
}

void
hkp_peer_invite(struct hkp_conn *c)
{
	gnutls_session_t session = session_of(c);

	if (session == NULL)
		return;
	c->is_uninvited = !has_guests(c);
	if (!c->is_uninvited)
		gnutls_certificate_server_set_request(session,
		    GNUTLS_CERT_REQUEST);
}

bool
hkp_peer_is_missed(struct hkp_conn *c)
{
	return c->is_uninvited && has_guests(c);
}

static enum hkp_pin_state
pin_read(struct hkp_conn *c)
{
	gnutls_session_t session = session_of(c);
	const gnutls_datum_t *chain = NULL;
	unsigned n = 0;

	if (session != NULL)
		chain = gnutls_certificate_get_peers(session, &n);
	if (chain == NULL || n == 0)
		return HKP_PIN_NONE;
	return certificate_pin(bytes_of(chain[0].data, chain[0].size),
		   GNUTLS_X509_FMT_DER, c->pin)
		   ? HKP_PIN_KNOWN
		   : HKP_PIN_NONE;
}

const uint8_t *
hkp_request_pin(struct hkp_request *rq)
{
	struct hkp_conn *c = hkp_conn_of(rq);

	if (c->pin_state == HKP_PIN_UNREAD)
		c->pin_state = pin_read(c);
	return c->pin_state == HKP_PIN_KNOWN ? c->pin : NULL;
}

/* The key is read once a connection; whose it is may change between its
 * requests. */
const struct hkp_peer *
hkp_request_peer(struct hkp_request *rq)
{
	const struct hkp_start *start = &rq->h->start;
	struct hkp_conn *c = hkp_conn_of(rq);
	const uint8_t *pin =
	    start->peer_find == NULL ? NULL : hkp_request_pin(rq);

	return pin != NULL && start->peer_find(start->peer_arg, pin, &c->peer)
		   ? &c->peer
		   : NULL;
}

/* The first reason why something was refused; NULL: nothing was. */
static const struct reason *
refusal_of(const struct intake_result *result)
{
	for (size_t i = 0; i < result->n; i++)
		if (result->items[i].outcome == INTAKE_INVALID &&
		    report_worst(&result->items[i].rep) != NULL)
			return report_worst(&result->items[i].rep)->reason;
	return NULL;
}

void
hkp_peer_refused(struct hkp_conn *c, const struct intake_result *result)
{
	const struct reason *reason = refusal_of(result);
	struct hkp *h = c->rq.h;
	uint64_t now = clock_mono_ns(), told = atomic_load(&h->refused_told);
	char pin[PIN_TEXT];
	struct hkp_peer peer;

	/* The key was read when the submission began. */
	if (reason == NULL || c->pin_state != HKP_PIN_KNOWN ||
	    (told != 0 && now - told < REFUSED_NS) ||
	    !atomic_compare_exchange_strong(&h->refused_told, &told, now))
		return;
	b64_write(bytes_of(c->pin, HKP_PIN), (uint8_t *)pin);
	pin[PIN_TEXT - 1] = '\0';
	if (h->start.peer_find == NULL ||
	    !h->start.peer_find(h->start.peer_arg, c->pin, &peer))
		peer = (struct hkp_peer){ .name = "unknown" };
	if (!peer.may_alter)
		log_event(LOG_LEVEL_WARN, "refused-write",
		    "peer=%s key=sha256//%s why=%s help=\"a descriptor lists it "
		    "with may-alter, or icsd.conf names it\"",
		    peer.name, pin, reason->name);
}

bool
hkp_request_is_tls(struct hkp_request *rq)
{
	return session_of(hkp_conn_of(rq)) != NULL;
}
