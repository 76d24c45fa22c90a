/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CSV, JSON lines and arrays, PEM blocks: one row at a time. */
#include "sign/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "client/out.h"

struct span {
	size_t at, n;
};

/* Fields of a row, by their places in its text. */
struct fields {
	struct buf text; /* owned */
	struct span span[SIGN_FIELDS_MAX];
	size_t n;
	bool is_over; /* more than fits */
};

struct sign_manifest {
	FILE *file;
	enum form {
		FORM_CSV,
		FORM_LINES, /* a JSON object a line */
		FORM_ARRAY, /* JSON objects between brackets */
		FORM_PEM,   /* a block a row */
		FORM_DER    /* one row */
	} form;
	size_t line; /* of the next octet, from 1 */
	uint64_t octets, size;
	struct fields names, values;
	json_t *object; /* owned: the row of a JSON line */
	char numbers[SIGN_FIELDS_MAX][24];
};

/* ---- octets ------------------------------------------------------------------- */

static int
octet(struct sign_manifest *m)
{
	int c = getc(m->file);

	if (c == EOF)
		return EOF;
	m->octets++;
	if (c == '\n')
		m->line++;
	return c;
}

static void
octet_back(struct sign_manifest *m, int c)
{
	if (c == EOF)
		return;
	(void)ungetc(c, m->file); /* one octet always fits */
	m->octets--;
	if (c == '\n')
		m->line--;
}

/* ---- CSV --------------------------------------------------------------------- */

static void
fields_clear(struct fields *f)
{
	buf_clear(&f->text);
	f->n = 0;
	f->is_over = false;
}

static void
field_end(struct fields *f, size_t from)
{
	if (f->n == SIGN_FIELDS_MAX) {
		f->is_over = true;
		return;
	}
	f->span[f->n++] = (struct span){ from, f->text.n - from };
}

/* Behind an opening quote; a quote is written twice. */
static int
quoted_read(struct sign_manifest *m, struct fields *f)
{
	int c;

	while ((c = octet(m)) != EOF) {
		if (c == '"') {
			c = octet(m);
			if (c != '"')
				return c;
		}
		buf_u8(&f->text, (uint8_t)c);
	}
	return c;
}

/* One field; what ended it. */
static int
field_read(struct sign_manifest *m, struct fields *f)
{
	size_t from = f->text.n;
	int c = octet(m);

	while (c == ' ')
		c = octet(m);
	if (c == '"')
		c = quoted_read(m, f);
	while (c != EOF && c != ',' && c != '\n') {
		buf_u8(&f->text, (uint8_t)c);
		c = octet(m);
	}
	while (f->text.n > from && (f->text.p[f->text.n - 1] == '\r' ||
				       f->text.p[f->text.n - 1] == ' '))
		buf_cut(&f->text, f->text.n - 1);
	field_end(f, from);
	return c;
}

static void
csv_read(struct sign_manifest *m, struct fields *f)
{
	fields_clear(f);
	while (field_read(m, f) == ',')
		continue;
	f->is_over |= buf_end(&f->text) != ICS_OK;
}

static struct bytes
field_of(const struct fields *f, size_t i)
{
	return bytes_of(f->text.p + f->span[i].at, f->span[i].n);
}

static enum ics_err
csv_row(struct sign_manifest *m, struct sign_row *row, struct report *rep)
{
	csv_read(m, &m->values);
	if (m->values.is_over || m->values.n != m->names.n) {
		report_add(rep,
		    m->values.is_over ? SIGN_REASON(too_much)
				      : SIGN_REASON(not_row),
		    "%zu of %zu fields", m->values.n, m->names.n);
		return ICS_EDENIED;
	}
	for (size_t i = 0; i < m->names.n; i++)
		if (m->values.span[i].n > 0)
			row->at[row->n++] =
			    (struct sign_field){ field_of(&m->names, i),
				    field_of(&m->values, i) };
	return ICS_OK;
}

/* ---- JSON lines ---------------------------------------------------------------- */

static void
line_read(struct sign_manifest *m)
{
	int c;

	fields_clear(&m->values);
	while ((c = octet(m)) != EOF && c != '\n')
		buf_u8(&m->values.text, (uint8_t)c);
}

