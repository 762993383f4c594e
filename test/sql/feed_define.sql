-- What create_feed() and its like refuse, and what they write.  Nothing is committed, so
-- no worker starts.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
CREATE SERVER kafka FOREIGN DATA WRAPPER tidehold_kafka
    OPTIONS ("bootstrap.servers" 'one:9092', topic_partitions '12');
CREATE SERVER redis FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache');
CREATE SCHEMA shop;
CREATE TABLE shop.item (item_id bigint PRIMARY KEY, sku text NOT NULL UNIQUE, name text, hidden text);
CREATE TABLE shop.visit (item_id bigint, at timestamptz);
CREATE TABLE shop.log (line text);
ALTER TABLE shop.log REPLICA IDENTITY FULL;
CREATE TABLE shop.sale (day date, sale_id bigint) PARTITION BY RANGE (day);
CREATE TABLE shop.sale_2026 PARTITION OF shop.sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE PUBLICATION shop FOR TABLE shop.item (item_id, sku, name), shop.log;
CREATE PUBLICATION everything FOR TABLE shop.item, shop.visit, shop.sale;
CREATE PUBLICATION inserts FOR TABLE shop.visit WITH (publish = 'insert');

-- Refused.
SELECT tidehold.create_feed('Shop', 'shop', 'kafka');
SELECT tidehold.create_feed('', 'shop', 'kafka');
SELECT tidehold.create_feed('shop', 'shops', 'kafka');
SELECT tidehold.create_feed('shop', 'shop', 'kafk');
SELECT tidehold.create_feed('shop', 'everything', 'kafka');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"tombstone": true}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"ttl": 1000}');
SELECT tidehold.create_feed('shop', 'shop', 'redis', '{"tombstones": true}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"tombstones": "perhaps"}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"envelope": "avro"}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"destination": "{sku"}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"wal_budget": "1 MB"}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"batch_interval": "2 minutes"}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"position_topic": ""}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"schema_topic": "a b"}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"mode": ["idempotent"]}');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '["mode"]');
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"on_slot_loss": "republish"}');
SELECT tidehold.emit('orders', 'k', 'v');
SELECT count(*) FROM tidehold.feed;

-- Made.
SELECT tidehold.create_feed('shop', 'shop', 'kafka', '{"batch_interval": 10, "schema_topic": "", "mode": null}') IS NOT NULL AS made;
SELECT tidehold.create_feed('cache', 'shop', 'redis') IS NOT NULL AS made;
SELECT tidehold.create_feed('visits', 'inserts', 'kafka') IS NOT NULL AS made;
SELECT tidehold.create_feed('shop', 'shop', 'kafka');
SELECT name, owner = current_user AS own, publication, server, kind, options, wish, paused_until, recovery, epoch, armed_system,
    slot_name = 'tidehold_' || name || '_' || left(feed_id::text, 8) AS slot_named
    FROM tidehold.feed ORDER BY name;

-- Mappings.
SELECT tidehold.map_feed('shops', 'shop.item');
SELECT tidehold.map_feed('shop', 'shop.visit');
SELECT tidehold.map_feed('shop', NULL);
SELECT tidehold.map_feed('shop', 'shop.item', destination => 'item.{skus}');
SELECT tidehold.map_feed('shop', 'shop.item', destination => 'item.{sku}');
SELECT tidehold.map_feed('shop', 'shop.item', destination => '');
SELECT tidehold.map_feed('shop', 'shop.item', key_columns => '{hidden}');
SELECT tidehold.map_feed('shop', 'shop.item', key_columns => '{sku}');
SELECT tidehold.map_feed('shop', 'shop.item', key_columns => '{}');
SELECT tidehold.map_feed('shop', 'shop.item', envelope => 'flatt');
SELECT tidehold.map_feed('shop', 'shop.item', value => 'hash');
SELECT tidehold.map_feed('shop', 'shop.item', ttl => '1 min');
SELECT tidehold.map_feed('shop', 'shop.item', query => 'SELECT 1');
SELECT tidehold.map_feed('cache', 'shop.item', ttl => '0');
SELECT tidehold.map_feed('cache', 'shop.log');
SELECT tidehold.map_feed('cache', 'shop.item', value => 'stream', query => 'SELECT 1');
SELECT tidehold.map_feed('cache', 'shop.item', query => 'SELECT sku FROM item WHERE item_id = $1');
SELECT tidehold.map_feed('cache', 'shop.item', query => 'SELECT sku FROM shop.item WHERE item_id = $2');
SELECT tidehold.map_feed('cache', 'shop.item', query => 'SELECT sku FROM shop.item WHERE sku = $1');
SELECT tidehold.map_feed('cache', 'shop.item', query => 'DELETE FROM shop.item RETURNING sku');
SELECT tidehold.map_feed('cache', 'shop.item', query => 'SELECT 1; DROP TABLE shop.item');
SELECT tidehold.map_feed('cache', 'shop.item', query => 'SELECT FROM shop.item');
SELECT tidehold.map_feed('cache', 'shop.item', 'stock:{nome}', query => 'SELECT name FROM shop.item WHERE item_id = $1');
SELECT count(*) FROM tidehold.feed_mapping;

