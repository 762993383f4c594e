/*
 * shared_data.h
 *	  Reads the public series and reference values, which are not part of the project: from
 *	  the directory that TIDEHOLD_SHARED names, else from ../shared beside the checkout.
 *
 * For test programs alone, which define _POSIX_C_SOURCE 200809L before all else.
 */
#ifndef TIDEHOLD_TEST_SHARED_DATA_H
#define TIDEHOLD_TEST_SHARED_DATA_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHARED_FIELDS_MAX 16

typedef struct SharedFile
{
	FILE *stream;
	pid_t gzip;
	char *line;
	size_t room;
	char *field[SHARED_FIELDS_MAX];
	int fields;
} SharedFile;

/* Path of a file below the shared directory; NULL where it is not there. */
static inline const char *
shared_path(const char *below)
{
	static char path[1024];
	const char *directory = getenv("TIDEHOLD_SHARED");
	const char *const beside[] = { directory, "../shared", "../../shared", "../../../shared" };

	for (int i = 0; i < (directory != NULL ? 1 : 4); i++)
	{
		const char *root = directory != NULL ? directory : beside[i];

		if (root != NULL && snprintf(path, sizeof(path), "%s/%s", root, below) > 0 &&
			access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

/* A file, compressed or not, and its header line; false where it is not there. */
static inline bool shared_next(SharedFile *file);

static inline bool
shared_open(SharedFile *file, const char *below)
{
	const char *path = shared_path(below);
	int ends[2];

	memset(file, 0, sizeof(*file));
	if (path == NULL || pipe(ends) != 0)
		return false;
	file->gzip = fork();
	if (file->gzip == 0)
	{
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("gzip", "gzip", "-dcf", path, (char *) NULL);
		_exit(127);
	}
	close(ends[1]);
	file->stream = fdopen(ends[0], "r");
	return file->stream != NULL && shared_next(file);
}

/* The next line, cut at its commas; the files quote nothing. */
static inline bool
shared_next(SharedFile *file)
{
	char *rest;

	if (getline(&file->line, &file->room, file->stream) < 0)
		return false;
	file->line[strcspn(file->line, "\r\n")] = '\0';
	rest = file->line;
	for (file->fields = 0; rest != NULL && file->fields < SHARED_FIELDS_MAX; file->fields++)
	{
		char *comma = strchr(rest, ',');

		file->field[file->fields] = rest;
		if (comma != NULL)
			*comma++ = '\0';
		rest = comma;
	}
	return true;
}

static inline void
shared_close(SharedFile *file)
{
	if (file->stream != NULL)
		fclose(file->stream);
	if (file->gzip > 0)
		waitpid(file->gzip, NULL, 0);
	free(file->line);
}

/* Numbers with blanks between, NA being NaN; as many as there is room for. */
static inline int
shared_numbers(const char *text, double *number, int room)
{
	int count = 0;

	while (count < room && *text != '\0')
	{
		char *end;

		number[count] = strtod(text, &end);
		if (end == text)
		{
			number[count] = NAN;
			end = (char *) text + strcspn(text, " ");
		}
		count++;
		text = end + strspn(end, " ");
	}
	return count;
}

/* ---- series with what came after them ---- */

#define SHARED_VALUES_MAX 20000
#define SHARED_STEPS_MAX 64

typedef struct SharedCase
{
	double train[SHARED_VALUES_MAX];
	double test[SHARED_STEPS_MAX];
	int n;
	int h;
	int mase_period;
} SharedCase;

/* Of a set the training and test files, which have the same series in the same order. */
typedef struct SharedSet
{
	SharedFile train;
	SharedFile test;
} SharedSet;

/* set is a path like "m3/yearly"; false where it is not there. */
static inline bool
shared_set_open(SharedSet *files, const char *set)
{
	char below[256];

	snprintf(below, sizeof(below), "data/forecast/%s_train.csv.gz", set);
	if (!shared_open(&files->train, below))
		return false;
	snprintf(below, sizeof(below), "data/forecast/%s_test.csv.gz", set);
	return shared_open(&files->test, below);
}

static inline bool
shared_set_next(SharedSet *files, SharedCase *next)
{
	if (!shared_next(&files->train) || !shared_next(&files->test))
		return false;
	if (strcmp(files->train.field[0], files->test.field[0]) != 0)
	{
		fprintf(stderr, "%s and %s are not one series\n", files->train.field[0],
				files->test.field[0]);
		exit(1);
	}
	next->mase_period = (int) strtol(files->train.field[1], NULL, 10);
	next->n = shared_numbers(files->train.field[4], next->train, SHARED_VALUES_MAX);
	next->h = shared_numbers(files->test.field[2], next->test, SHARED_STEPS_MAX);
	return true;
}

static inline void
shared_set_close(SharedSet *files)
{
	shared_close(&files->train);
	shared_close(&files->test);
}

/* Memory of one series after the other, given back all at once. */
typedef struct SharedArena
{
	char *block;
	size_t size;
	size_t used;
} SharedArena;

static inline void *
shared_allocate(void *context, size_t size)
{
	SharedArena *lent = context;
	void *start;

	size = (size + 15) / 16 * 16;
	if (size > lent->size - lent->used)
		return NULL;
	start = lent->block + lent->used;
	lent->used += size;
	return memset(start, 0, size);
}

static inline bool
shared_never(void *context)
{
	return context == NULL;
}

#endif
