# The slot is lost, advanced, taken or kept too long; the disk is full; the feed, the
# extension or the database goes.
use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(sleep);

use FeedTest;

my $kafka = Kafka->shared;
my $node = feed_node('slot', "wal_keep_size = 0\nmax_wal_size = 64MB\nmin_wal_size = 32MB\nlogical_decoding_work_mem = 64kB\n");
kafka_server($node, $kafka, 'kafka');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub slot_of { return sql("SELECT slot_name FROM tidehold.feed WHERE name = '$_[0]'") }

# So much WAL that no segment of before is left unless a slot wants it.
sub write_wal
{
	my ($megabytes) = @_;
	sql(<<"END");
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS waste (t text);
INSERT INTO waste SELECT repeat('x', 1000) FROM generate_series(1, 1000 * $megabytes);
TRUNCATE waste;
SELECT pg_switch_wal();
CHECKPOINT;
END
	return;
}

# Without a worker a slot can be dropped, advanced or read by others.
sub without_worker
{
	my ($feed, $do) = @_;
	my $slot = slot_of($feed);
	for (1 .. 200)
	{
		sql("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '$slot' AND active");
		my ($code) = $node->psql('postgres', $do =~ s/SLOT/$slot/gr);
		return if $code == 0;
		sleep 0.01;
	}
	die "could never do: $do";
}

sub records_of { my ($table) = @_; return grep { defined $_->{value} && value_of($_)->{op} ne 't' } $kafka->consume(own($table)) }

sub missing_rows
{
	my ($table, $name) = @_;
	my %seen = map { value_of($_)->{after}{id} => 1 } records_of($table);
	my @missing = grep { !$seen{$_} } split /\n/, sql("SELECT id FROM $table");
	return is("@missing", '', $name);
}

sub dropped_by_hand
{
	feed_of($node, 'dropped');
	sql("INSERT INTO dropped SELECT generate_series(1, 5)");
	wait_feed($node, 'dropped');
	without_worker('dropped', "SELECT pg_drop_replication_slot('SLOT')");
	sql("INSERT INTO dropped SELECT generate_series(6, 10)");
	wait_for_state($node, 'dropped', "state = 'parked'", 'fault 25: a slot that was dropped parks the feed');
	like(stat_feed($node, 'dropped', 'reason'), qr/slot is missing.*the sink has everything up to/, 'fault 25: and says what the sink has');
	my ($code, $out, $error) = $node->psql('postgres', "SELECT tidehold.wait_feed('dropped')");
	like($error, qr/parked/, 'fault 25: wait_feed fails at once');
	sql("SELECT tidehold.recover_feed('dropped', 'republish')");
	wait_feed($node, 'dropped', 'fault 25: recover_feed');
	missing_rows('dropped', 'fault 25: republishes what the sink misses');
	my %times;
	$times{ value_of($_)->{after}{id} }++ for records_of('dropped');
	is(join(' ', map { "$_:$times{$_}" } grep { $times{$_} != 1 } sort keys %times), '', 'fault 25: and nothing else');
	return;
}

sub advanced_by_hand
{
	feed_of($node, 'advanced');
	sql("INSERT INTO advanced SELECT generate_series(1, 5)");
	wait_feed($node, 'advanced');
	sql("SELECT tidehold.pause_feed('advanced')");
	wait_for_state($node, 'advanced', "state = 'paused'", 'fault 25: paused');
	sql("INSERT INTO advanced SELECT generate_series(6, 10)");
	without_worker('advanced', "SELECT pg_replication_slot_advance('SLOT', pg_current_wal_lsn())");
	sql("SELECT tidehold.resume_feed('advanced')");
	wait_for_state($node, 'advanced', "state = 'parked' AND gap_to > gap_from", 'fault 25: a slot that was advanced parks the feed, with the gap');
	sql("SELECT tidehold.recover_feed('advanced', 'republish')");
	wait_feed($node, 'advanced', 'fault 25: recover_feed');
	missing_rows('advanced', 'fault 25: republishes what was skipped');
	return;
}

