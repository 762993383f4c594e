# Latency.pm
#	  How long after a commit the sink has the change, at 1,000 commits a second.
#
# Measured twice, each with a load of its own.  The worker counts from the time of the commit
# record, taken before it is flushed, until the sink has acknowledged, and nobody watches.  And
# from outside, on the same clock: from clock_timestamp() of the row, taken before the commit
# begins, until a consumer that reads committed records has it, or until Redis runs the command,
# as MONITOR tells, which costs Redis more than the command does.
package Bench::Latency;

use strict;
use warnings;

use IO::Select;
use Time::HiRes qw(sleep time);
use Time::Local qw(timegm);

use Bench;
use Program qw(folder);

my $COMMITS_PER_SECOND = 1000;

# Options: kafka, redis.
sub new
{
	my ($class, %option) = @_;
	my $self = bless { %option, folder => folder('latency') }, $class;
	ask(<<'SQL');
CREATE TABLE tick (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL, quantity integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE PUBLICATION tick FOR TABLE tick;
SQL
	open(my $script, '>', "$self->{folder}/tick.sql") or die "could not write tick.sql: $!";
	print $script q(INSERT INTO tick (sku, quantity) VALUES ('SKU-' || (random() * 1000)::integer, 3);), "\n";
	close $script;
	$self->{kafka}->create_topic('bench.tick', 4);
	return $self;
}

sub _start_load
{
	my ($self, $seconds) = @_;
	return Program->new("$self->{folder}/pgbench.log", 'pgbench', '-n', '-M', 'prepared', '-c', 8, '-j', 1,
		'-R', $COMMITS_PER_SECOND, '-T', $seconds, '-l', "--log-prefix=$self->{folder}/commits",
		'-f', "$self->{folder}/tick.sql", database());
}

# What the watcher printed while there were commits and a second longer: [when, text].
sub _watch
{
	my ($self, $seconds, @watcher) = @_;
	my $pid = open(my $out, '-|', @watcher) || die "could not start $watcher[0]: $!";
	sleep 1;
	my $load = $self->_start_load($seconds);
	my $select = IO::Select->new($out);
	my @seen;
	for (my $end; !$end || time < $end;)
	{
		$end ||= time + 1 unless $load->is_running;
		next unless $select->can_read(0.1);
		sysread($out, my $text, 1 << 20) or die "$watcher[0] ended\n";
		push @seen, [ time, $text ];
	}
	kill 'TERM', $pid;
	close $out;
	return @seen;
}

# Seconds since 1970.
sub _moment
{
	my ($text) = @_;
	my ($year, $month, $day, $hour, $minute, $second) = $text =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+(?:\.\d+)?)Z$/
	  or die "no time: $text\n";
	return timegm(0, $minute, $hour, $day, $month - 1, $year) + $second;
}

# A record a line, seen when it was read.
sub _kafka
{
	my ($self, $seconds) = @_;
	my @latencies;
	my $rest = '';
	my @consumer = ('kcat', '-C', '-q', '-u', '-b', $self->{kafka}->brokers, '-t', 'bench.tick', '-o', 'end',
		'-X', 'isolation.level=read_committed', '-X', 'fetch.wait.max.ms=10', '-f', '%s\n');
	for my $seen ($self->_watch($seconds, @consumer))
	{
		$rest .= $seen->[1];
		push @latencies, $seen->[0] - _moment($1) while $rest =~ s/^.*"at":"([^"]+)".*\n//;
	}
	return @latencies;
}

# MONITOR says when Redis ran what the guarding script calls.
sub _redis
{
	my ($self, $seconds) = @_;
	my @seen = $self->_watch($seconds, 'redis-cli', '-p', $self->{redis}->port, 'MONITOR');
	my $text = join '', map { $_->[1] } @seen;
	my @latencies;
	push @latencies, $1 - _moment($2) while $text =~ /^(\d+\.\d+) \[\d+ lua\] "HSET".* "at" "([^"]+)"/mg;
	return @latencies;
}