SELECT tidehold.map_feed('cache', 'shop.item', 'stock:{sku}', query => 'SELECT sku, name FROM shop.item WHERE item_id = $1', ttl => '15 min');
SELECT tidehold.map_feed('cache', 'shop.log', value => 'stream');
SELECT tidehold.map_feed('shop', 'shop.item', 'item.{item_id}', envelope => 'cloudevents');
SELECT tidehold.map_feed('shop', 'shop.item', 'item', key_columns => '{item_id}');
SELECT tidehold.map_feed('shop', 'shop.log', excluded => true);
SELECT f.name, schema_name, table_name, excluded, destination, key_columns, envelope, value, query, ttl
    FROM tidehold.feed_mapping JOIN tidehold.feed AS f USING (feed_id) ORDER BY 1, 2, 3;
SELECT tidehold.unmap_feed('cache', 'shop.visit');
SELECT tidehold.unmap_feed('cache', 'shop.log');
SELECT count(*) FROM tidehold.feed_mapping;

-- Changes.
SELECT tidehold.alter_feed('shop', '{"batch_intervall": 1}');
SELECT tidehold.alter_feed('shop', NULL, 'redis');
SELECT tidehold.alter_feed('shop', '{"batch_interval": null, "tombstones": false}');
SELECT tidehold.pause_feed('shop', '0');
SELECT tidehold.pause_feed('shop', '5 min');
SELECT tidehold.pause_feed('cache');
SELECT tidehold.resume_feed('cache');
SELECT tidehold.recover_feed('visits', 'somehow');
SELECT tidehold.recover_feed('visits');
SELECT name, options, wish, paused_until - clock_timestamp() BETWEEN '4 min' AND '5 min' AS paused, recovery
    FROM tidehold.feed ORDER BY name;

-- Rows to be sent again.
SELECT tidehold.resnapshot('shop');
SELECT tidehold.resnapshot('shop', 'shop.log');
SELECT tidehold.resnapshot('shop', 'shop.item', 'item_id > 10 -- all new ones');
SELECT tidehold.resnapshot('shop', 'shop.item', 'item_id > 10) OR (true');
SELECT tidehold.resnapshot('shop', 'shop.item', 'true ORDER BY 1');
SELECT tidehold.resnapshot('shop', 'shop.item', 'true UNION SELECT true');
SELECT tidehold.resnapshot('shop', 'shop.item', 'true; DROP TABLE shop.item');
SELECT tidehold.resnapshot('shop', 'shop.item', 'item');
SELECT tidehold.resnapshot('shop', 'shop.item', 'nothing > 1');
SELECT tidehold.resnapshot('shop', filter => 'true');
SELECT schema_name, table_name, filter, state FROM tidehold.feed_snapshot ORDER BY snapshot_id;
SAVEPOINT before_progress;
UPDATE tidehold.feed_snapshot SET state = 'running', rows_sent = 50, rows_estimated = CASE WHEN filter IS NULL THEN 200 END;
SELECT table_name, rows_sent, rows_estimated, percent FROM tidehold.stat_progress_snapshot ORDER BY snapshot_id;
UPDATE tidehold.feed_snapshot SET rows_estimated = CASE WHEN filter IS NULL THEN 30 ELSE 0 END;
SELECT table_name, rows_sent, rows_estimated, percent FROM tidehold.stat_progress_snapshot ORDER BY snapshot_id;
ROLLBACK TO before_progress;

-- Dead letters.
INSERT INTO tidehold.dead_letter (feed_id, commit_lsn, change_index, part, form, sqlstate, reason, state)
    SELECT feed_id, '0/1', i, 0, 'record', '54000', 'too large', s
    FROM tidehold.feed, unnest(ARRAY['refused', 'behind', 'undecodable', 'refused']) WITH ORDINALITY AS v (s, i)
    WHERE name = 'shop';
