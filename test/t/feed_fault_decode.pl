# What the WAL may hold: values that cannot be decoded, huge transactions, storms of
# subtransactions, tables that change their shape (faults 5, 27 to 30 and 33).
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;

my $kafka = Kafka->shared;
my $node = feed_node('decode', "logical_decoding_work_mem = '1MB'\ntidehold.feed_memory = '16MB'\n");
kafka_server($node, $kafka, 'kafka');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# A row filter that fails on one row: the INSERT works, decoding it does not.
sub undecodable
{
	sql(<<'SQL');
CREATE TABLE filtered (id integer PRIMARY KEY, divisor integer);
CREATE PUBLICATION filtered FOR TABLE filtered WHERE (10 / divisor > 0);
SQL
	create_feed($node, 'filtered', 'filtered', 'kafka');
	wait_feed($node, 'filtered');
	sql('INSERT INTO filtered VALUES (1, 1), (2, 0), (3, 2); INSERT INTO filtered VALUES (4, 1)');
	wait_feed($node, 'filtered', 'fault 5: a row that cannot be decoded does not stop the feed');
	is_deeply([ sort +events($kafka->consume(own('filtered'))) ], [ map { "c {\"id\":$_}" } 1, 3, 4 ], 'fault 5: all others are sent, once');
	is(sql("SELECT state, table_name, reason ~ 'division by zero' FROM tidehold.dead_letter"), 'undecodable|filtered|t',
		'fault 5: it is a dead letter, with the reason');
	sql("SELECT tidehold.discard_dead_letters('filtered', array_agg(letter_id)) FROM tidehold.dead_letter");
	return;
}

# The WAL has it while nobody has committed it; others go on.
sub huge_transaction
{
	feed_of($node, 'huge');
	feed_of($node, 'swift');
	my $session = $node->background_psql('postgres');
	$session->query_safe("BEGIN; INSERT INTO huge SELECT generate_series(1, 150000)");
	sql('INSERT INTO swift SELECT generate_series(1, 10)');
	wait_feed($node, 'swift', 'fault 27: another feed goes on while a huge transaction is open');
	sql('INSERT INTO huge VALUES (-1)');
	is(scalar($kafka->consume_at_least(own('huge'), 1)), 1, 'fault 27: so do other commits of the same table');
	$session->query_safe("UPDATE huge SET note = 'changed' WHERE id BETWEEN 1 AND 50000");
	$session->query_safe('COMMIT');
	$session->quit;
	wait_feed($node, 'huge', 'fault 27: the huge transaction is sent');
	my ($peak) = Tidehold::slurp('/proc/' . worker_pid($node, 'huge') . '/status') =~ /^VmHWM:\s+(\d+)/m;
	cmp_ok($peak, '<', 200 * 1024, 'fault 27: in less than 200 MB');
	cmp_ok(stat_feed($node, 'huge', 'spilled_bytes'), '>', 1_000_000, 'fault 27: what was spilled is counted');
	published_once($node, $kafka, 'huge', 'fault 27: huge transaction');
	return;
}

# Larger than one transaction of Kafka may be, and cut off in the middle of it.
sub cut_transaction
{
	feed_of($node, 'cut', transaction_bytes => '1MB', batch_bytes => '256kB');
	sql('INSERT INTO cut SELECT generate_series(1, 60000)');
	for (1 .. 3)
	{
		my $before = stat_feed($node, 'cut', 'messages');
		wait_until('it sends', sub { my $now = stat_feed($node, 'cut', 'messages'); $now ne $before || $now >= 60000 });
		sql("SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed WHERE name = 'cut'");
	}
	wait_feed($node, 'cut', 'fault 7: a transaction that is sent in parts, by several processes');
	published_once($node, $kafka, 'cut', 'fault 7: cut in parts');
	return;
}

