#!/bin/bash
# The image's default command: the demo against a fresh server in this container.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
export PATH=/usr/lib/postgresql/15/bin:$PATH
export PGDATA=$folder/data PGHOST=$folder PGUSER=postgres PGDATABASE=postgres
trap 'pg_ctl -s -m immediate stop; rm -rf "$folder"' EXIT

initdb -A trust -E UTF8 --locale=C >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
cat test/conf/common.conf test/conf/demo.conf >>"$PGDATA/postgresql.conf"
pg_ctl -s -w -l "$folder/log" -o "-k '$folder' -c listen_addresses=''" start || { cat "$folder/log" >&2; exit 1; }
test/demo/run
