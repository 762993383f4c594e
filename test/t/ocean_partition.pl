# Partitions of observations: made once however many sessions want them, by pg_partman too;
# carried by dump and restore; and what is taken from them does not depend on the order in
# which the rows came.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Session;

my $node = Tidehold::node('ocean_partition');
$node->start;

sub query
{
	my ($query, $database) = @_;
	return $node->safe_psql($database // 'postgres', $query);
}

my $partitions = q{SET timezone = 'UTC'; SELECT since, until FROM ocean.observation_partition ORDER BY since};
my $names = q{SELECT partition FROM ocean.observation_partition ORDER BY since};
my $setup = <<'END';
CREATE EXTENSION tidehold_ocean CASCADE;
INSERT INTO ocean.station (station_id, code, latitude, longitude) VALUES (1, 'ONE', 42, -70);
INSERT INTO ocean.stream (stream_id, station_id, variable_id, depth_m, cadence)
SELECT n, 1, 1, n, '10 minutes' FROM generate_series(1, 20) AS n;
END
query($setup);

# ---- two sessions, one partition ----
my $first = Session->new($node);
my $second = Session->new($node);
my $make = q{SELECT inserted FROM ocean.ingest_stream(%d, '{2010-06-15 00:00+00}', '{15}')};

for my $end ('COMMIT', 'ROLLBACK')
{
	for my $isolation ('READ COMMITTED', 'REPEATABLE READ')
	{
		my $case = "$isolation after $end";

		query('DROP TABLE IF EXISTS ocean.observation_p201006');
		$first->run('BEGIN');
		is($first->run(sprintf $make, 1), 1, "the first session makes it: $case");
		$second->run("BEGIN ISOLATION LEVEL $isolation");
		$second->run('SELECT count(*) FROM ocean.station');
		$second->start(sprintf $make, 2);
		$second->wait_until_it_waits('Lock');
		$first->run($end);
		is($second->answer, 1, "the second waits and inserts: $case");
		$second->run('COMMIT');
		is(query($names), 'ocean.observation_p201006', "one partition: $case");
		is(query('SELECT count(*) FROM ocean.observation'), $end eq 'COMMIT' ? 2 : 1, "its rows: $case");
	}
}

# Writers and readers of other months are not held up by who makes one.
$first->run('BEGIN');
$first->run(q{SELECT ocean.make_partitions('2011-01-01', '2011-01-01')});
query(q{SET lock_timeout = '5s'; INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (3, '2010-06-16 00:00+00', 15)});
is(query(q{SET lock_timeout = '5s'; SELECT count(*) FROM ocean.observation WHERE stream_id = 3}), 1, 'nobody else waits');
$first->run('COMMIT');

# ---- order of arrival ----
# Values whose sum depends on the order when it is rounded.
my $rows = <<'END';
SELECT s AS stream_id, '2012-02-01 00:00+00'::timestamptz + n * interval '10 minutes' AS observed_at,
	15 + 10 * sin(n * 12.9898 + s) / 3 AS value
FROM generate_series(4, 5) AS s, generate_series(0, 8639) AS n
END
query("SELECT ocean.make_partitions('2012-02-01', '2012-04-01')");
query("INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT stream_id, observed_at, value FROM ($rows) AS r ORDER BY observed_at, stream_id");
query('SELECT ocean.refresh_daily_means()');
# The same to other streams: at random, in three statements with a refresh between, late rows and a correction among them.
query("CREATE TABLE shuffled AS SELECT stream_id + 2 AS stream_id, observed_at, value, row_number() OVER (ORDER BY md5(observed_at::text || stream_id)) AS number FROM ($rows) AS r");
for my $part (0 .. 2)
{
	query("INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT stream_id, observed_at, CASE WHEN number = 1 THEN 1 ELSE value END FROM shuffled WHERE number % 3 = $part ORDER BY number");
	query('SELECT ocean.refresh_daily_means()');
}
query(q{SELECT ocean.ingest_stream(stream_id, ARRAY[observed_at], ARRAY[value]) FROM shuffled WHERE number = 1});
query('SELECT ocean.refresh_daily_means()');
is( query(<<'END'), '120|0', 'daily means are the same to the bit in any order');
SELECT count(*), count(*) FILTER (WHERE (a.mean, a.valid, a.coverage) IS DISTINCT FROM (b.mean, b.valid, b.coverage)
	OR float8send(a.mean) <> float8send(b.mean))
FROM ocean.daily_mean AS a FULL JOIN ocean.daily_mean AS b ON b.stream_id = a.stream_id + 2 AND b.day = a.day
WHERE a.stream_id IN (4, 5)
END
is(query('SELECT count(*) FROM ocean.dirty_day'), 0, 'no day is left');

# A refresh does not lose what was written while it ran.
$first->run('BEGIN');
$first->run(q{INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT 8, '2012-03-01 00:00+00'::timestamptz + n * interval '10 min', 15 FROM generate_series(0, 99) AS n});
query('SELECT ocean.refresh_daily_means()');
is(query('SELECT count(*) FROM ocean.daily_mean WHERE stream_id = 8'), 0, 'what is not committed is in no mean');
$first->run('COMMIT');
query('SELECT ocean.refresh_daily_means()');
is(query('SELECT valid, mean FROM ocean.daily_mean WHERE stream_id = 8'), '100|15', 'and is in the next one');

# ---- dump and restore ----
query(<<'END');
UPDATE ocean.station SET latitude = 43, position_since = created_at + interval '1 hour' WHERE station_id = 1;
INSERT INTO ocean.variable (variable_id, code, name, unit, sane_min, sane_max) VALUES (1000, 'mine', 'mine', '1', 0, 1);
INSERT INTO ocean.sensor (sensor_id, station_id, code) VALUES (1, 1, 'CTD');
UPDATE ocean.observation SET value = 16 WHERE stream_id = 1;
SELECT ocean.drop_partitions('2010-06-01 00:00+00');
SELECT ocean.refresh_daily_means();
END
my %kept = (
	station => 'station_id', station_position => 'station_id, valid_from', variable => 'variable_id',
	sensor => 'sensor_id', stream => 'stream_id', observation => 'stream_id, observed_at',
	observation_revision => 'stream_id, observed_at, revision', daily_mean => 'stream_id, day',
	daily_state => 'stream_id', retention => 'only_row');
my %before = map { $_ => query("SELECT * FROM ocean.$_ ORDER BY $kept{$_}") } keys %kept;
# The month of the first stream's value was dropped.
my $latest = 'SELECT stream_id, observed_at, value, flag FROM ocean.latest WHERE stream_id > 1 ORDER BY 1';
my $newest = query($latest);
for my $option ('-Fc', '-Fp')
{
	my $dump = "$PostgreSQL::Test::Utils::tmp_check/partition$option.dump";
	my $database = "restored$option";

	command_ok([ 'pg_dump', $option, '-f', $dump, $node->connstr('postgres') ], "pg_dump $option");
	query(qq{CREATE DATABASE "$database" TEMPLATE template0});
	if ($option eq '-Fc')
	{
		command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr($database), $dump ], 'pg_restore');
	}
	else
	{
		command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr($database) ], 'psql');
	}
	for my $table (sort keys %kept)
	{
		is(query("SELECT * FROM ocean.$table ORDER BY $kept{$table}", $database), $before{$table}, "$table $option");
	}
	is(query($names, $database), query($names), "partitions are attached $option");
	is(query($latest, $database), $newest, "latest values $option");
	query('SELECT ocean.refresh_daily_means()', $database);
	is(query("SELECT * FROM ocean.daily_mean ORDER BY stream_id, day", $database), $before{daily_mean}, "means stay as they were $option");
	query(q{INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (9, '2012-02-02 00:00+00', 15)}, $database);
	query(q{SELECT ocean.ingest_stream(9, '{2015-05-05 00:00+00}', '{15}')}, $database);
	is(query('SELECT count(*) FROM ocean.observation WHERE stream_id = 9', $database), 2, "inserts work $option");
	is(query(q{SELECT count(*) FROM ocean.variable WHERE builtin}, $database), query(q{SELECT count(*) FROM ocean.variable WHERE builtin}), "seeds are there once $option");
}

