/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET and POST /ics/v1/check: may this thing take part, now, and who says so?
 * Private to src/api; hkp/README is the wire contract.
 *
 *	serve.c    the handlers              ask.c      a question, read
 *	list.c     a body of many            scope.c    in which domains
 *	judge.c    one part, decided         install.c  code for a device
 *	claims.c   who is registered so      until.c    on what it rests, and
 *	answer.c   one block of plain data              when it turns by itself
 *	tell.c     as JSON, as a line        cache.c    kept by each worker,
 *	notice.c   beside the answer         pack.c     in few octets
 *	notice.c   told as it happens
 *
 *	api_check_question ─▶ api_check_part (one or two) ─▶ api_check_draft ─▶ api_check_answer
 *
 * Invariant: nothing here decides; policy_decide does, over what item_read
 * gathered. An answer that is kept is told only while deciding again would
 * give the same.
 */
#ifndef API_CHECK_H
#define API_CHECK_H

#include "api/handler.h"
#include "api/query.h"
#include "item/item.h"

#define API_CHECK_LIST_MAX     256u /* questions in one request */
#define API_CHECK_PARTS_MAX    2u   /* decisions of one question */
#define API_CHECK_PURPOSE_MAX  64u  /* octets, with the NUL */
#define API_CHECK_SCOPES_MAX   256u /* domains in which one thing is judged */
#define API_CHECK_REASONS_MAX  (POLICY_REASONS_MAX + 8u)
#define API_CHECK_VOUCHERS_MAX 32u
#define API_CHECK_NAME_MAX     256u /* octets of a voucher's name that are told */
#define API_CHECK_RESTS_MAX    512u /* things that a kept answer may rest on */

/* Rules of src/policy/checks.def, then those of check_rules.def. */
enum api_check_rule {
	API_CHECK_RULE_FIRST = POLICY_RULES - 1,
#define X(id, word, words, help) API_CHECK_##id,
#include "api/check_rules.def"
#undef X
	API_CHECK_RULES
};
const char *api_check_rule_word(unsigned rule);
const char *api_check_rule_words(unsigned rule);
const char *api_check_rule_help(unsigned rule);

/* ---- what is asked -------------------------------------------------------- */

/* One question as it was written; texts are lent. */
struct api_check_question {
	struct bytes subject, with, code, claims, slot;
};

/* What holds for all questions of a request. */
struct api_check_request {
	struct hkp_request *rq; /* NULL in tests: everything may be seen */
	struct store_reader *r;
	struct domain_set *set; /* lent */
	size_t domain;		/* that was named; POLICY_NOBODY */
	/* When a peer last told all that it has; 0: never. */
	int64_t (*heard)(void *arg, const char *peer);
	void *heard_arg;
	char purpose[API_CHECK_PURPOSE_MAX];
	struct policy_time when;
	struct api_check_cache *cache; /* lent; NULL: none */
	bool is_now;		       /* no other time was asked about */
	bool is_line;		       /* text/plain is wanted */
};

/* Begin one on behalf of rq: the domains, which are held until its end, what
 * peers told; no domain named, nothing kept. */
void api_check_request_begin(struct hkp_request *rq,
    struct api_check_request *c);
void api_check_request_end(struct api_check_request *c);

enum api_check_found {
	API_CHECK_FOUND,
	API_CHECK_NOT_FOUND, /* or not for the eyes of who asks */
	API_CHECK_FOUND_SEVERAL
};

/* One decision of a question. */
struct api_check_part {
	struct notations_subject subject;
	enum api_check_found found;
	struct notations_subject on; /* the device; kind NONE: no install */
	struct bytes claims, slot;   /* lent; p NULL: nothing is claimed */
};

/* Split a question into parts. False (told in why and help, static) when it
 * cannot be understood; *err for failures of the world. */
struct api_check_parts {
	struct api_check_part at[API_CHECK_PARTS_MAX];
	size_t n;
	const char *why, *help;
	/* For how many seconds the answer will do where we are not reached:
	 * as long as its domain takes old answers; 0: it will not. */
	int64_t keeps;
};
enum ics_err api_check_parts_read(const struct api_check_request *c,
    const struct api_check_question *q, struct api_check_parts *parts);

/* May who asks be told that this is here? */
bool api_check_may_see(const struct api_check_request *c,
    const struct notations_subject *subject);

/* ---- in which domains ----------------------------------------------------- */

/* A domain that the request may be told of. */
bool api_check_may_read(const struct api_check_request *c, size_t domain);

/* The domains that it belongs to by now, among which a thing is judged where
 * none is named; all zero where that is of no importance. */
enum ics_err api_check_bits_read(const struct api_check_request *c,
    const struct api_check_part *part, struct store_bits *bits);

