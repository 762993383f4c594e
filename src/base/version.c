/*
 * version.c
 *	  tidehold.version().
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(th_version);

Datum
th_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(TIDEHOLD_VERSION));
}