# ---- pg_partman ----
SKIP:
{
	skip 'pg_partman is not installed on this machine', 8
	  unless query("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_partman'");
	my $with = 'partman';

	query("CREATE DATABASE $with TEMPLATE template0");
	query($setup, $with);
	query('CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman', $with);
	query(q{ALTER DATABASE partman SET timezone = 'America/New_York'});
	my $wanted = q{SELECT ocean.make_partitions('2019-12-31 20:00+00', '2020-04-01 00:00+00')};
	is(query($wanted, $with), 5, 'pg_partman makes partitions');
	is(query($wanted, $with), 0, 'and makes them once');
	query($wanted);
	my $of_2020 = q{SET timezone = 'UTC'; SELECT partition, since, until FROM ocean.observation_partition WHERE since BETWEEN '2019-12-01' AND '2020-04-01' ORDER BY since};
	is(query($of_2020, $with), query($of_2020), 'the same ones, in a time zone with summer time too');
	is(query(q{SELECT inserted FROM ocean.ingest_stream(1, '{1995-03-03 00:00+00}', '{15}')}, $with), 1, 'late rows make theirs');
	is(query(q{SELECT count(*) FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'ocean.observation'::regclass AND pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'}, $with), 0, 'no default partition');
	is(query(q{SELECT count(*) FROM partman.show_partitions('ocean.observation')}, $with), 6, 'pg_partman knows them');
	query('SELECT partman.run_maintenance()', $with);
	is(query('SELECT count(*) FROM ocean.observation_partition', $with), 6, 'its maintenance leaves them alone');
	is(query(q{SELECT ocean.drop_partitions('2020-02-01 00:00+00')}, $with), 3, 'and they can be dropped');
}

$first->quit;
$second->quit;
$node->stop;
done_testing();
