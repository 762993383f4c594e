# Ten minutes in which everything around the feeds breaks (FEED_STORM_SECONDS).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;

use Storm::Feed;

feed_storm(seconds => $ENV{FEED_STORM_SECONDS} // 600);
done_testing();
