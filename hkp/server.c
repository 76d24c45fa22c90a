/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, reloading, draining and stopping the workers. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "hkp/server.h"

#define DRAIN_STEP_MS 5

/* Defaults of design section 11. */
#define HEADER_OCTETS	8192u
#define BODY_OCTETS	(8u << 20)
#define REQUEST_SECONDS 10u
#define CONNECTIONS	8192u
#define PER_ADDRESS	1024u
#define HASHQUERY_MAX	1000u
#define ANSWER_OCTETS	(32u << 20)
#define HELD_OCTETS	(256u << 20)

static void
limits_default(struct hkp_limits *limits)
{
#define DEFAULT(member, value)   \
	if (limits->member == 0) \
	limits->member = (value)
	DEFAULT(header_octets, HEADER_OCTETS);
	DEFAULT(body_octets, BODY_OCTETS);
	DEFAULT(request_seconds, REQUEST_SECONDS);
	DEFAULT(connections, CONNECTIONS);
	DEFAULT(per_address, PER_ADDRESS);
	DEFAULT(hashquery_max, HASHQUERY_MAX);
	DEFAULT(answer_octets, ANSWER_OCTETS);
	DEFAULT(held_octets, HELD_OCTETS);
#undef DEFAULT
}

static const char *
copy(const char *s, const char *otherwise)
{
	if (s == NULL)
		s = otherwise;
	return s == NULL ? NULL : alloc_str(s);
}

static struct hkp_generation *
generation_new(const struct hkp_config *config)
{
	struct hkp_generation *gen = alloc_zero(1, sizeof(*gen));
	const struct hkp_identity *from = &config->identity;

	gen->config.limits = config->limits;
	gen->config.is_closed = config->is_closed;
	gen->config.is_maintained = config->is_maintained;
	limits_default(&gen->config.limits);
	gen->config.identity = (struct hkp_identity){
		.hostname = copy(from->hostname, "localhost"),
		.nodename = copy(from->nodename, "localhost"),
		.contact = copy(from->contact, ""),
		.profile = copy(from->profile, "open"),
	};
	gen->config.tls_cert = copy(config->tls_cert, NULL);
	gen->config.tls_key = copy(config->tls_key, NULL);
	return gen;
}

static void
slots_free(struct hkp_slot *slots)
{
	while (slots != NULL) {
		struct hkp_slot *next = slots->next;

		hkp_slot_free(slots);
		slots = next;
	}
}

static enum ics_err
slot_new(struct hkp_worker *w, struct hkp_generation *gen,
    const struct hkp_listener *listener, struct hkp_slot **out)
{
	struct hkp_slot *slot = alloc_zero(1, sizeof(*slot));
	int fd = fcntl(listener->fd, F_DUPFD_CLOEXEC, 3);

	slot->worker = w;
	slot->gen = gen;
	slot->face = listener->face;
	slot->tls = listener->tls;
	atomic_fetch_add(&gen->slots, 1);
	*out = slot;
	if (fd < 0)
		return err_from_errno(errno);
	/* libmicrohttpd closes it also when it fails, as with a key that does
	 * not belong to the certificate. By then the number may be another
	 * thread's connection or file, so it is not closed again. */
	return hkp_slot_open(slot, fd, listener->tls);
}

/* A worker's slots of a generation; on failure *out has what was begun. */
static enum ics_err
slots_new(struct hkp_worker *w, struct hkp_generation *gen,
    struct hkp_slot **out)
{
	enum ics_err err = ICS_OK;

	*out = NULL;
	for (size_t i = 0; i < w->h->start.listeners_n && err == ICS_OK; i++) {
		struct hkp_slot *slot = NULL;

		err = slot_new(w, gen, &w->h->listeners[i], &slot);
		slot->next = *out;
		*out = slot;
	}
	return err;
}

