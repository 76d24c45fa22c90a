/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates by what the user typed, from a server or from the file.
 */
#ifndef CLIENT_FIND_H
#define CLIENT_FIND_H

#include "base/array.h"
#include "base/buf.h"
#include "client/where.h"
#include "pgp/pgp.h"
#include "store/store.h"

#define FIND_OCTETS_MAX (128u << 20) /* of certificates that one query yields */

enum find_kind {
	FIND_FPR,
	FIND_KEYID,
	FIND_ADDRESS,
	FIND_WORDS
};

struct find {
	enum find_kind kind;
	const char *typed;  /* lent */
	struct pgp_fpr fpr; /* FIND_FPR; version 0 when not said */
	uint64_t keyid;	    /* FIND_KEYID */
	struct bytes text;  /* the others; lent by typed */
};

/*
 * Understand what was typed: a fingerprint (also versioned, with 0x, with
 * spaces), a key ID of 16 digits, an address, or words. ICS_EUSAGE (told) for
 * a short key ID, which names nobody for sure.
 */
enum ics_err find_read(const char *typed, struct find *find);

/* The same for commands that take fingerprints only. ICS_EUSAGE, told. */
enum ics_err find_read_fpr(const char *typed, struct pgp_fpr *fpr);

/*
 * Append every certificate found, as packets, to out: the form that GnuPG
 * reads where there is one, or everything with full. ICS_ENOTFOUND,
 * ICS_EGONE and every other failure are told.
 */
enum ics_err find_certs(const struct where *where, const struct find *find,
    bool full, struct buf *out);

/* What an index says: a key row, then its User IDs (and subkeys, where the
 * source tells of them). */
ARRAY_OF(struct store_row, find_rows);
struct find_list {
	struct find_rows rows; /* their uid views are lent by texts */
	struct buf texts;
	bool more; /* the list was cut */
};
enum ics_err find_index(const struct where *where, const struct find *find,
    struct find_list *list);
void find_list_release(struct find_list *list);

/* "0x" and the fingerprint or key ID, or the text, for a server's query. */
void find_search_text(const struct find *find, struct buf *to);

#endif
