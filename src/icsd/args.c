/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options become rows of struct conf_given, so that their checks are those
 * of the configuration file. */
#include "icsd/args.h"

#include <getopt.h>
#include <stdio.h>

const char args_usage[] =
    "usage: icsd [-n] [-d] [-f FILE] [-D STATE-DIR] [-l ADDR:PORT]...\n"
    "            [--profile NAME] [--tls-cert FILE --tls-key FILE]\n"
    "            [--admin ADDR:PORT] [--recon ADDR:PORT]\n"
    "            [--root FINGERPRINT]...\n"
    "       icsd -h | -V\n";

/* Long options give their option of the file, above every character. */
#define LONG(option) (256 + (option))

static const struct option longs[] = {
	{ "profile", required_argument, NULL, LONG(CONF_OPT_PROFILE) },
	{ "tls-cert", required_argument, NULL, LONG(CONF_OPT_TLS_CERT) },
	{ "tls-key", required_argument, NULL, LONG(CONF_OPT_TLS_KEY) },
	{ "admin", required_argument, NULL, LONG(CONF_OPT_ADMIN) },
	{ "recon", required_argument, NULL, LONG(CONF_OPT_RECON) },
	{ "root", required_argument, NULL, LONG(CONF_OPT_ROOT) },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
give(struct args *args, enum conf_option option)
{
	if (args->source.given_n == ARGS_GIVEN_MAX) {
		(void)fputs("icsd: too many options\n",
		    stderr); /* best we can */
		args->wish = ARGS_WRONG;
		return;
	}
	args->given[args->source.given_n++] =
	    (struct conf_given){ option, optarg };
}

static void
option_take(struct args *args, int option)
{
	switch (option) {
	case 'n':
		args->wish = ARGS_CHECK;
		break;
	case 'd':
		args->front = true;
		break;
	case 'f':
		args->source.file = optarg;
		args->source.must_exist = true;
		break;
	case 'D':
		give(args, CONF_OPT_STATE_DIR);
		break;
	case 'l':
		give(args, CONF_OPT_LISTEN);
		break;
	case 'h':
		args->wish = ARGS_HELP;
		break;
	case 'V':
		args->wish = ARGS_VERSION;
		break;
	default:
		if (option >= LONG(0))
			give(args, (enum conf_option)(option - LONG(0)));
		else
			args->wish = ARGS_WRONG;
	}
}

void
args_read(struct args *args, int argc, char **argv)
{
	int option;

	*args = (struct args){ .wish = ARGS_RUN };
	args->source.file = CONF_FILE;
	args->source.given = args->given;
	while (args->wish != ARGS_WRONG &&
	       (option = getopt_long(argc, argv, "ndf:D:l:hV", longs, NULL)) !=
		   -1)
		option_take(args, option);
	if (args->wish != ARGS_WRONG && optind < argc) {
		(void)fprintf(stderr, "icsd: %s is no option\n", argv[optind]);
		args->wish = ARGS_WRONG;
	}
	if (args->wish == ARGS_WRONG)
		(void)fputs(args_usage, stderr); /* best we can */
}
