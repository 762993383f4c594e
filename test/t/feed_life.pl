# The processes of the feeds: when they start, what is shown of them where they cannot go
# on, and who makes them end.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Redis;
use Tidehold qw(node);

my $node = node('life');
$node->append_conf('postgresql.conf', "tidehold.maintenance_naptime = 1h\n");
$node->start;

sub feed
{
	my ($database, $name, $columns) = @_;
	return $node->safe_psql($database, "SELECT $columns FROM tidehold.stat_feed WHERE name = '$name'");
}

sub wait_for_feed
{
	my ($database, $name, $condition) = @_;
	return $node->poll_query_until($database, qq{
		SELECT count(*) = 1 FROM tidehold.stat_feed WHERE name = '$name' AND $condition});
}

sub processes
{
	my ($on, $database) = @_;
	my $of_database = defined $database ? " AND datname = '$database'" : '';
	return $on->safe_psql('postgres', qq{
		SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'tidehold feed'$of_database});
}

sub occurrences
{
	my ($text) = @_;
	my $log = slurp_file($node->logfile);
	return scalar(() = $log =~ /\Q$text\E/g);
}

# A database with a table, a publication of it, and a server for each port.
sub prepare_database
{
	my ($database, %port) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database") if $database ne 'postgres';
	$node->safe_psql($database, q{
		CREATE EXTENSION tidehold;
		CREATE TABLE public.shelf (id integer PRIMARY KEY, content text);
		CREATE PUBLICATION shelves FOR TABLE public.shelf});
	$node->safe_psql($database, qq{
		CREATE SERVER $_ FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host '127.0.0.1', port '$port{$_}')})
		for keys %port;
	return;
}

my $redis = Redis->new;
my $locked = Redis->new(requirepass => 'secret');

# Bound as long as the test runs, so that nobody listens there.
my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Proto => 'tcp') or die "no port: $!";
my $nobody = $silent->sockport;

prepare_database('postgres', cache => $redis->port, closed => $nobody, locked => $locked->port);
$node->poll_query_until('postgres', q{SELECT state = 'absent' FROM tidehold.stat_worker WHERE database = 'postgres'})
	or die 'the database never came to rest';
my $looked = q{SELECT started_at FROM tidehold.stat_worker WHERE database = 'postgres'};
my $rest = $node->safe_psql('postgres', $looked);

# ---- start --------------------------------------------------------------------------
$node->safe_psql('postgres', q{
	BEGIN;
	SELECT tidehold.create_feed('shelf', 'shelves', 'cache');
	ROLLBACK});
my ($code, $out, $error) = $node->psql('postgres', q{
	BEGIN;
	SELECT tidehold.create_feed('shelf', 'shelves', 'cache');
	PREPARE TRANSACTION 'later'});
like($error, qr/cannot prepare a transaction that makes or changes a feed/,
	'a wish that would be lost by PREPARE is refused');
