/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a question as it was written to the things that it names. A thing that
 * is not known here, or not for the eyes of who asks, is an answer.
 */
#include "api/check.h"
#include "api/view.h"
#include "hkp/lookup.h"

bool
api_check_may_see(const struct api_check_request *c,
    const struct notations_subject *subject)
{
	return c->rq == NULL || hkp_may_see(c->rq, c->r, subject);
}

bool
api_check_may_read(const struct api_check_request *c, size_t domain)
{
	return c->rq == NULL || hkp_may_read_domain(c->rq, domain);
}

static enum ics_err
keyid_find(const struct api_check_request *c, uint64_t keyid,
    struct api_check_part *part)
{
	struct store_reader *r = c->r;
	struct store_hits hits;
	enum ics_err err;

	TRY(store_find_keyid(r, keyid, &hits));
	if (c->rq != NULL)
		hkp_hits_keep(c->rq, r, &hits);
	part->found = hits.n == 0   ? API_CHECK_NOT_FOUND
		      : hits.n == 1 ? API_CHECK_FOUND
				    : API_CHECK_FOUND_SEVERAL;
	if (hits.n != 1)
		return ICS_OK;
	TRY(domain_primary_read(r, hits.ids[0], &part->subject));
	if (part->subject.kind == NOTATIONS_SUBJECT_NONE)
		part->found = API_CHECK_NOT_FOUND; /* versions 3 and 5 */
out:
	return err;
}

/* True when the text names a thing, known or not. */
static bool
thing_read(const struct api_check_request *c, struct bytes text,
    struct api_check_part *part, enum ics_err *err)
{
	uint64_t keyid;

	if (hkp_keyid_read(text, &keyid)) {
		*err = keyid_find(c, keyid, part);
	} else if (!notations_subject_guess(text, &part->subject) ||
		   part->subject.kind == NOTATIONS_SUBJECT_RECORD) {
		return false;
	}
	if (part->found == API_CHECK_FOUND && c->rq != NULL &&
	    !hkp_may_see_asked(c->rq, c->r, &part->subject))
		part->found = API_CHECK_NOT_FOUND;
	return true;
}

static bool
refuse(struct api_check_parts *parts, const char *why, const char *help)
{
	parts->why = why;
	parts->help = help;
	return false;
}

static bool
part_add(const struct api_check_request *c, struct bytes text,
    struct api_check_parts *parts, enum ics_err *err)
{
	struct api_check_part *part = &parts->at[parts->n++];

	*part = (struct api_check_part){ .found = API_CHECK_FOUND };
	return thing_read(c, text, part, err) ||
	       refuse(parts, "that is no id", API_ID_HELP);
}

/* Code on a device: the device, then the code, for it where it is to be
 * installed. */
static bool
code_add(const struct api_check_request *c, const struct api_check_question *q,
    struct api_check_parts *parts, enum ics_err *err)
{
	struct api_check_part *code;

	if (parts->at[0].subject.kind == NOTATIONS_SUBJECT_CODE)
		return refuse(parts, "code runs on a device, not on code",
		    "subject= the device, code= what is to run on it");
	if (!part_add(c, q->code, parts, err))
		return false;
	code = &parts->at[1];
	if (code->subject.kind != NOTATIONS_SUBJECT_CODE)
		return refuse(parts, "code takes the digest of a file",
		    "code=sha256: and 64 digits; sha256sum computes it");
	if (policy_purpose_find(bytes_of_str(c->purpose)) ==
		POLICY_FOR_INSTALL &&
	    parts->at[0].found == API_CHECK_FOUND)
		code->on = parts->at[0].subject;
	return true;
}

static bool
question_read(const struct api_check_request *c,
    const struct api_check_question *q, struct api_check_parts *parts,
    enum ics_err *err)
{
	if (q->subject.n == 0)
		return refuse(parts, "a question without a subject",
		    "subject= the thing that is asked about");
	if (q->with.n > 0 && q->code.n > 0)
		return refuse(parts, "with and code are two questions",
		    "ask one after the other, or both in a list");
	if (!part_add(c, q->subject, parts, err))
		return false;
	parts->at[0].claims = q->claims;
	parts->at[0].slot = q->slot;
	if (*err == ICS_OK && q->with.n > 0)
		return part_add(c, q->with, parts, err);
	if (*err == ICS_OK && q->code.n > 0)
		return code_add(c, q, parts, err);
	return true;
}

enum ics_err
api_check_parts_read(const struct api_check_request *c,
    const struct api_check_question *q, struct api_check_parts *parts)
{
	enum ics_err err = ICS_OK;

	parts->n = 0;
	parts->keeps = 0;
	parts->why = NULL;
	(void)question_read(c, q, parts, &err); /* parts->why tells */
	return err;
}
