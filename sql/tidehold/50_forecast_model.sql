-- A fitted model is a value: it is kept in a column, sent, dumped and compared like any other.
CREATE TYPE tidehold.forecast_model;

CREATE FUNCTION tidehold.forecast_model_in(value cstring) RETURNS tidehold.forecast_model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_in';
CREATE FUNCTION tidehold.forecast_model_out(model tidehold.forecast_model) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_out';
CREATE FUNCTION tidehold.forecast_model_recv(message internal) RETURNS tidehold.forecast_model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_recv';
CREATE FUNCTION tidehold.forecast_model_send(model tidehold.forecast_model) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_send';
COMMENT ON FUNCTION tidehold.forecast_model_in(cstring) IS 'reads a model from its JSON text';
COMMENT ON FUNCTION tidehold.forecast_model_out(tidehold.forecast_model) IS
    'a model as JSON text, from which it comes back to the last bit';
COMMENT ON FUNCTION tidehold.forecast_model_recv(internal) IS 'reads a model from its bytes, all of which are checked';
COMMENT ON FUNCTION tidehold.forecast_model_send(tidehold.forecast_model) IS
    'a model as bytes: the version of the format and the fields, in network byte order';

-- Models of auto have some 3 kB, most others below 1 kB: they are compressed and stay out of
-- the way of short rows.
CREATE TYPE tidehold.forecast_model (
    INPUT = tidehold.forecast_model_in,
    OUTPUT = tidehold.forecast_model_out,
    RECEIVE = tidehold.forecast_model_recv,
    SEND = tidehold.forecast_model_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended);
COMMENT ON TYPE tidehold.forecast_model IS
    'a fitted forecasting model: made by fit and fit_values, moved on by update, asked by forecast, told by explain';

CREATE FUNCTION tidehold.forecast_model_eq(
    one tidehold.forecast_model, other tidehold.forecast_model)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_eq';
CREATE FUNCTION tidehold.forecast_model_ne(
    one tidehold.forecast_model, other tidehold.forecast_model)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_ne';
CREATE FUNCTION tidehold.forecast_model_hash(model tidehold.forecast_model) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_model_hash';
COMMENT ON FUNCTION tidehold.forecast_model_eq(tidehold.forecast_model, tidehold.forecast_model) IS
    'whether two models are the same to the last bit';
COMMENT ON FUNCTION tidehold.forecast_model_ne(tidehold.forecast_model, tidehold.forecast_model) IS
    'whether two models differ in any bit';
COMMENT ON FUNCTION tidehold.forecast_model_hash(tidehold.forecast_model) IS
    'hash of a model, for DISTINCT and GROUP BY';

CREATE OPERATOR tidehold.= (
    LEFTARG = tidehold.forecast_model, RIGHTARG = tidehold.forecast_model,
    FUNCTION = tidehold.forecast_model_eq,
    COMMUTATOR = OPERATOR(tidehold.=), NEGATOR = OPERATOR(tidehold.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR tidehold.= (tidehold.forecast_model, tidehold.forecast_model) IS 'same to the last bit';
CREATE OPERATOR tidehold.<> (
    LEFTARG = tidehold.forecast_model, RIGHTARG = tidehold.forecast_model,
    FUNCTION = tidehold.forecast_model_ne,
    COMMUTATOR = OPERATOR(tidehold.<>), NEGATOR = OPERATOR(tidehold.=),
    RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR tidehold.<> (tidehold.forecast_model, tidehold.forecast_model) IS 'different in some bit';
CREATE OPERATOR CLASS tidehold.forecast_model_ops DEFAULT FOR TYPE tidehold.forecast_model USING hash AS
    OPERATOR 1 tidehold.= (tidehold.forecast_model, tidehold.forecast_model),
    FUNCTION 1 tidehold.forecast_model_hash(tidehold.forecast_model);
COMMENT ON OPERATOR CLASS tidehold.forecast_model_ops USING hash IS 'equality of models, for DISTINCT and GROUP BY';
COMMENT ON OPERATOR FAMILY tidehold.forecast_model_ops USING hash IS 'equality of models, for DISTINCT and GROUP BY';

REVOKE ALL ON FUNCTION
    tidehold.forecast_model_in(cstring),
    tidehold.forecast_model_out(tidehold.forecast_model),
    tidehold.forecast_model_recv(internal),
    tidehold.forecast_model_send(tidehold.forecast_model),
    tidehold.forecast_model_eq(tidehold.forecast_model, tidehold.forecast_model),
    tidehold.forecast_model_ne(tidehold.forecast_model, tidehold.forecast_model),
    tidehold.forecast_model_hash(tidehold.forecast_model)
    FROM PUBLIC;
-- Input and output ask for no privilege, operators do.
GRANT EXECUTE ON FUNCTION
    tidehold.forecast_model_eq(tidehold.forecast_model, tidehold.forecast_model),
    tidehold.forecast_model_ne(tidehold.forecast_model, tidehold.forecast_model)
    TO tidehold_reader;
REVOKE ALL ON TYPE tidehold.forecast_model FROM PUBLIC;
GRANT USAGE ON TYPE tidehold.forecast_model TO tidehold_reader;
