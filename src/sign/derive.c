/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns out of what factories hand over. */
#include "sign/derive.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/hex.h"
#include "client/out.h"
#include "sign/signer.h"

void
sign_derive_init(struct sign_derive *d)
{
	*d = (struct sign_derive){ .signer = NULL };
	buf_init(&d->key, SIGN_ROW_MAX);
	buf_init(&d->message, 2 * SIGN_ROW_MAX);
	foreign_x509_init(&d->x509);
}

void
sign_derive_release(struct sign_derive *d)
{
	free(d->signer);
	buf_release(&d->key);
	buf_release(&d->message);
	foreign_x509_release(&d->x509);
}

static enum ics_err
refuse(struct report *rep, const struct reason *why, const char *about)
{
	report_add(rep, why, "%s", about);
	return ICS_EDENIED;
}

/* ---- the row ------------------------------------------------------------------- */

static struct sign_field *
field_find(struct sign_row *row, const char *name)
{
	for (size_t i = 0; i < row->n; i++)
		if (bytes_equal(row->at[i].name, bytes_of_str(name)))
			return &row->at[i];
	return NULL;
}

static void
field_drop(struct sign_row *row, const char *name)
{
	struct sign_field *f = field_find(row, name);

	if (f != NULL)
		*f = row->at[--row->n];
}

/* What the row says itself stands. */
static void
field_offer(struct sign_row *row, const char *name, const char *value)
{
	if (value[0] == '\0' || field_find(row, name) != NULL ||
	    row->n == SIGN_FIELDS_MAX)
		return;
	row->at[row->n++] =
	    (struct sign_field){ bytes_of_str(name), bytes_of_str(value) };
}

/* The column key instead of what it was derived from. */
static void
key_set(struct sign_derive *d, struct sign_row *row, const char *from,
    struct bytes octets)
{
	uint8_t *room;

	buf_clear(&d->key);
	room = buf_grow(&d->key, b64_length(octets.n));
	if (room != NULL)
		b64_write(octets, room);
	field_drop(row, from);
	field_drop(row, "key");
	row->at[row->n++] =
	    (struct sign_field){ bytes_of_str("key"), buf_bytes(&d->key) };
}

/* ---- X.509 ---------------------------------------------------------------------- */

static enum ics_err
x509_derive(struct sign_derive *d, struct sign_row *row, const char *column,
    struct report *rep)
{
	struct foreign_x509 *x = &d->x509;
	const struct reason *why;

	foreign_x509_release(x);
	foreign_x509_init(x);
	why = foreign_x509_read(field_find(row, column)->value, x);
	if (why != NULL)
		return refuse(rep, why, column);
	if (x->made > 0) {
		clock_rfc3339(x->made, d->made);
		field_offer(row, "made", d->made);
	}
	field_offer(row, "serial", x->serial);
	if (x->serial[0] == '\0' && field_find(row, "serial") == NULL)
		field_offer(row, "uid", x->common_name);
	key_set(d, row, column, buf_bytes(&x->spki));
	return ICS_OK;
}

/* ---- TPM -------------------------------------------------------------------------- */

/* Hexadecimal, or base 64. */
static enum ics_err
octets_read(struct bytes text, struct buf *to)
{
	uint8_t *room;

	buf_clear(to);
	if (!hex_is(text) || text.n % 2 != 0)
		return b64_read(text, to);
	room = buf_grow(to, text.n / 2);
	return room == NULL ? ICS_ETOOBIG : hex_read(text, room, text.n / 2);
}

/* Spec: RFC 5480 and RFC 3279 have no form for every key that a TPM may have,
 * so the area itself goes on; mint asks for it by the row's is_tpm. */
static enum ics_err
tpm_derive(struct sign_derive *d, struct sign_row *row, struct report *rep)
{
	if (octets_read(field_find(row, "tpm")->value, &d->message) != ICS_OK)
		return refuse(rep, FOREIGN_REASON(bad_tpm), "tpm");
	key_set(d, row, "tpm", buf_bytes(&d->message));
	field_offer(row, "protection", "chip");
	row->is_tpm = true;
	return ICS_OK;
}

/* ---- manifests of secure elements ----------------------------------------------- */

/* Spec: RFC 7515 5.2 */
static bool
entry_is_signed(struct sign_derive *d, struct sign_row *row)
{
	struct bytes payload = field_find(row, "payload")->value;
	struct bytes head = field_find(row, "protected")->value;
	struct buf rs;
	bool holds;

	buf_init(&rs, 128);
	buf_clear(&d->message);
	buf_put(&d->message, head);
	buf_u8(&d->message, '.');
	buf_put(&d->message, payload);
	holds = foreign_base64url(field_find(row, "signature")->value, &rs) ==
		    ICS_OK &&
		foreign_es256_holds(d->signer, buf_bytes(&d->message),
		    buf_bytes(&rs));
	buf_release(&rs);
	return holds;
}

static bool
coordinate_read(const json_t *key, const char *name, struct buf *point)
{
	const char *text = json_string_value(json_object_get(key, name));
	size_t before = point->n;

	return text != NULL &&
	       foreign_base64url(bytes_of_str(text), point) == ICS_OK &&
	       point->n - before == 32;
}

