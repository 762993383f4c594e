#!/bin/bash
# build-with-buildah.sh [--run]
# Builds the image tidehold as root on a machine without a container engine,
# and with --run runs its default command.  Where the base image cannot be pulled it is
# made with debootstrap.
set -euo pipefail
cd "$(dirname "$0")/.."

BASE=debian:bookworm-slim
IMAGE=tidehold
CACHE=${TIDEHOLD_CACHE:-/var/cache/tidehold}
CONTAINER=

[ "$(id -u)" = 0 ] || exec sudo TIDEHOLD_CACHE="$CACHE" "$0" "$@"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot

images()
{
	buildah --root "$CACHE/images" --runroot "$CACHE/run" "$@"
}

remove_container()
{
	[ -z "$CONTAINER" ] || images rm "$CONTAINER" >/dev/null
	CONTAINER=
}

make_base()
{
	local root
	root=$(test/lib/debian_root bookworm)
	CONTAINER=$(images from scratch)
	tar -C "$root" -cf "$CACHE/base.tar" .
	images add -q "$CONTAINER" "$CACHE/base.tar" / >/dev/null
	rm "$CACHE/base.tar"
	images commit -q "$CONTAINER" "$BASE" >/dev/null
	remove_container
}

run_default_command()
{
	local command
	CONTAINER=$(images from --pull-never "$IMAGE")
	command=$(images inspect --format '{{range .OCIv1.Config.Cmd}}{{.}} {{end}}' "$CONTAINER")
	images run "$CONTAINER" -- $command
}

trap remove_container EXIT
mkdir -p "$CACHE"
images inspect --type image "$BASE" >/dev/null 2>&1 || images pull -q "$BASE" >/dev/null 2>&1 || make_base
images bud -q --pull-never -t "$IMAGE" -f docker/Dockerfile .
images rmi --prune >/dev/null
echo "built $IMAGE"
[ "${1:-}" != --run ] || run_default_command
