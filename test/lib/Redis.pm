# Redis.pm
#	  Redis for tests: a server, a cluster of six, or a master with a replica and three
#	  sentinels, on free ports of this machine.
package Redis;

use strict;
use warnings;

use Program qw(folder free_port wait_until);

# One server; settings is a hash of its configuration.
sub new
{
	my ($class, %setting) = @_;
	my $self = bless {
		port => free_port(),
		folder => folder('redis'),
		setting => { appendonly => 'yes', appendfsync => 'always', save => '', bind => '127.0.0.1', %setting },
	}, $class;
	$self->_write_configuration($self->{setting}, 'redis.conf');
	$self->start;
	return $self;
}

sub _write_configuration
{
	my ($self, $setting, $name) = @_;
	open(my $file, '>', "$self->{folder}/$name") or die "could not write $name: $!";
	print $file "port $self->{port}\ndir $self->{folder}\n";
	print $file "$_ ", ($setting->{$_} eq '' ? '""' : $setting->{$_}), "\n" for sort keys %$setting;
	close $file;
	return;
}

sub port { return $_[0]{port} }

sub address { return "127.0.0.1:$_[0]{port}" }

sub start
{
	my ($self) = @_;
	$self->{program} = Program->new("$self->{folder}/log", $self->{binary} // 'redis-server', "$self->{folder}/" . ($self->{conf} // 'redis.conf'));
	wait_until('Redis answers', sub {
		$self->{program}->is_running or die 'Redis ended: ' . $self->{program}->log;
		return $self->cli('PING') =~ /^(?:PONG|NOAUTH|LOADING)/;
	});
	return;
}

sub stop { return $_[0]{program}->stop }

sub kill9 { return $_[0]{program}->kill9 }

sub pause { return $_[0]{program}->pause }

sub resume { return $_[0]{program}->resume }

sub restart { my ($self) = @_; $self->stop; return $self->start }

# Answer of redis-cli, as it prints it for programs.
sub cli
{
	my ($self, @arguments) = @_;
	open(my $cli, '-|', 'sh', '-c', 'exec redis-cli "$@" 2>&1', 'sh', '-p', $self->{port}, ($self->{is_cluster} ? '-c' : ()), @arguments)
	  or die "could not start redis-cli: $!";
	my $said = join '', <$cli>;
	close $cli;
	chomp $said;
	return $said;
}

# Runs many commands (lists) in one go; their answers together.
sub pipe
{
	my ($self, @commands) = @_;
	my $file = "$self->{folder}/commands";
	open(my $out, '>', $file) or die "could not write $file: $!";
	print $out join(' ', map { '"' . s/([\\"])/\\$1/gr . '"' } @$_), "\n" for @commands;
	close $out;
	my $said = qx(redis-cli -p $self->{port} < $file);
	return $said;
}

# ---- what a database would say ----

sub keys
{
	my ($self, $pattern) = @_;
	my @keys = sort split /\n/, $self->cli('--scan', '--pattern', $pattern);
	return @keys;
}

sub hash
{
	my ($self, $key) = @_;
	my @parts = split /\n/, $self->cli('HGETALL', $key), -1;
	push @parts, '' if @parts % 2;
	return {@parts};
}

# Every hash whose key matches, as lines "KEY|field=value|..", sorted; one call to Redis.
my $DUMP = <<'END';
local out = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  if redis.call('TYPE', key).ok == 'hash' then
    local h = redis.call('HGETALL', key)
    local fields = {}
    for i = 1, #h, 2 do fields[#fields + 1] = h[i] .. '=' .. h[i + 1] end
    table.sort(fields)
    out[#out + 1] = key .. '|' .. table.concat(fields, '|')
  end
end
return out
END

sub hashes
{
	my ($self, $pattern) = @_;
	my @lines = sort split /\n/, $self->cli('EVAL', $DUMP, 0, $pattern);
	return @lines;
}

# ---- cluster ----

# Three masters with a replica each.  By itself a node takes its bus 10,000 above its port,
# where connections take theirs.
package Redis::Cluster;

use strict;
use warnings;

use Program qw(free_port wait_until);

our @ISA = ('Redis');

sub new
{
	my ($class) = @_;
	my @nodes = map {
		Redis->new('cluster-enabled' => 'yes', 'cluster-port' => free_port(), 'cluster-node-timeout' => 2000,
			'cluster-config-file' => 'nodes.conf', 'repl-diskless-sync-delay' => 0)
	} 1 .. 6;
	$_->{is_cluster} = 1 for @nodes;
	my $addresses = join ' ', map { $_->address } @nodes;
	my $said = qx(redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes 2>&1);
	$? == 0 or die "redis-cli --cluster create: $said";
	my $self = bless { nodes => \@nodes, port => $nodes[0]->port, is_cluster => 1 }, $class;
	$self->wait_until_whole;
	# One that has never been in step takes nothing over.
	wait_until('the replicas are in step', sub { 3 == grep { $_->cli('ROLE') =~ /^slave\n.*\nconnected\n/s } @nodes });
	return $self;
}

sub nodes { return @{ $_[0]{nodes} } }

# All slots are served and every node that runs agrees.
sub wait_until_whole
{
	my ($self) = @_;
	wait_until('the cluster is whole', sub {
		return !grep { $_->{program}->is_running && $_->cli('CLUSTER', 'INFO') !~ /cluster_state:ok/ } $self->nodes;
	});
	return;
}

# Node that serves a key now.
sub master_of
{
	my ($self, $key) = @_;
	my ($alive) = grep { $_->{program}->is_running } $self->nodes;
	my $slot = $alive->cli('CLUSTER', 'KEYSLOT', $key);
	for my $line (split /\n/, $alive->cli('CLUSTER', 'NODES'))
	{
		my ($id, $address, $flags, @rest) = split ' ', $line;
		next if $flags !~ /master/ || $flags =~ /fail/;
		for my $range (@rest[5 .. $#rest])
		{
			my ($from, $to) = $range =~ /^(\d+)(?:-(\d+))?$/ or next;
			next if $slot < $from || $slot > ($to // $from);
			my ($port) = $address =~ /:(\d+)@/;
			my ($node) = grep { $_->port == $port } $self->nodes;
			$node->{id} = $id;
			return $node;
		}
	}
	return;
}

# So many slots of one master to another, key by key, while clients go on.
sub reshard
{
	my ($self, $from, $to, $slots) = @_;
	my ($one, $other) = map { $_->cli('CLUSTER', 'MYID') } $from, $to;
	my $address = $from->address;
	my $said = qx(redis-cli --cluster reshard $address --cluster-from $one --cluster-to $other --cluster-slots $slots --cluster-yes 2>&1);
	$? == 0 or die "redis-cli --cluster reshard: $said";
	return;
}

sub start
{
	my ($self) = @_;
	for my $node ($self->nodes) { $node->start unless $node->{program}->is_running }
	return $self->wait_until_whole;
}

sub hashes
{
	my ($self, $pattern) = @_;
	my %seen;
	for my $node (grep { $_->{program}->is_running } $self->nodes)
	{
		next unless $node->cli('ROLE') =~ /^master/;
		local $node->{is_cluster} = 0;
		$seen{$_}++ for $node->hashes($pattern);
	}
	my @lines = sort keys %seen;
	return @lines;
}

# ---- sentinels ----

# A master, a replica and three sentinels that watch it as "mine".
package Redis::Sentinel;

use strict;
use warnings;

use Program qw(wait_until);

our @ISA = ('Redis');

sub new
{
	my ($class) = @_;
	my $self = bless {}, $class;
	$self->{master} = Redis->new;
	$self->{replica} = Redis->new(replicaof => '127.0.0.1 ' . $self->{master}->port);
	wait_until('the replica is in step', sub { $self->{replica}->cli('ROLE') =~ /^slave\n.*\nconnected\n/s });
	$self->{sentinels} = [ map { $self->_sentinel } 1 .. 3 ];
	wait_until('the sentinels know of each other', sub {
		return !grep { $_->cli('SENTINEL', 'CKQUORUM', 'mine') !~ /^OK 3/ || $_->cli('SENTINEL', 'REPLICAS', 'mine') eq '' } @{ $self->{sentinels} };
	});
	return $self;
}

sub _sentinel
{
	my ($self) = @_;
	my $sentinel = bless { port => Program::free_port(), folder => Program::folder('sentinel'), binary => 'redis-sentinel', conf => 'sentinel.conf' }, 'Redis';
	open(my $file, '>', "$sentinel->{folder}/sentinel.conf") or die "could not write sentinel.conf: $!";
	print $file "port $sentinel->{port}\nbind 127.0.0.1\ndir $sentinel->{folder}\n",
	  "sentinel monitor mine 127.0.0.1 ", $self->{master}->port, " 2\n",
	  "sentinel down-after-milliseconds mine 2000\nsentinel failover-timeout mine 3000\n";
	close $file;
	$sentinel->start;
	return $sentinel;
}

sub sentinels { return join ',', map { $_->address } @{ $_[0]{sentinels} } }

# Who the sentinels say is master.
sub master
{
	my ($self) = @_;
	my ($host, $port) = split /\n/, $self->{sentinels}[0]->cli('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mine');
	my ($found) = grep { $_->port == ($port // 0) } @{$self}{qw(master replica)};
	return $found;
}

sub cli { my ($self, @arguments) = @_; return $self->master->cli(@arguments) }

sub hashes { my ($self, $pattern) = @_; return $self->master->hashes($pattern) }

1;
