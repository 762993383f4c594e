# The jobs of the ocean under pg_cron: made once, changed, run, dropped; two runs of one job
# beside each other; a session that dies in a run; and all of it without pg_cron.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;

use Session;

my $node = sea('ocean_cron', 'statement_timeout = 30s');
my $in = PostgreSQL::Test::Utils::tempdir;
my $out = PostgreSQL::Test::Utils::tempdir;
append_to_file("$in/new.csv", "44013,2022-07-01T00:00:00Z,sea_water_temperature,15.2\n");

# Without pg_cron everything can be called by hand.
my ($code, $stdout, $err) = $node->psql('postgres', 'SELECT ocean.schedule_jobs()');
isnt($code, 0, 'absent: nothing is scheduled');
like($err, qr/extension "pg_cron" is not installed in database "postgres"/, 'absent: and why is said');
query_is($node, 'SELECT ocean.unschedule_jobs()', 0, 'absent: nothing to drop');
query_is($node, 'SELECT count(*) FROM ocean.jobs()', 4, 'absent: what to call');

# ---- two at once, and one that dies ----
# A view that waits for a lock keeps the run in its step as long as the test likes.
$node->safe_psql('postgres', <<'END');
CREATE TABLE gate (station text, "time" timestamptz, variable text, value double precision);
INSERT INTO gate VALUES ('44013', '2022-07-02 00:00+00', 'sea_water_temperature', 16);
END
my $call = q{CALL ocean.run_job('ingest', '{"relation": "public.gate"}')};
my $states = q{SELECT string_agg(state, ',' ORDER BY started_at) FROM ocean.job_run};
my $waits = q{SELECT count(*) = 1 FROM pg_locks WHERE relation = 'gate'::regclass AND NOT granted};
my $gate = Session->new($node);
my $run = Session->new($node);

$gate->run('BEGIN; LOCK TABLE gate');
$run->start($call);
ok($node->poll_query_until('postgres', $waits), 'two at once: the first is in its step');
query_is($node, $states, 'running', 'two at once: its row is there already');
$node->safe_psql('postgres', $call);
query_is($node, $states, 'running,skipped', 'two at once: the second does not wait');
$node->safe_psql('postgres', q{CALL ocean.run_job('days')});
query_is($node, "$states WHERE job = 'days'", 'done', 'two at once: another job is another matter');
$gate->run('COMMIT');
$run->answer;
query_is($node, "$states WHERE job = 'ingest'", 'done,skipped', 'two at once: the first has ended');

$gate->run('BEGIN; LOCK TABLE gate');
$run->start($call);
ok($node->poll_query_until('postgres', $waits), 'dead: in its step');
my $pid = $run->pid;
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)"), 'dead: gone');
$gate->run('COMMIT');
query_is($node, "$states WHERE job = 'ingest'", 'done,skipped,running', 'dead: its row is left');
$node->safe_psql('postgres', $call);
query_is($node, "$states WHERE job = 'ingest'", 'done,skipped,interrupted,done', 'dead: the next one says so');

# ---- a foreign table ----
my $buoy = PostgreSQL::Test::Utils::tempdir . '/buoy.csv';
append_to_file($buoy, "44013,2022-07-03T00:00:00Z,sea_water_temperature,17\n");
$node->safe_psql('postgres', <<"END");
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE buoy (station text, "time" timestamptz, variable text, value double precision)
    SERVER files OPTIONS (filename '$buoy', format 'csv');
CALL ocean.run_job('ingest', '{"relation": "public.buoy"}');
END
append_to_file($buoy, "44013,2022-07-03T00:10:00Z,sea_water_temperature,18\n");
$node->safe_psql('postgres', q{CALL ocean.run_job('ingest', '{"relation": "public.buoy"}')});
query_is($node, q{SELECT string_agg(value::text, ',' ORDER BY observed_at) FROM ocean.observation WHERE observed_at >= '2022-07-03 00:00+00'},
	'17,18', 'foreign table: what it has, each once');

SKIP:
{
	skip 'pg_cron is not installed on this machine', 13
	  unless $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_cron'");
	$node->append_conf('postgresql.conf', <<'END');
shared_preload_libraries = 'tidehold, pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
max_worker_processes = 20
END
	$node->restart;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; TRUNCATE ocean.job_run');
	my $folders = "ingest_folder => '$in', export_folder => '$out'";
	my $all = "ingest_relation => 'public.gate', keep => '20 years', $folders";
	my $minute = join ', ', map { qq("$_": "* * * * *") } qw(ingest partitions days predictions climatology export);

	query_is($node, "SELECT count(*) FROM ocean.schedule_jobs($all)", 7, 'present: the jobs are made');
	query_is($node, "SELECT count(*) FROM ocean.schedule_jobs($all)", 7, 'present: and made again');
	query_is($node, 'SELECT count(*) FROM cron.job', 7, 'present: they are the same ones');
	query_is($node, "SELECT count(*) FROM ocean.schedule_jobs($folders, times => '{$minute}')", 6, 'present: changed');
	query_is($node, "SELECT count(*) FROM cron.job WHERE schedule = '* * * * *'", 6, 'present: their times are');
	query_is($node, 'SELECT count(*) FROM cron.job', 6, 'present: what is not wanted any more is gone');
	($code, $stdout, $err) = $node->psql('postgres', q{SELECT ocean.schedule_jobs(times => '{"export": "* * * * *"}')});
	like($err, qr/there is no job "export" to set a time for/, 'present: a time without its job is refused');
	ok($node->poll_query_until('postgres', "SELECT count(DISTINCT job) = 6 FROM ocean.job_run WHERE state = 'done'"),
		'present: each job runs');
	query_is($node, "SELECT string_agg(concat_ws(': ', job, state, error), ',') FROM ocean.job_run WHERE state <> 'done' OR failed > 0",
		'', 'present: and fails nothing');
	query_is($node, "SELECT rows || ' ' || files FROM ocean.job_run WHERE job = 'ingest' ORDER BY started_at LIMIT 1", '1 1',
		'present: the file is taken');
	query_is($node, 'SELECT value FROM ocean.observation ORDER BY observed_at LIMIT 1', 15.2, 'present: and is there');
	query_is($node, 'SELECT ocean.unschedule_jobs()', 6, 'present: dropped');
	query_is($node, 'SELECT count(*) FROM cron.job', 0, 'present: none is left');
}
$node->stop;
done_testing();
