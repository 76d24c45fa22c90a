/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was done to a device: the steps of its updates, and which code runs
 * there by them. Read from documents about items, as prove/show.h gets them;
 * nothing is believed about their form.
 */
#ifndef PROVE_LEDGER_H
#define PROVE_LEDGER_H

#include "base/array.h"
#include "prove/show.h"

/* Does the statement count, by its standing? */
bool prove_statement_counts(const json_t *statement);

/* "installed code:sha256:...", said in a statement; lent for the call. */
struct prove_step {
	const json_t *statement;
	const char *text;
};
struct prove_steps {
	void (*found)(void *arg, const struct prove_step *step);
	void *arg;
};
/* Every step of an item's document or of its history, in its order. */
void prove_steps_each(const json_t *doc, const struct prove_steps *steps);

struct prove_code {
	char *code;	      /* owned: "code:sha256:..." */
	char *name, *version; /* owned: "" where nobody who may says them */
	char *since, *by;     /* owned: when, and who said so */
};
ARRAY_OF(struct prove_code, prove_codes);
/*
 * The code that runs on a device by its document: installed, not failed
 * since, nor replaced by code of the same name. The server is asked for the
 * names. The caller frees *all in any case: prove_codes_free.
 */
enum ics_err prove_software_read(const struct prove_show *s, const json_t *doc,
    struct prove_codes *all);
void prove_codes_free(struct prove_codes *all);

#endif
