# What stands in C and in texts.
package Lint::Check::Source;

use strict;
use warnings;
use Lint::Tree;
use Lint::C;

# Registers a check of the C files that match.
sub check_c
{
    my ($name, $pattern, $findings) = @_;
    check $name => sub {
        return map { $findings->($_) } files($pattern);
    };
}

sub matches
{
    my ($file, $text, $pattern, $what) = @_;
    my @found;
    push @found, finding($file, $-[0], "$what: $&") while $text =~ /$pattern/g;
    return @found;
}

check_c version_macro => qr{^(?:src|test)/.*\.[ch]$}, sub {
    my ($file) = @_;
    return () if $file eq 'src/base/compat.h';
    return matches($file, without_strings(slurp($file)), qr/\bPG_VERSION_NUM\b/, 'belongs in src/base/compat.h');
};

check_c banned_calls => qr{\.[ch]$}, sub {
    my ($file) = @_;
    return map { finding($file, $_->{offset}, "$_->{name} is banned") }
        calls(without_comments(slurp($file)), qr/strcpy|strcat|sprintf|vsprintf|gets|strtok|usleep|system|popen|atoi|atol/);
};

# SPI runs under the caller's search_path and privileges.
check_c spi_only_in_base => qr{^src/(?!base/|feed/worker/transaction\.c$).*\.[ch]$}, sub {
    my ($file) = @_;
    return map { finding($file, $_->{offset}, "$_->{name} outside src/base") }
        calls(without_comments(slurp($file)), qr/SPI_\w+/);
};

check_c no_line_comments => qr{\.[ch]$}, sub {
    my ($file) = @_;
    return matches($file, without_strings(slurp($file)), qr{//.*}, 'a line comment');
};

check_c errcode_everywhere => qr{^src/.*\.[ch]$}, sub {
    my ($file) = @_;
    return map { finding($file, $_->{offset}, 'ereport without errcode') }
        grep { $_->{arguments} !~ /^\(\s*(?:DEBUG\d|LOG|LOG_SERVER_ONLY|INFO|NOTICE)\b/ && without_strings($_->{arguments}) !~ /\berrcode\w*\s*\(/ }
        calls(without_comments(slurp($file)), qr/ereport/);
};

# Primary messages are a lower-case phrase without a period, details and hints are
# sentences.
check_c message_style => qr{^src/.*\.[ch]$}, sub {
    my ($file) = @_;
    my @found;
    for my $call (calls(without_comments(slurp($file)), qr/errmsg|errdetail|errhint|th_refuse(?:_detail|_hint)?/))
    {
        my $text = message_of($call);
        next if !defined $text || $text eq '%s';
        my $complaint = $call->{name} =~ /detail|hint/ ? sentence_complaint($text) : phrase_complaint($text);
        push @found, finding($file, $call->{offset}, "$complaint: \"$text\"") if $complaint;
    }
    return @found;
};

# The first argument with a string, pieces joined; a macro between them is a format.
sub message_of
{
    my ($call) = @_;
    my ($argument) = grep { /"/ } arguments($call);
    return undef unless defined $argument;
    return join '', map { /^"(.*)"$/s ? $1 : '%d' } $argument =~ /("(?:\\.|[^"\\])*"|\w+)/g;
}

sub phrase_complaint
{
    my ($text) = @_;
    return 'primary message begins with a capital' if $text =~ /^[A-Z][a-z]/ && $text !~ /^(?:Kafka|Redis|Sentinel)\b/;
    return 'primary message ends with a period' if $text =~ /\.$/;
    return 'primary message has several lines' if $text =~ /\\n/;
    return undef;
}

sub sentence_complaint
{
    my ($text) = @_;
    return 'detail or hint begins with a small letter' if $text =~ /^[a-z]+[ ,]/;
    return 'detail or hint does not end with a period' if $text !~ /[.%]\w*$|[.]"$/;
    return undef;
}

# The licence is somebody else's text, and these name the words to find them.
my $texts = qr{^(?!LICENSE$|test/lint/check/|test/lint/self_test|test/lint/forbidden_words$).*$};

check unfinished_words => sub {
    return map { matches($_, slurp($_), qr/\b(?:TODO|FIXME|XXX|HACK)\b/, 'unfinished') } files($texts);
};

check forbidden_words => sub {
    my @patterns = grep { !/^(?:#|$)/ } split /\n/, slurp('test/lint/forbidden_words');
    my $forbidden = join '|', @patterns;
    return map { matches($_, slurp($_), qr/$forbidden/, 'must not be named') } files($texts);
};

check whitespace => sub {
    my @found;
    for my $file (grep { !m{^expected/|^test/fuzz/corpus/} } files(qr/./))
    {
        my $text = slurp($file);
        push @found, matches($file, $text, qr/[ \t]+$/m, 'trailing whitespace');
        push @found, matches($file, $text, qr/\r/, 'carriage return');
        push @found, "$file: does not end with one newline" if $text ne '' && $text !~ /[^\n]\n\z/;
    }
    return @found;
};

# A test without golden file passes for nothing, a golden file without test never runs.
check golden_files => sub {
    my %tests = map { m{([^/]+)\.\w+$} ? ($1 => $_) : () } files(qr{^test/(?:sql/\w+\.sql|specs/\w+\.spec)$});
    my %golden = map { m{([^/]+?)(?:_\d)?\.out$} ? ($1 => $_) : () } files(qr{^expected/\w+\.out$});
    return (map { "$tests{$_}: has no golden file in expected" } grep { !$golden{$_} } sort keys %tests),
        map { "$golden{$_}: has no test" } grep { !$tests{$_} } sort keys %golden;
};

1;
