/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does a value obey its syntax? One check for each row of syntaxes.def; those
 * of URIs and places are in uri.c. README has the grammar that they follow.
 */
#include <assert.h>

#include "base/b64.h"
#include "notations/value.h"

bool
notations_check_text(struct bytes v)
{
	return notations_is_text(v);
}

bool
notations_check_number(struct bytes v)
{
	uint64_t n;

	return notations_number_read(v, &n) == ICS_OK;
}

bool
notations_check_time(struct bytes v)
{
	int64_t t;

	return notations_time_read(v, &t) == ICS_OK;
}

bool
notations_check_digest_name(struct bytes v)
{
	struct notations_digest d;

	return notations_digest_read(v, &d) == ICS_OK;
}

bool
notations_check_hash(struct bytes v)
{
	struct notations_digest d;

	return notations_hash_read(v, &d) == ICS_OK;
}

/* A digest and nothing behind it. */
static bool
is_digest(struct bytes v, struct notations_digest *d)
{
	return notations_digest_read(v, d) == ICS_OK && d->name.n == 0;
}

bool
notations_check_record(struct bytes v)
{
	struct notations_digest d;

	return is_digest(v, &d) && d.hash == PGP_HASH_SHA256;
}

bool
notations_check_fingerprint(struct bytes v)
{
	struct pgp_fpr fpr;

	return notations_vfp_read(v, &fpr) == ICS_OK;
}

bool
notations_check_subject(struct bytes v)
{
	struct notations_subject s;

	return notations_subject_read(v, &s);
}

bool
notations_check_code(struct bytes v)
{
	struct notations_subject s;

	return notations_subject_read(v, &s) &&
	       s.kind == NOTATIONS_SUBJECT_CODE;
}

bool
notations_check_successor(struct bytes v)
{
	return notations_check_code(v) || notations_check_fingerprint(v);
}

/* Which kinds and versions are known is asked of the statement. */
bool
notations_check_record_kind(struct bytes v)
{
	struct bytes word, version;
	uint64_t n;

	return notations_split(v, '/', &word, &version) &&
	       notations_is_token(word) && version.n <= 2 &&
	       notations_number_read(version, &n) == ICS_OK;
}

bool
notations_check_entity_kind(struct bytes v)
{
	return notations_entity_find(v) != NOTATIONS_ENTITY_NONE;
}

bool
notations_check_code_kind(struct bytes v)
{
	return notations_list_has(NOTATIONS_LIST_CODE_KIND, v);
}

bool
notations_check_protection(struct bytes v)
{
	return notations_list_has(NOTATIONS_LIST_PROTECTION, v);
}

bool
notations_check_device_status(struct bytes v)
{
	return notations_status_find(v, false) != NOTATIONS_STATUS_NONE;
}

bool
notations_check_code_status(struct bytes v)
{
	return notations_status_find(v, true) != NOTATIONS_STATUS_NONE;
}

bool
notations_check_role(struct bytes v)
{
	struct notations_role_value role;

	return notations_role_read(v, &role) == ICS_OK;
}

bool
notations_check_approval(struct bytes v)
{
	struct notations_approval a;

	return notations_approval_read(v, &a) == ICS_OK;
}

bool
notations_check_label(struct bytes v)
{
	struct bytes token, text;

	return notations_split(v, ':', &token, &text) &&
	       notations_is_token(token) && notations_is_text(text);
}

/* "CVE-2026-12345" */
static bool
is_cve(struct bytes v)
{
	struct bytes year, number, rest = v;

	if (!notations_skip(&rest, "CVE-") ||
	    !notations_split(rest, '-', &year, &number) || year.n != 4 ||
	    number.n < 4 || number.n > 7)
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if (i != 4 && !notations_is_digit(rest.p[i]))
			return false;
	return true;
}