/* Whose rules judge. Lent by the request. */
struct api_check_scope {
	size_t number;			    /* POLICY_NOBODY */
	const struct policy_domain *domain; /* in force then; NULL: none */
	const struct policy_rights *rights;
	int64_t data_at; /* see policy_asking */
};
struct api_check_scopes {
	struct api_check_scope at[API_CHECK_SCOPES_MAX];
	size_t n;
	bool is_outside; /* there are domains, and it is in none of them */
};
enum ics_err api_check_scopes_find(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_scopes *scopes);
#define API_CHECK_NEVER 1 /* a second after nothing had happened yet */
/* When the newest word of upstream came, of what a domain pulls: the oldest of
 * its peers counts; API_CHECK_NEVER. 0: it pulls nothing. */
int64_t api_check_data_at(const struct api_check_request *c,
    const struct policy_domain *domain);

/* ---- one item, under one scope's rights ----------------------------------- */

struct api_check_look {
	struct item it;
	struct policy_party *parties; /* owned */
	struct policy_question q;     /* lends all of the above */
	struct policy_state state;
	struct policy_facts facts;
};
/* ICS_ENOTFOUND: nothing is known. The caller releases *l in any case. */
enum ics_err api_check_look_read(const struct api_check_request *c,
    const struct policy_rights *rights, const struct notations_subject *subject,
    struct api_check_look *l);
void api_check_look_release(struct api_check_look *l);

/* ---- while it is decided -------------------------------------------------- */

struct api_check_reason {
	uint8_t rule;	  /* enum api_check_rule */
	uint8_t tone;	  /* enum policy_tone */
	uint8_t evidence; /* of the draft's statements; API_CHECK_NO_EVIDENCE */
	uint16_t missing; /* bits of roles */
	int32_t line;
};
#define API_CHECK_NO_EVIDENCE 255u

struct api_check_said {
	uint8_t digest[32];
	struct pgp_fpr issuer;
};
struct api_check_voucher {
	struct pgp_fpr fpr;
	uint16_t roles;
	uint8_t digest[32]; /* of his newest word */
	char *name; /* a JSON string, quotes and all; owned by a draft, lent by
	             * an answer; "" unknown */
};

struct api_check_draft {
	const struct api_check_part *part;
	char domain[POLICY_NAME_MAX]; /* "" without */
	size_t number;		      /* of it; POLICY_NOBODY */
	bool is_allowed, is_stale;
	struct api_check_reason reasons[API_CHECK_REASONS_MAX];
	size_t reasons_n;
	struct api_check_said said[API_CHECK_REASONS_MAX];
	size_t said_n;
	struct api_check_voucher vouchers[API_CHECK_VOUCHERS_MAX];
	size_t vouchers_n;
	struct notations_subject registered; /* who has its name; kind NONE */
	int64_t data_at, freshness, grace;
	int64_t until; /* it may turn by itself then; INT64_MAX: never */
	uint16_t rests[API_CHECK_RESTS_MAX]; /* places of what it rests on */
	size_t rests_n;
	bool is_fleeting; /* not to be kept */
};
void api_check_draft_release(struct api_check_draft *d);

/* One reason more. A refusal refuses. */
void api_check_draft_say(struct api_check_draft *d, unsigned rule,
    enum policy_tone tone);

/* Decide one part: always an answer, but for failures of the world. */
enum ics_err api_check_part_decide(const struct api_check_request *c,
    const struct api_check_part *part, struct api_check_draft *d);

/* ---- install.c ------------------------------------------------------------ */

struct api_check_install {
	const struct notations_subject *on; /* the device: set before */
	struct api_check_look device, running;
	bool has_running; /* what runs there is known, and is looked at */
	struct policy_install asked; /* lends both */
};
/* ICS_ENOTFOUND: nothing is known of the device. Release it in any case. */
enum ics_err api_check_install_read(const struct api_check_request *c,
    const struct api_check_scope *scope, const struct api_check_look *code,
    struct api_check_install *install);
void api_check_install_release(struct api_check_install *install);

/* ---- claims.c ------------------------------------------------------------- */

/* Who is registered under what the part claims to be? Reasons are added. */
enum ics_err api_check_claims_look(const struct api_check_request *c,
    const struct api_check_scope *scope, const struct api_check_look *own,
    struct api_check_draft *d);

/* ---- notice.c ------------------------------------------------------------- */

/* Where another thing is registered than the part is about, tell it: in the
 * log, and to event streams. */
struct api_check_answer;
void api_check_notice(const struct api_check_request *c,
    const struct api_check_part *part, const struct api_check_answer *a);

/* ---- until.c -------------------------------------------------------------- */

#define API_CHECK_PLACES 32768u /* of things, by a hash */
uint16_t api_check_place(const struct notations_subject *subject);
/* The draft rests on a thing: what is said of it next may change it. */
void api_check_rest_on(struct api_check_draft *d,
    const struct notations_subject *subject);
