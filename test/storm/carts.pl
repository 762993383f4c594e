# Carts of 20 lines in random order over 30 items, two to a transaction: no deadlock,
# and no error but that of missing stock.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;

use Storm;

use constant { CLIENTS => 64, SECONDS => 60, ITEMS => 30, LINES => 20, STOCK => 120 };

my $FUNCTIONS = <<'SQL';
CREATE SCHEMA storm;
CREATE UNLOGGED TABLE storm.outcome (what text NOT NULL);
CREATE FUNCTION storm.cart(items integer, lines integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted text[];
    quantities bigint[];
BEGIN
    SELECT array_agg('K' || n), array_agg(1 + floor(random() * 3)::bigint) INTO wanted, quantities
    FROM (SELECT n FROM generate_series(1, items) AS n ORDER BY random() LIMIT lines) AS line;
    PERFORM inventory.reserve_many(skus => wanted, quantities => quantities);
    INSERT INTO storm.outcome VALUES ('sold');
EXCEPTION WHEN SQLSTATE 'TH001' THEN
    INSERT INTO storm.outcome VALUES ('short');
END
$$;
CREATE FUNCTION storm.give_up(lines integer) RETURNS void LANGUAGE sql AS $$
    SELECT inventory.release(id) FROM (
        SELECT (lpad(to_hex(item_id), 16, '0') || lpad(to_hex(reservation_no), 16, '0'))::uuid AS id
        FROM inventory.reservation LIMIT lines FOR UPDATE SKIP LOCKED) AS mine
$$;
SQL

my $node = storm_node('carts');
stock_up($node, 'K', ITEMS, STOCK);
$node->safe_psql('postgres', $FUNCTIONS);

my $cart = sprintf "SELECT storm.cart(%d, %d);\n", ITEMS, LINES;
my $monitor = start_monitor($node);
my $crowd = crowd(
	$node,
	{ 'buy@3' => "BEGIN;\n$cart${cart}COMMIT;\n", 'regret@1' => "BEGIN;\n${cart}ROLLBACK;\n",
		'give_up@4' => sprintf("SELECT storm.give_up(%d);\n", 2 * LINES) },
	name => 'carts', clients => CLIENTS, seconds => SECONDS);
my $output = finish_crowd($crowd, 'carts');
my ($looks, $lowest, $differing) = stop_monitor($monitor);
my %outcome = map { split /\|/ } split /\n/,
  $node->safe_psql('postgres', 'SELECT what, count(*) FROM storm.outcome GROUP BY what');
print_table(
	'opposing carts',
	clients => CLIENTS,
	transactions => pgbench_figure($output, 'count'),
	'carts sold' => $outcome{sold} // 0,
	'carts refused' => $outcome{short} // 0,
	'looks of the monitor' => $looks,
	'lowest ever left of an item' => $lowest,
	'entries that differed from their rows' => $differing);
cmp_ok($outcome{sold} // 0, '>', 0, 'carts were sold');
cmp_ok($outcome{short} // 0, '>', 0, 'carts were refused');
is($lowest, 0, 'stock was sold to the last unit and never below');
is($differing, 0, 'every entry was as its rows at any time');
is($node->safe_psql('postgres', "SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'"), 0,
	'no deadlock');
nothing_wrong($node, 'after the carts');
done_testing();
