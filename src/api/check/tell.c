/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers told: as JSON (hkp/schema/check.json), or as the line that firmware
 * wants. Written without a tree in between, since this is what servers in the
 * field are asked all day; what strangers wrote was made JSON before.
 */
#include "api/check.h"
#include "base/clock.h"
#include "base/hex.h"

/* ---- pieces ------------------------------------------------------------------ */

static void
subject_put(struct buf *out, const char *key,
    const struct notations_subject *subject)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(subject, text);
	buf_printf(out, "\"%s\":\"%s\",", key, text);
}

static void
time_put(struct buf *out, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(t, text);
	buf_printf(out, "\"%s\":\"%s\",", key, text);
}

static void
digest_put(struct buf *out, const char *key, const uint8_t digest[32])
{
	char text[65];

	hex_lower(bytes_of(digest, 32), text);
	buf_printf(out, "\"%s\":\"sha256:%s\",", key, text);
}

static void
fpr_put(struct buf *out, const char *key, const struct pgp_fpr *fpr)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	notations_vfp_text(fpr, text);
	buf_printf(out, "\"%s\":\"%s\",", key, text);
}

/* A member always ends with a comma; the last of a list is taken back. */
static void
close_put(struct buf *out, const char *end)
{
	if (out->n > 0 && out->p[out->n - 1] == ',')
		buf_cut(out, out->n - 1);
	buf_put_str(out, end);
}

static void
roles_put(struct buf *out, const char *key, unsigned roles)
{
	buf_printf(out, "\"%s\":[", key);
	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++)
		if ((roles >> r & 1u) != 0)
			buf_printf(out, "\"%s\",",
			    notations_role_word((enum notations_role)r));
	close_put(out, "],");
}

/* ---- reasons ----------------------------------------------------------------- */

static size_t
capitals_of(const char *text)
{
	size_t n = 0;

	while (text[n] >= 'A' && text[n] <= 'Z')
		n++;
	return n;
}

/* Help names things as ID, CODE and DEVICE: put theirs there. */
static void
help_put(struct buf *out, const struct api_check_answer *a, const char *help)
{
	const struct {
		const char *word;
		const struct notations_subject *subject;
	} names[] = { { "ID", &a->subject }, { "CODE", &a->subject },
		{ "DEVICE", a->on } };
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	buf_put_str(out, "\"help\":\"");
	while (*help != '\0') {
		size_t n = capitals_of(help);
		bool is_name = false;

		for (size_t i = 0; i < 3 && n > 1; i++) {
			if (strlen(names[i].word) != n ||
			    strncmp(help, names[i].word, n) != 0 ||
			    names[i].subject == NULL)
				continue;
			notations_subject_text(names[i].subject, text);
			buf_put_str(out, text);
			is_name = true;
		}
		if (n == 0)
			n = 1;
		if (!is_name)
			buf_put(out, bytes_of(help, n));
		help += n;
	}
	buf_put_str(out, "\",");
}

static void
reason_put(struct buf *out, const struct api_check_answer *a,
    const struct api_check_reason *r)
{
	const char *help = api_check_rule_help(r->rule);

	buf_printf(out, "{\"rule\":\"%s\",\"tone\":\"%s\",\"words\":\"%s\",",
	    api_check_rule_word(r->rule),
	    policy_tone_word((enum policy_tone)r->tone),
	    api_check_rule_words(r->rule));
	if (r->line != 0)
		buf_printf(out, "\"line\":%d,", (int)r->line);
	if (r->evidence != API_CHECK_NO_EVIDENCE) {
		digest_put(out, "evidence", a->said[r->evidence].digest);
		fpr_put(out, "issuer", &a->said[r->evidence].issuer);
	}
	if (r->missing != 0)
		roles_put(out, "missing", r->missing);
	if (r->rule == POLICY_RULE_SUBSTITUTED && a->registered != NULL)
		subject_put(out, "registered", a->registered);
	if (r->tone != POLICY_FINE && help[0] != '\0')
		help_put(out, a, help);
	close_put(out, "},");
}

