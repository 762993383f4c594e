-- What the demo's shop keeps for itself, and the places it stocks.
CREATE ROLE shop IN ROLE tidehold_operator;
CREATE SCHEMA shop AUTHORIZATION shop;

CREATE TABLE shop.sku (n integer PRIMARY KEY, sku text NOT NULL);
COMMENT ON TABLE shop.sku IS 'the catalogue by number, so that pgbench can draw from it; number 1 is the hot SKU';

CREATE TABLE shop.purchase (reservation_id uuid, sku text NOT NULL, quantity bigint NOT NULL);
COMMENT ON TABLE shop.purchase IS 'the shop''s own row, written in the transaction that reserves';

CREATE TABLE shop.refused (sku text NOT NULL, quantity bigint NOT NULL);
COMMENT ON TABLE shop.refused IS 'demand that met no stock';

CREATE TABLE shop.order_line (n integer PRIMARY KEY, sku text NOT NULL, quantity bigint NOT NULL);
COMMENT ON TABLE shop.order_line IS 'recorded orders in order of time; a negative quantity is a return';

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA shop TO shop;

INSERT INTO inventory.location (code, name, kind) VALUES ('EUROPE', 'all warehouses', 'view');
INSERT INTO inventory.location (code, name, parent_id)
    SELECT place.code, place.name, europe.location_id
    FROM inventory.location AS europe,
         (VALUES ('CENTRAL', 'central warehouse'), ('EAST', 'warehouse east'), ('NORTH', 'warehouse north'),
                 ('SOUTH', 'warehouse south'), ('WEST', 'warehouse west')) AS place (code, name)
    WHERE europe.code = 'EUROPE';
