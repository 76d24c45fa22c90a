/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to intake: what travels from the submitter through a checker to the
 * writer. A struct work has one owner at any time: whoever took it from a
 * queue.
 */
#ifndef INTAKE_WORK_H
#define INTAKE_WORK_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/array.h"
#include "base/queue.h"
#include "intake/intake.h"

enum intake_reason_index {
#define X(id, name, severity, words, help) INTAKE_REASON_##id,
#include "intake/reasons.def"
#undef X
	INTAKE_REASON_COUNT
};
extern const struct reason intake_reasons[INTAKE_REASON_COUNT];
#define INTAKE_REASON(id) (&intake_reasons[INTAKE_REASON_##id])

/*
 * A signature whose issuer is not here; its views are owned. A record waits
 * under itself (part_tag 2, cert of version 0 its digest), maybe for another
 * record: issuer_keyid is then the first 64 bits of one of that one's names.
 */
struct waiting_sig {
	uint64_t issuer_keyid;
	struct pgp_fpr issuer, cert;
	uint8_t part_tag;
	struct bytes part, sig;
};
ARRAY_OF(struct waiting_sig, waiting_array);
ARRAY_OF(int64_t, id_array);
ARRAY_OF(struct pgp_fpr, fpr_array);

/* A descriptor that was verified and read; its texts are owned. */
struct descriptor_signer {
	struct pgp_fpr fpr; /* a primary key */
	int64_t created;    /* of its newest signature */
};
struct descriptor {
	char name[STORE_DOMAIN_NAME_MAX];
	int64_t serial;
	struct pgp_fpr owner;
	struct descriptor_signer signers[DOMAIN_SIGNATURES_MAX];
	size_t signers_n;
	struct bytes text, plain; /* as it came, and what it says */
};
void descriptor_free(struct descriptor *d); /* NULL is fine */

/* What one item of a submission wants of the store. */
struct change {
	struct pgp_cert *cert;	   /* what to keep, or NULL: nothing to put */
	struct store_entry *entry; /* the same, ready to put */
	bool had_base;		   /* it was merged with a stored version */
	uint8_t base[32];	   /* ... which had this digest */
	struct store_record_entry *record; /* a record to put, or NULL */
	struct bytes record_body;	   /* owned: its octets */
	struct descriptor *descriptor;	   /* to put, or NULL */
	struct waiting_array waiting;
	struct id_array judged; /* pending rows that are done with */
};

enum work_kind {
	WORK_JOB,    /* a job from outside */
	WORK_AGAIN,  /* judge again what waits about one certificate, or one
	              * record */
	WORK_RESUME, /* at start: find what a crash left unjudged */
	WORK_DRAIN,  /* answer when nothing else is under way */
	WORK_TICK    /* time has passed */
};

struct work {
	enum work_kind kind;
	struct intake_job job;
	struct intake_result result;
	struct change *changes; /* result.n of them */
	struct fpr_array ready; /* WORK_RESUME: certificates to judge again */
};

struct intake {
	struct intake_config config;
	struct domain_live *live; /* all domains, over the server's rights */
	pthread_mutex_t renewing; /* of live, one at a time ... */
	struct store_reader *descriptors;    /* ... from this one */
	struct pgp_makers makers;	     /* over live */
	atomic_bool ticks;		     /* a WORK_TICK is on its way */
	atomic_bool rederives;		     /* other rights: everything anew */
	_Atomic(struct leave_wants *) wants; /* news for the writer; owned */
	char *wants_text;	   /* what was told last, under renewing ... */
	uint64_t wants_generation; /* ... beside these descriptors */
	struct queue *todo;	   /* to the checkers */
	struct queue *checked;	   /* to the writer */
	pthread_t *checkers;
	unsigned checkers_n;
	pthread_t writer;
	char *dir;
	_Atomic size_t octets;			      /* of inputs under way */
	_Atomic size_t lane_octets[INTAKE_LANES + 1]; /* the same by lane */
	_Atomic size_t inflight;		      /* works but drains */
	_Atomic uint64_t submissions, outcomes[INTAKE_DENIED + 1], again,
	    groups, busy;
};

