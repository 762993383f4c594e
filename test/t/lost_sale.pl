# Refused quantities in shared memory: a crash loses what was not written and counts
# nothing twice; a full table counts what it drops; a drop forgets.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('lost', "restart_after_crash = on\ntidehold.lost_sale_entries = 128\ntidehold.maintenance_naptime = 10\n");
stock($node, 0, 'gone');

my $WRITTEN = 'SELECT coalesce(sum(requests), 0) FROM inventory.lost_sale';
my $REFUSE = "SELECT count(*) FROM generate_series(1, %d) AS n, inventory.try_reserve('gone', 2 + 0 * n) AS r WHERE r.code = 'insufficient_stock'";

sub refuse { return $node->safe_psql('postgres', sprintf $REFUSE, $_[0]) }

sub all_is_written
{
	return $node->poll_query_until('postgres', 'SELECT pending_requests = 0 FROM inventory.stat_lost_sale()');
}

sub wait_until_up
{
	$node->poll_query_until('postgres', 'SELECT 1', 1) or die 'the server did not come back';
}

# The worker writes by itself, though nobody commits.
sub written_by_the_worker
{
	is(refuse(250), 250, 'worker: refused');
	ok(all_is_written(), 'worker: everything is written');
	query_is($node, $WRITTEN, 250, 'worker: each request once');
	query_is($node, 'SELECT sum(missing) = 2 * sum(requests) FROM inventory.lost_sale', 't', 'worker: with what was missing');
}

# What a round wrote before the kill stays, and no round adds more than it was refused.
sub crash_while_writing
{
	my $counted = $node->safe_psql('postgres', $WRITTEN);
	my $writes = 0;
	for my $round (1 .. 6)
	{
		my $before = $node->safe_psql('postgres', $WRITTEN);
		my $session = Session->new($node);
		$session->run(sprintf $REFUSE, 40) for 1 .. 5;
		my $seen = $node->safe_psql('postgres', $WRITTEN);
		$session->start(sprintf $REFUSE, 400);
		if ($round % 2) { Tidehold::kill_server($node); $node->start }
		else
		{
			my $worker = $node->safe_psql('postgres', "SELECT pid FROM tidehold.stat_worker WHERE database = 'postgres'");
			kill 'KILL', $worker;
			$session->answer;
			wait_until_up();
		}
		$session->quit;
		ok(all_is_written(), "crash $round: the worker goes on");
		my $after = $node->safe_psql('postgres', $WRITTEN);
		cmp_ok($after, '>=', $seen, "crash $round: what was written is kept");
		cmp_ok($after, '<=', $before + 600, "crash $round: nothing counts twice");
		$writes++ if $seen > $before;
	}
	cmp_ok($writes, '>', 0, 'crash: some of the counts were written before the kill');
	is(refuse(7), 7, 'crash: refused afterwards');
	ok(all_is_written(), 'crash: everything is written');
}

# Who holds up the writer holds up nobody who is refused.
sub writer_waits
{
	my $holder = Session->new($node);
	my $before = $node->safe_psql('postgres', $WRITTEN);
	$holder->run('BEGIN; LOCK TABLE inventory.lost_sale IN SHARE MODE');
	is(refuse(100), 100, 'waiting writer: refusals go on');
	query_is($node, 'SELECT pending_requests FROM inventory.stat_lost_sale()', 100, 'waiting writer: and are kept');
	$holder->run('COMMIT');
	ok(all_is_written(), 'waiting writer: everything is written');
	query_is($node, "$WRITTEN", $before + 100, 'waiting writer: each request once');
	$holder->quit;
}

sub full_table
{
	my $holder = Session->new($node);
	$node->safe_psql('postgres', "INSERT INTO inventory.item (sku) SELECT 'many' || n FROM generate_series(1, 400) AS n");
	$holder->run('BEGIN; LOCK TABLE inventory.lost_sale IN SHARE MODE');
	my $before = $node->safe_psql('postgres', $WRITTEN);
	query_is($node, "SELECT count(*) FROM generate_series(1, 400) AS n, inventory.try_reserve('many' || n, 3) AS r WHERE r.code = 'insufficient_stock'",
		400, 'full table: everybody gets his answer');
	my ($used, $dropped, $missing) = split /\|/, $node->safe_psql('postgres', 'SELECT used, dropped_requests, dropped_missing FROM inventory.stat_lost_sale()');
	cmp_ok($used, '<=', 128, 'full table: it stays as large as it was');
	is($used + $dropped, 400, 'full table: what found no room is counted');
	is($missing, 3 * $dropped, 'full table: with its quantity');
	$holder->run('COMMIT');
	ok(all_is_written(), 'full table: the rest is written');
	query_is($node, $WRITTEN, $before + $used, 'full table: each request once');
	query_is($node, 'SELECT used FROM inventory.stat_lost_sale()', 0, 'full table: and there is room again');
	$holder->quit;
}

sub dropped
{
	my $used = "SELECT used FROM inventory.stat_lost_sale()";
	$node->safe_psql('postgres', 'CREATE DATABASE other');
	Session::open_shop($node, 'other');
	$node->safe_psql('other', "INSERT INTO inventory.item (sku) VALUES ('gone')");
	# Without a worker nothing is written.
	$node->append_conf('postgresql.conf', "tidehold.maintenance_naptime = 1h\n");
	$node->restart;
	$node->poll_query_until('other', "SELECT last_run_at IS NOT NULL FROM tidehold.stat_worker WHERE database = 'other'");
	$node->safe_psql('other', "SELECT inventory.try_reserve('gone', 1)");
	query_is($node, $used, 1, 'drop: counted');
	$node->safe_psql('other', 'DROP EXTENSION tidehold_inventory');
	query_is($node, $used, 0, 'drop: forgotten with the extension');
	Session::open_shop($node, 'other');
	$node->safe_psql('other', "INSERT INTO inventory.item (sku) VALUES ('gone')");
	# The worker hears of the new extension, and writes what it then finds.
	for (1 .. 10)
	{
		$node->safe_psql('other', "SELECT inventory.try_reserve('gone', 1)");
		sleep 1;
		last if $node->safe_psql('postgres', $used) eq '1';
	}
	query_is($node, $used, 1, 'drop: counted again');
	is($node->safe_psql('other', 'SELECT inventory.flush_lost_sales()'), 1, 'drop: written by hand');
	$node->safe_psql('other', "SELECT inventory.try_reserve('gone', 1)");
	$node->safe_psql('postgres', 'DROP DATABASE other');
	query_is($node, $used, 0, 'drop: forgotten with the database');
}

written_by_the_worker();
crash_while_writing();
writer_waits();
full_table();
dropped();
done_testing();
