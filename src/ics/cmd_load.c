/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics load FILE...: everything that is in the files, told in their order.
 * Invariant: what the summary counts is on disk; ^C ends the reading, not
 * what is under way.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/queue.h"
#include "client/out.h"
#include "ics/input.h"
#include "ics/load.h"

struct load {
	const struct ics *ics;
	struct load_door door;
	struct queue *under_way; /* struct load_batch, in file order */
	struct load_batch *head; /* the oldest of them, or NULL */
	size_t under_way_n;
	struct progress progress;
	uint64_t counts[INTAKE_DENIED + 1];
	uint64_t records; /* among them; and ... */
	uint64_t descriptors;
	json_t *refusals;  /* owned; with --json */
	int64_t waiting;   /* signatures, at the end */
	enum ics_err file; /* the last file that could not be read */
	bool stopped;	   /* by a signal */
};

/* ---- batches ---------------------------------------------------------------------- */

static struct load_batch *
batch_new(const struct input *in)
{
	struct load_batch *batch = alloc_zero(1, sizeof(*batch));

	batch->name = in->name;
	batch->first = in->ordinal;
	buf_init(&batch->data, PGP_INPUT_MAX);
	return batch;
}

static void
batch_free(struct load_batch *batch)
{
	if (batch == NULL)
		return;
	free(batch->ends);
	buf_release(&batch->data);
	load_outcomes_release(&batch->outcomes);
	free(batch);
}

static void
batch_put(struct load_batch *batch, struct bytes block)
{
	buf_put(&batch->data, block);
	batch->ends =
	    alloc_resize(batch->ends, batch->n + 1, sizeof(*batch->ends));
	batch->ends[batch->n++] = batch->data.n;
}

/* ---- telling ------------------------------------------------------------------------- */

static const char *
what_word(const struct load_outcome *o)
{
	if (o->is_descriptor)
		return "descriptor";
	return o->is_record ? "record" : "certificate";
}

/* The member of JSON that has its name. */
static const char *
name_word(const struct load_outcome *o)
{
	if (o->is_descriptor)
		return "domain";
	return o->is_record ? "record" : "fingerprint";
}

static void
refusal_tell(struct load *l, const struct load_batch *batch, size_t i)
{
	const struct load_outcome *o = &batch->outcomes.at[i];
	size_t ordinal = batch->first + i;

	progress_clear(&l->progress);
	out_fail("%s: %s %zu%s%s: %s: %s%s%s%s%s%s", batch->name, what_word(o),
	    ordinal, o->name[0] == '\0' ? "" : " ", o->name,
	    o->outcome == INTAKE_DENIED ? "denied" : "refused", o->words,
	    o->about[0] == '\0' ? "" : " (", o->about,
	    o->about[0] == '\0' ? "" : ")", o->help[0] == '\0' ? "" : "; ",
	    o->help);
	if (l->refusals == NULL)
		return;
	json_array_append_new(l->refusals,
	    json_pack("{s:o, s:I, s:s, s:s, s:s, s:o, s:s, s:s}", "file",
		out_json_text(bytes_of_str(batch->name)), "ordinal",
		(json_int_t)ordinal, name_word(o), o->name, "outcome",
		intake_outcome_word(o->outcome), "reason", o->reason, "about",
		out_json_text(bytes_of_str(o->about)), "words", o->words,
		"help", o->help));
}

static void
batch_tell(struct load *l, const struct load_batch *batch)
{
	for (size_t i = 0; i < batch->outcomes.n; i++) {
		enum intake_outcome what = batch->outcomes.at[i].outcome;

		l->counts[what]++;
		l->records += batch->outcomes.at[i].is_record;
		l->descriptors += batch->outcomes.at[i].is_descriptor;
		l->progress.count++;
		if (what == INTAKE_INVALID || what == INTAKE_DENIED)
			refusal_tell(l, batch, i);
	}
	l->progress.done += batch->data.n;
	progress_show(&l->progress, batch->name);
}

/* ---- the flow -------------------------------------------------------------------------- */

/* A batch that was refused as a whole: each block by itself, so that one
 * that cannot even be read does not take its neighbours along. */
static enum ics_err
batch_split(struct load *l, const struct load_batch *batch)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < batch->n && err == ICS_OK; i++) {
		struct input place = { .name = batch->name,
			.ordinal = batch->first + i };
		struct load_batch *one = batch_new(&place);

		batch_put(one, load_batch_block(batch, i));
		err = l->door.submit(l->door.self, one);
		while (err == ICS_OK && !one->answered)
			err = l->door.turn(l->door.self, true);
		if (err == ICS_OK)
			batch_tell(l, one);
		/* Unanswered, it is still the door's. */
		if (one->answered)
			batch_free(one);
	}
	return err;
}

