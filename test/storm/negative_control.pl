# The mix finds a library that is wrong: one that counts changes, and lets entries go,
# before the transaction has become visible.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;

use Storm;
use Storm::Mix;

my $library = $ENV{TIDEHOLD_NEGATIVE_LIB} or die 'TIDEHOLD_NEGATIVE_LIB does not name the wrong library';
my $node = storm_node('negative', settings => mix_settings(), library => $library);
my ($lowest, $differing, $problems) = mix($node, name => 'wrong on purpose', clients => 24, seconds => 60);
ok($lowest < 0 || $differing > 0 || $problems > 0, 'the mix finds that the library is wrong');
done_testing();
