/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an item is, as its certificate and those who may say so tell: keys,
 * names, kind, attributes. Invariant: a claim never gets here; it stays with
 * its statement.
 */
#include "item/json.h"

static const struct {
	uint32_t flags; /* RFC 9580 5.2.3.29 */
	const char *word;
} uses[] = {
	{ 0x01, "certify" },
	{ 0x02, "sign" },
	{ 0x04 | 0x08, "encrypt" },
	{ 0x20, "authenticate" },
};

static const char *const revocations[] = {
	[PGP_NOT_REVOKED] = NULL,
	[PGP_SOFT_REVOKED] = "soft",
	[PGP_HARD_REVOKED] = "hard",
};

/* What a statement is about, by whom it is vouched, or what comes of it is
 * said elsewhere: these names describe no item. */
static const enum notations_name others[] = { NOTATIONS_NAME_REC,
	NOTATIONS_NAME_SUBJECT, NOTATIONS_NAME_SEQ, NOTATIONS_NAME_PREV,
	NOTATIONS_NAME_SINCE, NOTATIONS_NAME_REASON, NOTATIONS_NAME_REVOKES,
	NOTATIONS_NAME_CONTRACT, NOTATIONS_NAME_STATUS,
	NOTATIONS_NAME_CODE_STATUS, NOTATIONS_NAME_VULN, NOTATIONS_NAME_OWNER,
	NOTATIONS_NAME_WINDOW, NOTATIONS_NAME_STEP, NOTATIONS_NAME_ROLLBACK,
	NOTATIONS_NAME_ROLE, NOTATIONS_NAME_APPROVAL, NOTATIONS_NAME_LABEL };

static json_t *
use_json(uint32_t flags)
{
	json_t *words = json_array();

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if ((flags & uses[i].flags) != 0)
			json_array_append_new(words, json_string(uses[i].word));
	}
	return words;
}

static json_t *
key_json(const struct pgp_key_facts *facts)
{
	const struct pgp_key *key = facts->key;
	json_t *json = json_object();

	json_object_set_new(json, "fingerprint", item_json_fpr(&key->fpr));
	json_object_set_new(json, "algorithm",
	    json_string(pgp_algo_words(key->algo)));
	if (key->curve != PGP_CURVE_NONE)
		json_object_set_new(json, "curve",
		    json_string(pgp_curve_words(key->curve)));
	if (key->bits != 0)
		json_object_set_new(json, "bits", json_integer(key->bits));
	item_json_set_time(json, "created", key->created);
	item_json_set_time(json, "expires", facts->expires);
	json_object_set_new(json, "use", use_json(facts->flags));
	if (facts->revoked != PGP_NOT_REVOKED) {
		json_object_set_new(json, "revoked",
		    json_string(revocations[facts->revoked]));
		item_json_set_time(json, "revoked_at", facts->revoked_at);
	}
	return json;
}

json_t *
item_json_keys(const struct item *it)
{
	json_t *keys = json_array();

	if (it->cert == NULL)
		return keys;
	json_array_append_new(keys, key_json(&it->facts.primary));
	for (size_t i = 0; i < it->facts.subkeys_n; i++)
		json_array_append_new(keys, key_json(&it->facts.subkeys[i]));
	return keys;
}

/* ---- attributes ---- */

static bool
is_attribute(enum notations_name name)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i] == name)
			return false;
	}
	return name != NOTATIONS_NAME_UNKNOWN;
}

/* May the issuer of statement i, in the role in which it counts, say this? */
static bool
may_say(const struct item_telling *t, size_t i, enum notations_name name)
{
	const struct notations_row *row = notations_row(name);
	const struct policy_taken *taken = item_taken(t, i);

	return item_counts(t, i) &&
	       (row->roles == 0 ||
		   (row->roles & NOTATIONS_ROLE_BIT(taken->role)) != 0 ||
		   taken->basis == POLICY_BASIS_ROOT);
}

/* The newest statement about the item that says this and may; or
 * POLICY_NOBODY. */
static size_t
sayer_find(const struct item_telling *t, enum notations_name name)
{
	for (size_t i = t->it->about_n; i-- > 0;) {
		const struct notations_statement *st = &t->it->statements[i].st;

		if (notations_set_get(&st->set, name) != NULL &&
		    notations_subject_equal(&st->subject, &t->it->subject) &&
		    may_say(t, i, name))
			return i;
	}
	return POLICY_NOBODY;
}

static json_t *
attribute_json(const struct notations_set *set, enum notations_name name)
{
	json_t *all;

	if (!notations_row(name)->may_repeat)
		return item_json_value(notations_set_get(set, name));
	all = json_array();
	for (size_t i = 0; i < set->n; i++) {
		if (set->at[i].name == name)
			json_array_append_new(all,
			    item_json_value(&set->at[i]));
	}
	return all;
}

json_t *
item_json_attributes(const struct item_telling *t)
{
	json_t *json = json_object();

	for (enum notations_name name = 0; name < NOTATIONS_NAME_COUNT;
	     name++) {
		size_t i =
		    is_attribute(name) ? sayer_find(t, name) : POLICY_NOBODY;

		if (i != POLICY_NOBODY)
			json_object_set_new(json, notations_row(name)->name,
			    attribute_json(&t->it->statements[i].st.set, name));
	}
	return json;
}

/* ---- names and kind ---- */

json_t *
item_json_names(const struct item_telling *t)
{
	const struct pgp_facts *facts = &t->it->facts;
	json_t *names = json_array();
	size_t i = sayer_find(t, NOTATIONS_NAME_CODE_NAME);

	for (size_t u = 0; t->it->cert != NULL && u < facts->uids_n; u++) {
		if (!facts->uids[u].revoked)
			json_array_append_new(names,
			    item_json_text(facts->uids[u].uid));
	}
	if (i != POLICY_NOBODY)
		json_array_append_new(names,
		    item_json_value(notations_set_get(&t->it->statements[i]
							   .st.set,
			NOTATIONS_NAME_CODE_NAME)));
	return names;
}

/* Somebody who may has said what a device is, or how it is. */
static bool
is_device(const struct item_telling *t)
{
	const unsigned device =
	    1u << NOTATIONS_KIND_DEVICE | 1u << NOTATIONS_KIND_DEVICE_STATUS;

	for (size_t i = 0; i < t->it->about_n; i++) {
		const struct notations_statement *st = &t->it->statements[i].st;

		if ((st->says & device) != 0 && !st->is_self &&
		    item_counts(t, i))
			return true;
	}
	return false;
}

const char *
item_kind(const struct item_telling *t)
{
	size_t i = sayer_find(t, NOTATIONS_NAME_KIND);

	switch (t->it->subject.kind) {
	case NOTATIONS_SUBJECT_CODE:
		return "code";
	case NOTATIONS_SUBJECT_RECORD:
		return "statement";
	case NOTATIONS_SUBJECT_NONE:
	case NOTATIONS_SUBJECT_ENTITY:
		break;
	}
	if (i != POLICY_NOBODY)
		return notations_entity_word(notations_entity_find(
		    notations_set_get(&t->it->statements[i].st.set,
			NOTATIONS_NAME_KIND)
			->value));
	return is_device(t) ? notations_entity_word(NOTATIONS_ENTITY_DEVICE)
			    : "key";
}
