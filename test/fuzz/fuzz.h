/*
 * fuzz.h
 *	  Reads values out of fuzzer input and stops at a broken property.
 */
#ifndef TIDEHOLD_TEST_FUZZ_H
#define TIDEHOLD_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() is what libFuzzer and the replayer both take for a finding. */
#define HOLDS(condition) \
	do \
	{ \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

typedef struct FuzzInput
{
	const uint8_t *data;
	size_t left;
} FuzzInput;

/* Zero bytes follow the end of the input. */
static inline uint8_t
fuzz_byte(FuzzInput *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->data++;
}

static inline uint64_t
fuzz_word(FuzzInput *input)
{
	uint64_t word = 0;

	for (int i = 0; i < 8; i++)
		word = word << 8 | fuzz_byte(input);
	return word;
}

/* Small numbers, numbers at a limit, powers of two and any bits: all are frequent. */
static inline int64_t
fuzz_int64(FuzzInput *input)
{
	uint8_t kind = fuzz_byte(input);
	int8_t small = (int8_t) fuzz_byte(input);

	switch (kind % 6)
	{
		case 0:
			return small;
		case 1:
			return INT64_MAX - (uint8_t) small;
		case 2:
			return INT64_MIN + (uint8_t) small;
		case 3:
			return (int64_t) (UINT64_C(1) << (small & 63));
		case 4:
			return (int64_t) fuzz_word(input) >> (small & 63);
		default:
			return (int64_t) fuzz_word(input);
	}
}

static inline int32_t
fuzz_int32(FuzzInput *input)
{
	uint8_t kind = fuzz_byte(input);

	if (kind % 4 == 0)
		return INT32_MAX - kind / 128;
	if (kind % 4 == 1)
		return INT32_MIN + kind / 128;
	return (int32_t) (kind / 64) - 1;
}

static inline double
fuzz_double(FuzzInput *input)
{
	uint64_t word = fuzz_word(input);
	double value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

#endif /* TIDEHOLD_TEST_FUZZ_H */
