/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checkpoints, and the small files that keep them. */
#include "audit/head.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/b64.h"
#include "client/http.h"
#include "client/out.h"
#include "notations/notations.h"
#include "prove/anchors.h"

/* ---- text -------------------------------------------------------------------------- */

/* A line that ends; empty ones are none. */
static enum ics_err
line_take(struct cursor *cur, struct bytes *line)
{
	const uint8_t *end =
	    cur->rest.n == 0 ? NULL : memchr(cur->rest.p, '\n', cur->rest.n);

	if (end == NULL || end == cur->rest.p)
		return ICS_EFORMAT;
	*line = cursor_take(cur, (size_t)(end - cur->rest.p));
	(void)cursor_u8(cur); /* the end of the line */
	return ICS_OK;
}

static enum ics_err
origin_read(struct bytes line, struct audit_head *head)
{
	if (line.n >= sizeof(head->origin))
		return ICS_ETOOBIG;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < 0x20 || line.p[i] >= 0x7f)
			return ICS_EFORMAT;
	memcpy(head->origin, line.p, line.n);
	head->origin[line.n] = '\0';
	return ICS_OK;
}

static enum ics_err
root_read(struct bytes line, struct audit_head *head)
{
	struct buf root;
	enum ics_err err;

	buf_init(&root, sizeof(head->root));
	TRY(b64_read(line, &root));
	err = root.n == sizeof(head->root) ? buf_end(&root) : ICS_EFORMAT;
	if (err == ICS_OK)
		memcpy(head->root, root.p, sizeof(head->root));
out:
	buf_release(&root);
	return err;
}

enum ics_err
audit_head_read(struct bytes text, struct audit_head *head)
{
	struct cursor cur = cursor_of(text);
	struct bytes line;
	enum ics_err err;

	*head = (struct audit_head){ 0 };
	TRY(line_take(&cur, &line));
	TRY(origin_read(line, head));
	TRY(line_take(&cur, &line));
	TRY(notations_number_read(line, &head->size));
	TRY(line_take(&cur, &line));
	err = root_read(line, head);
out:
	return err;
}

void
audit_head_write(const struct audit_head *head, struct buf *out)
{
	uint8_t *room;

	buf_printf(out, "%s\n%llu\n", head->origin,
	    (unsigned long long)head->size);
	room = buf_grow(out, b64_length(sizeof(head->root)));
	if (room != NULL)
		b64_write(bytes_of(head->root, sizeof(head->root)), room);
	buf_u8(out, '\n');
}

/* ---- memory --------------------------------------------------------------------------- */

/* The folder, and its parents made where they are not there. */
static enum ics_err
folder_write(struct buf *path)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state != NULL && state[0] == '/')
		buf_put_str(path, state);
	else if (home != NULL && home[0] == '/')
		buf_printf(path, "%s/.local/state", home);
	else
		return ICS_ENOTFOUND;
	buf_put_str(path, "/ics/heads");
	return buf_end(path);
}

static enum ics_err
folder_make(const char *path)
{
	struct buf part;
	enum ics_err err = ICS_OK;

	buf_init(&part, 4096);
	for (const char *p = path; err == ICS_OK; p++) {
		if (*p == '\0' || (*p == '/' && p > path)) {
			buf_clear(&part);
			buf_put(&part, bytes_of(path, (size_t)(p - path)));
			if (mkdir(buf_str(&part), 0700) != 0 && errno != EEXIST)
				err = err_from_errno(errno);
		}
		if (*p == '\0')
			break;
	}
	buf_release(&part);
	return err;
}

/* Sockets differ by their folder, not by their URL. */
static enum ics_err
file_write(const struct where *where, struct buf *path)
{
	const char *name = where->dir != NULL ? where->dir : where->url;
	enum ics_err err = folder_write(path);

	if (err != ICS_OK) {
		out_fail("neither XDG_STATE_HOME nor HOME says where heads "
			 "are remembered");
		return ICS_ECONFIG;
	}
	buf_u8(path, '/');
	http_escape(bytes_of_str(name), path);
	return buf_end(path);
}

enum ics_err
audit_head_recall(const struct where *where, struct audit_head *head)
{
	struct buf path, text;
	struct stat st;
	enum ics_err err;

	buf_init(&path, 4096);
	buf_init(&text, AUDIT_HEAD_TEXT_MAX);
	TRY(file_write(where, &path));
	err = ICS_ENOTFOUND;
	if (stat(buf_str(&path), &st) != 0 && errno == ENOENT)
		goto out;
	TRY(prove_file_read(buf_str(&path), &text));
	err = audit_head_read(buf_bytes(&text), head);
	if (err != ICS_OK) {
		out_fail("%s: not a remembered head; remove it to begin anew",
		    buf_str(&path));
		err = ICS_ECORRUPT;
	}
out:
	buf_release(&path);
	buf_release(&text);
	return err;
}

enum ics_err
audit_head_remember(const struct where *where, const struct audit_head *head)
{
	struct out_file file = { 0 };
	struct buf path, text;
	enum ics_err err;

	buf_init(&path, 4096);
	buf_init(&text, AUDIT_HEAD_TEXT_MAX);
	TRY(folder_write(&path));
	err = folder_make(buf_str(&path));
	if (err != ICS_OK) {
		out_fail("%s: %s", buf_str(&path), err_words(err));
		goto out;
	}
	buf_clear(&path);
	TRY(file_write(where, &path));
	audit_head_write(head, &text);
	TRY(out_open(&file, buf_str(&path)));
	err = out_put(&file, buf_bytes(&text));
	if (err == ICS_OK)
		err = out_close(&file);
	if (err != ICS_OK)
		out_abandon(&file);
out:
	buf_release(&path);
	buf_release(&text);
	return err;
}
