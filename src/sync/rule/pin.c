/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins as curl takes them. */
#include <string.h>

#include "base/b64.h"
#include "sync/sync.h"

#define PIN_PREFIX "sha256//"

bool
sync_pin_read(const char *text, uint8_t out[SYNC_PIN])
{
	size_t n = strlen(PIN_PREFIX);
	struct buf pin;
	bool is_read;

	if (strncmp(text, PIN_PREFIX, n) != 0)
		return false;
	buf_init(&pin, SYNC_PIN + 2);
	is_read = b64_read(bytes_of_str(text + n), &pin) == ICS_OK &&
		  buf_end(&pin) == ICS_OK && pin.n == SYNC_PIN;
	if (is_read)
		memcpy(out, pin.p, SYNC_PIN);
	buf_release(&pin);
	return is_read;
}

void
sync_pin_write(const uint8_t pin[SYNC_PIN], char out[SYNC_PIN_TEXT])
{
	size_t n = strlen(PIN_PREFIX);

	memcpy(out, PIN_PREFIX, n);
	b64_write(bytes_of(pin, SYNC_PIN), (uint8_t *)out + n);
	out[SYNC_PIN_TEXT - 1] = '\0';
}
