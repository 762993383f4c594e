-- Where items come from, what it costs, and what is on order.
CREATE TABLE inventory.supplier (
    supplier_id bigint PRIMARY KEY DEFAULT inventory.new_id() CHECK (supplier_id > 0),
    tenant_id integer NOT NULL DEFAULT 1 REFERENCES inventory.tenant,
    code text COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 1 AND 200),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 1000),
    order_weekdays integer[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}'
        CHECK (cardinality(order_weekdays) BETWEEN 1 AND 7 AND order_weekdays <@ '{1,2,3,4,5,6,7}'),
    delivery_weekdays integer[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}'
        CHECK (cardinality(delivery_weekdays) BETWEEN 1 AND 7 AND delivery_weekdays <@ '{1,2,3,4,5,6,7}'),
    working_days boolean NOT NULL DEFAULT false,
    UNIQUE (tenant_id, code)
);
COMMENT ON TABLE inventory.supplier IS 'who delivers, and on which days';
COMMENT ON COLUMN inventory.supplier.order_weekdays IS 'when orders are taken: 1 is Monday, 7 Sunday';
COMMENT ON COLUMN inventory.supplier.delivery_weekdays IS 'when goods arrive: 1 is Monday, 7 Sunday';
COMMENT ON COLUMN inventory.supplier.working_days IS 'lead times count only order days that are no holidays';

CREATE TABLE inventory.supplier_holiday (
    supplier_id bigint NOT NULL REFERENCES inventory.supplier ON DELETE CASCADE,
    day date NOT NULL CHECK (isfinite(day)),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 1000),
    PRIMARY KEY (supplier_id, day)
);
COMMENT ON TABLE inventory.supplier_holiday IS 'days on which a supplier neither takes orders nor delivers';

CREATE TABLE inventory.item_supply (
    item_id bigint NOT NULL REFERENCES inventory.item ON DELETE CASCADE,
    location_id bigint NOT NULL DEFAULT 0 CHECK (location_id >= 0),
    supplier_id bigint REFERENCES inventory.supplier,
    source_id bigint CHECK (source_id > 0 AND source_id <> location_id),
    active boolean NOT NULL DEFAULT true,
    policy text COLLATE "C" NOT NULL DEFAULT 'reorder_point'
        CHECK (policy IN ('reorder_point', 'order_up_to', 'min_max', 'buffer')),
    lead_days double precision NOT NULL DEFAULT 7 CHECK (lead_days BETWEEN 0 AND 3660),
    lead_days_sd double precision NOT NULL DEFAULT 0 CHECK (lead_days_sd BETWEEN 0 AND 3660),
    review_days double precision NOT NULL DEFAULT 1 CHECK (review_days BETWEEN 0 AND 3660),
    service_level double precision NOT NULL DEFAULT 0.95 CHECK (service_level > 0 AND service_level < 1),
    order_minimum bigint NOT NULL DEFAULT 0 CHECK (order_minimum >= 0),
    order_multiple bigint NOT NULL DEFAULT 1 CHECK (order_multiple > 0),
    order_maximum bigint CHECK (order_maximum > 0),
    unit_cost numeric CHECK (unit_cost >= 0 AND unit_cost < 'infinity'),
    order_cost numeric CHECK (order_cost >= 0 AND order_cost < 'infinity'),
    holding_rate double precision NOT NULL DEFAULT 0.25 CHECK (holding_rate >= 0 AND holding_rate <= 100),
    stock_minimum bigint CHECK (stock_minimum >= 0),
    stock_maximum bigint CHECK (stock_maximum >= 0),
    lead_factor double precision NOT NULL DEFAULT 0.5 CHECK (lead_factor BETWEEN 0 AND 1),
    variability_factor double precision NOT NULL DEFAULT 0.5 CHECK (variability_factor BETWEEN 0 AND 10),
    period text COLLATE "C" NOT NULL DEFAULT 'week' CHECK (period IN ('day', 'week', 'month')),
    method text COLLATE "C" NOT NULL DEFAULT 'auto' CHECK (length(method) BETWEEN 1 AND 100),
    PRIMARY KEY (item_id, location_id),
    CONSTRAINT item_supply_order_check CHECK (
        order_maximum IS NULL OR order_maximum / order_multiple * order_multiple >= greatest(order_minimum, 1)),
    CONSTRAINT item_supply_stock_check CHECK (
        stock_minimum <= stock_maximum AND (policy <> 'min_max' OR stock_maximum IS NOT NULL AND stock_minimum IS NOT NULL))
);
CREATE INDEX item_supply_supplier_id_idx ON inventory.item_supply (supplier_id);
COMMENT ON INDEX inventory.item_supply_supplier_id_idx IS 'what a supplier delivers';
COMMENT ON TABLE inventory.item_supply IS 'how an item is planned at a location and below; there are forecasts and proposals for what stands here';
COMMENT ON COLUMN inventory.item_supply.location_id IS 'a node of the tree; 0 plans all locations together, with requests that named none';
COMMENT ON COLUMN inventory.item_supply.source_id IS
    'where it is filled up from by transfer, itself planned or not; NULL: from a supplier';
