/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One frame of a peer, a Config's map, and a verdict. What is taken is written
 * back as it came, but for the order of sets; what is lent lies in the input.
 */
#include <stdlib.h>

#include "recon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
within(struct bytes all, struct bytes part)
{
	if (part.n == 0)
		return;
	if (part.p < all.p || part.n > all.n ||
	    (size_t)(part.p - all.p) > all.n - part.n)
		abort();
}

/* False when some of them can be no members. */
static bool
set_of(struct bytes elements, struct recon_hashes *set)
{
	struct cursor cur = cursor_of(elements);
	bool sound = true;

	while (cursor_has(&cur))
		sound &= recon_msg_element(&cur, recon_hashes_add(set));
	if (cursor_end(&cur) != ICS_OK)
		abort();
	return sound;
}

static void
write_back(const struct recon_msg *m, const struct recon_hashes *set,
    struct buf *out)
{
	if (m->type == RECON_POLY)
		recon_msg_poly(out, &m->prefix, &m->sum);
	else if (m->type == RECON_FULL)
		recon_msg_full(out, &m->prefix, set);
	else if (m->type == RECON_ELEMENTS || m->type == RECON_FULL_ELEMENTS)
		recon_msg_elements(out, m->type, set);
	else
		recon_msg_bare(out, m->type);
}

static void
frame(struct bytes in)
{
	struct recon_msg m;
	struct recon_hashes set = { 0 };
	struct buf out;

	if (recon_msg_read(in, &m) != RECON_GOING_ON)
		return;
	within(in, m.elements);
	within(in, m.body);
	buf_init(&out, RECON_FRAME_MAX);
	if (m.type != RECON_CONFIG && m.type != RECON_ERROR &&
	    set_of(m.elements, &set)) {
		write_back(&m, &set, &out);
		if (out.n != RECON_FRAME_HEAD + in.n ||
		    memcmp(out.p + RECON_FRAME_HEAD, in.p, in.n) != 0)
			abort();
	}
	recon_hashes_release(&set);
	buf_release(&out);
}

static void
opening(struct bytes in)
{
	struct recon_setup setup = { .version = "1.1.6", .filters = "a,b" };
	struct recon_config ours, theirs;
	struct bytes why;
	struct buf words;
	size_t used = 0;

	recon_config_init(&ours, &setup);
	buf_init(&words, RECON_CONFIG_FRAME_MAX);
	if (recon_config_read(in, &theirs) == RECON_GOING_ON)
		for (int as_text = 0; as_text < 2; as_text++) {
			bool suits = recon_config_suits(&ours, &theirs,
			    as_text != 0, &words);

			if (suits == (words.n != 0) ||
			    buf_end(&words) != ICS_OK)
				abort();
			buf_clear(&words);
		}
	buf_release(&words);
	(void)recon_verdict_read(in, true, &used, &why);
	within(in, why);
	if (used > in.n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	frame(bytes_of(data, size));
	opening(bytes_of(data, size));
	return 0;
}
