/*
 * number.h
 *	  Numbers in files of observations.  Pure C11.
 */
#ifndef TIDEHOLD_CORE_OCEAN_NUMBER_H
#define TIDEHOLD_CORE_OCEAN_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Longer numbers are refused: no instrument writes them. */
#define OCEAN_NUMBER_LENGTH_MAX 40

/*
 * A decimal number with a point, sign and exponent allowed, that is finite and takes all of
 * the text.  The locale's decimal point must be a point.
 */
bool ocean_number(const char *text, size_t length, double *value);

/* Digits alone, at most 9 of them. */
bool ocean_digits(const char *text, size_t length, int *value);

#endif /* TIDEHOLD_CORE_OCEAN_NUMBER_H */
