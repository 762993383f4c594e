# Climatologies and heatwaves in SQL against the field's reference implementation, and the
# incremental detection against that over whole series: day by day, late, in any order, and
# through kill -9 and promotion.
use strict;
use warnings;

use JSON::PP ();
use List::Util qw(shuffle);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold qw(kill_server);

my $data = ($ENV{TIDEHOLD_SHARED} // "$ENV{TESTDIR}/../shared") . '/data/ocean';
plan skip_all => 'the reference series of ../shared/data/ocean are not there' unless -r "$data/sst_WA.csv";

my $node = Tidehold::node('heatwave');
$node->append_conf('postgresql.conf', "statement_timeout = 3min\nfsync = off\n");
$node->start;

sub sql { return $node->safe_psql('postgres', $_[0]) }

# All metrics, in the order of the reference's columns, beside their names here.
my @metrics = map { ("intensity_$_", "intensity_${_}_rel_thresh", "intensity_${_}_abs") } qw(max mean var cumulative);
push @metrics, qw(rate_onset rate_decline);
my %theirs = map { my $name = $_; $name =~ s/rel_thresh/relThresh/; $_ => $name } @metrics;

my @series = qw(sst_WA sst_WA_gaps sst_WA_short sst_Med sst_Med_gaps sst_Med_short sst_tasman_1_2);

sub load_series
{
	sql('CREATE EXTENSION tidehold_ocean CASCADE');
	sql('CREATE TABLE given (day date, sst float8)');
	for my $name (@series)
	{
		sql(<<"END");
TRUNCATE given;
\\copy given FROM '$data/$name.csv' CSV HEADER
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('$name', 0, 0);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station WHERE code = '$name';
INSERT INTO ocean.daily_mean SELECT stream_id, day, sst, (sst IS NOT NULL)::int, 0, 1, (sst IS NOT NULL)::int, 1
    FROM given, ocean.stream JOIN ocean.station USING (station_id) WHERE code = '$name';
END
	}
	sql('ANALYZE ocean.daily_mean');
	sql(<<'END');
CREATE FUNCTION stream(text) RETURNS bigint STABLE LANGUAGE sql AS
    'SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = $1';
CREATE TABLE reference (event_no int, date_start date, date_peak date, date_end date, index_start int, index_peak int,
    index_end int, duration int, duration_moderate int, duration_strong int, duration_severe int, duration_extreme int,
    intensity_max float8, intensity_mean float8, intensity_var float8, intensity_cumulative float8,
    "intensity_max_relThresh" float8, "intensity_mean_relThresh" float8, "intensity_var_relThresh" float8, "intensity_cumulative_relThresh" float8,
    intensity_max_abs float8, intensity_mean_abs float8, intensity_var_abs float8, intensity_cumulative_abs float8,
    category text, rate_onset float8, rate_decline float8);
CREATE TABLE curve (doy366 int, seas float8, thresh float8);
END
	return;
}

# The options of a case of the manifest.
sub options_of
{
	my ($case) = @_;
	my %p = %{ $case->{params} };
	my @years = @{ $case->{climatology_years} };
	my %option = (first_year => $years[0], last_year => $years[1]);
	$option{kind} = "'cold_spell'" if $p{coldSpells};
	$option{percentile} = $p{pctile} if $p{pctile};
	$option{smoothing_width} = 1 if defined $p{smoothPercentile} && !$p{smoothPercentile};
	$option{smoothing_width} = $p{smoothPercentileWidth} if $p{smoothPercentileWidth};
	$option{window_half_width} = $p{windowHalfWidth} if defined $p{windowHalfWidth};
	$option{pad_days} = $p{maxPadLength} if $p{maxPadLength};
	$option{min_duration} = $p{minDuration} if $p{minDuration};
	$option{max_gap} = $p{maxGap} if defined $p{maxGap};
	$option{max_gap} = 0 if defined $p{joinAcrossGaps} && !$p{joinAcrossGaps};
	return 'ocean.heatwave_options(' . join(', ', map { "$_ => $option{$_}" } sort keys %option) . ')';
}

# Where two rows of events differ: text of the first differences, empty of none.
sub differences
{
	my ($ours) = @_;
	my $exact = join ' OR ', map { "o.$_->[0] IS DISTINCT FROM r.$_->[1]" } (
		[qw(start_date date_start)], [qw(peak_date date_peak)], [qw(end_date date_end)], [qw(duration duration)],
		[qw(days_moderate duration_moderate)], [qw(days_strong duration_strong)], [qw(days_severe duration_severe)],
		[qw(days_extreme duration_extreme)], [qw(category_name category)]);
	my $near = join ' OR ',
	  map { qq{abs(o.$_ - r."$theirs{$_}") > 1e-9 OR (o.$_ IS NULL) <> (r."$theirs{$_}" IS NULL)} } @metrics;
	return sql(<<"END");
SELECT coalesce(o.event_no, r.event_no), o.start_date, r.date_start, o.end_date, r.date_end, o.rate_decline, r.rate_decline
FROM ($ours) AS o FULL JOIN reference AS r ON r.event_no = o.event_no
WHERE o.event_no IS NULL OR r.event_no IS NULL OR $exact OR $near ORDER BY 1 LIMIT 5
END
}

sub compare_case
{
	my ($case) = @_;
	my $name = "$case->{series}.$case->{tag}";
	my $options = options_of($case);
	my $source = $case->{params}{alternateClimatology} // $case->{series};
	$source =~ s/\.csv$//;
	sql(<<"END");
TRUNCATE reference, curve;
\\copy reference FROM '$data/ref/$name.events.csv' CSV HEADER
\\copy curve FROM '$data/ref/$name.clim.csv' CSV HEADER
END
	my $detected = $source eq $case->{series}
	  ? "SELECT * FROM ocean.detect_stream(stream('$case->{series}'), $options)"
	  : "SELECT * FROM ocean.detect_stream(stream('$case->{series}'), $options, ocean.climatology_stream(stream('$source'), $options))";
	is(differences($detected), '', "$name: $case->{n_events} events, to the day, the category and 1e-9");
	is(sql(<<"END"), '', "$name: its climatology");
SELECT c.doy366, d.mean - c.seas, d.threshold - c.thresh
FROM curve AS c LEFT JOIN ocean.climatology_days(ocean.climatology_stream(stream('$source'), $options)) AS d ON d.day_of_year = c.doy366
WHERE abs(d.mean - c.seas) > 1e-9 OR abs(d.threshold - c.thresh) > 1e-9 OR d.mean IS NULL LIMIT 5
END
	return;
}

# HotSpots, degree heating weeks and levels of each day; the files have six decimals.
sub heat_stress
{
	my ($series) = @_;
	sql(<<"END");
CREATE TABLE stress (day date, hotspot_plain float8, weeks_plain float8, level_plain int,
    hotspot_recentred float8, weeks_recentred float8, level_recentred int);
\\copy stress FROM '$data/ref/$series.dhw.csv' CSV HEADER
END
	for my $kind ([ 'plain', 'NULL' ], [ 'recentred', '1988.2857' ])
	{
		my ($name, $centre) = @$kind;
		is(sql(<<"END"), '14975', "$series: heat stress of each day, $name");
SELECT count(*) FROM ocean.monthly_means_stream(stream('$series'), 1985, 2012, $centre) AS m,
    LATERAL ocean.heating_stream(stream('$series'), m.maximum) AS h JOIN stress AS r USING (day)
WHERE abs(h.hotspot - r.hotspot_$name) < 1e-6 AND (abs(h.degree_weeks - r.weeks_$name) < 2e-6 OR h.degree_weeks IS NULL AND r.weeks_$name IS NULL)
    AND h.level IS NOT DISTINCT FROM r.level_$name
END
	}
	sql('DROP TABLE stress');
	return;
}

# ---- the incremental detection ----

my $stored = 'SELECT start_date, peak_date, end_date, duration, category, state, intensity_max, intensity_mean, intensity_var,'
  . ' intensity_cumulative, intensity_max_rel_thresh, intensity_mean_rel_thresh, intensity_cumulative_abs, rate_onset, rate_decline, missing_days';

# Nothing, where the stored events are those that a detection over all days up to one finds.
sub unlike_batch
{
	my ($stream, $climatology, $day) = @_;
	return sql(<<"END");
WITH batch AS (
    SELECT h.* FROM (SELECT array_agg(day ORDER BY day) AS day, array_agg(mean ORDER BY day) AS value FROM ocean.daily_mean
                     WHERE stream_id = $stream AND day <= '$day') AS d,
        ocean.detect_values(d.day, d.value, ocean.stored_options($climatology), ocean.stored_curve($climatology)) AS h
), event AS (
    $stored FROM ocean.event WHERE climatology_id = $climatology AND state <> 'retracted'
)
(TABLE event EXCEPT $stored FROM batch) UNION ALL ($stored FROM batch EXCEPT TABLE event) LIMIT 3
END
}

# A copy of a stream without its daily means, and a climatology of the original's.
sub blank_copy
{
	my ($name, $copy, $options) = @_;
	my $climatology = sql(<<"END");
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('$copy', 1, 1);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 2, '1 day' FROM ocean.station WHERE code = '$copy';
SELECT ocean.make_climatology(stream('$copy'), $options, borrow_from => stream('$name'));
END
	my $stream = sql("SELECT stream('$copy')");
	sql("SELECT ocean.watch_heatwaves($stream, $climatology)");
	return ($stream, $climatology);
}

# Days from one to another come one by one, each in a transaction of its own.
sub replay
{
	my ($name, $options, $from) = @_;
	my ($stream, $climatology) = blank_copy($name, "replay $name" . ($options =~ /kind/ ? ' cold' : ''), $options);
	sql("INSERT INTO ocean.daily_mean SELECT $stream, day, mean, valid, excluded, expected, coverage, 1 FROM ocean.daily_mean"
		. " WHERE stream_id = stream('$name') AND day < '$from'");
	sql("SELECT ocean.advance_heatwaves($stream)");
	my @days = split /\n/, sql("SELECT day FROM ocean.daily_mean WHERE stream_id = stream('$name') AND day >= '$from' ORDER BY day");
	my $unlike = '';
	while (my @some = splice @days, 0, 61)
	{
		sql(join "\n", map { <<"END" } @some);
INSERT INTO ocean.daily_mean SELECT $stream, day, mean, valid, excluded, expected, coverage, 1 + day - '$from' FROM ocean.daily_mean
    WHERE stream_id = stream('$name') AND day = '$_';
SELECT ocean.advance_heatwaves($stream);
END
		$unlike .= unlike_batch($stream, $climatology, $some[-1]);
	}
	is($unlike, '', "$name day by day: at every 61st day the events are those of a detection up to it");
	is(sql("SELECT count(*) FROM ocean.event WHERE climatology_id = $climatology AND state = 'retracted'"), 0,
		"$name day by day: no event is taken back");
	is(sql(<<"END"), '', "$name day by day: the states of an event follow one another");
SELECT event_id, state_before, state_after FROM ocean.alert WHERE climatology_id = $climatology
    AND (state_before, state_after) NOT IN (('active', 'pending'), ('pending', 'active'), ('pending', 'final'), ('active', 'active'))
    AND NOT (state_before IS NULL AND state_after = 'active')
END
	return;
}

# The same days in any order, some of them wrong at first.
sub in_any_order
{
	my ($name, $options, $batches) = @_;
	my ($stream, $climatology) = blank_copy($name, "any order $name", $options);
	my @days = shuffle split /\n/, sql("SELECT day FROM ocean.daily_mean WHERE stream_id = stream('$name')");
	my $size = int(@days / $batches) + 1;
	my $revision = 0;
	my $unlike = '';
	while (my @some = splice @days, 0, $size)
	{
		my $list = join ',', map { "'$_'" } @some;
		$revision++;
		sql(<<"END");
INSERT INTO ocean.daily_mean SELECT $stream, day, mean + (day - '2000-01-01') % 7, valid, excluded, expected, coverage, $revision
    FROM ocean.daily_mean WHERE stream_id = stream('$name') AND day IN ($list);
UPDATE ocean.daily_mean AS d SET mean = g.mean, revision = $revision FROM ocean.daily_mean AS g
    WHERE d.stream_id = $stream AND d.revision = $revision - 1 AND g.stream_id = stream('$name') AND g.day = d.day;
SELECT ocean.advance_heatwaves($stream);
END
		$unlike .= unlike_batch($stream, $climatology, 'infinity') if $revision % 5 == 0;
	}
	$revision++;
	sql("UPDATE ocean.daily_mean AS d SET mean = g.mean, revision = $revision FROM ocean.daily_mean AS g"
		. " WHERE d.stream_id = $stream AND d.revision = $revision - 1 AND g.stream_id = stream('$name') AND g.day = d.day;"
		. " SELECT ocean.advance_heatwaves($stream)");
	is($unlike, '', "$name in any order: after every fifth batch the events are those of a detection");
	is(unlike_batch($stream, $climatology, 'infinity'), '', "$name in any order, corrected: and in the end");
	is(sql("SELECT phase, through FROM ocean.heatwave_state WHERE stream_id = $stream"),
		sql("SELECT causal, day FROM ocean.label_days(stream('$name'), $climatology) ORDER BY day DESC LIMIT 1"),
		"$name in any order: so is the state");
	return;
}

sub dumped
{
	my $dump = "$PostgreSQL::Test::Utils::tmp_check/heatwave.dump";
	my @queries = map { "SELECT count(*) > 0, md5(string_agg(r::text, '|' ORDER BY r::text)) FROM ocean.$_ AS r" }
	  qw(climatology climatology_day heatwave_state event event_revision alert);
	command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'pg_dump');
	sql('CREATE DATABASE restored TEMPLATE template0');
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'pg_restore');
	is($node->safe_psql('restored', $_), sql($_), "restored: $_") for @queries;
	is($node->safe_psql('restored', 'SELECT * FROM ocean.advance_heatwaves()'), sql('SELECT * FROM ocean.advance_heatwaves()'),
		'and detection goes on');
	sql('DROP DATABASE restored');
	return;
}

