/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vocabulary of statements, as data, and the way from a signature to what
 * it says and back. README and ics-notations(7) give the meanings in prose.
 *
 *	signature ── hashed notation subpackets ── notations_set
 *	     └ with who, about what, when        ── notations_statement
 *
 * Names without "@" are Atkins' (draft-atkins-openpgp-device-certificates);
 * ours end in "@" NOTATION_DOMAIN. Each is read bare and with the domain and
 * means the same; an unknown name is kept as it is. Only the hashed area is
 * read. No I/O, no clock, no store; a device needs this and pgp to verify.
 *
 * Tables: vocabulary.def (every name), syntaxes.def, kinds.def, subjects.def,
 * statuses.def, roles.def, entities.def, digests.def, words.def, reasons.def.
 */
#ifndef NOTATIONS_NOTATIONS_H
#define NOTATIONS_NOTATIONS_H

#include "base/array.h"
#include "base/buf.h"
#include "base/report.h"
#include "pgp/pgp.h"

#define NOTATIONS_MAX	    64u	  /* in a signature */
#define NOTATIONS_VALUE_MAX 1024u /* octets of a value */
#define NOTATIONS_TEXT_MAX  256u  /* characters of a text */
#define NOTATIONS_NAME_MAX  128u  /* octets of a name, domain included */

/* Reasons of findings: NOTATIONS_REASON(x) is a const struct reason. */
enum notations_reason_index {
#define X(id, name, severity, words, help) NOTATIONS_REASON_##id,
#include "notations/reasons.def"
#undef X
	NOTATIONS_REASON_COUNT
};
extern const struct reason notations_reasons[NOTATIONS_REASON_COUNT];
#define NOTATIONS_REASON(id) (&notations_reasons[NOTATIONS_REASON_##id])

/* ---- words: each list is a .def; NONE is "not said" ---------------------- */

/* What a statement is about (rec@). */
enum notations_kind {
	NOTATIONS_KIND_NONE,
#define X(id, word, subjects, needs, states, words) NOTATIONS_KIND_##id,
#include "notations/kinds.def"
#undef X
	NOTATIONS_KIND_COUNT
};
const char *notations_kind_word(enum notations_kind kind); /* "device-status" */
/* Of any row; NONE when unknown. */
enum notations_kind notations_kind_find(struct bytes word);

/* States of devices, then of code; within each the safer has the larger
 * number, so that > is the order of rule e4.3. */
enum notations_status {
	NOTATIONS_STATUS_NONE,
#define X(id, word, alias, is_code, words) NOTATIONS_STATUS_##id,
#include "notations/statuses.def"
#undef X
	NOTATIONS_STATUS_COUNT
};
const char *notations_status_word(enum notations_status status); /* "stolen" */
/* Aliases ("in-use", "depreciated") are read, too. NONE when unknown. */
enum notations_status notations_status_find(struct bytes word, bool is_code);

enum notations_role {
	NOTATIONS_ROLE_NONE,
#define X(id, word, words) NOTATIONS_ROLE_##id,
#include "notations/roles.def"
#undef X
	NOTATIONS_ROLE_COUNT
};
const char *notations_role_word(enum notations_role role); /* "owner" */
enum notations_role notations_role_find(struct bytes word);
/* The bit of NONE stands for the entity that speaks about itself. */
#define NOTATIONS_ROLE_BIT(role) (1u << (role))

/* What an entity is (kind@). */
enum notations_entity {
	NOTATIONS_ENTITY_NONE,
#define X(id, word, words) NOTATIONS_ENTITY_##id,
#include "notations/entities.def"
#undef X
	NOTATIONS_ENTITY_COUNT
};
const char *notations_entity_word(enum notations_entity entity); /* "gateway" */
enum notations_entity notations_entity_find(struct bytes word);

/* ---- subjects -------------------------------------------------------------- */

