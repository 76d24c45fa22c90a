/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics import FILE: a certificate of every row of a manifest, signed by the
 * maker, sent while the next ones are signed. A bad row is named and passed
 * over. Invariant: a line in the state file was acknowledged by the server,
 * and so was every line before it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/out.h"
#include "ics/progress.h"
#include "ics/sign.h"
#include "sign/derive.h"
#include "sign/mint.h"
#include "sign/post.h"
#include "sign/verb.h"

#define BATCH_CERTS  500u
#define STATE_SUFFIX ".ics-state"

struct import {
	struct ics *ics;
	struct sign_act act;
	struct sign_agent *agent;
	struct sign_signer maker;
	struct sign_draft common;
	struct sign_mint mint;
	struct sign_manifest *manifest;
	struct sign_derive derive;
	struct sign_minted minted;
	struct sign_post *post;	  /* NULL where nothing is sent */
	struct sign_batch *batch; /* that is filled now */
	struct out_file file;	  /* --output */
	struct progress progress;
	size_t done; /* lines done by an earlier run */
	size_t rows, bad, taken, known, refused;
	char passphrase[SIGN_PASSPHRASE_MAX];
};

/* ---- the state file ------------------------------------------------------------ */

static void
state_path(const struct import *im, struct buf *path)
{
	buf_put_str(path, im->ics->args[0]);
	buf_put_str(path, STATE_SUFFIX);
}

static bool
is_resumable(const struct import *im)
{
	return ics_has(im->ics, ICS_OPT_RESUME) && im->post != NULL;
}

static enum ics_err
state_read(struct import *im)
{
	struct buf path, text;
	uint64_t line;
	enum ics_err err = ICS_OK;

	buf_init(&path, 65536);
	buf_init(&text, 64);
	state_path(im, &path);
	if (access(buf_str(&path), F_OK) != 0)
		goto out;
	TRY(sign_file_read(buf_str(&path), &text));
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		buf_cut(&text, text.n - 1);
	err = notations_number_read(buf_bytes(&text), &line);
	if (err != ICS_OK)
		out_fail("%s: damaged; remove it to begin again",
		    buf_str(&path));
	else
		im->done = (size_t)line;
out:
	buf_release(&path);
	buf_release(&text);
	return err;
}

static enum ics_err
state_write(const struct import *im, size_t line)
{
	struct out_file file;
	struct buf path, text;
	enum ics_err err;

	if (!is_resumable(im))
		return ICS_OK;
	buf_init(&path, 65536);
	buf_init(&text, 64);
	state_path(im, &path);
	buf_printf(&text, "%zu\n", line);
	TRY(out_open(&file, buf_str(&path)));
	TRY(out_put(&file, buf_bytes(&text)));
	err = out_close(&file);
out:
	if (err != ICS_OK)
		out_abandon(&file);
	buf_release(&path);
	buf_release(&text);
	return err;
}

static void
state_remove(const struct import *im)
{
	struct buf path;

	if (!is_resumable(im))
		return;
	buf_init(&path, 65536);
	state_path(im, &path);
	(void)unlink(buf_str(&path)); /* it may never have been there */
	buf_release(&path);
}

/* ---- telling ------------------------------------------------------------------------ */

static void
row_refuse(struct import *im, size_t line, const struct report *rep)
{
	const struct finding *why = report_worst(rep);

	im->bad++;
	progress_clear(&im->progress);
	out_fail("%s:%zu: %s: %s; %s", im->ics->args[0], line, why->about,
	    why->reason->words, why->reason->help);
}

static void
outcome_count(struct import *im, const struct sign_batch *batch,
    const struct sign_outcome *o)
{
	if (o->fate == SIGN_TAKEN)
		im->taken++;
	else if (o->fate == SIGN_KNOWN)
		im->known++;
	else {
		im->refused++;
		progress_clear(&im->progress);
		out_fail("%s:%zu: %s %s: %s", im->ics->args[0],
		    sign_batch_line(batch, o->fingerprint), o->word,
		    o->fingerprint, o->why);
	}
}

