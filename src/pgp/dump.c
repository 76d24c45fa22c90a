/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A listing of packets, one line each, for people and tests. Everything that
 * came from outside is made printable.
 */
#include "base/clock.h"
#include "pgp/registry.h"

static void
text_put(struct buf *out, struct bytes text)
{
	buf_u8(out, '"');
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] > 0x7e || text.p[i] == '"' ||
		    text.p[i] == '\\')
			buf_printf(out, "\\x%02x", text.p[i]);
		else
			buf_u8(out, text.p[i]);
	buf_u8(out, '"');
}

static void
time_put(struct buf *out, const char *name, uint32_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(t, text);
	buf_printf(out, " %s=%s", name, text);
}

static void
key_put(struct bytes body, struct buf *out)
{
	char hex[PGP_FPR_TEXT_MAX];
	struct pgp_key key;
	enum ics_err err = pgp_key_parse(body, &key);

	if (err != ICS_OK) {
		buf_printf(out, " %s", err_words(err));
		return;
	}
	pgp_fpr_hex(&key.fpr, hex);
	buf_printf(out, " v%u algo=%u (%s)", key.version, key.algo,
	    pgp_algo_words(key.algo));
	if (key.curve != PGP_CURVE_NONE)
		buf_printf(out, " curve=%s", pgp_curve_words(key.curve));
	buf_printf(out, " bits=%u", key.bits);
	time_put(out, "created", key.created);
	buf_printf(out, " fpr=%s keyid=%016llx", hex,
	    (unsigned long long)key.keyid);
}

static void
area_put(struct bytes area, const char *name, struct buf *out)
{
	struct cursor cur = cursor_of(area);
	const char *between = "";
	struct pgp_sub sub;

	if (area.n == 0)
		return;
	buf_printf(out, " %s=", name);
	while (pgp_sub_next(&cur, &sub) == ICS_OK) {
		buf_printf(out, "%s%u%s", between, sub.type,
		    sub.critical ? "!" : "");
		between = ",";
	}
}

static void
notations_put(struct bytes area, struct buf *out)
{
	struct cursor cur = cursor_of(area);
	struct pgp_notation n;

	while (pgp_notation_next(&cur, &n) == ICS_OK) {
		buf_put_str(out, n.critical ? " notation!=" : " notation=");
		text_put(out, n.name);
		buf_u8(out, ':');
		text_put(out, n.value);
	}
}

static void
sig_put(struct bytes body, struct buf *out)
{
	struct pgp_sig sig;
	enum ics_err err = pgp_sig_parse(body, &sig);

	buf_printf(out, " v%u type=0x%02x (%s)", sig.version, sig.type,
	    pgp_sigtype_words(sig.type));
	if (err != ICS_OK) {
		buf_printf(out, " %s", err_words(err));
		return;
	}
	buf_printf(out, " algo=%u (%s) hash=%u (%s) issuer=%016llx", sig.pk,
	    pgp_algo_words(sig.pk), sig.hash, pgp_hash_words(sig.hash),
	    (unsigned long long)sig.issuer_keyid);
	if (sig.has_created)
		time_put(out, "created", sig.created);
	if (sig.expires != 0)
		buf_printf(out, " expires=+%u", sig.expires);
	if (sig.key_expires != 0)
		buf_printf(out, " key-expires=+%u", sig.key_expires);
	if (sig.has_key_flags)
		buf_printf(out, " flags=0x%02x", sig.key_flags);
	if (sig.has_reason)
		buf_printf(out, " reason=%u", sig.reason);
	area_put(sig.hashed, "hashed", out);
	area_put(sig.unhashed, "unhashed", out);
	notations_put(sig.hashed, out);
}

static void
uid_put(struct bytes body, struct buf *out)
{
	buf_u8(out, ' ');
	text_put(out, body);
}

static void (*const printers[64])(struct bytes body, struct buf *out) = {
	[PGP_TAG_PUBLIC_KEY] = key_put,
	[PGP_TAG_PUBLIC_SUBKEY] = key_put,
	[PGP_TAG_SIGNATURE] = sig_put,
	[PGP_TAG_USER_ID] = uid_put,
};

enum ics_err
pgp_dump(struct bytes packets, struct buf *out)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;
	enum ics_err err;

	while ((err = pgp_packet_next(&cur, &packet)) == ICS_OK) {
		buf_printf(out, "%u %s, %zu octets:", packet.tag,
		    pgp_tag_words(packet.tag), packet.body.n);
		if (printers[packet.tag] != NULL)
			printers[packet.tag](packet.body, out);
		buf_u8(out, '\n');
	}
	return err == ICS_ENOTFOUND ? buf_end(out) : err;
}
