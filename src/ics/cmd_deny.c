/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics deny FINGERPRINT --reason TEXT: remove it and keep it out;
 * ics deny --list; ics deny --remove FINGERPRINT.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "client/find.h"
#include "client/out.h"
#include "ics/operate.h"

#define REASON_DEFAULT "removed by the operator"

/* ---- the list -------------------------------------------------------------------- */

static enum ics_err
list_from_file(const char *dir, json_t *rows)
{
	struct store_reader *r = NULL;
	struct store_denied denied = { 0 };
	char hex[PGP_FPR_TEXT_MAX];
	enum ics_err err;

	TRY(store_reader_open(dir, NULL, &r));
	TRY(store_reader_begin(r));
	while ((err = store_deny_next(r, &denied.fpr, &denied)) == ICS_OK) {
		pgp_fpr_hex(&denied.fpr, hex);
		json_array_append_new(rows,
		    json_pack("{s:i, s:s, s:o, s:o}", "version",
			(int)denied.fpr.version, "fingerprint", hex, "since",
			out_json_time(denied.since), "reason",
			out_json_text(bytes_of_str(denied.reason))));
	}
	if (err == ICS_ENOTFOUND)
		err = ICS_OK;
out:
	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_reader_close(r);
	return err;
}

static enum ics_err
list_from_socket(const struct where *where, json_t *rows)
{
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	json_t *doc = NULL;
	enum ics_err err;

	TRY(http_new(where, &h));
	TRY(http_get(h, "/local/denied", &answer));
	err = http_judge(&answer);
	if (err != ICS_OK) {
		http_tell(&answer, "deny --list");
		goto out;
	}
	doc = http_json(&answer);
	err = doc == NULL ? ICS_EFORMAT : ICS_OK;
	json_array_extend(rows, json_object_get(doc, "denied"));
out:
	json_decref(doc);
	http_answer_release(&answer);
	http_free(h);
	return err;
}

/* The fingerprint as every other command shows it. */
static void
row_print(const json_t *row)
{
	char hex[PGP_FPR_TEXT_MAX] = "";
	struct pgp_fpr fpr;

	if (find_read_fpr(http_member_text(row, "fingerprint"), &fpr) == ICS_OK)
		hex_upper(pgp_fpr_bytes(&fpr), hex);
	out_line("%s  %.10s  %s", hex, http_member_text(row, "since"),
	    http_member_text(row, "reason"));
}

static int
list_print(const struct ics *ics)
{
	json_t *rows = json_array(), *row;
	enum ics_err err = ics->where.kind == WHERE_SOCKET
			       ? list_from_socket(&ics->where, rows)
			       : list_from_file(ics->where.dir, rows);
	size_t i;

	if (err != ICS_OK) {
		json_decref(rows);
		return err_exit(err);
	}
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:o}", "denied", rows));
		return ICS_EXIT_YES;
	}
	json_array_foreach(rows, i, row)
	{
		row_print(row);
	}
	json_decref(rows);
	return ICS_EXIT_YES;
}

int
cmd_deny(struct ics *ics)
{
	struct operate_order order = { .order = INTAKE_DENY,
		.reason = ics->opts[ICS_OPT_REASON] };

	if (ics_has(ics, ICS_OPT_LIST) && ics->args_n == 0)
		return list_print(ics);
	if (ics_has(ics, ICS_OPT_LIST) || ics->args_n == 0) {
		out_fail(
		    "usage: ics deny FINGERPRINT --reason TEXT, or --list, "
		    "or --remove FINGERPRINT");
		return ICS_EXIT_USAGE;
	}
	if (order.reason == NULL)
		order.reason = REASON_DEFAULT;
	if (strlen(order.reason) >= STORE_DENY_REASON_MAX) {
		out_fail("a reason has at most %d octets",
		    STORE_DENY_REASON_MAX - 1);
		return ICS_EXIT_USAGE;
	}
	if (ics_has(ics, ICS_OPT_REMOVE))
		order = (struct operate_order){ .order = INTAKE_ALLOW };
	return operate_all(ics, &order);
}
