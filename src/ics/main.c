/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics, the tool: reads options, finds the server as the command's row says,
 * runs the command. Everything that help and completion know comes from
 * commands.def and options.def.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "client/out.h"
#include "ics/ics.h"
#include "pgp/pgp.h"

#define OPTION_LIST_MAX 65536 /* octets of an option given again and again */
_Static_assert(ICS_OPT_COUNT <= 128, "a bit an option, in two words");

/* What every command takes that signs. */
#define SIGNS                                                             \
	(O(AS) | O(SET) | O(DRY_RUN) | O(DATE) | O(EXPIRE) | O(CARRIER) | \
	    O(HOME) | O(PASSPHRASE_FD) | O(OUTPUT) | O(BINARY) | O(JSON))

enum need {
	NEED_NOTHING,
	NEED_SERVER,
	NEED_STATE
};

static const struct command {
	const char *word;
	int (*run)(struct ics *ics);
	enum need need;
	size_t least, most;
	const char *arguments;
	const char *words;
} commands[] = {
#define X(word, function, need, least, most, arguments, options, words) \
	{ word, cmd_##function, need, least, most, arguments, words },
#include "ics/commands.def"
#undef X
};
#define COMMANDS_N (sizeof(commands) / sizeof(commands[0]))

/* The options of each command, bit by bit: the first 64, then the others. */
#define X(word, function, need, least, most, arguments, options, words) options,
#define BIT(id)								(UINT64_C(1) << (ICS_OPT_##id) % 64)
static const uint64_t taken[2][COMMANDS_N] = {
#define O(id) (ICS_OPT_##id < 64 ? BIT(id) : 0)
	{
#include "ics/commands.def"
	},
#undef O
#define O(id) (ICS_OPT_##id < 64 ? 0 : BIT(id))
	{
#include "ics/commands.def"
	},
#undef O
};
#undef X

static const struct option_row {
	const char *name;
	int letter;
	const char *argument;
	const char *words;
} options[ICS_OPT_COUNT] = {
#define X(id, name, letter, argument, words) { name, letter, argument, words },
#include "ics/options.def"
#undef X
};

static const struct command *
command_find(const char *word)
{
	for (size_t i = 0; i < COMMANDS_N; i++)
		if (strcmp(commands[i].word, word) == 0)
			return &commands[i];
	return NULL;
}

/* What every command takes. */
static bool
is_general(size_t option)
{
	return option == ICS_OPT_SERVER || option == ICS_OPT_STATE_DIR ||
	       option == ICS_OPT_QUIET || option == ICS_OPT_HELP ||
	       option == ICS_OPT_VERSION;
}

/* command NULL: only those. */
static bool
takes(const struct command *command, size_t option)
{
	if (is_general(option))
		return true;
	return command != NULL &&
	       (taken[option / 64][command - commands] >> option % 64 & 1) != 0;
}

/* ---- help ----------------------------------------------------------------- */

static void
options_show(const struct command *command)
{
	for (size_t i = 0; i < ICS_OPT_COUNT; i++) {
		const struct option_row *row = &options[i];
		char left[64], letter[8] = "    ";

		if (!takes(command, i))
			continue;
		if (row->letter != 0)
			(void)snprintf(letter, sizeof(letter), "-%c, ",
			    row->letter); /* fits */
		(void)snprintf(left, sizeof(left), "%s--%s%s%s", letter,
		    row->name, row->argument == NULL ? "" : " ",
		    row->argument == NULL ? "" : row->argument); /* cut */
		out_line("  %-24s %s", left, row->words);
	}
}

static void
command_show(const struct command *command)
{
	out_line("usage: ics %s [OPTION...] %s", command->word,
	    command->arguments);
	out_line("       %s", command->words);
	out_line("%s", "");
	options_show(command);
}

static void
commands_show(void)
{
	out_line("usage: ics COMMAND [OPTION...] [ARGUMENT...]");
	out_line("%s", "");
	for (size_t i = 0; i < COMMANDS_N; i++)
		out_line("  %-8s %s", commands[i].word, commands[i].words);
	out_line("%s", "");
	options_show(NULL);
	out_line("%s", "");
	out_line("\"ics help COMMAND\" explains one; ics(1) explains all.");
}

/* For the shell's completion: a command and its options a line. */
static void
words_show(void)
{
	for (size_t i = 0; i < COMMANDS_N; i++) {
		printf("%s", commands[i].word);
		for (size_t k = 0; k < ICS_OPT_COUNT; k++)
			if (takes(&commands[i], k))
				printf(" --%s", options[k].name);
		printf("\n");
	}
}

int
cmd_help(struct ics *ics)
{
	const struct command *command;

	if (ics_has(ics, ICS_OPT_WORDS)) {
		words_show();
		return ICS_EXIT_YES;
	}
	if (ics->args_n == 0) {
		commands_show();
		return ICS_EXIT_YES;
	}
	command = command_find(ics->args[0]);
	if (command == NULL) {
		out_fail("no command \"%s\"; \"ics help\" lists them",
		    ics->args[0]);
		return ICS_EXIT_USAGE;
	}
	command_show(command);
	return ICS_EXIT_YES;
}

/* ---- reading the command line ---------------------------------------------- */

/* What getopt_long needs, made from the table. */
struct getopt_rows {
	struct option longs[ICS_OPT_COUNT + 1];
	char letters[3 * ICS_OPT_COUNT + 2];
};

#define GETOPT_LONG_BASE 256 /* values above every letter */

static void
getopt_rows_fill(struct getopt_rows *rows)
{
	char *to = rows->letters;

	memset(rows, 0, sizeof(*rows));
	*to++ = ':'; /* tell a missing argument apart */
	for (int i = 0; i < ICS_OPT_COUNT; i++) {
		bool has = options[i].argument != NULL;

		rows->longs[i] = (struct option){ options[i].name,
			has ? required_argument : no_argument, NULL,
			GETOPT_LONG_BASE + i };
		if (options[i].letter == 0)
			continue;
		*to++ = (char)options[i].letter;
		if (has)
			*to++ = ':';
	}
}

static int
option_index(int c)
{
	if (c >= GETOPT_LONG_BASE)
		return c - GETOPT_LONG_BASE;
	for (int i = 0; i < ICS_OPT_COUNT; i++)
		if (options[i].letter == c)
			return i;
	return -1;
}

/* What stands between the arguments of an option that may be given again:
 * a comma where its row ends with ",...", a line end where it ends with
 * "..." and an argument may have commas; 0 for others. */
static char
list_gap(const char *what)
{
	const char *dots = what == NULL ? NULL : strstr(what, "...");

	if (dots == NULL || dots == what)
		return 0;
	return dots[-1] == ',' ? ',' : '\n';
}

/* The list goes on. */
static void
option_take(struct ics *ics, int i, const char *value)
{
	const char *old = ics->opts[i];
	char gap = list_gap(options[i].argument);
	struct buf list;

	if (old == NULL || gap == 0) {
		ics->opts[i] = value == NULL ? "" : value;
		return;
	}
	buf_init(&list, OPTION_LIST_MAX);
	buf_printf(&list, "%s%c%s", old, gap, value);
	free(ics->lists[i]);
	ics->lists[i] = alloc_str(buf_str(&list));
	ics->opts[i] = ics->lists[i];
	buf_release(&list);
}

static void
options_release(struct ics *ics)
{
	for (size_t i = 0; i < ICS_OPT_COUNT; i++)
		free(ics->lists[i]);
}

/* Options may stand anywhere; what is left begins with the command. */
static enum ics_err
options_read(int argc, char **argv, struct ics *ics)
{
	struct getopt_rows rows;
	int c, i;

	getopt_rows_fill(&rows);
	opterr = 0;
	while ((c = getopt_long(argc, argv, rows.letters, rows.longs, NULL)) !=
	       -1) {
		i = option_index(c);
		if (c == ':' || c == '?' || i < 0) {
			out_fail("%s: %s; \"ics help\" lists them",
			    argv[optind - 1],
			    c == ':' ? "needs an argument" : "no such option");
			return ICS_EUSAGE;
		}
		option_take(ics, i, optarg);
	}
	ics->args = argv + optind;
	ics->args_n = (size_t)(argc - optind);
	return ICS_OK;
}

static enum ics_err
command_check(const struct command *command, const struct ics *ics)
{
	for (size_t i = 0; i < ICS_OPT_COUNT; i++) {
		if (ics->opts[i] == NULL || takes(command, i))
			continue;
		out_fail("%s does not take --%s; \"ics help %s\" explains it",
		    command->word, options[i].name, command->word);
		return ICS_EUSAGE;
	}
	if (ics->args_n < command->least || ics->args_n > command->most) {
		out_fail("usage: ics %s [OPTION...] %s", command->word,
		    command->arguments);
		return ICS_EUSAGE;
	}
	return ICS_OK;
}

/* ---- verbs ------------------------------------------------------------------- */

static bool
verb_takes(const struct ics_verb_row *verb, size_t option)
{
	for (size_t i = 0; verb->options[i] != ICS_OPT_COUNT; i++)
		if ((size_t)verb->options[i] == option)
			return true;
	return is_general(option);
}

static enum ics_err
verb_check(const struct ics_verb_row *verb, const struct ics *ics)
{
	for (size_t i = 0; i < ICS_OPT_COUNT; i++) {
		if (ics->opts[i] == NULL || verb_takes(verb, i))
			continue;
		out_fail("%s %s does not take --%s; see ics(1)", ics->word,
		    verb->word, options[i].name);
		return ICS_EUSAGE;
	}
	if (ics->args_n >= verb->least && ics->args_n <= verb->most)
		return ICS_OK;
	out_fail("usage: ics %s %s [OPTION...] %s", ics->word, verb->word,
	    verb->arguments);
	return ICS_EUSAGE;
}

int
ics_verb_pick(struct ics *ics, const struct ics_verb_row *verbs, size_t n)
{
	ics->verb = ics->args[0];
	ics->args++;
	ics->args_n--;
	for (size_t i = 0; i < n; i++)
		if (strcmp(verbs[i].word, ics->verb) == 0)
			return verb_check(&verbs[i], ics) == ICS_OK
				   ? verbs[i].run(ics)
				   : ICS_EXIT_USAGE;
	out_fail("%s %s: no such verb; \"ics help %s\" lists them", ics->word,
	    ics->verb, ics->word);
	return ICS_EXIT_USAGE;
}

/* ---- running ----------------------------------------------------------------- */

static enum ics_err
server_find(const struct command *command, struct ics *ics)
{
	struct where_said said = { .server = ics->opts[ICS_OPT_SERVER],
		.dir = ics->opts[ICS_OPT_STATE_DIR] };

	/* A bundle is there so that nobody need be asked. */
	if (command->need == NEED_NOTHING || ics_has(ics, ICS_OPT_BUNDLE))
		return ICS_OK;
	if (command->need == NEED_STATE && said.server != NULL) {
		out_fail("%s is for a server's own machine: name its state "
			 "directory with -D, not a URL",
		    command->word);
		return ICS_EUSAGE;
	}
	if (command->need == NEED_SERVER)
		said.environ = getenv("ICS_SERVER");
	return where_find(&said, &ics->where);
}

static int
command_run(const struct command *command, struct ics *ics)
{
	enum ics_err err;
	int status;

	TRY(command_check(command, ics));
	TRY(pgp_crypto_init());
	TRY(server_find(command, ics));
out:
	status = err == ICS_OK ? command->run(ics) : err_exit(err);
	where_release(&ics->where);
	return status;
}

static int
line_run(struct ics *ics)
{
	const struct command *command;

	if (ics_has(ics, ICS_OPT_VERSION)) {
		out_line("ics %s", PACKAGE_VERSION);
		return ICS_EXIT_YES;
	}
	if (ics->args_n == 0) {
		commands_show();
		return ics_has(ics, ICS_OPT_HELP) ? ICS_EXIT_YES
						  : ICS_EXIT_USAGE;
	}
	command = command_find(ics->args[0]);
	if (command == NULL) {
		out_fail("no command \"%s\"; \"ics help\" lists them",
		    ics->args[0]);
		return ICS_EXIT_USAGE;
	}
	if (ics_has(ics, ICS_OPT_HELP)) {
		command_show(command);
		return ICS_EXIT_YES;
	}
	ics->word = command->word;
	ics->args++;
	ics->args_n--;
	return command_run(command, ics);
}

int
main(int argc, char **argv)
{
	struct ics ics = { 0 };
	enum ics_err err;
	int status;

	/* Whoever runs a tool is told by the tool, in one line. */
	log_off();
	err = options_read(argc, argv, &ics);
	status = err == ICS_OK ? line_run(&ics) : err_exit(err);
	options_release(&ics);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		out_fail("standard output cannot be written");
		return ICS_EXIT_UNREACHED;
	}
	return status;
}
