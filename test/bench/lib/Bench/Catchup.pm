# Catchup.pm
#	  How fast each contestant sends the same backlog.
#
# The feeds are paused and the slots of the others made before the backlog is, so each
# begins with the same record of the WAL.  The time of a feed runs from resume_feed() until
# wait_feed() says that the sink has acknowledged everything; that of a pipe from the start
# of pg_recvlogical, with kcat connected already, until kcat has ended, which it does when
# its last record is acknowledged.
package Bench::Catchup;

use strict;
use warnings;

use Time::HiRes qw(sleep time);

use Bench;
use Program qw(wait_until);

my @CONTESTANTS = (
	[ wal2json_kcat => 'wal2json | kcat' ],
	[ pgoutput_null => 'pgoutput > /dev/null' ],
	[ feed_kafka => 'feed to Kafka, transactional', 'kafka' ],
	[ feed_flat => 'the same, envelope flat', 'kafka', '"envelope": "flat", ' ],
	[ feed_idempotent => 'feed to Kafka, idempotent', 'kafka', '"mode": "idempotent", ' ],
	[ feed_redis => 'feed to Redis', 'redis' ],
);
my %TITLE = map { $_->[0] => $_->[1] } @CONTESTANTS;
my @FEEDS = grep { $_->[2] } @CONTESTANTS;

sub contestants { return map { $_->[0] } @CONTESTANTS }

# Options: kafka, and kafka_pid and redis_pid of the sinks.
sub new
{
	my ($class, %option) = @_;
	my $self = bless {%option}, $class;
	ask(<<'SQL');
CREATE TABLE backlog (
    id bigint PRIMARY KEY, sku text NOT NULL, quantity integer NOT NULL, price numeric NOT NULL,
    note text, at timestamptz NOT NULL DEFAULT clock_timestamp()) WITH (autovacuum_enabled = off);
CREATE PUBLICATION backlog FOR TABLE backlog WITH (publish = 'insert, update, delete');
-- Every other change is an update of a row that is there.
CREATE PROCEDURE load(transactions integer, rows integer) LANGUAGE plpgsql AS $$
DECLARE
    seen bigint := 0;
BEGIN
    SET synchronous_commit = off;
    FOR i IN 1 .. transactions LOOP
        IF i % 2 = 1 THEN
            INSERT INTO backlog SELECT seen + j, 'SKU-' || (seen + j) % 1000, 3, 12.50, 'a note of some length for the row'
            FROM generate_series(1, rows) AS j;
            seen := seen + rows;
        ELSE
            UPDATE backlog SET quantity = quantity + 1 WHERE id BETWEEN seen - rows + 1 AND seen;
        END IF;
        COMMIT;
    END LOOP;
END
$$;
SQL
	$self->{kafka}->create_topic('bench.wal2json', 4);
	$self->_create_feed(@$_) for @FEEDS;
	return $self;
}

