# The whole server is killed in the middle of its work, again and again: what a client
# was told is there after the restart, and nothing is oversold.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Time::HiRes qw(sleep);

use Storm;
use Tidehold qw(kill_server);

use constant { ROUNDS => 20, ITEMS => 20, STOCK => 50, TALKERS => 12, CROWD => 12 };

# The worker sweeps all the time.
my $SETTINGS = <<'END';
fsync = on
synchronous_commit = on
tidehold.maintenance_naptime = 10
END

my $CROWD = {
	'expire@4' => "\\set i random(1, ${\ITEMS})\nSELECT inventory.try_reserve('K' || :i, 1, ttl => '5 ms');\n",
	'regret@2' => "\\set i random(1, ${\ITEMS})\nBEGIN;\nSELECT inventory.try_reserve('K' || :i, 2);\nROLLBACK;\n",
	'receive@1' => "\\set i random(1, ${\ITEMS})\nSELECT inventory.receive('K' || :i, 1, 'BIN');\n",
};

# A client that says what the server has confirmed: R a reservation, F a fulfilment,
# L a release.  psql hears of a result after its transaction has committed.
sub talk
{
	my %end = (
		F => "SELECT inventory.fulfil(:'id') AS done \\gset\n\\echo F :id\n",
		L => "SELECT inventory.release(:'id') AS done \\gset\n\\echo L :id\n",
		R => '');
	my $script = "\\set ON_ERROR_STOP 1\n";
	for (1 .. 3000)
	{
		my ($i, $q, $what) = (1 + int rand ITEMS, 1 + int rand 3, (qw(R R F L))[rand 4]);
		$script .= "SELECT reservation_id AS id FROM inventory.try_reserve('K$i', $q) \\gset\n"
		  . "\\if :{?id}\n\\echo R :id\n$end{$what}\\unset id\n\\endif\n";
	}
	return $script;
}

sub start_talker
{
	my ($node, $name) = @_;
	my $base = $node->basedir . "/$name";
	open(my $file, '>', "$base.sql") or die "could not write $base.sql: $!";
	print $file talk();
	close $file;
	return spawn("$base.log", 'psql', '-qAtX', '-f', "$base.sql", $node->connstr('postgres'));
}

# What the clients of a round were told, as lines for COPY.
sub heard
{
	my ($round, @talkers) = @_;
	my $told = join '', map { (reap($_))[1] } @talkers;
	unlike($told, qr/ERROR/, "round $round: clients met no error but the loss of the server");
	return join '', map { "$round\t$_\n" } map { s/ /\t/r } grep { /^[RFL] \S+$/ } split /\n/, $told;
}

sub one_round
{
	my ($node, $round) = @_;
	$node->safe_psql('postgres',
		"SELECT count(inventory.receive(sku, 50, 'BIN')) FROM inventory.item WHERE sku LIKE 'K%'");
	my @talkers = map { start_talker($node, "talker_${round}_$_") } 1 .. TALKERS;
	my $crowd = crowd($node, $CROWD, name => "_$round", clients => CROWD, seconds => 60);
	sleep 0.3 + rand 1.2;
	my $killed = kill_server($node);
	reap($crowd);
	my $heard = heard($round, @talkers);
	$node->start;
	$node->safe_psql('postgres', "COPY storm.heard FROM stdin;\n$heard\\.\n");
	my $problems = $node->safe_psql('postgres', 'SELECT * FROM inventory.verify()');
	is($problems, '', "round $round: verify() finds nothing");
	return ($killed, scalar split /\n/, $heard);
}

my $seed = $ENV{STORM_SEED} // time;
srand $seed;
diag("STORM_SEED=$seed");

my $node = storm_node('kill', settings => $SETTINGS);
stock_up($node, 'K', ITEMS, STOCK);
$node->safe_psql('postgres', 'CREATE SCHEMA storm; CREATE TABLE storm.heard (round integer, what text, id uuid)');

my $monitor = start_monitor($node);
my ($processes, $confirmed) = (0, 0);
for my $round (1 .. ROUNDS)
{
	my ($killed, $heard) = one_round($node, $round);
	$processes += $killed;
	$confirmed += $heard;
}
my ($looks, $lowest, $differing) = stop_monitor($monitor);

# A reservation that was ended later is fulfilled or released; one that lapsed is expired.
my $lost = $node->safe_psql('postgres', <<'SQL');
SELECT h.round, h.what, h.id, s.state FROM storm.heard AS h, inventory.reservation_status(h.id) AS s
WHERE s.state IS NULL OR (h.what = 'F' AND s.state <> 'fulfilled') OR (h.what = 'L' AND s.state <> 'released')
SQL
print_table(
	'killed servers',
	rounds => ROUNDS,
	'processes killed' => $processes,
	'results confirmed to clients' => $confirmed,
	'of them lost' => scalar split(/\n/, $lost),
	'looks of the monitor' => $looks,
	'lowest ever left of an item' => $lowest,
	'entries that differed from their rows' => $differing);
cmp_ok($confirmed, '>', 0, 'clients were told results');
is($lost, '', 'every confirmed result is there');
cmp_ok($looks, '>', 0, 'the monitor looked');
is($lowest, 0, 'stock was sold to the last unit and never below');
is($differing, 0, 'every entry was as its rows at any time');
nothing_wrong($node, 'after the kills');
done_testing();
