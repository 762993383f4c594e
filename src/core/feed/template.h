/*
 * template.h
 *	  Templates of topics, keys, streams and channels: text with {column}, {$schema},
 *	  {$table} and {$key}; a literal brace is written twice.
 */
#ifndef TIDEHOLD_CORE_FEED_TEMPLATE_H
#define TIDEHOLD_CORE_FEED_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum FeedPartKind
{
	FEED_PART_LITERAL,
	FEED_PART_COLUMN,
	FEED_PART_SCHEMA,
	FEED_PART_TABLE,
	FEED_PART_KEY
} FeedPartKind;

/* text and length: the literal or the column's name, within the template's own text. */
typedef struct FeedPart
{
	FeedPartKind kind;
	const char *text;
	size_t length;
} FeedPart;

/* Both live as long as their owner wants: nothing is copied. */
typedef struct FeedTemplate
{
	FeedPart *parts;
	int count;
} FeedTemplate;

/* What is wrong and from which byte on; problem is lower case and complete. */
typedef struct FeedTemplateError
{
	const char *problem;
	size_t at;
} FeedTemplateError;

/*
 * Splits text.  Returns how many parts it has, of which the first room are written to
 * parts (which may be NULL where room is 0), or -1 with *error set.
 */
int feed_template_parse(const char *text, size_t length, FeedPart *parts, int room,
						FeedTemplateError *error);

/* Does what it becomes differ from row to row? */
bool feed_template_depends_on_row(const FeedTemplate *template);

#endif /* TIDEHOLD_CORE_FEED_TEMPLATE_H */
