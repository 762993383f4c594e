-- Options of servers and user mappings: the wrong one is named, and the nearest right one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;

CREATE SERVER kafka FOREIGN DATA WRAPPER tidehold_kafka
    OPTIONS ("bootstrap.servers" 'one:9092,two:9092', "compression.type" 'lz4', "linger.ms" '1',
             topic_partitions '100', topic_replication '3', topic_retention '7 days', create_topics 'off');
CREATE SERVER redis FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', port '6380', database '3', connect_timeout '2 s');
CREATE SERVER sentinel FOREIGN DATA WRAPPER tidehold_redis OPTIONS (sentinels 'one:26379,two:26379', sentinel_master 'mymaster');

-- Names.
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka;
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.server" 'one:9092');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "compresion.type" 'lz4');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "nothing like it" '1');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS (host 'one');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis;
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (hots 'cache');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS ("bootstrap.servers" 'one:9092');
ALTER SERVER redis OPTIONS (DROP host);
ALTER SERVER redis OPTIONS (SET port '6381', ADD cluster 'off');
ALTER FOREIGN DATA WRAPPER tidehold_redis OPTIONS (ADD host 'cache');

-- What the feed itself decides.
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "transactional.id" 'mine');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "enable.idempotence" 'false');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', acks '0');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "message.timeout.ms" '5');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "queue.buffering.max.kbytes" '5');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', dr_msg_cb 'x');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "group.id" 'x');

-- Secrets.
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "sasl.password" 'secret');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "ssl.key.pem" 'secret');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', password 'secret');
CREATE USER MAPPING FOR PUBLIC SERVER kafka OPTIONS ("sasl.username" 'feed', "sasl.password" 'secret');
CREATE USER MAPPING FOR PUBLIC SERVER redis OPTIONS (username 'feed', password_file '/etc/tidehold/redis.password');
ALTER USER MAPPING FOR PUBLIC SERVER kafka OPTIONS (ADD "linger.ms" '1');
ALTER USER MAPPING FOR PUBLIC SERVER kafka OPTIONS (ADD "sasl.pasword" '1');
ALTER USER MAPPING FOR PUBLIC SERVER redis OPTIONS (ADD sentinel_pasword '1');

-- Values of our own options.
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', port '65536');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', port 'x');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', cluster 'maybe');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', cluster 'on', database '1');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache', connect_timeout 'soon');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (sentinels 'one:26379');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (sentinels 'one:26379,two', sentinel_master 'm');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_redis OPTIONS (sentinels 'one:26379', sentinel_master 'm', cluster 'on');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', topic_partitions '0');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', topic_retention '0');

-- An admin may make servers, but none that reads files or runs programs as the server.
CREATE ROLE regress_feed_admin IN ROLE tidehold_admin;
SET ROLE regress_feed_admin;
CREATE SERVER own FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "plugin.library.paths" '/tmp/x.so');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "sasl.kerberos.kinit.cmd" 'id');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "sasl.kerberos.principal" '$(id)');
CREATE SERVER x FOREIGN DATA WRAPPER tidehold_kafka OPTIONS ("bootstrap.servers" 'one:9092', "ssl.ca.location" '/etc/passwd');
CREATE USER MAPPING FOR CURRENT_USER SERVER own OPTIONS (password_file '/etc/passwd');
RESET ROLE;
GRANT pg_read_server_files TO regress_feed_admin;
SET ROLE regress_feed_admin;
CREATE USER MAPPING FOR CURRENT_USER SERVER own OPTIONS (password_file '/etc/tidehold/kafka.password');
RESET ROLE;
ROLLBACK;
