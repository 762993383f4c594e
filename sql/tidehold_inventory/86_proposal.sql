-- What to order, each proposal with the numbers that led to it.
CREATE TABLE inventory.order_proposal (
    item_id bigint NOT NULL,
    proposal_no bigint NOT NULL DEFAULT inventory.new_id(),
    location_id bigint NOT NULL,
    supplier_id bigint,
    source_id bigint,
    state text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'dismissed', 'withdrawn')),
    quantity bigint NOT NULL CHECK (quantity > 0),
    orders integer NOT NULL CHECK (orders > 0),
    order_on date NOT NULL,
    due_on date NOT NULL,
    value numeric,
    explanation jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    quiet_until date,
    receipt_no bigint,
    actor text,
    reason text CHECK (length(reason) <= 500),
    PRIMARY KEY (item_id, proposal_no)
);
CREATE UNIQUE INDEX order_proposal_open_idx ON inventory.order_proposal (item_id, location_id) WHERE state = 'open';
CREATE INDEX order_proposal_source_id_idx ON inventory.order_proposal (item_id, source_id)
    WHERE state = 'open' AND source_id IS NOT NULL;
CREATE INDEX order_proposal_proposal_no_idx ON inventory.order_proposal (proposal_no);
COMMENT ON INDEX inventory.order_proposal_open_idx IS 'one open proposal per item and location';
COMMENT ON INDEX inventory.order_proposal_source_id_idx IS 'what proposals would take from a location';
COMMENT ON INDEX inventory.order_proposal_proposal_no_idx IS 'a proposal by its number alone';
COMMENT ON TABLE inventory.order_proposal IS 'what to order or to transfer, and what was decided about it';
COMMENT ON COLUMN inventory.order_proposal.source_id IS 'transfer from this location; NULL: order from the supplier';
COMMENT ON COLUMN inventory.order_proposal.state IS 'open; accepted: became receipt_no; dismissed by a person; withdrawn: a later run found no need';
COMMENT ON COLUMN inventory.order_proposal.quantity IS 'in base units';
COMMENT ON COLUMN inventory.order_proposal.orders IS 'how many orders make up the quantity, by the largest that the supplier accepts';
COMMENT ON COLUMN inventory.order_proposal.value IS 'quantity times unit_cost';
COMMENT ON COLUMN inventory.order_proposal.explanation IS 'position, demand, levels, rounding and dates, and a sentence that says the same';
COMMENT ON COLUMN inventory.order_proposal.quiet_until IS 'of a dismissed one: until then no other is made';

CREATE FUNCTION inventory.days_of_period(period text) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT CASE period WHEN 'day' THEN 1 WHEN 'week' THEN 7 WHEN 'month' THEN 30.436875 END::double precision $$;
COMMENT ON FUNCTION inventory.days_of_period(text) IS 'length of a period in days, of a month on average; NULL of others';

