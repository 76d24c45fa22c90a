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

/* What one run of the parser works with. */
struct reading {
	struct conf *c;
	cfg_opt_t table[CONF_OPTIONS + 1];
	char unsaid[sizeof("{-}")]; /* so an empty list was emptied */
};

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

/* Called by libconfuse behind each assignment. */
static int
value_take(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *r = reading_of(cfg);
	struct conf_given given[CONF_LISTENERS_MAX + 1];
	/* libconfuse works on a copy of our table, in the same order. */
	size_t option = (size_t)(opt - cfg->opts);
	unsigned n = cfg_opt_size(opt);

	if (r->c->lines[option] > 0 && !(opt->flags & CFGF_LIST))
		buf_printf(&r->c->complaints,
		    "%s:%d: %s stands in line %d already; remove one\n",
		    r->c->file, cfg->line, opt->name, r->c->lines[option]);
	if (n > CONF_LISTENERS_MAX)
		n = CONF_LISTENERS_MAX + 1; /* one too many complains */
	/* A list that grows by += comes whole each time: begin anew. */
	r->c->lines[option] = 0;
	for (unsigned i = 0; i < n; i++)
		given[i] = (struct conf_given){ (enum conf_option)option,
			cfg_opt_getnstr(opt, i) };
	conf_put(r->c, given, n, cfg->line);
	return 0; /* go on: the next line may be wrong as well */
}

static void
table_fill(struct reading *r)
{
	static const cfg_opt_t kinds[] = {
		CFG_STR(NULL, NULL, CFGF_NODEFAULT),
		CFG_STR_LIST(NULL, NULL, CFGF_NONE),
		CFG_END(),
	};

	for (size_t i = 0; i < CONF_OPTIONS; i++) {
		r->table[i] = kinds[i == CONF_OPT_LISTEN ? 1 : 0];
		r->table[i].name = conf_option_name((enum conf_option)i);
	}
	r->table[CONF_OPTIONS] = kinds[2];
	memcpy(r->unsaid, "{-}", sizeof(r->unsaid));
	r->table[CONF_OPT_LISTEN].def.parsed = r->unsaid;
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
	/* What fails has been complained about, but for an empty list. */
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS &&
	    cfg_size(cfg, conf_option_name(CONF_OPT_LISTEN)) == 0)
		buf_printf(&c->complaints,
		    "%s: %s is empty; name one, or remove the line\n", c->file,
		    conf_option_name(CONF_OPT_LISTEN));
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
