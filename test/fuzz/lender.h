/*
 * lender.h
 *	  What the caller lends to the core: memory and interruptions that may end at any time.
 *	  The target says PIECES_MAX before it includes this.
 */
#ifndef TIDEHOLD_TEST_LENDER_H
#define TIDEHOLD_TEST_LENDER_H

#include <stdlib.h>

#include "core/forecast/forecast.h"

/* Pieces of malloc, so that a step beyond one is seen; -1 is without end. */
typedef struct Lender
{
	void *piece[PIECES_MAX];
	int pieces;
	int pieces_left;
	int questions_left;
} Lender;

static Lender lender;

static void *
lend(void *context, size_t size)
{
	Lender *own = context;

	if (own->pieces_left == 0 || own->pieces == PIECES_MAX)
		return NULL;
	own->pieces_left -= own->pieces_left > 0;
	return own->piece[own->pieces++] = calloc(1, size);
}

static bool
stop(void *context)
{
	Lender *own = context;

	own->questions_left -= own->questions_left > 0;
	return own->questions_left == 0;
}

static void
take_back(void)
{
	while (lender.pieces > 0)
		free(lender.piece[--lender.pieces]);
	lender.pieces_left = -1;
	lender.questions_left = -1;
}

static const ForecastWork work = { lend, stop, &lender };

#endif /* TIDEHOLD_TEST_LENDER_H */
