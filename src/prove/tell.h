/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements, states and parties as lines for people, out of the JSON that
 * servers and item_json_* give alike. A member that is not there is passed
 * over: nothing is believed about a document's form.
 */
#ifndef PROVE_TELL_H
#define PROVE_TELL_H

#include <jansson.h>

#include "base/buf.h"

/* "2026-11-02T08:00:00Z  stolen  by 04... Owner <..>  (owner)  [claim]" */
void prove_tell_statement(const json_t *statement, struct buf *line);
/* What it says beside its state, a line each, and its digest; indented. */
void prove_tell_values(const json_t *statement);
/* The state of an item, who decided, what contradicts. */
void prove_tell_status(const json_t *status);
/* Parties, a block each. */
void prove_tell_parties(const json_t *parties);

/* A member that is text, or "". */
const char *prove_text(const json_t *object, const char *key);
/* The first value of a name in a statement, or "". */
const char *prove_value(const json_t *statement, const char *name);

#endif
