/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A cast for the tests of src/item, with keys that come from numbers, and
 * what they say: pieces of packets that may come in any order, and the
 * documents that come of them. In lines, "$NAME" stands for the versioned
 * fingerprint of a member of the cast.
 */
#ifndef T_ITEM_MAKE_H
#define T_ITEM_MAKE_H

#include "item/item.h"
#include "maker.h"
#include "notations_make.h"

#define BORN	   1600000000u /* when every key was made */
#define DAY	   86400u
#define PIECES_MAX 64

enum member {
	DEVICE,
	MAKER,
	OWNER,
	BUYER,
	ROOT,
	REGISTRAR,
	SERVICE,
	STRANGER,
	MEMBERS
};

static const struct {
	const char *name, *uid;
} members[MEMBERS] = {
	[DEVICE] = { "DEVICE", "T1000 S/N 1" },
	[MAKER] = { "MAKER", "Acme <acme@acme.example>" },
	[OWNER] = { "OWNER", "Owner <owner@plant.example>" },
	[BUYER] = { "BUYER", "Buyer <buyer@shop.example>" },
	[ROOT] = { "ROOT", "Root <root@ics.example>" },
	[REGISTRAR] = { "REGISTRAR", "Registrar <reg@ics.example>" },
	[SERVICE] = { "SERVICE", "Service <service@fix.example>" },
	[STRANGER] = { "STRANGER", "Stranger <who@nowhere.example>" },
};

static struct maker_key cast[MEMBERS];

/* Packets that came together, each piece in its own buffer. */
struct pieces {
	struct buf at[PIECES_MAX];
	size_t n;
};

static inline void
cast_init(void)
{
	for (unsigned i = 0; i < MEMBERS; i++)
		maker_key_init(&cast[i], 4, 1000 + i, BORN);
}

static inline struct buf *
piece_add(struct pieces *all)
{
	ck_assert_uint_lt(all->n, PIECES_MAX);
	buf_init(&all->at[all->n], PGP_CERT_RAW_MAX);
	return &all->at[all->n++];
}

static inline void
pieces_release(struct pieces *all)
{
	for (size_t i = 0; i < all->n; i++)
		buf_release(&all->at[i]);
	all->n = 0;
}

/* Lines as notation subpackets; names of the cast replaced. */
static inline void
lines_write(const char *lines, struct buf *hashed)
{
	struct buf text;

	buf_init(&text, 4096);
	while (*lines != '\0') {
		size_t i = 0;
		char fpr[PGP_FPR_TEXT_MAX + 2];

		while (*lines == '$' && i < MEMBERS &&
		       strncmp(lines + 1, members[i].name,
			   strlen(members[i].name)) != 0)
			i++;
		if (*lines != '$' || i == MEMBERS) {
			buf_u8(&text, (uint8_t)*lines++);
			continue;
		}
		notations_vfp_text(&cast[i].key.fpr, fpr);
		buf_put_str(&text, fpr);
		lines += 1 + strlen(members[i].name);
	}
	make_notes(hashed, buf_str(&text));
	buf_release(&text);
}

struct saying {
	const struct maker_key *by;
	uint8_t type; /* 0x00 is a record, 0x10 a certification */
	uint32_t created;
	const char *lines;
	const struct maker_key *about; /* of certifications; NULL: DEVICE */
	const char *uid;	       /* likewise */
};

static inline void
saying_put(const struct saying *s, const struct pgp_subject *subject,
    struct buf *out)
{
	struct buf hashed;

	buf_init(&hashed, PGP_SIG_MAX);
	lines_write(s->lines, &hashed);
	maker_sig_put(out,
	    &(struct maker_sig){ .by = s->by,
		.type = s->type,
		.created = s->created,
		.hashed = buf_bytes(&hashed) },
	    subject);
	buf_release(&hashed);
}

static inline void
record_put(const struct saying *s, struct buf *out)
{
	const struct pgp_subject nothing = { 0 };

	saying_put(s, &nothing, out);
}

static inline void
certificate_put(enum member who, struct buf *out)
{
	maker_cert_put(out, &cast[who], members[who].uid);
}

/* The certificate with one certification more. */
static inline void
certified_put(enum member who, const struct saying *s, struct buf *out)
{
	struct pgp_subject subject = maker_on_uid(&cast[who], members[who].uid);

	certificate_put(who, out);
	saying_put(s, &subject, out);
}

/* ---- asking ---- */

static const struct policy_right *given;
static size_t given_n;