COMMENT ON COLUMN inventory.item_supply.policy IS
    'reorder_point: order economically when the position is at the reorder point; order_up_to: fill up at each review; min_max: fill up to stock_maximum at stock_minimum; buffer: demand-driven zones';
COMMENT ON COLUMN inventory.item_supply.lead_days IS 'from order to arrival, mean, in days';
COMMENT ON COLUMN inventory.item_supply.lead_days_sd IS 'standard deviation of lead_days, in days';
COMMENT ON COLUMN inventory.item_supply.review_days IS 'from one look at the position to the next, in days: the time at risk is lead_days + review_days';
COMMENT ON COLUMN inventory.item_supply.service_level IS 'probability that the time at risk brings no stock-out';
COMMENT ON COLUMN inventory.item_supply.order_minimum IS 'least quantity of an order, in base units';
COMMENT ON COLUMN inventory.item_supply.order_multiple IS 'an order is a multiple of it, in base units';
COMMENT ON COLUMN inventory.item_supply.order_maximum IS 'largest quantity of one order, in base units; what is more takes several';
COMMENT ON COLUMN inventory.item_supply.unit_cost IS 'of a base unit';
COMMENT ON COLUMN inventory.item_supply.order_cost IS 'of an order, whatever its size';
COMMENT ON COLUMN inventory.item_supply.holding_rate IS 'cost of holding stock for a year, as a share of its cost';
COMMENT ON COLUMN inventory.item_supply.stock_minimum IS 'min_max: order at or below it; else a safety stock that is kept at least; in base units; what changes over time is in stock_target';
COMMENT ON COLUMN inventory.item_supply.stock_maximum IS 'min_max: order up to it; else no limit; in base units';
COMMENT ON COLUMN inventory.item_supply.lead_factor IS 'buffer: share of lead-time usage in red base and green';
COMMENT ON COLUMN inventory.item_supply.variability_factor IS 'buffer: share of red base in red safety';
COMMENT ON COLUMN inventory.item_supply.period IS 'of the forecast';
COMMENT ON COLUMN inventory.item_supply.method IS 'of the forecast, as in tidehold.forecast_options()';

CREATE FUNCTION inventory.check_supply() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NEW.location_id <> 0 AND NOT EXISTS (
        SELECT FROM inventory.location AS l JOIN inventory.item AS i ON i.item_id = NEW.item_id
        WHERE l.location_id = NEW.location_id AND l.kind IN ('internal', 'view') AND l.tenant_id = i.tenant_id) THEN
        RAISE EXCEPTION 'location % is no internal location or view of the tenant of the item', NEW.location_id
            USING ERRCODE = 'TH003';
    ELSIF NEW.source_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM inventory.location AS l JOIN inventory.item AS i ON i.item_id = NEW.item_id
        WHERE l.location_id = NEW.source_id AND l.kind IN ('internal', 'view') AND l.tenant_id = i.tenant_id) THEN
        RAISE EXCEPTION 'source % is no internal location or view of the tenant of the item', NEW.source_id
            USING ERRCODE = 'TH003';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION inventory.check_supply() IS 'trigger: an item is planned at an internal location or view of its tenant (TH003)';
CREATE TRIGGER check_supply BEFORE INSERT OR UPDATE OF item_id, location_id, source_id ON inventory.item_supply
    FOR EACH ROW EXECUTE FUNCTION inventory.check_supply();
COMMENT ON TRIGGER check_supply ON inventory.item_supply IS 'in place of a foreign key, which could not allow 0';

