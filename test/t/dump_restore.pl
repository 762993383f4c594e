# pg_dump and pg_restore into a new cluster, in the order pg_dump chose and with the
# reservations before and after the balances; then the shop goes on.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;

use Session;

my $old = shop('old');
$old->safe_psql('postgres', <<'END');
INSERT INTO inventory.tenant (tenant_id, name) VALUES (7, 'second');
INSERT INTO inventory.stock_status (status, sellable) VALUES ('on display', false);
INSERT INTO inventory.location (code, kind, priority) VALUES ('STORE', 'view', 5);
INSERT INTO inventory.location (code, parent_id, priority)
SELECT 'SHELF', location_id, 1 FROM inventory.location WHERE code = 'STORE';
INSERT INTO inventory.location (code, tenant_id) VALUES ('THEIRS', 7);
INSERT INTO inventory.item (sku, name, tracking) VALUES ('plain', 'a plain thing', 'none'), ('lots', 'milk', 'lot');
INSERT INTO inventory.item (sku, tenant_id) VALUES ('plain', 7);
INSERT INTO inventory.unit (item_id, unit, numerator) SELECT item_id, 'dozen', 12 FROM inventory.item WHERE sku = 'plain' AND tenant_id = 1;
INSERT INTO inventory.barcode (item_id, barcode, unit) SELECT item_id, '4006381333931', 'dozen' FROM inventory.unit;
SELECT inventory.receive('plain', 10, 'BIN', unit => 'dozen', request_id => 'first delivery');
SELECT inventory.receive('plain', 30, 'SHELF');
SELECT inventory.receive('plain', 5, 'THEIRS', tenant_id => 7);
SELECT inventory.receive('lots', 8, 'BIN', lot => 'L1', expires_on => current_date + 30);
SELECT inventory.receive('lots', 8, 'BIN', lot => 'L2', expires_on => current_date + 20);
SELECT inventory.reserve('plain', 100);
SELECT inventory.reserve('plain', 40);
SELECT inventory.reserve('lots', 10);
SELECT inventory.fulfil(inventory.reserve('plain', 2));
SELECT inventory.release(inventory.reserve('plain', 3));
SELECT inventory.transfer('plain', 1, 'BIN', 'SHELF') WHERE inventory.available('plain', 'BIN') > 0;
END
my $held = $old->safe_psql('postgres', "SELECT inventory.reserve('plain', 4)");

# All that must be the same afterwards; built-in rows come with the extension.
my @tables = (qw(item unit barcode lot movement balance reservation reservation_end request),
	map { "$_ AS t WHERE NOT builtin" } qw(tenant stock_status location));
my $CONTENTS = join ' UNION ALL ',
  map { "SELECT '$_', count(*), sum(hashtextextended(t::text, 0)) FROM inventory." . s/^\w+\K$/ AS t/r } @tables;
my $SHELVES = "SELECT i.tenant_id, i.sku, inventory.available(i.sku, tenant_id => i.tenant_id) FROM inventory.item AS i ORDER BY 1, 2";
my ($contents, $shelves) = map { $old->safe_psql('postgres', $_) } $CONTENTS, $SHELVES;
verify_is_empty($old, 'before: verify() finds nothing');

my $dump = $old->basedir . '/shop.dump';
$old->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $old->connstr('postgres') ], 'pg_dump');
$old->stop;

my $new = Tidehold::node('new');
$new->start;

# Table of contents with the rows of some tables first, in the order named.
sub list_with_first
{
	my ($name, @wanted) = @_;
	my ($list) = run_command([ 'pg_restore', '-l', $dump ]);
	my @lines = split /\n/, $list;
	my @moved = map { my $table = $_; grep { / TABLE DATA inventory $table / } @lines } @wanted;
	is(scalar @moved, scalar @wanted, "$name: the tables are in the dump");
	my ($first) = grep { $lines[$_] =~ / TABLE DATA inventory / } 0 .. $#lines;
	my %is_moved = map { $_ => 1 } @moved;
	my @before = grep { !$is_moved{$_} } @lines[ 0 .. $first - 1 ];
	my @after = grep { !$is_moved{$_} } @lines[ $first .. $#lines ];
	my $path = $new->basedir . "/$name.list";
	open(my $file, '>', $path) or die "could not write $path: $!";
	print $file join "\n", @before, @moved, @after, '';
	close $file;
	return ('-L', $path);
}

sub restored
{
	my ($database, @order) = @_;
	$new->safe_psql('postgres', "CREATE DATABASE $database");
	$new->command_ok([ 'pg_restore', '--exit-on-error', '-d', $new->connstr($database), @order, $dump ], "$database: pg_restore");
	is($new->safe_psql($database, $CONTENTS), $contents, "$database: every row is there");
	is($new->safe_psql($database, $SHELVES), $shelves, "$database: as much can be sold");
	verify_is_empty($new, "$database: verify() finds nothing", $database);
	return;
}

sub goes_on
{
	my ($database) = @_;
	my $ask = sub { $new->safe_psql($database, "SELECT $_[0]") };
	is($ask->("inventory.fulfil('$held')"), 4, "$database: a reservation of before is shipped");
	is($ask->("inventory.receive('plain', 10, 'BIN', unit => 'dozen', request_id => 'first delivery') = (SELECT min(movement_no) FROM inventory.movement)"),
		't', "$database: a request of before answers as before");
	my $left = $ask->("inventory.available('plain')");
	like($ask->("inventory.receive('plain', 20, 'BIN')"), qr/^\d+$/, "$database: stock is received");
	like($ask->("inventory.reserve('plain', $left + 20)"), qr/^[0-9a-f-]{36}$/, "$database: and all of it reserved");
	is($ask->("(inventory.try_reserve('plain', 1)).code"), 'insufficient_stock', "$database: and no more");
	$new->safe_psql($database, "INSERT INTO inventory.item (sku) VALUES ('new')");
	is($ask->("inventory.reserve('lots', 6) IS NOT NULL"), 't', "$database: lots are picked");
	is($ask->("count(*) FROM inventory.location WHERE builtin"), 4, "$database: what comes with the extension is there once");
	verify_is_empty($new, "$database: verify() finds nothing then", $database);
	return;
}

restored('as_dumped');
goes_on('as_dumped');
restored('reservation_first', list_with_first('reservation_first', 'reservation', 'balance'));
goes_on('reservation_first');
restored('balance_first', list_with_first('balance_first', 'balance', 'reservation'));
goes_on('balance_first');
{
	# A dump records no order between the tables of an extension; without foreign keys
	# none is needed, and our own triggers fire all the same.
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	restored('in_parallel', '-j', 3);
}
goes_on('in_parallel');
done_testing();