sub subtransactions
{
	feed_of($node, 'nested');
	sql(<<'SQL');
DO $$
BEGIN
    FOR i IN 1 .. 3000 LOOP
        BEGIN
            INSERT INTO nested (id) VALUES (i);
            IF i % 3 = 0 THEN
                RAISE EXCEPTION USING ERRCODE = 'P0001';
            END IF;
            BEGIN
                UPDATE nested SET note = 'inner' WHERE id = i;
                IF i % 2 = 0 THEN RAISE EXCEPTION USING ERRCODE = 'P0002'; END IF;
            EXCEPTION WHEN SQLSTATE 'P0002' THEN NULL;
            END;
        EXCEPTION WHEN SQLSTATE 'P0001' THEN NULL;
        END;
    END LOOP;
END
$$;
SQL
	wait_feed($node, 'nested', 'fault 28: thousands of subtransactions');
	published_once($node, $kafka, 'nested', 'fault 28: subtransactions');
	return;
}

# Where one commit ends the next change begins: a process that starts there must neither
# send it twice nor leave it out.
sub adjacent
{
	feed_of($node, 'adjacent');
	for my $round (1 .. 15)
	{
		sql(join '', map { "INSERT INTO adjacent VALUES ($round * 10 + $_);" } 0 .. 3);
		wait_feed($node, 'adjacent', "fault 33: round $round") if $round % 2;
		sql("SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed WHERE name = 'adjacent'");
	}
	wait_feed($node, 'adjacent', 'fault 33: sent');
	published_once($node, $kafka, 'adjacent', 'fault 33: commits next to each other');
	return;
}

# Each event has the shape that its table had when it was written.
sub shapes
{
	sql(<<'SQL');
CREATE TABLE shape (id integer PRIMARY KEY, a text, old integer);
CREATE PUBLICATION shape FOR TABLE shape;
SQL
	create_feed($node, 'shape', 'shape', 'kafka');
	wait_feed($node, 'shape');
	sql("SELECT tidehold.pause_feed('shape')");
	wait_for_state($node, 'shape', "state = 'paused'");
	sql(<<'SQL');
INSERT INTO shape VALUES (1, 'x', 1);
ALTER TABLE shape ADD COLUMN b numeric DEFAULT 2.5;
INSERT INTO shape VALUES (2, 'x', 2);
BEGIN;
INSERT INTO shape VALUES (3, 'x', 3);
ALTER TABLE shape RENAME COLUMN a TO label;
INSERT INTO shape VALUES (4, 'x', 4);
ALTER TABLE shape ALTER COLUMN old TYPE text;
INSERT INTO shape VALUES (5, 'x', 'five');
COMMIT;
ALTER TABLE shape DROP COLUMN old;
INSERT INTO shape VALUES (6, 'x', 6.25);
VACUUM FULL shape;
CLUSTER shape USING shape_pkey;
TRUNCATE shape;
INSERT INTO shape VALUES (7, 'x');
BEGIN;
DROP TABLE shape;
CREATE TABLE shape (id integer PRIMARY KEY, fresh boolean);
ALTER PUBLICATION shape ADD TABLE shape;
INSERT INTO shape VALUES (8, true);
COMMIT;
SQL
	sql("SELECT tidehold.resume_feed('shape')");
	wait_feed($node, 'shape', 'fault 29: a table that changes while its feed lags behind');
	my %row;
	my $truncated = 0;
	for my $value (map { value_of($_) } $kafka->consume(own('shape')))
	{
		if ($value->{op} eq 't') { $truncated++; next }
		push @{ $row{ $value->{after}{id} } }, join ',', map { "$_=$value->{after}{$_}" } sort keys %{ $value->{after} };
	}
	is_deeply(\%row, {
		1 => ['a=x,id=1,old=1'],
		2 => ['a=x,b=2.5,id=2,old=2'],
		3 => ['a=x,b=2.5,id=3,old=3'],
		4 => ['b=2.5,id=4,label=x,old=4'],
		5 => ['b=2.5,id=5,label=x,old=five'],
		6 => ['b=6.25,id=6,label=x'],
		7 => ['b=2.5,id=7,label=x'],
		8 => ['fresh=1,id=8'],
	}, 'fault 29: each event has the shape of its place, and a rewrite is no event') or diag(explain(\%row));
	cmp_ok($truncated, '>=', 1, 'fault 29: TRUNCATE is said');
	my @shapes = grep { defined $_->{value} } $kafka->consume(own('shape.schema'));
	is(scalar @shapes, 6, 'fault 29: a schema record for each shape that had rows');
	return;
}

