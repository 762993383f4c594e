# Tidehold.pm
#	  Servers for the TAP tests that find the extensions in the private installation.
package Tidehold;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(node configure kill_server);

sub slurp
{
	my ($path) = @_;
	open my $file, '<', $path or die "could not read $path: $!";
	local $/;
	return <$file>;
}

# Lets a server find the extensions and preload the library.
sub configure
{
	my ($node) = @_;
	my $location = $ENV{TIDEHOLD_LOCATION_CONF}
	  or die 'not started by test/lib/run_tests or test/lib/with_cluster';
	$node->append_conf('postgresql.conf', slurp($location));
	$node->append_conf('postgresql.conf', slurp("$ENV{TESTDIR}/test/conf/common.conf"));
	return $node;
}

# A new server, not yet started, in UTF-8 whatever the locale is; further arguments go to
# init().  One made by init_from_backup() has the settings of its origin and needs none of this.
sub node
{
	my ($name, @init) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical', extra => [ '--encoding=UTF8' ], @init);
	return configure($node);
}

sub children_of
{
	my ($parent) = @_;
	my @children;
	for my $path (glob '/proc/[0-9]*/stat')
	{
		open(my $file, '<', $path) or next;
		my $stat = <$file> // next;
		my ($pid, $of) = $stat =~ /^(\d+) .*\) \S (\d+) /s or next;
		push @children, $pid if $of == $parent;
	}
	return @children;
}

# Kills every process of a server at once; how many.  Stopped first, the postmaster
# cannot start a child that would be missed.
sub kill_server
{
	my ($node) = @_;
	my ($postmaster) = split /\n/, slurp($node->data_dir . '/postmaster.pid');
	kill 'STOP', $postmaster;
	my @all = ($postmaster, children_of($postmaster));
	kill 'KILL', @all;
	# A server does not start while the process that its lock file names can be signalled.
	sleep 0.01 while grep { kill 0, $_ } @all;
	$node->kill9;
	return scalar @all;
}

1;
