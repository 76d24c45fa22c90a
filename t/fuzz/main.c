// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The plain driver of a fuzz target: replays every file of the corpus folders
 * given as arguments and prints TAP. Invariant: a folder without a single file
 * is a failure, so a lost corpus is noticed.
 */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ceiling of one corpus file, in bytes. */
#define REPLAY_MAX (4u << 20)

/* One target each; the contract is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns false when the file could not be read whole. */
static bool
file_replay(const char *path)
{
	FILE *fp = fopen(path, "rb");
	uint8_t *room, *exact;
	size_t n;
	bool ok;

	if (!fp)
		return false;
	room = malloc(REPLAY_MAX);
	n = room ? fread(room, 1, REPLAY_MAX, fp) : 0;
	ok = room && !ferror(fp) && feof(fp);
	fclose(fp);
	/* A block of the exact size lets the sanitizers see one byte too far. */
	exact = ok ? malloc(n ? n : 1) : NULL;
	if (exact) {
		memcpy(exact, room, n);
		LLVMFuzzerTestOneInput(exact, n);
	}
	ok = exact != NULL;
	free(exact);
	free(room);
	return ok;
}

/* Prints a TAP line per file; returns how many there were. */
static int
folder_replay(const char *folder, int count)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(folder);
	bool ok;

	if (!dir)
		return count;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		ok = file_replay(path);
		printf("%s %d - %s\n", ok ? "ok" : "not ok", ++count,
		    entry->d_name);
		fflush(stdout);
	}
	closedir(dir);
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count = folder_replay(argv[i], count);
	if (!count)
		printf("not ok %d - the corpus is empty\n", ++count);
	printf("1..%d\n", count);
	return 0;
}
