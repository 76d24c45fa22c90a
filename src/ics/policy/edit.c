/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics policy grant, revoke, set: the version that a server has, changed where
 * it stands, shown, signed by its owner as the next one, and handed back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/out.h"
#include "ics/policy.h"
#include "sign/verb.h"

/* A descriptor under change. */
struct edit {
	struct ics *ics;
	struct policy_file before; /* as the server has it */
	struct buf text;	   /* what it becomes, with the old serial */
	bool has_changed;
	struct policy_signer signer;
};

/* One step: appends the next text. */
typedef enum domain_edited step(struct edit *e, struct bytes text,
    struct domain_edit_end *end);

/* ---- the version in force -------------------------------------------------- */

static enum ics_err
before_read(struct edit *e)
{
	const struct policy_asked asked = { .where = &e->ics->where,
		.name = e->ics->args[0] };
	struct policy_file *f = &e->before;
	struct domain_complaints c = { 0 };
	enum ics_err err;

	buf_init(&f->data, DOMAIN_TEXT_MAX);
	TRY(policy_where_find(e->ics));
	TRY(policy_text_get(&asked, &f->data));
	f->is_signed = true;
	err = domain_signed_read(buf_bytes(&f->data), &f->cleartext);
	if (err == ICS_OK)
		f->domain = domain_read(policy_file_text(f), &c);
	if (f->domain == NULL) {
		policy_complaints_tell(asked.name, &c);
		out_fail("%s: what the server has is no signed descriptor",
		    asked.name);
		err = ICS_EFORMAT;
	} else if (strcmp(f->domain->name, asked.name) != 0) {
		out_fail("%s: the server gave the domain %s", asked.name,
		    f->domain->name);
		err = ICS_EDENIED;
	}
out:
	domain_complaints_release(&c);
	return err;
}

/* ---- what changes, line by line -------------------------------------------- */

static struct bytes
line_take(struct bytes *text)
{
	const uint8_t *lf = memchr(text->p, '\n', text->n);
	size_t n = lf == NULL ? text->n : (size_t)(lf - text->p) + 1;
	struct bytes line = bytes_of(text->p, n);

	*text = bytes_of(text->p + n, text->n - n);
	return line;
}

/* The last line, with its LF. */
static struct bytes
line_last(struct bytes text)
{
	size_t from = text.n > 0 ? text.n - 1 : 0;

	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	return bytes_of(text.p + from, text.n - from);
}

/* Without the lines that both begin and end with. */
static void
same_cut(struct bytes *a, struct bytes *b)
{
	struct bytes x = *a, y = *b;

	while (x.n > 0 && y.n > 0 &&
	       bytes_equal(line_take(&x), line_take(&y))) {
		*a = x;
		*b = y;
	}
	while (a->n > 0 && b->n > 0) {
		x = line_last(*a);
		y = line_last(*b);
		if (!bytes_equal(x, y))
			return;
		a->n -= x.n;
		b->n -= y.n;
	}
}

static void
lines_tell(struct bytes text, char sign)
{
	while (text.n > 0) {
		struct bytes line = line_take(&text);
		struct buf clean;

		buf_init(&clean, OUT_LINE_MAX);
		line.n -= line.p[line.n - 1] == '\n';
		out_clean(line, &clean);
		out_line("%c%s", sign, buf_str(&clean));
		buf_release(&clean);
	}
}

/* ---- the steps ------------------------------------------------------------- */

static enum ics_err
step_take(struct edit *e, step *take)
{
	struct domain_complaints c = { 0 };
	struct bytes gone, come;
	struct buf next;
	struct domain_edit_end end = { .out = &next, .c = &c };
	enum domain_edited done;

	buf_init(&next, DOMAIN_TEXT_MAX);
	done = take(e, buf_bytes(&e->text), &end);
	policy_complaints_tell(NULL, &c);
	domain_complaints_release(&c);
	if (done == DOMAIN_EDIT_DONE) {
		gone = buf_bytes(&e->text);
		come = buf_bytes(&next);
		same_cut(&gone, &come);
		if (!ics_quiet(e->ics)) {
			lines_tell(gone, '-');
			lines_tell(come, '+');
		}
		buf_clear(&e->text);
		buf_put(&e->text, buf_bytes(&next));
		e->has_changed = true;
	}
	buf_release(&next);
	return done == DOMAIN_EDIT_BAD ? ICS_EUSAGE : ICS_OK;
}

/* "integrator,maintainer" */
static enum ics_err
roles_read(const char *list, unsigned *roles)
{
	while (list != NULL) {
		size_t n = strcspn(list, ",");
		enum notations_role role =
		    notations_role_find(bytes_of(list, n));

		if (role == NOTATIONS_ROLE_NONE) {
			out_fail("%.*s: no such role; ics-policy(5) lists them",
			    (int)n, list);
			return ICS_EUSAGE;
		}
		*roles |= NOTATIONS_ROLE_BIT(role);
		list = list[n] == '\0' ? NULL : list + n + 1;
	}
	return ICS_OK;
}

static enum ics_err
time_option(const struct ics *ics, enum ics_option option, int64_t *t)
{
	return ics_has(ics, option) ? sign_time_read(ics->opts[option], t)
				    : ICS_OK;
}

