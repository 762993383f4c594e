# Whoever is killed, and wherever: a reader of committed records sees every change once
# and in order, and Redis ends up as the database (faults 1, 3, 6, 7 and 26).
use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(sleep);

use FeedTest;

my $kafka = Kafka->new;
my $redis = Redis->new;
my $node = feed_node('once', "fsync = on\n");

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Changes that go on until they are told to end, whatever happens to the server.
sub start_load
{
	my ($table) = @_;
	my $base = $node->basedir . "/load_$table";
	open(my $file, '>', "$base.sql") or die "could not write $base.sql: $!";
	print $file <<"END";
\\set i random(1, 200)
\\set j random(1, 200)
\\set k random(1, 10)
BEGIN;
INSERT INTO $table (id, note) VALUES (:i, 'made') ON CONFLICT (id) DO UPDATE SET note = 'changed';
UPDATE $table SET note = note || '.' WHERE id IN (SELECT id FROM $table WHERE id >= :j ORDER BY id LIMIT :k FOR UPDATE);
DELETE FROM $table WHERE id = :j AND :k = 1;
END;
END
	close $file;
	open(my $flag, '>', "$base.on") or die "could not write $base.on: $!";
	close $flag;
	my $shell = 'while [ -e "$1.on" ]; do pgbench -n -c 4 -R 200 -T 2 -f "$1.sql" "$2" 2>&1; done';
	return { program => Program->new("$base.log", 'sh', '-c', $shell, 'sh', $base, $node->connstr('postgres')), flag => "$base.on" };
}

sub end_load
{
	my ($load) = @_;
	unlink $load->{flag};
	wait_until('the load ends', sub { !$load->{program}->is_running });
	return;
}

# So that what is killed was in the middle of it.
sub wait_until_it_sends
{
	my ($feed) = @_;
	my $before;
	wait_until("$feed sends", sub {
		my $now = ask($node, "SELECT messages FROM tidehold.stat_feed WHERE name = '$feed'") // '';
		return 0 if $now eq '';
		$before //= $now;
		return $now > $before + 20 || $now < $before;
	});
	return;
}

sub through
{
	my ($what, $break, $rounds) = @_;
	my $load = start_load('item');
	for (1 .. $rounds // 2)
	{
		wait_until_it_sends($_) for qw(kafka redis);
		sleep rand 0.3;
		$break->();
	}
	wait_until_it_sends('kafka');
	end_load($load);
	wait_feed($node, $_, "$what: $_ catches up") for qw(kafka redis);
	SKIP:
	{
		only_on_kafka(3);
		published_once($node, $kafka, 'item', $what);
	}
	redis_equals_table($node, $redis, 'item', "$what: Redis is as the table");
	return;
}

# A worker that dies after the sink has it and before the slot knows it: the slot is
# put back to where it was, as a crash puts it back to what was saved.
sub slot_behind_position
{
	my $slot = sql("SELECT slot_name FROM tidehold.feed WHERE name = 'kafka'");
	my $folder = $node->data_dir . "/pg_replslot/$slot";
	my $load = start_load('item');
	wait_until_it_sends('kafka');
	$node->stop('immediate');
	my $state = Tidehold::slurp("$folder/state");
	$node->start;
	wait_until_it_sends('kafka') for 1 .. 3;
	end_load($load);
	wait_feed($node, 'kafka', 'fault 6: everything is sent');
	$node->stop('immediate');
	open(my $file, '>:raw', "$folder/state") or die "could not write the slot: $!";
	print $file $state;
	close $file;
	$node->start;
	wait_feed($node, $_, "fault 6: $_ is as before") for qw(kafka redis);
	SKIP:
	{
		only_on_kafka(3);
		published_once($node, $kafka, 'item', 'fault 6: slot older than what the sink has');
	}
	return;
}

# A second process with the same identity, as that of a server that is thought dead.
sub fenced
{
	SKIP:
	{
		only_on_kafka(7);
		my $id = 'tidehold-' . sql("SELECT feed_id FROM tidehold.feed WHERE name = 'kafka'");
		through('fault 26: fenced by another producer', sub { $kafka->admin('fence', $id) });
		is(feed_state($node, 'kafka'), 'running', 'fault 10: a producer that was fenced is made anew');
	}
	return;
}

# Readers of uncommitted records see what was aborted, so something was.
sub something_was_aborted
{
	SKIP:
	{
		only_on_kafka(1);
		my $cut_off = sub {
			return load_topic($node, $kafka, own('item'), isolation => 'read_uncommitted') - load_topic($node, $kafka, own('item'));
		};
		# Each kill may have come between two transactions.
		for (1 .. 10)
		{
			last if $cut_off->() > 0;
			through('fault 7: worker killed once more', sub { kill_worker($node, 'kafka') });
		}
		cmp_ok($cut_off->(), '>', 0, 'fault 7: transactions of Kafka were cut off, and no reader of committed records saw them');
	}
	return;
}

audited_table($node, 'item');
sql('CREATE PUBLICATION items FOR TABLE item');
kafka_server($node, $kafka, 'kafka');
redis_server($node, $redis, 'redis');
create_feed($node, 'kafka', 'items', 'kafka');
create_feed($node, 'redis', 'items', 'redis');
wait_feed($node, $_) for qw(kafka redis);

through('fault 1: worker killed', sub { kill_worker($node, 'kafka') });
through('fault 2: worker terminated', sub { sql('SELECT pg_terminate_backend(pid) FROM tidehold.stat_feed') }, 4);
through('fault 3: server killed', sub { kill_server($node); $node->start }, 3);
through('fault 4: immediate shutdown', sub { $node->stop('immediate'); $node->start });
through('fault 4: fast shutdown', sub { $node->stop('fast'); $node->start });
through('fault 9: broker killed', sub { $kafka->kill9; $kafka->start }) if Kafka::real();
through('fault 15: Redis killed', sub { $redis->kill9; $redis->start });
slot_behind_position();
fenced();
something_was_aborted();
no_dead_letters($node);
done_testing();
