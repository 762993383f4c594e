/*
 * query.h
 *	  Reading rows with SQL, as the caller.
 */
#ifndef TIDEHOLD_BASE_QUERY_H
#define TIDEHOLD_BASE_QUERY_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "executor/spi.h"
#include "nodes/pg_list.h"

typedef void (*ThRowCallback)(HeapTuple row, TupleDesc shape, void *context);

/*
 * Runs a query that only reads, with the caller's privileges and the snapshot of the
 * statement he is in, and calls each_row for every row.  Memory stays bounded however
 * many there are.
 */
extern void th_query_rows(const char *query, ThRowCallback each_row, void *context);

/*
 * Raises the error that query, a single SELECT with these parameters, would meet when it
 * starts as that role with search_path pg_catalog: in its text, its names, its types or
 * the role's privileges.  No row is computed.  Returns the names of its columns.
 */
extern List *th_query_check(const char *query, int count, const Oid *types, Oid role);

/*
 * Runs a command on a table of ours as the table's owner, whatever the caller may do,
 * with search_path pg_catalog; each_row may be NULL.  Returns the number of rows.
 */
extern int64 th_query_as_owner(Oid table, const char *command, int count, const Oid *types,
							   const Datum *values, const char *nulls, ThRowCallback each_row,
							   void *context);

/* A command that th_query_kept_as_owner has prepared for the rest of the session. */
typedef struct ThKept
{
	const char *command;
	SPIPlanPtr plan; /* NULL at first */
} ThKept;

/*
 * The same for a command that runs often.  One that only reads sees what the statement sees
 * that it is called from, and counts as no command of its own.
 */
extern int64 th_query_kept_as_owner(ThKept *kept, Oid table, bool only_reads, int count,
									const Oid *types, const Datum *values, const char *nulls,
									ThRowCallback each_row, void *context);

#endif /* TIDEHOLD_BASE_QUERY_H */
