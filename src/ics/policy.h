/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics policy: descriptors, signed or not, before they are handed to anybody.
 * src/ics/policy has a file for each verb of policy.def.
 */
#ifndef ICS_POLICY_H
#define ICS_POLICY_H

#include "client/http.h"
#include "domain/domain.h"
#include "ics/sign.h"
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

/* "FILE:LINE: what" each; path NULL: "what" alone. */
void policy_complaints_tell(const char *path, struct domain_complaints *c);

/* "infield" and its like. ICS_EUSAGE: told, with those that there are. */
enum ics_err policy_profile_read(const char *word,
    enum domain_profile *profile);

/* A descriptor that a server has. */
struct policy_asked {
	const struct where *where;
	const char *name; /* NULL: the list of all */
	int64_t serial;	  /* 0: that in force */
};
/* Ask a server for it, or for what it says as JSON; the caller releases
 * *answer in any case. Failures are told. */
enum ics_err policy_server_get(const struct policy_asked *a, bool is_signed,
    struct http_answer *answer);
/* Append the text as its owner signed it, from a server or a file. Failures
 * are told. */
enum ics_err policy_text_get(const struct policy_asked *a, struct buf *out);
enum ics_err policy_miss_tell(const struct policy_asked
	*a); /* it is not there */

/* The server that -s, -D or the environment mean, into ics->where. */
enum ics_err policy_where_find(struct ics *ics);
/* Hand it a signed text, and tell what came of it; ICS_EDENIED: refused. */
enum ics_err policy_text_put(const struct ics *ics,
    const struct policy_domain *d, struct bytes text);

/* A descriptor that is wrong is a no, all else as err.def has it. */
int policy_exit(enum ics_err err);

/*
 * A text that stays readable, signed as "gpg --clearsign" does it. Spec: RFC
 * 9580 7.
 */
struct policy_signing {
	struct sign_agent_how how;
	const char *who; /* who signs, as sign_signer_find takes it */
	const struct pgp_fpr *owner;	     /* whose key it must be */
	const char *about;		     /* what pinentry shows; or NULL */
	int64_t now;			     /* the signature's date */
	const struct domain_signed *follows; /* what it goes on from, which he
	                                      * must have signed; or NULL */
};
/*
 * Append the signed text. ICS_EDENIED: who signs is not the owner, or did not
 * sign what it follows. What comes out was verified as a server will. Failures
 * are told.
 */
enum ics_err policy_text_sign(const struct policy_signing *what,
    struct bytes text, struct buf *out);

/* The same as the options say: --as, else the owner; --home, --date,
 * --passphrase-fd. Lends d; wipe it in any case. */
struct policy_signer {
	struct policy_signing what;
	const struct policy_domain *domain; /* lent */
	int64_t serial;			    /* the domain's, unless changed */
	char owner[PGP_FPR_TEXT_MAX + 2];
	char passphrase[SIGN_PASSPHRASE_MAX];
};
enum ics_err policy_signer_read(const struct ics *ics,
    const struct policy_domain *d, struct policy_signer *s);
void policy_signer_wipe(struct policy_signer *s);
/* Append the text, signed as the version with that serial. */
enum ics_err policy_signer_sign(struct policy_signer *s, struct bytes text,
    struct buf *out);

/* What became different, a line each, as ics policy diff tells it. */
void policy_changes_tell(bool quiet, const struct domain_changes *all);

/* The verbs; their arguments are those behind the word. */
#define X(word, function, least, most, arguments, ...) \
	int policy_do_##function(struct ics *ics);
#include "ics/policy.def"
#undef X

#endif
