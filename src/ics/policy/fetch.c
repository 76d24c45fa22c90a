/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor that a server has, or its file. */
#include "client/out.h"
#include "ics/policy.h"
#include "item/item.h"

#define PATH_MAX_OCTETS 512

/* ---- from a server --------------------------------------------------------- */

static void
path_make(const struct policy_asked *a, bool is_signed, struct buf *path)
{
	buf_put_str(path, "/ics/v1/domains");
	if (a->name == NULL)
		return;
	buf_put_str(path, "/");
	http_escape(bytes_of_str(a->name), path);
	if (is_signed)
		buf_put_str(path, ".asc");
	if (a->serial != 0)
		buf_printf(path, "?serial=%lld", (long long)a->serial);
}

enum ics_err
policy_server_get(const struct policy_asked *a, bool is_signed,
    struct http_answer *answer)
{
	struct http *h = NULL;
	struct buf path;
	enum ics_err err;

	buf_init(&path, PATH_MAX_OCTETS);
	path_make(a, is_signed, &path);
	TRY(buf_end(&path));
	TRY(http_new(a->where, &h));
	TRY(http_get(h, buf_str(&path), answer));
	err = http_judge(answer);
	if (err != ICS_OK)
		http_tell(answer, a->name == NULL ? "domains" : a->name);
out:
	http_free(h);
	buf_release(&path);
	return err;
}

static enum ics_err
server_text(const struct policy_asked *a, struct buf *out)
{
	struct http_answer answer = { 0 };
	enum ics_err err;

	TRY(policy_server_get(a, true, &answer));
	buf_put(out, buf_bytes(&answer.body));
	err = buf_end(out);
	if (err != ICS_OK)
		out_fail("%s: %s", a->name, err_words(err));
out:
	http_answer_release(&answer);
	return err;
}

/* ---- from the file --------------------------------------------------------- */

enum ics_err
policy_miss_tell(const struct policy_asked *a)
{
	out_fail("%s: there is no such domain, or no such version; ics domain "
		 "list",
	    a->name);
	return ICS_ENOTFOUND;
}

static enum ics_err
file_text(const struct policy_asked *a, struct buf *out)
{
	struct store_reader *r = NULL;
	struct store_descriptor row;
	enum ics_err err;

	TRY(store_reader_open(a->where->dir, NULL, &r));
	TRY(store_reader_begin(r));
	err = store_descriptor_get(r, a->name, a->serial, &row);
	if (err == ICS_OK)
		buf_put(out, row.text);
out:
	store_reader_close(r);
	if (err == ICS_ENOTFOUND)
		return policy_miss_tell(a);
	return err == ICS_OK ? buf_end(out) : where_tell(a->where->dir, err);
}

enum ics_err
policy_text_get(const struct policy_asked *a, struct buf *out)
{
	return a->where->kind == WHERE_FILE ? file_text(a, out)
					    : server_text(a, out);
}
