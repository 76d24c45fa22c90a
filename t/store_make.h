/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the store's tests share: a folder that goes with the test, and devices
 * by number, whose certificates parse and verify nothing. Invariant: a device
 * of a number and a revision is always the same octets.
 */
#ifndef T_STORE_MAKE_H
#define T_STORE_MAKE_H

#include <dirent.h>
#include <unistd.h>

#include "pgp_make.h"
#include "store/store.h"

#define OK(call)       ck_assert_str_eq(err_name(call), "ICS_OK")
#define IS(code, call) ck_assert_str_eq(err_name(call), #code)

struct scene {
	char dir[64];
	struct store *store;
	struct store_reader *reader;
};

static inline void
scene_begin(struct scene *sc)
{
	(void)snprintf(sc->dir, sizeof(sc->dir), "/tmp/cm4it-store.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(sc->dir));
	OK(store_open(sc->dir, STORE_CREATE, &sc->store));
	OK(store_reader_open(sc->dir, sc->store, &sc->reader));
}

static inline void
scene_close(struct scene *sc)
{
	store_reader_close(sc->reader);
	store_close(sc->store);
	sc->reader = NULL;
	sc->store = NULL;
}

static inline void
scene_end(struct scene *sc)
{
	DIR *dir = opendir(sc->dir);
	struct dirent *d;
	char path[400];

	scene_close(sc);
	while ((d = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", sc->dir, d->d_name);
		if (d->d_name[0] != '.')
			ck_assert_int_eq(unlink(path), 0);
	}
	closedir(dir);
	ck_assert_int_eq(rmdir(sc->dir), 0);
}

/* A key whose material begins with a number; v4 unless told. */
static inline void
device_key(struct buf *out, uint8_t tag, uint8_t version, uint32_t number)
{
	struct buf body;

	buf_init(&body, 100);
	buf_u8(&body, version);
	buf_be32(&body, 0x60000000);
	buf_u8(&body, PGP_ALGO_ED25519);
	if (version > 4)
		buf_be32(&body, 32);
	buf_be32(&body, number);
	for (int i = 4; i < 32; i++)
		buf_u8(&body, 0x77);
	pgp_packet_write(out, tag, buf_bytes(&body));
	buf_release(&body);
}

struct device {
	uint32_t number;
	uint32_t revision; /* makes other octets of the same certificate */
	uint8_t version;   /* 0: 4 */
	const char *uid;   /* NULL: one by number */
	const char *uid2;  /* or NULL */
	uint32_t subkey;   /* number of the subkey's key; 0: none of its own */
	size_t pad;	   /* octets that make it large */
};

static inline void
device_uid(struct buf *out, const struct device *d, const char *uid)
{
	struct make_sig sig = { .version = d->version,
		.type = 0x13,
		.created = 0x60000001 + d->revision,
		.pad = d->pad };

	make_uid(out, uid);
	make_sig(out, &sig);
}

static inline struct pgp_cert *
device_cert(const struct device *d)
{
	uint8_t version = d->version == 0 ? 4 : d->version;
	struct make_sig binding = {
		.version = d->version, .type = 0x18, .created = 0x60000001
	};
	struct pgp_cert *cert = NULL;
	struct report rep = { 0 };
	struct buf out;
	char uid[80];

	buf_init(&out, PGP_CERT_RAW_MAX);
	device_key(&out, PGP_TAG_PUBLIC_KEY, version, d->number);
	(void)snprintf(uid, sizeof(uid),
	    "Acme T1000 S/N %06u <t1000-%06u@devices.example>", d->number,
	    d->number);
	device_uid(&out, d, d->uid != NULL ? d->uid : uid);
	if (d->uid2 != NULL)
		device_uid(&out, d, d->uid2);
	if (d->subkey != 0) {
		device_key(&out, PGP_TAG_PUBLIC_SUBKEY, version, d->subkey);
		make_sig(&out, &binding);
	}
	OK(pgp_cert_parse(buf_bytes(&out), &rep, &cert));
	report_release(&rep);
	buf_release(&out);
	return cert;
}

static inline struct store_entry *
device_entry(const struct device *d)
{
	struct pgp_cert *cert = device_cert(d);
	struct store_entry *e;

	OK(store_entry_new(cert, &e));
	pgp_cert_free(cert);
	return e;
}

/* Put one in a transaction of its own. */
static inline enum store_change
device_put(struct scene *sc, const struct device *d, int64_t now)
{
	struct store_entry *e = device_entry(d);
	enum store_change change;

	OK(store_begin(sc->store));
	OK(store_put(sc->store, e, now, &change));
	OK(store_commit(sc->store));
	store_entry_free(e);
	OK(store_reader_begin(sc->reader));
	return change;
}

static inline struct pgp_fpr
device_fpr(const struct device *d)
{
	struct store_entry *e = device_entry(d);
	struct pgp_fpr fpr = *store_entry_fpr(e);

	store_entry_free(e);
	return fpr;
}

#endif
