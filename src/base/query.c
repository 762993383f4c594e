/*
 * query.c
 *	  Reading rows with SQL, as the caller.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"

#include "base/query.h"

#define FETCH_ROWS 5000

static void
pass_on(SPITupleTable *batch, ThRowCallback each_row, void *context)
{
	for (uint64 i = 0; i < batch->numvals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		each_row(batch->vals[i], batch->tupdesc, context);
	}
}

void
th_query_rows(const char *query, ThRowCallback each_row, void *context)
{
	Portal cursor;

	SPI_connect();
	cursor = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, true, 0);
	for (;;)
	{
		SPI_cursor_fetch(cursor, true, FETCH_ROWS);
		if (SPI_processed == 0)
			break;
		pass_on(SPI_tuptable, each_row, context);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(cursor);
	SPI_finish();
}
