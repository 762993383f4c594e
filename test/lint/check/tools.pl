# What tools of the distribution see.
package Lint::Check::Tools;

use strict;
use warnings;
use Lint::Tree;

my $lint = 'test/lint';

# Runs a tool on files from the top of the tree; its lines that match are findings.
sub findings_of
{
    my ($command, $pattern, @files) = @_;
    my $tool = (split ' ', $command)[0];
    die "$tool is not installed\n" if system("command -v $tool >/dev/null 2>&1");
    my $list = join ' ', map { "'$_'" } @files;
    my @said = split /\n/, qx(cd '$Lint::Tree::top' && $command $list 2>&1);
    my @found = grep { /$pattern/ } @said;
    return @found || !$? ? @found : ("$tool failed:", @said);
}

check clang_format => sub {
    my $tool = $ENV{CLANG_FORMAT} // 'clang-format';
    my %lines;
    for (findings_of("$tool --dry-run -Werror --style=file", qr/-Wclang-format-violations/, files(qr{\.[ch]$})))
    {
        my ($file, $line) = /^([^:]+):(\d+)/;
        push @{ $lines{$file} }, $line;
    }
    return map { "$_:$lines{$_}[0]: not as clang-format -i writes it (" . @{ $lines{$_} } . ' places)' } sort keys %lines;
};

check cppcheck => sub {
    my $options = "--quiet -j2 --std=c11 --enable=warning,style,performance,portability"
        . " --library=$lint/cppcheck.cfg --suppressions-list=$lint/cppcheck_suppressions"
        . " --template='{file}:{line}: {message} [{id}]' --error-exitcode=1 -Isrc";
    return findings_of("cppcheck $options", qr/ \[\w+\]$/, files(qr{^(?:src|test/unit|test/fuzz)/.*\.c$}));
};

1;
