# A cluster of six: keys where they belong, while slots move and nodes die (fault 17).
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;

my $cluster = Redis::Cluster->new;
my $node = feed_node('cluster');
my ($first) = $cluster->nodes;
redis_server($node, $first, 'redis', cluster => 'true');
audited_table($node, 'item');
$node->safe_psql('postgres', 'CREATE PUBLICATION items FOR TABLE item');

sub rows_equal
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_feed($node, 'items', "$name: sent");
	redis_equals_table($node, $cluster, 'item', "$name: every hash is as its row");
	return;
}

create_feed($node, 'items', 'items', 'redis');
$node->safe_psql('postgres', 'INSERT INTO item SELECT generate_series(1, 500)');
rows_equal('spread');
my @masters = grep { $_->cli('ROLE') =~ /^master/ } $cluster->nodes;
is(scalar(grep { $_->cli('DBSIZE') > 0 } @masters), 3, 'spread: over three masters');

my ($from, $to) = map { $cluster->master_of("item:$_") } 1, 2;
($to) = grep { $_->port != $from->port } @masters if $from->port == $to->port;
my $script = $node->basedir . '/load.sql';
open(my $file, '>', $script) or die "could not write $script: $!";
print $file "UPDATE item SET note = 'n' || $_ WHERE id % 10 = ", $_ % 10, ";\n" for 1 .. 400;
close $file;
my $load = Program->new($node->basedir . '/load.log', 'psql', '-qX', '-d', $node->connstr('postgres'), '-f', $script);
$cluster->reshard($from, $to, 2000);
wait_until('the updates are done', sub { !$load->is_running });
rows_equal('fault 17: slots moved while rows changed');
cmp_ok(occurrences($node, qr/CROSSSLOT/), '==', 0, 'fault 17: no CROSSSLOT');

# A node that is asked for a slot that is about to leave it says ASK.
my $key = 'item:7';
my $slot = $first->cli('CLUSTER', 'KEYSLOT', $key);
my $source = $cluster->master_of($key);
my ($target) = grep { $_->port != $source->port } @masters;
my ($source_id, $target_id) = map { $_->cli('CLUSTER', 'MYID') } $source, $target;
$target->cli('CLUSTER', 'SETSLOT', $slot, 'IMPORTING', $source_id);
$source->cli('CLUSTER', 'SETSLOT', $slot, 'MIGRATING', $target_id);
for my $moving (split /\n/, $source->cli('CLUSTER', 'GETKEYSINSLOT', $slot, 100))
{
	$source->cli('MIGRATE', '127.0.0.1', $target->port, $moving, 0, 5000);
}
$node->safe_psql('postgres', "UPDATE item SET note = 'asked' WHERE id = 7");
wait_feed($node, 'items', 'fault 17: a slot on its way');
$_->cli('CLUSTER', 'SETSLOT', $slot, 'NODE', $target_id) for $target, $source;
$cluster->wait_until_whole;
rows_equal('fault 17: asked and moved');

my $victim = $cluster->master_of('item:1');
$victim->kill9;
$node->safe_psql('postgres', "UPDATE item SET note = 'while a master was dead'");
rows_equal('fault 17: a master died, its replica took over');
$victim->start;
$node->safe_psql('postgres', "UPDATE item SET note = 'after it came back' WHERE id <= 100; DELETE FROM item WHERE id > 400");
wait_until('it is a replica', sub { $victim->cli('ROLE') =~ /^slave/ });
rows_equal('fault 17: the dead one came back');
no_dead_letters($node);
done_testing();
