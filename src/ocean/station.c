/*
 * station.c
 *	  Ids and distances of stations.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/namespace.h"
#include "fmgr.h"
#include "utils/lsyscache.h"

#include "base/call.h"
#include "base/errors.h"
#include "core/ocean/ocean.h"

PG_FUNCTION_INFO_V1(th_ocean_new_id);
PG_FUNCTION_INFO_V1(th_ocean_distance_m);
PG_FUNCTION_INFO_V1(th_ocean_latitude_reach);

Datum
th_ocean_new_id(PG_FUNCTION_ARGS)
{
	Oid sequence = get_relname_relid("id_seq", get_namespace_oid("ocean", false));

	if (!OidIsValid(sequence))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("sequence \"ocean.id_seq\" does not exist"),
				 errhint("Run CREATE EXTENSION tidehold_ocean.")));
	PG_RETURN_INT64(th_next_id(sequence));
}

static void
check_position(double latitude, double longitude)
{
	if (!ocean_latitude_valid(latitude))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("latitude %g is out of range", latitude),
				 errdetail("Latitudes are degrees north, from -90 to 90.")));
	if (!ocean_longitude_valid(longitude))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("longitude %g is out of range", longitude),
				 errdetail("Longitudes are degrees east, from -180 to 180."),
				 errhint("Subtract 360 from longitudes above 180.")));
}

Datum
th_ocean_distance_m(PG_FUNCTION_ARGS)
{
	double latitude1 = PG_GETARG_FLOAT8(0);
	double longitude1 = PG_GETARG_FLOAT8(1);
	double latitude2 = PG_GETARG_FLOAT8(2);
	double longitude2 = PG_GETARG_FLOAT8(3);

	check_position(latitude1, longitude1);
	check_position(latitude2, longitude2);
	PG_RETURN_FLOAT8(ocean_distance_m(latitude1, longitude1, latitude2, longitude2));
}

/* Called once per search, so it is here that the arguments of the search are checked. */
Datum
th_ocean_latitude_reach(PG_FUNCTION_ARGS)
{
	double max_distance_m = PG_ARGISNULL(2) ? INFINITY : PG_GETARG_FLOAT8(2);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s must not be null", PG_ARGISNULL(0) ? "latitude" : "longitude")));
	check_position(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1));
	if (!(max_distance_m >= 0.0))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("max_distance_m %g is not a distance", max_distance_m),
				 errdetail("Distances are metres, from 0.")));
	PG_RETURN_FLOAT8(ocean_latitude_reach(max_distance_m));
}
