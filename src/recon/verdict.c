/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether what a peer says of itself will do. Where its operator reads why it
 * was refused, the words are those of SKS or Hockeypuck, letter by letter:
 * people search for them. Spec: recon.md 7
 */
#include "recon/config.h"

#define BUSY "sync not available, currently mutating"

/* Three numbers with dots between them. */
static bool
version_read(const char *text, unsigned part[3])
{
	struct cursor cur = cursor_of(bytes_of_str(text));
	size_t i = 0, digits = 0;

	memset(part, 0, 3 * sizeof(part[0]));
	while (cursor_has(&cur)) {
		uint8_t c = cursor_u8(&cur);

		if (c == '.' && digits > 0 && i < 2) {
			i++;
			digits = 0;
		} else if (c >= '0' && c <= '9' && digits < 6) {
			part[i] = part[i] * 10 + (c - '0');
			digits++;
		} else {
			return false;
		}
	}
	return i == 2 && digits > 0;
}

/* At least 0.1.5, says SKS. */
static bool
version_is_enough(const unsigned part[3])
{
	if (part[0] != 0)
		return true;
	return part[1] > 1 || (part[1] == 1 && part[2] >= 5);
}

ARRAY_OF(struct bytes, names);

static int
name_compare(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;

	return bytes_compare(*x, *y);
}

/* Names between commas, sorted, each once; lent from the text. */
static void
filters_split(const char *text, struct names *set)
{
	size_t n = 0;

	for (const char *at = text; *at != '\0'; at += *at == ',') {
		size_t length = strcspn(at, ",");

		if (length > 0)
			*names_add(set) = bytes_of(at, length);
		at += length;
	}
	if (set->n > 1)
		qsort(set->at, set->n, sizeof(set->at[0]), name_compare);
	for (size_t i = 0; i < set->n; i++)
		if (n == 0 || !bytes_equal(set->at[n - 1], set->at[i]))
			set->at[n++] = set->at[i];
	set->n = n;
}

static bool
names_are_equal(const struct names *a, const struct names *b)
{
	bool equal = a->n == b->n;

	for (size_t i = 0; equal && i < a->n; i++)
		equal = bytes_equal(a->at[i], b->at[i]);
	return equal;
}

static void
names_write(struct buf *out, const char *whose, const struct names *set)
{
	buf_put_str(out, "\n\t");
	buf_put_str(out, whose);
	buf_put_str(out, " filters: [ ");
	for (size_t i = 0; i < set->n; i++) {
		buf_put(out, set->at[i]);
		buf_put_str(out, " ");
	}
	buf_put_str(out, "]");
}

/* As sets; what differs is said at length. */
static bool
filters_suit(const char *ours, const char *theirs, struct buf *why)
{
	struct names a = { 0 }, b = { 0 };
	bool suit;

	filters_split(ours, &a);
	filters_split(theirs, &b);
	suit = names_are_equal(&a, &b);
	if (!suit) {
		buf_put_str(why, "filters do not match.");
		names_write(why, "local", &a);
		names_write(why, "remote", &b);
	}
	names_release(&a);
	names_release(&b);
	return suit;
}

/* ---- verdicts ---------------------------------------------------------------------------- */

/* A key that is needed and cannot be read. */
static bool
key_suits(const struct recon_config *theirs, enum recon_key key,
    struct buf *why)
{
	switch (theirs->given[key]) {
	case RECON_KEY_SOUND:
		return true;
	case RECON_KEY_MISSING:
		buf_put_str(why, "Missing entry in configdata");
		break;
	case RECON_KEY_BAD:
		buf_put_str(why, "Error parsing configdata: ");
		buf_put_str(why, key == RECON_KEY_VERSION
				     ? "Failure(\"int_of_string\")"
				     : "End_of_file");
		break;
	}
	return false;
}

static bool
version_suits(const struct recon_config *theirs, struct buf *why)
{
	unsigned part[3];

	if (!key_suits(theirs, RECON_KEY_VERSION, why))
		return false;
	if (!version_read(theirs->version, part)) {
		buf_put_str(why,
		    "Error parsing configdata: Failure(\"int_of_string\")");
		return false;
	}
	if (!version_is_enough(part)) {
		buf_printf(why,
		    "Requires version at least 0.1.5.  %s provided ",
		    theirs->version);
		return false;
	}
	return true;
}

