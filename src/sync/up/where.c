/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the server further up is: as people write keyservers, to a URL. */
#include <stdio.h>
#include <string.h>

#include "sync/rule.h"

#define HKP_PORT "11371"

static const struct {
	const char *scheme, *url, *port;
} schemes[] = {
	{ "http://", "http://", "" },
	{ "https://", "https://", "" },
	{ "hkp://", "http://", ":" HKP_PORT },
	{ "hkps://", "https://", "" },
};

static bool
has_port(const char *url)
{
	const char *host = strstr(url, "//") + 2;

	return strchr(host[0] == '[' ? strchr(host, ']') : host, ':') != NULL;
}

bool
sync_upstream_read(const char *text, char url[SYNC_URL_MAX])
{
	struct sync_peer_conf conf = { .url = "" };
	char full[SYNC_URL_MAX];
	int n;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t skip = strlen(schemes[i].scheme);

		if (strncmp(text, schemes[i].scheme, skip) != 0)
			continue;
		n = snprintf(full, sizeof(full), "%s%s", schemes[i].url,
		    &text[skip]);
		if (n < 0 || (size_t)n >= sizeof(full) ||
		    !sync_url_read(full, &conf))
			return false;
		n = snprintf(url, SYNC_URL_MAX, "%s%s", conf.url,
		    has_port(conf.url) ? "" : schemes[i].port);
		return n > 0 && n < SYNC_URL_MAX;
	}
	return false;
}
