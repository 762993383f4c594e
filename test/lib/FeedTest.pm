# FeedTest.pm
#	  What the tests of the feed share: servers with feeds, tables that keep a record of
#	  every change, and whether Kafka and Redis hold what the database says.
package FeedTest;

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(basename);
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Kafka;
use Program qw(wait_until);
use Redis;
use Tidehold qw(kill_server);

our @EXPORT = qw(
  wait_until kill_server
  feed_node own kafka_server redis_server create_feed feed_of wait_feed wait_for_state feed_state stat_feed ask
  worker_pid kill_worker only_on_kafka value_of events event_id
  audited_table change_rows published_once published_at_least_once redis_equals_table load_topic occurrences
  no_dead_letters
);

# ---- servers and feeds ----

my $SETTINGS = <<'END';
restart_after_crash = on
max_replication_slots = 20
max_wal_senders = 20
statement_timeout = 3min
log_statement = none
tidehold.maintenance_naptime = 50ms
END

# A running server with the extension; settings are lines of postgresql.conf.
sub feed_node
{
	my ($name, $settings, @init) = @_;
	my $node = Tidehold::node($name, @init);
	$node->append_conf('postgresql.conf', $SETTINGS . ($settings // ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION tidehold');
	return $node;
}

# Names for topics of this file: the broker serves the others too.
sub own
{
	my ($name) = @_;
	return basename($0, '.pl') . ".$name";
}

sub _options
{
	my (%option) = @_;
	return join ', ', map { my $value = $option{$_} =~ s/'/''/gr; "\"$_\" '$value'" } sort keys %option;
}

# A foreign server of that name; further pairs are options of it.
sub kafka_server
{
	my ($node, $kafka, $name, %option) = @_;
	my $options = _options('bootstrap.servers' => $kafka->brokers, %option);
	$node->safe_psql('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ($options)");
	return;
}

sub redis_server
{
	my ($node, $redis, $name, %option) = @_;
	my $options = _options(($redis ? (host => '127.0.0.1', port => $redis->port) : ()), %option);
	$node->safe_psql('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER tidehold_redis OPTIONS ($options)");
	return;
}

# Options of the feed are further pairs.  Topics of a Kafka feed are this file's own:
# FILE.TABLE, FILE.FEED.position, FILE.FEED.schema.
sub create_feed
{
	my ($node, $feed, $publication, $server, %option) = @_;
	my $kind = $node->safe_psql('postgres', <<"END");
SELECT fdwname FROM pg_foreign_server AS s JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw WHERE srvname = '$server'
END
	my %own = (destination => own('{$table}'), position_topic => own("$feed.position"), schema_topic => own("$feed.schema"));
	%option = (%own, %option) if $kind eq 'tidehold_kafka';
	my $options = JSON::PP->new->canonical->encode(\%option) =~ s/'/''/gr;
	$node->safe_psql('postgres', "SELECT tidehold.create_feed('$feed', '$publication', '$server', '$options')");
	return;
}

# An audited table, its publication and its feed to server "kafka", all of one name; the
# feed runs.
sub feed_of
{
	my ($node, $table, %option) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	audited_table($node, $table);
	$node->safe_psql('postgres', "CREATE PUBLICATION $table FOR TABLE $table");
	create_feed($node, $table, $table, 'kafka', %option);
	return wait_feed($node, $table, "$table: runs");
}

# Answer of a server that may be on its way down or up; undef where it has none.
sub ask
{
	my ($node, $query) = @_;
	my ($code, $out) = eval { $node->psql('postgres', $query) };
	return defined $code && $code == 0 ? $out : undef;
}

# All that is committed is in the sink; an assertion of the test.
sub wait_feed
{
	my ($node, $feed, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($code, $out, $error) = $node->psql('postgres', "SELECT tidehold.wait_feed('$feed', '90 s')");
	return 1 if is($out, 't', $name // "$feed: everything is in the sink");
	diag($error);
	diag($node->safe_psql('postgres', "SELECT * FROM tidehold.stat_feed WHERE name = '$feed' \\gx"));
	return 0;
}

sub stat_feed
{
	my ($node, $feed, $column) = @_;
	return $node->safe_psql('postgres', "SELECT $column FROM tidehold.stat_feed WHERE name = '$feed'");
}

sub feed_state { return stat_feed(@_, 'state') }

# Until a condition over tidehold.stat_feed holds; an assertion of the test.
sub wait_for_state
{
	my ($node, $feed, $condition, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $query = "SELECT count(*) FROM tidehold.stat_feed WHERE name = '$feed' AND ($condition)";
	my $is_so = eval {
		wait_until($condition, sub { (ask($node, $query) // '') eq '1' }, 90);
	};
	return 1 if ok($is_so, $name // "$feed: $condition");
	diag(ask($node, "SELECT * FROM tidehold.stat_feed WHERE name = '$feed' \\gx") // 'the server does not answer');
	return 0;
}

sub worker_pid { return stat_feed(@_, 'pid') }

# The server restarts when a process that is attached to its memory is killed.
sub kill_worker
{
	my ($node, $feed) = @_;
	my $pid = worker_pid($node, $feed) or return;
	kill 'KILL', $pid;
	wait_until('the server is back', sub {
		my $now = ask($node, "SELECT pid FROM tidehold.stat_feed WHERE name = '$feed'") // '';
		$now ne '' && $now ne $pid;
	});
	return;
}

sub occurrences
{
	my ($node, $pattern) = @_;
	my $log = slurp_file($node->logfile);
	return scalar(() = $log =~ /$pattern/g);
}

sub no_dead_letters
{
	my ($node, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $letters = $node->safe_psql('postgres', <<'END');
SELECT name, table_name, destination, state, sqlstate, reason FROM tidehold.dead_letter JOIN tidehold.feed USING (feed_id) LIMIT 20
END
	return is($letters, '', $name // 'nothing became a dead letter');
}

# In a SKIP block: what only Apache Kafka itself can show.
sub only_on_kafka
{
	my ($assertions) = @_;
	skip('**** Apache Kafka could not be had: only the mock broker was asked', $assertions) unless Kafka::real();
	return;
}

# ---- records of a topic ----

sub value_of
{
	my ($record) = @_;
	return defined $record->{value} ? JSON::PP::decode_json($record->{value}) : undef;
}

# Each record as "OP KEY" or "- KEY" for a tombstone, in order of partition and offset.
sub events
{
	my (@records) = @_;
	return map {
		my $value = value_of($_);
		($value ? $value->{op} : '-') . ' ' . ($_->{key} // '')
	} @records;
}

# SYSTEM-TIMELINE-COMMITLSN-INDEX: in the envelope where that has a place for it.
sub event_id
{
	my ($record) = @_;
	my $header = $record->{headers};
	return $header->{'tidehold-id'} // $header->{ce_id} // value_of($record)->{source}{id};
}

# ---- tables that know what was changed ----

# A table (id, version, note) whose every committed change is in test.truth: version is
# new at each insert and update and grows in commit order of the row.
sub audited_table
{
	my ($node, $table) = @_;
	$node->safe_psql('postgres', <<"SQL");
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS test;
CREATE SEQUENCE IF NOT EXISTS test.version;
CREATE TABLE IF NOT EXISTS test.truth (table_name text, op text, id bigint, version bigint);
CREATE OR REPLACE FUNCTION test.next_version() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    NEW.version := nextval('test.version');
    RETURN NEW;
END
\$\$;
CREATE OR REPLACE FUNCTION test.record() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    INSERT INTO test.truth VALUES (TG_TABLE_NAME,
        CASE TG_OP WHEN 'INSERT' THEN 'c' WHEN 'UPDATE' THEN 'u' ELSE 'd' END,
        CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END,
        CASE TG_OP WHEN 'DELETE' THEN OLD.version ELSE NEW.version END);
    RETURN NULL;
END
\$\$;
CREATE TABLE $table (id bigint PRIMARY KEY, version bigint NOT NULL DEFAULT 0, note text NOT NULL DEFAULT 'note');
ALTER TABLE $table REPLICA IDENTITY FULL;
CREATE TRIGGER next_version BEFORE INSERT OR UPDATE ON $table FOR EACH ROW EXECUTE FUNCTION test.next_version();
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION test.record();
SQL
	return;
}

# So many transactions with inserts, updates and deletes of rows 1 .. 50 in them, and
# some that are rolled back.
sub change_rows
{
	my ($node, $table, $transactions) = @_;
	$node->safe_psql('postgres', <<"END");
SELECT format('BEGIN; '
    'INSERT INTO $table (id) VALUES (%1\$s) ON CONFLICT (id) DO UPDATE SET note = EXCLUDED.note || %1\$s; '
    'UPDATE $table SET note = %2\$L WHERE id BETWEEN %1\$s AND %1\$s + 2; '
    '%3\$s; %4\$s', 1 + n * 7 % 50, 'note ' || n,
    CASE WHEN n % 5 = 0 THEN format('DELETE FROM $table WHERE id = %s', 1 + n * 3 % 50) ELSE 'SELECT 1' END,
    CASE WHEN n % 7 = 0 THEN 'ROLLBACK' ELSE 'COMMIT' END)
FROM generate_series(1, $transactions) AS n \\gexec
END
	return;
}

# Copies a topic into test.got, as an independent reader of committed records sees it.
sub load_topic
{
	my ($node, $kafka, $topic, %option) = @_;
	$node->safe_psql('postgres', <<'END');
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS test;
DROP TABLE IF EXISTS test.got, test.seen;
CREATE UNLOGGED TABLE test.got (partition integer, place bigint, size integer, key text, value text);
END
	my $file = $node->basedir . '/topic';
	unlink $file;
	my $reader = Program->new($file, $kafka->reader($topic, %option), '-f', '%p\x02%o\x02%S\x02\x01%k\x01\x02\x01%s\x01\n');
	wait_until("$topic is read to its end", sub { !$reader->is_running });
	$node->safe_psql('postgres', "\\copy test.got FROM '$file' (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01', ESCAPE E'\\x01')");
	return $node->safe_psql('postgres', 'SELECT count(*) FROM test.got');
}

my $SEEN = <<'END';
CREATE UNLOGGED TABLE test.seen AS
SELECT partition, place, op, (r ->> 'id')::bigint AS id, (r ->> 'version')::bigint AS version,
    ((source ->> 'sequence')::jsonb ->> 0)::numeric AS committed
FROM (SELECT partition, place, value::jsonb AS value FROM test.got WHERE size >= 0) AS g,
    jsonb_to_record(value) AS v (op text, source jsonb, before jsonb, after jsonb),
    LATERAL (VALUES (CASE op WHEN 'd' THEN before ELSE after END)) AS row (r)
END

# A row's life begins with c and ends with d, which has the version of the change before
# it; in between versions grow.  No transaction comes before one that was committed earlier.
my $DISORDER = <<'END';
SELECT id, op, version, previous_op, previous FROM (
    SELECT id, op, version, lag(version) OVER w AS previous, coalesce(lag(op) OVER w, 'd') AS previous_op,
        committed < lag(committed) OVER w AS late,
        min(partition) OVER (PARTITION BY id) <> partition AS elsewhere
    FROM test.seen WHERE op <> 'r' WINDOW w AS (PARTITION BY id ORDER BY partition, place)) AS s
WHERE elsewhere OR late OR (op = 'c') <> (previous_op = 'd')
    OR (op = 'u' AND version <= previous) OR (op = 'd' AND version <> previous) LIMIT 20
END

# Every change of an audited table is in its topic exactly once, and those of a row in
# the order of their commits: three assertions.  Snapshot rows count apart.
sub published_once
{
	my ($node, $kafka, $table, $name, $topic) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $records = load_topic($node, $kafka, $topic // own($table));
	return loaded_once($node, $table, $name, "$records records");
}

# The same to a reader who passes over what has an event id that came before.
sub published_at_least_once
{
	my ($node, $kafka, $table, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $records = load_topic($node, $kafka, own($table));
	my $repeats = $node->safe_psql('postgres', <<'END');
WITH record AS (SELECT ctid, row_number() OVER (PARTITION BY value::jsonb #>> '{source,id}' ORDER BY partition, place) AS time FROM test.got WHERE size >= 0),
    repeat AS (DELETE FROM test.got AS g USING record AS r WHERE g.ctid = r.ctid AND time > 1 RETURNING 1)
SELECT count(*) FROM repeat
END
	return loaded_once($node, $table, $name, "$records records, $repeats of them repeats");
}

sub loaded_once
{
	my ($node, $table, $name, $records) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql('postgres', $SEEN);
	my $truth = "SELECT op, id, version FROM test.truth WHERE table_name = '$table'";
	my $seen = "SELECT op, id, version FROM test.seen WHERE op <> 'r'";
	my $count = $node->safe_psql('postgres', "SELECT count(*) FROM ($truth) AS t");
	is($node->safe_psql('postgres', "SELECT * FROM ($truth EXCEPT ALL $seen) AS m ORDER BY version LIMIT 20"), '',
		"$name: none of $count changes is missing ($records)");
	is($node->safe_psql('postgres', "SELECT * FROM ($seen EXCEPT ALL $truth) AS m ORDER BY version LIMIT 20"), '',
		"$name: none is there twice, or was never committed");
	return is($node->safe_psql('postgres', $DISORDER), '', "$name: those of a row are in the order of their commits");
}

# The hashes TABLE:ID of Redis are the rows of an audited table.
sub redis_equals_table
{
	my ($node, $redis, $table, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $rows = $node->safe_psql('postgres', <<"END");
SELECT line FROM (SELECT format('$table:%s|id=%s|note=%s|version=%s', id, id, note, version) AS line FROM $table) AS l
ORDER BY line COLLATE "C"
END
	return is(join("\n", $redis->hashes("$table:*")), $rows, $name);
}

1;
