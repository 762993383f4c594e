/*
 * sink.c
 *	  The Redis sink: state, not events, so that a replay changes nothing.
 */
#include "postgres.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "storage/spin.h"
#include "utils/memutils.h"

#include "feed/redis/redis.h"

#define EVENTS_AT_ONCE 32

/* Answers are taken at least every so many messages sent. */
#define SENT_BETWEEN_POLLS 64

/*
 * A flush is a round trip, and wakes up two processes.  Where many messages come, the next
 * one is put off by so much, and a key that changes again meanwhile costs no more.
 */
#define GATHER_MAX_US 4000
#define GATHER_US_PER_MESSAGE_AND_MS 500

RedisSink th_redis = { .epoll = -1, .timer = -1 };

static int64 sent_messages = 0; /* since the last finished flush */
static int64 flushed_at = 0;	/* monotonic us */
static int64 gather_us = 0;

/* ---- trouble ---- */

static bool in_trouble = false;
static int64 trouble_since;

void
th_redis_trouble(int sqlstate, const char *format, ...)
{
	char text[FEED_ERROR_LEN];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	th_feed_state_set_error(th_redis.state, sqlstate, text);
	if (in_trouble)
		return;
	in_trouble = true;
	trouble_since = th_monotonic_ms();
	ereport(LOG, (errcode(sqlstate), errmsg("feed \"%s\" waits: %s", th_redis.row->name, text)));
}

void
th_redis_trouble_over(void)
{
	if (!in_trouble)
		return;
	in_trouble = false;
	ereport(LOG,
			(errmsg("feed \"%s\" goes on after %lld ms", th_redis.row->name,
					(long long) (th_monotonic_ms() - trouble_since))));
}

/* ---- the timer ---- */

static void
set_timer(int64 when)
{
	struct itimerspec at = { { 0, 0 }, { when / 1000, (when % 1000) * 1000000 } };

	th_redis.timer_at = when;
	if (timerfd_settime(th_redis.timer, TFD_TIMER_ABSTIME, &at, NULL) != 0)
		ereport(ERROR, (errcode(ERRCODE_SYSTEM_ERROR), errmsg("could not set a timer: %m")));
}

void
th_redis_wake_at(int64 when)
{
	when = Max(when, 1);
	if (th_redis.timer >= 0 && (th_redis.timer_at == 0 || when < th_redis.timer_at))
		set_timer(when);
}

static void
take_timer(void)
{
	uint64 times;

	(void) !read(th_redis.timer, &times, sizeof(times));
	th_redis.timer_at = 0;
}

/* ---- start ---- */

static void
open_descriptors(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

	th_redis.epoll = epoll_create1(EPOLL_CLOEXEC);
	th_redis.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (th_redis.epoll < 0 || th_redis.timer < 0 ||
		epoll_ctl(th_redis.epoll, EPOLL_CTL_ADD, th_redis.timer, &event) != 0)
		ereport(ERROR,
				(errcode_for_socket_access(),
				 errmsg("could not make a descriptor to wait for Redis: %m")));
}

static void
sink_start(const FeedSinkStart *start)
{
	th_redis.context =
		AllocSetContextCreate(TopMemoryContext, "Redis sink", ALLOCSET_DEFAULT_SIZES);
	th_redis.row = start->row;
	th_redis.state = start->state;
	th_redis.limit = start->memory / 2;
	th_redis_read_options(&th_redis.options, start);
	th_redis_tls_init(&th_redis.options);
	open_descriptors();
	th_redis_lanes_start();
	if (th_redis.options.cluster)
		th_redis_cluster_start();
	else if (th_redis.options.sentinels == NIL)
	{
		th_redis.server =
			th_redis_node(th_redis.options.server.host, th_redis.options.server.port, false);
		th_redis_node_want(th_redis.server);
	}
}

RedisNode *
th_redis_owner(int slot)
{
	return th_redis.options.cluster ? th_redis_cluster_owner(slot) : th_redis.server;
}

/* ---- work ---- */

static bool
take_events(void)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	bool busy = false;
	int count;

	do
	{
		count = epoll_wait(th_redis.epoll, events, EVENTS_AT_ONCE, 0);
		for (int i = 0; i < count; i++)
		{
			if (events[i].data.ptr == NULL)
				take_timer();
			else
				th_redis_node_event(events[i].data.ptr, events[i].events);
		}
		busy = busy || count > 0;
	} while (count == EVENTS_AT_ONCE);
	return busy;
}

