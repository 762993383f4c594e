/*
 * transaction.c
 *	  Ordinary transactions in a process that decodes.
 *
 * One at a time.  What begin and become_owner changed is kept here and put back by end;
 * an error in between ends the process, so nothing has to be put back then.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/params.h"
#include "pgstat.h"
#include "storage/sinval.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "feed/decode/decode.h"
#include "feed/worker/run.h"
#include "feed/worker/transaction.h"

typedef struct Disguise
{
	bool worn;
	Oid user;
	int security;
	int settings;
} Disguise;

static MemoryContext outside;
static Disguise disguise;

/* A worker has no statement of a client that these could be meant for. */
static void
pin_timeouts(void)
{
	static const char *const names[] = { "statement_timeout", "lock_timeout", "transaction_timeout",
										 "idle_in_transaction_session_timeout" };
	static bool pinned = false;

	if (pinned)
		return;
	pinned = true;
	for (int i = 0; i < (int) lengthof(names); i++)
		if (GetConfigOption(names[i], true, false) != NULL)
			SetConfigOption(names[i], "0", PGC_SUSET, PGC_S_OVERRIDE);
}

/* Its callbacks are called as if everything had changed, and no server has. */
static void
drop_caches(void)
{
	bool server_changed = th_run.server_changed;

	InvalidateSystemCaches();
	th_run.server_changed = server_changed;
}

/*
 * Decoding fills the caches with the catalogues as they were at the WAL it reads, and our
 * transactions with those of now.  The two differ while a change of a catalogue, told to
 * this process at any moment, may lie ahead of decoding: until it has passed the end of
 * the WAL of that moment.  Then nothing that either has cached may be used by the other.
 * (Decoding itself drops what a change makes stale when it passes it.)
 */
static void
separate_caches(void)
{
	static uint64 told = PG_UINT64_MAX;
	static XLogRecPtr differ_before = InvalidXLogRecPtr;
	XLogRecPtr decoded = th_decode_lsn();

	if (told != SharedInvalidMessageCounter)
	{
		told = SharedInvalidMessageCounter;
		differ_before = GetXLogInsertRecPtr();
	}
	if (!XLogRecPtrIsInvalid(decoded) && decoded < differ_before)
		drop_caches();
}