static enum domain_edited
step_grant(struct edit *e, struct bytes text, struct domain_edit_end *end)
{
	const struct ics *ics = e->ics;
	const char *scope = ics->opts[ICS_OPT_SCOPE];
	struct policy_grant g = { .from = INT64_MIN,
		.until = INT64_MAX,
		.may_regrant = ics_has(ics, ICS_OPT_REGRANT) };
	enum domain_edited done = DOMAIN_EDIT_BAD;

	if (roles_read(ics->args[2], &g.roles) != ICS_OK ||
	    time_option(ics, ICS_OPT_FROM, &g.from) != ICS_OK ||
	    time_option(ics, ICS_OPT_UNTIL, &g.until) != ICS_OK)
		return DOMAIN_EDIT_BAD;
	if (g.from >= g.until) {
		out_fail("--until %s: not behind --from",
		    ics->opts[ICS_OPT_UNTIL]);
		return DOMAIN_EDIT_BAD;
	}
	g.scope = alloc_str(scope == NULL ? "" : scope);
	done = domain_edit_grant(text, ics->args[1], &g, end);
	free(g.scope);
	if (done == DOMAIN_EDIT_SAME)
		out_note(ics_quiet(ics), "line %d grants that already",
		    end->line);
	return done;
}

static enum domain_edited
step_revoke(struct edit *e, struct bytes text, struct domain_edit_end *end)
{
	const struct ics *ics = e->ics;
	enum domain_edited done;
	unsigned roles = 0;

	if (ics->args_n > 2 && roles_read(ics->args[2], &roles) != ICS_OK)
		return DOMAIN_EDIT_BAD;
	done = domain_edit_revoke(text, ics->args[1], roles, end);
	if (done == DOMAIN_EDIT_SAME)
		out_note(ics_quiet(ics), "nothing is granted that this takes");
	return done;
}

/* Each of several: the argument behind the domain is the one. */
static enum domain_edited
step_set(struct edit *e, struct bytes text, struct domain_edit_end *end)
{
	const char *said = e->ics->args[1];
	enum domain_edited done = domain_edit_set(text, said, end);

	if (done == DOMAIN_EDIT_SAME)
		out_note(ics_quiet(e->ics), "%s: it says so already", said);
	return done;
}

/* ---- the next version ------------------------------------------------------ */

static void
meaning_tell(const struct edit *e, const struct policy_domain *now)
{
	struct domain_changes all = { 0 };

	domain_diff(e->before.domain, now, &all);
	if (!ics_quiet(e->ics))
		policy_changes_tell(true, &all);
	domain_changes_free(&all);
}

static enum ics_err
next_sign(struct edit *e, struct bytes text, const struct policy_domain *now)
{
	const char *output = e->ics->opts[ICS_OPT_OUTPUT];
	struct buf made;
	enum ics_err err;

	buf_init(&made, DOMAIN_TEXT_MAX);
	TRY(policy_signer_read(e->ics, e->before.domain, &e->signer));
	e->signer.what.follows = &e->before.cleartext;
	e->signer.serial = now->serial;
	TRY(policy_signer_sign(&e->signer, text, &made));
	err = output != NULL ? out_write(output, buf_bytes(&made))
			     : policy_text_put(e->ics, now, buf_bytes(&made));
out:
	policy_signer_wipe(&e->signer);
	buf_release(&made);
	return err;
}

static enum ics_err
next_make(struct edit *e)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *now = NULL;
	struct buf text;
	enum ics_err err = ICS_EDENIED;

	buf_init(&text, DOMAIN_TEXT_MAX);
	if (e->before.domain->serial == INT64_MAX) {
		out_fail("the serial cannot grow any more");
		goto out;
	}
	TRY(domain_serial_set(buf_bytes(&e->text), e->before.domain->serial + 1,
	    &text));
	now = domain_read(buf_bytes(&text), &c);
	policy_complaints_tell(NULL, &c);
	if (now == NULL) {
		err = ICS_EFORMAT;
		goto out;
	}
	meaning_tell(e, now);
	if (!ics_has(e->ics, ICS_OPT_DRY_RUN))
		err = next_sign(e, buf_bytes(&text), now);
out:
	domain_complaints_release(&c);
	policy_domain_free(now);
	buf_release(&text);
	return err;
}

static int
edit_run(struct ics *ics, step *take, size_t steps)
{
	struct edit e = { .ics = ics };
	enum ics_err err;

	buf_init(&e.text, DOMAIN_TEXT_MAX);
	TRY(before_read(&e));
	buf_put(&e.text, policy_file_text(&e.before));
	for (; steps > 0; steps--, ics->args++)
		TRY(step_take(&e, take));
	if (e.has_changed)
		err = next_make(&e);
out:
	policy_file_release(&e.before);
	buf_release(&e.text);
	return policy_exit(err);
}

int
policy_do_grant(struct ics *ics)
{
	return edit_run(ics, step_grant, 1);
}

int
policy_do_revoke(struct ics *ics)
{
	return edit_run(ics, step_revoke, 1);
}

int
policy_do_set(struct ics *ics)
{
	return edit_run(ics, step_set, ics->args_n - 1);
}
