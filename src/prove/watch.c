/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ask, print, ask behind what was printed. */
#include "prove/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/out.h"
#include "prove/ask.h"
#include "prove/evidence.h"
#include "prove/tell.h"
#include "prove/when.h"

#define WAIT_SECONDS 45 /* of a poll; below what HTTP takes for a stall */
#define PATIENCE_MAX 32 /* seconds between attempts */
#define ATTEMPTS_MAX 64 /* in a row that may fail */

struct follower {
	const struct prove_watch *what;
	struct notations_subject items[PROVE_WATCH_MAX];
	size_t items_n;
	struct buf select; /* owned: NAME=VALUE of what is wanted */
	struct http *h;
	int64_t since, left; /* left: lines; less than zero: for ever */
};

static bool
is_wanted(const struct follower *f, const json_t *row)
{
	struct notations_subject subject;
	const char *item = prove_text(row, "item");

	if (f->items_n == 0)
		return true;
	if (!notations_subject_read(bytes_of_str(item), &subject))
		return false;
	for (size_t i = 0; i < f->items_n; i++)
		if (notations_subject_equal(&f->items[i], &subject))
			return true;
	return false;
}

static void
row_print(const struct prove_watch *what, const json_t *row)
{
	char *text;

	if (what->json) {
		text = json_dumps(row, JSON_COMPACT | JSON_ENSURE_ASCII);
		out_line("%s", text == NULL ? "{}" : text);
		free(text);
	} else {
		out_line("%lld  %s  %-6s  %s  %s",
		    (long long)json_integer_value(json_object_get(row,
			"position")),
		    prove_text(row, "received"), prove_text(row, "event"),
		    prove_text(row, "item"), prove_text(row, "digest"));
	}
	(void)fflush(stdout); /* main asks stdout how it went */
}

/* A log that ends before where we were is another one. */
static enum ics_err
page_take(struct follower *f, const json_t *page)
{
	int64_t next = json_integer_value(json_object_get(page, "next"));
	int64_t size = json_integer_value(json_object_get(page, "size"));
	const json_t *row;
	size_t i;

	if (size < f->since || next < f->since) {
		out_fail("the log has %lld rows, and had %lld: it is not the "
			 "same",
		    (long long)size, (long long)f->since);
		return ICS_EFORMAT; /* a no */
	}
	json_array_foreach(json_object_get(page, "rows"), i, row)
	{
		if (f->left == 0)
			return ICS_OK;
		if (!is_wanted(f, row))
			continue;
		row_print(f->what, row);
		f->left -= f->left > 0;
	}
	f->since = next;
	return ICS_OK;
}

static enum ics_err
page_get(struct follower *f, unsigned wait, json_t **page)
{
	struct buf path;
	enum ics_err err;

	buf_init(&path, 65536);
	buf_printf(&path, "/ics/v1/changes?since=%lld&limit=1000&wait=%u",
	    (long long)f->since, wait);
	if (f->select.n > 0) {
		buf_put_str(&path, "&select=");
		http_escape(buf_bytes(&f->select), &path);
	}
	err = prove_get_json(&(struct prove_get){ f->h, buf_str(&path),
				 where_name(f->what->where) },
	    page);
	if (err == ICS_ENOTFOUND)
		out_fail("%s: does not tell what changes",
		    where_name(f->what->where));
	buf_release(&path);
	return err;
}

/* Where the log ends now. */
static enum ics_err
end_find(struct follower *f)
{
	json_t *page = NULL;
	enum ics_err err = page_get(f, 0, &page);

	if (err == ICS_OK)
		f->since = json_integer_value(json_object_get(page, "size"));
	json_decref(page);
	return err;
}

/* The world may come back; a server that refuses will not. */
static bool
is_passing(enum ics_err err)
{
	return err == ICS_ENET || err == ICS_ETIMEOUT || err == ICS_EBUSY;
}

static void
patience(unsigned attempt)
{
	struct timespec t = { .tv_sec =
				  attempt < 5 ? 1 << attempt : PATIENCE_MAX };

	(void)nanosleep(&t, NULL); /* woken early is early */
}

static enum ics_err
follow(struct follower *f)
{
	unsigned attempt = 0;
	json_t *page;
	enum ics_err err = ICS_OK;

	while (f->left != 0) {
		page = NULL;
		err = page_get(f, WAIT_SECONDS, &page);
		if (err == ICS_OK) {
			attempt = 0;
			err = page_take(f, page);
			json_decref(page);
		} else if (is_passing(err) && attempt < ATTEMPTS_MAX) {
			patience(attempt++);
			continue;
		}
		if (err != ICS_OK)
			break;
	}
	return err;
}

/* What is wanted: items here, the rest by the server. */
static enum ics_err
args_read(struct follower *f)
{
	enum ics_err err = ICS_OK;

	for (size_t i = 0; err == ICS_OK && i < f->what->args_n; i++) {
		const char *arg = f->what->args[i];

		if (strchr(arg, '=') != NULL)
			buf_printf(&f->select, "%s%s",
			    f->select.n > 0 ? " " : "", arg);
		else if (f->items_n < PROVE_WATCH_MAX)
			err = prove_subject_find(f->what->where, arg,
			    &f->items[f->items_n++]);
	}
	return err;
}

enum ics_err
prove_watch_run(const struct prove_watch *what)
{
	struct follower f = { .what = what, .left = -1 };
	enum ics_err err = ICS_EUSAGE;

	buf_init(&f.select, 16384);
	if (what->limit != NULL && !prove_number_read(what->limit, &f.left)) {
		out_fail("--limit takes a number of lines");
		goto out;
	}
	if (what->from != NULL && !prove_number_read(what->from, &f.since)) {
		out_fail("--from takes a position of the log");
		goto out;
	}
	TRY(args_read(&f));
	TRY(prove_server_open(what->where, &f.h));
	if (what->from == NULL)
		TRY(end_find(&f));
	err = follow(&f);
out:
	http_free(f.h);
	buf_release(&f.select);
	return err;
}
