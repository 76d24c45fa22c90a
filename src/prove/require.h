/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What somebody requires of an item beside a yes: that a party in a role
 * speaks for it. "certification-body:mdr" wants an approval under a scheme
 * that stands; "integrator" any statement that counts; "integrator:slot" one
 * that says this name. Pure, but for the reader's complaints.
 */
#ifndef PROVE_REQUIRE_H
#define PROVE_REQUIRE_H

#include <jansson.h>

#include "item/item.h"

#define PROVE_REQUIRES_MAX 16

struct prove_require {
	const char *text; /* lent: as it was typed, text_n octets */
	int text_n;
	enum notations_role role;
	enum notations_name name; /* that must be said; UNKNOWN: any */
	struct bytes scheme;	  /* of an approval; empty: not asked for */
};
struct prove_requires {
	struct prove_require at[PROVE_REQUIRES_MAX];
	size_t n;
};

/* Read "ROLE[:TERM],...", which is lent; NULL gives none. ICS_EUSAGE, told. */
enum ics_err prove_requires_read(const char *list,
    struct prove_requires *requires);

enum prove_met {
	PROVE_MET,
	PROVE_MISSING,
	PROVE_ENDED /* it was met until since */
};
struct prove_meeting {
	enum prove_met met;
	size_t statement; /* that meets it or did; POLICY_NOBODY */
	int64_t since;	  /* its date, or when it ended */
};

/* Does an item that was folded meet it? */
struct prove_folded;
struct prove_meeting prove_require_meet(const struct prove_require *require,
    const struct prove_folded *folded);

/* "certification-body:mdr: withdrawn 2026-11-02T10:00:00Z by 04..." */
void prove_meeting_write(const struct prove_require *require,
    const struct prove_folded *folded, const struct prove_meeting *m,
    struct buf *line);
json_t *prove_meeting_json(const struct prove_require *require,
    const struct prove_folded *folded, const struct prove_meeting *m);

#endif
