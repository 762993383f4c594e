# Kafka that asks who comes: wrong passwords, missing rights, expired certificates, and
# secrets that change (fault 14).
use strict;
use warnings;

use FindBin;
use Test::More;

use Authority;
use FeedTest;
use Program;

plan skip_all => '**** Apache Kafka could not be had: fault 14 is not shown' unless Kafka::real();

my $node = feed_node('login');
audited_table($node, 'item');
$node->safe_psql('postgres', 'CREATE PUBLICATION items FOR TABLE item');

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Nobody who reads the view or the log learns of a secret.
sub secret_kept
{
	my ($secret, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $told = join "\n", grep { !/USER MAPPING/ } split /\n/, Tidehold::slurp($node->logfile);
	unlike($told, qr/\Q$secret\E/, "$name: no secret in the log");
	return unlike(sql('SELECT * FROM tidehold.stat_feed'), qr/\Q$secret\E/, "$name: nor in the view");
}

sub passwords_and_rights
{
	my $users = join ' ', map { "user_$_=\"$_-secret\"" } qw(admin feed);
	my $kafka = Kafka->new(
		listener => {
			protocol => 'SASL_PLAINTEXT',
			'sasl.enabled.mechanisms' => 'PLAIN',
			'plain.sasl.jaas.config' => "org.apache.kafka.common.security.plain.PlainLoginModule required $users;",
		},
		settings => {
			'authorizer.class.name' => 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
			'super.users' => 'User:ANONYMOUS;User:admin',
		});
	kafka_server($node, $kafka, 'sasl', 'security.protocol' => 'SASL_PLAINTEXT', 'sasl.mechanism' => 'PLAIN');
	sql("CREATE USER MAPPING FOR CURRENT_USER SERVER sasl OPTIONS (\"sasl.username\" 'admin', \"sasl.password\" 'no-such-secret')");
	create_feed($node, 'sasl', 'items', 'sasl');
	wait_for_state($node, 'sasl', "last_error ~* 'auth' AND state <> 'running'", 'fault 14: a wrong password is said to be one');
	secret_kept('no-such-secret', 'fault 14: wrong password');
	sql("ALTER USER MAPPING FOR CURRENT_USER SERVER sasl OPTIONS (SET \"sasl.password\" 'admin-secret')");
	wait_feed($node, 'sasl', 'fault 14: a secret that was changed is taken over');
	sql('INSERT INTO item SELECT generate_series(1, 20)');
	wait_feed($node, 'sasl');

	sql("ALTER USER MAPPING FOR CURRENT_USER SERVER sasl OPTIONS (SET \"sasl.username\" 'feed', SET \"sasl.password\" 'feed-secret')");
	sql('INSERT INTO item SELECT generate_series(21, 30)');
	wait_for_state($node, 'sasl', "sqlstate = '42501'", 'fault 14: no right to write');
	my ($topic, $error) = (own('sasl.position'), stat_feed($node, 'sasl', 'last_error'));
	like($error, qr/topic "\Q$topic\E"/, 'fault 14: the view names the topic');
	like($error, qr/as "feed" by PLAIN/, 'fault 14: and who may not');
	secret_kept('feed-secret', 'fault 14: missing right');

	my $file = Program::folder('secret') . '/password';
	open(my $out, '>', $file) or die "could not write $file: $!";
	print $out "admin-secret\n";
	close $out;
	sql("ALTER USER MAPPING FOR CURRENT_USER SERVER sasl "
		. "OPTIONS (SET \"sasl.username\" 'admin', DROP \"sasl.password\", ADD password_file '$file')");
	wait_feed($node, 'sasl', 'fault 14: the password from a file');
	published_once($node, $kafka, 'item', 'fault 14: login');
	sql("SELECT tidehold.drop_feed('sasl')");
	return;
}

sub certificates
{
	my $authority = Authority->new;
	my $current = Program::folder('tls') . '/current.pem';
	my ($expired, $good) = map { $authority->issue("days$_", days => $_)->{pem} } -1, 10;
	my %listener = (protocol => 'SSL', 'ssl.keystore.type' => 'PEM', 'ssl.keystore.location' => $current);
	symlink $expired, $current or die "could not link: $!";
	my $kafka = Kafka->new(listener => \%listener);
	kafka_server($node, $kafka, 'tls', 'security.protocol' => 'ssl', 'ssl.ca.location' => $authority->file);
	create_feed($node, 'tls', 'items', 'tls');
	wait_for_state($node, 'tls', "last_error ~* 'certificate|ssl' AND state <> 'running'", 'fault 14: an expired certificate is not accepted');
	$kafka->stop;
	unlink $current;
	symlink $good, $current or die "could not link: $!";
	$kafka->start;
	wait_feed($node, 'tls', 'fault 14: a new one is');
	is(scalar($kafka->consume(own('item'))), sql('SELECT count(*) FROM item'), 'fault 14: and every row is there');
	return;
}

passwords_and_rights();
certificates();
done_testing();
