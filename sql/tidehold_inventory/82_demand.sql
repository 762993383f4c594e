-- The ledger summed by item, location and day, and what follows from it.
CREATE TABLE inventory.planning_setting (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 100)
);
COMMENT ON TABLE inventory.planning_setting IS
    'one row at most; without one the days of planning are those of UTC';
COMMENT ON COLUMN inventory.planning_setting.time_zone IS
    'where the days of planning begin at midnight; set by inventory.rebuild_demand()';

CREATE TABLE inventory.demand_day (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    day date NOT NULL,
    shipped bigint NOT NULL,
    returned bigint NOT NULL,
    corrected bigint NOT NULL,
    change bigint NOT NULL,
    PRIMARY KEY (item_id, day, location_id)
);
COMMENT ON TABLE inventory.demand_day IS
    'movements of a location that holds stock, summed by the day they occurred; kept by the maintenance worker, about a minute behind';
COMMENT ON COLUMN inventory.demand_day.shipped IS 'to customers: fulfilments, issues and imports';
COMMENT ON COLUMN inventory.demand_day.returned IS 'from customers: receipts and imports';
COMMENT ON COLUMN inventory.demand_day.corrected IS 'from and to LOSS: finds less losses; no demand';
COMMENT ON COLUMN inventory.demand_day.change IS 'of stock on hand, by movements of every kind';

-- xids mean nothing in another cluster, so this is not dumped: the first run after a
-- restore sums everything.
CREATE TABLE inventory.demand_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    seen_xid xid8 NOT NULL,
    seen_at timestamptz NOT NULL,
    seen_block bigint NOT NULL,
    pending_block bigint NOT NULL,
    pending_xid xid8 NOT NULL,
    updated_at timestamptz NOT NULL,
    time_zone text NOT NULL
);
COMMENT ON TABLE inventory.demand_state IS 'what of the ledger inventory.demand_day holds';
COMMENT ON COLUMN inventory.demand_state.seen_xid IS
    'what older transactions wrote is in: xmin of the snapshot of the last run, so a transaction that commits late is not passed over';
COMMENT ON COLUMN inventory.demand_state.seen_at IS 'what was recorded before it is in: start of the oldest transaction then';

COMMENT ON COLUMN inventory.demand_state.seen_block IS
    'rows in earlier blocks of the ledger are in, whatever recorded_at they have: a restore and logical replication bring old ones';
COMMENT ON COLUMN inventory.demand_state.pending_block IS 'seen_block, once everything older than pending_xid has ended';
COMMENT ON COLUMN inventory.demand_state.pending_xid IS 'first transaction that was not begun when pending_block was the end of the ledger';
COMMENT ON COLUMN inventory.demand_state.time_zone IS
    'of the days that were summed; a restore may bring another after the first of them';

-- recorded_at follows the order of the heap, so a range index finds what is new.
CREATE INDEX movement_recorded_at_idx ON inventory.movement USING brin (recorded_at) WITH (pages_per_range = 16);
COMMENT ON INDEX inventory.movement_recorded_at_idx IS 'what was recorded lately, for inventory.update_demand()';

CREATE FUNCTION inventory.find_item(sku text, item_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1) RETURNS bigint
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'th_inventory_find_item';
COMMENT ON FUNCTION inventory.find_item(text, bigint, integer) IS
    'id of the item of that sku or id (both must agree); TH002 where there is none';

CREATE FUNCTION inventory.find_location(location text, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1) RETURNS bigint
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'th_inventory_find_location';
COMMENT ON FUNCTION inventory.find_location(text, bigint, integer) IS
    'id of the location of that code or id (both must agree), 0 where neither is given; TH003 where there is none';

CREATE FUNCTION inventory.planning_time_zone() RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT coalesce((SELECT s.time_zone FROM inventory.planning_setting AS s), 'UTC') $$;
COMMENT ON FUNCTION inventory.planning_time_zone() IS 'time zone of the days of planning';

CREATE FUNCTION inventory.planning_date(at timestamptz DEFAULT now()) RETURNS date
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT (at AT TIME ZONE inventory.planning_time_zone())::date $$;
COMMENT ON FUNCTION inventory.planning_date(timestamptz) IS 'the day of planning that a moment lies in';

