/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A worker: one thread that turns the crank of its daemons. Each daemon has
 * an epoll descriptor of its own; the worker's epoll watches those.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "hkp/server.h"

#define MS	     UINT64_C(1000000)
#define TICK_MS	     1000 /* how often time-outs are looked for */
#define SNAPSHOT_MS  50	  /* without a look-up, then a snapshot is let go */
#define WATCH_MS     100  /* how often commits are looked for, if by anybody */
#define EVENTS_MAX   16
#define GREET_MS     1	/* between looks at handshakes without an event */
#define TURNS_MAX    32 /* of one daemon before the others have theirs */
#define COMMANDS_MAX 64

/* ---- slots -------------------------------------------------------------------- */

void
hkp_generation_free(struct hkp_generation *gen)
{
	struct hkp_config *config = &gen->config;

	free((void *)(uintptr_t)config->identity.hostname);
	free((void *)(uintptr_t)config->identity.nodename);
	free((void *)(uintptr_t)config->identity.contact);
	free((void *)(uintptr_t)config->identity.profile);
	free((void *)(uintptr_t)config->tls_cert);
	free((void *)(uintptr_t)config->tls_key);
	free(gen);
}

/* The listening socket is shared with other daemons, so only our duplicate
 * is closed, never shut down. */
static void
slot_quiesce(struct hkp_slot *slot)
{
	MHD_socket fd;

	if (slot->quiesced || slot->daemon == NULL)
		return;
	slot->quiesced = true;
	fd = MHD_quiesce_daemon(slot->daemon);
	if (fd != MHD_INVALID_SOCKET)
		(void)close(fd); /* nothing to be done about failure */
}

void
hkp_slot_free(struct hkp_slot *slot)
{
	struct hkp_generation *gen = slot->gen;

	slot_quiesce(slot);
	if (slot->daemon != NULL)
		MHD_stop_daemon(slot->daemon);
	free(slot);
	if (atomic_fetch_sub(&gen->slots, 1) == 1)
		hkp_generation_free(gen);
}

static void
watch(struct hkp_worker *w, struct hkp_slot *slot)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = slot };
	int fd = MHD_get_daemon_info(slot->daemon, MHD_DAEMON_INFO_EPOLL_FD)
		     ->epoll_fd;

	if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		log_event(LOG_LEVEL_ERROR, "http-epoll", "error=%d", errno);
	slot->pending = true;
}

static void
adopt(struct hkp_worker *w, struct hkp_slot *slots)
{
	struct hkp_slot **end = &w->slots;

	for (struct hkp_slot *s = slots; s != NULL; s = s->next)
		watch(w, s);
	for (; *end != NULL; end = &(*end)->next)
		slot_quiesce(*end);
	*end = slots;
}

static void
drop_empty(struct hkp_worker *w)
{
	struct hkp_slot **at = &w->slots;

	while (*at != NULL) {
		struct hkp_slot *slot = *at;

		if (!slot->quiesced || slot->conns > 0) {
			at = &slot->next;
			continue;
		}
		*at = slot->next;
		hkp_slot_free(slot);
	}
}

/*
 * While a handshake waits for its client libmicrohttpd takes the connection for
 * one that can be read, and would have us look again at once, as long as the
 * client is silent. What really happens is an event; so this is no hurry.
 */
static bool
only_greets(const struct hkp_slot *slot, uint64_t before)
{
	return slot->tls && slot->mute > 0 && slot->worker->moved == before;
}

/* While requests keep coming the daemon is asked again at once: that spares
 * the look at our own epoll. */
static void
slot_run(struct hkp_slot *slot)
{
	struct hkp_worker *w = slot->worker;

	for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
		uint64_t before = w->handled, moved = w->moved;
		MHD_UNSIGNED_LONG_LONG ms = 1;

		atomic_fetch_add_explicit(&w->runs, 1, memory_order_relaxed);
		(void)MHD_run(slot->daemon); /* fails only while stopping */
		slot->pending =
		    MHD_get_timeout(slot->daemon, &ms) == MHD_YES && ms == 0;
		slot->greets = slot->pending && only_greets(slot, moved);
		if (slot->greets)
			slot->pending = false;
		if (w->handled == before && !slot->pending)
			return;
	}
	slot->pending = true;
}

/* ---- orders -------------------------------------------------------------------- */

