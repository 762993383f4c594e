# The install scripts.
package Lint::Check::Sql;

use strict;
use warnings;
use Lint::Tree;
use Lint::SQL;

# Registers a check that looks at one extension after the other.
sub check_extensions
{
    my ($name, $findings) = @_;
    check $name => sub {
        my @extensions = extensions();
        return 'sql/ holds no extension' unless @extensions;
        return map { $findings->($_) } @extensions;
    };
}

sub at
{
    my ($statement, $what) = @_;
    return "$statement->{file}:$statement->{line}: $what";
}

check_extensions sql_guard => sub {
    my ($extension) = @_;
    my ($first) = files(qr{^sql/$extension/[^/]+\.sql$});
    my $text = slurp($first);
    my @found;
    push @found, "$first:1: does not begin with \\echo Use \"CREATE EXTENSION $extension\" ... \\quit"
        unless $text =~ /^\\echo Use "CREATE EXTENSION $extension" to load this file\. \\quit\n/;
    push @found, "$first: does not say SET LOCAL search_path TO pg_catalog, pg_temp;"
        unless $text =~ /^SET LOCAL search_path TO pg_catalog, pg_temp;$/m;
    return @found;
};

# OR REPLACE and IF NOT EXISTS take over an object that somebody planted.
check_extensions sql_plain_create => sub {
    return map { at($_, 'CREATE takes over what is there: ' . ($_->{bare} =~ s/^(.{60}).+/$1.../r)) }
        grep { $_->{bare} =~ /^CREATE OR REPLACE\b|\bIF NOT EXISTS\b/i } script($_[0]);
};

check_extensions sql_comments => sub {
    my ($extension) = @_;
    my %comments;
    for (grep { $_->{head} =~ /^COMMENT ON /i } script($extension))
    {
        my ($target) = $_->{head} =~ /^COMMENT ON (.*?) IS '[^']/i or next;
        $comments{ $target =~ s/ ?\(.*\)| USING \w+$//gr }++;
    }
    my @bare = grep { !$comments{"$_->{kind} $_->{name}"}-- } objects($extension);
    my ($schema) = schema($extension);
    return (map { at($_->{statement}, lc($_->{kind}) . " $_->{name} has no COMMENT") } @bare),
        $comments{"SCHEMA $schema"} ? () : "sql/$extension: schema $schema has no COMMENT";
};

# The schema of an extension is made by its control file.
sub schema
{
    my ($extension) = @_;
    return $extension =~ s/^tidehold_//r;
}

check_extensions sql_function_labels => sub {
    return map { labels_missing($_) } functions($_[0]);
};

sub labels_missing
{
    my ($function) = @_;
    my $statement = $function->{statement};
    my $bare = $statement->{bare};
    my $bound = $statement->{atomic} || $bare =~ /\bRETURN\b/i;
    my $interpreted = $bare =~ /\bLANGUAGE (?:sql|plpgsql)\b/i && !$bound;
    my $locked = $bare =~ /\bSET search_path (?:=|TO) pg_catalog, pg_temp\b/i;
    my @missing;
    push @missing, 'no LANGUAGE' unless $bare =~ /\bLANGUAGE (?:c|sql|plpgsql)\b/i;
    # A procedure takes none of these labels, and cannot commit with a SET of its own: its
    # body has to name everything in full.
    return map { at($statement, "procedure $function->{name} has $_") } @missing
        if $function->{kind} eq 'PROCEDURE';
    push @missing, 'no volatility' unless $bare =~ /\b(?:IMMUTABLE|STABLE|VOLATILE)\b/i;
    push @missing, 'no parallel label' unless $bare =~ /\bPARALLEL (?:SAFE|RESTRICTED|UNSAFE)\b/i;
    push @missing, 'neither STRICT nor CALLED ON NULL INPUT'
        unless $bare =~ /\b(?:STRICT|(?:CALLED|RETURNS NULL) ON NULL INPUT)\b|\bRETURNS trigger\b/i;
    push @missing, 'no SET search_path = pg_catalog, pg_temp'
        if !$locked && ($interpreted || $bare =~ /\bSECURITY DEFINER\b/i);
    return map { at($statement, "function $function->{name} has $_") } @missing;
}

# name => value needs a name that the grammar takes there.
check_extensions sql_parameter_names => sub {
    my ($extension) = @_;
    my $unusable = unusable_names();
    my @found;
    for my $function (functions($extension))
    {
        my @names = parameters($function);
        push @found, at($function->{statement}, "function $function->{name} has a parameter without a name")
            if grep { $_ eq '' } @names;
        push @found, map { at($function->{statement}, "function $function->{name}: parameter $_ is a reserved word") }
            grep { $unusable->{ lc $_ } } @names;
    }
    return @found;
};