($code, $out, $error) = $node->psql('postgres', q{
	BEGIN;
	SELECT tidehold.create_feed('shelf', 'shelves', 'cache');
	SELECT tidehold.wait_feed('shelf')}, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($error, qr/TH037: cannot wait for feed "shelf" in the transaction that makes or changes it/,
	'nobody waits for what only his own commit can start');
($code, $out, $error) = $node->psql('postgres', q{SELECT tidehold.wait_feed('shelf')},
	extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($error, qr/TH033: feed "shelf" does not exist/, 'nor for a feed that does not exist');
is(processes($node), 0, 'a feed that did not commit has no process');
is($node->safe_psql('postgres', $looked), $rest, 'and nobody has looked for one');

$node->safe_psql('postgres', q{SELECT tidehold.create_feed('shelf', 'shelves', 'cache')});
is($node->safe_psql('postgres', q{SELECT tidehold.wait_feed('shelf', '170 s')}), 't', 'one that did runs');
is(feed('postgres', 'shelf', 'state, reason IS NULL, retry_at IS NULL'), 'running|t|t', 'and the view says so');
is(processes($node, 'postgres'), 1, 'with one process');
is($node->safe_psql('postgres', q{
		SELECT a.datname, a.backend_type FROM tidehold.stat_feed JOIN pg_stat_activity AS a USING (pid)}),
	'postgres|tidehold feed', 'which the view names');
ok($node->poll_query_until('postgres', q{SELECT wait_event FROM tidehold.stat_feed JOIN pg_stat_activity USING (pid)},
	$node->pg_version >= 17 ? 'TideholdFeedMain' : 'Extension'), 'and says what it waits for');
is($node->safe_psql('postgres', q{SELECT state FROM tidehold.stat_worker WHERE database = 'postgres'}),
	'running', 'a database with a feed keeps its maintenance worker');
is($node->safe_psql('postgres', q{
		INSERT INTO public.shelf VALUES (1, 'bread');
		SELECT tidehold.wait_feed('shelf', '170 s', pg_current_wal_insert_lsn())}), 't', 'a place in the WAL is reached');
is($node->safe_psql('postgres', q{SELECT tidehold.wait_feed('shelf', '0', 'FFFFFFFF/0')}), 'f',
	'one that is never reached is waited for as long as said');

# ---- sink down ------------------------------------------------------------------------
$node->safe_psql('postgres', q{SELECT tidehold.create_feed('lost', 'shelves', 'closed')});
ok(wait_for_feed('postgres', 'lost', q{state = 'connecting' AND pid IS NOT NULL AND reason IS NOT NULL}),
	'a feed whose sink is down says that it connects, and why it does not');
is($node->safe_psql('postgres', q{SELECT tidehold.wait_feed('lost', '10 ms')}), 'f', 'and nobody is told that it runs');
is(feed('postgres', 'shelf', 'state'), 'running', 'the other feed does not mind');

# ---- SIGTERM ----------------------------------------------------------------------------
my $pid = feed('postgres', 'shelf', 'pid');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok(wait_for_feed('postgres', 'shelf', "state = 'running' AND pid <> $pid"), 'a feed that was terminated comes back');
$pid = feed('postgres', 'lost', 'pid');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok(wait_for_feed('postgres', 'lost', "state = 'connecting' AND pid <> $pid"), 'with its sink down too');

# ---- failure ------------------------------------------------------------------------------
$node->safe_psql('postgres', q{SELECT tidehold.create_feed('refused', 'shelves', 'locked')});
ok(wait_for_feed('postgres', 'refused', q{state = 'failed' AND reason LIKE '%refuses the login%' AND retry_at > last_error_at}),
	'a feed that its sink refuses says why, and when it tries again');
ok(wait_for_feed('postgres', 'refused', q{retry_at > clock_timestamp() + interval '8 s'}),
	'the pause grows from one try to the next');
is(occurrences('ERROR:  ' . feed('postgres', 'refused', 'reason')), 1, 'its error is logged once');
my $retry = feed('postgres', 'refused', 'retry_at');
$node->safe_psql('postgres', q{
	CREATE USER MAPPING FOR CURRENT_USER SERVER locked OPTIONS (password 'secret')});
ok(wait_for_feed('postgres', 'refused', q{state = 'running' AND reason IS NULL AND last_error LIKE '%refuses the login%'}),
	'it runs when the cause is gone; the last error stays to be read');
is(feed('postgres', 'refused', "started_at < '$retry'"), 't', 'it did not wait for the next try');
$node->safe_psql('postgres', q{SELECT tidehold.pause_feed('refused')});
ok(wait_for_feed('postgres', 'refused', q{state = 'paused' AND reason IS NULL AND last_error LIKE '%refuses the login%'}),
	'nor is it the reason of a pause');
$node->safe_psql('postgres', q{
	SELECT tidehold.resume_feed('refused');
	ALTER USER MAPPING FOR CURRENT_USER SERVER locked OPTIONS (SET password 'wrong')});
ok(wait_for_feed('postgres', 'refused', q{state = 'failed' AND retry_at > clock_timestamp() + interval '8 s'}),
	'a feed that runs takes another password at once');
$retry = feed('postgres', 'refused', 'retry_at');
$node->safe_psql('postgres', q{
	ALTER USER MAPPING FOR CURRENT_USER SERVER locked OPTIONS (SET password 'secret')});
ok(wait_for_feed('postgres', 'refused', q{state = 'running'}), 'and one that does not');
is(feed('postgres', 'refused', "started_at < '$retry'"), 't', 'before its next try');
$node->safe_psql('postgres', q{
	CREATE USER MAPPING FOR PUBLIC SERVER locked OPTIONS (password 'secret');
	ALTER USER MAPPING FOR CURRENT_USER SERVER locked OPTIONS (SET password 'wrong')});
ok(wait_for_feed('postgres', 'refused', q{state = 'failed' AND retry_at > clock_timestamp() + interval '8 s'}),
	'a mapping of its owner counts before that of all');
$retry = feed('postgres', 'refused', 'retry_at');
$node->safe_psql('postgres', q{DROP USER MAPPING FOR CURRENT_USER SERVER locked});
ok(wait_for_feed('postgres', 'refused', q{state = 'running'}), 'which counts when the other is dropped');
is(feed('postgres', 'refused', "started_at < '$retry'"), 't', 'at once');

# Nobody tells of another content of a file.
my $file = $node->basedir . '/password';
append_to_file($file, "wrong\n");
$node->safe_psql('postgres', qq{CREATE USER MAPPING FOR CURRENT_USER SERVER locked OPTIONS (password_file '$file')});
ok(wait_for_feed('postgres', 'refused', q{state = 'failed' AND retry_at > clock_timestamp() + interval '8 s'}),
	'a password in a file is wrong');
$retry = feed('postgres', 'refused', 'retry_at');
unlink $file;
append_to_file($file, "secret\n");
$node->safe_psql('postgres', q{SELECT tidehold.alter_feed('refused')});
ok(wait_for_feed('postgres', 'refused', q{state = 'running'}), 'alter_feed has it read again');
is(feed('postgres', 'refused', "started_at < '$retry'"), 't', 'before the next try');
$node->safe_psql('postgres', qq{ALTER SERVER locked OPTIONS (SET port '$nobody')});
ok(wait_for_feed('postgres', 'refused', q{state = 'connecting'}), 'so with another place');

# ---- no library -----------------------------------------------------------------------------
my $path = $node->safe_psql('postgres', 'SHOW dynamic_library_path');
my $broken = $node->basedir . '/broken';
mkdir $broken or die "could not make $broken: $!";
append_to_file("$broken/tidehold_feed.so", 'no library');
$node->adjust_conf('postgresql.conf', 'dynamic_library_path', "'$broken:$path'");
$node->reload;
$pid = feed('postgres', 'shelf', 'pid');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok(wait_for_feed('postgres', 'shelf', q{state = 'failed' AND retry_at > started_at AND reason LIKE 'the worker process ended before it began%'}),
	'a feed whose library cannot be loaded says so');
ok(wait_for_feed('postgres', 'shelf', q{retry_at > clock_timestamp() + interval '3 s'}), 'it is tried less and less often');

# A worker that begins while somebody drops its feed.
$node->safe_psql('postgres', q{SELECT tidehold.create_feed('late', 'shelves', 'cache')});
ok(wait_for_feed('postgres', 'late', q{state = 'failed'}), 'so does a new one');
my $dropper = $node->background_psql('postgres');
$dropper->query_safe('BEGIN');
$dropper->query_safe(q{SELECT tidehold.drop_feed('late')});
$node->adjust_conf('postgresql.conf', 'dynamic_library_path', "'$path'");
$node->reload;
ok($node->poll_query_until('postgres', q{
		SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'tidehold feed' AND wait_event_type = 'Lock'}),
	'it begins before the drop commits');
$dropper->query_safe('COMMIT');
$dropper->quit;
$node->safe_psql('postgres', q{SELECT tidehold.alter_feed('shelf', '{"batch_interval": "6 ms"}')});
ok(wait_for_feed('postgres', 'shelf', q{state = 'running' AND reason IS NULL}), 'with the library a feed runs');
ok($node->poll_query_until('postgres', q{
		SELECT NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name LIKE 'tidehold_late%')
		AND (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'tidehold feed') = (SELECT count(*) FROM tidehold.feed)}),
	'one that was dropped while it began leaves neither process nor slot');

# ---- drop_feed ------------------------------------------------------------------------------
$node->safe_psql('postgres', qq{SELECT tidehold.drop_feed('$_')}) for qw(lost refused shelf);
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM tidehold.feed)}), 'drop_feed takes the rows');
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM pg_replication_slots)}), 'the slots');
ok($node->poll_query_until('postgres', q{
		SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'tidehold feed')}), 'and the processes');
