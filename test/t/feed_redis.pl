# What a feed writes to Redis: hashes, JSON, streams, channels; deletes, replays and
# times to live.
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;

my $redis = Redis->new;
my $node = feed_node('redis');
redis_server($node, $redis, 'redis');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub sent
{
	my ($feed, $statements) = @_;
	sql($statements);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_feed($node, $feed, "$feed: sent: " . substr($statements =~ s/\s+/ /gr, 0, 60));
	return;
}

sub hashes
{
	sent('main', "INSERT INTO item VALUES (1, 'A', 10, NULL)");
	my $hash = $redis->hash('item:1');
	is($hash->{id} . '/' . $hash->{sku} . '/' . $hash->{on_hand}, '1/A/10', 'hash: a field for each column');
	ok(!$hash->{note}, 'hash: null is no text');
	sent('main', "UPDATE item SET on_hand = 9, note = 'x' WHERE id = 1");
	is($redis->cli('HMGET', 'item:1', 'on_hand', 'note'), "9\nx", 'hash: follows');
	sent('main', 'UPDATE item SET note = NULL WHERE id = 1');
	is($redis->cli('HGET', 'item:1', 'note'), '', 'hash: what became null is gone');
	sent('main', 'UPDATE item SET id = 2 WHERE id = 1');
	is($redis->cli('EXISTS', 'item:1'), 0, 'hash: a key that was changed is gone');
	is($redis->cli('HGET', 'item:2', 'on_hand'), 9, 'hash: and there under its new name');
	sent('main', 'DELETE FROM item');
	is($redis->cli('EXISTS', 'item:2'), 0, 'hash: delete');
	sent('main', "BEGIN; INSERT INTO item VALUES (3, 'C', 1); ROLLBACK");
	is($redis->cli('EXISTS', 'item:3'), 0, 'hash: nothing that was rolled back');
	sent('main', "INSERT INTO item SELECT i, 'T' || i, i FROM generate_series(10, 19) AS i");
	is(scalar($redis->keys('item:*')), 10, 'hash: ten rows, ten hashes');
	sent('main', 'TRUNCATE item');
	return;
}

sub unchanged_toast
{
	sent('main', "INSERT INTO document SELECT 1, string_agg(md5(i::text), ''), 1 FROM generate_series(1, 1000) AS i");
	sent('main', 'UPDATE document SET edition = 2');
	is($redis->cli('HSTRLEN', 'document:1', 'body'), 32000, 'unchanged TOAST: the field is not touched');
	is($redis->cli('HGET', 'document:1', 'edition'), 2, 'unchanged TOAST: the others are');
	return;
}

# The feed is made to send old WAL again: its position is put back, as a restore of
# Redis would do it.
sub replayed
{
	sent('main', "INSERT INTO item VALUES (50, 'R', 1); UPDATE item SET on_hand = 2 WHERE id = 50; INSERT INTO item VALUES (51, 'S', 1)");
	my ($guard) = grep { /:v$/ } $redis->keys('*item:50*');
	ok($guard, 'guard: there is one for each key');
	my $version = $redis->cli('GET', $guard);
	like($version, qr/^[0-9a-fA-F]{28,}$/, 'guard: holds the version as text of fixed width');
	cmp_ok($redis->cli('PTTL', $guard), '>', 0, 'guard: has a time to live');

	# A version from the future, of this feed: what comes is older.
	$redis->cli('SET', $guard, substr($version, 0, 8) . 'f' x (length($version) - 8));
	sent('main', 'UPDATE item SET on_hand = 3 WHERE id = 50');
	is($redis->cli('HGET', 'item:50', 'on_hand'), 2, 'guard: refuses what is older');
	cmp_ok(stat_feed($node, 'main', 'duplicates'), '>=', 1, 'guard: and counts it');
	$redis->cli('SET', $guard, $version);
	sent('main', 'UPDATE item SET on_hand = 4 WHERE id = 50');
	is($redis->cli('HGET', 'item:50', 'on_hand'), 4, 'guard: takes what is newer');

	sent('main', 'DELETE FROM item WHERE id = 51');
	my ($tombstone) = grep { /:v$/ } $redis->keys('*item:51*');
	ok($tombstone, 'guard: outlives the key that was deleted');
	my $after = $redis->cli('GET', $tombstone);
	cmp_ok($after, 'gt', $version, 'guard: and has grown');
	return;
}

# A cluster that was made anew from a dump begins with low positions, and what the old
# one left in Redis must not be taken for newer.
sub guard_of_another
{
	$redis->cli('SET', '{item:77}:v', 'f' x 36);
	sent('main', "INSERT INTO item VALUES (77, 'new', 1)");
	is($redis->cli('HGET', 'item:77', 'sku'), 'new', 'guard: of another feed or cluster says nothing');
	return;
}

sub json_strings
{
	sent('json', "INSERT INTO item VALUES (60, 'J', 1, 'line\nand \"quote\"')");
	my $text = $redis->cli('GET', 'json:60');
	is_deeply(JSON::PP->new->decode($text), { id => 60, sku => 'J', on_hand => 1, note => "line\nand \"quote\"" }, 'json: the row');
	my $ttl = $redis->cli('PTTL', 'json:60');
	ok($ttl > 0 && $ttl <= 3600000, 'ttl: of the feed, in milliseconds');
	sent('json', 'DELETE FROM item WHERE id = 60');
	is($redis->cli('EXISTS', 'json:60'), 0, 'json: delete');
	return;
}