static void
send_what_waits(void)
{
	th_redis_lanes_work(th_monotonic_ms());
	th_redis_nodes_write();
}

/* What came, and what is due; nothing is sent yet. */
static bool
look_around(void)
{
	bool busy = take_events();
	int64 now = th_monotonic_ms();

	th_redis_nodes_work(now);
	if (th_redis.options.cluster)
		th_redis_cluster_work(now);
	else if (th_redis.options.sentinels != NIL)
		th_redis_sentinel_work(now);
	th_redis_sweep_work();
	return busy;
}

static bool
sink_poll(void)
{
	bool busy;

	if (th_redis.epoll < 0)
		return false;
	busy = look_around();
	send_what_waits();
	return busy;
}

static bool
all_are_ready(void)
{
	if (th_redis.options.cluster)
		return th_redis_cluster_complete();
	return th_redis_node_is_ready(th_redis.server);
}

static bool
sink_connect(FeedPosition *position)
{
	sink_poll();
	if (!all_are_ready())
		return false;
	if (!th_redis_positions_read(position))
	{
		send_what_waits();
		return false;
	}
	th_redis.running = true;
	th_redis.known = *position;
	th_redis_trouble_over();
	return true;
}

static void
show_in_flight(void)
{
	FeedState *state = th_redis.state;

	SpinLockAcquire(&state->mutex);
	state->in_flight = sent_messages;
	state->in_flight_bytes = th_redis.sent_bytes;
	SpinLockRelease(&state->mutex);
}

static FeedSent
take(const FeedMessage *message, StringInfo why)
{
	RedisMessage *encoded = th_redis_encode(message, why);

	if (encoded == NULL)
		return FEED_REFUSED;
	th_redis.sent_bytes += encoded->size;
	if (encoded->kind == REDIS_KIND_SWEEP)
		return th_redis_sweep(encoded, why) ? FEED_SENT : FEED_REFUSED;
	th_redis_lane_push(encoded);
	return FEED_SENT;
}

static FeedSent
sink_send(const FeedMessage *message, StringInfo why)
{
	FeedSent sent = FEED_SENT;

	if (th_redis.queued_bytes >= th_redis.limit)
		return FEED_FULL;
	if (message->form == FEED_FORM_PUBLISH)
		th_redis_publish(message);
	else
		sent = take(message, why);
	sent_messages++;
	if (sent_messages % SENT_BETWEEN_POLLS == 0)
		sink_poll();
	show_in_flight();
	return sent;
}

/* ---- positions ---- */

/* By how many messages came in the time of this one. */
static void
adapt_gathering(void)
{
	int64 now = th_monotonic_us();
	int64 ms = Max((now - flushed_at) / 1000, 1);

	gather_us = Min(sent_messages / ms * GATHER_US_PER_MESSAGE_AND_MS, GATHER_MAX_US);
	flushed_at = now;
}

static long
sink_gather_ms(void)
{
	return (long) Max((flushed_at + gather_us - th_monotonic_us()) / 1000, 0);
}

/* The position goes out with the last messages, not a round trip behind them. */
static bool
sink_flush(const FeedPosition *position)
{
	look_around();
	if (!th_redis_swept() || !th_redis_positions_write(position))
	{
		send_what_waits();
		return false;
	}
	th_redis_hold_back_note(position->lsn);
	adapt_gathering();
	th_redis.sent_bytes = sent_messages = 0;
	show_in_flight();
	th_redis_trouble_over();
	return true;
}

static XLogRecPtr
sink_safe(void)
{
	return th_redis_hold_back_safe();
}

static int64
sink_pending(void)
{
	return th_redis.sent_bytes;
}

static int
sink_descriptor(void)
{
	return th_redis.epoll;
}

/* ---- exit ---- */

/* Nothing is said to the servers: what is in flight is sent again by the next process. */
static void
sink_stop(void)
{
	th_redis_nodes_stop();
	th_redis_tls_stop();
	if (th_redis.timer >= 0)
		close(th_redis.timer);
	if (th_redis.epoll >= 0)
		close(th_redis.epoll);
	th_redis.timer = th_redis.epoll = -1;
}

const FeedSink th_sink_redis = {
	.name = "redis",
	.start = sink_start,
	.connect = sink_connect,
	.send = sink_send,
	.poll = sink_poll,
	.gather_ms = sink_gather_ms,
	.refused = th_redis_refused,
	.flush = sink_flush,
	.safe = sink_safe,
	.pending = sink_pending,
	.descriptor = sink_descriptor,
	.stop = sink_stop,
};
