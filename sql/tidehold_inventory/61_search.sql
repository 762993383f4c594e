-- pg_trgm may live in any schema, and a name inside @extschema:pg_trgm@ needs
-- PostgreSQL 16, so its schema is looked up and the body binds to it for good.
DO $$
DECLARE
    trgm text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
                  WHERE e.extname = 'pg_trgm');
BEGIN
    EXECUTE format('CREATE INDEX item_sku_trgm_idx ON inventory.item USING gin (sku %s.gin_trgm_ops)', trgm);
    EXECUTE format('CREATE INDEX item_name_trgm_idx ON inventory.item USING gin (name %s.gin_trgm_ops)', trgm);
    EXECUTE format('CREATE INDEX barcode_barcode_trgm_idx ON inventory.barcode USING gin (barcode %s.gin_trgm_ops)', trgm);
    EXECUTE format($f$
CREATE FUNCTION inventory.search(
    query text, max_results integer DEFAULT 20, tenant_id integer DEFAULT 1,
    OUT item_id bigint, OUT sku text, OUT name text, OUT barcode text, OUT score real)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    WITH hit AS (
        SELECT i.item_id, NULL::text AS barcode,
               CASE WHEN i.sku = search.query THEN 2
                    WHEN lower(i.sku) = lower(search.query) THEN 1.9::real
                    WHEN starts_with(lower(i.sku), lower(search.query)) THEN 1.5::real
                    ELSE greatest(%1$s.similarity(i.sku, search.query), %1$s.word_similarity(search.query, i.sku)) END AS score
        FROM inventory.item AS i
        WHERE i.tenant_id = search.tenant_id
          AND (i.sku OPERATOR(%1$s.%%) search.query OR search.query OPERATOR(%1$s.<%%) i.sku
               OR starts_with(lower(i.sku), lower(search.query)))
        UNION ALL
        SELECT i.item_id, NULL,
               CASE WHEN lower(i.name) = lower(search.query) THEN 1.8::real
                    ELSE greatest(%1$s.similarity(i.name, search.query), %1$s.word_similarity(search.query, i.name)) END
        FROM inventory.item AS i
        WHERE i.tenant_id = search.tenant_id
          AND (i.name OPERATOR(%1$s.%%) search.query OR search.query OPERATOR(%1$s.<%%) i.name)
        UNION ALL
        SELECT b.item_id, b.barcode,
               CASE WHEN b.barcode = search.query THEN 2
                    ELSE greatest(%1$s.similarity(b.barcode, search.query), %1$s.word_similarity(search.query, b.barcode)) END
        FROM inventory.barcode AS b
        WHERE b.tenant_id = search.tenant_id
          AND (b.barcode OPERATOR(%1$s.%%) search.query OR search.query OPERATOR(%1$s.<%%) b.barcode)
    ), best AS (
        SELECT DISTINCT ON (hit.item_id) hit.item_id, hit.barcode, hit.score
        FROM hit ORDER BY hit.item_id, hit.score DESC, hit.barcode NULLS LAST
    )
    SELECT i.item_id, i.sku, i.name, best.barcode, best.score
    FROM best JOIN inventory.item AS i ON i.item_id = best.item_id
    ORDER BY best.score DESC, i.sku
    LIMIT search.max_results;
END$f$, trgm);
END
$$;
COMMENT ON INDEX inventory.item_sku_trgm_idx IS 'inventory.search() by sku';
COMMENT ON INDEX inventory.item_name_trgm_idx IS 'inventory.search() by name';
COMMENT ON INDEX inventory.barcode_barcode_trgm_idx IS 'inventory.search() by barcode';
COMMENT ON FUNCTION inventory.search(text, integer, integer) IS
    'items whose sku, name or barcode is like the query, typing errors forgiven, best first: score 2 is an exact sku or barcode, below 1 it is trigram similarity';
