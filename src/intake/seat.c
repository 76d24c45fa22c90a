/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who holds a seat at a subject: a place kept for him however many strangers
 * speak about it. Invariant: a seat is given from above. It comes from the
 * configured rights or from the thing itself, by names on names: who is named
 * its maker or owner in what is said about it, who is given a role in what is
 * said about his key. It is only about room: policy judges what is said, so
 * neither dates nor withdrawals nor scopes are weighed here.
 *
 * Names are followed upwards from who asks, and only where it is crowded.
 * What strangers can make that cost is held by three bounds.
 */
#include "intake/work.h"

#define PARTIES_MAX 64u	 /* looked at for one question */
#define RECORDS_MAX 256u /* read for one question */
#define CERTS_MAX   8u	 /* likewise */

/* A climb from who asks to those who named him, and so on. */
struct climb {
	struct checker *c;
	const struct notations_subject *subject;
	struct fpr_array parties; /* each once, in the order they were found */
	size_t records, certs;	  /* read so far */
};

/* What names a party. */
enum link {
	LINK_OWNER, /* maker@ or owner@, about the subject */
	LINK_ROLE   /* role@, about the party's key */
};

/* Who names this party, in what is said about this. */
struct step {
	struct climb *climb;
	struct pgp_fpr party;
	struct notations_subject about;
	enum link link;
};

static bool
is_own(const struct notations_subject *subject, const struct pgp_fpr *fpr)
{
	struct pgp_fpr own;

	return notations_subject_fpr(subject, &own) && pgp_fpr_equal(&own, fpr);
}

static void
party_add(struct climb *climb, const struct pgp_fpr *fpr)
{
	struct fpr_array *parties = &climb->parties;

	for (size_t i = 0; i < parties->n; i++)
		if (pgp_fpr_equal(&parties->at[i], fpr))
			return;
	if (fpr->version != 0 && parties->n < PARTIES_MAX)
		*fpr_array_add(parties) = *fpr;
}

static bool
says_party(const struct step *s, const struct notations_statement *st,
    enum notations_name name)
{
	const struct notations_entry *e = notations_set_get(&st->set, name);
	struct pgp_fpr fpr;

	return e != NULL && notations_vfp_read(e->value, &fpr) == ICS_OK &&
	       pgp_fpr_equal(&fpr, &s->party);
}

static bool
is_link(const struct step *s, const struct notations_statement *st)
{
	if (s->link == LINK_ROLE)
		return (st->says >> NOTATIONS_KIND_ROLE & 1u) != 0;
	return says_party(s, st, NOTATIONS_NAME_OWNER) ||
	       says_party(s, st, NOTATIONS_NAME_MAKER);
}

/* ---- in records ---- */

static void
record_look(struct step *s, const struct store_record *rec)
{
	const struct notations_place place = { .carrier = NOTATIONS_RECORD };
	struct notations_statement st = { 0 };
	struct report ignored = { 0 }; /* it was read before it was kept */
	struct pgp_sig sig;

	s->climb->records++;
	if (pgp_sig_parse(rec->body, &sig) == ICS_OK &&
	    notations_statement_read(&sig, &place, &ignored, &st) == ICS_OK &&
	    is_link(s, &st))
		party_add(s->climb, &rec->issuer);
	notations_statement_release(&st);
	report_release(&ignored);
}

/* Records that the index has under a name and a value, oldest first: whoever
 * floods comes later than those who are to be found. */
static enum ics_err
records_look(struct step *s, const char *name, const char *value)
{
	struct store_saying saying = { .subject = &s->about,
		.term = notations_term_hash(bytes_of_str(name),
		    bytes_of_str(value)) };
	struct store_record rec;
	enum ics_err err = ICS_OK;

	while (err == ICS_OK && s->climb->records < RECORDS_MAX) {
		err = store_record_saying(s->climb->c->reader, &saying, &rec);
		if (err == ICS_OK)
			record_look(s, &rec);
	}
	return err == ICS_ENOTFOUND ? ICS_OK : err;
}

/* ---- in certificates ---- */

static void
sig_look(struct step *s, const struct pgp_cert *cert, const struct pgp_sig *sig)
{
	const struct pgp_key *primary = pgp_cert_primary(cert);
	const struct notations_place place = { NOTATIONS_CERTIFICATION,
		&primary->fpr, NULL };
	struct notations_statement st = { 0 };
	struct report ignored = { 0 }; /* it was read before it was kept */

	if (notations_statement_read(sig, &place, &ignored, &st) == ICS_OK &&
	    !(st.is_self && pgp_key_is_opaque(primary)) && is_link(s, &st))
		party_add(s->climb, st.is_self ? &primary->fpr : &st.issuer);
	notations_statement_release(&st);
	report_release(&ignored);
}

