/*
 * plot_number.c
 *	  Numbers as text, the same in every locale.
 */
#include "core/forecast/plot_number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* The digits of a whole number, at least so many, with a point before the last decimals. */
static int
put_digits(int64_t number, int decimals, char *text)
{
	char reversed[FORECAST_NUMBER_MAX];
	int count = 0;
	int length = 0;

	do
	{
		reversed[count++] = (char) ('0' + number % 10);
		number /= 10;
		if (count == decimals)
			reversed[count++] = '.';
	} while (number > 0 || count <= decimals + (decimals > 0));
	while (count > 0)
		text[length++] = reversed[--count];
	return length;
}

static double
power_of_ten(int exponent)
{
	return pow(10, exponent);
}

int
forecast_number_fixed(double value, int decimals, char text[FORECAST_NUMBER_MAX])
{
	int64_t number = llround(fabs(value) * power_of_ten(decimals));
	int length = 0;

	if (value < 0 && number > 0)
		text[length++] = '-';
	length += put_digits(number, decimals, text + length);
	text[length] = '\0';
	return length;
}

int
forecast_number_scientific(double value, int decimals, char text[FORECAST_NUMBER_MAX])
{
	int exponent = (int) floor(log10(fabs(value)));
	int64_t number = llround(fabs(value) / power_of_ten(exponent) * power_of_ten(decimals));
	char power[FORECAST_NUMBER_MAX];
	int power_length;
	int length = 0;

	/* 9.99 may round to 10. */
	if ((double) number >= power_of_ten(decimals + 1))
	{
		number /= 10;
		exponent++;
	}
	if (value < 0)
		text[length++] = '-';
	length += put_digits(number, decimals, text + length);
	text[length++] = 'e';
	power_length = forecast_number_fixed(exponent, 0, power);
	memcpy(text + length, power, (size_t) power_length + 1);
	return length + power_length;
}
