# Foreground.pm
#	  What a running feed costs those who write: pgbench with it and without, on the same
#	  processors, which the sink shares.
#
# The feed publishes all four tables of pgbench's own script.  With the sink down its
# process is halted, so the feed waits with full buffers.  Each run is compared with the
# mean of the runs without a feed before and after it.
package Bench::Foreground;

use strict;
use warnings;

use Bench;
use Program qw(folder wait_until);

my @WITH = ([ kafka => 'feed to Kafka' ], [ redis => 'feed to Redis' ], [ kafka_down => 'feed to Kafka, which is down' ]);

# Options: kafka, redis.
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
	return $self;
}

sub _pgbench
{
	my ($self, $seconds, $synchronous) = @_;
	ask('CHECKPOINT');
	local $ENV{PGOPTIONS} = "-c synchronous_commit=$synchronous";
	my $said = qx(pgbench -n -M prepared -c 8 -j 2 -T $seconds @{[ database() ]} 2>&1);
	$said =~ /^tps = ([\d.]+)/m or die "pgbench: $said";
	return $1;
}

# A feed that has a backlog catches up before the next run.
sub _with
{
	my ($self, $name, $seconds, $synchronous) = @_;
	my $down = $name =~ s/_down$//;
	resume_feed("foreground_$name");
	wait_feed("foreground_$name");
	$self->{kafka}->pause if $down;
	my $tps = $self->_pgbench($seconds, $synchronous);
	$self->{kafka}->resume if $down;
	wait_feed("foreground_$name");
	pause_feed("foreground_$name");
	return $tps;
}

# Slots of feeds that are paused are passed by nobody: they catch up here, outside of the runs.
sub _catch_up
{
	for my $feed (map { "foreground_$_" } qw(kafka redis))
	{
		resume_feed($feed);
		wait_feed($feed);
		pause_feed($feed);
	}
	return;
}

sub _compare
{
	my ($self, $rounds, $seconds, $synchronous) = @_;
	my (%tps, %ratio);
	my $before = $self->_pgbench($seconds, $synchronous);
	rounds($rounds, [ map { $_->[0] } @WITH ], sub {
		my ($round, $name) = @_;
		$self->_catch_up;
		my $with = $self->_with($name, $seconds, $synchronous);
		my $after = $self->_pgbench($seconds, $synchronous);
		push @{ $tps{none} }, $after;
		push @{ $tps{$name} }, $with;
		push @{ $ratio{$name} }, 2 * $with / ($before + $after);
		$before = $after;
	});
	return (\%tps, \%ratio);
}

# Ratios by "SYNCHRONOUS_COMMIT NAME".
sub run
{
	my ($self, $rounds, $seconds) = @_;
	my %result;
	printf "\n%-46s %9s %9s %9s %8s\n", "pgbench, 8 clients", 'tps', 'low', 'high', 'ratio';
	for my $synchronous (qw(on off))
	{
		my ($tps, $ratio) = $self->_compare($rounds, $seconds, $synchronous);
		for my $what ([ none => 'no feed' ], @WITH)
		{
			my ($name, $title) = @$what;
			$result{"$synchronous $name"} = $ratio->{$name} ? median(@{ $ratio->{$name} }) : 1;
			printf "%-46s %9d %9d %9d %8.2f\n", "synchronous_commit=$synchronous, $title", median(@{ $tps->{$name} }),
			  low_and_high(@{ $tps->{$name} }), $result{"$synchronous $name"};
		}
	}
	ask("SELECT tidehold.drop_feed('foreground_$_')") for qw(kafka redis);
	return \%result;
}

1;