static enum ics_err
cert_look(struct step *s)
{
	struct pgp_cert *cert = NULL;
	struct pgp_fpr fpr;
	uint8_t digest[32];
	enum ics_err err = ICS_OK;

	if (!notations_subject_fpr(&s->about, &fpr) ||
	    s->climb->certs++ >= CERTS_MAX)
		return ICS_OK;
	TRY(stored_get(s->climb->c, &fpr, &cert, digest));
	for (size_t i = 0; cert != NULL && i < cert->sigs_n; i++)
		sig_look(s, cert, &cert->sigs[i]);
out:
	pgp_cert_free(cert);
	return err;
}

/* ---- the climb ---- */

static enum ics_err
owners_look(struct climb *climb, const struct pgp_fpr *party)
{
	struct step s = { climb, *party, *climb->subject, LINK_OWNER };
	char text[PGP_FPR_TEXT_MAX + 2];
	enum ics_err err;

	notations_vfp_text(party, text);
	TRY(cert_look(&s));
	TRY(records_look(&s, "owner", text));
	TRY(records_look(&s, "maker", text));
out:
	return err;
}

static enum ics_err
roles_look(struct climb *climb, const struct pgp_fpr *party)
{
	struct step s = { .climb = climb, .party = *party, .link = LINK_ROLE };
	enum ics_err err;

	notations_subject_of_fpr(party, &s.about);
	TRY(cert_look(&s));
	TRY(records_look(&s, "kind", notations_kind_word(NOTATIONS_KIND_ROLE)));
out:
	return err;
}

static bool
is_above(const struct climb *climb, const struct pgp_fpr *party)
{
	return rights_has_any(climb->c->in, party) ||
	       is_own(climb->subject, party);
}

/* The list of parties grows while it is walked. */
static enum ics_err
climb_walk(struct climb *climb, bool *has)
{
	enum ics_err err = ICS_OK;

	*has = false;
	for (size_t i = 0; i < climb->parties.n && !*has; i++) {
		struct pgp_fpr party = climb->parties.at[i];

		/* Who asks is named by others, or is the thing itself. */
		*has = i == 0 ? is_own(climb->subject, &party)
			      : is_above(climb, &party);
		if (*has)
			break;
		TRY(owners_look(climb, &party));
		TRY(roles_look(climb, &party));
	}
out:
	return err;
}

/* ---- asking ---- */

/* Is there so little room that it matters? What this work brings itself is
 * not stored yet; it is counted in few places, so often as too much. */
static enum ics_err
is_crowded(struct checker *c, const struct seat_ask *ask, bool *is)
{
	uint64_t mixed =
	    be64_from_bytes(ask->subject->b) ^ be64_from_bytes(ask->party->b);
	uint32_t *brought = &c->seats.brought[mixed % SEATS_BROUGHT];
	struct store_crowd crowd;
	enum ics_err err;

	TRY(store_crowd_get(c->reader, ask->subject, ask->party, &crowd));
	++*brought; /* a submission has at most INTAKE_CERTS_MAX blocks */
	*is = crowd.all + *brought >= STORE_STRANGERS_MAX / 2 ||
	      crowd.of_issuer + *brought >= STORE_STRANGER_MAX / 2;
out:
	return err;
}

enum ics_err
seat_is_named(struct checker *c, const struct seat_ask *ask, bool *is)
{
	struct climb climb = { .c = c, .subject = ask->subject };
	enum ics_err err;

	party_add(&climb, ask->party);
	err = climb_walk(&climb, is);
	fpr_array_release(&climb.parties);
	return err;
}

static bool
is_last(const struct seats *seats, const struct seat_ask *ask)
{
	return notations_subject_equal(&seats->subject, ask->subject) &&
	       pgp_fpr_equal(&seats->party, ask->party);
}

enum ics_err
seat_find(struct checker *c, const struct seat_ask *ask, bool *has)
{
	struct climb climb = { .c = c, .subject = ask->subject };
	bool crowded;
	enum ics_err err = ICS_OK;

	*has = is_above(&climb, ask->party) ||
	       pgp_fpr_equal(&ask->confirmed, ask->party);
	if (*has)
		return ICS_OK;
	TRY(is_crowded(c, ask, &crowded));
	if (!crowded)
		return ICS_OK;
	if (!is_last(&c->seats, ask)) {
		TRY(seat_is_named(c, ask, &c->seats.has));
		c->seats.subject = *ask->subject;
		c->seats.party = *ask->party;
	}
	*has = c->seats.has;
out:
	return err;
}

void
seats_forget(struct seats *seats)
{
	*seats = (struct seats){ 0 };
}
