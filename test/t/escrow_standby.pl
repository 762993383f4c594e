# A standby answers from the rows and makes no entries, so that after promotion none can
# be stale (race 16).
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use Test::More;

use Session;

my $primary = shop('primary');
stock($primary, 10, 'kept', 'sold');
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

sub catch_up
{
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
}

my $kept = $primary->safe_psql('postgres', "SELECT inventory.reserve('kept', 4)");
my $open = Session->new($primary);
$open->run("BEGIN; SELECT inventory.reserve('kept', 3)");
catch_up();
is(available($standby, 'kept'), 6, 'standby: answers from committed rows');
is(available($primary, 'kept'), 3, 'standby: the primary takes off open promises too');
is(available($standby, 'sold'), 10, 'standby: read before it is sold on the primary');

my $reader = Session->new($standby);
for my $call ("reserve('kept', 1)", "try_reserve('kept', 1)", "reserve_many(skus => '{kept}', quantities => '{1}')",
	"fulfil('$kept')", "release('$kept')", "extend('$kept')", "receive('kept', 1, 'BIN')", "issue('kept', 1)")
{
	is($reader->run("SELECT inventory.$call"), '25006', "standby: refuses $call");
}
is($reader->run('SELECT count(*) FROM inventory.escrow_entry'), 0, 'standby: makes no entries');
is($reader->run("SELECT state, held FROM inventory.reservation_status('$kept')"), 'held|4', 'standby: shows a reservation');
$reader->quit;

$primary->safe_psql('postgres', "SELECT inventory.reserve('sold', 10)");
my $lapsed = $primary->safe_psql('postgres', "SELECT inventory.reserve('kept', 2, ttl => '1 ms')");
catch_up();
is(available($standby, 'sold'), 0, 'standby: follows the primary');
$primary->stop('immediate');
$open->quit;
$standby->promote;
$standby->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the standby was not promoted';

is($standby->safe_psql('postgres', "SELECT code FROM inventory.try_reserve('sold', 1)"), 'insufficient_stock',
	'promotion: what the old primary sold is sold');
is($standby->safe_psql('postgres', "SELECT code FROM inventory.try_reserve('kept', 6)"), 'created',
	'promotion: what was open or has lapsed is free again');
is($standby->safe_psql('postgres', "SELECT code FROM inventory.try_reserve('kept', 1)"), 'insufficient_stock',
	'promotion: and sold once');
is($standby->safe_psql('postgres', "SELECT inventory.fulfil('$kept')"), 4, 'promotion: a reservation of before is shipped');
ok($standby->poll_query_until('postgres', "SELECT count(*) = 1 FROM inventory.reservation_end WHERE outcome = 'expired'"),
	'promotion: the lapsed reservation is recorded as expired');
ok($standby->poll_query_until('postgres', "SELECT count(*) = 1 FROM tidehold.stat_worker WHERE state = 'running' AND database = 'postgres'"),
	'promotion: the worker runs');
entry_is($standby, 'kept', 0, 'promotion: entries are as the rows');
verify_is_empty($standby, 'promotion: verify() finds nothing');
done_testing();
