/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The error table's look-ups. Every code has a row, so none can miss. */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

static const struct row {
	const char *name;
	const char *words;
	unsigned http;
	int exit_status;
} rows[] = {
#define X(code, http, exit_status, words) { #code, words, http, exit_status },
#include "base/err.def"
#undef X
};

static const struct row *
row_find(enum ics_err err)
{
	assert((size_t)err < sizeof(rows) / sizeof(rows[0]));
	return &rows[err];
}

const char *
err_words(enum ics_err err)
{
	return row_find(err)->words;
}

const char *
err_name(enum ics_err err)
{
	return row_find(err)->name;
}

unsigned
err_http(enum ics_err err)
{
	return row_find(err)->http;
}

int
err_exit(enum ics_err err)
{
	return row_find(err)->exit_status;
}

enum ics_err
err_from_errno(int errnum)
{
	switch (errnum) {
	case 0:
		return ICS_OK;
	case ENOENT:
		return ICS_ENOTFOUND;
	case EEXIST:
		return ICS_EEXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return ICS_EPERM;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ICS_ENOSPACE;
	case EAGAIN:
	case EBUSY:
	case EMFILE:
	case ENFILE:
		return ICS_EBUSY;
	case ETIMEDOUT:
		return ICS_ETIMEOUT;
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EADDRINUSE:
	case EADDRNOTAVAIL:
	case EPIPE:
		return ICS_ENET;
	default:
		return ICS_EIO;
	}
}
