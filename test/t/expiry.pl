# A reservation whose time has come never blocks a sale and is never shipped, marked or
# not; it ends exactly once.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Test::More;

use Session;

# Two slots are the launcher's and that of logical replication: no worker marks anything.
my $node = shop('unmarked', "max_worker_processes = 2\n");
my $one = Session->new($node);
my $two = Session->new($node);

# So many reservations of one unit each that are due and not marked.
sub due
{
	my ($sku, $count) = @_;
	stock($node, $count, $sku);
	my $ids = $one->run("SELECT inventory.reserve('$sku', 1, ttl => '1 ms') FROM generate_series(1, $count)");
	$node->poll_query_until('postgres',
		"SELECT bool_and(expires_at <= clock_timestamp()) FROM inventory.reservation JOIN inventory.item USING (item_id) WHERE sku = '$sku'")
	  or die 'time stands still';
	return split /\n/, $ids;
}

sub outcomes
{
	my ($sku) = @_;
	return $node->safe_psql('postgres', <<"END");
SELECT (SELECT count(*) FROM inventory.reservation JOIN inventory.item USING (item_id) WHERE sku = '$sku' AND expires_at <= clock_timestamp()),
       (SELECT count(*) FROM inventory.reservation_end JOIN inventory.item USING (item_id) WHERE sku = '$sku' AND outcome = 'expired')
END
}

sub never_blocks
{
	due('due', 10);
	is(outcomes('due'), '10|0', 'due: nobody has marked them');
	is(available($node, 'due'), 10, 'due: they are shown as available');
	is($one->run("SELECT inventory.reserve('due', 11)"), 'TH001', 'due: no more than there is');
	is($one->run("SELECT inventory.reserve('due', 10) IS NOT NULL"), 't', 'due: all of it is sold');
	is(outcomes('due'), '0|10', 'due: who sold it recorded the end of each');
	is(available($node, 'due'), 0, 'due: none is left');
	is($two->run("SELECT inventory.reserve('due', 1)"), 'TH001', 'due: nothing is sold twice');
}

sub never_shipped
{
	my ($id) = due('late', 1);
	for my $marked ('unmarked', 'marked')
	{
		is($one->run("SELECT inventory.fulfil('$id')"), 'TH008', "late: cannot be shipped, $marked");
		is($one->run("SELECT inventory.extend('$id')"), 'TH008', "late: cannot be extended, $marked");
		is($one->run("SELECT inventory.release('$id')"), 'TH008', "late: cannot be released, $marked");
		is($one->run("SELECT state FROM inventory.reservation_status('$id')"), 'expired', "late: shown as expired, $marked");
		$two->run("SELECT inventory.release(inventory.reserve('late', 1))");
	}
	is(outcomes('late'), '0|1', 'late: ended once');
}

sub marking_undone
{
	due('undone', 10);
	$one->run("BEGIN; SELECT inventory.reserve('undone', 10)");
	is($two->run("SELECT inventory.reserve('undone', 1)"), 'TH001', 'undone: held by a sale that is open');
	$one->run('ROLLBACK');
	is(outcomes('undone'), '10|0', 'undone: the marks are gone with the sale');
	is(available($node, 'undone'), 10, 'undone: available again');
	$one->run("BEGIN; SAVEPOINT a; SELECT inventory.reserve('undone', 10); ROLLBACK TO a");
	is($two->run("SELECT inventory.reserve('undone', 10) IS NOT NULL"), 't', 'undone: sold by another after ROLLBACK TO SAVEPOINT');
	$one->run('ROLLBACK');
	is(outcomes('undone'), '0|10', 'undone: marked once');
}

# Who needs some of the due rows leaves the others to others.
sub shared
{
	due('shared', 10);
	$one->run("BEGIN; SELECT inventory.reserve('shared', 5)");
	is($two->run("SELECT inventory.reserve('shared', 5) IS NOT NULL"), 't', 'shared: two sales at once have 5 of 10 due each');
	$one->run('COMMIT');
	is(available($node, 'shared'), 0, 'shared: sold out');
	is(outcomes('shared'), '0|10', 'shared: each ended once');
}

sub extended
{
	stock($node, 1, 'alive');
	my $id = $one->run("SELECT inventory.reserve('alive', 1, ttl => '1 hour')");
	is($one->run("SELECT inventory.extend('$id', '2 hours') > now() + interval '1 hour'"), 't', 'extended: while it is alive');
	is($two->run("SELECT inventory.reserve('alive', 1)"), 'TH001', 'extended: it holds');
	is($one->run("SELECT inventory.extend('$id', '1 year')"), 'TH021', 'extended: not beyond the limit');
}

sub many_buyers_of_due_stock
{
	due('rush', 50);
	my $script = $node->basedir . '/rush.sql';
	open(my $file, '>', $script) or die "could not write $script: $!";
	print $file "SELECT inventory.try_reserve('rush', 1);\n";
	close $file;
	$node->command_ok([ 'pgbench', '-n', '-c', 20, '-t', 5, '-f', $script, $node->connstr('postgres') ], 'rush: 100 requests for 50 due units');
	is(outcomes('rush'), '0|50', 'rush: each reservation ended once');
	query_is($node, "SELECT sum(quantity) FROM inventory.reservation JOIN inventory.item USING (item_id) WHERE sku = 'rush'", 50,
		'rush: 50 are sold');
}

sub marked_by_worker
{
	my $served = shop('marked');
	$served->safe_psql('postgres', <<'END');
INSERT INTO inventory.item (sku) VALUES ('swept');
SELECT inventory.receive('swept', 1000, 'BIN');
SELECT inventory.reserve('swept', 1, ttl => '1 ms') FROM generate_series(1, 1000);
END
	ok($served->poll_query_until('postgres', 'SELECT count(*) = 1000 FROM inventory.reservation_end'), 'worker: marks them');
	is($served->safe_psql('postgres', "SELECT count(*), min(outcome), max(outcome) FROM inventory.reservation_end"),
		'1000|expired|expired', 'worker: each as expired, once');
	entry_is($served, 'swept', 1000, 'worker: all is available');
	verify_is_empty($served, 'worker: verify() finds nothing');
}

never_blocks();
never_shipped();
marking_undone();
shared();
extended();
many_buyers_of_due_stock();
verify_is_empty($node, 'verify() finds nothing');
$_->quit for $one, $two;
marked_by_worker();
done_testing();
