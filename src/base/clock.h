/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only source of "now". Pure judgement takes the time as a parameter;
 * whoever calls it asks here. Tests set the wall clock with clock_fake.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Seconds since 1970-01-01 UTC. */
int64_t clock_now(void);

/* Nanoseconds that only grow, for measuring and time-outs. */
uint64_t clock_mono_ns(void);

/* Nanoseconds of processor time that this thread has used: what its work cost,
 * whatever else the machine does. */
uint64_t clock_thread_ns(void);

/* From now on clock_now answers t; a negative t gives the real one back. */
void clock_fake(int64_t t);

#define CLOCK_TEXT_MAX 32 /* room for any of the texts below */

/* "2026-11-23T06:49:56Z"; the year is clamped to 0..9999. */
void clock_rfc3339(int64_t t, char out[CLOCK_TEXT_MAX]);

/* "2026-11-23"; the UTC day that t lies in. */
void clock_date(int64_t t, char out[CLOCK_TEXT_MAX]);

/* "Mon, 23 Nov 2026 06:49:56 GMT" (RFC 9110 5.6.7). */
void clock_http_date(int64_t t, char out[CLOCK_TEXT_MAX]);

/* Midnight UTC of a civil date (proleptic Gregorian). */
int64_t clock_from_date(int year, int month, int day);

#endif
