/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A key and a signature as OpenPGP would have them, and the verifier of
 * src/pgp over what was signed.
 */
#include <gcrypt.h>

#include "base/b64.h"
#include "base/hex.h"
#include "foreign/der.h"
#include "foreign/forms.h"
#include "pgp/registry.h"

#define FRAME_MAX 2048u

static const char *const answers[] = {
	[FOREIGN_GOOD] = "good",
	[FOREIGN_BAD] = "bad",
	[FOREIGN_UNCHECKED] = "unchecked",
	[FOREIGN_UNSUPPORTED] = "unsupported",
};

const char *
foreign_answer_word(enum foreign_answer answer)
{
	return answers[answer];
}

/* What goes to the verifier. */
struct job {
	const struct foreign_sig *sig;
	struct buf body, values, frame; /* owned */
	struct pgp_key key;		/* views into body */
	uint8_t hash;			/* of the values' digest; 0: none */
	uint8_t digest[PGP_DIGEST_MAX];
};

static void
job_init(struct job *job, const struct foreign_sig *sig)
{
	*job = (struct job){ .sig = sig };
	buf_init(&job->body, PGP_PACKET_MAX);
	buf_init(&job->values, PGP_PACKET_MAX);
	buf_init(&job->frame, FRAME_MAX);
}

static void
job_release(struct job *job)
{
	buf_release(&job->body);
	buf_release(&job->values);
	buf_release(&job->frame);
}

/* ---- key and values ---------------------------------------------------------- */

static enum ics_err
key_make(struct job *job)
{
	struct compose_key raw = job->sig->key.key;
	enum ics_err err;

	raw.version = 4;
	TRY(compose_key_write(&raw, &job->body));
	err = pgp_key_parse(buf_bytes(&job->body), &job->key);
out:
	return err;
}

static bool
eddsa_write(struct bytes rs, struct buf *values)
{
	if (rs.n != 64)
		return false;
	pgp_mpi_write(pgp_mpi_of(bytes_of(rs.p, 32)), values);
	pgp_mpi_write(pgp_mpi_of(bytes_of(rs.p + 32, 32)), values);
	return true;
}

/* Spec: RFC 3279 2.2.3 */
static bool
ecdsa_write(struct bytes der, struct buf *values)
{
	struct cursor cur = cursor_of(der), pair;

	pair = cursor_of(foreign_der_take(&cur, 0x30));
	pgp_mpi_write(pgp_mpi_of(foreign_der_take(&pair, 2)), values);
	pgp_mpi_write(pgp_mpi_of(foreign_der_take(&pair, 2)), values);
	return cursor_end(&cur) == ICS_OK && cursor_end(&pair) == ICS_OK;
}

static uint8_t
need_hash(enum foreign_need need)
{
	static const uint8_t hashes[FOREIGN_NEEDS] = {
		[FOREIGN_SHA256] = PGP_HASH_SHA256,
		[FOREIGN_SHA384] = PGP_HASH_SHA384,
		[FOREIGN_SHA512] = PGP_HASH_SHA512,
	};

	return hashes[need];
}

static bool
values_make(struct job *job)
{
	const struct foreign_sig *sig = job->sig;
	struct bytes octets = buf_bytes(&sig->sig);

	if (foreign_is_ssh(sig->form))
		return foreign_ssh_values(sig, &job->values, &job->hash);
	if (!foreign_is_raw(sig->form))
		return octets.n == 74 &&
		       eddsa_write(bytes_of(octets.p + 10, 64), &job->values);
	job->hash = need_hash(foreign_form_row(sig->form)->need);
	if (sig->key.key.algo == PGP_ALGO_EDDSA)
		return eddsa_write(octets, &job->values);
	if (sig->key.key.algo == PGP_ALGO_ECDSA)
		return ecdsa_write(octets, &job->values);
	pgp_mpi_write(pgp_mpi_of(octets), &job->values);
	return sig->key.key.algo == PGP_ALGO_RSA;
}

/* ---- what is signed ------------------------------------------------------------- */

/* SSH signs a frame around the digest, or a digest of that frame. */
static struct bytes
frame_make(struct job *job, struct bytes digest)
{
	const struct pgp_hash_row *row = pgp_hash_row(job->hash);

	foreign_ssh_frame(job->sig, digest, &job->frame);
	if (job->hash == 0 || row == NULL)
		return buf_bytes(&job->frame);
	gcry_md_hash_buffer(row->gcry, job->digest, job->frame.p, job->frame.n);
	return bytes_of(job->digest, row->octets);
}

