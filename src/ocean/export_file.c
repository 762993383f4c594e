/*
 * export_file.c
 *	  Puts files of an export in their place.
 *
 * COPY writes where it is told; that a reader never sees half a file, and that an export
 * never reaches into the data directory, is seen to here.  The right is that of COPY TO a
 * file: membership in pg_write_server_files.
 */
#include "postgres.h"

#include <limits.h>
#include <sys/stat.h>

#include "catalog/pg_authid_d.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "base/call.h"
#include "base/errors.h"

PG_FUNCTION_INFO_V1(th_ocean_export_folder);
PG_FUNCTION_INFO_V1(th_ocean_publish_file);

static void
require_right(void)
{
	if (!has_privs_of_role(GetUserId(), ROLE_PG_WRITE_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to write files of the server"),
				 errdetail("Only roles with privileges of the \"pg_write_server_files\" role may export.")));
}

/* Asked once for the path as given and once for where its links lead. */
static bool
within_data_directory(const char *path)
{
	char data[PATH_MAX];

	if (path_is_prefix_of_path(DataDir, path))
		return true;
	return realpath(DataDir, data) != NULL && path_is_prefix_of_path(data, path);
}

static char *
checked_folder(const char *given)
{
	char *folder = pstrdup(given);
	char resolved[PATH_MAX];
	struct stat status;

	canonicalize_path(folder);
	if (!is_absolute_path(folder))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("folder \"%s\" is not an absolute path", given)));
	if (realpath(folder, resolved) == NULL || stat(resolved, &status) != 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not open folder \"%s\": %m", folder)));
	if (!S_ISDIR(status.st_mode))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is no folder", folder)));
	if (within_data_directory(folder) || within_data_directory(resolved))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("folder \"%s\" lies in the data directory", folder),
				 errhint("Export to a folder of its own, which the server alone may write.")));
	return pstrdup(resolved);
}

Datum
th_ocean_export_folder(PG_FUNCTION_ARGS)
{
	require_right();
	PG_RETURN_TEXT_P(cstring_to_text(checked_folder(text_to_cstring(PG_GETARG_TEXT_PP(0)))));
}

static const char *
checked_name(text *given)
{
	const char *name = text_to_cstring(given);

	if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("\"%s\" is no name of a file", name)));
	return name;
}

/*
 * The file is on disk before it has its name, and the name before this returns.  A
 * transaction that aborts later leaves it: it is whole, and of committed rows alone.
 */
Datum
th_ocean_publish_file(PG_FUNCTION_ARGS)
{
	char *folder;
	char *from;
	char *to;

	require_right();
	th_require_writable("ocean.publish_file()");
	folder = checked_folder(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	from = psprintf("%s/%s", folder, checked_name(PG_GETARG_TEXT_PP(1)));
	to = psprintf("%s/%s", folder, checked_name(PG_GETARG_TEXT_PP(2)));
	durable_rename(from, to, ERROR);
	PG_RETURN_VOID();
}
