# A backlog is read on while the last batch is being committed: nothing of it is lost,
# doubled or out of order, whoever ends it, and what a message needs it keeps meanwhile.
use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(sleep);

use FeedTest;

my $LARGE = 200_000;

my $kafka = Kafka->new;
my $node = feed_node('backlog');
my %mode; # of each feed

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Each batch is closed after a few messages, so that nearly all of them wait for a commit.
sub backlog_of
{
	my ($table, $transactions, %option) = @_;
	feed_of($node, $table, batch_bytes => '8kB', %option);
	$mode{$table} = $option{mode} // 'transactional';
	sql("SELECT tidehold.pause_feed('$table')");
	wait_for_state($node, $table, "state = 'paused'", "$table: is paused");
	change_rows($node, $table, $transactions);
	return;
}

sub resume { return sql("SELECT tidehold.resume_feed('$_[0]')") }

sub sent_at_least
{
	my ($feed, $messages) = @_;
	wait_until("$feed has sent $messages messages", sub {
		return (ask($node, "SELECT messages FROM tidehold.stat_feed WHERE name = '$feed'") || 0) >= $messages;
	});
	return;
}

# However often it is stopped on the way.
sub through
{
	my ($table, $what, $stop, @places) = @_;
	resume($table);
	for my $messages (@places)
	{
		sent_at_least($table, $messages);
		$stop->();
	}
	wait_feed($node, $table, "$table: catches up");
	SKIP:
	{
		only_on_kafka(3);
		my $published = $mode{$table} eq 'idempotent' ? \&published_at_least_once : \&published_once;
		$published->($node, $kafka, $table, $what);
	}
	return;
}

sub one_transaction
{
	my ($table, $rows) = @_;
	sql("INSERT INTO $table (id) SELECT n FROM generate_series(1001, 1000 + $rows) AS n");
	return;
}

# What is larger than the server's option becomes a dead letter, and it alone.
sub large_messages
{
	kafka_server($node, $kafka, 'narrow', 'message.max.bytes' => $LARGE / 2);
	sql('CREATE TABLE document (id integer PRIMARY KEY, body text)');
	sql('ALTER TABLE document ALTER body SET STORAGE EXTERNAL');
	sql('CREATE PUBLICATION document FOR TABLE document');
	create_feed($node, 'document', 'document', 'narrow', batch_bytes => '8kB', on_refusal => 'go_on');
	wait_feed($node, 'document', 'document: runs');
	sql("SELECT tidehold.pause_feed('document')");
	wait_for_state($node, 'document', "state = 'paused'", 'document: is paused');
	sql("INSERT INTO document VALUES ($_, repeat('x', CASE $_ % 50 WHEN 0 THEN $LARGE ELSE 100 END))") for 1 .. 200;
	resume('document');
	wait_feed($node, 'document', 'document: catches up');
	is(sql('SELECT string_agg(length(value)::text, \',\') FROM (SELECT value FROM tidehold.dead_letter WHERE length(value) > 1000) AS l') =~ tr/,//,
		3, 'four messages are too large');
	is(sql('SELECT count(*) FROM tidehold.dead_letter'), 4, 'and nothing else is a dead letter');
	is(scalar(my @sent = $kafka->consume(own('document'))), 196, 'all others are sent');
	sql('SELECT tidehold.discard_dead_letters(\'document\', ARRAY(SELECT letter_id FROM tidehold.dead_letter))');
	return;
}

# Headers stay with their message.
sub messages_with_headers
{
	my $count = 400;
	sql('CREATE PUBLICATION nothing');
	create_feed($node, 'emitted', 'nothing', 'kafka', batch_bytes => '8kB');
	wait_feed($node, 'emitted', 'emitted: runs');
	sql("SELECT tidehold.pause_feed('emitted')");
	wait_for_state($node, 'emitted', "state = 'paused'", 'emitted: is paused');
	my $topic = own('emitted');
	sql("SELECT tidehold.emit('$topic', 'one key', repeat('y', 100) || n, jsonb_build_object('number', n::text), feed => 'emitted') FROM generate_series(1, $count) AS n");
	sql("SELECT tidehold.emit('$topic', 'one key', repeat('y', 100) || $_, '{\"number\": \"$_\"}', feed => 'emitted')") for $count + 1 .. 2 * $count;
	resume('emitted');
	wait_feed($node, 'emitted', 'emitted: catches up');
	is_deeply([ map { "$_->{headers}{number} " . $_->{value} =~ s/^"?y+|"$//gr } $kafka->consume($topic) ],
		[ map { "$_ $_" } 1 .. 2 * $count ], 'messages with headers: each once, in order, with its own');
	return;
}

kafka_server($node, $kafka, 'kafka');
backlog_of('calm', 3000);
through('calm', 'many small batches');
backlog_of('killed', 3000);
through('killed', 'worker killed', sub { kill_worker($node, 'killed') }, 300, 200, 700);
backlog_of('repeated', 3000, mode => 'idempotent');
through('repeated', 'worker killed, without transactions', sub { kill_worker($node, 'repeated') }, 300, 200, 700);
backlog_of('paused', 3000);
through('paused', 'paused on the way', sub {
	sql("SELECT tidehold.pause_feed('paused')");
	wait_for_state($node, 'paused', "state = 'paused'", 'paused: is paused again');
	resume('paused');
}, 300, 2000);
backlog_of('whole', 10, transaction_bytes => '64kB');
one_transaction('whole', 20_000);
through('whole', 'a large transaction, worker killed', sub { kill_worker($node, 'whole') }, 2000, 3000);
large_messages();
messages_with_headers();
no_dead_letters($node);
done_testing();
