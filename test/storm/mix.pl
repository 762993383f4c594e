# Everything at once on nearly empty items: nothing is ever oversold.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;

use Storm;
use Storm::Mix;

my $node = storm_node('mix', settings => mix_settings());
my ($lowest, $differing, $problems) = mix($node, name => 'mix', clients => 24, seconds => 90);
is($lowest, 0, 'stock was sold to the last unit and never below');
is($differing, 0, 'every entry was as its rows at any time');
is($problems, 0, 'verify() finds nothing at the end');
nothing_wrong($node, 'after the mix');
done_testing();
