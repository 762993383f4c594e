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

# ---- rows that are gone ------------------------------------------------------------------
spoil('shelf:2');
spoil('shelf:3');
sql(q{UPDATE shelf SET note = 'seen no more'});
wait_feed($node, 'shelf');
is(letters('shelf'), 'refused refused', 'two letters');
sql('TRUNCATE shelf');
wait_feed($node, 'shelf');
is(letters('shelf'), '', 'of rows that a TRUNCATE took away no letter is left');
$redis->cli('DEL', 'shelf:2', 'shelf:3');
sql(q{SELECT tidehold.replay_dead_letters('shelf')});
wait_feed($node, 'shelf');
redis_equals_table($node, $redis, 'shelf', 'and none comes back');
spoil('shelf:2');
sql(q{BEGIN; INSERT INTO shelf VALUES (2, 1, 'before'); TRUNCATE shelf; INSERT INTO shelf SELECT n, 2, 'behind' FROM generate_series(1, 5) n; COMMIT});
wait_feed($node, 'shelf');
is(sql(q{SELECT count(*) FROM tidehold.dead_letter}), 1, 'a row behind the TRUNCATE has its letter');
$redis->cli('DEL', 'shelf:2');
sql(q{SELECT tidehold.replay_dead_letters('shelf')});
wait_feed($node, 'shelf');
redis_equals_table($node, $redis, 'shelf', 'and is there when that is sent again');

# ---- other policies ------------------------------------------------------------------------
sql(q{SELECT tidehold.alter_feed('shelf', '{"on_refusal": "go_on"}')});
wait_feed($node, 'shelf');
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

# ---- streams ---------------------------------------------------------------------------------
audited_table($node, 'tape');
sql('CREATE PUBLICATION tapes FOR TABLE tape');
create_feed($node, 'tape', 'tapes', 'cache', value => 'stream', on_refusal => 'go_on');
wait_feed($node, 'tape');
$redis->cli('LPUSH', 'tape', 'no stream');
sql('INSERT INTO tape VALUES (1)');
wait_feed($node, 'tape');
is(letters('tape'), 'refused', 'an entry that is refused');
$redis->cli('DEL', 'tape');
sql(q{SELECT tidehold.pause_feed('tape', '1 hour')});
wait_for_state($node, 'tape', q{state = 'paused'});
sql("INSERT INTO tape VALUES ($_)") for 2, 3;
replay('tape');
sql(q{SELECT tidehold.resume_feed('tape')});
wait_feed($node, 'tape');
is(letters('tape') . stat_feed($node, 'tape', 'duplicates'), '0', 'replayed while others wait to be read');
is($redis->cli('XLEN', 'tape'), 3, 'and keeps no place that is theirs');

$redis->cli('DEL', 'tape');
my $beyond = (1 << 52 | 1 << 45) . '-0';
$redis->cli('XADD', 'tape', $beyond, 'of', 'another cluster');
sql('INSERT INTO tape VALUES (4)');
wait_feed($node, 'tape');
like(letters('tape', 'reason'), qr/^the stream ends at $beyond, above all that this feed has sent/, 'a stream of another cluster');
is(stat_feed($node, 'tape', 'duplicates'), '0', 'refuses what is no duplicate');
$redis->cli('DEL', 'tape');
replay('tape');
wait_feed($node, 'tape');
is(letters('tape') . $redis->cli('XLEN', 'tape'), '1', 'and all is there when that one is gone');

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
is(sql(q{SELECT DISTINCT reason FROM tidehold.dead_letter WHERE table_name = 'late' ORDER BY reason}),
	"its destination is missing since an earlier message\ntopic \"" . own('late') . '" does not exist and may not be created',
	'the letters say that it is the topic, and not their key');

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
