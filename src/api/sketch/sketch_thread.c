/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread of the sketches. It has one reader that sees the newest state,
 * for prints, and one that keeps the snapshot of the sketch under way. A
 * sketch is made in slices, and a question is answered between two of them.
 * After each sketch it rests as long as that took, so that it never has more
 * than half a core.
 */
#include <pthread.h>
#include <sys/random.h>
#include <time.h>

#include "api/sketch.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/queue.h"
#include "hkp/page.h"

#define ASKS_MAX     256 /* that wait for the thread */
#define MS	     UINT64_C(1000000)
#define SLICE_NS     (10 * MS)
#define REST_MOST_NS (10000 * MS)
#define MAKE_MOST_NS (300000 * MS) /* a selection of a very large store */
#define NAP_NS	     (5 * MS)
#define SPARE	     4096  /* symbols of any sketch, and */
#define COMMON	     65536 /* of one that is large enough */

struct api_sketcher {
	struct queue *asks;
	pthread_t thread;
	bool has_thread;
	/* From here on the thread's own. */
	struct hkp *h;
	struct store_reader *newest, *kept;
	struct api_versions versions;
	struct api_version *making; /* NULL: nothing */
	struct api_set set;	    /* what it is made of */
	struct sketch_print print;  /* of what was gone over so far */
	uint64_t begun, rested;	    /* monotonic ns: begun at, rest until */
};

/* ---- answers -------------------------------------------------------------------- */

static void
ask_end(struct api_sketch_ask *ask)
{
	hkp_request_answer(ask->rq);
	free(ask);
}

static void
ask_fail(struct api_sketch_ask *ask, enum ics_err err)
{
	if (err == ICS_EBUSY || err == ICS_ECLOSED)
		hkp_reply_busy(ask->rp);
	else
		hkp_reply_error(ask->rp, err);
	ask_end(ask);
}

static void
name_tell(struct hkp_reply *rp, const char *name, const uint8_t *key)
{
	char hex[2 * SKETCH_KEY + 1];

	hex_lower(bytes_of(key, SKETCH_KEY), hex);
	hkp_reply_extra(rp, "ICS-Sketch-At", "%s", name);
	hkp_reply_extra(rp, "ICS-Sketch-Key", "%s", hex);
}

static void
print_reply(struct api_sketch_ask *ask, const struct sketch_print *print)
{
	uint8_t octets[SKETCH_PRINT];
	struct buf out;

	sketch_print_write(print, octets);
	buf_init(&out, sizeof(octets));
	buf_put(&out, bytes_of(octets, sizeof(octets)));
	hkp_reply_buf(ask->rp, 200, "application/octet-stream", &out);
	ask_end(ask);
}

static void
symbols_reply(struct api_sketch_ask *ask, const struct api_version *v)
{
	char hex[2 * SKETCH_PRINT + 1];
	uint8_t print[SKETCH_PRINT];
	struct buf out;
	enum ics_err err;

	buf_init(&out, (size_t)ask->count * SKETCH_SYMBOL);
	err = sketch_maker_write(v->maker, ask->from, ask->count, &out);
	if (err != ICS_OK) {
		buf_release(&out);
		ask_fail(ask, err);
		return;
	}
	sketch_print_write(&v->print, print);
	hex_lower(bytes_of(print, sizeof(print)), hex);
	name_tell(ask->rp, v->name, v->key);
	hkp_reply_extra(ask->rp, "ICS-Sketch-Print", "%s", hex);
	hkp_reply_buf(ask->rp, 200, "application/octet-stream", &out);
	ask_end(ask);
}

static void
gone_reply(struct api_sketch_ask *ask)
{
	api_refuse(ask->rp, 410, "this sketch is gone",
	    "begin anew: ask for the print, then from=0");
	ask_end(ask);
}

/* ---- questions ------------------------------------------------------------------ */

static uint32_t
reach(const struct api_sketch_ask *ask)
{
	return ask->is_print ? 0 : ask->from + ask->count;
}

static void
await(struct api_version *v, struct api_sketch_ask *ask)
{
	if (v->want < reach(ask))
		v->want = reach(ask);
	*api_asks_add(&v->asks) = ask;
}

/* From a version at rest. The same set makes the same symbols again, and more
 * of them; another set would not. */
static void
version_answer(struct api_version *v, struct api_sketch_ask *ask, int64_t stamp)
{
	v->used = clock_mono_ns();
	if (ask->is_print) {
		name_tell(ask->rp, v->name, v->key);
		print_reply(ask, &v->print);
	} else if (reach(ask) <= sketch_maker_symbols(v->maker)) {
		symbols_reply(ask, v);
	} else if (v->stamp == stamp) {
		v->state = API_VERSION_ASKED;
		await(v, ask);
	} else {
		gone_reply(ask);
	}
}

