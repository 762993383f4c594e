/*
 * feed_template_test.c
 *	  Templates of topics and keys.
 */
#include <string.h>

#include "core/feed/template.h"

#include "unit.h"

#define PARTS 16

/* Parts as "kind:text" with a bar after each; an error as "!at problem". */
static const char *
parsed(const char *text)
{
	static char shown[256];
	static const char kinds[] = "LCSTK";
	FeedPart parts[PARTS];
	FeedTemplateError error = { NULL, 0 };
	int count = feed_template_parse(text, strlen(text), parts, PARTS, &error);
	size_t length = 0;

	shown[0] = '\0';
	if (count < 0)
		snprintf(shown, sizeof(shown), "!%zu %s", error.at, error.problem);
	for (int i = 0; i < count; i++)
		length += (size_t) snprintf(shown + length, sizeof(shown) - length, "%c:%.*s|",
									kinds[parts[i].kind], (int) parts[i].length, parts[i].text);
	return shown;
}

static void
parts_in_order(void)
{
	CHECK(strcmp(parsed("stock:{sku}"), "L:stock:|C:sku|") == 0);
	CHECK(strcmp(parsed("{$schema}.{$table}"), "S:$schema|L:.|T:$table|") == 0);
	CHECK(strcmp(parsed("{$table}:{$key}"), "T:$table|L::|K:$key|") == 0);
	CHECK(strcmp(parsed("{a}{b c}"), "C:a|C:b c|") == 0);
	CHECK(strcmp(parsed("plain"), "L:plain|") == 0);
	CHECK(strcmp(parsed(""), "") == 0);
}

static void
doubled_braces_are_literal(void)
{
	CHECK(strcmp(parsed("{{stock}}:{sku}"), "L:{|L:stock}|L::|C:sku|") == 0);
	CHECK(strcmp(parsed("a{{"), "L:a{|") == 0);
	CHECK(strcmp(parsed("{a}}}"), "C:a|L:}|") == 0);
	CHECK(strcmp(parsed("{{{a}}}"), "L:{|C:a|L:}|") == 0);
}

static void
errors_say_where(void)
{
	CHECK(strncmp(parsed("ab{c"), "!2 ", 3) == 0);
	CHECK(strncmp(parsed("{a{b}"), "!0 ", 3) == 0);
	CHECK(strncmp(parsed("a}b"), "!1 ", 3) == 0);
	CHECK(strncmp(parsed("ab{}"), "!2 ", 3) == 0);
	CHECK(strncmp(parsed("{$Schema}"), "!1 ", 3) == 0);
	CHECK(strncmp(parsed("{{a}"), "!3 ", 3) == 0);
}

/* The first call asks how many there are. */
static void
counts_without_room(void)
{
	FeedTemplateError error;
	FeedPart part;
	const char *text = "{$schema}.{$table}";

	CHECK(feed_template_parse(text, strlen(text), NULL, 0, &error) == 3);
	CHECK(feed_template_parse(text, strlen(text), &part, 1, &error) == 3);
	CHECK(part.kind == FEED_PART_SCHEMA);
}

static bool
depends(const char *text)
{
	FeedPart parts[PARTS];
	FeedTemplateError error;
	int count = feed_template_parse(text, strlen(text), parts, PARTS, &error);
	FeedTemplate template = { parts, count };

	return feed_template_depends_on_row(&template);
}

static void
rows_matter_for_columns(void)
{
	CHECK(!depends(""));
	CHECK(!depends("{$schema}.{$table}"));
	CHECK(depends("{$table}:{$key}"));
	CHECK(depends("x:{sku}"));
}

static const UnitGroup groups[] = {
	{ "feed: parts of a template", parts_in_order },
	{ "feed: doubled braces are literal", doubled_braces_are_literal },
	{ "feed: errors of a template say where", errors_say_where },
	{ "feed: parts are counted without room", counts_without_room },
	{ "feed: templates that depend on the row", rows_matter_for_columns },
};

int
main(void)
{
	return UNIT_RUN(groups);
}