/* Octets of inputs that may wait at once; beyond, submitters are told busy. */
#define INTAKE_OCTETS_MAX (64u << 20)

/* A new work for a job (copied); the caller owns it. */
struct work *work_new(enum work_kind kind, const struct intake_job *job);
void work_free(struct work *w);

/* A new item of the result with its change; valid until the next call. */
struct intake_item *work_item_add(struct work *w);

/* Refuse an item, or the whole submission. */
void work_item_refuse(struct intake_item *item, const struct reason *reason);
void work_refuse(struct work *w, enum ics_err err, const struct reason *reason);

/* Free the signatures and their list, which is empty afterwards. */
void waiting_release(struct waiting_array *waiting);

/* Free what a change wants; it then wants nothing. */
void change_release(struct change *c);

/* Put a set in force over these rights (NULL: those in force), and what is
 * stored now. A failure is told; the former one stays. */
enum ics_err rights_renew(struct intake *in,
    const struct policy_rights *rights);

/* Is there any right of this primary key; may it bind User IDs of keys that
 * sign nothing (arg is the struct intake)? Any thread. */
bool rights_has_any(struct intake *in, const struct pgp_fpr *fpr);
/* Has it a right without limits, or one of these roles (bits)? */
bool rights_has_role(struct intake *in, const struct pgp_fpr *fpr,
    unsigned roles);
/* Does a domain that the subject belongs to keep what anybody says of it? */
enum ics_err rights_welcome(struct intake *in, struct store_reader *r,
    const struct notations_subject *subject, bool *is);
bool rights_has_maker(void *arg, const struct pgp_fpr *fpr);
bool rights_knows(void *arg, const struct pgp_fpr *fpr); /* any right */

/* Thread bodies; arg is the struct intake. */
void *checker_main(void *arg);
void *writer_main(void *arg);

/* ---- the checker's parts ---- */

/* A key of a certificate that a submission brings. */
struct own_key {
	uint64_t keyid;
	size_t change, part;
};
ARRAY_OF(struct own_key, own_keys);

/* The stored certificate of the last record's issuer, parsed. */
struct last_cert {
	uint8_t digest[32];
	struct pgp_cert *cert; /* or NULL */
	struct pgp_facts facts;
};

/* Who holds a seat at which subject, as asked last; and how many records of
 * this work were asked for, by subject and issuer. */
#define SEATS_BROUGHT 512u
struct seats {
	struct notations_subject subject; /* kind NONE: nobody asked */
	struct pgp_fpr party;
	bool has;
	uint32_t brought[SEATS_BROUGHT];
};

/* Who brought what is judged. */
enum carrier {
	CARRIER_ANYBODY,
	CARRIER_PEER, /* a server whose TLS key is pinned */
	CARRIER_OPERATOR,
	CARRIER_BEFORE /* it was taken before, and waited */
};

struct checker {
	struct intake *in;
	enum carrier carrier; /* of the work at hand */
	struct store_reader *reader;
	struct pgp_keyring keyring; /* over reader, and own */
	struct buf keys;	    /* what the keyring found last */
	struct work *work;	    /* whose changes own is about, or NULL */
	struct own_keys own;	    /* in the order of key IDs */
	struct last_cert last;
	struct seats seats;
	uint64_t begun_ns; /* clock_thread_ns when the submission was begun */
};

/* Make the keys of what w's certificates became known to find and signer,
 * until forgotten; no change may go meanwhile. */
void own_collect(struct checker *c, struct work *w);
void own_forget(struct checker *c);

/* Where in own a key ID begins; and the certificate there, or NULL when that
 * place is of another key ID. */
size_t own_first(const struct checker *c, uint64_t keyid);
const struct pgp_cert *own_cert(const struct checker *c, size_t i,
    uint64_t keyid);

