/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GPGME's contexts, its keyring and gpgconf. */
#include "sign/gpg.h"

#include <locale.h>
#include <stdlib.h>

#include "client/out.h"
#include "pgp/pgp.h"

#define GPGCONF_OUTPUT_MAX 4096u
#define SECRETS_MAX	   16u /* keys that one name may fit, to list them */

enum ics_err
sign_gpg_init(void)
{
	if (gpgme_check_version("1.16.0") != NULL)
		return ICS_OK;
	out_fail("GPGME is older than 1.16");
	return ICS_EUNSUPPORTED;
}

static const struct {
	gpg_err_code_t code;
	enum ics_err err;
} errors[] = {
	{ GPG_ERR_NO_SECKEY, ICS_ENOTFOUND },
	{ GPG_ERR_NO_PUBKEY, ICS_ENOTFOUND },
	{ GPG_ERR_NOT_FOUND, ICS_ENOTFOUND },
	{ GPG_ERR_CANCELED, ICS_EPERM },
	{ GPG_ERR_FULLY_CANCELED, ICS_EPERM },
	{ GPG_ERR_ASS_CANCELED, ICS_EPERM },
	{ GPG_ERR_BAD_PASSPHRASE, ICS_EPERM },
	{ GPG_ERR_BAD_PIN, ICS_EPERM },
	{ GPG_ERR_NO_PASSPHRASE, ICS_EPERM },
	{ GPG_ERR_NO_PIN_ENTRY, ICS_EPERM },
	{ GPG_ERR_NOT_SUPPORTED, ICS_EUNSUPPORTED },
	{ GPG_ERR_UNSUPPORTED_ALGORITHM, ICS_EUNSUPPORTED },
	{ GPG_ERR_UNKNOWN_CURVE, ICS_EUNSUPPORTED },
	{ GPG_ERR_INV_LENGTH, ICS_EUNSUPPORTED },
	{ GPG_ERR_ENOSPC, ICS_ENOSPACE },
	{ GPG_ERR_TIMEOUT, ICS_ETIMEOUT },
	{ GPG_ERR_ASS_CONNECT_FAILED, ICS_ENET },
	{ GPG_ERR_AMBIGUOUS_NAME, ICS_EUSAGE },
};

enum ics_err
sign_gpg_err(gpgme_error_t error)
{
	gpg_err_code_t code = gpgme_err_code(error);

	if (code == GPG_ERR_NO_ERROR)
		return ICS_OK;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code)
			return errors[i].err;
	return ICS_EIO;
}

/* Tell, and turn; what names the attempt. */
static enum ics_err
judge(gpgme_error_t error, const char *what)
{
	if (gpgme_err_code(error) != GPG_ERR_NO_ERROR)
		out_fail("%s: %s", what, gpgme_strerror(error));
	return sign_gpg_err(error);
}

enum ics_err
sign_gpg_context(gpgme_protocol_t protocol, const char *home, gpgme_ctx_t *ctx)
{
	enum ics_err err;

	*ctx = NULL;
	TRY(sign_gpg_init());
	TRY(judge(gpgme_new(ctx), "GPGME"));
	TRY(judge(gpgme_set_protocol(*ctx, protocol), "GnuPG"));
	if (home != NULL && protocol == GPGME_PROTOCOL_OpenPGP)
		TRY(judge(gpgme_ctx_set_engine_info(*ctx, protocol, NULL, home),
		    home));
out:
	if (err != ICS_OK && *ctx != NULL) {
		gpgme_release(*ctx);
		*ctx = NULL;
	}
	return err;
}

/* ---- gpgconf ----------------------------------------------------------------- */

static void
data_read(gpgme_data_t data, struct buf *to)
{
	char piece[4096];
	ssize_t n;

	(void)gpgme_data_seek(data, 0, SEEK_SET); /* in memory */
	while ((n = gpgme_data_read(data, piece, sizeof(piece))) > 0)
		buf_put(to, bytes_of(piece, (size_t)n));
}

enum ics_err
sign_gpgconf(const char *home, const char *const arguments[2], struct buf *out)
{
	const char *program = NULL, *argv[6], **to = argv;
	gpgme_ctx_t ctx = NULL;
	gpgme_data_t data = NULL;
	enum ics_err err;

	TRY(sign_gpg_context(GPGME_PROTOCOL_SPAWN, NULL, &ctx));
	program = gpgme_get_dirinfo("gpgconf-name");
	TRY(program != NULL ? ICS_OK : judge(GPG_ERR_ENOENT, "gpgconf"));
	TRY(judge(gpgme_data_new(&data), "GPGME"));
	*to++ = program;
	if (home != NULL) {
		*to++ = "--homedir";
		*to++ = home;
	}
	*to++ = arguments[0];
	*to++ = arguments[1];
	*to = NULL;
	TRY(judge(gpgme_op_spawn(ctx, program, argv, NULL, data, NULL, 0),
	    "gpgconf"));
	data_read(data, out);
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		buf_cut(out, out->n - 1);
	err = buf_end(out);
out:
	gpgme_data_release(data);
	gpgme_release(ctx);
	return err;
}

