# What planning keeps goes through pg_dump and pg_restore, and goes on in the new cluster,
# where transaction ids begin anew.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $old = shop('old');
stock($old, 50, 'tea', 'cup');
$old->safe_psql('postgres', <<'END');
INSERT INTO inventory.planning_setting (time_zone) VALUES ('Europe/Berlin');
INSERT INTO inventory.supplier (code, order_weekdays) VALUES ('ACME', '{1,3}');
INSERT INTO inventory.supplier_holiday SELECT supplier_id, '2026-12-25' FROM inventory.supplier;
INSERT INTO inventory.item_supply (item_id, supplier_id, policy, stock_minimum, stock_maximum)
SELECT item_id, supplier_id, 'min_max', 100, 200 FROM inventory.item, inventory.supplier;
SELECT inventory.issue('tea', 20, 'BIN');
SELECT inventory.try_reserve('tea', 99);
SELECT inventory.flush_lost_sales();
INSERT INTO inventory.forecast_error (item_id, location_id, starts_on, mean, actual) SELECT item_id, 0, '2026-01-05', 3.5, 4 FROM inventory.item;
INSERT INTO inventory.stock_target SELECT item_id, location_id, '2030-01-01', 5 FROM inventory.item_supply;
SELECT inventory.refit_forecasts();
SELECT inventory.propose_orders();
SELECT inventory.accept_proposal(min(proposal_no)) FROM inventory.order_proposal;
SELECT inventory.update_demand();
END
$old->poll_query_until('postgres', 'SELECT count(*) > 0 FROM inventory.lost_sale');

my @tables = qw(planning_setting lost_sale demand_day supplier supplier_holiday item_supply stock_target expected_receipt
  planning_run forecast_model forecast forecast_error order_proposal);
my $CONTENTS = join ' UNION ALL ', map { "SELECT '$_', count(*), sum(hashtextextended(t::text, 0)) FROM inventory.$_ AS t" } @tables;
my $contents = $old->safe_psql('postgres', $CONTENTS);
for my $table (qw(lost_sale demand_day item_supply stock_target expected_receipt planning_run order_proposal))
{
	like($contents, qr/^$table\|[1-9]/m, "before: $table has rows");
}
my $dump = $old->basedir . '/planning.dump';
$old->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $old->connstr('postgres') ], 'pg_dump');
$old->stop;

my $new = Tidehold::node('new');
$new->start;
$new->safe_psql('postgres', 'CREATE DATABASE shop');
$new->command_ok([ 'pg_restore', '--exit-on-error', '-d', $new->connstr('shop'), $dump ], 'pg_restore');
# The worker may have summed up in the middle of the restore; demand is not dumped but
# summed from the ledger, of which no row may be passed over, however old.
$new->safe_psql('shop', 'SELECT inventory.update_demand()');
is($new->safe_psql('shop', $CONTENTS), $contents, 'every row is there');
$new->safe_psql('shop', "SELECT inventory.issue('tea', 5, 'BIN'); SELECT inventory.update_demand()");
is($new->safe_psql('shop', 'SELECT * FROM inventory.verify_demand()'), '', 'demand goes on');
is($new->safe_psql('shop', "SELECT shipped, lost FROM inventory.demand('tea', since => inventory.planning_date(), until => inventory.planning_date() + 1)"),
	'25|69', 'and tells of both clusters');
is($new->safe_psql('shop', 'SELECT looked_at, failed FROM inventory.propose_orders()'), '2|0', 'orders are proposed');
is($new->safe_psql('shop', "SELECT inventory.receive_expected(receipt_no, location => 'BIN') IS NOT NULL FROM inventory.expected_receipt"),
	't', 'what was ordered before arrives');
is($new->safe_psql('shop', "SELECT inventory.expect_receipt('cup', 1, due_on => '2030-01-01') > max(receipt_no) FROM inventory.expected_receipt"),
	't', 'new numbers are new');
verify_is_empty($new, 'verify() finds nothing', 'shop');
done_testing();
