/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log's one sink: standard error, a whole line a write. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define LOG_LINE_MAX 1024 /* octets of a line; longer ones are cut */

static const struct {
	const char *word;
	int journal; /* the priority that sd-daemon(3) reads */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },
	[LOG_LEVEL_WARN] = { "warn", 4 },
	[LOG_LEVEL_NOTE] = { "note", 5 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

/* The one global of the house: where events go. */
static struct {
	const char *program;
	enum log_form form;
	_Atomic int level;
} sink = { "ics", LOG_FORM_STDERR, LOG_LEVEL_NOTE };

void
log_open(const char *program, enum log_level level, enum log_form form)
{
	sink.program = program;
	sink.form = form;
	atomic_store(&sink.level, (int)level);
}

void
log_level_set(enum log_level level)
{
	atomic_store(&sink.level, (int)level);
}

void
log_off(void)
{
	atomic_store(&sink.level, LOG_LEVEL_ERROR - 1);
}

bool
log_level_from_word(const char *word, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(word, levels[i].word) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static size_t
prefix_write(char *line, enum log_level level, const char *event)
{
	char when[CLOCK_TEXT_MAX];
	int n;

	clock_rfc3339(clock_now(), when);
	if (sink.form == LOG_FORM_JOURNAL)
		n = snprintf(line, LOG_LINE_MAX, "<%d>%s",
		    levels[level].journal, event);
	else
		n = snprintf(line, LOG_LINE_MAX, "%s %s: %s %s", when,
		    sink.program, levels[level].word, event);
	return n < 0 ? 0 : n < LOG_LINE_MAX ? (size_t)n : LOG_LINE_MAX - 1;
}

void
log_event(enum log_level level, const char *event, const char *format, ...)
{
	char line[LOG_LINE_MAX + 2];
	size_t n;
	va_list ap;
	int more = 0;

	if ((int)level >
	    atomic_load_explicit(&sink.level, memory_order_relaxed))
		return;
	n = prefix_write(line, level, event);
	if (format[0] != '\0' && n + 1 < LOG_LINE_MAX) {
		line[n++] = ' ';
		va_start(ap, format);
		more = vsnprintf(line + n, LOG_LINE_MAX - n, format, ap);
		va_end(ap);
	}
	if (more > 0)
		n += (size_t)more < LOG_LINE_MAX - n ? (size_t)more
						     : LOG_LINE_MAX - n - 1;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* Nobody is left to tell when the log itself cannot be written. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}
