# Copies of a cluster: a clone, a restored backup, a dump, a copied data directory.  None
# of them publishes before it is told to, or disturbs the one that does; and what the one
# that is told to publishes is not taken for a replay (faults 22, 23, 24, 26 and 35).
use strict;
use warnings;

use FindBin;
use IO::Socket::INET;
use Test::More;

use FeedTest;
use Program;

my $kafka = Kafka->shared;
my $redis = Redis->new;
my @feeds = qw(kafka hashes streams);
my $origin = feed_node('origin', "max_prepared_transactions = 10\n", has_archiving => 1);

sub sql { return $origin->safe_psql('postgres', $_[0]) }

# Of every node its own: all have the tables of the origin.
sub insert
{
	my ($node, $note, $count) = @_;
	return $node->safe_psql('postgres', "INSERT INTO event (note) SELECT '$note' FROM generate_series(1, $count)");
}

sub sizes
{
	return join ' ', scalar $kafka->consume(own('event')), map { $redis->cli(@$_) } [ 'XLEN', 'event' ], [ 'DBSIZE' ];
}

sub in_step { wait_feed($_[0], $_, "$_[1]: $_") for @feeds; return }

# Whatever is written to a copy stays there.
sub publishes_nothing
{
	my ($copy, $reason, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	for my $feed (@feeds)
	{
		wait_for_state($copy, $feed, "state = 'parked'", "$name: $feed is parked");
		like(stat_feed($copy, $feed, 'reason'), $reason, "$name: $feed says why");
	}
	my $before = sizes();
	insert($copy, 'of a copy', 20);
	is($copy->safe_psql('postgres', "SELECT count(*) FROM tidehold.stat_feed WHERE state = 'parked'"), scalar @feeds, "$name: and it stays so");
	return is(sizes(), $before, "$name: nothing is published");
}

# The origin has not even noticed.
sub origin_is_undisturbed
{
	my ($pids, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	insert($origin, 'goes on', 5);
	in_step($origin, "$name: the origin goes on");
	return is(pids(), $pids, "$name: in the same processes");
}

sub pids { return sql("SELECT string_agg(pid::text, ' ' ORDER BY name) FROM tidehold.stat_feed") }

sub start_copy
{
	my ($name, @more) = @_;
	my $copy = PostgreSQL::Test::Cluster->new($name);
	$copy->init_from_backup($origin, 'full', @more);
	$copy->append_conf('postgresql.conf', "archive_mode = off\n");
	$copy->start;
	return $copy;
}

# ---- faults ----

# A base backup that is started beside its origin.
sub clone
{
	my $pids = pids();
	my $copy = start_copy('clone');
	publishes_nothing($copy, qr/this server is not the one that the feed was armed on/, 'fault 23: clone');
	origin_is_undisturbed($pids, 'fault 23: clone');
	$copy->stop;
	return;
}

# The same with all there is, slots included.
sub copy_of_the_folder
{
	$origin->stop;
	my $copy = PostgreSQL::Test::Cluster->new('folder');
	$copy->init_from_backup($origin, 'full');
	my ($from, $to) = map { $_->data_dir } $origin, $copy;
	my $conf = Tidehold::slurp("$to/postgresql.conf");
	system("rm -rf $to && cp -a $from $to && rm -f $to/postmaster.pid") == 0 or die 'could not copy the data directory';
	open(my $file, '>', "$to/postgresql.conf") or die "could not write the configuration: $!";
	print $file $conf, "archive_mode = off\n";
	close $file;
	$origin->start;
	in_step($origin, 'fault 23: the origin is back');
	my $pids = pids();
	$copy->start;
	is($copy->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), scalar @feeds, 'fault 23: copied folder: the slots came along');
	publishes_nothing($copy, qr/this server is not the one that the feed was armed on/, 'fault 23: copied folder');
	origin_is_undisturbed($pids, 'fault 23: copied folder');
	return $copy;
}

# The copy is told to: now the origin is the old one.
sub copy_takes_over
{
	my ($copy) = @_;
	$origin->stop;
	$copy->safe_psql('postgres', "SELECT tidehold.recover_feed('$_')") for qw(kafka hashes);
	wait_feed($copy, $_, "fault 23: recover_feed: $_ publishes from the copy") for qw(kafka hashes);
	is($copy->safe_psql('postgres', "SELECT state FROM tidehold.stat_feed WHERE name = 'streams'"), 'parked', 'fault 23: and no other feed does');
	$origin->start;
	for my $feed (qw(kafka hashes))
	{
		wait_for_state($origin, $feed, "state = 'parked'", "fault 26: two servers: $feed of the origin parks");
		like(stat_feed($origin, $feed, 'reason'), qr/recovered elsewhere: the sink is in epoch 2, this server in 1/, "fault 26: two servers: $feed says why");
	}
	my $size = () = $kafka->consume(own('event'));
	insert($origin, 'deposed', 5);
	insert($copy, 'heir', 7);
	wait_feed($copy, 'kafka');
	is(scalar(() = $kafka->consume(own('event'))), $size + 7, 'fault 26: two servers: one publishes');
	$copy->stop;
	sql("SELECT tidehold.recover_feed('$_', 'resnapshot')") for qw(kafka hashes);
	in_step($origin, 'fault 26: the origin is told to publish again');
	is(sql("SELECT string_agg(DISTINCT epoch::text, ',') FROM tidehold.feed WHERE name <> 'streams'"), '3', 'fault 26: in an epoch of its own');
	return;
}

# The rows of a dump in another cluster.
sub dumped
{
	my $pids = pids();
	my $other = feed_node('other');
	my $file = $origin->basedir . '/dump';
	# A feed that was never connected: no cluster has been armed for it.
	my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Proto => 'tcp') or die "no port: $!";
	redis_server($origin, undef, 'nobody', host => '127.0.0.1', port => $silent->sockport);
	create_feed($origin, 'unborn', 'events', 'nobody');
	wait_for_state($origin, 'unborn', "state = 'connecting' AND reason IS NOT NULL");
	system('pg_dump', '-Fc', '-f', $file, $origin->connstr('postgres')) == 0 or die 'pg_dump failed';
	$other->safe_psql('postgres', 'CREATE DATABASE restored');
	system('pg_restore', '-d', $other->connstr('restored'), $file) == 0 or die 'pg_restore failed';
	ok($other->poll_query_until('restored', "SELECT count(*) = 3 FROM tidehold.stat_feed WHERE state = 'parked' AND reason ~ 'feed belongs to the cluster with system identifier'"),
		'fault 23: a dump that is restored in another cluster is parked')
	  or diag($other->safe_psql('restored', 'SELECT name, state, reason FROM tidehold.stat_feed'));
	ok($other->poll_query_until('restored', "SELECT count(*) = 1 FROM tidehold.stat_feed WHERE name = 'unborn' AND state = 'parked' AND reason ~ 'not the one that the feed was armed on'"),
		'fault 23: dump: so is a feed that had not begun')
	  or diag($other->safe_psql('restored', 'SELECT name, state, reason FROM tidehold.stat_feed'));
	sql("SELECT tidehold.drop_feed('unborn')");
	ok($origin->poll_query_until('postgres', "SELECT count(*) = 3 FROM tidehold.feed"), 'fault 23: dump: which is dropped');
	my $before = sizes();
	$other->safe_psql('restored', "INSERT INTO event (note) VALUES ('of a dump')");
	is(sizes(), $before, 'fault 23: dump: nothing is published');
	$other->safe_psql('restored', "SELECT tidehold.drop_feed('streams')");
	ok($other->poll_query_until('restored', "SELECT count(*) = 3 FROM tidehold.feed"), 'fault 23: dump: a feed can be dropped where it does not belong');
	origin_is_undisturbed($pids, 'fault 23: dump');
	my ($code, $out, $error) = $other->psql('restored', 'DROP EXTENSION tidehold CASCADE');
	like($error, qr/because there are feeds: /, 'fault 35: DROP EXTENSION is refused while there are feeds, parked ones too');
	is($other->psql('postgres', 'DROP DATABASE restored'), 0, 'fault 35: DROP DATABASE works where feeds are parked');
	$other->stop;
	return;
}

