# Reads C well enough for checks: comments, strings, calls and functions.
package Lint::C;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(without_comments without_strings calls arguments functions includes);

my $comment = qr{/\*.*?\*/}s;
my $string = qr{"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'};

# Every character but newlines becomes a space: offsets and lines stay right.
sub blank
{
    my ($text) = @_;
    return $text =~ s/[^\n]/ /gr;
}

sub without_comments
{
    my ($text) = @_;
    return $text =~ s{($comment)|($string)}{defined $1 ? blank($1) : $2}ger;
}

sub without_strings
{
    my ($text) = @_;
    return without_comments($text) =~ s{($string)}{blank($1)}ger;
}

# Calls of the functions that match name: { name, offset, arguments } with the
# arguments as they stand in text, whose comments must be gone.
sub calls
{
    my ($text, $name) = @_;
    my $plain = without_strings($text);
    my @found;
    while ($plain =~ /\b($name)\s*(?=\()/g)
    {
        my ($offset, $begin) = ($-[1], pos $plain);
        my $length = length(balanced(substr($plain, $begin)));
        push @found, { name => $1, offset => $offset, arguments => substr($text, $begin, $length) };
    }
    return @found;
}

# The parenthesised text that a text begins with.
sub balanced
{
    my ($text) = @_;
    return $text =~ /^(\((?:[^()]++|(?1))*\))/ ? $1 : $text;
}

# The arguments of a call, one by one.
sub arguments
{
    my ($call) = @_;
    my $inside = substr($call->{arguments}, 1, -1);
    my @found = ('');
    while ($inside =~ /\G($string|(\((?:[^()"']++|$string|(?2))*\))|,|.)/gs)
    {
        if ($1 eq ',') { push @found, '' }
        else { $found[-1] .= $1 }
    }
    return @found;
}

# Functions as PostgreSQL lays them out: name and braces begin their lines.
# { name, offset, lines } with lines counted from brace to brace.
sub functions
{
    my ($text) = @_;
    my $plain = without_strings($text);
    my @found;
    while ($plain =~ /^(\w+)(\([^;{}]*\))\s*^(\{.*?^\})/gms)
    {
        push @found, { name => $1, offset => $-[1], lines => 1 + ($3 =~ tr/\n//) };
    }
    return @found;
}

# { name, offset, quoted } of each #include.
sub includes
{
    my ($text) = @_;
    my @found;
    while ($text =~ /^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)/gm)
    {
        push @found, { name => $1 // $2, offset => $-[0], quoted => defined $1 };
    }
    return @found;
}

1;
