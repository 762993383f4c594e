/*
 * text.c
 *	  JSON of output text, as pgoutput sends it.
 *
 * Arrays and rows are read from their text too, so that a value gives the same JSON
 * whether it comes as text or as a Datum, and no function of a user's type is called
 * but its output function.  The worker has pinned what texts depend on: DateStyle ISO,
 * TimeZone UTC, IntervalStyle iso_8601, bytea_output hex, extra_float_digits 1.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "core/feed/base64.h"
#include "core/feed/iso_time.h"
#include "core/feed/json_escape.h"
#include "core/feed/literal.h"
#include "feed/encode/put.h"
#include "feed/encode/type.h"

void
th_put_string(StringInfo out, const char *text, size_t length)
{
	th_put_char(out, '"');
	while (length > 0)
	{
		size_t taken;

		enlargeStringInfo(out, length + FEED_JSON_ESCAPE_ROOM);
		out->len += feed_json_escape(out->data + out->len, out->maxlen - out->len - 1, text, length,
									 &taken);
		text += taken;
		length -= taken;
	}
	th_put_char(out, '"');
}

/* NaN and the infinities are no JSON numbers. */
static void
put_number(StringInfo out, const char *text, size_t length)
{
	const char *first = text[0] == '-' ? text + 1 : text;

	if (*first >= '0' && *first <= '9')
		th_put(out, text, length);
	else
		th_put_string(out, text, length);
}

static void
put_time(StringInfo out, const char *text, size_t length, bool utc)
{
	enlargeStringInfo(out, length + 1);
	out->len += feed_iso_of_text(out->data + out->len, text, length, utc);
}

/* Text of bytea is \x and two digits for each byte. */
static void
put_base64(StringInfo out, const char *text, size_t length)
{
	size_t count = (length - 2) / 2;

	if (length < 2 || text[0] != '\\' || text[1] != 'x')
		elog(ERROR, "bytea_output is not hex");
	enlargeStringInfo(out, FEED_BASE64_LENGTH(count));
	out->len += feed_base64_of_hex(out->data + out->len, text + 2, count);
}

static bool
put_array(StringInfo out, FeedType *type, const char *text, size_t length, char *buffer)
{
	FeedLiteral literal;
	bool first = true;

	feed_array_start(&literal, text, length, type->delimiter, buffer);
	do
	{
		FeedToken token = feed_array_next(&literal);

		if (token == FEED_TOKEN_BROKEN)
			return false;
		if (!first && token != FEED_TOKEN_CLOSE)
			th_put_char(out, ',');
		first = token == FEED_TOKEN_OPEN;
		if (token == FEED_TOKEN_OPEN)
			th_put_char(out, '[');
		else if (token == FEED_TOKEN_CLOSE)
			th_put_char(out, ']');
		else if (token == FEED_TOKEN_NULL)
			TH_PUT(out, "null");
		else
			th_json_text(out, type->element->json_class, type->element, literal.value,
						 literal.value_length);
	} while (literal.depth > 0);
	return true;
}

static bool
put_attribute(StringInfo out, FeedLiteral *literal, const FeedAttribute *attribute)
{
	FeedToken token = feed_row_next(literal);

	th_put_bytes(out, attribute->json_name);
	if (token == FEED_TOKEN_NULL)
		TH_PUT(out, "null");
	else if (token == FEED_TOKEN_VALUE)
		th_json_text(out, attribute->type->json_class, attribute->type, literal->value,
					 literal->value_length);
	return token == FEED_TOKEN_NULL || token == FEED_TOKEN_VALUE;
}

static bool
put_row(StringInfo out, FeedType *type, const char *text, size_t length, char *buffer)
{
	FeedLiteral literal;

	th_type_refresh(type);
	feed_row_start(&literal, text, length, buffer);
	th_put_char(out, '{');
	for (int i = 0; i < type->attribute_count; i++)
	{
		if (i > 0)
			th_put_char(out, ',');
		if (!put_attribute(out, &literal, &type->attributes[i]))
			return false;
	}
	th_put_char(out, '}');
	return type->attribute_count == 0 || feed_row_next(&literal) == FEED_TOKEN_CLOSE;
}

/* Text that its type did not print as we read it is shown as a string, never refused. */
static void
put_nested(StringInfo out, FeedType *type, const char *text, size_t length)
{
	int start = out->len;
	char *buffer = palloc(length + 1);
	bool done;

	check_stack_depth();
	if (type->json_class == FEED_JSON_ARRAY)
		done = put_array(out, type, text, length, buffer);
	else
		done = put_row(out, type, text, length, buffer);
	pfree(buffer);
	if (done)
		return;
	out->len = start;
	th_put_string(out, text, length);
}

void
th_plain_text(StringInfo out, FeedJsonClass json_class, FeedType *nested, const char *text,
			  size_t length)
{
	switch (json_class)
	{
		case FEED_JSON_BOOL:
			th_put_bytes(out, th_bytes(text[0] == 't' ? "true" : "false"));
			break;
		case FEED_JSON_TIMESTAMP:
			put_time(out, text, length, false);
			break;
		case FEED_JSON_TIMESTAMPTZ:
			put_time(out, text, length, true);
			break;
		case FEED_JSON_BYTEA:
			put_base64(out, text, length);
			break;
		case FEED_JSON_ARRAY:
		case FEED_JSON_COMPOSITE:
			put_nested(out, nested, text, length);
			break;
		default:
			th_put(out, text, length);
			break;
	}
}

void
th_json_text(StringInfo out, FeedJsonClass json_class, FeedType *nested, const char *text,
			 size_t length)
{
	switch (json_class)
	{
		case FEED_JSON_STRING:
		case FEED_JSON_TEXT:
			th_put_string(out, text, length);
			break;
		case FEED_JSON_NUMBER:
			put_number(out, text, length);
			break;
		case FEED_JSON_DATE:
		case FEED_JSON_TIMESTAMP:
		case FEED_JSON_TIMESTAMPTZ:
		case FEED_JSON_BYTEA:
			th_put_char(out, '"');
			th_plain_text(out, json_class, nested, text, length);
			th_put_char(out, '"');
			break;
		default:
			th_plain_text(out, json_class, nested, text, length);
			break;
	}
}