enum notations_subject_kind {
	NOTATIONS_SUBJECT_NONE,
	NOTATIONS_SUBJECT_ENTITY, /* "dev:" and "key:": a fingerprint */
	NOTATIONS_SUBJECT_CODE,	  /* "code:sha256:": a digest of octets */
	NOTATIONS_SUBJECT_RECORD  /* "rec:sha256:": a statement */
};

/* A thing that is spoken about. Compare with notations_subject_equal. */
struct notations_subject {
	enum notations_subject_kind kind;
	uint8_t tag; /* version of the key (4, 6), or OpenPGP's hash number */
	uint8_t n;   /* octets in b */
	uint8_t b[64];
};

#define NOTATIONS_SUBJECT_TEXT_MAX   160 /* "code:sha3-512:" and 128 digits */
#define NOTATIONS_SUBJECT_OCTETS_MAX 66

/*
 * Read "dev:04...", "key:04...", "code:sha256:...", "rec:sha256:...". False
 * for anything else. digits may be of either case; a digest has the length of
 * its algorithm.
 */
bool notations_subject_read(struct bytes text, struct notations_subject *s);
/*
 * The same, and what people and URLs say instead: a bare fingerprint of 40 or
 * 64 digits, versioned or not, "0x" and spaces allowed; "sha256:..." and its
 * like. 64 bare digits are version 6.
 */
bool notations_subject_guess(struct bytes text, struct notations_subject *s);
/* "dev:04..." lower case. Of a log's row also what is no subject but has
 * digits: a key of version 3 or 5, a damaged tag. */
void notations_subject_text(const struct notations_subject *s,
    char out[NOTATIONS_SUBJECT_TEXT_MAX]);
/* Keys of version 4 and 6; the kind of others is NONE. */
void notations_subject_of_fpr(const struct pgp_fpr *fpr,
    struct notations_subject *s);
/* False when it is no entity. */
bool notations_subject_fpr(const struct notations_subject *s,
    struct pgp_fpr *fpr);
bool notations_subject_equal(const struct notations_subject *a,
    const struct notations_subject *b);
/* Octets under which a store files it: kind, tag, b. Read is the reverse:
 * false when they are none. */
size_t notations_subject_octets(const struct notations_subject *s,
    uint8_t out[NOTATIONS_SUBJECT_OCTETS_MAX]);
bool notations_subject_of_octets(struct bytes octets,
    struct notations_subject *s);

/* "sha256" of a hash that digests may use; NULL for others. */
const char *notations_hash_word(uint8_t hash);
uint8_t notations_hash_find(struct bytes word); /* 0 when unknown */

/* ---- values ------------------------------------------------------------------ */

enum notations_syntax {
#define X(id, check, words) NOTATIONS_SYNTAX_##id,
#include "notations/syntaxes.def"
#undef X
	NOTATIONS_SYNTAX_COUNT
};

enum notations_name {
#define X(id, name, space, syntax, times, roles, index, says, words) \
	NOTATIONS_NAME_##id,
#include "notations/vocabulary.def"
#undef X
	NOTATIONS_NAME_COUNT,
	NOTATIONS_NAME_UNKNOWN = NOTATIONS_NAME_COUNT
};

struct notations_row {
	const char *name; /* bare: without the domain */
	bool is_atkins;	  /* written bare; ours are written with the domain */
	enum notations_syntax syntax;
	bool may_repeat;
	unsigned roles;	 /* bits NOTATIONS_ROLE_BIT of who may say it; 0 all */
	bool is_indexed; /* searches find it */
	enum notations_kind says; /* kind of a certification with it, or NONE */
	const char *words;
};
const struct notations_row *notations_row(enum notations_name name);
/* Words for people, of a syntax. */
const char *notations_syntax_words(enum notations_syntax syntax);
/* By bare name or with the domain; NOTATIONS_NAME_UNKNOWN. */
enum notations_name notations_name_find(struct bytes name);
/* As it is written into a signature, domain and all; static. */
const char *notations_name_text(enum notations_name name);