sub drop_database
{
	for my $how ('', ' WITH (FORCE)')
	{
		sql('CREATE DATABASE short');
		my $name = 'short' . ($how ? '_force' : '');
		my $options = sprintf '{"position_topic": "%s", "schema_topic": "", "destination": "%s"}', own("$name.position"), own($name);
		$origin->safe_psql('short', <<"END");
CREATE EXTENSION tidehold;
CREATE TABLE t (id integer PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE t;
CREATE SERVER k FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" '${\ $kafka->brokers}');
SELECT tidehold.create_feed('f', 'p', 'k', '$options');
END
		is($origin->safe_psql('short', "SELECT tidehold.wait_feed('f')"), 't', 'fault 35: a feed runs');
		my ($code, $out, $error) = $origin->psql('short', 'DROP EXTENSION tidehold CASCADE');
		like($error, qr/because there are feeds: f/, 'fault 35: DROP EXTENSION is refused');
		($code, $out, $error) = $origin->psql('postgres', "DROP DATABASE short$how");
		is($code, 0, "fault 35: DROP DATABASE$how works while a feed runs") or diag($error);
		is(sql("SELECT count(*) FROM pg_replication_slots WHERE database = 'short'"), 0, 'fault 35: and its slot is gone');
		sql('DROP DATABASE IF EXISTS short WITH (FORCE)');
	}
	return;
}

# The feed itself goes before the disk is full, where that is wished.
sub budget_drops
{
	sql("CREATE TABLE thrifty (id integer PRIMARY KEY); CREATE PUBLICATION thrifty FOR TABLE thrifty");
	create_feed($origin, 'thrifty', 'thrifty', 'kafka', wal_budget => '64MB', on_wal_budget => 'drop');
	wait_feed($origin, 'thrifty');
	my $slot = sql("SELECT slot_name FROM tidehold.feed WHERE name = 'thrifty'");
	sql("SELECT tidehold.pause_feed('thrifty')");
	wait_for_state($origin, 'thrifty', "state = 'paused'");
	sql("INSERT INTO thrifty VALUES (1)");
	sql("CREATE TABLE waste AS SELECT repeat('x', 1000) FROM generate_series(1, 120000); DROP TABLE waste; SELECT pg_switch_wal()");
	ok($origin->poll_query_until('postgres', "SELECT count(*) = 0 FROM tidehold.feed WHERE name = 'thrifty'"), 'fault 24: on_wal_budget drop: the feed is dropped');
	is(sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot'"), 0, 'fault 24: on_wal_budget drop: with its slot');
	return;
}

# Back to an earlier moment: places in the WAL are used a second time.
sub back_in_time
{
	sql("SELECT pg_create_restore_point('earlier'), pg_switch_wal()");
	my $reached = sql('SELECT pg_current_wal_lsn()');
	insert($origin, 'undone by the restore', 300);
	in_step($origin, 'fault 23: PITR: later rows are published');
	sql('SELECT pg_switch_wal()');
	$origin->stop;
	my $restored = PostgreSQL::Test::Cluster->new('restored');
	$restored->init_from_backup($origin, 'full', has_restoring => 1, standby => 0);
	$restored->append_conf('postgresql.conf', "archive_mode = off\nrecovery_target_name = 'earlier'\nrecovery_target_action = 'promote'\n");
	$restored->start;
	$restored->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the restore did not end';
	publishes_nothing($restored, qr/sink has changes up to .* which this server does not have|recovered elsewhere/, 'fault 23: PITR');
	$restored->safe_psql('postgres', "SELECT tidehold.recover_feed('$_', 'republish')") for @feeds;
	wait_for_state($restored, $_, "state = 'parked' AND reason ~ 'cannot be told'", "fault 23: PITR: $_ does not guess what the sink lacks") for @feeds;
	my $size = $redis->cli('XLEN', 'event');
	$restored->safe_psql('postgres', "SELECT tidehold.recover_feed('$_', 'resnapshot')") for qw(kafka hashes);
	$restored->safe_psql('postgres', "SELECT tidehold.recover_feed('streams', 'from_now')");
	in_step($restored, 'fault 23: PITR: recovered');
	insert($restored, 'after the restore', 10);
	$restored->safe_psql('postgres', "UPDATE event SET note = 'changed after it' WHERE id <= 3");
	in_step($restored, 'fault 23: PITR: later changes');
	is($restored->safe_psql('postgres', "SELECT pg_current_wal_lsn() < '$reached'"), 't', 'fault 23: PITR: places in the WAL are used a second time');
	is($redis->cli('XLEN', 'event'), $size + 13, 'fault 23: PITR: no new entry of a stream is taken for a replay');
	my %hash = map { $_ => 1 } $redis->hashes('event:*');
	my @missing = grep { !$hash{$_} } split /\n/, $restored->safe_psql('postgres', "SELECT format('event:%s|id=%s|note=%s|version=%s', id, id, note, version) FROM event");
	is("@missing[0 .. ($#missing > 4 ? 4 : $#missing)]", '', 'fault 23: PITR: no hash keeps what was undone');
	my %id;
	$id{ event_id($_) }++ for grep { defined $_->{value} } $kafka->consume(own('event'));
	is((grep { $id{$_} > 1 } keys %id), 0, 'fault 23: PITR: no event id is used twice');
	no_dead_letters($restored);
	$restored->stop;
	return;
}

# ---- the test ----

sql(<<'END');
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE PUBLICATION events FOR TABLE event;
INSERT INTO event (note) SELECT 'first' FROM generate_series(1, 10);
END
kafka_server($origin, $kafka, 'kafka');
redis_server($origin, $redis, 'redis');
create_feed($origin, 'kafka', 'events', 'kafka');
create_feed($origin, 'hashes', 'events', 'redis');
create_feed($origin, 'streams', 'events', 'redis', value => 'stream');
in_step($origin, 'all run');
$origin->backup('full');
insert($origin, 'after the backup', 10);
in_step($origin, 'after the backup');

clone();
copy_takes_over(copy_of_the_folder());
dumped();
drop_database();
budget_drops();
back_in_time();
done_testing();
