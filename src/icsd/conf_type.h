/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kinds of values options have: read, compared and released. */
#ifndef ICSD_CONF_TYPE_H
#define ICSD_CONF_TYPE_H

#include "icsd/conf.h"

/* A row of options.def. */
struct conf_row {
	const char *name;
	enum conf_type type;
	size_t field; /* offset in struct conf */
	const char *text;
	unsigned long least, most;
	enum conf_when when;
	const char *words;
};

/*
 * Put what text says into field, a text or list growing or being replaced by
 * its own copy. False when it will not do; field is then as it was.
 */
bool conf_value_read(const struct conf_row *row, const char *text, void *field);

/* True when the values of the type are a struct conf_texts. */
bool conf_type_is_list(enum conf_type type);

bool conf_value_equal(enum conf_type type, const void *a, const void *b);

/* Free what the field owns; a list is then empty. */
void conf_value_release(enum conf_type type, void *field);

/* What a value must be, for people; static. */
const char *conf_type_words(enum conf_type type);

#endif
