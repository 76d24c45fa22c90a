/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The door of a running server: POST /local/submit, a few requests side by
 * side. A server that is busy is asked again, later.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "client/http.h"
#include "client/out.h"
#include "ics/load.h"

#define SOCKET_BLOCKS  1000
#define SOCKET_OCTETS  (4u << 20)
#define SOCKET_AHEAD   3
#define SOCKET_WAIT_MS 100
#define REST_WAIT_MS   100
#define REST_TRIES     600 /* a minute */
#define BUSY_WAIT_NS   250000000u
#define BUSY_TRIES     240 /* a minute */

/* One request under way; batch is NULL where there is none. */
struct slot {
	struct load_batch *batch;
	CURL *easy;
	struct http_body body;
	struct http_answer answer;
	unsigned tries;
	uint64_t again_at; /* clock_mono_ns; 0: it is under way */
};

struct socket_door {
	struct http *h;
	CURLM *multi;
	struct slot slots[SOCKET_AHEAD];
};

static void
outcome_read(const json_t *row, struct load_outcome *to)
{
	const char *word = http_member_text(row, "outcome");
	const json_t *findings = json_object_get(row, "findings");
	const json_t *worst = NULL, *finding;
	size_t i;

	to->outcome = INTAKE_INVALID;
	for (int o = INTAKE_INSERTED; o <= INTAKE_DENIED; o++)
		if (strcmp(word, intake_outcome_word((enum intake_outcome)o)) ==
		    0)
			to->outcome = (enum intake_outcome)o;
	json_array_foreach(findings, i, finding)
	{
		if (worst == NULL ||
		    strcmp(http_member_text(finding, "severity"), "refused") ==
			0)
			worst = finding;
	}
	/* All cut to fit: they are for people. */
	to->is_record = json_object_get(row, "record") != NULL;
	to->is_descriptor = json_object_get(row, "domain") != NULL;
	if (to->is_descriptor && http_member_text(row, "domain")[0] != '\0')
		(void)snprintf(to->name, sizeof(to->name), "domain:%s",
		    http_member_text(row, "domain"));
	else if (!to->is_descriptor)
		(void)snprintf(to->name, sizeof(to->name), "%s",
		    http_member_text(row,
			to->is_record ? "record" : "fingerprint"));
	(void)snprintf(to->reason, sizeof(to->reason), "%s",
	    http_member_text(worst, "reason"));
	(void)snprintf(to->about, sizeof(to->about), "%s",
	    http_member_text(worst, "about"));
	(void)snprintf(to->words, sizeof(to->words), "%s",
	    http_member_text(worst, "words"));
	(void)snprintf(to->help, sizeof(to->help), "%s",
	    http_member_text(worst, "help"));
}

/* What the answer says about each block; false when it speaks of the whole. */
static bool
results_read(const struct http_answer *answer, struct load_outcomes *outcomes)
{
	struct bytes body = buf_bytes(&answer->body);
	json_t *doc = json_loadb((const char *)body.p, body.n, 0, NULL), *row;
	json_t *results = json_object_get(doc, "results");
	bool each =
	    json_is_array(results) && json_object_get(doc, "error") == NULL;
	size_t i;

	json_array_foreach(results, i, row)
	{
		if (each)
			outcome_read(row, load_outcomes_add(outcomes));
	}
	json_decref(doc);
	return each;
}

/* A complete answer; ICS_EBUSY when the same is to be sent again. */
static enum ics_err
slot_read(struct slot *slot)
{
	struct load_batch *batch = slot->batch;
	struct report none = { 0 };
	enum ics_err err = http_judge(&slot->answer);

	if (err == ICS_EBUSY && slot->tries < BUSY_TRIES)
		return ICS_EBUSY;
	/* 422 may also mean that each was refused, each with its reason. */
	if (results_read(&slot->answer, &batch->outcomes))
		return ICS_OK;
	if (err == ICS_OK)
		err = ICS_EIO;
	if (!load_err_is_answer(err)) {
		http_tell(&slot->answer, "load");
		return err;
	}
	batch->err = err;
	load_outcome_refuse(load_outcomes_add(&batch->outcomes), err, &none);
	return ICS_OK;
}

static enum ics_err
slot_start(struct socket_door *door, struct slot *slot)
{
	slot->body = (struct http_body){ "application/pgp-keys",
		buf_bytes(&slot->batch->data) };
	slot->easy =
	    http_easy(door->h, "/local/submit", &slot->body, &slot->answer);
	slot->again_at = 0;
	slot->tries++;
	if (slot->easy != NULL &&
	    curl_multi_add_handle(door->multi, slot->easy) == CURLM_OK)
		return ICS_OK;
	out_fail("load: libcurl cannot start a request");
	return ICS_EIO;
}

static void
slot_stop(struct socket_door *door, struct slot *slot)
{
	if (slot->easy != NULL) {
		curl_multi_remove_handle(door->multi, slot->easy);
		curl_easy_cleanup(slot->easy);
	}
	slot->easy = NULL;
	http_answer_release(&slot->answer);
}

