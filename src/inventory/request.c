/*
 * request.c
 *	  Idempotency: a request id that was served answers with its first result.
 *
 * The scope of an id is its tenant.  Of two transactions that serve one id at the same
 * time the second waits: for the first call's claim while that runs, then for the row it
 * left, until it is committed or gone.  A request that fails leaves no row, so its id may
 * be sent again.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/table_write.h"
#include "inventory/catalog.h"
#include "inventory/master.h"
#include "inventory/request.h"

#define SHOWN_LENGTH_MAX 200 /* bytes of an argument in an error */

/* The parameters of a function of ours. */
typedef struct Signature
{
	Oid function; /* hash key */
	char *name;
	int count;
	char **parameters;
	FmgrInfo *output;
	int request_id; /* position, -1 where there is none */
	int tenant_id;
} Signature;

static MemoryContext signature_context = NULL;
static HTAB *signatures = NULL;
static bool signatures_stale = false;

static void
forget_signatures(Datum argument, int cache_id, uint32 hash_value)
{
	signatures_stale = true;
}

static void
prepare_signatures(void)
{
	HASHCTL control;

	if (signatures && !signatures_stale)
		return;
	if (signature_context == NULL)
	{
		CacheRegisterSyscacheCallback(PROCOID, forget_signatures, (Datum) 0);
		signature_context = AllocSetContextCreate(TopMemoryContext, "tidehold signatures",
												  ALLOCSET_SMALL_SIZES);
	}
	signatures = NULL;
	signatures_stale = false;
	MemoryContextReset(signature_context);
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(Signature);
	control.hcxt = signature_context;
	signatures = hash_create("tidehold signatures", 32, &control,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static int
parameter_position(const Signature *signature, const char *name)
{
	for (int i = 0; i < signature->count; i++)
	{
		if (signature->parameters[i] && strcmp(signature->parameters[i], name) == 0)
			return i;
	}
	return -1;
}

static void
read_parameters(Signature *signature, HeapTuple row)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(row);
	bool names_null;
	bool modes_null;
	Datum names = SysCacheGetAttr(PROCOID, row, Anum_pg_proc_proargnames, &names_null);
	Datum modes = SysCacheGetAttr(PROCOID, row, Anum_pg_proc_proargmodes, &modes_null);

	if (names_null)
		elog(ERROR, "function %u has no parameter names", signature->function);
	if (modes_null)
		modes = PointerGetDatum(NULL);
	signature->name = pstrdup(NameStr(form->proname));
	signature->count = get_func_input_arg_names(names, modes, &signature->parameters);
	signature->output = palloc0(signature->count * sizeof(FmgrInfo));
	for (int i = 0; i < signature->count; i++)
	{
		Oid output;
		bool is_varlena;

		getTypeOutputInfo(form->proargtypes.values[i], &output, &is_varlena);
		fmgr_info_cxt(output, &signature->output[i], CurrentMemoryContext);
	}
	signature->request_id = parameter_position(signature, "request_id");
	signature->tenant_id = parameter_position(signature, "tenant_id");
}

static Signature
read_signature(Oid function)
{
	Signature signature = { .function = function };
	HeapTuple row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	MemoryContext caller = MemoryContextSwitchTo(signature_context);

	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for function %u", function);
	read_parameters(&signature, row);
	ReleaseSysCache(row);
	MemoryContextSwitchTo(caller);
	return signature;
}

static const Signature *
find_signature(Oid function)
{
	Signature *entry;
	Signature signature;

	prepare_signatures();
	entry = hash_search(signatures, &function, HASH_FIND, NULL);
	if (entry)
		return entry;
	signature = read_signature(function);
	entry = hash_search(signatures, &function, HASH_ENTER, NULL);
	*entry = signature;
	return entry;
}

/*
 * Texts of arguments are compared with those of another session, so they must not
 * depend on how this one likes its dates.
 */
static int
begin_plain_output(void)
{
	int nest_level = NewGUCNestLevel();

	(void) set_config_option("datestyle", "ISO", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("intervalstyle", "postgres", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/* The id and its scope are what finds the request, not part of what it asks for. */
static bool
is_compared(const Signature *signature, int parameter)
{
	return parameter != signature->request_id && parameter != signature->tenant_id;
}

static void
collect_arguments(FunctionCallInfo fcinfo, const Signature *signature, Request *request)
{
	int nest_level = begin_plain_output();

	request->arguments = palloc0(signature->count * sizeof(Datum));
	request->argument_nulls = palloc0(signature->count * sizeof(bool));
	request->argument_count = signature->count;
	for (int i = 0; i < signature->count; i++)
	{
		FmgrInfo *output = &signature->output[i];

		request->argument_nulls[i] = PG_ARGISNULL(i) || !is_compared(signature, i);
		if (request->argument_nulls[i])
			continue;
		request->arguments[i] =
			CStringGetTextDatum(OutputFunctionCall(output, PG_GETARG_DATUM(i)));
	}
	AtEOXact_GUC(true, nest_level);
}

static void
read_texts(TupleTableSlot *slot, int column, Datum **values, bool **nulls, int *count)
{
	ArrayType *array = DatumGetArrayTypePCopy(th_slot_datum(slot, column));

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, values, nulls, count);
}

/* An argument as an error shows it. */
static const char *
shown(Datum value, bool is_null)
{
	char *string;
	int length;

	if (is_null)
		return "NULL";
	string = TextDatumGetCString(value);
	length = pg_mbcliplen(string, strlen(string), SHOWN_LENGTH_MAX);
	return psprintf("\"%.*s\"%s", length, string, string[length] ? " and so on" : "");
}

static bool
same_operation(const Request *request, TupleTableSlot *slot, ThOutcome *outcome)
{
	char *first = TextDatumGetCString(th_slot_datum(slot, REQUEST_OPERATION));

	if (strcmp(first, request->operation) == 0)
		return true;
	th_refuse(outcome, TH_REQUEST_DIFFERS, "request \"%s\" was served with another operation",
			  text_to_cstring(request->request_id));
	return th_refuse_detail(outcome, "The first call was \"%s\", this one is \"%s\".",
							first, request->operation);
}

static bool
same_arguments(const Signature *signature, const Request *request, TupleTableSlot *slot,
			   ThOutcome *outcome)
{
	Datum *values;
	bool *nulls;
	int count;

	read_texts(slot, REQUEST_ARGUMENTS, &values, &nulls, &count);
	for (int i = 0; i < Min(count, request->argument_count); i++)
	{
		if (nulls[i] && request->argument_nulls[i])
			continue;
		if (!nulls[i] && !request->argument_nulls[i] &&
			datumIsEqual(values[i], request->arguments[i], false, -1))
			continue;
		th_refuse(outcome, TH_REQUEST_DIFFERS, "request \"%s\" was served with another \"%s\"",
				  text_to_cstring(request->request_id), signature->parameters[i]);
		th_refuse_detail(outcome, "The first call had %s, this one has %s.",
						 shown(values[i], nulls[i]),
						 shown(request->arguments[i], request->argument_nulls[i]));
		return th_refuse_hint(outcome, "A request that asks for something else needs an id of its own.");
	}
	return true;
}

/* Finds the row of the request; where there is none, this call has to serve it. */
static bool
look_up(const Signature *signature, Request *request, ThOutcome *outcome)
{
	const InventoryCatalog *catalog = th_catalog();
	Relation table = table_open(catalog->request, RowExclusiveLock);
	ThScan scan;
	bool same = true;

	th_claim(&request->claim, TH_CLAIM_REQUEST, request->tenant_id, request->request_id);
	th_scan_init(&scan);
	th_scan_key_int4(&scan, request->tenant_id);
	th_scan_key_text(&scan, PointerGetDatum(request->request_id));
	request->replayed = th_claim_find(&scan, table, catalog->request_pkey);
	if (request->replayed)
	{
		th_claim_release(&request->claim);
		same = same_operation(request, scan.slot, outcome) &&
			   same_arguments(signature, request, scan.slot, outcome);
		read_texts(scan.slot, REQUEST_RESULT, &request->result, &request->result_nulls,
				   &request->result_count);
		th_scan_end(&scan);
	}
	table_close(table, NoLock);
	return same;
}

static bool
check_id(FunctionCallInfo fcinfo, const Signature *signature, Request *request,
		 ThOutcome *outcome)
{
	request->request_id = PG_GETARG_TEXT_PP(signature->request_id);
	if (VARSIZE_ANY_EXHDR(request->request_id) == 0)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"request_id\" is empty");
	if (!th_check_text("request_id", request->request_id, TH_REQUEST_ID_LENGTH_MAX, outcome))
		return false;
	if (PG_ARGISNULL(signature->tenant_id))
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"tenant_id\" is missing");
	request->tenant_id = PG_GETARG_INT32(signature->tenant_id);
	return true;
}

bool
th_request_begin(FunctionCallInfo fcinfo, Request *request, ThOutcome *outcome)
{
	const Signature *signature = find_signature(fcinfo->flinfo->fn_oid);

	memset(request, 0, sizeof(*request));
	if (signature->request_id < 0 || PG_ARGISNULL(signature->request_id))
		return true;
	if (!check_id(fcinfo, signature, request, outcome))
		return false;
	request->active = true;
	request->operation = pstrdup(signature->name);
	collect_arguments(fcinfo, signature, request);
	return look_up(signature, request, outcome);
}

static Datum
text_array(Datum *values, bool *nulls, int count)
{
	int lower_bound = 1;

	if (count == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	return PointerGetDatum(construct_md_array(values, nulls, 1, &count, &lower_bound,
											  TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
result_array(const char *const *result, int count)
{
	Datum *values = palloc0(count * sizeof(Datum));
	bool *nulls = palloc0(count * sizeof(bool));

	for (int i = 0; i < count; i++)
	{
		nulls[i] = result[i] == NULL;
		if (!nulls[i])
			values[i] = CStringGetTextDatum(result[i]);
	}
	return text_array(values, nulls, count);
}

void
th_request_finish(Request *request, const char *const *result, int count)
{
	Datum values[REQUEST_COLUMNS];
	bool nulls[REQUEST_COLUMNS] = { 0 };
	ThTable table;

	if (!request->active)
		return;
	Assert(!request->replayed);
	values[REQUEST_TENANT_ID - 1] = Int32GetDatum(request->tenant_id);
	values[REQUEST_ID - 1] = PointerGetDatum(request->request_id);
	values[REQUEST_OPERATION - 1] = CStringGetTextDatum(request->operation);
	values[REQUEST_ARGUMENTS - 1] = text_array(request->arguments, request->argument_nulls,
											   request->argument_count);
	values[REQUEST_RESULT - 1] = result_array(result, count);
	values[REQUEST_CREATED_AT - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	th_table_open(&table, th_catalog()->request);
	th_table_insert(&table, values, nulls);
	th_table_close(&table);
	th_claim_release(&request->claim);
}

void
th_request_abandon(Request *request)
{
	if (request->active && !request->replayed)
		th_claim_release(&request->claim);
	request->active = false;
}

char *
th_request_result(const Request *request, int element)
{
	Assert(request->replayed && element < request->result_count);
	return request->result_nulls[element] ? NULL : TextDatumGetCString(request->result[element]);
}
