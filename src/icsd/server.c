/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of the start is the point of this file: sockets while we may be
 * root, then rights are given up, and only what is confined makes threads and
 * opens the store. The end goes backwards.
 */
#include "icsd/server.h"

#include <sys/stat.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "hkp/hkp.h"
#include "icsd/confine.h"
#include "icsd/front.h"
#include "icsd/listen.h"
#include "icsd/notify.h"
#include "icsd/own.h"
#include "icsd/signals.h"
#include "icsd/tls.h"
#include "icsd/watch.h"
#include "intake/intake.h"
#include "pgp/pgp.h"
#include "store/store.h"
#include "sync/sync.h"

#define TICK_NS UINT64_C(5000000000) /* time is looked at so often */

struct server {
	const struct args *args;
	struct conf *first; /* of the start; the state folder is its */
	struct conf *now;   /* in force; perhaps the first */
	struct front front;
	int signals;
	struct listen_set listeners;
	struct store *store;
	struct intake *in;
	bool is_mute; /* it makes no connections */
	struct sync *sync;
	struct api *api;
	struct hkp *hkp;
	uint64_t given_back; /* submissions, when memory last was */
};

static void
complaints_log(struct conf *c)
{
	const char *line = buf_str(&c->complaints);

	while (*line != '\0') {
		size_t n = strcspn(line, "\n");

		log_event(LOG_LEVEL_ERROR, "configuration", "%.*s", (int)n,
		    line);
		line += n + (line[n] != '\0');
	}
}

static enum ics_err
failed(const char *what, enum ics_err err, const char *help)
{
	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, what, "why=\"%s\" help=\"%s\"",
		    err_words(err), help);
	return err;
}

/* Make the state folder where it is missing, for the user we shall be. */
static enum ics_err
state_make(const struct conf *c)
{
	const struct passwd *pw = NULL;

	if (mkdir(c->state_dir, S_IRWXU) != 0) {
		if (errno == EEXIST)
			return ICS_OK;
		log_event(LOG_LEVEL_ERROR, "state-dir",
		    "dir=%s why=\"%s\" help=\"make the folder above it, or "
		    "choose another with -D\"",
		    c->state_dir, strerror(errno));
		return err_from_errno(errno);
	}
	if (c->user[0] != '\0' && geteuid() == 0)
		pw = getpwnam(c->user);
	if (pw != NULL && chown(c->state_dir, pw->pw_uid, pw->pw_gid) != 0)
		return failed("state-dir", err_from_errno(errno),
		    "it must belong to the user of the server");
	return ICS_OK;
}

static enum ics_err
store_start(struct server *s, const struct conf *c)
{
	enum ics_err err;

	if (access(c->state_dir, R_OK | W_OK | X_OK) != 0)
		err = err_from_errno(errno);
	else
		err = store_open(c->state_dir, STORE_CREATE, &s->store);
	if (err == ICS_OK && c->is_lean)
		err = store_lean(s->store);
	if (err == ICS_OK)
		return err;
	log_event(LOG_LEVEL_ERROR, "store", "dir=%s why=\"%s\" help=\"%s\"",
	    c->state_dir, err_words(err),
	    err == ICS_EBUSY
		? "another icsd or ics works on this folder: stop it, or "
		  "choose another with -D"
	    : err == ICS_EPERM ? "the server's user must own it"
			       : "see icsd(8)");
	return err;
}

static bool
peer_find(void *arg, const uint8_t *pin, struct hkp_peer *who)
{
	struct sync_client client;

	_Static_assert(HKP_PEER_MAX >= SYNC_NAME_MAX, "a name fits");
	if (!sync_pin_is_peer(arg, pin, &client))
		return false;
	if (pin != NULL) {
		memcpy(who->name, client.name, sizeof(client.name));
		who->is_operators = client.is_operators;
		who->may_alter = client.may_alter;
	}
	return true;
}

static bool
fetch(void *arg, const struct hkp_wanted *w, void (*done)(void *done_arg),
    void *done_arg)
{
	struct sync_wanted wanted;

	if (w == NULL)
		return sync_want(arg, NULL);
	wanted =
	    (struct sync_wanted){ w->fpr, w->keyid, w->since, done, done_arg };
	return sync_want(arg, &wanted);
}