CREATE FUNCTION inventory.planned_demand(
    today date DEFAULT inventory.planning_date(), item_ids bigint[] DEFAULT NULL,
    OUT item_id bigint, OUT location_id bigint, OUT basis text, OUT observed integer,
    OUT demand double precision, OUT variance double precision, OUT zero_share double precision)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 10000
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    class record;
BEGIN
    FOR class IN
        SELECT s.location_id, s.period, array_agg(s.item_id) AS items,
               today - CASE s.period WHEN 'day' THEN 90 WHEN 'week' THEN 364 ELSE 730 END AS since
        FROM inventory.item_supply AS s
        WHERE s.active AND (item_ids IS NULL OR s.item_id = ANY (item_ids))
        GROUP BY s.location_id, s.period
    LOOP
        RETURN QUERY
        WITH ahead AS (
            SELECT f.item_id, avg(f.mean) AS demand, avg(f.deviation * f.deviation) AS variance
            FROM inventory.forecast AS f
            JOIN inventory.item_supply AS s ON s.item_id = f.item_id AND s.location_id = f.location_id
            WHERE f.location_id = class.location_id AND f.item_id = ANY (class.items)
              AND f.starts_on + inventory.period_length(class.period) > today::timestamp
              AND f.starts_on < today + ceil(s.lead_days + s.review_days)::integer + 1
            GROUP BY f.item_id
            HAVING count(f.deviation) = count(*)
        ), behind AS (
            SELECT d.item_id, count(*)::integer AS observed, avg(d.demand)::double precision AS demand,
                   coalesce(var_samp(d.demand), 0)::double precision AS variance,
                   avg((d.demand = 0)::integer)::double precision AS zero_share
            FROM inventory.demand_at(class.location_id, class.items, class.period, NULL, today) AS d
            -- A period without stock in which nobody asked says nothing.
            WHERE d.starts_on >= class.since AND NOT (d.out_of_stock AND d.demand = 0)
            GROUP BY d.item_id
        )
        SELECT i.item_id, class.location_id,
               CASE WHEN a.item_id IS NOT NULL THEN 'forecast' WHEN b.item_id IS NOT NULL THEN 'history' ELSE 'none' END,
               coalesce(b.observed, 0), coalesce(a.demand, b.demand, 0), coalesce(a.variance, b.variance, 0),
               coalesce(b.zero_share, 1)
        FROM unnest(class.items) AS i (item_id)
        LEFT JOIN ahead AS a ON a.item_id = i.item_id
        LEFT JOIN behind AS b ON b.item_id = i.item_id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION inventory.planned_demand(date, bigint[]) IS
    'mean and variance of the demand of a period ahead for what is planned: by the stored forecast over the time at risk, else by the last 90 days, 52 weeks or 24 months; item_ids NULL is all';

CREATE FUNCTION inventory.explain_order(
    supply inventory.item_supply, stock inventory.supply_position, demand jsonb, levels jsonb, dates jsonb)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'policy', supply.policy,
        'position', jsonb_build_object(
            'on_hand', stock.on_hand, 'reserved', stock.reserved, 'in_transit', stock.in_transit,
            'on_order', stock.on_order, 'outgoing', stock.outgoing, 'total', stock.position),
        'demand', demand, 'levels', levels,
        'rounding', jsonb_build_object(
            'need', levels -> 'need', 'added', (levels ->> 'quantity')::bigint - (levels ->> 'need')::bigint,
            'minimum', supply.order_minimum, 'multiple', supply.order_multiple, 'maximum', supply.order_maximum),
        'dates', dates,
        'missing_until_due', greatest(ceil((levels ->> 'safety_stock')::numeric) - (stock.on_hand - stock.reserved), 0),
        'text', format(
            'position %s = on hand %s - reserved %s + in transit %s + on order %s - outgoing %s; %s; need %s, ordered %s (%s added for minimum %s and multiple of %s); taken %s, due %s',
            stock.position, stock.on_hand, stock.reserved, stock.in_transit, stock.on_order, stock.outgoing,
            CASE supply.policy
                WHEN 'min_max' THEN format('order at %s up to %s', levels ->> 'reorder_point', levels ->> 'order_up_to')
                WHEN 'buffer' THEN format('order at %s (red %s + yellow %s) up to %s (+ green %s)', levels ->> 'reorder_point',
                    levels ->> 'red', levels ->> 'yellow', levels ->> 'order_up_to', levels ->> 'green')
                ELSE format('order at %s = demand %s in %s days + safety stock %s%s', levels ->> 'reorder_point',
                    round((levels ->> 'mean')::numeric, 2), round((demand ->> 'days_at_risk')::numeric, 1),
                    round((levels ->> 'safety_stock')::numeric, 2),
                    coalesce(' (target ' || (levels ->> 'stock_target') || ')', '')) END,
            levels ->> 'need', levels ->> 'quantity', (levels ->> 'quantity')::bigint - (levels ->> 'need')::bigint,
            supply.order_minimum, supply.order_multiple, dates ->> 'order_on', dates ->> 'due_on')))
    $$;
