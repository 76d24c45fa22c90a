/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the server. Nothing is sent; a socket is only knocked at. */
#include "client/where.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "client/out.h"

/* Ports are added where the scheme's own differs from libcurl's. */
static const struct {
	const char *scheme, *as, *port;
} schemes[] = {
	{ "hkp://", "http://", ":11371" },
	{ "hkps://", "https://", "" },
	{ "http://", "http://", "" },
	{ "https://", "https://", "" },
};

/* A port stands after the last colon that is not inside [v6]. */
static bool
has_port(const char *host)
{
	const char *bracket = strrchr(host, ']');

	return strchr(bracket == NULL ? host : bracket, ':') != NULL;
}

static bool
host_is_plain(const char *host)
{
	return host[0] != '\0' && host[0] != ':' &&
	       strspn(host, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789.-_:[]%") == strlen(host);
}

enum ics_err
where_url_read(const char *text, char out[WHERE_URL_MAX])
{
	char host[WHERE_URL_MAX / 2];
	size_t row = 0, skip = 0, n;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i].scheme);

		if (strncasecmp(text, schemes[i].scheme, len) == 0) {
			row = i;
			skip = len;
		}
	}
	n = strlen(text + skip);
	while (n > 0 && text[skip + n - 1] == '/')
		n--;
	if (n >= sizeof(host))
		return ICS_EUSAGE;
	memcpy(host, text + skip, n);
	host[n] = '\0';
	if (!host_is_plain(host))
		return ICS_EUSAGE;
	(void)snprintf(out, WHERE_URL_MAX, "%s%s%s", schemes[row].as, host,
	    has_port(host) ? "" : schemes[row].port); /* fits: see host */
	return ICS_OK;
}

/* ICS_OK when somebody listens; ICS_ENOTFOUND when nobody does. */
static enum ics_err
socket_knock(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	enum ics_err err = ICS_OK;
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		out_fail("%s: too long for a socket's path", path);
		return ICS_EUSAGE;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		out_fail("socket: %s", strerror(errno));
		return ICS_EIO;
	}
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		err = ICS_ENOTFOUND;
		if (errno != ENOENT && errno != ECONNREFUSED &&
		    errno != ENOTDIR) {
			out_fail("%s: %s", path, strerror(errno));
			err = ICS_EPERM;
		}
	}
	close(fd);
	return err;
}

static void __attribute__((format(printf, 2, 0)))
complain_not(cfg_t *cfg, const char *format, va_list ap)
{
	(void)cfg;
	(void)format;
	(void)ap;
}

static enum ics_err
dir_find(const char *dir, struct where *where)
{
	struct buf path;
	enum ics_err err;

	where->dir = alloc_str(dir);
	buf_init(&path, 65536);
	buf_printf(&path, "%s/%s", dir, WHERE_SOCKET_FILE);
	where->socket = alloc_str(buf_str(&path));
	buf_release(&path);
	where->kind = WHERE_SOCKET;
	/* libcurl wants a host's name; the socket decides who it is. */
	(void)snprintf(where->url, sizeof(where->url), "http://localhost");
	err = socket_knock(where->socket);
	if (err == ICS_ENOTFOUND) {
		where->kind = WHERE_FILE;
		err = ICS_OK;
	}
	return err;
}

/* The state directory that the server's configuration names. Only that line
 * is looked at; whatever else is wrong with the file is the server's matter. */
static char *
dir_configured(void)
{
	cfg_opt_t options[] = {
		CFG_STR("state-dir", WHERE_DIR_DEFAULT, CFGF_NONE),
		CFG_END(),
	};
	cfg_t *cfg = cfg_init(options, CFGF_IGNORE_UNKNOWN);
	char *dir;

	if (cfg == NULL)
		abort(); /* no memory, as in base/alloc.c */
	cfg_set_error_function(cfg, complain_not);
	(void)cfg_parse(cfg, WHERE_CONF_FILE); /* else the default stays */
	dir = alloc_str(cfg_getstr(cfg, "state-dir"));
	cfg_free(cfg);
	return dir;
}

static enum ics_err
dir_default_find(struct where *where)
{
	char *dir = dir_configured();
	enum ics_err err = dir_find(dir, where);

	free(dir);
	return err;
}

enum ics_err
where_find(const struct where_said *said, struct where *where)
{
	const char *url = said->server;
	enum ics_err err;

	*where = (struct where){ 0 };
	if (url == NULL && said->dir == NULL)
		url = said->environ;
	if (url == NULL && said->dir != NULL)
		return dir_find(said->dir, where);
	if (url == NULL)
		return dir_default_find(where);
	where->kind = WHERE_URL;
	err = where_url_read(url, where->url);
	if (err != ICS_OK)
		out_fail("%s: not a server's URL; write it as "
			 "hkps://keys.example or http://127.0.0.1:11371",
		    url);
	return err;
}

void
where_release(struct where *where)
{
	free(where->socket);
	free(where->dir);
	*where = (struct where){ 0 };
}

const char *
where_name(const struct where *where)
{
	switch (where->kind) {
	case WHERE_NOWHERE:
		return "nowhere";
	case WHERE_URL:
		return where->url;
	case WHERE_SOCKET:
		return where->socket;
	case WHERE_FILE:
		return where->dir;
	}
	return "nowhere";
}

enum ics_err
where_tell(const char *dir, enum ics_err err)
{
	static const struct {
		enum ics_err err;
		const char *help;
	} helps[] = {
		{ ICS_ENOTFOUND, "\"ics init\" makes a store there, --server "
				 "URL asks another server" },
		{ ICS_EPERM, "run it as the server's user" },
		{ ICS_EBUSY, "another process writes it; wait or stop it" },
		{ ICS_ECORRUPT, "not ours, damaged, or of a newer version" },
	};
	const char *help = NULL;

	for (size_t i = 0; i < sizeof(helps) / sizeof(helps[0]); i++)
		if (helps[i].err == err)
			help = helps[i].help;
	out_fail("%s: %s%s%s", dir,
	    err == ICS_ENOTFOUND ? "no store is here" : err_words(err),
	    help == NULL ? "" : "; ", help == NULL ? "" : help);
	return err == ICS_ENOTFOUND ? ICS_EIO : err;
}
