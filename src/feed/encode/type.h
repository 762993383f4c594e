/*
 * type.h
 *	  What JSON becomes of the values of a type; internal to src/feed/encode.
 */
#ifndef TIDEHOLD_FEED_ENCODE_TYPE_H
#define TIDEHOLD_FEED_ENCODE_TYPE_H

#include "feed/encode/encode.h"

struct FeedAttribute;

/*
 * Of an array its element, of a row its attributes.  Lives in the memory context of the
 * shape; a row's attributes are read again where ALTER TYPE has changed them.
 */
typedef struct FeedType
{
	Oid oid; /* base type */
	FeedJsonClass json_class;
	char delimiter;			  /* of an array: between its elements */
	struct FeedType *element; /* of an array */
	uint64 identifier;		  /* of a row: grows with its definition; 0: not read yet */
	int attribute_count;
	struct FeedAttribute *attributes;
	MemoryContext context;
} FeedType;

typedef struct FeedAttribute
{
	FeedBytes json_name; /* "name": */
	FeedType *type;
} FeedAttribute;

/* Class of a base type; nested ones get a FeedType in the current memory context. */
extern FeedJsonClass th_type_class(Oid base_type);
extern FeedType *th_type_make(Oid type);
extern void th_type_refresh(FeedType *type);

/* "name": in the current memory context. */
extern FeedBytes th_json_name(const char *name);

/* JSON of the output text of a value. */
extern void th_json_text(StringInfo out, FeedJsonClass json_class, FeedType *nested,
						 const char *text, size_t length);

/* The same without the quotes and escapes of a string. */
extern void th_plain_text(StringInfo out, FeedJsonClass json_class, FeedType *nested,
						  const char *text, size_t length);

#endif /* TIDEHOLD_FEED_ENCODE_TYPE_H */
