# forecast_published.pl
#	  The measures, on series of the M4 competition: sMAPE, MASE and OWA of benchmarks as an
#	  implementation has them that reproduces the competition's published table to three
#	  decimals; and the same in parallel plans.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use Test::More;
use Tidehold qw(node);

my $folder = "$ENV{TESTDIR}/../shared/data/forecast/m4";

plan skip_all => "the series are not there: ../shared/data/forecast/m4 ($folder)"
  unless -r "$folder/weekly_train.csv.gz";

# Values of each series, the last field of its line.
sub series
{
	my ($file) = @_;
	my %values;
	gunzip("$folder/$file.csv.gz" => \my $text) or die "could not read $file: $GunzipError";
	for my $line (split /\n/, $text)
	{
		my ($id, @fields) = split /,/, $line;
		$values{$id} = '{' . join(',', split ' ', $fields[-1]) . '}' if $id ne 'id';
	}
	return \%values;
}

# Sets differ in their seasonal period; the half that is public is what we have a test part of.
my $node = node('published');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION tidehold;
	CREATE TABLE series (id text, period integer, train double precision[], test double precision[])');
for my $set ([ 'weekly', 1 ], [ 'hourly', 24 ])
{
	my ($train, $test) = map { series("$set->[0]_$_") } qw(train test);
	my $rows = join '', map { "$_\t$set->[1]\t$train->{$_}\t$test->{$_}\n" } sort keys %$test;
	$node->safe_psql('postgres', "COPY series FROM stdin;\n$rows\\.\n");
}

$node->safe_psql('postgres', q{
	CREATE TABLE forecast AS
		SELECT id, period, wanted, f.step, test[f.step] AS actual, f.mean,
			   tidehold.mase_scale(train, period) AS scale
		FROM series, unnest(ARRAY['naive2', 'seasonal_naive', 'theta']) AS wanted,
			 tidehold.forecast_values(train, cardinality(test), tidehold.forecast_options(
				 method => wanted,
				 periods => CASE WHEN period > 1 THEN ARRAY[period] ELSE '{}' END)) AS f;
	CREATE VIEW accuracy AS
		WITH one AS (
			SELECT period, wanted, id, tidehold.smape(actual, mean), tidehold.mase(actual, mean, scale)
			FROM forecast GROUP BY period, wanted, id
		), mean AS (
			SELECT period, wanted, avg(smape) AS smape, avg(mase) AS mase FROM one GROUP BY period, wanted
		)
		SELECT m.period, m.wanted, round(m.smape::numeric, 3) AS smape, round(m.mase::numeric, 3) AS mase,
			   round(tidehold.owa(m.smape, m.mase, n.smape, n.mase)::numeric, 3) AS owa
		FROM mean AS m JOIN mean AS n ON n.period = m.period AND n.wanted = 'naive2';
	ANALYZE forecast });

my %expected = (
	'1 naive2' => '9.030|2.578|1.000',
	'24 naive2' => '19.252|2.431|1.000',
	'24 seasonal_naive' => '14.131|1.206|0.615',
	'24 theta' => '19.102|2.481|1.007',
	'1 theta' => '8.968|2.444|0.971');

for my $case (sort keys %expected)
{
	my ($period, $method) = split ' ', $case;
	is($node->safe_psql('postgres',
			"SELECT smape, mase, owa FROM accuracy WHERE period = $period AND wanted = '$method'"),
		$expected{$case}, "period $period: sMAPE, MASE and OWA of $method");
}

# All rows at once, by one process and by three: the same bits.
my $measures = 'SELECT tidehold.smape(actual, mean), tidehold.mase(actual, mean, scale),
	tidehold.rmse(actual, mean), tidehold.bias(actual, mean) FROM forecast';
my $alone = 'SET max_parallel_workers_per_gather = 0;';
my $together = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 3;';
like($node->safe_psql('postgres', "$together EXPLAIN $measures"), qr/Partial Aggregate/,
	'rows are measured by workers');
is($node->safe_psql('postgres', "$together $measures"), $node->safe_psql('postgres', "$alone $measures"),
	'workers find the same bits');

$node->stop;
done_testing();
