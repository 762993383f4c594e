# Proxy.pm
#	  A network that a test can break: forwards TCP connections to a port of this
#	  machine until it is told to swallow everything, without a word to either side.
package Proxy;

use strict;
use warnings;

use File::Basename qw(dirname);
use IO::Select;
use IO::Socket::INET;

use Program qw(folder free_port wait_until);

sub new
{
	my ($class, $target, $port) = @_;
	my $self = bless { port => $port // free_port(), target => $target }, $class;
	$self->{program} = Program->new(folder('proxy') . '/log', $^X, '-I' . dirname(__FILE__), __FILE__, $self->{port}, $target);
	wait_until('the proxy listens', sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}) });
	return $self;
}

sub port { return $_[0]{port} }

# Connections stay open and new ones are accepted; nothing passes.
sub black_hole { return $_[0]{program}->signal('USR1') }

# What was swallowed is lost, so the connections of before are cut.
sub heal { return $_[0]{program}->signal('USR2') }

sub stop { return $_[0]{program}->stop }

# ---- the proxy itself ----

my ($hole, %peer, $all);

sub forget
{
	my ($socket) = @_;
	my $other = delete $peer{$socket};
	for my $end (grep { defined } $socket, $other)
	{
		delete $peer{$end};
		$all->remove($end);
		close $end;
	}
	return;
}

sub take
{
	my ($listener, $target) = @_;
	my $client = $listener->accept or return;
	my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $target) or return close $client;
	@peer{ $client, $server } = ($server, $client);
	$all->add($client, $server);
	return;
}

sub pass_on
{
	my ($socket) = @_;
	return unless exists $peer{$socket};
	my $got = sysread($socket, my $bytes, 65536);
	return forget($socket) unless $got;
	my $sent = 0;
	while (!$hole && $sent < $got)
	{
		$sent += syswrite($peer{$socket}, $bytes, $got - $sent, $sent) || return forget($socket);
	}
	return;
}

sub serve
{
	my ($port, $target) = @_;
	my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', LocalPort => $port, ReuseAddr => 1)
	  or die "could not listen on $port: $!";
	$all = IO::Select->new($listener);
	local $SIG{PIPE} = 'IGNORE';
	local $SIG{USR1} = sub { $hole = 1 };
	my $cut = 0;
	local $SIG{USR2} = sub { $hole = 0; $cut = 1 };
	while (1)
	{
		my @ready = $all->can_read(0.1);
		if ($cut)
		{
			$cut = 0;
			forget($_) for grep { $_ != $listener } $all->handles;
			next;
		}
		for my $socket (@ready)
		{
			$socket == $listener ? take($listener, $target) : pass_on($socket);
		}
	}
	return;
}

serve(@ARGV) unless caller;

1;
