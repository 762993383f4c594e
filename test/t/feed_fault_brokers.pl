# Three brokers of which one or two go away, leaders that move, and a coordinator that
# does (fault 9).
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;
use Program;

plan skip_all => '**** Apache Kafka could not be had: fault 9 is not shown' unless Kafka::real();

my $kafka = Kafka->new(nodes => 3, settings => { 'min.insync.replicas' => 2 });
my $node = feed_node('brokers');
kafka_server($node, $kafka, 'kafka', topic_partitions => 6, topic_replication => 3, 'transaction.timeout.ms' => 15000);

sub sql { return $node->safe_psql('postgres', $_[0]) }

audited_table($node, 'item');
sql('CREATE PUBLICATION items FOR TABLE item');
create_feed($node, 'items', 'items', 'kafka');
wait_feed($node, 'items', 'three brokers');
change_rows($node, 'item', 30);
wait_feed($node, 'items');
is(scalar($kafka->leaders(own('item'))), 6, 'topics are made with the partitions of the options');
my $starts = occurrences($node, qr/feed "items" runs from/);

for my $broker (1 .. 3)
{
	$kafka->kill9($broker);
	change_rows($node, 'item', 30);
	wait_feed($node, 'items', "fault 9: goes on without broker $broker");
	$kafka->start($broker);
	wait_until('every partition has a leader', sub { !grep { $_ < 0 } $kafka->leaders(own('item')) });
}
published_once($node, $kafka, 'item', 'fault 9: leaders and coordinator moved');

# With two of three gone nothing may be acknowledged.
$kafka->pause(1, 2);
change_rows($node, 'item', 30);
wait_for_state($node, 'items', "oldest_unacknowledged_age > interval '1 s' OR last_error IS NOT NULL OR lag_bytes > 0", 'fault 9: too few replicas: it waits');
$kafka->resume(1, 2);
wait_feed($node, 'items', 'fault 9: catches up');
published_once($node, $kafka, 'item', 'fault 9: too few replicas for a while');
cmp_ok(occurrences($node, qr/feed "items" runs from/) - $starts, '<', 15, 'fault 9: no loop of restarts');
no_dead_letters($node);
done_testing();
