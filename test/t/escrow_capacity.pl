# Which entries are in shared memory: as many as fit, of every database its own, none of
# a database or an extension that is gone.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

use constant ENTRIES => 128;

# Two slots are the launcher's and that of logical replication, so no maintenance worker
# starts, and databases can be copied.
my $node = shop('capacity', "max_worker_processes = 2\ntidehold.escrow_entries = ${\ENTRIES}\n");
my $one = Session->new($node);
my $two = Session->new($node);

sub cart
{
	my ($first, $last) = @_;
	my $skus = join ',', map { "'i$_'" } $first .. $last;
	my $ones = join ',', map { 1 } $first .. $last;
	return "SELECT count(*) FROM inventory.reserve_many(skus => ARRAY[$skus], quantities => ARRAY[$ones])";
}

# A call for each of 300 items in a transaction of its own.
sub each_item
{
	my ($call) = @_;
	return "SELECT format('SELECT inventory.$call', 'i' || n) FROM generate_series(1, 300) AS n \\gexec";
}

sub eviction
{
	$node->safe_psql('postgres', "INSERT INTO inventory.item (sku) SELECT 'i' || n FROM generate_series(1, 300) AS n");
	$node->safe_psql('postgres', each_item("receive(%L, 2, ''BIN'')"));
	$node->safe_psql('postgres', each_item('reserve(%L, 1)'));
	query_is($node, "SELECT count(*) FROM inventory.escrow_entry", 0 + ENTRIES, 'eviction: no more entries than allowed');
	query_is($node, "SELECT count(*) FROM generate_series(1, 300) AS n WHERE inventory.available('i' || n) <> 1", 0,
		'eviction: every item has one left, whether its entry was evicted or not');
	query_is($node, "SELECT count(*) FROM generate_series(1, 300) AS n, inventory.try_reserve('i' || n, 2) AS r WHERE r.code <> 'insufficient_stock'",
		0, 'eviction: of no item two can be had');
}

sub exhaustion
{
	$one->run('BEGIN');
	is($one->run(cart(1, ENTRIES)), ENTRIES, 'exhaustion: a transaction uses every entry');
	is($two->run("SELECT inventory.reserve('i200', 1)"), 'TH025', 'exhaustion: there is none for another item');
	is($two->run("SELECT code FROM inventory.try_reserve('i1', 1)"), 'insufficient_stock',
		'exhaustion: entries that are there answer');
	is($one->run("SELECT inventory.reserve('i200', 1)"), 'TH025', 'exhaustion: not for that transaction either');
	$one->run('ROLLBACK');
	is($two->run("BEGIN; SELECT inventory.reserve('i200', 1) IS NOT NULL; ROLLBACK"), 't', 'exhaustion: after the rollback there is');
	is($two->run(cart(1, 2 * ENTRIES)), 'TH025', 'exhaustion: a cart of more items than entries is refused');
	entry_is($node, 'i1', 1, 'exhaustion: all is given back');
	verify_is_empty($node, 'exhaustion: verify() finds nothing');
}

# A superuser's statement over more keys than entries is followed all the same.
sub bulk
{
	my $left = 'SELECT sum(available), sum(unreserved) FROM (SELECT sku, inventory.available(sku) AS available FROM inventory.item) AS a JOIN inventory.stock USING (sku)';
	my $insert = "INSERT INTO inventory.reservation SELECT item_id, -1, location_id, 0, 1, 0, now(), NULL, 'bulk', NULL FROM inventory.balance WHERE quantity > 0";
	my $before = $node->safe_psql('postgres', 'SELECT sum(unreserved) FROM inventory.stock');
	my $one_each = $before - 300;
	for my $ending ([ 'ROLLBACK', $before ], [ 'COMMIT', $one_each ])
	{
		my ($end, $expected) = @$ending;
		is($one->run("BEGIN; $insert; $end"), '', "bulk: INSERT for 300 items, $end");
		query_is($node, $left, "$expected|$expected", "bulk: the entries are right after $end");
		verify_is_empty($node, "bulk: verify() finds nothing after $end");
	}
	$one->run('BEGIN; SAVEPOINT a; DELETE FROM inventory.reservation WHERE reservation_no = -1; ROLLBACK TO a; COMMIT');
	query_is($node, $left, "$one_each|$one_each", 'bulk: DELETE, undone to a savepoint');
	$one->run('DELETE FROM inventory.reservation WHERE reservation_no = -1');
	query_is($node, $left, "$before|$before", 'bulk: DELETE');
}

# The ids of items and locations are the same in both: the second is a copy.
sub two_databases
{
	$_->quit for $one, $two;
	$node->safe_psql('postgres', 'CREATE DATABASE model OID 50001');
	Session::open_shop($node, 'model');
	$node->safe_psql('model', <<'END');
INSERT INTO inventory.item (sku) VALUES ('same');
SELECT inventory.receive('same', 10, 'BIN');
END
	$node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE model OID $_[0]{$_}") for sort keys %{ $_[0] };
	$node->safe_psql('red', "SELECT inventory.reserve('same', 10)");
	is(available($node, 'same', 'red') . available($node, 'same', 'blue'), '010', 'two databases: each has its own stock');
	$node->safe_psql('blue', "SELECT inventory.reserve('same', 4)");
	is(available($node, 'same', 'blue'), 6, 'two databases: each sells its own');
	is($node->safe_psql('red', 'SELECT sum(available) FROM inventory.escrow_entry'), 0, 'two databases: each sees its own entries');
}

# Race 17: a new database may get the number of one that was dropped.
sub dropped_database
{
	my ($oid) = @_;
	$node->safe_psql('postgres', 'DROP DATABASE red');
	$node->safe_psql('postgres', "CREATE DATABASE red TEMPLATE model OID $oid");
	is(available($node, 'same', 'red'), 10, 'dropped database: one of the same number starts from its rows');
	is($node->safe_psql('red', "SELECT inventory.reserve('same', 10) IS NOT NULL"), 't', 'dropped database: and sells them');
	verify_is_empty($node, 'dropped database: verify() finds nothing', 'red');
}

sub dropped_extension
{
	for my $command ('DROP EXTENSION tidehold_inventory', 'DROP SCHEMA inventory CASCADE', 'DROP EXTENSION tidehold CASCADE')
	{
		my ($status, $output, $errors) = $node->psql('blue', $command);
		isnt($status, 0, "dropped extension: $command is refused while there is stock");
		like($errors, qr/^HINT: .*tidehold\.allow_drop_with_stock/m, "dropped extension: $command says what to do");
	}
	$node->safe_psql('blue', 'SET tidehold.allow_drop_with_stock = on; DROP EXTENSION tidehold_inventory');
	Session::open_shop($node, 'blue');
	$node->safe_psql('blue', 'DROP EXTENSION tidehold_inventory');
	pass('dropped extension: where nothing was ever moved it goes without the setting');
	Session::open_shop($node, 'blue');
	$node->safe_psql('blue', "INSERT INTO inventory.item (sku) VALUES ('same'); SELECT inventory.receive('same', 3, 'BIN')");
	is(available($node, 'same', 'blue'), 3, 'dropped extension: made again it starts from its rows');
	is($node->safe_psql('blue', "SELECT inventory.reserve('same', 3) IS NOT NULL"), 't', 'dropped extension: and sells them');
	verify_is_empty($node, 'dropped extension: verify() finds nothing', 'blue');
}

eviction();
exhaustion();
bulk();
two_databases({ red => 50002, blue => 50003 });
dropped_database(50002);
dropped_extension();
done_testing();
