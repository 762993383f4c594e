/*
 * literal.c
 *	  Reads what array_out() and record_out() print.
 */
#include "core/feed/literal.h"

#include <string.h>

static void
start(FeedLiteral *literal, const char *text, size_t length, char delimiter, char *buffer)
{
	literal->text = text;
	literal->length = length;
	literal->at = 0;
	literal->buffer = buffer;
	literal->delimiter = delimiter;
	literal->depth = 0;
	literal->value = NULL;
	literal->value_length = 0;
}

/* '\0' at the end, which no text holds. */
static char
peek(const FeedLiteral *literal)
{
	return literal->at < literal->length ? literal->text[literal->at] : '\0';
}

/*
 * Within quotes.  A backslash takes what follows as it is, in rows a quote does so too
 * where another one follows.
 */
static FeedToken
quoted(FeedLiteral *literal, bool doubled)
{
	size_t written = 0;

	literal->at++;
	for (;;)
	{
		char next = peek(literal);

		if (next == '\0')
			return FEED_TOKEN_BROKEN;
		literal->at++;
		if (next == '"' && !(doubled && peek(literal) == '"'))
			break;
		if (next == '"' || next == '\\')
		{
			next = peek(literal);
			if (next == '\0')
				return FEED_TOKEN_BROKEN;
			literal->at++;
		}
		literal->buffer[written++] = next;
	}
	literal->value = literal->buffer;
	literal->value_length = written;
	return FEED_TOKEN_VALUE;
}

static bool
ends_value(const FeedLiteral *literal, char close)
{
	char next = peek(literal);

	return next == '\0' || next == literal->delimiter || next == close;
}

/* What array_out() and record_out() leave unquoted holds no escapes. */
static FeedToken
unquoted(FeedLiteral *literal, char close)
{
	size_t from = literal->at;

	while (!ends_value(literal, close))
		literal->at++;
	literal->value = literal->text + from;
	literal->value_length = literal->at - from;
	return FEED_TOKEN_VALUE;
}

void
feed_array_start(FeedLiteral *literal, const char *text, size_t length, char delimiter,
				 char *buffer)
{
	start(literal, text, length, delimiter, buffer);
	while (literal->at < length && text[literal->at] != '{')
		literal->at++;
}

static FeedToken
array_value(FeedLiteral *literal)
{
	if (peek(literal) == '"')
		return quoted(literal, false);

	FeedToken token = unquoted(literal, '}');

	if (literal->value_length == 0)
		return FEED_TOKEN_BROKEN;
	if (literal->value_length == 4 && memcmp(literal->value, "NULL", 4) == 0)
		return FEED_TOKEN_NULL;
	return token;
}

FeedToken
feed_array_next(FeedLiteral *literal)
{
	if (literal->depth > 0 && peek(literal) == literal->delimiter)
		literal->at++;
	if (peek(literal) == '{')
	{
		literal->at++;
		literal->depth++;
		return FEED_TOKEN_OPEN;
	}
	if (literal->depth == 0)
		return FEED_TOKEN_BROKEN;
	if (peek(literal) == '}')
	{
		literal->at++;
		literal->depth--;
		return FEED_TOKEN_CLOSE;
	}
	return array_value(literal);
}

void
feed_row_start(FeedLiteral *literal, const char *text, size_t length, char *buffer)
{
	start(literal, text, length, ',', buffer);
}

FeedToken
feed_row_next(FeedLiteral *literal)
{
	char next = peek(literal);

	if (literal->at == 0 && next == '(')
		literal->at++;
	else if (literal->at > 0 && next == ',')
		literal->at++;
	else if (literal->at > 0 && next == ')')
		return FEED_TOKEN_CLOSE;
	else
		return FEED_TOKEN_BROKEN;

	if (ends_value(literal, ')'))
		return FEED_TOKEN_NULL;
	return peek(literal) == '"' ? quoted(literal, true) : unquoted(literal, ')');
}
