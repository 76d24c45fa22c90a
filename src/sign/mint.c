/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows to certificates. */
#include "sign/mint.h"

#include <string.h>

#include "base/b64.h"
#include "foreign/factory.h"
#include "sign/verb.h"

const struct reason sign_reasons[SIGN_REASON_COUNT] = {
#define X(id, name, severity, words, help) \
	[SIGN_REASON_##id] = { name, SEVERITY_##severity, words, help },
#include "sign/reasons.def"
#undef X
};

/* Kept small: a certificate is mostly its maker's certification. */
#define MINT_HASHED_MAX 8000u

void
sign_minted_init(struct sign_minted *minted)
{
	buf_init(&minted->body, PGP_PACKET_MAX);
	buf_init(&minted->uid, PGP_UID_MAX);
	buf_init(&minted->hashed, MINT_HASHED_MAX);
}

void
sign_minted_release(struct sign_minted *minted)
{
	buf_release(&minted->body);
	buf_release(&minted->uid);
	buf_release(&minted->hashed);
}

static enum ics_err
refuse(struct report *rep, const struct reason *reason, const char *about)
{
	report_add(rep, reason, "%s", about);
	return ICS_EDENIED;
}

/* ---- the key ----------------------------------------------------------------- */

static enum ics_err
made_read(const struct sign_mint *mint, const struct sign_row *row,
    struct report *rep, int64_t *made)
{
	struct bytes text = sign_row_get(row, "made");

	*made = mint->made;
	if (text.n > 0 && !sign_time_parse(text, made))
		return refuse(rep, SIGN_REASON(bad_time), "made");
	if (*made <= 0 || *made > UINT32_MAX)
		return refuse(rep, SIGN_REASON(no_time), "made");
	return ICS_OK;
}

static const struct reason *
area_read(struct bytes text, struct foreign_keytext *to)
{
	const struct reason *why = FOREIGN_REASON(bad_tpm);
	struct buf octets;

	buf_init(&octets, FOREIGN_KEYTEXT_MAX);
	if (b64_read(text, &octets) == ICS_OK)
		why = foreign_tpm_read(buf_bytes(&octets), to);
	buf_release(&octets);
	return why;
}

static enum ics_err
key_read(const struct sign_mint *mint, const struct sign_row *row,
    struct report *rep, struct sign_minted *minted)
{
	struct compose_key *raw = &minted->text.key;
	struct bytes text = sign_row_get(row, "key");
	const char *column = text.n > 0 ? "key" : "pem";
	const struct reason *why;
	int64_t made;
	enum ics_err err;

	if (text.n == 0)
		text = sign_row_get(row, "pem");
	TRY(made_read(mint, row, rep, &made));
	why = row->is_tpm ? area_read(text, &minted->text)
			  : foreign_keytext_read(text, &minted->text);
	if (why != NULL)
		return refuse(rep, why, column);
	raw->version = 4;
	raw->created = (uint32_t)made;
	buf_clear(&minted->body);
	if (compose_key_write(raw, &minted->body) != ICS_OK)
		return refuse(rep, SIGN_REASON(bad_point), column);
	err = pgp_key_parse(buf_bytes(&minted->body), &minted->key);
out:
	return err;
}

/* ---- the User ID ---------------------------------------------------------------- */

/* What is said under a name: in the row, else of all. */
static struct bytes
value_find(const struct sign_mint *mint, const struct sign_row *row,
    struct bytes name)
{
	struct cursor cur = cursor_of(buf_bytes(&mint->common->hashed));
	enum notations_name wanted = notations_name_find(name);
	struct pgp_notation n;

	for (size_t i = 0; i < row->n; i++)
		if (bytes_equal(row->at[i].name, name))
			return row->at[i].value;
	while (wanted != NOTATIONS_NAME_UNKNOWN &&
	       pgp_notation_next(&cur, &n) == ICS_OK)
		if (notations_name_find(n.name) == wanted)
			return n.value;
	return bytes_of(NULL, 0);
}

/* "{name}" is what the row says; all else stands for itself. */
static bool
template_fill(const struct sign_mint *mint, const struct sign_row *row,
    struct buf *uid)
{
	const char *at = mint->user_id;

	while (*at != '\0') {
		size_t n = strcspn(at, "{"), name_n;
		struct bytes value;

		buf_put(uid, bytes_of(at, n));
		at += n;
		if (*at == '\0')
			break;
		name_n = strcspn(at, "}");
		if (at[name_n] == '\0')
			return false;
		value = value_find(mint, row, bytes_of(at + 1, name_n - 1));
		if (value.n == 0)
			return false;
		buf_put(uid, value);
		at += name_n + 1;
	}
	return uid->n > 0;
}

static bool
names_join(const struct sign_mint *mint, const struct sign_row *row,
    struct buf *uid)
{
	static const char *const names[] = { "manu", "make", "model", "prodid",
		"serial" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes value =
		    value_find(mint, row, bytes_of_str(names[i]));

		if (value.n > 0 && uid->n > 0)
			buf_u8(uid, ' ');
		buf_put(uid, value);
	}
	return uid->n > 0;
}

static enum ics_err
uid_read(const struct sign_mint *mint, const struct sign_row *row,
    struct report *rep, struct buf *uid)
{
	struct bytes given = sign_row_get(row, "uid");
	bool done = true;

	buf_clear(uid);
	if (given.n > 0)
		buf_put(uid, given);
	else if (mint->user_id != NULL)
		done = template_fill(mint, row, uid);
	else
		done = names_join(mint, row, uid);
	if (!done || memchr(uid->p, 0, uid->n) != NULL)
		return refuse(rep, SIGN_REASON(no_name), "uid");
	return buf_end(uid) == ICS_OK
		   ? ICS_OK
		   : refuse(rep, SIGN_REASON(too_much), "uid");
}

/* ---- what the maker says ----------------------------------------------------------- */

static bool
is_own_column(struct bytes name)
{
	static const char *const names[] = { "key", "pem", "uid", "made" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bytes_equal(name, bytes_of_str(names[i])))
			return true;
	return false;
}

static enum ics_err
field_refuse(struct report *rep, const struct reason *reason, struct bytes name)
{
	report_add(rep, reason, "%.*s", (int)name.n, (const char *)name.p);
	return ICS_EDENIED;
}

static enum ics_err
field_say(const struct sign_field *f, bool said[NOTATIONS_NAME_COUNT],
    struct report *rep, struct buf *hashed)
{
	enum notations_name name = notations_name_find(f->name);
	struct notations_raw raw = { f->name, f->value, true, false };

	if (name == NOTATIONS_NAME_UNKNOWN) {
		if (memchr(f->name.p, '@', f->name.n) == NULL)
			return field_refuse(rep, SIGN_REASON(no_column),
			    f->name);
		notations_write_raw(&raw, hashed);
		return ICS_OK;
	}
	if (said[name] && !notations_row(name)->may_repeat)
		return field_refuse(rep, SIGN_REASON(same_name), f->name);
	if (notations_row(name)->syntax == NOTATIONS_SYNTAX_HASH ||
	    notations_value_check(notations_row(name)->syntax, f->value,
		true) != ICS_OK)
		return field_refuse(rep, SIGN_REASON(bad_value), f->name);
	said[name] = true;
	notations_write(name, f->value, hashed);
	return ICS_OK;
}

/* What is said of all, but for what the row says itself. */
static void
common_say(const struct sign_mint *mint, const bool said[NOTATIONS_NAME_COUNT],
    struct buf *hashed)
{
	struct cursor cur = cursor_of(buf_bytes(&mint->common->hashed));
	struct pgp_notation n;

	while (pgp_notation_next(&cur, &n) == ICS_OK) {
		enum notations_name name = notations_name_find(n.name);
		struct notations_raw raw = { n.name, n.value,
			(n.flags & 0x80000000u) != 0, n.critical };

		if (name == NOTATIONS_NAME_UNKNOWN || !said[name])
			notations_write_raw(&raw, hashed);
	}
}

static enum ics_err
words_read(const struct sign_mint *mint, const struct sign_row *row,
    struct report *rep, struct buf *hashed)
{
	bool said[NOTATIONS_NAME_COUNT] = { false };
	enum ics_err err;

	buf_clear(hashed);
	for (size_t i = 0; i < row->n; i++)
		if (!is_own_column(row->at[i].name))
			TRY(field_say(&row->at[i], said, rep, hashed));
	common_say(mint, said, hashed);
	err = buf_end(hashed) == ICS_OK
		  ? ICS_OK
		  : refuse(rep, SIGN_REASON(too_much), "row");
out:
	return err;
}

enum ics_err
sign_mint_read(const struct sign_mint *mint, const struct sign_row *row,
    struct report *rep, struct sign_minted *minted)
{
	uint32_t maker = mint->maker->by.key.created;
	enum ics_err err;

	TRY(key_read(mint, row, rep, minted));
	TRY(words_read(mint, row, rep, &minted->hashed));
	TRY(uid_read(mint, row, rep, &minted->uid));
	minted->date =
	    minted->key.created > maker ? minted->key.created : maker;
	if (mint->date != 0)
		minted->date = (uint32_t)mint->date;
out:
	return err;
}

enum ics_err
sign_mint_sign(const struct sign_mint *mint, const struct sign_minted *minted,
    struct buf *packets)
{
	struct pgp_subject subject = { .primary = &minted->key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = buf_bytes(&minted->uid) };
	struct compose_order c = { .type = PGP_SIG_CERT_GENERIC,
		.created = minted->date,
		.expires = mint->common->expires,
		.hashed = buf_bytes(&minted->hashed) };
	struct buf body;
	enum ics_err err;

	buf_init(&body, PGP_SIG_MAX);
	TRY(sign_by(mint->maker, &c, &subject, &body));
	pgp_packet_write(packets, PGP_TAG_PUBLIC_KEY, buf_bytes(&minted->body));
	pgp_packet_write(packets, PGP_TAG_USER_ID, buf_bytes(&minted->uid));
	pgp_packet_write(packets, PGP_TAG_SIGNATURE, buf_bytes(&body));
	err = buf_end(packets);
out:
	buf_release(&body);
	return err;
}
