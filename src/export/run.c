/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One certificate, judged here, and its key in other clothes. */
#include "export/export.h"

#include "base/clock.h"
#include "base/hex.h"
#include "client/find.h"
#include "client/judge.h"
#include "client/out.h"

#define EXPORT_MAX 65536

/* The certificate that was asked for, alone and with a valid key. */
static enum ics_err
cert_get(const struct export *what, struct buf *packets, struct judged *j)
{
	struct pgp_block block, more;
	struct cursor cur;
	struct find find;
	enum ics_err err;

	TRY(find_read(what->typed, &find));
	TRY(find_certs(what->where, &find, true, packets));
	cur = cursor_of(buf_bytes(packets));
	TRY(pgp_block_next(&cur, &block));
	if (pgp_block_next(&cur, &more) == ICS_OK) {
		out_fail("%s: several certificates; name one by its "
			 "fingerprint",
		    what->typed);
		return ICS_EUSAGE;
	}
	judge_block(block.data, what->how, j);
	if (j->state == JUDGE_VALID)
		return ICS_OK;
	out_fail("%s: the key is %s%s", what->typed, judge_state_word(j->state),
	    j->state == JUDGE_NAMED
		? "; give its maker's certificate as --anchor"
		: "");
	return ICS_EDENIED;
out:
	return err;
}

static void
comment_write(const struct judged *j, struct buf *to)
{
	char hex[PGP_FPR_TEXT_MAX];

	hex_upper(pgp_fpr_bytes(&j->fpr), hex);
	buf_put_str(to, hex);
	if (j->facts.uids_n == 0)
		return;
	buf_u8(to, ' ');
	buf_put(to, j->facts.uids[0].uid);
}

static enum ics_err
forms_write(const struct export *what, const struct judged *j,
    const struct pgp_key *key, struct buf *out)
{
	struct buf comment;
	enum ics_err err = ICS_OK;

	buf_init(&comment, EXPORT_MAX);
	comment_write(j, &comment);
	if ((what->forms & EXPORT_SSH) != 0)
		TRY(export_key_ssh(key, buf_bytes(&comment), out));
	if ((what->forms & EXPORT_PEM) != 0)
		TRY(export_key_pem(key, out));
	if ((what->forms & EXPORT_PIN) != 0)
		TRY(export_key_pin(key, out));
out:
	buf_release(&comment);
	if (err != ICS_OK)
		out_fail("%s: a key of %s cannot be written in this form",
		    what->typed, pgp_algo_words(key->algo));
	return err;
}

static enum ics_err
key_choose(const struct export *what, const struct judged *j,
    const struct pgp_key **key)
{
	const struct export_key_wish wish = {
		.typed = bytes_of_str(what->key == NULL ? "" : what->key),
		.now = clock_now()
	};
	enum ics_err err = export_key_choose(&j->facts, &wish, key);

	if (err == ICS_EDENIED)
		out_fail("%s: the key is revoked or expired", what->typed);
	else if (err == ICS_ENOTFOUND)
		out_fail(what->key == NULL ? "%s: no key for authentication "
					     "or signing; --key names another"
					   : "%s: has no such key",
		    what->typed);
	return err;
}

enum ics_err
export_run(const struct export *what)
{
	struct out_file file = { 0 };
	struct judged j = { 0 };
	const struct pgp_key *key;
	struct buf packets, text;
	enum ics_err err;

	buf_init(&packets, FIND_OCTETS_MAX);
	buf_init(&text, EXPORT_MAX);
	TRY(cert_get(what, &packets, &j));
	TRY(key_choose(what, &j, &key));
	TRY(forms_write(what, &j, key, &text));
	TRY(out_open(&file, what->output));
	err = out_put(&file, buf_bytes(&text));
	if (err == ICS_OK)
		err = out_close(&file);
	if (err != ICS_OK)
		out_abandon(&file);
out:
	judge_release(&j);
	buf_release(&packets);
	buf_release(&text);
	return err;
}
