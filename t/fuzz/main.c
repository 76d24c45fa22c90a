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

/* What was replayed so far. */
struct tally {
	int done;
	int failed;
};

static void
tally_line(struct tally *t, bool ok, const char *name)
{
	t->done++;
	t->failed += !ok;
	printf("%s %d - %s\n", ok ? "ok" : "not ok", t->done, name);
	fflush(stdout);
}

static void
folder_replay(const char *folder, struct tally *t)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		tally_line(t, file_replay(path), entry->d_name);
	}
	closedir(dir);
}

int
main(int argc, char **argv)
{
	struct tally t = { 0 };

	for (int i = 1; i < argc; i++)
		folder_replay(argv[i], &t);
	if (!t.done)
		tally_line(&t, false, "the corpus is empty");
	printf("1..%d\n", t.done);
	return t.failed ? 1 : 0;
}
