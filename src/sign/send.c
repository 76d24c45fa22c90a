/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POST /ics/v1/submit, else /pks/v2/certs, and reading of the outcomes. */
#include "sign/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "client/out.h"

#define BUSY_WAIT_NS 250000000
#define BUSY_TRIES   240u /* a minute */

static const struct {
	const char *word;
	enum sign_fate fate;
} fates[] = {
	{ "inserted", SIGN_TAKEN },
	{ "updated", SIGN_TAKEN },
	{ "ignored", SIGN_KNOWN },
	{ "waiting", SIGN_WAITING },
	{ "received", SIGN_TAKEN },
};

static enum sign_fate
fate_of(const char *word)
{
	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++)
		if (strcmp(fates[i].word, word) == 0)
			return fates[i].fate;
	return SIGN_REFUSED;
}

static const json_t *
finding_worst(const json_t *findings)
{
	const json_t *worst = NULL, *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		if (worst == NULL ||
		    strcmp(http_member_text(finding, "severity"), "refused") ==
			0)
			worst = finding;
	}
	return worst;
}

static bool
findings_wait(const json_t *findings)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		if (strcmp(http_member_text(finding, "reason"),
			"unknown-issuer") == 0)
			return true;
	}
	return false;
}

/* All cut to fit: they are for people. */
static void
outcome_read(const json_t *row, struct sign_outcome *to)
{
	const json_t *worst = finding_worst(json_object_get(row, "findings"));
	const char *about = http_member_text(worst, "about"), *help;

	*to = (struct sign_outcome){
		.fate = fate_of(http_member_text(row, "outcome"))
	};
	to->waits = to->fate == SIGN_WAITING ||
		    findings_wait(json_object_get(row, "findings"));
	(void)snprintf(to->word, sizeof(to->word), "%s",
	    http_member_text(row, "outcome"));
	(void)snprintf(to->fingerprint, sizeof(to->fingerprint), "%s",
	    http_member_text(row, "fingerprint"));
	if (worst == NULL)
		return;
	help = http_member_text(worst, "help");
	(void)snprintf(to->why, sizeof(to->why), "%s%s%s%s%s", about,
	    about[0] == '\0' ? "" : ": ", http_member_text(worst, "words"),
	    help[0] == '\0' ? "" : "; ", help);
}

static struct sign_outcome *
outcome_add(struct sign_answer *answer)
{
	answer->at =
	    alloc_resize(answer->at, answer->n + 1, sizeof(*answer->at));
	return &answer->at[answer->n++];
}

/* HKP v2, as Hockeypuck has it: an array for each outcome. */
static void
arrays_read(const json_t *doc, struct sign_answer *answer)
{
	static const char *const words[] = { "inserted", "updated", "ignored",
		"waiting", "received", "invalid", "denied" };
	const json_t *row;
	size_t i;

	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		json_array_foreach(json_object_get(doc, words[w]), i, row)
		{
			struct sign_outcome *to = outcome_add(answer);

			outcome_read(row, to);
			to->fate = fate_of(words[w]);
			/* Nothing new, with a remark: what else could it be. */
			to->waits =
			    to->fate == SIGN_WAITING ||
			    (to->fate == SIGN_KNOWN &&
				http_member_text(row, "comment")[0] != '\0');
			(void)snprintf(to->word, sizeof(to->word), "%s",
			    words[w]); /* a short word */
			(void)snprintf(to->why, sizeof(to->why), "%s",
			    http_member_text(row,
				"comment")); /* cut: for people */
		}
	}
}

enum ics_err
sign_answer_read(const struct http_answer *http, struct sign_answer *answer)
{
	struct bytes body = buf_bytes(&http->body);
	json_t *doc = json_loadb((const char *)body.p, body.n, 0, NULL);
	const json_t *row;
	size_t i;

	*answer = (struct sign_answer){ .n = 0 };
	if (json_object_get(doc, "error") == NULL) {
		json_array_foreach(json_object_get(doc, "results"), i, row)
		{
			outcome_read(row, outcome_add(answer));
		}
		arrays_read(doc, answer);
	}
	json_decref(doc);
	return answer->n > 0 ? ICS_OK : ICS_EFORMAT;
}

void
sign_answer_release(struct sign_answer *answer)
{
	free(answer->at);
	*answer = (struct sign_answer){ .n = 0 };
}

/* A server that is busy is asked again. */
static enum ics_err
post_patiently(struct http *h, const char *path, const struct http_body *body,
    struct http_answer *http)
{
	struct timespec wait = { .tv_nsec = BUSY_WAIT_NS };
	enum ics_err err = ICS_EBUSY;

	for (unsigned i = 0; i < BUSY_TRIES; i++) {
		http_answer_release(http);
		err = http_post(h, path, body, http);
		if (err != ICS_OK || http_judge(http) != ICS_EBUSY)
			break;
		(void)nanosleep(&wait, NULL); /* woken early, asks early */
	}
	return err;
}

static enum ics_err
post(struct http *h, struct bytes packets, struct http_answer *http)
{
	static const struct {
		const char *path, *type;
	} doors[] = {
		{ "/ics/v1/submit", "application/pgp-keys" },
		{ "/pks/v2/certs", "application/octet-stream" },
	};
	enum ics_err err = ICS_ENET;

	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		struct http_body body = { doors[i].type, packets };

		err = post_patiently(h, doors[i].path, &body, http);
		if (err != ICS_OK ||
		    (http->status != 404 && http->status != 405))
			break;
	}
	return err;
}

enum ics_err
sign_send(struct http *h, struct bytes packets, struct sign_answer *answer)
{
	struct http_answer http = { .status = 0 };
	enum ics_err err;

	*answer = (struct sign_answer){ .n = 0 };
	TRY(post(h, packets, &http));
	if (sign_answer_read(&http, answer) == ICS_OK)
		goto out;
	http_tell(&http, "the server");
	err = http_judge(&http);
	if (err == ICS_OK)
		err = ICS_EIO;
out:
	http_answer_release(&http);
	return err;
}

enum sign_fate
sign_answer_fate(const struct sign_answer *answer)
{
	enum sign_fate worst = SIGN_TAKEN;

	for (size_t i = 0; i < answer->n; i++)
		if (answer->at[i].fate > worst)
			worst = answer->at[i].fate;
	return worst;
}

void
sign_answer_tell(const struct sign_answer *answer, bool quiet)
{
	for (size_t i = 0; i < answer->n; i++) {
		const struct sign_outcome *o = &answer->at[i];
		const char *gap = o->why[0] == '\0' ? "" : ": ";

		if (o->fate == SIGN_REFUSED)
			out_fail("the server: %s %s%s%s", o->word,
			    o->fingerprint, gap, o->why);
		else
			out_note(quiet, "the server: %s %s%s%s", o->word,
			    o->fingerprint, gap, o->why);
	}
}