/* It rests on an item, and all who spoke about it. */
void api_check_rest_on_look(struct api_check_draft *d,
    const struct api_check_request *c, const struct api_check_look *l);
void api_check_rest_on_scope(struct api_check_draft *d,
    const struct api_check_request *c, const struct api_check_scope *scope);
/* It may turn when this time comes, or a second later, for who allows for
 * wrong clocks and for who does not. */
void api_check_turn_at(struct api_check_draft *d,
    const struct api_check_request *c, int64_t t);

/* The cache of a request's worker; NULL: it has none. */
struct api_check_cache *api_check_cache_of(struct hkp_request *rq);

/* ---- answers -------------------------------------------------------------- */

/* Immutable but for the count, one block. */
struct api_check_answer {
	unsigned holds; /* of one thread alone */
	size_t number;	/* of the domain; POLICY_NOBODY */
	struct notations_subject subject;
	const struct notations_subject *on, *registered; /* NULL: none */
	const char *domain;				 /* "" without */
	const char *purpose;
	bool is_allowed, is_stale, is_fleeting;
	int64_t made_at, data_at, freshness, grace, until;
	const struct api_check_reason *reasons;
	const struct api_check_said *said;
	const struct api_check_voucher *vouchers;
	const uint16_t *rests;
	uint16_t reasons_n, said_n, vouchers_n, rests_n;
	size_t octets; /* of the block */
};
void api_check_answer_drop(struct api_check_answer *a); /* NULL is fine */
/* The caller drops it. */
struct api_check_answer *api_check_answer_new(const struct api_check_request *c,
    const struct api_check_draft *d);

/* Where the next piece of a block goes; at NULL: only counted. */
struct api_check_block {
	uint8_t *at;
	size_t n;
};
void *api_check_block_take(struct api_check_block *b, size_t n);

/* Append an answer in few octets, but for what it rests on; and make it anew,
 * whose block had so many octets. The caller drops it. */
void api_check_answer_pack(const struct api_check_answer *a, struct buf *out);
struct api_check_answer *api_check_answer_unpack(struct bytes packed,
    size_t octets);

/* ---- kept answers: cache.c -------------------------------------------------- */

#define API_CHECK_CACHE_OCTETS (4u << 20)  /* of a worker's answers */
#define API_CHECK_PACKED_MAX   (64u << 10) /* octets of one; else not kept */

/*
 * A worker's own: nothing in it is shared, and its answers take so many octets
 * and no more; the oldest go first. An answer is told again only while nothing
 * was said of what it rests on, the set is the same, its time has not come, and
 * what it says of the age of its data is still so.
 */
struct api_check_cache;
struct api_check_cache *api_check_cache_new(size_t octets);
void api_check_cache_free(struct api_check_cache *k); /* NULL is fine */

/* What the log says that is new; before all below, with news as it was before
 * the request looked at the store. */
enum ics_err api_check_cache_look(struct api_check_cache *k,
    const struct api_check_request *c, uint64_t news);
/* The answer of before about a thing alone, of which it is known that who asks
 * may still see it, and that it belongs where it did, since nothing at all was
 * committed meanwhile. NULL: look at the store, then find or decide. The caller
 * drops it. */
struct api_check_answer *api_check_cache_quick(struct api_check_cache *k,
    const struct api_check_request *c, const struct notations_subject *subject);
/* The same where the store was asked: the part is for the eyes of who asks,
 * and belongs to these domains now. */
struct api_check_answer *api_check_cache_find(struct api_check_cache *k,
    const struct api_check_request *c, const struct api_check_part *part,
    const struct store_bits *bits);
/* Keep a copy, if it may be kept. */
void api_check_cache_put(struct api_check_cache *k,
    const struct api_check_request *c, const struct api_check_answer *a,
    const struct store_bits *bits);
/* As api_check_may_see of a party; asked of the store once for all answers
 * until something is committed. */
bool api_check_cache_sees(struct api_check_cache *k,
    const struct api_check_request *c, const struct pgp_fpr *party);
/* For tests: how often it had an answer, and at once; the octets that hold
 * answers, what is void among them included. */
struct api_check_cache_stats {
	uint64_t hits, quick;
	size_t octets;
};
void api_check_cache_stats(const struct api_check_cache *k,
    struct api_check_cache_stats *out);

/* As of now: at and age are those of the request. */
struct api_check_telling {
	const struct api_check_request *c;
	const struct api_check_answer *at[API_CHECK_PARTS_MAX];
	int64_t data_at[API_CHECK_PARTS_MAX];
	size_t n; /* parts */
};
bool api_check_is_allowed(const struct api_check_telling *t);
void api_check_tell_json(const struct api_check_telling *t, struct buf *out);
/* "allow", "allow stale", "deny state" and a line end. */
void api_check_tell_line(const struct api_check_telling *t, struct buf *out);

#endif
