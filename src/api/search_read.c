/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the parameters of a search to what it asks. */
#include "api/search.h"

#include "api/handler.h"
#include "hkp/query.h"

#define TERM_HELP                                                              \
	"name a notation and its value, as model=T1000; status is one of the " \
	"states, issuer a fingerprint, hash sha256: and 64 digits"

/* What an item is, where that is no kind of statement. */
static bool
is_entity(struct bytes word)
{
	return notations_entity_find(word) != NOTATIONS_ENTITY_NONE &&
	       !hkp_word_is(word, "device");
}

static bool
kind_take(struct api_search *s, struct bytes value)
{
	if (is_entity(value)) {
		s->kind = value;
		return item_terms_add(&s->terms, bytes_of_str("entity"), value);
	}
	if (hkp_word_is(value, "device") || hkp_word_is(value, "code"))
		s->kind = value;
	else if (notations_kind_find(value) == NOTATIONS_KIND_NONE)
		return false;
	return item_terms_add(&s->terms, bytes_of_str("kind"), value);
}

static bool
status_take(struct api_search *s, struct bytes value)
{
	if (hkp_word_is(value, "unknown")) {
		s->is_unknown = true;
		return true;
	}
	s->status = notations_status_find(value, false);
	if (s->status == NOTATIONS_STATUS_NONE)
		s->status = notations_status_find(value, true);
	return item_terms_add(&s->terms, bytes_of_str("status"), value);
}

static bool
words_take(struct api_search *s, struct bytes value)
{
	s->words = value;
	return value.n > 0;
}

static bool
claims_take(struct api_search *s, struct bytes value)
{
	s->claims = hkp_word_is(value, "yes");
	return s->claims || hkp_word_is(value, "no");
}

static bool
limit_take(struct api_search *s, struct bytes value)
{
	int64_t n;

	if (!api_digits_read(value, &n) || n < 1 || n > API_SEARCH_ROWS)
		return false;
	s->limit = (size_t)n;
	return true;
}

static bool
place_take(struct api_search *s, struct bytes value)
{
	s->is_first = false;
	return value.n > 1 && (value.p[0] == 'i' || value.p[0] == 'w') &&
	       api_digits_read(bytes_of(&value.p[1], value.n - 1), &s->after);
}

/* Whose items are meant was settled before: hkp/sight. */
static bool
domain_take(struct api_search *s, struct bytes value)
{
	(void)s;
	return value.n > 0;
}

static const struct {
	const char *name;
	bool (*take)(struct api_search *s, struct bytes value);
	const char *help;
} params[] = {
	{ "kind", kind_take,
	    "device, gateway, service, organisation, ics, person, code, or a "
	    "kind of statement" },
	{ "status", status_take, "one of the states, or unknown" },
	{ "q", words_take, "words of names" },
	{ "domain", domain_take, "the name of a domain" },
	{ "claims", claims_take, "yes or no" },
	{ "limit", limit_take, "a number from 1 to 200" },
	{ "cursor", place_take, "what the answer before gave as cursor" },
};

static bool
param_take(const struct api_param *p, struct hkp_reply *rp,
    struct api_search *s)
{
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		if (!bytes_equal(p->name, bytes_of_str(params[i].name)))
			continue;
		if (params[i].take(s, p->value))
			return true;
		api_refuse(rp, 400, "a parameter of this search will not do",
		    params[i].help);
		return false;
	}
	if (item_terms_add(&s->terms, p->name, p->value))
		return true;
	api_refuse(rp, 400, "a parameter of this search will not do",
	    TERM_HELP);
	return false;
}

bool
api_search_read(const struct api_query *q, struct hkp_reply *rp,
    struct api_search *s)
{
	*s = (struct api_search){ .limit = 50, .is_first = true };
	for (size_t i = 0; i < q->n; i++)
		if (!param_take(&q->at[i], rp, s))
			return false;
	if (s->terms.n > 0 || s->words.n > 0)
		return true;
	api_refuse(rp, 400, "nothing is listed whole",
	    "search for something: " TERM_HELP);
	return false;
}
