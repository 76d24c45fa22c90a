/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a row of a manifest to a certificate: the device's public key, a User
 * ID, and its maker's certification. The device signs nothing: its secret is
 * elsewhere. Invariant: the same row gives the same octets, whenever it is
 * done, so that importing again changes nothing.
 */
#ifndef SIGN_MINT_H
#define SIGN_MINT_H

#include "foreign/keytext.h"
#include "sign/draft.h"
#include "sign/manifest.h"
#include "sign/signer.h"

/*
 * Columns that are no notations: key or pem (the key), uid (the User ID),
 * made (when the key was made). Others are named as notations are.
 */
struct sign_mint {
	const struct sign_signer *maker; /* lent */
	const struct sign_draft *common; /* lent: said of all, unless the row
	                                  * says it itself */
	const char *user_id; /* "{manu} {model} {serial}"; NULL: these, as far
	                      * as they are there */
	int64_t made;	     /* for rows that do not say; 0 */
	int64_t date;	     /* of the certification; 0: when the key was made,
	                      * or the maker's, which is later */
};

/* What a row becomes, before it is signed. */
struct sign_minted {
	struct foreign_keytext text;
	struct buf body;   /* of the key */
	struct buf uid;	   /* of the User ID */
	struct buf hashed; /* what the maker says */
	struct pgp_key key;
	uint32_t date;
};
void sign_minted_init(struct sign_minted *minted);
void sign_minted_release(struct sign_minted *minted);

/* Read a row; ICS_EDENIED when it cannot be: rep says why. */
enum ics_err sign_mint_read(const struct sign_mint *mint,
    const struct sign_row *row, struct report *rep, struct sign_minted *minted);

/* Have the maker sign, and append the certificate. Failures are told. */
enum ics_err sign_mint_sign(const struct sign_mint *mint,
    const struct sign_minted *minted, struct buf *packets);

#endif
