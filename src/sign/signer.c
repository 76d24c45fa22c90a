/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing the key that signs, and signing with it. */
#include "sign/signer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <gcrypt.h>

#include "client/out.h"
#include "sign/gpg.h"
#include "sign/values.h"

#define FLAG_CERTIFY 0x01u /* RFC 9580 5.2.3.29 */
#define FLAG_SIGN    0x02u
#define SALT_MAX     32u

/* ---- certificates ---------------------------------------------------------- */

enum ics_err
sign_file_read(const char *path, struct buf *to)
{
	bool is_input = strcmp(path, "-") == 0;
	FILE *file = is_input ? stdin : fopen(path, "rbe");
	uint8_t piece[16384];
	enum ics_err err;
	size_t n;

	if (file == NULL) {
		err = err_from_errno(errno);
		out_fail("%s: %s", path, err_words(err));
		return err;
	}
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_put(to, bytes_of(piece, n));
	err = ferror(file) ? ICS_EIO : buf_end(to);
	if (err != ICS_OK)
		out_fail("%s: %s", path, err_words(err));
	if (!is_input)
		(void)fclose(file); /* only read */
	return err;
}

static void
report_tell(const struct report *rep, const char *what, enum ics_err err)
{
	const struct finding *worst = report_worst(rep);

	if (worst == NULL)
		out_fail("%s: %s", what, err_words(err));
	else
		out_fail("%s: %s: %s", what, worst->about,
		    worst->reason->words);
}

static enum ics_err
cert_clean(const struct pgp_cert *raw, int64_t now, struct report *rep,
    struct pgp_cert **cert)
{
	struct pgp_check how = { .now = now };
	struct pgp_judgement judged;
	enum ics_err err;

	pgp_cert_check(raw, &how, &judged, rep);
	err = pgp_cert_clean(raw, &judged, rep, cert);
	pgp_judgement_release(&judged);
	return err;
}

static enum ics_err
cert_parse(struct bytes data, struct report *rep, struct pgp_cert **raw)
{
	struct pgp_block block;
	struct cursor cur;
	struct buf plain;
	enum ics_err err;

	buf_init(&plain, PGP_CERT_RAW_MAX);
	TRY(pgp_input_read(data, &plain));
	cur = cursor_of(buf_bytes(&plain));
	TRY(pgp_block_next(&cur, &block));
	TRY(block.kind == PGP_BLOCK_CERT ? ICS_OK : ICS_EFORMAT);
	err = pgp_cert_parse(block.data, rep, raw);
out:
	buf_release(&plain);
	return err;
}

enum ics_err
sign_cert_read(struct bytes data, const char *what, int64_t now,
    struct sign_cert *cert)
{
	struct report rep = { 0 };
	enum ics_err err;

	*cert = (struct sign_cert){ NULL, NULL };
	TRY(cert_parse(data, &rep, &cert->whole));
	err = cert_clean(cert->whole, now, &rep, &cert->clean);
out:
	if (err != ICS_OK)
		report_tell(&rep, what, err);
	report_release(&rep);
	return err;
}

void
sign_cert_release(struct sign_cert *cert)
{
	pgp_cert_free(cert->whole);
	pgp_cert_free(cert->clean);
	*cert = (struct sign_cert){ NULL, NULL };
}

/* ---- choosing ------------------------------------------------------------------ */

/* May this key do it now? Without flags the primary key may do all. */
static bool
key_may(const struct pgp_key_facts *facts, const struct sign_wanted *wanted,
    bool is_primary)
{
	unsigned flag =
	    wanted->purpose == SIGN_CERTIFY ? FLAG_CERTIFY : FLAG_SIGN;

	if (!pgp_algo_can_sign(facts->key->algo) ||
	    facts->revoked != PGP_NOT_REVOKED ||
	    (facts->expires != 0 && facts->expires <= wanted->now))
		return false;
	if (wanted->purpose == SIGN_CERTIFY && !is_primary)
		return false;
	return (facts->flags & flag) != 0 || (is_primary && facts->flags == 0);
}

static bool
key_try(struct sign_agent *agent, const struct pgp_key *key,
    struct sign_key *to)
{
	return sign_key_read(agent, key->body, to) == ICS_OK &&
	       sign_agent_has(agent, to->grip);
}

/* The newest subkey that will do, else the primary key. */
static bool
key_choose(struct sign_agent *agent, const struct pgp_facts *facts,
    const struct sign_wanted *wanted, struct sign_key *to)
{
	struct sign_key candidate;
	bool found = false;

	for (size_t i = 0; i < facts->subkeys_n; i++) {
		const struct pgp_key_facts *sub = &facts->subkeys[i];

		if (!key_may(sub, wanted, false) ||
		    (found && sub->key->created <= to->key.created) ||
		    !key_try(agent, sub->key, &candidate))
			continue;
		*to = candidate;
		found = true;
	}
	if (!found && key_may(&facts->primary, wanted, true))
		found = key_try(agent, facts->primary.key, to);
	return found;
}

