# Redis behind Sentinel, and Redis that forgets what it had acknowledged (faults 15, 16
# and 18).
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;

my $node = feed_node('sentinel');
audited_table($node, 'item');
$node->safe_psql('postgres', 'CREATE PUBLICATION items FOR TABLE item');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub sentinel
{
	my $group = Redis::Sentinel->new;
	redis_server($node, undef, 'watched', sentinels => $group->sentinels, sentinel_master => 'mine');
	create_feed($node, 'watched', 'items', 'watched', hold_back => '5 s');
	change_rows($node, 'item', 50);
	wait_feed($node, 'watched', 'Sentinel: the master is found');
	redis_equals_table($node, $group, 'item', 'Sentinel: every hash is as its row');

	# What the master acknowledges from here on never reaches the replica.
	my $old = $group->master;
	my ($replica) = grep { $_->port != $old->port } @{$group}{qw(master replica)};
	$replica->pause;
	change_rows($node, 'item', 20);
	sql("INSERT INTO item SELECT generate_series(100, 200)");
	wait_feed($node, 'watched', 'fault 16: acknowledged by a master that will be lost');
	$old->kill9;
	$replica->resume;
	wait_until('the replica is master', sub { my $now = $group->master; $now && $now->port == $replica->port && $now->cli('ROLE') =~ /^master/ });
	change_rows($node, 'item', 20);
	wait_feed($node, 'watched', 'fault 16: goes on with the new master');
	redis_equals_table($node, $replica, 'item', 'fault 16: writes that the failover lost are sent again');
	cmp_ok(occurrences($node, qr/restarted or replaced|sends all rows again|lost/), '>', 0, 'fault 16: and it is said');
	$old->start;
	change_rows($node, 'item', 20);
	wait_feed($node, 'watched', 'fault 15: the old master is back as a replica');
	redis_equals_table($node, $replica, 'item', 'fault 15: and is not written to');
	sql("SELECT tidehold.drop_feed('watched')");
	return;
}

# Without a log on disk everything is gone.
sub forgetful
{
	my $redis = Redis->new(appendonly => 'no');
	redis_server($node, $redis, 'forgetful');
	create_feed($node, 'forgetful', 'items', 'forgetful');
	wait_feed($node, 'forgetful', 'fault 16: a server without persistence');
	redis_equals_table($node, $redis, 'item', 'fault 16: has every row');
	$redis->kill9;
	$redis->start;
	change_rows($node, 'item', 5);
	ok($node->poll_query_until('postgres', "SELECT tidehold.wait_feed('forgetful')"), 'fault 16: comes back empty');
	redis_equals_table($node, $redis, 'item', 'fault 16: and has every row again');
	sql("SELECT tidehold.drop_feed('forgetful')");
	return;
}

# Refusals that pass: full memory, a server that loads, a script that is forgotten.
sub passing_refusals
{
	my $redis = Redis->new;
	redis_server($node, $redis, 'plain');
	create_feed($node, 'plain', 'items', 'plain');
	wait_feed($node, 'plain');
	$redis->cli('SCRIPT', 'FLUSH');
	change_rows($node, 'item', 5);
	wait_feed($node, 'plain', 'fault 18: a script that was forgotten is loaded again');
	redis_equals_table($node, $redis, 'item', 'fault 18: every hash is as its row');

	$redis->cli('CONFIG', 'SET', 'maxmemory', '1');
	change_rows($node, 'item', 20);
	wait_for_state($node, 'plain', "oldest_unacknowledged_age > interval '1 s' OR last_error IS NOT NULL", 'fault 15: memory of Redis is full');
	$redis->cli('CONFIG', 'SET', 'maxmemory', '0');
	wait_feed($node, 'plain', 'fault 15: tried again when there is room');
	redis_equals_table($node, $redis, 'item', 'fault 15: in order, nothing skipped');

	$redis->restart;
	change_rows($node, 'item', 5);
	wait_feed($node, 'plain', 'fault 15: a clean restart');
	redis_equals_table($node, $redis, 'item', 'fault 15: nothing is missing after it');

	my $other = Redis->new;
	$redis->cli('REPLICAOF', '127.0.0.1', $other->port);
	change_rows($node, 'item', 5);
	wait_for_state($node, 'plain', "oldest_unacknowledged_age > interval '1 s' OR last_error IS NOT NULL", 'fault 15: it became a replica: READONLY');
	$redis->cli('REPLICAOF', 'NO', 'ONE');
	wait_feed($node, 'plain', 'fault 15: and master again');
	redis_equals_table($node, $redis, 'item', 'fault 15: all it lost to the other master is there');

	$redis->cli('DEL', 'item:1', '{item:1}:v');
	$redis->cli('LPUSH', 'item:1', 'something else');
	sql("INSERT INTO item VALUES (1) ON CONFLICT (id) DO UPDATE SET note = 'x'");
	wait_feed($node, 'plain', 'a key of another type holds nobody up');
	is(sql("SELECT sqlstate <> '' AND reason ~ 'WRONGTYPE' FROM tidehold.dead_letter"), 't', 'its change is a dead letter');
	$redis->cli('DEL', 'item:1');
	sql("SELECT tidehold.replay_dead_letters('plain')");
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM tidehold.dead_letter'), 'and is sent when the key is free');
	wait_feed($node, 'plain');
	redis_equals_table($node, $redis, 'item', 'every hash is as its row in the end');
	return;
}

sub login
{
	my $redis = Redis->new;
	$redis->cli('ACL', 'SETUSER', 'feed', 'on', '>right', '~item:*', '~{item:*', '~tidehold*', '+@all');
	$redis->cli('ACL', 'SETUSER', 'default', '-@all', '+ping');
	redis_server($node, $redis, 'guarded');
	sql("CREATE USER MAPPING FOR CURRENT_USER SERVER guarded OPTIONS (username 'feed', password 'wrong')");
	create_feed($node, 'guarded', 'items', 'guarded');
	wait_for_state($node, 'guarded', "last_error_at IS NOT NULL AND state IN ('failed', 'connecting')", 'fault 14: a wrong password');
	unlike(stat_feed($node, 'guarded', 'last_error'), qr/wrong/, 'fault 14: is not told to readers of the view');
	is(occurrences($node, qr/'wrong'|password wrong|"wrong"/) - occurrences($node, qr/CREATE USER MAPPING/), 0, 'fault 14: nor to the log');
	sql("ALTER USER MAPPING FOR CURRENT_USER SERVER guarded OPTIONS (SET password 'right')");
	wait_feed($node, 'guarded', 'fault 14: a new password is taken over');
	$redis->{password} = 'right';
	my @keys = split /\n/, $redis->cli('--user', 'feed', '--pass', 'right', '--no-auth-warning', '--scan', '--pattern', 'item:*');
	is(scalar @keys, sql('SELECT count(*) FROM item'), 'fault 14: and every row is there');
	return;
}

sentinel();
forgetful();
passing_refusals();
login();
done_testing();
