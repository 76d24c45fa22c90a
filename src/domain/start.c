/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors to begin with: profiles.def, and what is known of the domain. */
#include <assert.h>

#include "domain/writing.h"

#define TEXT_MAX (1u << 20)

static const struct {
	const char *word, *words, *text;
} profiles[DOMAIN_PROFILES] = {
#define X(id, word, words, text) [DOMAIN_PROFILE_##id] = { word, words, text },
#include "domain/profiles.def"
#undef X
};

const char *
domain_profile_word(enum domain_profile profile)
{
	assert(profile < DOMAIN_PROFILES);
	return profiles[profile].word;
}

const char *
domain_profile_words(enum domain_profile profile)
{
	assert(profile < DOMAIN_PROFILES);
	return profiles[profile].words;
}

bool
domain_profile_find(struct bytes word, enum domain_profile *profile)
{
	for (size_t i = 0; i < DOMAIN_PROFILES; i++)
		if (bytes_equal(word, bytes_of_str(profiles[i].word))) {
			*profile = (enum domain_profile)i;
			return true;
		}
	return false;
}

struct policy_domain *
domain_start(const struct domain_start *start, struct domain_complaints *c)
{
	struct buf text;
	struct domain_writing to = { .out = &text,
		.section = DOMAIN_SECTION_DOMAIN };
	struct policy_domain *d;

	assert(start->profile < DOMAIN_PROFILES);
	buf_init(&text, TEXT_MAX);
	buf_put_str(&text, "domain ");
	domain_put_quoted(&text, start->name);
	buf_put_str(&text, " {\n");
	domain_put_number(&to, "serial", 1);
	domain_put_fpr(&to, "owner", &start->owner);
	buf_put_str(&text, profiles[start->profile].text);
	to.section = DOMAIN_SECTION_GRANT;
	for (size_t i = 0; i < start->grants_n; i++)
		domain_put_grant(&to, NULL, &start->grants[i]);
	buf_put_str(&text, "}\n");
	d = domain_read(buf_bytes(&text), c);
	buf_release(&text);
	return d;
}
