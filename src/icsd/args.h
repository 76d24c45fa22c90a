/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of icsd(8). */
#ifndef ICSD_ARGS_H
#define ICSD_ARGS_H

#include <stdbool.h>

#include "icsd/conf.h"

#define ARGS_GIVEN_MAX 32

enum args_wish {
	ARGS_RUN,
	ARGS_CHECK, /* -n */
	ARGS_VERSION,
	ARGS_HELP,
	ARGS_WRONG /* complained about; leave with the status of usage */
};

struct args {
	enum args_wish wish;
	bool front;		   /* -d */
	struct conf_source source; /* its options are given, below */
	struct conf_given given[ARGS_GIVEN_MAX];
};

/* Read the command line; args keeps pointing into argv. */
void args_read(struct args *args, int argc, char **argv);

/* What -h prints. */
extern const char args_usage[];

#endif
