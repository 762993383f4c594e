/*
 * flag_scheme.c
 *	  Quality flags of other data systems.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "core/ocean/flag_scheme.h"

PG_FUNCTION_INFO_V1(th_ocean_flag_meaning);
PG_FUNCTION_INFO_V1(th_ocean_map_flag);

Datum
th_ocean_flag_meaning(PG_FUNCTION_ARGS)
{
	const char *meaning = ocean_flag_meaning(PG_GETARG_INT16(0), PG_GETARG_INT16(1));

	if (meaning == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(meaning));
}

Datum
th_ocean_map_flag(PG_FUNCTION_ARGS)
{
	int flag = PG_GETARG_INT16(0);
	int from = PG_GETARG_INT16(1);
	int to = PG_GETARG_INT16(2);
	int mapped = ocean_flag_map(flag, from, to);

	if (mapped < 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("flag %d of scheme %d cannot be said in scheme %d", flag, from, to),
				 errhint("View ocean.flag_meaning lists the schemes and their flags.")));
	PG_RETURN_INT16((int16) mapped);
}
