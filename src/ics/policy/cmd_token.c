/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics token: bearer tokens for readers of a domain. The token is for the
 * reader, its hash for the descriptor; nothing keeps the token.
 */
#include <sys/random.h>

#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "client/out.h"
#include "domain/domain.h"
#include "ics/ics.h"
#include "sign/signer.h"

static int
tell(const struct ics *ics, const char *token)
{
	char hex[2 * 32 + 1];
	uint8_t hash[32];

	domain_token_hash(bytes_of_str(token), hash);
	hex_lower(bytes_of(hash, sizeof(hash)), hex);
	if (ics_has(ics, ICS_OPT_JSON)) {
		out_json(json_pack("{s:s, s:s}", "token", token, "sha256",
		    hex));
		return ICS_EXIT_YES;
	}
	out_line("%s", token);
	out_line("read { tokens = {\"%s\"} }", hex);
	return ICS_EXIT_YES;
}

static int
new_do(const struct ics *ics)
{
	uint8_t octets[DOMAIN_TOKEN];
	char token[DOMAIN_TOKEN_TEXT];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets)) {
		out_fail("no random octets: %s", strerror(errno));
		return ICS_EXIT_UNREACHED;
	}
	domain_token_write(octets, token);
	return tell(ics, token);
}

/* The first line of a file, which is the token. */
static int
show_do(const struct ics *ics, const char *path)
{
	struct buf data;
	char *line;
	int status = ICS_EXIT_NO;
	enum ics_err err;

	buf_init(&data, 65536);
	err = sign_file_read(path, &data);
	if (err != ICS_OK) {
		buf_release(&data);
		return err_exit(err);
	}
	line = alloc_str_from_bytes(buf_bytes(&data));
	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0' || strlen(line) > DOMAIN_TOKEN_MAX)
		out_fail("%s: its first line is no token", path);
	else
		status = tell(ics, line);
	free(line);
	buf_release(&data);
	return status;
}

int
cmd_token(struct ics *ics)
{
	if (strcmp(ics->args[0], "new") == 0 && ics->args_n == 1)
		return new_do(ics);
	if (strcmp(ics->args[0], "show") == 0 && ics->args_n == 2)
		return show_do(ics, ics->args[1]);
	out_fail("it is \"ics token new\" or \"ics token show FILE\"");
	return ICS_EXIT_USAGE;
}
