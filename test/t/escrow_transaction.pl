# How transactions end, and what the escrow makes of it: promises count at once, what is
# given back counts at commit, and whatever undoes the transaction undoes the promise.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('transaction');
my $one = Session->new($node);
my $two = Session->new($node);

# Reserves, and says only whether that was granted.
sub grant
{
	my ($session, $sku, $quantity) = @_;
	return $session->run("SELECT inventory.reserve('$sku', $quantity) IS NOT NULL");
}

sub abort
{
	stock($node, 10, 'abort');
	$one->run('BEGIN');
	is(grant($one, 'abort', 8), 't', 'abort: granted');
	is(available($node, 'abort'), 2, 'abort: a promise counts before it is committed');
	is(grant($two, 'abort', 3), 'TH001', 'abort: and refuses another');
	is(grant($two, 'abort', 2), 't', 'abort: who wants less gets it without waiting');
	$one->run('ROLLBACK');
	entry_is($node, 'abort', 8, 'abort: it is given back');
}

sub error_in_the_transaction
{
	stock($node, 10, 'error');
	$one->run('BEGIN');
	grant($one, 'error', 8);
	is($one->run('SELECT 1 / 0'), '22012', 'error: the transaction fails');
	is(available($node, 'error'), 10, 'error: given back before ROLLBACK is said');
	$one->run('ROLLBACK');
	entry_is($node, 'error', 10, 'error: and only once');
}

# Race 20.
sub savepoints
{
	stock($node, 10, 'savepoint');
	my $step = sub {
		my ($sql, $left) = @_;
		$one->run($sql);
		is(available($node, 'savepoint'), $left, "savepoint: $left left after $sql");
	};
	my $take = sub { "SELECT inventory.reserve('savepoint', $_[0])" };
	$step->('BEGIN; SAVEPOINT a', 10);
	$step->($take->(1), 9);
	$step->('SAVEPOINT b; ' . $take->(2), 7);
	$step->('RELEASE b', 7);
	$step->('SAVEPOINT c; ' . $take->(3), 4);
	$step->('ROLLBACK TO c', 7);
	$step->($take->(1), 6);
	$step->('ROLLBACK TO a', 10);
	$step->($take->(5), 5);
	$step->('COMMIT', 5);
	entry_is($node, 'savepoint', 5, 'savepoint: rows agree');
}

# What a transaction gives back it may promise again itself, nobody else before commit.
sub own_release
{
	stock($node, 10, 'own');
	my $id = $one->run("SELECT inventory.reserve('own', 10)");
	$one->run("BEGIN; SELECT inventory.release('$id')");
	is(available($node, 'own'), 0, 'own release: not for others before commit');
	is(grant($two, 'own', 1), 'TH001', 'own release: others are refused');
	$one->run('SAVEPOINT a');
	is(grant($one, 'own', 4), 't', 'own release: for the session itself at once');
	$one->run('ROLLBACK TO a');
	is(grant($one, 'own', 7), 't', 'own release: once more after ROLLBACK TO SAVEPOINT');
	$one->run('COMMIT');
	entry_is($node, 'own', 3, 'own release: the rest is there for all after commit');
	is(grant($two, 'own', 3), 't', 'own release: and sold, no false sold out');
}

sub release_rolled_back
{
	stock($node, 10, 'undone');
	my $id = $one->run("SELECT inventory.reserve('undone', 10)");
	$one->run("BEGIN; SAVEPOINT a; SELECT inventory.release('$id'); ROLLBACK TO a; COMMIT");
	entry_is($node, 'undone', 0, 'release rolled back: to a savepoint');
	$one->run("BEGIN; SELECT inventory.release('$id'); ROLLBACK");
	entry_is($node, 'undone', 0, 'release rolled back: wholly');
	is($one->run("SELECT inventory.release('$id')"), 10, 'release rolled back: it can still be released');
	is(grant($two, 'undone', 10), 't', 'release committed: sold at once');
}

