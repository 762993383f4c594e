/*
 * model_io.c
 *	  Type tidehold.forecast_model: text, binary protocol, equality.
 *
 * What is stored is what is sent.  Two models are equal where their bytes are, which are
 * one for each state of a model.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "forecast/model.h"

PG_FUNCTION_INFO_V1(th_forecast_model_in);
PG_FUNCTION_INFO_V1(th_forecast_model_out);
PG_FUNCTION_INFO_V1(th_forecast_model_recv);
PG_FUNCTION_INFO_V1(th_forecast_model_send);
PG_FUNCTION_INFO_V1(th_forecast_model_eq);
PG_FUNCTION_INFO_V1(th_forecast_model_ne);
PG_FUNCTION_INFO_V1(th_forecast_model_hash);

/* ---- values ---- */

Datum
th_model_pack(const ForecastModel *model)
{
	size_t size = forecast_model_pack(model, NULL);
	bytea *value = palloc(VARHDRSZ + size);

	SET_VARSIZE(value, VARHDRSZ + size);
	forecast_model_pack(model, (unsigned char *) VARDATA(value));
	return PointerGetDatum(value);
}

void
th_model_unpack_bytes(ThWork *work, const void *bytes, size_t size, ForecastModel *model)
{
	ForecastUnpacked unpacked;
	ForecastStatus status =
		forecast_model_unpack(&work->lent, bytes, size, model, &unpacked);

	if (status == FORECAST_OK)
		return;
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (size > 0 && unpacked.version != FORECAST_MODEL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("forecast model has the unknown format version %d", unpacked.version),
				 errdetail("This version of the library reads version %d.",
						   FORECAST_MODEL_VERSION)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid bytes of a forecast model"),
			 unpacked.wrong ? errdetail("Field \"%s\" is cut off or out of range.",
										unpacked.wrong->name) :
							  errdetail("They are %zu.", size)));
}

void
th_model_unpack(ThWork *work, Datum value, ForecastModel *model)
{
	bytea *packed = DatumGetByteaPP(value);

	th_model_unpack_bytes(work, VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), model);
}

/* ---- text and binary ---- */

Datum
th_forecast_model_in(PG_FUNCTION_ARGS)
{
	ForecastModel model;
	Datum result;
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_model_read(&work, PG_GETARG_CSTRING(0), &model);
	result = th_model_pack(&model);
	MemoryContextDelete(work.memory);
	PG_RETURN_DATUM(result);
}

Datum
th_forecast_model_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;
	ForecastModel model;
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_model_unpack(&work, PG_GETARG_DATUM(0), &model);
	initStringInfo(&text);
	th_model_write(&model, &text);
	MemoryContextDelete(work.memory);
	PG_RETURN_CSTRING(text.data);
}

Datum
th_forecast_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int size = message->len - message->cursor;
	const char *bytes = pq_getmsgbytes(message, size);
	ForecastModel model;
	Datum result;
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_model_unpack_bytes(&work, bytes, size, &model);
	result = th_model_pack(&model);
	MemoryContextDelete(work.memory);
	PG_RETURN_DATUM(result);
}

Datum
th_forecast_model_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* ---- equality ---- */

static bool
same_bytes(FunctionCallInfo fcinfo)
{
	bytea *one = PG_GETARG_BYTEA_PP(0);
	bytea *other = PG_GETARG_BYTEA_PP(1);

	return VARSIZE_ANY_EXHDR(one) == VARSIZE_ANY_EXHDR(other) &&
		   memcmp(VARDATA_ANY(one), VARDATA_ANY(other), VARSIZE_ANY_EXHDR(one)) == 0;
}

Datum
th_forecast_model_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_bytes(fcinfo));
}

Datum
th_forecast_model_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!same_bytes(fcinfo));
}

Datum
th_forecast_model_hash(PG_FUNCTION_ARGS)
{
	bytea *packed = PG_GETARG_BYTEA_PP(0);

	return hash_any((unsigned char *) VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
}
