# What others add to the tables works, and what they break is found: triggers, foreign
# keys, columns; planted errors.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('foreign');

sub code_of
{
	my ($sku, $quantity) = @_;
	my ($status, $output, $errors) = $node->psql('postgres', "SELECT inventory.reserve('$sku', $quantity)",
		extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $errors =~ /ERROR:\s+(\S+)/ ? $1 : 'granted';
}

sub trigger
{
	my ($timing, $body) = @_;
	$node->safe_psql('postgres', <<"END");
CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN $body END \$\$;
CREATE TRIGGER theirs $timing ON inventory.reservation FOR EACH ROW EXECUTE FUNCTION theirs();
END
}

sub triggers
{
	stock($node, 10, 'triggers');
	$node->safe_psql('postgres', 'CREATE TABLE audit (sku_id bigint, quantity bigint)');
	trigger('AFTER INSERT OR UPDATE OR DELETE', "INSERT INTO audit VALUES (coalesce(NEW.item_id, OLD.item_id), coalesce(NEW.quantity, -OLD.quantity)); RETURN NULL;");
	my $id = $node->safe_psql('postgres', "SELECT inventory.reserve('triggers', 4)");
	$node->safe_psql('postgres', "SELECT inventory.release('$id')");
	query_is($node, 'SELECT quantity FROM audit ORDER BY quantity', "-4\n4", 'a row trigger sees what the functions write and delete');
	entry_is($node, 'triggers', 10, 'and counts nothing twice');
	$node->safe_psql('postgres', 'DROP FUNCTION theirs CASCADE');

	trigger('BEFORE INSERT', "NEW.reference := 'marked'; RETURN NEW;");
	$node->safe_psql('postgres', "SELECT inventory.reserve('triggers', 1)");
	query_is($node, 'SELECT reference FROM inventory.reservation', 'marked', 'a BEFORE trigger may change the row');
	$node->safe_psql('postgres', 'DROP FUNCTION theirs CASCADE');

	trigger('BEFORE INSERT', "RAISE EXCEPTION USING ERRCODE = 'ZZ001';");
	is(code_of('triggers', 4), 'ZZ001', 'a trigger may refuse');
	entry_is($node, 'triggers', 9, 'and everything is given back');
	$node->safe_psql('postgres', 'DROP FUNCTION theirs CASCADE');

	trigger('BEFORE INSERT', 'RETURN NULL;');
	is(code_of('triggers', 4), '39P01', 'a trigger that swallows the row is an error');
	entry_is($node, 'triggers', 9, 'and nothing leaks');
	$node->safe_psql('postgres', 'DROP FUNCTION theirs CASCADE');
}

sub foreign_keys
{
	stock($node, 10, 'keyed', 'unkeyed');
	$node->safe_psql('postgres', <<'END');
CREATE TABLE product AS SELECT item_id FROM inventory.item WHERE sku <> 'unkeyed';
ALTER TABLE product ADD PRIMARY KEY (item_id);
ALTER TABLE inventory.reservation ADD CONSTRAINT theirs FOREIGN KEY (item_id) REFERENCES product;
END
	is(code_of('keyed', 4), 'granted', 'a foreign key that holds');
	is(code_of('unkeyed', 4), '23503', 'a foreign key that does not hold refuses');
	entry_is($node, 'keyed', 6, 'counted where it held');
	entry_is($node, 'unkeyed', 10, 'given back where it did not');
	$node->safe_psql('postgres', 'ALTER TABLE inventory.reservation DROP CONSTRAINT theirs');
	$node->safe_psql('postgres', 'ALTER TABLE inventory.reservation ADD CONSTRAINT theirs CHECK (quantity < 5)');
	is(code_of('unkeyed', 5), '23514', 'a check refuses');
	entry_is($node, 'unkeyed', 10, 'and everything is given back');
	$node->safe_psql('postgres', 'ALTER TABLE inventory.reservation DROP CONSTRAINT theirs');
}

sub columns
{
	stock($node, 10, 'columns');
	$node->safe_psql('postgres', <<'END');
ALTER TABLE inventory.reservation ADD COLUMN note text, ADD COLUMN dozens bigint GENERATED ALWAYS AS (quantity / 12) STORED;
ALTER TABLE inventory.movement ADD COLUMN note text;
END
	my $id = $node->safe_psql('postgres', "SELECT inventory.reserve('columns', 4)");
	query_is($node, "SELECT note IS NULL, dozens FROM inventory.reservation JOIN inventory.item USING (item_id) WHERE sku = 'columns'",
		't|0', 'columns that somebody added are filled');
	query_is($node, "SELECT inventory.fulfil('$id', 1, keep_remainder => true)", 1, 'and survive a part that is shipped');
	query_is($node, "SELECT inventory.release('$id')", 3, 'and an end');
	entry_is($node, 'columns', 9, 'counted as ever');
	$node->safe_psql('postgres', <<'END');
ALTER TABLE inventory.reservation DROP COLUMN note, DROP COLUMN dozens;
ALTER TABLE inventory.movement DROP COLUMN note;
END
	is(code_of('columns', 1), 'granted', 'and so after they are dropped');
}

# What verify() reports after a statement that does wrong; it is then undone.
sub planted
{
	my ($statement, $expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $session = Session->new($node);
	$session->run("BEGIN; $statement");
	like($session->run('SELECT problem, expected, actual, detail FROM inventory.verify()'), $expected, "planted: $name");
	$session->run('ROLLBACK');
	$session->quit;
}

sub planted_errors
{
	my $of = "WHERE item_id = (SELECT item_id FROM inventory.item WHERE sku = 'planted')";
	stock($node, 10, 'planted');
	$node->safe_psql('postgres', "SELECT inventory.reserve('planted', 4)");
	planted("UPDATE inventory.balance SET quantity = 11 $of", qr/^balance differs from ledger\|10\|11\|$/m, 'a balance');
	planted("UPDATE inventory.movement SET quantity = 9 $of", qr/^balance differs from ledger\|9\|10\|$/m, 'a movement');
	planted("UPDATE inventory.movement SET quantity = 0 $of", qr/^quantity of a movement is not positive\|/m, 'a movement of nothing');
	planted("UPDATE inventory.balance SET quantity = -1 $of", qr/^negative stock\|0\|-1\|$/m, 'negative stock');
	planted("UPDATE inventory.reservation SET quantity = 11 $of", qr/^more reserved than on hand\|10\|11\|$/m, 'a reservation');
	planted("UPDATE inventory.reservation SET quantity = -1 $of", qr/^quantity of a reservation is negative\|/m, 'a negative reservation');
	planted("UPDATE inventory.reservation SET item_id = -1 $of", qr/^item does not exist\|\|\|reservation$/m, 'an item that is not there');
	planted("UPDATE inventory.movement SET destination_id = -1 $of", qr/^location does not exist\|\|\|movement$/m, 'a location that is not there');
	planted("UPDATE inventory.balance SET lot_id = 77 $of", qr/^lot does not exist\|\|\|balance$/m, 'a lot that is not there');
	planted("UPDATE inventory.balance SET location_id = 2 $of", qr/^location cannot hold stock\|\|10\|customer$/m, 'stock at a customer');
	planted("INSERT INTO inventory.reservation_end SELECT item_id, reservation_no, location_id, lot_id, 'released', quantity, 0, now(), NULL, now(), 'x', NULL, NULL FROM inventory.reservation $of",
		qr/^reservation is both open and ended\|/m, 'a reservation that ended and goes on');
	entry_is($node, 'planted', 6, 'planted: undone');
}

triggers();
foreign_keys();
columns();
planted_errors();
verify_is_empty($node, 'verify() finds nothing');
done_testing();
