# The version is written in the Makefile; what names it elsewhere must agree.
package Lint::Check::Version;

use strict;
use warnings;
use JSON::PP ();
use Lint::Tree;

my $number = qr/\d+\.\d+\.\d+/;

check versions_agree => sub {
    my ($version) = text_of('Makefile') =~ /^\w*VERSION\s*[:?]?=\s*($number)\s*$/m;
    return 'Makefile: no line VERSION = X.Y.Z' unless defined $version;
    return map { "$_->[0]: says $_->[1], Makefile says $version" }
        grep { $_->[1] ne $version } named_elsewhere();
};

sub text_of { return on_disk($_[0]) ? slurp($_[0]) : '' }

# [place, version] of each version that is named outside the Makefile.
sub named_elsewhere
{
    my ($newest) = text_of('CHANGELOG.md') =~ /^##?\s*\[?v?(\d\S*?)\]?(?:\s|$)/m;
    my @readme = text_of('README.md') =~ /(?:\bversion\s+|\btidehold(?:_\w+)?-{1,2})v?($number)/g;
    return (
        [ 'CHANGELOG.md, newest entry', $newest // 'nothing' ],
        (map { [ 'README.md', $_ ] } @readme),
        meta_versions(), control_versions(), source_versions());
}

sub meta_versions
{
    return [ 'META.json', 'nothing' ] unless on_disk('META.json');
    my $meta = JSON::PP::decode_json(slurp('META.json'));
    my $provides = $meta->{provides} // {};
    return [ 'META.json', $meta->{version} // 'nothing' ],
        map { [ "META.json, provides $_", $provides->{$_}{version} // 'nothing' ] } sort keys %$provides;
}

# Control files are built, so git does not list them.
sub control_versions
{
    my @controls = map { s{^\Q$Lint::Tree::top\E/}{}r } glob "$Lint::Tree::top/control/*.control";
    return map { [ $_, (slurp($_) =~ /^default_version\s*=\s*'([^']*)'/m)[0] // 'nothing' ] } @controls;
}

# C and SQL get the version from the Makefile: a number in them is a second place.
sub source_versions
{
    my @found;
    for my $file (files(qr{^(?:src/.*\.[ch]|sql/\w+/.*\.sql|control/.*\.control\.in)$}))
    {
        push @found, map { [ $file, "$_ itself" ] } slurp($file) =~ /["']($number)["']/g;
    }
    return @found;
}

check meta_files_exist => sub {
    return 'META.json does not exist' unless on_disk('META.json');
    my $provides = JSON::PP::decode_json(slurp('META.json'))->{provides} // {};
    my @missing = grep { !defined $provides->{$_} } extensions_of_control();
    my @named = map { grep { defined } @{ $provides->{$_} }{qw(file docfile)} } sort keys %$provides;
    return (map { "META.json: provides does not name $_" } @missing),
        map { "META.json: names $_, which does not exist" } grep { !built_or_there($_) } @named;
};

sub extensions_of_control
{
    return map { m{([^/]+)\.control\.in$} } files(qr{^control/.*\.control\.in$});
}

# sql/EXT--X.sql is built from the parts in sql/EXT.
sub built_or_there
{
    my ($file) = @_;
    return on_disk($file) || $file =~ m{^(sql/\w+?)--[\d.]+\.sql$} && on_disk($1);
}

1;
