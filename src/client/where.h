/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a server is found: --server URL, else the socket in -D DIR, else
 * ICS_SERVER, else the socket in the state directory that the server's
 * configuration names. Where nobody answers at a socket, the file itself is
 * meant.
 */
#ifndef CLIENT_WHERE_H
#define CLIENT_WHERE_H

#include "base/err.h"

#define WHERE_SOCKET_FILE "icsd.sock" /* in the state directory */
#define WHERE_DIR_DEFAULT "/var/lib/icsd"
#define WHERE_CONF_FILE	  "/etc/icsd/icsd.conf"
#define WHERE_URL_MAX	  512

enum where_kind {
	WHERE_NOWHERE,
	WHERE_URL,    /* url */
	WHERE_SOCKET, /* socket below dir; url is its base */
	WHERE_FILE    /* dir, where no server runs */
};

struct where {
	enum where_kind kind;
	char url[WHERE_URL_MAX]; /* "https://host:port", no slash at the end */
	char *socket;		 /* owned */
	char *dir;		 /* owned; NULL for a URL */
};

/* What the user said; NULL where he said nothing. Lent for the call. */
struct where_said {
	const char *server;  /* --server */
	const char *dir;     /* -D */
	const char *environ; /* ICS_SERVER; NULL too for operators' commands */
};

/*
 * Find it. ICS_EUSAGE for a URL that is none, ICS_EPERM for a socket that we
 * may not use; told. The caller releases *where in any case.
 */
enum ics_err where_find(const struct where_said *said, struct where *where);
void where_release(struct where *where);

/* "hkp://host" and its like as the URL that libcurl takes. ICS_EUSAGE. */
enum ics_err where_url_read(const char *text, char out[WHERE_URL_MAX]);

/*
 * Tell why the store in a state directory cannot be used, and what would
 * help. Gives the error back, but for a store that is not there one that says
 * "cannot reach": ICS_ENOTFOUND is about certificates.
 */
enum ics_err where_tell(const char *dir, enum ics_err err);

/* What to call it in a message; lent by where. */
const char *where_name(const struct where *where);

#endif
