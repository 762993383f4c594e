/*
 * clock.c
 *	  A wall clock that a test can step: preloaded into a server, it adds the seconds that
 *	  stand in the file CLOCK_OFFSET, eight bytes of it, to what the system says.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static int64_t
offset(void)
{
	static const volatile int64_t *mapped;
	const char *path;
	int file;
	void *place;

	if (mapped != NULL)
		return *mapped;
	path = getenv("CLOCK_OFFSET");
	file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (file < 0)
		return 0;
	place = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
	close(file);
	if (place == MAP_FAILED)
		return 0;
	mapped = place;
	return *mapped;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int) syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += offset();
	return result;
}

int
timespec_get(struct timespec *now, int base)
{
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

/*
 * The kernel waits until a time of its own clock, which nobody has stepped.  In glibc the
 * conditions of C11 are those of POSIX.
 */
int
pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
					   const struct timespec *until)
{
	struct timespec real = *until;

	real.tv_sec -= offset();
	return pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, &real);
}

int
cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
	int code;

	code = pthread_cond_timedwait((pthread_cond_t *) condition, (pthread_mutex_t *) mutex,
								  until);

	return code == 0 ? thrd_success : code == ETIMEDOUT ? thrd_timedout :
														  thrd_error;
}

int
gettimeofday(struct timeval *now, void *zone)
{
	struct timespec fine;
	int result = clock_gettime(CLOCK_REALTIME, &fine);

	(void) zone;
	now->tv_sec = fine.tv_sec;
	now->tv_usec = fine.tv_nsec / 1000;
	return result;
}

time_t
time(time_t *now)
{
	struct timespec fine;

	clock_gettime(CLOCK_REALTIME, &fine);
	if (now != NULL)
		*now = fine.tv_sec;
	return fine.tv_sec;
}
