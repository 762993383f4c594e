# A standby is promoted while lost sales are in flight: in memory of the primary, in an open
# transaction that writes them, and written.  What was committed is there once, the rest is
# lost as with any crash, and the new primary goes on counting.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use Test::More;

use Session;

my $WRITTEN = 'SELECT coalesce(sum(requests), 0) FROM inventory.lost_sale';
my $PENDING = 'SELECT pending_requests FROM inventory.stat_lost_sale()';

# Nothing is written but by hand, until the setting is taken away.
my $primary = shop('primary', "tidehold.maintenance_naptime = 1h\n");
stock($primary, 0, 'gone');
$primary->poll_query_until('postgres', "SELECT last_run_at IS NOT NULL FROM tidehold.stat_worker WHERE database = 'postgres'")
	or die 'the worker has not made its first round';
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "tidehold.maintenance_naptime = 10ms\n");
$standby->start;

sub refuse
{
	my ($node, $times, $request_id) = @_;
	my $id = $request_id ? ", request_id => '$request_id'" : '';
	return $node->safe_psql('postgres',
		"SELECT count(*) FROM generate_series(1, $times) AS n, inventory.try_reserve('gone', 2 + 0 * n$id) AS r WHERE r.code = 'insufficient_stock'");
}

is(refuse($primary, 50), 50, 'primary: refused and written');
is(refuse($primary, 1, 'cart-1'), 1, 'primary: refused with a request id');
is($primary->safe_psql('postgres', 'SELECT inventory.flush_lost_sales()'), 1, 'primary: written by hand');
query_is($primary, $WRITTEN, 51, 'primary: each request once');
is(refuse($primary, 30), 30, 'primary: refused and being written');
my $writer = Session->new($primary);
is($writer->run('BEGIN; SELECT inventory.flush_lost_sales()'), 1, 'primary: the writing has not committed');
is(refuse($primary, 20), 20, 'primary: refused and in memory alone');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

query_is($standby, $WRITTEN, 51, 'standby: shows what was committed');
query_is($standby, $PENDING, 0, 'standby: holds nothing of the memory of the primary');
my $reader = Session->new($standby);
is($reader->run("SELECT inventory.try_reserve('gone', 2)"), '25006', 'standby: refuses as a standby');
is($reader->run('SELECT inventory.flush_lost_sales()'), '25006', 'standby: writes nothing');
$reader->quit;
query_is($standby, $PENDING, 0, 'standby: and counts nothing');

$primary->stop('immediate');
$writer->quit;
$standby->promote;
$standby->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the standby was not promoted';
query_is($standby, $WRITTEN, 51, 'promotion: what was committed is there once, the rest is not');
ok($standby->poll_query_until('postgres', "SELECT count(*) = 1 FROM tidehold.stat_worker WHERE state = 'running' AND database = 'postgres'"),
	'promotion: the worker runs');
is(refuse($standby, 7), 7, 'promotion: refused');
is(refuse($standby, 1, 'cart-1'), 1, 'promotion: refused with the request id of before, which memory has forgotten');
is(refuse($standby, 1, 'cart-1'), 1, 'promotion: and again, which it knows now');
ok($standby->poll_query_until('postgres', 'SELECT pending_requests = 0 FROM inventory.stat_lost_sale()'), 'promotion: the worker writes');
query_is($standby, $WRITTEN, 59, 'promotion: each request once');
query_is($standby, 'SELECT sum(missing) = 2 * sum(requests) FROM inventory.lost_sale', 't', 'promotion: with what was missing');
query_is($standby, "SELECT sum(lost) FROM inventory.demand('gone', since => current_date - 1, until => current_date + 1)", 118,
	'promotion: and it is demand');

# Who is started again by mistake has what it had committed, and wrote nothing on its way.
$primary->start;
query_is($primary, $WRITTEN, 51, 'old primary: recovered without what was in flight');
query_is($primary, $PENDING, 0, 'old primary: memory is empty');
done_testing();