void
th_feed_transaction_begin(void)
{
	Assert(!IsTransactionState());
	pin_timeouts();
	outside = CurrentMemoryContext;
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	separate_caches();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
take_off_disguise(void)
{
	if (!disguise.worn)
		return;
	AtEOXact_GUC(false, disguise.settings);
	SetUserIdAndSecContext(disguise.user, disguise.security);
	disguise.worn = false;
}

/* Decoding goes on with the process's own resource owner, as a walsender does. */
void
th_feed_transaction_end(void)
{
	take_off_disguise();
	if (ActiveSnapshotSet())
		PopActiveSnapshot();
	AcceptInvalidationMessages();
	separate_caches();
	CommitTransactionCommand();
	CurrentResourceOwner = AuxProcessResourceOwner;
	MemoryContextSwitchTo(outside);
	pgstat_report_stat(false);
	pgstat_report_activity(STATE_IDLE, NULL);
}

/*
 * The owner's functions must not reach what the bootstrap superuser may do, nor leave
 * anything behind in a process that outlives this transaction.
 */
void
th_feed_become_owner(Oid owner)
{
	Assert(!disguise.worn);
	GetUserIdAndSecContext(&disguise.user, &disguise.security);
	SetUserIdAndSecContext(owner, disguise.security | SECURITY_LOCAL_USERID_CHANGE |
									  SECURITY_RESTRICTED_OPERATION);
	disguise.settings = NewGUCNestLevel();
	disguise.worn = true;
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	XactReadOnly = true;
}

/* ---- queries ---- */

/* Rows go to the callback as the executor makes them: none is kept here. */
typedef struct RowReceiver
{
	DestReceiver base;
	ThRowCallback each_row;
	void *context;
	MemoryContext memory; /* of the caller */
} RowReceiver;

static void
begin_rows(DestReceiver *base, int operation, TupleDesc shape)
{
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *base)
{
	RowReceiver *receiver = (RowReceiver *) base;
	bool is_copy;
	HeapTuple row = ExecFetchSlotHeapTuple(slot, true, &is_copy);
	MemoryContext old = MemoryContextSwitchTo(receiver->memory);

	CHECK_FOR_INTERRUPTS();
	if (receiver->each_row != NULL)
		receiver->each_row(row, slot->tts_tupleDescriptor, receiver->context);
	MemoryContextSwitchTo(old);
	if (is_copy)
		heap_freetuple(row);
	return true;
}

static void
end_rows(DestReceiver *base)
{
}

static ParamListInfo
make_parameters(FeedPlan *plan, const Datum *arguments, const char *nulls)
{
	int count = SPI_getargcount(plan);
	ParamListInfo list;

	if (count == 0)
		return NULL;
	list = makeParamList(count);
	for (int i = 0; i < count; i++)
	{
		list->params[i].value = arguments[i];
		list->params[i].isnull = nulls != NULL && nulls[i] == 'n';
		list->params[i].pflags = PARAM_FLAG_CONST;
		list->params[i].ptype = SPI_getargtypeid(plan, i);
	}
	return list;
}

static void
raise_spi(const char *function, int code)
{
	elog(ERROR, "%s failed: %s", function, SPI_result_code_string(code));
}

static int64
run(FeedPlan *plan, const Datum *arguments, const char *nulls, bool read_only, int64 limit,
	RowReceiver *receiver)
{
	SPIExecuteOptions options = { 0 };
	int result;

	options.params = make_parameters(plan, arguments, nulls);
	options.read_only = read_only;
	options.tcount = (uint64) limit;
	options.dest = &receiver->base;
	result = SPI_execute_plan_extended(plan, &options);
	if (result < 0)
		raise_spi("SPI_execute_plan_extended", result);
	return (int64) SPI_processed;
}

static RowReceiver
make_receiver(ThRowCallback each_row, void *context)
{
	RowReceiver receiver = { .base = { receive_row, begin_rows, end_rows, end_rows, DestNone } };

	receiver.each_row = each_row;
	receiver.context = context;
	receiver.memory = CurrentMemoryContext;
	return receiver;
}

static FeedPlan *
prepare(const char *query, int count, const Oid *types)
{
	FeedPlan *plan = SPI_prepare(query, count, unconstify(Oid *, types));

	if (plan == NULL)
		raise_spi("SPI_prepare", SPI_result);
	return plan;
}

int64
th_feed_query(const char *query, int count, const Oid *types, const Datum *arguments,
			  const char *nulls, bool read_only, int64 limit, ThRowCallback each_row,
			  void *context)
{
	RowReceiver receiver = make_receiver(each_row, context);
	int64 rows;

	pgstat_report_activity(STATE_RUNNING, query);
	debug_query_string = query;
	SPI_connect();
	rows = run(prepare(query, count, types), arguments, nulls, read_only, limit, &receiver);
	SPI_finish();
	debug_query_string = NULL;
	return rows;
}

FeedPlan *
th_feed_plan_make(const char *query, int count, const Oid *types)
{
	FeedPlan *plan;
	int result;

	SPI_connect();
	plan = prepare(query, count, types);
	result = SPI_keepplan(plan);
	if (result < 0)
		raise_spi("SPI_keepplan", result);
	SPI_finish();
	return plan;
}

int64
th_feed_plan_run(FeedPlan *plan, const Datum *arguments, const char *nulls, bool read_only,
				 int64 limit, ThRowCallback each_row, void *context)
{
	RowReceiver receiver = make_receiver(each_row, context);
	int64 rows;

	SPI_connect();
	rows = run(plan, arguments, nulls, read_only, limit, &receiver);
	SPI_finish();
	return rows;
}

void
th_feed_plan_free(FeedPlan *plan)
{
	SPI_freeplan(plan);
}

/* ---- errors that are no reason to end ---- */

static bool
is_of_the_server(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
			return true;
		default:
			return sqlstate == ERRCODE_LOCK_NOT_AVAILABLE;
	}
}

/* In PG_CATCH, in the caller's memory context. */
static void
keep_failure(FeedFailure *failure)
{
	ErrorData *error = CopyErrorData();
	int length = pg_mbcliplen(error->message, strlen(error->message), FEED_ERROR_LEN - 1);

	FlushErrorState();
	debug_query_string = NULL;
	failure->sqlstate = error->sqlerrcode;
	memcpy(failure->reason, error->message, length);
	failure->reason[length] = '\0';
	FreeErrorData(error);
}

bool
th_feed_try(void (*work)(void *context), void *context, FeedFailure *failure)
{
	MemoryContext memory = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(memory);
	PG_TRY();
	{
		work(context);
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(memory);
		if (is_of_the_server(geterrcode()))
			PG_RE_THROW();
		keep_failure(failure);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(memory);
	CurrentResourceOwner = owner;
	return done;
}
