/*
 * number.c
 *	  Numbers in files of observations.
 */
#include "core/ocean/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INT_DIGITS_MAX 9

/* strtod alone would take "inf", "nan" and hexadecimal numbers too. */
static bool
is_decimal(const char *text, size_t length)
{
	if (length == 0 || length > OCEAN_NUMBER_LENGTH_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '\0' || strchr("0123456789+-.eE", text[i]) == NULL)
			return false;
	}
	return true;
}

bool
ocean_number(const char *text, size_t length, double *value)
{
	char copy[OCEAN_NUMBER_LENGTH_MAX + 1];
	char *end;

	if (!is_decimal(text, length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	*value = strtod(copy, &end);
	return end == copy + length && isfinite(*value);
}

bool
ocean_digits(const char *text, size_t length, int *value)
{
	if (length == 0 || length > INT_DIGITS_MAX)
		return false;
	*value = 0;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}