/* A digest with what stands behind it: "sha256:... fw.bin" or Atkins' hash. */
struct notations_digest {
	uint8_t hash; /* OpenPGP's number */
	uint8_t n;
	uint8_t b[64];
	struct bytes name; /* lent by the value; empty without one */
};
enum ics_err notations_digest_read(struct bytes value,
    struct notations_digest *d); /* text form */
enum ics_err notations_hash_read(struct bytes value,
    struct notations_digest *d); /* Atkins' binary form */
void notations_hash_write(const struct notations_digest *d, struct buf *out);
#define NOTATIONS_DIGEST_TEXT_MAX 138 /* "sha3-512:" and 128 digits */
void notations_digest_text(const struct notations_digest *d,
    char out[NOTATIONS_DIGEST_TEXT_MAX]); /* without the name */

/* "2026-11-26T10:00:00Z"; a day that does not exist is ICS_EFORMAT. */
enum ics_err notations_time_read(struct bytes value, int64_t *t);
enum ics_err notations_number_read(struct bytes value, uint64_t *n);
/* "04" and 40, or "06" and 64 digits of either case. */
enum ics_err notations_vfp_read(struct bytes value, struct pgp_fpr *fpr);
void notations_vfp_text(const struct pgp_fpr *fpr,
    char out[PGP_FPR_TEXT_MAX + 2]);

/* "integrator;scope=Acme/T1000;until=2028-01-01T00:00:00Z" */
struct notations_role_value {
	enum notations_role role;
	struct bytes scope; /* "vendor/model", "*" last; empty: everything */
	int64_t until;	    /* 0 for ever */
};
enum ics_err notations_role_read(struct bytes value,
    struct notations_role_value *role);

enum notations_approval_state {
	NOTATIONS_GRANTED,
	NOTATIONS_SUSPENDED,
	NOTATIONS_REVOKED
};
/* "scheme=mdr;id=NB-17;level=IIa;until=...;state=granted" */
struct notations_approval {
	struct bytes scheme, id, level; /* lent by the value */
	int64_t until;			/* 0 for ever */
	enum notations_approval_state state;
};
enum ics_err notations_approval_read(struct bytes value,
    struct notations_approval *a);

/*
 * Parameters spell space, ";", "=" and "%" as %XX: what a scope, a scheme, an
 * id or a level reads as. The value has obeyed its syntax.
 */
#define NOTATIONS_PARAM_MAX 128 /* characters of a parameter's value */
void notations_param_text(struct bytes value,
    char out[NOTATIONS_PARAM_MAX + 1]);
/* The text that any value with %XX in it spells. False: it is none, or has a
 * bad %, or is longer. */
bool notations_escaped_read(struct bytes value,
    char out[NOTATIONS_PARAM_MAX + 1]);

/* Does a value obey its syntax? ICS_OK, ICS_EFORMAT, ICS_ETOOBIG. Readable
 * (human readable flag) must be what the syntax asks for. */
enum ics_err notations_value_check(enum notations_syntax syntax,
    struct bytes value, bool is_readable);

/* ---- sets: what one signature says -------------------------------------------- */

struct notations_entry {
	enum notations_name name;
	struct bytes text;  /* the name as it stands, lent by the signature */
	struct bytes value; /* lent likewise */
	bool is_readable, is_critical;
};
ARRAY_OF(struct notations_entry, notations_set);

/*
 * All notations of a signature's hashed area, in their order. Findings name
 * what breaks a rule: too many, too long, repeated, a value against its
 * syntax, not readable. ICS_OK when all is well; ICS_EDENIED when a name of
 * the vocabulary was misused (what is wrong is then in rep); ICS_ETOOBIG.
 * Release the set in any case; its views are into sig.
 */
enum ics_err notations_set_read(const struct pgp_sig *sig, struct report *rep,
    struct notations_set *set);
/* The first entry of a name, lent; NULL when there is none. */
const struct notations_entry *notations_set_get(const struct notations_set *set,
    enum notations_name name);

/*
 * Append one notation subpacket (RFC 9580 5.2.3.24), length and all. The
 * value was checked by notations_value_check. The second takes any name.
 */
void notations_write(enum notations_name name, struct bytes value,
    struct buf *hashed);
