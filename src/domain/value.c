/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From texts to fields. A function for each type of types.def. */
#include "domain/value.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>

#include "base/hex.h"

#define COUNT_MAX  64
#define LIST_MAX   POLICY_ITEMS_MAX
#define SPAN_MAX   (100ll * 366 * 86400) /* a century */
#define PREFIX_MAX 128

static bool
text_read(const char *text, const struct domain_place *to)
{
	free(*(char **)to->field);
	*(char **)to->field = alloc_str(text);
	return true;
}

static bool
number_read(const char *text, const struct domain_place *to)
{
	uint64_t n;

	if (notations_number_read(bytes_of_str(text), &n) != ICS_OK || n == 0 ||
	    n > INT64_MAX)
		return false;
	*(int64_t *)to->field = (int64_t)n;
	return true;
}

static bool
count_read(const char *text, const struct domain_place *to)
{
	uint64_t n;

	if (notations_number_read(bytes_of_str(text), &n) != ICS_OK || n == 0 ||
	    n > COUNT_MAX)
		return false;
	*(unsigned *)to->field = (unsigned)n;
	return true;
}

static bool
yes_read(const char *text, const struct domain_place *to)
{
	bool yes = strcmp(text, "yes") == 0;

	*(bool *)to->field = yes;
	return yes || strcmp(text, "no") == 0;
}

bool
domain_fpr_read(const struct policy_domain *d, const char *text,
    struct pgp_fpr *fpr)
{
	struct notations_subject s;

	for (size_t i = 0; i < d->parties_n; i++)
		if (d->parties[i].name != NULL &&
		    strcmp(text, d->parties[i].name) == 0) {
			*fpr = d->parties[i].fpr;
			return fpr->version != 0;
		}
	return notations_subject_guess(bytes_of_str(text), &s) &&
	       notations_subject_fpr(&s, fpr);
}

static bool
fpr_read(const char *text, const struct domain_place *to)
{
	return domain_fpr_read(to->domain, text, to->field);
}

static bool
roles_read(const char *text, const struct domain_place *to)
{
	enum notations_role role = notations_role_find(bytes_of_str(text));

	*(unsigned *)to->field |= NOTATIONS_ROLE_BIT(role);
	return role != NOTATIONS_ROLE_NONE;
}

bool
domain_time_read(const char *text, int64_t *t)
{
	char whole[32];

	if (strlen(text) == strlen("2028-12-31")) {
		(void)snprintf(whole, sizeof(whole), "%sT00:00:00Z",
		    text); /* fits */
		return notations_time_read(bytes_of_str(whole), t) == ICS_OK;
	}
	return notations_time_read(bytes_of_str(text), t) == ICS_OK;
}

static bool
time_read(const char *text, const struct domain_place *to)
{
	return domain_time_read(text, to->field);
}

static bool
span_of(const char *text, int64_t *seconds)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t n = strlen(text);
	uint64_t number;

	if (n < 2 || n > 12 ||
	    notations_number_read(bytes_of(text, n - 1), &number) != ICS_OK)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != text[n - 1])
			continue;
		if (number > (uint64_t)(SPAN_MAX / units[i].seconds))
			return false;
		*seconds = (int64_t)number * units[i].seconds;
		return true;
	}
	return false;
}

static bool
span_read(const char *text, const struct domain_place *to)
{
	return span_of(text, to->field);
}

static bool
span_short_read(const char *text, const struct domain_place *to)
{
	int64_t seconds;

	if (!span_of(text, &seconds) || seconds > UINT32_MAX)
		return false;
	*(unsigned *)to->field = (unsigned)seconds;
	return true;
}

static bool
level_read(const char *text, const struct domain_place *to)
{
	return policy_level_find(bytes_of_str(text), to->field);
}

bool
domain_kind_read(const char *text, enum notations_entity *kind, bool *is_code)
{
	*is_code = strcmp(text, "code") == 0;
	*kind = notations_entity_find(bytes_of_str(text));
	return *is_code || *kind != NOTATIONS_ENTITY_NONE ||
	       strcmp(text, "any") == 0;
}

static bool
kind_read(const char *text, const struct domain_place *to)
{
	return domain_kind_read(text, to->field, to->is_code);
}

static const char *const classes[] = {
	[POLICY_UPDATE_APPROVED] = "approved",
	[POLICY_UPDATE_MAKER] = "maker",
	[POLICY_UPDATE_EXTERNAL] = "external",
};

const char *domain_class_word(enum policy_update_class class)
{
	assert(class < sizeof(classes) / sizeof(classes[0]));
	return classes[class];
}

static bool
class_read(const char *text, const struct domain_place *to)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(text, classes[i]) == 0) {
			*(enum policy_update_class *)to->field =
			    (enum policy_update_class)i;
			return true;
		}
	return false;
}

