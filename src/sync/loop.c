/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread: it sleeps in epoll until a socket is ready, a message came, or
 * an alarm is due. Invariant: nothing in a turn waits, so that no peer can
 * keep another waiting.
 */
#include <sys/eventfd.h>
#include <sys/random.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "sync/conn.h"

#define MS	  UINT64_C(1000000)
#define SLEEP_MS  60000 /* at most */
#define ABROAD_MS 5	/* while intake still has work of ours at the end */

/* ---- sockets ----------------------------------------------------------------- */

static uint32_t
events_of(unsigned wish)
{
	return ((wish & SYNC_WISH_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
	       ((wish & SYNC_WISH_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
}

static enum ics_err
socket_control(struct sync *s, int op, struct sync_socket *k, unsigned wish)
{
	struct epoll_event event = { .events = events_of(wish), .data.ptr = k };

	return epoll_ctl(s->epoll_fd, op, k->fd, &event) == 0
		   ? ICS_OK
		   : err_from_errno(errno);
}

enum ics_err
sync_socket_add(struct sync *s, struct sync_socket *k, unsigned wish)
{
	enum ics_err err = socket_control(s, EPOLL_CTL_ADD, k, wish);

	if (err != ICS_OK)
		log_event(LOG_LEVEL_ERROR, "sync-epoll", "why=\"%s\"",
		    err_words(err));
	return err;
}

void
sync_socket_wish(struct sync *s, struct sync_socket *k, unsigned wish)
{
	/* It was added, so this cannot fail. */
	(void)socket_control(s, EPOLL_CTL_MOD, k, wish);
}

void
sync_socket_drop(struct sync *s, struct sync_socket *k)
{
	/* Perhaps it was closed before: then it is gone already. */
	(void)socket_control(s, EPOLL_CTL_DEL, k, 0);
	/* What this turn has still to look at must not find it. */
	for (int i = 0; i < s->events_n; i++)
		if (s->events[i].data.ptr == k)
			s->events[i].data.ptr = NULL;
}

static unsigned
wish_from_events(uint32_t events)
{
	unsigned wish = 0;

	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		wish |= SYNC_WISH_READ;
	if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
		wish |= SYNC_WISH_WRITE;
	return wish;
}

/* ---- messages ---------------------------------------------------------------- */

static void
wake(struct sync *s)
{
	uint64_t one = 1;

	while (write(s->wake.fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

enum ics_err
sync_message_put(struct sync *s, struct sync_message *m, bool over)
{
	enum ics_err err =
	    over ? queue_put_over(s->messages, m) : queue_put(s->messages, m);

	if (err == ICS_OK)
		wake(s);
	return err;
}

static void
reload_take(struct sync *s, struct sync_reload_message *m)
{
	struct sync_config old = s->config;

	s->config = m->config;
	free(m);
	if (!s->is_stopping)
		sync_table_take(s, s->config.peers, s->config.peers_n);
	if (!s->is_stopping)
		sync_rules_take(s);
	sync_up_take(s);
	sync_config_release(&old);
	sync_gossip_forget_all(s);
}

static void
message_take(struct sync *s, struct sync_message *m)
{
	switch (m->kind) {
	case SYNC_MESSAGE_ORDER:
		sync_order_take(s, (struct sync_order_message *)(void *)m);
		break;
	case SYNC_MESSAGE_SUBMITTED:
		sync_submit_take(s, m);
		break;
	case SYNC_MESSAGE_RELOAD:
		reload_take(s, (struct sync_reload_message *)(void *)m);
		break;
	case SYNC_MESSAGE_WANTED:
		sync_up_begin(s, m);
		break;
	case SYNC_MESSAGE_STOP:
		s->is_stopping = true;
		free(m);
		break;
	}
}

static void
messages_take(struct sync *s, struct sync_socket *k, unsigned ready)
{
	struct sync_message *m;
	uint64_t count;

	(void)ready;
	while (read(k->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	while ((m = queue_try(s->messages)) != NULL)
		message_take(s, m);
}

/* ---- turns ------------------------------------------------------------------- */

static int
patience_ms(const struct sync *s)
{
	uint64_t next = sync_alarms_next(s), due = sync_table_next(s);
	uint64_t now = clock_mono_ns();

	if (due < next)
		next = due;
	if (next <= now)
		return 0;
	next = (next - now + MS - 1) / MS;
	return next < SLEEP_MS ? (int)next : SLEEP_MS;
}

static void
turn(struct sync *s, int ms)
{
	s->events_n = epoll_wait(s->epoll_fd, s->events, SYNC_EVENTS_MAX, ms);
	s->now = clock_mono_ns();
	s->turn++;
	for (int i = 0; i < s->events_n; i++) {
		struct sync_socket *k = s->events[i].data.ptr;

		if (k != NULL)
			k->call(s, k, wish_from_events(s->events[i].events));
	}
	s->events_n = 0;
	sync_alarms_run(s);
	if (!s->is_stopping)
		sync_table_run(s);
	sync_reader_rest(s);
}

static void *
sync_main(void *arg)
{
	struct sync *s = arg;

	if (s->config.gives_way)
		sandbox_give_way();
	while (!s->is_stopping)
		turn(s, patience_ms(s));
	sync_state_save(s);
	sync_orders_close(s);
	sync_up_close(s);
	sync_accept_close(s);
	sync_table_clear(s);
	sync_conns_close(s);
	/* What intake has of ours it answers; it must find us here. */
	while (atomic_load(&s->abroad) > 0)
		turn(s, ABROAD_MS);
	queue_close(s->messages);
	messages_take(s, &s->wake, 0);
	sync_orders_close(s);
	sync_http_close(s);
	sync_views_close(s);
	return NULL;
}

/* ---- life -------------------------------------------------------------------- */

static uint64_t
seed_new(void)
{
	uint64_t seed = 0;

	/* It spreads rounds and splits polynomials: the clock would do. */
	if (getrandom(&seed, sizeof(seed), 0) < 0 || seed == 0)
		seed = clock_mono_ns() | 1;
	return seed;
}

static void
inside_init(struct sync *s, const struct sync_config *config)
{
	sync_config_copy(config, &s->config);
	s->messages = queue_new(SYNC_MESSAGES_MAX);
	s->now = clock_mono_ns();
	s->seed = seed_new();
	sync_ring_init(&s->alarms);
	sync_ring_init(&s->requests);
	sync_ring_init(&s->submissions);
	sync_ring_init(&s->waits);
	sync_ring_init(&s->conns);
	sync_ring_init(&s->plans);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->wake.call = messages_take;
	sync_submit_open(s);
	sync_up_open(s);
	sync_state_open(s);
	sync_rules_open(s);
}

/* Signals are the main thread's. */
static enum ics_err
thread_start(struct sync *s)
{
	sigset_t all, before;
	int failed;

	(void)sigfillset(&all);				   /* cannot fail */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* likewise */
	failed = pthread_create(&s->thread, NULL, sync_main, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* likewise */
	s->is_started = failed == 0;
	return failed == 0 ? ICS_OK : err_from_errno(failed);
}

enum ics_err
sync_new(const struct sync_config *config, struct sync **out)
{
	struct sync *s = alloc_zero(1, sizeof(*s));
	enum ics_err err;

	inside_init(s, config);
	if (s->epoll_fd < 0 || s->wake.fd < 0)
		TRY(err_from_errno(errno));
	TRY(sync_socket_add(s, &s->wake, SYNC_WISH_READ));
	TRY(sync_http_open(s));
	sync_accept_open(s);
	sync_table_take(s, s->config.peers, s->config.peers_n);
	sync_state_load(s);
	sync_rules_take(s);
	TRY(thread_start(s));
	*out = s;
	return ICS_OK;
out:
	sync_free(s);
	*out = NULL;
	return err;
}

void
sync_stop(struct sync *s)
{
	struct sync_message *m;

	if (!s->is_started)
		return;
	m = alloc_zero(1, sizeof(*m));
	m->kind = SYNC_MESSAGE_STOP;
	if (sync_message_put(s, m, true) != ICS_OK)
		free(m);
	(void)pthread_join(s->thread, NULL); /* it was started, once */
	s->is_started = false;
}

void
sync_free(struct sync *s)
{
	if (s == NULL)
		return;
	sync_stop(s);
	/* Where the thread never ran there is something left. */
	sync_table_clear(s);
	sync_conns_close(s);
	sync_http_close(s);
	sync_views_close(s);
	queue_free(s->messages);
	sync_pins_free(s);
	sync_up_free(s);
	sync_rules_release(&s->rules);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	if (s->wake.fd >= 0)
		close(s->wake.fd);
	sync_config_release(&s->config);
	free(s);
}

enum ics_err
sync_reload(struct sync *s, const struct sync_config *config)
{
	struct sync_reload_message *m = alloc_zero(1, sizeof(*m));
	enum ics_err err;

	m->head.kind = SYNC_MESSAGE_RELOAD;
	sync_config_copy(config, &m->config);
	err = sync_message_put(s, &m->head, true);
	if (err != ICS_OK) {
		sync_config_release(&m->config);
		free(m);
	}
	return err;
}
