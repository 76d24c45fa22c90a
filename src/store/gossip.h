/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTRACT. The part of store/store.h about what peers compare. Others
 * include store/store.h.
 *
 *	node    the prefix tree over the SKS hashes of what SKS peers may see:
 *	        v3 and v4 certificates (not STORE_CERT_HIDDEN); changed in the
 *	        transaction of the certificates, each node written once a commit
 *	print   count and sum of the digests of all certificates and records:
 *	        changed likewise; equal prints mean equal stores
 *
 * Both can be computed from cert and record: fsck does, and repairs.
 */
#ifndef STORE_GOSSIP_H
#define STORE_GOSSIP_H

#include "recon/recon.h"
#include "sketch/sketch.h"

struct store;
struct store_reader;

/* The tree as of the reader's snapshot, which the caller must not move on
 * while the view is in use. r is lent. */
void store_tree_view(struct store_reader *r, struct recon_view *view);

/* Whether the tree is whole; false while it is (re)built, when its view must
 * not be shown. */
enum ics_err store_tree_is_whole(struct store_reader *r, bool *is);

/* One slice of building a lost or damaged tree, inside an open transaction of
 * the writer: it takes some milliseconds. *more false: it is whole now. Until
 * then puts and deletes go on beside it. */
enum ics_err store_tree_build_step(struct store *s, bool *more);
/* Begin anew: drops every node. */
enum ics_err store_tree_drop(struct store *s);
/* Whether there is something to build, as of the last commit; at no cost. */
bool store_tree_grows(const struct store *s);

/* ---- digests of everything ------------------------------------------------------ */

/* Of all certificates and records, as of the snapshot; one row. */
enum ics_err store_print_get(struct store_reader *r,
    struct sketch_print *print);

/* Where a digest stands. */
struct store_digest {
	uint8_t digest[32];
	bool is_record;
	int64_t id; /* of a certificate; 0 for a record */
};
/* Where digests go: at most max at out, which is the caller's; n is set. */
struct store_digests {
	struct store_digest *out;
	size_t max, n;
};
/* The next digests after this one (NULL: from the start), in the order of
 * their octets, certificates and records together. Fewer than max: no more
 * follow. */
enum ics_err store_digest_next(struct store_reader *r, const uint8_t *after,
    struct store_digests *d);
/* Those that begin with these octets (8 to 32 of them). */
enum ics_err store_digest_find(struct store_reader *r, struct bytes head,
    struct store_digests *d);

#endif