bool
domain_term_read(struct bytes word, struct policy_term *term)
{
	char value[NOTATIONS_PARAM_MAX + 1];
	const uint8_t *is = word.n == 0 ? NULL : memchr(word.p, '=', word.n);
	size_t n = is == NULL ? 0 : (size_t)(is - word.p);

	if (n == 0)
		return false;
	term->name = notations_name_find(bytes_of(word.p, n));
	if (term->name == NOTATIONS_NAME_UNKNOWN ||
	    !notations_escaped_read(bytes_of(word.p + n + 1, word.n - n - 1),
		value))
		return false;
	term->value = alloc_str(value);
	return true;
}

static bool
where_read(const char *text, const struct domain_place *to)
{
	struct policy_terms *terms = to->field;

	while (*text != '\0') {
		size_t n = strcspn(text, " \t");

		if (n > 0 && terms->n == POLICY_TERMS_MAX)
			return false;
		if (n > 0 &&
		    !domain_term_read(bytes_of(text, n), &terms->at[terms->n]))
			return false;
		terms->n += n > 0;
		text += n + strspn(text + n, " \t");
	}
	return terms->n > 0;
}

/* ---- lists that are allocated ---------------------------------------------------- */

/* Room for one more of a list that values_take made as long as it gets. */
static bool
texts_read(const char *text, const struct domain_place *to)
{
	(*(char ***)to->field)[(*to->count)++] = alloc_str(text);
	return text[0] != '\0';
}

static bool
items_read(const char *text, const struct domain_place *to)
{
	struct notations_subject *s =
	    &(*(struct notations_subject **)to->field)[*to->count];

	if (!notations_subject_guess(bytes_of_str(text), s) ||
	    s->kind == NOTATIONS_SUBJECT_RECORD)
		return false;
	(*to->count)++;
	return true;
}

bool
domain_network_read(const char *text, struct policy_network *net)
{
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char addr[INET6_ADDRSTRLEN];
	unsigned most = PREFIX_MAX;
	uint64_t bits = PREFIX_MAX;

	if (n >= sizeof(addr))
		return false;
	memcpy(addr, text, n);
	addr[n] = '\0';
	if (inet_pton(AF_INET, addr, net->addr + 12) == 1) {
		memset(net->addr, 0, 10);
		memset(net->addr + 10, 0xff, 2);
		most = 32;
		bits = 32;
	} else if (inet_pton(AF_INET6, addr, net->addr) != 1) {
		return false;
	}
	if (slash != NULL &&
	    (notations_number_read(bytes_of_str(slash + 1), &bits) != ICS_OK ||
		bits > most))
		return false;
	net->bits = (unsigned)bits + (PREFIX_MAX - most);
	return true;
}

static bool
networks_read(const char *text, const struct domain_place *to)
{
	struct policy_network *all = *(struct policy_network **)to->field;

	return domain_network_read(text, &all[(*to->count)++]);
}

static bool
digests_read(const char *text, const struct domain_place *to)
{
	uint8_t(*all)[32] = *(uint8_t(**)[32])to->field;

	return hex_read(bytes_of_str(text), all[(*to->count)++], 32) == ICS_OK;
}

/* ---- the types ----------------------------------------------------------------------- */

static const struct {
	bool (*read)(const char *text, const struct domain_place *to);
	bool is_list;
	const char *words;
} types[DOMAIN_TYPES] = {
#define X(id, read, is_list, words) \
	[DOMAIN_TYPE_##id] = { read##_read, is_list, words },
#include "domain/types.def"
#undef X
};

const char *
domain_type_words(enum domain_type type)
{
	assert(type < DOMAIN_TYPES);
	return types[type].words;
}

bool
domain_type_is_list(enum domain_type type)
{
	assert(type < DOMAIN_TYPES);
	return types[type].is_list;
}

/* An array for n of them, where the type has one. */
static void
room_make(enum domain_type type, size_t n, const struct domain_place *to)
{
	if (type == DOMAIN_TYPE_TEXTS)
		*(char ***)to->field = alloc_zero(n + 1, sizeof(char *));
	else if (type == DOMAIN_TYPE_ITEMS)
		*(struct notations_subject **)to->field =
		    alloc_zero(n + 1, sizeof(struct notations_subject));
	else if (type == DOMAIN_TYPE_NETWORKS)
		*(struct policy_network **)to->field =
		    alloc_zero(n + 1, sizeof(struct policy_network));
	else if (type == DOMAIN_TYPE_DIGESTS)
		*(uint8_t(**)[32])to->field = alloc_zero(n + 1, 32);
}

bool
domain_values_take(enum domain_type type, const struct domain_values *values,
    const struct domain_place *to)
{
	size_t most = type == DOMAIN_TYPE_ITEMS ? LIST_MAX : POLICY_READERS_MAX;

	if (values->n > most || (!types[type].is_list && values->n != 1))
		return false;
	room_make(type, values->n, to);
	for (size_t i = 0; i < values->n; i++)
		if (!types[type].read(values->at[i].text, to))
			return false;
	return true;
}
