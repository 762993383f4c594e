# The primary is lost and a standby takes over: what was published is in its past, what
# is missing in the sink is sent from its tables, and who returns publishes nothing
# (faults 20, 21, 22, 31 and 34).
use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(sleep);

use FeedTest;
use Program;

my $BATCH_BYTES = 8192;
my $TOKEN = "tidehold.cluster_token = 'production'\n";
my $kafka = Kafka->new;
my $redis = Redis->new;
my $serving; # the primary of now

sub sql { return $serving->safe_psql('postgres', $_[0]) }

# ---- servers ----

sub slots_survive { return $serving->pg_version >= 17 }

# From 17 on the standby keeps a copy of each slot for the day that it is promoted.
sub copy_slots
{
	my ($standby, $name) = @_;
	my $address = $serving->connstr('postgres') =~ s/'/''/gr;
	$standby->append_conf('postgresql.conf', <<"END");
sync_replication_slots = on
hot_standby_feedback = on
primary_slot_name = '$name'
primary_conninfo = '$address'
END
	return;
}

# Commits wait for it from here on.
sub attach_standby
{
	my ($name) = @_;
	$serving->backup("for_$name");
	my $standby = PostgreSQL::Test::Cluster->new($name);
	$standby->init_from_backup($serving, "for_$name", has_streaming => 1);
	sql("SELECT pg_create_physical_replication_slot('$name')");
	$standby->append_conf('postgresql.conf', "primary_slot_name = '$name'\nsynchronous_standby_names = ''\n");
	$serving->append_conf('postgresql.conf', "synchronous_standby_names = '$name'\n");
	if (slots_survive())
	{
		copy_slots($standby, $name);
		$serving->append_conf('postgresql.conf', "synchronized_standby_slots = '$name'\n");
		$standby->append_conf('postgresql.conf', "synchronized_standby_slots = ''\n");
	}
	$standby->start;
	$serving->reload;
	$serving->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
	  or die "$name does not stream";
	return $standby;
}

sub wait_for_copied_slots
{
	my ($standby) = @_;
	return unless slots_survive();
	my $count = sql('SELECT count(*) FROM tidehold.feed');
	ok($standby->poll_query_until('postgres', "SELECT count(*) = $count FROM pg_replication_slots WHERE synced AND NOT temporary AND invalidation_reason IS NULL"),
		'fault 20: the standby has copies of the slots');
	return;
}

# ---- load ----

# Rows are only ever added; some by subtransactions, some of which are undone.
my $SCRIPT = <<'END';
\set n random(1, 5)
BEGIN;
INSERT INTO event (note) SELECT 'whole ' || i FROM generate_series(1, :n) AS i;
SAVEPOINT one;
INSERT INTO event (note) VALUES ('undone');
ROLLBACK TO one;
SAVEPOINT two;
INSERT INTO event (note) VALUES ('sub');
SAVEPOINT three;
INSERT INTO event (note) VALUES ('subsub');
RELEASE two;
COMMIT;
BEGIN;
INSERT INTO event (note) VALUES ('never');
ROLLBACK;
END

# Goes on until it is stopped or its server is.
sub start_load
{
	my $file = $serving->basedir . '/load';
	open(my $out, '>', "$file.sql") or die "could not write $file.sql: $!";
	print $out $SCRIPT;
	close $out;
	return Program->new("$file.log", 'pgbench', '-n', '-c', '4', '-R', '300', '-T', '600', '-f', "$file.sql", $serving->connstr('postgres'));
}

sub wait_for_rows
{
	my ($count) = @_;
	my $from = sql('SELECT count(*) FROM event');
	wait_until('the load writes', sub { sql('SELECT count(*) FROM event') >= $from + $count });
	return;
}

# A session that has written and waits.
sub open_transaction
{
	my ($note) = @_;
	my $session = $serving->background_psql('postgres');
	$session->query_safe("BEGIN; INSERT INTO event (note) VALUES ('$note'); SAVEPOINT s; INSERT INTO event (note) VALUES ('$note')");
	return $session;
}

# ---- what must hold ----

sub each_row_once
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $records = load_topic($serving, $kafka, own('event'));
	my $sent = "SELECT (value::jsonb -> 'after' ->> 'id')::bigint FROM test.got WHERE size >= 0";
	my $count = sql('SELECT count(*) FROM event');
	is(sql("(SELECT id FROM event EXCEPT ALL $sent) ORDER BY 1 LIMIT 10"), '', "$name: none of $count rows is missing in Kafka");
	is(sql("($sent EXCEPT ALL SELECT id FROM event) ORDER BY 1 LIMIT 10"), '', "$name: none is there twice, or was never committed");
	redis_equals_table($serving, $redis, 'event', "$name: Redis is as the table");
	return;
}

sub topic_size { return scalar $kafka->consume(own('event')) }

# ---- faults ----

