-- States are internal: nobody but the aggregates below can call what takes one.
CREATE FUNCTION tidehold.smape_add(state internal, actual double precision, forecast double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_smape_add';
COMMENT ON FUNCTION tidehold.smape_add(internal, double precision, double precision) IS
    'takes a row into tidehold.smape';

CREATE FUNCTION tidehold.mae_add(state internal, actual double precision, forecast double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_mae_add';
COMMENT ON FUNCTION tidehold.mae_add(internal, double precision, double precision) IS
    'takes a row into tidehold.mae';

CREATE FUNCTION tidehold.rmse_add(state internal, actual double precision, forecast double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_rmse_add';
COMMENT ON FUNCTION tidehold.rmse_add(internal, double precision, double precision) IS
    'takes a row into tidehold.rmse';

CREATE FUNCTION tidehold.mase_add(
    state internal, actual double precision, forecast double precision, scale double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_mase_add';
COMMENT ON FUNCTION tidehold.mase_add(internal, double precision, double precision, double precision) IS
    'takes a row into tidehold.mase';

CREATE FUNCTION tidehold.rmsse_add(
    state internal, actual double precision, forecast double precision, scale double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_rmsse_add';
COMMENT ON FUNCTION tidehold.rmsse_add(internal, double precision, double precision, double precision) IS
    'takes a row into tidehold.rmsse';

CREATE FUNCTION tidehold.msis_add(
    state internal, actual double precision, lower double precision, upper double precision,
    level double precision, scale double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_msis_add';
COMMENT ON FUNCTION tidehold.msis_add(
    internal, double precision, double precision, double precision, double precision, double precision) IS
    'takes a row into tidehold.msis';

CREATE FUNCTION tidehold.coverage_add(
    state internal, actual double precision, lower double precision, upper double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_coverage_add';
COMMENT ON FUNCTION tidehold.coverage_add(internal, double precision, double precision, double precision) IS
    'takes a row into tidehold.coverage';

CREATE FUNCTION tidehold.pinball_add(
    state internal, actual double precision, quantile double precision, q double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_pinball_add';
COMMENT ON FUNCTION tidehold.pinball_add(internal, double precision, double precision, double precision) IS
    'takes a row into tidehold.pinball';

CREATE FUNCTION tidehold.bias_add(state internal, actual double precision, forecast double precision)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_bias_add';
COMMENT ON FUNCTION tidehold.bias_add(internal, double precision, double precision) IS
    'takes a row into tidehold.bias';

CREATE FUNCTION tidehold.accuracy_combine(state internal, other internal) RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_accuracy_combine';
COMMENT ON FUNCTION tidehold.accuracy_combine(internal, internal) IS
    'adds what another worker has read to a state of an aggregate of accuracy';

CREATE FUNCTION tidehold.accuracy_serialize(state internal) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_accuracy_serialize';
COMMENT ON FUNCTION tidehold.accuracy_serialize(internal) IS
    'writes a state of an aggregate of accuracy for another process of this server';

CREATE FUNCTION tidehold.accuracy_deserialize(written bytea, state internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_accuracy_deserialize';
COMMENT ON FUNCTION tidehold.accuracy_deserialize(bytea, internal) IS
    'reads what tidehold.accuracy_serialize has written';

CREATE FUNCTION tidehold.accuracy_mean(state internal) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_accuracy_mean';
COMMENT ON FUNCTION tidehold.accuracy_mean(internal) IS
    'result of an aggregate of accuracy: the mean of its terms';

CREATE FUNCTION tidehold.accuracy_root(state internal) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_accuracy_root';
COMMENT ON FUNCTION tidehold.accuracy_root(internal) IS
    'result of an aggregate of accuracy: the root of the mean of its terms';

CREATE FUNCTION tidehold.accuracy_bias(state internal) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_accuracy_bias';
COMMENT ON FUNCTION tidehold.accuracy_bias(internal) IS
    'result of tidehold.bias: the sum of the errors as a share of the sum of the actual values';

CREATE AGGREGATE tidehold.smape(actual double precision, forecast double precision) (
    SFUNC = tidehold.smape_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_mean, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.smape(double precision, double precision) IS
    'mean of 200 |actual - forecast| / (|actual| + |forecast|), in percent from 0 to 200, 0 where both are 0 (Makridakis, Spiliotis & Assimakopoulos 2020, International Journal of Forecasting 36, 54, equation 1); rows with a NULL or NaN take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.mae(actual double precision, forecast double precision) (
    SFUNC = tidehold.mae_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_mean, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.mae(double precision, double precision) IS
    'mean of |actual - forecast|, in the unit of the values; rows with a NULL or NaN take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.rmse(actual double precision, forecast double precision) (
    SFUNC = tidehold.rmse_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_root, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.rmse(double precision, double precision) IS
    'root of the mean of (actual - forecast)^2, in the unit of the values; rows with a NULL or NaN take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.mase(
    actual double precision, forecast double precision, scale double precision) (
    SFUNC = tidehold.mase_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_mean, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.mase(double precision, double precision, double precision) IS
    'mean of |actual - forecast| / scale, the scale of tidehold.mase_scale of the values before the forecast (Hyndman & Koehler 2006, International Journal of Forecasting 22, 679); rows with a NULL, a NaN or a scale of 0 take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.rmsse(
    actual double precision, forecast double precision, scale double precision) (
    SFUNC = tidehold.rmsse_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_root, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.rmsse(double precision, double precision, double precision) IS
    'root of the mean of (actual - forecast)^2 / scale over one series, the scale of tidehold.rmsse_scale of the values before the forecast (Makridakis, Spiliotis & Assimakopoulos 2022, International Journal of Forecasting 38, 1346, equation 1); rows with a NULL, a NaN or a scale of 0 take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.msis(
    actual double precision, lower double precision, upper double precision,
    level double precision, scale double precision) (
    SFUNC = tidehold.msis_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_mean, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.msis(
    double precision, double precision, double precision, double precision, double precision) IS
    'mean scaled interval score: mean of the width and of 2 / (1 - level) times what an actual value lies outside, divided by the scale of tidehold.mase_scale; level is above 0 and below 1 (Makridakis, Spiliotis & Assimakopoulos 2020, International Journal of Forecasting 36, 54, equation 4); rows with a NULL, a NaN or a scale of 0 take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.coverage(
    actual double precision, lower double precision, upper double precision) (
    SFUNC = tidehold.coverage_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_mean, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.coverage(double precision, double precision, double precision) IS
    'share of the actual values from lower to upper, both included, from 0 to 1; limits may be infinite; rows with a NULL or NaN take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.pinball(
    actual double precision, quantile double precision, q double precision) (
    SFUNC = tidehold.pinball_add, STYPE = internal, SSPACE = 560,
    FINALFUNC = tidehold.accuracy_mean, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.pinball(double precision, double precision, double precision) IS
    'mean loss of a forecast quantile: q (actual - quantile) where actual is not below it, else (1 - q) (quantile - actual); q is the probability that it is of, above 0 and below 1 (Koenker & Bassett 1978, Econometrica 46, 33); rows with a NULL or NaN take no part, NULL of none; the same bits in any order of rows and under parallel plans';

CREATE AGGREGATE tidehold.bias(actual double precision, forecast double precision) (
    SFUNC = tidehold.bias_add, STYPE = internal, SSPACE = 1104,
    FINALFUNC = tidehold.accuracy_bias, COMBINEFUNC = tidehold.accuracy_combine,
    SERIALFUNC = tidehold.accuracy_serialize, DESERIALFUNC = tidehold.accuracy_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.bias(double precision, double precision) IS
    '(sum of actual - sum of forecast) / sum of actual: above 0 is a forecast that was too low, .1 one that was a tenth too low; rows with a NULL or NaN take no part, NULL of none or where the actual values add up to 0; the same bits in any order of rows and under parallel plans';

CREATE FUNCTION tidehold.mase_scale(train double precision[], period integer DEFAULT 1)
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_mase_scale';
COMMENT ON FUNCTION tidehold.mase_scale(double precision[], integer) IS
    'what MASE and MSIS are divided by: mean |y(t) - y(t - period)| of the values before the forecast, oldest first, NULL and NaN missing; period is the seasonal one in steps or 1; NULL where no two values are a period apart (Hyndman & Koehler 2006, International Journal of Forecasting 22, 679)';

CREATE FUNCTION tidehold.rmsse_scale(train double precision[]) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_rmsse_scale';
COMMENT ON FUNCTION tidehold.rmsse_scale(double precision[]) IS
    'what RMSSE is divided by: mean (y(t) - y(t - 1))^2 of the values before the forecast, oldest first, from the first that is not zero on, NULL and NaN missing; NULL where no two values follow each other (Makridakis, Spiliotis & Assimakopoulos 2022, International Journal of Forecasting 38, 1346)';

CREATE FUNCTION tidehold.owa(
    smape double precision, mase double precision,
    smape_naive2 double precision, mase_naive2 double precision) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_owa';
COMMENT ON FUNCTION tidehold.owa(double precision, double precision, double precision, double precision) IS
    'overall weighted average: half of each ratio to Naive2, of means over a set of series and not of one; below 1 is better than Naive2, NULL where Naive2 made no error (Makridakis, Spiliotis & Assimakopoulos 2020, International Journal of Forecasting 36, 54, appendix A)';

REVOKE ALL ON FUNCTION tidehold.smape_add, tidehold.mae_add, tidehold.rmse_add, tidehold.mase_add,
    tidehold.rmsse_add, tidehold.msis_add, tidehold.coverage_add, tidehold.pinball_add,
    tidehold.bias_add, tidehold.accuracy_combine, tidehold.accuracy_serialize,
    tidehold.accuracy_deserialize, tidehold.accuracy_mean, tidehold.accuracy_root,
    tidehold.accuracy_bias FROM PUBLIC;
REVOKE ALL ON FUNCTION tidehold.smape, tidehold.mae, tidehold.rmse, tidehold.mase, tidehold.rmsse,
    tidehold.msis, tidehold.coverage, tidehold.pinball, tidehold.bias, tidehold.mase_scale,
    tidehold.rmsse_scale, tidehold.owa FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.smape, tidehold.mae, tidehold.rmse, tidehold.mase, tidehold.rmsse,
    tidehold.msis, tidehold.coverage, tidehold.pinball, tidehold.bias, tidehold.mase_scale,
    tidehold.rmsse_scale, tidehold.owa TO tidehold_reader;
