# The server loses its memory, the rows stay: a killed backend, a crash, a crash with
# commits that were not flushed.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

my $node = shop('crash', "restart_after_crash = on\n");

sub wait_until_up
{
	$node->poll_query_until('postgres', 'SELECT 1', 1) or die 'the server did not come back';
}

# SIGKILL of one backend: the server ends all others and starts again.
sub killed_backend
{
	my ($victim, $witness) = map { Session->new($node) } 1 .. 2;
	stock($node, 10, 'killed');
	my $kept = $witness->run("SELECT inventory.reserve('killed', 3)");
	$victim->run("BEGIN; SELECT inventory.reserve('killed', 4)");
	is(available($node, 'killed'), 3, 'killed backend: its promise counted');
	$witness->start('SELECT pg_sleep(600)');
	$witness->wait_until_it_waits('Timeout');
	kill 'KILL', $victim->pid;
	isnt($witness->answer, '', 'killed backend: the server ends the other sessions');
	wait_until_up();
	entry_is($node, 'killed', 7, 'killed backend: what it had not committed is free again');
	query_is($node, "SELECT held FROM inventory.reservation_status('$kept')", 3,
		'killed backend: what was committed is kept');
	query_is($node, "SELECT inventory.reserve('killed', 7) IS NOT NULL", 't', 'killed backend: the rest is sold');
	$_->quit for $victim, $witness;
}

sub crash
{
	my $open = Session->new($node);
	stock($node, 10, 'crash');
	my $kept = $node->safe_psql('postgres', "SELECT inventory.reserve('crash', 3)");
	my $shipped = $node->safe_psql('postgres', "SELECT inventory.reserve('crash', 2)");
	$node->safe_psql('postgres', "SELECT inventory.fulfil('$shipped')");
	$open->run("BEGIN; SELECT inventory.reserve('crash', 4); SELECT inventory.receive('crash', 100, 'BIN')");
	$node->stop('immediate');
	$node->start;
	$open->quit;
	entry_is($node, 'crash', 5, 'crash: as the committed rows say');
	query_is($node, "SELECT state FROM inventory.reservation_status('$kept')", 'held', 'crash: a reservation is kept');
	query_is($node, "SELECT state FROM inventory.reservation_status('$shipped')", 'fulfilled', 'crash: a fulfilment is kept');
	query_is($node, "SELECT inventory.fulfil('$kept')", 3, 'crash: and the reservation can be shipped');
	query_is($node, "SELECT code FROM inventory.try_reserve('crash', 6)", 'insufficient_stock', 'crash: nothing is oversold');
	query_is($node, "SELECT code FROM inventory.try_reserve('crash', 5)", 'created', 'crash: the rest is sold');
}

# Race 5: rows and entries are lost together.
sub unflushed_commits
{
	stock($node, 1000, 'async');
	my $session = Session->new($node);
	$session->run("SET synchronous_commit = off; SELECT inventory.reserve('async', 1) FROM generate_series(1, 100)");
	$session->run("SELECT inventory.reserve('async', 1)") for 1 .. 50;
	$node->stop('immediate');
	$node->start;
	$session->quit;
	my $left = unreserved($node, 'async');
	cmp_ok($left, '>=', 850, 'unflushed commits: no more is gone than was taken');
	is(available($node, 'async'), $left, 'unflushed commits: the entry is as the rows');
	query_is($node, "SELECT code FROM inventory.try_reserve('async', $left + 1)", 'insufficient_stock',
		'unflushed commits: nothing is oversold');
	query_is($node, "SELECT code FROM inventory.try_reserve('async', $left)", 'created', 'unflushed commits: the rest is sold');
}

sub clean_restart
{
	stock($node, 10, 'restart');
	my $id = $node->safe_psql('postgres', "SELECT inventory.reserve('restart', 4)");
	$node->restart;
	entry_is($node, 'restart', 6, 'restart: counted from the rows');
	isnt($node->safe_psql('postgres', "SELECT inventory.reserve('restart', 1)"), $id, 'restart: ids are new');
	query_is($node, "SELECT inventory.release('$id')", 4, 'restart: what was made before can be released');
	entry_is($node, 'restart', 9, 'restart: and is counted');
}

killed_backend();
crash();
unflushed_commits();
clean_restart();
verify_is_empty($node, 'verify() finds nothing');
done_testing();
