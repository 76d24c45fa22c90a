/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a signature covers, by type and version (RFC 9580 5.2.4, LibrePGP for
 * version 5), gathered as views and hashed in one go. Invariant: the octets
 * hashed are a function of the signature's hashed part and of its subject.
 */
#include "pgp/verify.h"

#include <gcrypt.h>

#include "base/buf.h"
#include "pgp/registry.h"

enum {
	PIECES_MAX = 8,
	HEADER_MAX = 12
};

/* What will be hashed: views, and the room of those made here. */
struct gather {
	gcry_buffer_t piece[PIECES_MAX];
	size_t n;
	struct buf made; /* headers; never grows after the first write */
	struct buf text; /* a document with its line ends made CRLF */
};

static void
gather_view(struct gather *g, struct bytes view)
{
	gcry_buffer_t *piece = &g->piece[g->n];

	if (view.n == 0)
		return;
	memset(piece, 0, sizeof(*piece));
	/* gcry_buffer_t has no const; hashing only reads. */
	piece->data = (void *)(uintptr_t)view.p;
	piece->len = view.n;
	g->n++;
}

/* An octet and a big-endian length of 2, 4 or 8 octets. */
static void
gather_header(struct gather *g, uint8_t first, unsigned width, uint64_t n)
{
	size_t from = g->made.n;

	buf_u8(&g->made, first);
	if (width == 2)
		buf_be16(&g->made, (uint16_t)n);
	else if (width == 4)
		buf_be32(&g->made, (uint32_t)n);
	else
		buf_be64(&g->made, n);
	gather_view(g, bytes_of(&g->made.p[from], g->made.n - from));
}

/* Spec: RFC 9580 5.2.4, keys: 0x99, 0x9A or 0x9B by the key's version. */
static bool
gather_key(struct gather *g, const struct pgp_key *key)
{
	if (key == NULL)
		return false;
	if (key->version == 6)
		gather_header(g, 0x9b, 4, key->body.n);
	else if (key->version == 5)
		gather_header(g, 0x9a, 4, key->body.n);
	else
		gather_header(g, 0x99, 2, key->body.n);
	gather_view(g, key->body);
	return true;
}

/* Spec: RFC 9580 5.2.4, User IDs; version 3 hashes them bare. */
static void
gather_uid(struct gather *g, const struct pgp_sig *sig,
    const struct pgp_subject *subject)
{
	if (sig->version > 3)
		gather_header(g,
		    subject->uid_tag == PGP_TAG_USER_ATTRIBUTE ? 0xd1 : 0xb4, 4,
		    subject->uid.n);
	gather_view(g, subject->uid);
}

/* Spec: RFC 9580 5.2.1.2: line ends of a text document are CR LF. */
static void
gather_text(struct gather *g, struct bytes document)
{
	struct cursor cur = cursor_of(document);
	uint8_t last = 0;

	buf_init(&g->text, 2 * (size_t)PGP_INPUT_MAX);
	while (cursor_has(&cur)) {
		uint8_t octet = cursor_u8(&cur);

		if (octet == '\n' && last != '\r')
			buf_u8(&g->text, '\r');
		buf_u8(&g->text, octet);
		last = octet;
	}
	gather_view(g, buf_bytes(&g->text));
}

/* False when the subject does not fit the type. */
static bool
gather_subject(struct gather *g, const struct pgp_sig *sig,
    const struct pgp_subject *subject)
{
	bool is_uid = subject->uid_tag == PGP_TAG_USER_ID ||
		      subject->uid_tag == PGP_TAG_USER_ATTRIBUTE;

	switch (sig->type) {
	case PGP_SIG_BINARY:
		gather_view(g, subject->document);
		return true;
	case PGP_SIG_TEXT:
		gather_text(g, subject->document);
		return true;
	case PGP_SIG_STANDALONE:
	case PGP_SIG_TIMESTAMP:
		return sig->version > 3;
	case PGP_SIG_CERT_GENERIC:
	case PGP_SIG_CERT_PERSONA:
	case PGP_SIG_CERT_CASUAL:
	case PGP_SIG_CERT_POSITIVE:
	case PGP_SIG_ATTESTATION:
	case PGP_SIG_CERT_REVOCATION:
		if (is_uid && gather_key(g, subject->primary)) {
			gather_uid(g, sig, subject);
			return true;
		}
		return !is_uid && sig->type == PGP_SIG_CERT_REVOCATION &&
		       gather_key(g, subject->primary);
	case PGP_SIG_DIRECT_KEY:
	case PGP_SIG_KEY_REVOCATION:
		return gather_key(g, subject->primary);
	case PGP_SIG_SUBKEY_BINDING:
	case PGP_SIG_PRIMARY_BINDING:
	case PGP_SIG_SUBKEY_REVOCATION:
		return gather_key(g, subject->primary) &&
		       gather_key(g, subject->subkey);
	case PGP_SIG_CONFIRMATION:
		if (subject->target == NULL)
			return false;
		buf_init(&g->text, 2 * (size_t)PGP_SIG_MAX);
		pgp_sig_confirmed(subject->target, &g->text);
		gather_view(g, buf_bytes(&g->text));
		return true;
	default: /* an octet from the wire, not an enum of ours */
		return false;
	}
}

/* Spec: RFC 9580 5.2.4, trailers; LibrePGP 5.2.4 for version 5. */
static bool
gather_trailer(struct gather *g, const struct pgp_sig *sig)
{
	static const uint8_t no_metadata[6] = { 0 };
	struct cursor cur = cursor_of(sig->body);
	size_t fixed = sig->version == 6 ? 8 : 6, n = fixed + sig->hashed.n;

	if (sig->version == 3) {
		gather_header(g, sig->type, 4, sig->created);
		return true;
	}
	if (sig->version < 3 || sig->version > 6)
		return false;
	gather_view(g, cursor_take(&cur, n));
	if (sig->version == 5 &&
	    (sig->type == PGP_SIG_BINARY || sig->type == PGP_SIG_TEXT))
		gather_view(g, bytes_of(no_metadata, sizeof(no_metadata)));
	buf_u8(&g->made, sig->version);
	gather_view(g, bytes_of(&g->made.p[g->made.n - 1], 1));
	gather_header(g, 0xff, sig->version == 5 ? 8 : 4, n);
	return !cur.failed;
}

enum ics_err
pgp_sig_digest(const struct pgp_sig *sig, const struct pgp_subject *subject,
    uint8_t out[PGP_DIGEST_MAX], size_t *n)
{
	const struct pgp_hash_row *row = pgp_hash_row(sig->hash);
	enum ics_err err = ICS_EUNSUPPORTED;
	struct gather g;

	if (row == NULL)
		return ICS_EUNSUPPORTED;
	g.n = 0;
	buf_init(&g.text, 0);
	buf_init(&g.made, 4 * HEADER_MAX);
	(void)buf_grow(&g.made, 4 * HEADER_MAX); /* views must not move */
	buf_clear(&g.made);
	if (sig->version == 6)
		gather_view(&g, sig->salt);
	if (gather_subject(&g, sig, subject) && gather_trailer(&g, sig) &&
	    buf_end(&g.text) == ICS_OK &&
	    gcry_md_hash_buffers(row->gcry, 0, out, g.piece, (int)g.n) == 0) {
		*n = row->octets;
		err = ICS_OK;
	}
	buf_release(&g.text);
	buf_release(&g.made);
	return err;
}
