# The launcher and the maintenance workers: when they run, when they end, and what
# they leave behind.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold qw(node configure);

my $create = 'CREATE EXTENSION tidehold_inventory CASCADE';

sub worker
{
	my ($node, $database, $column) = @_;
	return $node->safe_psql('postgres', qq{
		SELECT $column FROM tidehold.stat_worker WHERE database = '$database'});
}

sub wait_for_worker
{
	my ($node, $database, $condition) = @_;
	return $node->poll_query_until('postgres', qq{
		SELECT count(*) = 1 FROM tidehold.stat_worker WHERE database = '$database' AND $condition});
}

# In the process list, which also shows a worker that nobody has a slot for.
sub processes
{
	my ($node, $type, $database) = @_;
	my $of_database = defined $database ? " AND datname = '$database'" : '';
	return $node->safe_psql('postgres', qq{
		SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'tidehold $type'$of_database});
}

sub occurrences
{
	my ($node, $text) = @_;
	my $log = slurp_file($node->logfile);
	return scalar(() = $log =~ /\Q$text\E/g);
}

my $node = node('workers');
$node->append_conf('postgresql.conf', "tidehold.maintenance_naptime = 50ms\n");
$node->start;

# ---- start --------------------------------------------------------------------------
$node->safe_psql('postgres', 'CREATE EXTENSION tidehold');
ok(wait_for_worker($node, 'postgres', "state = 'absent' AND pid IS NULL"),
	'a database with nothing to maintain has no worker');
$node->safe_psql('postgres', "BEGIN; $create; ROLLBACK");
$node->safe_psql('postgres', $create);
ok(wait_for_worker($node, 'postgres', "state = 'running' AND last_run_at IS NOT NULL"),
	'CREATE EXTENSION brings a worker without a restart');
is(processes($node, 'launcher'), 1, 'there is one launcher');
is(processes($node, 'maintenance'), 1, 'and one worker');
is( $node->safe_psql('postgres', q{
		SELECT bool_and(a.datname = w.database) FROM tidehold.stat_worker AS w
		JOIN pg_stat_activity AS a USING (pid)}),
	't', 'the view names the process');
my ($code, $out, $error) = $node->psql('postgres', 'BEGIN; SELECT tidehold.wake_launcher(); PREPARE TRANSACTION \'a\'');
like($error, qr/cannot prepare a transaction that creates or updates an extension/,
	'a wish that would be lost by PREPARE is refused');

$node->safe_psql('postgres', 'CREATE DATABASE second');
$node->safe_psql('second', $create);
ok(wait_for_worker($node, 'second', "state = 'running'"), 'a new database gets a worker of its own');
is(processes($node, 'maintenance'), 2, 'two databases have two workers');

# ---- work ---------------------------------------------------------------------------
$node->safe_psql('second', q{
	INSERT INTO inventory.reservation
	VALUES (7, 1, 7, 0, 2, 0, now() - interval '1 hour', now() - interval '1 minute', 'somebody')});
ok(wait_for_worker($node, 'second', 'expired = 1'), 'an expired reservation is counted');
is($node->safe_psql('second', 'SELECT outcome, quantity FROM inventory.reservation_end'),
	'expired|2', 'and recorded');

$node->safe_psql('second', q{
	CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
		$$BEGIN RAISE EXCEPTION 'planted failure'; END$$;
	CREATE TRIGGER refuse BEFORE INSERT ON inventory.reservation_end
		FOR EACH ROW EXECUTE FUNCTION public.refuse();
	INSERT INTO inventory.reservation
	VALUES (7, 2, 7, 0, 2, 0, now() - interval '1 hour', now() - interval '1 minute', 'somebody')});
ok(wait_for_worker($node, 'second', "failures >= 2 AND state = 'running'"),
	'a task that fails is tried again by the same worker');
is(occurrences($node, 'ERROR:  planted failure'), 1, 'its error is logged once');
$node->safe_psql('second', 'DROP TRIGGER refuse ON inventory.reservation_end');
ok(wait_for_worker($node, 'second', 'expired = 2'), 'it goes on when the cause is gone');
is(occurrences($node, 'maintenance task "expire reservations" works again'), 1, 'and says so');

$node->safe_psql('second', q{
	INSERT INTO inventory.request VALUES
		(1, 'old', 'reserve', '{}', '{}', now() - interval '8 days'),
		(1, 'young', 'reserve', '{}', '{}', now() - interval '6 days');
	UPDATE inventory.reservation_end SET ended_at = now() - interval '366 days' WHERE reservation_no = 1});
