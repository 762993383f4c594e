/*
 * errors.c
 *	  Names, SQLSTATEs and raising of refusals.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"

static const char *const code_names[TH_CODE_COUNT] = {
	"ok",
#define X(code, tens, ones, name) name,
	TH_CODES(X)
#undef X
};

static const int code_sqlstates[TH_CODE_COUNT] = {
	ERRCODE_SUCCESSFUL_COMPLETION,
#define X(code, tens, ones, name) MAKE_SQLSTATE('T', 'H', '0', tens, ones),
	TH_CODES(X)
#undef X
};

const char *
th_code_name(ThCode code)
{
	Assert(code >= TH_OK && code < TH_CODE_COUNT);
	return code_names[code];
}

int
th_code_sqlstate(ThCode code)
{
	Assert(code >= TH_OK && code < TH_CODE_COUNT);
	return code_sqlstates[code];
}

static char *format_text(const char *format, va_list args) pg_attribute_printf(1, 0);

static char *
format_text(const char *format, va_list args)
{
	StringInfoData text;
	int needed;

	initStringInfo(&text);
	for (;;)
	{
		va_list copy;

		va_copy(copy, args);
		needed = appendStringInfoVA(&text, format, copy);
		va_end(copy);
		if (needed == 0)
			return text.data;
		enlargeStringInfo(&text, needed);
	}
}

bool
th_refuse(ThOutcome *outcome, ThCode code, const char *message, ...)
{
	va_list args;

	Assert(code != TH_OK);
	outcome->code = code;
	outcome->detail = NULL;
	outcome->hint = NULL;
	va_start(args, message);
	outcome->message = format_text(message, args);
	va_end(args);
	return false;
}

bool
th_refuse_detail(ThOutcome *outcome, const char *detail, ...)
{
	va_list args;

	va_start(args, detail);
	outcome->detail = format_text(detail, args);
	va_end(args);
	return false;
}

bool
th_refuse_hint(ThOutcome *outcome, const char *hint, ...)
{
	va_list args;

	va_start(args, hint);
	outcome->hint = format_text(hint, args);
	va_end(args);
	return false;
}

void
th_raise(const ThOutcome *outcome)
{
	Assert(outcome->code != TH_OK);
	ereport(ERROR,
			(errcode(th_code_sqlstate(outcome->code)),
			 errmsg_internal("%s", outcome->message),
			 outcome->detail ? errdetail_internal("%s", outcome->detail) : 0,
			 outcome->hint ? errhint("%s", outcome->hint) : 0));
}
