/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ring: see ring.h. Every read is preceded by its bounds check. */
#include "ring.h"

#include <errno.h>
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_KEY 6U
#define TAG_UID 13U
#define LINE	64U

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char begin[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n";
static const char end[] = "-----END PGP PUBLIC KEY BLOCK-----\n";

struct frame {
	unsigned tag;
	size_t body; /* offset of the body */
	size_t len;
};

static void *
grow(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		abort();
	return p;
}

static size_t
be(const uint8_t *p, unsigned width)
{
	size_t value = 0;

	while (width-- > 0)
		value = value << 8 | *p++;
	return value;
}

/* Spec: RFC 9580 4.2; partial and indeterminate lengths are refused. */
static bool
frame_read(const uint8_t *p, size_t n, struct frame *f)
{
	unsigned width, skip = 0;

	if (n < 2 || (p[0] & 0x80) == 0)
		return false;
	f->tag = (p[0] & 0x40) ? p[0] & 0x3f : p[0] >> 2 & 0x0f;
	if ((p[0] & 0x40) == 0)
		width = (p[0] & 3) == 3 ? 0 : 1U << (p[0] & 3);
	else if (p[1] < 192)
		width = 1;
	else if (p[1] < 224)
		width = 2;
	else
		width = p[1] == 255 ? 4 : 0;
	if ((p[0] & 0x40) && width == 4)
		skip = 1;
	if (width == 0 || n < 1 + skip + width)
		return false;
	f->len = be(p + 1 + skip, width);
	if ((p[0] & 0x40) && width == 2)
		f->len = f->len - (192U << 8) + 192;
	f->body = 1 + skip + width;
	return f->len <= n - f->body;
}

static void
hex_upper(const uint8_t *p, size_t n, char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	text[2 * n] = '\0';
}

bool
ring_fpr(const uint8_t *p, size_t n, char fpr[RING_FPR_HEX])
{
	struct frame f;
	uint8_t digest[20], *image;

	if (!frame_read(p, n, &f) || f.tag != TAG_KEY || f.len < 6 ||
	    f.len > 0xffff || p[f.body] != 4)
		return false;
	image = grow(NULL, f.len + 3);
	image[0] = 0x99;
	image[1] = (uint8_t)(f.len >> 8);
	image[2] = (uint8_t)f.len;
	memcpy(image + 3, p + f.body, f.len);
	gcry_md_hash_buffer(GCRY_MD_SHA1, digest, image, f.len + 3);
	free(image);
	hex_upper(digest, sizeof(digest), fpr);
	return true;
}

const char *
ring_uid(const struct ring_cert *cert, size_t *len)
{
	struct frame f;
	size_t at = 0;

	while (at < cert->n && frame_read(cert->p + at, cert->n - at, &f)) {
		if (f.tag == TAG_UID) {
			*len = f.len;
			return (const char *)cert->p + at + f.body;
		}
		at += f.body + f.len;
	}
	return NULL;
}

static void
cert_add(struct ring *ring, size_t from, size_t to)
{
	struct ring_cert cert = { .p = ring->bytes + from, .n = to - from };

	if (to == from || !ring_fpr(cert.p, cert.n, cert.fpr))
		return;
	if ((ring->count & (ring->count - 1)) == 0)
		ring->certs = grow(ring->certs,
		    (ring->count ? ring->count * 2 : 1) * sizeof(cert));
	ring->certs[ring->count++] = cert;
}

static bool
ring_cut(struct ring *ring)
{
	struct frame f;
	size_t at = 0, from = 0;

	while (at < ring->len) {
		if (!frame_read(ring->bytes + at, ring->len - at, &f))
			return false;
		if (f.tag == TAG_KEY) {
			cert_add(ring, from, at);
			from = at;
		}
		at += f.body + f.len;
	}
	cert_add(ring, from, at);
	return true;
}

char *
ring_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	size_t cap = 1U << 16, n;
	char *text = grow(NULL, cap);

	*len = 0;
	while (file && (n = fread(text + *len, 1, cap - *len - 1, file)) > 0) {
		*len += n;
		if (cap - *len < 2)
			text = grow(text, cap *= 2);
	}
	if (!file || ferror(file)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(text);
		text = NULL;
	} else {
		text[*len] = '\0';
	}
	if (file)
		fclose(file);
	return text;
}

