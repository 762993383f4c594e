# ocean.create_feeds(): observations and alerts as events, latest values as state, alerts as
# a stream; and NOTIFY for those who have no feed.
use strict;
use warnings;

use FindBin;
use JSON::PP ();
use Test::More;

use FeedTest;

my $kafka = Kafka->shared;
my $redis = Redis->new;
my $node = feed_node('ocean');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# The feeds have the names that the function gives, so this file alone uses them.
my $EVENTS = 'ocean_events';
my $STATE = 'ocean_state';

# Two stations, and ten years of a sea in which ten days are too warm.
sub observe
{
	sql(<<'SQL');
CREATE EXTENSION tidehold_ocean CASCADE;
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('BUOY', 42, -70), ('PIER', 43, -70);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 1, '10 minutes' FROM ocean.station;
INSERT INTO ocean.stream (station_id, variable_id, depth_m, cadence) SELECT station_id, 1, 20, '10 minutes' FROM ocean.station WHERE code = 'PIER';
SELECT ocean.make_partitions('2026-01-01', '2026-03-01');
INSERT INTO ocean.daily_mean
    SELECT stream_id, day::date, 15 + extract(doy FROM day)::int % 3, 1, 0, 1, 1, 1
    FROM ocean.stream, generate_series(date '2001-01-01', '2010-12-31', '1 day') AS day;
INSERT INTO ocean.observation (stream_id, observed_at, value)
    SELECT stream_id, timestamptz '2026-01-01 00:00Z' + n * interval '10 minutes', 10 + n
    FROM ocean.stream, generate_series(0, 3) AS n WHERE depth_m IS NULL;
SQL
	return;
}

sub stream_of { return sql("SELECT stream_id FROM ocean.stream JOIN ocean.station USING (station_id) WHERE code = '$_[0]' AND depth_m IS NULL") }

sub latest_is_state
{
	my ($station, $value, $name) = @_;
	my $hash = $redis->hash("latest:$station:sea_water_temperature");
	is("$hash->{station} $hash->{variable} $hash->{value} $hash->{unit}", "$station sea_water_temperature $value degree_Celsius", $name);
	return;
}

sub days_come
{
	my ($stream, $first, $count, $value, $revision) = @_;
	return sql(<<"SQL");
INSERT INTO ocean.daily_mean SELECT $stream, date '$first' + n, $value, 1, 0, 1, 1, $revision FROM generate_series(0, $count - 1) AS n
    ON CONFLICT (stream_id, day) DO UPDATE SET mean = excluded.mean, revision = excluded.revision;
SELECT events FROM ocean.advance_heatwaves($stream);
SQL
}

# What an event was said to be, in order.
sub said { return join ' ', map { $_->{state_after} } @_ }

sub heard
{
	my ($stream) = @_;
	my $heard = sql(<<"SQL");
INSERT INTO ocean.alert_channel VALUES ('everybody', NULL, 1), ('pier', 'PIER', 1), ('worst', NULL, 4);
LISTEN everybody; LISTEN pier; LISTEN worst;
BEGIN;
INSERT INTO ocean.daily_mean SELECT $stream, date '2011-02-01' + n, 18.5, 1, 0, 1, 1, 5 FROM generate_series(0, 5) AS n;
SELECT ocean.advance_heatwaves($stream);
ROLLBACK;
INSERT INTO ocean.daily_mean SELECT $stream, date '2011-02-01' + n, 18.5, 1, 0, 1, 1, 5 FROM generate_series(0, 4) AS n;
SELECT ocean.advance_heatwaves($stream);
SQL
	my @payloads = $heard =~ /notification "(\w+)" with payload "(\{.*\})" received/g;
	is(scalar(@payloads) / 2, 1, 'one channel of three hears, and once: not of what is rolled back');
	my $payload = JSON::PP::decode_json($payloads[1] // '{}');
	is("$payloads[0] $payload->{station} $payload->{state} $payload->{start_date} $payload->{day}",
		'everybody BUOY active 2011-02-01 2011-02-05', 'what NOTIFY says');
	return;
}

observe();
my ($code, $out, $error) = $node->psql('postgres', 'SELECT ocean.create_feeds()');
like($error, qr/neither a Kafka nor a Redis server is named/, 'create_feeds() needs a server');
kafka_server($node, $kafka, 'kafka');
redis_server($node, $redis, 'redis');
is(sql("SELECT string_agg(f, ' ') FROM ocean.create_feeds('kafka', 'redis') AS f"), "$EVENTS $STATE", 'two feeds are made');
wait_feed($node, $_) for $EVENTS, $STATE;
latest_is_state('BUOY', 13, 'the latest value from before the feed is there');

my $buoy = stream_of('BUOY');
sql("INSERT INTO ocean.observation (stream_id, observed_at, value) VALUES ($buoy, '2026-02-01 00:00Z', 18.5), ($buoy, '2026-01-31 00:00Z', 17)");
sql("INSERT INTO ocean.observation (stream_id, observed_at, value) SELECT stream_id, '2026-02-02 00:00Z', 6 FROM ocean.stream WHERE depth_m = 20");
my $climatology = sql("SELECT ocean.make_climatology($buoy)");
sql("SELECT ocean.watch_heatwaves($buoy, $climatology)");
days_come($buoy, '2011-01-01', 6, 18.5, 2);
days_come($buoy, '2011-01-07', 8, 15, 3);
days_come($buoy, '2011-01-02', 3, 15, 4);
wait_feed($node, $_) for $EVENTS, $STATE;

latest_is_state('BUOY', 18.5, 'a late row does not replace a newer one');
latest_is_state('PIER', 6, 'of two depths of a station the newest value');
my @alerts = map { $_->{after} // {} } map { value_of($_) } $kafka->consume('ocean.alert');
is(said(@alerts), 'active final retracted', 'an alert for each change of state, in order, taken back in the end');
is(scalar(@alerts), sql('SELECT count(*) FROM ocean.alert'), 'each alert is an event, once');
is(scalar(keys %{ { map { $_->{event_id} => 1 } @alerts } }), 1, 'all of one event id');
is(join(' ', map { $_->{revision} } @alerts), join(' ', sort { $a <=> $b } map { $_->{revision} } @alerts), 'with revisions that grow');
is($redis->cli('XLEN', 'alerts'), sql('SELECT count(*) FROM ocean.alert'), 'the stream has them too');

my @observations = $kafka->consume('ocean.observation');
is(scalar(@observations), sql('SELECT count(*) FROM ocean.observation'), 'each observation of each partition is an event of one topic');
my %partitions;
$partitions{ $_->{key} }{ $_->{partition} } = 1 for @observations;
is(scalar(grep { keys %$_ > 1 } values %partitions), 0, 'those of a stream are in one partition, in order');
heard($buoy);
no_dead_letters($node);
$node->stop;
done_testing();
