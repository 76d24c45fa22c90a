/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What this kind of server takes: one predicate over takes.def, asked of all
 * that comes, whoever carried it. Invariant: what an operator loads is taken,
 * and so is the certificate of everybody who has a right here: else nothing
 * of his could be verified.
 */
#include "intake/work.h"

#define R(role) NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)
#define NAMED	NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_COUNT)

enum takes {
	TAKES_NOTHING,
	TAKES_FITTING,
	TAKES_ALL
};

struct takes_row {
	enum takes anybody, peers;
	unsigned certs, things, code; /* bits R, NAMED */
};

static const struct takes_row rows[DOMAIN_PROFILES] = {
#define X(profile, anybody, peers, certs, things, code) \
	[DOMAIN_PROFILE_##profile] = { anybody, peers, certs, things, code },
#include "intake/takes.def"
#undef X
};

static const struct takes_row *
row_of(const struct checker *c)
{
	return &rows[c->in->config.profile];
}

static enum takes
takes_from(const struct checker *c)
{
	switch (c->carrier) {
	case CARRIER_ANYBODY:
		return row_of(c)->anybody;
	case CARRIER_PEER:
		return row_of(c)->peers;
	case CARRIER_OPERATOR:
	case CARRIER_BEFORE:
		return TAKES_ALL;
	}
	return TAKES_NOTHING;
}

static void
refuse(const struct checker *c, struct intake_item *item,
    const struct reason *reason)
{
	item->outcome = INTAKE_INVALID;
	report_add(&item->rep, reason, "profile %s",
	    domain_profile_word(c->in->config.profile));
}

bool
takes_carrier(const struct checker *c, struct intake_item *item)
{
	if (takes_from(c) != TAKES_NOTHING)
		return true;
	refuse(c, item, INTAKE_REASON(not_a_peer));
	return false;
}

/* ---- certificates ---- */

/* Certifications by others than those with one of these roles, and whether
 * there is one by those. All that stands in cert has been verified. */
static size_t
strangers_count(struct intake *in, const struct pgp_cert *cert, unsigned roles,
    bool *is_certified)
{
	const struct pgp_key *own = pgp_cert_primary(cert);
	size_t n = 0;

	*is_certified = false;
	for (size_t i = 0; i < cert->sigs_n; i++) {
		const struct pgp_sig *sig = &cert->sigs[i];

		if (sig->issuer_keyid == own->keyid ||
		    sig->type == PGP_SIG_CERT_REVOCATION)
			continue;
		if (sig->issuer.version != 0 &&
		    rights_has_role(in, &sig->issuer, roles))
			*is_certified = true;
		else if (sig->issuer.version == 0 ||
			 !rights_has_any(in, &sig->issuer))
			n++;
	}
	return n;
}

bool
takes_cert(const struct checker *c, const struct pgp_cert *stored,
    const struct pgp_cert *cert, struct intake_item *item)
{
	struct intake *in = c->in;
	unsigned roles = row_of(c)->certs;
	bool is_certified, was;
	size_t strangers;

	if (takes_from(c) == TAKES_ALL)
		return true;
	strangers = strangers_count(in, cert, roles, &is_certified);
	if (stored != NULL) {
		/* Its holder may go on with it, and withdraw it. */
		if (strangers <= strangers_count(in, stored, roles, &was))
			return true;
		refuse(c, item, INTAKE_REASON(foreign_certification));
		return false;
	}
	if (is_certified || rights_has_any(in, &item->fpr))
		return true;
	refuse(c, item, INTAKE_REASON(foreign_cert));
	return false;
}

/* ---- records ---- */

static unsigned
roles_about(const struct takes_row *row,
    const struct notations_subject *subject)
{
	switch (subject->kind) {
	case NOTATIONS_SUBJECT_ENTITY:
		return row->things;
	case NOTATIONS_SUBJECT_CODE:
		return row->code;
	case NOTATIONS_SUBJECT_NONE:
	case NOTATIONS_SUBJECT_RECORD:
		break;
	}
	return row->things | row->code;
}

enum ics_err
takes_record(struct checker *c, const struct seat_ask *ask,
    struct intake_item *item, bool *takes)
{
	unsigned roles = roles_about(row_of(c), ask->subject);
	enum ics_err err = ICS_OK;

	*takes = takes_from(c) == TAKES_ALL ||
		 rights_has_role(c->in, ask->party, roles & ~NAMED);
	if (!*takes && (roles & NAMED) != 0)
		TRY(seat_is_named(c, ask, takes));
	if (!*takes)
		refuse(c, item, INTAKE_REASON(foreign_record));
out:
	return err;
}
