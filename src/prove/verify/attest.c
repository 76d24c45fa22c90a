/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A running device: its own key signed which code it runs, for the nonce of
 * whoever asks, a moment ago. It goes into the pool like any record, so that
 * it is verified like one. Code is declared for a device when somebody whom
 * the anchors give the right says of the device that it has it: hash,
 * code-hash@, or step@ with "installed".
 */
#include "base/clock.h"
#include "client/out.h"
#include "prove/verify.h"

/* ---- reading ------------------------------------------------------------------ */

static void
running_take(struct prove_attest *a, const struct notations_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].name == NOTATIONS_NAME_RUNNING &&
		    a->running_n < PROVE_RUNNING_MAX &&
		    notations_subject_read(set->at[i].value,
			&a->running[a->running_n]))
			a->running_n++;
}

static void
statement_take(struct prove_attest *a, const struct notations_statement *st)
{
	const struct notations_entry *nonce =
	    notations_set_get(&st->set, NOTATIONS_NAME_NONCE);

	if (st->kind != NOTATIONS_KIND_ATTESTATION || nonce == NULL)
		return;
	memcpy(a->digest, st->digest, sizeof(a->digest));
	memcpy(a->nonce, nonce->value.p, nonce->value.n);
	a->nonce[nonce->value.n] = '\0';
	a->created = st->created;
	running_take(a, &st->set);
	a->is_read = true;
}

/* The first signature is the attestation; a device may send more. */
static void
packets_take(struct prove_attest *a)
{
	const struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct cursor cur = cursor_of(buf_bytes(&a->packets));
	struct notations_statement st = { .seq = 0 };
	struct report rep = { 0 };
	struct pgp_packet packet;
	struct pgp_sig sig;

	if (pgp_packet_next(&cur, &packet) != ICS_OK ||
	    packet.tag != PGP_TAG_SIGNATURE ||
	    pgp_sig_parse(packet.body, &sig) != ICS_OK)
		return;
	if (notations_statement_read(&sig, &place, &rep, &st) == ICS_OK)
		statement_take(a, &st);
	notations_statement_release(&st);
	report_release(&rep);
}

static enum ics_err
said_check(const struct prove_verify *what, int64_t *within)
{
	const struct prove_attest_said *said = &what->attest;
	const char *wrong = NULL;

	*within = PROVE_WITHIN;
	if (said->file == NULL && (said->nonce != NULL || said->within != NULL))
		wrong = "--nonce and --within go with --attestation";
	else if (said->file != NULL && said->nonce == NULL)
		wrong = "say which nonce the device was asked with: --nonce";
	else if (said->within != NULL &&
		 !prove_number_read(said->within, within))
		wrong = "--within takes a number of seconds";
	if (wrong == NULL)
		return ICS_OK;
	out_fail("%s", wrong);
	return ICS_EUSAGE;
}

enum ics_err
prove_attest_read(struct prove_finding *f)
{
	struct prove_attest *a = &f->attest;
	struct buf octets;
	enum ics_err err;

	buf_init(&a->packets, PGP_SIG_MAX);
	buf_init(&octets, 2 * (size_t)PGP_SIG_MAX);
	TRY(said_check(f->what, &a->within));
	if (f->what->attest.file == NULL)
		goto out;
	TRY(prove_file_read(f->what->attest.file, &octets));
	if (pgp_input_read(buf_bytes(&octets), &a->packets) == ICS_OK)
		packets_take(a);
	if (a->is_read)
		err = prove_evidence_add(&f->ev, buf_bytes(&a->packets));
out:
	buf_release(&octets);
	return err;
}

enum ics_err
prove_attest_fetch(struct prove_finding *f, struct http *h)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; err == ICS_OK && i < f->attest.running_n; i++) {
		err = prove_evidence_fetch(&f->ev, h, &f->attest.running[i]);
		if (err == ICS_ENOTFOUND) /* it may be declared all the same */
			err = ICS_OK;
	}
	return err;
}

/* ---- judging -------------------------------------------------------------------- */

static bool
digest_is(const struct notations_digest *d, const struct notations_subject *s)
{
	return d->hash == s->tag &&
	       bytes_equal(bytes_of(d->b, d->n), bytes_of(s->b, s->n));
}

/* "installed code:sha256:..." */
static bool
step_installs(struct bytes value, const struct notations_subject *code)
{
	struct bytes lead = bytes_of_str("installed ");
	struct notations_subject s;

	return bytes_starts_with(value, lead) &&
	       notations_subject_read(bytes_of(value.p + lead.n,
					  value.n - lead.n),
		   &s) &&
	       notations_subject_equal(&s, code);
}

static bool
entry_declares(const struct notations_entry *e,
    const struct notations_subject *code)
{
	struct notations_digest d;

	if (e->name == NOTATIONS_NAME_STEP)
		return step_installs(e->value, code);
	if (e->name == NOTATIONS_NAME_CODE_HASH)
		return notations_digest_read(e->value, &d) == ICS_OK &&
		       digest_is(&d, code);
	return e->name == NOTATIONS_NAME_HASH &&
	       notations_hash_read(e->value, &d) == ICS_OK &&
	       digest_is(&d, code);
}

