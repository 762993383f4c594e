# Values in Redis that a query computes: once per key and batch, always as the database
# says in the end.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use Test::More;

use FeedTest;

my $redis = Redis->new;
my $node = feed_node('compute', "tidehold.feed_memory = 8MB\n");
redis_server($node, $redis, 'cache');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub messages { return stat_feed($node, 'stock', 'messages') }

sub redis_is
{
	my ($pattern, $query, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $lines = sql(qq{SELECT line FROM ($query) AS l (line) ORDER BY line COLLATE "C"});
	return is(join("\n", $redis->hashes($pattern)), $lines, $name);
}

# Sum over the rows of a key; the name of the key lies in another table.
sub stock_is
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return redis_is('stock:*', q{
		SELECT format('stock:%s|on_hand=%s|sku=%s', sku, sum(quantity), sku)
		FROM item JOIN lot USING (item_id) GROUP BY sku}, $name);
}

sql(q{
	CREATE TABLE item (item_id integer PRIMARY KEY, sku text NOT NULL, price integer NOT NULL DEFAULT 1);
	CREATE TABLE lot (item_id integer, lot_id integer, quantity bigint, PRIMARY KEY (item_id, lot_id));
	INSERT INTO item SELECT n, 'SKU' || n FROM generate_series(1, 30000) n;
	INSERT INTO lot SELECT 1 + n % 5, n, 1 FROM generate_series(1, 50) n;
	CREATE PUBLICATION stocks FOR TABLE item, lot});

# With its mappings in one transaction: the worker does not come between.
sql(q{
	BEGIN;
	SELECT tidehold.create_feed('stock', 'stocks', 'cache');
	SELECT tidehold.map_feed('stock', 'lot', destination => 'stock:{sku}', key_columns => '{item_id}', value => 'hash', query =>
	'SELECT sku, sum(quantity) AS on_hand FROM public.item JOIN public.lot USING (item_id) WHERE item_id = $1 GROUP BY sku');
	SELECT tidehold.map_feed('stock', 'item', destination => 'item:{item_id}', value => 'json', query =>
	'SELECT jsonb_build_object(''sku'', sku, ''half'', 100 / price) FROM public.item WHERE item_id = $1');
	COMMIT});
wait_feed($node, 'stock');
stock_is('what is there already');
is($redis->cli('GET', 'item:11'), '{"sku": "SKU11", "half": 100}', 'of both tables');
$redis->cli('DEL', map { "stock:SKU$_" } 1 .. 5);
sql(q{SELECT tidehold.resnapshot('stock', 'lot')});
wait_feed($node, 'stock');
stock_is('read and computed again');

# ---- once per key and batch -------------------------------------------------------------
my $before = messages();
sql('BEGIN; ' . join('', map { "UPDATE lot SET quantity = quantity + $_ WHERE lot_id = 7;" } 1 .. 3000) . ' COMMIT');
wait_feed($node, 'stock');
stock_is('a hot key');
cmp_ok(messages() - $before, '<=', 10, '3,000 changes of one key are few messages') or diag(messages() - $before);

# ---- refused --------------------------------------------------------------------------------
for my $key (4, 5)
{
	$redis->cli('LPUSH', 'spoiled', 'not', 'a', 'hash');
	$redis->cli('RENAME', 'spoiled', "stock:SKU$key");
}
sql('UPDATE lot SET quantity = quantity + 1 WHERE item_id IN (4, 5)');
wait_feed($node, 'stock');
is(sql(q{SELECT string_agg(concat_ws('/', state, sqlstate, table_name, convert_from(key, 'UTF8')), ' ' ORDER BY key) FROM tidehold.dead_letter}),
	'refused/42804/lot/["4"] refused/42804/lot/["5"]', 'values that Redis refuses: a letter for each key');
$redis->cli('DEL', 'stock:SKU4', 'stock:SKU5');
sql(q{SELECT tidehold.replay_dead_letters('stock')});
wait_feed($node, 'stock');
stock_is('replayed: computed again');
is(sql('SELECT count(*) FROM tidehold.dead_letter'), '0', 'which settles the letters');

# ---- keys that come and go ----------------------------------------------------------------
sql(q{
	DELETE FROM lot WHERE item_id = 2;
	UPDATE lot SET item_id = 6 WHERE item_id = 3;
	INSERT INTO lot VALUES (7, 1, 70), (7, 2, 7)});
wait_feed($node, 'stock');
my $left = $redis->cli('HGET', 'stock:SKU2', 'on_hand');
isnt($left, '', 'a key whose place only the result tells stays until its time is over');
$redis->cli('DEL', 'stock:SKU2', 'stock:SKU3');
stock_is('moved and new keys');

# ---- more keys than memory --------------------------------------------------------------------
sql(q{INSERT INTO lot SELECT n, 1000, n FROM generate_series(1, 30000) n});
wait_feed($node, 'stock');
stock_is('30,000 keys in one transaction');

