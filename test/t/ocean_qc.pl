# Quality control at insert: the two real series through plain COPY in the file's order, in
# reverse and at random, one row at a time and all at once, have the flags of the reference;
# dump and restore, savepoints, other sessions and roles change nothing of it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold;

my $node = Tidehold::node('ocean_qc');
$node->start;

$node->safe_psql('postgres', <<'END');
CREATE EXTENSION tidehold_ocean CASCADE;
SELECT ocean.make_partitions('2018-01-01', '2022-12-31');
INSERT INTO ocean.station (station_id, code, latitude, longitude) VALUES (1, 'ONE', 42, -70);
INSERT INTO ocean.stream (stream_id, station_id, variable_id, depth_m, cadence)
SELECT n, 1, 1, n, CASE WHEN n % 2 = 1 THEN interval '10 minutes' ELSE interval '1 hour' END
FROM generate_series(1, 20) AS n;
END

# Rows of stream $2, as they stand, against the thresholds in force over the whole series.
my $differences = <<'END';
SELECT count(*) FILTER (WHERE (t.gross_range, t.spike, t.rate_of_change, t.flat_line, t.flag)
	IS DISTINCT FROM (j.gross_range, j.spike, j.rate_of_change, j.flat_line, j.flag))
FROM ocean.observation_test AS t
JOIN ocean.qartod_series(
	(SELECT array_agg(observed_at ORDER BY observed_at) FROM ocean.observation WHERE stream_id = :s),
	(SELECT array_agg(value ORDER BY observed_at) FROM ocean.observation WHERE stream_id = :s),
	(SELECT thresholds FROM ocean.qc_config_in_force(:s)),
	(SELECT cadence FROM ocean.stream WHERE stream_id = :s)) AS j ON j.observed_at = t.observed_at
WHERE t.stream_id = :s
END

sub differences
{
	my ($stream) = @_;
	(my $query = $differences) =~ s/:s/$stream/g;
	return $node->safe_psql('postgres', $query);
}

sub latest_is_newest
{
	my ($stream) = @_;
	return $node->safe_psql('postgres', <<"END");
SELECT (SELECT (observed_at, value, flag) FROM ocean.latest WHERE stream_id = $stream)
	IS NOT DISTINCT FROM (SELECT (observed_at, value, flag) FROM ocean.observation
		WHERE stream_id = $stream ORDER BY value IS NULL, observed_at DESC LIMIT 1)
END
}

