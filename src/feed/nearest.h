/*
 * nearest.h
 *	  "Perhaps you meant .." for names that people mistype.
 */
#ifndef TIDEHOLD_FEED_NEAREST_H
#define TIDEHOLD_FEED_NEAREST_H

typedef struct FeedNearest
{
	const char *wanted;
	const char *name; /* nearest so far; NULL: none is near */
	int distance;
} FeedNearest;

extern void th_nearest_start(FeedNearest *nearest, const char *wanted);
extern void th_nearest_try(FeedNearest *nearest, const char *name);

#endif /* TIDEHOLD_FEED_NEAREST_H */
