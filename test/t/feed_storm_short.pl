# The storm of test/storm/feed.pl, short: each fault once or twice.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../storm/lib";
use Test::More;

use Storm::Feed;

feed_storm(seconds => 25);
done_testing();
