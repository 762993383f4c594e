# Reads SQL scripts well enough for checks: statements, objects, functions.
package Lint::SQL;

use strict;
use warnings;
use Exporter 'import';
use Lint::Tree;

our @EXPORT = qw(extensions script objects functions parameters name_list);

# Directories of sql/ are the extensions, their files in order are one script.
sub extensions
{
    my %seen;
    return grep { $_ ne 'upgrade' && !$seen{$_}++ } map { m{^sql/(\w+)/} } files(qr{^sql/\w+/[^/]+\.sql$});
}

my %scripts;

# Statements of the install script: { file, line, head, bare, literals, atomic }.
# head has no comments and no bodies, in bare literals are empty as well.
sub script
{
    my ($extension) = @_;
    return @{ $scripts{$extension} //= [ map { read_file($_) } files(qr{^sql/$extension/[^/]+\.sql$}) ] };
}

sub read_file
{
    my ($file) = @_;
    my @found;
    for my $statement (statements(slurp($file), 1))
    {
        push @found, $statement, executed($statement);
    }
    $_->{file} = $file for @found;
    return @found;
}

# What a DO block executes as text is part of the script.
sub executed
{
    my ($statement) = @_;
    return () unless $statement->{bare} =~ /^DO\b/i;
    my @found;
    for my $block (@{ $statement->{literals} })
    {
        my @inner = map { @{ $_->{literals} } } statements($block->{text}, $block->{line});
        push @found, map { statements($_->{text}, $_->{line}) } grep { $_->{text} =~ /^\s*CREATE\b/i } @inner;
    }
    return @found;
}

my $token = qr{
      (?<skip>    --[^\n]* | /\*.*?\*/ | ^\\[^\n]* )
    | (?<literal> '(?:[^']|'')*' | \$(?<tag>\w*)\$.*?\$\g{tag}\$ )
    | (?<word>    [A-Za-z_]\w* )
    | (?<end>     ; )
    | (?<other>   . )
}xsm;

sub statements
{
    my ($text, $line) = @_;
    my @found;
    my $now = empty_statement();
    my $depth = 0;    # of BEGIN ATOMIC and CASE: a semicolon inside ends nothing
    while ($text =~ /\G$token/gc)
    {
        my %part = %+;
        my $whole = $&;
        if (defined $part{end} && !$depth)
        {
            push @found, finished($now);
            $now = empty_statement();
        }
        elsif (!defined $part{skip})
        {
            $now->{line} //= $line if $whole =~ /\S/;
            $depth = depth_after($depth, $part{word}, substr($text, pos($text), 20)) if defined $part{word};
            $now->{atomic} = 1 if $depth;
            add_token($now, $whole, $part{literal}, $line) unless $depth;
        }
        $line += $whole =~ tr/\n//;
    }
    push @found, finished($now);
    return grep { $_->{bare} ne '' } @found;
}

sub empty_statement { return { head => '', bare => '', literals => [], atomic => 0 } }

sub depth_after
{
    my ($depth, $word, $rest) = @_;
    return $depth + 1 if $word =~ /^BEGIN$/i && $rest =~ /^\s+ATOMIC\b/i;
    return $depth + 1 if $depth && $word =~ /^CASE$/i;
    return $depth - 1 if $depth && $word =~ /^END$/i;
    return $depth;
}

sub add_token
{
    my ($now, $whole, $literal, $line) = @_;
    if (defined $literal)
    {
        my ($quote) = $whole =~ /^('|\$\w*\$)/;
        push @{ $now->{literals} }, { text => substr($whole, length $quote, -length $quote), line => $line };
        $now->{bare} .= "''";
        $now->{head} .= $quote eq "'" ? $whole : "''";
        return;
    }
    $now->{$_} .= $whole for qw(head bare);
}

sub finished
{
    my ($now) = @_;
    for (@$now{qw(head bare)}) { s/\s+/ /g; s/^ | $//g; }
    return $now;
}

my $name = qr/[\w.%"\$]+/;
my $operator = qr/$name[-+*\/<>=~!@#^&|`?]+/;
my $modifier = qr/(?:OR REPLACE |UNIQUE |UNLOGGED |CONSTRAINT )/i;
my $kind_of = qr/(?:MATERIALIZED |EVENT |FOREIGN DATA |OPERATOR (?=CLASS|FAMILY)|ACCESS )?[A-Z]+/i;

# What a script creates: { kind, name, statement }; an index has the schema of its
# table, a trigger is "NAME ON TABLE".
sub objects
{
    my ($extension) = @_;
    my @found;
    for my $statement (script($extension))
    {
        next unless $statement->{bare} =~ /^CREATE $modifier?($kind_of) (?:IF NOT EXISTS )?($operator|$name)(.*)/i;
        my ($kind, $called, $rest) = (uc $1, $2, $3);
        next if $kind eq 'TYPE' && $rest !~ /\w/;    # a shell, which is filled later
        next if $called =~ /%/;    # known only when it runs
        my ($table) = $rest =~ /\bON ($name)/;
        $called = "$called ON $table" if $kind =~ /^(?:TRIGGER|POLICY|RULE)$/;
        $called = ($table =~ /^(.*\.)/)[0] . $called if $kind eq 'INDEX';
        push @found, { kind => $kind, name => $called, statement => $statement };
    }
    return @found;
}

sub functions
{
    my ($extension) = @_;
    return grep { $_->{kind} =~ /^(?:FUNCTION|PROCEDURE)$/ } objects($extension);
}

# Names of a function's parameters and result columns; '' where there is none.
sub parameters
{
    my ($function) = @_;
    my $bare = $function->{statement}{bare};
    my @lists = $bare =~ /^CREATE .*?$name\s*(\((?:[^()]++|(?1))*\))/;
    push @lists, $1 if $bare =~ /\bRETURNS TABLE ?(\((?:[^()]++|(?1))*\))/i;
    return map { parameter_name($_) } map { name_list(substr($_, 1, -1)) } @lists;
}

sub parameter_name
{
    my ($parameter) = @_;
    $parameter =~ s/^(?:IN|OUT|INOUT|VARIADIC) //i;
    $parameter =~ s/ (?:DEFAULT|=) .*//i;
    return $parameter =~ /^"?(\w+)"? \S/ ? $1 : '';
}

# The elements of a list, split at the commas outside parentheses.
sub name_list
{
    my ($list) = @_;
    my @found = $list =~ /((?:[^(),]++|(\((?:[^()]++|(?2))*\)))+)/g;
    @found = @found[ grep { $_ % 2 == 0 } 0 .. $#found ];
    s/^\s+|\s+$//g for @found;
    return @found;
}

1;
