/*
 * unit.h
 *	  Groups of checks for the pure C below src/core.
 *
 * A group prints "ok NAME" or "not ok NAME", and "ok NAME # SKIP why" where it could not test
 * all that it should; every check that failed names its place on stderr.  Included once, by
 * the one file of a test program.
 */
#ifndef TIDEHOLD_TEST_UNIT_H
#define TIDEHOLD_TEST_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static int unit_checks;
static int unit_failures;
static const char *unit_skipped; /* why the group that runs tests less, else NULL */

/* After this many a group only counts on: a property test would flood the log. */
#define UNIT_FAILURES_SHOWN 10

#define CHECK(condition) unit_check((condition), #condition, __FILE__, __LINE__)

static inline bool
unit_check(bool passed, const char *condition, const char *file, int line)
{
	unit_checks++;
	if (passed)
		return true;
	if (++unit_failures <= UNIT_FAILURES_SHOWN)
		fprintf(stderr, "%s:%d: %s\n", file, line, condition);
	return false;
}

typedef struct UnitGroup
{
	const char *name;
	void (*run)(void);
} UnitGroup;

/* Names the data that is not there; the runner counts the group as skipped. */
static inline void
unit_skip(const char *why)
{
	unit_skipped = why;
}

/* A group without a check has tested nothing and fails, unless it says why. */
static inline bool
unit_run_group(const UnitGroup *group)
{
	bool passed;

	unit_checks = 0;
	unit_failures = 0;
	unit_skipped = NULL;
	group->run();
	passed = unit_failures == 0 && (unit_checks > 0 || unit_skipped != NULL);
	printf("%s %s", passed ? "ok" : "not ok", group->name);
	if (passed && unit_skipped != NULL)
		printf(" # SKIP %s", unit_skipped);
	printf("\n");
	fflush(stdout);
	return passed;
}

/* Exit status of the program. */
static inline int
unit_run(const UnitGroup *groups, int count)
{
	int status = 0;

	for (int i = 0; i < count; i++)
	{
		if (!unit_run_group(&groups[i]))
			status = 1;
	}
	return status;
}

#define UNIT_RUN(groups) unit_run(groups, (int) (sizeof(groups) / sizeof((groups)[0])))

/* xorshift64*: the same numbers on every machine, from a fixed seed. */
static uint64_t unit_random_state = UINT64_C(0x9e3779b97f4a7c15);

static inline uint64_t
unit_random(void)
{
	unit_random_state ^= unit_random_state >> 12;
	unit_random_state ^= unit_random_state << 25;
	unit_random_state ^= unit_random_state >> 27;
	return unit_random_state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Evenly in low..high, both included; the range is small against 2^64. */
static inline int64_t
unit_random_in(int64_t low, int64_t high)
{
	return low + (int64_t) (unit_random() % ((uint64_t) (high - low) + 1));
}

#endif /* TIDEHOLD_TEST_UNIT_H */
