# The nightly work as jobs of pg_cron: made once, changed, run, dropped; and without it.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = Tidehold::node('cron');
$node->start;
Session::open_shop($node, 'postgres');

# Without pg_cron everything can be called by hand.
my ($code, $out, $err) = $node->psql('postgres', 'SELECT inventory.schedule_planning()');
isnt($code, 0, 'absent: nothing is scheduled');
like($err, qr/extension "pg_cron" is not installed in database "postgres"/, 'absent: and why is said');
query_is($node, 'SELECT inventory.unschedule_planning()', 0, 'absent: nothing to drop');
query_is($node, 'SELECT count(*) FROM inventory.planning_jobs()', 3, 'absent: what to call');

SKIP:
{
	skip 'pg_cron is not installed on this machine', 9
	  unless $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_cron'");
	$node->append_conf('postgresql.conf', <<'END');
shared_preload_libraries = 'tidehold, pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
END
	$node->restart;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
	query_is($node, 'SELECT count(*) FROM inventory.schedule_planning()', 3, 'present: three jobs are made');
	query_is($node, 'SELECT count(*) FROM inventory.schedule_planning()', 3, 'present: and made again');
	query_is($node, 'SELECT count(*) FROM cron.job', 3, 'present: they are the same ones');
	query_is($node, "SELECT count(*) FROM inventory.schedule_planning(refit => '* * * * *', refresh => '* * * * *', propose => '* * * * *')",
		3, 'present: their times are changed');
	query_is($node, "SELECT string_agg(schedule, ',') FROM cron.job", '* * * * *,* * * * *,* * * * *', 'present: all of them');
	ok($node->poll_query_until('postgres', 'SELECT count(DISTINCT task) = 3 FROM inventory.planning_run'), 'present: each job runs');
	query_is($node, 'SELECT sum(failed) FROM inventory.planning_run', 0, 'present: and fails nothing');
	query_is($node, 'SELECT inventory.unschedule_planning()', 3, 'present: dropped');
	query_is($node, 'SELECT count(*) FROM cron.job', 0, 'present: none is left');
}
$node->stop;
done_testing();
