/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any packets as a pool. Holds: every certificate and every record's subject
 * can be asked for and told, the text is JSON, and what is written as a
 * bundle is read again as the same bundle.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "item/item.h"
#include "item/pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW	  1700000000
#define OUT_MAX	  (16u << 20)
#define ASKED_MAX 16 /* things of one input */

static void
json_check(json_t *json)
{
	char *text = json_dumps(json, JSON_SORT_KEYS);

	if (text == NULL)
		abort();
	free(text);
	json_decref(json);
}

static void
ask(struct item_pool *pool, const struct notations_subject *subject)
{
	const struct policy_rights nobody = { 0 };
	const struct policy_time when = { .at = NOW };
	struct item_source source;
	struct policy_state state;
	struct item it;
	const struct item_telling t = { &it, &state, &when, 1 };
	enum ics_err err;

	item_source_of_pool(pool, &source);
	err = item_read(&source, subject, &it);
	if (err != ICS_OK && err != ICS_ENOTFOUND)
		abort();
	if (err == ICS_OK) {
		item_fold(&it, &nobody, &when, &state);
		json_check(item_json_descriptor(&t));
		json_check(item_json_status(&t));
		json_check(item_json_history(&t));
		policy_state_release(&state);
	}
	item_release(&it);
}

static void
settle(struct item_pool *pool)
{
	struct report rep = { 0 };

	if (item_pool_settle(pool, NOW, &rep) != ICS_OK)
		abort();
	report_release(&rep);
}

static void
bundle_check(struct item_pool *pool)
{
	struct item_pool *again = item_pool_new();
	struct buf one, two;

	buf_init(&one, OUT_MAX);
	buf_init(&two, OUT_MAX);
	item_pool_write(pool, &one);
	if (item_pool_add(again, buf_bytes(&one)) != ICS_OK)
		abort();
	settle(again);
	item_pool_write(again, &two);
	if (!bytes_equal(buf_bytes(&one), buf_bytes(&two)))
		abort();
	buf_release(&one);
	buf_release(&two);
	item_pool_free(again);
}

static void
everything_ask(struct item_pool *pool)
{
	struct notations_subject subject;

	for (size_t i = 0; i < pool->certs.n && i < ASKED_MAX; i++) {
		notations_subject_of_fpr(&pool->certs.at[i].fpr, &subject);
		if (subject.kind != NOTATIONS_SUBJECT_NONE)
			ask(pool, &subject);
	}
	for (size_t i = 0; i < pool->records.n && i < ASKED_MAX; i++)
		ask(pool, &pool->records.at[i].subject);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct item_pool *pool = item_pool_new();
	struct pgp_fpr missing[4];

	if (!ready && pgp_crypto_init() != ICS_OK)
		abort();
	ready = true;
	/* What came before bad framing stays. */
	if (item_pool_add(pool, bytes_of(data, size)) != ICS_ETOOBIG) {
		settle(pool);
		everything_ask(pool);
		bundle_check(pool);
		(void)item_pool_missing(pool, missing, 4);
	}
	item_pool_free(pool);
	return 0;
}
