# What a user meets must stand in the documentation.
package Lint::Check::Documented;

use strict;
use warnings;
use Lint::Tree;
use Lint::SQL;

check settings_documented => sub {
    my $documents = join "\n", map { on_disk($_) ? slurp($_) : '' } qw(doc/operations.md README.md);
    my @found;
    for my $file (files(qr{^src/.*\.c$}))
    {
        my $text = slurp($file);
        while ($text =~ /\bDefineCustom\w+Variable\s*\(\s*"(tidehold\.\w+)"/g)
        {
            my ($setting, $offset) = ($1, $-[0]);
            push @found, finding($file, $offset, "$setting is not in doc/operations.md")
                unless $documents =~ /\b\Q$setting\E\b/;
        }
    }
    return @found;
};

my $errors = 'src/base/errors.h';
my @references = qw(doc/tidehold_inventory.md doc/feed.md doc/ocean_observation.md);

# SQLSTATE => name of each refusal.
sub codes
{
    return map { /X\(\w+, '(\d)', '(\d)', "(\w+)"\)/ ? ("TH0$1$2" => $3) : () } split /\n/, slurp($errors);
}

check sqlstates_documented => sub {
    my %codes = codes();
    my $document = join "\n", map { on_disk($_) ? slurp($_) : '' } @references;
    return "$errors: no SQLSTATE found" unless %codes;
    return map { "@references: does not explain $_ ($codes{$_})" }
        grep { $document !~ /\b$_\b/ || $document !~ /\b$codes{$_}\b/ } sort keys %codes;
};

check sqlstates_distinct => sub {
    my (%seen, @found);
    my $text = slurp($errors);
    while ($text =~ /X\(\w+, '(\d)', '(\d)', "(\w+)"\)/g)
    {
        push @found, finding($errors, $-[0], "TH0$1$2 is given twice") if $seen{"TH0$1$2"}++;
        push @found, finding($errors, $-[0], "\"$3\" is given twice") if $seen{$3}++;
    }
    return @found;
};

# SQL raises no SQLSTATE of class TH that errors.h does not know.
check sqlstates_known => sub {
    my %codes = codes();
    my @found;
    for my $file (files(qr{^(?:sql|test|doc)/.*\.(?:sql|spec|pl|md)$}))
    {
        my $text = slurp($file);
        push @found, map { "$file: names $_, which $errors does not define" }
            grep { !$codes{$_} } $text =~ /\b(TH\d{3})\b/g;
    }
    return @found;
};

# A page for each extension, or those of its rooms (doc/ocean_quality.md), name every function,
# table and view that it brings.
check objects_documented => sub {
    my @found;
    for my $extension (extensions())
    {
        my $page = "doc/$extension.md";
        my $domain = $extension =~ s/^tidehold_//r;
        my $text = join "\n", map { slurp($_) } grep { on_disk($_) } $page, files(qr{^doc/\Q$domain\E_\w+\.md$});
        push @found, map { "$page: does not name $_->{name}" } grep { !names($text, $_) }
            grep { $_->{kind} =~ /^(?:FUNCTION|TABLE|VIEW)$/ && !internal($_) } objects($extension);
    }
    return @found;
};

# Its schema may go without saying.
sub names
{
    my ($text, $object) = @_;
    my ($name) = $object->{name} =~ /(\w+)$/;
    return $text =~ /\b$name\b/;
}

# Functions that nobody is granted, and the sources of views, are nobody's interface.
sub internal
{
    my ($object) = @_;
    return 0 unless $object->{kind} eq 'FUNCTION';
    my $name = qr/\b\Q$object->{name}\E\b/;
    my @statements = map { $_->{bare} } map { script($_) } extensions();
    return !(grep { /^GRANT EXECUTE ON FUNCTION .*$name/i } @statements)
        || grep { /^CREATE VIEW .* FROM $name\(\)/i } @statements;
}

1;
