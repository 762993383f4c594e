/*
 * flag_scheme.h
 *	  Quality flags of other data systems.  Pure C11.
 */
#ifndef TIDEHOLD_CORE_OCEAN_FLAG_SCHEME_H
#define TIDEHOLD_CORE_OCEAN_FLAG_SCHEME_H

#include <stdbool.h>

/* Numbers of column flag_scheme; never change. */
typedef enum OceanFlagScheme
{
	OCEAN_QARTOD = 1, /* primary flags of QARTOD */
	OCEAN_ARGO = 2	  /* Argo reference table 2, which CMEMS In Situ TAC uses too */
} OceanFlagScheme;

#define OCEAN_FLAG_MAX 9

/* What a flag means; NULL where the scheme does not have it. */
const char *ocean_flag_meaning(int scheme, int flag);

/* The same flag in another scheme, or the nearest; -1 where the flag or a scheme is unknown. */
int ocean_flag_map(int flag, int from, int to);

#endif /* TIDEHOLD_CORE_OCEAN_FLAG_SCHEME_H */
