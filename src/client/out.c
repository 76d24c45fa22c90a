/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The printers. Invariant: no octet of a stranger reaches a terminal as is. */
#include "client/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cursor.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Spec: RFC 3629 4, the well-formed sequences by their first octet. */
static const struct {
	uint8_t first, last; /* of the first octet */
	uint8_t low, high;   /* of the second */
	size_t n;
} sequences[] = {
	{ 0x00, 0x7f, 0, 0, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Octets of the well-formed character that text begins with, or 0. */
static size_t
char_length(struct bytes text)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		size_t n = sequences[i].n;

		if (text.p[0] < sequences[i].first ||
		    text.p[0] > sequences[i].last)
			continue;
		if (text.n < n)
			return 0;
		if (n > 1 && (text.p[1] < sequences[i].low ||
				 text.p[1] > sequences[i].high))
			return 0;
		for (size_t k = 2; k < n; k++)
			if ((text.p[k] & 0xc0) != 0x80)
				return 0;
		return n;
	}
	return 0;
}

/* C0, DEL, C1, and the marks that turn the direction of writing. */
static bool
char_is_control(struct bytes c)
{
	if (c.n == 1)
		return c.p[0] < 0x20 || c.p[0] == 0x7f;
	if (c.n == 2)
		return c.p[0] == 0xc2 && c.p[1] < 0xa0;
	if (c.n == 3 && c.p[0] == 0xe2 && c.p[1] == 0x80)
		return (c.p[2] >= 0xaa && c.p[2] <= 0xae) || c.p[2] == 0x8e ||
		       c.p[2] == 0x8f;
	return c.n == 3 && c.p[0] == 0xe2 && c.p[1] == 0x81 && c.p[2] >= 0xa6 &&
	       c.p[2] <= 0xa9;
}

static void
text_mend(struct bytes text, bool controls, struct buf *to)
{
	struct cursor cur = cursor_of(text);

	while (cursor_has(&cur)) {
		size_t n = char_length(cur.rest);
		struct bytes c = cursor_take(&cur, n == 0 ? 1 : n);

		if (n == 0 || (!controls && char_is_control(c)))
			buf_put_str(to, replacement);
		else
			buf_put(to, c);
	}
}

void
out_clean(struct bytes text, struct buf *to)
{
	text_mend(text, false, to);
}

/* One write a line, so that lines of several processes do not mix. */
static void __attribute__((format(printf, 3, 0)))
line_print(FILE *to, const char *prefix, const char *format, va_list ap)
{
	char raw[OUT_LINE_MAX];
	struct buf line;
	int n = vsnprintf(raw, sizeof(raw), format, ap);
	size_t len = n < 0 ? 0 : (size_t)n;

	buf_init(&line, 4 * (size_t)OUT_LINE_MAX);
	buf_put_str(&line, prefix);
	if (len >= sizeof(raw))
		len = sizeof(raw) - 1;
	out_clean(bytes_of(raw, len), &line);
	buf_u8(&line, '\n');
	/* main looks at ferror(stdout); nobody could be told of stderr's. */
	(void)fwrite(line.p, 1, line.n, to);
	buf_release(&line);
}

void
out_line(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line_print(stdout, "", format, ap);
	va_end(ap);
}

void
out_fail(const char *format, ...)
{
	va_list ap;

	(void)fflush(stdout); /* main looks at ferror(stdout) */
	va_start(ap, format);
	line_print(stderr, "ics: ", format, ap);
	va_end(ap);
}

void
out_note(bool quiet, const char *format, ...)
{
	va_list ap;

	if (quiet)
		return;
	(void)fflush(stdout); /* main looks at ferror(stdout) */
	va_start(ap, format);
	line_print(stderr, "ics: ", format, ap);
	va_end(ap);
}

void
out_json(json_t *doc)
{
	/* main looks at ferror(stdout). */
	(void)json_dumpf(doc, stdout, JSON_INDENT(2));
	(void)fputc('\n', stdout);
	json_decref(doc);
}

json_t *
out_json_text(struct bytes text)
{
	struct buf mended;
	json_t *string;

	/* At worst every octet becomes a U+FFFD of three. */
	buf_init(&mended, 3 * text.n + 1);
	text_mend(text, true, &mended);
	string = json_stringn(buf_str(&mended), mended.n);
	buf_release(&mended);
	return string;
}

json_t *
out_json_time(int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	if (t == 0)
		return json_null();
	clock_rfc3339(t, text);
	return json_string(text);
}

/* ---- files ---------------------------------------------------------------- */

enum ics_err
out_open(struct out_file *file, const char *path)
{
	struct buf aside;

	*file = (struct out_file){ .to = stdout };
	if (path == NULL || strcmp(path, "-") == 0)
		return ICS_OK;
	buf_init(&aside, OUT_LINE_MAX);
	buf_printf(&aside, "%s.%ld.part", path, (long)getpid());
	file->aside = alloc_str(buf_str(&aside));
	buf_release(&aside);
	file->path = path;
	file->to = fopen(file->aside, "wbxe");
	if (file->to == NULL) {
		out_fail("%s: %s", path, strerror(errno));
		free(file->aside);
		*file = (struct out_file){ 0 };
		return ICS_EIO;
	}
	return ICS_OK;
}

enum ics_err
out_put(struct out_file *file, struct bytes data)
{
	if (data.n == 0 || fwrite(data.p, 1, data.n, file->to) == data.n)
		return ICS_OK;
	out_fail("%s: %s", file->path == NULL ? "standard output" : file->path,
	    strerror(errno));
	return err_from_errno(errno);
}

void
out_abandon(struct out_file *file)
{
	if (file->path != NULL && file->to != NULL) {
		/* It is thrown away, so a failure to write it is none. */
		(void)fclose(file->to);
		(void)unlink(file->aside);
	}
	free(file->aside);
	*file = (struct out_file){ 0 };
}

enum ics_err
out_close(struct out_file *file)
{
	bool good;

	if (file->path == NULL) {
		*file = (struct out_file){ 0 };
		return fflush(stdout) == 0 ? ICS_OK : ICS_EIO;
	}
	good = fflush(file->to) == 0 && fsync(fileno(file->to)) == 0 &&
	       rename(file->aside, file->path) == 0;
	if (!good) {
		out_fail("%s: %s", file->path, strerror(errno));
		out_abandon(file);
		return ICS_EIO;
	}
	(void)fclose(file->to); /* flushed and synced above */
	free(file->aside);
	*file = (struct out_file){ 0 };
	return ICS_OK;
}

enum ics_err
out_write(const char *path, struct bytes data)
{
	struct out_file to;
	enum ics_err err;

	TRY(out_open(&to, path));
	err = out_put(&to, data);
	if (err == ICS_OK)
		err = out_close(&to);
	else
		out_abandon(&to);
out:
	return err;
}
