/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics reload: what SIGHUP does, for whoever may use the socket. */
#include "client/http.h"
#include "client/out.h"
#include "ics/ics.h"

int
cmd_reload(struct ics *ics)
{
	const struct http_body nothing = { "application/json",
		{ (const uint8_t *)"{}", 2 } };
	struct http_answer answer = { 0 };
	struct http *h = NULL;
	enum ics_err err;

	if (ics->where.kind != WHERE_SOCKET) {
		out_fail("%s: no server runs here", where_name(&ics->where));
		return ICS_EXIT_UNREACHED;
	}
	TRY(http_new(&ics->where, &h));
	TRY(http_post(h, "/local/reload", &nothing, &answer));
	err = http_judge(&answer);
	if (err != ICS_OK)
		http_tell(&answer, "reload");
	else
		out_note(ics_quiet(ics),
		    "the server reads its configuration again; "
		    "what is wrong with it stands in its log");
out:
	http_answer_release(&answer);
	http_free(h);
	return err_exit(err);
}
