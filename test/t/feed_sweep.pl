# Redis equals the database: rows that a TRUNCATE took away, and rows that were deleted
# while the feed did not look, are removed; keys of others are not.
use strict;
use warnings;

use FindBin;
use POSIX ();
use Test::More;

use FeedTest;

my $MANY = 100_000;

my $redis = Redis->new;
my $node = feed_node('sweep', "tidehold.cluster_token = 'sweep'\n");
redis_server($node, $redis, 'redis');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub table
{
	my ($name) = @_;
	sql("CREATE TABLE $name (id bigint PRIMARY KEY, version bigint DEFAULT 0, note text DEFAULT 'note')");
	return;
}

sub rows
{
	my ($table, $from, $to) = @_;
	return "INSERT INTO $table SELECT generate_series($from, $to);";
}

sub sent
{
	my ($feed, $statements, $name) = @_;
	sql($statements);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return wait_feed($node, $feed, "$name: sent");
}

# Names of the rows' keys, without guards.
sub data_keys { return grep { !/:v$/ } $redis->keys($_[0]) }

sub data_keys_of { return grep { $redis->cli('EXISTS', "json:$_") } @_ }

sub letters
{
	my ($feed) = @_;
	return sql("SELECT l.state, l.table_name, l.reason FROM tidehold.dead_letter AS l JOIN tidehold.feed USING (feed_id) WHERE name = '$feed'");
}

# What lies beside the keys of table item, and matches them as Redis sees it.
my @foreign = (
	[ 'HSET', 'item:5:stock', 'n', '1' ],
	[ 'HSET', 'items:5', 'n', '1' ],
	[ 'SADD', 'item:900', 'member' ],
	[ 'SET', 'item:901', 'text' ],
	[ 'HSET', 'other:5', 'n', '1' ],
	[ 'SET', 'json:900', 'no row' ],
	[ 'HSET', 'json:901', 'n', '1' ],
);

sub foreign_are_there
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @names = map { $_->[1] } @foreign;
	return is($redis->cli('EXISTS', @names), scalar @names, "$name: keys of others are there");
}

# ---- TRUNCATE ----

sub truncated
{
	sent('main', rows('item', 1, 500) . rows('box', 1, 50), 'rows');
	sent('main', 'TRUNCATE item', 'truncate');
	redis_equals_table($node, $redis, 'box', 'truncate: the other table is untouched');
	is(join(' ', grep { /^item:\d+$/ } data_keys('item:*')), 'item:900 item:901', 'truncate: no row is left');
	foreign_are_there('truncate');
	$redis->cli('DEL', 'item:5:stock', 'item:900', 'item:901');

	sent('main', 'BEGIN;' . rows('item', 1, 300) . 'TRUNCATE item;' . rows('item', 200, 400) . 'COMMIT', 'truncate and insert');
	redis_equals_table($node, $redis, 'item', 'truncate and insert: the rows behind it stay, those before it go');
	sent('main', 'BEGIN; TRUNCATE item, box;' . rows('box', 7, 9) . "UPDATE box SET note = 'later'; COMMIT", 'two tables');
	redis_equals_table($node, $redis, $_, "two tables: $_") for qw(item box);
	sent('main', rows('part', 1, 200) . 'TRUNCATE part;' . rows('part', 90, 110), 'partitions');
	is(join(' ', data_keys('part_*:*')), join(' ', (map { "part_high:$_" } 100 .. 110), (map { "part_low:$_" } 90 .. 99)), 'partitions: each its own');
	sent('main', rows('part', 111, 120) . 'TRUNCATE part_low', 'one partition');
	is(join(' ', data_keys('part_*:*')), join(' ', map { "part_high:$_" } 100 .. 120), 'one partition: the others stay');
	no_dead_letters($node, 'truncate: no dead letter');
	return;
}

