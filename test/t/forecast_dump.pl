# Models in a table survive pg_dump: bit by bit, and they can be moved on and asked after it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold;

my $node = Tidehold::node('forecast');
$node->start;

$node->safe_psql('postgres', <<'END_OF_SQL');
CREATE EXTENSION tidehold;
CREATE TABLE kept (method text PRIMARY KEY, options tidehold.forecast_option_set, model tidehold.forecast_model);
INSERT INTO kept
    SELECT method, o, tidehold.fit_values(
        (SELECT array_agg(10 + t / 7.0 + 5 * (t % 4) + (t * 7919 % 11) / 3.0 ORDER BY t) FROM generate_series(1, 40) AS t), o)
    FROM unnest('{auto,holt_winters,theta,arima,mstl,croston,climatology,seasonal_naive}'::text[]) AS method,
         LATERAL (SELECT tidehold.forecast_options(method => method, periods => '{4}')) AS x(o);
-- Floats that decimal text would lose, if not every digit were written.
INSERT INTO kept VALUES ('naive', NULL, tidehold.fit_values('{4.9e-324,NULL,1.7976931348623157e308,0.1}', '{"method": "naive"}'));
END_OF_SQL

my $models = q{SELECT method, md5(tidehold.forecast_model_send(model)), options FROM kept ORDER BY method};
my $forecasts = q{SELECT kept.method, f.* FROM kept, tidehold.forecast(tidehold.update(model, 12), 3) AS f ORDER BY kept.method, step};
my @before = map { $node->safe_psql('postgres', $_) } $models, $forecasts;
is(scalar(split /\n/, $before[0]), 9, 'models to dump');

for my $form ('custom', 'plain')
{
	my $dump = "$PostgreSQL::Test::Utils::tmp_check/forecast.$form";

	command_ok([ 'pg_dump', "--format=$form", '-f', $dump, $node->connstr('postgres') ], "pg_dump, $form");
	$node->safe_psql('postgres', "CREATE DATABASE $form TEMPLATE template0");
	my @restore = $form eq 'custom' ? ('pg_restore', '--exit-on-error') : ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1');
	command_ok([ @restore, '-d', $node->connstr($form), $form eq 'plain' ? '-f' : (), $dump ], "restore, $form");
	is($node->safe_psql($form, $models), $before[0], "the models are the same to the last bit, $form");
	is($node->safe_psql($form, $forecasts), $before[1], "they go on as they would have, $form");
}

$node->stop;
done_testing();