/* What he said stands with its signature; his name may be for others' eyes. */
static void
voucher_put(struct buf *out, const struct api_check_telling *t,
    const struct api_check_voucher *v)
{
	struct notations_subject subject;

	notations_subject_of_fpr(&v->fpr, &subject);
	buf_put_str(out, "{");
	fpr_put(out, "issuer", &v->fpr);
	if (v->name[0] != '\0' && strcmp(v->name, "\"\"") != 0 &&
	    api_check_may_see(t->c, &subject))
		buf_printf(out, "\"name\":%s,", v->name);
	roles_put(out, "roles", v->roles);
	digest_put(out, "statement", v->digest);
	close_put(out, "},");
}

/* ---- answers ----------------------------------------------------------------- */

static void
age_put(struct buf *out, const struct api_check_telling *t, size_t part)
{
	const struct api_check_answer *a = t->at[part];
	int64_t now = t->c->when.at, heard = t->data_at[part];

	if (heard == 0)
		return;
	buf_printf(out, "\"age\":%lld,",
	    (long long)(now > heard ? now - heard : 0));
	if (a->freshness != 0)
		buf_printf(out, "\"freshness\":%lld,\"grace\":%lld,",
		    (long long)a->freshness, (long long)a->grace);
}

static const char *
decision_word(bool is_allowed)
{
	return is_allowed ? "allow" : "deny";
}

static void
answer_put(struct buf *out, const struct api_check_telling *t, size_t part)
{
	const struct api_check_answer *a = t->at[part];

	buf_put_str(out, "{");
	if (a->subject.kind != NOTATIONS_SUBJECT_NONE)
		subject_put(out, "subject", &a->subject);
	if (a->on != NULL)
		subject_put(out, "on", a->on);
	if (a->domain[0] != '\0')
		buf_printf(out, "\"domain\":\"%s\",", a->domain);
	buf_printf(out, "\"purpose\":\"%s\",\"decision\":\"%s\",\"stale\":%s,",
	    a->purpose, decision_word(a->is_allowed),
	    a->is_stale ? "true" : "false");
	buf_put_str(out, "\"reasons\":[");
	for (size_t i = 0; i < a->reasons_n; i++)
		reason_put(out, a, &a->reasons[i]);
	close_put(out, "],");
	buf_put_str(out, "\"vouchers\":[");
	for (size_t i = 0; i < a->vouchers_n; i++)
		voucher_put(out, t, &a->vouchers[i]);
	close_put(out, "],");
	time_put(out, "at", t->c->when.at);
	age_put(out, t, part);
	if (a->until != INT64_MAX)
		time_put(out, "until", a->until);
	close_put(out, "}");
}

bool
api_check_is_allowed(const struct api_check_telling *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->at[i]->is_allowed)
			return false;
	return t->n > 0;
}

void
api_check_tell_json(const struct api_check_telling *t, struct buf *out)
{
	if (t->n == 1) {
		answer_put(out, t, 0);
		return;
	}
	buf_printf(out, "{\"decision\":\"%s\",\"parts\":[",
	    decision_word(api_check_is_allowed(t)));
	for (size_t i = 0; i < t->n; i++) {
		answer_put(out, t, i);
		buf_put_str(out, ",");
	}
	close_put(out, "]}");
}

/* ---- a line ------------------------------------------------------------------- */

static const char *
refusal_word(const struct api_check_answer *a)
{
	const char *word = "";

	for (size_t i = a->reasons_n; i > 0; i--)
		if (a->reasons[i - 1].tone == POLICY_REFUSAL)
			word = api_check_rule_word(a->reasons[i - 1].rule);
	for (size_t i = 0; i < a->reasons_n; i++) /* it tells more */
		if (a->reasons[i].rule == POLICY_RULE_SUBSTITUTED &&
		    a->reasons[i].tone == POLICY_REFUSAL)
			word = api_check_rule_word(a->reasons[i].rule);
	return word;
}

void
api_check_tell_line(const struct api_check_telling *t, struct buf *out)
{
	bool is_allowed = api_check_is_allowed(t);
	const struct api_check_answer *told = t->at[0];

	for (size_t i = t->n; i > 0; i--)
		if (is_allowed ? t->at[i - 1]->is_stale
			       : !t->at[i - 1]->is_allowed)
			told = t->at[i - 1];
	buf_printf(out, "%s%s", decision_word(is_allowed),
	    told->is_stale ? " stale" : "");
	if (!is_allowed)
		buf_printf(out, " %s", refusal_word(told));
	buf_u8(out, '\n');
}
