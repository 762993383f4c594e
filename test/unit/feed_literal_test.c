/*
 * feed_literal_test.c
 *	  Texts of arrays and rows, written by the rules of array_out() and record_out() and
 *	  read again.
 */
#include <string.h>

#include "core/feed/literal.h"

#include "unit.h"

#define LONGEST 512

/* Tokens of an array: braces, values between quotes, N for NULL, ! where it is broken. */
static const char *
tokens_of_array(const char *text, char delimiter)
{
	static char shown[LONGEST];
	char buffer[LONGEST];
	FeedLiteral literal;
	size_t length = 0;

	feed_array_start(&literal, text, strlen(text), delimiter, buffer);
	do
	{
		FeedToken token = feed_array_next(&literal);

		if (token == FEED_TOKEN_VALUE)
			length += (size_t) snprintf(shown + length, sizeof(shown) - length, "'%.*s'",
										(int) literal.value_length, literal.value);
		else
			shown[length++] = "{}?N!"[token];
		if (token == FEED_TOKEN_BROKEN)
			break;
	} while (literal.depth > 0);
	shown[length] = '\0';
	return shown;
}

static const char *
tokens_of_row(const char *text, int columns)
{
	static char shown[LONGEST];
	char buffer[LONGEST];
	FeedLiteral literal;
	size_t length = 0;

	feed_row_start(&literal, text, strlen(text), buffer);
	for (int i = 0; i <= columns; i++)
	{
		FeedToken token = feed_row_next(&literal);

		if (token == FEED_TOKEN_VALUE)
			length += (size_t) snprintf(shown + length, sizeof(shown) - length, "'%.*s'",
										(int) literal.value_length, literal.value);
		else
			shown[length++] = "?)?N!"[token];
		if (token == FEED_TOKEN_BROKEN)
			break;
	}
	shown[length] = '\0';
	return shown;
}

static void
arrays_as_printed(void)
{
	CHECK(strcmp(tokens_of_array("{}", ','), "{}") == 0);
	CHECK(strcmp(tokens_of_array("{1,NULL,3}", ','), "{'1'N'3'}") == 0);
	CHECK(strcmp(tokens_of_array("{{1,2},{3,4}}", ','), "{{'1''2'}{'3''4'}}") == 0);
	CHECK(strcmp(tokens_of_array("[2:3]={a,b}", ','), "{'a''b'}") == 0);
	CHECK(strcmp(tokens_of_array("{\"a\\\"b\\\\\",\"NULL\",\"\"}", ','), "{'a\"b\\''NULL'''}") == 0);
	CHECK(strcmp(tokens_of_array("{(1,2),(0,0);(3,3),(1,1)}", ';'), "{'(1,2),(0,0)''(3,3),(1,1)'}") == 0);
}

static void
rows_as_printed(void)
{
	CHECK(strcmp(tokens_of_row("(1,abc)", 2), "'1''abc')") == 0);
	CHECK(strcmp(tokens_of_row("(,)", 2), "NN)") == 0);
	CHECK(strcmp(tokens_of_row("()", 1), "N)") == 0);
	CHECK(strcmp(tokens_of_row("(\"\",\"a\"\"b\\\\c, )\")", 2), "'''a\"b\\c, )')") == 0);
	CHECK(strcmp(tokens_of_row("(1,2)", 3), "'1''2')'") != 0);
}

static void
other_texts_are_broken(void)
{
	CHECK(strcmp(tokens_of_array("", ','), "!") == 0);
	CHECK(strcmp(tokens_of_array("1 2 3", ','), "!") == 0);
	CHECK(strcmp(tokens_of_array("{1,2", ','), "{'1''2'!") == 0);
	CHECK(strcmp(tokens_of_array("{\"1", ','), "{!") == 0);
	CHECK(strcmp(tokens_of_array("{1,,2}", ','), "{'1'!") == 0);
	CHECK(strcmp(tokens_of_row("", 1), "!") == 0);
	CHECK(strcmp(tokens_of_row("(\"a", 1), "!") == 0);
	CHECK(strcmp(tokens_of_row("(a", 1), "'a'!") == 0);
}

/* Every character is quoted: both readers must then give it back. */
static size_t
quote(char *out, const char *value, size_t length, bool doubled)
{
	size_t written = 0;

	out[written++] = '"';
	for (size_t i = 0; i < length; i++)
	{
		if (value[i] == '"' || value[i] == '\\')
			out[written++] = doubled ? value[i] : '\\';
		out[written++] = value[i];
	}
	out[written++] = '"';
	return written;
}

static size_t
random_value(char *value, size_t room)
{
	static const char frequent[] = "\"\\,{}() ;aN";
	size_t length = (size_t) unit_random_in(0, (int64_t) room);

	for (size_t i = 0; i < length; i++)
		value[i] = frequent[unit_random() % (sizeof(frequent) - 1)];
	return length;
}

static bool
comes_back(bool row)
{
	char values[3][12];
	size_t lengths[3];
	char text[LONGEST] = { row ? '(' : '{' };
	char buffer[LONGEST];
	size_t length = 1;
	FeedLiteral literal;

	for (int i = 0; i < 3; i++)
	{
		lengths[i] = random_value(values[i], sizeof(values[i]));
		if (i > 0)
			text[length++] = ',';
		length += quote(text + length, values[i], lengths[i], row);
	}
	text[length++] = row ? ')' : '}';

	if (row)
		feed_row_start(&literal, text, length, buffer);
	else
		feed_array_start(&literal, text, length, ',', buffer);
	if (!row && feed_array_next(&literal) != FEED_TOKEN_OPEN)
		return false;
	for (int i = 0; i < 3; i++)
	{
		FeedToken token = row ? feed_row_next(&literal) : feed_array_next(&literal);

		if (token != FEED_TOKEN_VALUE || literal.value_length != lengths[i] ||
			memcmp(literal.value, values[i], lengths[i]) != 0)
			return false;
	}
	return (row ? feed_row_next(&literal) : feed_array_next(&literal)) == FEED_TOKEN_CLOSE;
}

static void
quoted_values_come_back(void)
{
	for (int i = 0; i < 50000; i++)
		if (!CHECK(comes_back(i % 2 == 0)))
			return;
}

static const UnitGroup groups[] = {
	{ "feed: arrays as printed", arrays_as_printed },
	{ "feed: rows as printed", rows_as_printed },
	{ "feed: other texts are broken", other_texts_are_broken },
	{ "feed: quoted values come back", quoted_values_come_back },
};

int
main(void)
{
	return UNIT_RUN(groups);
}
