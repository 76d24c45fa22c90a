/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operator's hand: an order to a running server over its socket, or to
 * the file itself while no server runs. Both end at the one door, intake.
 */
#ifndef ICS_OPERATE_H
#define ICS_OPERATE_H

#include "client/http.h"
#include "ics/ics.h"
#include "intake/intake.h"

/* The store and the door to it, in this process. */
struct operate_file {
	const char *dir; /* lent by the caller of open */
	struct store *store;
	struct intake *in;
	bool bulk;
};

/* Open dir for writing. bulk: for a load. Failures are told. */
enum ics_err operate_file_open(const char *dir, bool bulk,
    struct operate_file *file);
enum ics_err operate_file_close(struct operate_file *file);

/* Delete, deny or allow one fingerprint; fpr is what the user typed. Prints
 * what came of it. */
struct operate_order {
	enum intake_order order;
	const char *reason; /* INTAKE_DENY */
};
enum ics_err operate_run(const struct ics *ics,
    const struct operate_order *order, const char *typed);

/* Run the order on every argument; the gravest error's exit status. */
int operate_all(const struct ics *ics, const struct operate_order *order);

#endif
