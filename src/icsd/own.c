/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server's own key (Ed25519 as every gpg takes it), its certificate, and
 * the descriptor. */
#include "icsd/own.h"

#include <gcrypt.h>
#include <string.h>

#include "base/clock.h"
#include "compose/compose.h"
#include "sign/values.h"

#define SECRET	   32u /* octets of a secret number */
#define SEXP_MAX   512u
#define FLAGS	   0x03 /* certify, sign; Spec: RFC 9580 5.2.3.29 */
#define TEXT_MAX   (1u << 20)
#define UNCIPHERED 0 /* Spec: RFC 9580 3.7.2.1 */

struct making {
	struct own *own;
	uint8_t secret[SECRET];
	struct buf body; /* of the public key */
	struct pgp_key key;
	uint32_t now;
};

/* ---- the key ---- */

static gcry_sexp_t
private_build(const uint8_t secret[SECRET])
{
	gcry_sexp_t sexp = NULL;

	if (gcry_sexp_build(&sexp, NULL,
		"(private-key(ecc(curve Ed25519)(flags eddsa)(d%b)))",
		(int)SECRET, secret) != 0)
		return NULL;
	return sexp;
}

static bool
point_find(const uint8_t secret[SECRET], uint8_t point[SECRET])
{
	gcry_sexp_t sexp = private_build(secret);
	gcry_ctx_t ctx = NULL;
	gcry_mpi_t q = NULL;
	size_t n = 0;
	bool found = false;

	if (sexp != NULL && gcry_mpi_ec_new(&ctx, sexp, NULL) == 0)
		q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	if (q != NULL)
		found = gcry_mpi_print(GCRYMPI_FMT_USG, point, SECRET, &n, q) ==
			    0 &&
			n == SECRET;
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	gcry_sexp_release(sexp);
	return found;
}

static enum ics_err
key_make(struct making *m)
{
	uint8_t point[SECRET];
	struct compose_key raw = { .version = 4,
		.algo = PGP_ALGO_EDDSA,
		.created = m->now,
		.curve = PGP_CURVE_ED25519,
		.point = bytes_of(point, sizeof(point)) };
	enum ics_err err;

	/* A number that every reader writes with as many octets. */
	do
		gcry_randomize(m->secret, SECRET, GCRY_VERY_STRONG_RANDOM);
	while (m->secret[0] == 0);
	TRY(point_find(m->secret, point) ? ICS_OK : ICS_ECORRUPT);
	TRY(compose_key_write(&raw, &m->body));
	TRY(pgp_key_parse(buf_bytes(&m->body), &m->key));
	m->own->fpr = m->key.fpr;
out:
	return err;
}

/* Spec: RFC 9580 5.5.3: the public part, no cipher, the number, its sum. */
static void
secret_write(const struct making *m, struct buf *out)
{
	struct buf body;
	size_t from;
	uint16_t sum = 0;

	buf_init(&body, PGP_PACKET_MAX);
	buf_put(&body, buf_bytes(&m->body));
	buf_u8(&body, UNCIPHERED);
	from = body.n;
	pgp_mpi_write(bytes_of(m->secret, SECRET), &body);
	for (size_t i = from; i < body.n; i++)
		sum = (uint16_t)(sum + body.p[i]);
	buf_be16(&body, sum);
	pgp_packet_write(out, PGP_TAG_SECRET_KEY, buf_bytes(&body));
	explicit_bzero(body.p, body.n);
	buf_release(&body);
}

/* ---- signatures ---- */

static enum ics_err
values_sign(const struct making *m, struct bytes digest, struct buf *values)
{
	gcry_sexp_t key = private_build(m->secret), data = NULL, sig = NULL;
	char text[SEXP_MAX];
	enum ics_err err = ICS_ECORRUPT;
	size_t n;

	if (key != NULL &&
	    gcry_sexp_build(&data, NULL,
		"(data(flags eddsa)(hash-algo sha512)(value%b))", (int)digest.n,
		digest.p) == 0 &&
	    gcry_pk_sign(&sig, data, key) == 0) {
		n = gcry_sexp_sprint(sig, GCRYSEXP_FMT_CANON, text,
		    sizeof(text));
		err = sign_values_read(&m->key, bytes_of(text, n), values);
	}
	gcry_sexp_release(key);
	gcry_sexp_release(data);
	gcry_sexp_release(sig);
	return err;
}

