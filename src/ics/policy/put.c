/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy put: hand a signed descriptor to a server, or to its file. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/queue.h"
#include "client/out.h"
#include "ics/operate.h"
#include "ics/policy.h"
#include "sign/send.h"

/* ---- through a server ------------------------------------------------------ */

static enum ics_err
put_server(const struct ics *ics, struct bytes text, enum sign_fate *fate)
{
	struct sign_answer answer = { .n = 0 };
	struct http *h = NULL;
	enum ics_err err;

	TRY(http_new(&ics->where, &h));
	TRY(sign_send(h, text, &answer));
	*fate = sign_answer_fate(&answer);
	if (*fate == SIGN_REFUSED)
		sign_answer_tell(&answer, true);
out:
	sign_answer_release(&answer);
	http_free(h);
	return err;
}

/* ---- into the file --------------------------------------------------------- */

struct putting {
	struct queue *answered;
	enum ics_err err;
	enum sign_fate fate;
};

/* On intake's thread: a refusal is told, since nobody else has its words. */
static void
put_answered(void *arg, const struct intake_result *result)
{
	struct putting *p = arg;
	const struct intake_item *item = result->n > 0 ? result->items : NULL;
	const struct finding *worst = NULL;

	p->err = result->err;
	p->fate = SIGN_REFUSED;
	if (item != NULL && item->outcome == INTAKE_INSERTED)
		p->fate = SIGN_TAKEN;
	else if (item != NULL && item->outcome == INTAKE_IGNORED)
		p->fate = SIGN_KNOWN;
	else if (item != NULL)
		worst = report_worst(&item->rep);
	if (worst != NULL)
		out_fail("%s: %s; %s", worst->about, worst->reason->words,
		    worst->reason->help);
	/* Our own queue, open and empty. */
	if (queue_put_over(p->answered, p) != ICS_OK)
		abort();
}

static enum ics_err
put_file(const char *dir, struct bytes text, enum sign_fate *fate)
{
	struct putting p = { .answered = queue_new(1) };
	struct intake_job job = { .origin = INTAKE_OPERATOR,
		.takes_descriptors = true,
		.done = put_answered,
		.arg = &p };
	struct operate_file file;
	enum ics_err err;

	TRY(operate_file_open(dir, false, &file));
	job.input = alloc_bytes(text);
	err = intake_submit_wait(file.in, &job);
	if (err == ICS_OK) {
		(void)queue_take(p.answered); /* &p */
		err = p.err;
	} else {
		alloc_bytes_free(job.input);
	}
	if (err != ICS_OK)
		out_fail("%s: %s", dir, err_words(err));
	*fate = p.fate;
	if (operate_file_close(&file) != ICS_OK && err == ICS_OK)
		err = ICS_EDB;
out:
	queue_free(p.answered);
	return err;
}

/* ---- the verb -------------------------------------------------------------- */

static void
taken_tell(const struct ics *ics, const struct policy_domain *d,
    enum sign_fate fate)
{
	if (!ics_quiet(ics))
		out_line("%s: serial %lld %s", d->name, (long long)d->serial,
		    fate == SIGN_KNOWN ? "was there before" : "is in force");
}

enum ics_err
policy_where_find(struct ics *ics)
{
	struct where_said said = { .server = ics->opts[ICS_OPT_SERVER],
		.dir = ics->opts[ICS_OPT_STATE_DIR],
		.environ = getenv("ICS_SERVER") };

	return where_find(&said, &ics->where);
}

enum ics_err
policy_text_put(const struct ics *ics, const struct policy_domain *d,
    struct bytes text)
{
	enum sign_fate fate = SIGN_REFUSED;
	enum ics_err err;

	TRY(ics->where.kind == WHERE_FILE
		? put_file(ics->where.dir, text, &fate)
		: put_server(ics, text, &fate));
	if (fate == SIGN_REFUSED)
		err = ICS_EDENIED;
	else
		taken_tell(ics, d, fate);
out:
	return err;
}

int
policy_do_put(struct ics *ics)
{
	struct policy_file f;
	enum ics_err err;

	TRY(policy_file_read(ics->args[0], &f));
	if (!f.is_signed) {
		out_fail("%s: it is not signed; ics policy sign %s",
		    ics->args[0], ics->args[0]);
		err = ICS_EFORMAT;
		goto out;
	}
	TRY(policy_where_find(ics));
	err = policy_text_put(ics, f.domain, buf_bytes(&f.data));
out:
	policy_file_release(&f);
	return err == ICS_EDENIED ? ICS_EXIT_NO : policy_exit(err);
}
