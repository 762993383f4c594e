/*
 * auto_member.h
 *	  The methods that auto combines, behind one face.
 */
#ifndef TIDEHOLD_CORE_FORECAST_AUTO_MEMBER_H
#define TIDEHOLD_CORE_FORECAST_AUTO_MEMBER_H

#include "core/forecast/arima.h"
#include "core/forecast/ets.h"
#include "core/forecast/theta.h"

typedef enum ForecastMemberKind
{
	FORECAST_MEMBER_THETA,			/* dynamic; the shortest season, if the test finds it */
	FORECAST_MEMBER_THETA_PERIODIC, /* dynamic; all seasons, each like the others */
	FORECAST_MEMBER_THETA_CHANGING, /* dynamic; all seasons, which change */
	FORECAST_MEMBER_ETS,			/* the form of lowest AICc */
	FORECAST_MEMBER_DAMPED_LOG,		/* damped trend of the logarithms */
	FORECAST_MEMBER_ARIMA			/* the order of lowest AICc */
} ForecastMemberKind;

#define FORECAST_MEMBERS 6

typedef struct ForecastMember
{
	ForecastMemberKind kind;
	bool fitted;
	double weight; /* share in the combination */
	ForecastTheta theta;
	ForecastEts ets;
	ForecastArima arima;
	int exponent;		   /* of the logarithms: values are divided by 2^exponent, */
	ForecastSeason season; /* and without this season */
} ForecastMember;

/*
 * Votes of a member before any backtest.  Without a season the three forms of Theta are one,
 * which has the more votes the fewer values there are: it estimates least.
 */
double forecast_member_votes(ForecastMemberKind kind, const ForecastSeries *series);

/*
 * like, where not NULL, is the member of a longer series: its form of ETS, or its order, is
 * tried first.
 */
ForecastStatus forecast_member_fit(const ForecastWork *work, const ForecastSeries *series,
								   ForecastMemberKind kind, const ForecastMember *like,
								   ForecastMember *member, double *residuals);
void forecast_member_update(ForecastMember *member, double value);
ForecastStatus forecast_member_predict(const ForecastWork *work, const ForecastMember *member,
									   int h, double *mean, double *variance);

#endif