sub killed_and_promoted
{
	my $options = 'ocean.heatwave_options(first_year => 1983, last_year => 2012)';
	my ($stream, $climatology) = blank_copy('sst_WA', 'killed', $options);
	my $add = "INSERT INTO ocean.daily_mean SELECT $stream, day, mean, valid, excluded, expected, coverage, %d FROM ocean.daily_mean"
	  . " WHERE stream_id = stream('sst_WA') AND day BETWEEN '%s' AND '%s'";
	sql(sprintf $add, 1, '1982-01-01', '2011-02-20');
	sql("SELECT ocean.advance_heatwaves($stream)");
	sql(sprintf $add, 2, '2011-02-21', '2011-03-01');
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN');
	$session->query_safe("SELECT ocean.advance_heatwaves($stream)");
	my $event = sql("SELECT event_id, revision FROM ocean.event WHERE climatology_id = $climatology AND state = 'active'");
	kill_server($node);
	eval { $session->quit };
	$node->start;
	is(sql("SELECT event_id, revision FROM ocean.event WHERE climatology_id = $climatology AND state = 'active'"), $event,
		'killed in the middle of a step: nothing of it is there');
	sql("SELECT ocean.advance_heatwaves($stream)");
	is(unlike_batch($stream, $climatology, '2011-03-01'), '', 'and the next call does it');

	$node->backup('base');
	my $standby = PostgreSQL::Test::Cluster->new('heatwave_standby');
	$standby->init_from_backup($node, 'base', has_streaming => 1);
	$standby->start;
	$node->wait_for_catchup($standby);
	my ($code, $out, $error) = $standby->psql('postgres', "SELECT ocean.advance_heatwaves($stream)");
	like($error, qr/cannot execute/, 'a standby does not step');
	$node->stop('immediate');
	$standby->promote;
	$node = $standby;
	sql(sprintf $add, 3, '2011-03-02', '2011-12-31');
	sql("SELECT ocean.advance_heatwaves($stream)");
	is(unlike_batch($stream, $climatology, '2011-12-31'), '', 'promoted, it goes on where the last commit left off');
	is(sql("SELECT event_id FROM ocean.event WHERE climatology_id = $climatology AND start_date = '2011-02-06'"),
		(split /\|/, $event)[0], 'with the event of the same id');
	return;
}

load_series();
my $manifest = JSON::PP::decode_json(slurp_file("$data/ref/manifest.json"));
compare_case($_) for @$manifest;
heat_stress($_) for qw(sst_WA sst_Med);

my $warm = 'ocean.heatwave_options(first_year => 1983, last_year => 2012)';
my $cold = q{ocean.heatwave_options(kind => 'cold_spell', first_year => 1983, last_year => 2012)};
replay('sst_WA', $warm, '2020-06-01');
replay('sst_Med', $cold, '2019-06-01');
replay('sst_WA_gaps', $warm, '2019-06-01');
replay('sst_tasman_1_2', 'ocean.heatwave_options(first_year => 1982, last_year => 2005)', '2014-06-01');
replay('sst_Med_short', 'ocean.heatwave_options(first_year => 1999, last_year => 2003)', '1900-01-01');
in_any_order('sst_WA_short', 'ocean.heatwave_options(first_year => 2001, last_year => 2011)', 40);
in_any_order('sst_Med_short', 'ocean.heatwave_options(first_year => 1999, last_year => 2003, pad_days => 3)', 40);
dumped();
killed_and_promoted();

$node->stop;
done_testing();
