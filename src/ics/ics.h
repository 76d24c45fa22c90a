/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a command of ics is given, and what it gives back.
 *
 * A command is a function of a struct ics; it finds its options read, its
 * server found (struct where) and answers an exit status. It prints through
 * out.h. Invariant: a failure is told once, in one line, where it is found;
 * whoever hands the code up stays silent.
 */
#ifndef ICS_ICS_H
#define ICS_ICS_H

#include <stdbool.h>
#include <stddef.h>

#include "client/where.h"

/* Exit statuses (design section 10). */
enum ics_exit {
	ICS_EXIT_YES = 0,
	ICS_EXIT_NO = 1,
	ICS_EXIT_USAGE = 2,
	ICS_EXIT_UNREACHED = 3,
	ICS_EXIT_STALE = 4,
	ICS_EXIT_REFUSED = 5
};

enum ics_option {
#define X(id, name, letter, argument, words) ICS_OPT_##id,
#include "ics/options.def"
#undef X
	ICS_OPT_COUNT
};

struct ics {
	const char *word; /* the command's */
	const char *verb; /* of a command that has several; else NULL */
	const char *opts[ICS_OPT_COUNT]; /* NULL: not given; flags: "" */
	char *lists[ICS_OPT_COUNT]; /* owned by main: options given again */
	char *const *args;	    /* args_n of them, lent by main */
	size_t args_n;
	struct where where; /* as the command needs; owned by main */
};

static inline bool
ics_has(const struct ics *ics, enum ics_option option)
{
	return ics->opts[option] != NULL;
}

static inline bool
ics_quiet(const struct ics *ics)
{
	return ics_has(ics, ICS_OPT_QUIET);
}

/* The commands; each answers an enum ics_exit. */
#define X(word, function, need, least, most, arguments, options, words) \
	int cmd_##function(struct ics *ics);
#include "ics/commands.def"
#undef X

/* Options that every verb takes which signs one statement. */
#define ICS_VERB_SIGNS                                             \
	ICS_OPT_AS, ICS_OPT_SET, ICS_OPT_DRY_RUN, ICS_OPT_DATE,    \
	    ICS_OPT_EXPIRE, ICS_OPT_CARRIER, ICS_OPT_HOME,         \
	    ICS_OPT_PASSPHRASE_FD, ICS_OPT_OUTPUT, ICS_OPT_BINARY, \
	    ICS_OPT_JSON

/* A verb of a command that has several: commands.def has what all of them
 * take together. */
struct ics_verb_row {
	const char *word;
	int (*run)(struct ics *ics);
	size_t least, most; /* arguments behind the word */
	const char *arguments;
	enum ics_option options[24]; /* besides the general ones; COUNT ends */
};
/* Run the verb that the first argument names, with those behind it; told when
 * there is none, or it does not take what was said. */
int ics_verb_pick(struct ics *ics, const struct ics_verb_row *verbs, size_t n);

#endif
