# Stock of 10,000 and 100,000 requests: exactly 10,000 are sold.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;

use Storm;
use Storm::Sellout;

my $node = storm_node('sellout');
my %size = (stock => 10_000, requests => 100_000, clients => 64);
sellout($node, %size, name => 'flash sale', rollback_percent => 0);
sellout($node, %size, name => 'flash sale with regrets', rollback_percent => 30);
nothing_wrong($node, 'after the sales');
done_testing();