static void
summary_tell(const struct import *im)
{
	double seconds = progress_seconds(&im->progress);

	if (ics_has(im->ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "rows",
		    (json_int_t)im->rows, "bad", (json_int_t)im->bad, "taken",
		    (json_int_t)im->taken, "known", (json_int_t)im->known,
		    "refused", (json_int_t)im->refused, "seconds", seconds));
		return;
	}
	out_note(im->act.quiet,
	    "%zu rows: %zu new, %zu known, %zu refused, %zu bad; %.1f s",
	    im->rows, im->taken, im->known, im->refused, im->bad, seconds);
}

/* ---- batches -------------------------------------------------------------------------- */

static enum ics_err
batch_end(struct import *im, struct sign_batch *batch)
{
	enum ics_err err;

	TRY(batch->err);
	for (size_t i = 0; i < batch->answer.n; i++)
		outcome_count(im, batch, &batch->answer.at[i]);
	err = state_write(im, batch->last);
out:
	sign_batch_free(batch);
	return err;
}

/* Those that came back; with wait all that are under way. */
static enum ics_err
batches_end(struct import *im, bool wait)
{
	struct sign_batch *batch;
	enum ics_err err = ICS_OK;

	if (im->post == NULL)
		return ICS_OK;
	while (err == ICS_OK &&
	       (batch = sign_post_take(im->post, wait)) != NULL)
		err = batch_end(im, batch);
	return err;
}

static enum ics_err
batch_send(struct import *im)
{
	struct sign_batch *batch = im->batch;
	enum ics_err err = ICS_OK;

	if (batch == NULL)
		return ICS_OK;
	im->batch = NULL;
	if (im->post != NULL && batch->origins.n > 0) {
		sign_post_put(im->post, batch);
		return batches_end(im, false);
	}
	if (im->act.output != NULL)
		err = out_put(&im->file, buf_bytes(&batch->packets));
	sign_batch_free(batch);
	return err;
}

/* ---- rows ------------------------------------------------------------------------------ */

static enum ics_err
row_sign(struct import *im, const struct sign_row *row)
{
	struct sign_origin *origin;
	enum ics_err err;

	if (im->batch == NULL)
		im->batch = sign_batch_new();
	TRY(sign_mint_sign(&im->mint, &im->minted, &im->batch->packets));
	origin = sign_origins_add(&im->batch->origins);
	origin->line = row->line;
	pgp_fpr_hex(&im->minted.key.fpr, origin->fingerprint);
	im->batch->last = row->line;
	if (im->batch->origins.n >= BATCH_CERTS)
		err = batch_send(im);
out:
	return err;
}

/* ICS_EDENIED, with why in rep, for a row that is passed over. */
static enum ics_err
row_import(struct import *im, struct sign_row *row, struct report *rep)
{
	enum ics_err err;

	TRY(sign_derive(&im->derive, row, rep));
	TRY(sign_mint_read(&im->mint, row, rep, &im->minted));
	if (!im->act.dry_run)
		err = row_sign(im, row);
out:
	return err;
}

