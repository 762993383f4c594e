# Redis behind TLS: the server's certificate and the name in it are checked, it may ask for
# a certificate of ours, and everything arrives.  Where the build's client library has no
# TLS the options are refused.
use strict;
use warnings;

use FindBin;
use POSIX ();
use Test::More;

use Authority;
use FeedTest;
use Program;

my ($hiredis) = qx(pkg-config --modversion hiredis) =~ /^(\d+)\./ or die 'pkg-config does not know hiredis';
my $node = feed_node('tls');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Options that are refused, with the whole message.
sub refused_without_library
{
	my $detail = 'It was built with hiredis 0.14, which has no TLS.';
	my $hint = 'Build it with hiredis 1.0 or newer, or encrypt outside, for example with stunnel.';
	my $server = 'FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host \'localhost\'';
	my %value = (tls => 'true', map { $_ => '/nowhere' } qw(tls_ca tls_cert tls_key tls_server_name));
	for my $option (sort keys %value)
	{
		my ($code, $out, $error) = $node->psql('postgres', "CREATE SERVER refused $server, $option '$value{$option}')",
			extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		like($error, qr/ERROR:  0A000: option "$option" is not supported by this build\nDETAIL:  \Q$detail\E\nHINT:  \Q$hint\E/, "$option is refused");
	}
	sql("CREATE SERVER plain $server, tls 'false')");
	my ($code, $out, $error) = $node->psql('postgres', "ALTER SERVER plain OPTIONS (SET tls 'true')");
	like($error, qr/option "tls" is not supported by this build/, 'also when a server is altered');
	is(sql("SELECT srvoptions FROM pg_foreign_server WHERE srvname = 'plain'"), '{host=localhost,tls=false}', 'which stays as it was');
	return;
}

# ---- servers ----

# One for each way to be asked; the test itself reads without TLS.
sub secure_redis
{
	my ($authority, $certificate, %setting) = @_;
	my $port = Program::free_port();
	my $redis = Redis->new('tls-port' => $port, 'tls-cert-file' => $certificate->{crt}, 'tls-key-file' => $certificate->{key},
		'tls-ca-cert-file' => $authority->file, 'tls-auth-clients' => 'no', %setting);
	return ($redis, $port);
}

# A server and a feed to it of one name.
sub secure_feed
{
	my ($name, $port, %option) = @_;
	redis_server($node, undef, $name, host => '127.0.0.1', port => $port, tls => 'true', %option);
	create_feed($node, $name, 'items', $name, hold_back => '0');
	return;
}

sub change_server { return sql("ALTER SERVER $_[0] OPTIONS ($_[1])") }

# It says why, and nothing was written.
sub kept_out
{
	my ($name, $redis, $reason, $test) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_for_state($node, $name, "state = 'connecting' AND last_error ~ '$reason'", $test);
	return is($redis->cli('DBSIZE'), 0, "$test: nothing is written");
}

sub let_in
{
	my ($name, $redis, $test) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_feed($node, $name, $test);
	return redis_equals_table($node, $redis, 'item', "$test: every hash is as its row");
}

# ---- what is checked ----

sub authority_is_checked
{
	my ($authority, $stranger) = (Authority->new, Authority->new);
	my ($redis, $port) = secure_redis($authority, $authority->issue('server'));
	my $plain = qx(redis-cli -p $port PING 2>&1);
	unlike($plain, qr/PONG/, 'the port speaks TLS alone');
	my $reason = "could not use Redis server 127.0.0.1:$port: (self-signed certificate in certificate chain|unable to get local issuer certificate)";
	secure_feed('authority', $port, tls_ca => $stranger->file);
	kept_out('authority', $redis, $reason, 'a certificate of an authority that is not ours');
	is(occurrences($node, qr/feed "authority" waits: $reason/), 1, 'the log has it once');
	my $pid = worker_pid($node, 'authority');
	change_server('authority', 'DROP tls_ca');
	wait_for_state($node, 'authority', "state = 'connecting' AND pid <> $pid AND last_error_at > started_at", 'the worker takes the other option');
	kept_out('authority', $redis, $reason, 'nor do those of the system know it');
	change_server('authority', "ADD tls_ca '" . $authority->file . "'");
	let_in('authority', $redis, 'with its authority');

	# Values that need many records of TLS, and a connection that is lost meanwhile.
	sql("INSERT INTO item (id, note) SELECT n, repeat(md5(n::text), 1000 + n) FROM generate_series(1000, 1300) AS n");
	change_rows($node, 'item', 50);
	$redis->restart;
	change_rows($node, 'item', 50);
	let_in('authority', $redis, 'large values, and a restart');
	sql("SELECT tidehold.drop_feed('authority')");
	return;
}

sub name_is_checked
{
	my $authority = Authority->new;
	my ($redis, $port) = secure_redis($authority, $authority->issue('server', names => 'DNS:redis.example'));
	secure_feed('name', $port, tls_ca => $authority->file);
	kept_out('name', $redis, 'IP address mismatch', 'a certificate for another address');
	change_server('name', "ADD tls_server_name 'other.example'");
	kept_out('name', $redis, '[Hh]ostname mismatch', 'for another name');
	change_server('name', "SET tls_server_name 'redis.example'");
	let_in('name', $redis, 'for the name that is expected');
	sql("SELECT tidehold.drop_feed('name')");
	return;
}

sub time_is_checked
{
	my $authority = Authority->new;
	my ($redis, $port) = secure_redis($authority, $authority->issue('server', days => -1));
	secure_feed('expired', $port, tls_ca => $authority->file);
	kept_out('expired', $redis, 'certificate has expired', 'a certificate whose time is over');
	sql("SELECT tidehold.drop_feed('expired')");
	return;
}

sub client_is_asked
{
	my ($authority, $stranger) = (Authority->new, Authority->new);
	my ($redis, $port) = secure_redis($authority, $authority->issue('server'), 'tls-auth-clients' => 'yes');
	my ($ours, $theirs) = ($authority->issue('client'), $stranger->issue('client'));
	secure_feed('client', $port, tls_ca => $authority->file);
	kept_out('client', $redis, 'certificate required', 'a server that asks who comes');
	change_server('client', "ADD tls_cert '$theirs->{crt}', ADD tls_key '$theirs->{key}'");
	kept_out('client', $redis, 'unknown ca', 'does not know the other authority');
	change_server('client', "SET tls_cert '$ours->{crt}', SET tls_key '$ours->{key}'");
	let_in('client', $redis, 'but its own');
	sql("SELECT tidehold.drop_feed('client')");
	return;
}

# Seconds of a processor that a process has used.
sub processor_seconds
{
	my ($pid) = @_;
	my ($user, $system) = (split ' ', Tidehold::slurp("/proc/$pid/stat") =~ s/.*\) //sr)[ 11, 12 ];
	return ($user + $system) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# It takes the connection and does not say a word.
sub server_hangs
{
	my $authority = Authority->new;
	my ($redis, $port) = secure_redis($authority, $authority->issue('server'));
	$redis->pause;
	secure_feed('hangs', $port, tls_ca => $authority->file, connect_timeout => '5 s');
	wait_for_state($node, 'hangs', "state = 'connecting' AND last_error LIKE '%it does not answer'", 'a server that hangs');
	my $used = processor_seconds(worker_pid($node, 'hangs'));
	cmp_ok($used, '<', 1, "is waited for without being busy ($used s of 5)");
	$redis->resume;
	let_in('hangs', $redis, 'when it goes on');
	sql("SELECT tidehold.drop_feed('hangs')");
	return;
}

# What cannot be read, or does not go together.
sub files_are_named
{
	my $authority = Authority->new;
	my ($redis, $port) = secure_redis($authority, $authority->issue('server'));
	my ($one, $other) = map { $authority->issue($_) } qw(one other);
	secure_feed('files', $port, tls_ca => '/nowhere/ca.crt');
	my $cannot = sub { "state = 'failed' AND reason = 'could not use $_[0] file \"$_[1]\" for TLS to Redis'" };
	wait_for_state($node, 'files', $cannot->('authority', '/nowhere/ca.crt'), 'an authority file that is not there');
	change_server('files', "SET tls_ca '" . $authority->file . "', ADD tls_cert '/nowhere/crt', ADD tls_key '$one->{key}'");
	wait_for_state($node, 'files', $cannot->('certificate', '/nowhere/crt'), 'a certificate that is not there');
	change_server('files', "SET tls_cert '$one->{crt}', SET tls_key '$other->{key}'");
	wait_for_state($node, 'files', $cannot->('key', $other->{key}), 'a key of another certificate');
	change_server('files', "SET tls_key '$one->{key}'");
	let_in('files', $redis, 'the right ones');
	my ($code, $out, $error) = $node->psql('postgres', "ALTER SERVER files OPTIONS (DROP tls_key)");
	like($error, qr/option "tls_key" is missing\nDETAIL:  A certificate and its key go together\./, 'a certificate without its key is refused');
	sql("SELECT tidehold.drop_feed('files')");
	return;
}

if ($hiredis < 1)
{
	refused_without_library();
	done_testing();
	exit;
}
audited_table($node, 'item');
sql('CREATE PUBLICATION items FOR TABLE item');
change_rows($node, 'item', 50);
authority_is_checked();
name_is_checked();
time_is_checked();
client_is_asked();
server_hangs();
files_are_named();
no_dead_letters($node);
done_testing();
