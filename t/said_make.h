/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of statements share: records and certificates that say things.
 * They parse and verify nothing. Invariant: the same words are always the same
 * octets.
 */
#ifndef T_SAID_MAKE_H
#define T_SAID_MAKE_H

#include "notations/notations.h"
#include "store_make.h"

struct said_pair {
	enum notations_name name;
	const char *value;
};
#define SAID_PAIRS 8

/* A signature that says something. by is the number of the issuer's device. */
struct said {
	uint8_t type; /* 0: 0x10 in certificates, 0x00 alone */
	uint32_t by, created;
	struct said_pair pairs[SAID_PAIRS]; /* ends with a NULL value */
	const char *hashed;		    /* further subpackets, hex */
};

static inline struct pgp_fpr
said_fpr(uint32_t number)
{
	struct pgp_key key;
	struct pgp_packet packet;
	struct cursor cur;
	struct buf out;

	buf_init(&out, 200);
	device_key(&out, PGP_TAG_PUBLIC_KEY, 4, number);
	cur = cursor_of(buf_bytes(&out));
	OK(pgp_packet_next(&cur, &packet));
	OK(pgp_key_parse(packet.body, &key));
	buf_release(&out);
	return key.fpr;
}

static inline struct notations_subject
said_subject(uint32_t number)
{
	struct pgp_fpr fpr = said_fpr(number);
	struct notations_subject s;

	notations_subject_of_fpr(&fpr, &s);
	return s;
}

/* "dev:04..." of a device, static. */
static inline const char *
said_dev(uint32_t number)
{
	static char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject s = said_subject(number);

	notations_subject_text(&s, text);
	return text;
}

static inline void
said_body(struct buf *out, const struct said *said)
{
	struct make_sig how = { .type = said->type,
		.created = said->created == 0 ? 0x60000100 : said->created };
	struct pgp_fpr issuer = said_fpr(said->by);
	struct buf area;
	char *hex;

	buf_init(&area, PGP_SIG_MAX);
	buf_u8(&area, 22);
	buf_u8(&area, PGP_SUB_ISSUER_FPR);
	buf_u8(&area, 4);
	buf_put(&area, pgp_fpr_bytes(&issuer));
	make_hex(&area, said->hashed);
	for (size_t i = 0; i < SAID_PAIRS && said->pairs[i].value != NULL; i++)
		notations_write(said->pairs[i].name,
		    bytes_of_str(said->pairs[i].value), &area);
	hex = alloc_new(2 * area.n + 1);
	hex_lower(buf_bytes(&area), hex);
	how.hashed = hex;
	make_sig_body(out, &how);
	free(hex);
	buf_release(&area);
}

/* A record about a subject, ready to be put; target for confirmations. */
static inline struct store_record_entry *
said_record(const struct said *said, const uint8_t *target)
{
	struct notations_place place = { .carrier = target != NULL
							? NOTATIONS_CONFIRMATION
							: NOTATIONS_RECORD,
		.target = target };
	struct pgp_fpr issuer = said_fpr(said->by);
	struct store_record_entry *e;
	struct notations_statement st;
	struct report rep = { 0 };
	struct pgp_sig sig;
	struct buf plain, body; /* in the form that intake gives it */

	buf_init(&plain, PGP_SIG_MAX);
	buf_init(&body, PGP_SIG_MAX);
	said_body(&plain, said);
	OK(pgp_sig_parse(buf_bytes(&plain), &sig));
	pgp_sig_canonical(&sig, &issuer, &body);
	OK(pgp_sig_parse(buf_bytes(&body), &sig));
	OK(notations_statement_read(&sig, &place, &rep, &st));
	OK(store_record_entry_new(buf_bytes(&body), &st, &issuer, &e));
	notations_statement_release(&st);
	report_release(&rep);
	buf_release(&plain);
	buf_release(&body);
	return e;
}

/* The state of a device, by somebody, at a time. */
static inline struct store_record_entry *
said_status(uint32_t number, const char *status, uint32_t by, uint32_t created)
{
	struct said said = { .by = by,
		.created = created,
		.pairs = { { NOTATIONS_NAME_REC, "device-status/1" },
		    { NOTATIONS_NAME_SUBJECT, said_dev(number) },
		    { NOTATIONS_NAME_STATUS, status } } };

	return said_record(&said, NULL);
}

/* Put and free, in a transaction of its own. */
static inline bool
said_put(struct scene *sc, struct store_record_entry *e, int64_t now)
{
	enum store_taken taken;

	OK(store_begin(sc->store));
	OK(store_record_put(sc->store, e, now, &taken));
	OK(store_commit(sc->store));
	OK(store_reader_begin(sc->reader));
	store_record_entry_free(e);
	return taken == STORE_TAKEN;
}

/* A device's certificate with what others say in it. */
static inline struct store_entry *
said_device(uint32_t number, const struct said *said, size_t n)
{
	struct device d = { .number = number };
	struct pgp_cert *cert = NULL;
	struct report rep = { 0 };
	struct store_entry *e;
	struct buf out, body;

	buf_init(&out, PGP_CERT_RAW_MAX);
	buf_init(&body, PGP_SIG_MAX);
	device_key(&out, PGP_TAG_PUBLIC_KEY, 4, number);
	device_uid(&out, &d, "A device that is certified");
	for (size_t i = 0; i < n; i++) {
		struct said one = said[i];

		if (one.type == 0)
			one.type = PGP_SIG_CERT_GENERIC;
		buf_clear(&body);
		said_body(&body, &one);
		pgp_packet_write(&out, PGP_TAG_SIGNATURE, buf_bytes(&body));
	}
	OK(pgp_cert_parse(buf_bytes(&out), &rep, &cert));
	OK(store_entry_new(cert, &e));
	pgp_cert_free(cert);
	report_release(&rep);
	buf_release(&body);
	buf_release(&out);
	return e;
}

static inline enum store_change
said_device_put(struct scene *sc, struct store_entry *e, int64_t now)
{
	enum store_change change;

	OK(store_begin(sc->store));
	OK(store_put(sc->store, e, now, &change));
	OK(store_commit(sc->store));
	OK(store_reader_begin(sc->reader));
	store_entry_free(e);
	return change;
}

static inline void
said_sound(struct scene *sc)
{
	int64_t differences;

	store_reader_end(sc->reader);
	OK(store_check(sc->reader, NULL, &differences));
	ck_assert_int_eq(differences, 0);
}

/* Rows of the log of one event. */
static inline int
said_logged(struct scene *sc, enum store_event event)
{
	struct store_log_row row = { 0 };
	int n = 0;

	OK(store_reader_begin(sc->reader));
	while (store_log_next(sc->reader, row.position, &row) == ICS_OK)
		n += row.event == event;
	return n;
}

#endif
