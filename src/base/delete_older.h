/*
 * delete_older.h
 *	  Deletes rows that have been kept long enough.
 */
#ifndef TIDEHOLD_BASE_DELETE_OLDER_H
#define TIDEHOLD_BASE_DELETE_OLDER_H

#include "datatype/timestamp.h"

/*
 * Deletes at most limit rows of the table whose column (a timestamptz) is before that
 * moment; returns how many.  The column should have an index, BRIN will do.
 */
extern int th_delete_older(Oid relid, int column, TimestampTz before, int limit);

#endif /* TIDEHOLD_BASE_DELETE_OLDER_H */
