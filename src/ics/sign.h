/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options that every command has which signs, read. Failures are told.
 */
#ifndef ICS_SIGN_H
#define ICS_SIGN_H

#include "ics/ics.h"
#include "sign/act.h"

#define SIGN_PASSPHRASE_MAX 256 /* octets, with the NUL */

/* What --passphrase-fd gives: the first line of that file descriptor. The
 * caller wipes it. */
enum ics_err sign_passphrase_read(const char *typed,
    char room[SIGN_PASSPHRASE_MAX]);

/*
 * Fill act. passphrase is room for what --passphrase-fd gives, lent to act;
 * the caller wipes it. ICS_EUSAGE when --as is missing.
 */
enum ics_err sign_options_read(const struct ics *ics,
    char passphrase[SIGN_PASSPHRASE_MAX], struct sign_act *act);

/* Every --set into the draft. */
enum ics_err sign_options_set(const struct ics *ics, struct sign_draft *draft);

/* --expire as seconds after now; 0 when it was not said. */
enum ics_err sign_options_expire(const struct ics *ics, int64_t now,
    uint32_t *expires);

#endif