CREATE TABLE inventory.stock_target (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    starts_on date NOT NULL CHECK (isfinite(starts_on)),
    quantity bigint NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (item_id, location_id, starts_on),
    FOREIGN KEY (item_id, location_id) REFERENCES inventory.item_supply ON DELETE CASCADE
);
COMMENT ON TABLE inventory.stock_target IS
    'least stock of what is planned that changes over time, for a season or a campaign: in place of item_supply.stock_minimum where it is more';
COMMENT ON COLUMN inventory.stock_target.starts_on IS 'from this day until the next row of the item and location';
COMMENT ON COLUMN inventory.stock_target.quantity IS 'in base units; 0 ends a target';

CREATE FUNCTION inventory.stock_target_between(item_id bigint, location_id bigint, since date, until date) RETURNS bigint
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT max(t.quantity) FROM inventory.stock_target AS t
    WHERE t.item_id = stock_target_between.item_id AND t.location_id = stock_target_between.location_id AND t.starts_on < until
      AND t.starts_on >= coalesce((SELECT max(b.starts_on) FROM inventory.stock_target AS b
                                   WHERE b.item_id = stock_target_between.item_id
                                     AND b.location_id = stock_target_between.location_id AND b.starts_on <= since), since)
    $$;
COMMENT ON FUNCTION inventory.stock_target_between(bigint, bigint, date, date) IS
    'the largest stock target that holds on a day from since until the day before until; NULL where none does';

CREATE TABLE inventory.expected_receipt (
    item_id bigint NOT NULL,
    receipt_no bigint NOT NULL DEFAULT inventory.new_id(),
    location_id bigint NOT NULL CHECK (location_id >= 0),
    supplier_id bigint,
    source_id bigint,
    quantity bigint NOT NULL CHECK (quantity > 0),
    received bigint NOT NULL DEFAULT 0 CHECK (received >= 0),
    due_on date NOT NULL CHECK (isfinite(due_on)),
    ordered_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    movements bigint[] NOT NULL DEFAULT '{}',
    reference text CHECK (length(reference) <= 500),
    actor text NOT NULL DEFAULT current_user,
    PRIMARY KEY (item_id, receipt_no)
);
CREATE INDEX expected_receipt_source_id_idx ON inventory.expected_receipt (item_id, source_id)
    WHERE closed_at IS NULL AND source_id IS NOT NULL;
COMMENT ON INDEX inventory.expected_receipt_source_id_idx IS 'what is to leave a location';
CREATE INDEX expected_receipt_receipt_no_idx ON inventory.expected_receipt (receipt_no);
COMMENT ON INDEX inventory.expected_receipt_receipt_no_idx IS 'a line by its number alone';
CREATE INDEX expected_receipt_open_idx ON inventory.expected_receipt (item_id, location_id, due_on) WHERE closed_at IS NULL;
COMMENT ON INDEX inventory.expected_receipt_open_idx IS 'what is on order';
COMMENT ON TABLE inventory.expected_receipt IS 'lines of purchase orders: what is to arrive, and what of it has';
COMMENT ON COLUMN inventory.expected_receipt.location_id IS 'where it is planned for: a node of the tree, 0 anywhere';
COMMENT ON COLUMN inventory.expected_receipt.source_id IS 'the location it is transferred from; NULL: from a supplier';
COMMENT ON COLUMN inventory.expected_receipt.quantity IS 'ordered, in base units';
COMMENT ON COLUMN inventory.expected_receipt.received IS 'arrived of it, in base units; more than was ordered where more came';
COMMENT ON COLUMN inventory.expected_receipt.closed_at IS 'nothing more is to come since then';
COMMENT ON COLUMN inventory.expected_receipt.movements IS 'movement_no of the receipts that counted here';

