/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics status QUERY...: is the key valid, and in which state is the thing? The
 * certificate is fetched and verified here; the server is only believed to
 * have sent all it has. The state is the anchors' word, or told as the
 * server's (src/prove).
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/hex.h"
#include "client/find.h"
#include "client/judge.h"
#include "client/out.h"
#include "ics/ics.h"
#include "prove/show.h"

/* Spec: RFC 9580 5.2.3.29, key flags by bit */
static const struct {
	uint32_t bit;
	const char *words;
} flags[] = {
	{ 0x01, "certify" },
	{ 0x02, "sign" },
	{ 0x0c, "encrypt" },
	{ 0x20, "authenticate" },
};
#define FLAGS_N (sizeof(flags) / sizeof(flags[0]))

static void
fpr_text(const struct pgp_fpr *fpr, char out[PGP_FPR_TEXT_MAX])
{
	hex_upper(pgp_fpr_bytes(fpr), out);
}

/* ---- text --------------------------------------------------------------------------- */

static void
key_write(const struct pgp_key_facts *facts, struct buf *to)
{
	const struct pgp_key *key = facts->key;
	char when[CLOCK_TEXT_MAX];

	if (key->curve > PGP_CURVE_UNKNOWN)
		buf_printf(to, "  %s", pgp_curve_words(key->curve));
	else
		buf_printf(to, "  %s %u", pgp_algo_words(key->algo), key->bits);
	clock_date((int64_t)key->created, when);
	buf_printf(to, "  %s", when);
	if (facts->expires != 0) {
		clock_date(facts->expires, when);
		buf_printf(to, "  expires %s", when);
	}
	for (size_t i = 0; i < FLAGS_N; i++)
		if ((facts->flags & flags[i].bit) != 0)
			buf_printf(to, "  %s", flags[i].words);
}

static void
revocation_print(const struct judge_revocation *r)
{
	char when[CLOCK_TEXT_MAX];
	struct buf line;

	if (!r->found)
		return;
	buf_init(&line, OUT_LINE_MAX);
	clock_rfc3339(r->at, when);
	buf_printf(&line, "  revoked %s: %s", when, r->reason);
	if (r->text.n > 0) {
		buf_put_str(&line, ": ");
		buf_put(&line, r->text);
	}
	out_line("%s", buf_str(&line));
	buf_release(&line);
}

static void
part_print(enum judge_state state, const char *what, struct buf *line)
{
	if (state == JUDGE_VALID)
		out_line("  %-8s%s", what, buf_str(line));
	else
		out_line("  %-8s%s  [%s]", what, buf_str(line),
		    judge_state_word(state));
	buf_clear(line);
}

/* A key that never speaks: its maker does, but who is that? */
static void
named_print(const struct judged *j, const char *hex)
{
	char namer[PGP_FPR_TEXT_MAX];

	fpr_text(&j->namer, namer);
	out_line("%s  %s: %s", hex, judge_state_word(j->state), namer);
	out_line("  the key signs nothing about itself; if that is its maker, "
		 "--anchor");
	out_line("  with the maker's certificate confirms it");
}

static void
judged_print(const struct judged *j, int64_t now)
{
	char hex[PGP_FPR_TEXT_MAX];
	const struct finding *worst = report_worst(&j->rep);
	struct buf line;

	fpr_text(&j->fpr, hex);
	if (j->state == JUDGE_NAMED) {
		named_print(j, hex);
		return;
	}
	if (j->cert == NULL) {
		out_line("%s  %s%s%s", hex, judge_state_word(j->state),
		    worst == NULL ? "" : ": ",
		    worst == NULL ? "" : worst->reason->words);
		return;
	}
	buf_init(&line, OUT_LINE_MAX);
	key_write(&j->facts.primary, &line);
	out_line("%s  %s%s", hex, judge_state_word(j->state), buf_str(&line));
	buf_clear(&line);
	revocation_print(&j->revocation);
	for (size_t i = 0; i < j->facts.uids_n; i++) {
		buf_put(&line, j->facts.uids[i].uid);
		part_print(judge_uid(&j->facts.uids[i], now), "uid", &line);
	}
	for (size_t i = 0; i < j->facts.subkeys_n; i++) {
		fpr_text(&j->facts.subkeys[i].key->fpr, hex);
		buf_put_str(&line, hex);
		key_write(&j->facts.subkeys[i], &line);
		part_print(judge_key(&j->facts.subkeys[i], now), "subkey",
		    &line);
	}
	buf_release(&line);
}

