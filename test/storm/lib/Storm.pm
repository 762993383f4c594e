# Storm.pm
#	  What the storms share: crowds of clients, a monitor that looks for oversold
#	  stock while they run, and what must be true when they are done.
package Storm;

use strict;
use warnings;

use Exporter 'import';
use POSIX ();
use Test::More;
use Time::HiRes qw(time);

use Tidehold;

our @EXPORT = qw(
  storm_node stock_up crowd finish_crowd pgbench_figure again_and_again calm
  start_monitor stop_monitor nothing_wrong print_table spawn reap
);

# A server of many clients that does not write every statement to its log.
my $SETTINGS = <<'END';
shared_buffers = 128MB
max_wal_size = 1GB
log_statement = none
log_min_error_statement = panic
END

# Lowest of what the rows say could still be promised, over all keys.  Expired
# reservations count while their rows are there: a row goes in the same transaction
# that sells its stock again.
my $LOWEST_LEFT = <<'SQL';
SELECT min(quantity) FROM (
    SELECT sum(quantity) AS quantity FROM (
        SELECT item_id, location_id, lot_id, quantity FROM inventory.balance
        UNION ALL
        SELECT item_id, location_id, lot_id, -quantity FROM inventory.reservation
    ) AS change GROUP BY item_id, location_id, lot_id
) AS key
SQL