sub _percentile
{
	my ($share, @values) = @_;
	my @sorted = sort { $a <=> $b } @values;
	return 1000 * $sorted[ int($share * $#sorted) ];
}

# What pgbench waited for its commits, without what it was late.
sub _commits
{
	my ($self) = @_;
	my @seconds;
	for my $log (glob "$self->{folder}/commits.*")
	{
		open(my $file, '<', $log) or die "could not read $log: $!";
		push @seconds, map { my @field = split; ($field[2] - $field[6]) / 1e6 } <$file>;
		unlink $log;
	}
	return @seconds;
}

# Under a feed that is new, for its histogram is of all its life: what the load gave, and how
# many changes were sent, with the milliseconds of their p50 and p99.
sub _with_feed
{
	my ($self, $sink, $load) = @_;
	my $name = "latency_$sink";
	my $options = $sink eq 'kafka' ? '{"destination": "bench.tick", "schema_topic": "", "snapshot": "none"}' : '{"snapshot": "none"}';
	create_feed($name, 'tick', $sink, $options);
	my @given = $load->();
	wait_feed($name);
	my @figures = split /\|/, stat_feed($name, 'changes, latency_p50_ms, latency_p99_ms');
	drop_feed($name);
	return (\@given, @figures);
}

# Milliseconds, from outside.
sub _watched
{
	my ($self, $sink, $seconds) = @_;
	my ($latencies, $sent) = $self->_with_feed($sink, sub { $sink eq 'kafka' ? $self->_kafka($seconds) : $self->_redis($seconds) });
	@$latencies == $sent or die sprintf "%d changes were sent to %s and %d seen there\n", $sent, $sink, scalar @$latencies;
	$self->_commits;
	return { outside => [ map { _percentile($_, @$latencies) } 0.5, 0.99 ] };
}

# Milliseconds, by the worker.
sub _unwatched
{
	my ($self, $sink, $seconds) = @_;
	my (undef, $sent, @worker) = $self->_with_feed($sink, sub {
		my $load = $self->_start_load($seconds);
		sleep 0.1 while $load->is_running;
		return;
	});
	my @commits = $self->_commits;
	return {
		rate => [ $sent / $seconds ],
		commit => [ map { _percentile($_, @commits) } 0.5, 0.99 ],
		worker => \@worker,
	};
}

# Both, each as often as it is disturbed.
sub _run
{
	my ($self, $sink, $seconds) = @_;
	return { map { %$_ } undisturbed(sub { $self->_watched($sink, $seconds) }), undisturbed(sub { $self->_unwatched($sink, $seconds) }) };
}

sub _medians
{
	my ($what, @runs) = @_;
	return map { my $i = $_; median(map { $_->{$what}[$i] } @runs) } 0 .. $#{ $runs[0]{$what} };
}

# The p99 of each sink, from outside and by the worker: the median of the rounds, of which the
# calmest and the roughest are shown.  A first one, while the broker's compiler is at work and
# caches are cold, does not count.
sub run
{
	my ($self, $rounds, $seconds) = @_;
	my %result;
	printf "\n%-8s %9s  %17s  %36s  %23s\n", 'ms', '', 'the commit itself', 'row to sink', 'commit to acknowledged';
	printf "%-8s %9s  %7s %9s  %7s %8s %19s  %9s %13s\n", 'sink', 'commits/s', 'p50', 'p99', 'p50', 'p99', '(low .. high)', 'p50', 'p99';
	for my $sink (qw(redis kafka))
	{
		$self->_watched($sink, 2 * $seconds);
		my @runs = map { $self->_run($sink, $seconds) } 1 .. $rounds;
		my %median = map { $_ => [ _medians($_, @runs) ] } keys %{ $runs[0] };
		my @p99 = sort { $a <=> $b } map { $_->{outside}[1] } @runs;
		printf "%-8s %9d  %7.2f %9.2f  %7.2f %8.2f %19s  %9.2f %13.2f\n", $sink, @{ $median{rate} }, @{ $median{commit} },
		  @{ $median{outside} }, sprintf('(%.2f .. %.2f)', @p99[ 0, -1 ]), @{ $median{worker} };
		$result{$sink} = { outside => $median{outside}[1], worker => $median{worker}[1] };
	}
	return \%result;
}

1;