COMMENT ON FUNCTION inventory.explain_order(inventory.item_supply, inventory.supply_position, jsonb, jsonb, jsonb) IS
    'explanation of a proposal, from the numbers that made it';

CREATE FUNCTION inventory.propose_order(
    supply inventory.item_supply, stock inventory.supply_position, today date,
    basis text, period_demand double precision, period_variance double precision, zero_share double precision)
    RETURNS text
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    days double precision := inventory.days_of_period(supply.period);
    calendar inventory.supplier;
    delivery record;
    days_at_risk double precision;
    plan record;
    counts boolean;
    target bigint;
BEGIN
    -- What proposals would take from here is promised as well.
    stock.outgoing := stock.outgoing + coalesce((
        SELECT sum(p.quantity) FROM inventory.order_proposal AS p
        WHERE p.item_id = supply.item_id AND p.source_id = supply.location_id AND p.state = 'open'), 0);
    stock.position := stock.on_hand - stock.reserved + stock.in_transit + stock.on_order - stock.outgoing;
    IF supply.source_id IS NULL THEN
        SELECT s.* INTO calendar FROM inventory.supplier AS s WHERE s.supplier_id = supply.supplier_id;
    END IF;
    SELECT d.* INTO delivery FROM inventory.supplier_arrival(
        today, ceil(supply.lead_days)::integer,
        coalesce(calendar.order_weekdays, '{1,2,3,4,5,6,7}'), coalesce(calendar.delivery_weekdays, '{1,2,3,4,5,6,7}'),
        coalesce((SELECT array_agg(h.day) FROM inventory.supplier_holiday AS h WHERE h.supplier_id = calendar.supplier_id), '{}'),
        coalesce(calendar.working_days, false)) AS d;
    -- An order has to last until the one of the next review arrives.
    days_at_risk := greatest(supply.lead_days + supply.review_days, delivery.next_arrival_date - today);
    -- The stock of the days between what is ordered now and what is ordered next rests on this order.
    target := inventory.stock_target_between(supply.item_id, supply.location_id, delivery.arrival_date,
        greatest(today + ceil(days_at_risk)::integer, delivery.arrival_date + 1));
    supply.stock_minimum := greatest(supply.stock_minimum, target);
    IF supply.policy = 'min_max' THEN
        supply.stock_maximum := greatest(supply.stock_maximum, target);
    END IF;
    counts := zero_share > 0.24 OR period_demand * days_at_risk / days < 100;
    SELECT p.* INTO plan FROM inventory.policy_order(
        policy => supply.policy, stock_position => stock.position, demand => period_demand, demand_variance => period_variance,
        periods => days_at_risk / days, periods_sd => supply.lead_days_sd / days, counts => counts,
        service_level => supply.service_level, order_cost => supply.order_cost::double precision,
        holding_cost => (supply.unit_cost * supply.holding_rate::numeric)::double precision * days / 365.2425,
        order_minimum => supply.order_minimum, order_multiple => supply.order_multiple, order_maximum => supply.order_maximum,
        stock_minimum => supply.stock_minimum, stock_maximum => supply.stock_maximum, daily_usage => period_demand / days,
        lead_days => supply.lead_days, review_days => supply.review_days, lead_factor => supply.lead_factor,
        variability_factor => supply.variability_factor) AS p;
    IF plan.quantity = 0 THEN
        UPDATE inventory.order_proposal SET state = 'withdrawn', decided_at = now(), updated_at = now(), reason = 'no longer needed'
        WHERE item_id = supply.item_id AND location_id = supply.location_id AND state = 'open';
        RETURN CASE WHEN FOUND THEN 'withdrawn' ELSE 'none' END;
    ELSIF EXISTS (SELECT FROM inventory.order_proposal AS p
                  WHERE p.item_id = supply.item_id AND p.location_id = supply.location_id
                    AND p.state = 'dismissed' AND p.quiet_until > today) THEN
        RETURN 'quiet';
    END IF;
    INSERT INTO inventory.order_proposal AS p
        (item_id, location_id, supplier_id, source_id, quantity, orders, order_on, due_on, value, explanation, actor)
    VALUES (supply.item_id, supply.location_id, CASE WHEN supply.source_id IS NULL THEN supply.supplier_id END, supply.source_id,
        plan.quantity, plan.orders, delivery.order_date, delivery.arrival_date, plan.quantity * supply.unit_cost,
        inventory.explain_order(supply, stock,
            jsonb_build_object('basis', basis, 'per_day', period_demand / days, 'days_at_risk', days_at_risk,
                'lead_days', supply.lead_days, 'lead_days_sd', supply.lead_days_sd, 'review_days', supply.review_days,
                'service_level', supply.service_level, 'distribution', CASE WHEN counts THEN 'counts' ELSE 'normal' END),
            to_jsonb(plan) || jsonb_build_object('stock_target', target),
            jsonb_build_object('today', today, 'order_on', delivery.order_date, 'due_on', delivery.arrival_date,
                'next_order_on', delivery.next_order_date, 'next_due_on', delivery.next_arrival_date)),
        current_user)
    ON CONFLICT (item_id, location_id) WHERE state = 'open' DO UPDATE
    SET supplier_id = excluded.supplier_id, source_id = excluded.source_id, quantity = excluded.quantity, orders = excluded.orders,
        order_on = excluded.order_on, due_on = excluded.due_on, value = excluded.value, explanation = excluded.explanation,
        updated_at = now(), actor = excluded.actor
    WHERE (p.supplier_id, p.source_id, p.quantity, p.orders, p.order_on, p.due_on, p.value, p.explanation)
        IS DISTINCT FROM (excluded.supplier_id, excluded.source_id, excluded.quantity, excluded.orders,
                          excluded.order_on, excluded.due_on, excluded.value, excluded.explanation);
    RETURN CASE WHEN FOUND THEN 'proposed' ELSE 'unchanged' END;
