/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics verify: yes or no about a file, a digest or a device, by the word of
 * the anchors and by nothing else. From a server's evidence or from a bundle,
 * and the same either way.
 */
#ifndef PROVE_VERIFY_H
#define PROVE_VERIFY_H

#include "foreign/foreign.h"
#include "prove/anchors.h"
#include "prove/bundle.h"
#include "prove/digest.h"
#include "prove/evidence.h"
#include "prove/require.h"
#include "prove/verdict.h"
#include "prove/when.h"

/* An attestation that is to be checked, too; file NULL: none. */
struct prove_attest_said {
	const char *file, *nonce;
	const char *within; /* --within: seconds, or NULL */
};

struct prove_verify {
	const char *typed;   /* FILE, "-", "sha256:...", a fingerprint */
	const char *anchors; /* --anchor, or NULL */
	const char *bundle;  /* --bundle: read it, ask nobody */
	const char *save;    /* --save-bundle: write one */
	const char *require; /* --require, or NULL */
	struct prove_attest_said attest;
	struct prove_when_said when;
	bool json, quiet, recipe;
	const struct where *where; /* lent; unused with a bundle */
};

/* Find out and print. *yes is the answer; failures of the world are told. */
enum ics_err prove_verify_run(const struct prove_verify *what, bool *yes);

#define PROVE_RUNNING_MAX    64	 /* code in an attestation */
#define PROVE_WITHIN	     300 /* seconds that it may be old */
#define PROVE_AHEAD	     60	 /* that its clock may be ahead */
#define PROVE_SUBJECTS_MAX   64
#define PROVE_DEVELOPERS_MAX 16 /* signatures of other programs, looked at */

/* A developer's own signature, and whether it holds. */
struct prove_developer {
	size_t statement; /* that carries it */
	enum foreign_answer answer;
	char words[512]; /* what it is, by which key */
};

/* An attestation: what a device says that it runs. */
struct prove_attest {
	struct buf packets; /* owned */
	uint8_t digest[32]; /* of the record */
	int64_t created, within;
	char nonce[NOTATIONS_VALUE_MAX + 1];
	struct notations_subject running[PROVE_RUNNING_MAX];
	/* GOOD, UNDECLARED or BAD_CODE */
	enum prove_why whys[PROVE_RUNNING_MAX];
	size_t running_n;
	bool is_read;
};

/* What is known at the end of it; for the printers. */
struct prove_finding {
	const struct prove_verify *what;
	struct prove_anchors anchors;
	struct prove_evidence ev;
	struct prove_bundle bundle;   /* read or made */
	struct prove_digests digests; /* n is 0: no file was named */
	struct policy_time when;
	struct notations_subject subjects[PROVE_SUBJECTS_MAX];
	size_t subjects_n;
	struct prove_folded folded; /* the item that answers, if any */
	struct prove_verdict verdict;
	struct prove_developer developers[PROVE_DEVELOPERS_MAX];
	size_t developers_n;
	struct prove_attest attest;
	struct prove_requires requires;
	struct prove_meeting meetings[PROVE_REQUIRES_MAX];
};

/* Read the file that --attestation names; what is no attestation is an
 * answer, too. ICS_EUSAGE and what reading gave, told. */
enum ics_err prove_attest_read(struct prove_finding *f);
/* Fetch what a server has about the code it names. */
enum ics_err prove_attest_fetch(struct prove_finding *f, struct http *h);
/* Turn a yes to no where the attestation does not hold. */
void prove_attest_check(struct prove_finding *f);
void prove_attest_tell(const struct prove_finding *f);
json_t *prove_attest_json(const struct prove_finding *f);

/* Look at the developer's own signatures of the item that answers; one that
 * is bad makes the answer no. */
void prove_developers_check(struct prove_finding *f);
void prove_developers_tell(const struct prove_finding *f);
json_t *prove_developers_json(const struct prove_finding *f);

void prove_verify_tell(const struct prove_finding *f);
json_t *prove_verify_json(const struct prove_finding *f);
/* The commands that prove the same with gpg and sha256sum, to stdout. */
void prove_recipe_print(const struct prove_finding *f);

#endif