sub copy_rows
{
	my ($stream, $rows, $before, $after) = @_;
	my $lines = join '', map { "$stream,$_->[0],$_->[1]\n" } @$rows;
	return ($before // '')
	  . "COPY ocean.observation (stream_id, observed_at, value) FROM STDIN (FORMAT csv);\n$lines\\.\n"
	  . ($after // '');
}

# The same order in every run.
my $seed = 20260101;
sub shuffled
{
	my @rows = @_;
	for my $i (reverse 1 .. $#rows)
	{
		$seed = ($seed * 1103515245 + 12345) % 2147483648;
		my $j = int($seed / 65536) % ($i + 1);
		@rows[ $i, $j ] = @rows[ $j, $i ];
	}
	return @rows;
}

# ---- made up: runs without the shared data ----
my %thresholds = (
	made_up => '{"gross_range": {"fail": [-2, 40], "suspect": [4, 15]}, "spike": {"suspect": 0.5, "fail": 1},
		"rate_of_change": {"suspect_per_s": 0.0008, "fail_per_s": 0.0016},
		"flat_line": {"suspect_s": 3600, "fail_s": 7200, "tolerance": 0.05}}');
my @made_up;
{
	my $value = 10;
	for my $i (0 .. 1999)
	{
		$seed = ($seed * 1103515245 + 12345) % 2147483648;
		my $dice = int($seed / 65536) % 100;
		$value += ($dice % 7 - 3) / 50 if $i % 200 < 150;
		my $shown = $dice == 50 ? '' : $dice == 51 ? $value + 3 : sprintf '%.2f', $value;
		push @made_up, [ sprintf('2021-03-%02dT%02d:%02d:00Z', 1 + int($i / 144), int($i / 6) % 24, $i % 6 * 10), $shown ]
		  unless $dice == 52;
	}
}

sub set_thresholds
{
	my ($stream, $thresholds) = @_;
	$node->safe_psql('postgres', "SELECT ocean.set_qc_config(\$j\$$thresholds\$j\$, $stream)");
	return;
}

set_thresholds($_, $thresholds{made_up}) for 1, 3, 5, 7, 9, 11, 13;
my %orders = (
	1 => [ 'in order', [@made_up] ],
	3 => [ 'in reverse', [ reverse @made_up ] ],
	5 => [ 'at random', [ shuffled(@made_up) ] ]);
for my $stream (sort { $a <=> $b } keys %orders)
{
	my ($name, $rows) = @{ $orders{$stream} };
	$node->safe_psql('postgres', copy_rows($stream, $rows));
	is(differences($stream), 0, "made up, $name: the flags are those of the series");
	is(latest_is_newest($stream), 't', "made up, $name: the latest value");
}
is( $node->safe_psql('postgres', 'SELECT count(*) > 30, count(DISTINCT flag) FROM ocean.observation WHERE stream_id = 1 AND flag IN (3, 4)'),
	't|2', 'flags 3 and 4 are there to be found');
is( $node->safe_psql('postgres',
		'SELECT count(DISTINCT s) FROM (SELECT string_agg(flag::text, NULL ORDER BY observed_at) AS s FROM ocean.observation WHERE stream_id IN (1, 3, 5) GROUP BY stream_id) AS f'),
	1, 'whatever the order');
is( $node->safe_psql('postgres', <<'END'), '0|0', 'the days are marked');
SELECT (SELECT count(*) FROM (SELECT stream_id, (observed_at AT TIME ZONE 'UTC')::date FROM ocean.observation
		EXCEPT SELECT stream_id, day FROM ocean.dirty_day) AS missing),
	(SELECT count(*) FROM (SELECT stream_id, day FROM ocean.dirty_day EXCEPT
		SELECT stream_id, (observed_at AT TIME ZONE 'UTC')::date FROM ocean.observation) AS excess)
END

# One statement a row, in one transaction and each in its own.
my @few = shuffled(@made_up[ 0 .. 299 ]);
$node->safe_psql('postgres', join "\n", map { copy_rows(7, [$_]) } @few);
is(differences(7), 0, 'a statement for each row');
$node->safe_psql('postgres', 'BEGIN; ' . join("\n", map { copy_rows(9, [$_]) } @few) . 'COMMIT;');
is(differences(9), 0, 'in one transaction');

# ---- what is rolled back leaves nothing ----
$node->safe_psql('postgres', <<"END");
BEGIN;
${\ copy_rows(11, [ @made_up[ 0 .. 99 ] ])}
SAVEPOINT s;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (11, '2021-03-01 16:45Z', 39), (11, '2021-03-01 16:46Z', 1);
ROLLBACK TO s;
${\ copy_rows(11, [ @made_up[ 100 .. 199 ] ])}
COMMIT;
END
is(differences(11), 0, 'a savepoint that is rolled back');
is(latest_is_newest(11), 't', 'and its latest value');
$node->psql('postgres', q{INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (11, '2021-03-05Z', 1), (11, '2021-03-05Z', 2)});
is(latest_is_newest(11), 't', 'a statement that fails');

# An upsert that does nothing, a correction, a deletion.
$node->safe_psql('postgres', <<'END');
INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT 11, observed_at, 38 FROM ocean.observation
	WHERE stream_id = 11 ON CONFLICT DO NOTHING;
UPDATE ocean.observation SET value = 39 WHERE stream_id = 11 AND observed_at = '2021-03-01 10:00Z';
UPDATE ocean.observation SET value = value + 2 WHERE stream_id = 11 AND observed_at > '2021-03-02 03:00Z';
DELETE FROM ocean.observation WHERE stream_id = 11 AND extract(minute FROM observed_at) = 30;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (11, '2021-03-01 12:00Z', 20)
	ON CONFLICT (stream_id, observed_at) DO UPDATE SET value = excluded.value;
END
is(differences(11), 0, 'corrections and deletions');
is(latest_is_newest(11), 't', 'and the latest value');

# What an upsert leaves out is no latest value either.
$node->safe_psql('postgres', <<'END');
INSERT INTO ocean.observation (stream_id, observed_at, value)
	SELECT stream_id, observed_at, 38 FROM ocean.latest WHERE stream_id = 11 ON CONFLICT DO NOTHING;
END
is(latest_is_newest(11), 't', 'an upsert that does nothing leaves the latest value');

# Rows that name their partition fire no statement's trigger.
$node->safe_psql('postgres', <<'END');
INSERT INTO ocean.observation_p202103 (stream_id, observed_at, value)
	SELECT 13, observed_at, value FROM ocean.observation WHERE stream_id = 1 ORDER BY md5(observed_at::text);
END
is(differences(13), 0, 'into a partition by its name');
is(latest_is_newest(13), 't', 'and the latest value');

# ---- a flag set by hand, and thresholds that change ----
$node->safe_psql('postgres', <<'END');
UPDATE ocean.observation SET flag = 1 WHERE stream_id = 1 AND observed_at = (SELECT min(observed_at) FROM ocean.observation WHERE stream_id = 1 AND flag = 4);
SELECT ocean.rejudge(1);
END
is( $node->safe_psql('postgres', 'SELECT count(*), min(flag) FROM ocean.observation_test WHERE stream_id = 1 AND by_hand'),
	'1|1', 'a flag set by hand stays');
set_thresholds(3, '{"gross_range": {"fail": [0, 1]}}');
my $before = $node->safe_psql('postgres', 'SELECT md5(string_agg(flag::text, NULL ORDER BY observed_at)) FROM ocean.observation WHERE stream_id = 3');
$node->safe_psql('postgres', q{INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (3, '2021-03-10 00:05Z', 10)});
is( $node->safe_psql('postgres', q{SELECT md5(string_agg(flag::text, NULL ORDER BY observed_at)) FROM ocean.observation WHERE stream_id = 3 AND observed_at <> '2021-03-10 00:05Z'}),
	$before, 'new thresholds do not reach what older ones have judged');
$node->safe_psql('postgres', 'SELECT ocean.rejudge(3)');
is( $node->safe_psql('postgres', 'SELECT DISTINCT flag FROM ocean.observation WHERE stream_id = 3 AND value IS NOT NULL'),
	4, 'until they are asked to');

# ---- a role that may only insert ----
$node->safe_psql('postgres', <<'END');
CREATE ROLE sensor;
GRANT USAGE ON SCHEMA ocean TO sensor;
GRANT INSERT (stream_id, observed_at, value) ON ocean.observation TO sensor;
SET ROLE sensor;
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (15, '2021-03-01Z', 10), (15, '2021-03-01 00:10Z', 60);
INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES (15, '2021-02-28 00:10Z', 10);
END
is( $node->safe_psql('postgres', 'SELECT string_agg(flag::text, NULL ORDER BY observed_at) FROM ocean.observation WHERE stream_id = 15'),
	'114', 'a role that may only insert: judged all the same');
isnt($node->psql('postgres', q{SET ROLE sensor; INSERT INTO ocean.observation (stream_id, observed_at, value, tests) VALUES (15, '2021-03-01 01:00Z', 99, 1)}),
	0, 'it cannot bring a verdict');

# ---- dump and restore ----
my $flags = 'SELECT md5(string_agg(o::text, NULL ORDER BY stream_id, observed_at)) FROM (SELECT stream_id, observed_at, value, flag, tests, qc_config_id FROM ocean.observation) AS o';
my $latest = 'SELECT md5(string_agg(l::text, NULL ORDER BY stream_id)) FROM (SELECT stream_id, observed_at, value, flag FROM ocean.latest) AS l';
my $dump = "$PostgreSQL::Test::Utils::tmp_check/ocean_qc.dump";
command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'pg_restore');
is($node->safe_psql('restored', $flags), $node->safe_psql('postgres', $flags), 'restored rows keep their flags');
is($node->safe_psql('restored', $latest), $node->safe_psql('postgres', $latest), 'the latest values are there');
is($node->safe_psql('restored', q{SELECT ocean.set_qc_config('{}', 1) > (SELECT min(qc_config_id) FROM ocean.qc_config)}),
	't', 'the next configuration has a new number');

# ---- replication has the triggers off; TRUNCATE ----
$node->safe_psql('postgres', <<'END');
SET session_replication_role = replica;
INSERT INTO ocean.observation (stream_id, observed_at, value, flag, tests) VALUES (18, '2021-03-01Z', 999, 3, 268435459);
END
is( $node->safe_psql('postgres', 'SELECT value, flag, gross_range FROM ocean.observation_test WHERE stream_id = 18'),
	'999|3|3', 'a row that replication applies keeps its flags');
$node->safe_psql('postgres', 'SELECT ocean.refresh_latest(18)');
is(latest_is_newest(18), 't', 'and its latest value is looked up on request');
$node->safe_psql('postgres', 'SELECT ocean.refresh_latest(19)');
is($node->safe_psql('postgres', 'SELECT count(*) FROM ocean.latest WHERE stream_id = 19'), 0, 'which a stream without rows has not');
$node->safe_psql('postgres', 'TRUNCATE ocean.observation');
is($node->safe_psql('postgres', 'SELECT count(*) FROM ocean.latest'), 0, 'TRUNCATE leaves no latest value');

# ---- the real series ----
my $data = ($ENV{TIDEHOLD_SHARED} // "$ENV{TESTDIR}/../shared") . '/data/ocean';
SKIP:
{
	skip 'no ../shared/data/ocean', 12 unless -r "$data/qartod_real_config.json";
	my $config = Tidehold::slurp("$data/qartod_real_config.json");
	for my $case ([ 'ndbc_44013_wtmp', 1 ], [ 'water_level', 0 ])
	{
		my ($name, $odd) = @$case;
		my ($file, $thresholds) = split /\|/, $node->safe_psql('postgres', <<"END");
SELECT c ->> 'file', jsonb_build_object(
	'gross_range', jsonb_build_object('fail', c -> 'gross_fail', 'suspect', c -> 'gross_suspect'),
	'spike', jsonb_build_object('suspect', c -> 'spike_suspect', 'fail', c -> 'spike_fail', 'method', c -> 'spike_method'),
	'rate_of_change', jsonb_build_object('suspect_per_s', c -> 'roc_suspect_per_s', 'fail_per_s', c -> 'roc_fail_per_s'),
	'flat_line', jsonb_build_object('suspect_s', c -> 'flat_suspect_s', 'fail_s', c -> 'flat_fail_s', 'tolerance', c -> 'flat_tolerance'))
FROM (SELECT \$j\$$config\$j\$::jsonb -> '$name') AS d(c)
END
		my @lines = map { [ split /,/, $_, -1 ] } split /\n/, Tidehold::slurp("$data/$file");
		shift @lines;
		my @rows = map { [ @$_[ 0, 1 ] ] } @lines;
		my $reference = join '', map { "$_->[0],$_->[2],$_->[3],$_->[4],$_->[5],$_->[6]\n" } @lines;
		$node->safe_psql('postgres',
			"CREATE TABLE $name (t timestamptz, g int, s int, r int, f int, a int);\nCOPY $name FROM STDIN (FORMAT csv);\n$reference\\.\n");
		my $stream = 16 + $odd;
		for my $order ([ 'in order', \@rows ], [ 'in reverse', [ reverse @rows ] ], [ 'at random', [ shuffled(@rows) ] ])
		{
			set_thresholds($stream, $thresholds);
			$node->safe_psql('postgres', "DELETE FROM ocean.observation WHERE stream_id = $stream");
			$node->safe_psql('postgres', copy_rows($stream, $order->[1]));
			is( $node->safe_psql('postgres', <<"END"), scalar(@rows) . '|0|0|0|0|0', "$name $order->[0]: rows, and differences of each test from the reference");
SELECT count(*), count(*) FILTER (WHERE g <> gross_range), count(*) FILTER (WHERE s <> spike),
	count(*) FILTER (WHERE r <> rate_of_change), count(*) FILTER (WHERE f <> flat_line), count(*) FILTER (WHERE a <> flag)
FROM $name JOIN ocean.observation_test ON stream_id = $stream AND observed_at = t
END
			is(latest_is_newest($stream), 't', "$name $order->[0]: the latest value");
		}
	}
}

$node->stop;
done_testing();
