/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Yes or no about one item, and why. Pure: an item and its folded state go
 * in. What counts must rest on the anchors: a thing that names its own maker
 * proves nothing by that.
 */
#ifndef PROVE_VERDICT_H
#define PROVE_VERDICT_H

#include "item/item.h"

enum prove_why {
#define X(id, word, is_yes, words) PROVE_##id,
#include "prove/verdicts.def"
#undef X
	PROVE_WHYS
};
const char *prove_why_word(enum prove_why why);
const char *prove_why_words(enum prove_why why);
bool prove_why_is_yes(enum prove_why why);

struct prove_verdict {
	enum prove_why why;
	size_t decides; /* the statement that it rests on, or POLICY_NOBODY */
};

/* What is asked about an item. */
struct prove_case {
	const struct item *it;
	const struct policy_state *state;
	struct policy_time when;
	/* The item only names these octets (a hash in its statements); empty:
	 * the item itself is meant. "sha256:..." texts. */
	const struct bytes *named;
	size_t named_n;
};
struct prove_verdict prove_verdict_of(const struct prove_case *c);

/* True when the statement counts by the anchors' word. */
bool prove_is_anchored(const struct item *it, const struct policy_state *state,
    size_t i);

#endif
