# Kafka away, moving, refusing, full of other people's wishes: nothing is lost, nothing
# comes twice, and the database goes on.
use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(sleep);

use FeedTest;
use Proxy;

plan skip_all => '**** Apache Kafka could not be had: faults 8, 9, 11 to 14 and 19 are not shown' unless Kafka::real();

my $proxy_port = Program::free_port();
my $kafka = Kafka->new(advertise => $proxy_port);
my $proxy = Proxy->new($kafka->client_port, $proxy_port);
my $node = feed_node('faults', "tidehold.feed_memory = '16MB'\n");
kafka_server($node, $kafka, 'kafka', 'socket.timeout.ms' => 3000, 'transaction.timeout.ms' => 10000,
	'topic.metadata.refresh.interval.ms' => 1000);

sub sql { return $node->safe_psql('postgres', $_[0]) }

# One that cannot go on for long ends, and is started again later.
sub pid_of
{
	my ($feed) = @_;
	my $pid;
	wait_until("$feed has a process", sub { $pid = worker_pid($node, $feed) });
	return $pid;
}

sub rss_kb
{
	my ($feed) = @_;
	my $kb;
	wait_until("the size of $feed is known", sub {
		my $status = eval { Tidehold::slurp('/proc/' . pid_of($feed) . '/status') } // '';
		($kb) = $status =~ /^VmHWM:\s+(\d+)/m;
		return defined $kb;
	});
	return $kb;
}

# What was sent while the broker was away comes when it is back.
sub broker_down
{
	feed_of($node, 'down');
	$kafka->kill9;
	change_rows($node, 'down', 50);
	sql("INSERT INTO down (id, note) SELECT i, repeat(md5(i::text), 30) FROM generate_series(1000, 40000) AS i");
	wait_for_state($node, 'down', "oldest_unacknowledged_age > interval '0' OR lag_bytes > 30000000", 'fault 8: lag grows while the brokers are down');
	change_rows($node, 'down', 50);
	cmp_ok(stat_feed($node, 'down', 'lag_bytes'), '>', 10_000_000, 'fault 8: the slot keeps the WAL');
	wait_for_state($node, 'down', "state IN ('running', 'connecting')", 'fault 8: the feed is not parked');
	wait_for_state($node, 'down', 'last_error IS NOT NULL', 'fault 8: it says what is wrong');
	cmp_ok(rss_kb('down'), '<', 150_000, 'fault 8: memory is bounded');
	sql('CHECKPOINT');
	pass('fault 8: a checkpoint is not held up');
	$kafka->start;
	wait_feed($node, 'down', 'fault 8: catches up');
	published_once($node, $kafka, 'down', 'fault 8: brokers down');
	return;
}

