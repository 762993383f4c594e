# Mix.pm
#	  Everything at once on a few nearly empty items: reserve, roll back, savepoints,
#	  release, fulfil, expire, receive, issue, cancelled statements, and so few entries
#	  in shared memory that they are counted anew all the time.
package Storm::Mix;

use strict;
use warnings;

use Exporter 'import';
use Test::More;

use Storm;

our @EXPORT = qw(mix mix_settings);

use constant { ITEMS => 20, STOCK => 30, OTHERS => 400 };

# 128 entries for 420 items.  A slow commit keeps the moment open in which a
# transaction is over for the escrow and not yet for others, or the other way round.
sub mix_settings
{
	return <<'END';
tidehold.escrow_entries = 128
fsync = on
commit_delay = 1000
commit_siblings = 1
END
}

# Ends reservations that somebody else may end at the same moment.
my $FUNCTIONS = <<'SQL';
CREATE SCHEMA storm;
CREATE FUNCTION storm.try(wanted text, id uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF wanted = 'release' THEN
        PERFORM inventory.release(id);
    ELSE
        PERFORM inventory.fulfil(id);
    END IF;
    RETURN 'done';
EXCEPTION WHEN SQLSTATE 'TH005' OR SQLSTATE 'TH006' OR SQLSTATE 'TH007' OR SQLSTATE 'TH008' THEN
    RETURN 'gone';
END
$$;
CREATE FUNCTION storm.open(sku text, skip integer, count integer) RETURNS SETOF uuid LANGUAGE sql AS $$
    SELECT (lpad(to_hex(r.item_id), 16, '0') || lpad(to_hex(r.reservation_no), 16, '0'))::uuid
    FROM inventory.reservation AS r JOIN inventory.item AS i USING (item_id)
    WHERE i.sku = open.sku OFFSET skip LIMIT count
$$;
CREATE FUNCTION storm.change(sku text, quantity integer) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF quantity > 0 THEN
        RETURN inventory.receive(sku, quantity, 'BIN');
    END IF;
    RETURN inventory.issue(sku, 1 - quantity);
EXCEPTION WHEN SQLSTATE 'TH001' THEN
    RETURN NULL;
END
$$;
SQL

my $PICK = "\\set i random(1, ${\ITEMS})\n\\set j random(1, ${\ITEMS})\n\\set q random(1, 3)\n\\set o random(0, 20)\n";

sub try_reserve { return "SELECT inventory.try_reserve('M' || :$_[0], :q);\n" }

sub scripts
{
	return {
		'reserve@6' => $PICK . try_reserve('i'),
		'regret@3' => "${PICK}BEGIN;\n" . try_reserve('i') . "ROLLBACK;\n",
		'nested@4' => "${PICK}BEGIN;\nSAVEPOINT one;\n"
		  . try_reserve('i') . "SAVEPOINT two;\n" . try_reserve('j')
		  . "RELEASE two;\nROLLBACK TO one;\n" . try_reserve('j') . "COMMIT;\n",
		'release@4' => "${PICK}SELECT storm.try('release', id) FROM storm.open('M' || :i, :o, 2) AS id;\n",
		'fulfil@1' => "${PICK}SELECT storm.try('fulfil', id) FROM storm.open('M' || :i, :o, 1) AS id;\n",
		'release_twice@2' => "${PICK}BEGIN;\nSAVEPOINT one;\n"
		  . "SELECT storm.try('release', id) FROM storm.open('M' || :i, :o, 1) AS id;\nROLLBACK TO one;\n"
		  . "SELECT storm.try('release', id) FROM storm.open('M' || :i, :o, 1) AS id;\n"
		  . try_reserve('i') . "ROLLBACK;\n",
		'change@3' => "${PICK}\\set d random(-1, 2)\nSELECT storm.change('M' || :i, :d);\n",
		'expire@2' => "${PICK}SELECT inventory.try_reserve('M' || :i, :q, ttl => '2 ms');\n",
		'evict@4' => "\\set k random(1, ${\(OTHERS - 1)})\n"
		  . "SELECT count(inventory.try_reserve('O' || n, 1, ttl => '1 ms')) FROM generate_series(:k, :k + 1) AS n;\n",
		'look@2' => "SELECT sum(inventory.available('M' || n)) FROM generate_series(1, ${\ITEMS}) AS n;\n",
	};
}

# Statements that the server stops in the middle.
sub cancelled_script
{
	my $script = "SET statement_timeout = '2 ms';\n";
	for my $n (1 .. 300)
	{
		my ($i, $o, $d) = (1 + int rand ITEMS, int rand 10, int(rand 4) - 1);
		$script .= "BEGIN; SELECT inventory.try_reserve('M$i', 1);"
		  . " SELECT inventory.release(id) FROM storm.open('M$i', $o, 1) AS id;"
		  . sprintf(" SELECT pg_sleep(%.4f);", rand 0.003)
		  . " SELECT storm.change('M$i', $d); COMMIT;\n";
	}
	return $script;
}

# Runs the mix; returns the lowest that was left at any time, how many entries were not
# as their rows at some time, and the rows of verify() at the end.
sub mix
{
	my ($node, %option) = @_;
	stock_up($node, 'M', ITEMS, STOCK);
	stock_up($node, 'O', OTHERS, 1000000);
	$node->safe_psql('postgres', $FUNCTIONS);

	my $monitor = start_monitor($node);
	my @cancelled = map { again_and_again($node, "cancelled$_", cancelled_script()) } 1 .. 3;
	my $crowd = crowd($node, scripts(), name => 'mix', clients => $option{clients}, seconds => $option{seconds});
	my $output = finish_crowd($crowd, $option{name});
	my $cancels = () = join('', map { calm($_) } @cancelled) =~ /statement timeout/g;
	my ($looks, $lowest, $differing) = stop_monitor($monitor);
	my $problems = $node->safe_psql('postgres', 'SELECT count(*) FROM inventory.verify()');
	print_table(
		"mix \"$option{name}\"",
		clients => $option{clients},
		transactions => pgbench_figure($output, 'count'),
		'statements cancelled' => $cancels,
		'looks of the monitor' => $looks,
		'lowest ever left of an item' => $lowest,
		'entries that differed from their rows' => $differing,
		'rows of verify() at the end' => $problems);
	cmp_ok($cancels, '>', 0, "$option{name}: statements were cancelled in the middle");
	cmp_ok($looks, '>', 0, "$option{name}: the monitor looked");
	return ($lowest, $differing, $problems);
}

1;
