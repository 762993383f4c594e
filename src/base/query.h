/*
 * query.h
 *	  Reading rows with SQL, as the caller.
 */
#ifndef TIDEHOLD_BASE_QUERY_H
#define TIDEHOLD_BASE_QUERY_H

#include "access/htup.h"
#include "access/tupdesc.h"

typedef void (*ThRowCallback)(HeapTuple row, TupleDesc shape, void *context);

/*
 * Runs a query that only reads, with the caller's privileges and the snapshot of the
 * statement he is in, and calls each_row for every row.  Memory stays bounded however
 * many there are.
 */
extern void th_query_rows(const char *query, ThRowCallback each_row, void *context);

#endif /* TIDEHOLD_BASE_QUERY_H */
