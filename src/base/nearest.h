/*
 * nearest.h
 *	  "Perhaps you meant .." for names that people mistype.
 */
#ifndef TIDEHOLD_BASE_NEAREST_H
#define TIDEHOLD_BASE_NEAREST_H

typedef struct ThNearest
{
	const char *wanted;
	const char *name; /* nearest so far; NULL: none is near */
	int distance;
} ThNearest;

extern void th_nearest_start(ThNearest *nearest, const char *wanted);
extern void th_nearest_try(ThNearest *nearest, const char *name);

#endif /* TIDEHOLD_BASE_NEAREST_H */
