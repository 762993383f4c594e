# What is published of a row: JSON as PostgreSQL's own row_to_json() writes it, whichever
# way the row was read; and what the envelopes say of a change.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Redis;
use Tidehold qw(node);

my $node = node('encode');
$node->start;
my $redis = Redis->new;

sub sql { return $node->safe_psql('postgres', $_[0]) }

# What redis-cli says, without the end of its line.
sub redis { return $redis->cli(@_) =~ s/\n\z//r }

sub wait_for_feeds
{
	my $upto = sql('SELECT pg_current_wal_insert_lsn()');
	is(sql("SELECT tidehold.wait_feed('$_', '170 s', '$upto')"), 't', "feed $_ has sent everything") for @_;
	return;
}

# ---- one column of each kind ----------------------------------------------------------
sql(q{
	CREATE EXTENSION tidehold;
	CREATE TYPE mood AS ENUM ('calm', 'q"uote', 'x,y');
	CREATE DOMAIN positive AS integer CHECK (value > 0);
	CREATE TYPE place AS (shelf integer, "room name" text, since timestamptz, moods mood[]);
	CREATE DOMAIN home AS place;
	CREATE TABLE kind (
		id integer PRIMARY KEY, i2 int2, i8 int8, f4 float4, f8 float8, n numeric, b boolean,
		j json, jb jsonb, d date, ts timestamp, tz timestamptz, t text, vc varchar(20), bp char(5),
		by bytea, m mood, p positive, ia integer[], ta text[], tza timestamptz[], ma mood[],
		pa positive[], c place, ca place[], h home, bx box[], r int4range, iv interval, ip inet,
		mo money, u uuid, jba jsonb[], ba boolean[], na numeric[], fa float8[], x xml, bits bit(3),
		mr int4multirange, pt point, tt time, ttz timetz, gone integer, o oid, nm name);
	ALTER TABLE kind DROP COLUMN gone;
	CREATE VIEW row AS
		SELECT id, replace(to_json(shown)::text, '+00:00', 'Z') AS json FROM (
			SELECT id, i2, i8, f4, f8, n, b, j, jb, d, ts, tz, t, vc, bp,
				replace(encode(by, 'base64'), E'\n', '') AS by, m, p, ia, ta, tza, ma,
				pa, c, ca, h, bx, r, iv, ip, mo, u, jba, ba, na, fa, x, bits, mr, pt, tt, ttz, o, nm
			FROM kind) AS shown;
	CREATE PUBLICATION whole FOR TABLE kind;
	CREATE PUBLICATION filtered FOR TABLE kind WHERE (id > 0);
	ALTER DATABASE postgres SET intervalstyle = 'iso_8601';
	ALTER DATABASE postgres SET timezone = 'UTC'});
sql('CREATE SERVER cache FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host $$127.0.0.1$$, port $$' . $redis->port . '$$)');

my @rows = (
	q{-32768, -9223372036854775808, 1.5e-30, '1e300', 123456789012345678901234567890.1234567890, true,
	  E'{"a" : [1,\n 2]}', '{"b": "\u00e9\"", "a": 1}', '2024-02-29', '2024-02-29 12:34:56.789',
	  '2024-02-29 12:34:56.789012+03', E'q"b\\\\\n\t\x01/é', E'\x7f\x1f', 'ab', '\x00ff10', 'q"uote', 5,
	  '{{1,NULL},{3,4}}', ARRAY['a"b\', 'NULL', NULL, '', 'x y', '{,}'], '{infinity,2024-01-01}',
	  ARRAY['calm', 'q"uote', 'x,y']::mood[], '{1,2}', ROW(1, 'x"\,( é', '2024-01-01', '{calm,"x,y"}'),
	  ARRAY[ROW(1, '', '2024-01-01 BC', '{}')::place, NULL, ROW(NULL, NULL, NULL, NULL)::place],
	  ROW(7, '(a,"b")', NULL, NULL)::place, ARRAY['(1,2),(0,0)', '(3,3),(1,1)']::box[], '[1,5)',
	  '1 year 2 mons 3 days 04:05:06.7', '10.0.0.1/8', 12.34, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
	  ARRAY['{"a": [1, "x"]}', '1', '"s"', NULL]::jsonb[], '{t,f,null}', '{1.10,NaN,-Infinity}',
	  '{1.5,Infinity,NaN,-0}', '<a b="c"/>', B'101', '{[1,3),[5,7)}', '(1,2)', '12:00:00.5', '12:00:00+02',
	  42, 'a name'},
	q{1, 3, 'NaN', '-Infinity', 'NaN', false, 'null', 'null', 'infinity', '-infinity', 'infinity', '', '', '',
	  '', 'calm', 1, '{}', '[2:3]={a,b}', '{}', '{}', '{}', NULL, '{}', NULL, '{}', 'empty', '-1 mon', '::1',
	  -1, NULL, '{}', '{}', '{}', '{}', '', B'000', '{}', '(0,0)', '00:00', '00:00+00', 0, ''},
	q{0, 0, 0, -0.0, 'Infinity', NULL, '"x"', '[]', '0044-03-15 BC', '0044-03-15 01:02:03.5 BC',
	  '0044-03-15 01:02:03.5 BC', 'a', 'b', 'c', decode(repeat('ab', 100), 'hex'), NULL, NULL, '[0:1][3:3]={{1},{2}}',
	  '{{a},{b}}', '{2024-06-01}', NULL, NULL, ROW(1, NULL, NULL, NULL)},
	q{0, 0, 0, 0, -0.00, NULL, NULL, NULL, '5874897-12-31', '294276-12-31 23:59:59.999999',
	  '294276-12-31 23:59:59.999999'},
	q{0, 0, 0, 0, 0, NULL, NULL, NULL, '4713-01-01 BC', '4713-01-01 BC', '12345-01-01 00:00:00.100'},
);

sub insert_rows
{
	my ($first) = @_;
	my $id = $first;
	sql('INSERT INTO kind VALUES (' . $id++ . ", $_)") for @rows;
	return;
}

# The first half is there before the feeds are: their snapshot has it.
insert_rows(1);
sql(qq{SELECT tidehold.create_feed('$_->[0]', '$_->[1]', 'cache',
		'{"value": "json", "destination": "$_->[0]:{id}"}')})
	for [ 'direct', 'whole' ], [ 'as_text', 'filtered' ];
wait_for_feeds('direct', 'as_text');
insert_rows(101);
wait_for_feeds('direct', 'as_text');

for my $row (1 .. @rows)
{
	for my $id ($row, 100 + $row)
	{
		my $expected = sql("SELECT json FROM row WHERE id = $id");
		is(redis('GET', "$_:$id"), $expected, "row $id of feed $_ is what PostgreSQL writes") for qw(direct as_text);
	}
}
sql(qq{SELECT tidehold.drop_feed('$_')}) for qw(direct as_text);

# ---- somebody's code ------------------------------------------------------------------
# PostgreSQL's own JSON functions call casts to json, and input functions check domains:
# the worker is a superuser and calls neither.
sql(q{
	CREATE TABLE called (name text);
	CREATE TYPE colour AS ENUM ('red');
	CREATE FUNCTION as_json(colour) RETURNS json LANGUAGE sql AS
		$$INSERT INTO called VALUES ('cast'); SELECT '1'::json$$;
	CREATE CAST (colour AS json) WITH FUNCTION as_json(colour);
	CREATE FUNCTION suspicious(integer) RETURNS boolean LANGUAGE plpgsql AS
		$$BEGIN INSERT INTO public.called VALUES ('check'); RETURN true; END$$;
	CREATE DOMAIN checked AS integer CHECK (public.suspicious(value));
	CREATE TYPE pair AS (a checked, b colour);
	CREATE TABLE trap (id integer PRIMARY KEY, colours colour[], pairs pair[]);
	CREATE PUBLICATION traps FOR TABLE trap WHERE (id > 0);
	SELECT tidehold.create_feed('trap', 'traps', 'cache', '{"value": "json", "destination": "trap:{id}"}')});
wait_for_feeds('trap');
sql(q{INSERT INTO trap VALUES (1, '{red}', ARRAY[ROW(1, 'red')::pair]); TRUNCATE called});
wait_for_feeds('trap');
is(redis('GET', 'trap:1'), '{"id":1,"colours":["red"],"pairs":[{"a":1,"b":"red"}]}',
	'a type with a cast to json is written by its output function');
is(sql('SELECT count(*) FROM called'), 0, "nobody's function was called");
sql(q{SELECT tidehold.drop_feed('trap'); DROP TABLE trap, called});

# ---- what is not in the WAL -------------------------------------------------------------
sql(q{
	CREATE TABLE part (id integer PRIMARY KEY, sku text, description text, weight numeric);
	ALTER TABLE part ALTER description SET STORAGE EXTERNAL;
	CREATE PUBLICATION parts FOR TABLE part;
	SELECT tidehold.create_feed('fields', 'parts', 'cache', '{"value": "hash"}');
	SELECT tidehold.create_feed('text', 'parts', 'cache', '{"value": "json", "destination": "text:{id}"}');
	SELECT tidehold.create_feed('log', 'parts', 'cache', '{"value": "stream", "envelope": "debezium"}');
	SELECT tidehold.create_feed('rows', 'parts', 'cache', '{"value": "stream", "destination": "rows"}')});
my @feeds = qw(fields text log rows);
wait_for_feeds(@feeds);
my $long = 'x' x 5000;
sql(qq{INSERT INTO part VALUES (1, 'A-1', '$long', 1.50)});
sql(q{UPDATE part SET sku = 'A-2', weight = NULL});
wait_for_feeds(@feeds);

is_deeply({ split /\n/, redis('HGETALL', 'part:1') }, { id => 1, sku => 'A-2', description => $long },
	'a hash keeps the field that was not touched and loses the one that became null');
is(redis('GET', 'text:1'), '{"id":1,"sku":"A-2","weight":null,"__unchanged":["description"]}',
	'a string names what nobody knows, and is not null there');

# Entries of a stream, each a hash of its fields.
sub entries
{
	my ($stream) = @_;
	my $lua = q{return cjson.encode(redis.call('XRANGE', KEYS[1], '-', '+'))};
	my $found = redis('EVAL', $lua, 1, $stream);
	my @entries;
	for my $entry (split /\n/, sql(qq{SELECT entry -> 1 FROM json_array_elements(\$json\$$found\$json\$) AS entry}))
	{
		my @parts = split /\n/, sql(qq{SELECT json_array_elements_text(\$json\$$entry\$json\$)}), -1;
		push @entries, {@parts};
	}
	return @entries;
}

# A member of a JSON text.
sub member
{
	my ($json, $path) = @_;
	return sql(qq{SELECT coalesce(\$json\$$json\$json\$::json #> '{$path}', '"absent"')});
}

sql(q{UPDATE part SET id = 2; DELETE FROM part; TRUNCATE part});
wait_for_feeds(@feeds);
my @log = entries('part');
is(join(' ', map { $_->{op} } @log), 'c u d c d t', 'insert, update, change of the key, delete, truncate');
is(join(' ', map { $_->{key} // 'none' } @log), '{"id":1} {"id":1} {"id":1} {"id":2} {"id":2} none', 'each with its key');
is($log[2]{'__debezium.newkey'}, '{"id":2}', 'a delete that is half of a change of the key names the new one');
is($log[3]{'__debezium.oldkey'}, '{"id":1}', 'and the create the old one');
is(join(' ', sort { $a cmp $b } map { $_->{id} } @log), join(' ', map { $_->{id} } @log), 'ids grow');
is(scalar(keys %{ { map { $_->{id} => 1 } @log } }), scalar @log, 'and are all different');

# Of Debezium's own documentation, and what ours adds.
my @source = qw(version connector name ts_ms snapshot db sequence ts_us ts_ns schema table txId lsn xmin id idx);
my $create = $log[0]{value};
is(sql(qq{SELECT string_agg(key, ' ') FROM json_object_keys(\$json\$$create\$json\$) AS key}),
	'before after source transaction op ts_ms ts_us ts_ns', 'members of the envelope');
is(sql(qq{SELECT string_agg(key, ' ') FROM json_object_keys(\$json\$$create\$json\$::json -> 'source') AS key}),
	"@source", 'and of its source');
is(member($create, 'before'), 'null', 'a create has no row before');
is(member($create, 'after'), qq({"id":1,"sku":"A-1","description":"$long","weight":1.50}), 'and the row after');
is(member($create, 'source,id'), qq("$log[0]{id}"), 'the id of the event is in it');
is(member($create, 'source,table'), '"part"', 'and the table');
is(sql(qq{SELECT (value ->> 'ts_ns')::bigint = 1000 * (value ->> 'ts_us')::bigint
				AND (value ->> 'ts_ms')::bigint = (value ->> 'ts_us')::bigint / 1000
				AND to_timestamp((value ->> 'ts_ms')::bigint / 1000.0) BETWEEN now() - interval '1 hour' AND now()
			FROM (SELECT \$json\$$create\$json\$::json -> 'source') AS source (value)}), 't', 'times of the commit agree');
is(member($log[1]{value}, 'before'), 'null', 'of an update that leaves the key alone nothing is known before');
is(member($log[1]{value}, 'after'), '{"id":1,"sku":"A-2","description":"__debezium_unavailable_value","weight":null}',
	'what is unchanged has the placeholder that consumers know');
is(member($log[2]{value}, 'before'), '{"id":1}', 'of a delete its identity');
is(member($log[2]{value}, 'after'), 'null', 'and no row after');
is(member($log[5]{value}, 'op'), '"t"', 'a truncate');

my @flat = entries('rows');
is(join(' ', map { $_->{op} } @flat), 'c u d c d t', 'without an envelope the same');
is($flat[1]{value}, '{"id":1,"sku":"A-2","weight":null,"__unchanged":["description"]}', 'rows alone');
ok(!exists $flat[2]{value}, 'of a delete nothing but the key');
is(redis('EXISTS', 'part:1', 'part:2', 'text:1', 'text:2'), 0, 'no state is left of what was deleted');

# ---- the whole row before, another shape, a trace ------------------------------------------
my $trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
sql('ALTER TABLE part REPLICA IDENTITY FULL');
sql(qq{INSERT INTO part VALUES (4, 'A-4', '$long', 1)});
sql(qq{
	BEGIN;
	SET LOCAL tidehold.traceparent = '$trace';
	UPDATE part SET sku = 'A-5';
	ALTER TABLE part RENAME weight TO mass;
	ALTER TABLE part ADD unit text DEFAULT 'kg';
	UPDATE part SET mass = 2;
	COMMIT});
wait_for_feeds(@feeds);
my ($renamed, $reshaped) = (entries('part'))[-2, -1];
is(member($renamed->{value}, 'before'), qq({"id":4,"sku":"A-4","description":"$long","weight":1}),
	'with REPLICA IDENTITY FULL the row before is whole');
is(member($renamed->{value}, 'after'), qq({"id":4,"sku":"A-5","description":"$long","weight":1}),
	'and tells what was not touched');
is(member($reshaped->{value}, 'after'), qq({"id":4,"sku":"A-5","description":"$long","mass":2,"unit":"kg"}),
	'each row has the columns of its moment');
is($renamed->{traceparent}, $trace, 'the trace context travels with it');
is_deeply({ split /\n/, redis('HGETALL', 'part:4') },
	{ id => 4, sku => 'A-5', description => $long, mass => 2, unit => 'kg' }, 'no field stays of a column that is gone');

# ---- our own tables ----------------------------------------------------------------------
# The worker writes them itself: to publish that would never end.
sql(q{
	CREATE PUBLICATION everything FOR ALL TABLES;
	SELECT tidehold.create_feed('everything', 'everything', 'cache',
		'{"value": "stream", "destination": "all:{$schema}.{$table}"}')});
wait_for_feeds('everything');
sql(q{INSERT INTO part VALUES (3, 'A-3', '', 0); SELECT tidehold.resnapshot('everything', 'part')});
wait_for_feeds('everything');
is(join(' ', grep { !/:v$/ } $redis->keys('all:*')), 'all:public.kind all:public.part',
	'tables of schema tidehold are published to nobody');
sql(q{SELECT tidehold.drop_feed('everything')});

# ---- keys ------------------------------------------------------------------------------------
sql(q{
	CREATE TABLE label (a text, b text, at date, PRIMARY KEY (a, b, at));
	CREATE PUBLICATION labels FOR TABLE label;
	SELECT tidehold.create_feed('label', 'labels', 'cache', '{"value": "json", "destination": "{$schema}/{{{$key}}}"}')});
wait_for_feeds('label');
sql(q{INSERT INTO label VALUES ('x:y', 'z', '2024-02-29'), ('x', 'y:z', '2024-02-29'), ('50%', '', 'infinity')});
wait_for_feeds('label');
is(join(' ', grep { !/:v$/ } $redis->keys('public/*')),
	'public/{50%25::infinity} public/{x%3Ay:z:2024-02-29} public/{x:y%3Az:2024-02-29}',
	'keys of several columns do not meet');

done_testing();
