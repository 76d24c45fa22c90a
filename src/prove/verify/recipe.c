/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way without us: a script for sh, gpg, awk and sha256sum that takes a
 * bundle apart and proves that those who were named said what is claimed
 * about this file. Weighing statements against each other is what gpg cannot
 * do; which of them count, and why others do not, stands in its comments.
 */
#include "client/out.h"
#include "prove/tell.h"
#include "prove/verify.h"

static const char head[] =
    "#!/bin/sh\n"
    "# The same proof with gpg, awk and sha256sum; exits 0 when all of it holds.\n"
    "set -eu\n"
    "work=$(mktemp -d)\n"
    "GNUPGHOME=$work/gnupg\n"
    "export GNUPGHOME\n"
    "mkdir -m 700 \"$GNUPGHOME\"\n"
    "trap 'gpgconf --kill all; rm -rf \"$work\"' EXIT\n";

static const char split[] =
    "\n# Every certificate into a keyring, every record into a file.\n"
    "awk -v to=\"$work/record\" '\n"
    "\t/^-----BEGIN PGP SIGNATURE/ { file = to \"-\" ++n \".asc\" }\n"
    "\tfile != \"\" { print >file }\n"
    "\t/^-----END PGP SIGNATURE/ { close(file); file = \"\" }\n"
    "\t/^-----BEGIN PGP PUBLIC/, /^-----END PGP PUBLIC/ {\n"
    "\t\tprint >(to \"-certs.asc\")\n"
    "\t}' \"$bundle\"\n"
    "gpg --batch --quiet --import \"$work/record-certs.asc\"\n"
    "\n# record N PRIMARY-KEY NAME=VALUE...: gpg finds the signature good, its\n"
    "# key belongs to this certificate, and it says so.\n"
    "record() {\n"
    "\tgpg --batch --status-fd 1 --verify \"$work/record-$1.asc\" /dev/null \\\n"
    "\t\t>\"$work/said\" 2>\"$work/err\" || { cat \"$work/err\"; return 1; }\n"
    "\tgrep -q \"^.GNUPG:. VALIDSIG .* $2\\$\" \"$work/said\"\n"
    "\tawk '$2 == \"NOTATION_NAME\" { if (n) print n \"=\" v; n = $3; v = \"\" }\n"
    "\t\t$2 == \"NOTATION_DATA\" { v = v substr($0, 24) }\n"
    "\t\tEND { if (n) print n \"=\" v }' \"$work/said\" >\"$work/says\"\n"
    "\tshift 2\n"
    "\tfor want; do\n"
    "\t\tgrep -qxF \"$want\" \"$work/says\" || { echo \"not said: $want\"; return 1; }\n"
    "\t\techo \"said: $want\"\n"
    "\tdone\n"
    "}\n"
    "\n# certified KEY BY: gpg finds a good certification of the one by the other.\n"
    "certified() {\n"
    "\tgpg --batch --with-colons --check-sigs \"$1\" 2>\"$work/err\" |\n"
    "\t\tawk -F: -v by=\"$2\" '$1 == \"sig\" && $2 == \"!\" && $13 == by { n++ }\n"
    "\t\t\tEND { exit n == 0 }'\n"
    "\techo \"certified: $1 by $2\"\n"
    "}\n\n";

/* For the shell, in single quotes. */
static void
quoted_put(struct buf *out, const char *text)
{
	buf_u8(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buf_put_str(out, "'\\''");
		else
			buf_u8(out, (uint8_t)*text);
	buf_u8(out, '\'');
}

static void
fpr_put(struct buf *out, const struct pgp_fpr *fpr)
{
	char hex[PGP_FPR_TEXT_MAX];

	pgp_fpr_hex(fpr, hex);
	for (char *p = hex; *p != '\0'; p++)
		buf_u8(out,
		    (uint8_t)(*p >= 'a' && *p <= 'f' ? *p - 'a' + 'A' : *p));
}

/* The number of the record's block in the bundle, from 1; 0: none. */
static size_t
record_number(const struct prove_finding *f, const struct item_statement *s)
{
	struct cursor cur = cursor_of(buf_bytes(&f->bundle.packets));
	struct pgp_block block;
	struct pgp_packet packet;
	size_t n = 0;

	while (pgp_block_next(&cur, &block) == ICS_OK) {
		struct cursor in = cursor_of(block.data);

		if (block.kind != PGP_BLOCK_SIG)
			continue;
		n++;
		if (pgp_packet_next(&in, &packet) == ICS_OK &&
		    bytes_equal(packet.body, s->body))
			return n;
	}
	return 0;
}

/* What gpg shows of a statement on one line: its frame and its state. */
static void
claims_put(struct buf *out, const struct notations_statement *st)
{
	static const enum notations_name names[] = { NOTATIONS_NAME_REC,
		NOTATIONS_NAME_SUBJECT, NOTATIONS_NAME_STATUS,
		NOTATIONS_NAME_CODE_STATUS };
	struct buf pair;

	buf_init(&pair, 2 * NOTATIONS_VALUE_MAX);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct notations_entry *e =
		    notations_set_get(&st->set, names[i]);

		if (e == NULL)
			continue;
		buf_clear(&pair);
		buf_put(&pair, e->text);
		buf_u8(&pair, '=');
		buf_put(&pair, e->value);
		buf_put_str(out, " \\\n\t");
		quoted_put(out, buf_str(&pair));
	}
	buf_release(&pair);
}

