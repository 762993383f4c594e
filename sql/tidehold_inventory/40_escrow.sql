CREATE FUNCTION inventory.escrow_follow() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_escrow_follow';
COMMENT ON FUNCTION inventory.escrow_follow() IS
    'trigger: keeps the shared-memory entries right when somebody changes balances or reservations without the functions; never refuses';
CREATE FUNCTION inventory.escrow_discard() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_escrow_discard';
COMMENT ON FUNCTION inventory.escrow_discard() IS
    'trigger: discards the shared-memory entries of this database after TRUNCATE';

CREATE TRIGGER escrow_follow AFTER INSERT OR UPDATE OR DELETE ON inventory.balance
    FOR EACH ROW EXECUTE FUNCTION inventory.escrow_follow();
CREATE TRIGGER escrow_follow AFTER INSERT OR UPDATE OR DELETE ON inventory.reservation
    FOR EACH ROW EXECUTE FUNCTION inventory.escrow_follow();
CREATE TRIGGER escrow_discard AFTER TRUNCATE ON inventory.balance
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.escrow_discard();
CREATE TRIGGER escrow_discard AFTER TRUNCATE ON inventory.reservation
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.escrow_discard();
-- ALWAYS: logical replication and session_replication_role change stock as well.
ALTER TABLE inventory.balance ENABLE ALWAYS TRIGGER escrow_follow;
ALTER TABLE inventory.balance ENABLE ALWAYS TRIGGER escrow_discard;
ALTER TABLE inventory.reservation ENABLE ALWAYS TRIGGER escrow_follow;
ALTER TABLE inventory.reservation ENABLE ALWAYS TRIGGER escrow_discard;
COMMENT ON TRIGGER escrow_follow ON inventory.balance IS 'follows changes made without the functions';
COMMENT ON TRIGGER escrow_follow ON inventory.reservation IS 'follows changes made without the functions';
COMMENT ON TRIGGER escrow_discard ON inventory.balance IS 'follows TRUNCATE';
COMMENT ON TRIGGER escrow_discard ON inventory.reservation IS 'follows TRUNCATE';

CREATE FUNCTION inventory.escrow_entries(
    OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint,
    OUT available bigint, OUT pins integer, OUT state text, OUT committing integer)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 1000
    AS 'MODULE_PATHNAME', 'th_escrow_entries_view';
COMMENT ON FUNCTION inventory.escrow_entries() IS 'source of the view inventory.escrow_entry';
CREATE VIEW inventory.escrow_entry AS
    SELECT e.item_id, i.sku, e.location_id, l.code AS location, e.lot_id, t.code AS lot,
           e.available, e.available OPERATOR(pg_catalog.<) 0 AS oversold, e.pins, e.state
    FROM inventory.escrow_entries() AS e
    LEFT JOIN inventory.item AS i ON i.item_id OPERATOR(pg_catalog.=) e.item_id
    LEFT JOIN inventory.location AS l ON l.location_id OPERATOR(pg_catalog.=) e.location_id
    LEFT JOIN inventory.lot AS t ON t.item_id OPERATOR(pg_catalog.=) e.item_id
                                AND t.lot_id OPERATOR(pg_catalog.=) e.lot_id;
COMMENT ON VIEW inventory.escrow_entry IS
    'shared-memory entries of this database: what may still be promised per item, location and lot, with the promises of open transactions already taken off';

CREATE FUNCTION inventory.escrow_holders(
    OUT pid integer, OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint,
    OUT taken bigint, OUT to_give bigint, OUT more integer)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 100
    AS 'MODULE_PATHNAME', 'th_escrow_holders';
COMMENT ON FUNCTION inventory.escrow_holders() IS 'source of the view inventory.escrow_holder';
CREATE VIEW inventory.escrow_holder AS
    SELECT h.pid, a.usename AS role, a.xact_start, a.state,
           h.item_id, i.sku, h.location_id, h.lot_id, h.taken, h.to_give, h.more
    FROM inventory.escrow_holders() AS h
    LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) h.pid
    LEFT JOIN inventory.item AS i ON i.item_id OPERATOR(pg_catalog.=) h.item_id;
COMMENT ON VIEW inventory.escrow_holder IS
    'what open transactions have taken (counts at once) and will give (counts at commit); more is the number of further entries of that transaction that are not listed';

CREATE FUNCTION inventory.rebuild() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_escrow_rebuild';
COMMENT ON FUNCTION inventory.rebuild() IS
    'discards the shared-memory entries of this database, which are then counted again from the rows; waits for open transactions that changed stock; returns the number of entries discarded; needed only after triggers were disabled';

CREATE FUNCTION inventory.verify_entries(
    OUT item_id bigint, OUT location_id bigint, OUT lot_id bigint, OUT expected bigint, OUT actual bigint)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 1
    AS 'MODULE_PATHNAME', 'th_escrow_verify';
COMMENT ON FUNCTION inventory.verify_entries() IS
    'shared-memory entries that differ from the rows; entries that open transactions are using are passed over';