sub used_by_another
{
	feed_of($node, 'taken');
	my $slot = slot_of('taken');
	sql("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '$slot'");
	my $reader;
	my $log = Program::folder('reader') . '/log';
	wait_until('another reader has the slot', sub {
		sql("SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed JOIN pg_replication_slots ON active_pid = pid WHERE slot_name = '$slot'");
		$reader = Program->new($log, 'pg_recvlogical', '-d', $node->connstr('postgres'), '-S', $slot, '--start', '-n', '-f', '/dev/null',
			'-o', 'proto_version=1', '-o', 'publication_names=taken', '--status-interval=0');
		# It ends where the feed was quicker.
		my $has;
		wait_until('the slot is of one of them', sub {
			$has = sql("SELECT count(*) FROM pg_replication_slots JOIN pg_stat_replication ON pid = active_pid WHERE slot_name = '$slot'");
			return $has || !$reader->is_running;
		});
		return $has;
	});
	sql("INSERT INTO taken SELECT generate_series(1, 5)");
	wait_for_state($node, 'taken', "state IN ('failed', 'starting', 'connecting') AND retry_at IS NOT NULL", 'fault 26: a slot in use makes the worker wait');
	like(stat_feed($node, 'taken', 'reason || last_error'), qr/active|use/, 'fault 26: and says so');
	$reader->kill9;
	wait_feed($node, 'taken', 'fault 26: goes on when it is free');
	published_once($node, $kafka, 'taken', 'fault 26: slot taken');
	return;
}

# max_slot_wal_keep_size is the server's last word.
sub invalidated
{
	feed_of($node, 'lost');
	sql("INSERT INTO lost SELECT generate_series(1, 5)");
	wait_feed($node, 'lost');
	sql("SELECT tidehold.pause_feed('lost')");
	wait_for_state($node, 'lost', "state = 'paused'");
	sql("INSERT INTO lost SELECT generate_series(6, 10)");
	sql("ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'");
	$node->reload;
	write_wal(80);
	wait_for_state($node, 'lost', "state = 'parked'", 'fault 24: a slot whose WAL is gone parks the feed');
	like(stat_feed($node, 'lost', 'reason'), qr/WAL|lost|invalidated/, 'fault 24: with the cause');
	my $before = occurrences($node, qr/feed "lost"/);
	sleep 3;
	cmp_ok(occurrences($node, qr/feed "lost"/) - $before, '<=', 1, 'fault 24: no loop');
	sql("ALTER SYSTEM RESET max_slot_wal_keep_size");
	$node->reload;
	sql("SELECT tidehold.recover_feed('lost', 'resnapshot')");
	wait_feed($node, 'lost', 'fault 24: one call recovers it');
	missing_rows('lost', 'fault 24: every row is there');
	return;
}

