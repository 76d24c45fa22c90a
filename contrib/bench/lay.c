/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lay: lays a pack out as files, DIR/AB/<key> for the key that starts with AB,
 * for a web server of static files; or lists a keyring for the other tools.
 *
 * usage: lay files PACK DIR     lay list RING
 *
 * The list has a line per certificate: fingerprint, key ID, first User ID.
 */
#include <errno.h>
#include <gcrypt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pack.h"
#include "ring.h"

static int
file_write(const char *path, const struct pack_entry *e)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(e->body, 1, e->len, file) != e->len ||
	    fclose(file) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	return 0;
}

static int
lay_files(const char *path, const char *dir)
{
	char name[4096];
	struct pack pack;
	int failed = 0;

	if (!pack_open(&pack, path))
		return 1;
	for (size_t i = 0; i < pack.count && !failed; i++) {
		const struct pack_entry *e = &pack.entries[i];

		snprintf(name, sizeof(name), "%s/%.2s", dir, e->key);
		if (mkdir(name, 0755) < 0 && errno != EEXIST) {
			fprintf(stderr, "%s: %s\n", name, strerror(errno));
			failed = 1;
			break;
		}
		snprintf(name, sizeof(name), "%s/%.2s/%.*s", dir, e->key,
		    (int)e->key_len, e->key);
		failed = file_write(name, e);
	}
	pack_release(&pack);
	return failed;
}

static int
lay_list(const char *path)
{
	struct ring ring;

	if (!ring_read(&ring, path))
		return 1;
	for (size_t i = 0; i < ring.count; i++) {
		size_t len = 0;
		const char *uid = ring_uid(&ring.certs[i], &len);

		printf("%s %s ", ring.certs[i].fpr, ring.certs[i].fpr + 24);
		/* One line each, whatever a User ID holds. */
		for (size_t at = 0; uid && at < len; at++)
			putchar(uid[at] < ' ' ? '?' : uid[at]);
		putchar('\n');
	}
	ring_release(&ring);
	return 0;
}

int
main(int argc, char **argv)
{
	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (argc == 4 && strcmp(argv[1], "files") == 0)
		return lay_files(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "list") == 0)
		return lay_list(argv[2]);
	fputs("usage: lay files PACK DIR | lay list RING\n", stderr);
	return 2;
}