static enum ics_err
slot_finish(struct socket_door *door, struct slot *slot, CURLcode code)
{
	enum ics_err err = ICS_OK;

	if (code != CURLE_OK)
		return http_failed(door->h, code);
	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE,
	    &slot->answer.status);
	err = slot_read(slot);
	slot_stop(door, slot);
	if (err == ICS_EBUSY) {
		slot->again_at = clock_mono_ns() + BUSY_WAIT_NS;
		return ICS_OK;
	}
	slot->batch->answered = true;
	*slot = (struct slot){ 0 };
	return err;
}

static struct slot *
slot_of(struct socket_door *door, const CURL *easy)
{
	for (size_t i = 0; i < SOCKET_AHEAD; i++)
		if (door->slots[i].easy == easy)
			return &door->slots[i];
	return NULL;
}

static enum ics_err
slots_wake(struct socket_door *door)
{
	uint64_t now = clock_mono_ns();
	enum ics_err err = ICS_OK;

	for (size_t i = 0; i < SOCKET_AHEAD && err == ICS_OK; i++)
		if (door->slots[i].again_at != 0 &&
		    door->slots[i].again_at <= now)
			err = slot_start(door, &door->slots[i]);
	return err;
}

/* Read what has come; *some says whether a transfer ended. */
static enum ics_err
messages_read(struct socket_door *door, bool *some)
{
	enum ics_err err = ICS_OK;
	CURLMsg *message;
	int left;

	while (err == ICS_OK &&
	       (message = curl_multi_info_read(door->multi, &left)) != NULL) {
		struct slot *slot = slot_of(door, message->easy_handle);

		*some = true;
		if (message->msg == CURLMSG_DONE && slot != NULL)
			err = slot_finish(door, slot, message->data.result);
	}
	return err;
}

static enum ics_err
socket_turn(void *self, bool wait)
{
	struct socket_door *door = self;
	bool some = false;
	enum ics_err err;
	int running;

	do {
		TRY(slots_wake(door));
		if (curl_multi_perform(door->multi, &running) != CURLM_OK) {
			out_fail("load: libcurl failed");
			return ICS_EIO;
		}
		TRY(messages_read(door, &some));
		if (wait && !some)
			curl_multi_poll(door->multi, NULL, 0, SOCKET_WAIT_MS,
			    NULL);
	} while (wait && !some);
out:
	return err;
}

static enum ics_err
socket_submit(void *self, struct load_batch *batch)
{
	struct socket_door *door = self;
	enum ics_err err;

	for (;;) {
		for (size_t i = 0; i < SOCKET_AHEAD; i++) {
			if (door->slots[i].batch != NULL)
				continue;
			door->slots[i] = (struct slot){ .batch = batch };
			TRY(slot_start(door, &door->slots[i]));
			return socket_turn(door, false);
		}
		TRY(socket_turn(door, true));
	}
out:
	return err;
}

/* How many signatures wait, and how many works are not done with. */
static enum ics_err
waiting_ask(struct socket_door *door, int64_t *waiting, int64_t *under_way)
{
	struct http_answer answer = { 0 };
	json_t *doc = NULL;
	enum ics_err err;

	TRY(http_get(door->h, "/local/stats", &answer));
	TRY(http_judge(&answer));
	doc = http_json(&answer);
	*waiting = json_integer_value(json_object_get(doc, "pending"));
	*under_way = json_integer_value(json_object_get(doc, "under_way"));
out:
	json_decref(doc);
	http_answer_release(&answer);
	return err;
}

/* The server judges again by itself; it is asked until it is through, or
 * until others keep it busy for too long. */
static enum ics_err
socket_settle(void *self, int64_t *waiting)
{
	struct socket_door *door = self;
	int64_t under_way = 1;
	enum ics_err err = ICS_OK;

	for (int i = 0; i < REST_TRIES && under_way > 0; i++) {
		TRY(waiting_ask(door, waiting, &under_way));
		if (under_way > 0)
			curl_multi_poll(door->multi, NULL, 0, REST_WAIT_MS,
			    NULL);
	}
out:
	return err;
}

static void
socket_close(void *self)
{
	struct socket_door *door = self;

	for (size_t i = 0; i < SOCKET_AHEAD; i++)
		slot_stop(door, &door->slots[i]);
	curl_multi_cleanup(door->multi);
	http_free(door->h);
	free(door);
}

enum ics_err
load_door_socket(const struct where *where, struct load_door *door)
{
	struct socket_door *self = alloc_zero(1, sizeof(*self));
	enum ics_err err = http_new(where, &self->h);

	if (err != ICS_OK) {
		free(self);
		return err;
	}
	self->multi = curl_multi_init();
	if (self->multi == NULL) {
		out_fail("load: libcurl cannot be used");
		http_free(self->h);
		free(self);
		return ICS_EIO;
	}
	*door = (struct load_door){ SOCKET_BLOCKS, SOCKET_OCTETS, SOCKET_AHEAD,
		self, socket_submit, socket_turn, socket_settle, socket_close };
	return ICS_OK;
}
