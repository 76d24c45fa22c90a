/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is meant, what is said about it, what follows.
 *
 *	typed ─▶ subjects ─▶ evidence (server, bundle) ─▶ fold ─▶ verdict
 */
#include "prove/verify.h"

#include <stdlib.h>

#include "base/clock.h"
#include "client/out.h"

/* ---- what is meant ----------------------------------------------------------------- */

static void
subject_add(struct prove_finding *f, const struct notations_subject *subject)
{
	for (size_t i = 0; i < f->subjects_n; i++)
		if (notations_subject_equal(&f->subjects[i], subject))
			return;
	if (f->subjects_n < PROVE_SUBJECTS_MAX)
		f->subjects[f->subjects_n++] = *subject;
}

static enum ics_err
file_hash(struct prove_finding *f, enum prove_digest_how how)
{
	enum ics_err err = prove_digest_file(f->what->typed, how, &f->digests);

	for (size_t i = 0; err == ICS_OK && i < f->digests.n; i++)
		subject_add(f, &f->digests.at[i]);
	return err;
}

/* A digest or fingerprint as it is; anything else is a file. What is read only
 * once, or without asking anybody, is hashed by every algorithm. */
static enum ics_err
typed_read(struct prove_finding *f)
{
	struct notations_subject subject;

	if (notations_subject_guess(bytes_of_str(f->what->typed), &subject)) {
		subject_add(f, &subject);
		return ICS_OK;
	}
	if (f->what->bundle != NULL || strcmp(f->what->typed, "-") == 0)
		return file_hash(f, PROVE_DIGEST_ALL);
	return file_hash(f, PROVE_DIGEST_FIRST);
}

/* ---- what is said ------------------------------------------------------------------- */

/* Fetch about every subject; *found when the server knows any. */
static enum ics_err
subjects_fetch(struct prove_finding *f, struct http *h, bool *found)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < f->subjects_n; i++) {
		err = prove_evidence_fetch(&f->ev, h, &f->subjects[i]);
		*found = *found || err == ICS_OK;
		if (err != ICS_OK && err != ICS_ENOTFOUND)
			return err;
	}
	return ICS_OK;
}

/* Items whose statements name the digests. */
static enum ics_err
named_search(struct prove_finding *f, struct http *h)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject subject;
	json_t *doc = NULL, *item;
	struct buf path;
	enum ics_err err = ICS_OK;
	size_t i;

	buf_init(&path, 1024);
	for (size_t k = 0; k < f->digests.n && err == ICS_OK; k++) {
		buf_clear(&path);
		notations_subject_text(&f->digests.at[k], text);
		buf_printf(&path, "/ics/v1/search?hash=%s", text + 5);
		err = prove_get_json(&(struct prove_get){ h, buf_str(&path),
					 text },
		    &doc);
		json_array_foreach(json_object_get(doc, "items"), i, item)
		{
			const char *id =
			    json_string_value(json_object_get(item, "item"));

			if (id != NULL &&
			    notations_subject_read(bytes_of_str(id), &subject))
				subject_add(f, &subject);
		}
		json_decref(doc);
		err = err == ICS_ENOTFOUND ? ICS_OK : err;
	}
	buf_release(&path);
	return err;
}

static enum ics_err
server_ask(struct prove_finding *f)
{
	struct http *h = NULL;
	bool found = false;
	size_t before = f->subjects_n;
	enum ics_err err;

	TRY(prove_server_open(f->what->where, &h));
	TRY(subjects_fetch(f, h, &found));
	TRY(prove_attest_fetch(f, h));
	if (found || f->digests.n == 0)
		goto out;
	/* Perhaps it is known by another algorithm, or by somebody's list. */
	if (f->digests.n == 1)
		TRY(file_hash(f, PROVE_DIGEST_ALL));
	TRY(named_search(f, h));
	if (f->subjects_n > before)
		err = subjects_fetch(f, h, &found);
out:
	http_free(h);
	return err;
}