static struct bytes
json_text(struct sign_manifest *m, const json_t *value, size_t i)
{
	if (json_is_string(value))
		return bytes_of(json_string_value(value),
		    json_string_length(value));
	if (!json_is_integer(value))
		return bytes_of(NULL, 0);
	(void)snprintf(m->numbers[i], sizeof(m->numbers[i]),
	    "%" JSON_INTEGER_FORMAT, json_integer_value(value)); /* fits */
	return bytes_of_str(m->numbers[i]);
}

/* An object of an array, to the brace that closes it. */
static void
object_read(struct sign_manifest *m)
{
	bool in_text = false, escaped = false;
	size_t depth = 0;
	int c;

	fields_clear(&m->values);
	while ((c = octet(m)) != EOF) {
		buf_u8(&m->values.text, (uint8_t)c);
		if (escaped)
			escaped = false;
		else if (in_text && c == '\\')
			escaped = true;
		else if (c == '"')
			in_text = !in_text;
		else if (!in_text && c == '{')
			depth++;
		else if (!in_text && c == '}' && depth-- <= 1)
			break;
	}
}

static enum ics_err
json_row(struct sign_manifest *m, struct sign_row *row, struct report *rep)
{
	struct bytes line;
	const char *name;
	json_t *value;

	if (m->form == FORM_ARRAY)
		object_read(m);
	else
		line_read(m);
	line = buf_bytes(&m->values.text);
	json_decref(m->object);
	m->object = buf_end(&m->values.text) == ICS_OK
			? json_loadb((const char *)line.p, line.n,
			      JSON_REJECT_DUPLICATES, NULL)
			: NULL;
	if (!json_is_object(m->object) ||
	    json_object_size(m->object) > SIGN_FIELDS_MAX) {
		report_add(rep, SIGN_REASON(not_row), "JSON");
		return ICS_EDENIED;
	}
	json_object_foreach(m->object, name, value)
	{
		struct bytes text = json_text(m, value, row->n);

		if (text.n > 0)
			row->at[row->n++] =
			    (struct sign_field){ bytes_of_str(name), text };
	}
	return ICS_OK;
}

/* ---- PEM, DER ------------------------------------------------------------------- */

/* Append one line, its end included; false at the end of the file. */
static bool
line_append(struct sign_manifest *m, struct bytes *line)
{
	size_t from = m->values.text.n;
	int c;

	do {
		c = octet(m);
		if (c != EOF)
			buf_u8(&m->values.text, (uint8_t)c);
	} while (c != EOF && c != '\n');
	*line = bytes_of(m->values.text.p + from, m->values.text.n - from);
	return line->n > 0;
}

/* A block, or what stands between blocks and is passed over. */
static enum ics_err
pem_row(struct sign_manifest *m, struct sign_row *row, struct report *rep)
{
	struct bytes line;

	fields_clear(&m->values);
	while (line_append(m, &line) &&
	       !bytes_starts_with(line, bytes_of_str("-----BEGIN")))
		fields_clear(&m->values);
	if (line.n == 0)
		return ICS_ENOTFOUND;
	row->line = m->line - 1;
	while (line_append(m, &line))
		if (bytes_starts_with(line, bytes_of_str("-----END")))
			break;
	if (line.n == 0 || buf_end(&m->values.text) != ICS_OK) {
		report_add(rep, SIGN_REASON(not_row), "PEM");
		return ICS_EDENIED;
	}
	row->at[row->n++] = (struct sign_field){ bytes_of_str("pem"),
		buf_bytes(&m->values.text) };
	return ICS_OK;
}

static enum ics_err
der_row(struct sign_manifest *m, struct sign_row *row, struct report *rep)
{
	int c;

	fields_clear(&m->values);
	while ((c = octet(m)) != EOF)
		buf_u8(&m->values.text, (uint8_t)c);
	row->line = 1;
	if (buf_end(&m->values.text) != ICS_OK) {
		report_add(rep, SIGN_REASON(not_row), "DER");
		return ICS_EDENIED;
	}
	row->at[row->n++] = (struct sign_field){ bytes_of_str("cert"),
		buf_bytes(&m->values.text) };
	return ICS_OK;
}

/* ---- both ------------------------------------------------------------------------- */

