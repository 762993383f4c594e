# Rows that are there already: the initial snapshot and resnapshot(), beside a stream that
# goes on.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use Test::More;

use FeedTest;
use Program;

my $redis = Redis->new;
my $node = feed_node('snapshot');
redis_server($node, $redis, 'cache');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# The last request for a table, as STATE ROWS_SENT.
sub request_of
{
	my ($table, $columns) = @_;
	$columns //= q{state || ' ' || rows_sent};
	return sql("SELECT $columns FROM tidehold.feed_snapshot WHERE table_name = '$table' ORDER BY snapshot_id DESC LIMIT 1");
}

sub hashes_of
{
	my ($table, $format, $columns) = @_;
	return sql(qq{SELECT line FROM (SELECT format('$format', $columns) AS line FROM $table) AS l ORDER BY line COLLATE "C"});
}

sub redis_is
{
	my ($pattern, $rows, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(join("\n", $redis->hashes($pattern)), $rows, $name);
}

# ---- the initial snapshot: several chunks, every row once ------------------------------
audited_table($node, 'shelf');
sql('INSERT INTO shelf (id, note) SELECT n, repeat(chr(97 + n % 26), n % 300) FROM generate_series(1, 4000) n');
sql('ANALYZE shelf');
sql('CREATE PUBLICATION shelves FOR TABLE shelf');
create_feed($node, 'shelf', 'shelves', 'cache', snapshot => 'initial');
wait_feed($node, 'shelf');
redis_equals_table($node, $redis, 'shelf', 'every row is there');
is(request_of('shelf'), 'done 4000', 'each was sent once');
is(request_of('shelf', 'rows_estimated'), 4000, 'and expected by the statistics');

# ---- beside changes -------------------------------------------------------------------
# The guards stay: without them Redis would count as one that lost what it had.
sub forget
{
	my ($pattern) = @_;
	my @keys = grep { !/:v$/ } $redis->keys($pattern);
	$redis->pipe(map { [ 'DEL', $_ ] } @keys);
	return;
}

for my $round (1 .. 3)
{
	forget('shelf:*') if $round == 1;
	sql("SELECT tidehold.resnapshot('shelf', 'shelf')");
	sql(qq{
		DELETE FROM shelf WHERE id % 7 = $round;
		UPDATE shelf SET note = 'changed' WHERE id % 5 = 2;
		UPDATE shelf SET id = id + 100000 * $round WHERE id % 11 = $round AND id < 5000;
		INSERT INTO shelf (id) SELECT n FROM generate_series(50000, 50100) n ON CONFLICT DO NOTHING});
	change_rows($node, 'shelf', 200);
	wait_feed($node, 'shelf', "round $round: all is in the sink");
	redis_equals_table($node, $redis, 'shelf', "round $round: nothing old came back, nothing is missing");
}

# Each row is changed once, while it is being read: a row that came from before would stay.
sql(q{
	CREATE TABLE hot (id integer PRIMARY KEY, note text);
	INSERT INTO hot SELECT n, 'old' FROM generate_series(0, 19999) n;
	CREATE PROCEDURE test.change(from_id integer) LANGUAGE plpgsql AS $$
	BEGIN
	    FOR n IN 0 .. 4999 LOOP
	        UPDATE hot SET note = 'new' WHERE id = from_id + n * 4;
	        COMMIT;
	    END LOOP;
	END $$;
	ALTER PUBLICATION shelves ADD TABLE hot});
my $port = $node->port;
my $host = $node->host;
my @clients = map { Program->new($node->basedir . "/client$_", 'psql', '-XAtq', '-h', $host, '-p', $port, '-d', 'postgres', '-c', "CALL test.change($_)") } 0 .. 3;
my $rounds = 0;
while (grep { $_->is_running } @clients)
{
	sql("SELECT tidehold.resnapshot('shelf', 'hot')");
	$node->psql('postgres', q{SELECT tidehold.wait_feed('shelf', '60 s')});
	$rounds++;
}
wait_feed($node, 'shelf');
cmp_ok($rounds, '>', 0, "read $rounds times beside 20,000 changes");
is(request_of('hot', 'count(*) OVER () - count(*) FILTER (WHERE state = \'done\') OVER ()'), 0, 'each time to the end');
redis_is('hot:*', hashes_of('hot', 'hot:%s|id=%s|note=new', 'id, id'), 'no row is as it was before');

# ---- only some rows ---------------------------------------------------------------------
forget('shelf:*');
sql(q{SELECT tidehold.resnapshot('shelf', 'shelf', 'id <= 30 AND version % 2 = 0 -- even')});
wait_feed($node, 'shelf');
redis_is('shelf:*', hashes_of(q{shelf WHERE id <= 30 AND version % 2 = 0}, 'shelf:%s|id=%s|note=%s|version=%s', 'id, id, note, version'),
	'a filter chooses');

# ---- keys that are hard to order --------------------------------------------------------
sql(q{
	CREATE TYPE size AS ENUM ('small', 'large');
	CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
	CREATE TABLE odd (
	    "a ""b" text COLLATE nocase, size size, n numeric, at timestamptz, more text,
	    PRIMARY KEY (size, "a ""b", at DESC, n))} =~ s/ DESC//r);
sql(q{
	INSERT INTO odd SELECT chr(97 + n % 20) || (n % 7), CASE WHEN n % 2 = 0 THEN 'small' ELSE 'large' END::size,
	    n / 7.0, timestamptz '2024-01-01' + n * interval '1 hour', NULLIF(n % 3, 0)::text
	FROM generate_series(1, 3000) n;
	ALTER PUBLICATION shelves ADD TABLE odd});
sql(q{SELECT tidehold.map_feed('shelf', 'odd', 'odd:{n}:{at}')});
wait_feed($node, 'shelf');
sql(q{SELECT tidehold.resnapshot('shelf', 'odd')});
wait_feed($node, 'shelf');
is(request_of('odd'), 'done 3000', 'a key of four columns: each row once');
is(scalar(() = $redis->keys('odd:*')), 3000, 'and all are there');

# ---- a publication's rows and columns ---------------------------------------------------
sql(q{
	CREATE TABLE part (id integer, kind integer, secret text, open text, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
	CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
	CREATE TABLE part_2 (kind integer, open text, secret text, id integer, PRIMARY KEY (id, kind));
	ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES IN (2);
	INSERT INTO part SELECT n, 1 + n % 2, 'secret', 'open ' || n FROM generate_series(1, 1500) n;
	CREATE PUBLICATION parts FOR TABLE part (id, kind, open) WHERE (id > 500) WITH (publish_via_partition_root = true)});
create_feed($node, 'part', 'parts', 'cache', snapshot => 'initial');
wait_feed($node, 'part');
redis_is('part:*', hashes_of(q{part WHERE id > 500}, 'part:%s|id=%s|kind=%s|open=%s', q{id || ':' || kind, id, kind, open}),
	'partitions as their root, without what the publication leaves out');

# ---- no key at all ------------------------------------------------------------------------
sql(q{
	CREATE TABLE log (line text, detail text);
	INSERT INTO log SELECT 'line ' || n, repeat('x', 500) FROM generate_series(1, 9000) n;
	CREATE PUBLICATION logs FOR TABLE log WITH (publish = 'insert')});
create_feed($node, 'log', 'logs', 'cache', snapshot => 'initial', value => 'stream');
sql(q{INSERT INTO log SELECT 'later ' || n FROM generate_series(1, 100) n}) for 1 .. 5;
wait_feed($node, 'log');
my %times;
my $entries = $redis->cli('XRANGE', 'log', '-', '+');
$times{"$1 $2"}++ while $entries =~ /^op\n(.)\nvalue\n\{"line":"(\w+ \d+)"/mg;
my @lines = grep { /^r line/ } keys %times;
is(scalar(@lines), 9000, 'without a key: every line is there');
is(join(' ', grep { $times{$_} != 1 } @lines), '', 'once');
is(join(' ', grep { $times{"c later $_"} + ($times{"r later $_"} // 0) < 5 || $times{"c later $_"} > 5 } 1 .. 100), '',
	'and of five that are alike none is missing');

# ---- what cannot be read ------------------------------------------------------------------
sql(q{
	CREATE ROLE keeper LOGIN;
	GRANT tidehold_admin TO keeper;
	GRANT USAGE ON FOREIGN SERVER cache TO keeper;
	GRANT CREATE ON DATABASE postgres TO keeper;
	CREATE SCHEMA kept AUTHORIZATION keeper;
	CREATE TABLE kept.open (id integer PRIMARY KEY);
	CREATE TABLE kept.hidden (id integer PRIMARY KEY);
	CREATE TABLE kept.closed (id integer PRIMARY KEY);
	CREATE TABLE kept.gone (id integer PRIMARY KEY);
	INSERT INTO kept.open VALUES (1), (2);
	INSERT INTO kept.hidden VALUES (1), (2);
	INSERT INTO kept.closed VALUES (1);
	GRANT SELECT ON kept.open, kept.hidden, kept.gone TO keeper;
	ALTER TABLE kept.hidden ENABLE ROW LEVEL SECURITY;
	CREATE POLICY one ON kept.hidden USING (id = 1);
	CREATE PUBLICATION kept FOR TABLE kept.open, kept.hidden, kept.closed, kept.gone;
	ALTER PUBLICATION kept OWNER TO keeper});
sql(q{SET ROLE keeper; SELECT tidehold.create_feed('kept', 'kept', 'cache', '{"destination": "{$schema}.{$table}:{$key}"}')});
wait_feed($node, 'kept');
sql(q{
	BEGIN;
	SELECT tidehold.resnapshot('kept', t) FROM unnest(ARRAY['kept.gone', 'kept.hidden', 'kept.closed', 'kept.open']::regclass[]) t;
	DROP TABLE kept.gone;
	COMMIT});
wait_feed($node, 'kept');
is(request_of('gone', q{state || ': ' || reason}), 'failed: table "kept.gone" does not exist', 'a table that is gone');
is(request_of('hidden', q{state || ': ' || reason}), 'failed: query would be affected by row-level security policy for table "hidden"',
	'a table of which the owner sees some rows alone');
is(request_of('closed', q{state || ': ' || reason}), 'failed: permission denied for table closed', 'a table that the owner may not read');
is(request_of('open'), 'done 2', 'the others go on');
redis_is('kept.open:*', "kept.open:1|id=1\nkept.open:2|id=2", 'and their rows are there');

done_testing();
