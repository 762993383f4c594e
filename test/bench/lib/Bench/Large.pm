# Large.pm
#	  One transaction of very many rows: memory of the worker and time.
package Bench::Large;

use strict;
use warnings;

use Time::HiRes qw(time);

use Bench;

# Options: kafka.
sub new
{
	my ($class, %option) = @_;
	my $self = bless {%option}, $class;
	ask(<<'SQL');
CREATE TABLE large (id bigint PRIMARY KEY, sku text NOT NULL, quantity integer NOT NULL, price numeric NOT NULL, note text)
    WITH (autovacuum_enabled = off);
CREATE PUBLICATION large FOR TABLE large WITH (publish = 'insert, update, delete');
SQL
	$self->{kafka}->create_topic('bench.large', 4);
	return $self;
}

# The largest it has been, in MB; of a process that has done nothing else.
sub _peak
{
	my ($pid) = @_;
	open(my $file, '<', "/proc/$pid/status") or die "the worker is gone: $!\n";
	my ($kilobytes) = map { /^VmHWM:\s+(\d+)/ } <$file>;
	return $kilobytes / 1024;
}

sub run
{
	my ($self, $rows) = @_;
	my %result;
	printf "\n%-46s %9s %9s %9s %9s\n", "a transaction of $rows rows", 'rows/s', 'wall s', 'CPU s', 'peak MB';
	for my $sink (qw(kafka redis))
	{
		my $name = "large_$sink";
		my $options = $sink eq 'kafka' ? '{"destination": "bench.large", "schema_topic": "", "snapshot": "none"}' : '{"snapshot": "none"}';
		create_feed($name, 'large', $sink, $options);
		my $pid = stat_feed($name, 'pid');
		ask("INSERT INTO large SELECT i, 'SKU-' || i % 1000, 3, 12.50, 'a note of some length for the row' FROM generate_series(1, $rows) AS i");
		my ($start, $before) = (time, cpu($pid));
		wait_feed($name);
		my ($seconds, $used) = (time - $start, cpu($pid) - $before);
		my ($now, $sent) = split /\|/, stat_feed($name, 'pid, changes');
		$now == $pid && $sent == $rows or die "$sent of $rows rows were sent by worker $now, which was $pid\n";
		$result{$sink} = _peak($pid);
		printf "%-46s %9d %9.2f %9.2f %9d\n", "feed to $sink, after the commit", $rows / $seconds, $seconds, $used, $result{$sink};
		drop_feed($name);
		ask('TRUNCATE large');
	}
	return \%result;
}

1;