ok($node->poll_query_until('postgres', q{
		SELECT state = 'absent' FROM tidehold.stat_worker WHERE database = 'postgres'}),
	'the maintenance worker has nothing left to do');

# ---- rows that no function wrote ------------------------------------------------------------
# As a dump brings them; without the trigger they are found when the database is looked at again.
my $insert = q{
	INSERT INTO tidehold.feed (feed_id, name, owner, publication, server, kind, slot_name, options, armed_system)
	VALUES (gen_random_uuid(), 'restored', current_user, 'shelves', 'cache', 'redis', 'tidehold_restored', '{}', 1)};
my $parked = q{state = 'parked' AND reason = 'feed belongs to the cluster with system identifier 1'};
$node->safe_psql('postgres', "BEGIN; $insert; ROLLBACK");
is(feed('postgres', 'restored', 'state'), '', 'a row that is taken back is nothing');
$node->safe_psql('postgres', "SET session_replication_role = replica; $insert");
ok(wait_for_feed('postgres', 'restored', $parked), 'the row of another cluster is parked, and says why');
$node->safe_psql('postgres', q{UPDATE tidehold.feed SET armed_system = 2});
ok(wait_for_feed('postgres', 'restored', q{reason LIKE '%identifier 2'}), 'what is changed in it is noticed');
$pid = feed('postgres', 'restored', 'pid');
$node->safe_psql('postgres', q{INSERT INTO tidehold.feed_mapping (feed_id, schema_name, table_name) SELECT feed_id, 'public', 'shelf' FROM tidehold.feed});
ok(wait_for_feed('postgres', 'restored', "state = 'parked' AND pid <> $pid"), 'in its mappings too');
$node->safe_psql('postgres', q{DELETE FROM tidehold.feed});
ok($node->poll_query_until('postgres', q{SELECT state = 'absent' FROM tidehold.stat_worker WHERE database = 'postgres'}),
	'a row that is deleted takes its process along');
