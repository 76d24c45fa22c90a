/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base 64 by byte shuffles, 12 octets to 16 characters in each 128-bit lane.
 * Three octets are spread over four bytes by a shuffle, shifted into place by
 * two multiplications, and turned into letters by adding an offset that a
 * second shuffle finds. Chosen at run time, so that one build serves all.
 */
#include "base/b64_wide.h"

#define SLACK 4 /* octets read beyond a unit, and not used */

#if defined(__x86_64__)

#include <immintrin.h>

/* What becomes of "abc": b a c b in each 32-bit word, lowest byte first. */
#define SPREAD 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10

/*
 * Offsets from a value to its letter, by range: a-z first, then the ten
 * digits, '+', '/', and at 13 A-Z.
 */
#define OFFSETS 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0

__attribute__((target("ssse3"))) static __m128i
letters_ssse3(__m128i in)
{
	__m128i a, b, v, range;

	in = _mm_shuffle_epi8(in, _mm_setr_epi8(SPREAD));
	a = _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0fc0fc00)),
	    _mm_set1_epi32(0x04000040));
	b = _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003f03f0)),
	    _mm_set1_epi32(0x01000010));
	v = _mm_or_si128(a, b);
	/* 0 for a-z, 1-10 digits, 11 '+', 12 '/'; A-Z gets 13. */
	range = _mm_subs_epu8(v, _mm_set1_epi8(51));
	range = _mm_or_si128(range,
	    _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), v),
		_mm_set1_epi8(13)));
	return _mm_add_epi8(v, _mm_shuffle_epi8(_mm_setr_epi8(OFFSETS), range));
}

__attribute__((target("ssse3"))) static size_t
units_ssse3(struct bytes data, bool lf, uint8_t *out)
{
	size_t i = 0;

	for (; data.n - i >= B64_UNIT + SLACK; i += B64_UNIT) {
		for (size_t k = 0; k < 4; k++, out += 16)
			_mm_storeu_si128((__m128i_u *)out,
			    letters_ssse3(_mm_loadu_si128((const __m128i_u
				    *)&data.p[i + 12 * k])));
		if (lf)
			*out++ = '\n';
	}
	return i;
}

__attribute__((target("avx2"))) static __m256i
letters_avx2(__m256i in)
{
	__m256i a, b, v, range;

	in = _mm256_shuffle_epi8(in, _mm256_setr_epi8(SPREAD, SPREAD));
	a = _mm256_mulhi_epu16(_mm256_and_si256(in,
				   _mm256_set1_epi32(0x0fc0fc00)),
	    _mm256_set1_epi32(0x04000040));
	b = _mm256_mullo_epi16(_mm256_and_si256(in,
				   _mm256_set1_epi32(0x003f03f0)),
	    _mm256_set1_epi32(0x01000010));
	v = _mm256_or_si256(a, b);
	range = _mm256_subs_epu8(v, _mm256_set1_epi8(51));
	range = _mm256_or_si256(range,
	    _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), v),
		_mm256_set1_epi8(13)));
	return _mm256_add_epi8(v,
	    _mm256_shuffle_epi8(_mm256_setr_epi8(OFFSETS, OFFSETS), range));
}

/* The two groups of 12 octets at p, one in each lane. */
__attribute__((target("avx2"))) static __m256i
pair_load(const uint8_t *p)
{
	return _mm256_loadu2_m128i((const __m128i_u *)&p[12],
	    (const __m128i_u *)p);
}

__attribute__((target("avx2"))) static size_t
units_avx2(struct bytes data, bool lf, uint8_t *out)
{
	size_t i = 0;

	for (; data.n - i >= B64_UNIT + SLACK; i += B64_UNIT) {
		_mm256_storeu_si256((__m256i_u *)out,
		    letters_avx2(pair_load(&data.p[i])));
		_mm256_storeu_si256((__m256i_u *)(out + 32),
		    letters_avx2(pair_load(&data.p[i + 24])));
		out += B64_LINE;
		if (lf)
			*out++ = '\n';
	}
	return i;
}

bool
b64_engine_works(enum b64_engine engine)
{
	switch (engine) {
	case B64_AVX2:
		return __builtin_cpu_supports("avx2");
	case B64_SSSE3:
		return __builtin_cpu_supports("ssse3");
	case B64_PLAIN:
		break;
	}
	return true;
}

size_t
b64_units_write(enum b64_engine engine, struct bytes data, bool lf,
    uint8_t *out)
{
	switch (engine) {
	case B64_AVX2:
		return units_avx2(data, lf, out);
	case B64_SSSE3:
		return units_ssse3(data, lf, out);
	case B64_PLAIN:
		break;
	}
	return 0;
}

#else

bool
b64_engine_works(enum b64_engine engine)
{
	return engine == B64_PLAIN;
}

size_t
b64_units_write(enum b64_engine engine, struct bytes data, bool lf,
    uint8_t *out)
{
	(void)engine; /* only the plain one works here, and it does none */
	(void)data;
	(void)lf;
	(void)out;
	return 0;
}

#endif

enum b64_engine
b64_engine_best(void)
{
	if (b64_engine_works(B64_AVX2))
		return B64_AVX2;
	return b64_engine_works(B64_SSSE3) ? B64_SSSE3 : B64_PLAIN;
}