-- Each movement is two rows, one for each side that holds stock.
CREATE VIEW inventory.movement_side AS
    SELECT m.item_id, side.location_id, m.occurred_at, side.shipped, side.returned, side.corrected, side.change
    FROM inventory.movement AS m
    JOIN inventory.location AS s ON s.location_id = m.source_id
    JOIN inventory.location AS d ON d.location_id = m.destination_id
    CROSS JOIN LATERAL (VALUES
        (m.source_id, s.kind IN ('internal', 'transit'),
         CASE WHEN d.kind = 'customer' THEN m.quantity ELSE 0 END, 0::bigint,
         CASE WHEN d.kind = 'loss' THEN -m.quantity ELSE 0 END, -m.quantity),
        (m.destination_id, d.kind IN ('internal', 'transit'),
         0::bigint, CASE WHEN s.kind = 'customer' THEN m.quantity ELSE 0 END,
         CASE WHEN s.kind = 'loss' THEN m.quantity ELSE 0 END, m.quantity)
    ) AS side (location_id, holds_stock, shipped, returned, corrected, change)
    WHERE side.holds_stock;
COMMENT ON VIEW inventory.movement_side IS
    'the ledger by location: what each movement did to each location that holds stock';

CREATE VIEW inventory.location_within AS
    WITH RECURSIVE below AS (
        SELECT l.location_id AS node_id, l.location_id FROM inventory.location AS l
        UNION ALL
        SELECT b.node_id, l.location_id
        FROM inventory.location AS l JOIN below AS b ON l.parent_id = b.location_id
    )
    SELECT b.node_id, b.location_id FROM below AS b
    UNION ALL
    SELECT 0, l.location_id FROM inventory.location AS l;
COMMENT ON VIEW inventory.location_within IS
    'which locations lie at or below a node of the tree; everything lies below node 0';

CREATE FUNCTION inventory.sum_up_demand() RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    zone text := inventory.planning_time_zone();
    last inventory.demand_state;
    this inventory.demand_state;
    items bigint[];
    days date[];
    written bigint;
BEGIN
    SELECT * INTO last FROM inventory.demand_state FOR UPDATE;
    -- Everything that is written down here is older than the snapshots that read below.
    this.updated_at := clock_timestamp();
    this.seen_xid := pg_snapshot_xmin(pg_current_snapshot());
    this.seen_block := coalesce(last.seen_block, 0);
    IF this.seen_xid >= last.pending_xid THEN
        this.seen_block := last.pending_block;
    END IF;
    IF (last.pending_xid IS NULL OR this.seen_xid >= last.pending_xid)
        AND current_setting('transaction_isolation') = 'read committed' THEN
        -- The size first: whoever wrote before it was asked for is older than this snapshot's xmax.
        this.pending_block := pg_relation_size('inventory.movement') / current_setting('block_size')::integer;
        this.pending_xid := pg_snapshot_xmax(pg_current_snapshot());
    ELSE
        this.pending_block := coalesce(last.pending_block, 0);
        this.pending_xid := coalesce(last.pending_xid, pg_snapshot_xmax(pg_current_snapshot()));
    END IF;
    PERFORM pg_stat_clear_snapshot();
    SELECT least(min(CASE WHEN a.backend_xid IS NOT NULL THEN coalesce(a.xact_start, '-infinity')
                          ELSE coalesce(a.query_start, '-infinity') END), this.updated_at)
    INTO this.seen_at
    FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
      AND (a.backend_xid IS NOT NULL OR a.state IN ('active', 'fastpath function call', 'disabled'));

    IF last.seen_xid IS NULL OR last.time_zone <> zone
        OR this.seen_xid::text::numeric - last.seen_xid::text::numeric NOT BETWEEN 0 AND 1000000000 THEN
        DELETE FROM inventory.demand_day;
        INSERT INTO inventory.demand_day
        SELECT s.item_id, s.location_id, (s.occurred_at AT TIME ZONE zone)::date,
               sum(s.shipped), sum(s.returned), sum(s.corrected), sum(s.change)
        FROM inventory.movement_side AS s GROUP BY 1, 2, 3;
        GET DIAGNOSTICS written = ROW_COUNT;
    ELSE
        -- A clock that was set back has recorded before seen_at.
        SELECT array_agg(c.item_id), array_agg(c.day) INTO items, days
        FROM (SELECT DISTINCT m.item_id, (m.occurred_at AT TIME ZONE zone)::date AS day
              FROM inventory.movement AS m
              WHERE m.recorded_at >= least(last.seen_at, this.updated_at) - interval '1 min'
                AND age(m.xmin) <= age(last.seen_xid::xid)
              UNION
              -- Pages that a bulk load had taken and not filled lie before the end.
              SELECT m.item_id, (m.occurred_at AT TIME ZONE zone)::date
              FROM inventory.movement AS m
              WHERE m.ctid >= format('(%s,0)', greatest(last.seen_block - 1024, 0))::tid
                AND age(m.xmin) <= age(last.seen_xid::xid)) AS c;
        DELETE FROM inventory.demand_day AS d
        USING unnest(items, days) AS c (item_id, day)
        WHERE d.item_id = c.item_id AND d.day = c.day;
        INSERT INTO inventory.demand_day
        SELECT c.item_id, s.location_id, c.day, s.shipped, s.returned, s.corrected, s.change
        FROM unnest(items, days) AS c (item_id, day)
        CROSS JOIN LATERAL (
            SELECT s.location_id, sum(s.shipped) AS shipped, sum(s.returned) AS returned,
                   sum(s.corrected) AS corrected, sum(s.change) AS change
            FROM inventory.movement_side AS s
            WHERE s.item_id = c.item_id
              AND s.occurred_at >= c.day::timestamp AT TIME ZONE zone
              AND s.occurred_at < (c.day + 1)::timestamp AT TIME ZONE zone
            GROUP BY s.location_id) AS s;
        GET DIAGNOSTICS written = ROW_COUNT;
    END IF;

    INSERT INTO inventory.demand_state (seen_xid, seen_at, seen_block, pending_block, pending_xid, updated_at, time_zone)
    VALUES (this.seen_xid, this.seen_at, this.seen_block, this.pending_block, this.pending_xid, this.updated_at, zone)
    ON CONFLICT (only_row) DO UPDATE
    SET seen_xid = excluded.seen_xid, seen_at = excluded.seen_at, seen_block = excluded.seen_block,
        pending_block = excluded.pending_block, pending_xid = excluded.pending_xid, updated_at = excluded.updated_at,
        time_zone = excluded.time_zone;
    RETURN written;