/* ---- JSON --------------------------------------------------------------------------- */

static json_t *
key_json(const struct pgp_key_facts *facts, enum judge_state state)
{
	const struct pgp_key *key = facts->key;
	json_t *words = json_array();
	char hex[PGP_FPR_TEXT_MAX];

	for (size_t i = 0; i < FLAGS_N; i++)
		if ((facts->flags & flags[i].bit) != 0)
			json_array_append_new(words,
			    json_string(flags[i].words));
	pgp_fpr_hex(&key->fpr, hex);
	return json_pack("{s:s, s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o}",
	    "fingerprint", hex, "version", (int)key->version, "state",
	    judge_state_word(state), "algorithm", pgp_algo_words(key->algo),
	    "bits", (int)key->bits, "created",
	    out_json_time((int64_t)key->created), "expires",
	    out_json_time(facts->expires), "revoked",
	    out_json_time(facts->revoked_at), "usage", words);
}

static json_t *
revocation_json(const struct judge_revocation *r)
{
	return json_pack("{s:o, s:s, s:o}", "at", out_json_time(r->at),
	    "reason", r->reason, "text", out_json_text(r->text));
}

static json_t *
judged_json(const struct judged *j, int64_t now)
{
	json_t *doc, *uids = json_array(), *subkeys = json_array();
	char hex[PGP_FPR_TEXT_MAX];

	if (j->cert == NULL) {
		pgp_fpr_hex(&j->fpr, hex);
		doc = json_pack("{s:s, s:s}", "fingerprint", hex, "state",
		    judge_state_word(j->state));
		if (j->state == JUDGE_NAMED) {
			pgp_fpr_hex(&j->namer, hex);
			json_object_set_new(doc, "named_by", json_string(hex));
		}
	} else {
		doc = key_json(&j->facts.primary, j->state);
	}
	for (size_t i = 0; j->cert != NULL && i < j->facts.uids_n; i++) {
		const struct pgp_uid_facts *uid = &j->facts.uids[i];

		json_array_append_new(uids,
		    json_pack("{s:o, s:s, s:b, s:o, s:o}", "text",
			out_json_text(uid->uid), "state",
			judge_state_word(judge_uid(uid, now)), "primary",
			uid->primary ? 1 : 0, "signed",
			out_json_time(uid->created), "expires",
			out_json_time(uid->expires)));
	}
	for (size_t i = 0; j->cert != NULL && i < j->facts.subkeys_n; i++)
		json_array_append_new(subkeys,
		    key_json(&j->facts.subkeys[i],
			judge_key(&j->facts.subkeys[i], now)));
	json_object_set_new(doc, "valid",
	    json_boolean(j->state == JUDGE_VALID));
	json_object_set_new(doc, "user_ids", uids);
	json_object_set_new(doc, "subkeys", subkeys);
	if (j->revocation.found)
		json_object_set_new(doc, "revocation",
		    revocation_json(&j->revocation));
	return doc;
}

/* ---- the command --------------------------------------------------------------------- */

struct status {
	const struct ics *ics;
	struct prove_show show;
	int64_t now;		      /* the time asked about */
	struct prove_anchors anchors; /* owned: who names keys that are mute */
	json_t *list;		      /* owned; with --json: certificates */
	json_t *items;		      /* owned likewise: states */
	bool all_valid;
};

/* Nobody need have said anything about a key, but somebody about code. */
static enum ics_err
item_status(struct status *s, const struct notations_subject *subject)
{
	bool is_key = subject->kind == NOTATIONS_SUBJECT_ENTITY, good;
	enum ics_err err;
	json_t *doc;

	if (s->ics->where.kind == WHERE_FILE) {
		out_note(ics_quiet(s->ics), "no server runs: its state is "
					    "not looked at");
		return is_key ? ICS_OK : ICS_ENET;
	}
	err = prove_show_status(&s->show, subject, &doc, &good);
	if (err == ICS_ENOTFOUND && is_key) {
		s->all_valid = s->all_valid && s->show.require == NULL;
		return ICS_OK;
	}
	if (err == ICS_ENOTFOUND)
		return prove_tell_unknown(subject);
	if (doc != NULL)
		json_array_append_new(s->items, doc);
	s->all_valid = s->all_valid && good;
	return err;
}

