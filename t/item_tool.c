/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What scripts ask of items about packets, armored or not, on standard input:
 *
 *	item_tool WHAT SUBJECT [-r ROOT]... [-m MANUFACTURER]... [-t SECONDS]
 *
 * WHAT is item, status or history: the document; bundle: what was verified,
 * as packets; missing: issuers whose certificates are not there. Findings go
 * to standard error, a line each. Exit 1: nothing is known. "item_tool domain"
 * prints the domain of notations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "item/item.h"

#define INPUT_MAX  (16u << 20)
#define RIGHTS_MAX 16

static struct policy_right rights[RIGHTS_MAX];
static struct policy_rights given = { .at = rights };
static struct policy_time when;
static struct item_pool *pool;

static int
right_add(const char *text, enum notations_role role)
{
	struct notations_subject s;

	if (given.n == RIGHTS_MAX ||
	    !notations_subject_guess(bytes_of_str(text), &s) ||
	    !notations_subject_fpr(&s, &rights[given.n].fpr))
		return 2;
	rights[given.n++].role = role;
	return 0;
}

static int
options_read(int argc, char **argv)
{
	int c, failed = 0;

	while ((c = getopt(argc, argv, "r:m:t:")) != -1) {
		if (c == 'r')
			failed |= right_add(optarg, NOTATIONS_ROLE_NONE);
		else if (c == 'm')
			failed |=
			    right_add(optarg, NOTATIONS_ROLE_MANUFACTURER);
		else if (c == 't')
			when.at = strtoll(optarg, NULL, 10);
		else
			failed = 2;
	}
	return failed;
}

static int
input_read(void)
{
	uint8_t *room = alloc_new(INPUT_MAX);
	size_t n = fread(room, 1, INPUT_MAX, stdin);
	struct buf packets;
	enum ics_err err;

	buf_init(&packets, INPUT_MAX);
	TRY(pgp_input_read(bytes_of(room, n), &packets));
	TRY(item_pool_add(pool, buf_bytes(&packets)));
out:
	if (err != ICS_OK)
		fprintf(stderr, "input: %s\n", err_name(err));
	buf_release(&packets);
	free(room);
	return err == ICS_OK ? 0 : 2;
}

static int
settle(void)
{
	struct report rep = { 0 };
	enum ics_err err = item_pool_settle(pool, when.at, &rep);

	for (size_t i = 0; i < rep.n; i++)
		fprintf(stderr, "%s: %s\n", rep.at[i].reason->name,
		    rep.at[i].about);
	report_release(&rep);
	return err == ICS_OK ? 0 : 2;
}

static int
bundle_write(const struct notations_subject *subject)
{
	struct buf out;

	(void)subject; /* everything is written */
	buf_init(&out, INPUT_MAX);
	item_pool_write(pool, &out);
	fwrite(out.p, 1, out.n, stdout);
	buf_release(&out);
	return 0;
}

static int
missing_print(const struct notations_subject *subject)
{
	struct pgp_fpr fprs[64];
	size_t n = item_pool_missing(pool, fprs, 64);

	(void)subject; /* of everything */
	for (size_t i = 0; i < n; i++) {
		char text[PGP_FPR_TEXT_MAX + 2];

		notations_vfp_text(&fprs[i], text);
		puts(text);
	}
	return 0;
}

static int
document_print(const struct notations_subject *subject,
    json_t *(*tell)(const struct item_telling *t))
{
	struct item_source source;
	struct policy_state state;
	struct item it;
	struct item_telling t = { .it = &it, .state = &state, .when = &when };
	json_t *json;
	enum ics_err err;

	item_source_of_pool(pool, &source);
	source.rights = &given;
	err = item_read(&source, subject, &it);
	if (err == ICS_OK) {
		item_fold(&it, &given, &when, &state);
		json = tell(&t);
		json_dumpf(json, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
		putchar('\n');
		json_decref(json);
		policy_state_release(&state);
	}
	item_release(&it);
	return err == ICS_OK ? 0 : 1;
}

static int
descriptor_print(const struct notations_subject *subject)
{
	return document_print(subject, item_json_descriptor);
}

static int
status_print(const struct notations_subject *subject)
{
	return document_print(subject, item_json_status);
}

static int
history_print(const struct notations_subject *subject)
{
	return document_print(subject, item_json_history);
}

static const struct {
	const char *what;
	int (*run)(const struct notations_subject *subject);
} rows[] = {
	{ "item", descriptor_print },
	{ "status", status_print },
	{ "history", history_print },
	{ "bundle", bundle_write },
	{ "missing", missing_print },
};

int
main(int argc, char **argv)
{
	struct notations_subject subject;
	int status = 2;

	if (argc == 2 && strcmp(argv[1], "domain") == 0)
		return puts(NOTATION_DOMAIN) < 0;
	when.at = clock_now();
	when.skew = POLICY_SKEW;
	if (argc < 3 || pgp_crypto_init() != ICS_OK ||
	    !notations_subject_guess(bytes_of_str(argv[2]), &subject) ||
	    options_read(argc - 2, argv + 2) != 0) {
		fputs("usage: item_tool WHAT SUBJECT [-r FPR] [-m FPR] "
		      "[-t SECONDS]\n",
		    stderr);
		return 2;
	}
	pool = item_pool_new();
	if (input_read() == 0 && settle() == 0) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (strcmp(rows[i].what, argv[1]) == 0)
				status = rows[i].run(&subject);
		}
	}
	item_pool_free(pool);
	return status;
}
