/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens listeners in the order given. A text that means IPv4 and IPv6 is two
 * sockets with one port; where the machine has no IPv6 it is one.
 */
#include "icsd/listen.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/net.h"
#include "icsd/notify.h"
#include "recon/recon.h"

#define RECON_NAME "recon" /* FileDescriptorName= of such sockets */
#define PORT_TRIES 16	   /* for a free port that both kinds have */

/* Names of handed-over sockets (FileDescriptorName=); others are public. */
static const struct {
	const char *name;
	enum hkp_face face;
	bool tls;
} names[] = {
	{ "http", HKP_FACE_PUBLIC, false },
	{ "https", HKP_FACE_PUBLIC, true },
	{ "admin", HKP_FACE_ADMIN, false },
};

static const struct {
	enum ics_err err;
	const char *help;
} helps[] = {
	{ ICS_EBUSY, "another program listens there: stop it, or choose "
		     "another port" },
	{ ICS_ENOTFOUND, "this machine has no such address" },
	{ ICS_EUNSUPPORTED, "this machine has no such kind of address" },
	{ ICS_EPERM, "ports below 1024 need root (and user in the "
		     "configuration), or the socket unit" },
	{ ICS_ETOOBIG, "the path is too long for a socket: choose a shorter "
		       "state-dir" },
	{ ICS_EEXISTS, "something else has this name: remove it" },
};

static void
failure_log(const char *where, enum ics_err err)
{
	const char *help = "";

	for (size_t i = 0; i < sizeof(helps) / sizeof(helps[0]); i++)
		if (helps[i].err == err)
			help = helps[i].help;
	log_event(LOG_LEVEL_ERROR, "listen-failed",
	    "address=%s why=\"%s\" help=\"%s\"", where, err_words(err), help);
}

static enum ics_err
set_add(struct listen_set *set, const struct hkp_listener *l)
{
	if (set->n == HKP_LISTENERS_MAX) {
		log_event(LOG_LEVEL_ERROR, "listen-failed",
		    "why=\"more than %d listeners\"", HKP_LISTENERS_MAX);
		close(l->fd);
		return ICS_ETOOBIG;
	}
	set->at[set->n++] = *l;
	return ICS_OK;
}

static bool
is_missing(enum ics_err err)
{
	return err == ICS_EUNSUPPORTED || err == ICS_ENOTFOUND;
}

/* One try for both sockets of a text; fd[1] is -1 where there is one. */
static enum ics_err
pair_open(struct conf_listener *l, int fd[NET_BOTH], size_t *failed)
{
	struct net_addr bound;
	enum ics_err err;

	fd[1] = -1;
	*failed = 0;
	err = net_listen(&l->at[0], &fd[0]);
	if (err != ICS_OK || l->n == 1)
		return err;
	*failed = 1;
	err = net_addr_of(fd[0], &bound);
	if (err == ICS_OK) {
		struct net_addr other = l->at[1];

		net_addr_port_set(&other, net_addr_port(&bound));
		err = net_listen(&other, &fd[1]);
	}
	if (is_missing(err)) {
		fd[1] = -1;
		return ICS_OK;
	}
	if (err != ICS_OK)
		close(fd[0]);
	return err;
}

static enum ics_err
pair_open_patiently(struct conf_listener *l, int fd[NET_BOTH])
{
	char where[NET_TEXT_MAX];
	enum ics_err err;
	size_t failed;
	int tries = net_addr_port(&l->at[0]) == 0 ? PORT_TRIES : 1;

	do
		err = pair_open(l, fd, &failed);
	while (err == ICS_EBUSY && --tries > 0);
	if (err != ICS_OK) {
		net_addr_write(&l->at[failed], where);
		failure_log(where, err);
	}
	return err;
}

static enum ics_err
text_open(struct listen_set *set, const char *text, bool tls,
    enum hkp_face face)
{
	struct conf_listener l;
	int fd[NET_BOTH];
	enum ics_err err;

	/* conf_load has read the same text. */
	TRY(conf_listener_read(text, tls, &l));
	TRY(pair_open_patiently(&l, fd));
	err = set_add(set, &(struct hkp_listener){ fd[0], face, l.tls });
	if (fd[1] >= 0 && err == ICS_OK)
		err =
		    set_add(set, &(struct hkp_listener){ fd[1], face, l.tls });
	else if (fd[1] >= 0)
		close(fd[1]);
out:
	return err;
}

/* ---- recon ---------------------------------------------------------------- */

static enum ics_err
recon_add(struct listen_set *set, int fd)
{
	if (set->recon_n == SYNC_LISTENERS_MAX) {
		log_event(LOG_LEVEL_ERROR, "listen-failed",
		    "why=\"more than %d listeners for recon\"",
		    SYNC_LISTENERS_MAX);
		close(fd);
		return ICS_ETOOBIG;
	}
	set->recon[set->recon_n++] = fd;
	return ICS_OK;
}