bool
ring_read(struct ring *ring, const char *path)
{
	memset(ring, 0, sizeof(*ring));
	ring->bytes = (uint8_t *)ring_file(path, &ring->len);
	if (!ring->bytes)
		return false;
	if (ring_cut(ring))
		return true;
	fprintf(stderr, "%s: not a binary keyring\n", path);
	ring_release(ring);
	return false;
}

void
ring_release(struct ring *ring)
{
	free(ring->bytes);
	free(ring->certs);
	memset(ring, 0, sizeof(*ring));
}

/* Spec: RFC 9580 6.1.1 */
static uint32_t
crc24(const uint8_t *p, size_t n)
{
	uint32_t crc = 0xb704ce;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)p[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1864cfb;
		}
	}
	return crc;
}

static size_t
b64_line(char *to, const uint8_t *p, size_t n)
{
	size_t o = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		to[o++] = alphabet[v >> 18];
		to[o++] = alphabet[v >> 12 & 63];
		to[o++] = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
		to[o++] = i + 2 < n ? alphabet[v & 63] : '=';
	}
	return o;
}

char *
ring_armor(const uint8_t *p, size_t n, size_t *len)
{
	size_t step = LINE / 4 * 3, o = sizeof(begin) - 1;
	char *text =
	    grow(NULL, o + (n / step + 1) * (LINE + 1) + 6 + sizeof(end));
	uint32_t crc = crc24(p, n);
	uint8_t tail[3] = { (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
		(uint8_t)crc };

	memcpy(text, begin, o);
	for (size_t at = 0; at < n; at += step) {
		o += b64_line(text + o, p + at, n - at < step ? n - at : step);
		text[o++] = '\n';
	}
	text[o++] = '=';
	o += b64_line(text + o, tail, 3);
	text[o++] = '\n';
	memcpy(text + o, end, sizeof(end));
	*len = o + sizeof(end) - 1;
	return text;
}

static size_t
b64_decode(uint8_t *out, const char *text, size_t len)
{
	size_t n = 0;
	uint32_t acc = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++) {
		const char *at = strchr(alphabet, text[i]);

		if (text[i] == '=' || text[i] == '-' || text[i] == '\0')
			break;
		if (!at)
			continue;
		acc = acc << 6 | (uint32_t)(at - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(acc >> bits);
		}
	}
	return n;
}

uint8_t *
ring_dearmor(const char *text, size_t len, size_t *n)
{
	const char *from = memmem(text, len, begin, 36), *body = NULL;
	uint8_t *out;
	size_t left;

	if (!from)
		return NULL;
	left = len - (size_t)(from - text);
	body = memmem(from, left, "\n\n", 2);
	if (!body)
		body = memmem(from, left, "\r\n\r\n", 4);
	if (!body)
		return NULL;
	left = len - (size_t)(body - text);
	out = grow(NULL, left);
	*n = b64_decode(out, body, left);
	return out;
}

char *
ring_urlencode(const char *text, size_t len, size_t *out_len)
{
	char *out = grow(NULL, 3 * len + 1);
	size_t o = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t octet = (uint8_t)text[i];

		if ((octet >= '0' && octet <= '9') || octet == '-' ||
		    ((octet | 32) >= 'a' && (octet | 32) <= 'z') ||
		    octet == '.' || octet == '_' || octet == '~') {
			out[o++] = text[i];
			continue;
		}
		out[o] = '%';
		hex_upper(&octet, 1, out + o + 1);
		o += 3;
	}
	out[o] = '\0';
	*out_len = o;
	return out;
}
