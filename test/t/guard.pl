# DROP refuses to take stock with it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

use Tidehold qw(node);

my $node = node('guard');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION tidehold_inventory CASCADE');

my $drop = 'DROP EXTENSION tidehold_inventory';

# Runs in a transaction that is rolled back; returns what went wrong.
sub failure
{
	my ($sql) = @_;
	my ($code, $out, $error) = $node->psql('postgres', "BEGIN; $sql; ROLLBACK",
		on_error_stop => 1, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $code == 0 ? '' : $error;
}

is(failure($drop), '', 'without stock the extension can be dropped');
is(failure('INSERT INTO inventory.balance VALUES (1, 1, 0, 1, 0); ' . $drop), '', 'a balance of 0 is no stock');

my %rows = (
	balance => [ '(1, 1, 0, 1, 5)', 'stock' ],
	reservation => [ "(1, 1, 1, 0, 5, 0, now(), NULL, 'somebody')", 'open reservations' ],
	movement => [
		"(1, 1, 1, 'receipt', 1, 2, 0, 5, now(), now(), NULL, 'somebody')",
		'the ledger of stock movements'
	]);
for my $table (sort keys %rows)
{
	my ($row, $held) = @{ $rows{$table} };
	my $error = failure("INSERT INTO inventory.$table VALUES $row; $drop");
	like($error, qr/ERROR:  TH024: cannot drop table "inventory.$table" because it holds $held/,
		"a row of $table refuses the drop");
	like($error, qr/HINT:  Save the database with pg_dump first.*tidehold\.allow_drop_with_stock/,
		"with a hint ($table)");
	is(failure("INSERT INTO inventory.$table VALUES $row; DELETE FROM inventory.$table; $drop"),
		'', "rows of $table that the transaction deleted do not count");
}

$node->safe_psql('postgres', "INSERT INTO inventory.balance VALUES $rows{balance}[0]");
my $refused = qr/TH024: cannot drop table "inventory.balance" because it holds stock/;
like(failure($drop), $refused, 'DROP EXTENSION is refused');
like(failure('DROP EXTENSION tidehold CASCADE'), $refused, 'DROP EXTENSION of the platform is refused');
like(failure('DROP SCHEMA inventory CASCADE'), $refused, 'DROP SCHEMA is refused');
is( failure('ALTER TABLE inventory.balance ADD COLUMN note text; ALTER TABLE inventory.balance DROP COLUMN note'),
	'', 'a column may go');
is($node->safe_psql('postgres', 'SELECT quantity FROM inventory.balance'), 5, 'the stock is still there');

# Others may have a schema of that name.
$node->safe_psql('postgres', 'CREATE DATABASE stranger');
is( $node->psql('stranger', q{
		CREATE SCHEMA inventory;
		CREATE TABLE inventory.balance (quantity bigint);
		INSERT INTO inventory.balance VALUES (5);
		DROP SCHEMA inventory CASCADE}, on_error_stop => 1),
	0, 'a table of that name that is not ours can be dropped');

is(failure("SET LOCAL tidehold.allow_drop_with_stock = on; $drop"), '', 'the setting allows it');
is($node->psql('postgres', "SET tidehold.allow_drop_with_stock = on; $drop", on_error_stop => 1),
	0, 'for good');
is($node->safe_psql('postgres', q{SELECT to_regclass('inventory.balance') IS NULL}),
	't', 'and the table is gone');

$node->stop;
done_testing();