CREATE FUNCTION inventory.expect_receipt(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, location text DEFAULT NULL, due_on date DEFAULT NULL,
    supplier text DEFAULT NULL, reference text DEFAULT NULL,
    item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    wanted_item bigint := inventory.find_item(expect_receipt.sku, expect_receipt.item_id, expect_receipt.tenant_id);
    place bigint := inventory.find_location(expect_receipt.location, expect_receipt.location_id, expect_receipt.tenant_id);
    from_supplier bigint;
    made bigint;
BEGIN
    IF expect_receipt.quantity IS NULL OR expect_receipt.quantity <= 0 THEN
        RAISE EXCEPTION 'quantity % is not above 0', coalesce(expect_receipt.quantity::text, 'NULL') USING ERRCODE = 'TH013';
    ELSIF expect_receipt.due_on IS NULL OR NOT isfinite(expect_receipt.due_on) THEN
        RAISE EXCEPTION 'due_on % is no day', coalesce(expect_receipt.due_on::text, 'NULL') USING ERRCODE = 'TH026';
    END IF;
    IF expect_receipt.supplier IS NULL THEN
        SELECT s.supplier_id INTO from_supplier FROM inventory.item_supply AS s
        WHERE s.item_id = wanted_item AND s.location_id = place;
    ELSE
        SELECT s.supplier_id INTO from_supplier FROM inventory.supplier AS s
        WHERE s.code = expect_receipt.supplier AND s.tenant_id = expect_receipt.tenant_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'supplier "%" does not exist', expect_receipt.supplier USING ERRCODE = 'TH026';
        END IF;
    END IF;
    INSERT INTO inventory.expected_receipt (item_id, location_id, supplier_id, quantity, due_on, reference)
    VALUES (wanted_item, place, from_supplier, expect_receipt.quantity, expect_receipt.due_on, expect_receipt.reference)
    RETURNING receipt_no INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION inventory.expect_receipt IS
    'notes that quantity base units were ordered and are due at a location or below; supplier defaults to that of item_supply; returns receipt_no';

CREATE FUNCTION inventory.settle_expected(
    item_id bigint, receipt_no bigint, movement_no bigint, close boolean DEFAULT false)
    RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_settle_expected';
COMMENT ON FUNCTION inventory.settle_expected(bigint, bigint, bigint, boolean) IS
    'takes a receipt of the ledger off what is on order, once; closes the line where nothing is left or close says so; returns what is still to come, NULL where the receipt had counted or there is none';

CREATE FUNCTION inventory.receive_expected(
    receipt_no bigint, quantity bigint DEFAULT NULL, location text DEFAULT NULL, lot text DEFAULT NULL,
    expires_on date DEFAULT NULL, close boolean DEFAULT false, request_id text DEFAULT NULL,
    reference text DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    line inventory.expected_receipt;
    arrived bigint;
    place bigint;
    moved bigint;
BEGIN
    SELECT r.* INTO line FROM inventory.expected_receipt AS r JOIN inventory.item AS i ON i.item_id = r.item_id
    WHERE r.receipt_no = receive_expected.receipt_no AND i.tenant_id = receive_expected.tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'expected receipt % does not exist', coalesce(receive_expected.receipt_no::text, 'NULL')
            USING ERRCODE = 'TH026';
    END IF;
    -- A repeated request has changed the quantity that is left, which is an argument of receive.
    SELECT q.result[1]::bigint INTO moved FROM inventory.request AS q
    WHERE q.tenant_id = receive_expected.tenant_id AND q.request_id = receive_expected.request_id
      AND q.operation = CASE WHEN line.source_id IS NULL THEN 'receive' ELSE 'transfer' END;
    IF moved = ANY (line.movements) THEN
        RETURN moved;
    END IF;
    arrived := coalesce(receive_expected.quantity, greatest(line.quantity - line.received, 0));
    IF receive_expected.location IS NULL THEN
        place := nullif(line.location_id, 0);
    END IF;
    IF line.source_id IS NULL THEN
        moved := inventory.receive(
            item_id => line.item_id, quantity => arrived, location => receive_expected.location, location_id => place,
            lot => receive_expected.lot, expires_on => receive_expected.expires_on,
            request_id => receive_expected.request_id, reference => coalesce(receive_expected.reference, line.reference),
            tenant_id => receive_expected.tenant_id);
    ELSE
        moved := inventory.transfer(
            item_id => line.item_id, quantity => arrived, source_id => line.source_id,
            destination => receive_expected.location, destination_id => place, lot => receive_expected.lot,
            request_id => receive_expected.request_id, reference => coalesce(receive_expected.reference, line.reference),
            tenant_id => receive_expected.tenant_id);
    END IF;
    PERFORM inventory.settle_expected(line.item_id, line.receipt_no, moved, coalesce(receive_expected.close, false));
    RETURN moved;
END
$$;
COMMENT ON FUNCTION inventory.receive_expected IS
    'inventory.receive(), or transfer() from its source, of a line that is on order: quantity (default: what is still to come) arrives at location (default: where it was planned for); close says that nothing more will come; returns movement_no';

CREATE FUNCTION inventory.close_expected(receipt_no bigint, tenant_id integer DEFAULT 1) RETURNS boolean
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    WITH closed AS (
        UPDATE inventory.expected_receipt AS r SET closed_at = now()
        FROM inventory.item AS i
        WHERE r.receipt_no = close_expected.receipt_no AND r.closed_at IS NULL
          AND i.item_id = r.item_id AND i.tenant_id = close_expected.tenant_id
        RETURNING 1
    )
    SELECT count(*) > 0 FROM closed
    $$;
COMMENT ON FUNCTION inventory.close_expected(bigint, integer) IS
    'nothing more of this line will come; false where it was closed or does not exist';

CREATE VIEW inventory.supply_position AS
    WITH place AS (
        SELECT s.item_id, s.location_id AS node_id, w.location_id
        FROM inventory.item_supply AS s JOIN inventory.location_within AS w ON w.node_id = s.location_id
    ), here AS (
        SELECT k.item_id, k.location_id, sum(k.on_hand) FILTER (WHERE k.sellable) AS on_hand, sum(k.reserved) AS reserved,
               sum(k.on_hand) FILTER (WHERE l.kind = 'transit') AS in_transit
        FROM inventory.stock AS k JOIN inventory.location AS l ON l.location_id = k.location_id
        WHERE k.item_id IN (SELECT s.item_id FROM inventory.item_supply AS s)
        GROUP BY k.item_id, k.location_id
    ), stock AS (
        SELECT p.item_id, p.node_id, sum(h.on_hand) AS on_hand, sum(h.reserved) AS reserved, sum(h.in_transit) AS in_transit
        FROM place AS p JOIN here AS h ON h.item_id = p.item_id AND h.location_id = p.location_id
        GROUP BY p.item_id, p.node_id
    ), coming AS (
        SELECT p.item_id, p.node_id, sum(greatest(r.quantity - r.received, 0)) AS on_order, min(r.due_on) AS next_due_on
        FROM (TABLE place UNION ALL SELECT s.item_id, 0, 0 FROM inventory.item_supply AS s WHERE s.location_id = 0) AS p
        JOIN inventory.expected_receipt AS r ON r.item_id = p.item_id AND r.location_id = p.location_id
        WHERE r.closed_at IS NULL
        GROUP BY p.item_id, p.node_id
    ), leaving AS (
        SELECT p.item_id, p.node_id, sum(greatest(r.quantity - r.received, 0)) AS outgoing
        FROM place AS p JOIN inventory.expected_receipt AS r ON r.item_id = p.item_id AND r.source_id = p.location_id
        WHERE r.closed_at IS NULL AND p.node_id <> 0
        GROUP BY p.item_id, p.node_id
    )
    SELECT s.item_id, i.tenant_id, i.sku, s.location_id, l.code AS location,
           coalesce(k.on_hand, 0)::bigint AS on_hand, coalesce(k.reserved, 0)::bigint AS reserved,
           coalesce(k.in_transit, 0)::bigint AS in_transit, coalesce(c.on_order, 0)::bigint AS on_order, c.next_due_on,
           coalesce(o.outgoing, 0)::bigint AS outgoing,
           (coalesce(k.on_hand, 0) - coalesce(k.reserved, 0) + coalesce(k.in_transit, 0) + coalesce(c.on_order, 0)
            - coalesce(o.outgoing, 0))::bigint AS position
    FROM inventory.item_supply AS s
    JOIN inventory.item AS i ON i.item_id = s.item_id
    LEFT JOIN inventory.location AS l ON l.location_id = s.location_id
    LEFT JOIN stock AS k ON k.item_id = s.item_id AND k.node_id = s.location_id
    LEFT JOIN coming AS c ON c.item_id = s.item_id AND c.node_id = s.location_id
    LEFT JOIN leaving AS o ON o.item_id = s.item_id AND o.node_id = s.location_id;
COMMENT ON VIEW inventory.supply_position IS
    'inventory position of what is planned, at the location and below: sellable stock on hand, less what is reserved, plus what is in transit there and on order, less what is to be transferred away';
