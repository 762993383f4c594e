/*
 * catalog.h
 *	  Columns of the tables of schema ocean by number, as sql/tidehold_ocean creates them.
 */
#ifndef TIDEHOLD_OCEAN_CATALOG_H
#define TIDEHOLD_OCEAN_CATALOG_H

enum DailyMeanColumn
{
	DAILY_MEAN_STREAM_ID = 1,
	DAILY_MEAN_DAY,
	DAILY_MEAN_MEAN
};

#endif /* TIDEHOLD_OCEAN_CATALOG_H */
