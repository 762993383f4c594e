# Bench.pm
#	  What the benches of the feed share: a database of their own, one session that asks,
#	  the CPU time of processes, and whether the machine had its processors to itself.
package Bench;

use strict;
use warnings;

use Exporter 'import';
use IPC::Open2;
use List::Util qw(min max sum0);
use POSIX ();
use Time::HiRes qw(time);

use Program qw(wait_until);

our @EXPORT = qw(
  open_database close_database database processors ask cpu cpu_of_children postmaster
  quick rounds undisturbed disturbances median middle_half low_and_high stat_feed create_feed drop_feed create_server pause_feed resume_feed wait_feed
);

my $DATABASE = "bench_feed_$$";
my ($to_psql, $from_psql, $psql_pid, $postmaster);

sub database { return $DATABASE }

sub processors { return qx(nproc) + 0 }

sub quick { return ($ENV{QUICK} // '0') eq '1' }

# ---- the database ----

# Answer of the one session: a new one for each question would cost CPU that is measured.
sub ask
{
	my ($sql) = @_;
	print $to_psql "$sql\n;\n\\echo end of answer\n";
	my $answer = '';
	while (my $line = <$from_psql>)
	{
		chomp $line;
		return $answer =~ s/\n\z//r if $line eq 'end of answer';
		$answer .= "$line\n";
	}
	die "the server refused: $sql\n";
}

# Only the superuser's own psql.  Slots of a plugin that the server does not list are made
# in this database alone.
sub open_database
{
	my @psql = ('psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', '-d');
	system(@psql, 'postgres', '-c', "CREATE DATABASE $DATABASE") == 0 or die "no database\n";
	$psql_pid = open2($from_psql, $to_psql, @psql, $DATABASE);
	$to_psql->autoflush(1);
	ask('SHOW fsync') eq 'on' or die "the server runs with fsync off, the figures would mean nothing\n";
	ask("ALTER DATABASE $DATABASE SET output_plugin_libraries = pgoutput, wal2json; SET output_plugin_libraries = pgoutput, wal2json")
	  if ask(q(SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'));
	ask('SET client_min_messages = error; CREATE EXTENSION tidehold');
	my $data = ask('SHOW data_directory');
	open(my $file, '<', "$data/postmaster.pid") or die "could not read $data/postmaster.pid: $!\n";
	chomp($postmaster = <$file>);
	return;
}

sub close_database
{
	return unless $psql_pid;
	local $SIG{PIPE} = 'IGNORE';
	eval {
		ask('SELECT count(tidehold.drop_feed(name)) FROM tidehold.feed');
		wait_until('the feeds are gone', sub { ask('SELECT count(*) FROM tidehold.feed') eq '0' }, 30);
		ask('SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE database = current_database()');
	};
	warn $@ if $@;
	close $to_psql;
	waitpid $psql_pid, 0;
	$psql_pid = undef;
	system('psql', '-qAtX', '-d', 'postgres', '-c', "DROP DATABASE $DATABASE WITH (FORCE)");
	return;
}

sub postmaster { return $postmaster }

# ---- feeds ----

sub create_server
{
	my ($name, $kind, %option) = @_;
	my $options = join ', ', map { qq("$_" '$option{$_}') } sort keys %option;
	ask("CREATE SERVER $name FOREIGN DATA WRAPPER $kind OPTIONS ($options)");
	return;
}

sub create_feed
{
	my ($name, $publication, $server, $options) = @_;
	ask("SELECT tidehold.create_feed('$name', '$publication', '$server', '$options')");
	ask("SELECT tidehold.wait_feed('$name')") eq 't' or die "feed $name does not run\n";
	return;
}

sub drop_feed
{
	my ($name) = @_;
	ask("SELECT tidehold.drop_feed('$name')");
	wait_until("feed $name is gone", sub { ask("SELECT count(*) FROM tidehold.feed WHERE name = '$name'") eq '0' });
	return;
}

sub stat_feed
{
	my ($name, $column) = @_;
	return ask("SELECT $column FROM tidehold.stat_feed WHERE name = '$name'");
}

sub resume_feed { my ($name) = @_; return ask("SELECT tidehold.resume_feed('$name')") }

sub wait_feed
{
	my ($name) = @_;
	ask("SELECT tidehold.wait_feed('$name', '10 min')") eq 't' or die "feed $name does not catch up\n";
	return;
}

# Its process, its connection and its slot stay.
sub pause_feed
{
	my ($name) = @_;
	ask("SELECT tidehold.pause_feed('$name')");
	wait_until("feed $name is paused", sub { stat_feed($name, 'state') eq 'paused' });
	return;
}

# ---- CPU ----

my $TICKS = POSIX::sysconf(POSIX::_SC_CLK_TCK());

sub _stat
{
	my ($pid) = @_;
	open(my $file, '<', "/proc/$pid/stat") or return ();
	return split ' ', (<$file> =~ s/^.*\) //r);
}

# Seconds that processes have used.
sub cpu { return sum0(map { my @field = _stat($_); @field ? ($field[11] + $field[12]) / $TICKS : 0 } @_) }

# Seconds of the children that a process has seen the end of.
sub cpu_of_children { my @field = _stat($_[0]); return ($field[13] + $field[14]) / $TICKS }

# ---- the host of a virtual machine ----

# A run during which it gave more than this of our processors to others is made again, for
# its latencies are those of the host.
my $STOLEN_AT_MOST = 0.01;
my $TRIES = 20;
my ($left_out, $kept) = (0, 0);

# Seconds of all processors; none where the kernel is no guest.
sub _stolen
{
	open(my $file, '<', '/proc/stat') or die "could not read /proc/stat: $!";
	my @field = split ' ', <$file>;
	return ($field[8] // 0) / $TICKS;
}

# What the first run gave that nobody disturbed, or the last of many.
sub undisturbed
{
	my ($run) = @_;
	my @given;
	for (1 .. $TRIES)
	{
		my ($began, $before) = (time, _stolen());
		@given = $run->();
		return @given if (_stolen() - $before) / (time - $began) / processors() <= $STOLEN_AT_MOST;
		$left_out++;
	}
	$left_out--;
	$kept++;
	return @given;
}

sub disturbances
{
	return sprintf '%d runs left out and %d kept during which the host took more than %d %% of the processors',
	  $left_out, $kept, 100 * $STOLEN_AT_MOST;
}

# ---- figures ----

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return 0 unless @sorted;
	my $half = int(@sorted / 2);
	return @sorted % 2 ? $sorted[$half] : ($sorted[ $half - 1 ] + $sorted[$half]) / 2;
}

# The quartiles: half of the values lie between.
sub middle_half
{
	my @sorted = sort { $a <=> $b } @_;
	return @sorted[ int(@sorted / 4), -1 - int(@sorted / 4) ];
}

sub low_and_high { return (min(@_), max(@_)) }

# Runs what has a name in each round, every other round in reverse order.
sub rounds
{
	my ($rounds, $names, $run) = @_;
	for my $round (1 .. $rounds)
	{
		$run->($round, $_) for $round % 2 ? @$names : reverse @$names;
	}
	return;
}

1;