sub _create_feed
{
	my ($self, $name, $title, $server, $options) = @_;
	if ($server =~ /^kafka/)
	{
		$self->{kafka}->create_topic("bench.$name", 4);
		$options = ($options // '') . qq("destination": "bench.$name", "schema_topic": "");
	}
	create_feed($name, 'backlog', $server, '{' . ($options // '') . '}');
	pause_feed($name);
	return;
}

# What is measured of each contestant: seconds, and CPU seconds of who reads the WAL and
# sends, and of the sink.
sub _measure
{
	my ($self, $name, $reader, $sink, $work) = @_;
	my @before = (time, $reader->(), cpu($sink));
	$work->();
	my $seconds = time - $before[0];
	return { seconds => $seconds, cpu => $reader->() - $before[1], sink => cpu($sink) - $before[2] };
}

sub _feed
{
	my ($self, $name) = @_;
	my $pid = stat_feed($name, 'pid');
	my $sink = $self->{ $name =~ /redis/ ? 'redis_pid' : 'kafka_pid' };
	my $took = $self->_measure($name, sub { cpu($pid) }, $sink, sub {
		resume_feed($name);
		wait_feed($name);
	});
	pause_feed($name);
	return $took;
}

sub _pipe
{
	my ($self, $slot, $options, @sink) = @_;
	my $database = database();
	my $reader = sub { my @times = times; return $times[2] + $times[3] + cpu_of_children(postmaster()) };
	my $pid = open(my $pipe, '|-', @sink) || die "could not start $sink[0]: $!";
	sleep 0.5;
	return $self->_measure($slot, $reader, $self->{kafka_pid}, sub {
		my $child = fork() // die "could not fork: $!";
		if ($child == 0)
		{
			open(STDOUT, '>&', $pipe) or POSIX::_exit(126);
			exec('pg_recvlogical', '-d', $database, "--slot=$slot", '--start', "--endpos=$self->{end}",
				'--no-loop', '-f', '-', @$options) or POSIX::_exit(127);
		}
		waitpid $child, 0;
		$? == 0 or die "pg_recvlogical failed\n";
		close $pipe or die "$sink[0] failed\n";
		wait_until("slot $slot is free", sub { ask("SELECT NOT active FROM pg_replication_slots WHERE slot_name = '$slot'") eq 't' });
	});
}

sub _run
{
	my ($self, $name) = @_;
	return $self->_feed($name) if $name =~ /^feed_/;
	return $self->_pipe('wal2json', [ '-o', 'format-version=2', '-o', 'add-tables=public.backlog' ],
		'kcat', '-P', '-b', $self->{kafka}->brokers, '-t', 'bench.wal2json', '-X', 'acks=all',
		'-X', 'enable.idempotence=true', '-X', 'linger.ms=1', '-X', 'partitioner=murmur2_random')
	  if $name eq 'wal2json_kcat';
	return $self->_pipe('pgoutput', [ '-o', 'proto_version=1', '-o', 'publication_names=backlog' ], 'sh', '-c', 'exec cat >/dev/null');
}

# pg_recvlogical ends at the first record behind the end, so there is one more.
sub _load
{
	my ($self, $transactions, $rows) = @_;
	ask("SELECT count(pg_create_logical_replication_slot(name, name)) FROM unnest('{wal2json, pgoutput}'::name[]) AS name");
	ask("CALL load($transactions, $rows)");
	$self->{end} = ask('SELECT pg_current_wal_insert_lsn()');
	ask("INSERT INTO backlog VALUES (0, 'END', 0, 0)");
	ask('CHECKPOINT');
	return;
}

sub _unload
{
	ask(q(SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE slot_name IN ('wal2json', 'pgoutput')));
	ask('TRUNCATE backlog');
	return;
}

# One backlog for each round; results by the name of the contestant.
sub run
{
	my ($self, $rounds, $transactions, $rows, @contestants) = @_;
	my %result;
	for my $round (1 .. $rounds)
	{
		$self->_load($transactions, $rows);
		push @{ $result{$_} }, $self->_run($_) for $round % 2 ? @contestants : reverse @contestants;
		$self->_unload;
	}
	return \%result;
}

sub report
{
	my ($self, $result, $transactions, $rows) = @_;
	my $count = $transactions * $rows;
	printf "\n%d transactions of %s\n", $transactions, $rows == 1 ? 'one row' : "$rows rows";
	printf "%-32s %9s %9s %9s %9s %9s %9s %8s\n", '', 'rows/s', 'low', 'high', 'wall s', 'CPU s', 'sink CPU', '/ kcat';
	for my $name (grep { $result->{$_} } contestants())
	{
		my @runs = @{ $result->{$name} };
		my @rates = map { $count / $_->{seconds} } @runs;
		printf "%-32s %9d %9d %9d %9.2f %9.2f %9.2f %8.2f\n", $TITLE{$name}, median(@rates), low_and_high(@rates),
		  (map { my $what = $_; median(map { $_->{$what} } @runs) } qw(seconds cpu sink)), ratio($result, $name);
	}
	return;
}

# Median over the rounds of the rate beside that of wal2json and kcat in the same round.
sub ratio
{
	my ($result, $name) = @_;
	return 0 unless $result->{wal2json_kcat};
	my @kcat = map { $_->{seconds} } @{ $result->{wal2json_kcat} };
	my @ours = map { $_->{seconds} } @{ $result->{$name} };
	return median(map { $kcat[$_] / $ours[$_] } 0 .. $#ours);
}

1;