sub partitions
{
	sql(<<'SQL');
CREATE TABLE parted (id integer, day integer, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 (note text, gone text, day integer NOT NULL, id integer NOT NULL, PRIMARY KEY (id, day));
ALTER TABLE parted_2 DROP COLUMN gone;
CREATE PUBLICATION parted FOR TABLE parted WITH (publish_via_partition_root = true);
SQL
	create_feed($node, 'parted', 'parted', 'kafka', tombstones => JSON::PP::false());
	wait_feed($node, 'parted');
	sql(<<'SQL');
INSERT INTO parted VALUES (1, 1, 'one');
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (10) TO (20);
INSERT INTO parted VALUES (2, 11, 'two');
UPDATE parted SET day = 12 WHERE id = 1;
SQL
	wait_feed($node, 'parted', 'fault 30: partitions, one attached later');
	my @events = map { my $v = value_of($_); join ' ', $v->{op}, map { $_ // '-' } @{ $v->{after} // $v->{before} }{qw(id day)} } $kafka->consume(own('parted'));
	is_deeply([ sort @events ], [ 'c 1 1', 'c 1 12', 'c 2 11', 'd 1 1' ], 'fault 30: rows are those of the root, a move is delete and create');
	return;
}

sub identity
{
	sql('CREATE TABLE keyless (a integer); CREATE PUBLICATION keyless FOR TABLE keyless');
	my ($code, $out, $error) = $node->psql('postgres', "SELECT tidehold.create_feed('keyless', 'keyless', 'kafka')");
	like($error, qr/keyless/, 'fault 30: UPDATE published without replica identity is refused, with the table');
	is($code, 3, 'fault 30: and nothing is made');
	sql(<<'SQL');
CREATE TABLE summed (id integer PRIMARY KEY, a integer, twice integer GENERATED ALWAYS AS (a * 2) STORED);
CREATE PUBLICATION summed FOR TABLE summed;
SQL
	create_feed($node, 'summed', 'summed', 'kafka');
	sql('INSERT INTO summed VALUES (1, 2)');
	wait_feed($node, 'summed');
	my ($record) = $kafka->consume(own('summed'));
	is(value_of($record)->{after}{a}, 2, 'fault 30: a table with a generated column');
	ok(!exists value_of($record)->{after}{twice} || value_of($record)->{after}{twice} == 4, 'fault 30: whose value is there or left out, never null');
	return;
}

# A publication that goes away for a while takes its changes along, and that is counted.
sub publication_gone
{
	sql('CREATE TABLE hidden (id integer PRIMARY KEY); CREATE PUBLICATION hidden FOR TABLE hidden');
	create_feed($node, 'hidden', 'hidden', 'kafka');
	wait_feed($node, 'hidden');
	sql(<<'SQL');
INSERT INTO hidden VALUES (1);
DROP PUBLICATION hidden;
INSERT INTO hidden VALUES (2);
CREATE PUBLICATION hidden FOR TABLE hidden;
INSERT INTO hidden VALUES (3);
SQL
	wait_feed($node, 'hidden', 'a publication that was dropped and made again does not stop the feed');
	is_deeply([ sort +events($kafka->consume(own('hidden'))) ], [ 'c {"id":1}', 'c {"id":3}' ], 'what was written while it was there is sent');
	is(stat_feed($node, 'hidden', 'skipped'), 1, 'what was written without it is counted');
	return;
}

undecodable();
huge_transaction();
cut_transaction();
subtransactions();
adjacent();
shapes();
partitions();
identity();
publication_gone();
no_dead_letters($node);
done_testing();
