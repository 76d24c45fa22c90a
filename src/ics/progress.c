/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line: bar, share, count, rate, time left. */
#include "ics/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define EVERY_NS  100000000u
#define BAR_CELLS 20

void
progress_init(struct progress *p, const struct ics *ics, const char *what)
{
	*p = (struct progress){ .what = what, .started = clock_mono_ns() };
	p->active = !ics_quiet(ics) && isatty(STDERR_FILENO) == 1;
}

double
progress_seconds(const struct progress *p)
{
	return (double)(clock_mono_ns() - p->started) / 1e9;
}

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* "1:05", or nothing while there is nothing to reckon with. */
static void
left_write(const struct progress *p, char out[32])
{
	double share, left;

	out[0] = '\0';
	if (p->total == 0 || p->done == 0 || p->done >= p->total)
		return;
	share = (double)p->done / (double)p->total;
	left = progress_seconds(p) * (1 - share) / share;
	if (left < 360000)
		(void)snprintf(out, 32, " ETA %d:%02d", (int)left / 60,
		    (int)left % 60); /* fits */
}

void
progress_show(struct progress *p, const char *name)
{
	uint64_t now = clock_mono_ns();
	char bar[BAR_CELLS + 1], left[32];
	double seconds, share = 0;
	int full;

	if (!p->active || now - p->shown < EVERY_NS)
		return;
	p->shown = now;
	p->dirty = true;
	if (p->total > 0)
		share = (double)p->done / (double)p->total;
	if (share > 1)
		share = 1;
	full = (int)(share * BAR_CELLS);
	memset(bar, '.', BAR_CELLS);
	memset(bar, '#', (size_t)full);
	bar[BAR_CELLS] = '\0';
	seconds = progress_seconds(p);
	left_write(p, left);
	/* A progress line that cannot be written is none. */
	(void)fprintf(stderr, "\r%-24.24s [%s] %3d%% %llu %s %.0f/s%s\033[K",
	    file_name(name), bar, (int)(share * 100),
	    (unsigned long long)p->count, p->what,
	    seconds > 0 ? (double)p->count / seconds : 0, left);
	(void)fflush(stderr);
}

void
progress_clear(struct progress *p)
{
	if (!p->dirty)
		return;
	/* As above. */
	(void)fputs("\r\033[K", stderr);
	(void)fflush(stderr);
	p->dirty = false;
	p->shown = 0;
}
