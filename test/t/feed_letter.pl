# Dead letters: what a sink refuses, what waits behind it, and sending both later.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use Test::More;

use FeedTest;

my $redis = Redis->new;
my $node = feed_node('letter');
redis_server($node, $redis, 'cache');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# States of a feed's letters in the order of their ids.
sub letters
{
	my ($feed, $columns) = @_;
	$columns //= 'state';
	return join ' ', split /\n/, sql(qq{
		SELECT $columns FROM tidehold.dead_letter JOIN tidehold.feed USING (feed_id)
		WHERE name = '$feed' ORDER BY letter_id});
}

sub replay
{
	my ($feed, $which) = @_;
	my $ids = defined $which ? ", ARRAY(SELECT letter_id FROM tidehold.dead_letter WHERE $which)" : '';
	return sql("SELECT tidehold.replay_dead_letters('$feed'$ids)");
}

# Puts a list where the feed wants a hash, at one moment: the feed may write it at any.
sub spoil
{
	my ($key) = @_;
	$redis->cli('LPUSH', 'spoiled', 'not', 'a', 'hash');
	$redis->cli('RENAME', 'spoiled', $key);
	return;
}

# ---- Redis refuses one key -------------------------------------------------------------
audited_table($node, 'shelf');
sql('CREATE PUBLICATION shelves FOR TABLE shelf');
create_feed($node, 'shelf', 'shelves', 'cache');
wait_feed($node, 'shelf');
spoil('shelf:3');
sql('INSERT INTO shelf SELECT n FROM generate_series(1, 5) n');
wait_feed($node, 'shelf');
is(letters('shelf', q{state || '/' || sqlstate || '/' || destination}), 'refused/42804/shelf:3', 'the refused message is kept');
is(join(' ', map { /^(\S+?)\|/ } $redis->hashes('shelf:*')), 'shelf:1 shelf:2 shelf:4 shelf:5', 'the others went');
is(stat_feed($node, 'shelf', 'dead_letters'), 1, 'and it is counted');

sql(q{UPDATE shelf SET note = 'second'});
sql(q{UPDATE shelf SET note = 'third'});
wait_feed($node, 'shelf');
is(letters('shelf'), 'refused behind behind', 'later messages of its key wait behind it');
is($redis->cli('HGET', 'shelf:4', 'note'), 'third', 'those of other keys do not');

replay('shelf');
wait_feed($node, 'shelf');
like(letters('shelf'), qr/^refused( behind| refused)+$/, 'replayed in vain: all are kept');
$redis->cli('DEL', 'shelf:3');
replay('shelf');
wait_feed($node, 'shelf');
is(letters('shelf'), '', 'replayed with the cause gone: no letter is left');
redis_equals_table($node, $redis, 'shelf', 'and Redis holds what the table does');
sql(q{UPDATE shelf SET note = 'fourth'});
wait_feed($node, 'shelf');
redis_equals_table($node, $redis, 'shelf', 'the key takes changes again');

# ---- discarding --------------------------------------------------------------------------
spoil('shelf:4');
sql(q{UPDATE shelf SET note = 'fifth'});
wait_feed($node, 'shelf');
sql(q{UPDATE shelf SET note = 'sixth'});
wait_feed($node, 'shelf');
is(letters('shelf'), 'refused behind', 'refused, and one behind it');
$redis->cli('DEL', 'shelf:4');
sql(q{SELECT tidehold.discard_dead_letters('shelf', ARRAY(SELECT letter_id FROM tidehold.dead_letter WHERE state = 'refused'))});
wait_feed($node, 'shelf');
is(letters('shelf'), '', 'with the first discarded the one behind it goes by itself');
redis_equals_table($node, $redis, 'shelf', 'and the key is as the table says');

# ---- other policies ------------------------------------------------------------------------
sql(q{SELECT tidehold.alter_feed('shelf', '{"on_refusal": "go_on"}')});
spoil('shelf:5');
sql(q{UPDATE shelf SET note = 'seventh'});
wait_feed($node, 'shelf');
$redis->cli('DEL', 'shelf:5');
sql(q{UPDATE shelf SET note = 'eighth'});
wait_feed($node, 'shelf');
like(letters('shelf'), qr/^refused( refused)*$/, 'go_on: nothing waits');
redis_equals_table($node, $redis, 'shelf', 'go_on: later messages are sent');
replay('shelf');
wait_feed($node, 'shelf');
is(letters('shelf'), '', 'go_on: replayed');
redis_equals_table($node, $redis, 'shelf', 'go_on: an old letter does not bring old state back');

sql(q{SELECT tidehold.alter_feed('shelf', '{"on_refusal": "stop"}')});
wait_feed($node, 'shelf');
spoil('shelf:5');
sql(q{UPDATE shelf SET note = 'ninth'});
wait_for_state($node, 'shelf', q{last_error LIKE '%stops at a message that its sink refuses%'});
is(letters('shelf'), '', 'stop: no letter');
$redis->cli('DEL', 'shelf:5');
wait_feed($node, 'shelf');
redis_equals_table($node, $redis, 'shelf', 'stop: it goes on when the cause is gone');

# ---- Kafka -----------------------------------------------------------------------------------
my $kafka = Kafka->shared;
kafka_server($node, $kafka, 'kafka', 'message.max.bytes' => 100000);