sub other_forms
{
	sent('json', rows('note', 1, 100), 'json');
	is(scalar(data_keys('json:*')), 102, 'json: a string for each row');
	sent('json', 'BEGIN; TRUNCATE note;' . rows('note', 3, 4) . 'COMMIT', 'json: truncate');
	is(join(' ', data_keys('json:*')), 'json:3 json:4 json:900 json:901', 'json: removed, but what is no row');
	sent('main', 'TRUNCATE entry', 'stream');
	cmp_ok($redis->cli('XLEN', 'entry'), '>', 0, 'stream: what was told stays told');
	sent('main', rows('total', 1, 3), 'computed');
	sent('main', 'TRUNCATE total', 'computed: truncate');
	is(scalar(data_keys('sum:*')), 0, 'computed: removed too');
	sent('main', 'BEGIN;' . rows('total', 1, 3) . 'TRUNCATE total;' . rows('total', 3, 4) . 'COMMIT', 'computed: truncate and insert');
	is(join(' ', data_keys('sum:*')), 'sum:3 sum:4', 'computed: what was computed behind it stays');
	no_dead_letters($node, 'other forms: no dead letter');

	$redis->cli('ACL', 'SETUSER', 'default', '-scan');
	sent('json', 'TRUNCATE note', 'SCAN is not allowed');
	is(scalar(data_keys_of(3, 4)), 2, 'SCAN is not allowed: the keys are there');
	like(letters('json'), qr/^refused\|note\|NOPERM/, 'SCAN is not allowed: a dead letter says so');
	$redis->cli('ACL', 'SETUSER', 'default', '+scan');
	sent('json', "SELECT tidehold.replay_dead_letters('json')", 'SCAN is allowed again');
	wait_until('the letter is gone', sub { letters('json') eq '' });
	is(scalar(data_keys_of(3, 4)), 0, 'SCAN is allowed again: the letter that is replayed removes them');
	return;
}

# Keys that cannot be told from others are left, and a dead letter says so.
sub refused_templates
{
	table($_) for qw(bare wide narrow twin_a twin_b);
	sql('ALTER TABLE bare REPLICA IDENTITY FULL; ALTER TABLE wide REPLICA IDENTITY FULL; ALTER TABLE narrow REPLICA IDENTITY FULL');
	sql('CREATE PUBLICATION odd FOR TABLE bare, wide, narrow, twin_a, twin_b');
	create_feed($node, 'odd', 'odd', 'redis', snapshot => 'none', on_refusal => 'go_on');
	wait_feed($node, 'odd', 'odd templates: runs');
	sql("SELECT tidehold.map_feed('odd', '$_->[0]', destination => '$_->[1]')")
	  for [ 'bare', '{note}' ], [ 'wide', 'at:{note}' ], [ 'narrow', 'at:{id}:more' ], [ 'twin_a', 'twin:{id}' ], [ 'twin_b', 'twin:{id}' ];
	wait_feed($node, 'odd', 'odd templates: the worker has them');
	sent('odd', "INSERT INTO bare VALUES (1, 1, 'bare'); INSERT INTO wide VALUES (1, 1, 'x'); INSERT INTO narrow VALUES (1, 1, 'x');"
		. 'INSERT INTO twin_a VALUES (1); INSERT INTO twin_b VALUES (2)', 'odd templates');
	sent('odd', 'TRUNCATE wide', 'a wide template');
	is(join(' ', data_keys('at:*')), 'at:1:more', 'a wide template: leaves keys of a narrower one');
	is(letters('odd'), '', 'a wide template: no dead letter');
	sent('odd', 'TRUNCATE bare, twin_a', 'keys that cannot be told');
	is(join(' ', data_keys('bare'), data_keys('twin:*')), 'bare twin:1 twin:2', 'keys that cannot be told: are left alone');
	like(letters('odd'), qr/^refused\|bare\|.*"\*" begins with no text$/m, 'template without text: says so');
	like(letters('odd'), qr/^refused\|twin_a\|.*those of another table, "twin:\*"$/m, 'the same template twice: says so');
	sql("SELECT tidehold.replay_dead_letters('odd')");
	wait_feed($node, 'odd', 'replayed letters');
	is(join(' ', data_keys('bare'), data_keys('twin:*')), 'bare twin:1 twin:2', 'keys that cannot be told: nor does a replay touch them');
	sql("SELECT tidehold.drop_feed('odd')");
	return;
}

# ---- again and again ----

sub end_worker
{
	my ($feed) = @_;
	my $pid = worker_pid($node, $feed);
	kill 'TERM', $pid;
	wait_until('a new worker', sub { my $now = worker_pid($node, $feed); $now ne '' && $now ne $pid });
	return;
}

