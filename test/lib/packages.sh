#!/bin/bash
# packages.sh GROUP...
# Installs the Debian packages of the named groups that are missing, and starts
# nothing: no service of theirs, no PostgreSQL cluster.
# Groups: demo (build and run, with Redis), test, lint, kafka (broker and consumer for the
# feed), maven (brings the broker where no copy is kept), bench, forecast (R, a peer of its
# bench), python (for the other peers), fuzz, matrix, docker.
set -euo pipefail

POLICY=/usr/sbin/policy-rc.d
CLUSTER_DROP_IN=/etc/postgresql-common/createcluster.d/tidehold.conf

# The server that pg_config names, else the one this Debian release carries.
postgresql_major()
{
	local major
	major=$("${PG_CONFIG:-pg_config}" --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p') || true
	if [ -z "$major" ]; then
		case $(. /etc/os-release && echo "${VERSION_CODENAME:-}") in
			bookworm) major=15 ;;
			trixie) major=17 ;;
			*) major=18 ;;
		esac
	fi
	echo "$major"
}

packages_of()
{
	local major
	major=$(postgresql_major)
	case $1 in
		demo) echo gcc libc6-dev make pkg-config perl "postgresql-$major" "postgresql-server-dev-$major" librdkafka-dev libhiredis-dev redis-server ;;
		test) echo "postgresql-$major-pgtap" "postgresql-$major-cron" "postgresql-$major-partman" libipc-run-perl ;;
		lint) echo clang-format cppcheck ;;
		kafka) echo kcat default-jre-headless redis-server redis-sentinel openssl ;;
		maven) echo maven ;;
		bench) echo "postgresql-$major-wal2json" ;;
		forecast) echo r-base-core r-cran-forecast ;;
		python) echo python3-venv ;;
		fuzz) echo clang libclang-rt-dev ;;
		matrix) echo debootstrap ;;
		docker) echo debootstrap buildah ;;
		*) echo "packages.sh: no group \"$1\"" >&2; return 1 ;;
	esac
}

is_installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages()
{
	local group names name
	for group; do
		names=$(packages_of "$group") || exit 1
		for name in $names; do
			is_installed "$name" || echo "$name"
		done
	done
}

# What the machine had in these places comes back whatever happens; a copy that
# an earlier run could not put back (power cut) is the original, not ours.
keep_services_down()
{
	trap restore_services EXIT
	if [ -e "$POLICY" ] && [ ! -e "$POLICY.before-tidehold" ]; then
		mv "$POLICY" "$POLICY.before-tidehold"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$POLICY"
	chmod 755 "$POLICY"
	mkdir -p "$(dirname "$CLUSTER_DROP_IN")"
	echo 'create_main_cluster = false' >"$CLUSTER_DROP_IN"
}

restore_services()
{
	rm -f "$POLICY" "$CLUSTER_DROP_IN"
	[ ! -e "$POLICY.before-tidehold" ] || mv "$POLICY.before-tidehold" "$POLICY"
	rmdir --ignore-fail-on-non-empty "$(dirname "$CLUSTER_DROP_IN")"
	rm -f "${log:-}"
}

# A createcluster.conf that does not read the drop-in would let the package make
# a cluster on this machine.
refuse_deaf_configuration()
{
	local configuration=/etc/postgresql-common/createcluster.conf
	if [ -e "$configuration" ] && ! grep -q "^ *include_dir.*createcluster\.d" "$configuration"; then
		echo "$configuration includes no createcluster.d: install these packages by hand: $*" >&2
		exit 1
	fi
}

install_packages()
{
	refuse_deaf_configuration "$@"
	log=$(mktemp)
	keep_services_down
	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	if ! { apt-get -q update && apt-get -qy install --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		echo "could not install: $*" >&2
		exit 1
	fi
}

# The second process of a call by an ordinary user comes in here, as root.
if [ "${1:-}" = --install ]; then
	shift
	install_packages "$@"
	exit
fi

if ! command -v dpkg-query >/dev/null; then
	echo "not a Debian machine: these packages or their like are needed:" >&2
	for group; do packages_of "$group"; done >&2
	exit 0
fi

missing=$(missing_packages "$@" | sort -u | tr '\n' ' ')
[ -n "$missing" ] || exit 0
echo "installing Debian packages: $missing"
if [ "$(id -u)" = 0 ]; then
	install_packages $missing
elif command -v sudo >/dev/null; then
	sudo PG_CONFIG="${PG_CONFIG:-}" bash "$0" --install $missing
else
	echo "neither root nor sudo: run as root: apt-get install $missing" >&2
	exit 1
fi
