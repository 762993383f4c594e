/*
 * number.c
 *	  Numbers of chunks and batches, from the sequence tidehold.id_seq.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"

#include "feed/worker/number.h"
#include "feed/worker/transaction.h"

static void
take_number(HeapTuple row, TupleDesc shape, void *context)
{
	bool is_null;

	*(int64 *) context = DatumGetInt64(heap_getattr(row, 1, shape, &is_null));
}

int64
th_number_next(void)
{
	int64 number = 0;

	th_feed_query("SELECT nextval('tidehold.id_seq')", 0, NULL, NULL, NULL, false, 0,
				  take_number, &number);
	return number;
}

void
th_number_pass(int64 known)
{
	Oid types[] = { INT8OID };
	Datum values[] = { Int64GetDatum(known) };

	if (known > 0)
		th_feed_query("SELECT setval('tidehold.id_seq', $1) FROM tidehold.id_seq"
					  " WHERE last_value < $1",
					  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
}
