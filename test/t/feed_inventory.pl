# inventory.create_feeds(): the ledger and the reservations as events, stock as state.
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;

my $kafka = Kafka->shared;
my $redis = Redis->new;
my $node = feed_node('inventory');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# The feeds have the names that the function gives, so this file alone uses them.
my $EVENTS = 'inventory_events';
my $STOCK = 'inventory_stock';

sub open_shop
{
	sql(<<'SQL');
CREATE EXTENSION tidehold_inventory CASCADE;
INSERT INTO inventory.item (sku) VALUES ('MUG'), ('CUP');
INSERT INTO inventory.location (code, priority) VALUES ('FRONT', 1), ('BACK', 2);
SELECT inventory.receive('CUP', 7, 'BACK');
SQL
	return;
}

sub trade
{
	sql(<<'SQL');
SELECT inventory.receive('MUG', 500, 'FRONT'), inventory.receive('MUG', 40, 'BACK');
SELECT count(inventory.reserve('MUG', 1)) FROM generate_series(1, 300);
CREATE TABLE held AS SELECT inventory.reserve('MUG', 20) AS reservation_id;
SELECT inventory.fulfil(reservation_id) FROM held;
SELECT inventory.release(inventory.reserve('CUP', 2));
SELECT inventory.transfer('MUG', 5, 'BACK', 'FRONT');
BEGIN; SELECT inventory.reserve('MUG', 100); ROLLBACK;
SQL
	return;
}

# What the rows say, in the form of the hash.
sub expected_hash
{
	my ($sku) = @_;
	return sql(<<"SQL");
SELECT string_agg(field || '=' || value, '|' ORDER BY field COLLATE "C") FROM (
    SELECT 'on_hand' AS field, sum(on_hand) AS value FROM inventory.stock WHERE sku = '$sku' AND location IN ('FRONT', 'BACK')
    UNION ALL SELECT 'reserved', sum(reserved) FROM inventory.stock WHERE sku = '$sku' AND location IN ('FRONT', 'BACK')
    UNION ALL SELECT 'available', inventory.available('$sku')
    UNION ALL SELECT 'on_hand:' || location, sum(on_hand) FROM inventory.stock
        WHERE sku = '$sku' AND location IN ('FRONT', 'BACK') GROUP BY location
    UNION ALL SELECT 'available:' || location, sum(unreserved) FROM inventory.stock
        WHERE sku = '$sku' AND location IN ('FRONT', 'BACK') GROUP BY location) AS f
SQL
}

sub actual_hash
{
	my ($sku) = @_;
	my $hash = $redis->hash("stock:$sku");
	return join '|', map { "$_=$hash->{$_}" } grep { /^(on_hand|available|reserved$)/ } sort keys %$hash;
}

sub stock_is_state
{
	is(actual_hash($_), expected_hash($_), "stock:$_ is what the rows say") for qw(MUG CUP);
	my $changes = stat_feed($node, $STOCK, 'changes');
	my $messages = stat_feed($node, $STOCK, 'messages');
	cmp_ok($messages, '<', $changes / 2, "one write for many changes of an item ($messages for $changes)");
	return;
}

sub ledger_is_events
{
	my @movements = $kafka->consume('inventory.movement');
	is(scalar(@movements), sql('SELECT count(*) FROM inventory.movement'), 'each movement is an event, once');
	my %partitions;
	$partitions{ $_->{key} }{ $_->{partition} } = 1 for @movements;
	is(scalar(grep { keys %$_ > 1 } values %partitions), 0, 'those of an item are in one partition, in order');
	return;
}

sub reservations_are_events
{
	my %count;
	my @records = $kafka->consume('inventory.reservation');
	for my $record (@records)
	{
		my $value = value_of($record) or next;
		$count{"$value->{source}{table} $value->{op}"}++;
	}
	my ($held, $ended) = split /\|/, sql('SELECT (SELECT count(*) FROM inventory.reservation), (SELECT count(*) FROM inventory.reservation_end)');
	is($count{'reservation c'}, $held + $ended, 'each reservation is an event when it is made');
	is($count{'reservation d'}, $ended, 'and when it ends');
	is($count{'reservation_end c'}, $ended, 'with how it ended');
	is(scalar(grep { !defined $_->{value} } @records), 0, 'no tombstone');
	return;
}

open_shop();
my ($code, $out, $error) = $node->psql('postgres', 'SELECT inventory.create_feeds()');
like($error, qr/neither a Kafka nor a Redis server is named/, 'create_feeds() needs a server');
kafka_server($node, $kafka, 'kafka');
redis_server($node, $redis, 'redis');
is(sql("SELECT string_agg(f, ' ') FROM inventory.create_feeds('kafka', 'redis') AS f"), "$EVENTS $STOCK", 'two feeds are made');
wait_feed($node, $_) for $EVENTS, $STOCK;
is(actual_hash('CUP'), expected_hash('CUP'), 'stock from before the feed is there');
trade();
wait_feed($node, $_) for $EVENTS, $STOCK;
stock_is_state();
ledger_is_events();
reservations_are_events();
no_dead_letters($node);
$node->stop;
done_testing();