# Sells what available() says is left of every item, then asks for one more; tells of each
# item where that went otherwise.
my $SELL_OUT = <<'SQL';
CREATE OR REPLACE FUNCTION pg_temp.sell_out(item_sku text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    shown bigint := inventory.available(item_sku);
    last text := 'created';
    one_more text;
BEGIN
    IF shown > 0 THEN
        last := (inventory.try_reserve(item_sku, shown)).code;
    END IF;
    one_more := (inventory.try_reserve(item_sku, 1)).code;
    IF last <> 'created' OR one_more <> 'insufficient_stock' THEN
        RETURN format('%s: shown %s, sold %s, one more %s', item_sku, shown, last, one_more);
    END IF;
    RETURN NULL;
END
$$;
SELECT format('SELECT problem FROM pg_temp.sell_out(%L) AS problem WHERE problem IS NOT NULL', sku) FROM inventory.item \gexec
SQL

# A running server with the extension; settings are lines of postgresql.conf, and
# library is a tidehold.so to load in place of the one that is installed.
sub storm_node
{
	my ($name, %option) = @_;
	my $node = Tidehold::node($name);
	$node->append_conf('postgresql.conf', $SETTINGS . ($option{settings} // ''));
	replace_library($node, $option{library}) if defined $option{library};
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION tidehold_inventory CASCADE');
	return $node;
}

# The server finds the library where the extension is installed, so that folder is
# copied for it.
sub replace_library
{
	my ($node, $library) = @_;
	my ($stage, $copy) = ($ENV{TIDEHOLD_STAGE}, $node->basedir . '/stage');
	my $location = Tidehold::slurp($ENV{TIDEHOLD_LOCATION_CONF});
	system('cp', '-r', $stage, $copy) == 0 or die "could not copy $stage";
	my $target = $ENV{TIDEHOLD_PKGLIBDIR} . '/tidehold.so';
	s/\Q$stage\E/$copy/g for $location, $target;
	system('cp', $library, $target) == 0 or die "could not copy $library";
	$node->append_conf('postgresql.conf', $location);
	return;
}

# A process of ours whose output goes to a file.
sub spawn
{
	my ($log, @command) = @_;
	my $pid = fork() // die "could not fork: $!";
	return { pid => $pid, log => $log } if $pid;

	# Without the END blocks of the parent, which would stop its servers.
	open(STDOUT, '>', $log) or POSIX::_exit(126);
	open(STDERR, '>&', \*STDOUT) or POSIX::_exit(126);
	no warnings 'exec';
	exec @command or POSIX::_exit(127);
}

# Waits for it; its exit status and output.
sub reap
{
	my ($process) = @_;
	waitpid($process->{pid}, 0);
	my $status = $?;
	open(my $file, '<', $process->{log}) or die "could not read $process->{log}: $!";
	local $/;
	return ($status, <$file> // '');
}

# Starts pgbench with scripts by name and weight: "name\@weight" => text.
sub crowd
{
	my ($node, $scripts, %option) = @_;
	my $folder = $node->basedir . '/crowd' . $option{name};
	my @files;
	mkdir $folder or die "could not make $folder: $!";
	for my $key (sort keys %$scripts)
	{
		my ($name, $weight) = split /@/, $key;
		open(my $file, '>', "$folder/$name.sql") or die "could not write $name: $!";
		print $file $scripts->{$key};
		close $file;
		push @files, '-f', "$folder/$name.sql@" . ($weight // 1);
	}
	my @amount = $option{seconds} ? ('-T', $option{seconds}) : ('-t', $option{transactions});
	return spawn("$folder/log", 'pgbench', '-n', '-M', 'prepared', '-j', 2,
		'-c', $option{clients}, @amount, @files, $node->connstr('postgres'));
}

# A crowd must end by itself: a client that meets an error other than those its
# scripts expect leaves, and pgbench says so.
sub finish_crowd
{
	my ($process, $name) = @_;
	my ($status, $output) = reap($process);
	my $calm = $status == 0 && $output !~ /aborted/;
	ok($calm, "$name: no client met an unexpected error") or diag($output);
	return $output;
}

sub pgbench_figure
{
	my ($output, $what) = @_;
	return $what eq 'tps' ? ($output =~ /tps = ([\d.]+)/)[0] : ($output =~ /actually processed: (\d+)/)[0];
}

# A psql that runs a script over and over until calm(), whatever errors it meets.
sub again_and_again
{
	my ($node, $name, $script) = @_;
	my $base = $node->basedir . "/$name";
	open(my $file, '>', "$base.sql") or die "could not write $base.sql: $!";
	print $file $script;
	close $file;
	open(my $flag, '>', "$base.on") or die "could not write $base.on: $!";
	close $flag;
	my $process = spawn("$base.log", 'sh', '-c', 'while [ -e "$1.on" ]; do psql -qAtX -f "$1.sql" "$2"; done',
		'sh', $base, $node->connstr('postgres'));
	$process->{flag} = "$base.on";
	return $process;
}

# Its output.
sub calm
{
	my ($process) = @_;
	unlink $process->{flag};
	return (reap($process))[1];
}

# Looks while a storm runs: at the rows, and at entries that nobody is using just then.
sub start_monitor
{
	my ($node) = @_;
	return again_and_again($node, 'monitor', "$LOWEST_LEFT;\nSELECT 'differs', * FROM inventory.verify_entries();\n" x 20);
}

# How often it looked, the lowest it ever saw, and the entries that were not as their rows.
sub stop_monitor
{
	my ($process) = @_;
	my $seen = calm($process);
	my @lowest = sort { $a <=> $b } ($seen =~ /^(-?\d+)$/mg);
	my @differing = $seen =~ /^(differs.*)$/mg;
	return (scalar @lowest, $lowest[0] // 'nothing', scalar @differing);
}

# What must be true after any storm: every entry as its rows say, also when it is
# counted anew, and what is left is sold to the last unit and not beyond.
sub nothing_wrong
{
	my ($node, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($node->safe_psql('postgres', 'SELECT * FROM inventory.verify()'), '', "$name: verify() finds nothing");
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	is($node->safe_psql("postgres", $SELL_OUT), "", "$name: entries counted anew sell what is left and no more");
	is($node->safe_psql('postgres', 'SELECT * FROM inventory.verify()'), '', "$name: verify() finds nothing after that");
	return;
}

# Items prefix1 .. prefixN with stock in the one bin; a transaction for each, because
# there may be fewer entries than items.
sub stock_up
{
	my ($node, $prefix, $count, $quantity) = @_;
	$node->safe_psql('postgres', <<END);
INSERT INTO inventory.location (code) VALUES ('BIN') ON CONFLICT DO NOTHING;
INSERT INTO inventory.item (sku) SELECT '$prefix' || i FROM generate_series(1, $count) AS i;
SELECT format('SELECT inventory.receive(%L, $quantity, ''BIN'')', '$prefix' || i) FROM generate_series(1, $count) AS i \\gexec
END
	return;
}

# Rows of label and value.
sub print_table
{
	my ($title, @rows) = @_;
	diag('');
	diag($title);
	while (my ($label, $value) = splice @rows, 0, 2)
	{
		diag(sprintf '  %-40s %12s', $label, $value);
	}
	return;
}

1;
