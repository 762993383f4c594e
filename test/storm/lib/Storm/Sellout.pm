# Sellout.pm
#	  Many more buyers than stock: exactly the stock is sold.
package Storm::Sellout;

use strict;
use warnings;

use Exporter 'import';
use Test::More;

use Storm;

our @EXPORT = qw(sellout);

my $BUY = "SELECT inventory.try_reserve('%s', 1);\n";

sub sellout
{
	my ($node, %option) = @_;
	my ($sku, $name) = ($option{name} . 1, $option{name});
	my $keep = 100 - $option{rollback_percent};
	my $buy = sprintf $BUY, $sku;
	my %scripts = ("buy\@$keep" => $buy);
	$scripts{"regret\@$option{rollback_percent}"} = "BEGIN;\n${buy}ROLLBACK;\n" if $option{rollback_percent};

	stock_up($node, $option{name}, 1, $option{stock});
	my $crowd = crowd($node, \%scripts, name => $name, clients => $option{clients},
		transactions => int($option{requests} / $option{clients}) + 1);
	my $output = finish_crowd($crowd, $name);
	my $sold = $node->safe_psql('postgres',
		"SELECT coalesce(sum(quantity), 0) FROM inventory.reservation JOIN inventory.item USING (item_id) WHERE sku = '$sku'");
	print_table(
		"sell-out \"$name\"",
		stock => $option{stock},
		clients => $option{clients},
		requests => pgbench_figure($output, 'count'),
		'of them rolled back, percent' => $option{rollback_percent},
		sold => $sold,
		'requests/s' => int pgbench_figure($output, 'tps'));
	is($sold, $option{stock}, "$name: exactly the stock is sold");
	is($node->safe_psql('postgres', "SELECT inventory.available('$sku')"), 0, "$name: nothing is left");
	is($node->safe_psql('postgres', 'SELECT * FROM inventory.verify()'), '', "$name: verify() finds nothing");
	return;
}

1;
