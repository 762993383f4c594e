# Logical replication into the tables (race 15): the entries follow, and the apply worker
# is never refused, even where that oversells.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

# Ids of reservations that both make must differ.
my $origin = shop('origin');
my $copy = shop('copy', "tidehold.node_id = 1\n");
for my $node ($origin, $copy)
{
	$node->safe_psql('postgres', <<'END');
INSERT INTO inventory.item (item_id, sku) VALUES (100001, 'copied');
INSERT INTO inventory.location (location_id, code) VALUES (100002, 'SHARED');
END
}
$origin->safe_psql('postgres', <<'END');
CREATE PUBLICATION stock FOR TABLE inventory.movement, inventory.balance, inventory.reservation, inventory.reservation_end;
END
is(available($copy, 'copied'), 0, 'before: the copy has counted the entry');
my $connection = $origin->connstr . ' dbname=postgres';
$copy->safe_psql('postgres', "CREATE SUBSCRIPTION stock CONNECTION '$connection' PUBLICATION stock WITH (copy_data = false)");

# Runs statements on the origin and waits until the copy has them.
sub replicate
{
	my ($sql) = @_;
	my $result = $origin->safe_psql('postgres', $sql);
	$origin->wait_for_catchup('stock');
	return $result;
}

sub followed
{
	my ($expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	entry_is($copy, 'copied', $expected, "followed: $name");
}

replicate("SELECT inventory.receive('copied', 10, 'SHARED')");
followed(10, 'a receipt');
my $id = replicate("SELECT inventory.reserve('copied', 4)");
followed(6, 'a reservation');
replicate("SELECT inventory.fulfil('$id', 1, keep_remainder => true)");
followed(6, 'a part that was shipped');
replicate("SELECT inventory.release('$id')");
followed(9, 'a release');
replicate("BEGIN; SELECT inventory.reserve('copied', 5); ROLLBACK");
followed(9, 'a rollback');
$id = replicate("SELECT inventory.reserve('copied', 2)");
replicate('TRUNCATE inventory.reservation');
followed(9, 'TRUNCATE');

my $own = $copy->safe_psql('postgres', "SELECT inventory.reserve('copied', 9)");
my $far = replicate("SELECT inventory.reserve('copied', 3)");
is($copy->safe_psql('postgres', "SELECT available, oversold FROM inventory.escrow_entry WHERE sku = 'copied'"), '-3|t',
	'oversold by both: applied all the same, and shown');
like($copy->safe_psql('postgres', 'SELECT problem FROM inventory.verify()'), qr/^more reserved than on hand$/m,
	'oversold by both: verify() says so');
is($copy->safe_psql('postgres', "SELECT code FROM inventory.try_reserve('copied', 1)"), 'insufficient_stock',
	'oversold by both: nothing more is sold');
$copy->safe_psql('postgres', "SELECT inventory.release('$own')");
followed(6, 'the other one again when one is released');
verify_is_empty($copy, 'verify() of the copy finds nothing');
verify_is_empty($origin, 'verify() of the origin finds nothing');
done_testing();
