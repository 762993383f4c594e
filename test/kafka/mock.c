/*
 * mock.c
 *	  librdkafka's mock cluster in a process of its own, for machines that Apache Kafka
 *	  itself cannot reach: prints the addresses of its brokers and stays until killed.
 *
 * It has no transaction isolation, no compaction and no authentication, and forgets
 * everything when it ends.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

int
main(int argc, char **argv)
{
	char error[512];
	sigset_t all;
	rd_kafka_t *handle;
	rd_kafka_mock_cluster_t *cluster;

	/* The mock's own thread ends where a system call of it is interrupted. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);

	handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), error, sizeof(error));
	if (handle == NULL)
	{
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	cluster = rd_kafka_mock_cluster_new(handle, argc > 1 ? (int) strtol(argv[1], NULL, 10) : 1);
	printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	fflush(stdout);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	for (;;)
		pause();
}
