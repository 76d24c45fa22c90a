/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading URLs: one pass, no allocation, every octet by index. */
#include "hkp/query.h"

#include "base/hex.h"

static const char *const words[HKP_PARAM_COUNT] = {
#define X(name, word) [HKP_PARAM_##name] = word,
#include "hkp/parameters.def"
#undef X
};

static const struct {
	const char *word;
	unsigned bit;
} options[] = {
	{ "mr", HKP_OPTION_MR },
	{ "json", HKP_OPTION_JSON },
	{ "bin", HKP_OPTION_BIN },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum ics_err
hkp_decode(struct bytes in, enum hkp_decoding how, uint8_t *out, size_t *n)
{
	size_t at = 0;

	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		if (c == '%') {
			int high = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1;
			int low = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return ICS_EFORMAT;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '+' && how == HKP_DECODE_FORM) {
			c = ' ';
		}
		out[at++] = c;
	}
	*n = at;
	return ICS_OK;
}

void
hkp_split(struct bytes in, uint8_t separator, struct bytes *head,
    struct bytes *rest)
{
	const uint8_t *at = in.n == 0 ? NULL : memchr(in.p, separator, in.n);
	size_t n = at == NULL ? in.n : (size_t)(at - in.p);

	*head = bytes_of(in.p, n);
	*rest = at == NULL ? bytes_of(NULL, 0)
			   : bytes_of(&in.p[n + 1], in.n - n - 1);
}

bool
hkp_word_is(struct bytes text, const char *word)
{
	size_t n = strlen(word);

	if (text.n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = text.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (c != (uint8_t)word[i])
			return false;
	}
	return true;
}

static enum hkp_param
param_find(struct bytes name)
{
	for (size_t i = 0; i < HKP_PARAM_COUNT; i++)
		if (bytes_equal(name, bytes_of_str(words[i])))
			return (enum hkp_param)i;
	return HKP_PARAM_COUNT;
}

static void
options_read(struct hkp_query *q)
{
	struct bytes rest = q->value[HKP_PARAM_OPTIONS];
	struct bytes word;

	while (rest.n > 0) {
		hkp_split(rest, ',', &word, &rest);
		for (size_t i = 0; i < COUNT(options); i++)
			if (hkp_word_is(word, options[i].word))
				q->options |= options[i].bit;
	}
}

enum ics_err
hkp_query_read(struct bytes raw, struct hkp_query *q)
{
	size_t used = 0;
	enum ics_err err;

	memset(q->value, 0, sizeof(q->value));
	q->options = 0;
	while (raw.n > 0) {
		struct bytes pair;
		struct bytes name;
		struct bytes value;
		enum hkp_param param;
		size_t n;

		hkp_split(raw, '&', &pair, &raw);
		hkp_split(pair, '=', &name, &value);
		param = param_find(name);
		if (param == HKP_PARAM_COUNT || hkp_query_has(q, param))
			continue;
		if (value.n > sizeof(q->text) - used)
			return ICS_ETOOBIG;
		TRY(hkp_decode(value, HKP_DECODE_FORM, &q->text[used], &n));
		q->value[param] = bytes_of(&q->text[used], n);
		used += n;
	}
	options_read(q);
	err = ICS_OK;
out:
	return err;
}