# The slot is held back for an hour: every restart sends all of it again.
sub replayed
{
	table('again');
	sql('CREATE PUBLICATION again FOR TABLE again');
	create_feed($node, 'again', 'again', 'redis', hold_back => '1 h');
	sent('again', rows('again', 1, 100) . 'TRUNCATE again;' . rows('again', 50, 60), 'replay');
	redis_equals_table($node, $redis, 'again', 'replay: before');
	end_worker('again');
	wait_feed($node, 'again', 'replay: once more');
	redis_equals_table($node, $redis, 'again', 'replay: nothing came back');
	$redis->cli('DEL', map { "{again:$_}:v" } 1 .. 100);
	end_worker('again');
	wait_feed($node, 'again', 'replay without guards: once more');
	redis_equals_table($node, $redis, 'again', 'replay without guards: what came back is gone again');
	sql("SELECT tidehold.drop_feed('again')");
	return;
}

sub scans { my ($calls) = $redis->cli('INFO', 'commandstats') =~ /cmdstat_scan:calls=(\d+)/; return $calls // 0 }

sub crashed
{
	table('many');
	sql('CREATE PUBLICATION many FOR TABLE many');
	create_feed($node, 'many', 'many', 'redis');
	my ($whole, $begun, $looked);
	# A sweep that is over before its worker ends is no test.
	for my $try (1 .. 10)
	{
		sent('many', rows('many', 11, $MANY), "crash: try $try");
		$whole = $redis->cli('DBSIZE') / 1000;
		$begun = scans();
		sql('BEGIN; TRUNCATE many;' . rows('many', 1, 10) . 'COMMIT');
		wait_until('the sweep has begun', sub { scans() > $begun + 10 });
		end_worker('many');
		$looked = scans() - $begun;
		wait_feed($node, 'many', 'crash: sent');
		last if $looked < $whole;
	}
	cmp_ok($looked, '<', $whole, "crash: ended in the middle of the sweep, after $looked calls");
	cmp_ok(scans() - $begun, '>', $whole + 10, 'crash: the next process began it anew');
	redis_equals_table($node, $redis, 'many', "crash in the middle of $MANY keys: all are gone");
	sql("SELECT tidehold.drop_feed('many')");
	return;
}

# ---- rows that were deleted while nobody looked ----

sub drop_slot
{
	my ($feed) = @_;
	wait_until('the slot is gone', sub {
		my $slot = sql("SELECT slot_name FROM tidehold.feed WHERE name = '$feed'");
		kill 'TERM', grep { $_ } worker_pid($node, $feed);
		ask($node, "SELECT pg_drop_replication_slot('$slot')");
		return sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot'") eq '0';
	});
	return;
}

sub lost
{
	table('shelf');
	table('empty');
	sql(rows('shelf', 1, 3000) . rows('empty', 1, 10));
	$redis->cli('HSET', 'shelf:77777', 'n', '1');
	sql('CREATE PUBLICATION shelf FOR TABLE shelf, empty');
	create_feed($node, 'shelf', 'shelf', 'redis');
	wait_feed($node, 'shelf', 'first rows');
	is($redis->cli('EXISTS', 'shelf:77777'), 1, 'first rows: nothing is removed');

	drop_slot('shelf');
	wait_for_state($node, 'shelf', "state = 'parked'", 'lost slot: parked');
	sql('DELETE FROM shelf WHERE id % 3 = 0; DELETE FROM empty; UPDATE shelf SET version = 2 WHERE id % 3 = 1');
	sql("SELECT tidehold.recover_feed('shelf', 'resnapshot')");
	sql('DELETE FROM shelf WHERE id % 5 = 0; ' . rows('shelf', 8000, 8100));
	wait_feed($node, 'shelf', 'lost slot: recovered');
	redis_equals_table($node, $redis, $_, "lost slot: $_ is as in the database") for qw(shelf empty);

	$redis->cli('HSET', 'shelf:77777', 'n', '1');
	sent('shelf', "SELECT tidehold.resnapshot('shelf', 'shelf', 'id > 0')", 'resnapshot with a filter');
	is($redis->cli('EXISTS', 'shelf:77777'), 1, 'resnapshot with a filter: removes nothing');
	sent('shelf', "SELECT tidehold.resnapshot('shelf', 'shelf')", 'resnapshot');
	redis_equals_table($node, $redis, 'shelf', 'resnapshot: what is no row goes');

	sql(q(SELECT tidehold.alter_feed('shelf', '{"on_slot_loss": "resnapshot"}')));
	wait_feed($node, 'shelf', 'policy');
	$redis->cli('DEL', $redis->keys('tidehold:*:position:' . sql("SELECT feed_id FROM tidehold.feed WHERE name = 'shelf'")));
	sql('DELETE FROM shelf WHERE id % 7 = 0');
	wait_until('it recovers', sub { sql("SELECT epoch FROM tidehold.feed WHERE name = 'shelf'") > 2 });
	wait_feed($node, 'shelf', 'lost position: sent');
	redis_equals_table($node, $redis, 'shelf', 'lost position: shelf is as in the database');
	is(letters('shelf'), '', 'rows that were deleted meanwhile: no dead letter');
	return;
}

# Chunks that go on while rows come, go and change: none that is there is removed.
sub beside_changes
{
	for my $round (1 .. 3)
	{
		sql("SELECT tidehold.resnapshot('shelf', 'shelf')");
		sql("UPDATE shelf SET version = version + 1 WHERE id % 4 = $_; DELETE FROM shelf WHERE id % 50 = $_ + $round;" . rows('shelf', 10000 * $round + 100 * $_, 10000 * $round + 100 * $_ + 60))
		  for 1 .. 20;
		end_worker('shelf') if $round == 2;
		wait_feed($node, 'shelf', "round $round: sent");
		redis_equals_table($node, $redis, 'shelf', "round $round: beside changes");
	}
	return;
}

# ---- a cluster, also while slots move ----

sub in_cluster
{
	my $cluster = Redis::Cluster->new;
	my ($first) = $cluster->nodes;
	redis_server($node, $first, 'cluster', cluster => 'true');
	table('spread');
	sql('CREATE PUBLICATION spread FOR TABLE spread');
	create_feed($node, 'spread', 'spread', 'cluster');
	$cluster->cli('HSET', "spread:$_:x", 'n', 1) for 1 .. 20;
	sent('spread', rows('spread', 1, 2000) . 'TRUNCATE spread;' . rows('spread', 1900, 2100), 'cluster');
	is(scalar(grep { /:x\|/ } $cluster->hashes('spread:*:x')), 20, 'cluster: keys of others are there');
	$cluster->cli('DEL', "spread:$_:x") for 1 .. 20;
	redis_equals_table($node, $cluster, 'spread', 'cluster: every node was swept');

	sent('spread', rows('spread', 3000, 40000), 'cluster: more');
	my ($from, $to) = map { $cluster->master_of("spread:$_") } 1, 2;
	($to) = grep { $_->port != $from->port && $_->cli('ROLE') =~ /^master/ } $cluster->nodes if $from->port == $to->port;
	my $mover = fork // die "could not fork: $!";
	if ($mover == 0) { eval { $cluster->reshard($from, $to, 1500) }; POSIX::_exit($@ ? 1 : 0) }
	wait_until('slots move', sub { $from->cli('CLUSTER', 'NODES') =~ /myself.*\[/ });
	sql('BEGIN; TRUNCATE spread;' . rows('spread', 1, 50) . 'COMMIT');
	waitpid($mover, 0);
	is($?, 0, 'cluster: slots were moved meanwhile');
	wait_feed($node, 'spread', 'cluster: truncated while slots moved');
	redis_equals_table($node, $cluster, 'spread', 'cluster: nothing was missed while slots moved');
	no_dead_letters($node, 'cluster: no dead letter');
	return;
}

table($_) for qw(item box entry total note);
sql(<<'END');
CREATE TABLE part (id bigint PRIMARY KEY, note text) PARTITION BY RANGE (id);
CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (100);
CREATE TABLE part_high PARTITION OF part FOR VALUES FROM (100) TO (1000);
CREATE PUBLICATION main FOR TABLE item, box, part, entry, total;
CREATE PUBLICATION note FOR TABLE note;
END
create_feed($node, 'main', 'main', 'redis');
create_feed($node, 'json', 'note', 'redis', value => 'json', destination => 'json:{id}');
sql(<<'END');
SELECT tidehold.map_feed('main', 'entry', value => 'stream');
SELECT tidehold.map_feed('main', 'total', destination => 'sum:{id}', query => 'SELECT id, version AS n FROM public.total WHERE id = $1');
END
wait_feed($node, $_) for qw(main json);
$redis->pipe(@foreign);
sql(rows('entry', 1, 3));
truncated();
other_forms();
refused_templates();
replayed();
crashed();
lost();
beside_changes();
in_cluster();

$node->stop;
done_testing();
