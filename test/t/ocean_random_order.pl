# Observations in random order give the same daily means, flags, states and events as in
# order: 250,000 of them, a million with RANDOM_ORDER_STREAMS=8.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

use Tidehold;

my $streams = $ENV{RANDOM_ORDER_STREAMS} // 2;
my $each = 125_000;
my $days = 869;                 # of ten minutes each
my $batches = 10;

my $node = Tidehold::node('random_order');
$node->append_conf('postgresql.conf', "fsync = off\nmax_wal_size = 4GB\nshared_buffers = 256MB\nstatement_timeout = 10min\n");
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Values every ten minutes: a day, a season, slow waves and, now and then, a broken sensor.
# IN and ANY are pairs of streams that see the same; YEARS lends its climatology.
sql(<<"END");
CREATE EXTENSION tidehold_ocean CASCADE;
INSERT INTO ocean.station (code, latitude, longitude)
    SELECT side || n, 0, n FROM unnest(ARRAY['IN', 'ANY']) AS side, generate_series(1, $streams) AS n UNION ALL SELECT 'YEARS', 0, 0;
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 1, '10 minutes' FROM ocean.station;
CREATE FUNCTION sea(at timestamptz, n int) RETURNS float8 IMMUTABLE LANGUAGE sql AS \$\$
    SELECT round((15 + 4 * sin(extract(epoch FROM at)::float8 / 86400 * 2 * pi() / 365.25) + 0.3 * sin(extract(epoch FROM at)::float8 / 86400 * 2 * pi())
        + 1.2 * sin(extract(epoch FROM at)::float8 / 86400 * 2 * pi() / (80 + n)) + 0.8 * sin(extract(epoch FROM at)::float8 / 86400 * 2 * pi() / (31 + n))
        + CASE WHEN hashint8extended(extract(epoch FROM at)::bigint, n) % 997 = 0 THEN 60 ELSE 0 END)::numeric, 2)
\$\$;
CREATE TABLE pair AS
    SELECT i.stream_id AS inner_id, a.stream_id AS any_id, n
    FROM generate_series(1, $streams) AS n
    JOIN (ocean.stream AS i JOIN ocean.station AS si USING (station_id)) ON si.code = 'IN' || n
    JOIN (ocean.stream AS a JOIN ocean.station AS sa USING (station_id)) ON sa.code = 'ANY' || n;
CREATE UNLOGGED TABLE given AS
    SELECT n, timestamptz '2021-01-01 00:00Z' + t * interval '10 minutes' AS at,
           t * $batches / $each AS batch_in, abs(hashint8extended(t, n) % $batches) AS batch_any, hashint8extended(t, n + 100) AS dice
    FROM generate_series(1, $streams) AS n, generate_series(0, $each - 1) AS t;
INSERT INTO ocean.daily_mean
    SELECT stream_id, day::date, sea(day, 0) - CASE WHEN sea(day, 0) > 40 THEN 60 ELSE 0 END, 144, 0, 144, 1, 1
    FROM ocean.stream JOIN ocean.station USING (station_id), generate_series(timestamptz '2001-01-01 00:00Z', '2020-12-31 00:00Z', '1 day') AS day
    WHERE code = 'YEARS';
SELECT ocean.make_partitions('2021-01-01', '2023-06-01');
SELECT ocean.set_qc_config('{"gross_range": {"fail": [-2, 40]}}', variable => 'sea_water_temperature');
CREATE TABLE watched AS
    SELECT s.stream_id, ocean.make_climatology(s.stream_id, borrow_from => (SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = 'YEARS')) AS climatology_id
    FROM (SELECT inner_id AS stream_id FROM pair UNION ALL SELECT any_id FROM pair) AS s;
SELECT ocean.watch_heatwaves(stream_id, climatology_id) FROM watched;
END

for my $batch (0 .. $batches - 1)
{
	sql(<<"END");
INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT inner_id, at, sea(at, n) FROM given JOIN pair USING (n) WHERE batch_in = $batch ORDER BY at;
INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT any_id, at, sea(at, n) FROM given JOIN pair USING (n) WHERE batch_any = $batch ORDER BY dice;
SELECT ocean.refresh_daily_means();
SELECT ocean.advance_heatwaves();
END
}

is(sql('SELECT count(*) FROM ocean.observation JOIN pair ON stream_id = any_id'), $streams * $each, $streams * $each . ' observations came in random order');
is(sql(<<'END'), 0, 'the flags are the same');
SELECT count(*) FROM pair JOIN ocean.observation AS i ON i.stream_id = inner_id
LEFT JOIN ocean.observation AS a ON a.stream_id = any_id AND a.observed_at = i.observed_at WHERE (i.value, i.flag) IS DISTINCT FROM (a.value, a.flag)
END
cmp_ok(sql('SELECT count(*) FROM ocean.observation WHERE flag = 4'), '>', $streams * 200, 'some of them fail');
is(sql(<<'END'), '0|' . $streams * $days, 'the daily means are the same, to the bit');
SELECT count(*) FILTER (WHERE (i.mean, i.valid, i.excluded, i.coverage) IS DISTINCT FROM (a.mean, a.valid, a.excluded, a.coverage)), count(*)
FROM pair JOIN ocean.daily_mean AS i ON i.stream_id = inner_id
LEFT JOIN ocean.daily_mean AS a ON a.stream_id = any_id AND a.day = i.day
END
is(sql(<<"END"), "0|$streams", 'the states are the same');
SELECT count(*) FILTER (WHERE (i.phase, i.first_day, i.judged, i.through) IS DISTINCT FROM (a.phase, a.first_day, a.judged, a.through)), count(*)
FROM pair JOIN ocean.heatwave_state AS i ON i.stream_id = inner_id LEFT JOIN ocean.heatwave_state AS a ON a.stream_id = any_id
END
my $columns = join ', ', qw(n state start_date peak_date end_date duration missing_days category category_date days_moderate days_strong
  days_severe days_extreme intensity_max intensity_mean intensity_var intensity_cumulative intensity_max_rel_thresh intensity_mean_rel_thresh
  intensity_var_rel_thresh intensity_cumulative_rel_thresh intensity_max_abs intensity_mean_abs intensity_var_abs intensity_cumulative_abs rate_onset rate_decline);
is(sql(<<"END"), '', 'the events are the same, every metric to the bit');
WITH in_order AS (SELECT $columns FROM ocean.event JOIN pair ON stream_id = inner_id WHERE state <> 'retracted'),
    in_any AS (SELECT $columns FROM ocean.event JOIN pair ON stream_id = any_id WHERE state <> 'retracted')
SELECT n, start_date FROM ((TABLE in_order EXCEPT TABLE in_any) UNION ALL (TABLE in_any EXCEPT TABLE in_order)) AS d LIMIT 5
END
cmp_ok(sql("SELECT count(*) FROM ocean.event JOIN pair ON stream_id = any_id WHERE state <> 'retracted'"), '>', 20, 'of which there are many');

$node->stop;
done_testing();
