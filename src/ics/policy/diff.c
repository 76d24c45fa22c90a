/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ics policy diff: what another version would change, and which way it goes. */
#include <stdio.h>

#include "client/out.h"
#include "ics/policy.h"

static const char *
turn_words(unsigned turn)
{
	static const char *const words[] = {
		[0] = "neither",
		[DOMAIN_STRICTER] = "stricter",
		[DOMAIN_OPENER] = "more open",
		[DOMAIN_STRICTER | DOMAIN_OPENER] = "both",
	};

	return words[turn & (DOMAIN_STRICTER | DOMAIN_OPENER)];
}

static json_t *
line_json(int line)
{
	return line == 0 ? json_null() : json_integer(line);
}

static void
changes_json(const struct domain_changes *all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < all->n; i++) {
		const struct domain_change *c = &all->at[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:b, s:b, s:o, s:o, s:o}", "section",
			c->section, "stricter",
			(int)((c->turn & DOMAIN_STRICTER) != 0), "more_open",
			(int)((c->turn & DOMAIN_OPENER) != 0), "old_line",
			line_json(c->old_line), "new_line",
			line_json(c->new_line), "words",
			out_json_text(bytes_of_str(c->words))));
	}
	out_json(json_pack("{s:o}", "changes", list));
}

/* "stricter   grant: acme as owner ended (line 12, gone)" */
static void
change_tell(const struct domain_change *c)
{
	char where[64] = "";
	struct buf words;

	buf_init(&words, OUT_LINE_MAX);
	out_clean(bytes_of_str(c->words), &words);
	if (c->old_line != 0 && c->new_line != 0)
		(void)snprintf(where, sizeof(where), " (line %d, was %d)",
		    c->new_line, c->old_line); /* fits */
	else if (c->old_line != 0)
		(void)snprintf(where, sizeof(where), " (was line %d)",
		    c->old_line); /* fits */
	else if (c->new_line != 0)
		(void)snprintf(where, sizeof(where), " (line %d)",
		    c->new_line); /* fits */
	out_line("%-9s  %s: %s%s", turn_words(c->turn), c->section,
	    buf_str(&words), where);
	buf_release(&words);
}

void
policy_changes_tell(bool quiet, const struct domain_changes *all)
{
	size_t stricter = 0, open = 0;

	for (size_t i = 0; i < all->n; i++) {
		change_tell(&all->at[i]);
		stricter += (all->at[i].turn & DOMAIN_STRICTER) != 0;
		open += (all->at[i].turn & DOMAIN_OPENER) != 0;
	}
	out_note(quiet, "%zu changes, %zu stricter, %zu more open", all->n,
	    stricter, open);
}

int
policy_do_diff(struct ics *ics)
{
	struct policy_file before = { 0 }, now = { 0 };
	struct domain_changes all = { 0 };
	bool differ = false;
	enum ics_err err;

	TRY(policy_file_read(ics->args[0], &before));
	TRY(policy_file_read(ics->args[1], &now));
	domain_diff(before.domain, now.domain, &all);
	differ = all.n > 0;
	if (ics_has(ics, ICS_OPT_JSON))
		changes_json(&all);
	else
		policy_changes_tell(ics_quiet(ics), &all);
out:
	policy_file_release(&before);
	policy_file_release(&now);
	domain_changes_free(&all);
	if (err == ICS_OK)
		return differ ? ICS_EXIT_NO : ICS_EXIT_YES;
	return err == ICS_EFORMAT ? ICS_EXIT_USAGE : err_exit(err);
}
