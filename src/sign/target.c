/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what was typed to an entity, to code, or to a statement. */
#include "sign/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <gcrypt.h>

#include "client/find.h"
#include "client/out.h"
#include "sign/gpg.h"

void
sign_target_release(struct sign_target *t)
{
	sign_cert_release(&t->cert);
}

static bool
is_path(const char *typed)
{
	return strchr(typed, '/') != NULL || strcmp(typed, "-") == 0;
}

/* ---- entities ------------------------------------------------------------------- */

static enum ics_err
cert_take(const struct sign_search *search, struct bytes data,
    const char *typed, struct sign_target *t)
{
	enum ics_err err;

	TRY(sign_cert_read(data, typed, search->now, &t->cert));
	notations_subject_of_fpr(&pgp_cert_primary(t->cert.clean)->fpr,
	    &t->subject);
	if (t->subject.kind == NOTATIONS_SUBJECT_ENTITY)
		return ICS_OK;
	out_fail("%s: keys of version %u have no statements", typed,
	    pgp_cert_primary(t->cert.clean)->version);
	err = ICS_EUNSUPPORTED;
out:
	return err;
}

static enum ics_err
file_take(const struct sign_search *search, const char *typed,
    struct sign_target *t)
{
	struct buf data;
	enum ics_err err;

	buf_init(&data, 2 * (size_t)PGP_CERT_RAW_MAX);
	TRY(sign_file_read(typed, &data));
	err = cert_take(search, buf_bytes(&data), typed, t);
out:
	buf_release(&data);
	return err;
}

static size_t
certs_count(struct bytes packets)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_block block;
	size_t n = 0;

	while (pgp_block_next(&cur, &block) == ICS_OK)
		n++;
	return n;
}

static enum ics_err
server_take(const struct sign_search *search, const char *typed,
    struct sign_target *t)
{
	struct find find;
	struct buf found;
	enum ics_err err;

	buf_init(&found, FIND_OCTETS_MAX);
	TRY(find_read(typed, &find));
	TRY(find_certs(search->where, &find, true, &found));
	if (certs_count(buf_bytes(&found)) > 1) {
		out_fail("%s: several certificates fit; name one by its "
			 "fingerprint",
		    typed);
		err = ICS_EUSAGE;
		goto out;
	}
	t->is_on_server = true;
	err = cert_take(search, buf_bytes(&found), typed, t);
out:
	buf_release(&found);
	return err;
}

static enum ics_err
keyring_take(const struct sign_search *search, const char *typed,
    struct sign_target *t)
{
	struct buf found;
	enum ics_err err;

	buf_init(&found, PGP_CERT_RAW_MAX);
	TRY(sign_gpg_public(search->home, typed, &found));
	err = cert_take(search, buf_bytes(&found), typed, t);
out:
	buf_release(&found);
	return err;
}

static enum ics_err
query_take(const struct sign_search *search, const char *typed,
    struct sign_target *t)
{
	return search->where->kind == WHERE_FILE
		   ? keyring_take(search, typed, t)
		   : server_take(search, typed, t);
}

enum ics_err
sign_target_find(const struct sign_search *search, const char *typed,
    struct sign_target *t)
{
	*t = (struct sign_target){ .file_size = 0 };
	if (is_path(typed))
		return file_take(search, typed, t);
	if (notations_subject_guess(bytes_of_str(typed), &t->subject))
		return ICS_OK;
	return query_take(search, typed, t);
}

enum ics_err
sign_target_cert(const struct sign_search *search, struct sign_target *t)
{
	char typed[PGP_FPR_TEXT_MAX];
	struct pgp_fpr fpr;

	if (t->cert.clean != NULL)
		return ICS_OK;
	if (!notations_subject_fpr(&t->subject, &fpr)) {
		out_fail("only what has a key can be certified; say "
			 "--carrier record");
		return ICS_EUSAGE;
	}
	pgp_fpr_hex(&fpr, typed);
	return query_take(search, typed, t);
}

/* ---- code ------------------------------------------------------------------------ */

static enum ics_err
stream_hash(FILE *file, struct sign_target *t)
{
	uint8_t piece[65536];
	gcry_md_hd_t md;
	size_t n;

	if (gcry_md_open(&md, GCRY_MD_SHA256, 0) != 0)
		return ICS_EUNSUPPORTED;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0) {
		gcry_md_write(md, piece, n);
		t->file_size += n;
	}
	t->subject.kind = NOTATIONS_SUBJECT_CODE;
	t->subject.tag = PGP_HASH_SHA256;
	t->subject.n = 32;
	memcpy(t->subject.b, gcry_md_read(md, 0), 32);
	gcry_md_close(md);
	return ferror(file) ? ICS_EIO : ICS_OK;
}

static enum ics_err
file_hash(const char *path, struct sign_target *t)
{
	FILE *file = fopen(path, "rbe");
	const char *slash = strrchr(path, '/');
	enum ics_err err;

	if (file == NULL) {
		err = err_from_errno(errno);
		out_fail("%s: %s", path, err_words(err));
		return err;
	}
	t->file_name = bytes_of_str(slash == NULL ? path : slash + 1);
	err = stream_hash(file, t);
	if (err != ICS_OK)
		out_fail("%s: %s", path, err_words(err));
	(void)fclose(file); /* only read */
	return err;
}

enum ics_err
sign_target_code(const char *typed, struct sign_target *t)
{
	*t = (struct sign_target){ .file_size = 0 };
	if (notations_subject_guess(bytes_of_str(typed), &t->subject) &&
	    t->subject.kind == NOTATIONS_SUBJECT_CODE)
		return ICS_OK;
	return file_hash(typed, t);
}

/* ---- statements -------------------------------------------------------------------- */

static bool
digest_typed(const char *typed, struct sign_target *t)
{
	struct notations_subject *s = &t->subject;

	if (!notations_subject_guess(bytes_of_str(typed), s) ||
	    s->kind == NOTATIONS_SUBJECT_ENTITY || s->tag != PGP_HASH_SHA256)
		return false;
	s->kind = NOTATIONS_SUBJECT_RECORD;
	return true;
}

static enum ics_err
first_signature(struct bytes packets, struct sign_target *t)
{
	struct cursor cur = cursor_of(packets);
	struct pgp_packet packet;
	struct pgp_sig sig;

	while (pgp_packet_next(&cur, &packet) == ICS_OK) {
		if (packet.tag != PGP_TAG_SIGNATURE ||
		    pgp_sig_parse(packet.body, &sig) != ICS_OK)
			continue;
		t->subject =
		    (struct notations_subject){ .kind =
						    NOTATIONS_SUBJECT_RECORD,
			    .tag = PGP_HASH_SHA256,
			    .n = 32 };
		pgp_sig_record_digest(&sig, t->subject.b);
		return ICS_OK;
	}
	return ICS_ENOTFOUND;
}

enum ics_err
sign_target_record(const char *typed, struct sign_target *t)
{
	struct buf data, plain;
	enum ics_err err;

	*t = (struct sign_target){ .file_size = 0 };
	if (digest_typed(typed, t))
		return ICS_OK;
	buf_init(&data, 2 * (size_t)PGP_SIG_MAX);
	buf_init(&plain, 2 * (size_t)PGP_SIG_MAX);
	TRY(sign_file_read(typed, &data));
	err = pgp_input_read(buf_bytes(&data), &plain);
	if (err == ICS_OK)
		err = first_signature(buf_bytes(&plain), t);
	if (err != ICS_OK)
		out_fail("%s: neither a record's digest nor a file with a "
			 "record",
		    typed);
out:
	buf_release(&data);
	buf_release(&plain);
	return err;
}