static void
limits_take(struct hkp *h)
{
	atomic_store(&h->limit, h->gen->config.limits.connections);
	atomic_store(&h->per_address, h->gen->config.limits.per_address);
	atomic_store(&h->is_closed, h->gen->config.is_closed);
	atomic_store(&h->is_maintained, h->gen->config.is_maintained);
}

static enum ics_err
workers_start(struct hkp *h)
{
	struct hkp_slot *slots = NULL;
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < h->workers_n; i++)
		TRY(hkp_worker_init(&h->workers[i], h));
	for (size_t i = 0; i < h->workers_n; i++) {
		struct hkp_worker *w = &h->workers[i];

		TRY(slots_new(w, h->gen, &slots));
		TRY(hkp_worker_start(w, slots));
		slots = NULL;
	}
out:
	slots_free(slots);
	return err;
}

enum ics_err
hkp_new(const struct hkp_start *start, const struct hkp_config *config,
    struct hkp **out)
{
	struct hkp *h = alloc_zero(1, sizeof(*h));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	enum ics_err err = ICS_OK;

	h->start = *start;
	if (start->listeners_n > HKP_LISTENERS_MAX)
		err = ICS_EUSAGE;
	else
		memcpy(h->listeners, start->listeners,
		    start->listeners_n * sizeof(h->listeners[0]));
	h->start.listeners = h->listeners;
	h->dir = alloc_str(start->dir);
	h->workers_n = start->threads != 0 ? start->threads
		       : cores > 0	   ? (size_t)cores
					   : 1;
	h->workers = alloc_zero(h->workers_n, sizeof(h->workers[0]));
	h->gen = generation_new(config);
	atomic_store(&h->gen->slots, 1); /* our own hold on the newest */
	limits_take(h);
	/* A guessable seed would only let someone share others' counters. */
	if (getrandom(&h->seed, sizeof(h->seed), 0) < 0)
		h->seed = clock_mono_ns();
	if (err == ICS_OK)
		err = workers_start(h);
	if (err != ICS_OK) {
		hkp_free(h);
		h = NULL;
	}
	*out = h;
	return err;
}

static void
generation_leave(struct hkp_generation *gen)
{
	if (atomic_fetch_sub(&gen->slots, 1) == 1)
		hkp_generation_free(gen);
}

static void
order_all(struct hkp *h, enum hkp_order order)
{
	for (size_t i = 0; i < h->workers_n; i++)
		if (h->workers[i].thread != 0)
			hkp_worker_order(&h->workers[i],
			    &(struct hkp_command){ .order = order });
}

enum ics_err
hkp_reload(struct hkp *h, const struct hkp_config *config)
{
	struct hkp_slot **slots = alloc_zero(h->workers_n, sizeof(*slots));
	struct hkp_generation *gen = generation_new(config);
	enum ics_err err = ICS_OK;

	atomic_store(&gen->slots, 1);
	for (size_t i = 0; i < h->workers_n; i++)
		TRY(slots_new(&h->workers[i], gen, &slots[i]));
	for (size_t i = 0; i < h->workers_n; i++) {
		hkp_worker_order(&h->workers[i],
		    &(struct hkp_command){
			.order = HKP_ORDER_ADOPT, .slots = slots[i] });
		slots[i] = NULL;
	}
	generation_leave(h->gen);
	h->gen = gen;
	gen = NULL;
	limits_take(h);
out:
	for (size_t i = 0; i < h->workers_n; i++)
		slots_free(slots[i]);
	if (gen != NULL)
		generation_leave(gen);
	free(slots);
	return err;
}

static void
wait_a_little(void)
{
	struct timespec step = { 0, DRAIN_STEP_MS * 1000000L };

	(void)nanosleep(&step, NULL); /* an early end does no harm */
}

void
hkp_drain(struct hkp *h, unsigned grace)
{
	uint64_t end = clock_mono_ns() + grace * UINT64_C(1000000000);

	atomic_store(&h->ready, false);
	order_all(h, HKP_ORDER_DRAIN);
	while (atomic_load(&h->connections) > 0 && clock_mono_ns() < end)
		wait_a_little();
}

