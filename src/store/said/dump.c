/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything in its order, piece by piece. */
#include "store/store.h"

#define TEXT_MAX (STORE_DESCRIPTOR_OCTETS + 64) /* with its framing */

static enum ics_err
cert_next(struct store_dump *d, struct bytes *piece)
{
	struct store_cert cert;
	enum ics_err err = store_cert_next(d->r, &d->cert, &cert, &d->cert);

	if (err == ICS_OK)
		*piece = cert.data;
	return err;
}

static enum ics_err
record_next(struct store_dump *d, struct bytes *piece)
{
	struct store_record record;
	enum ics_err err = store_record_next_any(d->r,
	    d->is_first ? NULL : d->record, &record);

	if (err != ICS_OK)
		return err;
	memcpy(d->record, record.digest, sizeof(d->record));
	buf_clear(&d->packet);
	pgp_packet_write(&d->packet, PGP_TAG_SIGNATURE, record.body);
	*piece = buf_bytes(&d->packet);
	return ICS_OK;
}

static enum ics_err
descriptor_next(struct store_dump *d, struct bytes *piece)
{
	struct store_descriptor at;
	enum ics_err err =
	    store_descriptor_next(d->r, d->domain, d->serial, &at);

	if (err != ICS_OK)
		return err;
	memcpy(d->domain, at.name, sizeof(d->domain));
	d->serial = at.serial;
	buf_clear(&d->packet);
	pgp_text_write(&d->packet, at.text);
	*piece = buf_bytes(&d->packet);
	return ICS_OK;
}

static enum ics_err (*const stages[])(struct store_dump *d,
    struct bytes *piece) = { cert_next, record_next, descriptor_next };

void
store_dump_begin(struct store_dump *d, struct store_reader *r)
{
	*d = (struct store_dump){ .r = r, .is_first = true };
	buf_init(&d->packet, TEXT_MAX);
}

void
store_dump_release(struct store_dump *d)
{
	buf_release(&d->packet);
}

enum ics_err
store_dump_next(struct store_dump *d, struct bytes *piece)
{
	const int n = sizeof(stages) / sizeof(stages[0]);
	enum ics_err err = ICS_ENOTFOUND;

	while (d->stage < n) {
		err = stages[d->stage](d, piece);
		d->is_first = false;
		if (err != ICS_ENOTFOUND)
			return err;
		d->stage++;
		d->is_first = true;
	}
	return err;
}
