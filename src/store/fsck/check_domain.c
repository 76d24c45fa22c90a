/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck of domains: numbers without gaps, each descriptor as the log has it
 * and as its text says, each item where the rules put it. What the text says
 * and where an item belongs is the judge's to tell.
 */
#include "store/check.h"
#include "store/row.h"

static enum ics_err
numbers_check(struct check *c)
{
	sqlite3_stmt *stmt = db_query(&c->r->db, SQL_CHECK_DOMAINS);
	char name[STORE_DOMAIN_NAME_MAX];
	int64_t want = 0, left;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		row_text(stmt, 1, name, sizeof(name));
		if (row_number(stmt, 0) != want)
			check_found(c, "domain %s: its number is not %lld",
			    name, (long long)want);
		want++;
	}
	if (err != ICS_ENOTFOUND)
		return err;
	stmt = db_query(&c->r->db, SQL_CHECK_DESCRIPTORS);
	TRY(db_step(&c->r->db, stmt));
	left = row_number(stmt, 0);
	if (left > 0)
		check_found(c, "%lld descriptors of no domain",
		    (long long)left);
out:
	return err;
}

static void
differ(struct check *c, const struct store_descriptor *d, const char *what)
{
	check_found(c, "domain %s, serial %lld: %s", d->name,
	    (long long)d->serial, what);
}

static enum ics_err
logged_compare(struct check *c, const struct store_descriptor *d)
{
	struct store_log_row row;
	enum ics_err err = store_log_next(c->r, d->position - 1, &row);

	if (err != ICS_OK && err != ICS_ENOTFOUND)
		return err;
	if (err == ICS_ENOTFOUND || row.position != d->position ||
	    row.event != STORE_EVENT_DESCRIPTOR)
		differ(c, d, "its log row is missing");
	else if (memcmp(row.digest, d->digest, sizeof(row.digest)) != 0)
		differ(c, d, "the log has another digest");
	else if (!pgp_fpr_equal(&row.item, &d->owner))
		differ(c, d, "the log has another owner");
	return ICS_OK;
}

/* The text is copied, since the log is looked at meanwhile. */
static enum ics_err
descriptor_check(struct check *c, const struct store_descriptor *lent)
{
	const struct store_judge *judge = c->how == NULL ? NULL : c->how->judge;
	struct store_descriptor d = *lent;
	uint8_t digest[32];
	bool is_right = true;
	enum ics_err err;

	d.text = alloc_bytes(lent->text);
	pgp_sha256(d.text, digest);
	if (memcmp(digest, d.digest, sizeof(digest)) != 0)
		differ(c, &d, "digest differs");
	TRY(logged_compare(c, &d));
	if (judge != NULL)
		TRY(judge->descriptor(judge->arg, c->r, &d, &is_right));
	if (!is_right)
		differ(c, &d, "its text says otherwise");
out:
	alloc_bytes_free(d.text);
	return err;
}

static enum ics_err
descriptors_check(struct check *c)
{
	struct store_descriptor d = { .serial = 0 };
	char name[STORE_DOMAIN_NAME_MAX] = "";
	int64_t serial = 0;
	enum ics_err err;

	while ((err = store_descriptor_next(c->r, name, serial, &d)) ==
	       ICS_OK) {
		memcpy(name, d.name, sizeof(name));
		serial = d.serial;
		TRY(descriptor_check(c, &d));
	}
out:
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

static enum ics_err
member_check(struct check *c, const struct notations_subject *subject)
{
	const struct store_judge *judge = c->how->judge;
	char name[NOTATIONS_SUBJECT_TEXT_MAX];
	bool is_right;
	enum ics_err err;

	TRY(judge->member(judge->arg, c->r, subject, &is_right));
	if (is_right)
		return ICS_OK;
	c->members = true;
	check_subject_name(subject, name);
	check_found(c, "%s: the domains that it belongs to differ", name);
out:
	return err;
}

/* Whatever is known must be where the rules put it. */
static enum ics_err
known_check(struct check *c, enum sql_query query)
{
	sqlite3_stmt *stmt = db_query_keep(&c->r->db, query);
	struct notations_subject subject;
	struct pgp_fpr fpr;
	enum ics_err err = ICS_OK;

	for (int64_t done = 0;;) {
		row_bind_number(stmt, ":done", done);
		err = db_step(&c->r->db, stmt);
		if (err != ICS_OK)
			break;
		if (query == SQL_WALK_CERT) {
			TRY(row_fpr(stmt, 0, 1, &fpr));
			notations_subject_of_fpr(&fpr, &subject);
			done = row_number(stmt, 2);
		} else {
			done = row_number(stmt, 1);
			if (!notations_subject_of_octets(row_bytes(stmt, 0),
				&subject))
				subject.kind = NOTATIONS_SUBJECT_NONE;
		}
		(void)sqlite3_reset(stmt); /* the step has told */
		if (subject.kind != NOTATIONS_SUBJECT_NONE)
			TRY(member_check(c, &subject));
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* Nothing that is not known belongs anywhere. */
static enum ics_err
members_check(struct check *c)
{
	sqlite3_stmt *stmt = db_query_keep(&c->r->db, SQL_CHECK_MEMBERSHIP);
	struct notations_subject subject;
	enum ics_err err;

	while ((err = db_step(&c->r->db, stmt)) == ICS_OK) {
		if (notations_subject_of_octets(row_bytes(stmt, 0), &subject))
			TRY(member_check(c, &subject));
		else
			check_found(c, "a member that is no item");
	}
out:
	(void)sqlite3_reset(stmt); /* the step has told */
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

enum ics_err
check_domains(struct check *c)
{
	bool walks;
	enum ics_err err;

	TRY(numbers_check(c));
	TRY(descriptors_check(c));
	/* While a walk is under way rows may still be those of before it. */
	TRY(store_walk_is(c->r, &walks));
	if (c->how == NULL || c->how->judge == NULL ||
	    c->how->judge->member == NULL || walks)
		return ICS_OK;
	TRY(members_check(c));
	TRY(known_check(c, SQL_WALK_CERT));
	TRY(known_check(c, SQL_WALK_ITEM));
out:
	return err;
}
