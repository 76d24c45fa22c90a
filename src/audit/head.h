/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Heads of a server's log, and the memory of the last one that was seen: so
 * that a log which was rewritten since is noticed by whoever visited before.
 *
 * A head is a C2SP checkpoint: the log's name, its size, its root, a line
 * each; what follows an empty line are signatures. One file a server, named by
 * its URL, below ${XDG_STATE_HOME:-~/.local/state}/ics/heads.
 * Spec: https://c2sp.org/tlog-checkpoint
 */
#ifndef AUDIT_HEAD_H
#define AUDIT_HEAD_H

#include "base/buf.h"
#include "client/where.h"

#define AUDIT_HEAD_TEXT_MAX 65536
#define AUDIT_ORIGIN_MAX    256

struct audit_head {
	char
	    origin[AUDIT_ORIGIN_MAX]; /* printable; what the log calls itself */
	uint64_t size;
	uint8_t root[32];
};

/* ICS_EFORMAT when it is none. */
enum ics_err audit_head_read(struct bytes text, struct audit_head *head);
void audit_head_write(const struct audit_head *head, struct buf *out);

/* The head of the last visit. ICS_ENOTFOUND on the first; other failures are
 * told. */
enum ics_err audit_head_recall(const struct where *where,
    struct audit_head *head);
/* Keep it for the next. Told. */
enum ics_err audit_head_remember(const struct where *where,
    const struct audit_head *head);

#endif
