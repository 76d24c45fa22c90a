/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which form it is; and the two notations that carry it. */
#include "base/b64.h"
#include "foreign/forms.h"

const struct reason foreign_reasons[FOREIGN_REASON_COUNT] = {
#define X(id, name, severity, words, help) \
	[FOREIGN_REASON_##id] = { name, SEVERITY_##severity, words, help },
#include "foreign/reasons.def"
#undef X
};

static const struct foreign_form_row rows[FOREIGN_FORMS] = {
#define X(id, word, need, words) { word, words, FOREIGN_##need },
#include "foreign/forms.def"
#undef X
};

const struct foreign_form_row *
foreign_form_row(enum foreign_form form)
{
	return &rows[form];
}

void
foreign_init(struct foreign_sig *sig)
{
	*sig = (struct foreign_sig){ .form = FOREIGN_RAW };
	buf_init(&sig->sig, FOREIGN_SIG_MAX);
	buf_init(&sig->global, FOREIGN_SIG_MAX);
	buf_init(&sig->words, FOREIGN_WORDS_MAX);
	buf_init(&sig->key_octets, FOREIGN_SIG_MAX);
}

void
foreign_release(struct foreign_sig *sig)
{
	buf_release(&sig->sig);
	buf_release(&sig->global);
	buf_release(&sig->words);
	buf_release(&sig->key_octets);
}

/* ---- text ------------------------------------------------------------------ */

enum ics_err
foreign_base64(struct bytes text, struct buf *to)
{
	enum ics_err err = text.n == 0 ? ICS_EFORMAT : b64_read(text, to);

	return err == ICS_OK ? buf_end(to) : err;
}

bool
foreign_line_next(struct cursor *cur, struct bytes *line)
{
	const uint8_t *lf;

	if (!cursor_has(cur))
		return false;
	lf = memchr(cur->rest.p, '\n', cur->rest.n);
	*line = cursor_take(cur,
	    lf == NULL ? cur->rest.n : (size_t)(lf - cur->rest.p));
	if (cursor_has(cur))
		(void)cursor_u8(cur); /* the end of the line */
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

/* ---- bare signatures ---------------------------------------------------------- */

static bool
is_base64(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (!b64_is_digit(b.p[i]) && b.p[i] != '=' && b.p[i] != '\n' &&
		    b.p[i] != '\r')
			return false;
	return b.n > 0;
}

/* Ed25519 signs octets; all others sign a digest, of SHA-256 as a rule. */
static void
raw_form_guess(struct foreign_sig *sig)
{
	sig->form = sig->key.key.algo == PGP_ALGO_EDDSA ? FOREIGN_RAW
							: FOREIGN_RAW_SHA256;
}

static const struct reason *
raw_read(struct bytes sig_file, struct bytes key_file, struct foreign_sig *sig)
{
	const struct reason *why = foreign_keytext_read(key_file, &sig->key);

	if (why != NULL)
		return why;
	buf_put(&sig->key_octets, sig->key.octets);
	if (is_base64(sig_file))
		(void)foreign_base64(sig_file, &sig->sig); /* its end says */
	else
		buf_put(&sig->sig, sig_file);
	raw_form_guess(sig);
	if (buf_end(&sig->key_octets) != ICS_OK)
		return FOREIGN_REASON(odd_key);
	if (buf_end(&sig->sig) != ICS_OK || sig->sig.n < 8)
		return FOREIGN_REASON(not_signature);
	return NULL;
}

const struct reason *
foreign_read(struct bytes sig_file, struct bytes key_file,
    struct foreign_sig *sig)
{
	if (bytes_starts_with(sig_file, bytes_of_str("-----BEGIN SSH")))
		return foreign_ssh_read(sig_file, key_file, sig);
	if (bytes_starts_with(sig_file, bytes_of_str("untrusted comment:")))
		return foreign_minisign_read(sig_file, key_file, sig);
	if (bytes_starts_with(sig_file, bytes_of_str("-----BEGIN ")) ||
	    sig_file.n > FOREIGN_SIG_MAX * 2)
		return FOREIGN_REASON(not_signature);
	return raw_read(sig_file, key_file, sig);
}

/* ---- as notations ---------------------------------------------------------------- */

static const char *
key_word(enum foreign_form form)
{
	if (foreign_is_raw(form))
		return "spki";
	return foreign_is_ssh(form) ? "ssh" : "minisign";
}

static void
base64_put(struct buf *to, struct bytes data)
{
	uint8_t text[FOREIGN_SIG_MAX / 3 * 4 + 4];

	if (data.n > FOREIGN_SIG_MAX)
		data.n =
		    FOREIGN_SIG_MAX; /* never: buffers have it as ceiling */
	b64_write(data, text);
	buf_u8(to, ' ');
	buf_put(to, bytes_of(text, b64_length(data.n)));
}

void
foreign_values(const struct foreign_sig *sig, struct buf *evidence,
    struct buf *key)
{
	buf_put_str(evidence, rows[sig->form].word);
	base64_put(evidence, buf_bytes(&sig->sig));
	if (foreign_is_ssh(sig->form)) {
		buf_u8(evidence, ' ');
		buf_put(evidence, buf_bytes(&sig->words));
	} else if (sig->global.n > 0) { /* its comment may have tabs */
		base64_put(evidence, buf_bytes(&sig->global));
		base64_put(evidence, buf_bytes(&sig->words));
	}
	buf_put_str(key, key_word(sig->form));
	base64_put(key, buf_bytes(&sig->key_octets));
}

/* The next word; what stands behind the space after it is left. */
static struct bytes
word_take(struct cursor *cur)
{
	const uint8_t *space =
	    cursor_has(cur) ? memchr(cur->rest.p, ' ', cur->rest.n) : NULL;
	struct bytes word = cursor_take(cur,
	    space == NULL ? cur->rest.n : (size_t)(space - cur->rest.p));

	if (space != NULL)
		(void)cursor_u8(cur); /* the space */
	return word;
}

static bool
evidence_read(struct bytes value, struct foreign_sig *sig)
{
	struct cursor cur = cursor_of(value);
	struct bytes word = word_take(&cur);
	int form = 0;

	while (form < FOREIGN_FORMS &&
	       !bytes_equal(word, bytes_of_str(rows[form].word)))
		form++;
	if (form == FOREIGN_FORMS)
		return false;
	sig->form = (enum foreign_form)form;
	if (foreign_base64(word_take(&cur), &sig->sig) != ICS_OK)
		return false;
	if (foreign_is_ssh(sig->form)) {
		buf_put(&sig->words, cursor_rest(&cur));
		return sig->words.n > 0 && buf_end(&sig->words) == ICS_OK;
	}
	if (!foreign_is_raw(sig->form) && cursor_has(&cur))
		return foreign_base64(word_take(&cur), &sig->global) ==
			   ICS_OK &&
		       sig->global.n == 64 &&
		       b64_read(cursor_rest(&cur), &sig->words) == ICS_OK;
	return sig->form != FOREIGN_MINISIGN && !cursor_has(&cur);
}

static const struct reason *
key_read(struct bytes value, struct foreign_sig *sig)
{
	struct cursor cur = cursor_of(value);
	struct bytes word = word_take(&cur), text = cursor_rest(&cur);

	if (!bytes_equal(word, bytes_of_str(key_word(sig->form))) ||
	    foreign_base64(text, &sig->key_octets) != ICS_OK)
		return FOREIGN_REASON(bad_key);
	if (foreign_is_raw(sig->form))
		return foreign_keytext_read(text, &sig->key);
	return foreign_is_ssh(sig->form) ? foreign_ssh_key(sig)
					 : foreign_minisign_key(sig);
}

const struct reason *
foreign_of_values(struct bytes evidence, struct bytes key,
    struct foreign_sig *sig)
{
	if (!evidence_read(evidence, sig))
		return FOREIGN_REASON(odd_signature);
	return key_read(key, sig);
}
