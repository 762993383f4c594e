# What the demo shows of the ocean, to be sourced by run: thirty years of one station, the
# heatwave of 2011 as it came day by day, and what Redis heard of it.

# The sea surface off Western Australia as date,sst, or a made-up one where ../shared is not there.
find_sea()
{
	local file=${TIDEHOLD_SHARED:-$here/../../../shared}/data/ocean/sst_WA.csv
	if [ -r "$file" ]; then
		sea='NOAA OISST, 29.375 S 112.625 E, of ../shared'
		tr -d '\r' < "$file" > "$scratch/sea.csv"
	else
		sea='a made-up sea, as ../shared is not there'
		psql -X -q -v ON_ERROR_STOP=1 -f "$here/sea.sql" > "$scratch/sea.csv"
	fi
}

# sea_rows SINCE UNTIL: of these days, as ocean.ingest_csv() takes them.
sea_rows()
{
	echo 'station,time,variable,value'
	awk -F, -v since="$1" -v until="$2" '$1 >= since && $1 <= until { print "WA," $1 ",sea_surface_temperature," $2 }' "$scratch/sea.csv"
}

load_history()
{
	local from=$EPOCHREALTIME refused
	load station.sql > /dev/null
	sea_rows 1982-01-01 2010-12-15 > "$scratch/history.csv"
	refused=$(HISTORY=$scratch/history.csv psql -X -q -A -t -v ON_ERROR_STOP=1 <<-'SQL'
		\set history `cat "$HISTORY"`
		SELECT refused FROM ocean.ingest_csv(:'history');
	SQL
	)
	[ "$refused" = 0 ] || fail "$refused days of the sea were refused"
	ask 'SELECT ocean.refresh_daily_means()' > /dev/null
	printf '  %s days until 15 December 2010 (%s), checked and averaged in %s s\n' \
		"$(thousands "$(ask 'SELECT count(*) FROM ocean.observation')")" "$sea" "$(seconds_since "$from")"
}

alerts_are_there()
{
	[ "$(ask "SELECT tidehold.wait_feed('ocean_state')")" = t ] || fail "the feed did not bring the alerts to Redis in a minute"
}

# Judged by what was known before it began; past events make no alerts.
watch_sea()
{
	show 'SELECT ocean.watch_heatwaves(stream_id, ocean.make_climatology(stream_id)) AS past_events FROM ocean.stream'
	echo "  demo=# SELECT ocean.create_feeds(redis_server => 'cache');"
	ask "SELECT ocean.create_feeds(redis_server => 'cache')" > /dev/null
	alerts_are_there
}

days_come()
{
	local from=$EPOCHREALTIME
	sea_rows 2010-12-16 2011-12-31 > "$scratch/days.csv"
	DAYS=$scratch/days.csv psql -X -q -v ON_ERROR_STOP=1 -f "$here/day_by_day.sql" > /dev/null
	printf '  %s more days, each taken in, averaged and judged by itself, in %s s\n' \
		"$(($(wc -l < "$scratch/days.csv") - 1))" "$(seconds_since "$from")"
	show 'SELECT start_date, end_date, duration AS days, state, category_name AS category, round(intensity_max::numeric, 2) AS max_above
          FROM ocean.event ORDER BY intensity_max DESC LIMIT 3'
}

# The alerts of the strongest event, as they are in Redis.
hear_alerts()
{
	local start
	start=$(ask 'SELECT start_date FROM ocean.event ORDER BY intensity_max DESC LIMIT 1')
	alerts_are_there
	echo "  \$ redis-cli xrange alerts - + | grep -o '\"state_after.*$start'"
	redis-cli -p $redis_port xrange alerts - + | grep -o "\"state_after.*$start" | sed 's/^/  /' || fail "Redis heard of no alert"
	echo '  $ redis-cli hmget latest:WA:sea_surface_temperature value unit observed_at'
	redis-cli -p $redis_port hmget latest:WA:sea_surface_temperature value unit observed_at | sed 's/^/  /'
	ask "SELECT tidehold.drop_feed('ocean_state')" > /dev/null
}

# In hindsight, by the thirty years that the literature takes.
look_back()
{
	show 'SELECT start_date, peak_date, end_date, duration AS days, category_name AS category, round(intensity_max::numeric, 2) AS max_above
          FROM ocean.stream, ocean.detect_stream(stream_id, ocean.heatwave_options(first_year => 1982, last_year => 2011)) ORDER BY intensity_max DESC LIMIT 1'
}
