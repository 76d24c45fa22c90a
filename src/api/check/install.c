/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code for a device: the device, the code of the same name that runs there by
 * now, and whether a way back to the one asked about was signed.
 *
 * What runs there is the newest "installed" of whoever answers for the device;
 * where nobody says, what the device says itself. Code is the same by
 * code-name@ and code-kind@: a system has several.
 */
#include <stdlib.h>

#include "api/check.h"

#define ROLE(role)  NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_##role)
#define RESPONSIBLE (ROLE(INTEGRATOR) | ROLE(MAINTAINER) | ROLE(OWNER))
#define TELLERS	    (RESPONSIBLE | ROLE(OPERATOR))
#define SELF	    1u /* the item itself, in policy_taken's roles */
#define LOOKS_MAX   8  /* at code that runs there */

/* Codes whose fate on the device is known, the newest word first. */
struct fates {
	struct notations_subject at[LOOKS_MAX];
	bool runs[LOOKS_MAX];
	size_t n;
};

static void
fate_add(struct fates *all, struct bytes code, bool runs)
{
	struct notations_subject s;

	if (!notations_subject_read(code, &s) || all->n == LOOKS_MAX)
		return;
	for (size_t i = 0; i < all->n; i++)
		if (notations_subject_equal(&all->at[i], &s))
			return; /* a newer word has told */
	all->at[all->n] = s;
	all->runs[all->n++] = runs;
}

/* "installed code:..." and "failed code:..." tell; others do not. */
static void
entry_take(struct fates *all, const struct notations_entry *e)
{
	static const struct {
		const char *word;
		bool runs;
	} steps[] = { { "installed ", true }, { "failed ", false } };

	if (e->name == NOTATIONS_NAME_RUNNING)
		fate_add(all, e->value, true);
	if (e->name != NOTATIONS_NAME_STEP)
		return;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct bytes word = bytes_of_str(steps[i].word);

		if (bytes_starts_with(e->value, word))
			fate_add(all,
			    bytes_of(e->value.p + word.n, e->value.n - word.n),
			    steps[i].runs);
	}
}

static bool
is_said_by(const struct api_check_look *l, size_t i, unsigned roles)
{
	return policy_standing_counts(l->state.taken[i].standing) &&
	       (l->state.taken[i].roles & roles) != 0 &&
	       notations_subject_equal(&l->it.statements[i].st.subject,
		   &l->it.subject);
}

/* Statements stand in their order, so the newest is the last. */
static void
fates_read(const struct api_check_look *device, unsigned roles,
    struct fates *all)
{
	for (size_t i = device->q.statements_n; i > 0; i--) {
		const struct notations_set *set =
		    &device->it.statements[i - 1].st.set;

		if (!is_said_by(device, i - 1, roles))
			continue;
		for (size_t k = 0; k < set->n; k++)
			entry_take(all, &set->at[k]);
	}
}

static bool
is_same(const struct api_check_look *a, const struct api_check_look *b,
    enum notations_name name)
{
	return bytes_equal(policy_facts_value(&a->facts, name),
	    policy_facts_value(&b->facts, name));
}

/* The first that runs and has the same name; has_running tells. */
static enum ics_err
running_find(const struct api_check_request *c,
    const struct api_check_scope *scope, const struct api_check_look *code,
    struct api_check_install *install)
{
	struct fates all = { .n = 0 };
	enum ics_err err = ICS_OK;

	fates_read(&install->device, TELLERS, &all);
	if (all.n == 0)
		fates_read(&install->device, SELF, &all);
	for (size_t i = 0; i < all.n && !install->has_running; i++) {
		if (!all.runs[i])
			continue;
		err = api_check_look_read(c, scope->rights, &all.at[i],
		    &install->running);
		if (err != ICS_OK && err != ICS_ENOTFOUND)
			return err;
		install->has_running =
		    err == ICS_OK &&
		    is_same(&install->running, code,
			NOTATIONS_NAME_CODE_NAME) &&
		    is_same(&install->running, code, NOTATIONS_NAME_CODE_KIND);
		if (!install->has_running)
			api_check_look_release(&install->running);
	}
	return ICS_OK;
}

static const struct notations_set *
numbered_set(const struct api_check_look *code)
{
	for (size_t i = 0; i < code->facts.sets_n; i++)
		if (notations_set_get(code->facts.sets[i],
			NOTATIONS_NAME_CODE_SEQ) != NULL)
			return code->facts.sets[i];
	return NULL;
}

/* rollback@ of the code asked about, that names what runs. */
static bool
is_way_back(const struct api_check_look *code,
    const struct notations_subject *running)
{
	for (size_t i = 0; i < code->q.statements_n; i++) {
		const struct notations_set *set =
		    &code->it.statements[i].st.set;
		struct notations_subject from;

		for (size_t k = 0;
		     k < set->n && is_said_by(code, i, RESPONSIBLE); k++)
			if (set->at[k].name == NOTATIONS_NAME_ROLLBACK &&
			    notations_subject_read(set->at[k].value, &from) &&
			    notations_subject_equal(&from, running))
				return true;
	}
	return false;
}

enum ics_err
api_check_install_read(const struct api_check_request *c,
    const struct api_check_scope *scope, const struct api_check_look *code,
    struct api_check_install *install)
{
	enum ics_err err;

	TRY(api_check_look_read(c, scope->rights, install->on,
	    &install->device));
	TRY(running_find(c, scope, code, install));
	install->asked = (struct policy_install){ .device = &install->device.q,
		.device_state = &install->device.state,
		.device_facts = &install->device.facts };
	if (install->has_running) {
		install->asked.running = numbered_set(&install->running);
		install->asked.has_rollback =
		    is_way_back(code, &install->running.it.subject);
	}
out:
	return err;
}

void
api_check_install_release(struct api_check_install *install)
{
	api_check_look_release(&install->device);
	api_check_look_release(&install->running);
}
