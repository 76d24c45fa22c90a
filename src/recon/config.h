/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The opening exchange, private to recon: what each side says of itself, and
 * whether that will do. Spec: recon.md 6, 7, 14
 */
#ifndef RECON_CONFIG_H
#define RECON_CONFIG_H

#include "recon/msg.h"

#define RECON_VERSION_MAX sizeof(((struct recon_peer *)0)->version)

/* The keys that count; recon/config.c has their names. */
enum recon_key {
	RECON_KEY_QUANTUM,
	RECON_KEY_FILTERS,
	RECON_KEY_HTTP_PORT,
	RECON_KEY_MBAR,
	RECON_KEY_VERSION,
	RECON_KEYS
};

enum recon_given {
	RECON_KEY_MISSING,
	RECON_KEY_SOUND,
	RECON_KEY_BAD /* a value that cannot be read */
};

struct recon_config {
	enum recon_given given[RECON_KEYS];
	uint32_t quantum, http_port, mbar;
	char version[RECON_VERSION_MAX];
	char filters[RECON_CONFIG_TEXT_MAX];
};

/* What we say: version and filters must fit. */
void recon_config_init(struct recon_config *c, const struct recon_setup *setup);
void recon_config_write(struct buf *out, const struct recon_config *c);

/* RECON_END_SHAPE when it is no map. A value of a wrong kind is for suits. */
enum recon_end recon_config_read(struct bytes map, struct recon_config *c);

/* Whether theirs goes with ours, by the rules of SKS, or by those of
 * Hockeypuck (as_text). If not, the reason they are to read goes to why. */
bool recon_config_suits(const struct recon_config *ours,
    const struct recon_config *theirs, bool as_text, struct buf *why);

/* What is sent without a frame once the other Config has been judged. */
void recon_verdict_passed(struct buf *out);
void recon_verdict_failed(struct buf *out, struct bytes why);

enum recon_verdict {
	RECON_VERDICT_PART, /* not whole yet */
	RECON_VERDICT_PASSED,
	RECON_VERDICT_FAILED,
	RECON_VERDICT_BUSY, /* Hockeypuck: come again */
	RECON_VERDICT_NONE  /* something else */
};
/* used: octets of it; why: the peer's reason, lent, perhaps empty. is_all:
 * nothing follows. */
enum recon_verdict recon_verdict_read(struct bytes in, bool is_all,
    size_t *used, struct bytes *why);

#endif
