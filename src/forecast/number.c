/*
 * number.c
 *	  Numbers as text.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "utils/fmgrprotos.h"

#include "forecast/number.h"

char *
th_number_text(double number)
{
	char *text = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);

	double_to_shortest_decimal_buf(number, text);
	return text;
}

Numeric
th_number_numeric(double number)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(th_number_text(number)),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}
