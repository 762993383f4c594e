# Stations survive pg_dump and pg_restore into a new database: rows, ids and the search.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold;

my $node = Tidehold::node('ocean');
$node->start;

$node->safe_psql('postgres', <<'END');
CREATE EXTENSION tidehold_ocean CASCADE;
INSERT INTO ocean.station (code, name, latitude, longitude, active, attributes) VALUES
    ('44013', 'Boston approach', 42.346, -70.651, true, '{"depth_m": 64.5}'),
    ('FIJI', 'east of Fiji', -18, 179.9, true, '{}'),
    ('GONE', 'recovered', 42.3, -70.6, false, '{}');
END

my $rows = 'SELECT * FROM ocean.station ORDER BY station_id';
my $nearest = q{SELECT code, round(distance_m) FROM ocean.nearest_stations(-18, -179.9, 2)};
my $before = $node->safe_psql('postgres', $rows);
my $dump = "$PostgreSQL::Test::Utils::tmp_check/ocean.dump";

is(scalar(split /\n/, $before), 3, 'stations to dump');
command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'pg_dump');

$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ],
	'pg_restore into a new database');

is($node->safe_psql('restored', $rows), $before, 'the rows are there, column by column');
is( $node->safe_psql('restored', $nearest),
	"FIJI|21151\n44013|12909395",
	'the nearest are found, the inactive one is not');

# A sequence that was left out would start again and collide.
$node->safe_psql('restored',
	q{INSERT INTO ocean.station (code, latitude, longitude) VALUES ('NEXT', 1, 2)});
is( $node->safe_psql('restored', <<'END'), 't', 'the next id is larger than those restored');
SELECT station_id > (SELECT max(station_id) FROM ocean.station WHERE code <> 'NEXT')
FROM ocean.station WHERE code = 'NEXT';
END
is($node->safe_psql('restored', 'SELECT count(*) FROM ocean.station'), 4, 'the next insert works');

is( $node->safe_psql('restored', <<'END'), 't|f', 'the privileges are the ones of the extension');
CREATE ROLE passer_by;
SELECT has_table_privilege('tidehold_reader', 'ocean.station', 'SELECT')
           AND has_schema_privilege('tidehold_reader', 'ocean', 'USAGE'),
       has_table_privilege('passer_by', 'ocean.station', 'SELECT');
END

$node->stop;
done_testing();