is(processes($node), 0, 'it is gone');
$node->safe_psql('postgres', q{
	SELECT tidehold.create_feed('deleted', 'shelves', 'cache');
	SELECT tidehold.wait_feed('deleted', '170 s');
	DELETE FROM tidehold.feed});
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM pg_replication_slots)}),
	'its slot too');
$node->safe_psql('postgres', q{
	SELECT pg_create_logical_replication_slot(name, 'pgoutput') FROM unnest('{tidehold_gone_0123abcd,tidehold_other}'::name[]) AS name;
	SELECT tidehold.wake_launcher()});
ok($node->poll_query_until('postgres', q{SELECT array_agg(slot_name::text) = '{tidehold_other}' FROM pg_replication_slots}),
	'a slot whose feed is gone is dropped, one that never was a feed\'s stays');
$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('tidehold_other')});
$node->adjust_conf('postgresql.conf', 'tidehold.maintenance_naptime', '10ms');
$node->reload;
$node->safe_psql('postgres', q{SELECT tidehold.wake_launcher()});
$node->poll_query_until('postgres', q{SELECT state = 'absent' FROM tidehold.stat_worker WHERE database = 'postgres'});
$node->safe_psql('postgres', "ALTER TABLE tidehold.feed DISABLE TRIGGER ALL; $insert; ALTER TABLE tidehold.feed ENABLE TRIGGER ALL");
ok(wait_for_feed('postgres', 'restored', $parked), 'a row that came without a trigger is found later');
$node->safe_psql('postgres', q{SELECT tidehold.drop_feed('restored')});
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM tidehold.feed)}), 'and can be dropped');
$node->safe_psql('postgres', q{ALTER TABLE tidehold.feed ENABLE ALWAYS TRIGGER wake});
$node->adjust_conf('postgresql.conf', 'tidehold.maintenance_naptime', '1h');
$node->reload;