/* Of a hard-revoked key some servers give the revocation alone. */
static void
bare_tell(struct status *s, const char *typed)
{
	s->all_valid = false;
	if (s->list == NULL)
		out_line("%s  revoked, says a signature that came without its "
			 "key",
		    typed);
	else
		json_array_append_new(s->list,
		    json_pack("{s:s, s:b}", "state", "revoked", "valid", 0));
}

static enum ics_err
block_status(struct status *s, struct bytes packets)
{
	struct notations_subject subject;
	enum ics_err err = ICS_OK;
	const struct prove_namers by = prove_anchors_namers(&s->anchors);
	const struct judge_how how = { s->now, &by.keyring, &by.makers };
	struct judged j;

	judge_block(packets, &how, &j);
	s->all_valid = s->all_valid && j.state == JUDGE_VALID;
	if (s->list != NULL)
		json_array_append_new(s->list, judged_json(&j, s->now));
	else if (!ics_quiet(s->ics))
		judged_print(&j, s->now);
	notations_subject_of_fpr(&j.fpr, &subject);
	if (subject.kind != NOTATIONS_SUBJECT_NONE)
		err = item_status(s, &subject);
	judge_release(&j);
	return err;
}

static enum ics_err
query_status(struct status *s, const char *typed)
{
	struct notations_subject subject;
	struct pgp_block block;
	struct cursor cur;
	struct find find;
	struct buf found;
	enum ics_err err;

	if (notations_subject_guess(bytes_of_str(typed), &subject) &&
	    subject.kind != NOTATIONS_SUBJECT_ENTITY)
		return item_status(s, &subject);
	buf_init(&found, FIND_OCTETS_MAX);
	TRY(find_read(typed, &find));
	TRY(find_certs(&s->ics->where, &find, true, &found));
	cur = cursor_of(buf_bytes(&found));
	while (pgp_block_next(&cur, &block) == ICS_OK) {
		if (block.kind == PGP_BLOCK_SIG) {
			bare_tell(s, typed);
			continue;
		}
		TRY(block_status(s, block.data));
	}
out:
	buf_release(&found);
	return err;
}

static void
status_print_json(struct status *s, bool found)
{
	out_json(json_pack("{s:o, s:o, s:b}", "certificates", s->list, "items",
	    s->items, "valid", found && s->all_valid));
}

static enum ics_err
status_begin(struct status *s, const struct ics *ics)
{
	struct policy_time when;
	enum ics_err err;

	*s = (struct status){ .ics = ics, .all_valid = true };
	s->show = (struct prove_show){ .where = &ics->where,
		.anchors = ics->opts[ICS_OPT_ANCHOR],
		.require = ics->opts[ICS_OPT_REQUIRE],
		.when = { ics->opts[ICS_OPT_AT], ics->opts[ICS_OPT_KNOWN_AT] },
		.json = ics_has(ics, ICS_OPT_JSON),
		.quiet = ics_quiet(ics) };
	err = prove_when_read(&s->show.when, &when);
	s->now = when.at;
	if (err == ICS_OK)
		err = prove_anchors_read(s->show.anchors, &s->anchors);
	if (err == ICS_OK && s->show.json) {
		s->list = json_array();
		s->items = json_array();
	}
	return err;
}

int
cmd_status(struct ics *ics)
{
	struct status s;
	enum ics_err worst = status_begin(&s, ics), err;

	if (worst != ICS_OK) {
		prove_anchors_release(&s.anchors);
		return err_exit(worst);
	}
	for (size_t i = 0; i < ics->args_n; i++) {
		err = query_status(&s, ics->args[i]);
		if (err_exit(err) > err_exit(worst))
			worst = err;
	}
	prove_anchors_release(&s.anchors);
	if (s.list != NULL)
		status_print_json(&s, worst == ICS_OK);
	if (worst != ICS_OK)
		return err_exit(worst);
	return s.all_valid ? ICS_EXIT_YES : ICS_EXIT_NO;
}
