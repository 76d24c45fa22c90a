/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server's log as it gives it out: head, rows, proofs. */
#ifndef AUDIT_LOOK_H
#define AUDIT_LOOK_H

#include <jansson.h>

#include "audit/head.h"
#include "client/http.h"
#include "merkle/merkle.h"
#include "notations/notations.h"

/* What a row is about. Spec: sql/README, log */
enum audit_event {
	AUDIT_PUT = 1,
	AUDIT_DELETE = 2,
	AUDIT_DENY = 3,
	AUDIT_ALLOW = 4,
	AUDIT_STATE = 5,     /* a statement is known */
	AUDIT_FORGET = 6,    /* it is known no more */
	AUDIT_DESCRIPTOR = 7 /* of a domain, by its owner */
};

/* A row, read and held against its leaf. */
struct audit_row {
	int64_t position, received;
	uint8_t event; /* enum audit_event */
	struct notations_subject item;
	uint8_t digest[32];
	bool has_digest;
	uint8_t salt[16];
	uint8_t leaf[32]; /* as the server says */
	bool is_erased;	  /* no salt is told: nothing but the leaf is left */
};

/* Failures are told. */
enum ics_err audit_log_head(struct http *h, struct audit_head *head);
enum ics_err audit_log_inclusion(struct http *h, int64_t position,
    uint64_t size, struct merkle_path *path);
enum ics_err audit_log_consistency(struct http *h, uint64_t before,
    uint64_t now, struct merkle_path *path);

/* Every row up to a size of the log, in order; visit's error ends it. */
struct audit_row_visit {
	enum ics_err (*row)(void *arg, const struct audit_row *row);
	void *arg;
	uint64_t size;
};
enum ics_err audit_log_rows(struct http *h,
    const struct audit_row_visit *visit);

/* The leaf that the row's columns give. */
void audit_row_leaf(const struct audit_row *row, uint8_t leaf[32]);

/* ICS_EFORMAT when the JSON is no row. */
enum ics_err audit_row_read(const json_t *json, struct audit_row *row);

#endif
