# The libraries, where they are built.
package Lint::Check::Built;

use strict;
use warnings;
use Lint::Tree;

sub output_of
{
    my ($command, $library) = @_;
    skip("$library is not built") unless on_disk($library);
    my $said = qx($command '$Lint::Tree::top/$library' 2>&1);
    die "$command $library: $said\n" if $?;
    return $said;
}

# Every symbol is visible to the whole server, and to every other library in it.
my $ours = qr/^(?:th_|stock_|ocean_|qartod_|forecast_|plan_|feed_|pg_finfo_th_|Pg_magic_func$|_PG_init$)/;
my $linkers = qr/^(?:_init|_fini|_edata|_end|__bss_start)$/;

check exported_symbols => sub {
    my @found;
    for my $library (qw(tidehold.so tidehold_feed.so))
    {
        my @symbols = map { (split)[-1] } split /\n/, output_of('nm -D --defined-only', $library);
        push @found, map { "$library: exports $_" } grep { !/$ours|$linkers/ } @symbols;
    }
    return @found;
};

check linked_libraries => sub {
    my %said = map { $_ => output_of('ldd', $_) } qw(tidehold.so tidehold_feed.so);
    my @found;
    for my $library (qw(librdkafka libhiredis))
    {
        push @found, "tidehold.so: links $library, which no backend may load" if $said{'tidehold.so'} =~ /\b$library\b/;
        push @found, "tidehold_feed.so: does not link $library" unless $said{'tidehold_feed.so'} =~ /\b$library\b/;
    }
    return @found;
};

1;
