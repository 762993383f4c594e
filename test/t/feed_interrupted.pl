# A feed whose work is interrupted at an awkward place, or that has to wait: it loses and
# repeats nothing, holds up nobody else, and does what it is told meanwhile.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use Test::More;

use FeedTest;
use Session;

my $kafka = Kafka->new;
my $node = feed_node('interrupted');
kafka_server($node, $kafka, 'kafka');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub table_of
{
	my ($table) = @_;
	audited_table($node, $table);
	sql("CREATE PUBLICATION $table FOR TABLE $table");
	return;
}

sub end_worker { return sql("SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed WHERE name = '$_[0]'") }

# The slot is made, the first position is in Kafka, and the row cannot be written yet.
sub ended_while_arming
{
	table_of('arming');
	sql('INSERT INTO arming (id) SELECT generate_series(1, 5)');
	my $session = Session->new($node);
	$session->run('BEGIN; LOCK TABLE tidehold.feed_snapshot IN SHARE MODE');
	create_feed($node, 'arming', 'arming', 'kafka');
	wait_until('the worker waits for the lock', sub {
		sql("SELECT count(*) FROM pg_locks WHERE relation = 'tidehold.feed_snapshot'::regclass AND NOT granted") > 0;
	});
	end_worker('arming');
	$session->run('COMMIT');
	$session->quit;
	wait_feed($node, 'arming', 'a worker that ended while it armed its feed has a successor');
	is(scalar($kafka->consume(own('arming'))), 5, 'which sends the rows that were there, once');
	return;
}

# Between the position and the transaction lies WAL that is of no interest: the position
# moves over it, and the part of the transaction that was sent stays known, also to the
# process after the next.
sub ended_in_parts
{
	feed_of($node, 'parts', transaction_bytes => '64kB');
	sql(<<'SQL');
CREATE TABLE of_no_interest (id integer);
BEGIN;
INSERT INTO parts (id) SELECT generate_series(1, 20000);
SAVEPOINT before;
INSERT INTO of_no_interest SELECT generate_series(1, 1000000);
ROLLBACK TO before;
COMMIT
SQL
	wait_until('a part is sent', sub { stat_feed($node, 'parts', 'messages') > 100 });
	for (1 .. 5)
	{
		my $pid = worker_pid($node, 'parts');
		end_worker('parts');
		wait_for_state($node, 'parts', "state = 'running' AND pid <> $pid", 'the next process is there');
	}
	wait_feed($node, 'parts', 'a transaction in parts by several processes');
	my @partial = grep { value_of($_)->{partial_index} > 0 } $kafka->consume(own('parts.position'));
	cmp_ok(scalar @partial, '>', 1, 'it was sent in parts');
	published_once($node, $kafka, 'parts', 'in parts');
	return;
}

sub unreachable_server
{
	kafka_server($node, $kafka, 'elsewhere', 'bootstrap.servers' => '127.0.0.1:1');
	table_of('elsewhere');
	create_feed($node, 'elsewhere', 'elsewhere', 'elsewhere');
	wait_for_state($node, 'elsewhere', "state = 'connecting' AND last_error IS NOT NULL");
	my $brokers = $kafka->brokers;
	sql("ALTER SERVER elsewhere OPTIONS (SET \"bootstrap.servers\" '$brokers')");
	wait_feed($node, 'elsewhere', 'ALTER SERVER reaches a feed that cannot connect');
	sql("SELECT tidehold.drop_feed('elsewhere')");
	return;
}

# The checkpointer has to read the setting first.  A timeout that comes while a commit waits
# ends the wait alone.
sub wait_until_commits_wait
{
	wait_until('commits wait for the standby', sub {
		my ($code, $out, $error) = $node->psql('postgres', <<'SQL');
SET statement_timeout = '500ms';
DO $$ BEGIN INSERT INTO of_no_interest VALUES (0); COMMIT; END $$
SQL
		return $error =~ /wait for synchronous replication/;
	});
	return;
}

# One synchronous commit hangs; what was committed before it is visible and is sent.
sub synchronous_standby_away
{
	feed_of($node, 'visible');
	sql('INSERT INTO visible (id) VALUES (0)');
	wait_feed($node, 'visible');
	sql("SELECT tidehold.pause_feed('visible')");
	wait_for_state($node, 'visible', "state = 'paused'");
	sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
	sql('SET synchronous_commit = local; SELECT pg_reload_conf()');
	sql('SET synchronous_commit = local; INSERT INTO visible (id) VALUES (1)');
	wait_until_commits_wait();
	my $session = Session->new($node);
	$session->start('INSERT INTO visible (id) VALUES (2)');
	$session->wait_until_it_waits('IPC');
	sql("SET synchronous_commit = local; SELECT tidehold.resume_feed('visible')");
	is_deeply([ sort +events($kafka->consume_at_least(own('visible'), 2)) ], [ 'c {"id":0}', 'c {"id":1}' ],
		'a commit that waits for its standby holds up none before it, and is not sent');
	sql('SET synchronous_commit = local; ALTER SYSTEM RESET synchronous_standby_names');
	sql('SET synchronous_commit = local; SELECT pg_reload_conf()');
	$session->answer;
	$session->quit;
	wait_feed($node, 'visible', 'it is sent when it is visible');
	published_once($node, $kafka, 'visible', 'after the wait');
	return;
}

