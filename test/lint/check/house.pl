# What may include what, and how large a piece may grow.
package Lint::Check::House;

use strict;
use warnings;
use Lint::Tree;
use Lint::C;

my @core = qw(core);
my @platform = qw(core base forecast gate);

# A room includes itself and these.  src/tidehold.c, which stands in no room, may
# include all.
my %may_include = (
    core => [],
    base => \@core,
    forecast => [ qw(core base) ],
    gate => [ qw(core base) ],
    feed => [ qw(core base) ],
    inventory => \@platform,
    ocean => \@platform);

check arrows_of_the_house => sub {
    my @found;
    for my $file (files(qr{^src/\w+/.*\.[ch]$}))
    {
        my ($room) = $file =~ m{^src/(\w+)/};
        push(@found, "$file: the house has no room $room"), next unless $may_include{$room};
        my %allowed = map { $_ => 1 } $room, @{ $may_include{$room} };
        push @found, map { finding($file, $_->{offset}, "$room may not include $_->{name}") }
            grep { leads_to_room($_->{name}) && !$allowed{ leads_to_room($_->{name}) } }
            includes(without_comments(slurp($file)));
    }
    return @found;
};

sub leads_to_room
{
    my ($header) = @_;
    my ($room) = $header =~ m{^(\w+)/};
    return defined $room && $may_include{$room} ? $room : undef;
}

# Our headers are named from src, so that an #include shows its room.
check includes_are_rooted => sub {
    my @found;
    for my $file (files(qr{^src/.*\.[ch]$}))
    {
        my $beside = $file =~ s{[^/]+$}{}r;
        push @found, map { finding($file, $_->{offset}, "$_->{name} is not named from src") }
            grep { $_->{quoted} && !on_disk("src/$_->{name}") && on_disk("$beside$_->{name}") }
            includes(without_comments(slurp($file)));
    }
    return @found;
};

check postgres_h_first => sub {
    my @found;
    for my $file (grep { !m{^src/core/} } files(qr{^src/.*\.[ch]$}))
    {
        my @included = map { $_->{name} } includes(without_comments(slurp($file)));
        push @found, "$file: includes postgres.h, which belongs in .c files"
            if $file =~ /\.h$/ && grep { $_ eq 'postgres.h' } @included;
        push @found, "$file: the first header is not postgres.h"
            if $file =~ /\.c$/ && ($included[0] // '') ne 'postgres.h';
    }
    return @found;
};

check include_guards => sub {
    my @found;
    for my $file (files(qr{^src/.*\.h$}))
    {
        my $guard = 'TIDEHOLD_' . uc($file =~ s{^src/}{}r =~ s{\W}{_}gr);
        my ($seen) = slurp($file) =~ /^#ifndef (\w+)\n#define \1\n/m;
        push @found, "$file: has no include guard $guard"
            unless grep { $_ eq ($seen // '') } $guard, short_guard($file);
    }
    return @found;
};

# core/stock/stock.h need not say stock twice.
sub short_guard
{
    my ($file) = @_;
    return 'TIDEHOLD_' . uc($file =~ s{^src/}{}r =~ s{(\w+)/\1\.h$}{$1.h}r =~ s{\W}{_}gr);
}

# The mathematics knows no PostgreSQL, no memory of its own, no I/O and no clock.
my $core_header = qr{^(?:std(?:bool|int|def|lib|arg)|limits|float|math|string|errno|inttypes)\.h$|^core/};
my $impure = qr/malloc|calloc|realloc|free|alloca|printf|puts|fopen|open|read|write|time|clock_gettime|gettimeofday|rand|random|getenv|exit|abort/;

check core_is_pure => sub {
    my @found;
    for my $file (files(qr{^src/core/.*\.[ch]$}))
    {
        my $text = without_comments(slurp($file));
        push @found, map { finding($file, $_->{offset}, "includes $_->{name}") }
            grep { $_->{name} !~ $core_header } includes($text);
        push @found, map { finding($file, $_->{offset}, "calls $_->{name}") } calls($text, $impure);
        push @found, compiled_alone($file);
    }
    return @found;
};

sub compiled_alone
{
    my ($file) = @_;
    my $c = $file =~ /\.h$/ ? '-x c' : '';
    my $compiler = $ENV{CC} // 'gcc';
    my $said = qx($compiler -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only $c -I'$Lint::Tree::top/src' '$Lint::Tree::top/$file' 2>&1);
    return $? ? "$file does not compile alone:\n$said" : ();
}

my $function_lines_max = 70;
my $exemptions = 'test/lint/long_functions';

check function_length => sub {
    my %reason = map { /^([^\s#]\S*) (\S+)\s+(\S.*)/ ? ("$1 $2" => $3) : () } split /\n/, slurp($exemptions);
    my @found;
    for my $file (files(qr{\.[ch]$}))
    {
        my @long = grep { $_->{lines} > $function_lines_max } functions(slurp($file));
        push @found, map { finding($file, $_->{offset}, "$_->{name} has $_->{lines} lines, $function_lines_max are enough") }
            grep { !delete $reason{"$file $_->{name}"} } @long;
    }
    return @found, map { "$exemptions: $_ is not a long function" } sort keys %reason;
};

my $file_lines_wanted = 600;
my $file_lines_max = 1000;

check file_length => sub {
    my @found;
    for my $file (grep { !m{^expected/} } files(qr{\.(?:[ch]|sql|pl|pm|sh|awk|spec|md)$|^Makefile$|/[^./]+$}))
    {
        my $lines = slurp($file) =~ tr/\n//;
        push @found, "$file has $lines lines, at most $file_lines_max are allowed" if $lines > $file_lines_max;
        note("$file has $lines lines, $file_lines_wanted are wanted")
            if $lines > $file_lines_wanted && $lines <= $file_lines_max;
    }
    return @found;
};

my $columns_max = 100;

# A line with a string may be longer: messages stay in one piece, to be searched for.
check line_length => sub {
    my @found;
    for my $file (files(qr{\.[ch]$}))
    {
        my $number = 0;
        for my $line (split /\n/, slurp($file))
        {
            $number++;
            1 while $line =~ s/^([^\t]*)\t/$1 . ' ' x (4 - length($1) % 4)/e;
            push @found, "$file:$number: " . length($line) . " columns, $columns_max are enough"
                if length($line) > $columns_max && $line !~ /"/;
        }
    }
    return @found;
};

1;