static enum ics_err
signer_choose(struct sign_agent *agent, const struct sign_wanted *wanted,
    struct sign_signer *s)
{
	struct pgp_facts facts;
	bool found;

	pgp_cert_facts(s->cert.clean, &facts);
	found = key_choose(agent, &facts, wanted, &s->by);
	pgp_facts_release(&facts);
	if (found)
		return ICS_OK;
	out_fail("%s: gpg-agent holds no key of it that may %s now",
	    wanted->who, wanted->purpose == SIGN_CERTIFY ? "certify" : "sign");
	return ICS_ENOTFOUND;
}

enum ics_err
sign_signer_find(struct sign_agent *agent, const struct sign_wanted *wanted,
    struct sign_signer *s)
{
	const char *who = wanted->who;
	struct buf data;
	enum ics_err err;

	*s = (struct sign_signer){ .about = NULL };
	buf_init(&data, 2 * (size_t)PGP_CERT_RAW_MAX);
	if (strchr(who, '/') != NULL || strcmp(who, "-") == 0)
		TRY(sign_file_read(who, &data));
	else
		TRY(sign_gpg_secret(sign_agent_home(agent), who, &data));
	TRY(sign_cert_read(buf_bytes(&data), who, wanted->now, &s->cert));
	err = signer_choose(agent, wanted, s);
out:
	buf_release(&data);
	return err;
}

void
sign_signer_release(struct sign_signer *s)
{
	sign_cert_release(&s->cert);
}

enum ics_err
sign_key_read(struct sign_agent *agent, struct bytes body, struct sign_key *key)
{
	enum ics_err err;

	key->agent = agent;
	TRY(pgp_key_parse(body, &key->key));
	err = compose_keygrip(&key->key, key->grip);
out:
	return err;
}

/* ---- signing --------------------------------------------------------------------- */

static enum ics_err
values_make(const struct sign_key *by, const struct compose_unsigned *u,
    const struct sign_agent_order *given, struct buf *values)
{
	struct sign_agent_order order = *given;
	struct buf sexp;
	enum ics_err err;

	buf_init(&sexp, SIGN_SEXP_MAX);
	memcpy(order.grip, by->grip, sizeof(order.grip));
	order.digest = bytes_of(u->digest, u->digest_n);
	TRY(sign_agent_sign(by->agent, &order, &sexp));
	err = sign_values_read(&by->key, buf_bytes(&sexp), values);
	if (err != ICS_OK)
		out_fail("gpg-agent: its answer is no signature of this key");
out:
	buf_release(&sexp);
	return err;
}

/* Nothing that others would refuse may leave. */
static enum ics_err
body_verify(const struct sign_key *by, struct bytes body,
    const struct pgp_subject *subject)
{
	enum pgp_verdict verdict = PGP_BAD;
	struct pgp_sig sig;

	if (pgp_sig_parse(body, &sig) == ICS_OK)
		verdict = pgp_sig_verify(&sig, &by->key, subject, false);
	if (verdict == PGP_GOOD)
		return ICS_OK;
	out_fail("the signature that gpg-agent made is %s",
	    pgp_verdict_words(verdict));
	return ICS_ECORRUPT;
}

enum ics_err
sign_by(const struct sign_signer *s, const struct compose_order *given,
    const struct pgp_subject *subject, struct buf *body)
{
	struct compose_order c = *given;
	struct sign_agent_order order = { .about = s->about };
	struct compose_unsigned u;
	struct buf values;
	uint8_t salt[SALT_MAX];
	enum ics_err err;

	c.by = &s->by.key;
	c.hash = order.hash = compose_hash(c.by);
	c.salt = bytes_of(salt, compose_salt_size(c.by->version, c.hash));
	gcry_create_nonce(salt, c.salt.n);
	buf_init(&values, SIGN_SEXP_MAX);
	err = compose_begin(&c, subject, &u);
	if (err != ICS_OK) {
		out_fail("this cannot be signed: %s", err_words(err));
		goto out;
	}
	TRY(values_make(&s->by, &u, &order, &values));
	compose_end(&u, buf_bytes(&values));
	TRY(body_verify(&s->by, buf_bytes(&u.body), subject));
	buf_put(body, buf_bytes(&u.body));
	err = buf_end(body);
out:
	compose_release(&u);
	buf_release(&values);
	return err;
}
