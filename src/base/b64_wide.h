/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ways to encode base 64, for b64.c and for the test that holds them
 * against each other.
 */
#ifndef BASE_B64_WIDE_H
#define BASE_B64_WIDE_H

#include "base/b64.h"

enum b64_engine {
	B64_PLAIN,
	B64_SSSE3,
	B64_AVX2
};

#define B64_UNIT 48 /* octets that make a line of B64_LINE characters */

/* True when this processor can run the engine. */
bool b64_engine_works(enum b64_engine engine);

/* The fastest engine that works here. */
enum b64_engine b64_engine_best(void);

/*
 * Encode whole units from the front of data, each as B64_LINE characters and,
 * when lf, a LF. Returns how many octets were taken: an engine leaves the
 * last units, or with B64_PLAIN all of them, to the caller.
 */
size_t b64_units_write(enum b64_engine engine, struct bytes data, bool lf,
    uint8_t *out);

/* As b64_lines_write and b64_write, by a given engine that works. */
void b64_lines_write_by(enum b64_engine engine, struct bytes data,
    uint8_t *out);
void b64_write_by(enum b64_engine engine, struct bytes data, uint8_t *out);

#endif
