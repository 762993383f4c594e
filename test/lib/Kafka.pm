# Kafka.pm
#	  Apache Kafka for tests: brokers of their own on free ports of this machine.
#
# Where its jars could not be had (see kafka_jars) the brokers are librdkafka's mock:
# real() is then false, and what only Apache Kafka can show is to be skipped.
package Kafka;

use strict;
use warnings;

use JSON::PP ();
use Program qw(folder free_port wait_until compiled);

my @SMALL = qw(-Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1);

# A cluster of brokers.  Options:
#	nodes		1 or 3
#	settings	hash of a broker's properties
#	advertise	port that clients of the main listener are told, as that of a proxy
#	listener	hash of properties of the main listener's security, with protocol
#	java		options of the broker's JVM; by default those of one that is small and lives shortly
sub new
{
	my ($class, %option) = @_;
	my $self = bless { nodes => 1, settings => {}, java => \@SMALL, %option }, $class;
	$self->{folder} = folder('kafka');
	return $self->_start_mock unless real();
	$self->_choose_ports;
	$self->_format($_) for 1 .. $self->{nodes};
	$self->start;
	return $self;
}

# The broker that run_tests started for all files, else one of this file's own.
sub shared
{
	my ($class) = @_;
	return $class->new unless $ENV{TIDEHOLD_KAFKA};
	return bless { nodes => 1, brokers => $ENV{TIDEHOLD_KAFKA}, folder => folder('kafka') }, $class;
}