static enum foreign_answer
values_verify(const struct job *job, struct bytes message)
{
	const struct pgp_sig as = { .version = 4,
		.pk = job->key.algo,
		.hash = job->hash,
		.values = buf_bytes(&job->values) };

	switch (pgp_values_verify(&job->key, &as, message, PGP_BACKEND_BEST)) {
	case PGP_GOOD:
		return FOREIGN_GOOD;
	case PGP_UNSUPPORTED:
		return FOREIGN_UNSUPPORTED;
	case PGP_WEAK:
	case PGP_EXPIRED:
	case PGP_REVOKED:
	case PGP_OPAQUE:
	case PGP_UNKNOWN:
	case PGP_TOO_WEAK:
	case PGP_MISPLACED:
	case PGP_LOCAL:
	case PGP_BAD:
		break;
	}
	return FOREIGN_BAD;
}

/* minisign's second signature, over the first one and its comment. */
static bool
global_holds(struct job *job)
{
	const struct foreign_sig *sig = job->sig;

	if (sig->global.n == 0)
		return sig->words.n == 0 || foreign_is_ssh(sig->form);
	buf_clear(&job->values);
	buf_put(&job->frame, bytes_of(sig->sig.p + 10, 64));
	buf_put(&job->frame, buf_bytes(&sig->words));
	return eddsa_write(buf_bytes(&sig->global), &job->values) &&
	       values_verify(job, buf_bytes(&job->frame)) == FOREIGN_GOOD;
}

static enum foreign_answer
job_run(struct job *job, const struct foreign_source *source)
{
	const struct foreign_sig *sig = job->sig;
	struct bytes message = { NULL, 0 };
	enum foreign_answer answer;
	enum ics_err err;

	err = key_make(job);
	if (err != ICS_OK)
		return err == ICS_EUNSUPPORTED ? FOREIGN_UNSUPPORTED
					       : FOREIGN_BAD;
	if (!values_make(job) || buf_end(&job->values) != ICS_OK)
		return FOREIGN_BAD;
	if (source->get(source->arg, foreign_form_row(sig->form)->need,
		&message) != ICS_OK)
		return FOREIGN_UNCHECKED;
	if (foreign_is_ssh(sig->form))
		message = frame_make(job, message);
	answer = values_verify(job, message);
	if (answer == FOREIGN_GOOD && !global_holds(job))
		return FOREIGN_BAD;
	return answer;
}

enum foreign_answer
foreign_check(const struct foreign_sig *sig,
    const struct foreign_source *source)
{
	enum foreign_answer answer;
	struct job job;

	job_init(&job, sig);
	answer = job_run(&job, source);
	job_release(&job);
	return answer;
}

enum foreign_answer
foreign_check_any(struct foreign_sig *sig, const struct foreign_source *source)
{
	enum foreign_answer answer = foreign_check(sig, source);
	enum foreign_form first = sig->form;

	if (answer != FOREIGN_BAD || first != FOREIGN_RAW_SHA256)
		return answer;
	for (int form = FOREIGN_RAW_SHA384; form <= FOREIGN_RAW_SHA512;
	     form++) {
		sig->form = (enum foreign_form)form;
		if (foreign_check(sig, source) == FOREIGN_GOOD)
			return FOREIGN_GOOD;
	}
	sig->form = first;
	return answer;
}

/* ---- words ---------------------------------------------------------------------- */

/* "SHA256:" and base 64 without its padding, as ssh-keygen -l shows a key. */
static void
digest_put(struct bytes octets, struct buf *to)
{
	uint8_t digest[32], text[44];

	pgp_sha256(octets, digest);
	b64_write(bytes_of(digest, sizeof(digest)), text);
	buf_put_str(to, "SHA256:");
	buf_put(to, bytes_of(text, 43));
}

void
foreign_describe(const struct foreign_sig *sig, struct buf *to)
{
	buf_printf(to, "%s by the key ", foreign_form_row(sig->form)->words);
	if (foreign_is_raw(sig->form) || foreign_is_ssh(sig->form)) {
		digest_put(buf_bytes(&sig->key_octets), to);
	} else { /* a number, lowest octet first, as minisign shows it */
		unsigned long long number = 0;

		for (size_t i = 8; i > 0; i--)
			number = number << 8 | sig->key_octets.p[1 + i];
		buf_printf(to, "%llX", number);
	}
	if (sig->words.n > 0) {
		buf_put_str(to,
		    foreign_is_ssh(sig->form) ? ", namespace " : ", comment ");
		buf_put(to, buf_bytes(&sig->words));
	}
}
