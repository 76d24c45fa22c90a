/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The conversation with gpg-agent: SIGKEY, SETKEYDESC, SETHASH, PKSIGN;
 * GENKEY; HAVEKEY. Its inquiries are answered here, all else by pinentry.
 */
#include "sign/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "client/out.h"
#include "sign/gpg.h"

#define COMMAND_MAX 1000 /* octets of an Assuan line */
#define SOCKET_MAX  4096

struct sign_agent {
	const struct sign_agent_how *how; /* lent */
	gpgme_ctx_t ctx;		  /* owned */
	struct buf command;		  /* owned: the line under way */
	struct buf *answer;		  /* lent: of the command under way */
	const char *param;		  /* lent: answers KEYPARAM */
};

/* ---- one command --------------------------------------------------------------- */

/* foreign signature: gpgme_assuan_data_cb_t */
static gpgme_error_t
on_data(void *arg, const void *data, size_t n)
{
	struct sign_agent *agent = arg;

	if (agent->answer == NULL || n == 0)
		return 0;
	buf_put(agent->answer, bytes_of(data, n));
	return buf_end(agent->answer) == ICS_OK
		   ? 0
		   : gpgme_error(GPG_ERR_TOO_LARGE);
}

/* foreign signature: gpgme_assuan_inquire_cb_t; a NULL name releases. */
static gpgme_error_t
on_inquiry(void *arg, const char *name, const char *words, gpgme_data_t *data)
{
	const struct sign_agent *agent = arg;
	const char *answer = NULL;

	(void)words; /* what the agent would show */
	if (name == NULL) {
		gpgme_data_release(*data);
		return 0;
	}
	if (strcmp(name, "KEYPARAM") == 0)
		answer = agent->param;
	if (strcmp(name, "PASSPHRASE") == 0)
		answer = agent->how->passphrase;
	if (answer != NULL)
		return gpgme_data_new_from_mem(data, answer, strlen(answer), 1);
	if (strcmp(name, "PINENTRY_LAUNCHED") == 0)
		return 0;
	return gpgme_error(GPG_ERR_ASS_CANCELED);
}

/* Run agent->command. */
static gpgme_error_t
command_run(struct sign_agent *agent)
{
	gpgme_error_t error, of_command = 0;

	error =
	    gpgme_op_assuan_transact_ext(agent->ctx, buf_str(&agent->command),
		on_data, agent, on_inquiry, agent, NULL, NULL, &of_command);
	buf_clear(&agent->command);
	return gpgme_err_code(error) != GPG_ERR_NO_ERROR ? error : of_command;
}

static gpgme_error_t
command(struct sign_agent *agent, const char *line)
{
	buf_put_str(&agent->command, line);
	return command_run(agent);
}

static enum ics_err
judge(gpgme_error_t error)
{
	if (gpgme_err_code(error) != GPG_ERR_NO_ERROR)
		out_fail("gpg-agent: %s", gpgme_strerror(error));
	return sign_gpg_err(error);
}

/* ---- beginning -------------------------------------------------------------------- */

/* An agent that does not know an option does without. */
static void
option_send(struct sign_agent *agent, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0' ||
	    strlen(value) > COMMAND_MAX / 2)
		return;
	buf_printf(&agent->command, "OPTION %s=%s", name, value);
	(void)command_run(agent); /* an agent of another age */
}

/* Where pinentry shall appear: the user's terminal and display. */
static void
options_send(struct sign_agent *agent)
{
	static const struct {
		const char *option, *variable;
	} rows[] = {
		{ "display", "DISPLAY" },
		{ "ttytype", "TERM" },
		{ "xauthority", "XAUTHORITY" },
		{ "lc-ctype", "LC_CTYPE" },
		{ "lc-messages", "LC_MESSAGES" },
		{ "pinentry-user-data", "PINENTRY_USER_DATA" },
		{ "putenv=WAYLAND_DISPLAY", "WAYLAND_DISPLAY" },
		{ "putenv=DBUS_SESSION_BUS_ADDRESS",
		    "DBUS_SESSION_BUS_ADDRESS" },
	};
	const char *all = getenv("LC_ALL"), *tty = getenv("GPG_TTY");
	char name[256];

	if (all == NULL)
		all = getenv("LANG");
	option_send(agent, "lc-ctype", all);
	option_send(agent, "lc-messages", all);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		option_send(agent, rows[i].option, getenv(rows[i].variable));
	if (tty == NULL && ttyname_r(STDIN_FILENO, name, sizeof(name)) == 0)
		tty = name;
	option_send(agent, "ttyname", tty);
	if (agent->how->passphrase != NULL)
		option_send(agent, "pinentry-mode", "loopback");
}

