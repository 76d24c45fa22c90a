/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cleartext signature framework, strictly: exactly one message, nothing
 * around it, no header but Hash, every dash escaped. What is shown to a person
 * and what is digested come from the same lines.
 * Spec: RFC 9580 7.
 */
#include <ctype.h>

#include "compose/compose.h"
#include "domain/parse.h"

#define BEGIN_TEXT "-----BEGIN PGP SIGNED MESSAGE-----"
#define BEGIN_SIG  "-----BEGIN PGP SIGNATURE-----"
#define END_SIG	   "-----END PGP SIGNATURE-----"
#define HASH	   "Hash: "

const struct reason domain_reasons[DOMAIN_REASON_COUNT] = {
#define X(id, name, severity, words, help) \
	[DOMAIN_REASON_##id] = { name, SEVERITY_##severity, words, help },
#include "domain/reasons.def"
#undef X
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct bytes
blanks_cut(struct bytes line)
{
	while (line.n > 0 && is_blank(line.p[line.n - 1]))
		line.n--;
	return line;
}

static bool
is_line(struct bytes line, const char *text)
{
	return bytes_equal(blanks_cut(line), bytes_of_str(text));
}

bool
domain_line_take(struct cursor *cur, struct bytes *line)
{
	const uint8_t *lf;

	if (!cursor_has(cur))
		return false;
	lf = memchr(cur->rest.p, '\n', cur->rest.n);
	if (lf == NULL) {
		*line = cursor_rest(cur);
		return true;
	}
	*line = cursor_take(cur, (size_t)(lf - cur->rest.p));
	(void)cursor_u8(cur);
	return true;
}

/* ---- writing -------------------------------------------------------------- */

static void
canonical_put(struct bytes line, bool is_first, struct buf *out)
{
	if (!is_first)
		buf_put_str(out, "\r\n");
	buf_put(out, blanks_cut(line));
}

void
domain_text_canonical(struct bytes plain, struct buf *out)
{
	struct cursor cur = cursor_of(plain);
	struct bytes line;

	for (bool is_first = true; domain_line_take(&cur, &line);
	     is_first = false)
		canonical_put(line, is_first, out);
}

void
domain_text_escaped(struct bytes plain, struct buf *out)
{
	struct cursor cur = cursor_of(plain);
	struct bytes line;

	while (domain_line_take(&cur, &line)) {
		if (line.n > 0 && line.p[0] == '-')
			buf_put_str(out, "- ");
		buf_put(out, blanks_cut(line));
		buf_put_str(out, "\n");
	}
}

/* Version 6 does without the header. Spec: RFC 9580 7. */
static void
head_put(const struct pgp_key *key, struct buf *out)
{
	const char *word = notations_hash_word(compose_hash(key));

	buf_put_str(out, BEGIN_TEXT "\n");
	if (key->version == 4) {
		buf_put_str(out, HASH);
		for (; *word != '\0'; word++)
			buf_u8(out, (uint8_t)toupper((unsigned char)*word));
		buf_put_str(out, "\n");
	}
	buf_put_str(out, "\n");
}

void
domain_signed_write(const struct pgp_key *by, struct bytes plain,
    struct bytes packets, struct buf *out)
{
	uint8_t *room;

	head_put(by, out);
	domain_text_escaped(plain, out);
	room = buf_grow(out, pgp_armor_length(packets.n, PGP_ARMOR_SIG, true));
	if (room != NULL)
		pgp_armor_write(packets, PGP_ARMOR_SIG, pgp_crc24(packets),
		    room);
}

/* ---- reading -------------------------------------------------------------- */

bool
domain_is_signed(struct bytes input)
{
	return bytes_starts_with(input, bytes_of_str(BEGIN_TEXT));
}

/* Hash headers and the empty line behind them. */
static enum ics_err
headers_pass(struct cursor *cur)
{
	struct bytes line;

	while (domain_line_take(cur, &line)) {
		if (blanks_cut(line).n == 0)
			return ICS_OK;
		if (!bytes_starts_with(line, bytes_of_str(HASH)))
			return ICS_EFORMAT;
	}
	return ICS_ETRUNCATED;
}

/* Up to the line that begins the signature; *rest is that line and on. */
static enum ics_err
lines_read(struct cursor *cur, struct domain_signed *s, struct bytes *rest)
{
	struct bytes line;

	for (bool is_first = true;; is_first = false) {
		*rest = cur->rest;
		if (!domain_line_take(cur, &line))
			return ICS_ETRUNCATED;
		if (is_line(line, BEGIN_SIG))
			return ICS_OK;
		if (line.n > 0 && line.p[0] == '-') {
			if (line.n < 2 || line.p[1] != ' ')
				return ICS_EFORMAT;
			line = bytes_of(line.p + 2, line.n - 2);
		}
		canonical_put(line, is_first, &s->text);
		buf_put(&s->plain, blanks_cut(line));
		buf_put_str(&s->plain, "\n");
	}
}

/* Behind the signature nothing but empty lines. */
static enum ics_err
end_check(struct bytes armor)
{
	struct cursor cur = cursor_of(armor);
	struct bytes line;
	bool has_ended = false;

	while (domain_line_take(&cur, &line)) {
		if (has_ended && blanks_cut(line).n > 0)
			return ICS_EFORMAT;
		has_ended = has_ended || is_line(line, END_SIG);
	}
	return has_ended ? ICS_OK : ICS_ETRUNCATED;
}

/* Signatures alone, and not too many. */
static enum ics_err
packets_check(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;
	enum ics_err err;
	size_t n = 0;

	while ((err = pgp_packet_next(&cur, &packet)) == ICS_OK) {
		if (packet.tag != PGP_TAG_SIGNATURE)
			return ICS_EFORMAT;
		if (++n > DOMAIN_SIGNATURES_MAX)
			return ICS_ETOOBIG;
	}
	if (err != ICS_ENOTFOUND)
		return err;
	return n > 0 ? ICS_OK : ICS_EFORMAT;
}

enum ics_err
domain_signed_read(struct bytes input, struct domain_signed *s)
{
	struct cursor cur = cursor_of(input);
	struct bytes line, armor;
	enum ics_err err;

	buf_init(&s->plain, DOMAIN_TEXT_MAX);
	buf_init(&s->text, 2 * DOMAIN_TEXT_MAX);
	buf_init(&s->packets, DOMAIN_TEXT_MAX);
	if (input.n > DOMAIN_TEXT_MAX)
		return ICS_ETOOBIG;
	if (input.n > 0 && memchr(input.p, '\0', input.n) != NULL)
		return ICS_EFORMAT;
	if (!domain_line_take(&cur, &line) || !is_line(line, BEGIN_TEXT))
		return ICS_EFORMAT;
	TRY(headers_pass(&cur));
	TRY(lines_read(&cur, s, &armor));
	TRY(end_check(armor));
	TRY(pgp_input_read(armor, &s->packets));
	TRY(packets_check(buf_bytes(&s->packets)));
	TRY(buf_end(&s->plain));
	err = buf_end(&s->text);
out:
	return err;
}

void
domain_signed_release(struct domain_signed *s)
{
	buf_release(&s->plain);
	buf_release(&s->text);
	buf_release(&s->packets);
}

/* ---- who signed ------------------------------------------------------------- */

/* The next signature that can be read; false at the end. */
static bool
sig_next(struct cursor *cur, struct pgp_sig *sig)
{
	struct pgp_packet packet;

	while (pgp_packet_next(cur, &packet) == ICS_OK)
		if (pgp_sig_parse(packet.body, sig) == ICS_OK)
			return true;
	return false;
}

bool
domain_signed_issuer(const struct domain_signed *s, struct pgp_fpr *fpr)
{
	struct cursor cur = cursor_of(buf_bytes(&s->packets));
	struct pgp_sig sig;

	while (sig_next(&cur, &sig))
		if (sig.issuer.version != 0) {
			*fpr = sig.issuer;
			return true;
		}
	return false;
}

/* NULL: it vouches for the text. */
static const struct reason *
sig_unfit(const struct domain_signed *s, const struct pgp_sig *sig,
    const struct pgp_facts *owner, int64_t now)
{
	const struct pgp_subject subject = { .document = buf_bytes(&s->text) };
	struct pgp_fpr key;
	enum pgp_verdict verdict;

	if (sig->type != PGP_SIG_TEXT || !sig->has_created ||
	    sig->has_unknown_critical)
		return DOMAIN_REASON(no_text_signature);
	verdict = pgp_record_verify(sig, owner, &subject, &key);
	if (verdict != PGP_GOOD && verdict != PGP_WEAK)
		return DOMAIN_REASON(bad_signature);
	if ((int64_t)sig->created > now + POLICY_SKEW)
		return DOMAIN_REASON(from_the_future);
	if (sig->expires != 0 &&
	    (int64_t)sig->created + (int64_t)sig->expires <= now)
		return DOMAIN_REASON(signature_expired);
	/* Made while the owner's key was good: what came of it later does not
	 * unsay it, as with statements; a hard revocation has been seen. */
	if ((owner->primary.expires != 0 &&
		(int64_t)sig->created >= owner->primary.expires) ||
	    (owner->primary.revoked != PGP_NOT_REVOKED &&
		(int64_t)sig->created >= owner->primary.revoked_at))
		return DOMAIN_REASON(bad_signature);
	return NULL;
}

bool
domain_signed_check(const struct domain_signed *s,
    const struct domain_judge *by, struct report *rep, int64_t *created)
{
	struct cursor cur = cursor_of(buf_bytes(&s->packets));
	struct pgp_facts facts;
	struct pgp_sig sig;
	bool is_good = false;

	pgp_cert_facts(by->owner, &facts);
	while (sig_next(&cur, &sig)) {
		const struct reason *unfit =
		    sig_unfit(s, &sig, &facts, by->now);

		if (unfit != NULL) {
			report_add(rep, unfit, "key %016llX",
			    (unsigned long long)sig.issuer_keyid);
			continue;
		}
		if (!is_good || (int64_t)sig.created > *created)
			*created = (int64_t)sig.created;
		is_good = true;
	}
	pgp_facts_release(&facts);
	return is_good;
}
