/*
 * table_write.h
 *	  Writes to our tables from C, as their owner: no SQL, no planner, no privileges
 *	  and no search_path of the caller.  Triggers, constraints and generated columns
 *	  that somebody added to a table work; our own escrow triggers are left out,
 *	  because the caller has told the escrow already.
 */
#ifndef TIDEHOLD_BASE_TABLE_WRITE_H
#define TIDEHOLD_BASE_TABLE_WRITE_H

#include "access/tableam.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"

typedef struct ThTable
{
	Relation rel;
	EState *estate;
	ResultRelInfo *result;
	TupleTableSlot *slot; /* scratch row for insert and update */
	bool has_foreign_triggers;
} ThTable;

/* Opens a table for writing; RowExclusiveLock is kept until the transaction ends. */
extern void th_table_open(ThTable *table, Oid relid);
extern void th_table_close(ThTable *table);

/* Inserts a row; the arrays have one element for each column. */
extern void th_table_insert(ThTable *table, const Datum *values, const bool *nulls);

/*
 * Locks the row version in slot.  False where another transaction changed or deleted
 * it first: look it up again with a new snapshot.  With wait false a row that another
 * transaction holds counts as changed.
 */
extern bool th_table_lock(ThTable *table, TupleTableSlot *slot, Snapshot snapshot, bool wait);

/*
 * Deletes the row version in slot.  False where another transaction changed, deleted or
 * holds it: it is passed over.  Cheaper than to lock and then delete.
 */
extern bool th_table_delete_free(ThTable *table, TupleTableSlot *slot, Snapshot snapshot);

/* Deletes or replaces a row that th_table_lock has locked. */
extern void th_table_delete(ThTable *table, TupleTableSlot *slot);
extern void th_table_update(ThTable *table, TupleTableSlot *old_slot,
							const Datum *values, const bool *nulls);

#endif /* TIDEHOLD_BASE_TABLE_WRITE_H */