/* A record of type 0x02 is one that gpg reads and does not verify. */
static void
record_put(struct buf *out, const struct prove_finding *f,
    const struct item_statement *s)
{
	size_t n = record_number(f, s);

	if (s->st.sigtype != PGP_SIG_BINARY || n == 0) {
		buf_printf(out, "# gpg verifies no record of type 0x%02x\n",
		    s->st.sigtype);
		return;
	}
	buf_printf(out, "record %zu ", n);
	fpr_put(out, &s->st.issuer);
	claims_put(out, &s->st);
	buf_u8(out, '\n');
}

static void
certification_put(struct buf *out, const struct item *it,
    const struct item_statement *s)
{
	struct pgp_fpr fpr;

	if (!notations_subject_fpr(&it->subject, &fpr))
		return;
	buf_put_str(out, "certified ");
	fpr_put(out, &fpr);
	buf_u8(out, ' ');
	fpr_put(out, s->signer.version != 0 ? &s->signer : &s->st.issuer);
	buf_u8(out, '\n');
}

static void
statements_put(struct buf *out, const struct prove_finding *f)
{
	const struct item_telling t = prove_folded_telling(&f->folded);
	const struct item *it = &f->folded.it;
	struct buf line;

	for (size_t i = 0; i < it->about_n; i++) {
		const struct item_statement *s = &it->statements[i];
		json_t *told = item_json_statement(&t, i);
		struct buf clean;

		buf_init(&line, OUT_LINE_MAX);
		buf_init(&clean, 4 * OUT_LINE_MAX);
		prove_tell_statement(told, &line);
		out_clean(buf_bytes(&line), &clean);
		buf_printf(out, "# %s\n", buf_str(&clean));
		buf_release(&clean);
		buf_release(&line);
		json_decref(told);
		if (!prove_is_anchored(it, &f->folded.state, i))
			continue;
		if (s->st.carrier == NOTATIONS_RECORD)
			record_put(out, f, s);
		else if (s->st.carrier == NOTATIONS_CERTIFICATION)
			certification_put(out, it, s);
	}
}

/* The file is the one that the subject names. */
static void
file_put(struct buf *out, const struct prove_finding *f)
{
	char text[NOTATIONS_SUBJECT_TEXT_MAX];

	if (f->digests.n == 0)
		return;
	notations_subject_text(&f->digests.at[0], text); /* SHA-256 */
	buf_put_str(out, "file=");
	quoted_put(out, f->what->typed);
	buf_printf(out,
	    "\ntest \"$(sha256sum <\"$file\" | cut -d ' ' -f 1)\" = \\\n\t%s\n",
	    text + strlen("code:sha256:"));
}

void
prove_recipe_print(const struct prove_finding *f)
{
	const struct prove_verify *what = f->what;
	struct bytes text;
	struct buf out;

	buf_init(&out, 16u << 20);
	buf_put_str(&out, head);
	buf_put_str(&out, "bundle=");
	quoted_put(&out, what->bundle != NULL ? what->bundle : what->save);
	buf_u8(&out, '\n');
	file_put(&out, f);
	buf_put_str(&out, split);
	buf_printf(&out, "# ics says %s: %s\n",
	    prove_why_is_yes(f->verdict.why) ? "yes" : "no",
	    prove_why_words(f->verdict.why));
	if (f->folded.is_here)
		statements_put(&out, f);
	if (!prove_why_is_yes(f->verdict.why))
		buf_put_str(&out, "exit 1\n");
	text = buf_bytes(&out);
	(void)fwrite(text.p, 1, text.n, stdout); /* main asks how it went */
	buf_release(&out);
}
