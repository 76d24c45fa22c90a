/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors looked at before anybody has to live with them: questions to
 * one, and what became different between two. Nothing here decides anything:
 * a question becomes statements, and src/policy says what it always says.
 *
 *	look/case.c     a line of text to a question
 *	look/world.c    a question to statements that nobody made
 *	look/install.c  code on a device: what a case says, and what it comes to
 *	look/answer.c   yes or no, and which lines say so
 *	look/diff.c     two descriptors, block by block; diff_*.c each sort
 *
 * Others include domain/domain.h.
 */
#ifndef DOMAIN_LOOK_H
#define DOMAIN_LOOK_H

#include "base/array.h"
#include "policy/policy.h"

#define DOMAIN_CASE_LINE_MAX 4096u	/* octets of a line */
#define DOMAIN_CASES_MAX     10000u	/* in a file */
#define DOMAIN_CASES_OCTETS  (4u << 20) /* of a file */

struct domain_complaints;

/* What is asked; from BELONG on of the thing in front. */
enum domain_asks {
	DOMAIN_ASKS_STATE,   /* may a party say of a thing that it is so */
	DOMAIN_ASKS_NAME,    /* may a party say this notation */
	DOMAIN_ASKS_ACT,     /* may a party speak in a role */
	DOMAIN_ASKS_GRANT,   /* may a party give a role to others */
	DOMAIN_ASKS_READ,    /* may somebody read */
	DOMAIN_ASKS_BELONG,  /* is a thing of the domain */
	DOMAIN_ASKS_PURPOSE, /* may a thing take part */
	DOMAIN_ASKS_INSTALL, /* may code be installed on a device */
};

/* Any thing of which this is said. */
struct domain_thing {
	struct notations_subject item; /* kind NONE: whichever */
	enum notations_entity kind;    /* NONE: not said */
	bool is_code, is_said;
	struct policy_terms terms; /* owned */
	unsigned by;		   /* roles of those who vouch for it */
};

/* On what code is to be installed, and what was said of that. */
struct domain_installing {
	struct domain_thing on;
	unsigned approved; /* roles of those who approve it */
	char *window;	   /* owned: FROM/UNTIL of the approvals; or NULL */
	char *running;	   /* owned: code-seq of what runs there; or NULL */
	bool has_rollback; /* a way back to this code was signed */
};

enum domain_reader_kind {
	DOMAIN_READER_ANYBODY,
	DOMAIN_READER_ADDRESS,
	DOMAIN_READER_TOKEN,
	DOMAIN_READER_CLIENT,
	DOMAIN_READER_PEER
};
struct domain_reader {
	enum domain_reader_kind kind;
	struct policy_network addr; /* ADDRESS: all bits */
	uint8_t digest[32];	    /* TOKEN, CLIENT: SHA-256 */
	char *peer;		    /* owned */
};

struct domain_case {
	int line;
	enum domain_asks asks;
	bool expects_no;
	bool has_at;
	int64_t at;
	struct pgp_fpr party;
	enum notations_status status;
	enum notations_name name;
	enum notations_role role;
	char *purpose; /* owned; NULL unless PURPOSE */
	struct domain_thing thing;
	struct domain_installing install;
	struct domain_reader reader;
};
ARRAY_OF(struct domain_case, domain_cases);

/*
 * Read one case, as ics-policy(5) has them; parties are those of d. False with
 * complaints. Release *q in any case.
 */
bool domain_case_read(struct bytes line, const struct policy_domain *d,
    struct domain_complaints *c, struct domain_case *q);
void domain_case_release(struct domain_case *q);

/* A file of them, a line each; what is wrong is complained about, the others
 * are there. The caller releases each and the array: domain_cases_free. */
void domain_cases_read(struct bytes text, const struct policy_domain *d,
    struct domain_complaints *c, struct domain_cases *all);
void domain_cases_free(struct domain_cases *all);

/* A line of the descriptor that has to do with an answer. */
struct domain_because {
	int line;    /* 0: none, a rule of the house */
	bool is_yes; /* it speaks for a yes */
	char *words; /* owned */
};
ARRAY_OF(struct domain_because, domain_becauses);
struct domain_answer {
	bool is_yes;
	struct domain_becauses why; /* owned */
};
/* Judge as of q->at, or where it does not say as of now. The caller releases
 * *a. */
void domain_case_judge(const struct policy_domain *d,
    const struct domain_case *q, int64_t now, struct domain_answer *a);
void domain_answer_release(struct domain_answer *a);

/* ---- differences --------------------------------------------------------- */

/* Which way a change goes, bits; 0: neither. */
#define DOMAIN_STRICTER 1u /* something that was a yes may be a no now */
#define DOMAIN_OPENER	2u /* something that was a no may be a yes now */

struct domain_change {
	unsigned turn;
	const char *section;	/* "grant"; static; "domain" for its words */
	int old_line, new_line; /* 0: not there */
	char *words;		/* owned */
};
ARRAY_OF(struct domain_change, domain_changes);

/*
 * What became different, whatever the order and the words: by what it means.
 * None: both say the same. The caller frees them.
 */
void domain_diff(const struct policy_domain *before,
    const struct policy_domain *now, struct domain_changes *out);
void domain_changes_free(struct domain_changes *all);

#endif
