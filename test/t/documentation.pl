# documentation.pl
#	  What README.md and the pages of doc/ show in SQL is what happens.
#
# A block of SQL that is followed by a plain block shows its output there; one that is
# not must run without an error.  Blocks that create the extensions run first.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Tidehold qw(node);

my @pages = ('README.md', 'doc/forecast.md', 'doc/planning.md', 'doc/tidehold_ocean.md',
	'doc/ocean_quality.md', 'doc/ocean_observation.md', 'doc/ocean_heatwave.md');
my $end_of_block = '-- end of block --';

# Blocks of a page as [SQL, expected output or undef].
sub blocks
{
	my ($page) = @_;
	my $text = slurp_file("$ENV{TESTDIR}/$page");
	my @blocks;
	push @blocks, [ $1, $2 ]
	  while $text =~ /^```sql\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?/msg;
	return sort { ($b->[0] =~ /CREATE EXTENSION/) <=> ($a->[0] =~ /CREATE EXTENSION/) } @blocks;
}

# psql writes what it answers and what it complains of to the same place, in order.
sub outputs
{
	my ($node, $database, @blocks) = @_;
	my $script = join '', map { "$_->[0]\n\\echo $end_of_block\n" } @blocks;
	my $output;
	IPC::Run::run(
		[ 'psql', '-X', '-q', '-P', 'footer=off', '-d', $node->connstr($database) ],
		'<', \$script, '>&', \$output);
	$output =~ s/[ \t]+$//mg;
	return split /^\Q$end_of_block\E\n/m, $output, -1;
}

my $node = node('documentation');
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE shop_backend');

foreach my $page (@pages)
{
	my @blocks = blocks($page);
	my $database = lc($page =~ s{\W}{_}gr);

	ok(@blocks > 0, "$page has SQL");
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	my @outputs = outputs($node, $database, @blocks);
	for my $i (0 .. $#blocks)
	{
		my ($sql, $expected) = @{ $blocks[$i] };
		my ($first_line) = $sql =~ /^(.*)$/m;

		if (defined $expected)
		{
			$expected =~ s/\n\s*\n/\n/g;
			$outputs[$i] =~ s/\n\s*\n/\n/g;
			is($outputs[$i], $expected, "$page: $first_line");
		}
		else
		{
			unlike($outputs[$i], qr/ERROR|FATAL/, "$page: $first_line");
		}
	}
}

$node->stop;
done_testing();
