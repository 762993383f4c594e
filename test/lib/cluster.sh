# cluster.sh: a private PostgreSQL cluster, to be sourced.
# Everything lives in one folder under /tmp, owned by an unprivileged user, and
# goes away with the script that made it, however that ends.

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${PG_CONFIG:=pg_config}"
PRIVATE=
JOB=

say_and_leave()
{
	echo "$*" >&2
	exit 1
}

# PostgreSQL refuses root.
if [ "$(id -u)" = 0 ]; then
	RUN_USER=postgres
	AS_USER=(setpriv --reuid=postgres --regid=postgres --init-groups)
else
	RUN_USER=$(id -un)
	AS_USER=()
fi

as_user()
{
	"${AS_USER[@]}" env HOME="$PRIVATE" USER="$RUN_USER" LOGNAME="$RUN_USER" "$@"
}

# The same from a folder that the user can read.
as_user_at_home()
{
	(cd "$PRIVATE" && as_user "$@")
}

# The checkout builds as the caller, so that the next call finds it built; the
# lock keeps two runners in one checkout from writing the same object.
build_checkout()
{
	local log
	mkdir -p "$CHECKOUT/build"
	log=$CHECKOUT/build/make.log
	(
		flock 9
		# To PGXS the DATA of the caller's make would be a file to install.
		unset MAKEFLAGS MFLAGS
		make -s -C "$CHECKOUT" -j"$(nproc)" TIDEHOLD_DEV=1 all "$@" >"$log" 2>&1 &&
			make -s -C "$CHECKOUT" TIDEHOLD_DEV=1 DESTDIR="$PRIVATE/stage" install >>"$log" 2>&1
	) 9>"$CHECKOUT/build/lock" || { cat "$log" >&2; say_and_leave "the build failed"; }
}

# The unprivileged user may not be able to read the checkout (a home of mode
# 700), so a copy of it lies beside the installation.
stage_checkout()
{
	mkdir "$PRIVATE/checkout"
	tar -C "$CHECKOUT" --exclude=./.git --exclude=./build --exclude='*.[od]' --exclude='*.so' -cf - . |
		tar -C "$PRIVATE/checkout" -xf -
	if [ -d "$CHECKOUT/../shared" ]; then
		stage_shared_data "$(cd "$CHECKOUT/../shared" && pwd)"
	fi
}

stage_shared_data()
{
	if "${AS_USER[@]}" test -r "$1" -a -x "$1"; then
		ln -s "$1" "$PRIVATE/shared"
	else
		cp -rL "$1" "$PRIVATE/shared"
	fi
}

make_private_folder()
{
	trap remove_private_folder EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM
	PRIVATE=$(mktemp -d /tmp/tidehold.XXXXXX)
	mkdir "$PRIVATE/tmp"
	export TMPDIR=$PRIVATE/tmp
	BINDIR=$("$PG_CONFIG" --bindir)
	PGXS_TEST=$(cd "$(dirname "$("$PG_CONFIG" --pgxs)")/../test" && pwd)
	export PATH=$BINDIR:$PATH
}

# What PostgreSQL's own TAP modules want to know, and ours (Tidehold.pm).
export_for_tap()
{
	export PERL5LIB=$PGXS_TEST/perl:$PRIVATE/checkout/test/lib
	export PG_REGRESS=$PGXS_TEST/regress/pg_regress PG_TEST_PORT_DIR=$PRIVATE/ports
	export TESTDIR=$PRIVATE/checkout TESTDATADIR=$PRIVATE/checkout/tmp_check
	export TESTLOGDIR=$TESTDATADIR/log
}

# For Kafka.pm: where the jars are, or nothing.
find_kafka()
{
	TIDEHOLD_KAFKA_JARS=$("$CHECKOUT/test/lib/kafka_jars") || say_and_leave "Apache Kafka is missing"
	export TIDEHOLD_KAFKA_JARS
}

