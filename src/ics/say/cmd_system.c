/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics system: what a system consists of. Whatever changes in it is a
 * statement about the component: its place, its state, what replaces it.
 * system_read.c tells what is so.
 */
#include <stdlib.h>
#include <string.h>

#include "client/out.h"
#include "ics/verb.h"
#include "prove/show.h"
#include "prove/tell.h"

#define X(word, function, ...) int system_do_##function(struct ics *ics);
#include "ics/system.def"
#undef X

/* ---- what is signed -------------------------------------------------------------- */

static enum ics_err
state_say(struct ics_verb_run *r, enum notations_status status)
{
	return sign_say_state(&r->draft, &r->said,
	    notations_status_word(status));
}

/* Planned, or in use from now on, in its place. */
static enum ics_err
say_add(struct ics_verb_run *r)
{
	const char *word = r->said.state;
	enum notations_status status = NOTATIONS_STATUS_ACTIVE;
	enum ics_err err;

	if (word != NULL)
		status = notations_status_find(bytes_of_str(word), false);
	if (status != NOTATIONS_STATUS_ACTIVE &&
	    status != NOTATIONS_STATUS_PLANNED) {
		out_fail("--state %s: what is added is planned or active",
		    word);
		return ICS_EUSAGE;
	}
	TRY(state_say(r, status));
	err = sign_draft_say_text(&r->draft, NOTATIONS_NAME_SLOT,
	    r->ics->args[1]);
out:
	return err;
}

static enum ics_err
say_move(struct ics_verb_run *r)
{
	enum ics_err err;

	TRY(sign_draft_say_text(&r->draft, NOTATIONS_NAME_SLOT,
	    r->ics->args[1]));
	err = sign_draft_say_maybe(&r->draft, NOTATIONS_NAME_REASON,
	    r->said.reason);
out:
	return err;
}

static enum ics_err
say_remove(struct ics_verb_run *r)
{
	return state_say(r, NOTATIONS_STATUS_DECOMMISSIONED);
}

int
system_do_add(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_DEVICE, false,
		true, say_add };

	return ics_verb_entity(ics, &verb, 0);
}

int
system_do_move(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_DEVICE, false,
		true, say_move };

	return ics_verb_entity(ics, &verb, 0);
}

int
system_do_remove(struct ics *ics)
{
	static const struct ics_verb verb = { NOTATIONS_KIND_DEVICE_STATUS,
		false, true, say_remove };

	return ics_verb_entity(ics, &verb, 0);
}

/* ---- one in the place of another --------------------------------------------------- */

struct replacing {
	char successor[PGP_FPR_TEXT_MAX + 2]; /* the new one's key */
	char *slot;			      /* owned */
};

static enum ics_err
say_old(struct ics_verb_run *r)
{
	const struct replacing *p = r->arg;
	enum ics_err err;

	TRY(say_remove(r));
	err = sign_draft_say_text(&r->draft, NOTATIONS_NAME_SUCCESSOR,
	    p->successor);
out:
	return err;
}

static enum ics_err
say_new(struct ics_verb_run *r)
{
	const struct replacing *p = r->arg;
	enum ics_err err;

	TRY(state_say(r, NOTATIONS_STATUS_ACTIVE));
	err = sign_draft_say_text(&r->draft, NOTATIONS_NAME_SLOT, p->slot);
out:
	return err;
}

/* The place that the old one has, where none was typed. */
static enum ics_err
slot_find(const struct ics *ics, struct replacing *p)
{
	const struct prove_show show = { .where = &ics->where };
	json_t *doc = NULL;
	enum ics_err err;

	if (ics->args_n == 3) {
		p->slot = alloc_str(ics->args[2]);
		return ICS_OK;
	}
	TRY(prove_doc_get(&show, ics->args[0], PROVE_DOC_ITEM, &doc));
	p->slot =
	    alloc_str(prove_text(json_object_get(doc, "attributes"), "slot"));
	json_decref(doc);
	if (p->slot[0] == '\0') {
		out_fail("%s: nobody who may says which place it has; name it "
			 "behind the new one",
		    ics->args[0]);
		err = ICS_EUSAGE;
	}
out:
	return err;
}

static enum ics_err
successor_find(const struct ics *ics, struct replacing *p)
{
	struct notations_subject subject;
	struct pgp_fpr fpr;
	enum ics_err err;

	TRY(prove_subject_find(&ics->where, ics->args[1], &subject));
	if (!notations_subject_fpr(&subject, &fpr)) {
		out_fail("%s: not an entity", ics->args[1]);
		return ICS_EUSAGE;
	}
	notations_vfp_text(&fpr, p->successor);
out:
	return err;
}

/* One of the two statements, about what an argument names. */
static enum ics_err
half_sign(struct ics *ics, const struct replacing *p, size_t argument)
{
	static const struct ics_verb old = { NOTATIONS_KIND_DEVICE_STATUS,
		false, true, say_old };
	static const struct ics_verb new = { NOTATIONS_KIND_DEVICE, false, true,
		say_new };
	struct ics_verb_run r = { .ics = ics };
	struct sign_search search;
	enum ics_err err;

	TRY(ics_verb_open(&r, ics));
	r.arg = p;
	search = sign_act_search(&r.act);
	TRY(sign_target_find(&search, ics->args[argument], &r.target));
	err = ics_verb_run(&r, argument == 0 ? &old : &new);
out:
	ics_verb_release(&r);
	return err;
}

int
system_do_replace(struct ics *ics)
{
	struct replacing p = { .slot = NULL };
	enum ics_err err;

	TRY(successor_find(ics, &p));
	TRY(slot_find(ics, &p));
	TRY(half_sign(ics, &p, 0));
	err = half_sign(ics, &p, 1);
out:
	free(p.slot);
	return err_exit(err);
}

/* ---- the command ----------------------------------------------------------------- */

int
cmd_system(struct ics *ics)
{
	static const struct ics_verb_row verbs[] = {
#define X(word, function, least, most, arguments, ...) \
	{ word, system_do_##function, least, most, arguments, { __VA_ARGS__ } },
#include "ics/system.def"
#undef X
	};

	return ics_verb_pick(ics, verbs, sizeof(verbs) / sizeof(verbs[0]));
}
