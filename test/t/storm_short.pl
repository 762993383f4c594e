# The storms of test/storm, short: a sell-out, the mix, and the mix against a library
# that is wrong on purpose.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../storm/lib";
use Test::More;

use Storm;
use Storm::Mix;
use Storm::Sellout;

my $node = storm_node('sellout');
my %size = (stock => 1000, requests => 10_000, clients => 32);
sellout($node, %size, name => 'sale', rollback_percent => 0);
sellout($node, %size, name => 'sale with regrets', rollback_percent => 30);
nothing_wrong($node, 'after the sales');
$node->stop;

$node = storm_node('mix', settings => mix_settings());
my ($lowest, $differing, $problems) = mix($node, name => 'mix', clients => 16, seconds => 8);
is($lowest, 0, 'mix: sold to the last unit and never below');
is($differing, 0, 'mix: every entry was as its rows at any time');
is($problems, 0, 'mix: verify() finds nothing at the end');
nothing_wrong($node, 'after the mix');
$node->stop;

my $library = $ENV{TIDEHOLD_NEGATIVE_LIB} or die 'TIDEHOLD_NEGATIVE_LIB does not name the wrong library';
$node = storm_node('negative', settings => mix_settings(), library => $library);
($lowest, $differing, $problems) = mix($node, name => 'wrong on purpose', clients => 16, seconds => 8);
ok($lowest < 0 || $differing > 0 || $problems > 0, 'the mix finds that a library is wrong which counts before the commit is visible');
done_testing();
