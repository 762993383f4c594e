CREATE FUNCTION inventory.default_ttl() RETURNS interval
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_inventory_default_ttl';
COMMENT ON FUNCTION inventory.default_ttl() IS 'the setting tidehold.reservation_ttl as an interval';

CREATE FUNCTION inventory.reserve(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, location text DEFAULT NULL,
    ttl interval DEFAULT inventory.default_ttl(), request_id text DEFAULT NULL,
    reference text DEFAULT NULL, minimum bigint DEFAULT NULL, unit text DEFAULT NULL,
    lot text DEFAULT NULL, item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL,
    tenant_id integer DEFAULT 1)
    RETURNS uuid
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_reserve';
COMMENT ON FUNCTION inventory.reserve IS
    'promises stock for ttl (NULL: for ever) at a location or any below it (none: everywhere sellable, by priority), first-expired-first-out; minimum accepts less than quantity; returns the reservation id';

CREATE FUNCTION inventory.try_reserve(
    sku text DEFAULT NULL, quantity bigint DEFAULT NULL, location text DEFAULT NULL,
    ttl interval DEFAULT inventory.default_ttl(), request_id text DEFAULT NULL,
    reference text DEFAULT NULL, minimum bigint DEFAULT NULL, unit text DEFAULT NULL,
    lot text DEFAULT NULL, item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL,
    tenant_id integer DEFAULT 1,
    OUT code text, OUT reservation_id uuid, OUT reserved bigint, OUT available bigint,
    OUT expires_at timestamptz, OUT message text)
    RETURNS record
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_try_reserve';
COMMENT ON FUNCTION inventory.try_reserve IS
    'reserve that answers with a code instead of an error: created, exists, or the name of the error; available says what was left where stock was short';

CREATE FUNCTION inventory.reserve_many(
    skus text[] DEFAULT NULL, quantities bigint[] DEFAULT NULL, location text DEFAULT NULL,
    ttl interval DEFAULT inventory.default_ttl(), request_id text DEFAULT NULL,
    reference text DEFAULT NULL, minimums bigint[] DEFAULT NULL, units text[] DEFAULT NULL,
    lots text[] DEFAULT NULL, locations text[] DEFAULT NULL, independent boolean DEFAULT false,
    item_ids bigint[] DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1,
    OUT line integer, OUT code text, OUT reservation_id uuid, OUT requested bigint,
    OUT reserved bigint, OUT available bigint, OUT expires_at timestamptz)
    RETURNS SETOF record
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 10
    AS 'MODULE_PATHNAME', 'th_inventory_reserve_many';
COMMENT ON FUNCTION inventory.reserve_many IS
    'reserves a cart: all lines or none, the error naming every short line with requested and available; independent => true serves each line by itself with a code each; lines of one sku are summed and share a reservation id';

CREATE FUNCTION inventory.fulfil(
    reservation_id uuid, quantity bigint DEFAULT NULL, keep_remainder boolean DEFAULT false,
    destination text DEFAULT 'CUSTOMER', request_id text DEFAULT NULL,
    reference text DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_fulfil';
COMMENT ON FUNCTION inventory.fulfil IS
    'ships a reservation, whole (quantity NULL) or in part; the remainder returns to stock, or stays held with keep_remainder; returns the quantity shipped';

CREATE FUNCTION inventory.release(
    reservation_id uuid, quantity bigint DEFAULT NULL, reason text DEFAULT NULL,
    request_id text DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_release';
COMMENT ON FUNCTION inventory.release IS
    'ends a reservation and returns all of it to stock; quantity, where given, must be what is held; returns the quantity released';

CREATE FUNCTION inventory.extend(
    reservation_id uuid, ttl interval DEFAULT inventory.default_ttl(),
    request_id text DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS timestamptz
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_extend';
COMMENT ON FUNCTION inventory.extend IS
    'lets a living reservation live for ttl from now, at most tidehold.reservation_lifetime_max after it was made; returns the new end';

CREATE FUNCTION inventory.available(
    sku text DEFAULT NULL, location text DEFAULT NULL, lot text DEFAULT NULL,
    item_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, tenant_id integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_available';
COMMENT ON FUNCTION inventory.available IS
    'what reserve would grant now: sellable stock less the promises of committed and of open transactions; on a standby counted from the rows';

CREATE FUNCTION inventory.reservation_status(
    reservation_id uuid,
    OUT state text, OUT item_id bigint, OUT held bigint, OUT fulfilled bigint, OUT returned bigint,
    OUT created_at timestamptz, OUT expires_at timestamptz, OUT ended_at timestamptz)
    RETURNS record
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
    WITH id AS (
        SELECT ('x' || translate(left(reservation_id::text, 18), '-', ''))::bit(64)::bigint AS item_id,
               ('x' || translate(right(reservation_id::text, 17), '-', ''))::bit(64)::bigint AS reservation_no
    ), pick AS (
        SELECT r.item_id, r.quantity AS held, r.fulfilled, 0::bigint AS returned, r.created_at, r.expires_at,
               NULL::timestamptz AS ended_at,
               CASE WHEN r.expires_at <= clock_timestamp() THEN 'expired' ELSE 'held' END AS state
        FROM id JOIN inventory.reservation AS r USING (item_id, reservation_no)
        UNION ALL
        SELECT e.item_id, 0, e.fulfilled, e.quantity, e.created_at, e.expires_at, e.ended_at, e.outcome
        FROM id JOIN inventory.reservation_end AS e USING (item_id, reservation_no)
    )
    -- A reservation whose picks ended apart is held while one of them is.
    SELECT coalesce(max(state) FILTER (WHERE state = 'held'), max(state) FILTER (WHERE state = 'fulfilled'), max(state)),
           max(pick.item_id), sum(held)::bigint, sum(pick.fulfilled)::bigint, sum(returned)::bigint,
           min(pick.created_at), max(pick.expires_at), max(pick.ended_at)
    FROM pick HAVING count(*) > 0
    $$;
COMMENT ON FUNCTION inventory.reservation_status(uuid) IS
    'state (held, fulfilled, released, expired) and quantities of a reservation; NULL where it is not known';
