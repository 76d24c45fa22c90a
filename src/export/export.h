/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics export: the key of one certificate, in the forms of keyout.h. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "client/judge.h"
#include "client/where.h"
#include "export/keyout.h"

enum export_form {
	EXPORT_SSH = 1,
	EXPORT_PEM = 2,
	EXPORT_PIN = 4
};

struct export
{
	const char *typed;  /* what was asked for */
	const char *key;    /* --key, or NULL */
	const char *output; /* a file, or NULL for standard output */
	unsigned forms;	    /* bits of enum export_form */
	const struct where *where;
	const struct judge_how *how; /* lent */
};

/* Fetch, verify what the certificate says of itself, write. Failures are
 * told. */
enum ics_err export_run(const struct export *what);

#endif