END
$$;
COMMENT ON FUNCTION inventory.propose_order(inventory.item_supply, inventory.supply_position, date, text, double precision, double precision, double precision) IS
    'makes, changes or withdraws the open proposal of one item at one location; for inventory.propose_orders(), which holds the lock';

CREATE FUNCTION inventory.propose_orders(
    sku text DEFAULT NULL, today date DEFAULT NULL, item_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1,
    OUT looked_at integer, OUT proposed integer, OUT unchanged integer, OUT withdrawn integer, OUT failed integer)
    RETURNS record
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    run inventory.planning_run := inventory.begin_run('propose');
    dropped integer;
    wanted bigint[];
    answer text;
    row record;
BEGIN
    -- One run at a time, and no decision in the middle of it: each sees what the last one did.
    LOCK TABLE inventory.order_proposal IN SHARE ROW EXCLUSIVE MODE;
    today := coalesce(today, inventory.planning_date());
    proposed := 0; unchanged := 0; withdrawn := 0;
    IF sku IS NOT NULL OR item_id IS NOT NULL THEN
        wanted := ARRAY[inventory.find_item(sku, item_id, tenant_id)];
    ELSE
        SELECT coalesce(array_agg(DISTINCT s.item_id), '{}') INTO wanted
        FROM inventory.item_supply AS s JOIN inventory.item AS i ON i.item_id = s.item_id
        WHERE s.active AND i.tenant_id = propose_orders.tenant_id;
    END IF;
    FOR row IN
        WITH RECURSIVE chain AS (
            SELECT s.item_id, s.location_id, 0 AS depth FROM inventory.item_supply AS s
            WHERE s.active AND s.item_id = ANY (wanted)
            UNION ALL
            SELECT c.item_id, s.source_id, c.depth + 1
            FROM chain AS c JOIN inventory.item_supply AS s ON s.item_id = c.item_id AND s.location_id = c.location_id
            WHERE s.active AND s.source_id IS NOT NULL AND c.depth < 32
        ), depth AS (
            -- The longest way that transfers go from here: what is filled up from a place comes before it.
            SELECT c.item_id, c.location_id, max(c.depth) AS depth FROM chain AS c GROUP BY c.item_id, c.location_id
        )
        SELECT s AS supply, p AS stock, d.basis, d.demand, d.variance, d.zero_share
        FROM inventory.item_supply AS s
        JOIN inventory.supply_position AS p ON p.item_id = s.item_id AND p.location_id = s.location_id
        JOIN depth AS o ON o.item_id = s.item_id AND o.location_id = s.location_id
        JOIN inventory.planned_demand(today, wanted) AS d ON d.item_id = s.item_id AND d.location_id = s.location_id
        WHERE s.active AND s.item_id = ANY (wanted)
        ORDER BY o.depth, s.item_id, s.location_id
    LOOP
        run.series := run.series + 1;
        BEGIN
            answer := inventory.propose_order(row.supply, row.stock, today, row.basis, row.demand, row.variance, row.zero_share);
            proposed := proposed + (answer = 'proposed')::integer;
            unchanged := unchanged + (answer = 'unchanged')::integer;
            withdrawn := withdrawn + (answer = 'withdrawn')::integer;
        EXCEPTION WHEN OTHERS THEN
            run := inventory.count_failure(run, (row.supply).item_id, (row.supply).location_id, SQLERRM);
        END;
    END LOOP;
    -- What is not planned any more needs no order.
    UPDATE inventory.order_proposal AS p SET state = 'withdrawn', decided_at = now(), updated_at = now(), reason = 'no longer planned'
    FROM inventory.item AS i
    WHERE p.state = 'open' AND i.item_id = p.item_id AND i.tenant_id = propose_orders.tenant_id
      AND NOT EXISTS (SELECT FROM inventory.item_supply AS s
                      WHERE s.item_id = p.item_id AND s.location_id = p.location_id AND s.active);
    GET DIAGNOSTICS dropped = ROW_COUNT;
    withdrawn := withdrawn + dropped;
    PERFORM inventory.end_run(run);
    looked_at := run.series; failed := run.failed;
