/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread that sends, between two queues. */
#include "sign/post.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/queue.h"
#include "client/out.h"

#define BATCH_MAX ((size_t)4 << 20)
#define AHEAD	  3 /* batches that wait for the thread */
#define ANSWERED  64

struct sign_post {
	struct http *h;
	struct queue *todo, *done;
	size_t under_way; /* given and not taken back; of the giver's thread */
	pthread_t thread;
};

struct sign_batch *
sign_batch_new(void)
{
	struct sign_batch *batch = alloc_zero(1, sizeof(*batch));

	buf_init(&batch->packets, BATCH_MAX);
	return batch;
}

void
sign_batch_free(struct sign_batch *batch)
{
	if (batch == NULL)
		return;
	buf_release(&batch->packets);
	sign_origins_release(&batch->origins);
	sign_answer_release(&batch->answer);
	free(batch);
}

size_t
sign_batch_line(const struct sign_batch *batch, const char *fingerprint)
{
	for (size_t i = 0; i < batch->origins.n; i++)
		if (strcmp(batch->origins.at[i].fingerprint, fingerprint) == 0)
			return batch->origins.at[i].line;
	return 0;
}

static void *
post_run(void *arg)
{
	struct sign_post *post = arg;
	struct sign_batch *batch;

	while ((batch = queue_take(post->todo)) != NULL) {
		batch->err = sign_send(post->h, buf_bytes(&batch->packets),
		    &batch->answer);
		/* Only closed by the one who waits for this thread. */
		(void)queue_put_over(post->done, batch);
	}
	return NULL;
}

enum ics_err
sign_post_new(const struct where *where, struct sign_post **post)
{
	enum ics_err err;

	*post = alloc_zero(1, sizeof(**post));
	TRY(http_new(where, &(*post)->h));
	(*post)->todo = queue_new(AHEAD);
	(*post)->done = queue_new(ANSWERED);
	if (pthread_create(&(*post)->thread, NULL, post_run, *post) == 0)
		return ICS_OK;
	out_fail("no thread can be started");
	queue_free((*post)->todo);
	queue_free((*post)->done);
	err = ICS_EBUSY;
out:
	http_free((*post)->h);
	free(*post);
	*post = NULL;
	return err;
}

void
sign_post_free(struct sign_post *post)
{
	struct sign_batch *batch;

	if (post == NULL)
		return;
	queue_close(post->todo);
	(void)pthread_join(post->thread, NULL); /* it exists */
	queue_close(post->done);
	while ((batch = queue_take(post->done)) != NULL)
		sign_batch_free(batch);
	queue_free(post->todo);
	queue_free(post->done);
	http_free(post->h);
	free(post);
}

void
sign_post_put(struct sign_post *post, struct sign_batch *batch)
{
	post->under_way++;
	/* Only closed by sign_post_free. */
	(void)queue_put_wait(post->todo, batch);
}

struct sign_batch *
sign_post_take(struct sign_post *post, bool wait)
{
	struct sign_batch *batch;

	if (post->under_way == 0)
		return NULL;
	batch = wait ? queue_take(post->done) : queue_try(post->done);
	if (batch != NULL)
		post->under_way--;
	return batch;
}
