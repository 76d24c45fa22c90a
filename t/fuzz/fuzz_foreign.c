/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz: a signature's file and a key's file, parted by the first octet 0; and
 * the two as values of notations. What is read can be written and read again.
 */
#include <assert.h>

#include "foreign/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum ics_err
octets_get(void *arg, enum foreign_need need, struct bytes *octets)
{
	static const uint8_t some[64];

	(void)arg;
	*octets = bytes_of(some, need == FOREIGN_SHA256 ? 32 : 64);
	return ICS_OK;
}

static void
values_again(struct foreign_sig *sig)
{
	struct foreign_source source = { octets_get, NULL };
	static struct foreign_sig again;
	struct buf evidence, key, words;

	buf_init(&evidence, FOREIGN_FILE_MAX);
	buf_init(&key, FOREIGN_FILE_MAX);
	buf_init(&words, FOREIGN_FILE_MAX);
	foreign_init(&again);
	foreign_values(sig, &evidence, &key);
	foreign_describe(sig, &words);
	assert(foreign_of_values(buf_bytes(&evidence), buf_bytes(&key),
		   &again) == NULL);
	assert(foreign_check_any(sig, &source) ==
	       foreign_check_any(&again, &source));
	foreign_release(&again);
	buf_release(&evidence);
	buf_release(&key);
	buf_release(&words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *part = size == 0 ? NULL : memchr(data, 0, size);
	size_t n = part == NULL ? size : (size_t)(part - data);
	struct bytes first = bytes_of(data, n);
	struct bytes second =
	    part == NULL ? bytes_of(NULL, 0) : bytes_of(part + 1, size - n - 1);
	static struct foreign_sig sig;

	if (pgp_crypto_init() != ICS_OK)
		return 0;
	foreign_init(&sig);
	if (foreign_read(first, second, &sig) == NULL)
		values_again(&sig);
	foreign_release(&sig);
	foreign_init(&sig);
	if (foreign_of_values(first, second, &sig) == NULL)
		values_again(&sig);
	foreign_release(&sig);
	return 0;
}