/* A chain that is there must be of this key, and hold. */
static bool
chain_holds(const json_t *key, struct bytes point)
{
	const json_t *chain = json_object_get(key, "x5c");
	const char *leaf = json_string_value(json_array_get(chain, 0));
	const char *signer = json_string_value(json_array_get(chain, 1));
	struct foreign_x509 x;
	struct buf der[2];
	bool holds;

	if (leaf == NULL)
		return true;
	foreign_x509_init(&x);
	buf_init(&der[0], FOREIGN_X509_MAX);
	buf_init(&der[1], FOREIGN_X509_MAX);
	holds = foreign_x509_read(bytes_of_str(leaf), &x) == NULL &&
		x.spki.n > point.n &&
		memcmp(x.spki.p + x.spki.n - point.n, point.p, point.n) == 0;
	if (holds && signer != NULL)
		holds = b64_read(bytes_of_str(leaf), &der[0]) == ICS_OK &&
			b64_read(bytes_of_str(signer), &der[1]) == ICS_OK &&
			foreign_x509_is_signed(buf_bytes(&der[0]),
			    buf_bytes(&der[1]));
	foreign_x509_release(&x);
	buf_release(&der[0]);
	buf_release(&der[1]);
	return holds;
}

/* "2018-01-15T17:22:45.000Z" without the fraction. */
static void
stamp_take(struct sign_derive *d, const json_t *payload)
{
	const char *text = json_string_value(json_object_get(payload,
	    "provisioningTimestamp"));
	size_t n = text == NULL ? 0 : strcspn(text, ".Z");

	d->made[0] = '\0';
	if (n > 0 && n + 1 < sizeof(d->made))
		(void)snprintf(d->made, sizeof(d->made), "%.*sZ", (int)n,
		    text); /* fits */
}

static enum ics_err
payload_derive(struct sign_derive *d, struct sign_row *row,
    const json_t *payload, struct report *rep)
{
	const json_t *key =
	    json_array_get(json_object_get(json_object_get(payload,
					       "publicKeySet"),
			       "keys"),
		0);
	const char *id =
	    json_string_value(json_object_get(payload, "uniqueId"));

	buf_clear(&d->message);
	buf_u8(&d->message, 4);
	if (id == NULL || !coordinate_read(key, "x", &d->message) ||
	    !coordinate_read(key, "y", &d->message))
		return refuse(rep, SIGN_REASON(not_entry), "payload");
	if (!chain_holds(key, buf_bytes(&d->message)))
		return refuse(rep, SIGN_REASON(bad_chain), "x5c");
	(void)snprintf(d->serial, sizeof(d->serial), "%s", id); /* cut */
	stamp_take(d, payload);
	field_drop(row, "protected");
	field_drop(row, "signature");
	field_offer(row, "serial", d->serial);
	field_offer(row, "made", d->made);
	field_offer(row, "protection", "chip");
	key_set(d, row, "payload", buf_bytes(&d->message));
	return ICS_OK;
}

static enum ics_err
entry_derive(struct sign_derive *d, struct sign_row *row, struct report *rep)
{
	json_t *payload = NULL;
	struct buf text;
	enum ics_err err;

	if (field_find(row, "protected") == NULL ||
	    field_find(row, "signature") == NULL)
		return refuse(rep, SIGN_REASON(not_entry), "entry");
	if (d->signer == NULL)
		return refuse(rep, SIGN_REASON(no_signer), "signature");
	if (!entry_is_signed(d, row))
		return refuse(rep, SIGN_REASON(bad_entry), "signature");
	buf_init(&text, SIGN_ROW_MAX);
	if (foreign_base64url(field_find(row, "payload")->value, &text) ==
	    ICS_OK)
		payload = json_loadb((const char *)text.p, text.n, 0, NULL);
	err = payload_derive(d, row, payload, rep);
	json_decref(payload);
	buf_release(&text);
	return err;
}

/* ---- the door ---------------------------------------------------------------------- */

enum ics_err
sign_derive_open(struct sign_derive *d, const char *path)
{
	const struct reason *why;
	struct buf octets;
	enum ics_err err;

	if (path == NULL)
		return ICS_OK;
	buf_init(&octets, FOREIGN_X509_MAX);
	TRY(sign_file_read(path, &octets));
	d->signer = alloc_zero(1, sizeof(*d->signer));
	why = foreign_keytext_read(buf_bytes(&octets), d->signer);
	if (why != NULL &&
	    foreign_x509_read(buf_bytes(&octets), &d->x509) == NULL) {
		uint8_t text[FOREIGN_KEYTEXT_MAX * 4 / 3 + 4];

		b64_write(buf_bytes(&d->x509.spki), text);
		why = foreign_keytext_read(bytes_of(text,
					       b64_length(d->x509.spki.n)),
		    d->signer);
	}
	if (why != NULL) {
		out_fail("%s: %s; %s", path, why->words, why->help);
		err = ICS_EUSAGE;
	}
out:
	buf_release(&octets);
	return err;
}

static bool
is_x509(const struct sign_field *f)
{
	return f != NULL &&
	       bytes_starts_with(f->value, bytes_of_str("-----BEGIN ")) &&
	       memmem(f->value.p, f->value.n < 64 ? f->value.n : 64,
		   "CERTIFICATE", 11) != NULL;
}

enum ics_err
sign_derive(struct sign_derive *d, struct sign_row *row, struct report *rep)
{
	row->is_tpm = false;
	if (field_find(row, "payload") != NULL)
		return entry_derive(d, row, rep);
	if (field_find(row, "cert") != NULL)
		return x509_derive(d, row, "cert", rep);
	if (field_find(row, "csr") != NULL)
		return x509_derive(d, row, "csr", rep);
	if (is_x509(field_find(row, "pem")))
		return x509_derive(d, row, "pem", rep);
	if (field_find(row, "tpm") != NULL)
		return tpm_derive(d, row, rep);
	return ICS_OK;
}
