/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer that cannot be compared with is given our news: what our own log
 * tells, from where the last round came to. What came from it is not given
 * back.
 */
#include <string.h>

#include "sync/own.h"

#define KEPT_TOLD "told" /* a position of our own log */
#define ROWS_MAX  1000	 /* a round */

void
sync_news_skip(struct sync *s, struct sync_peer *p)
{
	struct store_reader *r = sync_reader(s);
	int64_t size;

	if (r != NULL && store_log_size(r, &size) == ICS_OK)
		sync_keep_position_set(s, p, KEPT_TOLD, size);
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
	own->told = sync_keep_position(s, p, KEPT_TOLD, size);
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
	sync_keep_position_set(s, p, KEPT_TOLD, sync_own_of(p)->told);
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