static struct api_version *
version_for(struct api_sketcher *k, const struct api_sketch_ask *ask,
    int64_t stamp)
{
	char name[API_SKETCH_NAME_MAX];
	struct api_version *v =
	    ask->name[0] != '\0'
		? api_versions_find(&k->versions, &ask->scope, ask->name)
		: api_versions_of(&k->versions, &ask->scope, stamp);

	if (v != NULL)
		return v;
	api_version_name(&k->versions, stamp, name);
	return api_versions_add(&k->versions, &ask->scope,
	    ask->name[0] != '\0' ? ask->name : name);
}

static bool
is_everything(const struct api_scope *of)
{
	return of->select.n == 0 && of->sight.all;
}

/* The print of everything stands in the store. */
static void
everything_print(struct api_sketcher *k, struct api_sketch_ask *ask,
    int64_t stamp)
{
	struct api_version *v =
	    api_versions_of(&k->versions, &ask->scope, stamp);
	struct sketch_print print;
	char name[API_SKETCH_NAME_MAX];
	uint8_t key[SKETCH_KEY];
	enum ics_err err = store_print_get(k->newest, &print);

	if (err != ICS_OK) {
		ask_fail(ask, err);
		return;
	}
	api_version_name(&k->versions, stamp, name);
	if (v != NULL)
		memcpy(name, v->name, sizeof(name));
	api_version_key(&k->versions, name, key);
	name_tell(ask->rp, name, key);
	print_reply(ask, &print);
}

/* Begin a snapshot; its stamp, or that of one a little before. */
static enum ics_err
stamp_read(struct hkp *h, struct store_reader *r, const struct api_scope *of,
    int64_t *stamp)
{
	int64_t news = (int64_t)store_news(hkp_store(h));
	enum ics_err err;

	TRY(store_reader_begin(r));
	TRY(store_log_size(r, stamp));
	if (!of->sight.all)
		*stamp = news;
out:
	return err;
}

static enum ics_err
newest_look(struct api_sketcher *k, const struct api_sketch_ask *ask,
    int64_t *stamp)
{
	struct hkp *h = ask->rq->h;
	enum ics_err err = ICS_OK;

	k->h = h;
	if (k->newest == NULL)
		TRY(store_reader_open(hkp_dir(h), hkp_store(h), &k->newest));
	TRY(stamp_read(h, k->newest, &ask->scope, stamp));
out:
	return err;
}

static void
ask_take(struct api_sketcher *k, struct api_sketch_ask *ask)
{
	struct api_version *v;
	int64_t stamp;
	enum ics_err err = newest_look(k, ask, &stamp);

	api_versions_trim(&k->versions);
	if (err != ICS_OK) {
		ask_fail(ask, err);
	} else if (ask->is_print && is_everything(&ask->scope)) {
		everything_print(k, ask, stamp);
	} else if (ask->name[0] != '\0' && ask->from > 0 &&
		   api_versions_find(&k->versions, &ask->scope, ask->name) ==
		       NULL) {
		gone_reply(ask);
	} else if (ask->name[0] != '\0' &&
		   !api_version_is_ours(&k->versions, ask->name)) {
		gone_reply(ask);
	} else if ((v = version_for(k, ask, stamp)) == NULL) {
		ask_fail(ask, ICS_EBUSY);
	} else if (v->state == API_VERSION_READY) {
		version_answer(v, ask, stamp);
	} else {
		await(v, ask);
	}
	if (k->newest != NULL)
		store_reader_end(k->newest);
}

/* ---- making --------------------------------------------------------------------- */

static void
digest_take(void *arg, const uint8_t digest[32])
{
	struct api_sketcher *k = arg;
	struct sketch_member member;

	memcpy(member.b, digest, sizeof(member.b));
	sketch_maker_add(k->making->maker, &member);
	sketch_print_add(&k->print, digest);
}

/* As many symbols as anybody could ask for before a list is shorter; of large
 * sets fewer, for most differ in little. */
static uint32_t
symbols_for(uint64_t n, uint32_t want)
{
	uint64_t most = 2 * n + SPARE;
	uint64_t common = n / 16 > COMMON ? n / 16 : COMMON;
	uint64_t symbols = most < common ? most : common;

	if (symbols < want)
		symbols = want;
	return symbols < SKETCH_SYMBOLS_MAX ? (uint32_t)symbols
					    : SKETCH_SYMBOLS_MAX;
}

static enum ics_err
making_begin(struct api_sketcher *k, struct api_version *v)
{
	struct sketch_print print = { .n = SPARE };
	int64_t before = v->stamp;
	bool is_more = v->maker != NULL;
	enum ics_err err = ICS_OK;

	v->state = API_VERSION_MADE;
	k->making = v;
	k->begun = clock_mono_ns();
	k->print = (struct sketch_print){ 0 };
	if (k->kept == NULL)
		TRY(store_reader_open(hkp_dir(k->h), hkp_store(k->h),
		    &k->kept));
	TRY(stamp_read(k->h, k->kept, &v->scope, &v->stamp));
	if (is_more && v->stamp != before)
		return ICS_EGONE;
	if (is_everything(&v->scope))
		TRY(store_print_get(k->kept, &print));
	sketch_maker_free(v->maker);
	v->maker = sketch_maker_new(v->key, symbols_for(print.n, v->want));
	k->set = (struct api_set){
		.r = k->kept, .scope = &v->scope, .each = digest_take, .arg = k
	};
out:
	return err;
}