static enum ics_err
batch_finish(struct load *l, struct load_batch *batch)
{
	enum ics_err err = ICS_OK;

	if (batch->err != ICS_OK && !load_err_is_answer(batch->err)) {
		progress_clear(&l->progress);
		out_fail("load: %s", err_words(batch->err));
		err = batch->err;
	} else if (batch->err != ICS_OK && batch->n > 1) {
		err = batch_split(l, batch);
	} else {
		batch_tell(l, batch);
	}
	batch_free(batch);
	return err;
}

/* Tell whatever is answered, in order, until at most room are under way. */
static enum ics_err
flow(struct load *l, size_t room)
{
	enum ics_err err = ICS_OK;

	for (;;) {
		if (l->head == NULL)
			l->head = queue_try(l->under_way);
		if (l->head == NULL)
			return ICS_OK;
		if (!l->head->answered)
			TRY(l->door.turn(l->door.self, l->under_way_n > room));
		if (!l->head->answered && l->under_way_n <= room)
			return ICS_OK;
		if (l->head->answered) {
			struct load_batch *batch = l->head;

			l->head = NULL;
			l->under_way_n--;
			TRY(batch_finish(l, batch));
		}
	}
out:
	return err;
}

static enum ics_err
batch_send(struct load *l, struct load_batch *batch)
{
	enum ics_err err =
	    flow(l, batch->has_texts ? 0 : l->door.batches_max - 1);

	if (err == ICS_OK && !batch->answered)
		err = l->door.submit(l->door.self, batch);
	if (err != ICS_OK) {
		batch_free(batch);
		return err;
	}
	/* Our own queue, open; flow made room. */
	err = queue_put_over(l->under_way, batch);
	l->under_way_n++;
	return err == ICS_OK ? flow(l, l->door.batches_max) : err;
}

/* The rest of a file that cannot be read on: an answer without a question. */
static enum ics_err
rest_refuse(struct load *l, const struct input *in, enum ics_err why)
{
	struct load_batch *batch = batch_new(in);
	struct report none = { 0 };
	struct load_outcome *o = load_outcomes_add(&batch->outcomes);

	load_outcome_refuse(o, why, &none);
	/* Cut to fit. */
	(void)snprintf(o->about, sizeof(o->about),
	    "the last %zu octets of the file", in->left);
	batch->answered = true;
	return batch_send(l, batch);
}

static bool
interrupted(struct load *l)
{
	sigset_t pending;

	if (!l->stopped && sigpending(&pending) == 0)
		l->stopped = sigismember(&pending, SIGINT) == 1 ||
			     sigismember(&pending, SIGTERM) == 1;
	return l->stopped;
}

static bool
batch_is_full(const struct load *l, const struct load_batch *batch, size_t more)
{
	return batch->n > 0 && (batch->n >= l->door.blocks_max ||
				   batch->data.n + more > l->door.octets_max);
}

static enum ics_err
blocks_send(struct load *l, struct input *in)
{
	struct load_batch *batch = NULL;
	struct pgp_block block;
	enum ics_err err = ICS_OK, got = ICS_ENOTFOUND;

	while (!interrupted(l) && (got = input_next(in, &block)) == ICS_OK) {
		bool is_text = block.kind == PGP_BLOCK_TEXT;

		if (batch != NULL &&
		    (batch->has_texts != is_text ||
			batch_is_full(l, batch, block.data.n))) {
			struct load_batch *full = batch;

			batch = NULL;
			TRY(batch_send(l, full));
		}
		if (batch == NULL)
			batch = batch_new(in);
		batch->has_texts = is_text;
		batch_put(batch, block.data);
	}
	if (batch != NULL) {
		struct load_batch *last = batch;

		batch = NULL;
		TRY(batch_send(l, last));
	}
	if (got != ICS_OK && got != ICS_ENOTFOUND)
		TRY(rest_refuse(l, in, got));
out:
	batch_free(batch);
	return err;
}

static enum ics_err
file_load(struct load *l, const char *path)
{
	struct input in;
	enum ics_err err = input_open(path, &in);

	if (err != ICS_OK) {
		l->file = err;
		input_close(&in);
		return ICS_OK;
	}
	/* Armor and standard input only now show how much they hold. */
	l->progress.total += in.octets;
	l->progress.total -= input_size(path);
	err = blocks_send(l, &in);
	input_close(&in);
	return err;
}