# ---- DROP DATABASE ----------------------------------------------------------------------------
prepare_database('shop', cache => $redis->port, closed => $nobody);
$node->safe_psql('shop', q{SELECT tidehold.create_feed('shelf', 'shelves', 'cache')});
$node->safe_psql('shop', q{SELECT tidehold.create_feed('lost', 'shelves', 'closed')});
is($node->safe_psql('shop', q{SELECT tidehold.wait_feed('shelf', '170 s')}), 't', 'a feed runs in another database');
ok(wait_for_feed('shop', 'lost', q{state = 'connecting'}), 'and one tries to');
$pid = feed('shop', 'shelf', 'pid');
my $session = $node->background_psql('shop');
($code, $out, $error) = $node->psql('postgres', 'DROP DATABASE shop');
like($error, qr/database "shop" is being accessed by other users\n.*There is 1 other session/,
	'DROP DATABASE fails for a session alone, not for slots and workers');
ok(wait_for_feed('shop', 'shelf', "state = 'running' AND pid <> $pid"), 'its feed comes back after it');
$session->quit;
is($node->psql('postgres', 'DROP DATABASE shop'), 0, 'DROP DATABASE works while feeds run');
is(processes($node), 0, 'its processes are gone');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), 0, 'and its slots');

prepare_database('shop', cache => $redis->port);
$node->safe_psql('shop', q{SELECT tidehold.create_feed('shelf', 'shelves', 'cache')});
$node->safe_psql('shop', q{SELECT tidehold.wait_feed('shelf', '170 s')});
$session = $node->background_psql('shop');
is($node->psql('postgres', 'DROP DATABASE shop WITH (FORCE)'), 0, 'DROP DATABASE WITH (FORCE) works with both');
eval { $session->quit };

# ---- standby ------------------------------------------------------------------------------------
$node->safe_psql('postgres', q{SELECT tidehold.create_feed('shelf', 'shelves', 'cache')});
$node->safe_psql('postgres', q{SELECT tidehold.wait_feed('shelf', '170 s')});
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('life_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', 'CREATE TABLE public.mark ()');
$node->wait_for_catchup($standby);
is(processes($standby), 0, 'no feed runs on a standby');
is($standby->safe_psql('postgres', q{SELECT state FROM tidehold.stat_feed}), 'stopped', 'and the view says so');
($code, $out, $error) = $standby->psql('postgres', q{SELECT tidehold.wait_feed('shelf')});
like($error, qr/recovery is in progress/, 'nobody waits there');
$standby->stop;

# ---- no room --------------------------------------------------------------------------------------
# The launcher takes one background worker, logical replication another, maintenance the third.
$node->append_conf('postgresql.conf', "max_worker_processes = 3\n");
$node->restart;
ok(wait_for_feed('postgres', 'shelf', q{state = 'no worker slot' AND pid IS NULL AND reason LIKE '%max_worker_processes%'}),
	'a missing background worker is shown');
$node->append_conf('postgresql.conf', "max_worker_processes = 16\ntidehold.max_feeds = 1\n");
$node->restart;
ok(wait_for_feed('postgres', 'shelf', q{state = 'running'}), 'with room the feed runs');
$node->safe_psql('postgres', q{SELECT tidehold.create_feed('second', 'shelves', 'cache')});
ok(wait_for_feed('postgres', 'second', q{state = 'no worker slot' AND reason LIKE '%tidehold.max_feeds%'}),
	'a feed beyond tidehold.max_feeds waits and says so');
ok($node->poll_query_until('postgres', q{SELECT state = 'running' FROM tidehold.stat_feed WHERE name = 'shelf'}),
	'the one that has room does not mind');

# ---- crash ------------------------------------------------------------------------------------------
unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'no process has crashed');
$node->append_conf('postgresql.conf', "restart_after_crash = on\n");
$node->reload;
$pid = feed('postgres', 'shelf', 'pid');
kill 'KILL', $pid;
ok($node->poll_query_until('postgres', qq{
		SELECT count(*) = 1 FROM tidehold.stat_feed WHERE state = 'running' AND pid <> $pid}),
	'after a feed is killed the server restarts, with the feed that has room');
is(processes($node, 'postgres'), 1, 'one process and no more');

$node->stop('fast');
done_testing();
