/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer that cannot be compared with is given our news: what our own log
 * tells, from where the last round came to. What came from it is not given
 * back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/own.h"

#define KEPT_TOLD "told" /* a position of our own log */
#define ROWS_MAX  1000	 /* a round */

static int64_t
told_load(struct sync *s, struct sync_peer *p, int64_t size)
{
	const char *text = sync_keep_get(s, p, KEPT_TOLD);
	int64_t told = 0;

	for (size_t i = 0;
	     text != NULL && i < 18 && text[i] >= '0' && text[i] <= '9'; i++)
		told = told * 10 + (text[i] - '0');
	/* Beyond the end: we were restored. */
	return told > size ? 0 : told;
}

static void
told_save(struct sync *s, struct sync_peer *p, int64_t told)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRId64, told); /* fits */
	sync_keep_set(s, p, KEPT_TOLD, text);
}

void
sync_news_skip(struct sync *s, struct sync_peer *p)
{
	struct store_reader *r = sync_reader(s);
	int64_t size;

	if (r != NULL && store_log_size(r, &size) == ICS_OK)
		told_save(s, p, size);
}

static enum ics_err
rows_read(struct sync *s, struct sync_peer *p, struct sync_own *own)
{
	struct store_reader *r = sync_reader(s);
	struct store_log_row row;
	int64_t size;
	enum ics_err err = ICS_EDB;

	if (r != NULL)
		err = store_log_size(r, &size);
	if (err != ICS_OK)
		return err;
	own->told = told_load(s, p, size);
	for (size_t i = 0; i < ROWS_MAX; i++) {
		err = store_log_next(r, own->told, &row);
		if (err == ICS_ENOTFOUND)
			return ICS_OK;
		if (err != ICS_OK)
			return err;
		own->told = row.position;
		if (row.event == STORE_EVENT_PUT ||
		    row.event == STORE_EVENT_STATE)
			memcpy(sync_members_add(&own->to_give)->b, row.digest,
			    SKETCH_MEMBER);
	}
	own->is_more = true;
	return ICS_OK;
}

static void
told(struct sync *s, struct sync_peer *p)
{
	told_save(s, p, sync_own_of(p)->told);
	sync_own_done(s, p);
}

void
sync_news_give(struct sync *s, struct sync_peer *p)
{
	struct sync_own *own = sync_own_of(p);
	enum ics_err err = rows_read(s, p, own);

	if (err == ICS_OK)
		sync_give_heads(s, p, &own->to_give, told);
	else
		sync_own_fail_store(s, p, err);
}
