/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics policy: descriptors, signed or not, before they are handed to anybody.
 * src/ics/policy has a file for each verb of policy.def.
 */
#ifndef ICS_POLICY_H
#define ICS_POLICY_H

#include "domain/domain.h"
#include "ics/ics.h"
#include "sign/agent.h"

/* A descriptor from a file, and what it says. */
struct policy_file {
	struct buf data;		/* owned: as it stands there */
	struct domain_signed cleartext; /* owned */
	bool is_signed;
	struct policy_domain *domain; /* owned; NULL: it is wrong */
};
/* Complaints are told, and failures. ICS_EFORMAT: it is wrong. Release *f in
 * any case. */
enum ics_err policy_file_read(const char *path, struct policy_file *f);
/* The same; complaints are the caller's, who releases them. */
enum ics_err policy_file_judge(const char *path, struct policy_file *f,
    struct domain_complaints *c);
void policy_file_release(struct policy_file *f);
/* What was signed, or is to be; lent. */
struct bytes policy_file_text(const struct policy_file *f);

/* "FILE:LINE: what" each. */
void policy_complaints_tell(const char *path, struct domain_complaints *c);

/* A descriptor that is wrong is a no, all else as err.def has it. */
int policy_exit(enum ics_err err);

/*
 * A text that stays readable, signed as "gpg --clearsign" does it. Spec: RFC
 * 9580 7.
 */
struct policy_signing {
	struct sign_agent_how how;
	const char *who; /* who signs, as sign_signer_find takes it */
	const struct pgp_fpr *owner; /* whose key it must be */
	const char *about;	     /* what pinentry shows; or NULL */
	int64_t now;		     /* the signature's date */
};
/*
 * Append the signed text. ICS_EDENIED: who signs is not the owner. What comes
 * out was verified as a server will. Failures are told.
 */
enum ics_err policy_text_sign(const struct policy_signing *what,
    struct bytes text, struct buf *out);

/* The verbs; their arguments are those behind the word. */
#define X(word, function, least, most, arguments, ...) \
	int policy_do_##function(struct ics *ics);
#include "ics/policy.def"
#undef X

#endif