void
hkp_worker_wake(struct hkp_worker *w)
{
	uint64_t one = 1;

	while (write(w->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
hkp_worker_order(struct hkp_worker *w, const struct hkp_command *command)
{
	struct hkp_command *copy = alloc_new(sizeof(*copy));

	*copy = *command;
	if (queue_put_over(w->commands, copy) != ICS_OK) {
		free(copy); /* only when the worker has ended */
		return;
	}
	hkp_worker_wake(w);
}

void
hkp_worker_call(struct hkp_worker *w, void (*call)(void *arg), void *arg)
{
	hkp_worker_order(w,
	    &(struct hkp_command){
		.order = HKP_ORDER_CALL, .call = call, .arg = arg });
}

static void
obey(struct hkp_worker *w, const struct hkp_command *command)
{
	switch (command->order) {
	case HKP_ORDER_ADOPT:
		adopt(w, command->slots);
		break;
	case HKP_ORDER_DRAIN:
		w->draining = true;
		for (struct hkp_slot *s = w->slots; s != NULL; s = s->next)
			slot_quiesce(s);
		hkp_watches_look(w);
		hkp_conn_sweep(w);
		break;
	case HKP_ORDER_CALL:
		command->call(command->arg);
		break;
	case HKP_ORDER_EVICT:
		(void)hkp_conn_evict(w, command->bucket); /* or it has none */
		break;
	case HKP_ORDER_STOP:
		w->stopping = true;
		break;
	}
}

static void
obey_all(struct hkp_worker *w)
{
	struct hkp_command *command;
	uint64_t count;

	while (read(w->wake_fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	while ((command = queue_try(w->commands)) != NULL) {
		obey(w, command);
		free(command);
	}
	for (struct hkp_slot *s = w->slots; s != NULL; s = s->next)
		s->pending = true;
}

/* ---- the loop -------------------------------------------------------------------- */

static void
tick(struct hkp_worker *w)
{
	w->swept = w->now;
	hkp_conn_sweep(w);
	for (struct hkp_slot *s = w->slots; s != NULL; s = s->next)
		s->pending = true;
}

static bool
is_watched(const struct hkp_worker *w)
{
	return w->watches.next != &w->watches;
}

static void
watch_all(struct hkp_worker *w)
{
	hkp_watches_look(w);
	/* Whoever was woken wants his daemon's turn. */
	for (struct hkp_slot *s = w->slots; s != NULL; s = s->next)
		s->pending = true;
}

static int
patience_ms(const struct hkp_worker *w)
{
	for (const struct hkp_slot *s = w->slots; s != NULL; s = s->next)
		if (s->greets)
			return GREET_MS;
	if (w->reading)
		return SNAPSHOT_MS;
	return is_watched(w) ? WATCH_MS : TICK_MS;
}

static bool
is_pending(const struct hkp_worker *w)
{
	for (const struct hkp_slot *s = w->slots; s != NULL; s = s->next)
		if (s->pending)
			return true;
	return false;
}

static void
turn(struct hkp_worker *w)
{
	struct epoll_event events[EVENTS_MAX];
	bool again = is_pending(w);
	int n = epoll_wait(w->epoll_fd, events, EVENTS_MAX,
	    again ? 0 : patience_ms(w));

	w->now = clock_mono_ns();
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == w)
			obey_all(w);
		else
			((struct hkp_slot *)events[i].data.ptr)->pending = true;
	}
	/* Not when nothing happens: octets that drip in are no reason to keep
	 * a snapshot, and with it the WAL. */
	if (w->reading && w->now - w->read_at >= SNAPSHOT_MS * MS) {
		store_reader_end(w->reader);
		w->reading = false;
	}
	if (w->now - w->swept > TICK_MS * MS)
		tick(w);
	if (is_watched(w) && w->now - w->watched >= WATCH_MS * MS)
		watch_all(w);
	for (struct hkp_slot *s = w->slots; s != NULL; s = s->next)
		if (s->pending || s->greets)
			slot_run(s);
	drop_empty(w);
}

static void *
worker_main(void *arg)
{
	struct hkp_worker *w = arg;

	while (!w->stopping)
		turn(w);
	/* What still waits would never be closed by a stopping daemon. */
	hkp_conn_wake_all(w);
	while (w->slots != NULL) {
		struct hkp_slot *slot = w->slots;

		w->slots = slot->next;
		hkp_slot_free(slot);
	}
	return NULL;
}

enum ics_err
hkp_worker_init(struct hkp_worker *w, struct hkp *h)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = w };

	w->h = h;
	w->waiting.prev = w->waiting.next = &w->waiting;
	w->sending.prev = w->sending.next = &w->sending;
	w->asleep.prev = w->asleep.next = &w->asleep;
	w->watches.prev = w->watches.next = &w->watches;
	w->commands = queue_new(COMMANDS_MAX);
	w->miss = hkp_miss_new();
	w->decoy = 1;
	w->now = w->swept = clock_mono_ns();
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->miss == NULL || w->epoll_fd < 0 || w->wake_fd < 0 ||
	    epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->wake_fd, &event) != 0)
		return err_from_errno(errno);
	return ICS_OK;
}

enum ics_err
hkp_worker_start(struct hkp_worker *w, struct hkp_slot *slots)
{
	enum ics_err err;
	int failed;

	TRY(store_reader_open(w->h->dir, w->h->start.store, &w->reader));
	adopt(w, slots);
	failed = pthread_create(&w->thread, NULL, worker_main, w);
	err = failed == 0 ? ICS_OK : err_from_errno(failed);
	if (err != ICS_OK)
		w->slots = NULL; /* the caller's again */
out:
	return err;
}

void
hkp_worker_release(struct hkp_worker *w)
{
	struct hkp_command *left;

	if (w->commands != NULL) {
		queue_close(w->commands);
		while ((left = queue_try(w->commands)) != NULL) {
			if (left->order == HKP_ORDER_CALL)
				left->call(left->arg);
			free(left);
		}
		queue_free(w->commands);
	}
	if (w->epoll_fd > 0)
		(void)close(w->epoll_fd); /* nothing is written there */
	if (w->wake_fd > 0)
		(void)close(w->wake_fd);
	if (w->miss != NULL)
		MHD_destroy_response(w->miss);
	if (w->reader != NULL)
		store_reader_close(w->reader);
	hkp_conn_spares_free(w);
}
