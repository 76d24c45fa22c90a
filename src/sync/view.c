/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Read connections: one for short looks, which keeps no snapshot from one
 * turn to the next, and a few for sessions, whose snapshot stays. Idle ones
 * keep their connection and no snapshot, so that the WAL can shrink.
 */
#include "base/log.h"
#include "sync/inside.h"

static void
failure_log(enum ics_err err)
{
	log_event(LOG_LEVEL_ERROR, "sync-reader", "why=\"%s\"", err_words(err));
}

struct store_reader *
sync_reader(struct sync *s)
{
	enum ics_err err = ICS_OK;

	if (s->is_reading)
		return s->reader;
	if (s->reader == NULL)
		err = store_reader_open(s->config.dir, s->config.store,
		    &s->reader);
	if (err == ICS_OK)
		err = store_reader_begin(s->reader);
	s->is_reading = err == ICS_OK;
	if (s->is_reading)
		return s->reader;
	failure_log(err);
	return NULL;
}

void
sync_reader_rest(struct sync *s)
{
	if (s->is_reading)
		store_reader_end(s->reader);
	s->is_reading = false;
}

enum ics_err
sync_view_take(struct sync *s, struct store_reader **r)
{
	enum ics_err err = ICS_OK;

	if (s->taken_n == SYNC_VIEWS_MAX)
		return ICS_EBUSY;
	if (s->spare_n > 0)
		*r = s->spare[--s->spare_n];
	else
		TRY(store_reader_open(s->config.dir, s->config.store, r));
	s->taken_n++;
	err = store_reader_begin(*r);
	if (err != ICS_OK)
		sync_view_give(s, *r);
out:
	if (err != ICS_OK)
		failure_log(err);
	return err;
}

void
sync_view_give(struct sync *s, struct store_reader *r)
{
	store_reader_end(r);
	s->spare[s->spare_n++] = r;
	s->taken_n--;
}

void
sync_views_close(struct sync *s)
{
	sync_reader_rest(s);
	if (s->reader != NULL)
		store_reader_close(s->reader);
	s->reader = NULL;
	while (s->spare_n > 0)
		store_reader_close(s->spare[--s->spare_n]);
}
