# Program.pm
#	  A program that runs beside the test: started, stopped, killed, halted and continued
#	  by it, and gone when it ends, however that is.
package Program;

use strict;
use warnings;

use Exporter 'import';
use Fcntl ':flock';
use IO::Socket::INET;
use POSIX ();
use Scalar::Util qw(weaken);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(folder free_port wait_until compiled);

my $OWNER = $$;
my @all;

# Of whatever a test starts; it goes with the folder of the run.
sub folder
{
	my ($name) = @_;
	our %count;
	my $base = ($ENV{TESTDATADIR} || $ENV{TMPDIR} || '/tmp') . '/program';
	mkdir $_ for $base =~ s{/program$}{}r, $base;
	my $folder;
	do { $folder = sprintf '%s/%s_%d_%d', $base, $name, $$, ++$count{$name} } until mkdir $folder;
	return $folder;
}

# Below the range from which connections take theirs.  A file kept locked tells other
# tests of this machine that it is taken.
sub free_port
{
	our @taken;
	while (1)
	{
		my $port = 20000 + int rand 12000;
		IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => $port) or next;
		my $lock_folder = $ENV{PG_TEST_PORT_DIR} || '/tmp';
		mkdir $lock_folder;
		open(my $lock, '>', "$lock_folder/tidehold.$port") or next;
		flock($lock, LOCK_EX | LOCK_NB) or next;
		push @taken, $lock;
		return $port;
	}
	return;
}

# Dies where it does not come to be true.
sub wait_until
{
	my ($what, $condition, $seconds) = @_;
	my $end = time + ($seconds // 120);
	my $nap = 0.01;
	while (1)
	{
		my $answer = $condition->();
		return $answer if $answer;
		die "waited in vain until $what" if time > $end;
		sleep $nap;
		$nap = $nap * 1.3 if $nap < 0.2;
	}
	return;
}

# Of the C programs in test/kafka, built once for all tests of a run; further arguments
# go to the compiler.
sub compiled
{
	my ($name, @flags) = @_;
	my $base = $ENV{TESTDATADIR} || $ENV{TMPDIR} || '/tmp';
	mkdir $base;
	open(my $lock, '>', "$base/$name.lock") or die "could not write $base/$name.lock: $!";
	flock($lock, LOCK_EX);
	my $program = "$base/$name";
	return $program if -x $program;
	my $source = __FILE__ =~ s{lib/Program\.pm$}{kafka/$name.c}r;
	system('cc', '-O1', @flags, '-o', "$program.new", $source, '-lrdkafka', '-lpthread') == 0
	  or die "could not compile $source";
	rename "$program.new", $program or die "could not rename $program.new: $!";
	return $program;
}

sub new
{
	my ($class, $log, @command) = @_;
	my $self = bless { log => $log, command => [@command] }, $class;
	push @all, $self;
	weaken($all[-1]);
	$self->start;
	return $self;
}

# Dies with the test, even where that is killed.
sub start
{
	my ($self) = @_;
	my $pid = fork() // die "could not fork: $!";
	if ($pid == 0)
	{
		open(STDIN, '<', '/dev/null') or POSIX::_exit(126);
		open(STDOUT, '>>', $self->{log}) or POSIX::_exit(126);
		open(STDERR, '>&', \*STDOUT) or POSIX::_exit(126);
		no warnings 'exec';
		exec('setpriv', '--pdeathsig', 'KILL', '--', @{ $self->{command} }) or POSIX::_exit(127);
	}
	$self->{pid} = $pid;
	return;
}

sub pid { return $_[0]{pid} }

sub log
{
	my ($self) = @_;
	open(my $file, '<', $self->{log}) or return '';
	local $/;
	return <$file> // '';
}

sub is_running
{
	my ($self) = @_;
	return 0 unless $self->{pid};
	return 1 if waitpid($self->{pid}, POSIX::WNOHANG()) == 0;
	delete $self->{pid};
	return 0;
}

sub signal
{
	my ($self, $signal) = @_;
	kill $signal, $self->{pid} if $self->{pid};
	return;
}

sub pause { return $_[0]->signal('STOP') }

sub resume { return $_[0]->signal('CONT') }

sub _end
{
	my ($self, $signal) = @_;
	my $pid = delete $self->{pid} or return;
	kill $signal, $pid;
	kill 'CONT', $pid;
	waitpid $pid, 0;
	return;
}

# In order, as the program wants it; what does not end so is killed.
sub stop
{
	my ($self) = @_;
	return unless $self->{pid};
	$self->resume;
	$self->signal('TERM');
	eval { wait_until('it ends', sub { !$self->is_running }, 30) } or $self->_end('KILL');
	return;
}

sub kill9 { return $_[0]->_end('KILL') }

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@, $!);
	$self->_end('KILL') if $$ == $OWNER;
	return;
}

END
{
	my $code = $?;
	if ($$ == $OWNER)
	{
		$_->_end('KILL') for grep { defined } @all;
	}
	$? = $code;
}

1;