# Ends every server of the folder, those of the TAP tests included.
remove_private_folder()
{
	local code=$? pid_file
	set +e
	trap '' HUP INT PIPE TERM
	[ -n "$PRIVATE" ] || return 0
	[ -z "$JOB" ] || kill -- "-$JOB" 2>/dev/null || true
	find "$PRIVATE" -name postmaster.pid 2>/dev/null | while read -r pid_file; do
		as_user_at_home pg_ctl -s -D "$(dirname "$pid_file")" -m immediate stop >/dev/null 2>&1 || true
	done
	rm -rf "$PRIVATE"
	return "$code"
}

# A socket in the private folder is the only way in; the port is its name, free
# all the same so that a test may listen on it.
free_port()
{
	local port
	while :; do
		port=$((20000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# Where a server finds what is installed below $TIDEHOLD_STAGE.  Debian's servers have
# extension_destdir, from 18 on PostgreSQL has a way of its own.
location_settings()
{
	if postgres --describe-config | grep '^extension_destdir' >/dev/null; then
		echo "extension_destdir = '$TIDEHOLD_STAGE'"
	else
		echo "extension_control_path = '$TIDEHOLD_STAGE$("$PG_CONFIG" --sharedir):\$system'"
	fi
	echo "dynamic_library_path = '$TIDEHOLD_PKGLIBDIR:\$libdir'"
}

# start_cluster PROFILE...: test/conf/PROFILE.conf in order, then $TIDEHOLD_CONF.
start_cluster()
{
	local profile
	export PGDATA=$PRIVATE/data PGHOST=$PRIVATE PGUSER=postgres PGDATABASE=postgres PGPORT
	PGPORT=$(free_port)
	as_user_at_home initdb -A trust -U postgres -E UTF8 --locale=C -N -D "$PGDATA" >"$PRIVATE/initdb.log" 2>&1 ||
		{ cat "$PRIVATE/initdb.log" >&2; say_and_leave "initdb failed"; }
	{
		cat "$TIDEHOLD_LOCATION_CONF"
		for profile in "$@"; do cat "$CHECKOUT/test/conf/$profile.conf"; done
		printf "unix_socket_directories = '%s'\nlisten_addresses = ''\nport = %s\n" "$PRIVATE" "$PGPORT"
		printf '%s\n' "${TIDEHOLD_CONF:-}"
	} >>"$PGDATA/postgresql.conf"
	as_user_at_home pg_ctl -s -w -D "$PGDATA" -l "$PRIVATE/server.log" start ||
		{ cat "$PRIVATE/server.log" >&2; say_and_leave "the private server did not start"; }
}

# In a process group of its own, so that the end of the script ends all of it,
# and in the background, so that a signal is not kept waiting.
run_in_checkout()
{
	local code=0
	set -m
	(cd "$PRIVATE/checkout" && as_user "$@") </dev/null &
	JOB=$!
	set +m
	wait "$JOB" || code=$?
	kill -- "-$JOB" 2>/dev/null || true
	JOB=
	return "$code"
}

# prepare_private_folder [negative-control-lib]
prepare_private_folder()
{
	make_private_folder
	build_checkout "$@"
	stage_checkout
	export TIDEHOLD_STAGE=$PRIVATE/stage TIDEHOLD_LOCATION_CONF=$PRIVATE/location.conf
	export TIDEHOLD_PKGLIBDIR=$PRIVATE/stage$("$PG_CONFIG" --pkglibdir)
	location_settings >"$TIDEHOLD_LOCATION_CONF"
	if [ "${1:-}" = negative-control-lib ]; then
		export TIDEHOLD_NEGATIVE_LIB=$PRIVATE/negative-control/tidehold.so
		install -D "$CHECKOUT/build/negative-control/tidehold.so" "$TIDEHOLD_NEGATIVE_LIB"
	fi
	export_for_tap
	chmod -R u+w,a+rX "$PRIVATE"
	[ "$(id -u)" != 0 ] || chown -R "$RUN_USER": "$PRIVATE"
}
