/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Searching, and the forms in which what was found goes out.
 *
 * HKP v1, VKS and WKD answers hold nothing that makes gpg 2.2 lose a
 * certificate: they are made of PGP_FORM_LEGACY only.
 */
#ifndef HKP_LOOKUP_H
#define HKP_LOOKUP_H

#include "base/buf.h"
#include "hkp/request.h"
#include "store/store.h"

enum hkp_search_kind {
	HKP_SEARCH_NOTHING, /* a short key ID, a length nothing has */
	HKP_SEARCH_BAD,	    /* "0x" and no hexadecimal number */
	HKP_SEARCH_KEYID,
	HKP_SEARCH_FPR,
	HKP_SEARCH_EMAIL,
	HKP_SEARCH_UID,
	HKP_SEARCH_WORDS
};

struct hkp_search {
	enum hkp_search_kind kind;
	bool exact;
	struct pgp_fpr fpr; /* version 0 where the length leaves it open */
	uint64_t keyid;
	struct bytes text; /* lent */
};

/* Understand a decoded search text. */
void hkp_search_read(struct bytes text, bool exact, struct hkp_search *s);

/* Read 16 hexadecimal digits; false for anything else. */
bool hkp_keyid_read(struct bytes hex, uint64_t *keyid);

/* Read 32, 40 or 64 digits; false for anything else. */
bool hkp_fpr_read(struct bytes hex, struct pgp_fpr *fpr);

/* Run it; the newest modification comes first, and what may not be seen is
 * left out. */
enum ics_err hkp_search_run(struct hkp_request *rq, struct store_reader *r,
    const struct hkp_search *s, struct store_hits *hits);

/* Which forms may go out. */
enum hkp_form {
	HKP_FORM_LEGACY, /* what gpg 2.2 takes */
	HKP_FORM_OLD,	 /* whole, but no certificate above version 4 */
	HKP_FORM_FULL
};

/* Certificates joined for one answer. */
struct hkp_bundle {
	enum hkp_form form; /* asked for: set before reading */
	struct buf data;    /* owned: release with buf_release */
	size_t certs;	    /* in data */
	size_t hidden;	    /* found, but newer than this interface */
	size_t found;	    /* in all */
	uint8_t digest[32]; /* of what is in data */
};

/* Gather the certificates of hits, at most answer_octets, for about as long as
 * a thread can be spared; found tells how many there are. The bundle is zero
 * but for its form; the caller releases bundle->data, also on failure. */
enum ics_err hkp_bundle_read(struct hkp_request *rq, struct store_reader *r,
    const struct store_hits *hits, struct hkp_bundle *bundle);

/* Armor data of a known CRC into the reply. */
void hkp_reply_armor(struct hkp_reply *rp, struct bytes data, uint32_t crc);

/* The answer when nothing can be shown: 410, 404, or why not. */
struct hkp_none {
	struct store_reader *r;
	const struct hkp_search *s;
	size_t hidden; /* found, but newer than this interface */
};
void hkp_reply_none(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_none *none);

/* What is looked for is not here, and somebody fetches it: true, and the request
 * is answered again when that is over. up/fetch.c */
bool hkp_get_waits(struct hkp_request *rq, struct hkp_reply *rp,
    struct store_reader *r, const struct hkp_search *s);

/* Search and answer with one block of armor, as v1 and VKS do. */
void hkp_get(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_search *s);

/* Search and answer in binary. */
void hkp_get_binary(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_search *s, enum hkp_form form);

/* ---- hashquery.c ---------------------------------------------------------------- */

#define HKP_HASH_OCTETS 16

struct hkp_hash {
	uint8_t b[HKP_HASH_OCTETS];
};

/*
 * Read a hash query of at most this many hashes; the caller frees *hashes.
 * Those of another length are passed over, and so is what comes behind the
 * last. ICS_ETRUNCATED, ICS_ETOOBIG: nothing was allocated.
 */
enum ics_err hkp_hashquery_read(struct bytes body, size_t most,
    struct hkp_hash **hashes, size_t *n);

/* ---- listings: index_mr.c, index_json.c, page.c ------------------------------- */

struct hkp_listing {
	struct store_reader *r;
	const struct store_hits *hits;
	size_t limit; /* certificates at most */
	enum hkp_form form;
	int64_t now;
	struct bytes search; /* decoded, for people */
};

/* Append a listing; *n is how many certificates are in it. */
enum ics_err hkp_index_mr(const struct hkp_listing *l, struct buf *out,
    size_t *n);
enum ics_err hkp_index_json(const struct hkp_listing *l, struct buf *out,
    size_t *n);
enum ics_err hkp_index_html(const struct hkp_listing *l, struct buf *out,
    size_t *n);

/* One row's state at a time. */
bool hkp_row_is_expired(const struct store_row *row, int64_t now);
bool hkp_row_is_revoked(const struct store_row *row, int64_t now);

#endif
