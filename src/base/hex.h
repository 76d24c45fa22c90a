/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hexadecimal, both ways. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/bytes.h"
#include "base/err.h"

/* Write 2 * b.n digits and a NUL at out, lower or upper case. */
void hex_lower(struct bytes b, char *out);
void hex_upper(struct bytes b, char *out);

/*
 * Read exactly 2 * n digits of either case into out. ICS_EFORMAT when text
 * has another length or another character.
 */
enum ics_err hex_read(struct bytes text, uint8_t *out, size_t n);

/* True when every character is a hexadecimal digit (and there is one). */
bool hex_is(struct bytes text);

/* The value of one digit, or -1. */
int hex_digit(uint8_t c);

#endif
