/*
 * row_key.c
 *	  Text of some columns of a row.
 *
 * A value from the WAL comes as text or as a Datum, one from a table as a Datum: all are
 * brought to the text of the type's output function, which main.c's settings make one.
 */
#include "postgres.h"

#include "utils/json.h"

#include "feed/worker/row_key.h"

bool
th_value_text(StringInfo out, const FeedColumn *column, const FeedValue *value)
{
	if (value->kind == FEED_VALUE_TEXT)
		appendBinaryStringInfo(out, value->u.text, value->len);
	else if (value->kind == FEED_VALUE_DATUM)
	{
		char *text = OutputFunctionCall(unconstify(FmgrInfo *, &column->output), value->u.datum);

		appendStringInfoString(out, text);
		pfree(text);
	}
	else
		return false;
	return true;
}

static bool
is_known(const FeedValue *value)
{
	return value->kind != FEED_VALUE_ABSENT && value->kind != FEED_VALUE_UNCHANGED;
}

static bool
append_column(StringInfo out, const FeedColumn *column, const FeedValue *value)
{
	StringInfoData text;

	if (!is_known(value))
		return false;
	if (value->kind == FEED_VALUE_NULL)
	{
		appendStringInfoString(out, "null");
		return true;
	}
	initStringInfo(&text);
	th_value_text(&text, column, value);
	escape_json(out, text.data);
	pfree(text.data);
	return true;
}

bool
th_row_key(StringInfo out, const FeedShape *shape, const int *columns, int count,
		   const FeedValue *row, const FeedValue *before)
{
	appendStringInfoChar(out, '[');
	for (int i = 0; i < count; i++)
	{
		const FeedColumn *column = &shape->columns[columns[i]];
		const FeedValue *value = &row[columns[i]];

		if (i > 0)
			appendStringInfoChar(out, ',');
		if (!is_known(value) && before != NULL)
			value = &before[columns[i]];
		if (!append_column(out, column, value))
			return false;
	}
	appendStringInfoChar(out, ']');
	return true;
}
