/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics radius: a piece of code is found bad; which things have it, whose are
 * they, and how is he reached? The index of hashes finds them; each is then
 * asked for by itself, since an owner is a matter of history.
 */
#include <stdlib.h>

#include "client/out.h"
#include "prove/ask.h"
#include "prove/digest.h"
#include "prove/search.h"
#include "prove/survey.h"
#include "prove/tell.h"

struct radius {
	const struct prove_survey *what;
	struct prove_question q;
	struct prove_anchors *anchors; /* owned */
	struct http *h;		       /* owned: without anchors */
	struct notations_subject code;
	char text[NOTATIONS_SUBJECT_TEXT_MAX]; /* "code:sha256:..." */
	json_t *about;			       /* owned: the code; or NULL */
	json_t *items;			       /* owned: who has it */
	json_t *owners; /* owned: {fingerprint: {name, contact, items}} */
	bool more;
};

/* ---- asking ---------------------------------------------------------------------- */

/* By the anchors' word, or quickly by the server's: one question. */
static enum ics_err
item_ask(struct radius *r, const struct notations_subject *subject,
    json_t **doc)
{
	const struct prove_wanted wanted = { subject, PROVE_DOC_ITEM };
	struct buf path;
	enum ics_err err;

	if (r->anchors->n > 0)
		return prove_question_ask(&r->q, &wanted, doc);
	buf_init(&path, 1024);
	prove_item_path(subject, &path);
	prove_when_query(&r->q.said, &r->q.when, &path);
	err = prove_get_json(&(struct prove_get){ r->h, buf_str(&path),
				 "the item" },
	    doc);
	buf_release(&path);
	return err;
}

static const json_t *
party_find(const json_t *doc, const char *fpr)
{
	const json_t *party;
	size_t i;

	json_array_foreach(json_object_get(doc, "parties"), i,
	    party) if (strcmp(prove_text(party, "fingerprint"), fpr) ==
		       0) return party;
	return NULL;
}

/* ---- what was found ----------------------------------------------------------------- */

/* Whose it is: the owner, or while nobody named one the maker. */
static void
owner_count(struct radius *r, const json_t *doc, json_t *item)
{
	const char *role = "owner", *fpr = prove_text(doc, role);
	const json_t *party;
	json_t *owner;

	if (fpr[0] == '\0') {
		role = "manufacturer";
		fpr = prove_text(doc, role);
	}
	if (fpr[0] == '\0')
		return;
	party = party_find(doc, fpr);
	json_object_set_new(item, "answers", json_string(fpr));
	json_object_set_new(item, "as", json_string(role));
	owner = json_object_get(r->owners, fpr);
	if (owner == NULL) {
		owner = json_pack("{s:s, s:s, s:s, s:i}", "fingerprint", fpr,
		    "name", prove_text(party, "name"), "contact",
		    prove_text(party, "contact"), "items", 0);
		json_object_set_new(r->owners, fpr, owner);
	}
	json_object_set_new(owner, "items",
	    json_integer(json_integer_value(json_object_get(owner, "items")) +
			 1));
}

static enum ics_err
item_take(struct radius *r, const char *id)
{
	struct notations_subject subject;
	json_t *doc = NULL, *item, *status;
	enum ics_err err;

	if (!notations_subject_read(bytes_of_str(id), &subject) ||
	    notations_subject_equal(&subject, &r->code))
		return ICS_OK;
	err = item_ask(r, &subject, &doc);
	if (err == ICS_OK) {
		status = json_object_get(doc, "status");
		item = json_pack("{s:s, s:O*, s:s}", "item", id, "names",
		    json_object_get(doc, "names"), "status",
		    prove_text(status, "status"));
		owner_count(r, doc, item);
		json_array_append_new(r->items, item);
	}
	json_decref(doc);
	return err == ICS_ENOTFOUND ? ICS_OK : err; /* gone meanwhile */
}

static enum ics_err
radius_find(struct radius *r)
{
	char term[NOTATIONS_SUBJECT_TEXT_MAX + 8];
	char *const terms[] = { term };
	const struct prove_search search = { .where = r->what->where,
		.args = terms,
		.args_n = 1,
		.limit = r->what->limit };
	json_t *rows = NULL, *row;
	enum ics_err err;
	size_t i;

	(void)snprintf(term, sizeof(term), "hash=%s", r->text + 5); /* fits */
	err = item_ask(r, &r->code, &r->about);
	TRY(err == ICS_ENOTFOUND ? ICS_OK : err);
	TRY(prove_search_items(&search, &rows, &r->more));
	json_array_foreach(rows, i, row) if (err == ICS_OK) err =
	    item_take(r, prove_text(row, "item"));
out:
	json_decref(rows);
	return err;
}

