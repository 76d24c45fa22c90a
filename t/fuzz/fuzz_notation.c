/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Notations: the octets are a signature body, then a value of each syntax.
 * What is read as a statement keeps its promises; a set that is well is the
 * same after it was written and read again; subjects and digests survive
 * their own text.
 */
#include <stdlib.h>

#include "notations/notations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static void
term(void *arg, struct bytes name, struct bytes value)
{
	(void)arg;
	must(name.n > 0 && value.n > 0 && value.n <= NOTATIONS_VALUE_MAX);
}

static void
statement(const struct pgp_sig *sig, enum notations_carrier carrier)
{
	static const struct notations_terms terms = { term, NULL };
	static const struct pgp_fpr fpr = { .version = 4, .n = 20 };
	static const uint8_t target[32];
	struct notations_place place = { carrier, &fpr, target };
	struct notations_statement st;
	struct report rep = { 0 };
	enum ics_err err = notations_statement_read(sig, &place, &rep, &st);

	must(err == ICS_OK || err == ICS_ENOTFOUND || err == ICS_EDENIED);
	must(err != ICS_EDENIED || rep.n > 0);
	if (err == ICS_OK) {
		must(st.subject.kind != NOTATIONS_SUBJECT_NONE);
		must((st.says >> st.kind & 1) != 0);
		must(st.set.n <= NOTATIONS_MAX);
		notations_statement_terms(&st, &terms);
		(void)notations_statement_revokes(&st, target);
	}
	notations_statement_release(&st);
	report_release(&rep);
}

static void
set_again(const struct notations_set *set)
{
	struct report rep = { 0 };
	struct notations_set again;
	struct pgp_sig sig = { 0 };
	struct buf hashed;

	buf_init(&hashed, 2 * PGP_SIG_MAX);
	for (size_t i = 0; i < set->n; i++) {
		const struct notations_entry *e = &set->at[i];

		notations_write_raw(&(struct notations_raw){ e->text, e->value,
					e->is_readable, e->is_critical },
		    &hashed);
	}
	sig.hashed = buf_bytes(&hashed);
	must(notations_set_read(&sig, &rep, &again) == ICS_OK);
	must(again.n == set->n);
	for (size_t i = 0; i < set->n; i++)
		must(again.at[i].name == set->at[i].name &&
		     bytes_equal(again.at[i].value, set->at[i].value));
	notations_set_release(&again);
	buf_release(&hashed);
}

static void
subject(const struct notations_subject *s)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	uint8_t octets[NOTATIONS_SUBJECT_OCTETS_MAX];
	struct notations_subject again;
	size_t n = notations_subject_octets(s, octets);

	notations_subject_text(s, text);
	must(notations_subject_read(bytes_of_str(text), &again) &&
	     notations_subject_equal(s, &again));
	must(notations_subject_of_octets(bytes_of(octets, n), &again) &&
	     notations_subject_equal(s, &again));
}

static void
value(struct bytes v)
{
	struct notations_subject s;
	struct notations_digest d;
	struct buf b;

	for (unsigned i = 0; i < NOTATIONS_SYNTAX_COUNT; i++) {
		enum notations_syntax syntax = (enum notations_syntax)i;

		must(notations_value_check(syntax, v, true) != ICS_OK ||
		     notations_value_check(syntax, v, false) != ICS_OK);
	}
	if (notations_subject_guess(v, &s))
		subject(&s);
	if (notations_hash_read(v, &d) == ICS_OK) {
		buf_init(&b, v.n);
		notations_hash_write(&d, &b);
		must(bytes_equal(buf_bytes(&b), v));
		buf_release(&b);
	}
	(void)notations_term_hash(v, v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes octets = bytes_of(data, size);
	struct report rep = { 0 };
	struct notations_set set;
	struct pgp_sig sig;

	value(octets);
	if (pgp_sig_parse(octets, &sig) != ICS_OK)
		return 0;
	if (notations_set_read(&sig, &rep, &set) == ICS_OK)
		set_again(&set);
	notations_set_release(&set);
	report_release(&rep);
	statement(&sig, NOTATIONS_CERTIFICATION);
	statement(&sig, NOTATIONS_RECORD);
	statement(&sig, NOTATIONS_CONFIRMATION);
	return 0;
}