sub topic { return map { $_->{key} . ' ' . (value_of($_) // { op => '-' })->{op} } $kafka->consume(own($_[0])) }

audited_table($node, 'size');
sql('ALTER TABLE size ALTER note SET STORAGE EXTERNAL, REPLICA IDENTITY DEFAULT');
sql('CREATE PUBLICATION sizes FOR TABLE size');
create_feed($node, 'size', 'sizes', 'kafka', topic_partitions => 1);
wait_feed($node, 'size');
sql(q{INSERT INTO size (id) SELECT n FROM generate_series(1, 3) n});
sql(q{UPDATE size SET note = repeat('x', 200000) WHERE id = 2});
sql(q{UPDATE size SET note = 'small' WHERE id IN (2, 3)});
wait_feed($node, 'size');
is(letters('size', q{state || '/' || change_index || '/' || (length(value) > 200000)::text}), 'refused/0/true behind/0/false',
	'a message that is too large, and its key\'s next');
is_deeply([ topic('size') ], [ '{"id":1} c', '{"id":2} c', '{"id":3} c', '{"id":3} u' ], 'the other key went on');
is(replay('size', q{state = 'behind'}), 1, 'replaying what is behind');
wait_feed($node, 'size');
is(letters('size'), 'refused replay', 'waits for what is before it');
sql(q{SELECT tidehold.discard_dead_letters('size', ARRAY(SELECT letter_id FROM tidehold.dead_letter WHERE state = 'refused'))});
wait_feed($node, 'size');
is(letters('size'), '', 'until that is discarded');
is((topic('size'))[-1], '{"id":2} u', 'and is sent then');

# ---- a topic that is not there ---------------------------------------------------------------
audited_table($node, 'early');
audited_table($node, 'late');
sql('CREATE PUBLICATION topics FOR TABLE early, late');
$kafka->create_topic(own('early'), 2);
$kafka->create_topic(own("topics.$_"), 1, 'cleanup.policy=compact') for qw(position schema);
create_feed($node, 'topics', 'topics', 'kafka', create_topics => JSON::PP::false());
wait_feed($node, 'topics');
change_rows($node, $_, 60) for qw(early late);
wait_for_state($node, 'topics', 'dead_letters > 0');
change_rows($node, $_, 60) for qw(early late);
wait_feed($node, 'topics');
like(letters('topics'), qr/^no route( no route)*$/, 'what belongs into the missing topic waits');
published_once($node, $kafka, 'early', 'the other topic');
is(sql(q{SELECT count(*) FROM tidehold.dead_letter WHERE table_name = 'early'}), 0, 'has no letters');

$kafka->create_topic(own('late'), 2);
change_rows($node, 'late', 60);
wait_for_state($node, 'topics', 'dead_letters = 0', 'the topic is there: the letters go by themselves');
change_rows($node, 'late', 60);
wait_feed($node, 'topics');
published_once($node, $kafka, 'late', 'the late topic');

# ---- sent again, but not yet deleted when the worker is killed --------------------------------
sql(q{
	CREATE TABLE test.held ();
	CREATE FUNCTION test.hold() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
	    WHILE EXISTS (SELECT FROM test.held) LOOP
	        PERFORM pg_sleep(0.02);
	    END LOOP;
	    RETURN OLD;
	END $$;
	CREATE TRIGGER hold BEFORE DELETE ON tidehold.dead_letter FOR EACH ROW EXECUTE FUNCTION test.hold();
	INSERT INTO test.held DEFAULT VALUES});
SKIP:
{
	only_on_kafka(8);
	audited_table($node, 'once');
	sql('CREATE PUBLICATION onces FOR TABLE once');
	$kafka->create_topic(own("once.$_"), 1, 'cleanup.policy=compact') for qw(position schema);
	create_feed($node, 'once', 'onces', 'kafka', create_topics => JSON::PP::false());
	wait_for_state($node, 'once', q{state = 'running'});
	change_rows($node, 'once', 50);
	wait_for_state($node, 'once', 'dead_letters > 100 AND in_flight = 0');
	$kafka->create_topic(own('once'), 2);
	my $sent = sub { scalar($kafka->consume(own('once'))) };
	wait_until('the first letter is in the topic', sub { $sent->() > 0 });
	kill_worker($node, 'once');
	sql('DELETE FROM test.held');
	wait_for_state($node, 'once', 'dead_letters = 0', 'deleted by the next worker');
	wait_feed($node, 'once');
	published_once($node, $kafka, 'once', 'not deleted in time');
}
sql('DROP TRIGGER hold ON tidehold.dead_letter');

# ---- killed while letters are sent again -----------------------------------------------------
SKIP:
{
	only_on_kafka(10);
	audited_table($node, 'again');
	sql('CREATE PUBLICATION agains FOR TABLE again');
	$kafka->create_topic(own("again.$_"), 1, 'cleanup.policy=compact') for qw(position schema);
	create_feed($node, 'again', 'agains', 'kafka', create_topics => JSON::PP::false());
	wait_feed($node, 'again');
	change_rows($node, 'again', 2000);
	wait_feed($node, 'again');
	my $letters = stat_feed($node, 'again', 'dead_letters');
	cmp_ok($letters, '>', 2000, 'many letters');
	$kafka->create_topic(own('again'), 2);
	for my $round (1 .. 4)
	{
		wait_for_state($node, 'again', "dead_letters < $letters - 1000 * ($round - 1) OR dead_letters = 0") if $round < 4;
		kill_worker($node, 'again');
		change_rows($node, 'again', 20);
	}
	wait_for_state($node, 'again', 'dead_letters = 0', 'all are sent');
	wait_feed($node, 'again');
	published_once($node, $kafka, 'again', 'killed while they were sent');
}

done_testing();