/* Everything settled; NULL findings: they do not matter. */
static inline struct item_pool *
pool_of(const struct pieces *all, struct report *findings)
{
	struct item_pool *pool = item_pool_new();
	struct report rep = { 0 };

	for (size_t i = 0; i < all->n; i++)
		ck_assert_int_eq(item_pool_add(pool, buf_bytes(&all->at[i])),
		    ICS_OK);
	ck_assert_int_eq(item_pool_settle(pool, MAKER_NOW, &rep), ICS_OK);
	if (findings != NULL)
		report_merge(findings, &rep);
	report_release(&rep);
	return pool;
}

static inline struct policy_time
time_at(int64_t at)
{
	return (struct policy_time){ .at = at };
}

/* An item, its state and what was asked; release it. */
struct asked {
	struct item it;
	struct policy_state state;
	struct policy_time when;
	struct item_telling telling;
};

static inline void
asked_init(struct asked *a, const struct item_source *source,
    const struct notations_subject *subject, const struct policy_time *when)
{
	const struct policy_rights rights = { .at = given, .n = given_n };

	a->when = *when;
	ck_assert_int_eq(item_read(source, subject, &a->it), ICS_OK);
	item_fold(&a->it, &rights, when, &a->state);
	a->telling = (struct item_telling){ &a->it, &a->state, &a->when, 0 };
}

static inline void
asked_release(struct asked *a)
{
	policy_state_release(&a->state);
	item_release(&a->it);
}

static inline void
ask_pool(struct asked *a, struct item_pool *pool, enum member who, int64_t at)
{
	struct policy_time when = time_at(at);
	struct notations_subject subject;
	struct item_source source;

	item_source_of_pool(pool, &source);
	notations_subject_of_fpr(&cast[who].key.fpr, &subject);
	asked_init(a, &source, &subject, &when);
}

/* "stolen", "unknown"; then the standing of each statement in order. */
static inline const char *
asked_words(const struct asked *a, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s",
	    a->state.status == NOTATIONS_STATUS_NONE
		? "unknown"
		: notations_status_word(a->state.status));

	for (size_t i = 0; i < a->it.about_n && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, " %s",
		    policy_standing_word(a->state.taken[i].standing));
	return out;
}

/* All three documents, one after the other; free it. */
static inline char *
asked_documents(const struct asked *a)
{
	json_t *all = json_pack("[o,o,o]", item_json_descriptor(&a->telling),
	    item_json_status(&a->telling), item_json_history(&a->telling));
	char *text = json_dumps(all, JSON_SORT_KEYS);

	ck_assert_ptr_nonnull(text);
	json_decref(all);
	return text;
}

/* ---- the story that most tests tell ---- */

#define STATUS(state) \
	"rec@=device-status/1\nsubject@=dev:$DEVICE\nstatus@=" state

/* Maker certifies, owner loses and finds, sells to the buyer; a stranger
 * claims; a registrar of the root's gives the service its role. */
static inline void
story_tell(struct pieces *all)
{
	const struct saying records[] = {
		{ &cast[OWNER], 0, BORN + 10 * DAY, STATUS("lost"), 0, 0 },
		{ &cast[STRANGER], 0, BORN + 12 * DAY, STATUS("destroyed"), 0,
		    0 },
		{ &cast[OWNER], 2, BORN + 20 * DAY, STATUS("active"), 0, 0 },
		{ &cast[OWNER], 0, BORN + 30 * DAY,
		    STATUS("transferred") "\nowner@=$BUYER", 0, 0 },
		{ &cast[ROOT], 0, BORN + DAY,
		    "rec@=role/1\nsubject@=key:$REGISTRAR\nrole@=registrar", 0,
		    0 },
		{ &cast[REGISTRAR], 0, BORN + 2 * DAY,
		    "rec@=role/1\nsubject@=key:$SERVICE\nrole@=operator", 0,
		    0 },
		{ &cast[SERVICE], 0, BORN + 25 * DAY, STATUS("suspended"), 0,
		    0 },
	};

	certified_put(DEVICE,
	    &(struct saying){ &cast[MAKER], 0x10, BORN + DAY,
		"manu=Acme\nmodel=T1000\nstatus@=active\nowner@=$OWNER", 0, 0 },
	    piece_add(all));
	for (size_t i = MAKER; i < MEMBERS; i++)
		certificate_put((enum member)i, piece_add(all));
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		record_put(&records[i], piece_add(all));
}

#endif