# Race 22.
sub ended_by_two
{
	for my $end ('COMMIT', 'ROLLBACK')
	{
		my $sku = "twice $end";
		stock($node, 5, $sku);
		my $id = $one->run("SELECT inventory.reserve('$sku', 5)");
		$one->run("BEGIN; SELECT inventory.fulfil('$id')");
		$two->start("SELECT inventory.release('$id')");
		$two->wait_until_it_waits('Lock');
		$one->run($end);
		is($two->answer, $end eq 'COMMIT' ? 'TH006' : 5, "two end one reservation: the second after $end of the first");
		entry_is($node, $sku, $end eq 'COMMIT' ? 0 : 5, "two end one reservation: the stock after $end");
	}
}

# A session stopped while its statement runs, after it has promised.
sub interrupted
{
	my ($how, $sqlstate, $stop) = @_;
	my $session = Session->new($node);
	stock($node, 10, $how);
	$session->start("SELECT inventory.reserve('$how', 4), pg_sleep(600)");
	$session->wait_until_it_waits('Timeout');
	is(available($node, $how), 6, "$how: promised");
	$stop->($session->pid);
	is($session->answer, $sqlstate, "$how: the statement ends");
	entry_is($node, $how, 10, "$how: given back");
	$session->quit;
}

sub statement_timeout
{
	stock($node, 10, 'timeout');
	$one->run("BEGIN; SAVEPOINT a; SET LOCAL statement_timeout = '100 ms'");
	is($one->run("SELECT inventory.reserve('timeout', 4), pg_sleep(600)"), '57014', 'timeout: the statement ends');
	$one->run('ROLLBACK TO a');
	is(available($node, 'timeout'), 10, 'timeout: given back');
	is(grant($one, 'timeout', 10), 't', 'timeout: the transaction can go on');
	$one->run('COMMIT');
	entry_is($node, 'timeout', 0, 'timeout: and commit');
}

# Race 6: the latest rows count, not those that the transaction's snapshot shows.
sub repeatable_read
{
	stock($node, 10, 'old snapshot');
	$one->run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM inventory.item');
	grant($two, 'old snapshot', 9);
	$node->safe_psql('postgres', 'SELECT inventory.rebuild()');
	is($one->run("SELECT code, available FROM inventory.try_reserve('old snapshot', 2)"), 'insufficient_stock|1',
		'repeatable read: counts the entry from the latest rows');
	is($one->run("SELECT count(*) FROM inventory.reservation JOIN inventory.item USING (item_id) WHERE sku = 'old snapshot'"),
		0, 'repeatable read: though the transaction cannot see them');
	is(grant($one, 'old snapshot', 1), 't', 'repeatable read: the last unit');
	$one->run('COMMIT');
	entry_is($node, 'old snapshot', 0, 'repeatable read: sold out');
}

sub serializable
{
	stock($node, 10, 'serial');
	for my $session ($one, $two)
	{
		$session->run('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM inventory.item');
	}
	is(grant($one, 'serial', 1) . grant($two, 'serial', 1), 'tt', 'serializable: both are granted');
	is($one->run('COMMIT') . $two->run('COMMIT'), '', 'serializable: both commit, no false conflict');
	entry_is($node, 'serial', 8, 'serializable: both counted');
}

