# The shared cases of quality control, each by the SQL function of its test, and the two real
# series by ocean.qartod_series.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold;

my $data = ($ENV{TIDEHOLD_SHARED} // "$ENV{TESTDIR}/../shared") . '/data/ocean';
plan skip_all => 'no ../shared/data/ocean' unless -r "$data/qartod_cases.json";

my $node = Tidehold::node('ocean_qartod');
$node->start;

sub load_document
{
	my ($name, $file) = @_;
	my $text = Tidehold::slurp("$data/$file");
	$node->safe_psql('postgres', "CREATE TABLE $name AS SELECT \$json\$$text\$json\$::jsonb AS document");
	return;
}

$node->safe_psql('postgres', 'CREATE EXTENSION tidehold_ocean CASCADE');
load_document('cases', 'qartod_cases.json');
load_document('real', 'qartod_real_config.json');

$node->safe_psql('postgres', <<'END');
SET timezone = 'UTC';
CREATE FUNCTION doubles(jsonb) RETURNS double precision[] IMMUTABLE LANGUAGE sql AS $$
	SELECT coalesce(array_agg((element #>> '{}')::double precision ORDER BY n), '{}')
	FROM jsonb_array_elements($1) WITH ORDINALITY AS e(element, n) $$;
CREATE FUNCTION flags(jsonb) RETURNS smallint[] IMMUTABLE LANGUAGE sql AS $$
	SELECT array_agg((element #>> '{}')::smallint ORDER BY n)
	FROM jsonb_array_elements($1) WITH ORDINALITY AS e(element, n) $$;
CREATE FUNCTION times(jsonb) RETURNS timestamptz[] IMMUTABLE LANGUAGE sql AS $$
	SELECT array_agg(to_timestamp((element #>> '{}')::double precision) ORDER BY n)
	FROM jsonb_array_elements($1) WITH ORDINALITY AS e(element, n) $$;

-- Rows of the climatology's cases are not ordered by time, and share times: one by one.
CREATE FUNCTION climatology(jsonb, jsonb) RETURNS smallint[] STABLE LANGUAGE sql AS $$
	SELECT array_agg((ocean.qartod_climatology(ARRAY[(element ->> 0)::timestamptz],
		ARRAY[(element ->> 1)::double precision], $2, ARRAY[(element ->> 2)::double precision]))[1] ORDER BY n)
	FROM jsonb_array_elements($1) WITH ORDINALITY AS e(element, n) $$;

CREATE FUNCTION lons(jsonb) RETURNS double precision[] IMMUTABLE LANGUAGE sql AS $$
	SELECT array_agg((element ->> 0)::double precision ORDER BY n)
	FROM jsonb_array_elements($1) WITH ORDINALITY AS e(element, n) $$;
CREATE FUNCTION lats(jsonb) RETURNS double precision[] IMMUTABLE LANGUAGE sql AS $$
	SELECT array_agg((element ->> 1)::double precision ORDER BY n)
	FROM jsonb_array_elements($1) WITH ORDINALITY AS e(element, n) $$;

CREATE FUNCTION judged(test text, i jsonb, p jsonb) RETURNS smallint[] STABLE LANGUAGE sql AS $$
	SELECT CASE test
		WHEN 'gross_range' THEN ocean.qartod_gross_range(doubles(i -> 'v'),
			(p #>> '{fail,0}')::float8, (p #>> '{fail,1}')::float8,
			(p #>> '{suspect,0}')::float8, (p #>> '{suspect,1}')::float8)
		WHEN 'spike' THEN ocean.qartod_spike(doubles(i -> 'v'), (p ->> 'suspect')::float8,
			(p ->> 'fail')::float8, p ->> 'method')
		WHEN 'rate_of_change' THEN ocean.qartod_rate_of_change(times(i -> 't'), doubles(i -> 'v'),
			(p ->> 'suspect_per_s')::float8, (p ->> 'fail_per_s')::float8)
		WHEN 'flat_line' THEN ocean.qartod_flat_line(times(i -> 't'), doubles(i -> 'v'),
			(p ->> 'suspect_s')::float8, (p ->> 'fail_s')::float8, (p ->> 'tolerance')::float8)
		WHEN 'attenuated_signal' THEN ocean.qartod_attenuated_signal(times(i -> 't'), doubles(i -> 'v'),
			(p ->> 'suspect')::float8, (p ->> 'fail')::float8, p ->> 'type',
			(p ->> 'period_s')::float8, coalesce((p ->> 'min_obs')::integer, 1))
		WHEN 'climatology' THEN climatology(i -> 'rows', p -> 'members')
		WHEN 'density_inversion' THEN ocean.qartod_density_inversion(doubles(i -> 'v'), doubles(i -> 'z'),
			(p ->> 'suspect')::float8, (p ->> 'fail')::float8)
		WHEN 'percentile_range' THEN ocean.qartod_percentile_range(doubles(i -> 'v'),
			coalesce((p ->> 'low_percentile')::float8, 5), coalesce((p ->> 'hi_percentile')::float8, 95),
			coalesce((p ->> 'pad')::float8, 0))
		WHEN 'location' THEN ocean.qartod_location(doubles(i -> 'lon'), doubles(i -> 'lat'),
			(p ->> 'range_max_m')::float8, coalesce(p ->> 'method', 'wgs84'))
		WHEN 'location_bounds' THEN ocean.qartod_location_bounds(doubles(i -> 'lon'), doubles(i -> 'lat'),
			lons(p -> 'polygon'), lats(p -> 'polygon'), p ->> 'flag_area')
		WHEN 'aggregate' THEN ocean.qartod_aggregate((SELECT array_agg(flags(element))
			FROM jsonb_array_elements(i -> 'flags') AS element))
	END $$;
CREATE VIEW compared AS
	SELECT c ->> 'name' AS name, flags(c -> 'expected') AS expected,
	       judged(c ->> 'test', c -> 'inputs', c -> 'params') AS judged
	FROM cases, jsonb_array_elements(document -> 'cases') AS c;
END

my @compared = split /\n/, $node->safe_psql('postgres', <<'END');
SET timezone = 'UTC';
SELECT name, expected, judged FROM compared;
END
is(scalar @compared, 58, 'the cases');
for (@compared)
{
	my ($name, $expected, $judged) = split /\|/;
	is($judged, $expected, $name);
}

# ---- the two real series, at the cadence of the sensor ----
for my $case ([ 'ndbc_44013_wtmp', '10 minutes', 6508 ], [ 'water_level', '1 hour', 7241 ])
{
	my ($name, $cadence, $rows) = @$case;
	my $file = $node->safe_psql('postgres', "SELECT document -> '$name' ->> 'file' FROM real");
	my $lines = Tidehold::slurp("$data/$file");
	$lines =~ s/^[^\n]*\n//;
	$node->safe_psql('postgres',
		"CREATE TABLE $name (t timestamptz, v float8, g int, s int, r int, f int, a int);\n"
		  . "COPY $name FROM STDIN (FORMAT csv);\n$lines\\.\n");
	is( $node->safe_psql('postgres', <<"END"), "$rows|0|0|0|0|0", "$name: rows, and differences of each test");
WITH judged AS (
	SELECT j.* FROM real, ocean.qartod_series(
		(SELECT array_agg(t ORDER BY t) FROM $name), (SELECT array_agg(v ORDER BY t) FROM $name),
		(SELECT jsonb_build_object(
			'gross_range', jsonb_build_object('fail', c -> 'gross_fail', 'suspect', c -> 'gross_suspect'),
			'spike', jsonb_build_object('suspect', c -> 'spike_suspect', 'fail', c -> 'spike_fail', 'method', c -> 'spike_method'),
			'rate_of_change', jsonb_build_object('suspect_per_s', c -> 'roc_suspect_per_s', 'fail_per_s', c -> 'roc_fail_per_s'),
			'flat_line', jsonb_build_object('suspect_s', c -> 'flat_suspect_s', 'fail_s', c -> 'flat_fail_s', 'tolerance', c -> 'flat_tolerance'))
		FROM (SELECT document -> '$name') AS d(c)), '$cadence') AS j)
SELECT count(*), count(*) FILTER (WHERE g <> gross_range), count(*) FILTER (WHERE s <> spike),
	count(*) FILTER (WHERE r <> rate_of_change), count(*) FILTER (WHERE f <> flat_line),
	count(*) FILTER (WHERE a <> flag)
FROM $name JOIN judged ON observed_at = t;
END
}

$node->stop;
done_testing();
