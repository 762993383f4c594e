/*
 * option.h
 *	  What may be said of a feed and of its server, and which values are right.
 *
 * One table for the options of create_feed() (a jsonb) and one for those of the foreign
 * servers and user mappings (texts).  The names of librdkafka's own properties are in a
 * table made at build time: no backend loads that library.
 */
#ifndef TIDEHOLD_FEED_OPTION_H
#define TIDEHOLD_FEED_OPTION_H

#include "utils/jsonb.h"

#include "feed/feed_row.h"

typedef enum FeedOptionType
{
	FEED_OPTION_BOOL,
	FEED_OPTION_TEXT, /* min and max are of its length */
	FEED_OPTION_TOPIC,
	FEED_OPTION_CHOICE, /* one of choices, separated by spaces */
	FEED_OPTION_INT,
	FEED_OPTION_SIZE,	  /* bytes: 4194304 or "4MB" */
	FEED_OPTION_DURATION, /* milliseconds, or an interval as text */
	FEED_OPTION_TEMPLATE,
	FEED_OPTION_HOSTS /* host:port,host:port */
} FeedOptionType;

/* Where an option may stand. */
enum
{
	FEED_ON_FEED = 1,
	FEED_ON_SERVER = 2,
	FEED_ON_MAPPING = 4,   /* of a user: secrets */
	FEED_READS_FILE = 8,   /* names a file that the server's process reads */
	FEED_RUNS_PROGRAM = 16 /* makes the server's process run or load something */
};

typedef struct FeedOption
{
	const char *name;
	FeedOptionType type;
	int flags;
	const char *kafka; /* default; "": none; NULL: not an option of this kind */
	const char *redis;
	int64 min;
	int64 max;
	const char *choices;
} FeedOption;

extern PGDLLEXPORT const FeedOption *th_option_find(FeedKind kind, int place, const char *name);

/* The default of an option of a feed, "" where it has none. */
extern const char *th_option_default(FeedKind kind, const char *name);

/* Name of the option that was perhaps meant, or NULL. */
extern const char *th_option_nearest(FeedKind kind, int place, const char *name);

/*
 * The value in its unit (0 or 1, a number, bytes, milliseconds; of a text 0).  False where
 * it is wrong, and *expected says what is right.
 */
extern PGDLLEXPORT bool th_option_parse(const FeedOption *option, const char *text, int64 *value,
										const char **expected);

/* An error where the value is wrong. */
extern void th_option_check(const FeedOption *option, const char *text);

/* Of create_feed() and alter_feed(): names, types and values. */
extern void th_feed_check_options(FeedKind kind, Jsonb *options);

/* Value of a key of a jsonb object as text, NULL where there is none or null. */
extern char *th_option_in(Jsonb *options, const char *name);

/* NULL of null; an error that names it where it is an array or an object. */
extern char *th_option_scalar(const JsonbValue *value, const char *name);

/* Milliseconds of an interval, its months counted as 30 days. */
extern int64 th_interval_ms(const Interval *span);

/* ---- librdkafka's properties (option_kafka.c) ---- */

typedef struct FeedProperty
{
	const char *name;
	char scope; /* P: producer, C: consumer, *: both */
} FeedProperty;

extern const FeedProperty *th_property_find(const char *name);

/* Why nobody may set it, or NULL. */
extern const char *th_property_reserved(const FeedProperty *property);

/* FEED_ON_SERVER or FEED_ON_MAPPING, and who may set it. */
extern int th_property_flags(const FeedProperty *property);

/* Can the Redis client library that this was built with encrypt? */
extern bool th_redis_has_tls(void);

struct ThNearest;
extern void th_property_nearest(struct ThNearest *nearest, int place);

#endif /* TIDEHOLD_FEED_OPTION_H */