my $pid = worker($node, 'second', 'pid');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok(wait_for_worker($node, 'second', "state = 'running' AND pid <> $pid"), 'a worker that was terminated comes back');
ok($node->poll_query_until('second', q{SELECT array_agg(request_id) = '{young}' FROM inventory.request}),
	'requests are kept for tidehold.request_retention');
is($node->safe_psql('second', 'SELECT reservation_no FROM inventory.reservation_end'),
	'2', 'ended reservations for tidehold.history_retention');
is(occurrences($node, 'ERROR:  planted failure'), 1, 'and nothing else failed');

# ---- DROP DATABASE ------------------------------------------------------------------
my $other = $node->background_psql('second');
$pid = worker($node, 'second', 'pid');
($code, $out, $error) = $node->psql('postgres', 'DROP DATABASE second');
like($error, qr/database "second" is being accessed by other users/, 'DROP DATABASE fails for a session');
like($error, qr/There is 1 other session/, 'which is not the worker');
ok(wait_for_worker($node, 'second', "state = 'running' AND pid <> $pid"), 'the worker comes back after it');
$other->quit;
is($node->psql('postgres', 'DROP DATABASE second'), 0, 'DROP DATABASE works while a worker is connected');
is(worker($node, 'second', 'state'), '', 'its slot is gone');
is(processes($node, 'maintenance', 'second'), 0, 'and so is its process');

# ---- a template ---------------------------------------------------------------------
$node->safe_psql('postgres', 'CREATE DATABASE pattern');
$node->safe_psql('pattern', $create);
ok(wait_for_worker($node, 'pattern', "state = 'running'"), 'a database that will be a template has a worker');
$node->safe_psql('postgres', q{
	ALTER DATABASE pattern IS_TEMPLATE true;
	SELECT tidehold.wake_launcher()});
ok($node->poll_query_until('postgres', q{
		SELECT count(*) = 0 FROM tidehold.stat_worker WHERE database = 'pattern'}),
	'a template has none');
is($node->psql('postgres', 'CREATE DATABASE copy TEMPLATE pattern'), 0, 'so it can be copied');
is($node->psql('postgres', 'ALTER DATABASE pattern RENAME TO sample'), 0, 'and renamed');
$node->safe_psql('postgres', 'SELECT tidehold.wake_launcher()');
ok(wait_for_worker($node, 'copy', "state = 'running'"), 'and the copy gets a worker');

# ---- DROP EXTENSION -----------------------------------------------------------------
$node->safe_psql('copy', 'DROP EXTENSION tidehold_inventory');
ok(wait_for_worker($node, 'copy', "state = 'absent' AND pid IS NULL"), 'DROP EXTENSION ends the worker');
$node->safe_psql('copy', $create);
ok(wait_for_worker($node, 'copy', "state = 'running'"), 'CREATE EXTENSION brings it back');

# ---- launcher -----------------------------------------------------------------------
$pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'tidehold launcher'});
my $worker_pid = worker($node, 'postgres', 'pid');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', qq{
		SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'tidehold launcher' AND pid <> $pid}),
	'a launcher that was terminated comes back');
is(worker($node, 'postgres', 'pid'), $worker_pid, 'its workers went on without it');

# ---- standby ------------------------------------------------------------------------
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', 'CREATE TABLE public.mark ()');
$node->wait_for_catchup($standby);
is( $standby->safe_psql('postgres', q{
		SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'tidehold%'}),
	0, 'nothing of ours runs on a standby');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM tidehold.stat_worker'), 0, 'and its view is empty');
$standby->promote;
ok(wait_for_worker($standby, 'postgres', "state = 'running'"), 'after promotion the worker runs');
$standby->stop;

# ---- no background worker free --------------------------------------------------------
# PostgreSQL's logical replication launcher takes one, ours the other.
$node->append_conf('postgresql.conf', "max_worker_processes = 2\n");
$node->restart;
ok(wait_for_worker($node, 'postgres', "state = 'no slot' AND pid IS NULL"), 'a missing background worker is shown');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'tidehold launcher'}),
	'and the launcher waits for one');
$node->append_conf('postgresql.conf', "max_worker_processes = 16\n");
$node->restart;
ok(wait_for_worker($node, 'postgres', "state = 'running'"), 'with room the worker runs');

# ---- crash --------------------------------------------------------------------------
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'no process has crashed');
$node->append_conf('postgresql.conf', "restart_after_crash = on\n");
$node->reload;
$pid = worker($node, 'postgres', 'pid');
kill 'KILL', $pid;
ok(wait_for_worker($node, 'postgres', "state = 'running' AND pid <> $pid"),
	'after a worker is killed the server restarts, with a worker');
is(processes($node, 'maintenance', 'postgres'), 1, 'one and no more');

$node->stop('fast');
done_testing();