# Before it comes to that the feed's own policy speaks.
sub budget
{
	feed_of($node, 'thrifty', wal_budget => '64MB', on_wal_budget => 'park');
	sql("INSERT INTO thrifty SELECT generate_series(1, 5)");
	wait_feed($node, 'thrifty');
	sql("SELECT tidehold.pause_feed('thrifty')");
	wait_for_state($node, 'thrifty', "state = 'paused'");
	sql("INSERT INTO thrifty SELECT generate_series(6, 10)");
	write_wal(120);
	my $slot = slot_of('thrifty');
	wait_for_state($node, 'thrifty', "state = 'parked'", 'fault 8: a slot beyond its budget is given up before the disk is full');
	is(sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot'"), 0, 'fault 8: and keeps no WAL');
	sql("SELECT tidehold.recover_feed('thrifty')");
	wait_feed($node, 'thrifty', 'fault 8: recovered');
	missing_rows('thrifty', 'fault 8: nothing is missing');
	return;
}

# Writes of the process fail as they do on a full disk.
sub disk_full
{
	feed_of($node, 'spilled');
	my $pid = worker_pid($node, 'spilled');
	system('prlimit', "--pid=$pid", '--fsize=100000:100000') == 0 or die 'could not limit the worker';
	sql("INSERT INTO spilled SELECT generate_series(1, 20000)");
	wait_for_state($node, 'spilled', "pid <> $pid AND last_error LIKE '%data file for XID%'",
		'fault 36: a spill that cannot be written ends the worker, with the reason');
	wait_feed($node, 'spilled', 'fault 36: it goes on when there is room');
	published_once($node, $kafka, 'spilled', 'fault 36: disk full');
	return;
}

# An error at every start: later and later, and never a loop.
sub poison_at_start
{
	feed_of($node, 'poison');
	sql("ALTER SERVER kafka OPTIONS (ADD \"compression.codec\" 'gzip')");
	wait_feed($node, 'poison', 'fault 38: a changed server is taken over');
	sql("INSERT INTO poison SELECT generate_series(1, 5)");
	wait_feed($node, 'poison');
	sql("ALTER SERVER kafka OPTIONS (SET \"compression.codec\" 'rot13')");
	wait_for_state($node, 'poison', "state = 'failed' AND retry_at > now() + interval '2 s'", 'fault 39: tried less and less often');
	like(stat_feed($node, 'poison', 'last_error'), qr/rot13|compression/, 'fault 39: with the reason');
	cmp_ok(occurrences($node, qr/ERROR:.*rot13/), '<=', 12, 'fault 39: and not logged each time');
	sql("ALTER SERVER kafka OPTIONS (DROP \"compression.codec\")");
	wait_feed($node, 'poison', 'fault 39: tried at once when the cause is gone');
	return;
}

sub altered_and_dropped
{
	feed_of($node, 'fleeting');
	my $session = $node->background_psql('postgres');
	$session->query_safe("BEGIN; INSERT INTO fleeting SELECT generate_series(1, 100)");
	sql("SELECT tidehold.alter_feed('fleeting', '{\"tombstones\": false}')");
	wait_feed($node, 'fleeting', 'fault 38: the worker has the option');
	$session->query_safe("INSERT INTO fleeting SELECT generate_series(101, 200); DELETE FROM fleeting WHERE id = 1; COMMIT");
	$session->quit;
	wait_feed($node, 'fleeting', 'fault 38: altered in the middle of a transaction');
	published_once($node, $kafka, 'fleeting', 'fault 38: altered');
	is((grep { !defined $_->{value} } $kafka->consume(own('fleeting'))), 0, 'fault 38: the new option holds');
	my $slot = slot_of('fleeting');
	sql("SELECT tidehold.drop_feed('fleeting')");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_replication_slots WHERE slot_name = '$slot'"), 'fault 38: drop_feed takes its slot along');
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM tidehold.feed WHERE name = 'fleeting'"), 'fault 38: and its row');
	return;
}

sub database_and_extension
{
	sql('CREATE DATABASE second');
	$node->safe_psql('second', 'CREATE EXTENSION tidehold; CREATE TABLE t (id integer PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t');
	my $brokers = $kafka->brokers;
	my $options = sprintf '{"position_topic": "%s", "schema_topic": "", "destination": "%s"}', own('second.position'), own('second');
	$node->safe_psql('second', "CREATE SERVER k FOREIGN DATA WRAPPER tidehold_kafka OPTIONS (\"bootstrap.servers\" '$brokers')");
	$node->safe_psql('second', "SELECT tidehold.create_feed('f', 'p', 'k', '$options')");
	is($node->safe_psql('second', "SELECT tidehold.wait_feed('f')"), 't', 'fault 35: a feed in another database');
	my ($code, $out, $error) = $node->psql('second', 'DROP EXTENSION tidehold CASCADE');
	my $slots = sql("SELECT count(*) FROM pg_replication_slots WHERE database = 'second'");
	ok($code != 0 || $slots == 0, 'fault 35: DROP EXTENSION leaves no slot behind, or is refused') or diag($error);
	is($node->psql('postgres', 'DROP DATABASE second WITH (FORCE)'), 0, 'fault 35: DROP DATABASE works while a feed runs');
	is(sql("SELECT count(*) FROM pg_replication_slots WHERE database = 'second'"), 0, 'fault 35: and leaves no slot');
	return;
}

dropped_by_hand();
advanced_by_hand();
used_by_another();
invalidated();
budget();
disk_full();
poison_at_start();
altered_and_dropped();
database_and_extension();
done_testing();