END
$$;
COMMENT ON FUNCTION inventory.sum_up_demand() IS
    'sums anew the days of items for which movements were recorded since the last run; what inventory.update_demand() calls as the owner of the tables, one at a time';

CREATE FUNCTION inventory.update_demand() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_update_demand';
COMMENT ON FUNCTION inventory.update_demand() IS
    'brings inventory.demand_day up to the ledger now; the maintenance worker does it about once a minute; returns the number of rows written';

CREATE FUNCTION inventory.rebuild_demand(time_zone text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF time_zone IS NOT NULL THEN
        PERFORM now() AT TIME ZONE time_zone;
        INSERT INTO inventory.planning_setting (time_zone) VALUES (time_zone)
        ON CONFLICT (only_row) DO UPDATE SET time_zone = excluded.time_zone;
    END IF;
    DELETE FROM inventory.demand_state;
    RETURN inventory.update_demand();
END
$$;
COMMENT ON FUNCTION inventory.rebuild_demand(text) IS
    'sums inventory.demand_day anew from all of the ledger; with time_zone also sets where days begin; returns the number of rows written';

CREATE FUNCTION inventory.verify_demand(
    OUT item_id bigint, OUT location_id bigint, OUT day date, OUT expected text, OUT actual text)
    RETURNS SETOF record
    LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
    SET search_path = pg_catalog, pg_temp
    AS $$
    WITH ledger AS (
        SELECT s.item_id, s.location_id, (s.occurred_at AT TIME ZONE inventory.planning_time_zone())::date AS day,
               format('shipped %s returned %s corrected %s change %s',
                      sum(s.shipped), sum(s.returned), sum(s.corrected), sum(s.change)) AS sums
        FROM inventory.movement_side AS s GROUP BY 1, 2, 3
    ), kept AS (
        SELECT d.item_id, d.location_id, d.day,
               format('shipped %s returned %s corrected %s change %s', d.shipped, d.returned, d.corrected, d.change) AS sums
        FROM inventory.demand_day AS d
    )
    SELECT item_id, location_id, day, ledger.sums, kept.sums
    FROM ledger FULL JOIN kept USING (item_id, location_id, day)
    WHERE ledger.sums IS DISTINCT FROM kept.sums
    $$;
COMMENT ON FUNCTION inventory.verify_demand() IS
    'rows of inventory.demand_day that differ from the ledger, and none where all is well; call inventory.update_demand() first, as what was recorded since its last run differs too';

CREATE FUNCTION inventory.period_length(period text) RETURNS interval
    LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF period IS NULL OR period NOT IN ('day', 'week', 'month', 'quarter', 'year') THEN
        RAISE EXCEPTION 'period "%" is not known', coalesce(period, 'NULL')
            USING ERRCODE = 'TH026', HINT = 'A period is a day, week, month, quarter or year.';
    END IF;
    RETURN CASE period WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || period)::interval END;
