# Session.pm
#	  A session that stays open beside others, and what the tests of the escrow ask of
#	  a server.  And a sea with a station.
package Session;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Tidehold;

our @EXPORT = qw(shop sea stock available unreserved verify_is_empty query_is entry_is);

# Settings are lines of postgresql.conf.
sub _server
{
	my ($name, $settings, @init) = @_;
	my $node = Tidehold::node($name, @init);
	# What waits for ever fails after all.
	$node->append_conf('postgresql.conf', "statement_timeout = 3min\n" . ($settings // ''));
	$node->start;
	return $node;
}

# A running server with the extension and a bin.
sub shop
{
	my $node = _server(@_);
	open_shop($node, 'postgres');
	return $node;
}

# A running server with a station and a stream of it.
sub sea
{
	my $node = _server(@_);
	$node->safe_psql('postgres', <<'END');
CREATE EXTENSION tidehold_ocean CASCADE;
INSERT INTO ocean.station (code, latitude, longitude) VALUES ('44013', 42.346, -70.651);
INSERT INTO ocean.stream (station_id, variable_id, cadence) SELECT station_id, 1, '10 minutes' FROM ocean.station;
END
	return $node;
}

sub open_shop
{
	my ($node, $database) = @_;
	$node->safe_psql($database, <<'END');
CREATE EXTENSION tidehold_inventory CASCADE;
INSERT INTO inventory.location (code) VALUES ('BIN');
END
	return;
}

# New items with so much stock each.
sub stock
{
	my ($node, $quantity, @skus) = @_;
	for my $sku (@skus)
	{
		$node->safe_psql('postgres', "INSERT INTO inventory.item (sku) VALUES ('$sku')");
		$node->safe_psql('postgres', "SELECT inventory.receive('$sku', $quantity, 'BIN')") if $quantity > 0;
	}
	return;
}

# What reserve would grant, asked by another session than those of the test.
sub available
{
	my ($node, $sku, $database) = @_;
	return $node->safe_psql($database // 'postgres', "SELECT inventory.available('$sku')");
}

# The same from the rows that are committed.
sub unreserved
{
	my ($node, $sku) = @_;
	return $node->safe_psql('postgres', <<END);
SELECT coalesce(sum(quantity), 0) FROM (
    SELECT item_id, quantity FROM inventory.balance
    UNION ALL SELECT item_id, -quantity FROM inventory.reservation) AS change
JOIN inventory.item USING (item_id) WHERE sku = '$sku'
END
}

# Both agree, and are so much.
sub entry_is
{
	my ($node, $sku, $expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(available($node, $sku) . '/' . unreserved($node, $sku), "$expected/$expected", $name);
}

sub query_is
{
	my ($node, $query, $expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($node->safe_psql('postgres', $query), $expected, $name);
}

sub verify_is_empty
{
	my ($node, $name, $database) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($node->safe_psql($database // 'postgres', 'SELECT * FROM inventory.verify()'), '', $name);
}

# ---- sessions ----

sub new
{
	my ($class, $node, $database) = @_;
	my $psql = $node->background_psql($database // 'postgres', on_error_stop => 0);
	$psql->set_query_timer_restart;
	my $self = bless { node => $node, psql => $psql, notices => [] }, $class;
	$self->run('\set VERBOSITY sqlstate');
	$self->{pid} = $self->run('SELECT pg_backend_pid()');
	return $self;
}

sub pid { return $_[0]{pid} }

# SQLSTATEs of the notices and warnings of the last answer.
sub notices { return join ' ', @{ $_[0]{notices} } }

# Runs statements; what they print, or the SQLSTATE of the first error, or "gone"
# where the server closed the connection without a word.
sub run
{
	my ($self, $sql) = @_;
	$self->start($sql);
	return $self->answer;
}

# Sends statements without waiting for them.
sub start
{
	my ($self, $sql) = @_;
	my $psql = $self->{psql};
	$self->{asked} = $sql;
	my $end = $self->{end} = 'end of answer ' . ++$self->{questions};
	$sql .= ';' unless $sql =~ /^\\/;
	($psql->{stdout}, $psql->{stderr}) = ('', '');
	$psql->{stdin} .= "$sql\n\\echo '$end'\n\\warn '$end'\n";
	$psql->{run}->pump_nb while length $psql->{stdin};
	return;
}

# psql ends when it has lost its connection; what it had to say is read to the end.
sub answer
{
	my ($self) = @_;
	my ($psql, $end) = @{$self}{qw(psql end)};
	$psql->{timeout}->start;
	until ($psql->{stdout} =~ /^$end\n/m && $psql->{stderr} =~ /^$end\n/m)
	{
		last unless $psql->{run}->pumpable && eval { $psql->{run}->pump; 1 };
		die "no answer to \"$self->{asked}\"" if $psql->{timeout}->is_expired;
	}
	s/^$end\n//m for $psql->{stdout}, $psql->{stderr};
	my $errors = $psql->{stderr};
	$self->{notices} = [ $errors =~ /(?:NOTICE|WARNING):\s+(\S+)/g ];
	return $1 if $errors =~ /(?:ERROR|FATAL):\s+(\S+)/;
	return 'gone' unless $psql->{run}->pumpable;
	return $psql->{stdout} =~ s/\n\z//r;
}

# Until this session waits in the server: for a lock, or in pg_sleep, or for another
# session that counts an entry.
sub wait_until_it_waits
{
	my ($self, $type) = @_;
	my $query = "SELECT wait_event_type = '$type' AND state = 'active' FROM pg_stat_activity WHERE pid = $self->{pid}";
	$self->{node}->poll_query_until('postgres', $query) or die "session $self->{pid} never waited for a $type";
	return;
}

sub quit
{
	my ($self) = @_;
	eval { $self->{psql}->quit };
	return;
}

1;
