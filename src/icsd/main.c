/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icsd, the server: wiring only.
 *
 * Exit status: 0 all was well, 1 it could not start or go on, 2 usage or
 * configuration.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>

#include "base/log.h"
#include "icsd/args.h"
#include "icsd/conf.h"
#include "icsd/front.h"
#include "icsd/server.h"
#include "icsd/tls.h"

#define EXIT_START 1
#define EXIT_USAGE 2

/* What only a machine can tell: -n looks, a start finds out by itself. */
static void
machine_check(struct conf *c)
{
	struct tls_pem pem;

	if (c->user[0] != '\0' && getpwnam(c->user) == NULL)
		conf_complain(c, CONF_OPT_USER,
		    "there is no user %s; make one, or name another", c->user);
	if (c->group[0] != '\0' && getgrnam(c->group) == NULL)
		conf_complain(c, CONF_OPT_GROUP,
		    "there is no group %s; make one, or name another",
		    c->group);
	if (tls_read(c, &pem) == ICS_OK)
		tls_release(&pem);
}

static int
serve(const struct args *args, struct conf *c)
{
	enum ics_err err;

	log_open("icsd", c->log_level, front_log_form());
	err = server_run(args, c);
	return err == ICS_OK ? 0 : err == ICS_ECONFIG ? EXIT_USAGE : EXIT_START;
}

/* What the profile changes: the rest is in icsd.conf(5). */
static void
profile_show(const struct conf *c)
{
	enum conf_option option;
	const char *text;
	size_t i = 0;

	while (conf_profile_default(c, &i, &option, &text))
		(void)printf("%s: %s = %s\n", c->profile,
		    conf_option_name(option), text); /* best we can */
}

static int
run(const struct args *args)
{
	struct conf *c;
	bool good = conf_load(&args->source, &c) == ICS_OK;

	if (good && args->wish == ARGS_CHECK)
		machine_check(c);
	good = good && c->complaints.n == 0;
	if (good && args->wish == ARGS_RUN)
		return serve(args, c);		      /* frees it */
	(void)fputs(buf_str(&c->complaints), stderr); /* best we can */
	if (good) {
		profile_show(c);
		(void)printf("%s: good\n",
		    c->has_file ? c->file : "defaults"); /* likewise */
	}
	conf_free(c);
	return good ? 0 : EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	struct args args;

	args_read(&args, argc, argv);
	switch (args.wish) {
	case ARGS_RUN:
	case ARGS_CHECK:
		return run(&args);
	case ARGS_VERSION:
		return puts("icsd " PACKAGE_VERSION) < 0;
	case ARGS_HELP:
		return fputs(args_usage, stdout) < 0;
	case ARGS_WRONG:
		break;
	}
	return EXIT_USAGE;
}
