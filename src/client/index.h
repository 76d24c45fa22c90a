/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading what an index says: a server's machine-readable lines, or the
 * summary of a stored certificate.
 */
#ifndef CLIENT_INDEX_H
#define CLIENT_INDEX_H

#include "client/find.h"

void index_list_init(struct find_list *list);

/* Append what HKP's machine-readable index says. ICS_EFORMAT, told. */
enum ics_err index_read(struct bytes text, struct find_list *list);

/* Append the rows of a summary. */
enum ics_err index_summary_read(struct bytes summary, struct find_list *list);

/*
 * While rows are added their texts move, so a row then holds the place of its
 * text, not the text; settle makes them views, after which nothing may be
 * added.
 */
void index_list_settle(struct find_list *list);

#endif