static enum ics_err
rows_import(struct import *im)
{
	struct report rep = { 0 };
	struct sign_row *row = alloc_zero(1, sizeof(*row));
	enum ics_err err;

	while ((err = sign_manifest_next(im->manifest, row, &rep)) !=
	       ICS_ENOTFOUND) {
		bool is_new = row->line > im->done;

		if (err == ICS_OK && is_new)
			err = row_import(im, row, &rep);
		if (err == ICS_EDENIED && is_new)
			row_refuse(im, row->line, &rep);
		else if (err != ICS_OK && err != ICS_EDENIED)
			break;
		im->rows += is_new ? 1 : 0;
		im->progress.done = sign_manifest_read(im->manifest);
		im->progress.count = im->rows;
		progress_show(&im->progress, im->ics->args[0]);
		report_release(&rep);
	}
	report_release(&rep);
	free(row);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* ---- beginning and end -------------------------------------------------------------------- */

/* The server must know the maker, or it can verify nothing. */
static enum ics_err
maker_send(struct import *im)
{
	struct sign_answer answer = { .n = 0 };
	struct http *h = NULL;
	struct buf cert;
	enum ics_err err;

	buf_init(&cert, PGP_CERT_RAW_MAX);
	pgp_cert_write(im->maker.cert.clean, PGP_FORM_FULL, &cert);
	TRY(http_new(im->act.where, &h));
	TRY(sign_send(h, buf_bytes(&cert), &answer));
	if (sign_answer_fate(&answer) == SIGN_REFUSED) {
		sign_answer_tell(&answer, im->act.quiet);
		err = ICS_EDENIED;
	}
out:
	sign_answer_release(&answer);
	http_free(h);
	buf_release(&cert);
	return err;
}

static enum ics_err
door_open(struct import *im)
{
	enum ics_err err;

	if (im->act.dry_run)
		return ICS_OK;
	if (im->act.output != NULL)
		return out_open(&im->file, im->act.output);
	if (im->act.where->kind == WHERE_FILE) {
		out_fail("%s: no server runs there; start it, or write the "
			 "certificates with --output",
		    where_name(im->act.where));
		return ICS_ENET;
	}
	TRY(maker_send(im));
	TRY(sign_post_new(im->act.where, &im->post));
	if (ics_has(im->ics, ICS_OPT_RESUME))
		err = state_read(im);
out:
	return err;
}

static enum ics_err
mint_open(struct import *im)
{
	const char *made = im->ics->opts[ICS_OPT_MADE];
	enum ics_err err;

	im->mint = (struct sign_mint){ .maker = &im->maker,
		.common = &im->common,
		.user_id = im->ics->opts[ICS_OPT_USER_ID] };
	if (made != NULL)
		TRY(sign_time_read(made, &im->mint.made));
	if (ics_has(im->ics, ICS_OPT_DATE))
		im->mint.date = im->act.now;
	TRY(sign_options_set(im->ics, &im->common));
	err = sign_options_expire(im->ics,
	    im->mint.date != 0 ? im->mint.date : im->mint.made,
	    &im->common.expires);
out:
	return err;
}

static enum ics_err
maker_find(struct import *im)
{
	struct sign_wanted wanted = {
		.who = im->act.who, .purpose = SIGN_CERTIFY, .now = im->act.now
	};
	enum ics_err err;

	wanted.now = clock_now();
	TRY(sign_agent_new(&im->act.how, &im->agent));
	TRY(sign_signer_find(im->agent, &wanted, &im->maker));
	if (im->maker.by.key.version == 4)
		return ICS_OK;
	out_fail("%s: certificates of version 4 are made here, and need a "
		 "maker of version 4",
	    im->act.who);
	err = ICS_EUNSUPPORTED;
out:
	return err;
}

static enum ics_err
import_run(struct import *im)
{
	enum ics_err err;

	TRY(sign_options_read(im->ics, im->passphrase, &im->act));
	TRY(mint_open(im));
	TRY(sign_derive_open(&im->derive, im->ics->opts[ICS_OPT_MANIFEST_KEY]));
	TRY(sign_manifest_open(im->ics->args[0], &im->manifest));
	TRY(maker_find(im));
	TRY(door_open(im));
	progress_init(&im->progress, im->ics, "devices");
	im->progress.total = sign_manifest_size(im->manifest);
	TRY(rows_import(im));
	TRY(batch_send(im));
	TRY(batches_end(im, true));
	if (im->act.output != NULL && !im->act.dry_run)
		TRY(out_close(&im->file));
	state_remove(im);
out:
	progress_clear(&im->progress);
	return err;
}

static void
import_release(struct import *im)
{
	out_abandon(&im->file);
	sign_batch_free(im->batch);
	sign_post_free(im->post);
	sign_manifest_close(im->manifest);
	sign_minted_release(&im->minted);
	sign_derive_release(&im->derive);
	sign_draft_release(&im->common);
	sign_signer_release(&im->maker);
	sign_agent_free(im->agent);
	explicit_bzero(im->passphrase, sizeof(im->passphrase));
}

int
cmd_import(struct ics *ics)
{
	struct import im = { .ics = ics };
	enum ics_err err;

	sign_minted_init(&im.minted);
	sign_derive_init(&im.derive);
	sign_draft_init(&im.common);
	err = import_run(&im);
	if (im.rows > 0 || err == ICS_OK)
		summary_tell(&im);
	import_release(&im);
	if (err != ICS_OK)
		return err_exit(err);
	if (im.refused > 0)
		return ICS_EXIT_REFUSED;
	return im.bad > 0 ? ICS_EXIT_NO : ICS_EXIT_YES;
}