# Race 14.
sub parallel_mode
{
	stock($node, 10, 'parallel');
	$node->safe_psql('postgres', <<'END');
CREATE FUNCTION wrongly_parallel() RETURNS uuid LANGUAGE plpgsql PARALLEL SAFE AS
$$ BEGIN RETURN inventory.reserve('parallel', 1); END $$
END
	my $setting = $node->safe_psql('postgres',
		"SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
	$one->run("SET $setting = on");
	is($one->run("SELECT wrongly_parallel() FROM inventory.item WHERE sku = 'parallel'"), '25000', 'parallel mode: refused');
	$one->run("SET $setting = off");
	entry_is($node, 'parallel', 10, 'parallel mode: nothing is promised');
	query_is($node, 'SELECT count(*) FROM inventory.escrow_holder', 0, 'parallel mode: nothing stays in use');
}

# Races 11 to 13.
sub prepared_transaction
{
	stock($node, 10, 'prepared');
	$one->run('BEGIN');
	grant($one, 'prepared', 4);
	is($one->run("PREPARE TRANSACTION 'stock'"), '0A000', 'prepared transaction: refused');
	$one->run('ROLLBACK');
	entry_is($node, 'prepared', 10, 'prepared transaction: everything is given back');
	query_is($node, 'SELECT count(*) FROM pg_prepared_xacts', 0, 'prepared transaction: none is left');
	is($one->run("BEGIN; CREATE TABLE of_others (a integer); PREPARE TRANSACTION 'others'; ROLLBACK PREPARED 'others'"),
		'', 'prepared transaction: without stock it is allowed');
}

sub failing_commit
{
	stock($node, 10, 'deferred');
	$node->safe_psql('postgres', <<'END');
CREATE TABLE parent (a integer PRIMARY KEY);
CREATE TABLE child (a integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
END
	$one->run('BEGIN; INSERT INTO child VALUES (1)');
	grant($one, 'deferred', 4);
	is($one->run('COMMIT'), '23503', 'failing commit: a deferred foreign key fails');
	entry_is($node, 'deferred', 10, 'failing commit: given back');
}

# Race 24.
sub read_only
{
	stock($node, 10, 'read only');
	$one->run('BEGIN READ ONLY');
	is(grant($one, 'read only', 1), '25006', 'read-only transaction: refused');
	$one->run('ROLLBACK');
	entry_is($node, 'read only', 10, 'read-only transaction: nothing is promised');
}

# Race 23: who keeps stock in an open transaction can be seen, and stops nobody else.
sub idle_in_transaction
{
	stock($node, 10, 'idle');
	$one->run("BEGIN; SELECT inventory.reserve('idle', 3); SELECT inventory.receive('idle', 2, 'BIN')");
	query_is($node, "SELECT sum(taken), sum(to_give) FROM inventory.escrow_holder WHERE sku = 'idle' AND pid = " . $one->pid,
		'3|2', 'idle in transaction: the view says who holds what');
	query_is($node, "SELECT pins > 0, available FROM inventory.escrow_entry WHERE sku = 'idle'", 't|7',
		'idle in transaction: the entry is in use');
	is(grant($two, 'idle', 7), 't', 'idle in transaction: others sell the rest');
	$one->run('COMMIT');
	entry_is($node, 'idle', 2, 'idle in transaction: counted at its end');
	query_is($node, 'SELECT count(*) FROM inventory.escrow_holder', 0, 'idle in transaction: nobody holds anything');
}

# Behind a pooler in transaction mode the next transaction may come from somebody else.
sub no_session_state
{
	stock($node, 10, 'pooled');
	my $id = $one->run("SELECT inventory.reserve('pooled', 2)");
	is($one->run(<<'END'), '0|0|0|0', 'no session state: nothing of the call stays in the session');
SELECT (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
       (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels()),
       (SELECT count(*) FROM pg_class WHERE relpersistence = 't')
END
	$one->run('DISCARD ALL');
	is($two->run("SELECT inventory.fulfil('$id')"), 2, 'no session state: another session ships it');
	is(grant($one, 'pooled', 8), 't', 'no session state: DISCARD ALL harms nothing');
	entry_is($node, 'pooled', 0, 'no session state: all counted');
}

abort();
error_in_the_transaction();
savepoints();
own_release();
release_rolled_back();
ended_by_two();
statement_timeout();
interrupted('cancelled', '57014', sub { $node->safe_psql('postgres', "SELECT pg_cancel_backend($_[0])") });
interrupted('terminated', '57P01', sub { $node->safe_psql('postgres', "SELECT pg_terminate_backend($_[0], 60000)") });
repeatable_read();
serializable();
parallel_mode();
prepared_transaction();
failing_commit();
read_only();
idle_in_transaction();
no_session_state();
verify_is_empty($node, 'verify() finds nothing');
$_->quit for $one, $two;
done_testing();
