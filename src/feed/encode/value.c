/*
 * value.c
 *	  JSON of a column's value, given as output text or as a Datum.
 *
 * Numbers are exact: numeric is written as it prints, with all its digits.  Both kinds
 * of value give the same bytes: what is not written from the Datum here is printed by
 * the type's output function and goes the way of text.
 */
#include "postgres.h"

#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "core/feed/base64.h"
#include "core/feed/iso_time.h"
#include "feed/encode/put.h"
#include "feed/encode/type.h"

void
th_encode_prepare_column(FeedColumn *column)
{
	FeedBytes name = th_json_name(column->name);
	Oid output;
	bool is_varlena;

	column->json_name = unconstify(char *, name.data);
	column->json_name_len = name.len;
	column->base_type = getBaseType(column->type);
	column->json_class = th_type_class(column->base_type);
	column->nested = th_type_make(column->base_type);
	getTypeOutputInfo(column->base_type, &output, &is_varlena);
	fmgr_info_cxt(output, &column->output, CurrentMemoryContext);
}

static void
put_varlena(StringInfo out, Datum datum, bool quoted)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);

	if (quoted)
		th_put_string(out, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	else
		th_put(out, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	if (value != (struct varlena *) DatumGetPointer(datum))
		pfree(value);
}

static void
put_base64(StringInfo out, Datum datum)
{
	bytea *value = DatumGetByteaPP(datum);
	size_t count = VARSIZE_ANY_EXHDR(value);

	enlargeStringInfo(out, FEED_BASE64_LENGTH(count));
	out->len += feed_base64(out->data + out->len, (const uint8 *) VARDATA_ANY(value), count);
	if (value != (bytea *) DatumGetPointer(datum))
		pfree(value);
}

static void
put_jsonb(StringInfo out, Datum datum)
{
	Jsonb *value = DatumGetJsonbP(datum);

	JsonbToCString(out, &value->root, VARSIZE(value));
	if (value != (Jsonb *) DatumGetPointer(datum))
		pfree(value);
}

static void
put_time(StringInfo out, FeedJsonClass json_class, Datum datum)
{
	char *end;

	enlargeStringInfo(out, FEED_ISO_ROOM);
	end = out->data + out->len;
	if (json_class == FEED_JSON_DATE)
		out->len += feed_iso_date(end, DatumGetDateADT(datum));
	else
		out->len += feed_iso_timestamp(end, DatumGetTimestamp(datum),
									   json_class == FEED_JSON_TIMESTAMPTZ);
}

typedef void (*PutText)(StringInfo out, FeedJsonClass json_class, FeedType *nested,
						const char *text, size_t length);

static void
put_output(StringInfo out, const FeedColumn *column, Datum datum, PutText put)
{
	char *text = OutputFunctionCall(unconstify(FmgrInfo *, &column->output), datum);

	put(out, column->json_class, column->nested, text, strlen(text));
	pfree(text);
}

/* Without quotes and escapes; what is a string in JSON gets them from the caller. */
static void
put_plain_datum(StringInfo out, const FeedColumn *column, Datum datum)
{
	switch (column->json_class)
	{
		case FEED_JSON_INT2:
			th_put_int64(out, DatumGetInt16(datum));
			break;
		case FEED_JSON_INT4:
			th_put_int64(out, DatumGetInt32(datum));
			break;
		case FEED_JSON_INT8:
			th_put_int64(out, DatumGetInt64(datum));
			break;
		case FEED_JSON_BOOL:
			th_put_bytes(out, th_bytes(DatumGetBool(datum) ? "true" : "false"));
			break;
		case FEED_JSON_DATE:
		case FEED_JSON_TIMESTAMP:
		case FEED_JSON_TIMESTAMPTZ:
			put_time(out, column->json_class, datum);
			break;
		case FEED_JSON_JSONB:
			put_jsonb(out, datum);
			break;
		case FEED_JSON_JSON:
		case FEED_JSON_TEXT:
			put_varlena(out, datum, false);
			break;
		case FEED_JSON_BYTEA:
			put_base64(out, datum);
			break;
		default:
			put_output(out, column, datum, th_plain_text);
			break;
	}
}

static void
put_datum(StringInfo out, const FeedColumn *column, Datum datum)
{
	switch (column->json_class)
	{
		case FEED_JSON_TEXT:
			put_varlena(out, datum, true);
			break;
		case FEED_JSON_STRING:
		case FEED_JSON_NUMBER:
			put_output(out, column, datum, th_json_text);
			break;
		case FEED_JSON_DATE:
		case FEED_JSON_TIMESTAMP:
		case FEED_JSON_TIMESTAMPTZ:
		case FEED_JSON_BYTEA:
			th_put_char(out, '"');
			put_plain_datum(out, column, datum);
			th_put_char(out, '"');
			break;
		default:
			put_plain_datum(out, column, datum);
			break;
	}
}

void
th_json_value(StringInfo out, const FeedColumn *column, const FeedValue *value)
{
	switch (value->kind)
	{
		case FEED_VALUE_TEXT:
			th_json_text(out, column->json_class, column->nested, value->u.text, value->len);
			break;
		case FEED_VALUE_DATUM:
			put_datum(out, column, value->u.datum);
			break;
		default:
			TH_PUT(out, "null");
			break;
	}
}

void
th_text_value(StringInfo out, const FeedColumn *column, const FeedValue *value)
{
	switch (value->kind)
	{
		case FEED_VALUE_TEXT:
			th_plain_text(out, column->json_class, column->nested, value->u.text, value->len);
			break;
		case FEED_VALUE_DATUM:
			put_plain_datum(out, column, value->u.datum);
			break;
		default:
			break;
	}
}
