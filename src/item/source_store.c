/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source over a store: everything in it was verified before it came in,
 * so nothing is verified here.
 */
#include "item/item.h"

/*
 * A primary key's certificate; else the one that has the subkey. Anybody may
 * bind a foreign encryption subkey, so one that several have leads nowhere.
 */
static enum ics_err
cert_get(void *arg, const struct pgp_fpr *fpr, struct bytes *data)
{
	struct store_reader *r = arg;
	struct store_cert cert;
	bool others = false;
	enum ics_err err;

	err = store_cert_get_primary(r, fpr, &cert);
	if (err == ICS_ENOTFOUND)
		err = store_cert_get_fpr(r, fpr, &cert, &others);
	if (err == ICS_OK && others)
		err = ICS_ENOTFOUND;
	if (err == ICS_OK)
		*data = cert.data;
	return err;
}

static enum ics_err
record_get(void *arg, const struct notations_subject *subject,
    const uint8_t *after, struct item_record *rec)
{
	struct store_record row;
	enum ics_err err = store_record_next(arg, subject, after, &row);

	if (err != ICS_OK)
		return err;
	memcpy(rec->digest, row.digest, 32);
	rec->issuer = row.issuer;
	rec->body = row.body;
	return ICS_OK;
}

static enum ics_err
known_get(void *arg, const struct notations_subject *subject,
    const uint8_t digest[32], struct item_known *known)
{
	struct notations_subject filed;
	struct store_statement st;
	enum ics_err err = store_statement_get(arg, digest, &filed, &st);

	if (err != ICS_OK)
		return err;
	if (!notations_subject_equal(&filed, subject))
		return ICS_ENOTFOUND;
	*known = (struct item_known){ .position = st.position,
		.received = st.received };
	return ICS_OK;
}

void
item_source_of_store(struct store_reader *r, struct item_source *source)
{
	*source = (struct item_source){ .cert = cert_get,
		.record = record_get,
		.known = known_get,
		.arg = r };
}
