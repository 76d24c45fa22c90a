/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads certificate and key. Whether they belong together is for the TLS
 * library to say; that a file is the wrong one is said here, by its name.
 */
#include "icsd/tls.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PEM_MAX (1u << 20) /* octets of a file */

static const struct pem_kind {
	enum conf_option option;
	const char *mark; /* ends the first line of a block */
	const char *fault, *help;
} kinds[] = {
	{ CONF_OPT_TLS_CERT, "CERTIFICATE-----", "holds no PEM certificate",
	    "name a file with the chain that the server's user may read" },
	{ CONF_OPT_TLS_KEY, "PRIVATE KEY-----", "holds no PEM private key",
	    "name a file with the key that the server's user may read" },
};

static void
text_forget(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* Fill text with the file; NULL when it is good, else what is wrong. */
static const char *
pem_fault(const struct pem_kind *kind, FILE *file, char *text)
{
	if (file == NULL)
		return strerror(errno);
	/* No copy of a key in a buffer that nobody overwrites. */
	(void)setvbuf(file, NULL, _IONBF, 0); /* cannot fail */
	if (fread(text, 1, PEM_MAX, file) < PEM_MAX && ferror(file))
		return strerror(errno);
	if (strstr(text, "-----BEGIN ") == NULL ||
	    strstr(text, kind->mark) == NULL)
		return kind->fault;
	return NULL;
}

/* The file's text, owned, or NULL and a complaint. */
static char *
pem_read(struct conf *c, const struct pem_kind *kind, const char *path)
{
	char *text = alloc_zero(1, PEM_MAX + 1);
	FILE *file = fopen(path, "re");
	const char *fault = pem_fault(kind, file, text);

	if (file != NULL)
		(void)fclose(file); /* nothing was written */
	if (fault == NULL)
		return text;
	conf_complain(c, kind->option, "%s: %s; %s", path, fault, kind->help);
	text_forget(text);
	return NULL;
}

static void
key_mode_check(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & (S_IROTH | S_IWOTH)) != 0)
		log_event(LOG_LEVEL_WARN, "tls-key",
		    "file=%s why=\"everybody may read it\" help=\"chmod o= %s\"",
		    path, path);
}

enum ics_err
tls_read(struct conf *c, struct tls_pem *pem)
{
	*pem = (struct tls_pem){ NULL, NULL };
	if (c->tls_cert[0] == '\0')
		return ICS_OK;
	pem->cert = pem_read(c, &kinds[0], c->tls_cert);
	pem->key = pem_read(c, &kinds[1], c->tls_key);
	if (pem->cert == NULL || pem->key == NULL) {
		tls_release(pem);
		return ICS_ECONFIG;
	}
	key_mode_check(c->tls_key);
	return ICS_OK;
}

bool
tls_pin(const struct conf *c, char text[HKP_PIN_TEXT])
{
	FILE *file = c->tls_cert[0] == '\0' ? NULL : fopen(c->tls_cert, "re");
	char *pem;
	bool is_read;

	if (file == NULL)
		return false;
	pem = alloc_zero(1, PEM_MAX + 1);
	is_read = pem_fault(&kinds[0], file, pem) == NULL &&
		  hkp_pin_of_pem(pem, text);
	(void)fclose(file); /* nothing was written */
	free(pem);
	return is_read;
}

void
tls_tell(const struct tls_pem *pem)
{
	char pin[HKP_PIN_TEXT];

	if (pem->cert != NULL && hkp_pin_of_pem(pem->cert, pin))
		log_event(LOG_LEVEL_NOTE, "tls-pin", "key=%s", pin);
}

void
tls_release(struct tls_pem *pem)
{
	text_forget(pem->cert);
	text_forget(pem->key);
	*pem = (struct tls_pem){ NULL, NULL };
}
