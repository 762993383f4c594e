# A run of a job that the server does not outlive: killed in the middle of a file, and its
# standby promoted in the middle of one.  What was taken before is kept, nothing of the file
# that was being read is there, and the next run takes all of the rest once.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;

use Session;

my $ROWS = 50;
my $in = PostgreSQL::Test::Utils::tempdir;
my $call = qq{CALL ocean.run_job('ingest', '{"folder": "$in"}')};
my $states = q{SELECT string_agg(state, ',' ORDER BY started_at) FROM ocean.job_run};

my $node = sea('ocean_job_crash');

# One day of the month each.  They are of an hour ago: what was changed in the seconds before
# it was read is read again.
sub write_files
{
	for my $day (@_)
	{
		my $file = sprintf '%s/day_%02d.csv', $in, $day;
		append_to_file($file, join '', map {
			sprintf "44013,2022-07-%02dT%02d:%02d:00Z,sea_water_temperature,%.1f\n", $day, $_ / 6, $_ % 6 * 10, 15 + $_ / 10
		} 0 .. $ROWS - 1);
		utime time - 3600, time - 3600, $file or die "could not change the time of $file: $!";
	}
	return;
}

# A run that is in the middle of a file: it waits for another session, which has noted the
# same file and does not end.
sub run_until
{
	my ($day) = @_;
	my ($gate, $run) = map { Session->new($node) } 1 .. 2;
	my $file = sprintf 'day_%02d.csv', $day;
	$gate->run("BEGIN; INSERT INTO ocean.ingested_file (folder, file, size, modified_at, run_id) VALUES ('$in', '$file', 0, now(), 0)");
	$run->start($call);
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM pg_locks WHERE NOT granted'), "the run waits in $file");
	return ($gate, $run);
}

sub files_are
{
	my ($count, $what) = @_;
	query_is($node, 'SELECT count(*), sum(inserted), sum(coalesce(corrected, 0) + coalesce(unchanged, 0) + coalesce(refused, 0)) FROM ocean.ingested_file',
		"$count|@{[$count * $ROWS]}|0", "$what: each file once, and whole");
	query_is($node, 'SELECT count(*), count(DISTINCT observed_at) FROM ocean.observation', join('|', ($count * $ROWS) x 2), "$what: and its rows");
	return;
}

write_files(11 .. 18);
my @sessions = run_until(15);
Tidehold::kill_server($node);
$node->start;
files_are(4, 'killed');
query_is($node, $states, 'running', 'killed: the row of the run is left');
$node->safe_psql('postgres', $call);
files_are(8, 'the next run');
query_is($node, $states, 'interrupted,done', 'the next run: says what became of the other');

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('ocean_job_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
write_files(19 .. 26);
push @sessions, run_until(22);
$node->wait_for_catchup($standby);
my ($code, $out, $error) = $standby->psql('postgres', $call);
like($error, qr/cannot execute .* in a read-only transaction/, 'standby: runs no job');
Tidehold::kill_server($node);
$standby->promote;
$node = $standby;
files_are(11, 'promoted');
query_is($node, $states, 'interrupted,done,running', 'promoted: the row of the run came along');
$node->safe_psql('postgres', $call);
files_are(16, 'the next run there');
query_is($node, $states, 'interrupted,done,interrupted,done', 'the next run there: says what became of the other');
is($node->safe_psql('postgres', q{SELECT count(*) FROM ocean.latest AS l WHERE l.observed_at = (SELECT max(o.observed_at) FROM ocean.observation AS o)}), 1,
	'the latest value is that of the last file');
done_testing();
