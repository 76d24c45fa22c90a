/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peers.json in the state folder: peers that an operator added, and what
 * rounds keep across restarts. Written aside and renamed, so it is whole or
 * not there; when it is damaged we say so and begin anew, since all of it can
 * be learnt again or typed again.
 *
 *	{"version": 1, "peers": [{"name": "acme", "text": "acme kind=...",
 *	    "keep": {"cursor": "12"}}]}
 *
 * text stands with added peers only.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "sync/inside.h"
#include "sync/schedule.h"

#define STATE_MAX     (4u << 20) /* octets of the file */
#define STATE_VERSION 1
#define SAVE_SECONDS  1 /* changes that come soon are written together */

/* ---- what is kept ------------------------------------------------------------------- */

const char *
sync_keep_get(const struct sync *s, const struct sync_peer *p, const char *name)
{
	(void)s;
	for (size_t i = 0; i < p->priv->kept_n; i++)
		if (strcmp(p->priv->kept[i].name, name) == 0)
			return p->priv->kept[i].value;
	return NULL;
}

void
sync_keep_set(struct sync *s, const struct sync_peer *p, const char *name,
    const char *value)
{
	struct sync_peer_private *priv = p->priv;
	size_t i = 0;

	while (i < priv->kept_n && strcmp(priv->kept[i].name, name) != 0)
		i++;
	if (i == SYNC_KEPT_MAX || strlen(name) >= SYNC_KEPT_NAME ||
	    strlen(value) >= SYNC_KEPT_VALUE)
		return;
	(void)snprintf(priv->kept[i].name, SYNC_KEPT_NAME, "%s",
	    name); /* it fits */
	(void)snprintf(priv->kept[i].value, SYNC_KEPT_VALUE, "%s",
	    value); /* likewise */
	priv->kept_n += i == priv->kept_n;
	sync_state_touch(s);
}

int64_t
sync_keep_position(const struct sync *s, const struct sync_peer *p,
    const char *name, int64_t size)
{
	const char *text = sync_keep_get(s, p, name);
	int64_t at = 0;

	for (size_t i = 0;
	     text != NULL && i < 18 && text[i] >= '0' && text[i] <= '9'; i++)
		at = at * 10 + (text[i] - '0');
	return at > size ? 0 : at;
}

void
sync_keep_position_set(struct sync *s, const struct sync_peer *p,
    const char *name, int64_t position)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64, position); /* fits */
	sync_keep_set(s, p, name, text);
}

/* ---- the file ------------------------------------------------------------------------- */

static char *
path_new(const struct sync *s, const char *suffix)
{
	struct buf path;
	char *text;

	buf_init(&path, 65536);
	buf_printf(&path, "%s/%s%s", s->config.dir, SYNC_STATE_FILE, suffix);
	text = alloc_str(buf_str(&path));
	buf_release(&path);
	return text;
}

/* ---- reading ----------------------------------------------------------------- */

/* The file's octets; ICS_ENOTFOUND without one. */
static enum ics_err
file_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum ics_err err = ICS_OK;
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT ? ICS_ENOTFOUND : err_from_errno(errno);
	do {
		uint8_t block[4096];

		got = read(fd, block, sizeof(block));
		if (got > 0)
			buf_put(out, bytes_of(block, (size_t)got));
		if (got < 0 && errno != EINTR)
			err = err_from_errno(errno);
	} while (err == ICS_OK && got != 0 && buf_end(out) == ICS_OK);
	close(fd);
	return err == ICS_OK ? buf_end(out) : err;
}

