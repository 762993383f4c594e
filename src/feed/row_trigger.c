/*
 * row_trigger.c
 *	  Trigger of tidehold.feed and tidehold.feed_mapping: whoever writes a row, as
 *	  pg_restore does, has the feed's worker started or told.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/uuid.h"

#include "feed/feed.h"
#include "feed/state.h"

PG_FUNCTION_INFO_V1(th_feed_row_changed);

StaticAssertDecl(FEED_ID == (int) MAPPING_FEED_ID, "the id is found in rows of both tables");

/* A worker knows what it writes of its own feed, and would begin anew for it. */
static void
note(HeapTuple row, TupleDesc shape)
{
	bool is_null;
	Datum id = heap_getattr(row, FEED_ID, shape, &is_null);

	if (!is_null && !th_feed_state_is_mine(DatumGetUUIDP(id)))
		th_feed_rows_changed(DatumGetUUIDP(id));
}

Datum
th_feed_row_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc shape;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("tidehold.feed_row_changed() is a row trigger of tidehold's tables")));
	shape = RelationGetDescr(trigger->tg_relation);
	note(trigger->tg_trigtuple, shape);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		note(trigger->tg_newtuple, shape);
	return PointerGetDatum(NULL);
}
