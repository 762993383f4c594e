# What a feed writes to Kafka: envelopes, keys, tombstones, headers, and which changes.
use strict;
use warnings;

use FindBin;
use Test::More;

use FeedTest;

my $kafka = Kafka->shared;
my $node = feed_node('kafka');
kafka_server($node, $kafka, 'kafka');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Records that a piece of SQL adds to a topic.
my %known;

sub added
{
	my ($topic, $statements) = @_;
	sql($statements);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_feed($node, 'main', 'sent: ' . substr($statements =~ s/\s+/ /gr, 0, 60));
	my %before = %{ $known{$topic} // {} };
	my @new = grep { $_->{offset} >= ($before{ $_->{partition} } // 0) } $kafka->consume(own($topic));
	$known{$topic}{ $_->{partition} } = $_->{offset} + 1 for @new;
	return @new;
}

sub keys_and_envelope
{
	my ($create) = added('item', "INSERT INTO item VALUES (1, 'A', 10, '{\"a\": [1, null]}')");
	is($create->{key}, '{"id":1}', 'create: the key is the primary key as JSON');
	my $value = value_of($create);
	is($value->{op}, 'c', 'create: op');
	is($value->{before}, undef, 'create: nothing before');
	is_deeply($value->{after}, { id => 1, sku => 'A', on_hand => 10, more => { a => [ 1, undef ] } }, 'create: the row after');
	is_deeply([ @{ $value->{source} }{qw(db schema table snapshot)} ], [ 'postgres', 'public', 'item', 'false' ],
		'create: where it comes from') or diag(explain($value->{source}));
	is($value->{source}{txId}, sql('SELECT xmin FROM item WHERE id = 1'), 'create: its transaction');
	my $lsn = sql("SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots WHERE plugin = 'pgoutput'");
	cmp_ok($value->{source}{lsn}, '<=', $lsn, 'create: its LSN');
	my $system = sql('SELECT system_identifier FROM pg_control_system()');
	like(event_id($create), qr/^$system-1-[0-9A-F]+-0$/, 'create: event id');

	my ($update) = added('item', "UPDATE item SET on_hand = 9 WHERE id = 1");
	is_deeply([ events($update) ], ['u {"id":1}'], 'update: one record');
	is(value_of($update)->{after}{on_hand}, 9, 'update: the row after');

	my @delete = added('item', 'DELETE FROM item WHERE id = 1');
	is_deeply([ events(@delete) ], [ 'd {"id":1}', '- {"id":1}' ], 'delete: a record and a tombstone');
	is(value_of($delete[0])->{before}{id}, 1, 'delete: the key of before');
	is(value_of($delete[0])->{after}, undef, 'delete: nothing after');

	added('item', "INSERT INTO item VALUES (2, 'B', 1)");
	my @moved = sort { $a->{partition} <=> $b->{partition} } added('item', 'UPDATE item SET id = 3 WHERE id = 2');
	is_deeply([ sort +events(@moved) ], [ '- {"id":2}', 'c {"id":3}', 'd {"id":2}' ], 'key change: delete, tombstone, create');
	my %transaction = map { (split /-/, event_id($_))[2] => 1 } grep { defined $_->{value} } @moved;
	is(scalar keys %transaction, 1, 'key change: of one transaction');
	return;
}

# What Java's producers choose, computed here: murmur2 of the key.
sub murmur2
{
	my ($text) = @_;
	my ($m, $mask) = (0x5bd1e995, 0xffffffff);
	my $length = length $text;
	my $h = (0x9747b28c ^ $length) & $mask;
	my @words = unpack 'V*', substr $text, 0, $length - $length % 4;
	for my $k (@words)
	{
		$k = ($k * $m) & $mask;
		$k ^= $k >> 24;
		$k = ($k * $m) & $mask;
		$h = (($h * $m) & $mask) ^ $k;
	}
	my @rest = unpack 'C*', substr $text, $length - $length % 4;
	if (@rest)
	{
		$h ^= $rest[$_] << (8 * $_) for 0 .. $#rest;
		$h = ($h * $m) & $mask;
	}
	$h ^= $h >> 13;
	$h = ($h * $m) & $mask;
	$h ^= $h >> 15;
	return $h & 0x7fffffff;
}

sub partitions
{
	my @records = added('item', "INSERT INTO item SELECT i, 'P' || i, 0 FROM generate_series(100, 139) AS i");
	is(scalar @records, 40, 'partitions: 40 records');
	my %used = map { $_->{partition} => 1 } @records;
	my @leaders = $kafka->leaders(own('item'));
	cmp_ok(scalar keys %used, '>', 1, 'partitions: keys are spread');
	my @wrong = grep { $_->{partition} != murmur2($_->{key}) % @leaders } @records;
	is(scalar @wrong, 0, "partitions: every key is where Java's producers put it");
	return;
}

sub committed_only
{
	is_deeply([ added('item', "BEGIN; INSERT INTO item VALUES (200, 'no', 1); ROLLBACK") ], [], 'rolled back: nothing');
	my @kept = added('item', <<'END');
BEGIN;
INSERT INTO item VALUES (201, 'kept', 1);
SAVEPOINT one;
INSERT INTO item VALUES (202, 'gone', 1);
SAVEPOINT two;
INSERT INTO item VALUES (203, 'gone', 1);
RELEASE two;
ROLLBACK TO one;
INSERT INTO item VALUES (204, 'kept', 1);
SAVEPOINT three;
INSERT INTO item VALUES (205, 'kept', 1);
RELEASE three;
COMMIT;
END
	is_deeply([ sort +events(@kept) ], [ map { "c {\"id\":$_}" } 201, 204, 205 ], 'fault 28: savepoints: what was not undone, once');
	my @copied = added('item', join "\n", 'COPY item (id, sku, on_hand) FROM stdin;', (map { "$_\tC$_\t1" } 300 .. 399), '\.', '');
	is(scalar @copied, 100, 'fault 28: COPY: a record for each row');
	my %id = map { event_id($_) => 1 } @copied;
	is(scalar keys %id, 100, 'fault 28: COPY: an event id for each');

	is_deeply([ added('item', "BEGIN; INSERT INTO item VALUES (400, 'two', 1); PREPARE TRANSACTION 'later'") ], [], 'fault 31: prepared: nothing yet');
	is_deeply([ events(added('item', "COMMIT PREPARED 'later'")) ], ['c {"id":400}'], 'fault 31: once, at COMMIT PREPARED');
	is_deeply([ added('item', "BEGIN; INSERT INTO item VALUES (401, 'two', 1); PREPARE TRANSACTION 'never'") ], [], 'fault 31: prepared again');
	is_deeply([ added('item', "ROLLBACK PREPARED 'never'") ], [], 'fault 31: and rolled back: nothing');
	return;
}

sub truncated
{
	my @truncated = added('item', 'TRUNCATE item');
	my @ops = map { value_of($_)->{op} } @truncated;
	is_deeply([ grep { $_ ne 't' } @ops ], [], 'truncate: op t');
	cmp_ok(scalar @ops, '>=', 1, 'truncate: is said');
	return;
}

sub unchanged_toast
{
	added('document', "INSERT INTO document SELECT 1, string_agg(md5(i::text), ''), 1 FROM generate_series(1, 1000) AS i");
	my ($update) = added('document', 'UPDATE document SET edition = 2');
	my $value = value_of($update);
	ok(!exists $value->{after}{body} || defined $value->{after}{body}, 'unchanged TOAST: never null');
	like($update->{value}, qr/unchanged|unavailable/, 'unchanged TOAST: marked') or diag($update->{value});
	is($value->{after}{edition}, 2, 'unchanged TOAST: the rest is there');
	sql('ALTER TABLE document REPLICA IDENTITY FULL');
	($update) = added('document', 'UPDATE document SET edition = 3');
	is(length(value_of($update)->{after}{body} // ''), 32000, 'unchanged TOAST: filled from the old row with REPLICA IDENTITY FULL');
	return;
}

sub emitted
{
	my ($record) = added('outbox', <<"END");
SELECT tidehold.emit('${\own('outbox')}', 'order 7', '{"total": 12.50}'::json, '{"kind": "OrderPlaced"}')
END
	is($record->{key}, 'order 7', 'emit: the key');
	is($record->{value}, '{"total": 12.50}', 'emit: the payload, byte for byte');
	is($record->{headers}{kind}, 'OrderPlaced', 'emit: the headers');
	is_deeply([ added('outbox', "BEGIN; SELECT tidehold.emit('${\own('outbox')}', 'x', 'never'::text); ROLLBACK") ], [],
		'emit: nothing of what was rolled back');
	my $trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
	my ($traced) = added('item', "BEGIN; SET LOCAL tidehold.traceparent = '$trace'; INSERT INTO item VALUES (500, 'T', 1); COMMIT");
	is($traced->{headers}{traceparent}, $trace, 'traceparent: in the headers');
	($traced) = added('item', 'UPDATE item SET on_hand = 2 WHERE id = 500');
	is($traced->{headers}{traceparent}, undef, 'traceparent: of that transaction alone');
	return;
}

# Steps of two sessions through a topic of several partitions, in transactions of their own.
sub sessions
{
	my @records = added('session', join ';', map {
		"SELECT tidehold.emit('${\own('session')}', 'session ' || $_ % 2, '$_'::text, expires_in => '14 days')"
	} 1 .. 20);
	my %steps;
	push @{ $steps{ $_->{key} }{ $_->{partition} } }, $_->{value} for @records;
	is_deeply([ map { scalar keys %$_ } values %steps ], [ 1, 1 ], 'sessions: each in one partition');
	is_deeply({ map { $_ => values %{ $steps{$_} } } keys %steps },
		{ 'session 0' => [ map { 2 * $_ } 1 .. 10 ], 'session 1' => [ map { 2 * $_ - 1 } 1 .. 10 ] }, 'sessions: in order');
	my $expiry = $records[0]{headers}{expires_at} // 'epoch';
	is(sql("SELECT now() + '14 days' - '$expiry' BETWEEN '0' AND '5 min'"), 't', 'expiry: in the headers') or diag($expiry);
	is_deeply([ added('session', "BEGIN; SELECT tidehold.emit('${\own('session')}', 'late', '1'::text, expires_in => '1 ms'), pg_sleep(0.1); COMMIT") ],
		[], 'expiry: what is late is not sent');
	is(sql(q(SELECT expired FROM tidehold.stat_feed WHERE name = 'main')), '1', 'expiry: and is counted');
	return;
}

sub flat_and_cloudevents
{
	sql("SELECT tidehold.map_feed('main', 'plain', envelope => 'flat'), tidehold.map_feed('main', 'cloud', envelope => 'cloudevents')");
	wait_feed($node, 'main');
	my ($flat) = added('plain', 'INSERT INTO plain VALUES (1, 0.10)');
	is($flat->{value}, '{"id":1,"price":0.10}', 'flat: the row and nothing else');
	my @gone = added('plain', 'DELETE FROM plain');
	is($gone[-1]{value}, undef, 'flat: a delete ends with a tombstone');
	my ($cloud) = added('cloud', 'INSERT INTO cloud VALUES (1)');
	is($cloud->{value}, '{"id":1}', 'cloudevents: the row is the body');
	is($cloud->{headers}{ce_specversion}, '1.0', 'cloudevents: binary mode');
	ok($cloud->{headers}{$_}, "cloudevents: $_ is there") for qw(ce_id ce_source ce_type ce_time);
	return;
}

sub mapped
{
	sql("SELECT tidehold.map_feed('main', 'mapped', destination => '${\own('stock')}.{site}', key_columns => '{sku}')");
	wait_feed($node, 'main');
	sql("INSERT INTO mapped VALUES (1, 'north', 'A')");
	wait_feed($node, 'main');
	my ($record) = $kafka->consume(own('stock.north'));
	is($record->{key}, '{"sku":"A"}', 'map_feed: key columns');
	sql("SELECT tidehold.map_feed('main', 'hidden', excluded => true)");
	wait_feed($node, 'main');
	sql('INSERT INTO hidden VALUES (1)');
	wait_feed($node, 'main');
	is((grep { $_ eq own('hidden') } $kafka->topics), 0, 'map_feed: an excluded table is not sent');
	return;
}

sub schema_records
{
	my @before = $kafka->consume(own('main.schema'));
	cmp_ok(scalar(grep { ($_->{value} // '') =~ /"on_hand"/ } @before), '>=', 1, 'schema record: of a table');
	sql("ALTER TABLE item ADD COLUMN weight numeric DEFAULT 1.5; UPDATE item SET on_hand = 0 WHERE id = 500");
	wait_feed($node, 'main');
	my @after = $kafka->consume(own('main.schema'));
	is(@after - @before, 1, 'fault 29: a schema record for the new shape, and one alone');
	like($after[-1]{value} . $after[0]{value} . join('', map { $_->{value} // '' } @after), qr/"weight"/, 'fault 29: with the new column');
	return;
}

# ---- the test ----

sql(<<'END');
CREATE TABLE item (id bigint PRIMARY KEY, sku text, on_hand integer, more jsonb);
CREATE TABLE document (id integer PRIMARY KEY, body text, edition integer);
ALTER TABLE document ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE plain (id integer PRIMARY KEY, price numeric);
CREATE TABLE cloud (id integer PRIMARY KEY);
CREATE TABLE mapped (id integer PRIMARY KEY, site text, sku text);
ALTER TABLE mapped REPLICA IDENTITY FULL;
CREATE TABLE hidden (id integer PRIMARY KEY);
CREATE PUBLICATION everything FOR TABLE item, document, plain, cloud, mapped, hidden;
END
$kafka->create_topic(own('item'), 4);
$kafka->create_topic(own('outbox'), 1);
create_feed($node, 'main', 'everything', 'kafka');
wait_feed($node, 'main', 'the feed runs');

keys_and_envelope();
partitions();
committed_only();
truncated();
unchanged_toast();
emitted();
sessions();
flat_and_cloudevents();
mapped();
schema_records();
no_dead_letters($node);
done_testing();