static const char *
member(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

/* One that was added comes to be here. */
static void
peer_take(struct sync *s, const json_t *row)
{
	const char *name = member(row, "name"), *text = member(row, "text");
	struct sync_peer *p;
	struct sync_peer_conf conf;
	const char *why = "more peers than there may be";

	/* What the configuration says of it is newer. */
	if (text == NULL || (name != NULL && sync_table_find(s, name) != NULL))
		return;
	if (sync_peer_read(text, &conf, &why) &&
	    sync_table_add(s, &conf, true, &p) == ICS_OK)
		return;
	log_event(LOG_LEVEL_WARN, "peer-lost", "text=\"%s\" why=\"%s\"", text,
	    why);
}

static void
kept_take(struct sync_peer *p, json_t *keep)
{
	struct sync_peer_private *priv = p->priv;
	const char *name;
	json_t *value;

	json_object_foreach(keep, name, value)
	{
		const char *text = json_string_value(value);
		struct sync_kept *kept = &priv->kept[priv->kept_n];

		if (text == NULL || priv->kept_n == SYNC_KEPT_MAX ||
		    strlen(name) >= sizeof(kept->name) ||
		    strlen(text) >= sizeof(kept->value))
			continue;
		memcpy(kept->name, name, strlen(name) + 1);
		memcpy(kept->value, text, strlen(text) + 1);
		priv->kept_n++;
	}
}

static bool
doc_take(struct sync *s, const json_t *doc)
{
	const json_t *rows = json_object_get(doc, "peers");
	json_t *row;
	size_t i;

	if (json_integer_value(json_object_get(doc, "version")) !=
		STATE_VERSION ||
	    !json_is_array(rows))
		return false;
	json_array_foreach(rows, i, row)
	{
		peer_take(s, row);
	}
	/* All of the operator's are here: now those of descriptors can be. */
	sync_rules_take(s);
	json_array_foreach(rows, i, row)
	{
		const char *name = member(row, "name");
		struct sync_peer *p =
		    name == NULL ? NULL : sync_table_find(s, name);

		if (p != NULL)
			kept_take(p, json_object_get(row, "keep"));
	}
	return true;
}

static void
save_due(struct sync *s, void *arg)
{
	(void)arg;
	sync_state_save(s);
}

void
sync_state_open(struct sync *s)
{
	sync_alarm_init(&s->save, save_due, NULL);
}

void
sync_state_load(struct sync *s)
{
	char *path = path_new(s, "");
	struct buf text;
	json_t *doc = NULL;
	enum ics_err err;

	buf_init(&text, STATE_MAX);
	err = file_read(path, &text);
	if (err == ICS_OK)
		doc = json_loadb((const char *)text.p, text.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (err == ICS_OK && !doc_take(s, doc))
		err = ICS_ECORRUPT;
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		log_event(LOG_LEVEL_WARN, "peers-lost",
		    "file=%s why=\"%s\" help=\"it begins anew; add the peers "
		    "again that are in no configuration\"",
		    path, err_words(err));
	sync_heard_load(s);
	json_decref(doc);
	buf_release(&text);
	free(path);
}

/* ---- writing ----------------------------------------------------------------- */

static json_t *
row_json(const struct sync_peer *p)
{
	json_t *row = json_object(), *keep = json_object();
	char text[SYNC_TEXT_MAX];

	json_object_set_new(row, "name", json_string(p->conf.name));
	if (p->row.is_added) {
		sync_peer_write(&p->conf, text);
		json_object_set_new(row, "text", json_string(text));
	}
	for (size_t i = 0; i < p->priv->kept_n; i++)
		json_object_set_new(keep, p->priv->kept[i].name,
		    json_string(p->priv->kept[i].value));
	json_object_set_new(row, "keep", keep);
	return row;
}

static char *
text_new(const struct sync *s)
{
	json_t *rows = json_array(), *doc;
	char *text;

	for (size_t i = 0; i < SYNC_PEERS_MAX; i++)
		if (s->peers[i] != NULL)
			json_array_append_new(rows, row_json(s->peers[i]));
	doc = json_pack("{s:i, s:o}", "version", STATE_VERSION, "peers", rows);
	text = json_dumps(doc, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(doc);
	return text;
}

static enum ics_err
file_write(const char *path, struct bytes text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum ics_err err = ICS_OK;
	size_t at = 0;

	if (fd < 0)
		return err_from_errno(errno);
	while (err == ICS_OK && at < text.n) {
		ssize_t put = write(fd, text.p + at, text.n - at);

		if (put > 0)
			at += (size_t)put;
		else if (put < 0 && errno != EINTR)
			err = err_from_errno(errno);
	}
	if (err == ICS_OK && fsync(fd) != 0)
		err = err_from_errno(errno);
	if (close(fd) != 0 && err == ICS_OK)
		err = err_from_errno(errno);
	return err;
}

void
sync_state_touch(struct sync *s)
{
	/* At the end it was written, and the table is being cleared. */
	if (s->is_touched || s->is_stopping)
		return;
	s->is_touched = true;
	sync_alarm_set(s, &s->save, s->now + SAVE_SECONDS * SYNC_SECOND);
}

void
sync_state_save(struct sync *s)
{
	char *path, *aside, *text;
	enum ics_err err;

	if (!s->is_touched)
		return;
	s->is_touched = false;
	sync_alarm_set(s, &s->save, 0);
	path = path_new(s, "");
	aside = path_new(s, ".new");
	text = text_new(s);
	err =
	    text == NULL ? ICS_EFORMAT : file_write(aside, bytes_of_str(text));
	if (err == ICS_OK && rename(aside, path) != 0)
		err = err_from_errno(errno);
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "peers-unsaved",
		    "file=%s why=\"%s\"", path, err_words(err));
	free(text);
	free(aside);
	free(path);
}
