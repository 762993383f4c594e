# A commit that takes long, because it waits for a standby that never answers: what it
# takes stays taken, what it gives is nobody's before it is visible (races 1 to 4).
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('commit', "restart_after_crash = on\n");
my $slow = Session->new($node);
my $other = Session->new($node);
$node->safe_psql('postgres', "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
$node->safe_psql('postgres', "ALTER DATABASE postgres SET synchronous_commit = local");
$node->reload;
$slow->run('SET synchronous_commit = on');
$node->poll_query_until('postgres', "SELECT current_setting('synchronous_standby_names') = 'nobody'") or die 'no reload';

# Runs statements whose commit has been flushed and waits for the standby.
sub commit_slowly
{
	my ($sql) = @_;
	$slow->start($sql);
	$node->poll_query_until('postgres', "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = " . $slow->pid)
	  or die 'the commit did not wait';
}

# The commit ends when the wait for the standby is cancelled.
sub end_commit
{
	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $slow->pid . ')');
	return $slow->answer;
}

sub code { return $other->run("SET synchronous_commit = local; SELECT code FROM inventory.try_reserve('$_[0]', $_[1])") }

sub slow_reservation
{
	stock($node, 10, 'taken');
	commit_slowly("SELECT inventory.reserve('taken', 8)");
	is(available($node, 'taken'), 2, 'a slow reservation: counts');
	is(code('taken', 3), 'insufficient_stock', 'a slow reservation: refuses others');
	is(code('taken', 2), 'created', 'a slow reservation: stops nobody who can be served');
	query_is($node, "SELECT pins FROM inventory.escrow_entry WHERE sku = 'taken'", 1, 'a slow reservation: keeps its entry');
	like(end_commit(), qr/^[0-9a-f-]{36}$/, 'a slow reservation: ends');
	entry_is($node, 'taken', 0, 'a slow reservation: is counted once');
}

sub slow_release
{
	stock($node, 10, 'given');
	my $id = $other->run("SELECT inventory.reserve('given', 10)");
	commit_slowly("SELECT inventory.release('$id')");
	is(code('given', 1), 'insufficient_stock', 'a slow release: nobody has it before it is visible');
	is(end_commit(), 10, 'a slow release: ends');
	is(code('given', 10), 'created', 'a slow release: then all of it is sold');
	entry_is($node, 'given', 0, 'a slow release: is counted once');
}

# The first to touch the key gives, and another counts the rows before it is visible.
sub slow_release_of_unknown
{
	stock($node, 10, 'unknown');
	my $id = $other->run("SELECT inventory.reserve('unknown', 10)");
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	commit_slowly("SELECT inventory.release('$id')");
	is(available($node, 'unknown'), 0, 'a slow release of what nobody has counted: not yet there');
	is(end_commit(), 10, 'a slow release of what nobody has counted: ends');
	entry_is($node, 'unknown', 10, 'a slow release of what nobody has counted: is not lost');
}

# Who would be refused waits a little for a release that is about to be visible.  The
# wait is bounded, so a machine that is busy may miss it a few times.
sub waiting_for_a_release
{
	stock($node, 1, 'awaited');
	my $answer = '';
	for (1 .. 20)
	{
		my $id = $other->run("SET synchronous_commit = local; SELECT inventory.reserve('awaited', 1)");
		commit_slowly("SELECT inventory.release('$id')");
		$other->start("SELECT code FROM inventory.try_reserve('awaited', 1)");
		$other->wait_until_it_waits('Extension');
		end_commit();
		last if ($answer = $other->answer) eq 'created';
	}
	is($answer, 'created', 'a release that is about to be visible is waited for');
	entry_is($node, 'awaited', 0, 'and sold once');
}

# The commit record is on disk, the callback never ran.
sub killed_in_commit
{
	stock($node, 10, 'killed');
	commit_slowly("SELECT inventory.reserve('killed', 8)");
	kill 'KILL', $slow->pid;
	$other->run('SELECT pg_sleep(600)');
	$node->poll_query_until('postgres', 'SELECT 1', 1) or die 'the server did not come back';
	entry_is($node, 'killed', 2, 'killed in commit: the reservation is there after the restart');
	query_is($node, "SELECT code FROM inventory.try_reserve('killed', 3)", 'insufficient_stock', 'killed in commit: nothing is oversold');
}

slow_reservation();
slow_release();
slow_release_of_unknown();
waiting_for_a_release();
killed_in_commit();
verify_is_empty($node, 'verify() finds nothing');
$_->quit for $slow, $other;
done_testing();