# No packet passes, and nobody says so.
sub black_hole
{
	feed_of($node, 'hole');
	$proxy->black_hole;
	change_rows($node, 'hole', 100);
	sql('CHECKPOINT');
	sql('CREATE DATABASE other');
	sql('DROP DATABASE other');
	pass('fault 19: neither a checkpoint nor DROP DATABASE is held up');
	my $slot = sql("SELECT slot_name FROM tidehold.feed WHERE name = 'hole'");
	my $terminated = pid_of('hole');
	sql("SELECT pg_terminate_backend($terminated)");
	wait_until('the slot is let go', sub { (ask($node, "SELECT count(*) FROM pg_replication_slots WHERE active_pid = $terminated") // 1) eq '0' });
	wait_until('the process is gone', sub { !kill 0, $terminated });
	pass('fault 2: SIGTERM ends a worker whose sink hangs');
	$node->stop('fast');
	pass('fault 4: a fast shutdown is not held up by a sink that hangs');
	$node->start;
	change_rows($node, 'hole', 100);
	$proxy->heal;
	wait_feed($node, 'hole', 'fault 19: catches up');
	published_once($node, $kafka, 'hole', 'fault 19: black hole');
	$kafka->pause;
	change_rows($node, 'hole', 100);
	sleep 5;
	$kafka->resume;
	wait_feed($node, 'hole', 'fault 19: catches up with a broker that was halted');
	published_once($node, $kafka, 'hole', 'fault 19: broker halted');
	return;
}

# A route whose topic is missing waits; the others go on.
sub topic_missing
{
	sql(<<'END');
CREATE TABLE routed (id integer PRIMARY KEY);
CREATE TABLE astray (id integer PRIMARY KEY);
CREATE PUBLICATION routes FOR TABLE routed, astray;
END
	$kafka->create_topic(own('routed'), 1);
	$kafka->create_topic(own("routes.$_"), 1, 'cleanup.policy=compact') for qw(position schema);
	create_feed($node, 'routes', 'routes', 'kafka', create_topics => JSON::PP::false());
	wait_feed($node, 'routes');
	sql('INSERT INTO astray VALUES (1), (2); INSERT INTO routed VALUES (1); UPDATE astray SET id = 3 WHERE id = 2; INSERT INTO routed VALUES (2)');
	wait_feed($node, 'routes', 'fault 11: a missing topic holds nobody up');
	is(scalar($kafka->consume(own('routed'))), 2, 'fault 11: the other route goes on');
	is(sql("SELECT count(*) FROM tidehold.dead_letter WHERE state = 'no route'"), 5, 'fault 11: what has no topic is kept');
	like(sql('SELECT DISTINCT reason FROM tidehold.dead_letter'), qr/astray/, 'fault 11: with the reason');
	$kafka->create_topic(own('astray'), 1);
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM tidehold.dead_letter'), 'fault 11: sent when the topic is there');
	wait_feed($node, 'routes');
	is_deeply([ events($kafka->consume(own('astray'))) ],
		[ 'c {"id":1}', 'c {"id":2}', 'd {"id":2}', '- {"id":2}', 'c {"id":3}' ], 'fault 11: once and in order');
	sql('INSERT INTO astray VALUES (4)');
	wait_feed($node, 'routes');
	is(scalar($kafka->consume(own('astray'))), 6, 'fault 11: and the route is open again');
	return;
}

sub partitions_added
{
	$kafka->create_topic(own('spread'), 2);
	feed_of($node, 'spread');
	change_rows($node, 'spread', 50);
	wait_feed($node, 'spread');
	$kafka->admin('partitions', own('spread'), 5);
	sql("INSERT INTO spread (id) SELECT generate_series(1000, 1400)");
	my %partition;
	eval {
		wait_until('new partitions are used', sub {
			sql("UPDATE spread SET note = 'again' WHERE id BETWEEN 1000 AND 1100");
			ask($node, "SELECT tidehold.wait_feed('spread')");
			%partition = map { $_->{partition} => 1 } $kafka->consume(own('spread'));
			keys %partition == 5;
		}, 60);
	};
	is(scalar keys %partition, 5, 'fault 12: partitions that are added are used');
	ok(occurrences($node, qr/partition/) > 0, 'fault 12: and it is said') or diag('nothing in the log');
	return;
}

# A message that the broker will never take.
sub too_large
{
	$kafka->create_topic(own('large'), 1, 'max.message.bytes=20000');
	feed_of($node, 'large');
	sql(<<'END');
INSERT INTO large (id, note) VALUES (1, 'small'), (2, 'small');
INSERT INTO large (id, note) SELECT 3, string_agg(md5(i::text), '') FROM generate_series(1, 3000) AS i;
UPDATE large SET note = 'small again' WHERE id = 3;
UPDATE large SET note = 'small still' WHERE id = 3;
INSERT INTO large (id, note) VALUES (4, 'small');
END
	wait_feed($node, 'large', 'fault 13: a message too large holds nobody up');
	is(sql(<<'END'), "refused|t\nbehind|t\nbehind|t", 'fault 13: it is a dead letter, and so is what came after it for its key');
SELECT l.state, convert_from(l.key, 'UTF8') = '{"id":3}' FROM tidehold.dead_letter AS l ORDER BY letter_id
END
	is_deeply([ sort +events($kafka->consume(own('large'))) ], [ map { "c {\"id\":$_}" } 1, 2, 4 ], 'fault 13: other keys go on');
	like(sql("SELECT reason FROM tidehold.dead_letter WHERE state = 'refused'"), qr/large|size/i, 'fault 13: with the reason');
	$kafka->admin('configure', own('large'), 'max.message.bytes=1000000');
	is(sql("SELECT tidehold.replay_dead_letters('large')"), 3, 'fault 13: replay when there is room');
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM tidehold.dead_letter'), 'fault 13: the letters are gone');
	wait_feed($node, 'large');
	published_once($node, $kafka, 'large', 'fault 13: replayed');
	return;
}

# Each is several times the memory that messages may take, and small ones lie between large.
sub memory_comes_back
{
	my $topic = own('loans');
	$kafka->create_topic($topic, 2);
	sql(<<'END');
CREATE TABLE loans (id text PRIMARY KEY);
CREATE PUBLICATION loans FOR TABLE loans;
END
	create_feed($node, 'loans', 'loans', 'kafka', schema_topic => '');
	wait_feed($node, 'loans');
	my $worker = pid_of('loans');
	sql("INSERT INTO loans SELECT i || repeat('x', 2000) FROM generate_series(1, 4000) AS i");
	sql('DELETE FROM loans');
	wait_feed($node, 'loans', 'memory: of rows and of tombstones comes back');
	sql(<<"END");
DO \$\$
BEGIN
	FOR i IN 1 .. 60 LOOP
		PERFORM tidehold.emit('$topic', NULL, NULL::text, feed => 'loans'), tidehold.emit('$topic', NULL, ''::text, feed => 'loans'),
			tidehold.emit('$topic', 'a key alone', NULL::text, feed => 'loans');
		PERFORM tidehold.emit('$topic', 'key', repeat(j::text, 60000), '{"kind": "large"}', feed => 'loans') FROM generate_series(1, 5) AS j;
	END LOOP;
END \$\$
END
	wait_feed($node, 'loans', 'memory: of emitted messages comes back, with a value or without');
	is(pid_of('loans'), $worker, 'memory: the process has not ended');
	is(scalar($kafka->consume($topic)), 3 * 4000 + 60 * 8, 'memory: all are there');
	return;
}

broker_down();
memory_comes_back();
black_hole();
topic_missing();
partitions_added();
too_large();
done_testing();
