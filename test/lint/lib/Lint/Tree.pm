# The tree that is checked, and the register of checks.
package Lint::Tree;

use strict;
use warnings;
use Exporter 'import';
use File::Find ();

our @EXPORT = qw(check skip note files slurp on_disk finding);

our $top = '.';
our @checks;    # { name, findings } in the order of registration

# Registers a check: findings returns one text for each violation.
sub check
{
    my ($name, $findings) = @_;
    push @checks, { name => $name, findings => $findings };
}

# Leaves a check that cannot say anything here.
sub skip
{
    die { skip => shift };
}

my @notes;

# Says something without failing the check.
sub note { push @notes, shift }

sub take_notes { return splice @notes }

my @files;

# The project's own files (what git tracks or would track) whose path matches.
sub files
{
    my ($pattern) = @_;
    @files = list_files() unless @files;
    return grep { /$pattern/ } @files;
}

sub list_files
{
    my @found = -e "$top/.git"
        ? split(/\0/, qx(git -C '$top' ls-files -z --cached --others --exclude-standard))
        : find_files();
    return sort grep { -f "$top/$_" } @found;
}

# An unpacked release has no git; what a build leaves behind is not ours.
sub find_files
{
    my @found;
    File::Find::find({ no_chdir => 1, wanted => sub { push @found, $_ if -f && !/\.(?:o|so|bc|d)$/ } }, $top);
    s{^\Q$top\E/}{} for @found;
    return @found;
}

sub on_disk { return -e "$top/$_[0]" }

my %content;

sub slurp
{
    my ($file) = @_;
    return $content{$file} //= do {
        open my $in, '<:raw', "$top/$file" or die "cannot read $file: $!\n";
        local $/ = undef;
        scalar(<$in>) // '';
    };
}

# "file:line: what", where offset is a position in the text of the file.
sub finding
{
    my ($file, $offset, $what) = @_;
    my $line = 1 + (substr(slurp($file), 0, $offset) =~ tr/\n//);
    return "$file:$line: $what";
}

1;