# ---- strings of JSON, and errors ----------------------------------------------------------------
sql(q{UPDATE item SET price = 0 WHERE item_id = 11; UPDATE item SET price = 4 WHERE item_id IN (10, 12)});
sql(q{UPDATE item SET sku = sku || '!' WHERE item_id = 11}) for 1 .. 3;
wait_feed($node, 'stock');
is($redis->cli('GET', 'item:10'), '{"sku": "SKU10", "half": 25}', 'a single column of JSON is the value');
is($redis->cli('GET', 'item:12'), '{"sku": "SKU12", "half": 25}', 'keys beside the one that fails');
is($redis->cli('GET', 'item:11'), '{"sku": "SKU11", "half": 100}', 'a key that cannot be computed stays as it was');
is(sql(q{SELECT state, sqlstate, reason, convert_from(key, 'UTF8'), table_name FROM tidehold.dead_letter}),
	'refused|22012|division by zero|["11"]|item', 'and is one dead letter, however often it changes');
sql(q{SELECT tidehold.replay_dead_letters('stock')});
wait_feed($node, 'stock');
is(sql('SELECT count(*), min(state) FROM tidehold.dead_letter'), '1|refused', 'replayed in vain');
sql(q{UPDATE item SET price = 2 WHERE item_id = 11});
wait_feed($node, 'stock');
is($redis->cli('GET', 'item:11'), '{"sku": "SKU11!!!", "half": 50}', 'computed again when it changes');
is(sql('SELECT count(*) FROM tidehold.dead_letter'), '0', 'which settles the letter');

# ---- several rows ---------------------------------------------------------------------------------
sql(q{SELECT tidehold.map_feed('stock', 'lot', destination => 'rows:{item_id}', key_columns => '{item_id}', value => 'json', query =>
	'SELECT lot_id, quantity FROM public.lot WHERE item_id = $1 ORDER BY lot_id', ttl => '1 hour')});
wait_feed($node, 'stock', 'the worker has the mapping');
sql(q{UPDATE lot SET quantity = 71 WHERE item_id = 7 AND lot_id = 1; DELETE FROM lot WHERE item_id = 7 AND lot_id = 1000;
	UPDATE lot SET quantity = 9 WHERE item_id = 9});
wait_feed($node, 'stock');
is($redis->cli('GET', 'rows:7'), '[{"lot_id":1,"quantity":71},{"lot_id":2,"quantity":7}]', 'several rows: an array');
is($redis->cli('GET', 'rows:9'), '{"lot_id":1000,"quantity":9}', 'one row: an object');
cmp_ok($redis->cli('TTL', 'rows:7'), '>', 3500, 'with a time to live');
sql('DELETE FROM lot WHERE item_id = 9');
wait_feed($node, 'stock');
is($redis->cli('GET', 'rows:9'), '', 'no row: no value');

# ---- what a query may not -----------------------------------------------------------------------
sub letters_of
{
	my ($key) = @_;
	return sql(qq{SELECT sqlstate, reason FROM tidehold.dead_letter WHERE convert_from(key, 'UTF8') = '["$key"]'});
}

sql(q{
	CREATE SEQUENCE counted;
	CREATE FUNCTION public.count_up() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''public.counted'')'});
sql(q{SELECT tidehold.map_feed('stock', 'lot', destination => 'fields:{item_id}', key_columns => '{item_id}', value => 'hash', query =>
	'SELECT lot_id, public.count_up() FROM public.lot WHERE item_id = $1')});
wait_feed($node, 'stock', 'the worker has the mapping');
sql('UPDATE lot SET quantity = 1 WHERE item_id = 20; UPDATE lot SET quantity = 1 WHERE item_id = 7');
wait_feed($node, 'stock');
my $forbidden = '25006|cannot execute nextval() in a read-only transaction';
is(letters_of(7) . ' ' . letters_of(20), "$forbidden $forbidden", 'a query that writes');
sql(q{SELECT tidehold.map_feed('stock', 'lot', destination => 'fields:{item_id}', key_columns => '{item_id}', value => 'hash', query =>
	'SELECT lot_id, quantity FROM public.lot WHERE item_id = $1')});
wait_feed($node, 'stock', 'the worker has the mapping');
sql(q{SELECT tidehold.replay_dead_letters('stock')});
wait_feed($node, 'stock');
is(letters_of(7) . ' ' . letters_of(20), "$forbidden ", 'replayed with another query, that gives a key two rows');
is_deeply($redis->hash('fields:20'), { lot_id => 1000, quantity => 1 }, 'and the other one');

# ---- crashes -----------------------------------------------------------------------------------------
sql('TRUNCATE lot');
sql(q{SELECT tidehold.map_feed('stock', 'lot', destination => 'sure:{item_id}', key_columns => '{item_id}', value => 'hash', query =>
	'SELECT quantity FROM public.lot WHERE item_id = $1')});
wait_feed($node, 'stock', 'the worker has the mapping');
sql('INSERT INTO lot SELECT n, 0, 0 FROM generate_series(1, 100) n');
for my $round (1 .. 3)
{
	sql("UPDATE lot SET quantity = quantity + $_ WHERE item_id % 7 = $_ % 7") for 1 .. 20;
	kill_worker($node, 'stock') if $round < 3;
}
sql('DELETE FROM lot WHERE item_id > 90');
wait_feed($node, 'stock');
redis_is('sure:*', q{SELECT format('sure:%s|quantity=%s', item_id, quantity) FROM lot}, 'after crashes all is as the database says');

done_testing();