static enum ics_err
http_start(struct server *s, struct conf *c)
{
	struct hkp_start start = {
		.dir = c->state_dir,
		.store = s->store,
		.in = s->in,
		.listeners = s->listeners.at,
		.listeners_n = s->listeners.n,
		.threads = (unsigned)c->http_threads,
		.hooks = { .reload = signals_reload },
		.more = &api_routes,
		.more_arg = s->api,
		.more_lookup = api_code_lookup,
		.more_metrics = api_metrics,
		.more_peers = api_peers,
		.peer_find = peer_find,
		.peer_arg = s->sync,
		.fetch = fetch,
		.fetch_arg = s->sync,
	};
	struct hkp_config config;
	struct tls_pem pem = { NULL, NULL };
	enum ics_err err;

	conf_hkp(c, &config);
	err = tls_read(c, &pem);
	if (err != ICS_OK) {
		complaints_log(c);
		return err;
	}
	config.tls_cert = pem.cert;
	config.tls_key = pem.key;
	err = failed("http", hkp_new(&start, &config, &s->hkp),
	    pem.cert == NULL ? "see icsd(8)"
			     : "do certificate and key belong together?");
	if (err == ICS_OK)
		tls_tell(&pem);
	tls_release(&pem);
	return err;
}

/* Everything that needs more rights than the server will have. */
static enum ics_err
start_wide(struct server *s, const struct conf *c)
{
	enum ics_err err;

	/* What the state folder holds is nobody else's. */
	(void)umask(S_IWGRP | S_IRWXO); /* cannot fail */
	TRY(failed("signals", signals_open(&s->signals), ""));
	TRY(state_make(c));
	TRY(listen_open(c, &s->listeners));
	TRY(failed("null-device", front_prepare(&s->front), ""));
	TRY(confine_user(c));
	TRY(failed("crypto", pgp_crypto_init(), "is libgcrypt in order?"));
	TRY(own_prepare(c));
	s->is_mute = confine_is_mute(c);
	TRY(confine_reach(c, s->is_mute));
out:
	return err;
}

/* In the field checks come first; what peers bring may wait for them. */
static bool
is_asked_most(const struct conf *c)
{
	enum domain_profile profile;

	return domain_profile_find(bytes_of_str(c->profile), &profile) &&
	       profile == DOMAIN_PROFILE_INFIELD;
}

/* Of c, for this server as it was started. */
static void
sync_describe(const struct server *s, const struct conf *c,
    struct sync_config *config)
{
	char pin[HKP_PIN_TEXT];

	conf_sync(c, config);
	config->dir = s->first->state_dir;
	config->store = s->store;
	config->in = s->in;
	config->listeners_n = s->listeners.recon_n;
	for (size_t i = 0; i < s->listeners.recon_n; i++)
		config->listeners[i] = s->listeners.recon[i];
	config->http_port = listen_http_port(&s->listeners);
	config->is_mute = s->is_mute;
	config->has_pin = tls_pin(c, pin) && sync_pin_read(pin, config->pin);
	config->gives_way = is_asked_most(s->first);
}

static enum ics_err
sync_start(struct server *s, const struct conf *c)
{
	struct sync_config config;

	sync_describe(s, c, &config);
	return sync_new(&config, &s->sync);
}

static enum ics_err
start_confined(struct server *s, struct conf *c)
{
	struct intake_config intake = {
		.dir = c->state_dir,
		.checkers = (unsigned)c->checkers,
		.pending_max = c->pending_max,
		.rights = c->policy,
		.refuse_claims = !c->claims,
		.gives_way = is_asked_most(c),
	};
	enum ics_err err;

	TRY(store_start(s, c));
	TRY(listen_local_open(c, &s->listeners));
	intake.store = s->store;
	/* conf_load has looked. */
	(void)domain_profile_find(bytes_of_str(c->profile), &intake.profile);
	TRY(failed("intake", intake_new(&intake, &s->in), ""));
	TRY(own_begin(c, s->in));
	TRY(failed("sync", sync_start(s, c), "see icsd(8)"));
	s->api = api_new(s->sync);
	api_rights_set(s->api, &c->policy);
	api_sketch_public_set(s->api, c->sketch_public);
	TRY(http_start(s, c));
	hkp_ready_set(s->hkp, true);
	listen_print(&s->listeners);
	TRY(failed("background", front_ready(&s->front, c),
	    "is the state folder writable?"));
	log_event(LOG_LEVEL_NOTE, "ready", "dir=%s profile=%s pid=%ld",
	    c->state_dir, c->profile, (long)getpid());
	notify_send(NOTIFY_READY);
out:
	return err;
}

static void
difference_log(const char *option)
{
	log_event(LOG_LEVEL_WARN, "needs-restart",
	    "option=%s why=\"it counts from the next start only\"", option);
}

static enum ics_err
http_reload(struct server *s, struct conf *c)
{
	struct hkp_config config;
	struct tls_pem pem;
	enum ics_err err;

	conf_hkp(c, &config);
	TRY(tls_read(c, &pem));
	config.tls_cert = pem.cert;
	config.tls_key = pem.key;
	err = failed("reload", hkp_reload(s->hkp, &config),
	    "do certificate and key belong together?");
	if (err == ICS_OK)
		tls_tell(&pem);
	tls_release(&pem);
out:
	return err;
}

