# Long forecasts: what others see of them, and that they can be ended.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;
use Tidehold;

my $node = Tidehold::node('progress');
$node->append_conf('postgresql.conf', "statement_timeout = 3min\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION tidehold;
	CREATE ROLE passer_by;
	CREATE ROLE watcher;
	GRANT tidehold_reader TO passer_by, watcher;
	GRANT pg_monitor TO watcher});

my $view = 'tidehold.stat_progress_forecast';

# One series whose fit takes more than a minute.
my $long = q{SELECT tidehold.forecast(i, 100 + 50 * sin(i / 12.0) + hashint8(i) % 10, 1, 10,
	tidehold.forecast_options(periods => '{24,168}', series => 'meter 4'))
	FROM generate_series(1::bigint, 20000) AS i};

sub wait_for
{
	my ($condition) = @_;
	return $node->poll_query_until('postgres', "SELECT count(*) > 0 FROM $view WHERE $condition");
}

sub nobody_is_left
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM $view"), $name);
}

sub seen_by
{
	my ($role, $columns) = @_;
	return $node->safe_psql('postgres', "SET ROLE $role; SELECT $columns FROM $view");
}

# A session inside the fit of the long series.
sub fitting
{
	my $session = Session->new($node);
	$session->start($long);
	wait_for("pid = $session->{pid} AND phase = 'fitting'") or die 'the long series is not seen';
	return $session;
}

# ---- what is seen ----
my $session = fitting();
is( seen_by('watcher', "pid = $session->{pid}, leader_pid, database, role_id = 'postgres'::regrole, phase,
		started_at < now(), rows_read, series_done, series, method, value_count"),
	't||postgres|t|fitting|t|0|0|meter 4|auto|20000', 'pg_monitor sees all of it');
is( seen_by('passer_by', "pid = $session->{pid}, leader_pid, database, role_id, phase, started_at, rows_read,
		series_done, series, method, value_count"),
	't||postgres||||||||', 'another role sees that there is something');

# ---- how it ends ----
$node->safe_psql('postgres', "SELECT pg_cancel_backend($session->{pid})");
is($session->answer, '57014', 'a fit is cancelled inside one series');
nobody_is_left('a cancelled run is gone from the view');
is($session->run('SELECT (tidehold.forecast(i, i, 1, 1))[1].status FROM generate_series(1::bigint, 9) AS i'),
	'ok', 'the session forecasts again');
is($node->safe_psql('postgres', "SELECT count(*) FROM $view"), 0, 'a short run is never seen');
$session->run("SET statement_timeout = '2s'");
is($session->run($long), '57014', 'statement_timeout ends it too');
$session->quit;
nobody_is_left('and it is gone from the view');

$session = fitting();
$node->safe_psql('postgres', "SELECT pg_terminate_backend($session->{pid})");
$session->answer;
nobody_is_left('a terminated session is gone from the view');
$session->quit;

# ---- rows that are read ----
# Read for more than a second, and then for long.
$session = Session->new($node);
$session->start(q{
	SELECT tidehold.forecast(i, CASE i WHEN 10 THEN length(pg_sleep(2)::text) WHEN 65537 THEN length(pg_sleep(600)::text) END, 1, 1)
	FROM generate_series(1::bigint, 70000) AS i});
ok(wait_for("pid = $session->{pid} AND phase = 'reading rows' AND rows_read = 65536 AND series IS NULL AND method IS NULL"),
	'rows are counted while they are read');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($session->{pid})");
is($session->answer, '57014', 'reading is cancelled');
$session->quit;

# ---- parallel workers ----
# Each process has a partition of its own.
$node->safe_psql('postgres', q{
	CREATE TABLE sale (sku integer, day bigint, quantity double precision) PARTITION BY LIST (sku);
	CREATE TABLE sale_of_1 PARTITION OF sale FOR VALUES IN (1);
	CREATE TABLE sale_of_2 PARTITION OF sale FOR VALUES IN (2);
	INSERT INTO sale
	SELECT sku, day, 100 + 50 * sin(day / 12.0) + hashint8(day) % 10
	FROM generate_series(1, 2) AS sku, generate_series(1::bigint, 20000) AS day;
	ANALYZE});
$session = Session->new($node);
$session->run('SET enable_partitionwise_aggregate = on');
$session->start(q{
	SELECT sku, tidehold.forecast(day, quantity, 1, 5, tidehold.forecast_options(periods => '{24,168}', series => sku::text))
	FROM sale GROUP BY sku});
ok(wait_for("leader_pid = $session->{pid} AND series IN ('1', '2')"), 'a parallel worker names its leader');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($session->{pid})");
is($session->answer, '57014', 'a cancel of the leader ends the workers');
nobody_is_left('none of them is left in the view');
$session->quit;

# ---- a killed backend ----
$session = fitting();
kill 'KILL', $session->pid;
$session->answer;
$node->poll_query_until('postgres', 'SELECT 1', 1) or die 'the server did not come back';
nobody_is_left('after kill -9 of a backend the view is empty');
$session->quit;

done_testing();