/* ---- the end --------------------------------------------------------------------------- */

static uint64_t
total(const struct load *l)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= INTAKE_DENIED; i++)
		n += l->counts[i];
	return n;
}

static uint64_t
certs(const struct load *l)
{
	return total(l) - l->records - l->descriptors;
}

static void
summary_json(const struct load *l)
{
	const uint64_t *n = l->counts;

	out_json(json_pack(
	    "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:b, "
	    "s:O}",
	    "certificates", (json_int_t)certs(l), "records",
	    (json_int_t)l->records, "descriptors", (json_int_t)l->descriptors,
	    "inserted", (json_int_t)n[INTAKE_INSERTED], "updated",
	    (json_int_t)n[INTAKE_UPDATED], "unchanged",
	    (json_int_t)n[INTAKE_IGNORED], "refused",
	    (json_int_t)n[INTAKE_INVALID], "denied",
	    (json_int_t)n[INTAKE_DENIED], "waiting_signatures",
	    (json_int_t)l->waiting, "seconds", progress_seconds(&l->progress),
	    "interrupted", l->stopped ? 1 : 0, "refusals", l->refusals));
}

static void
summary_print(const struct load *l)
{
	const uint64_t *n = l->counts;
	char records[48] = "", descriptors[48] = "";

	if (l->refusals != NULL) {
		summary_json(l);
		return;
	}
	if (ics_quiet(l->ics))
		return;
	if (l->records > 0)
		(void)snprintf(records, sizeof(records), " and %llu records",
		    (unsigned long long)l->records); /* fits */
	if (l->descriptors > 0)
		(void)snprintf(descriptors, sizeof(descriptors),
		    " and %llu descriptors",
		    (unsigned long long)l->descriptors); /* fits */
	out_line("%s%llu certificates%s%s in %.1f s: %llu inserted, %llu "
		 "updated, %llu unchanged, %llu refused, %llu denied; %lld "
		 "signatures wait for their issuer",
	    l->stopped ? "interrupted: " : "", (unsigned long long)certs(l),
	    records, descriptors, progress_seconds(&l->progress),
	    (unsigned long long)n[INTAKE_INSERTED],
	    (unsigned long long)n[INTAKE_UPDATED],
	    (unsigned long long)n[INTAKE_IGNORED],
	    (unsigned long long)n[INTAKE_INVALID],
	    (unsigned long long)n[INTAKE_DENIED], (long long)l->waiting);
}

static enum ics_err
files_load(struct load *l)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < l->ics->args_n; i++)
		l->progress.total += input_size(l->ics->args[i]);
	for (size_t i = 0; i < l->ics->args_n && !interrupted(l); i++)
		TRY(file_load(l, l->ics->args[i]));
	TRY(flow(l, 0));
	TRY(l->door.settle(l->door.self, &l->waiting));
out:
	return err;
}

static void
load_release(struct load *l)
{
	/* The door first: until it is shut, batches may be its own. */
	l->door.close(l->door.self);
	batch_free(l->head);
	for (struct load_batch *b; (b = queue_try(l->under_way)) != NULL;)
		batch_free(b);
	queue_free(l->under_way);
	json_decref(l->refusals);
}

static int
load_status(const struct load *l, enum ics_err err)
{
	if (err != ICS_OK)
		return err_exit(err);
	if (l->file != ICS_OK)
		return err_exit(l->file);
	return l->counts[INTAKE_INVALID] + l->counts[INTAKE_DENIED] > 0
		   ? ICS_EXIT_REFUSED
		   : ICS_EXIT_YES;
}

/* From here on ^C and TERM are only looked at; a broken pipe is no reason to
 * leave a load half done. The threads that follow inherit it. */
static void
signals_hold(sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &held, before);
}

int
cmd_load(struct ics *ics)
{
	struct load l = { .ics = ics };
	sigset_t before;
	enum ics_err err;
	int status;

	signals_hold(&before);
	err = ics->where.kind == WHERE_SOCKET
		  ? load_door_socket(&ics->where, &l.door)
		  : load_door_file(&ics->where, &l.door);
	if (err != ICS_OK)
		return err_exit(err);
	if (ics_has(ics, ICS_OPT_JSON))
		l.refusals = json_array();
	l.under_way = queue_new(l.door.batches_max);
	progress_init(&l.progress, ics, "certificates");
	err = files_load(&l);
	progress_clear(&l.progress);
	summary_print(&l);
	(void)fflush(stdout); /* main looks at ferror(stdout) */
	status = load_status(&l, err);
	load_release(&l);
	/* A ^C that was held takes its effect now. */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status;
}
