/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orders: over the socket, or through an intake of our own. */
#include "ics/operate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/queue.h"
#include "client/find.h"
#include "client/out.h"

enum ics_err
operate_file_open(const char *dir, bool bulk, struct operate_file *file)
{
	struct intake_config config = { .dir = dir,
		.bulk = bulk,
		.pending_max = bulk ? INTAKE_PENDING_LOAD_MAX : 0 };
	enum ics_err err;

	*file = (struct operate_file){ .dir = dir, .bulk = bulk };
	TRY(store_open(dir, STORE_CREATE, &file->store));
	/* No other thread uses the store yet. */
	if (bulk)
		store_bulk_begin(file->store);
	config.store = file->store;
	TRY(intake_new(&config, &file->in));
	return ICS_OK;
out:
	err = where_tell(dir, err);
	store_close(file->store);
	*file = (struct operate_file){ 0 };
	return err;
}

enum ics_err
operate_file_close(struct operate_file *file)
{
	enum ics_err err = ICS_OK;

	/* Its threads end first; then the store is ours alone again. */
	intake_free(file->in);
	if (file->bulk)
		err = store_bulk_end(file->store);
	store_close(file->store);
	*file = (struct operate_file){ 0 };
	if (err != ICS_OK)
		out_fail("the store: %s", err_words(err));
	return err;
}

/* ---- one order ------------------------------------------------------------------- */

static const struct {
	const char *path;  /* over the socket */
	const char *past;  /* what was done */
	const char *never; /* when there was nothing to do it to */
} orders[] = {
	[INTAKE_SUBMIT] = { "/local/submit", "", "" },
	[INTAKE_DELETE] = { "/local/delete", "deleted", "not found" },
	[INTAKE_DENY] = { "/local/deny", "denied", "not found" },
	[INTAKE_ALLOW] = { "/local/allow", "allowed again", "is not denied" },
};

/* The answer, carried from intake's thread. */
struct answer {
	struct queue *arrived;
	enum ics_err err;
};

static void
order_answered(void *arg, const struct intake_result *result)
{
	struct answer *answer = arg;

	answer->err = result->err;
	for (size_t i = 0; i < result->n && answer->err == ICS_OK; i++)
		if (result->items[i].outcome == INTAKE_INVALID)
			answer->err = ICS_ENOTFOUND;
	/* Our own queue, open and empty. */
	if (queue_put_over(answer->arrived, answer) != ICS_OK)
		abort();
}

static enum ics_err
order_file(const char *dir, const struct operate_order *order,
    const struct pgp_fpr *fpr)
{
	struct intake_job job = { .order = order->order,
		.origin = INTAKE_OPERATOR,
		.fpr = *fpr,
		.done = order_answered };
	struct operate_file file;
	struct answer answer = { 0 };
	enum ics_err err = operate_file_open(dir, false, &file);

	if (err != ICS_OK)
		return err;
	if (order->reason != NULL)
		(void)snprintf(job.reason, sizeof(job.reason), "%s",
		    order->reason); /* its length was checked */
	answer.arrived = queue_new(1);
	job.arg = &answer;
	err = intake_submit_wait(file.in, &job);
	if (err == ICS_OK) {
		(void)queue_take(answer.arrived); /* &answer */
		err = answer.err;
	}
	queue_free(answer.arrived);
	if (operate_file_close(&file) != ICS_OK && err == ICS_OK)
		err = ICS_EDB;
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		out_fail("%s: %s", dir, err_words(err));
	return err;
}

/* What the server's answer says about an order. */
static enum ics_err
order_judge(const struct http_answer *answer)
{
	struct bytes body = buf_bytes(&answer->body);
	json_t *doc = json_loadb((const char *)body.p, body.n, 0, NULL);
	const char *outcome = json_string_value(json_object_get(
	    json_array_get(json_object_get(doc, "results"), 0), "outcome"));
	enum ics_err err = http_judge(answer);

	/* The status speaks of submissions; a denial is no failure here. */
	if (outcome != NULL)
		err = strcmp(outcome, intake_outcome_word(INTAKE_INVALID)) == 0
			  ? ICS_ENOTFOUND
			  : ICS_OK;
	json_decref(doc);
	return err;
}

static enum ics_err
order_socket(const struct where *where, const struct operate_order *order,
    const struct pgp_fpr *fpr)
{
	struct http_body body = { .type = "application/json" };
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	char hex[PGP_FPR_TEXT_MAX], *text = NULL;
	json_t *doc;
	enum ics_err err;

	pgp_fpr_hex(fpr, hex);
	doc = json_pack("{s:s, s:i}", "fingerprint", hex, "version",
	    (int)fpr->version);
	if (order->reason != NULL)
		json_object_set_new(doc, "reason",
		    out_json_text(bytes_of_str(order->reason)));
	text = json_dumps(doc, JSON_COMPACT);
	json_decref(doc);
	body.data = bytes_of_str(text);
	TRY(http_new(where, &h));
	TRY(http_post(h, orders[order->order].path, &body, &answer));
	err = order_judge(&answer);
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		http_tell(&answer, hex);
out:
	free(text);
	http_answer_release(&answer);
	http_free(h);
	return err;
}

enum ics_err
operate_run(const struct ics *ics, const struct operate_order *order,
    const char *typed)
{
	char hex[PGP_FPR_TEXT_MAX];
	struct pgp_fpr fpr;
	enum ics_err err = find_read_fpr(typed, &fpr);

	if (err != ICS_OK)
		return err;
	hex_upper(pgp_fpr_bytes(&fpr), hex);
	err = ics->where.kind == WHERE_SOCKET
		  ? order_socket(&ics->where, order, &fpr)
		  : order_file(ics->where.dir, order, &fpr);
	if (err == ICS_ENOTFOUND)
		out_fail("%s: %s", hex, orders[order->order].never);
	if (err == ICS_OK && !ics_quiet(ics))
		out_line("%s: %s", hex, orders[order->order].past);
	return err;
}

int
operate_all(const struct ics *ics, const struct operate_order *order)
{
	int worst = ICS_EXIT_YES;

	for (size_t i = 0; i < ics->args_n; i++) {
		int status = err_exit(operate_run(ics, order, ics->args[i]));

		if (status > worst)
			worst = status;
	}
	return worst;
}