static void
peers_reload(struct server *s, const struct conf *next)
{
	struct sync_config config;

	if (s->is_mute && next->peers.n > 0)
		log_event(LOG_LEVEL_WARN, "needs-restart",
		    "option=peer why=\"without recon and peers at its start a "
		    "server gives up making connections\"");
	if (s->is_mute && next->upstream[0] != '\0')
		difference_log("upstream");
	sync_describe(s, next, &config);
	(void)failed("reload", sync_reload(s->sync, &config), "");
}

static void
conf_swap(struct server *s, struct conf *next)
{
	conf_differences(s->first, next, difference_log);
	log_level_set(next->log_level);
	intake_rights_set(s->in, &next->policy);
	api_rights_set(s->api, &next->policy);
	api_sketch_public_set(s->api, next->sketch_public);
	peers_reload(s, next);
	if (s->now != s->first)
		conf_free(s->now);
	s->now = next;
}

/* A new snapshot, or all stays as it was. */
static void
reload(struct server *s)
{
	struct conf *next;
	enum ics_err err;

	notify_send(NOTIFY_RELOADING);
	/* First, so that it tells of this reload already. */
	(void)failed("log", front_log_reopen(&s->front, s->first), "");
	err = conf_load(&s->args->source, &next);
	if (err == ICS_OK)
		err = http_reload(s, next);
	if (err == ICS_OK) {
		conf_swap(s, next);
		log_event(LOG_LEVEL_NOTE, "reloaded", "file=%s", next->file);
	} else {
		complaints_log(next);
		log_event(LOG_LEVEL_ERROR, "reload-refused",
		    "file=%s why=\"the old configuration stays\"", next->file);
		conf_free(next);
	}
	notify_send(NOTIFY_READY);
}

/* Half the manager's period for each ping; a stuck front gets none. */
static void
alive_tell(struct server *s, uint64_t period)
{
	if (watch_answers(s->first, period))
		notify_send(NOTIFY_ALIVE);
	else
		log_event(LOG_LEVEL_ERROR, "stuck",
		    "why=\"the HTTP front does not answer\"");
}

/* Quiet again, after something came in: what that took is free. */
static void
burst_end(struct server *s)
{
	struct intake_stats stats;

	intake_stats(s->in, &stats);
	if (!s->first->is_lean || stats.under_way > 0 ||
	    stats.submissions == s->given_back)
		return;
	s->given_back = stats.submissions;
	alloc_give_back();
}

static void
serve(struct server *s)
{
	uint64_t period = notify_watchdog_ns() / 2;
	uint64_t next = clock_mono_ns() + period, tick = 0;

	for (;;) {
		uint64_t now = clock_mono_ns(), end;

		if (period > 0 && now >= next) {
			alive_tell(s, period);
			next = now + period;
			continue;
		}
		if (now >= tick) {
			burst_end(s);
			intake_tick(s->in);
			tick = now + TICK_NS;
		}
		end = period > 0 && next < tick ? next : tick;
		switch (signals_wait(s->signals, end - now)) {
		case SIGNALS_NONE:
			break;
		case SIGNALS_RELOAD:
			reload(s);
			break;
		case SIGNALS_STOP:
			return;
		}
	}
}

static void
stop(struct server *s)
{
	notify_send(NOTIFY_STOPPING);
	if (s->hkp != NULL)
		hkp_ready_set(s->hkp, false);
	/* First of all: whoever waits for a round is answered, and no peer
	 * begins anything that would be broken off. */
	if (s->sync != NULL)
		sync_stop(s->sync);
	if (s->hkp != NULL) {
		hkp_drain(s->hkp, (unsigned)s->now->drain_seconds);
	}
	/* The front waits for the answers to what it submitted. */
	hkp_free(s->hkp);
	api_free(s->api);
	sync_free(s->sync);
	intake_free(s->in);
	store_close(s->store);
	listen_close(s->first, &s->listeners);
	if (s->signals >= 0)
		close(s->signals);
}

enum ics_err
server_run(const struct args *args, struct conf *conf)
{
	struct server s = { .args = args, .first = conf, .now = conf };
	enum ics_err err = ICS_OK;

	if (conf->is_lean)
		alloc_lean();
	s.signals = s.front.waiting = s.front.nothing = -1;
	if (!args->front)
		err = failed("background", front_leave(&s.front), "use -d");
	if (err == ICS_OK)
		err = start_wide(&s, conf);
	if (err == ICS_OK)
		err = start_confined(&s, conf);
	if (err == ICS_OK)
		serve(&s);
	stop(&s);
	log_event(LOG_LEVEL_NOTE, "stopped", "status=%s", err_name(err));
	if (s.now != s.first)
		conf_free(s.now);
	conf_free(s.first);
	return err;
}