# Who waits for a standby has not committed for others, nor for the feed.
sub held_while_standby_is_down
{
	my ($standby) = @_;
	wait_feed($serving, 'kafka');
	my $before = topic_size();
	$standby->stop;
	my $log = $serving->basedir . '/waiting';
	my $waiting = Program->new($log, 'psql', '-Xqc', "INSERT INTO event (note) VALUES ('held')", $serving->connstr('postgres'));
	wait_until('a commit waits for the standby', sub { sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") eq '1' });
	my $flushed = sql('SELECT pg_current_wal_flush_lsn()');
	sleep 1.5;
	is(topic_size(), $before, 'fault 34: a commit that waits for its standby is not published');
	is(sql("SELECT count(*) FROM event WHERE note = 'held'"), 0, 'fault 34: as nobody sees it');
	cmp_ok(stat_feed($serving, 'kafka', "read_lsn <= '$flushed'::pg_lsn"), 'eq', 't', 'fault 34: the feed waits before it');
	sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
	is(scalar $kafka->consume_at_least(own('event'), $before + 1), $before + 1, 'fault 34: and is when the wait is cancelled, and others see it')
	  unless slots_survive();
	$standby->start;
	is(scalar $kafka->consume_at_least(own('event'), $before + 1), $before + 1, 'fault 34: and is when the standby has it')
	  if slots_survive();
	wait_until('the standby is back', sub { sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") eq '1' });
	wait_until('the statement ends', sub { !$waiting->is_running });
	return;
}

# PREPARE TRANSACTION, and the server ends before COMMIT PREPARED.
sub prepared_over_a_crash
{
	sql("BEGIN; INSERT INTO event (note) VALUES ('prepared'); SAVEPOINT s; INSERT INTO event (note) VALUES ('prepared'); PREPARE TRANSACTION 'crash'");
	sql("INSERT INTO event (note) VALUES ('after it')");
	wait_feed($serving, $_, "fault 31: $_ goes on while one is prepared") for qw(kafka redis);
	kill_server($serving);
	$serving->start;
	wait_until('the standby is back', sub { sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") eq '1' });
	wait_feed($serving, 'kafka', 'fault 31: after a crash');
	my $before = topic_size();
	is($before, sql('SELECT count(*) FROM event'), 'fault 31: what is prepared is not published');
	sql("COMMIT PREPARED 'crash'");
	wait_feed($serving, $_) for qw(kafka redis);
	is(topic_size(), $before + 2, 'fault 31: COMMIT PREPARED publishes it');
	each_row_once('fault 31: once');
	return;
}

# Kafka has a backlog, of which one batch is closed, and the next one waits behind it.
sub sinks_hang
{
	sql("SELECT tidehold.pause_feed('kafka')");
	wait_for_state($serving, 'kafka', "state = 'paused'", 'kafka: is paused');
	wait_for_rows(300);
	$_->pause for $kafka, $redis;
	sql("SELECT tidehold.resume_feed('kafka')");
	wait_for_state($serving, 'kafka', "in_flight_bytes > 1.5 * $BATCH_BYTES", 'kafka: a batch waits behind a closed one');
	wait_for_rows(300);
	return;
}

# The feed reads what no standby gets any more, and writes its position, as it does every
# 10 seconds.  Nobody waits for this WAL: it ends no transaction.
sub standby_falls_behind
{
	my ($load, $session) = @_;
	$load->stop;
	wait_feed($serving, $_, "$_: has everything") for qw(kafka redis);
	kill 'STOP', sql('SELECT pid FROM pg_stat_replication');
	$session->query_safe("INSERT INTO event (note) SELECT 'lost' FROM generate_series(1, 2000)");
	my $written = sql('SELECT pg_current_wal_insert_lsn()');
	wait_for_state($serving, $_, "read_lsn >= '$written'", "$_ reads on") for qw(kafka redis);
	sleep 11;
	return;
}

# Transactions are under way and something else is wrong: then the primary dies.
sub lose_primary
{
	my ($standby, $trouble) = @_;
	my $load = start_load();
	wait_for_rows(200);
	my @open = map { open_transaction($_) } qw(open1 open2);
	sql("BEGIN; INSERT INTO event (note) VALUES ('over the failover'); PREPARE TRANSACTION 'failover'");
	$trouble->($load, @open);
	my $lost = $serving;
	kill_server($lost);
	$_->resume for $kafka, $redis;
	$load->kill9;
	eval { $_->quit } for @open;
	$standby->promote;
	$serving = $standby;
	return $lost;
}

sub parked_with_the_gap
{
	for my $feed (qw(kafka redis))
	{
		wait_for_state($serving, $feed, "state = 'parked'", "fault 21: $feed: promotion without the slot parks the feed");
		like(stat_feed($serving, $feed, 'reason'), qr/replication slot is missing; the sink has everything up to/, "fault 21: $feed: and says why");
		is(stat_feed($serving, $feed, 'gap_from IS NOT NULL AND gap_to > gap_from'), 't', "fault 21: $feed: and what is missing");
	}
	return;
}

# Rows are written before, while and after the feed takes up its work.
sub take_over
{
	my ($recovers, $name) = @_;
	my $load = start_load();
	wait_for_rows(100);
	sql("COMMIT PREPARED 'failover'");
	$recovers->();
	wait_for_rows(300);
	wait_for_state($serving, $_, "state = 'running'", "$name: $_ runs") for qw(kafka redis);
	wait_for_rows(300);
	$load->stop;
	wait_feed($serving, $_, "$name: $_ catches up") for qw(kafka redis);
	each_row_once($name);
	return;
}

# The worker ends when the slot and the first position are there, and the rows that the
# sink lacks are not asked for yet.
sub interrupt_recovery
{
	my ($feed) = @_;
	my $session = $serving->background_psql('postgres');
	$session->query_safe('BEGIN; LOCK TABLE tidehold.feed_snapshot IN EXCLUSIVE MODE');
	sql("SELECT tidehold.recover_feed('$feed', 'republish')");
	my $waiting = "FROM pg_locks WHERE NOT granted AND relation = 'tidehold.feed_snapshot'::regclass";
	wait_until("$feed has made its slot", sub { sql("SELECT count(*) $waiting") eq '1' });
	is(sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'tidehold_$feed%'"), 1, "fault 21: $feed: interrupted");
	sql("SELECT pg_terminate_backend(pid) $waiting");
	wait_until("$feed has ended", sub { sql("SELECT count(*) $waiting") eq '0' });
	$session->quit;
	return;
}

sub recover_by_hand
{
	parked_with_the_gap();
	interrupt_recovery($_) for qw(kafka redis);
	return;
}

sub first_failover
{
	my ($standby) = @_;
	wait_for_copied_slots($standby);
	my $old = lose_primary($standby, \&sinks_hang);
	if (slots_survive())
	{
		take_over(sub { }, 'fault 20: the slot was there');
		is(occurrences($serving, qr/is parked/), 0, 'fault 20: nobody had to recover anything');
		return $old;
	}
	SKIP:
	{
		skip('fault 20: PostgreSQL before 17 has no failover slots', 1);
	}
	take_over(\&recover_by_hand, 'fault 21: republished by hand');
	return $old;
}

# It does not know that it was deposed.
sub old_primary_returns
{
	my ($old) = @_;
	wait_feed($serving, $_) for qw(kafka redis);
	my $before = topic_size();
	$old->append_conf('postgresql.conf', "synchronous_standby_names = ''\n");
	$old->start;
	for my $feed (qw(kafka redis))
	{
		wait_for_state($old, $feed, "state = 'parked'", "fault 22: $feed: an old primary that returns parks");
		like(stat_feed($old, $feed, 'reason'), qr/a server on timeline 2 has published, this one is on timeline 1|was recovered elsewhere/,
			"fault 22: $feed: and says why");
	}
	$old->safe_psql('postgres', "INSERT INTO event (note) SELECT 'split brain' FROM generate_series(1, 10)");
	sql("INSERT INTO event (note) VALUES ('goes on')");
	wait_feed($serving, $_, "fault 22: $_: the new primary goes on") for qw(kafka redis);
	is(topic_size(), $before + 1, 'fault 22: and it alone publishes');
	$old->stop('immediate');
	return;
}

# With a token that all servers of the cluster share the feed helps itself.
sub second_failover
{
	sql("SELECT tidehold.alter_feed('$_', '{\"on_slot_loss\": \"republish\"}')") for qw(kafka redis);
	my $next = attach_standby('third');
	wait_for_copied_slots($next);
	wait_feed($serving, $_) for qw(kafka redis);
	lose_primary($next, \&standby_falls_behind);
	my $name = slots_survive() ? 'fault 20: and once more' : 'fault 21: republished by itself';
	take_over(sub { }, $name);
	is(occurrences($serving, qr/is parked/), 0, "$name: nobody was asked");
	return;
}

# ---- the test ----

$serving = feed_node('first', $TOKEN . "max_prepared_transactions = 10\n");
sql(<<'END');
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE PUBLICATION events FOR TABLE event;
INSERT INTO event (note) VALUES ('first');
END
kafka_server($serving, $kafka, 'kafka');
redis_server($serving, $redis, 'redis');
create_feed($serving, 'kafka', 'events', 'kafka', batch_bytes => $BATCH_BYTES);
create_feed($serving, 'redis', 'events', 'redis');
wait_feed($serving, $_) for qw(kafka redis);

my $standby = attach_standby('second');
held_while_standby_is_down($standby);
prepared_over_a_crash();
my $old = first_failover($standby);
old_primary_returns($old);
second_failover();
no_dead_letters($serving);
done_testing();
