/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error table: code, HTTP status, exit status and words in one row.
 *
 * enum ics_err is the only way a failure of the world travels; ICS_OK is 0.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#if defined(__has_c_attribute)
#if __has_c_attribute(nodiscard)
#define ICS_NODISCARD [[nodiscard]]
#endif
#endif
#ifndef ICS_NODISCARD
#define ICS_NODISCARD
#endif

enum ICS_NODISCARD ics_err {
#define X(code, http, exit_status, words) code,
#include "base/err.def"
#undef X
};

/* Words for people; static, never NULL. */
const char *err_words(enum ics_err err);

/* The row's own name, as "ICS_EIO"; static, never NULL. */
const char *err_name(enum ics_err err);

/* The HTTP status that answers this error. */
unsigned err_http(enum ics_err err);

/* The exit status of ics for this error. */
int err_exit(enum ics_err err);

/* The row that fits an errno value; ICS_EIO where none fits better. */
enum ics_err err_from_errno(int errnum);

/*
 * The only macro with control flow: run call, which yields an enum ics_err;
 * on failure leave it in the local "err" and go to the local label "out".
 */
#define TRY(call)                  \
	do {                       \
		err = (call);      \
		if (err != ICS_OK) \
			goto out;  \
	} while (0)

#endif