END
$$;
COMMENT ON FUNCTION inventory.propose_orders IS
    'makes, changes and withdraws order proposals for what stands in item_supply (of the tenant, or of one item): inventory position against the demand of the time at risk, by each policy; called again with nothing changed it changes nothing; one that cannot be planned is counted as failed, said in planning_run, and stops no other';

CREATE FUNCTION inventory.lock_proposal(proposal_no bigint) RETURNS inventory.order_proposal
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    proposal inventory.order_proposal;
BEGIN
    -- Waits for a run of propose_orders, which may change or withdraw it.
    LOCK TABLE inventory.order_proposal IN ROW EXCLUSIVE MODE;
    SELECT p.* INTO proposal FROM inventory.order_proposal AS p WHERE p.proposal_no = lock_proposal.proposal_no FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'order proposal % does not exist', coalesce(lock_proposal.proposal_no::text, 'NULL') USING ERRCODE = 'TH026';
    ELSIF proposal.state <> 'open' THEN
        RAISE EXCEPTION 'order proposal % is %', lock_proposal.proposal_no, proposal.state
            USING ERRCODE = 'TH026', DETAIL = 'Only an open proposal can be accepted or dismissed.';
    END IF;
    RETURN proposal;
END
$$;
COMMENT ON FUNCTION inventory.lock_proposal(bigint) IS 'the open proposal of that number, locked; TH026 where there is none';