static enum ics_err
bundle_take(struct prove_finding *f)
{
	struct buf text;
	enum ics_err err;

	buf_init(&text, PROVE_BUNDLE_MAX);
	TRY(prove_file_read(f->what->bundle, &text));
	err = prove_bundle_read(buf_bytes(&text), &f->bundle);
	if (err != ICS_OK) {
		out_fail("%s: not a bundle, or damaged", f->what->bundle);
		goto out;
	}
	subject_add(f, &f->bundle.subject);
	err = prove_evidence_add(&f->ev, buf_bytes(&f->bundle.packets));
	if (err != ICS_OK)
		out_fail("%s: %s", f->what->bundle, err_words(err));
out:
	buf_release(&text);
	return err;
}

static enum ics_err
evidence_get(struct prove_finding *f)
{
	const struct policy_rights rights = prove_anchors_rights(&f->anchors);
	enum ics_err err;

	TRY(prove_attest_read(f));
	TRY(f->what->bundle != NULL ? bundle_take(f) : server_ask(f));
	err = prove_evidence_add(&f->ev, buf_bytes(&f->anchors.certs));
	if (err != ICS_OK) {
		out_fail("--anchor: %s", err_words(err));
		goto out;
	}
	err = prove_evidence_settle(&f->ev, &rights);
out:
	return err;
}

/* ---- what follows ---------------------------------------------------------------------- */

/* Nothing known, but something was there and did not hold. */
static enum prove_why
why_unknown(struct prove_finding *f)
{
	struct pgp_fpr missing;

	if (report_has(&f->ev.rep, PGP_REASON(bad_signature)))
		return PROVE_BAD_SIGNATURE;
	if (item_pool_missing(f->ev.pool, &missing, 1) > 0)
		return PROVE_UNKNOWN_ISSUER;
	return PROVE_UNKNOWN;
}

/* The item itself is meant, unless a file was given and it is not its name. */
static struct prove_verdict
item_judge(struct prove_finding *f, const struct notations_subject *subject,
    struct prove_folded *folded)
{
	const struct policy_rights rights = prove_anchors_rights(&f->anchors);
	const struct prove_ask ask = { subject, &rights, f->when };
	char text[PROVE_DIGESTS_MAX][NOTATIONS_SUBJECT_TEXT_MAX];
	struct bytes named[PROVE_DIGESTS_MAX];
	struct prove_case c = { &folded->it, &folded->state, f->when, named,
		0 };

	if (prove_evidence_fold(&f->ev, &ask, folded) != ICS_OK)
		return (struct prove_verdict){ PROVE_UNKNOWN, POLICY_NOBODY };
	if (f->digests.n > 0 && !prove_digest_has(&f->digests, subject))
		for (; c.named_n < f->digests.n; c.named_n++) {
			notations_subject_text(&f->digests.at[c.named_n],
			    text[c.named_n]);
			named[c.named_n] =
			    bytes_of_str(text[c.named_n] + 5); /* "code:" */
		}
	return prove_verdict_of(&c);
}

/* An item that does not even name the file is none; the graver one is. */
static bool
is_answer(const struct prove_finding *f, const struct prove_folded *folded,
    const struct prove_verdict *v)
{
	if (!folded->is_here)
		return false;
	if (v->why == PROVE_UNKNOWN && f->digests.n > 0 &&
	    !prove_digest_has(&f->digests, &folded->it.subject))
		return false;
	return !f->folded.is_here || v->why > f->verdict.why;
}

/* The gravest answer of all items is the answer. */
static void
judge(struct prove_finding *f)
{
	struct prove_folded folded;
	struct prove_verdict v;

	f->verdict = (struct prove_verdict){ PROVE_UNKNOWN, POLICY_NOBODY };
	for (size_t i = 0; i < f->subjects_n; i++) {
		v = item_judge(f, &f->subjects[i], &folded);
		if (!is_answer(f, &folded, &v)) {
			prove_folded_release(&folded);
			continue;
		}
		prove_folded_release(&f->folded);
		f->folded = folded;
		f->verdict = v;
	}
	if (f->verdict.why == PROVE_UNKNOWN)
		f->verdict.why = why_unknown(f);
}

