/*
 * plot_number.h
 *	  Numbers as text, the same in every locale.
 */
#ifndef TIDEHOLD_CORE_FORECAST_PLOT_NUMBER_H
#define TIDEHOLD_CORE_FORECAST_PLOT_NUMBER_H

#define FORECAST_NUMBER_MAX 40

/* More digits than a double holds would be made up. */
#define FORECAST_DECIMALS_MAX 9

/* With so many decimals; of values below 1e9.  Returns the length without the zero at the end. */
int forecast_number_fixed(double value, int decimals, char text[FORECAST_NUMBER_MAX]);

/* 1.5e6, with so many decimals before the e; any finite value but 0. */
int forecast_number_scientific(double value, int decimals, char text[FORECAST_NUMBER_MAX]);

#endif
