/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The three documents about an item: what it is, how it is, what was said.
 * hkp/schema describes them; t/t5101-item.sh holds them to it.
 */
#include "item/json.h"

#define UNKNOWN "unknown" /* nobody who may has said so */

static json_t *
document_new(const struct item_telling *t)
{
	json_t *json = json_object();

	json_object_set_new(json, "item", item_json_subject(&t->it->subject));
	return json;
}

static void
status_set(json_t *json, const struct item_telling *t)
{
	const struct policy_state *state = t->state;

	json_object_set_new(json, "status",
	    json_string(state->status == NOTATIONS_STATUS_NONE
			    ? UNKNOWN
			    : notations_status_word(state->status)));
	json_object_set_new(json, "final", json_boolean(state->is_final));
	json_object_set_new(json, "conflict", json_boolean(state->is_conflict));
	json_object_set_new(json, "approved", json_boolean(state->is_approved));
	if (state->decides != POLICY_NOBODY)
		item_json_set_time(json, "stated_at",
		    t->it->statements[state->decides].st.created);
}

static void
when_set(json_t *json, const struct item_telling *t)
{
	item_json_set_time(json, "at", t->when->at);
	if (t->when->known_at != 0)
		json_object_set_new(json, "known_at",
		    json_integer(t->when->known_at));
	if (t->it->is_cut)
		json_object_set_new(json, "incomplete", json_true());
}

static void
holders_set(json_t *json, const struct policy_state *state)
{
	if (state->manufacturer.version != 0) {
		json_object_set_new(json, "manufacturer",
		    item_json_fpr(&state->manufacturer));
		json_object_set_new(json, "manufacturer_basis",
		    json_string(policy_basis_word(state->manufacturer_basis)));
	}
	if (state->owner.version != 0) {
		json_object_set_new(json, "owner",
		    item_json_fpr(&state->owner));
		json_object_set_new(json, "owner_basis",
		    json_string(policy_basis_word(state->owner_basis)));
	}
}

static json_t *
statements_json(const struct item_telling *t)
{
	json_t *all = json_array();

	for (size_t i = 0; i < t->it->about_n; i++)
		json_array_append_new(all, item_json_statement(t, i));
	return all;
}

json_t *
item_json_descriptor(const struct item_telling *t)
{
	json_t *json = document_new(t), *status = json_object();

	json_object_set_new(json, "kind", json_string(item_kind(t)));
	json_object_set_new(json, "names", item_json_names(t));
	status_set(status, t);
	json_object_set_new(json, "status", status);
	holders_set(json, t->state);
	json_object_set_new(json, "keys", item_json_keys(t->it));
	json_object_set_new(json, "attributes", item_json_attributes(t));
	json_object_set_new(json, "parties", item_json_parties(t, ITEM_ALL));
	json_object_set_new(json, "statements", statements_json(t));
	when_set(json, t);
	if (t->log_size != 0)
		json_object_set_new(json, "log_size",
		    json_integer(t->log_size));
	return json;
}

json_t *
item_json_status(const struct item_telling *t)
{
	json_t *json = document_new(t);

	status_set(json, t);
	if (t->state->decides != POLICY_NOBODY)
		json_object_set_new(json, "decided_by",
		    item_json_statement(t, t->state->decides));
	if (t->state->is_conflict && t->state->other != POLICY_NOBODY)
		json_object_set_new(json, "other",
		    item_json_statement(t, t->state->other));
	holders_set(json, t->state);
	json_object_set_new(json, "issuers",
	    item_json_parties(t, ITEM_COUNTING));
	when_set(json, t);
	return json;
}

json_t *
item_json_history(const struct item_telling *t)
{
	json_t *json = document_new(t);

	status_set(json, t);
	holders_set(json, t->state);
	json_object_set_new(json, "entries", statements_json(t));
	when_set(json, t);
	if (t->log_size != 0)
		json_object_set_new(json, "log_size",
		    json_integer(t->log_size));
	return json;
}
