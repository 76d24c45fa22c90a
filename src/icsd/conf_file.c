/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libconfuse knows the syntax, we know the values: to it every option is a
 * text or a list of texts. The file is read whole beforehand, so that its
 * size is bounded and the environment stays out of it.
 */
#include "icsd/conf_file.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "icsd/conf_type.h"

#define UNSAID '\1' /* what nobody writes in a list */

/* What one run of the parser works with. */
struct reading {
	struct conf *c;
	cfg_opt_t table[CONF_OPTIONS + 1];
	char unsaid[4]; /* "{x}": the default, so that empty means emptied */
	struct {
		const char *value; /* read last; lent by libconfuse */
		int lines[CONF_TEXTS_MAX];
	} lists[CONF_OPTIONS]; /* only those of lists are used */
};

static bool
is_list(size_t option)
{
	return conf_type_is_list(conf_option_type((enum conf_option)option));
}

/*
 * libconfuse hands its callbacks nothing of ours. The comment of a cfg_t is
 * unused unless asked for, so it lends us its pointer while we read.
 */
static struct reading *
reading_of(cfg_t *cfg)
{
	return (struct reading *)(void *)cfg->comment;
}

static void __attribute__((format(printf, 2, 0)))
syntax_complain(cfg_t *cfg, const char *format, va_list ap)
{
	struct conf *c = reading_of(cfg)->c;
	char text[512];

	(void)vsnprintf(text, sizeof(text), format, ap); /* cut is fine */
	buf_printf(&c->complaints, "%s:%d: %s; see icsd.conf(5)\n", c->file,
	    cfg->line, text);
}

static void
put(struct conf *c, size_t option, const char *text, int line)
{
	struct conf_given given = { (enum conf_option)option, text };

	conf_put(c, &given, 1, line);
}

/* Called by libconfuse behind each value, and again behind a list. */
static int
value_take(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *r = reading_of(cfg);
	/* libconfuse works on a copy of our table, in the same order. */
	size_t option = (size_t)(opt - cfg->opts);
	unsigned last = cfg_opt_size(opt) - 1;
	const char *text = cfg_opt_getnstr(opt, last);

	if (is_list(option)) {
		/* Put when it is whole: a later line may replace it. */
		if (last < CONF_TEXTS_MAX && text != r->lists[option].value)
			r->lists[option].lines[last] = cfg->line;
		r->lists[option].value = text;
		return 0;
	}
	if (r->c->lines[option] > 0)
		buf_printf(&r->c->complaints,
		    "%s:%d: %s stands in line %d already; remove one\n",
		    r->c->file, cfg->line, opt->name, r->c->lines[option]);
	put(r->c, option, text, cfg->line);
	return 0; /* go on: the next line may be wrong as well */
}

/* What became of a list in the end. */
static void
list_take(struct reading *r, cfg_t *cfg, size_t option)
{
	const char *name = conf_option_name((enum conf_option)option);
	const int *lines = r->lists[option].lines;
	unsigned n = cfg_size(cfg, name), i = 0;

	if (n == 0 && option == CONF_OPT_LISTEN)
		buf_printf(&r->c->complaints,
		    "%s: %s is empty; name one, or remove the line\n",
		    r->c->file, name);
	/* What += adds stands behind the default. */
	if (n > 0 && cfg_getnstr(cfg, name, 0)[0] == UNSAID)
		i = 1;
	for (; i < n; i++) {
		unsigned at = i < CONF_TEXTS_MAX ? i : CONF_TEXTS_MAX - 1;

		/* The first ends the defaults. */
		put(r->c, option, cfg_getnstr(cfg, name, i), lines[at]);
	}
}

static void
table_fill(struct reading *r)
{
	static const cfg_opt_t kinds[] = {
		CFG_STR(NULL, NULL, CFGF_NODEFAULT),
		CFG_STR_LIST(NULL, NULL, CFGF_NONE),
		CFG_END(),
	};

	memcpy(r->unsaid, (const char[]){ '{', UNSAID, '}', '\0' },
	    sizeof(r->unsaid));
	for (size_t i = 0; i < CONF_OPTIONS; i++) {
		r->table[i] = kinds[is_list(i) ? 1 : 0];
		r->table[i].name = conf_option_name((enum conf_option)i);
		if (is_list(i))
			r->table[i].def.parsed = r->unsaid;
	}
	r->table[CONF_OPTIONS] = kinds[2];
}

static void
text_parse(struct conf *c, const char *text)
{
	struct reading *r = alloc_zero(1, sizeof(*r));
	cfg_t *cfg;

	r->c = c;
	table_fill(r);
	cfg = cfg_init(r->table, CFGF_NONE);
	if (cfg == NULL)
		abort(); /* no memory, as in base/alloc.c */
	cfg_set_error_function(cfg, syntax_complain);
	cfg->comment = (char *)(void *)r;
	/* Not in the table: that would be called for defaults already. */
	for (size_t i = 0; i < CONF_OPTIONS; i++)
		(void)cfg_set_validate_func(cfg, r->table[i].name, value_take);
	/* What fails has been complained about. */
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS)
		for (size_t i = 0; i < CONF_OPTIONS; i++)
			if (is_list(i))
				list_take(r, cfg, i);
	cfg->comment = NULL;
	cfg_free(cfg);
	free(r);
}

/* libconfuse would put the environment's values there. */
static bool
has_variables(struct conf *c, const char *text)
{
	const char *found = strstr(text, "${");
	int line = 1;

	if (found == NULL)
		return false;
	for (; text < found; text++)
		line += *text == '\n';
	buf_printf(&c->complaints,
	    "%s:%d: variables are not read here; write the value itself\n",
	    c->file, line);
	return true;
}

static void
file_complain(struct conf *c, const char *why)
{
	buf_printf(&c->complaints, "%s: %s; name another file with -f\n",
	    c->file, why);
}

/* The text of an open file (the caller frees it), or NULL and a complaint. */
static char *
text_read(struct conf *c, FILE *file)
{
	char *text = alloc_new(CONF_FILE_MAX + 2);
	size_t n = fread(text, 1, CONF_FILE_MAX + 1, file);

	if (ferror(file))
		file_complain(c, strerror(errno));
	else if (n > CONF_FILE_MAX)
		file_complain(c, "is larger than 1 MiB");
	else if (memchr(text, '\0', n) != NULL)
		file_complain(c, "is not a text");
	else {
		/* An escape that ends the file would be echoed by its lexer. */
		if (n > 0 && text[n - 1] != '\n')
			text[n++] = '\n';
		text[n] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

void
conf_file_read(struct conf *c, bool must_exist)
{
	FILE *file = fopen(c->file, "re");
	char *text;

	if (file == NULL) {
		if (must_exist || errno != ENOENT)
			file_complain(c, strerror(errno));
		return;
	}
	c->has_file = true;
	text = text_read(c, file);
	(void)fclose(file); /* nothing was written */
	if (text != NULL && !has_variables(c, text))
		text_parse(c, text);
	free(text);
}