/* Connect to the socket that gpgconf names; it starts the agent before. */
static enum ics_err
connect_to(struct sign_agent *agent)
{
	static const char *const launch[2] = { "--launch", "gpg-agent" };
	static const char *const dirs[2] = { "--list-dirs", "agent-socket" };
	struct buf path;
	enum ics_err err;

	buf_init(&path, SOCKET_MAX);
	TRY(sign_gpgconf(agent->how->home, launch, &path));
	buf_clear(&path);
	TRY(sign_gpgconf(agent->how->home, dirs, &path));
	TRY(sign_gpg_context(GPGME_PROTOCOL_ASSUAN, NULL, &agent->ctx));
	TRY(judge(gpgme_ctx_set_engine_info(agent->ctx, GPGME_PROTOCOL_ASSUAN,
	    buf_str(&path), "!GPG_AGENT")));
	TRY(judge(command(agent, "RESET")));
out:
	buf_release(&path);
	return err;
}

enum ics_err
sign_agent_new(const struct sign_agent_how *how, struct sign_agent **agent)
{
	enum ics_err err;

	*agent = alloc_zero(1, sizeof(**agent));
	(*agent)->how = how;
	buf_init(&(*agent)->command, COMMAND_MAX);
	TRY(connect_to(*agent));
	options_send(*agent);
	return ICS_OK;
out:
	sign_agent_free(*agent);
	*agent = NULL;
	return err;
}

void
sign_agent_free(struct sign_agent *agent)
{
	if (agent == NULL)
		return;
	gpgme_release(agent->ctx);
	buf_release(&agent->command);
	free(agent);
}

const char *
sign_agent_home(const struct sign_agent *agent)
{
	return agent->how->home;
}

/* ---- keys and signatures -------------------------------------------------------------- */

static void
grip_put(struct buf *line, const uint8_t grip[COMPOSE_KEYGRIP_SIZE])
{
	char hex[2 * COMPOSE_KEYGRIP_SIZE + 1];

	hex_upper(bytes_of(grip, COMPOSE_KEYGRIP_SIZE), hex);
	buf_put_str(line, hex);
}

bool
sign_agent_has(struct sign_agent *agent,
    const uint8_t grip[COMPOSE_KEYGRIP_SIZE])
{
	buf_put_str(&agent->command, "HAVEKEY ");
	grip_put(&agent->command, grip);
	return gpgme_err_code(command_run(agent)) == GPG_ERR_NO_ERROR;
}

/* Assuan's "%-plus" form of a text. */
static void
plus_put(struct buf *line, const char *text)
{
	for (; *text != '\0'; text++) {
		uint8_t c = (uint8_t)*text;

		if (c == ' ')
			buf_u8(line, '+');
		else if (c < ' ' || c == '%' || c == '+')
			buf_printf(line, "%%%02X", c);
		else
			buf_u8(line, c);
	}
}

/* A description too long for a line is left to the agent's own words. */
static void
about_send(struct sign_agent *agent, const char *about)
{
	buf_put_str(&agent->command, "SETKEYDESC ");
	plus_put(&agent->command, about);
	if (buf_end(&agent->command) == ICS_OK)
		(void)command_run(agent); /* words for pinentry only */
	buf_release(&agent->command);
}

static void
hash_put(struct buf *line, const struct sign_agent_order *order)
{
	char hex[2 * PGP_DIGEST_MAX + 1];

	hex_upper(order->digest, hex);
	buf_printf(line, "SETHASH %u %s", order->hash, hex);
}

enum ics_err
sign_agent_sign(struct sign_agent *agent, const struct sign_agent_order *order,
    struct buf *sexp)
{
	enum ics_err err;

	buf_put_str(&agent->command, "SIGKEY ");
	grip_put(&agent->command, order->grip);
	TRY(judge(command_run(agent)));
	if (order->about != NULL)
		about_send(agent, order->about);
	hash_put(&agent->command, order);
	TRY(judge(command_run(agent)));
	agent->answer = sexp;
	err = judge(command(agent, "PKSIGN"));
out:
	agent->answer = NULL;
	return err;
}

enum ics_err
sign_agent_generate(struct sign_agent *agent, const char *param,
    struct buf *sexp)
{
	enum ics_err err;

	agent->param = param;
	agent->answer = sexp;
	err = judge(command(agent, "GENKEY --no-protection"));
	agent->param = NULL;
	agent->answer = NULL;
	return err;
}