/* ---- the keyring --------------------------------------------------------------- */

/* Keys that a name fits: those fit for use first in line, if there are any. */
struct match {
	gpgme_key_t fit[SECRETS_MAX];
	size_t n;
	size_t unfit; /* revoked, expired, disabled: not kept */
};

static void
match_release(struct match *m)
{
	for (size_t i = 0; i < m->n; i++)
		gpgme_key_unref(m->fit[i]);
}

static enum ics_err
match_find(gpgme_ctx_t ctx, const char *who, bool secret, struct match *m)
{
	gpgme_error_t error = gpgme_op_keylist_start(ctx, who, secret);
	gpgme_key_t key;

	while (gpgme_err_code(error) == GPG_ERR_NO_ERROR) {
		error = gpgme_op_keylist_next(ctx, &key);
		if (gpgme_err_code(error) != GPG_ERR_NO_ERROR)
			break;
		if (m->n == SECRETS_MAX ||
		    (secret && (key->revoked || key->expired || key->disabled ||
				   key->invalid))) {
			m->unfit++;
			gpgme_key_unref(key);
		} else {
			m->fit[m->n++] = key;
		}
	}
	(void)gpgme_op_keylist_end(ctx); /* nothing is lost */
	if (gpgme_err_code(error) == GPG_ERR_EOF)
		return ICS_OK;
	return judge(error, who);
}

/* How a certificate is looked for. */
struct wanted {
	const char *home, *who;
	bool secret; /* one whose secret key is here */
	bool quiet;  /* that there is none is no failure */
};

static enum ics_err
match_judge(const struct match *m, const struct wanted *w)
{
	const char *who = w->who;
	bool secret = w->secret;

	if (m->n == 1)
		return ICS_OK;
	if (m->n == 0 && w->quiet && m->unfit == 0)
		return ICS_ENOTFOUND;
	if (m->n == 0) {
		out_fail("%s: %s", who,
		    m->unfit > 0 ? "that key is revoked, expired or disabled"
		    : secret	 ? "no such secret key in GnuPG"
				 : "no such key in GnuPG");
		return ICS_ENOTFOUND;
	}
	out_fail("%s: several keys fit; name one by its fingerprint:", who);
	for (size_t i = 0; i < m->n; i++)
		out_fail("  %s  %s", m->fit[i]->subkeys->fpr,
		    m->fit[i]->uids == NULL ? "" : m->fit[i]->uids->uid);
	return ICS_EUSAGE;
}

static enum ics_err
certificate_find(const struct wanted *w, struct buf *cert)
{
	struct match m = { .n = 0 };
	gpgme_ctx_t ctx;
	gpgme_data_t data = NULL;
	enum ics_err err;

	TRY(sign_gpg_context(GPGME_PROTOCOL_OpenPGP, w->home, &ctx));
	TRY(match_find(ctx, w->who, w->secret, &m));
	TRY(match_judge(&m, w));
	TRY(judge(gpgme_data_new(&data), "GPGME"));
	TRY(judge(gpgme_op_export(ctx, m.fit[0]->subkeys->fpr, 0, data),
	    w->who));
	data_read(data, cert);
	err = buf_end(cert);
out:
	match_release(&m);
	gpgme_data_release(data);
	gpgme_release(ctx);
	return err;
}

enum ics_err
sign_gpg_secret(const char *home, const char *who, struct buf *cert)
{
	struct wanted w = { home, who, true, false };

	return certificate_find(&w, cert);
}

enum ics_err
sign_gpg_seek(const char *home, const char *who, struct buf *cert)
{
	struct wanted w = { home, who, true, true };

	return certificate_find(&w, cert);
}

enum ics_err
sign_gpg_public(const char *home, const char *who, struct buf *cert)
{
	struct wanted w = { home, who, false, false };

	return certificate_find(&w, cert);
}

enum ics_err
sign_gpg_import(const char *home, struct bytes certs)
{
	gpgme_ctx_t ctx;
	gpgme_data_t data = NULL;
	enum ics_err err;

	TRY(sign_gpg_context(GPGME_PROTOCOL_OpenPGP, home, &ctx));
	TRY(judge(gpgme_data_new_from_mem(&data, (const char *)certs.p, certs.n,
		      0),
	    "GPGME"));
	err = judge(gpgme_op_import(ctx, data), "GnuPG");
out:
	gpgme_data_release(data);
	gpgme_release(ctx);
	return err;
}
