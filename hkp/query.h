/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands behind the "?" of a URL: percent decoding and the parameters
 * that look-ups know (parameters.def).
 */
#ifndef HKP_QUERY_H
#define HKP_QUERY_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define HKP_QUERY_TEXT_MAX 2048 /* octets of all known values together */

enum hkp_param {
#define X(name, word) HKP_PARAM_##name,
#include "hkp/parameters.def"
#undef X
	HKP_PARAM_COUNT
};

/* Options of options=: a comma list. */
enum hkp_option {
	HKP_OPTION_MR = 1,
	HKP_OPTION_JSON = 2,
	HKP_OPTION_BIN = 4
};

struct hkp_query {
	struct bytes value[HKP_PARAM_COUNT]; /* p NULL: not given; into text */
	unsigned options;		     /* bits of enum hkp_option */
	uint8_t text[HKP_QUERY_TEXT_MAX];
};

enum hkp_decoding {
	HKP_DECODE_PATH, /* "+" is itself */
	HKP_DECODE_FORM	 /* "+" is a space */
};

/*
 * Decode into out, which has room for in.n octets; *n octets were written.
 * ICS_EFORMAT for a "%" without two hexadecimal digits.
 */
enum ics_err hkp_decode(struct bytes in, enum hkp_decoding how, uint8_t *out,
    size_t *n);

/*
 * Read a raw query. Unknown parameters are passed over, of equal ones the
 * first counts. ICS_EFORMAT for bad percent encoding, ICS_ETOOBIG when values
 * exceed HKP_QUERY_TEXT_MAX.
 */
enum ics_err hkp_query_read(struct bytes raw, struct hkp_query *q);

static inline bool
hkp_query_has(const struct hkp_query *q, enum hkp_param param)
{
	return q->value[param].p != NULL;
}

/* Split at the first separator: *head before it, *rest behind it (both whole
 * and empty without one). */
void hkp_split(struct bytes in, uint8_t separator, struct bytes *head,
    struct bytes *rest);

/*
 * The field of a posted form (form.c), decoded and appended to out: of
 * application/x-www-form-urlencoded, or multipart/form-data as content_type
 * says (NULL: the former). ICS_ENOTFOUND without such a field, ICS_EFORMAT
 * for bad encoding, ICS_EUNSUPPORTED for another type, ICS_ETOOBIG.
 */
enum ics_err hkp_form_field(struct bytes body, const char *content_type,
    const char *field, struct buf *out);

/* True when a header value names this media type, whatever follows. */
bool hkp_type_is(const char *content_type, const char *type);

/* Equality of ASCII without case. */
bool hkp_word_is(struct bytes text, const char *word);

#endif
