/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words for how sessions end, and the limits that they have by default. */
#include <assert.h>

#include "recon/recon.h"

static const struct {
	const char *name, *words;
} rows[RECON_ENDS] = {
	[RECON_GOING_ON] = { "going-on", "not over yet" },
#define X(id, name, words) [id] = { name, words },
#include "recon/ends.def"
#undef X
};

const char *
recon_end_name(enum recon_end end)
{
	assert(end < RECON_ENDS);
	return rows[end].name;
}

const char *
recon_end_words(enum recon_end end)
{
	assert(end < RECON_ENDS);
	return rows[end].words;
}

/* Spec: recon.md 16 */
void
recon_limits_default(struct recon_limits *limits)
{
	*limits = (struct recon_limits){
		.frame = RECON_FRAME_MAX_DEFAULT,
		.hashes = 20000,
		.requests = 50000,
		.full = RECON_SPLIT,
		.fly = 100,
		.wary = true,
	};
}
