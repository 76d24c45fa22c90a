/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics dump: every certificate, record and descriptor, whole, as store_dump has
 * them: servers that hold the same dump the same octets.
 */
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "client/http.h"
#include "client/out.h"
#include "ics/operate.h"

struct dump {
	struct out_file file;
	uint64_t octets;
	enum ics_err file_err; /* of writing; told */
};

static enum ics_err
piece_put(void *arg, struct bytes piece)
{
	struct dump *d = arg;

	d->octets += piece.n;
	return out_put(&d->file, piece);
}

static enum ics_err
dump_socket(const struct where *where, struct dump *d)
{
	const struct http_sink sink = { .put = piece_put, .arg = d };
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	enum ics_err err;

	TRY(http_new(where, &h));
	TRY(http_stream(h, "/local/dump", &sink, &answer));
	err = http_judge(&answer);
	if (err != ICS_OK)
		http_tell(&answer, "dump");
out:
	http_answer_release(&answer);
	http_free(h);
	return err;
}

static enum ics_err
all_put(struct store_reader *r, struct dump *d)
{
	struct store_dump all;
	struct bytes piece;
	enum ics_err err;

	store_dump_begin(&all, r);
	while ((err = store_dump_next(&all, &piece)) == ICS_OK &&
	       d->file_err == ICS_OK)
		d->file_err = piece_put(d, piece);
	store_dump_release(&all);
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
dump_file(const char *dir, struct dump *d)
{
	struct store_reader *r = NULL;
	enum ics_err err;

	TRY(store_reader_open(dir, NULL, &r));
	TRY(store_reader_begin(r));
	TRY(all_put(r, d));
out:
	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_reader_close(r);
	return d->file_err != ICS_OK ? d->file_err : err;
}

static void
summary_print(const struct ics *ics, const struct dump *d)
{
	const char *path = ics->opts[ICS_OPT_OUTPUT];

	if (ics_has(ics, ICS_OPT_JSON))
		out_json(json_pack("{s:o, s:I}", "file",
		    out_json_text(bytes_of_str(path)), "octets",
		    (json_int_t)d->octets));
	else
		out_note(ics_quiet(ics), "%s: %llu octets", path,
		    (unsigned long long)d->octets);
}

int
cmd_dump(struct ics *ics)
{
	bool to_file = ics_has(ics, ICS_OPT_OUTPUT);
	struct dump d = { 0 };
	enum ics_err err;

	if (!to_file &&
	    (isatty(STDOUT_FILENO) == 1 || ics_has(ics, ICS_OPT_JSON))) {
		out_fail("a dump is binary: name a file with -o FILE");
		return ICS_EXIT_USAGE;
	}
	TRY(out_open(&d.file, ics->opts[ICS_OPT_OUTPUT]));
	TRY(ics->where.kind == WHERE_SOCKET ? dump_socket(&ics->where, &d)
					    : dump_file(ics->where.dir, &d));
	TRY(out_close(&d.file));
	if (to_file)
		summary_print(ics, &d);
out:
	if (err != ICS_OK)
		out_abandon(&d.file);
	return err_exit(err);
}