sub slot_that_waits
{
	table_of('waiting');
	my $session = Session->new($node);
	$session->run('BEGIN; INSERT INTO of_no_interest VALUES (0)');
	create_feed($node, 'waiting', 'waiting', 'kafka');
	wait_for_state($node, 'waiting', "state = 'creating slot'");
	sql("SELECT tidehold.drop_feed('waiting')");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM tidehold.feed WHERE name = 'waiting'"),
		'a feed whose slot waits for an open transaction can be dropped');
	is(sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ 'waiting'"), 0, 'and leaves no slot');
	$session->run('COMMIT');
	$session->quit;
	return;
}

sub hanging_broker
{
	my @feeds = qw(dropped paused);
	for (@feeds)
	{
		feed_of($node, $_);
		sql("INSERT INTO $_ (id) VALUES (0)");
		wait_feed($node, $_);
	}
	$kafka->pause;
	sql("INSERT INTO $_ (id) VALUES (1)") for @feeds;
	wait_for_state($node, $_, 'in_flight > 0', "$_: what is on its way to a broker that hangs is shown") for @feeds;
	sql("SELECT tidehold.drop_feed('dropped')");
	sql("SELECT tidehold.pause_feed('paused')");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM tidehold.feed WHERE name = 'dropped'"),
		'a feed whose broker hangs can be dropped');
	wait_for_state($node, 'paused', "state <> 'running'", 'and paused');
	$kafka->resume;
	wait_for_state($node, 'paused', "state = 'paused'", 'it stays paused when the broker is back');
	sql("SELECT tidehold.resume_feed('paused')");
	wait_feed($node, 'paused', 'and goes on');
	published_once($node, $kafka, 'paused', 'broker that hung');
	return;
}

# The same feed, with the same slot and the same name in Kafka, in two databases.
sub copied_database
{
	$node->safe_psql('postgres', 'CREATE DATABASE original');
	my $brokers = $kafka->brokers;
	$node->safe_psql('original', <<"SQL");
CREATE EXTENSION tidehold;
CREATE TABLE item (id integer PRIMARY KEY);
CREATE PUBLICATION item FOR TABLE item;
CREATE SERVER kafka FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" '$brokers');
SQL
	$node->safe_psql('original', "SELECT tidehold.create_feed('item', 'item', 'kafka')");
	$node->safe_psql('original', "SELECT tidehold.wait_feed('item')");
	sql('ALTER DATABASE original IS_TEMPLATE true');
	sql('SELECT tidehold.wake_launcher()');
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'original'");
	sql('CREATE DATABASE copy TEMPLATE original');
	sql('ALTER DATABASE original IS_TEMPLATE false');
	sql('SELECT tidehold.wake_launcher()');
	my $is = sub { $node->poll_query_until($_[0], "SELECT state = '$_[1]' FROM tidehold.stat_feed") };
	ok($is->('copy', 'parked'), 'the feed of a copied database is parked');
	$is->('original', 'running');
	my $pid = $node->safe_psql('original', 'SELECT pid FROM tidehold.stat_feed');
	$node->safe_psql('copy', "SELECT tidehold.recover_feed('item', 'from_now')");
	ok($is->('copy', 'parked'), 'recovery does not take the slot of the original');
	$node->safe_psql('original', 'INSERT INTO item VALUES (1)');
	is($node->safe_psql('original', "SELECT tidehold.wait_feed('item')"), 't', 'the original goes on');
	is($node->safe_psql('original', 'SELECT pid FROM tidehold.stat_feed'), $pid, 'and was never fenced');
	$node->safe_psql('copy', "SELECT tidehold.drop_feed('item')");
	ok($node->poll_query_until('copy', 'SELECT count(*) = 0 FROM tidehold.feed'), 'the copy can drop its own');
	is(sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ 'item' AND database = 'original'"), 1,
		'and the slot of the original stays');
	return;
}

ended_while_arming();
ended_in_parts();
unreachable_server();
synchronous_standby_away();
slot_that_waits();
hanging_broker();
copied_database();
no_dead_letters($node);
done_testing();
