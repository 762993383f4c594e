/*
 * literal.h
 *	  Takes PostgreSQL's texts of arrays and of rows apart.
 *
 * A value inside is quoted as its surroundings demand; what is given out is the text that
 * its own type printed, so that arrays of rows of arrays are read by reading again.
 */
#ifndef TIDEHOLD_CORE_FEED_LITERAL_H
#define TIDEHOLD_CORE_FEED_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

typedef enum FeedToken
{
	FEED_TOKEN_OPEN,  /* of a dimension */
	FEED_TOKEN_CLOSE, /* of a dimension; of a row: its end */
	FEED_TOKEN_VALUE,
	FEED_TOKEN_NULL,
	FEED_TOKEN_BROKEN /* no text that array_out() or record_out() prints */
} FeedToken;

/* buffer: room for length bytes, where the current value lies if it had escapes. */
typedef struct FeedLiteral
{
	const char *text;
	size_t length;
	size_t at;
	char *buffer;
	char delimiter; /* between elements: a comma, of box a semicolon */
	int depth;
	const char *value; /* after FEED_TOKEN_VALUE, until the next call */
	size_t value_length;
} FeedLiteral;

/* Bounds before the first brace are passed over. */
void feed_array_start(FeedLiteral *literal, const char *text, size_t length, char delimiter,
					  char *buffer);
FeedToken feed_array_next(FeedLiteral *literal);

/*
 * Values of the row one by one, then CLOSE.  "()" is read as a row of one NULL: whoever
 * knows that a row has no columns does not ask.
 */
void feed_row_start(FeedLiteral *literal, const char *text, size_t length, char *buffer);
FeedToken feed_row_next(FeedLiteral *literal);

#endif /* TIDEHOLD_CORE_FEED_LITERAL_H */
