# Sessions that meet at one entry: the last unit, opposing orders, and one that counts
# the rows while another waits.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use Test::More;
use Time::HiRes qw(time);

use Session;

my $node = shop('waiting', "log_statement = none\nshared_buffers = 64MB\n");
my $one = Session->new($node);
my $two = Session->new($node);

# Starts so many clients at the very same moment: they queue for a table that we have
# locked.  Each runs the script so often.
sub stampede
{
	my ($clients, $times, $script) = @_;
	my $file = $node->basedir . '/stampede.sql';
	my $output = '';
	open(my $out, '>', $file) or die "could not write $file: $!";
	print $out $script;
	close $out;
	$one->run('BEGIN; LOCK TABLE inventory.reservation IN ACCESS EXCLUSIVE MODE');
	my $crowd = IPC::Run::start(
		[ 'pgbench', '-n', '-c', $clients, '-t', $times, '-f', $file, $node->connstr('postgres') ],
		'>', \$output, '2>&1');
	$node->poll_query_until('postgres',
		"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND wait_event_type = 'Lock'", $clients)
	  or die 'the clients never came';
	$one->run('COMMIT');
	return $crowd->finish || diag($output);
}

# Case A14: many buyers of the last unit.
sub last_unit
{
	my ($buyers) = @_;
	my $sku = "last of $buyers";
	stock($node, 1, $sku);
	ok(stampede($buyers, 1, "SELECT inventory.try_reserve('$sku', 1);\n"), "last unit: $buyers buyers got an answer");
	entry_is($node, $sku, 0, "last unit: one of $buyers buyers has it");
}

# Case A15: opposing transfers, and opposing orders within a transaction.
sub opposing
{
	$node->safe_psql('postgres', <<'END');
INSERT INTO inventory.location (code, allow_negative) VALUES ('A', true), ('B', true);
INSERT INTO inventory.item (sku) VALUES ('swap');
END
	my $swap = sub { "SELECT inventory.transfer('swap', 100, '$_[0]', '$_[1]');\n" };
	# The lock on the reservations starts both at once.
	my $start = "SELECT count(*) FROM inventory.reservation;\n";
	ok(stampede(2, 500, "$start\\if :client_id = 0\n" . $swap->('A', 'B') . "\\else\n" . $swap->('B', 'A') . "\\endif\n"),
		'opposing transfers: no deadlock, no error');
	query_is($node, "SELECT coalesce(sum(abs(on_hand)), 0) FROM inventory.stock WHERE sku = 'swap'", 0,
		'opposing transfers: both locations are at 0');

	stock($node, 1000, 'x', 'y');
	my $order = sub { join '', 'BEGIN;', map({ " SELECT inventory.reserve('$_', 1);" } @_), " COMMIT;\n" };
	ok(stampede(2, 250, "\\if :client_id = 0\n" . $order->('x', 'y') . "\\else\n" . $order->('y', 'x') . "\\endif\n"),
		'opposing carts: no deadlock, no error');
	entry_is($node, $_, 500, "opposing carts: $_ was sold to both") for 'x', 'y';
}

# Race 18: who waits for a table lock is not yet counting, so who has the lock can go on.
sub table_lock
{
	stock($node, 10, 'locked');
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	$one->run('BEGIN; LOCK TABLE inventory.reservation IN ACCESS EXCLUSIVE MODE');
	$two->start("SELECT inventory.reserve('locked', 1) IS NOT NULL");
	$two->wait_until_it_waits('Lock');
	is($one->run("SELECT inventory.reserve('locked', 1) IS NOT NULL"), 't', 'table lock: its holder reserves');
	$one->run('COMMIT');
	is($two->answer, 't', 'table lock: then the one that waited');
	entry_is($node, 'locked', 8, 'table lock: both are counted');
}

# A key with so many rows that counting them can be caught in the act.  They are frozen,
# so who counts them writes nothing and can be stopped without a lock of the server.
sub make_large_key
{
	$node->safe_psql('postgres', <<'END');
INSERT INTO inventory.item (sku) VALUES ('large');
SELECT inventory.receive('large', 400010, 'BIN');
ALTER TABLE inventory.reservation DISABLE TRIGGER escrow_follow;
INSERT INTO inventory.reservation
SELECT item_id, -n, location_id, 0, 1, 0, now(), NULL, 'test', NULL
FROM inventory.item, inventory.location, generate_series(1, 400000) AS n WHERE sku = 'large' AND code = 'BIN';
ALTER TABLE inventory.reservation ENABLE ALWAYS TRIGGER escrow_follow;
VACUUM (FREEZE) inventory.reservation;
END
}

my $LOADING = "EXISTS (SELECT FROM inventory.escrow_entry WHERE sku = 'large' AND state = 'loading')";

# A session that is counting the rows and is stopped there (SIGSTOP), or undef where it
# was missed.
sub caught_loader
{
	my $loader = Session->new($node);
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	$two->start(<<"END");
DO \$\$ BEGIN
    FOR i IN 1 .. 100000 LOOP
        EXIT WHEN $LOADING;
    END LOOP;
END \$\$
END
	$loader->start("SELECT inventory.reserve('large', 1)");
	$two->answer;
	kill 'STOP', $loader->pid;
	return $loader if $node->safe_psql('postgres', "SELECT $LOADING") eq 't';
	kill 'CONT', $loader->pid;
	my $id = $loader->answer;
	$loader->run("SELECT inventory.release('$id')");
	$loader->quit;
	return undef;
}

# Race 19: who counts is cancelled or terminated, who waits takes over.
sub interrupted_loader
{
	my ($function, $sqlstate) = @_;
	my $loader;
	for (1 .. 20)
	{
		last if $loader = caught_loader();
	}
	ok($loader, "loader, $function: caught while it counts") or return;
	$two->start("SELECT inventory.reserve('large', 1)");
	$node->poll_query_until('postgres',
		'SELECT state = \'active\' AND wait_event_type IS NOT NULL FROM pg_stat_activity WHERE pid = ' . $two->pid)
	  or die 'nobody waited for the loader';
	$node->safe_psql('postgres', "SELECT $function(" . $loader->pid . ')');
	kill 'CONT', $loader->pid;
	is($loader->answer, $sqlstate, "loader, $function: stopped");
	like(my $id = $two->answer, qr/^[0-9a-f-]{36}$/, "loader, $function: who waited counts and reserves");
	entry_is($node, 'large', 9, "loader, $function: the entry is right");
	$two->run("SELECT inventory.release('$id')");
	$loader->quit;
}

last_unit($_) for 2, 10, 100;
opposing();
table_lock();
make_large_key();
interrupted_loader('pg_cancel_backend', '57014');
interrupted_loader('pg_terminate_backend', '57P01');
verify_is_empty($node, 'verify() finds nothing');
$_->quit for $one, $two;
done_testing();
