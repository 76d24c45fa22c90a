/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors signed by keys of maker.h, as gpg --clearsign would. */
#ifndef T_DESCRIPTOR_SIGN_H
#define T_DESCRIPTOR_SIGN_H

#include "domain/domain.h"
#include "maker.h"

/* "04..." of a key, static: the last four are kept. */
static inline const char *
key_text(const struct maker_key *k)
{
	static char texts[4][PGP_FPR_TEXT_MAX + 2];
	static unsigned next;
	char *text = texts[next++ % 4];

	notations_vfp_text(&k->key.fpr, text);
	return text;
}

struct descriptor_sign {
	const char *name;
	long long serial;
	const struct maker_key *owner;	   /* as it names it */
	const char *body;		   /* the other words; NULL none */
	const struct maker_key *by, *also; /* who sign; NULL: the owner; none */
	uint32_t created;
	uint8_t type; /* 0: over a text */
};

static inline void
descriptor_plain(const struct descriptor_sign *d, struct buf *out)
{
	buf_printf(out, "domain \"%s\" {\n\tserial = %lld\n\towner = \"%s\"\n",
	    d->name, d->serial, key_text(d->owner));
	buf_put_str(out, d->body == NULL ? "" : d->body);
	buf_put_str(out, "\n}\n");
}

static inline void
descriptor_armor(struct bytes packets, struct buf *out)
{
	size_t n = pgp_armor_length(packets.n, PGP_ARMOR_SIG, false);

	pgp_armor_write(packets, PGP_ARMOR_SIG, PGP_NO_CRC, buf_grow(out, n));
}

/* Append the signed text to out. */
static inline void
descriptor_sign(const struct descriptor_sign *d, struct buf *out)
{
	struct maker_sig how = { .by = d->by == NULL ? d->owner : d->by,
		.type = d->type == 0 ? PGP_SIG_TEXT : d->type,
		.created = d->created };
	struct pgp_subject on = { 0 };
	struct buf plain, text, packets;

	buf_init(&plain, DOMAIN_TEXT_MAX);
	buf_init(&text, 2 * DOMAIN_TEXT_MAX);
	buf_init(&packets, 8192);
	descriptor_plain(d, &plain);
	domain_text_canonical(buf_bytes(&plain), &text);
	on.document = buf_bytes(&text);
	maker_sig_put(&packets, &how, &on);
	how.by = d->also;
	if (d->also != NULL)
		maker_sig_put(&packets, &how, &on);
	buf_put_str(out, "-----BEGIN PGP SIGNED MESSAGE-----\n"
			 "Hash: SHA256\n\n");
	domain_text_escaped(buf_bytes(&plain), out);
	descriptor_armor(buf_bytes(&packets), out);
	buf_release(&plain);
	buf_release(&text);
	buf_release(&packets);
}

#endif
