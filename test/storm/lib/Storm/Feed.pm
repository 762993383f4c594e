# Feed.pm
#	  Feeds of a busy shop while everything about them breaks: the worker, the server,
#	  Kafka and Redis are killed or halted, and the network swallows what it is given.
package Storm::Feed;

use strict;
use warnings;

use Exporter 'import';
use Test::More;
use Time::HiRes qw(sleep time);

use FeedTest;
use Kafka;
use Program;
use Proxy;
use Redis;
use Storm;

our @EXPORT = qw(feed_storm);

use constant { ITEMS => 30, STOCK => 100000, CELLS => 300 };

my @FEEDS = qw(inventory_events inventory_stock cell_events cells);

my $SETTINGS = <<'END';
fsync = on
tidehold.maintenance_naptime = 50ms
END

my $TABLES = <<'SQL';
CREATE EXTENSION tidehold_inventory CASCADE;
CREATE SCHEMA storm;
CREATE TABLE storm.cell (id integer PRIMARY KEY, version bigint NOT NULL, note text NOT NULL);
CREATE SEQUENCE storm.version;
CREATE FUNCTION storm.end_one(skip integer, fulfil boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id uuid := (SELECT (lpad(to_hex(item_id), 16, '0') || lpad(to_hex(reservation_no), 16, '0'))::uuid
                FROM inventory.reservation OFFSET skip LIMIT 1);
BEGIN
    IF id IS NULL THEN RETURN 'none'; END IF;
    IF fulfil THEN PERFORM inventory.fulfil(id); ELSE PERFORM inventory.release(id); END IF;
    RETURN 'done';
EXCEPTION WHEN SQLSTATE 'TH005' OR SQLSTATE 'TH006' OR SQLSTATE 'TH007' OR SQLSTATE 'TH008' THEN
    RETURN 'gone';
END
$$;
CREATE PUBLICATION cells FOR TABLE storm.cell;
SQL

my $PICK = "\\set i random(1, ${\ITEMS})\n\\set q random(1, 3)\n\\set c random(1, ${\CELLS})\n\\set k random(1, 5)\n\\set o random(0, 50)\n";

my %SCRIPTS = (
	'receive@2' => "SELECT inventory.receive('F' || :i, :q, 'BIN');\n",
	'reserve@5' => "SELECT inventory.try_reserve('F' || :i, :q);\n",
	'regret@1' => "BEGIN;\nSELECT inventory.try_reserve('F' || :i, :q);\nROLLBACK;\n",
	'end@4' => "SELECT storm.end_one(:o, :k > 2);\n",
	'cell@6' => <<'END',
BEGIN;
INSERT INTO storm.cell VALUES (:c, nextval('storm.version'), 'new')
    ON CONFLICT (id) DO UPDATE SET version = nextval('storm.version'), note = 'changed';
SAVEPOINT a;
UPDATE storm.cell SET note = 'never' WHERE id = :c;
ROLLBACK TO a;
UPDATE storm.cell SET version = nextval('storm.version') WHERE id IN
    (SELECT id FROM storm.cell WHERE id >= :c ORDER BY id LIMIT :k FOR UPDATE);
DELETE FROM storm.cell WHERE id = :c AND :k = 1;
END;
END
	'abort@1' => "BEGIN;\nDELETE FROM storm.cell WHERE id = :c;\nROLLBACK;\n",
);

# ---- the world ----

sub build
{
	my $world = {};
	$world->{kafka_port} = Program::free_port();
	$world->{kafka} = Kafka->new(advertise => $world->{kafka_port});
	$world->{kafka_net} = Proxy->new($world->{kafka}->client_port, $world->{kafka_port});
	$world->{redis} = Redis->new;
	$world->{redis_net} = Proxy->new($world->{redis}->port);
	my $node = $world->{node} = feed_node('feed_storm', $SETTINGS);
	$node->safe_psql('postgres', $TABLES);
	stock_up($node, 'F', ITEMS, STOCK);
	kafka_server($node, $world->{kafka}, 'kafka', 'socket.timeout.ms' => 3000, 'transaction.timeout.ms' => 10000);
	redis_server($node, undef, 'redis', host => '127.0.0.1', port => $world->{redis_net}->port);
	$node->safe_psql('postgres', "SELECT inventory.create_feeds('kafka', 'redis')");
	create_feed($node, 'cell_events', 'cells', 'kafka', destination => 'storm.cell',
		position_topic => 'tidehold.position', schema_topic => 'tidehold.schema');
	create_feed($node, 'cells', 'cells', 'redis', destination => 'cell:{id}');
	wait_feed($node, $_, "$_: runs") for @FEEDS;
	# What really was committed, as the server's own plugin tells it.
	$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('truth', 'test_decoding')");
	return $world;
}

sub start_load
{
	my ($node) = @_;
	my $base = $node->basedir . '/feed_load';
	my @files;
	for my $key (sort keys %SCRIPTS)
	{
		my ($name, $weight) = split /@/, $key;
		open(my $file, '>', "${base}_$name.sql") or die "could not write $name: $!";
		print $file $PICK . $SCRIPTS{$key};
		close $file;
		push @files, "-f ${base}_$name.sql\@$weight";
	}
	open(my $flag, '>', "$base.on") or die "could not write $base.on: $!";
	close $flag;
	my $shell = "while [ -e \"\$1.on\" ]; do pgbench -n -c 8 -j 2 -R 250 -T 5 @files \"\$2\"; sleep 0.1; done";
	return { program => Program->new("$base.log", 'sh', '-c', $shell, 'sh', $base, $node->connstr('postgres')), flag => "$base.on" };
}

# So many transactions.
sub end_load
{
	my ($load) = @_;
	unlink $load->{flag};
	wait_until('the load ends', sub { !$load->{program}->is_running });
	my $transactions = 0;
	$transactions += $_ for $load->{program}->log =~ /actually processed: (\d+)/g;
	return $transactions;
}

# ---- what breaks ----

sub random_feed { return $FEEDS[ rand @FEEDS ] }

sub up_again { sleep rand 3; return }

my %FAULT = (
	'worker killed' => sub { kill_worker($_[0]{node}, random_feed()) },
	'workers terminated' => sub { ask($_[0]{node}, 'SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed WHERE pid IS NOT NULL') },
	'server killed' => sub { kill_server($_[0]{node}); $_[0]{node}->start },
	'server restarted' => sub { $_[0]{node}->restart },
	'Kafka killed' => sub { $_[0]{kafka}->kill9; up_again(); $_[0]{kafka}->start },
	'Redis killed' => sub { $_[0]{redis}->kill9; up_again(); $_[0]{redis}->start },
	'Kafka halted' => sub { $_[0]{kafka}->pause; up_again(); $_[0]{kafka}->resume },
	'Redis halted' => sub { $_[0]{redis}->pause; up_again(); $_[0]{redis}->resume },
	'network to Kafka lost' => sub { $_[0]{kafka_net}->black_hole; up_again(); $_[0]{kafka_net}->heal },
	'network to Redis lost' => sub { $_[0]{redis_net}->black_hole; up_again(); $_[0]{redis_net}->heal },
);
delete $FAULT{ 'Kafka killed' } unless Kafka::real();

# Every kind once before any comes again.
sub break_things
{
	my ($world, $seconds) = @_;
	my (%count, @next);
	my $end = time + $seconds;
	while (time < $end)
	{
		@next = sort { rand() <=> 0.5 } sort keys %FAULT unless @next;
		my $fault = shift @next;
		$FAULT{$fault}->($world);
		$count{$fault}++;
		sleep 0.5 + rand 2.5;
	}
	return %count;
}

# ---- what must be true ----

# Changes of the truth and of the topics by their place in the WAL: rows of one COPY may
# have the same, so it is counted how often each is there.
my $TRUTH = <<'SQL';
CREATE TABLE storm.truth AS
SELECT lsn - '0/0' AS lsn, m[1] AS table_name, CASE m[2] WHEN 'INSERT' THEN 'c' WHEN 'UPDATE' THEN 'u' ELSE 'd' END AS op
FROM (SELECT lsn, regexp_match(data, '^table (inventory\.movement|inventory\.reservation|inventory\.reservation_end|storm\.cell): (INSERT|UPDATE|DELETE):') AS m
      FROM pg_logical_slot_peek_changes('truth', NULL, NULL, 'skip-empty-xacts', '1')) AS d
WHERE m IS NOT NULL
SQL

my $SENT = <<'SQL';
INSERT INTO storm.sent
SELECT partition, place, key, op, (source ->> 'lsn')::numeric, ((source ->> 'sequence')::jsonb ->> 0)::numeric,
    (source ->> 'schema') || '.' || (source ->> 'table')
FROM test.got, jsonb_to_record(value::jsonb) AS v (op text, source jsonb)
WHERE size >= 0 AND op <> 'r'
SQL

my $LATE = <<'SQL';
SELECT count(*) FROM (
    SELECT (committed, lsn) < lag((committed, lsn)) OVER w AS late,
        min(partition) OVER (PARTITION BY topic, key) <> partition AS elsewhere
    FROM (SELECT *, CASE table_name WHEN 'inventory.reservation_end' THEN 'inventory.reservation' ELSE table_name END AS topic FROM storm.sent) AS s
    WINDOW w AS (PARTITION BY topic, key ORDER BY partition, place)) AS o
WHERE late OR elsewhere
SQL

my $STOCK_ROWS = <<'SQL';
SELECT format('stock:%s|on_hand=%s|reserved=%s', sku,
    coalesce((SELECT sum(quantity) FROM inventory.balance AS b JOIN inventory.location AS l USING (location_id)
              WHERE b.item_id = i.item_id AND l.kind = 'internal'), 0),
    coalesce((SELECT sum(quantity) FROM inventory.reservation AS r WHERE r.item_id = i.item_id), 0)) COLLATE "C" AS hash
FROM inventory.item AS i ORDER BY hash
SQL

sub kafka_has_it_once
{
	my ($world) = @_;
	my $node = $world->{node};
	$node->safe_psql('postgres', $TRUTH);
	$node->safe_psql('postgres', 'CREATE TABLE storm.sent (partition integer, place bigint, key text, op text, lsn numeric, committed numeric, table_name text)');
	for my $topic ('inventory.movement', 'inventory.reservation', 'storm.cell')
	{
		load_topic($node, $world->{kafka}, $topic);
		$node->safe_psql('postgres', $SENT);
	}
	my ($truth, $sent) = map { "SELECT table_name, op, lsn FROM storm.$_" } qw(truth sent);
	# What was sent before the truth began is not judged.
	$sent .= ' WHERE lsn >= (SELECT min(lsn) FROM storm.truth)';
	my %found = map { $_->[0] => $node->safe_psql('postgres', "SELECT count(*) FROM ($_->[1]) AS q") } (
		[ committed => $truth ], [ sent => $sent ],
		[ missing => "$truth EXCEPT ALL $sent" ], [ twice => "$sent EXCEPT ALL $truth" ]);
	$found{late} = $node->safe_psql('postgres', $LATE);
	return %found;
}

sub redis_has_it
{
	my ($world) = @_;
	my ($node, $redis) = @{$world}{qw(node redis)};
	my @stock = map { join '|', (split /\|/)[0], grep { /^(?:on_hand|reserved)=/ } split /\|/ } $redis->hashes('stock:*');
	my $cells = $node->safe_psql('postgres', <<'SQL');
SELECT format('cell:%s|id=%s|note=%s|version=%s', id, id, note, version) COLLATE "C" AS hash FROM storm.cell ORDER BY hash
SQL
	is(join("\n", @stock), $node->safe_psql('postgres', $STOCK_ROWS), 'Redis: stock of every item as in the database');
	is(join("\n", $redis->hashes('cell:*')), $cells, 'Redis: every row as in the database');
	return @stock + (() = $cells =~ /^/mg);
}

# Runs the storm for so many seconds; with a seed from STORM_SEED.
sub feed_storm
{
	my (%option) = @_;
	my $seed = $ENV{STORM_SEED} // time;
	srand $seed;
	diag("STORM_SEED=$seed");
	my $world = build();
	my $load = start_load($world->{node});
	my %count = break_things($world, $option{seconds});
	my $transactions = end_load($load);
	for my $feed (@FEEDS)
	{
		wait_feed($world->{node}, $feed, "$feed: everything is in the sink");
	}
	no_dead_letters($world->{node});
	my $hashes = redis_has_it($world);
	my %found = kafka_has_it_once($world);
	print_table(
		'feeds in a storm', seconds => $option{seconds}, (map { $_ => $count{$_} } sort keys %count),
		transactions => $transactions,
		'changes committed' => $found{committed}, 'changes a reader of Kafka has' => $found{sent},
		missing => $found{missing}, 'twice, or never committed' => $found{twice},
		'out of the order of their key' => $found{late}, 'hashes of Redis compared' => $hashes);
	cmp_ok($found{committed}, '>', 0, 'changes were committed');
	is($found{missing}, 0, 'Kafka: every change is there');
	SKIP:
	{
		only_on_kafka(2);
		is($found{twice}, 0, 'Kafka: none is there twice');
		is($found{late}, 0, 'Kafka: in order per key');
	}
	return;
}

1;
