/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files, mapped; standard input, spooled; armor, taken off. */
#include "ics/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/out.h"
#include "domain/domain.h"

/* Copy fd into a file without a name; its descriptor, or -1 and errno. */
static int
spool(int fd)
{
	static const size_t chunk = 65536;
	uint8_t octets[65536];
	FILE *to = tmpfile();
	ssize_t n;
	int copy;

	if (to == NULL)
		return -1;
	while ((n = read(fd, octets, chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || fwrite(octets, 1, (size_t)n, to) != (size_t)n)
			break;
	}
	copy = n == 0 && fflush(to) == 0 ? dup(fileno(to)) : -1;
	(void)fclose(to); /* copy keeps the file */
	return copy;
}

static int
descriptor_open(const char *path)
{
	struct stat st;
	int fd, copy;

	fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
				    : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	copy = spool(fd);
	close(fd);
	return copy;
}

static enum ics_err
descriptor_map(int fd, struct input *in)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) != 0)
		return err_from_errno(errno);
	if (st.st_size == 0)
		return ICS_OK;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return err_from_errno(errno);
	/* Only advice: a refusal costs speed. */
	(void)madvise(map, (size_t)st.st_size, MADV_SEQUENTIAL);
	in->map = map;
	in->map_n = (size_t)st.st_size;
	return ICS_OK;
}

static void
map_drop(struct input *in)
{
	if (in->map != NULL)
		(void)munmap(in->map, in->map_n); /* our own mapping */
	in->map = NULL;
	in->map_n = 0;
}

/* Binary packets are read where they lie. */
static enum ics_err
packets_find(struct input *in)
{
	struct bytes all = bytes_of(in->map, in->map_n);
	enum ics_err err = ICS_OK;

	if (all.n > 0 && !pgp_input_is_binary(all)) {
		/* A descriptor becomes the packet that it travels in. */
		if (domain_is_signed(all))
			pgp_text_write(&in->plain, all);
		else
			err = pgp_input_read(all, &in->plain);
		map_drop(in);
		all = buf_bytes(&in->plain);
	}
	in->cur = cursor_of(all);
	in->octets = all.n;
	return err;
}

enum ics_err
input_open(const char *path, struct input *in)
{
	bool is_stdin = strcmp(path, "-") == 0;
	enum ics_err err;
	int fd;

	*in = (struct input){ .name = is_stdin ? "standard input" : path };
	buf_init(&in->plain, INPUT_ARMORED_MAX);
	fd = descriptor_open(path);
	if (fd < 0) {
		out_fail("%s: %s", in->name, strerror(errno));
		return ICS_EIO;
	}
	err = descriptor_map(fd, in);
	close(fd);
	if (err == ICS_OK)
		err = packets_find(in);
	if (err != ICS_OK)
		out_fail("%s: %s%s", in->name, err_words(err),
		    err == ICS_EFORMAT ? ": neither armor nor packets" : "");
	return err;
}

void
input_close(struct input *in)
{
	map_drop(in);
	buf_release(&in->plain);
	*in = (struct input){ 0 };
}

enum ics_err
input_next(struct input *in, struct pgp_block *block)
{
	enum ics_err err;

	in->left = in->cur.rest.n;
	err = pgp_block_text_next(&in->cur, block);
	if (err != ICS_ENOTFOUND)
		in->ordinal++;
	return err;
}

size_t
input_size(const char *path)
{
	struct stat st;
	int failed =
	    strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(path, &st);

	return failed == 0 && S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
}
