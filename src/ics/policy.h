/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics policy: descriptors, signed or not, before they are handed to anybody.
 * src/ics/policy has a file for each verb of policy.def.
 */
#ifndef ICS_POLICY_H
#define ICS_POLICY_H

#include "domain/domain.h"
#include "ics/ics.h"

/* A descriptor from a file, and what it says. */
struct policy_file {
	struct buf data;		/* owned: as it stands there */
	struct domain_signed cleartext; /* owned */
	bool is_signed;
	struct policy_domain *domain; /* owned; NULL: it is wrong */
};
/* Complaints are told, and failures. ICS_EFORMAT: it is wrong. Release *f in
 * any case. */
enum ics_err policy_file_read(const char *path, struct policy_file *f);
void policy_file_release(struct policy_file *f);
/* What was signed, or is to be; lent. */
struct bytes policy_file_text(const struct policy_file *f);

/* A descriptor that is wrong is a no, all else as err.def has it. */
int policy_exit(enum ics_err err);

/* Write a text where --output says, or to standard output; failures are
 * told. */
enum ics_err policy_text_put(const struct ics *ics, struct bytes text);

/* The verbs; their arguments are those behind the word. */
#define X(word, function, least, most, arguments, ...) \
	int policy_do_##function(struct ics *ics);
#include "ics/policy.def"
#undef X

#endif