void
hkp_free(struct hkp *h)
{
	if (h == NULL)
		return;
	atomic_store(&h->stopping, true);
	order_all(h, HKP_ORDER_DRAIN);
	/* Intake answers each submission it took; only then may the daemons
	 * stop, since their connections are suspended until then. */
	while (atomic_load(&h->submitted) > 0)
		wait_a_little();
	order_all(h, HKP_ORDER_STOP);
	for (size_t i = 0; i < h->workers_n; i++)
		if (h->workers[i].thread != 0)
			(void)pthread_join(h->workers[i].thread, NULL);
	while (atomic_load(&h->helpers) > 0)
		wait_a_little();
	for (size_t i = 0; i < h->workers_n; i++)
		hkp_worker_release(&h->workers[i]);
	generation_leave(h->gen);
	free(h->workers);
	free(h->dir);
	free(h);
}

/* ---- what handlers ask --------------------------------------------------------- */

void
hkp_ready_set(struct hkp *h, bool ready)
{
	atomic_store(&h->ready, ready);
}

bool
hkp_ready(struct hkp *h)
{
	return atomic_load(&h->ready);
}

bool
hkp_is_stopping(struct hkp *h)
{
	return atomic_load(&h->stopping);
}

struct intake *
hkp_intake(struct hkp *h)
{
	return h->start.in;
}

const char *
hkp_dir(struct hkp *h)
{
	return h->dir;
}

struct store *
hkp_store(struct hkp *h)
{
	return h->start.store;
}

const struct hkp_hooks *
hkp_hooks_get(struct hkp *h)
{
	return &h->start.hooks;
}

void *
hkp_more_arg(struct hkp *h)
{
	return h->start.more_arg;
}

bool
hkp_more_lookup(struct hkp_request *rq, struct hkp_reply *rp,
    const struct hkp_query *q)
{
	const struct hkp_start *start = &rq->h->start;

	return start->more_lookup != NULL && start->more_lookup(rq, rp, q);
}

bool
hkp_more_metrics(struct hkp_request *rq, struct hkp_reply *rp,
    struct buf *begun)
{
	const struct hkp_start *start = &rq->h->start;

	if (start->more_metrics != NULL)
		start->more_metrics(rq, rp, begun);
	return start->more_metrics != NULL;
}

void
hkp_more_peers(struct hkp_request *rq, struct hkp_reply *rp,
    hkp_peers_tell *tell, void *arg)
{
	const struct hkp_start *start = &rq->h->start;

	if (start->more_peers != NULL)
		start->more_peers(rq, rp, tell, arg);
	else
		tell(rq, rp, arg, NULL);
}

void
hkp_helpers_add(struct hkp *h, int change)
{
	atomic_fetch_add(&h->helpers, (unsigned)change);
}

void
hkp_counts_get(struct hkp *h, struct hkp_counts *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < h->workers_n; i++)
		for (size_t k = 0; k < 6; k++)
			out->answers[k] +=
			    atomic_load(&h->workers[i].answers[k]);
	out->connections = atomic_load(&h->connections);
	out->refused = atomic_load(&h->refused);
}

enum ics_err
hkp_worker_look(struct hkp_worker *w, struct store_reader **r)
{
	enum ics_err err = store_reader_begin(w->reader);

	if (err != ICS_OK) {
		log_event(LOG_LEVEL_ERROR, "store-read", "error=%s",
		    err_name(err));
		return err;
	}
	w->reading = true;
	w->read_at = w->now;
	*r = w->reader;
	return ICS_OK;
}

struct store_reader *
hkp_request_reader(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct store_reader *r = NULL;
	enum ics_err err = hkp_worker_look(rq->worker, &r);

	if (err != ICS_OK)
		hkp_reply_error(rp, err);
	return r;
}
