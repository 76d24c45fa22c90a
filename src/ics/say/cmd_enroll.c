/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics enroll NAME: a device from nothing. Its key is made by the agent of its
 * own GnuPG home, or of this host's; it names its maker; the maker certifies
 * it; the server gets both. Invariant: what was done before is found and not
 * done again, so a run that broke off is finished by the next.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/out.h"
#include "ics/sign.h"
#include "sign/device.h"
#include "sign/gpg.h"

struct enroll {
	struct ics *ics;
	struct sign_act act;
	struct sign_agent_how device_how;
	struct sign_agent *agent;  /* the device's */
	struct sign_target target; /* the device */
	struct pgp_fpr maker;
	struct buf cert;       /* the device's, as far as it is made */
	struct buf maker_cert; /* for servers that do not know him */
	char passphrase[SIGN_PASSPHRASE_MAX];
};

/* The maker's fingerprint, which the device shall name. */
static enum ics_err
maker_find(struct enroll *e)
{
	struct sign_wanted wanted = {
		.who = e->act.who, .purpose = SIGN_CERTIFY, .now = e->act.now
	};
	struct sign_signer maker = { .about = NULL };
	struct sign_agent *agent = NULL;
	enum ics_err err;

	TRY(sign_agent_new(&e->act.how, &agent));
	TRY(sign_signer_find(agent, &wanted, &maker));
	e->maker = pgp_cert_primary(maker.cert.clean)->fpr;
	pgp_cert_write(maker.cert.clean, PGP_FORM_FULL, &e->maker_cert);
out:
	sign_signer_release(&maker);
	sign_agent_free(agent);
	return err;
}

static enum ics_err
home_make(const char *home)
{
	enum ics_err err;

	if (home == NULL || mkdir(home, 0700) == 0 || errno == EEXIST)
		return ICS_OK;
	err = err_from_errno(errno);
	out_fail("%s: %s", home, err_words(err));
	return err;
}

static enum ics_err
device_make(struct enroll *e)
{
	const char *type = e->ics->opts[ICS_OPT_KEY_TYPE];
	const char *kind = e->ics->opts[ICS_OPT_KIND];
	struct sign_device device = { .user_id = e->ics->args[0],
		.key_type = type == NULL ? "ed25519" : type,
		.has_encryption = ics_has(e->ics, ICS_OPT_ENCRYPT),
		.maker = &e->maker,
		.kind = kind == NULL ? "device" : kind,
		.created = (uint32_t)e->act.now };

	if (sign_key_type_words(device.key_type) == NULL) {
		out_fail("--key-type %s: ed25519, nistp256 or rsa2048",
		    device.key_type);
		return ICS_EUSAGE;
	}
	if (notations_entity_find(bytes_of_str(device.kind)) ==
	    NOTATIONS_ENTITY_NONE) {
		out_fail("--kind %s: no such kind of entity", device.kind);
		return ICS_EUSAGE;
	}
	return sign_device_make(e->agent, &device, &e->cert);
}

/* Found, or made now. */
static enum ics_err
device_get(struct enroll *e, bool *is_new)
{
	enum ics_err err;

	TRY(home_make(e->device_how.home));
	TRY(sign_agent_new(&e->device_how, &e->agent));
	err = sign_device_find(e->agent, e->ics->args[0], &e->cert);
	*is_new = err == ICS_ENOTFOUND;
	if (*is_new)
		TRY(device_make(e));
	TRY(err);
	TRY(sign_cert_read(buf_bytes(&e->cert), e->ics->args[0], e->act.now,
	    &e->target.cert));
	notations_subject_of_fpr(&pgp_cert_primary(e->target.cert.clean)->fpr,
	    &e->target.subject);
out:
	return err;
}

static bool
is_certified(const struct enroll *e)
{
	const struct pgp_cert *cert = e->target.cert.whole;

	for (size_t i = 0; i < cert->sigs_n; i++)
		if (pgp_fpr_equal(&cert->sigs[i].issuer, &e->maker))
			return true;
	return false;
}

static enum ics_err
certification_draft(struct enroll *e, struct sign_draft *draft)
{
	enum ics_err err;

	TRY(sign_draft_certification(draft, PGP_SIG_CERT_GENERIC,
	    e->target.cert.clean));
	TRY(sign_options_set(e->ics, draft));
	TRY(sign_options_expire(e->ics, e->act.now, &draft->expires));
	if (!draft->said[NOTATIONS_NAME_PROTECTION])
		TRY(sign_draft_say_text(draft, NOTATIONS_NAME_PROTECTION,
		    "software"));
out:
	return err;
}

/* The maker speaks; the device's keyring keeps what he said. */
static enum ics_err
device_certify(struct enroll *e)
{
	struct sign_draft draft;
	struct buf made;
	enum ics_err err;

	buf_init(&made, PGP_CERT_RAW_MAX);
	sign_draft_init(&draft);
	e->act.made = &made;
	TRY(certification_draft(e, &draft));
	err = sign_act_run(&e->act, &draft, &e->target);
	if (made.n == 0)
		goto out;
	/* It is signed, whether or not the server could be reached. */
	buf_clear(&e->cert);
	buf_put(&e->cert, buf_bytes(&made));
	if (sign_gpg_import(e->device_how.home, buf_bytes(&made)) != ICS_OK)
		err = ICS_EIO;
out:
	e->act.made = NULL;
	sign_draft_release(&draft);
	buf_release(&made);
	return err;
}