sub real { return ($ENV{TIDEHOLD_KAFKA_JARS} // '') ne '' }

# ---- processes ----

sub _choose_ports
{
	my ($self) = @_;
	for my $node (1 .. $self->{nodes})
	{
		$self->{port}{$node} = { map { $_ => free_port() } qw(client inside controller) };
	}
	my @ports = $self->{advertise} // map { $self->{port}{$_}{client} } 1 .. $self->{nodes};
	$self->{brokers} = join ',', map { "127.0.0.1:$_" } @ports;
	return;
}

# Inner traffic, and clients that must not be disturbed, have a listener of their own.
sub inside
{
	my ($self) = @_;
	return $self->{brokers} unless $self->{port};
	return join ',', map { "127.0.0.1:$self->{port}{$_}{inside}" } 1 .. $self->{nodes};
}

sub client_port { return $_[0]{port}{ $_[1] // 1 }{client} }

sub _properties
{
	my ($self, $node) = @_;
	my $port = $self->{port}{$node};
	my $copies = $self->{nodes};
	my %listener = (protocol => 'PLAINTEXT', %{ $self->{listener} // {} });
	my $protocol = delete $listener{protocol};
	return (
		'process.roles' => 'broker,controller',
		'node.id' => $node,
		'controller.quorum.voters' =>
		  join(',', map { "$_\@127.0.0.1:$self->{port}{$_}{controller}" } 1 .. $self->{nodes}),
		'listeners' => "CLIENT://127.0.0.1:$port->{client},INSIDE://127.0.0.1:$port->{inside},CONTROLLER://127.0.0.1:$port->{controller}",
		'advertised.listeners' => sprintf('CLIENT://127.0.0.1:%d,INSIDE://127.0.0.1:%d', $self->{advertise} // $port->{client}, $port->{inside}),
		'listener.security.protocol.map' => "CLIENT:$protocol,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
		'controller.listener.names' => 'CONTROLLER',
		'inter.broker.listener.name' => 'INSIDE',
		'log.dirs' => "$self->{folder}/data$node",
		'auto.create.topics.enable' => 'false',
		'offsets.topic.num.partitions' => 1,
		'offsets.topic.replication.factor' => $copies,
		'transaction.state.log.num.partitions' => 1,
		'transaction.state.log.replication.factor' => $copies,
		'transaction.state.log.min.isr' => $copies > 1 ? 2 : 1,
		'default.replication.factor' => $copies,
		'num.partitions' => 4,
		'group.initial.rebalance.delay.ms' => 0,
		'broker.session.timeout.ms' => 3000,
		'broker.heartbeat.interval.ms' => 500,
		'log.cleaner.dedupe.buffer.size' => 2097152,
		'log.cleaner.io.buffer.size' => 65536,
		'log.index.size.max.bytes' => 65536,
		(map { ("listener.name.client.$_" => $listener{$_}) } keys %listener),
		%{ $self->{settings} });
}

sub _java
{
	my ($self, @arguments) = @_;
	return ('java', @{ $self->{java} },
		'-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', "$ENV{TIDEHOLD_KAFKA_JARS}/*", @arguments);
}

sub _file { return "$_[0]{folder}/server$_[1].properties" }

sub _format
{
	my ($self, $node) = @_;
	my %property = $self->_properties($node);
	open(my $file, '>', $self->_file($node)) or die "could not write the broker's properties: $!";
	print $file "$_=$property{$_}\n" for sort keys %property;
	close $file;
	my $log = "$self->{folder}/format$node.log";
	my $format = Program->new($log, $self->_java('kafka.tools.StorageTool', 'format', '--ignore-formatted',
		'-t', 'dGlkZWhvbGQtdGVzdHMtMQ', '-c', $self->_file($node)));
	wait_until('the broker\'s folder is formatted', sub { !$format->is_running });
	-e "$self->{folder}/data$node/meta.properties" or die 'could not format: ' . $format->log;
	return;
}

# What librdkafka asks a broker first, it answers.
sub _answers
{
	my ($self, $brokers) = @_;
	my $said = qx(kcat -L -b $brokers -m 1 2>/dev/null) // '';
	my ($known) = $said =~ /^ (\d+) brokers:/m;
	return ($known // 0) >= $self->{nodes};
}

# Further arguments: nodes to start (default: all).
sub start
{
	my ($self, @nodes) = @_;
	@nodes = 1 .. $self->{nodes} unless @nodes;
	for my $node (@nodes)
	{
		next if $self->{program}{$node} && $self->{program}{$node}->is_running;
		$self->{program}{$node} =
		  Program->new("$self->{folder}/broker$node.log", $self->_java('kafka.Kafka', $self->_file($node)));
	}
	$self->wait_until_it_answers if keys %{ $self->{program} } >= $self->{nodes};
	return;
}

sub wait_until_it_answers
{
	my ($self) = @_;
	wait_until('Kafka answers', sub {
		for my $node (values %{ $self->{program} })
		{
			$node->is_running or die 'Kafka ended: ' . substr($node->log, -2000);
		}
		return $self->_answers($self->inside);
	});
	return;
}

sub _programs
{
	my ($self, @nodes) = @_;
	return map { $self->{program}{$_} } @nodes ? @nodes : sort keys %{ $self->{program} };
}

sub stop { my ($self, @nodes) = @_; $_->stop for $self->_programs(@nodes); return }

sub kill9 { my ($self, @nodes) = @_; $_->kill9 for $self->_programs(@nodes); return }

sub pause { my ($self, @nodes) = @_; $_->pause for $self->_programs(@nodes); return }

sub resume { my ($self, @nodes) = @_; $_->resume for $self->_programs(@nodes); return }

sub brokers { return $_[0]{brokers} }

# As it was made by "new": nobody may write to it any more.
sub _start_mock
{
	my ($self) = @_;
	die 'Apache Kafka is not here, and CI shows nothing without it' if ($ENV{CI} // '') eq 'true';
	my $log = "$self->{folder}/mock.log";
	$self->{program}{1} = Program->new($log, compiled('mock'), $self->{nodes});
	$self->{brokers} = wait_until('the mock broker has started', sub { ($self->{program}{1}->log =~ /^(127\S+)$/m)[0] });
	return $self;
}

# ---- topics ----

# Runs test/kafka/admin.c; dies of what it complains about.
sub admin
{
	my ($self, @arguments) = @_;
	my $admin = compiled('admin');
	my $log = "$self->{folder}/admin.log";
	unlink $log;
	my $program = Program->new($log, $admin, $self->inside, @arguments);
	waitpid $program->{pid}, 0;
	my $status = $?;
	delete $program->{pid};
	die "admin @arguments: " . $program->log if $status != 0;
	return;
}

sub create_topic
{
	my ($self, $topic, $partitions, @settings) = @_;
	# The mock makes a topic that is asked for, and knows no other way.
	return $self->_metadata('-t', $topic) unless real();
	$self->admin('create', $topic, $partitions // 1, $self->{nodes}, @settings);
	wait_until("topic $topic has leaders", sub { !grep { $_ < 0 } $self->leaders($topic) });
	return;
}

sub _metadata
{
	my ($self, @more) = @_;
	my $brokers = $self->inside;
	my $text = qx(kcat -L -J -b $brokers @more 2>/dev/null);
	return $text ? JSON::PP::decode_json($text) : { topics => [] };
}

# Leader of each partition, -1 where there is none; -1 for a topic that is not there.
sub leaders
{
	my ($self, $topic) = @_;
	my ($found) = grep { $_->{topic} eq $topic && !$_->{error} } @{ $self->_metadata->{topics} };
	return -1 unless $found && @{ $found->{partitions} };
	return map { $_->{error} ? -1 : $_->{leader} } sort { $a->{partition} <=> $b->{partition} } @{ $found->{partitions} };
}

sub topics
{
	my ($self) = @_;
	return sort map { $_->{topic} } grep { !$_->{error} } @{ $self->_metadata->{topics} };
}

# ---- consumer ----

# Command that reads topics from their beginning to the end of what is committed: an
# open transaction is not waited for.
sub reader
{
	my ($self, $topic, %option) = @_;
	my $isolation = $option{isolation} // 'read_committed';
	return ('kcat', '-C', '-q', '-e', '-b', $self->inside, '-t', $topic, '-o', 'beginning',
		'-X', "isolation.level=$isolation", '-X', 'fetch.wait.max.ms=10');
}

# Records of a topic, in the order of offsets per partition, partition after partition:
# each {partition, offset, timestamp, key, value, headers}; undef for null.
sub consume
{
	my ($self, $topic, %option) = @_;
	my $file = "$self->{folder}/consumed";
	unlink $file;
	my $kcat = Program->new($file, $self->reader($topic, %option), '-J');
	wait_until("$topic is read to its end", sub { !$kcat->is_running });
	my @records;
	for my $line (split /\n/, $kcat->log)
	{
		$line =~ /^\{/ or die "kcat: $line";
		my $record = JSON::PP::decode_json($line);
		$record->{value} = delete $record->{payload};
		$record->{headers} = { @{ $record->{headers} // [] } };
		push @records, $record;
	}
	@records = sort { $a->{partition} <=> $b->{partition} || $a->{offset} <=> $b->{offset} } @records;
	return @records;
}

# Reads until there are so many, or longer than one can wait; the topic may not be there yet.
sub consume_at_least
{
	my ($self, $topic, $count, %option) = @_;
	my @records;
	eval {
		wait_until("$topic has $count records", sub {
			@records = eval { $self->consume($topic, %option) };
			return @records >= $count;
		}, 60);
	};
	return @records;
}

# Writes one record to a partition, as some other producer would.
sub produce
{
	my ($self, $topic, $value) = @_;
	my $brokers = $self->inside;
	open(my $kcat, '|-', "kcat -P -q -b $brokers -t $topic") or die "could not start kcat: $!";
	print $kcat $value;
	close $kcat or die "kcat could not produce to $topic";
	return;
}

# A transaction that stays open until the program is killed.
sub hang
{
	my ($self, $id, $topic) = @_;
	my $program = Program->new("$self->{folder}/hang.log", compiled('admin'), $self->inside, 'hang', $id, $topic);
	wait_until('a transaction hangs', sub { $program->log =~ /^open$/m });
	return $program;
}

1;
