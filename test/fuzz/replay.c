/*
 * replay.c
 *	  Stands in for libFuzzer where there is no clang: replays the files that are named,
 *	  then tries random inputs for SECONDS.
 *
 *	  replay SECONDS SEED [FILE...]
 *
 * An input that breaks a property ends the program, with the sanitizer's report or the
 * property on stderr; the seed and number on stdout say which it was.
 */
#include <time.h>

#include "fuzz.h"

#define INPUT_SIZE_MAX 256
#define FILE_SIZE_MAX 65536

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* A copy of the exact size, so that a read past its end is caught. */
static void
try_input(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	HOLDS(copy != NULL);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int
replay_file(const char *path)
{
	uint8_t data[FILE_SIZE_MAX];
	size_t size;
	FILE *file = fopen(path, "rb");

	if (file == NULL)
	{
		perror(path);
		return 1;
	}
	printf("file %s\n", path);
	fflush(stdout);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	try_input(data, size);
	return 0;
}

static void
try_random(uint64_t *state)
{
	uint8_t data[INPUT_SIZE_MAX];
	size_t size = next_random(state) % INPUT_SIZE_MAX;

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t) (next_random(state) >> 56);
	try_input(data, size);
}

int
main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? strtol(argv[1], NULL, 10) : 0);
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	long inputs = 0;

	for (int i = 3; i < argc; i++)
	{
		if (replay_file(argv[i]) != 0)
			return 1;
	}
	printf("seed %llu\n", (unsigned long long) seed);
	fflush(stdout);
	do
	{
		try_random(&state);
		inputs++;
	} while (time(NULL) < end);
	printf("%d files, %ld random inputs\n", argc > 3 ? argc - 3 : 0, inputs);
	return 0;
}
