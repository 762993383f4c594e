/*
 * emit.c
 *	  emit(): an outbox without a table.
 *
 * A message is a logical message in the WAL, of the caller's transaction: it is sent if
 * and when that commits, in its place among the changes.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "replication/message.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/table_scan.h"
#include "core/feed/emitted.h"
#include "feed/feed.h"
#include "feed/option.h"

PG_FUNCTION_INFO_V1(th_emit);

enum EmitArgument
{
	ARG_TOPIC,
	ARG_KEY,
	ARG_PAYLOAD,
	ARG_HEADERS,
	ARG_EXPIRES_IN,
	ARG_FEED
};

static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

typedef struct Taker
{
	const char *feed; /* NULL: any */
	bool exists;
	bool takes;
} Taker;

/* Called for every message, so no more of the row is looked at than this takes. */
static void
look_at_feed(TupleTableSlot *slot, void *context)
{
	Taker *taker = context;
	FeedRow row = { 0 };

	row.name = TextDatumGetCString(th_slot_datum(slot, FEED_NAME));
	if (taker->feed != NULL && strcmp(row.name, taker->feed) != 0)
		return;
	taker->exists = true;
	row.kind = th_feed_kind_of_text(TextDatumGetCString(th_slot_datum(slot, FEED_KIND)));
	row.options = DatumGetJsonbP(th_slot_datum(slot, FEED_OPTIONS));
	if (strcmp(TextDatumGetCString(th_slot_datum(slot, FEED_WISH)), "drop") != 0 &&
		th_feed_option_bool(&row, "emit"))
		taker->takes = true;
}

/* A message that no feed takes would be lost without a sign. */
static void
require_taker(const char *feed)
{
	Taker taker = { feed, false, false };

	th_feed_read_table("feed", look_at_feed, &taker);
	if (taker.takes)
		return;
	if (feed == NULL)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_NOT_FOUND)),
				 errmsg("no feed takes emitted messages"),
				 errhint("Create one with the option emit.")));
	if (!taker.exists)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_NOT_FOUND)),
				 errmsg("feed \"%s\" does not exist", feed)));
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_FEED_NOT_FOUND)),
			 errmsg("feed \"%s\" takes no emitted messages", feed),
			 errhint("Set its option emit with tidehold.alter_feed().")));
}

static void
set_payload(FunctionCallInfo fcinfo, FeedEmittedBody *body)
{
	Oid type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, ARG_PAYLOAD));
	Datum value = PG_GETARG_DATUM(ARG_PAYLOAD);
	struct varlena *bytes;
	Jsonb *json;

	if (PG_ARGISNULL(ARG_PAYLOAD))
		return;
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case BYTEAOID:
		case JSONOID:
			bytes = PG_DETOAST_DATUM_PACKED(value);
			body->payload = VARDATA_ANY(bytes);
			body->payload_len = VARSIZE_ANY_EXHDR(bytes);
			return;
		case JSONBOID:
			json = DatumGetJsonbP(value);
			body->payload = JsonbToCString(NULL, &json->root, VARSIZE(json));
			body->payload_len = strlen(body->payload);
			return;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("payload is of type %s", format_type_be(type)),
					 errhint("A payload is text, bytea, json or jsonb: use to_jsonb() or a cast.")));
	}
}

/* name, value, name, value ..; NULL where there are none. */
static const char **
header_texts(Jsonb *headers, int *count)
{
	const char **texts;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue item;
	int found = 0;

	if (!JB_ROOT_IS_OBJECT(headers))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("headers are not a JSON object")));
	*count = JB_ROOT_COUNT(headers);
	if (*count > FEED_EMITTED_HEADERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%d headers are more than %d", *count, FEED_EMITTED_HEADERS_MAX)));
	texts = palloc(sizeof(char *) * 2 * Max(*count, 1));
	iterator = JsonbIteratorInit(&headers->root);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		texts[found] = pnstrdup(item.val.string.val, item.val.string.len);
		(void) JsonbIteratorNext(&iterator, &item, true);
		texts[found + 1] = th_option_scalar(&item, texts[found]);
		if (texts[found + 1] == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("header \"%s\" is null", texts[found])));
		found += 2;
	}
	return texts;
}

/* By the clock, not by the start of the transaction. */
static int64
expiry(const Interval *span)
{
	TimestampTz now = GetCurrentTimestamp();
	Datum until = DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(now),
									  IntervalPGetDatum(span));

	if (DatumGetTimestampTz(until) <= now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expires_in is not longer than zero")));
	return DatumGetTimestampTz(until);
}

static void
set_texts(FunctionCallInfo fcinfo, FeedEmittedBody *body)
{
	body->topic = text_argument(fcinfo, ARG_TOPIC);
	body->key = text_argument(fcinfo, ARG_KEY);
	body->feed = text_argument(fcinfo, ARG_FEED);
	if (body->topic == NULL || body->topic[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("topic is empty")));
}

Datum
th_emit(PG_FUNCTION_ARGS)
{
	FeedEmittedBody body = { 0 };
	const char **headers = NULL;
	char *encoded;
	size_t size;

	th_require_writable("tidehold.emit()");
	set_texts(fcinfo, &body);
	require_taker(body.feed);
	set_payload(fcinfo, &body);
	if (!PG_ARGISNULL(ARG_HEADERS))
		headers = header_texts(PG_GETARG_JSONB_P(ARG_HEADERS), &body.header_count);
	if (!PG_ARGISNULL(ARG_EXPIRES_IN))
		body.expires_at = expiry(PG_GETARG_INTERVAL_P(ARG_EXPIRES_IN));
	size = feed_emitted_size(&body, headers);
	encoded = palloc(size);
	feed_emitted_encode(&body, headers, encoded);
	PG_RETURN_LSN(th_log_logical_message(FEED_EMITTED_PREFIX, encoded, size, true));
}