sub unusable_names
{
    my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
    chomp(my $headers = qx($pg_config --includedir-server));
    open my $in, '<', "$headers/parser/kwlist.h" or die "cannot read $headers/parser/kwlist.h: $!\n";
    my %unusable = map { /^PG_KEYWORD\("(\w+)", \w+, (?:RESERVED|COL_NAME)_KEYWORD/ ? ($1 => 1) : () } <$in>;
    die "found no keyword in $headers/parser/kwlist.h\n" unless %unusable;
    return \%unusable;
}

my %privilege_class = (
    FUNCTION => 'FUNCTION', PROCEDURE => 'FUNCTION', AGGREGATE => 'FUNCTION', TABLE => 'TABLE',
    VIEW => 'TABLE', 'MATERIALIZED VIEW' => 'TABLE', SEQUENCE => 'SEQUENCE');

check_extensions sql_revoke => sub {
    my ($extension) = @_;
    my %open;    # "CLASS name" => statement, of what PUBLIC may still use
    my %made = map { $_->{statement} => $_ } objects($extension);
    my @granted;
    for my $statement (script($extension))
    {
        my $object = $made{$statement};
        my $class = $object && $privilege_class{ $object->{kind} };
        $open{"$class $object->{name}"} = $statement if $class;
        push @granted, at($statement, 'GRANT to PUBLIC') if $statement->{bare} =~ /^GRANT .* TO (?:.*, )?PUBLIC\b/i;
        delete @open{ revoked($statement, keys %open) };
    }
    return @granted, map { at($open{$_}, lc() . ' is not revoked from PUBLIC') } sort keys %open;
};

# Which of the open names a REVOKE closes.
sub revoked
{
    my ($statement, @open) = @_;
    my ($targets) = $statement->{bare} =~ /^REVOKE ALL(?: PRIVILEGES)? ON (.*) FROM (?:.*, )?PUBLIC\b/i or return ();
    if ($targets =~ /^ALL (FUNCTION|ROUTINE|TABLE|SEQUENCE)S IN SCHEMA (\w+)$/i)
    {
        my ($class, $schema) = (uc $1, $2);
        $class = 'FUNCTION' if $class eq 'ROUTINE';
        return grep { /^$class \Q$schema\E\./ } @open;
    }
    $targets =~ s/^(?:(FUNCTION|PROCEDURE|ROUTINE|SEQUENCE|TABLE) )?//i;
    my $class = uc($1 // 'TABLE') =~ s/PROCEDURE|ROUTINE/FUNCTION/r;
    return map { "$class " . s/\s*\(.*\)//sr } name_list($targets);
}

# pg_dump leaves out the rows of a table, and the state of a sequence, that an
# extension owns and did not register.
check_extensions sql_dump_registered => sub {
    my ($extension) = @_;
    my %registered = map { $_->{head} =~ /pg_extension_config_dump\('([\w.]+)'/ ? ($1 => 1) : () } script($extension);
    return map { at($_->{statement}, lc($_->{kind}) . " $_->{name} is not registered with pg_extension_config_dump") }
        grep { !$registered{ $_->{name} } } grep { $_->{kind} =~ /^(?:TABLE|SEQUENCE)$/ } objects($extension);
};

check sql_errcode => sub {
    my @found;
    for my $file (files(qr{^sql/.*/[^/]+\.sql$}))
    {
        my $text = slurp($file) =~ s/(--.*|'(?:[^']|'')*')/$1 =~ s{[^\n]}{ }gr/ger;
        while ($text =~ /\bRAISE\s+(?:EXCEPTION|WARNING)\b[^;]*/g)
        {
            my $offset = $-[0];
            push @found, finding($file, $offset, 'RAISE without ERRCODE') unless $& =~ /\bERRCODE\b/;
        }
    }
    return @found;
};

# A symbol that SQL names stands in C, and the other way round.
check sql_functions_have_c => sub {
    my (%in_sql, %in_c);
    for my $statement (map { script($_) } extensions())
    {
        $in_sql{$1} //= at($statement, "no PG_FUNCTION_INFO_V1($1) in src")
            if $statement->{head} =~ /\bAS 'MODULE_PATHNAME', '(\w+)'/;
    }
    for my $file (files(qr{^src/.*\.c$}))
    {
        my $text = slurp($file);
        $in_c{$1} //= finding($file, $-[0], "no SQL function calls $1")
            while $text =~ /^PG_FUNCTION_INFO_V1\((\w+)\)/gm;
    }
    return (map { $in_sql{$_} } grep { !$in_c{$_} } sort keys %in_sql),
        map { $in_c{$_} } grep { !$in_sql{$_} } sort keys %in_c;
};

1;
