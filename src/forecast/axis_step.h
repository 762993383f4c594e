/*
 * axis_step.h
 *	  What axis.c asks of the step alone.
 */
#ifndef TIDEHOLD_FORECAST_AXIS_STEP_H
#define TIDEHOLD_FORECAST_AXIS_STEP_H

#include "forecast/axis.h"

/* How the steps are counted; *length as ThAxis has it. */
extern ThAxisKind th_axis_step_kind(const ThAxisStep *step, int64 *length);

#endif /* TIDEHOLD_FORECAST_AXIS_STEP_H */