/* The certificate of this submission with a primary key; NULL. */
const struct pgp_cert *own_cert_primary(const struct checker *c,
    const struct pgp_fpr *fpr);

/* pgp_keyring's find; arg is the checker. */
size_t keyring_find(void *arg, const struct pgp_issuer *issuer,
    struct pgp_key *out, size_t max);

/* What is known of the key that made a signature. */
struct signer {
	struct pgp_fpr cert, key; /* primary, and the key itself */
	enum pgp_verdict verdict; /* the best of pgp_record_verify */
	bool is_known;		  /* a key is meant; else it may come */
	bool is_early;		  /* ... that was made later */
};

/* Look for the maker of a bare signature over subject. Errors of the store. */
enum ics_err signer_find(struct checker *c, const struct pgp_sig *sig,
    const struct pgp_subject *subject, struct signer *out);
void last_forget(struct last_cert *last);

/* Does a party hold a seat at a subject, so that strangers do not shut it out?
 * Errors of the store. Forget what was asked before each work. */
struct seat_ask {
	const struct notations_subject *subject;
	const struct pgp_fpr *party; /* a primary key */
	struct pgp_fpr confirmed;    /* who made the record that the subject
	                              * is; version 0 none */
};
enum ics_err seat_find(struct checker *c, const struct seat_ask *ask,
    bool *has);
void seats_forget(struct seats *seats);
/* Is the party named from above, however much room there is? */
enum ics_err seat_is_named(struct checker *c, const struct seat_ask *ask,
    bool *is);

/*
 * Does this kind of server take it? False: item says by which rule not. The
 * first is about who carries anything at all. cert is clean; stored is what
 * is here of it, or NULL.
 */
bool takes_carrier(const struct checker *c, struct intake_item *item);
bool takes_cert(const struct checker *c, const struct pgp_cert *stored,
    const struct pgp_cert *cert, struct intake_item *item);
enum ics_err takes_record(struct checker *c, const struct seat_ask *ask,
    struct intake_item *item, bool *takes);

/* The lane in which what a peer brought waits. */
#define INTAKE_LANE_PEER     "peer"
#define INTAKE_LANE_OPERATOR "operator"

/* Take a submission apart and judge each piece; fills w->result. */
void submission_check(struct checker *c, struct work *w);

/* Judge again everything that waits about w->job.fpr. */
void waiting_check(struct checker *c, struct work *w);

/*
 * Judge a raw certificate against what is stored: fills item and change.
 * ICS_ESECRET and store errors are returned; refusals are in item.
 */
enum ics_err cert_judge(struct checker *c, const struct pgp_cert *raw,
    struct intake_item *item, struct change *change);

/* Judge a bare signature of a record's type: fills item and change. Errors of
 * the store. */
enum ics_err record_judge(struct checker *c, const struct pgp_sig *sig,
    struct intake_item *item, struct change *change);

/* Judge a text with a cleartext signature, as a packet; the same. */
enum ics_err descriptor_judge(struct checker *c, struct bytes block,
    struct intake_item *item, struct change *change);

/* Judge again the record w->job.fpr; an item for each of its rows. */
enum ics_err record_again(struct checker *c, struct work *w);

/* What a record waits under, and is judged again by. */
static inline struct pgp_fpr
intake_record_fpr(const uint8_t digest[32])
{
	struct pgp_fpr fpr = { .version = 0, .n = 32 };

	memcpy(fpr.b, digest, 32);
	return fpr;
}
static inline bool
intake_fpr_is_record(const struct pgp_fpr *fpr)
{
	return fpr->version == 0 && fpr->n == 32;
}

/* Keep copies of the signatures whose issuer is unknown. */
void waiting_collect(const struct pgp_cert *cert,
    const enum pgp_verdict *verdicts, const struct pgp_cert *kept,
    struct waiting_array *waiting);

/* The stored version of a certificate, parsed; NULL in *cert when none. */
enum ics_err stored_get(struct checker *c, const struct pgp_fpr *fpr,
    struct pgp_cert **cert, uint8_t digest[32]);

#endif