static bool
number_suits(uint32_t ours, uint32_t theirs, const char *words, struct buf *why)
{
	if (ours != theirs)
		buf_put_str(why, words);
	return ours == theirs;
}

/* SKS's checks, in its order. */
static bool
suits_as_sks(const struct recon_config *ours, const struct recon_config *theirs,
    struct buf *why)
{
	return version_suits(theirs, why) &&
	       key_suits(theirs, RECON_KEY_FILTERS, why) &&
	       filters_suit(ours->filters, theirs->filters, why) &&
	       key_suits(theirs, RECON_KEY_QUANTUM, why) &&
	       number_suits(ours->quantum, theirs->quantum,
		   "bitquantum values do not match", why) &&
	       key_suits(theirs, RECON_KEY_MBAR, why) &&
	       number_suits(ours->mbar, theirs->mbar,
		   "mbar values do not match", why);
}

/* Hockeypuck's: texts are compared as they are, what is missing differs. */
static bool
suits_as_hockeypuck(const struct recon_config *ours,
    const struct recon_config *theirs, struct buf *why)
{
	const char *words = NULL;

	if (strcmp(ours->version, theirs->version) != 0)
		words = "mismatched protocol version";
	else if (ours->quantum != theirs->quantum)
		words = "mismatched bitquantum";
	else if (ours->mbar != theirs->mbar)
		words = "mismatched mbar";
	else if (strcmp(ours->filters, theirs->filters) != 0)
		words = "mismatched filters";
	if (words != NULL)
		buf_put_str(why, words);
	return words == NULL;
}

/* A port is not needed to agree, but one that is no number is nonsense. */
bool
recon_config_suits(const struct recon_config *ours,
    const struct recon_config *theirs, bool as_text, struct buf *why)
{
	for (size_t i = 0; as_text && i < RECON_KEYS; i++)
		if (theirs->given[i] == RECON_KEY_BAD)
			return key_suits(theirs, (enum recon_key)i, why);
	if (theirs->given[RECON_KEY_HTTP_PORT] == RECON_KEY_BAD)
		return key_suits(theirs, RECON_KEY_HTTP_PORT, why);
	return as_text ? suits_as_hockeypuck(ours, theirs, why)
		       : suits_as_sks(ours, theirs, why);
}

void
recon_verdict_passed(struct buf *out)
{
	recon_msg_string(out, bytes_of_str("passed"));
}

void
recon_verdict_failed(struct buf *out, struct bytes why)
{
	recon_msg_string(out, bytes_of_str("failed"));
	recon_msg_string(out, why);
}

/* A reason that is cut off, or absurdly long, is none. */
static enum recon_verdict
failed_read(struct cursor *cur, bool is_all, struct bytes *why)
{
	struct cursor head = *cur;
	bool is_absurd = cursor_be32(&head) > RECON_CONFIG_FRAME_MAX;

	*why = recon_msg_string_read(cur, RECON_CONFIG_FRAME_MAX);
	if (cur->failed && !is_absurd && !is_all)
		return RECON_VERDICT_PART;
	return bytes_equal(*why, bytes_of_str(BUSY)) ? RECON_VERDICT_BUSY
						     : RECON_VERDICT_FAILED;
}

enum recon_verdict
recon_verdict_read(struct bytes in, bool is_all, size_t *used,
    struct bytes *why)
{
	struct cursor cur = cursor_of(in);
	struct bytes word;
	enum recon_verdict verdict = RECON_VERDICT_NONE;

	*why = bytes_of(NULL, 0);
	if (in.n >= 4 && be32_from_bytes(in.p) != 6)
		return RECON_VERDICT_NONE;
	word = recon_msg_string_read(&cur, 6);
	if (cur.failed)
		return RECON_VERDICT_PART;
	if (bytes_equal(word, bytes_of_str("passed")))
		verdict = RECON_VERDICT_PASSED;
	else if (bytes_equal(word, bytes_of_str("failed")))
		verdict = failed_read(&cur, is_all, why);
	*used = in.n - cur.rest.n;
	return verdict;
}