static enum ics_err
recon_open(struct listen_set *set, const char *text)
{
	struct conf_listener l = { .tls = false };
	int fd[NET_BOTH];
	enum ics_err err;

	/* conf_load has read the same text. */
	TRY(net_addrs_read(text, RECON_PORT, l.at, &l.n));
	TRY(pair_open_patiently(&l, fd));
	err = recon_add(set, fd[0]);
	if (fd[1] >= 0 && err == ICS_OK)
		err = recon_add(set, fd[1]);
	else if (fd[1] >= 0)
		close(fd[1]);
out:
	return err;
}

/* ---- all ------------------------------------------------------------------ */

static struct hkp_listener
listener_from_socket(const struct notify_socket *s, bool tls)
{
	struct hkp_listener l = { s->fd, HKP_FACE_PUBLIC, tls };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(s->name, names[i].name) == 0) {
			l.face = names[i].face;
			l.tls = names[i].tls;
		}
	return l;
}

/* Sockets of the service manager; *has says which faces came with them. */
static enum ics_err
handed_open(const struct conf *c, struct listen_set *set, bool has[2])
{
	struct notify_socket sockets[HKP_LISTENERS_MAX];
	size_t n;
	enum ics_err err = notify_sockets_take(sockets, &n);

	for (size_t i = 0; i < n; i++) {
		struct hkp_listener l =
		    listener_from_socket(&sockets[i], c->tls_cert[0] != '\0');

		if (strcmp(sockets[i].name, RECON_NAME) == 0) {
			err = recon_add(set, sockets[i].fd);
			continue;
		}
		has[l.face] = true;
		set->at[set->n++] = l;
		if (l.tls && c->tls_cert[0] == '\0') {
			log_event(LOG_LEVEL_ERROR, "listen-failed",
			    "socket=%s why=\"https without a certificate\" "
			    "help=\"give tls-cert and tls-key\"",
			    sockets[i].name);
			err = ICS_ECONFIG;
		}
	}
	if (err == ICS_EUSAGE)
		log_event(LOG_LEVEL_ERROR, "listen-failed",
		    "why=\"a socket handed over does not listen for "
		    "streams\" help=\"see icsd.socket\"");
	return err;
}

enum ics_err
listen_open(const struct conf *c, struct listen_set *set)
{
	bool tls = conf_is_https_default(c);
	bool has[2] = { false, false };
	enum ics_err err;

	set->n = set->recon_n = 0;
	TRY(handed_open(c, set, has));
	for (size_t i = 0; !has[HKP_FACE_PUBLIC] && i < c->listen.n; i++)
		TRY(text_open(set, c->listen.at[i], tls, HKP_FACE_PUBLIC));
	if (!has[HKP_FACE_ADMIN] && c->admin[0] != '\0')
		TRY(text_open(set, c->admin, false, HKP_FACE_ADMIN));
	if (set->recon_n == 0 && c->recon[0] != '\0')
		TRY(recon_open(set, c->recon));
out:
	return err;
}

static void
local_path(const struct conf *c, struct buf *path)
{
	buf_init(path, 4096);
	buf_printf(path, "%s/%s", c->state_dir, LISTEN_LOCAL);
}

enum ics_err
listen_local_open(const struct conf *c, struct listen_set *set)
{
	struct hkp_listener l = { -1, HKP_FACE_LOCAL, false };
	struct buf path;
	enum ics_err err;

	local_path(c, &path);
	err = net_listen_local(buf_str(&path), &l.fd);
	if (err == ICS_OK)
		err = set_add(set, &l);
	else
		failure_log(buf_str(&path), err);
	buf_release(&path);
	return err;
}

void
listen_close(const struct conf *c, struct listen_set *set)
{
	struct buf path;

	local_path(c, &path);
	while (set->recon_n > 0)
		close(set->recon[--set->recon_n]);
	while (set->n > 0) {
		const struct hkp_listener *l = &set->at[--set->n];

		if (l->face == HKP_FACE_LOCAL)
			(void)
			    unlink(buf_str(&path)); /* a start clears it too */
		close(l->fd);
	}
	buf_release(&path);
}

uint16_t
listen_http_port(const struct listen_set *set)
{
	const struct hkp_listener *best = NULL;
	struct net_addr addr;

	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].face == HKP_FACE_PUBLIC &&
		    (best == NULL || (best->tls && !set->at[i].tls)))
			best = &set->at[i];
	if (best == NULL || net_addr_of(best->fd, &addr) != ICS_OK)
		return 0;
	return net_addr_port(&addr);
}

static void
print(const char *scheme, int fd)
{
	char where[NET_TEXT_MAX];
	struct net_addr addr;

	if (net_addr_of(fd, &addr) != ICS_OK)
		return;
	net_addr_write(&addr, where);
	(void)printf("listening %s://%s\n", scheme, where);
}

void
listen_print(const struct listen_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct hkp_listener *l = &set->at[i];
		const char *scheme = l->tls ? "https" : "http";

		if (l->face != HKP_FACE_LOCAL)
			print(l->face == HKP_FACE_ADMIN ? "admin" : scheme,
			    l->fd);
	}
	for (size_t i = 0; i < set->recon_n; i++)
		print("recon", set->recon[i]);
	(void)fflush(stdout); /* nobody reads: nothing to be done */
}