/* Each is looked at, so that all that lacks is told at once. */
static void
requires_check(struct prove_finding *f)
{
	for (size_t i = 0; i < f->requires.n; i++) {
		f->meetings[i] =
		    prove_require_meet(&f->requires.at[i], &f->folded);
		if (f->meetings[i].met != PROVE_MET &&
		    prove_why_is_yes(f->verdict.why))
			f->verdict = (struct prove_verdict){ PROVE_UNMET,
				f->meetings[i].statement };
	}
}

/* ---- bundles ------------------------------------------------------------------------------ */

static enum ics_err
bundle_save(struct prove_finding *f)
{
	struct out_file file = { 0 };
	struct buf text;
	enum ics_err err;

	buf_init(&text, PROVE_BUNDLE_MAX);
	buf_clear(&f->bundle.packets);
	f->bundle.subject =
	    f->folded.is_here ? f->folded.it.subject : f->subjects[0];
	f->bundle.made = clock_now();
	(void)snprintf(f->bundle.server, sizeof(f->bundle.server), "%s",
	    where_name(f->what->where)); /* cut */
	item_pool_write(f->ev.pool, &f->bundle.packets);
	TRY(buf_end(&f->bundle.packets));
	TRY(prove_bundle_write(&f->bundle, &text));
	TRY(out_open(&file, f->what->save));
	err = out_put(&file, buf_bytes(&text));
	if (err == ICS_OK)
		err = out_close(&file);
	if (err != ICS_OK)
		out_abandon(&file);
out:
	buf_release(&text);
	return err;
}

/* ---- the door -------------------------------------------------------------------------------- */

static enum ics_err
usage_check(const struct prove_verify *what)
{
	const char *wrong = NULL;

	if (what->anchors == NULL)
		wrong =
		    "say whom you believe: --anchor FINGERPRINT or --anchor "
		    "FILE, of the maker, the maintainer or who else vouches";
	else if (what->bundle != NULL && what->save != NULL)
		wrong =
		    "--bundle reads one, --save-bundle writes one; not both";
	else if (what->recipe && what->bundle == NULL && what->save == NULL)
		wrong = "--recipe is about a bundle: --bundle or --save-bundle";
	else if (what->when.known_at != NULL && what->bundle != NULL)
		wrong = "a bundle knows no --known-at: ask a server";
	if (wrong == NULL)
		return ICS_OK;
	out_fail("%s", wrong);
	return ICS_EUSAGE;
}

static enum ics_err
finding_make(struct prove_finding *f)
{
	enum ics_err err;

	TRY(usage_check(f->what));
	TRY(prove_when_read(&f->what->when, &f->when));
	TRY(prove_requires_read(f->what->require, &f->requires));
	TRY(prove_anchors_read(f->what->anchors, &f->anchors));
	TRY(typed_read(f));
	TRY(evidence_get(f));
	judge(f);
	prove_developers_check(f);
	prove_attest_check(f);
	requires_check(f);
	if (f->what->save != NULL)
		err = bundle_save(f);
out:
	return err;
}

enum ics_err
prove_verify_run(const struct prove_verify *what, bool *yes)
{
	struct prove_finding *f = alloc_zero(1, sizeof(*f));
	enum ics_err err;

	f->what = what;
	prove_bundle_init(&f->bundle);
	prove_evidence_init(&f->ev);
	TRY(finding_make(f));
	*yes = prove_why_is_yes(f->verdict.why);
	if (what->recipe)
		prove_recipe_print(f);
	else if (what->json)
		out_json(prove_verify_json(f));
	else if (!what->quiet)
		prove_verify_tell(f);
out:
	prove_folded_release(&f->folded);
	buf_release(&f->attest.packets);
	prove_bundle_release(&f->bundle);
	prove_evidence_release(&f->ev);
	prove_anchors_release(&f->anchors);
	free(f);
	return err;
}
