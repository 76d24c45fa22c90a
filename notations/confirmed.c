/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which record a confirmation is about, by either of two names. */
#include "notations/notations.h"

/* rec:sha256: in subject@; false when it says none. */
static bool
digest_read(const struct pgp_sig *sig, struct notations_confirmed *name)
{
	struct report ignored = { 0 }; /* the statement is read later */
	struct notations_set set = { 0 };
	struct notations_subject subject = { 0 };
	const struct notations_entry *said;

	(void)notations_set_read(sig, &ignored, &set); /* likewise */
	said = notations_set_get(&set, NOTATIONS_NAME_SUBJECT);
	if (said != NULL)
		(void)notations_subject_read(said->value, &subject);
	report_release(&ignored);
	notations_set_release(&set);
	if (subject.kind != NOTATIONS_SUBJECT_RECORD ||
	    subject.tag != PGP_HASH_SHA256)
		return false;
	memcpy(name->digest, subject.b, subject.n);
	name->n = subject.n;
	return true;
}

bool
notations_confirmed_read(const struct pgp_sig *sig,
    struct notations_confirmed *name)
{
	struct cursor cur = cursor_of(sig->target);
	struct bytes digest;

	*name = (struct notations_confirmed){ 0 };
	if (digest_read(sig, name))
		return true;
	name->is_signed = true;
	(void)cursor_be16(&cur); /* its algorithms; verifying tells */
	digest = cursor_rest(&cur);
	if (digest.n < NOTATIONS_CONFIRMED_MIN ||
	    digest.n > sizeof(name->digest))
		return false;
	memcpy(name->digest, digest.p, digest.n);
	name->n = digest.n;
	return true;
}
