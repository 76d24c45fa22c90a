/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May code be installed on a device: what a case says of approvals and of what
 * runs there becomes statements that nobody made, and policy_decide judges
 * them as a server's.
 */
#include "domain/looking.h"

#define APPROVALS_MAX NOTATIONS_ROLE_COUNT
#define ISSUER_OCTET  0xdd /* of fingerprints that nobody has */

/* ---- what a case says -------------------------------------------------------------- */

static bool
roles_take(const char *list, unsigned *roles)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		enum notations_role role =
		    notations_role_find(bytes_of(list, n));

		if (role == NOTATIONS_ROLE_NONE)
			return false;
		*roles |= NOTATIONS_ROLE_BIT(role);
		list += n + (list[n] == ',');
	}
	return *roles != 0;
}

static bool
is_window(const char *text)
{
	return notations_value_check(NOTATIONS_SYNTAX_WINDOW,
		   bytes_of_str(text), true) == ICS_OK;
}

static bool
is_number(const char *text)
{
	uint64_t n;

	return notations_number_read(bytes_of_str(text), &n) == ICS_OK;
}

static bool
text_take(const char *text, bool is_good, char **to)
{
	if (!is_good || *to != NULL)
		return false;
	*to = alloc_str(text);
	return true;
}

size_t
domain_install_take(struct domain_installing *install, const char *word,
    const char *next)
{
	bool is_good = false;

	if (strcmp(word, "rollback") == 0) {
		install->has_rollback = true;
		return 1;
	}
	if (strcmp(word, "approved") == 0)
		is_good = roles_take(next, &install->approved);
	else if (strcmp(word, "within") == 0)
		is_good = text_take(next, is_window(next), &install->window);
	else if (strcmp(word, "running") == 0)
		is_good = text_take(next, is_number(next), &install->running);
	return is_good ? 2 : 0;
}

void
domain_installing_release(struct domain_installing *install)
{
	policy_terms_release(&install->on.terms);
	free(install->window);
	free(install->running);
	install->window = install->running = NULL;
}

/* ---- what it comes to -------------------------------------------------------------- */

/* Approvals of the code, one a role. */
struct approved {
	struct notations_statement st[APPROVALS_MAX];
	struct policy_statement said[APPROVALS_MAX];
	struct policy_taken taken[APPROVALS_MAX];
	size_t n;
};

static void
entry_add(struct notations_set *set, enum notations_name name, const char *text)
{
	*notations_set_add(set) = (struct notations_entry){
		.name = name, .value = bytes_of_str(text), .is_readable = true
	};
}

static void
approval_add(struct approved *all, const struct policy_asking *asking,
    const struct domain_installing *install, unsigned role)
{
	struct notations_statement *st = &all->st[all->n];

	*st = (struct notations_statement){ .carrier = NOTATIONS_RECORD,
		.kind = NOTATIONS_KIND_CODE_STATUS,
		.subject = *asking->facts->subject,
		.issuer = { .version = 4, .n = 20, .b = { ISSUER_OCTET } },
		.created = asking->at,
		.code_status = NOTATIONS_STATUS_APPROVED };
	st->issuer.b[1] = (uint8_t)role;
	if (install->window != NULL)
		entry_add(&st->set, NOTATIONS_NAME_WINDOW, install->window);
	all->said[all->n] = (struct policy_statement){ .st = st };
	all->taken[all->n++] =
	    (struct policy_taken){ .standing = POLICY_AUTHORISED,
		    .roles = NOTATIONS_ROLE_BIT(role) };
}

void
domain_install_decide(struct policy_asking *asking,
    const struct domain_installing *install, struct policy_decision *decision)
{
	struct approved all = { .n = 0 };
	struct notations_set runs = { 0 };
	struct domain_seen on;
	struct policy_question code = *asking->q, device = { 0 };
	struct policy_state code_state = *asking->state, device_state = { 0 };
	struct policy_install asked = { .device = &device,
		.device_state = &device_state,
		.device_facts = &on.facts,
		.has_rollback = install->has_rollback };

	domain_thing_see(&install->on, &on);
	device.subject = &on.subject;
	device_state.status = on.status;
	for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++)
		if ((install->approved & NOTATIONS_ROLE_BIT(r)) != 0)
			approval_add(&all, asking, install, r);
	code.statements = all.said;
	code.statements_n = all.n;
	code_state.taken = all.taken;
	if (install->running != NULL) {
		entry_add(&runs, NOTATIONS_NAME_CODE_SEQ, install->running);
		asked.running = &runs;
	}
	asking->q = &code;
	asking->state = &code_state;
	asking->install = &asked;
	policy_decide(asking, decision);
	for (size_t i = 0; i < all.n; i++)
		notations_set_release(&all.st[i].set);
	notations_set_release(&runs);
	domain_seen_release(&on);
}