/* Holes, as those say who may; each once. */
static json_t *
vulns_of(const json_t *about)
{
	json_t *seen = json_object(), *list = json_array();
	const json_t *statement, *vuln;
	size_t i, k;

	json_array_foreach(json_object_get(about, "statements"), i, statement)
	{
		const char *standing = prove_text(statement, "standing");
		const json_t *values = json_object_get(statement, "values");

		if (strcmp(standing, "authorised") != 0 &&
		    strcmp(standing, "superseded") != 0)
			continue;
		json_array_foreach(json_object_get(values, "vuln"), k, vuln)
		{
			const char *text = json_string_value(vuln);

			if (text == NULL || json_object_get(seen, text) != NULL)
				continue;
			json_object_set_new(seen, text, json_true());
			json_array_append_new(list, json_string(text));
		}
	}
	json_decref(seen);
	return list;
}

/* ---- telling ------------------------------------------------------------------------- */

static void
code_print(const struct radius *r)
{
	const json_t *status = json_object_get(r->about, "status");
	json_t *vulns = vulns_of(r->about);
	const json_t *vuln;
	const char *name =
	    json_string_value(json_array_get(json_object_get(r->about, "names"),
		0));
	size_t i;

	if (r->about == NULL)
		out_line("%s  nothing is said about it", r->text);
	else
		out_line("%s  %s%s%s%s%s", r->text,
		    prove_text(status, "status"),
		    prove_text(status, "stated_at")[0] == '\0' ? ""
							       : "  since ",
		    prove_text(status, "stated_at"), name == NULL ? "" : "  ",
		    name == NULL ? "" : name);
	json_array_foreach(vulns, i, vuln)
	    out_line("    %s", json_string_value(vuln));
	json_decref(vulns);
}

static void
item_print(const json_t *item)
{
	const char *name =
	    json_string_value(json_array_get(json_object_get(item, "names"),
		0));

	out_line("  %s  %s%s%s%s%s%s", prove_text(item, "item"),
	    prove_text(item, "status"), name == NULL ? "" : "  ",
	    name == NULL ? "" : name,
	    prove_text(item, "as")[0] == '\0' ? "" : "  ",
	    prove_text(item, "as"),
	    prove_text(item, "answers")[0] == '\0' ? "  nobody answers for it"
						   : "");
}

static void
owner_print(const char *fpr, const json_t *owner)
{
	const char *contact = prove_text(owner, "contact");

	out_line("%lld of them: %s  %s",
	    (long long)json_integer_value(json_object_get(owner, "items")), fpr,
	    prove_text(owner, "name"));
	out_line("    %s%s",
	    contact[0] == '\0' ? "gives no contact" : "contact: ", contact);
}

static void
radius_print(const struct radius *r)
{
	const json_t *item;
	json_t *owner;
	const char *fpr;
	size_t i;

	code_print(r);
	json_array_foreach(r->items, i, item) item_print(item);
	json_object_foreach(r->owners, fpr, owner) owner_print(fpr, owner);
	if (r->more)
		out_note(r->what->quiet, "there are more; --limit shows them");
	if (r->anchors->n == 0)
		out_note(r->what->quiet,
		    "the judgement is that of %s; --anchor makes it yours",
		    where_name(r->what->where));
}

static void
radius_print_json(const struct radius *r)
{
	json_t *owners = json_array(), *owner;
	const char *fpr;

	json_object_foreach(r->owners, fpr, owner)
	    json_array_append(owners, owner);
	out_json(json_pack("{s:s, s:O*, s:o, s:O, s:o, s:b}", "code", r->text,
	    "status", json_object_get(r->about, "status"), "vulnerabilities",
	    vulns_of(r->about), "items", r->items, "owners", owners, "more",
	    r->more ? 1 : 0));
}

/* ---- the door --------------------------------------------------------------------------- */

static enum ics_err
radius_open(struct radius *r)
{
	const struct prove_survey *what = r->what;
	struct prove_digests file;
	enum ics_err err;

	TRY(prove_when_read(&what->when, &r->q.when));
	TRY(prove_anchors_read(what->anchors, r->anchors));
	if (!notations_subject_guess(bytes_of_str(what->args[0]), &r->code) ||
	    r->code.kind != NOTATIONS_SUBJECT_CODE) {
		TRY(prove_digest_file(what->args[0], PROVE_DIGEST_FIRST,
		    &file));
		r->code = file.at[0];
	}
	notations_subject_text(&r->code, r->text);
	err = prove_server_open(what->where, &r->h);
out:
	return err;
}

enum ics_err
prove_radius_run(const struct prove_survey *what)
{
	struct radius r = { .what = what,
		.q = { .where = what->where, .said = what->when },
		.anchors = alloc_zero(1, sizeof(*r.anchors)),
		.items = json_array(),
		.owners = json_object() };
	enum ics_err err;

	r.q.anchors = r.anchors;
	TRY(radius_open(&r));
	TRY(radius_find(&r));
	if (what->json)
		radius_print_json(&r);
	else
		radius_print(&r);
out:
	http_free(r.h);
	json_decref(r.about);
	json_decref(r.items);
	json_decref(r.owners);
	prove_anchors_release(r.anchors);
	free(r.anchors);
	return err;
}
