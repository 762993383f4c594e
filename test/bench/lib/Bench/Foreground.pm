# Foreground.pm
#	  What a running feed costs those who write: pgbench with it and without, on the same
#	  processors.
#
# The server with the feed's worker, and pgbench, keep to one half of the processors and
# the sinks to the other.  Published are the tables that pgbench changes rows of.  A sink that
# is down is halted, so the feed waits for it with full buffers.  Each run is compared with the
# mean of the two without a feed round it: many short ones, for the disk's speed wanders.  A
# checkpoint comes only before a first run that does not count, for the pages that are written
# whole after each would be most of what a short run writes.  Runs that the host disturbs stay,
# for their neighbours are disturbed as they are.  What the worker takes of a processor is less
# than what is lost: its wake-ups cost the others too.
package Bench::Foreground;

use strict;
use warnings;

use Bench;
use Program qw(folder);

my @WITH = ([ kafka => 'feed to Kafka' ], [ redis => 'feed to Redis' ], [ kafka_down => 'feed to Kafka, which is down' ]);

# Options: kafka, and kafka_pid and redis_pid of the sinks.
sub new
{
	my ($class, %option) = @_;
	my $self = bless { %option, folder => folder('foreground') }, $class;
	system('pgbench -i -q -s 10 ' . database() . " >$self->{folder}/init.log 2>&1") == 0 or die "pgbench -i failed\n";
	ask('CREATE PUBLICATION foreground FOR TABLE pgbench_accounts, pgbench_branches, pgbench_tellers');
	for my $table (qw(accounts branches tellers))
	{
		$self->{kafka}->create_topic("bench.pgbench_$table", 4);
	}
	create_feed('foreground_kafka', 'foreground', 'kafka', '{"snapshot": "none", "destination": "bench.{$table}", "schema_topic": ""}');
	create_feed('foreground_redis', 'foreground', 'redis', '{"snapshot": "none"}');
	pause_feed("foreground_$_") for qw(kafka redis);
	$self->_divide;
	return $self;
}

# Processes that are started later are on the half of who starts them.
sub _divide
{
	my ($self) = @_;
	my ($all, $half) = (processors(), int(processors() / 2));
	return if $half == 0;
	my ($ours, $sinks) = ('0-' . ($half - 1), "$half-" . ($all - 1));
	my $server = postmaster();
	system("taskset -acp $ours $_ >/dev/null") for $$, $server, split ' ', qx(pgrep -P $server);
	system("taskset -acp $sinks $_ >/dev/null") for @{$self}{qw(kafka_pid redis_pid)};
	return;
}

sub _pgbench
{
	my ($self, $seconds, $synchronous) = @_;
	local $ENV{PGOPTIONS} = "-c synchronous_commit=$synchronous";
	my $said = qx(pgbench -n -M prepared -c 8 -j 1 -T $seconds @{[ database() ]} 2>&1);
	$said =~ /^tps = ([\d.]+)/m or die "pgbench: $said";
	return $1;
}

# Transactions a second, and the worker's share of a processor.  A feed catches up before and
# after, outside of the runs.
sub _with
{
	my ($self, $name, $seconds, $synchronous) = @_;
	my $down = $name =~ s/_down$//;
	resume_feed("foreground_$name");
	wait_feed("foreground_$name");
	$self->{kafka}->pause if $down;
	my $pid = stat_feed("foreground_$name", 'pid');
	my $cpu = cpu($pid);
	my $tps = $self->_pgbench($seconds, $synchronous);
	$cpu = (cpu($pid) - $cpu) / $seconds;
	$self->{kafka}->resume if $down;
	wait_feed("foreground_$name");
	pause_feed("foreground_$name");
	return ($tps, $cpu);
}

sub _compare
{
	my ($self, $rounds, $seconds, $synchronous) = @_;
	my (%tps, %ratio, %cpu);
	ask('CHECKPOINT');
	$self->_pgbench(4 * $seconds, $synchronous);
	my $before = $self->_pgbench($seconds, $synchronous);
	rounds($rounds, [ map { $_->[0] } @WITH ], sub {
		my ($round, $name) = @_;
		my ($with, $cpu) = $self->_with($name, $seconds, $synchronous);
		my $after = $self->_pgbench($seconds, $synchronous);
		push @{ $tps{none} }, $after;
		push @{ $tps{$name} }, $with;
		push @{ $cpu{$name} }, $cpu;
		push @{ $ratio{$name} }, 2 * $with / ($before + $after);
		$before = $after;
	});
	return (\%tps, \%ratio, \%cpu);
}

# Ratios by sink, of commits that wait for the disk, which is what a server is run with.
sub run
{
	my ($self, $rounds, $seconds) = @_;
	my %result;
	printf "\n%-52s %9s %9s %9s %8s %15s %11s\n", 'pgbench, 8 clients', 'tps', 'low', 'high', 'ratio', '(half of them)', 'worker CPU';
	for my $synchronous (quick() ? 'on' : qw(on off))
	{
		my ($tps, $ratio, $cpu) = $self->_compare($rounds, $seconds, $synchronous);
		for my $what ([ none => 'no feed' ], @WITH)
		{
			my ($name, $title) = @$what;
			my @ratios = @{ $ratio->{$name} // [1] };
			$result{$name} //= median(@ratios);
			printf "%-52s %9d %9d %9d %8.3f %15s %11.3f\n", "synchronous_commit = $synchronous, $title", median(@{ $tps->{$name} }),
			  low_and_high(@{ $tps->{$name} }), median(@ratios), sprintf('(%.2f .. %.2f)', middle_half(@ratios)), median(@{ $cpu->{$name} // [0] });
		}
	}
	drop_feed("foreground_$_") for qw(kafka redis);
	return \%result;
}

1;
