/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each side says of itself: a map of five values. Invariant: a text that
 * is kept is printable and ends. Spec: recon.md 6
 */
#include "recon/config.h"

#include <assert.h>

/* In the order in which SKS writes them. */
static const char *const key_name[RECON_KEYS] = {
	[RECON_KEY_QUANTUM] = "bitquantum",
	[RECON_KEY_FILTERS] = "filters",
	[RECON_KEY_HTTP_PORT] = "http port",
	[RECON_KEY_MBAR] = "mbar",
	[RECON_KEY_VERSION] = "version",
};

void
recon_config_init(struct recon_config *c, const struct recon_setup *setup)
{
	memset(c, 0, sizeof(*c));
	assert(strlen(setup->version) < sizeof(c->version));
	assert(strlen(setup->filters) < sizeof(c->filters));
	memcpy(c->version, setup->version, strlen(setup->version));
	memcpy(c->filters, setup->filters, strlen(setup->filters));
	c->quantum = RECON_QUANTUM;
	c->mbar = RECON_MBAR;
	c->http_port = setup->http_port;
	for (size_t i = 0; i < RECON_KEYS; i++)
		c->given[i] = RECON_KEY_SOUND;
}

static void
number_write(struct buf *out, uint32_t v)
{
	buf_be32(out, 4);
	buf_be32(out, v);
}

static void
value_write(struct buf *out, const struct recon_config *c, enum recon_key key)
{
	switch (key) {
	case RECON_KEY_QUANTUM:
		number_write(out, c->quantum);
		break;
	case RECON_KEY_FILTERS:
		recon_msg_string(out, bytes_of_str(c->filters));
		break;
	case RECON_KEY_HTTP_PORT:
		number_write(out, c->http_port);
		break;
	case RECON_KEY_MBAR:
		number_write(out, c->mbar);
		break;
	case RECON_KEY_VERSION:
		recon_msg_string(out, bytes_of_str(c->version));
		break;
	case RECON_KEYS:
		break;
	}
}

void
recon_config_write(struct buf *out, const struct recon_config *c)
{
	struct buf map;

	buf_init(&map, RECON_CONFIG_FRAME_MAX);
	buf_u8(&map, RECON_CONFIG);
	buf_be32(&map, RECON_KEYS);
	for (size_t i = 0; i < RECON_KEYS; i++) {
		recon_msg_string(&map, bytes_of_str(key_name[i]));
		value_write(&map, c, (enum recon_key)i);
	}
	recon_msg_string(out, buf_bytes(&map)); /* a frame is one, too */
	buf_release(&map);
}

/* ---- reading ---------------------------------------------------------------------- */

static enum recon_given
number_read(struct bytes value, uint32_t *v)
{
	struct cursor cur = cursor_of(value);

	*v = cursor_be32(&cur);
	return cursor_end(&cur) == ICS_OK ? RECON_KEY_SOUND : RECON_KEY_BAD;
}

/* A text that a terminal may see; size includes the NUL. */
static enum recon_given
text_read(struct bytes value, char *text, size_t size)
{
	if (value.n >= size)
		return RECON_KEY_BAD;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < 0x20 || value.p[i] > 0x7e)
			return RECON_KEY_BAD;
	if (value.n > 0)
		memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	return RECON_KEY_SOUND;
}

static enum recon_given
value_read(struct recon_config *c, enum recon_key key, struct bytes value)
{
	enum recon_given given = RECON_KEY_BAD;

	switch (key) {
	case RECON_KEY_QUANTUM:
		given = number_read(value, &c->quantum);
		break;
	case RECON_KEY_FILTERS:
		given = text_read(value, c->filters, sizeof(c->filters));
		break;
	case RECON_KEY_HTTP_PORT:
		given = number_read(value, &c->http_port);
		if (c->http_port > UINT16_MAX)
			given = RECON_KEY_BAD;
		break;
	case RECON_KEY_MBAR:
		given = number_read(value, &c->mbar);
		break;
	case RECON_KEY_VERSION:
		given = text_read(value, c->version, sizeof(c->version));
		break;
	case RECON_KEYS:
		break;
	}
	return given;
}

/* Unknown keys are no concern of ours; of repeated ones the last counts. */
static void
entry_read(struct cursor *cur, struct recon_config *c)
{
	struct bytes name = recon_msg_string_read(cur, RECON_CONFIG_TEXT_MAX);
	struct bytes value = recon_msg_string_read(cur, RECON_CONFIG_TEXT_MAX);

	for (size_t i = 0; !cur->failed && i < RECON_KEYS; i++)
		if (bytes_equal(name, bytes_of_str(key_name[i])))
			c->given[i] = value_read(c, (enum recon_key)i, value);
}

enum recon_end
recon_config_read(struct bytes map, struct recon_config *c)
{
	struct cursor cur = cursor_of(map);
	uint32_t n = cursor_be32(&cur);

	memset(c, 0, sizeof(*c));
	if (n > RECON_CONFIG_ENTRIES)
		return RECON_END_SHAPE;
	for (uint32_t i = 0; i < n; i++)
		entry_read(&cur, c);
	return cursor_end(&cur) == ICS_OK ? RECON_GOING_ON : RECON_END_SHAPE;
}