END
$$;
COMMENT ON FUNCTION inventory.period_length(text) IS
    'length of a period: day, week (from Monday), month, quarter or year; TH026 for anything else';

CREATE FUNCTION inventory.demand_at(
    node_id bigint, item_ids bigint[], period text, since date, until date,
    OUT item_id bigint, OUT starts_on date, OUT shipped bigint, OUT returned bigint, OUT lost bigint,
    OUT lost_requests bigint, OUT demand bigint, OUT on_hand bigint, OUT out_of_stock boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10000
    SET search_path = pg_catalog, pg_temp
    AS $$
    WITH place AS (
        SELECT w.location_id FROM inventory.location_within AS w WHERE w.node_id = demand_at.node_id
        UNION ALL
        SELECT 0 WHERE demand_at.node_id = 0
    ), bound AS (
        SELECT inventory.period_length(demand_at.period) AS step,
               coalesce(demand_at.until, inventory.planning_date()) AS until,
               inventory.planning_time_zone() AS zone
    ), moved AS (
        SELECT d.item_id, d.day, sum(d.shipped) AS shipped, sum(d.returned) AS returned, sum(d.change) AS change
        FROM inventory.demand_day AS d JOIN place USING (location_id)
        WHERE (demand_at.item_ids IS NULL OR d.item_id = ANY (demand_at.item_ids))
          AND d.day < (SELECT b.until FROM bound AS b)
        GROUP BY d.item_id, d.day
    ), refused AS (
        SELECT l.item_id, (l.hour AT TIME ZONE b.zone)::date AS day, sum(l.missing) AS lost, sum(l.requests) AS lost_requests
        FROM inventory.lost_sale AS l JOIN place USING (location_id) CROSS JOIN bound AS b
        WHERE (demand_at.item_ids IS NULL OR l.item_id = ANY (demand_at.item_ids))
          AND l.hour < b.until::timestamp AT TIME ZONE b.zone
        GROUP BY 1, 2
    ), daily AS (
        SELECT item_id, day, coalesce(m.shipped, 0) AS shipped, coalesce(m.returned, 0) AS returned,
               coalesce(r.lost, 0) AS lost, coalesce(r.lost_requests, 0) AS lost_requests,
               coalesce(m.change, 0) AS change, (m.item_id IS NOT NULL)::integer AS moves,
               sum(coalesce(m.change, 0)) OVER (PARTITION BY item_id ORDER BY day) AS on_hand
        FROM moved AS m FULL JOIN refused AS r USING (item_id, day)
    ), span AS (
        SELECT item_id, date_trunc(demand_at.period, coalesce(demand_at.since, min(d.day))::timestamp) AS first
        FROM (SELECT n.item_id FROM daily AS n UNION SELECT unnest(demand_at.item_ids)) AS wanted
        LEFT JOIN daily AS d USING (item_id)
        GROUP BY item_id
    ), opening AS (
        SELECT s.item_id, s.first, coalesce(sum(d.change), 0) AS on_hand, coalesce(sum(d.moves), 0) AS moves
        FROM span AS s LEFT JOIN daily AS d ON d.item_id = s.item_id AND d.day < s.first
        WHERE s.first IS NOT NULL
        GROUP BY s.item_id, s.first
    ), slot AS (
        SELECT o.item_id, o.on_hand AS opening, o.moves, p.starts_on::date AS starts_on
        FROM opening AS o CROSS JOIN bound AS b
        CROSS JOIN LATERAL generate_series(o.first, b.until::timestamp - b.step, b.step) AS p (starts_on)
    ), summed AS (
        SELECT d.item_id, date_trunc(demand_at.period, d.day::timestamp)::date AS starts_on,
               sum(d.shipped) AS shipped, sum(d.returned) AS returned, sum(d.lost) AS lost,
               sum(d.lost_requests) AS lost_requests, sum(d.change) AS change, sum(d.moves) AS moves,
               min(d.on_hand) AS least
        FROM daily AS d GROUP BY 1, 2
    ), closed AS (
        SELECT item_id, starts_on, coalesce(u.shipped, 0) AS shipped, coalesce(u.returned, 0) AS returned,
               coalesce(u.lost, 0) AS lost, coalesce(u.lost_requests, 0) AS lost_requests,
               coalesce(u.change, 0) AS change, u.least,
               s.opening + sum(coalesce(u.change, 0)) OVER (PARTITION BY item_id ORDER BY starts_on) AS on_hand,
               s.moves + sum(coalesce(u.moves, 0)) OVER (PARTITION BY item_id ORDER BY starts_on)
                   > coalesce(u.moves, 0) AS moved_before
        FROM slot AS s LEFT JOIN summed AS u USING (item_id, starts_on)
    )
    SELECT c.item_id, c.starts_on, c.shipped::bigint, c.returned::bigint, c.lost::bigint, c.lost_requests::bigint,
           (c.shipped + c.lost)::bigint, c.on_hand::bigint,
           c.lost_requests > 0 OR coalesce(c.least <= 0, false) OR (c.moved_before AND c.on_hand - c.change <= 0)
    FROM closed AS c ORDER BY c.item_id, c.starts_on
    $$;
COMMENT ON FUNCTION inventory.demand_at(bigint, bigint[], text, date, date) IS
    'demand per item and period at a node of the tree (0: everywhere) and below; item_ids NULL is all items; source of inventory.demand() and demand_of_items()';

CREATE FUNCTION inventory.demand(
    sku text DEFAULT NULL, location text DEFAULT NULL, period text DEFAULT 'day',
    since date DEFAULT NULL, until date DEFAULT NULL,
    item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1,
    OUT starts_on date, OUT shipped bigint, OUT returned bigint, OUT lost bigint,
    OUT lost_requests bigint, OUT demand bigint, OUT on_hand bigint, OUT out_of_stock boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 100
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT d.starts_on, d.shipped, d.returned, d.lost, d.lost_requests, d.demand, d.on_hand, d.out_of_stock
    FROM inventory.demand_at(inventory.find_location(demand.location, demand.location_id, demand.tenant_id),
                             ARRAY[inventory.find_item(demand.sku, demand.item_id, demand.tenant_id)],
                             demand.period, demand.since, demand.until) AS d
    $$;
COMMENT ON FUNCTION inventory.demand IS
    'demand of an item per period (day, week, month, quarter or year) at a location and below, none left out: shipped plus lost, with returns beside it; from the period of since (default: the first movement) to the last that ends by until (default: today, which is not yet over); out_of_stock where a request was refused, or nothing was on hand when the period began or a day of it ended';

CREATE FUNCTION inventory.demand_of_items(
    location text DEFAULT NULL, period text DEFAULT 'day', since date DEFAULT NULL, until date DEFAULT NULL,
    location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1,
    OUT item_id bigint, OUT sku text, OUT starts_on date, OUT shipped bigint, OUT returned bigint, OUT lost bigint,
    OUT lost_requests bigint, OUT demand bigint, OUT on_hand bigint, OUT out_of_stock boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 10000
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT d.item_id, i.sku, d.starts_on, d.shipped, d.returned, d.lost, d.lost_requests, d.demand, d.on_hand, d.out_of_stock
    FROM inventory.demand_at(inventory.find_location(demand_of_items.location, demand_of_items.location_id, demand_of_items.tenant_id),
                             NULL, demand_of_items.period, demand_of_items.since, demand_of_items.until) AS d
    JOIN inventory.item AS i ON i.item_id = d.item_id AND i.tenant_id = demand_of_items.tenant_id
    $$;
COMMENT ON FUNCTION inventory.demand_of_items IS
    'inventory.demand() of every item of the tenant that moved or was asked for';
