/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics stats: numbers, from the socket, the file, or a server's public page. */
#include "client/http.h"
#include "client/out.h"
#include "ics/operate.h"

static enum ics_err
stats_file(const char *dir, json_t **doc)
{
	struct store_reader *r = NULL;
	struct store_stats s;
	enum ics_err err;

	TRY(store_reader_open(dir, NULL, &r));
	TRY(store_reader_begin(r));
	TRY(store_stats(r, &s));
	*doc = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:I, s:I}",
	    "certs", (json_int_t)s.certs, "fprs", (json_int_t)s.fprs, "uids",
	    (json_int_t)s.uids, "records", (json_int_t)s.records, "statements",
	    (json_int_t)s.statements, "pending", (json_int_t)s.pending,
	    "denied", (json_int_t)s.denied, "log", (json_int_t)s.log,
	    "file_octets", (json_int_t)s.file_octets, "wal_octets",
	    (json_int_t)s.wal_octets, "added_total", (json_int_t)s.added_total,
	    "updated_total", (json_int_t)s.updated_total, "deleted_total",
	    (json_int_t)s.deleted_total);
out:
	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_reader_close(r);
	return err;
}

static enum ics_err
stats_server(const struct where *where, json_t **doc)
{
	const char *path = where->kind == WHERE_SOCKET
			       ? "/local/stats"
			       : "/pks/lookup?op=stats&options=mr";
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	enum ics_err err;

	TRY(http_new(where, &h));
	TRY(http_get(h, path, &answer));
	err = http_judge(&answer);
	if (err != ICS_OK) {
		http_tell(&answer, "stats");
		goto out;
	}
	*doc = http_json(&answer);
	err = *doc == NULL ? ICS_EFORMAT : ICS_OK;
out:
	http_answer_release(&answer);
	http_free(h);
	return err;
}

/* What the names of the numbers mean; others are shown under their own. */
static const struct {
	const char *name, *words;
} labels[] = {
	{ "certs", "certificates" },
	{ "fprs", "keys and subkeys" },
	{ "uids", "User IDs" },
	{ "records", "statements that stand alone" },
	{ "statements", "statements in all" },
	{ "pending", "signatures that wait for their issuer" },
	{ "denied", "denied fingerprints" },
	{ "under_way", "submissions and judgements under way" },
	{ "log", "entries of the log" },
	{ "file_octets", "octets of the file" },
	{ "wal_octets", "octets of its write-ahead log" },
	{ "added_total", "certificates ever inserted" },
	{ "updated_total", "certificates ever updated" },
	{ "deleted_total", "certificates ever deleted" },
};

static const char *
label(const char *name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].name, name) == 0)
			return labels[i].words;
	return name;
}

static void
member_print(const char *name, const json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		out_line("%12lld  %s", (long long)json_integer_value(value),
		    label(name));
	else if (text != NULL && text[0] != '\0')
		out_line("%12s  %s", name, text);
}

static void
members_print(json_t *doc)
{
	const char *name, *inner;
	json_t *value, *row;

	json_object_foreach(doc, name, value)
	{
		member_print(name, value);
		json_object_foreach(value, inner, row)
		{
			member_print(inner, row);
		}
	}
}

int
cmd_stats(struct ics *ics)
{
	json_t *doc = NULL;
	enum ics_err err = ics->where.kind == WHERE_FILE
			       ? stats_file(ics->where.dir, &doc)
			       : stats_server(&ics->where, &doc);

	if (err != ICS_OK)
		return err_exit(err);
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(doc);
		return ICS_EXIT_YES;
	}
	members_print(doc);
	json_decref(doc);
	return ICS_EXIT_YES;
}
