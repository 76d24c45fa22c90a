/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics export: the key of one certificate, in the forms of keyout.h. */
#ifndef PROVE_EXPORT_H
#define PROVE_EXPORT_H

#include "client/where.h"
#include "prove/keyout.h"

enum prove_export_form {
	PROVE_EXPORT_SSH = 1,
	PROVE_EXPORT_PEM = 2,
	PROVE_EXPORT_PIN = 4
};

struct prove_export {
	const char *typed;  /* what was asked for */
	const char *key;    /* --key, or NULL */
	const char *output; /* a file, or NULL for standard output */
	unsigned forms;	    /* bits of enum prove_export_form */
	const struct where *where;
};

/* Fetch, verify what the certificate says of itself, write. Failures are
 * told. */
enum ics_err prove_export_run(const struct prove_export *what);

#endif