static bool
is_declared(const struct prove_folded *device,
    const struct notations_subject *code)
{
	for (size_t i = 0; i < device->it.about_n; i++) {
		const struct notations_set *set =
		    &device->it.statements[i].st.set;

		if (!prove_is_anchored(&device->it, &device->state, i))
			continue;
		for (size_t k = 0; k < set->n; k++)
			if (entry_declares(&set->at[k], code))
				return true;
	}
	return false;
}

/* What strangers say of code forbids nothing. */
static bool
is_forbidden(struct prove_finding *f, const struct notations_subject *code)
{
	const struct policy_rights rights = prove_anchors_rights(&f->anchors);
	const struct prove_ask ask = { code, &rights, f->when };
	struct prove_folded folded;
	struct prove_case c = { &folded.it, &folded.state, f->when, NULL, 0 };
	struct prove_verdict v;
	bool forbidden = false;

	if (prove_evidence_fold(&f->ev, &ask, &folded) == ICS_OK) {
		v = prove_verdict_of(&c);
		forbidden =
		    v.why == PROVE_BAD_STATE &&
		    prove_is_anchored(&folded.it, &folded.state, v.decides);
	}
	prove_folded_release(&folded);
	return forbidden;
}

/* The attestation, among what the device itself says. */
static size_t
statement_find(const struct prove_finding *f)
{
	const struct item *it = &f->folded.it;
	struct notations_subject self;

	for (size_t i = 0; f->folded.is_here && i < it->about_n; i++) {
		const struct notations_statement *st = &it->statements[i].st;

		notations_subject_of_fpr(&st->issuer, &self);
		if (memcmp(st->digest, f->attest.digest, 32) == 0 &&
		    notations_subject_equal(&st->subject, &it->subject) &&
		    notations_subject_equal(&self, &it->subject))
			return i;
	}
	return POLICY_NOBODY;
}

static enum prove_why
running_judge(struct prove_finding *f)
{
	struct prove_attest *a = &f->attest;
	enum prove_why worst = PROVE_GOOD;

	for (size_t i = 0; i < a->running_n; i++) {
		a->whys[i] = PROVE_GOOD;
		if (!is_declared(&f->folded, &a->running[i]))
			a->whys[i] = PROVE_UNDECLARED;
		else if (is_forbidden(f, &a->running[i]))
			a->whys[i] = PROVE_BAD_CODE;
		if (a->whys[i] > worst)
			worst = a->whys[i];
	}
	return a->running_n == 0 ? PROVE_UNDECLARED : worst;
}

static enum prove_why
attest_judge(struct prove_finding *f, size_t statement)
{
	const struct prove_attest *a = &f->attest;
	enum prove_why running;

	if (!a->is_read || statement == POLICY_NOBODY)
		return PROVE_NOT_ATTESTED;
	running = running_judge(f);
	if (strcmp(a->nonce, f->what->attest.nonce) != 0)
		return PROVE_OTHER_NONCE;
	if (a->created > f->when.at + PROVE_AHEAD ||
	    a->created < f->when.at - a->within)
		return PROVE_ATTESTED_AGO;
	return running;
}

void
prove_attest_check(struct prove_finding *f)
{
	size_t statement;
	enum prove_why why;

	if (f->what->attest.file == NULL || !prove_why_is_yes(f->verdict.why))
		return;
	statement = statement_find(f);
	why = attest_judge(f, statement);
	if (!prove_why_is_yes(why))
		f->verdict = (struct prove_verdict){ why, statement };
}

/* ---- telling ---------------------------------------------------------------------- */

void
prove_attest_tell(const struct prove_finding *f)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX], when[CLOCK_TEXT_MAX];
	const struct prove_attest *a = &f->attest;

	if (!a->is_read)
		return;
	clock_rfc3339(a->created, when);
	out_line("  attestation of %s, nonce %s", when, a->nonce);
	for (size_t i = 0; i < a->running_n; i++) {
		notations_subject_text(&a->running[i], text);
		out_line("    runs %s%s%s", text,
		    a->whys[i] == PROVE_UNKNOWN || a->whys[i] == PROVE_GOOD
			? ""
			: ": ",
		    a->whys[i] == PROVE_UNKNOWN || a->whys[i] == PROVE_GOOD
			? ""
			: prove_why_word(a->whys[i]));
	}
}

json_t *
prove_attest_json(const struct prove_finding *f)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];
	const struct prove_attest *a = &f->attest;
	json_t *running = json_array();

	for (size_t i = 0; i < a->running_n; i++) {
		notations_subject_text(&a->running[i], text);
		json_array_append_new(running,
		    json_pack("{s:s, s:s}", "code", text, "reason",
			prove_why_word(a->whys[i])));
	}
	return json_pack("{s:b, s:o, s:o, s:o}", "read", a->is_read ? 1 : 0,
	    "created", out_json_time(a->created), "nonce",
	    out_json_text(bytes_of_str(a->nonce)), "running", running);
}
