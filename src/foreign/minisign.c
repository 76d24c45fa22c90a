/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * minisign and its parent signify: lines of base 64 behind comments.
 *
 *	key        "Ed", a number of 8 octets, the point
 *	signature  "Ed" over the octets, or "ED" over their BLAKE2b; number; R, S
 *	minisign   adds a trusted comment, and a second signature over the first
 *	           one's R and S and that comment
 */
#include "foreign/forms.h"

#define KEY_OCTETS 42
#define SIG_OCTETS 74
#define SIG_BEFORE 10 /* what stands before R and S */

static const char untrusted[] = "untrusted comment:";
static const char trusted[] = "trusted comment: ";

/* The line behind the comment; a key may be its line alone. */
static bool
line_find(struct cursor *cur, struct bytes *line)
{
	do {
		if (!foreign_line_next(cur, line))
			return false;
	} while (bytes_starts_with(*line, bytes_of_str(untrusted)) ||
		 line->n == 0);
	return true;
}

const struct reason *
foreign_minisign_key(struct foreign_sig *sig)
{
	struct foreign_keytext *key = &sig->key;

	if (sig->key_octets.n != KEY_OCTETS ||
	    memcmp(sig->key_octets.p, "Ed", 2) != 0)
		return FOREIGN_REASON(bad_key);
	if (sig->sig.n != SIG_OCTETS ||
	    memcmp(sig->sig.p + 2, sig->key_octets.p + 2, 8) != 0)
		return FOREIGN_REASON(other_key);
	memcpy(key->room, sig->key_octets.p + SIG_BEFORE, 32);
	key->octets = bytes_of(key->room, 32);
	key->key = (struct compose_key){ .algo = PGP_ALGO_EDDSA,
		.curve = PGP_CURVE_ED25519,
		.point = key->octets };
	return NULL;
}

/* Behind the signature: nothing of signify, two lines of minisign. */
static bool
trusted_read(struct cursor *cur, struct foreign_sig *sig)
{
	struct bytes lead = bytes_of_str(trusted), line;

	if (!line_find(cur, &line))
		return true;
	if (!bytes_starts_with(line, lead))
		return false;
	buf_put(&sig->words, bytes_of(line.p + lead.n, line.n - lead.n));
	return line_find(cur, &line) &&
	       foreign_base64(line, &sig->global) == ICS_OK &&
	       sig->global.n == 64 && buf_end(&sig->words) == ICS_OK;
}

const struct reason *
foreign_minisign_read(struct bytes sig_file, struct bytes key_file,
    struct foreign_sig *sig)
{
	struct cursor cur = cursor_of(sig_file);
	struct bytes line;

	if (!line_find(&cur, &line) ||
	    foreign_base64(line, &sig->sig) != ICS_OK ||
	    sig->sig.n != SIG_OCTETS || !trusted_read(&cur, sig))
		return FOREIGN_REASON(not_signature);
	if (memcmp(sig->sig.p, "ED", 2) == 0 && sig->global.n > 0)
		sig->form = FOREIGN_MINISIGN;
	else if (memcmp(sig->sig.p, "Ed", 2) == 0)
		sig->form = FOREIGN_SIGNIFY;
	else
		return FOREIGN_REASON(odd_signature);
	cur = cursor_of(key_file);
	if (!line_find(&cur, &line))
		return FOREIGN_REASON(no_key);
	if (foreign_base64(line, &sig->key_octets) != ICS_OK)
		return FOREIGN_REASON(bad_key);
	return foreign_minisign_key(sig);
}