CREATE FUNCTION inventory.accept_proposal(
    proposal_no bigint, quantity bigint DEFAULT NULL, due_on date DEFAULT NULL, reference text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    proposal inventory.order_proposal;
    made bigint;
BEGIN
    proposal := inventory.lock_proposal(accept_proposal.proposal_no);
    INSERT INTO inventory.expected_receipt (item_id, location_id, supplier_id, source_id, quantity, due_on, reference)
    VALUES (proposal.item_id, proposal.location_id, proposal.supplier_id, proposal.source_id,
            coalesce(accept_proposal.quantity, proposal.quantity), coalesce(accept_proposal.due_on, proposal.due_on), accept_proposal.reference)
    RETURNING receipt_no INTO made;
    UPDATE inventory.order_proposal
    SET state = 'accepted', decided_at = now(), updated_at = now(), receipt_no = made, actor = current_user
    WHERE item_id = proposal.item_id AND proposal_no = proposal.proposal_no;
    RETURN made;
END
$$;

COMMENT ON FUNCTION inventory.accept_proposal(bigint, bigint, date, text) IS
    'what was proposed is ordered: it becomes an expected receipt, with another quantity or day if given; returns receipt_no; TH026 where the proposal is not open';

CREATE FUNCTION inventory.dismiss_proposal(proposal_no bigint, reason text DEFAULT NULL, quiet_until date DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    proposal inventory.order_proposal;
BEGIN
    proposal := inventory.lock_proposal(dismiss_proposal.proposal_no);
    UPDATE inventory.order_proposal
    SET state = 'dismissed', decided_at = now(), updated_at = now(), actor = current_user, reason = dismiss_proposal.reason,
        quiet_until = coalesce(dismiss_proposal.quiet_until, inventory.planning_date() + 1)
    WHERE item_id = proposal.item_id AND proposal_no = proposal.proposal_no;
END
$$;
COMMENT ON FUNCTION inventory.dismiss_proposal(bigint, text, date) IS
    'what was proposed is not ordered, and not proposed again before quiet_until (default: tomorrow); TH026 where the proposal is not open';

CREATE VIEW inventory.item_class AS
    WITH asked AS (
        SELECT d.item_id, sum(d.demand) AS quantity, array_agg(d.demand::double precision ORDER BY d.starts_on) AS weeks
        FROM inventory.demand_at(0, NULL, 'week', inventory.planning_date() - 364, inventory.planning_date()) AS d
        GROUP BY d.item_id
    ), cost AS (
        SELECT s.item_id, max(s.unit_cost) AS unit_cost FROM inventory.item_supply AS s GROUP BY s.item_id
    ), valued AS (
        SELECT i.tenant_id, i.item_id, i.sku, a.quantity, a.quantity * coalesce(c.unit_cost, 0) AS value, a.weeks
        FROM inventory.item AS i
        JOIN asked AS a ON a.item_id = i.item_id
        LEFT JOIN cost AS c ON c.item_id = i.item_id
    ), abc AS (
        SELECT k.key AS item_id, k.class, k.share
        FROM (SELECT array_agg(v.item_id ORDER BY v.item_id) AS items, array_agg(v.value ORDER BY v.item_id) AS amounts
              FROM valued AS v GROUP BY v.tenant_id) AS t
        CROSS JOIN LATERAL inventory.abc_classes(t.items, t.amounts) AS k
    )
    SELECT v.tenant_id, v.item_id, v.sku, v.quantity, v.value, a.share, a.class AS abc, x.class AS xyz, x.variation
    FROM valued AS v
    LEFT JOIN abc AS a ON a.item_id = v.item_id
    CROSS JOIN LATERAL inventory.xyz_class(v.weeks) AS x;
COMMENT ON VIEW inventory.item_class IS
    'classes of the items by the demand of the last 52 weeks at all locations: abc by value (demand times the highest unit_cost) within the tenant, xyz by the coefficient of variation of the weeks';
