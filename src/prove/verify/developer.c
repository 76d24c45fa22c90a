/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The developer's own signatures (evidence@) of the item that answers. Only
 * statements that count by the anchors' word are looked at: who made them
 * vouches for key and signature. One that does not hold turns a yes to no.
 */
#include "client/out.h"
#include "prove/octets.h"
#include "prove/verify.h"

static struct bytes
value_get(const struct notations_statement *st, enum notations_name name)
{
	const struct notations_entry *e = notations_set_get(&st->set, name);

	return e == NULL ? bytes_of(NULL, 0) : e->value;
}

static void
proof_make(struct prove_finding *f, size_t i, struct prove_octets *octets)
{
	const struct notations_statement *st = &f->folded.it.statements[i].st;
	struct prove_developer *d = &f->developers[f->developers_n++];
	struct bytes evidence = value_get(st, NOTATIONS_NAME_EVIDENCE);
	struct foreign_source source = prove_octets_source(octets);
	struct buf words;
	struct foreign_sig *sig = alloc_new(sizeof(*sig));

	foreign_init(sig);
	buf_init(&words, sizeof(d->words) - 1);
	*d = (struct prove_developer){ .statement = i,
		.answer = FOREIGN_UNSUPPORTED };
	if (foreign_of_values(evidence,
		value_get(st, NOTATIONS_NAME_EVIDENCE_KEY), sig) == NULL) {
		d->answer = foreign_check(sig, &source);
		foreign_describe(sig, &words);
	} else {
		buf_put_str(&words, "a signature that cannot be read here");
	}
	(void)snprintf(d->words, sizeof(d->words), "%s",
	    buf_str(&words)); /* cut */
	buf_release(&words);
	foreign_release(sig);
	free(sig);
}

/* The file is the item, or its digest was typed. */
static bool
is_about_octets(const struct prove_finding *f)
{
	const struct notations_subject *s = &f->folded.it.subject;

	return f->folded.is_here && s->kind == NOTATIONS_SUBJECT_CODE &&
	       (f->digests.n == 0 || prove_digest_has(&f->digests, s));
}

void
prove_developers_check(struct prove_finding *f)
{
	struct prove_digests typed = { .n = 1 };
	struct prove_octets octets;
	bool is_file = f->digests.n > 0 && strcmp(f->what->typed, "-") != 0;

	if (!is_about_octets(f))
		return;
	typed.at[0] = f->folded.it.subject;
	prove_octets_init(&octets, is_file ? f->what->typed : NULL,
	    f->digests.n > 0 ? &f->digests : &typed);
	for (size_t i = 0;
	     i < f->folded.it.about_n && f->developers_n < PROVE_DEVELOPERS_MAX;
	     i++)
		if (prove_is_anchored(&f->folded.it, &f->folded.state, i) &&
		    value_get(&f->folded.it.statements[i].st,
			NOTATIONS_NAME_EVIDENCE)
			    .n > 0)
			proof_make(f, i, &octets);
	prove_octets_release(&octets);
	for (size_t i = 0; i < f->developers_n; i++)
		if (f->developers[i].answer == FOREIGN_BAD &&
		    prove_why_is_yes(f->verdict.why))
			f->verdict = (struct prove_verdict){ PROVE_BAD_EVIDENCE,
				f->developers[i].statement };
}

void
prove_developers_tell(const struct prove_finding *f)
{
	for (size_t i = 0; i < f->developers_n; i++) {
		const struct prove_developer *d = &f->developers[i];

		out_line("  developer: %s: %s%s", d->words,
		    foreign_answer_word(d->answer),
		    d->answer == FOREIGN_UNCHECKED
			? ", the file itself is needed"
			: "");
	}
}

json_t *
prove_developers_json(const struct prove_finding *f)
{
	struct notations_digest d = { .hash = PGP_HASH_SHA256, .n = 32 };
	char text[NOTATIONS_DIGEST_TEXT_MAX];
	json_t *list = json_array();

	for (size_t i = 0; i < f->developers_n; i++) {
		const struct prove_developer *of = &f->developers[i];

		memcpy(d.b, f->folded.it.statements[of->statement].st.digest,
		    32);
		notations_digest_text(&d, text);
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:o}", "statement", text, "answer",
			foreign_answer_word(of->answer), "words",
			out_json_text(bytes_of_str(of->words))));
	}
	return list;
}