SELECT array_agg(letter_id ORDER BY letter_id) AS letters FROM tidehold.dead_letter \gset
SELECT tidehold.replay_dead_letters('cache');
SELECT tidehold.replay_dead_letters('shop', (:'letters'::bigint[])[1:1]);
SELECT tidehold.replay_dead_letters('shop');
SELECT tidehold.discard_dead_letters('cache', :'letters');
SELECT tidehold.discard_dead_letters('shop', (:'letters'::bigint[])[2:3]);
SELECT change_index, state FROM tidehold.dead_letter ORDER BY letter_id;

-- Emitted messages.
SELECT tidehold.emit('orders', 'k', 'v') > '0/0' AS emitted;
SELECT tidehold.emit('orders', NULL, NULL) > '0/0' AS emitted;
SELECT tidehold.emit('orders', 'k', jsonb '{"a": 1}', '{"source": "test", "n": 1}', '14 days', 'shop') > '0/0' AS emitted;
SELECT tidehold.emit('orders', 'k', '\x00ff'::bytea) > '0/0' AS emitted;
SELECT tidehold.emit('orders', 'k', 1);
SELECT tidehold.emit('', 'k', 'v');
SELECT tidehold.emit(NULL, 'k', 'v');
SELECT tidehold.emit('orders', 'k', 'v', '{"a": null}');
SELECT tidehold.emit('orders', 'k', 'v', '{"a": [1]}');
SELECT tidehold.emit('orders', 'k', 'v', '[1]');
SELECT tidehold.emit('orders', 'k', 'v', expires_in => '-1 s');
SELECT tidehold.emit('orders', 'k', 'v', feed => 'cache');
SELECT tidehold.emit('orders', 'k', 'v', feed => 'shops');

-- Who may.
CREATE ROLE regress_feed_admin IN ROLE tidehold_admin;
CREATE ROLE regress_feed_operator IN ROLE tidehold_operator;
GRANT USAGE ON SCHEMA shop TO regress_feed_admin;
SET ROLE regress_feed_admin;
SELECT tidehold.create_feed('mine', 'shop', 'kafka');
SELECT tidehold.drop_feed('shop');
SELECT tidehold.map_feed('shop', 'shop.log');
SELECT tidehold.resnapshot('shop');
RESET ROLE;
ALTER PUBLICATION inserts OWNER TO regress_feed_admin;
SET ROLE regress_feed_admin;
SELECT tidehold.create_feed('mine', 'inserts', 'redis');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER redis TO regress_feed_admin;
SET ROLE regress_feed_admin;
SELECT tidehold.create_feed('mine', 'inserts', 'redis') IS NOT NULL AS made;
SELECT tidehold.map_feed('mine', 'shop.visit', 'v', key_columns => '{item_id}', query => 'SELECT name FROM shop.item WHERE item_id = $1');
-- A filter is run, and so checked, as the owner of the feed, whoever asks.
RESET ROLE;
SELECT tidehold.resnapshot('mine', 'shop.visit', 'item_id > 10');
GRANT SELECT ON shop.visit TO regress_feed_admin;
SELECT tidehold.resnapshot('mine', 'shop.visit', 'item_id > 10');
SET ROLE regress_feed_admin;
SELECT tidehold.drop_feed('mine');
SET ROLE regress_feed_operator;
SELECT tidehold.emit('orders', 'k', 'v') > '0/0' AS emitted;
SELECT tidehold.pause_feed('shop');
SELECT * FROM tidehold.dead_letter;
RESET ROLE;

-- Dropped.
SELECT tidehold.drop_feed('shop');
SELECT tidehold.drop_feed('cach');
SELECT tidehold.drop_feed('cache'), tidehold.drop_feed('visits');
SELECT count(*) FROM tidehold.feed_snapshot;
ROLLBACK;

-- The extension stays as long as there is a feed.  Alone in a database it has nothing else
-- to refuse for.
SELECT current_database() AS main \gset
CREATE DATABASE regress_feed;
\c regress_feed
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION tidehold;
CREATE SERVER redis FOREIGN DATA WRAPPER tidehold_redis OPTIONS (host 'cache');
CREATE PUBLICATION nothing;
SELECT tidehold.create_feed('one', 'nothing', 'redis') IS NOT NULL AS made;
DROP EXTENSION tidehold CASCADE;
DROP SCHEMA tidehold CASCADE;
SELECT tidehold.drop_feed('one');
DROP EXTENSION tidehold CASCADE;
ROLLBACK;
\c :main
DROP DATABASE regress_feed;
