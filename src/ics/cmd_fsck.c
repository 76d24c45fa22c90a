/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics fsck: everything derived is computed again and compared, while the
 * server runs or not; --repair, while it does not, puts it right.
 */
#include "client/http.h"
#include "client/out.h"
#include "ics/operate.h"
#include "ics/progress.h"
#include "item/item.h"

struct fsck {
	const struct ics *ics;
	struct progress progress;
	json_t *found; /* owned: an array of texts */
};

static void
difference_add(void *arg, const char *text)
{
	struct fsck *f = arg;

	progress_clear(&f->progress);
	json_array_append_new(f->found, out_json_text(bytes_of_str(text)));
}

static void
progress_set(void *arg, int64_t done, int64_t total)
{
	struct fsck *f = arg;

	f->progress.done = (uint64_t)done;
	f->progress.count = (uint64_t)done;
	f->progress.total = (uint64_t)total;
	progress_show(&f->progress, "fsck");
}

static enum ics_err
fsck_file(const char *dir, struct fsck *f)
{
	struct store_judge judge;
	const struct store_fsck how = { .found = difference_add,
		.progress = progress_set,
		.arg = f,
		.judge = &judge };
	struct store_reader *r = NULL;
	int64_t differences;
	enum ics_err err;

	/* Where things belong depends on the server's own rights, too: its
	 * configuration is not read here. */
	item_fsck_judge(NULL, &judge);

	TRY(store_reader_open(dir, NULL, &r));
	TRY(store_reader_begin(r));
	TRY(store_check(r, &how, &differences));
out:
	progress_clear(&f->progress);
	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_reader_close(r);
	return err;
}

static enum ics_err
fsck_socket(const struct where *where, struct fsck *f)
{
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	json_t *doc = NULL;
	const char *words;
	enum ics_err err;

	TRY(http_new(where, &h));
	TRY(http_get(h, "/local/fsck", &answer));
	err = http_judge(&answer);
	if (err != ICS_OK) {
		http_tell(&answer, "fsck");
		goto out;
	}
	doc = http_json(&answer);
	err = doc == NULL ? ICS_EFORMAT : ICS_OK;
	json_array_extend(f->found, json_object_get(doc, "found"));
	words = json_string_value(json_object_get(doc, "error"));
	if (words != NULL) {
		out_fail("fsck ended early: %s", words);
		err = ICS_EDB;
	}
out:
	json_decref(doc);
	http_answer_release(&answer);
	http_free(h);
	return err;
}

static int
found_print(const struct ics *ics, json_t *found)
{
	size_t n = json_array_size(found), i;
	json_t *text;

	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:I, s:O}", "differences", (json_int_t)n,
		    "found", found));
		return n == 0 ? ICS_EXIT_YES : ICS_EXIT_NO;
	}
	json_array_foreach(found, i, text)
	{
		out_line("%s", json_string_value(text));
	}
	if (n > 0)
		out_fail("%zu differences; stop the server and run "
			 "\"ics fsck --repair\"",
		    n);
	else
		out_note(ics_quiet(ics), "nothing differs");
	return n == 0 ? ICS_EXIT_YES : ICS_EXIT_NO;
}

static int
repair(const struct ics *ics)
{
	const char *dir = ics->where.dir;
	struct store *s = NULL;
	int64_t repaired = 0;
	enum ics_err err;

	if (ics->where.kind != WHERE_FILE) {
		out_fail("%s: a server runs; stop it before a repair", dir);
		return ICS_EXIT_UNREACHED;
	}
	TRY(store_open(dir, STORE_EXISTING, &s));
	TRY(store_repair(s, &repaired));
	if (ics_has(ics, ICS_OPT_JSON))
		out_json(json_pack("{s:I}", "repaired", (json_int_t)repaired));
	else
		out_note(ics_quiet(ics),
		    "%lld certificates were computed again",
		    (long long)repaired);
out:
	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_close(s);
	return err_exit(err);
}

int
cmd_fsck(struct ics *ics)
{
	struct fsck f = { .ics = ics };
	enum ics_err err;
	int status;

	if (ics_has(ics, ICS_OPT_REPAIR))
		return repair(ics);
	f.found = json_array();
	progress_init(&f.progress, ics, "certificates");
	err = ics->where.kind == WHERE_SOCKET ? fsck_socket(&ics->where, &f)
					      : fsck_file(ics->where.dir, &f);
	status = err == ICS_OK ? found_print(ics, f.found) : err_exit(err);
	json_decref(f.found);
	return status;
}
