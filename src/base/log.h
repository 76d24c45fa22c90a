/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structured log: one event, one line, key=value.
 *
 *	log_event(LOG_LEVEL_NOTE, "loaded", "file=%s certs=%zu", path, n);
 *
 * writes "icsd: note loaded file=... certs=..." (with a time stamp on a
 * terminal or file, with a priority prefix under systemd's journal). Values
 * are made printable; key material and bodies are never logged.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_NOTE,
	LOG_LEVEL_DEBUG
};

enum log_form {
	LOG_FORM_STDERR,
	LOG_FORM_JOURNAL
};

/* Name of the program, the least grave level shown, the form. Once, early. */
void log_open(const char *program, enum log_level level, enum log_form form);

/* The least grave level shown, changed while running (a reload). */
void log_level_set(enum log_level level);

/* From now on nothing is shown: for a tool that tells failures itself. */
void log_off(void);

/* One event; format makes the key=value part and may be "". */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The level named by a word ("error", "warn", "note", "debug"). */
bool log_level_from_word(const char *word, enum log_level *level);

#endif
