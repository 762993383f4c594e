/*
 * error.c
 *	  Errors of the client library: SQLSTATE, the feed's visible state, raising.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/errors.h"
#include "feed/kafka/kafka.h"

/* The same text is shown again only after this time. */
#define NOTE_AGAIN_MS 10000

int
th_kafka_sqlstate(rd_kafka_resp_err_t code)
{
	switch (code)
	{
		case RD_KAFKA_RESP_ERR__FENCED:
		case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
		case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
			return th_code_sqlstate(TH_FEED_SINK_FENCED);
		case RD_KAFKA_RESP_ERR__AUTHENTICATION:
		case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
			return ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
		case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
		case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
		case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
			return ERRCODE_INSUFFICIENT_PRIVILEGE;
		case RD_KAFKA_RESP_ERR__TRANSPORT:
		case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
		case RD_KAFKA_RESP_ERR__RESOLVE:
		case RD_KAFKA_RESP_ERR__SSL:
		case RD_KAFKA_RESP_ERR__TIMED_OUT:
		case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
			return ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION;
		case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
			return ERRCODE_UNDEFINED_OBJECT;
		case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
			return ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE;
		default:
			return ERRCODE_FDW_ERROR;
	}
}

/* Something the client mends by itself; seen from outside until then. */
void
th_kafka_note(rd_kafka_resp_err_t code, const char *text)
{
	static char noted[FEED_ERROR_LEN];
	static int64 noted_at = 0;
	int64 now = th_monotonic_ms();

	if (strncmp(noted, text, sizeof(noted) - 1) == 0 && now < noted_at + NOTE_AGAIN_MS)
		return;
	strlcpy(noted, text, sizeof(noted));
	noted_at = now;
	th_feed_state_set_error(th_kafka.state, th_kafka_sqlstate(code), noted);
}

void
th_kafka_raise(rd_kafka_resp_err_t code, const char *action, const char *text)
{
	int sqlstate = th_kafka_sqlstate(code);
	bool denied = sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ||
				  sqlstate == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;

	ereport(ERROR,
			(errcode(sqlstate),
			 denied ? errmsg("could not %s for feed \"%s\" as %s: %s", action, th_kafka.row->name,
							 th_kafka.principal, text) :
					  errmsg("could not %s for feed \"%s\": %s", action, th_kafka.row->name, text),
			 errdetail("The client says %s at server \"%s\", as %s.", rd_kafka_err2name(code),
					   th_kafka.row->server, th_kafka.principal),
			 denied ? errhint("Grant it what it needs in Kafka, or change the options of the "
							  "server or of the user mapping.") :
					  0));
}

/* For a second or so at each start; no state to show. */
static bool
is_ordinary(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
		   code == RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS ||
		   code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
}

/*
 * True: it is done.  False: not yet, call the same again.  Everything else ends this
 * process; its successor aborts what is open and begins from the position.
 */
bool
th_kafka_done(rd_kafka_error_t *error, const char *action)
{
	rd_kafka_resp_err_t code;
	bool again;
	char text[FEED_ERROR_LEN];

	if (error == NULL)
		return true;
	code = rd_kafka_error_code(error);
	again = rd_kafka_error_is_retriable(error) && !rd_kafka_error_is_fatal(error);
	strlcpy(text, rd_kafka_error_string(error), sizeof(text));
	rd_kafka_error_destroy(error);
	if (!again)
		th_kafka_raise(code, action, text);
	if (!is_ordinary(code))
		th_kafka_note(code, text);
	return false;
}

/* Why the producer takes no more: a fatal error, or one that the transaction must end for. */
void
th_kafka_raise_transaction(void)
{
	char text[FEED_ERROR_LEN];
	rd_kafka_resp_err_t code = rd_kafka_fatal_error(th_kafka.producer, text, sizeof(text));

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		th_kafka_raise(code, "send", text);
	if (th_kafka.in_transaction)
		(void) th_kafka_done(rd_kafka_commit_transaction(th_kafka.producer, KAFKA_SLICE_MS),
							 "send");
	th_kafka_raise(RD_KAFKA_RESP_ERR__STATE, "send", "the transaction was given up");
}
