/*
 * import_source.c
 *	  Reads the source of an import and looks its rows up.
 *
 * The source is read as the caller, with his privileges and row security.  Types must
 * fit without loss: a quantity of 1.5 must not become 2 on the way, and a timestamp
 * without time zone means another moment in another session.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/query.h"
#include "inventory/import.h"

typedef enum SourceType
{
	SOURCE_TEXT,
	SOURCE_INTEGER,
	SOURCE_TIME
} SourceType;

enum SourceColumn
{
	SOURCE_SKU,
	SOURCE_QUANTITY,
	SOURCE_SOURCE,
	SOURCE_DESTINATION,
	SOURCE_OCCURRED_AT,
	SOURCE_LOT,
	SOURCE_REFERENCE,
	SOURCE_REASON,
	SOURCE_COLUMNS
};

static const struct
{
	const char *name;
	SourceType type;
	bool required;
} source_columns[SOURCE_COLUMNS] = {
	{ "sku", SOURCE_TEXT, true },
	{ "quantity", SOURCE_INTEGER, true },
	{ "source", SOURCE_TEXT, true },
	{ "destination", SOURCE_TEXT, true },
	{ "occurred_at", SOURCE_TIME, true },
	{ "lot", SOURCE_TEXT, false },
	{ "reference", SOURCE_TEXT, false },
	{ "reason", SOURCE_TEXT, false }
};

static const char *const type_names[] = { "text", "bigint", "timestamp with time zone" };
static const char *const cast_names[] = { "text", "int8", "timestamptz" };

typedef struct SourceRow
{
	Datum values[SOURCE_COLUMNS];
	bool nulls[SOURCE_COLUMNS];
} SourceRow;

static bool
type_fits(Oid type, SourceType wanted)
{
	switch (wanted)
	{
		case SOURCE_TEXT:
			return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
		case SOURCE_INTEGER:
			return type == INT8OID || type == INT4OID || type == INT2OID;
		case SOURCE_TIME:
			return type == TIMESTAMPTZOID;
	}
	return false;
}

/* Adds a column to the query, checked and with the type we read it as. */
static void
append_column(StringInfo query, Oid source, int column)
{
	const char *name = source_columns[column].name;
	const char *type_name = type_names[source_columns[column].type];
	AttrNumber number = get_attnum(source, name);

	if (column > 0)
		appendStringInfoString(query, ", ");
	if (number == InvalidAttrNumber)
	{
		if (source_columns[column].required)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("relation \"%s\" has no column \"%s\"", get_rel_name(source), name)));
		appendStringInfoString(query, "NULL::pg_catalog.text");
		return;
	}
	if (!type_fits(getBaseType(get_atttype(source, number)), source_columns[column].type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of relation \"%s\" is not of type %s", name,
						get_rel_name(source), type_name),
				 errhint("Import from a view that casts it.")));
	appendStringInfo(query, "s.%s::pg_catalog.%s", quote_identifier(name),
					 cast_names[source_columns[column].type]);
}

static char *
source_query(Oid source)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT ");
	for (int column = 0; column < SOURCE_COLUMNS; column++)
		append_column(&query, source, column);
	appendStringInfo(&query, " FROM %s AS s",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(source)),
												get_rel_name(source)));
	return query.data;
}

static text *
source_text(const SourceRow *row, int column)
{
	return row->nulls[column] ? NULL : DatumGetTextPP(row->values[column]);
}

static bool
read_quantity(const SourceRow *source, ImportRow *row, ThOutcome *outcome)
{
	if (source->nulls[SOURCE_QUANTITY])
		return th_refuse(outcome, TH_INVALID_QUANTITY, "quantity is missing");
	row->quantity = DatumGetInt64(source->values[SOURCE_QUANTITY]);
	if (row->quantity <= 0)
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity " INT64_FORMAT " is not greater than 0", row->quantity);
	return true;
}

static bool
read_time(const Import *import, const SourceRow *source, ImportRow *row, ThOutcome *outcome)
{
	/* 0001-01-01 UTC */
	const TimestampTz earliest = (date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;

	if (source->nulls[SOURCE_OCCURRED_AT])
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"occurred_at\" is missing");
	row->occurred_at = DatumGetTimestampTz(source->values[SOURCE_OCCURRED_AT]);
	if (row->occurred_at > import->ledger.recorded_at)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"occurred_at\" is in the future");
	if (row->occurred_at < earliest)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"occurred_at\" is before the year 1");
	return true;
}