/* Append the signature as a packet. */
static enum ics_err
sign(const struct making *m, struct compose_order *order,
    const struct pgp_subject *subject, struct buf *out)
{
	struct compose_unsigned u;
	struct buf values;
	enum ics_err err;

	order->by = &m->key;
	order->hash = compose_hash(&m->key);
	order->created = m->now;
	buf_init(&values, PGP_SIG_MAX);
	TRY(compose_begin(order, subject, &u));
	TRY(values_sign(m, bytes_of(u.digest, u.digest_n), &values));
	compose_end(&u, buf_bytes(&values));
	pgp_packet_write(out, PGP_TAG_SIGNATURE, buf_bytes(&u.body));
out:
	compose_release(&u);
	buf_release(&values);
	return err;
}

/* ---- what is made ---- */

static enum ics_err
certificate_write(const struct making *m, const char *user_id)
{
	static const uint8_t flags = FLAGS;
	const struct pgp_sub sub = { PGP_SUB_KEY_FLAGS, false,
		bytes_of(&flags, 1) };
	const struct pgp_subject subject = { .primary = &m->key,
		.uid_tag = PGP_TAG_USER_ID,
		.uid = bytes_of_str(user_id) };
	struct compose_order order = { .type = PGP_SIG_CERT_POSITIVE };
	struct own *own = m->own;
	struct buf hashed, tail;
	enum ics_err err;

	buf_init(&hashed, PGP_HASHED_MAX);
	buf_init(&tail, 2 * (size_t)PGP_SIG_MAX);
	compose_sub(&sub, &hashed);
	order.hashed = buf_bytes(&hashed);
	pgp_packet_write(&tail, PGP_TAG_USER_ID, subject.uid);
	TRY(sign(m, &order, &subject, &tail));
	secret_write(m, &own->secret);
	buf_put(&own->secret, buf_bytes(&tail));
	pgp_packet_write(&own->certificate, PGP_TAG_PUBLIC_KEY,
	    buf_bytes(&m->body));
	buf_put(&own->certificate, buf_bytes(&tail));
	TRY(buf_end(&own->secret));
	err = buf_end(&own->certificate);
out:
	buf_release(&hashed);
	buf_release(&tail);
	return err;
}

static enum ics_err
policy_text(enum domain_profile profile, const struct pgp_fpr *owner,
    struct buf *out)
{
	const struct domain_start start = { .profile = profile,
		.name = domain_profile_word(profile),
		.owner = *owner };
	struct domain_complaints complaints = { 0 };
	struct policy_domain *d = domain_start(&start, &complaints);

	if (d != NULL)
		domain_write_explained(d, out);
	domain_complaints_release(&complaints);
	policy_domain_free(d);
	return d != NULL ? buf_end(out) : ICS_ECORRUPT;
}

static enum ics_err
policy_write(const struct making *m, enum domain_profile profile)
{
	struct compose_order order = { .type = PGP_SIG_TEXT };
	struct pgp_subject subject = { 0 };
	struct buf plain, canonical, packet;
	enum ics_err err;

	buf_init(&plain, TEXT_MAX);
	buf_init(&canonical, 2 * (size_t)TEXT_MAX);
	buf_init(&packet, 2 * (size_t)PGP_SIG_MAX);
	TRY(policy_text(profile, &m->own->fpr, &plain));
	domain_text_canonical(buf_bytes(&plain), &canonical);
	TRY(buf_end(&canonical));
	subject.document = buf_bytes(&canonical);
	TRY(sign(m, &order, &subject, &packet));
	domain_signed_write(&m->key, buf_bytes(&plain), buf_bytes(&packet),
	    &m->own->policy);
	err = buf_end(&m->own->policy);
out:
	buf_release(&plain);
	buf_release(&canonical);
	buf_release(&packet);
	return err;
}

enum ics_err
own_make(enum domain_profile profile, const char *user_id, struct own *own)
{
	struct making m = { .own = own, .now = (uint32_t)clock_now() };
	enum ics_err err;

	buf_init(&own->secret, PGP_INPUT_MAX);
	buf_init(&own->certificate, PGP_INPUT_MAX);
	buf_init(&own->policy, 2 * (size_t)TEXT_MAX);
	buf_init(&m.body, PGP_PACKET_MAX);
	TRY(key_make(&m));
	TRY(certificate_write(&m, user_id));
	err = policy_write(&m, profile);
out:
	explicit_bzero(m.secret, sizeof(m.secret));
	buf_release(&m.body);
	return err;
}

void
own_release(struct own *own)
{
	if (own->secret.n > 0)
		explicit_bzero(own->secret.p, own->secret.n);
	buf_release(&own->secret);
	buf_release(&own->certificate);
	buf_release(&own->policy);
}
