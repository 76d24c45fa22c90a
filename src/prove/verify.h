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
#include "prove/verdict.h"
#include "prove/when.h"

struct prove_verify {
	const char *typed;   /* FILE, "-", "sha256:...", a fingerprint */
	const char *anchors; /* --anchor, or NULL */
	const char *bundle;  /* --bundle: read it, ask nobody */
	const char *save;    /* --save-bundle: write one */
	struct prove_when_said when;
	bool json, quiet, recipe;
	const struct where *where; /* lent; unused with a bundle */
};

/* Find out and print. *yes is the answer; failures of the world are told. */
enum ics_err prove_verify_run(const struct prove_verify *what, bool *yes);

#define PROVE_SUBJECTS_MAX   64
#define PROVE_DEVELOPERS_MAX 16 /* signatures of other programs, looked at */

/* A developer's own signature, and whether it holds. */
struct prove_developer {
	size_t statement; /* that carries it */
	enum foreign_answer answer;
	char words[512]; /* what it is, by which key */
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
};

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
