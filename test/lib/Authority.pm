# Authority.pm
#	  An authority for certificates of servers and clients, and what it issued.
package Authority;

use strict;
use warnings;

use POSIX qw(strftime);

use Program qw(folder);

my $DAY = 86400;

sub new
{
	my ($class) = @_;
	my $self = bless { folder => folder('authority') }, $class;
	$self->_run(qw(openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=authority -days 100));
	$self->_write('index', '');
	$self->_write('serial', "01\n");
	return $self;
}

sub _run
{
	my ($self, @command) = @_;
	my $log = "$self->{folder}/log";
	system('sh', '-c', 'cd "$1" && shift && exec "$@" >>log 2>&1', 'sh', $self->{folder}, @command) == 0
	  or die "@command: see $log";
	return;
}

sub _write
{
	my ($self, $name, $text) = @_;
	open(my $file, '>', "$self->{folder}/$name") or die "could not write $name: $!";
	print $file $text;
	close $file;
	return;
}

# What others check its certificates with.
sub file { return "$_[0]{folder}/ca.crt" }

# A certificate, its key and both in one file: a hash crt, key, pem.  Options:
#	names	of the server, as subjectAltName has them
#	days	until it ends, negative for one that has ended
sub issue
{
	my ($self, $name, %option) = @_;
	my $names = $option{names} // 'IP:127.0.0.1,DNS:localhost';
	my ($begin, $end) = map { strftime('%Y%m%d%H%M%SZ', gmtime $_) } time - 10 * $DAY, time + ($option{days} // 10) * $DAY;
	$self->_write("$name.cnf", <<"CONF");
[ca]
default_ca = d
[d]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = p
x509_extensions = e
[p]
commonName = supplied
[e]
subjectAltName = $names
CONF
	$self->_run(qw(openssl req -newkey rsa:2048 -nodes), '-keyout', "$name.key", '-out', "$name.csr", '-subj', "/CN=$name");
	$self->_run(qw(openssl ca -batch -notext -cert ca.crt -keyfile ca.key), '-config', "$name.cnf",
		'-startdate', $begin, '-enddate', $end, '-in', "$name.csr", '-out', "$name.crt");
	$self->_run('sh', '-c', 'cat "$1.key" "$1.crt" > "$1.pem"', 'sh', $name);
	return { map { $_ => "$self->{folder}/$name.$_" } qw(crt key pem) };
}

1;