/* Pass over blank lines; false at the end. */
static bool
row_seek(struct sign_manifest *m)
{
	int c;

	do
		c = octet(m);
	while (c == '\n' || c == '\r' ||
	       (m->form == FORM_ARRAY &&
		   (c == ' ' || c == '\t' || c == ',' || c == ']')));
	octet_back(m, c);
	return c != EOF;
}

enum ics_err
sign_manifest_next(struct sign_manifest *m, struct sign_row *row,
    struct report *rep)
{
	row->n = 0;
	if (!row_seek(m)) {
		if (!ferror(m->file))
			return ICS_ENOTFOUND;
		out_fail("the manifest cannot be read on");
		return ICS_EIO;
	}
	row->line = m->line;
	switch (m->form) {
	case FORM_LINES:
	case FORM_ARRAY:
		return json_row(m, row, rep);
	case FORM_PEM:
		return pem_row(m, row, rep);
	case FORM_DER:
		return der_row(m, row, rep);
	case FORM_CSV:
		break;
	}
	return csv_row(m, row, rep);
}

struct bytes
sign_row_get(const struct sign_row *row, const char *name)
{
	for (size_t i = 0; i < row->n; i++)
		if (bytes_equal(row->at[i].name, bytes_of_str(name)))
			return row->at[i].value;
	return bytes_of(NULL, 0);
}

/* A mark that some programs put in front of UTF-8. */
static void
mark_skip(struct sign_manifest *m)
{
	int c = octet(m);

	if (c != 0xef) {
		octet_back(m, c);
		return;
	}
	(void)octet(m); /* BB */
	(void)octet(m); /* BF */
}

static enum ics_err
names_check(const struct sign_manifest *m, const char *path)
{
	for (size_t i = 0; i < m->names.n; i++)
		for (size_t k = 0; k < i; k++)
			if (bytes_equal(field_of(&m->names, i),
				field_of(&m->names, k))) {
				out_fail("%s: a column is there twice", path);
				return ICS_EFORMAT;
			}
	if (m->names.n > 0 && !m->names.is_over)
		return ICS_OK;
	out_fail("%s: the first line does not name the columns", path);
	return ICS_EFORMAT;
}

static enum ics_err
head_read(struct sign_manifest *m, const char *path)
{
	int c;

	mark_skip(m);
	if (!row_seek(m)) {
		out_fail("%s: nothing is in it", path);
		return ICS_EFORMAT;
	}
	c = octet(m);
	if (c == '[')
		m->form = FORM_ARRAY;
	else
		octet_back(m, c);
	if (c == '{')
		m->form = FORM_LINES;
	else if (c == '-')
		m->form = FORM_PEM;
	else if (c == 0x30)
		m->form = FORM_DER;
	if (m->form != FORM_CSV)
		return ICS_OK;
	csv_read(m, &m->names);
	return names_check(m, path);
}

enum ics_err
sign_manifest_open(const char *path, struct sign_manifest **m)
{
	bool is_input = strcmp(path, "-") == 0;
	struct stat st;
	enum ics_err err;

	*m = alloc_zero(1, sizeof(**m));
	(*m)->line = 1;
	buf_init(&(*m)->names.text, SIGN_ROW_MAX);
	buf_init(&(*m)->values.text, SIGN_ROW_MAX);
	(*m)->file = is_input ? stdin : fopen(path, "rbe");
	if ((*m)->file == NULL) {
		err = err_from_errno(errno);
		out_fail("%s: %s", path, err_words(err));
		goto out;
	}
	if (fstat(fileno((*m)->file), &st) == 0 && S_ISREG(st.st_mode))
		(*m)->size = (uint64_t)st.st_size;
	TRY(head_read(*m, path));
	return ICS_OK;
out:
	sign_manifest_close(*m);
	*m = NULL;
	return err;
}

void
sign_manifest_close(struct sign_manifest *m)
{
	if (m == NULL)
		return;
	if (m->file != NULL && m->file != stdin)
		(void)fclose(m->file); /* only read */
	json_decref(m->object);
	buf_release(&m->names.text);
	buf_release(&m->values.text);
	free(m);
}

uint64_t
sign_manifest_read(const struct sign_manifest *m)
{
	return m->octets;
}

uint64_t
sign_manifest_size(const struct sign_manifest *m)
{
	return m->size;
}