sub streams
{
	sent('stream', "INSERT INTO item VALUES (70, 'X', 1)");
	sent('stream', "UPDATE item SET on_hand = 2 WHERE id = 70; DELETE FROM item WHERE id = 70");
	my @ids = grep { /^\d+-\d+$/ } split /\n/, $redis->cli('XRANGE', 'changes', '-', '+');
	is(scalar @ids, 3, 'stream: an entry for each change');
	my @sorted = sort { my @a = split /-/, $a; my @b = split /-/, $b; $a[0] <=> $b[0] || $b[1] <=> $a[1] } @ids;
	cmp_ok((split /-/, $ids[0])[0], '>', 2**52, 'stream: ids are made of the place in the WAL');
	return;
}

sub channels
{
	my $log = Program::folder('subscriber') . '/log';
	my $subscriber = Program->new($log, 'redis-cli', '-p', $redis->port, 'SUBSCRIBE', 'news');
	wait_until('somebody listens', sub { $redis->cli('PUBSUB', 'NUMSUB', 'news') =~ /^1$/m });
	sent('publish', "INSERT INTO item VALUES (80, 'N', 1)");
	ok(eval { wait_until('it is heard', sub { $subscriber->log =~ /"?sku"?.*N/ }, 30) }, 'publish: is heard');
	return;
}

# One evaluation for each key and batch, however many changes it had.
sub computed
{
	sql(<<'END');
SELECT tidehold.map_feed('computed', 'movement', destination => 'stock:{sku}', key_columns => '{sku}',
    query => 'SELECT sku, sum(quantity) AS on_hand, count(*) AS movements FROM public.movement WHERE sku = $1 GROUP BY sku');
END
	wait_feed($node, 'computed');
	sent('computed', "INSERT INTO movement (sku, quantity) SELECT 'hot', 1 FROM generate_series(1, 10000)");
	is($redis->cli('HMGET', 'stock:hot', 'on_hand', 'movements'), "10000\n10000", 'query: computes the value of a key');
	cmp_ok(stat_feed($node, 'computed', 'messages'), '<', 100, 'query: once per key and batch');
	sent('computed', "DELETE FROM movement");
	is($redis->cli('EXISTS', 'stock:hot'), 0, 'query: no row, no key');
	return;
}

sub snapshot
{
	sql(<<'END');
CREATE TABLE old (id integer PRIMARY KEY, name text);
INSERT INTO old SELECT i, 'row ' || i FROM generate_series(1, 5000) AS i;
CREATE PUBLICATION old FOR TABLE old;
END
	create_feed($node, 'old', 'old', 'redis');
	wait_feed($node, 'old', 'snapshot: is over');
	is(scalar($redis->keys('old:*')), 5000, 'snapshot: the rows that were there are in Redis');
	is($redis->cli('HGET', 'old:77', 'name'), 'row 77', 'snapshot: with their values');
	$redis->cli('DEL', 'old:1', 'old:2', 'old:3');
	sql("SELECT tidehold.resnapshot('old', 'old', 'id <= 2')");
	wait_feed($node, 'old', 'resnapshot: is over');
	is(join(' ', map { $redis->cli('EXISTS', "old:$_") } 1 .. 3), '1 1 0', 'resnapshot: of the rows that were asked for');
	is(sql("SELECT state FROM tidehold.stat_progress_snapshot ORDER BY snapshot_id DESC LIMIT 1"), 'done', 'resnapshot: shows that it is done');
	return;
}

sql(<<'END');
CREATE TABLE item (id bigint PRIMARY KEY, sku text, on_hand integer, note text);
CREATE TABLE document (id integer PRIMARY KEY, body text, edition integer);
ALTER TABLE document ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE movement (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text, quantity integer);
ALTER TABLE movement REPLICA IDENTITY FULL;
CREATE PUBLICATION rows FOR TABLE item, document;
CREATE PUBLICATION items FOR TABLE item;
CREATE PUBLICATION movements FOR TABLE movement;
END
create_feed($node, 'main', 'rows', 'redis');
create_feed($node, 'json', 'items', 'redis', destination => 'json:{$key}', value => 'json', ttl => '1 hour');
create_feed($node, 'stream', 'items', 'redis', destination => 'changes', value => 'stream', snapshot => 'none');
create_feed($node, 'publish', 'items', 'redis', destination => 'news', value => 'publish', snapshot => 'none');
create_feed($node, 'computed', 'movements', 'redis', snapshot => 'none');
wait_feed($node, $_, "$_: runs") for qw(main json stream publish computed);

hashes();
unchanged_toast();
replayed();
guard_of_another();
json_strings();
wait_feed($node, 'stream', 'stream: nothing earlier is on its way');
$redis->cli('DEL', 'changes');
streams();
channels();
computed();
snapshot();
no_dead_letters($node);
done_testing();