/* All was done before; the server may not have heard. */
static enum ics_err
device_send(struct enroll *e)
{
	struct sign_answer answer = { .n = 0 };
	struct http *h = NULL;
	enum ics_err err;

	if (e->act.output != NULL || e->act.where->kind == WHERE_FILE)
		return ICS_OK;
	TRY(http_new(e->act.where, &h));
	TRY(sign_send(h, buf_bytes(&e->cert), &answer));
	sign_answer_tell(&answer, e->act.quiet);
	if (sign_answer_fate(&answer) == SIGN_REFUSED)
		err = ICS_EDENIED;
out:
	sign_answer_release(&answer);
	http_free(h);
	return err;
}

/* ---- the other servers -------------------------------------------------------------- */

#define ALSO_TRIES 5 /* 1, 2, 4, 8 seconds apart */

static enum ics_err
also_try(struct enroll *e, const struct where *where)
{
	struct sign_answer answer = { .n = 0 };
	struct http *h = NULL;
	struct buf both;
	enum ics_err err;

	buf_init(&both, 2 * (size_t)PGP_CERT_RAW_MAX);
	buf_put(&both, buf_bytes(&e->maker_cert));
	buf_put(&both, buf_bytes(&e->cert));
	TRY(http_new(where, &h));
	TRY(sign_send(h, buf_bytes(&both), &answer));
	sign_answer_tell(&answer, e->act.quiet);
	if (sign_answer_fate(&answer) == SIGN_REFUSED)
		err = ICS_EDENIED;
out:
	sign_answer_release(&answer);
	http_free(h);
	buf_release(&both);
	return err;
}

/* A server that is down for a moment is asked again. */
static enum ics_err
also_send(struct enroll *e, struct bytes url)
{
	char *text = alloc_str_from_bytes(url);
	struct where where = { .kind = WHERE_URL };
	enum ics_err err;

	TRY(where_url_read(text, where.url));
	for (unsigned i = 0; i < ALSO_TRIES; i++) {
		err = also_try(e, &where);
		if (err != ICS_ENET && err != ICS_ETIMEOUT && err != ICS_EBUSY)
			break;
		if (i + 1 < ALSO_TRIES) {
			out_note(e->act.quiet, "%s: again in %u s", text,
			    1u << i);
			(void)sleep(1u << i); /* woken early: tried early */
		}
	}
	if (err != ICS_OK)
		out_fail("%s: not told; enroll again tells it", text);
out:
	free(text);
	return err;
}

static enum ics_err
others_send(struct enroll *e)
{
	const char *list = e->ics->opts[ICS_OPT_ALSO];
	enum ics_err worst = ICS_OK, err;

	while (list != NULL && list[0] != '\0') {
		size_t n = strcspn(list, ",");

		err = also_send(e, bytes_of(list, n));
		if (err != ICS_OK)
			worst = err;
		list += n + (list[n] == ',');
	}
	return worst;
}

static void
device_tell(const struct enroll *e, bool is_new)
{
	char fpr[PGP_FPR_TEXT_MAX];

	pgp_fpr_hex(&pgp_cert_primary(e->target.cert.clean)->fpr, fpr);
	out_note(e->act.quiet, "%s: %s %s", e->ics->args[0],
	    is_new ? "its key is new:" : "is enrolled already, by its key",
	    fpr);
}

static enum ics_err
enroll(struct enroll *e)
{
	bool is_new = false;
	enum ics_err err, others;

	TRY(sign_options_read(e->ics, e->passphrase, &e->act));
	e->device_how.home = e->ics->opts[ICS_OPT_DEVICE_HOME];
	if (e->device_how.home == NULL)
		e->device_how.home = e->act.how.home;
	TRY(maker_find(e));
	if (e->act.dry_run) {
		out_note(e->act.quiet,
		    "%s: would be found or made, and certified",
		    e->ics->args[0]);
		return ICS_OK;
	}
	TRY(device_get(e, &is_new));
	device_tell(e, is_new);
	err = is_certified(e) ? device_send(e) : device_certify(e);
	others = others_send(e);
	return err == ICS_OK ? others : err;
out:
	return err;
}

int
cmd_enroll(struct ics *ics)
{
	struct enroll e = { .ics = ics };
	enum ics_err err;

	buf_init(&e.cert, PGP_CERT_RAW_MAX);
	buf_init(&e.maker_cert, PGP_CERT_RAW_MAX);
	err = enroll(&e);
	sign_target_release(&e.target);
	sign_agent_free(e.agent);
	buf_release(&e.cert);
	buf_release(&e.maker_cert);
	explicit_bzero(e.passphrase, sizeof(e.passphrase));
	return err_exit(err);
}