static bool
read_texts(const SourceRow *source, ImportRow *row, ThOutcome *outcome)
{
	row->reference = source_text(source, SOURCE_REFERENCE);
	row->reason = source_text(source, SOURCE_REASON);
	return th_check_text("reference", row->reference, TH_REFERENCE_LENGTH_MAX, outcome) &&
		   th_check_text("reason", row->reason, TH_REASON_LENGTH_MAX, outcome);
}

static bool
find_place(const Import *import, const SourceRow *source, int column, Location *place,
		   ThOutcome *outcome)
{
	text *code = source_text(source, column);
	const Location *found;

	if (code == NULL)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"%s\" is missing",
						 source_columns[column].name);
	if (!th_location_find(import->tenant_id, code, false, 0, &found, outcome))
		return false;
	*place = *found;
	if (place->kind == LOCATION_VIEW)
		return th_refuse(outcome, TH_LOCATION_HOLDS_NO_STOCK, "location \"%s\" holds no stock",
						 place->code);
	return true;
}

static bool
find_places(const Import *import, const SourceRow *source, Location *from, Location *to,
			ThOutcome *outcome)
{
	if (!find_place(import, source, SOURCE_SOURCE, from, outcome) ||
		!find_place(import, source, SOURCE_DESTINATION, to, outcome))
		return false;
	if (from->location_id == to->location_id)
		return th_refuse(outcome, TH_SAME_LOCATION,
						 "location \"%s\" is both source and destination", from->code);
	return th_location_check_frozen(from, import->ledger.recorded_at, outcome) &&
		   th_location_check_frozen(to, import->ledger.recorded_at, outcome);
}

/* Lots must exist: an import of history does not know their dates. */
static bool
find_lot(const StockItem *item, const SourceRow *source, ImportRow *row, ThOutcome *outcome)
{
	text *code = source_text(source, SOURCE_LOT);
	Lot lot;

	row->lot_id = 0;
	if (code == NULL && item->tracking != TRACK_NONE)
		return th_refuse(outcome, TH_LOT_REQUIRED, "no lot is given for item \"%s\"",
						 th_item_name(item));
	if (code == NULL)
		return true;
	if (item->tracking == TRACK_NONE)
		return th_refuse(outcome, TH_LOT_NOT_ALLOWED, "item \"%s\" has no lots",
						 th_item_name(item));
	if (item->tracking == TRACK_SERIAL && row->quantity != 1)
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity " INT64_FORMAT " of a serial number is not 1", row->quantity);
	if (!th_lot_find(item, code, &lot, outcome))
		return false;
	row->lot_id = lot.lot_id;
	return true;
}

static bool
read_row(Import *import, const SourceRow *source, ImportRow *row, ThOutcome *outcome)
{
	StockItem item;
	Location from;
	Location to;

	if (!read_texts(source, row, outcome) ||
		!read_quantity(source, row, outcome) ||
		!read_time(import, source, row, outcome) ||
		!th_item_find(import->tenant_id, source_text(source, SOURCE_SKU), false, 0, &item,
					  outcome) ||
		!find_places(import, source, &from, &to, outcome) ||
		!find_lot(&item, source, row, outcome))
		return false;
	row->item_id = item.item_id;
	row->source_id = from.location_id;
	row->destination_id = to.location_id;
	return th_import_count(import, row, &item, &from, &to, outcome);
}

static void
spool_row(Import *import, const SourceRow *source)
{
	ImportRow row = { 0 };
	ThOutcome outcome = { 0 };

	/* The line number of a movement is that of its row. */
	if (import->row_count == PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an import has at most %d rows", PG_INT32_MAX)));
	if (!read_row(import, source, &row, &outcome))
	{
		memset(&row, 0, sizeof(row));
		row.message = cstring_to_text(outcome.message);
	}
	th_import_spool_put(import, &row, outcome.code);
}

static void
spool_source_row(HeapTuple tuple, TupleDesc shape, void *context)
{
	Import *import = context;
	MemoryContext caller = MemoryContextSwitchTo(import->row_context);
	SourceRow row;

	heap_deform_tuple(tuple, shape, row.values, row.nulls);
	spool_row(import, &row);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(import->row_context);
}

void
th_import_read(Import *import, Oid source)
{
	Relation relation = relation_open(source, AccessShareLock);
	int nest_level = NewGUCNestLevel();

	/* Row numbers mean the rows from the first page on. */
	(void) set_config_option("synchronize_seqscans", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	th_query_rows(source_query(source), spool_source_row, import);
	AtEOXact_GUC(true, nest_level);
	relation_close(relation, NoLock);
}
