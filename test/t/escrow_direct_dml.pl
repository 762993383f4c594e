# Changes of the tables without the functions, by a superuser: followed, never refused,
# and nothing is oversold afterwards.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('direct');
my $one = Session->new($node);
my $two = Session->new($node);

# A reservation row that no function made.
sub reservation_row
{
	my ($sku, $number, $quantity) = @_;
	return "SELECT item_id, $number, (SELECT location_id FROM inventory.location WHERE code = 'BIN'), 0, $quantity, 0, now(), NULL::timestamptz, 'somebody', NULL FROM inventory.item WHERE sku = '$sku'";
}

sub insert_row { return 'INSERT INTO inventory.reservation ' . reservation_row(@_) }

# The same in a file for COPY.
sub copied_row
{
	my $path = $node->basedir . '/copied_row';
	$node->safe_psql('postgres', 'COPY (' . reservation_row(@_) . ") TO '$path'");
	return $path;
}

sub of { return "WHERE item_id = (SELECT item_id FROM inventory.item WHERE sku = '$_[0]')" }

# A statement followed, with every end that a transaction can have.
sub followed
{
	my ($sku, $statement, $before, $after, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(available($node, $sku), $before, "$name: before");
	$one->run("BEGIN; $statement; ROLLBACK");
	entry_is($node, $sku, $before, "$name: rolled back");
	$one->run("BEGIN; SAVEPOINT a; $statement; ROLLBACK TO a; COMMIT");
	entry_is($node, $sku, $before, "$name: rolled back to a savepoint");
	$one->run("BEGIN; SAVEPOINT a; $statement; RELEASE a; COMMIT");
	entry_is($node, $sku, $after, "$name: committed");
}

# Race 8.
sub rows
{
	stock($node, 10, 'rows');
	my $of = of('rows');
	followed('rows', insert_row('rows', 1, 4), 10, 6, 'INSERT of a reservation');
	followed('rows', "UPDATE inventory.reservation SET quantity = 7 $of", 6, 3, 'UPDATE of a reservation to more');
	followed('rows', "UPDATE inventory.reservation SET quantity = 2 $of", 3, 8, 'UPDATE of a reservation to less');
	followed('rows', "DELETE FROM inventory.reservation $of", 8, 10, 'DELETE of a reservation');
	followed('rows', "INSERT INTO inventory.balance SELECT item_id, location_id, lot_id, -1, 5 FROM inventory.balance $of",
		10, 15, 'INSERT of a balance');
	followed('rows', "UPDATE inventory.balance SET quantity = 2 $of AND movement_no = -1", 15, 12, 'UPDATE of a balance');
	followed('rows', "DELETE FROM inventory.balance $of AND movement_no = -1", 12, 10, 'DELETE of a balance');
	followed('rows', "COPY inventory.reservation FROM '${\ copied_row('rows', 2, 3)}'", 10, 7, 'COPY');
}

# A row that moves to another key leaves one and comes to the other.
sub moved_row
{
	stock($node, 10, 'from', 'to');
	$one->run(insert_row('from', 1, 4));
	$one->run("UPDATE inventory.reservation SET item_id = (SELECT item_id FROM inventory.item WHERE sku = 'to') " . of('from'));
	entry_is($node, 'from', 10, 'UPDATE of the key: free where it was');
	entry_is($node, 'to', 6, 'UPDATE of the key: held where it is');
}

# Race 8: an INSERT that is open while another session counts the entry.
sub open_insert
{
	stock($node, 10, 'open');
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	$one->run('BEGIN; ' . insert_row('open', 1, 5));
	is(available($node, 'open'), 5, 'open INSERT: counts before it is committed');
	is($two->run("SELECT inventory.reserve('open', 6)"), 'TH001', 'open INSERT: and refuses');
	$one->run('COMMIT');
	entry_is($node, 'open', 5, 'open INSERT: after commit');
}

# Race 7: own rows that are deleted but not committed when the entry is counted.
sub own_delete
{
	stock($node, 10, 'own');
	$one->run("SELECT inventory.reserve('own', 10)");
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	$one->run('BEGIN; DELETE FROM inventory.reservation ' . of('own'));
	is($one->run("SELECT inventory.available('own')"), 10, 'own DELETE: the session may have it again');
	is(available($node, 'own'), 0, 'own DELETE: others not yet');
	$one->run('ROLLBACK');
	entry_is($node, 'own', 0, 'own DELETE: rolled back');
	is($two->run("SELECT inventory.reserve('own', 1)"), 'TH001', 'own DELETE: nothing is oversold');
}

# Race 9.
sub on_conflict
{
	stock($node, 10, 'conflict');
	$one->run(insert_row('conflict', 1, 2));
	$one->run(insert_row('conflict', 1, 2) . ' ON CONFLICT DO NOTHING');
	entry_is($node, 'conflict', 8, 'ON CONFLICT DO NOTHING: nothing leaks');
	my $key = 'item_id, reservation_no, location_id, lot_id';
	$one->run(insert_row('conflict', 1, 2) . " ON CONFLICT ($key) DO UPDATE SET quantity = reservation.quantity + EXCLUDED.quantity");
	entry_is($node, 'conflict', 6, 'ON CONFLICT DO UPDATE: followed');
}

# Race 10.
sub truncated
{
	stock($node, 10, 'truncated');
	$one->run("SELECT inventory.reserve('truncated', 10)");
	followed('truncated', 'TRUNCATE inventory.reservation', 0, 10, 'TRUNCATE');
	$one->run("SELECT inventory.reserve('truncated', 6)");
	$one->run("BEGIN; TRUNCATE inventory.reservation; SELECT inventory.reserve('truncated', 7)");
	is($one->run("SELECT inventory.available('truncated')"), 3, 'TRUNCATE: the session reserves from what it emptied');
	$one->run('ROLLBACK');
	entry_is($node, 'truncated', 4, 'TRUNCATE: and that is undone');
	$one->run("BEGIN; SELECT inventory.reserve('truncated', 1); TRUNCATE inventory.reservation; SELECT inventory.reserve('truncated', 2); COMMIT");
	entry_is($node, 'truncated', 8, 'TRUNCATE: or committed');
	$one->run("BEGIN; SELECT inventory.reserve('truncated', 1); SAVEPOINT a; TRUNCATE inventory.reservation; SELECT inventory.reserve('truncated', 2); ROLLBACK TO a; SELECT inventory.reserve('truncated', 3); COMMIT");
	entry_is($node, 'truncated', 4, 'TRUNCATE: or undone to a savepoint with work before and after');
}

# More is held than is there: told, shown, and nothing more is sold until it is healed.
sub oversold
{
	stock($node, 10, 'oversold');
	is($one->run(insert_row('oversold', 1, 12)), '', 'oversold: never refused');
	is($one->notices, 'TH032', 'oversold: but a warning');
	query_is($node, "SELECT available, oversold FROM inventory.escrow_entry WHERE sku = 'oversold'", '-2|t', 'oversold: shown');
	is($two->run("SELECT inventory.reserve('oversold', 1)"), 'TH001', 'oversold: nothing more is sold');
	like($node->safe_psql('postgres', 'SELECT problem, expected, actual FROM inventory.verify()'),
		qr/^more reserved than on hand\|10\|12$/m, 'oversold: verify() says so');
	$node->safe_psql('postgres', "SELECT inventory.receive('oversold', 1, 'BIN')");
	is($two->run("SELECT inventory.reserve('oversold', 1)"), 'TH001', 'oversold: a receipt fills the hole first');
	$node->safe_psql('postgres', "SELECT inventory.receive('oversold', 2, 'BIN')");
	is($two->run("SELECT inventory.reserve('oversold', 1) IS NOT NULL"), 't', 'oversold: then it is sold');
	entry_is($node, 'oversold', 0, 'oversold: all counted');
}

sub replica_role
{
	stock($node, 10, 'replica');
	$one->run('SET session_replication_role = replica');
	followed('replica', insert_row('replica', 1, 4), 10, 6, 'session_replication_role = replica');
	$one->run('RESET session_replication_role');
}

# Nobody can follow when the triggers are off: verify() finds it, rebuild() heals it.
sub disabled_trigger
{
	stock($node, 10, 'disabled');
	is(available($node, 'disabled'), 10, 'disabled trigger: before');
	$one->run('ALTER TABLE inventory.reservation DISABLE TRIGGER escrow_follow');
	$one->run(insert_row('disabled', 1, 4));
	$one->run('ALTER TABLE inventory.reservation ENABLE ALWAYS TRIGGER escrow_follow');
	query_is($node, 'SELECT problem, expected, actual FROM inventory.verify()', 'entry differs from rows|6|10',
		'disabled trigger: verify() reports the entry');
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	entry_is($node, 'disabled', 6, 'disabled trigger: right after rebuild()');
}

# rebuild() waits for open transactions that changed stock.
sub rebuild_waits
{
	stock($node, 10, 'rebuilt');
	$one->run("BEGIN; SELECT inventory.reserve('rebuilt', 4)");
	$two->start('SELECT inventory.rebuild() > 0');
	$two->wait_until_it_waits('Lock');
	$one->run('COMMIT');
	is($two->answer, 't', 'rebuild: waits for the open transaction, then discards');
	entry_is($node, 'rebuilt', 6, 'rebuild: counted anew');
}

rows();
moved_row();
open_insert();
own_delete();
on_conflict();
oversold();
replica_role();
verify_is_empty($node, 'verify() finds nothing');
disabled_trigger();
rebuild_waits();
truncated();
verify_is_empty($node, 'verify() finds nothing at the end');
$_->quit for $one, $two;
done_testing();