bool
notations_check_vuln(struct bytes v)
{
	struct notations_param param;
	struct bytes cve, rest;
	bool more = notations_split(v, ';', &cve, &rest);

	if (!is_cve(cve) || (more && rest.n == 0))
		return false;
	while (rest.n > 0)
		if (!notations_param_take(&rest, &param) ||
		    (notations_word_is(param.name, "vex") &&
			!notations_list_has(NOTATIONS_LIST_VEX, param.value)))
			return false;
	return true;
}

/* One to three texts between slashes; an asterisk only at the very end. */
bool
notations_check_target(struct bytes v)
{
	struct bytes part, rest = v;
	bool more = true;

	for (int i = 0; i < 3 && more; i++) {
		more = notations_split(rest, '/', &part, &rest);
		if (!notations_is_text(part) ||
		    (memchr(part.p, '*', part.n) != NULL &&
			memchr(part.p, '*', part.n) != &v.p[v.n - 1]))
			return false;
	}
	return !more;
}

/* Where the one ".." stands; v.n when there is none or more than one, as in
 * "1...2". */
static size_t
dots_find(struct bytes v)
{
	size_t at = v.n, n = 0;

	for (size_t i = 0; i + 1 < v.n; i++)
		if (v.p[i] == '.' && v.p[i + 1] == '.') {
			at = i;
			n++;
		}
	return n == 1 ? at : v.n;
}

bool
notations_check_range(struct bytes v)
{
	struct cursor cur = cursor_of(v);
	struct bytes least = cursor_take(&cur, dots_find(v));

	(void)cursor_take(&cur, 2); /* the dots; it fails where none are */
	return notations_is_text(least) && notations_is_text(cursor_rest(&cur));
}

bool
notations_check_vetting(struct bytes v)
{
	struct notations_digest d;
	struct bytes method, evidence;

	if (!notations_split(v, ';', &method, &evidence))
		return notations_is_token(method);
	return notations_is_token(method) &&
	       notations_skip(&evidence, "evidence=") &&
	       is_digest(evidence, &d);
}

static bool
is_base64(struct bytes v)
{
	size_t n = 0;

	while (n < v.n && b64_is_digit(v.p[n]))
		n++;
	for (size_t pad = 0; n > 0 && pad < 2 && n < v.n && v.p[n] == '=';
	     pad++)
		n++;
	return n == v.n && n > 0 && n % 4 == 0;
}

/* The form of a program that is not known here may come later. */
bool
notations_check_evidence(struct bytes v)
{
	struct bytes form, rest, digits, behind;
	bool more;

	if (!notations_split(v, ' ', &form, &rest))
		return false;
	more = notations_split(rest, ' ', &digits, &behind);
	return notations_is_token(form) && is_base64(digits) &&
	       (!more || notations_is_text(behind));
}

bool
notations_check_evidence_key(struct bytes v)
{
	struct bytes form, digits;

	return notations_split(v, ' ', &form, &digits) &&
	       notations_is_token(form) && is_base64(digits);
}

bool
notations_check_window(struct bytes v)
{
	struct bytes from, to;
	int64_t begin, end;

	return notations_split(v, '/', &from, &to) &&
	       notations_time_read(from, &begin) == ICS_OK &&
	       notations_time_read(to, &end) == ICS_OK && begin < end;
}

bool
notations_check_step(struct bytes v)
{
	struct bytes step, code;

	return notations_split(v, ' ', &step, &code) &&
	       notations_list_has(NOTATIONS_LIST_STEP, step) &&
	       notations_check_code(code);
}

enum ics_err
notations_value_check(enum notations_syntax syntax, struct bytes value,
    bool is_readable)
{
	static bool (*const checks[NOTATIONS_SYNTAX_COUNT])(struct bytes) = {
#define X(id, check, words) [NOTATIONS_SYNTAX_##id] = notations_check_##check,
#include "notations/syntaxes.def"
#undef X
	};

	assert(syntax < NOTATIONS_SYNTAX_COUNT);
	if (value.n > NOTATIONS_VALUE_MAX)
		return ICS_ETOOBIG;
	if (is_readable != notations_syntax_is_readable(syntax))
		return ICS_EFORMAT;
	return checks[syntax](value) ? ICS_OK : ICS_EFORMAT;
}
