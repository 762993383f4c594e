/*
 * template.c
 *	  Splits templates into literals and references.
 */
#include "core/feed/template.h"

#include <string.h>

typedef struct Parser
{
	const char *text;
	size_t length;
	size_t at;
	FeedPart *parts;
	int room;
	int count;
	FeedTemplateError *error;
} Parser;

static bool
fail(Parser *parser, size_t at, const char *problem)
{
	parser->error->at = at;
	parser->error->problem = problem;
	return false;
}

static void
add(Parser *parser, FeedPartKind kind, size_t from, size_t to)
{
	if (parser->count < parser->room)
	{
		FeedPart *part = &parser->parts[parser->count];

		part->kind = kind;
		part->text = parser->text + from;
		part->length = to - from;
	}
	parser->count++;
}

/* Up to the next brace that is not doubled; of a doubled one the first is literal. */
static void
literal(Parser *parser)
{
	size_t from = parser->at;

	while (parser->at < parser->length && parser->text[parser->at] != '{' &&
		   parser->text[parser->at] != '}')
		parser->at++;
	if (parser->at + 1 < parser->length && parser->text[parser->at] == parser->text[parser->at + 1])
	{
		add(parser, FEED_PART_LITERAL, from, parser->at + 1);
		parser->at += 2;
	}
	else if (parser->at > from)
		add(parser, FEED_PART_LITERAL, from, parser->at);
}

static bool
is(const Parser *parser, size_t from, size_t to, const char *word)
{
	return strlen(word) == to - from && memcmp(parser->text + from, word, to - from) == 0;
}

/* What stands between { and }. */
static bool
reference(Parser *parser)
{
	size_t from = parser->at + 1;
	size_t to = from;

	while (to < parser->length && parser->text[to] != '}' && parser->text[to] != '{')
		to++;
	if (to == parser->length || parser->text[to] == '{')
		return fail(parser, parser->at, "a brace is not closed");
	if (to == from)
		return fail(parser, parser->at, "no column is named between the braces");
	parser->at = to + 1;

	if (parser->text[from] != '$')
		add(parser, FEED_PART_COLUMN, from, to);
	else if (is(parser, from, to, "$schema"))
		add(parser, FEED_PART_SCHEMA, from, to);
	else if (is(parser, from, to, "$table"))
		add(parser, FEED_PART_TABLE, from, to);
	else if (is(parser, from, to, "$key"))
		add(parser, FEED_PART_KEY, from, to);
	else
		return fail(parser, from, "only $schema, $table and $key are known");
	return true;
}

static bool
is_doubled(const Parser *parser)
{
	return parser->at + 1 < parser->length &&
		   parser->text[parser->at] == parser->text[parser->at + 1];
}

int
feed_template_parse(const char *text, size_t length, FeedPart *parts, int room,
					FeedTemplateError *error)
{
	Parser parser = { text, length, 0, parts, room, 0, error };

	while (parser.at < length)
	{
		char next = text[parser.at];

		if (next == '}' && !is_doubled(&parser))
		{
			fail(&parser, parser.at, "a brace is closed that was not opened");
			return -1;
		}
		if (next == '{' && !is_doubled(&parser))
		{
			if (!reference(&parser))
				return -1;
		}
		else
			literal(&parser);
	}
	return parser.count;
}

bool
feed_template_depends_on_row(const FeedTemplate *template)
{
	for (int i = 0; i < template->count; i++)
	{
		FeedPartKind kind = template->parts[i].kind;

		if (kind == FEED_PART_COLUMN || kind == FEED_PART_KEY)
			return true;
	}
	return false;
}