struct notations_raw {
	struct bytes name, value;
	bool is_readable, is_critical;
};
void notations_write_raw(const struct notations_raw *raw, struct buf *hashed);

/* ---- statements ------------------------------------------------------------------ */

/*
 * How a confirmation (0x50) names its target: by the record digest in
 * subject@, else by what that one's values sign (RFC 9580 5.2.3.33). False
 * when by neither.
 */
#define NOTATIONS_CONFIRMED_MIN 20 /* octets of the second */
struct notations_confirmed {
	uint8_t digest[PGP_DIGEST_MAX];
	size_t n;
	bool is_signed;
};
bool notations_confirmed_read(const struct pgp_sig *sig,
    struct notations_confirmed *name);

/* Where a signature stood, for what is implied there. */
enum notations_carrier {
	NOTATIONS_CERTIFICATION, /* in a certificate, over a User ID or key */
	NOTATIONS_RECORD,	 /* bare: 0x00 over nothing, or 0x02 */
	NOTATIONS_CONFIRMATION	 /* bare: 0x50 over another record */
};
struct notations_place {
	enum notations_carrier carrier;
	const struct pgp_fpr *certified; /* CERTIFICATION: the primary key */
	const uint8_t *target; /* CONFIRMATION: the record digest, 32 octets */
};

/*
 * A signature as a statement. Views are into the signature, which must live
 * as long. The set is owned.
 *
 * kind is the one of rec@, or for certifications what the notations imply,
 * by the column "says" of vocabulary.def (a status: DEVICE_STATUS; a role,
 * approval, label or owner likewise; what describes: DEVICE; else NOTE). One
 * may say several things at once: says has a bit 1 << kind for each. 0x30 and
 * 0x20 are the kinds WITHDRAWAL and REVOCATION.
 */
struct notations_statement {
	enum notations_carrier carrier;
	enum notations_kind kind;
	unsigned says; /* bits 1 << enum notations_kind */
	struct notations_subject subject;
	struct pgp_fpr issuer; /* who says he signed (subpacket 33, hashed;
	                        * for records also unhashed); the intake and the
	                        * pool set the primary key's instead */
	uint8_t sigtype;
	int64_t created, expires; /* seconds; expires 0 never */
	uint64_t seq;
	bool has_seq, has_prev;
	bool is_self;	     /* a certification by the certified key */
	uint8_t digest[32];  /* SHA-256 of S(signature): the record digest */
	uint8_t content[32]; /* SHA-256 of its hashed part: equal for copies
	                       * that differ in their signature values */
	uint8_t prev[32];    /* prev@, SHA-256 only */
	enum notations_status status;	   /* status@ */
	enum notations_status code_status; /* code-status@ */
	struct notations_set set;
};

/*
 * Read a parsed signature as a statement. ICS_ENOTFOUND: it says nothing of
 * our vocabulary (an ordinary certification). ICS_EDENIED: it tries to and
 * breaks a rule; rep says which. Signature values are not looked at. Release
 * the statement in any case.
 */
enum ics_err notations_statement_read(const struct pgp_sig *sig,
    const struct notations_place *place, struct report *rep,
    struct notations_statement *st);
void notations_statement_release(struct notations_statement *st);

/* True when revokes@ of st names the digest. */
bool notations_statement_revokes(const struct notations_statement *st,
    const uint8_t digest[32]);

/*
 * What searches may find of a statement: calls found for each pair. name is
 * bare ("model", "status", "kind", "issuer", or a whole unknown name), value
 * is folded to lower case ASCII; both are lent for the call. A digest is
 * filed as "hash" = "sha256:..." in whatever form it was said.
 */
struct notations_terms {
	void (*found)(void *arg, struct bytes name, struct bytes value);
	void *arg;
};
void notations_statement_terms(const struct notations_statement *st,
    const struct notations_terms *terms);
/* 64 bits that stand for a pair in an index; value of any case. */
uint64_t notations_term_hash(struct bytes name, struct bytes value);

#endif
