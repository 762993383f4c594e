/*
 * number.h
 *	  Numbers as text that leads back to the same bits, whatever extra_float_digits says.
 */
#ifndef TIDEHOLD_FORECAST_NUMBER_H
#define TIDEHOLD_FORECAST_NUMBER_H

#include "utils/numeric.h"

/* The shortest such text, palloc'd. */
extern char *th_number_text(double number);

/* Of a finite number; that of -0 is 0. */
extern Numeric th_number_numeric(double number);

#endif /* TIDEHOLD_FORECAST_NUMBER_H */
