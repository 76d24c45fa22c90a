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

/* "key":"text", */
static void
member_put(struct buf *out, const char *key, const char *text)
{
	buf_u8(out, '"');
	buf_put_str(out, key);
	buf_put_str(out, "\":\"");
	buf_put_str(out, text);
	buf_put_str(out, "\",");
}

/* n >= 0 */
static void
number_put(struct buf *out, const char *key, int64_t n)
{
	char digits[20], *at = &digits[sizeof(digits)];

	for (uint64_t left = (uint64_t)n;
	     at == &digits[sizeof(digits)] || left > 0; left /= 10)
		*--at = (char)('0' + left % 10);
	buf_u8(out, '"');
	buf_put_str(out, key);
	buf_put_str(out, "\":");
	buf_put(out, bytes_of(at, (size_t)(&digits[sizeof(digits)] - at)));
	buf_u8(out, ',');
}

static void
subject_put(struct buf *out, const char *key,
    const struct notations_subject *subject)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	notations_subject_text(subject, text);
	member_put(out, key, text);
}

static void
time_put(struct buf *out, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(t, text);
	member_put(out, key, text);
}

static void
digest_put(struct buf *out, const char *key, const uint8_t digest[32])
{
	char text[7 + 64 + 1] = "sha256:";

	hex_lower(bytes_of(digest, 32), &text[7]);
	member_put(out, key, text);
}

static void
fpr_put(struct buf *out, const char *key, const struct pgp_fpr *fpr)
{
	char text[PGP_FPR_TEXT_MAX + 2];

	notations_vfp_text(fpr, text);
	member_put(out, key, text);
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
	buf_u8(out, '"');
	buf_put_str(out, key);
	buf_put_str(out, "\":[");
	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++) {
		if ((roles >> r & 1u) == 0)
			continue;
		buf_u8(out, '"');
		buf_put_str(out, notations_role_word((enum notations_role)r));
		buf_put_str(out, "\",");
	}
	close_put(out, "],");
}

/* ---- reasons ----------------------------------------------------------------- */

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Octets of the first word in capitals, or of what stands before one. */
static size_t
piece_of(const char *text)
{
	bool is_word = is_capital(text[0]);
	size_t n = 0;

	while (text[n] != '\0' && is_capital(text[n]) == is_word)
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
		struct bytes piece = bytes_of(help, piece_of(help));

		help += piece.n;
		for (size_t i = 0; i < 3; i++) {
			if (names[i].subject == NULL ||
			    !bytes_equal(piece, bytes_of_str(names[i].word)))
				continue;
			notations_subject_text(names[i].subject, text);
			piece = bytes_of_str(text);
		}
		buf_put(out, piece);
	}
	buf_put_str(out, "\",");
}

static void
reason_put(struct buf *out, const struct api_check_answer *a,
    const struct api_check_reason *r)
{
	const char *help = api_check_rule_help(r->rule);

	buf_u8(out, '{');
	member_put(out, "rule", api_check_rule_word(r->rule));
	member_put(out, "tone", policy_tone_word((enum policy_tone)r->tone));
	member_put(out, "words", api_check_rule_words(r->rule));
	if (r->line != 0)
		number_put(out, "line", r->line);
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

static bool
sees(const struct api_check_request *c, const struct pgp_fpr *party)
{
	struct notations_subject subject;

	if (c->cache != NULL)
		return api_check_cache_sees(c->cache, c, party);
	notations_subject_of_fpr(party, &subject);
	return api_check_may_see(c, &subject);
}

/* What he said stands with its signature; his name may be for others' eyes. */
static void
voucher_put(struct buf *out, const struct api_check_telling *t,
    const struct api_check_voucher *v)
{
	buf_u8(out, '{');
	fpr_put(out, "issuer", &v->fpr);
	if (v->name[0] != '\0' && strcmp(v->name, "\"\"") != 0 &&
	    sees(t->c, &v->fpr)) {
		buf_put_str(out, "\"name\":");
		buf_put_str(out, v->name);
		buf_u8(out, ',');
	}
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
	if (heard == API_CHECK_NEVER)
		buf_put_str(out, "\"age\":null,");
	else
		number_put(out, "age", now > heard ? now - heard : 0);
	if (a->freshness == 0)
		return;
	number_put(out, "freshness", a->freshness);
	number_put(out, "grace", a->grace);
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

	buf_u8(out, '{');
	if (a->subject.kind != NOTATIONS_SUBJECT_NONE)
		subject_put(out, "subject", &a->subject);
	if (a->on != NULL)
		subject_put(out, "on", a->on);
	if (a->domain[0] != '\0')
		member_put(out, "domain", a->domain);
	member_put(out, "purpose", a->purpose);
	member_put(out, "decision", decision_word(a->is_allowed));
	buf_put_str(out, a->is_stale ? "\"stale\":true," : "\"stale\":false,");
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
	buf_put_str(out, decision_word(is_allowed));
	if (told->is_stale)
		buf_put_str(out, " stale");
	if (!is_allowed) {
		buf_u8(out, ' ');
		buf_put_str(out, refusal_word(told));
	}
	buf_u8(out, '\n');
}
