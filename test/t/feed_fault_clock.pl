# A wall clock that is set back and forth: order, ids and waiting do not depend on it
# (fault 32).
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;
use Program;

my $HOUR = 3600;
my $kafka = Kafka->shared;
my $redis = Redis->new;
my $offset = Program::folder('clock') . '/offset';

# All processes of the server see it at once.
sub set_clock
{
	my ($seconds) = @_;
	open(my $file, -e $offset ? '+<' : '>', $offset) or die "could not write $offset: $!";
	binmode $file;
	syswrite $file, pack('q', $seconds);
	close $file;
	return;
}

set_clock(0);
my $node;
{
	my $clock = Program::compiled('clock', '-shared', '-fPIC');
	local $ENV{CLOCK_OFFSET} = $offset;
	local $ENV{LD_PRELOAD} = $clock;
	$node = feed_node('clock');
}
kafka_server($node, $kafka, 'kafka');
redis_server($node, $redis, 'redis');
audited_table($node, 'item');
$node->safe_psql('postgres', 'CREATE PUBLICATION items FOR TABLE item');
create_feed($node, 'kafka', 'items', 'kafka');
create_feed($node, 'redis', 'items', 'redis');
wait_feed($node, $_) for qw(kafka redis);
change_rows($node, 'item', 10);
wait_feed($node, $_, "$_: sends") for qw(kafka redis);

my $now = time;
for my $step (-$HOUR, $HOUR, -24 * $HOUR, 0)
{
	set_clock($step);
	my $hours = $step / $HOUR;
	cmp_ok(abs($node->safe_psql('postgres', 'SELECT extract(epoch FROM clock_timestamp())') - $now - $step), '<', $HOUR / 2,
		"fault 32: the server's clock is $hours hours off");
	change_rows($node, 'item', 20);
	wait_feed($node, $_, "fault 32: $_ sends with a clock $hours hours off") for qw(kafka redis);
	is($node->safe_psql('postgres', "SELECT min(lag_seconds) >= 0 AND min(coalesce(oldest_unacknowledged_age, '0')) >= '0' FROM tidehold.stat_feed"),
		't', 'fault 32: no lag is negative');
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed') if $step < 0;
	wait_feed($node, $_, "fault 32: $_ goes on after a restart of its worker") for qw(kafka redis);
}
# The slot of an idle feed follows what others write, and the budget of a paused one is
# watched, also after the clock was set back.
$node->safe_psql('postgres', "SELECT tidehold.alter_feed('redis', '{\"wal_budget\": \"64MB\", \"on_wal_budget\": \"park\"}')");
wait_feed($node, 'redis');
$node->safe_psql('postgres', "SELECT tidehold.pause_feed('redis', '10 days')");
wait_for_state($node, 'redis', "state = 'paused'");
# A feed that fails again and again is tried again.
kafka_server($node, $kafka, 'wrong', 'compression.codec' => 'none-such');
create_feed($node, 'fails', 'items', 'wrong');
wait_for_state($node, 'fails', "retry_at > clock_timestamp() + interval '1 s'", 'fault 32: a feed fails');
set_clock(-24 * $HOUR);
wait_for_state($node, 'fails', "retry_at < clock_timestamp() + interval '1 hour'", 'fault 32: and is tried again');
$node->safe_psql('postgres', "SELECT tidehold.drop_feed('fails')");
$node->safe_psql('postgres', <<'END');
CREATE TABLE waste AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 100000);
END
my $end = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
wait_for_state($node, 'kafka', "confirmed_lsn >= '$end'", 'fault 32: the slot of an idle feed moves on');
wait_for_state($node, 'redis', "state = 'parked'", 'fault 32: the WAL budget is watched');
$node->safe_psql('postgres', "SELECT tidehold.recover_feed('redis', 'resnapshot')");
wait_feed($node, 'redis', 'fault 32: and the feed recovered');

published_once($node, $kafka, 'item', 'fault 32: clock steps');
redis_equals_table($node, $redis, 'item', 'fault 32: Redis is as the table');
done_testing();
