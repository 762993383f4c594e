# TRUNCATE and rebuild() empty the entries: what a transaction has promised and given
# itself stays right through savepoints, and others never sell it a second time.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('replaced', 'tidehold.maintenance_naptime = 1h');
my $one = Session->new($node);
my $two = Session->new($node);

sub code { return "SELECT code FROM inventory.try_reserve('$_[0]', $_[1])" }

# What the transaction itself received counts once.
sub own_receipt
{
	stock($node, 0, 'before', 'after');
	$one->run("BEGIN; SELECT inventory.receive('before', 10, 'BIN'); SELECT inventory.rebuild()");
	is($one->run(code('before', 20)), 'insufficient_stock', 'a receipt before rebuild counts once');
	is($one->run(code('before', 10)), 'created', 'and can be reserved');
	$one->run('COMMIT');
	$one->run("BEGIN; SELECT inventory.rebuild(); SELECT inventory.receive('after', 10, 'BIN')");
	is($one->run(code('after', 20)), 'insufficient_stock', 'a receipt after rebuild counts once');
	is($one->run(code('after', 10)), 'created', 'and can be reserved');
	$one->run('COMMIT');
	verify_is_empty($node, 'own receipts');
	return;
}

# The lock goes with the savepoint; the promises of the outer level stay.
sub rolled_back_to
{
	my ($sku, $statement) = @_;
	stock($node, 10, $sku);
	$one->run('BEGIN');
	is($one->run(code($sku, 8)), 'created', "$sku: promised before the savepoint");
	$one->run("SAVEPOINT s; $statement; ROLLBACK TO s");
	is($two->run(code($sku, 8)), 'insufficient_stock', "$sku: nobody else gets it");
	is($two->run(code($sku, 2)), 'created', "$sku: the rest is there");
	$one->run('ROLLBACK');
	is(available($node, $sku), 8, "$sku: back after the rollback");
	verify_is_empty($node, $sku);
	return;
}

# A level below the one that emptied the entries is undone.
sub inner_level
{
	stock($node, 1, 'inner');
	$one->run('BEGIN; TRUNCATE inventory.reservation; SAVEPOINT s');
	$one->run("SELECT inventory.receive('inner', 7, 'BIN'); SELECT inventory.available('inner')");
	$one->run('ROLLBACK TO s');
	is($one->run("SELECT inventory.available('inner')"), 1, 'a value counted in the savepoint is forgotten with it');
	$one->run('ROLLBACK');
	return;
}

# Lines that are taken and not yet rows, while a due reservation gives its units back.
sub due_in_between
{
	stock($node, 10, 'due');
	$one->run('BEGIN; SELECT inventory.rebuild()');
	$one->run("SELECT inventory.reserve('due', 5, ttl => '20 ms'); SELECT pg_sleep(0.05)");
	is($one->run("SELECT string_agg(code, ' ' ORDER BY line) FROM inventory.reserve_many(ARRAY['due', 'due', 'due'], ARRAY[5, 5, 5], independent => true)"),
		'created created insufficient_stock', 'ten units are sold once');
	$one->run('COMMIT');
	verify_is_empty($node, 'due in between');
	return;
}

# A row that the running statement changes cannot be released by it.
sub changed_by_the_statement
{
	stock($node, 5, 'self');
	$node->safe_psql('postgres', "CREATE TABLE held AS SELECT inventory.reserve('self', 5, ttl => NULL) AS id");
	my (undef, undef, $error) = $node->psql('postgres', <<'END');
SET statement_timeout = '30s';
UPDATE inventory.reservation SET reference = 'x' WHERE item_id = (SELECT item_id FROM inventory.item WHERE sku = 'self')
RETURNING inventory.release((SELECT id FROM held));
END
	like($error, qr/was already changed by the current command/, 'releasing a row that the statement updates is refused');
	entry_is($node, 'self', 0, 'still held');
	return;
}

# A trigger of somebody else that swallows the end of a reservation.
sub swallowed_end
{
	stock($node, 5, 'kept');
	$node->safe_psql('postgres', <<'END');
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE kept AS SELECT inventory.reserve('kept', 5, ttl => NULL) AS id;
CREATE TRIGGER swallow BEFORE DELETE ON inventory.reservation FOR EACH ROW EXECUTE FUNCTION swallow();
END
	my (undef, undef, $error) = $node->psql('postgres', 'SELECT inventory.release(id) FROM kept');
	like($error, qr/a trigger suppressed a row of table "reservation"/, 'a swallowed DELETE is an error');
	$node->safe_psql('postgres', 'DROP TRIGGER swallow ON inventory.reservation');
	entry_is($node, 'kept', 0, 'still held');
	return;
}

# A release commits while another backend counts the rows of the entry, which has so many
# that the count takes a while: its units are neither lost nor there twice.
sub given_while_counted
{
	my @skus = map { "race$_" } 1 .. 12;
	stock($node, 20000, @skus);
	$node->safe_psql('postgres', <<'END');
ALTER TABLE inventory.reservation DISABLE TRIGGER escrow_follow;
INSERT INTO inventory.reservation
SELECT item_id, -i, location_id, 0, 1, 0, now(), NULL, 'somebody', NULL
FROM inventory.item, inventory.location, generate_series(1, 10000) AS i WHERE sku LIKE 'race%' AND code = 'BIN';
ALTER TABLE inventory.reservation ENABLE ALWAYS TRIGGER escrow_follow;
CREATE TABLE race AS SELECT sku, inventory.reserve(sku, 10, ttl => NULL) AS id FROM inventory.item WHERE sku LIKE 'race%';
SELECT inventory.rebuild();
END
	for my $sku (@skus)
	{
		$one->run("BEGIN; SELECT inventory.release(id) FROM race WHERE sku = '$sku'");
		$two->start("SELECT inventory.available('$sku')");
		$one->run('COMMIT');
		$two->answer;
	}
	verify_is_empty($node, 'every release counts once');
	return;
}

own_receipt();
rolled_back_to('rebuilt', 'SELECT inventory.rebuild()');
rolled_back_to('truncated', 'TRUNCATE inventory.reservation_end, inventory.reservation');
inner_level();
due_in_between();
changed_by_the_statement();
swallowed_end();
given_while_counted();
$_->quit for $one, $two;
$node->stop;
done_testing();