/* Whoever waits is answered. What failed is forgotten: others ask anew. */
static void
making_end(struct api_sketcher *k, enum ics_err err)
{
	struct api_version *v = k->making;
	struct api_asks asks = v->asks;
	uint64_t now = clock_mono_ns(), took = now - k->begun;

	if (k->kept != NULL)
		store_reader_end(k->kept);
	k->making = NULL;
	k->rested = now + (took < REST_MOST_NS ? took : REST_MOST_NS);
	v->asks = (struct api_asks){ 0 };
	v->print = k->print;
	v->state = API_VERSION_READY;
	for (size_t i = 0; i < asks.n; i++) {
		if (err == ICS_OK)
			version_answer(v, asks.at[i], v->stamp);
		else if (err == ICS_EGONE)
			gone_reply(asks.at[i]);
		else
			ask_fail(asks.at[i], err);
	}
	api_asks_release(&asks);
	if (err != ICS_OK)
		api_versions_drop(&k->versions, v);
	log_event(LOG_LEVEL_DEBUG, "sketch", "ms=%llu error=%s",
	    (unsigned long long)(took / MS), err_name(err));
}

static void
making_go_on(struct api_sketcher *k)
{
	uint64_t now = clock_mono_ns(), end = now + SLICE_NS;
	bool more = true;
	enum ics_err err = ICS_OK;

	if (hkp_is_stopping(k->h))
		err = ICS_ECLOSED;
	else if (now - k->begun > MAKE_MOST_NS)
		err = ICS_EBUSY;
	while (err == ICS_OK && more && clock_mono_ns() < end)
		err = api_set_step(&k->set, &more);
	if (err != ICS_OK || !more)
		making_end(k, err);
}

/* The one that was asked for first. */
static struct api_version *
asked_for(struct api_sketcher *k)
{
	struct api_version *first = NULL;

	for (struct api_version *v = k->versions.first; v != NULL; v = v->next)
		if (v->state == API_VERSION_ASKED)
			first = v;
	return first;
}

static void
nap(void)
{
	struct timespec t = { 0, (long)NAP_NS };

	(void)nanosleep(&t, NULL); /* an early end does no harm */
}

enum turn {
	TURN_IDLE, /* there is nothing to do */
	TURN_REST, /* there is, but not yet */
	TURN_DONE
};

/* A slice of what is under way. */
static enum turn
work(struct api_sketcher *k)
{
	struct api_version *v;
	enum ics_err err;

	if (k->making != NULL) {
		making_go_on(k);
		return TURN_DONE;
	}
	v = asked_for(k);
	if (v == NULL)
		return TURN_IDLE;
	if (clock_mono_ns() < k->rested && !hkp_is_stopping(k->h))
		return TURN_REST;
	err = making_begin(k, v);
	if (err != ICS_OK)
		making_end(k, err);
	return TURN_DONE;
}

static void *
sketcher_main(void *arg)
{
	struct api_sketcher *k = arg;
	struct api_sketch_ask *ask = NULL;
	enum turn turn = TURN_IDLE;

	for (;;) {
		if (ask == NULL && turn == TURN_REST)
			nap();
		if (ask == NULL && turn == TURN_IDLE) {
			ask = queue_take(k->asks);
			if (ask == NULL)
				return NULL;
		} else {
			ask = queue_try(k->asks);
		}
		if (ask != NULL)
			ask_take(k, ask);
		turn = work(k);
	}
}

/* ---- from outside ------------------------------------------------------------------ */

/* Without a thread, or numbers that nobody guesses, every question hears that
 * the server is busy. */
struct api_sketcher *
api_sketcher_new(void)
{
	struct api_sketcher *k = alloc_zero(1, sizeof(*k));
	size_t n = sizeof(k->versions.secret);

	k->asks = queue_new(ASKS_MAX);
	if (getrandom(k->versions.secret, n, 0) == (ssize_t)n)
		k->has_thread =
		    pthread_create(&k->thread, NULL, sketcher_main, k) == 0;
	if (!k->has_thread)
		queue_close(k->asks);
	return k;
}

void
api_sketcher_ask(struct api_sketcher *k, struct api_sketch_ask *ask)
{
	enum ics_err err;

	/* Asleep first: the answer may come before queue_put returns. */
	hkp_request_wait(ask->rq, ask->rp);
	err = queue_put(k->asks, ask);
	if (err != ICS_OK)
		ask_fail(ask, err);
}

void
api_sketcher_free(struct api_sketcher *k)
{
	queue_close(k->asks);
	if (k->has_thread)
		(void)pthread_join(k->thread, NULL); /* it is ours */
	while (k->versions.first != NULL)
		api_versions_drop(&k->versions, k->versions.first);
	if (k->newest != NULL)
		store_reader_close(k->newest);
	if (k->kept != NULL)
		store_reader_close(k->kept);
	queue_free(k->asks);
	free(k);
}
