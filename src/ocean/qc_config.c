/*
 * qc_config.c
 *	  Configurations of quality control.
 *
 * Rows of ocean.qc_config never change, so what was read once holds for the session.  Two
 * things end it: an abort, after which another transaction may give the id of a row that is
 * gone, and an extension that was made anew, which the table's own oid tells.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/query.h"
#include "ocean/qc_config.h"

PG_FUNCTION_INFO_V1(th_ocean_thresholds_valid);

typedef struct Config
{
	int32 config_id; /* key */
	bool exists;
	ThThresholds thresholds;
} Config;

static MemoryContext memory = NULL;
static HTAB *configs = NULL;
static Oid table_of_configs = InvalidOid;

static void
start_anew(void)
{
	HASHCTL control = { 0 };

	if (memory != NULL)
		MemoryContextDelete(memory);
	configs = NULL;
	memory = AllocSetContextCreate(TopMemoryContext, "tidehold quality control",
								   ALLOCSET_DEFAULT_SIZES);
	control.keysize = sizeof(int32);
	control.entrysize = sizeof(Config);
	control.hcxt = memory;
	configs = hash_create("quality control configurations", 64, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
read_thresholds(HeapTuple row, TupleDesc shape, void *context)
{
	Config *config = context;
	bool is_null;
	Datum thresholds = heap_getattr(row, 1, shape, &is_null);
	MemoryContext callers = MemoryContextSwitchTo(memory);

	th_thresholds_read(DatumGetJsonbPCopy(thresholds), &config->thresholds);
	config->exists = true;
	MemoryContextSwitchTo(callers);
}

static void
load(Config *config, Relation observation)
{
	static ThKept by_id = { "SELECT thresholds FROM ocean.qc_config WHERE qc_config_id = $1",
							NULL };
	const Oid type = INT4OID;
	Datum value = Int32GetDatum(config->config_id);

	config->exists = false;
	th_query_kept_as_owner(&by_id, RelationGetRelid(observation), true, 1, &type, &value, NULL,
						   read_thresholds, config);
}

const ThThresholds *
th_qc_config(Relation observation, int32 config_id)
{
	Oid table = get_relname_relid("qc_config", RelationGetNamespace(observation));
	Config *config;
	bool found;

	if (configs == NULL || table != table_of_configs)
		start_anew();
	table_of_configs = table;
	config = hash_search(configs, &config_id, HASH_FIND, &found);
	if (!found)
	{
		Config read = { .config_id = config_id };

		load(&read, observation);
		if (!read.exists)
			return NULL;
		config = hash_search(configs, &config_id, HASH_ENTER, NULL);
		*config = read;
	}
	return &config->thresholds;
}

/* What is kept is freed by the next who asks: nobody does on the way to the end. */
static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		table_of_configs = InvalidOid;
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		table_of_configs = InvalidOid;
}

void
th_qc_config_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

Datum
th_ocean_thresholds_valid(PG_FUNCTION_ARGS)
{
	ThThresholds thresholds;

	th_thresholds_read(PG_GETARG_JSONB_P(0), &thresholds);
	PG_RETURN_BOOL(true);
}
