/*
 * glob.c
 *	  Does a key match a pattern, or a pattern everything that another one does?  Both are
 *	  the same question, of a pattern and a row of tokens.
 */
#include <string.h>

#include "core/feed/glob.h"

typedef struct Side
{
	const char *at;
	const char *end;
	bool is_key; /* every byte stands for itself */
} Side;

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_BYTE,
	TOKEN_DIGITS, /* one or more */
	TOKEN_HEX,	  /* one or more */
	TOKEN_ANY
} TokenKind;

typedef struct Token
{
	TokenKind kind;
	char byte;
} Token;

/* Of everything that ends with any bytes: a longer try of what stands before cannot help. */
typedef enum Outcome
{
	MATCH_NO,
	MATCH_YES,
	MATCH_NEVER
} Outcome;

bool
feed_glob_is_special(char byte)
{
	return byte == '*' || byte == '?' || byte == '[' || byte == ']' || byte == '\\';
}

static bool
skip(Side *side, const char *text)
{
	size_t length = strlen(text);

	if ((size_t) (side->end - side->at) < length || memcmp(side->at, text, length) != 0)
		return false;
	side->at += length;
	return true;
}

static Token
next(Side *side)
{
	Token token = { TOKEN_END, '\0' };

	if (side->at == side->end)
		return token;
	if (!side->is_key && skip(side, FEED_GLOB_ANY))
		token.kind = TOKEN_ANY;
	else if (!side->is_key && skip(side, FEED_GLOB_INTEGER))
		token.kind = TOKEN_DIGITS;
	else if (!side->is_key && skip(side, FEED_GLOB_UUID))
		token.kind = TOKEN_HEX;
	else
	{
		if (!side->is_key && *side->at == '\\' && side->end - side->at > 1)
			side->at++;
		token.kind = TOKEN_BYTE;
		token.byte = *side->at++;
	}
	return token;
}

static bool
is_digit(char byte)
{
	return (byte >= '0' && byte <= '9') || byte == '-';
}

/* Does the token of a pattern take that other one? */
static bool
takes(Token token, Token other)
{
	bool is_byte = other.kind == TOKEN_BYTE;

	switch (token.kind)
	{
		case TOKEN_BYTE:
			return is_byte && other.byte == token.byte;
		case TOKEN_DIGITS:
			return is_byte ? is_digit(other.byte) : other.kind == TOKEN_DIGITS;
		case TOKEN_HEX:
			if (is_byte)
				return is_digit(other.byte) || (other.byte >= 'a' && other.byte <= 'f');
			return other.kind == TOKEN_DIGITS || other.kind == TOKEN_HEX;
		case TOKEN_ANY:
			return other.kind != TOKEN_END;
		case TOKEN_END:
			break;
	}
	return false;
}

static Outcome match(Side wide, Side narrow);

/* What is repeated, then the rest of the pattern. */
static Outcome
match_run(Token run, Side wide, Side narrow)
{
	if (run.kind != TOKEN_ANY && !takes(run, next(&narrow)))
		return MATCH_NO;
	for (;;)
	{
		Outcome outcome = match(wide, narrow);
		Token other;

		if (outcome != MATCH_NO)
			return outcome;
		other = next(&narrow);
		if (other.kind == TOKEN_END && run.kind == TOKEN_ANY)
			return MATCH_NEVER;
		if (!takes(run, other))
			return MATCH_NO;
	}
}

static Outcome
match(Side wide, Side narrow)
{
	for (;;)
	{
		Token token = next(&wide);

		if (token.kind == TOKEN_END)
			return next(&narrow).kind == TOKEN_END ? MATCH_YES : MATCH_NO;
		if (token.kind != TOKEN_BYTE)
			return match_run(token, wide, narrow);
		if (!takes(token, next(&narrow)))
			return MATCH_NO;
	}
}

bool
feed_glob_matches(const char *pattern, size_t pattern_len, const char *key, size_t key_len)
{
	Side wide = { pattern, pattern + pattern_len, false };
	Side narrow = { key, key + key_len, true };

	return match(wide, narrow) == MATCH_YES;
}

bool
feed_glob_covers(const char *wide, size_t wide_len, const char *narrow, size_t narrow_len)
{
	Side one = { wide, wide + wide_len, false };
	Side other = { narrow, narrow + narrow_len, false };

	return match(one, other) == MATCH_YES;
}

bool
feed_glob_are_apart(const char *one, size_t one_len, const char *other, size_t other_len)
{
	Side a = { one, one + one_len, false };
	Side b = { other, other + other_len, false };

	for (;;)
	{
		Token first = next(&a);
		Token second = next(&b);

		if (first.kind > TOKEN_BYTE || second.kind > TOKEN_BYTE)
			return false;
		if (first.kind == TOKEN_END && second.kind == TOKEN_END)
			return false;
		if (first.kind != second.kind || first.byte != second.byte)
			return true;
	}
}
