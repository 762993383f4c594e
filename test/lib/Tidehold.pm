# Tidehold.pm
#	  Servers for the TAP tests that find the extensions in the private installation.
package Tidehold;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;

our @EXPORT_OK = qw(node configure);

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

# A new server, not yet started; further arguments go to init().  A server made by
# init_from_backup() has the settings of its origin and needs none of this.
sub node
{
	my ($name, @init) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical', @init);
	return configure($node);
}

1;
