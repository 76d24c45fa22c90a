/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A statement as JSON: who said what about what, when, and how it was taken.
 * Its digest is the name under which its signed octets are fetched.
 */
#include "item/json.h"

static const struct {
	unsigned flag;
	const char *word;
} flags[] = {
	{ POLICY_BACKDATED, "backdated" },
	{ POLICY_SEQ_REGRESS, "seq-regress" },
	{ POLICY_DECIDES, "decides" },
};

static const char *const carriers[] = {
	[NOTATIONS_CERTIFICATION] = "certification",
	[NOTATIONS_RECORD] = "record",
	[NOTATIONS_CONFIRMATION] = "confirmation",
};

const struct policy_taken *
item_taken(const struct item_telling *t, size_t i)
{
	return i < t->it->about_n ? &t->state->taken[i] : NULL;
}

bool
item_counts(const struct item_telling *t, size_t i)
{
	const struct policy_taken *taken = item_taken(t, i);

	return taken != NULL && policy_standing_counts(taken->standing);
}

static json_t *
says_json(const struct notations_statement *st)
{
	json_t *says = json_array();

	for (enum notations_kind k = NOTATIONS_KIND_NONE + 1;
	     k < NOTATIONS_KIND_COUNT; k++) {
		if ((st->says & 1u << k) != 0)
			json_array_append_new(says,
			    json_string(notations_kind_word(k)));
	}
	return says;
}

static json_t *
flags_json(unsigned set)
{
	json_t *words = json_array();

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if ((set & flags[i].flag) != 0)
			json_array_append_new(words,
			    json_string(flags[i].word));
	}
	return words;
}

static void
taken_tell(json_t *json, const struct policy_taken *taken)
{
	json_object_set_new(json, "standing",
	    json_string(policy_standing_word(taken->standing)));
	json_object_set_new(json, "why",
	    json_string(policy_standing_words(taken->standing)));
	if (taken->role != NOTATIONS_ROLE_NONE)
		json_object_set_new(json, "role",
		    json_string(notations_role_word(taken->role)));
	if (taken->basis != POLICY_BASIS_NONE)
		json_object_set_new(json, "basis",
		    json_string(policy_basis_word(taken->basis)));
	json_object_set_new(json, "flags", flags_json(taken->flags));
}

static void
status_tell(json_t *json, const struct notations_statement *st)
{
	enum notations_status status =
	    st->status != NOTATIONS_STATUS_NONE ? st->status : st->code_status;

	if (status != NOTATIONS_STATUS_NONE)
		json_object_set_new(json, "status",
		    json_string(notations_status_word(status)));
}

static void
issuer_tell(json_t *json, const struct item *it, const struct item_statement *s)
{
	json_object_set_new(json, "issuer", item_json_fpr(&s->st.issuer));
	if (s->party != POLICY_NOBODY)
		item_json_set_text(json, "issuer_name",
		    it->parties[s->party].name);
	if (s->signer.version != 0 && !pgp_fpr_equal(&s->signer, &s->st.issuer))
		json_object_set_new(json, "signer", item_json_fpr(&s->signer));
}

static void
times_tell(json_t *json, const struct item_statement *s)
{
	item_json_set_time(json, "created", s->st.created);
	item_json_set_time(json, "expires", s->st.expires);
	item_json_set_time(json, "received", s->known.received);
	if (s->known.position != 0)
		json_object_set_new(json, "position",
		    json_integer(s->known.position));
	if (s->st.has_seq && s->st.seq <= INT64_MAX)
		json_object_set_new(json, "seq",
		    json_integer((json_int_t)s->st.seq));
	if (s->st.has_prev)
		json_object_set_new(json, "prev", item_json_digest(s->st.prev));
}

json_t *
item_json_statement(const struct item_telling *t, size_t i)
{
	const struct item_statement *s = &t->it->statements[i];
	const struct policy_taken *taken = item_taken(t, i);
	json_t *json = json_object();

	json_object_set_new(json, "digest", item_json_digest(s->st.digest));
	json_object_set_new(json, "kind",
	    json_string(notations_kind_word(s->st.kind)));
	json_object_set_new(json, "says", says_json(&s->st));
	json_object_set_new(json, "subject", item_json_subject(&s->st.subject));
	issuer_tell(json, t->it, s);
	status_tell(json, &s->st);
	if (taken != NULL)
		taken_tell(json, taken);
	times_tell(json, s);
	json_object_set_new(json, "carrier",
	    json_string(carriers[s->st.carrier]));
	item_json_set_text(json, "user_id", s->uid);
	json_object_set_new(json, "values", item_json_values(&s->st.set));
	return json;
}
