/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * X.509 and PKCS#10 by libcrypto; nothing in them is believed but that a
 * request was signed by its own key.
 */
#include <stdlib.h>
#include <string.h>

#include "foreign/factory.h"
#include "foreign/forms.h"

void
foreign_x509_init(struct foreign_x509 *x)
{
	*x = (struct foreign_x509){ .made = 0 };
	buf_init(&x->spki, FOREIGN_KEYTEXT_MAX);
}

void
foreign_x509_release(struct foreign_x509 *x)
{
	buf_release(&x->spki);
}

#ifdef HAVE_OPENSSL
#include <openssl/asn1.h>
#include <openssl/x509.h>

/* ---- the octets --------------------------------------------------------------- */

static const char request_begin[] = "-----BEGIN CERTIFICATE REQUEST-----";
static const char request_old[] = "-----BEGIN NEW CERTIFICATE REQUEST-----";

/* Between the lines of PEM; DER and base 64 of it as they are. */
static enum ics_err
der_read(struct bytes text, struct buf *der)
{
	const uint8_t *end;
	struct bytes inside = text;
	struct cursor cur = cursor_of(text);

	if (text.n > 0 && text.p[0] == 0x30) {
		buf_put(der, text);
		return buf_end(der);
	}
	if (bytes_starts_with(text, bytes_of_str("-----BEGIN"))) {
		(void)foreign_line_next(&cur, &inside); /* the first line */
		inside = cursor_rest(&cur);
		end = inside.n == 0 ? NULL
				    : memmem(inside.p, inside.n, "-----END", 8);
		if (end == NULL)
			return ICS_EFORMAT;
		inside.n = (size_t)(end - inside.p);
	}
	return foreign_base64(inside, der);
}

static void
spki_take(X509_PUBKEY *key, struct foreign_x509 *x)
{
	unsigned char *der = NULL;
	int n = key == NULL ? 0 : i2d_X509_PUBKEY(key, &der);

	if (n > 0)
		buf_put(&x->spki, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
}

static void
name_take(const X509_NAME *name, int nid, char out[128])
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const X509_NAME_ENTRY *entry =
	    at < 0 ? NULL : X509_NAME_get_entry(name, at);
	unsigned char *utf8 = NULL;
	int n;

	if (entry == NULL)
		return;
	n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
	if (n > 0 && n < 128 && memchr(utf8, 0, (size_t)n) == NULL)
		memcpy(out, utf8, (size_t)n);
	OPENSSL_free(utf8);
}

static void
subject_take(const X509_NAME *name, struct foreign_x509 *x)
{
	name_take(name, NID_serialNumber, x->serial);
	name_take(name, NID_commonName, x->common_name);
}

static int64_t
seconds_of(const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;

	if (epoch == NULL || ASN1_TIME_diff(&days, &seconds, epoch, t) != 1)
		days = seconds = 0;
	ASN1_TIME_free(epoch);
	return (int64_t)days * 86400 + seconds;
}

/* ---- the two kinds ---------------------------------------------------------------- */

static const struct reason *
request_read(struct bytes der, struct foreign_x509 *x)
{
	const unsigned char *p = der.p;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)der.n);
	const struct reason *why = FOREIGN_REASON(bad_x509);

	if (req == NULL)
		return why;
	if (X509_REQ_verify(req, X509_REQ_get0_pubkey(req)) == 1) {
		spki_take(X509_REQ_get_X509_PUBKEY(req), x);
		subject_take(X509_REQ_get_subject_name(req), x);
		why = NULL;
	} else {
		why = FOREIGN_REASON(bad_proof);
	}
	X509_REQ_free(req);
	return why;
}

static const struct reason *
cert_read(struct bytes der, struct foreign_x509 *x)
{
	const unsigned char *p = der.p;
	X509 *cert = d2i_X509(NULL, &p, (long)der.n);

	if (cert == NULL)
		return FOREIGN_REASON(bad_x509);
	spki_take(X509_get_X509_PUBKEY(cert), x);
	subject_take(X509_get_subject_name(cert), x);
	x->made = seconds_of(X509_get0_notBefore(cert));
	X509_free(cert);
	return NULL;
}

const struct reason *
foreign_x509_read(struct bytes text, struct foreign_x509 *x)
{
	const struct reason *why = FOREIGN_REASON(bad_x509);
	bool is_request =
	    bytes_starts_with(text, bytes_of_str(request_begin)) ||
	    bytes_starts_with(text, bytes_of_str(request_old));
	struct buf der;

	buf_init(&der, FOREIGN_X509_MAX);
	if (der_read(text, &der) == ICS_OK) {
		why = is_request ? FOREIGN_REASON(bad_x509)
				 : cert_read(buf_bytes(&der), x);
		if (why != NULL) /* DER does not say which it is */
			why = request_read(buf_bytes(&der), x);
	}
	buf_release(&der);
	if (why == NULL && (x->spki.n == 0 || buf_end(&x->spki) != ICS_OK))
		why = FOREIGN_REASON(odd_key);
	return why;
}

bool
foreign_x509_is_signed(struct bytes cert, struct bytes by)
{
	const unsigned char *p = cert.p, *q = by.p;
	X509 *leaf = d2i_X509(NULL, &p, (long)cert.n);
	X509 *signer = d2i_X509(NULL, &q, (long)by.n);
	bool holds = leaf != NULL && signer != NULL &&
		     X509_verify(leaf, X509_get0_pubkey(signer)) == 1;

	X509_free(leaf);
	X509_free(signer);
	return holds;
}
#else
const struct reason *
foreign_x509_read(struct bytes text, struct foreign_x509 *x)
{
	(void)text;
	(void)x;
	return FOREIGN_REASON(no_openssl);
}

bool
foreign_x509_is_signed(struct bytes cert, struct bytes by)
{
	(void)cert;
	(void)by;
	return false;
}
#endif
