CREATE TABLE inventory.tenant (
    tenant_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    builtin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE inventory.tenant IS 'owners of items and locations; a sku is unique within its tenant';
COMMENT ON COLUMN inventory.tenant.builtin IS 'comes with the extension, cannot be changed and is not dumped';
INSERT INTO inventory.tenant (tenant_id, name, builtin) VALUES (1, 'default', true);

CREATE TABLE inventory.item (
    item_id bigint PRIMARY KEY DEFAULT inventory.new_id() CHECK (item_id > 0),
    tenant_id integer NOT NULL DEFAULT 1 REFERENCES inventory.tenant,
    sku text COLLATE "C" NOT NULL CHECK (length(sku) BETWEEN 1 AND 200),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 1000),
    base_unit text NOT NULL DEFAULT 'piece' CHECK (length(base_unit) BETWEEN 1 AND 40),
    tracking text NOT NULL DEFAULT 'none' CHECK (tracking IN ('none', 'lot', 'serial')),
    best_before_days integer CHECK (best_before_days >= 0),
    removal_days integer CHECK (removal_days >= 0),
    alert_days integer CHECK (alert_days >= 0),
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, sku)
);
COMMENT ON TABLE inventory.item IS 'what is stocked; quantities are whole numbers of base_unit';
COMMENT ON COLUMN inventory.item.item_id IS 'never changes: it is part of every key of the large tables';
COMMENT ON COLUMN inventory.item.sku IS 'stock keeping unit, compared byte by byte, unique within the tenant';
COMMENT ON COLUMN inventory.item.base_unit IS 'name of the unit that quantities count, for example piece or gram';
COMMENT ON COLUMN inventory.item.tracking IS 'none: stock has no lot; lot: every unit lies in a lot; serial: a lot holds one unit at most';
COMMENT ON COLUMN inventory.item.best_before_days IS 'a new lot is best before this many days before it expires';
COMMENT ON COLUMN inventory.item.removal_days IS 'a new lot is no longer picked from this many days before it expires';
COMMENT ON COLUMN inventory.item.alert_days IS 'a new lot is reported from this many days before it expires';

CREATE TABLE inventory.unit (
    item_id bigint NOT NULL REFERENCES inventory.item ON DELETE CASCADE,
    unit text COLLATE "C" NOT NULL CHECK (length(unit) BETWEEN 1 AND 40),
    numerator bigint NOT NULL CHECK (numerator > 0),
    denominator bigint NOT NULL DEFAULT 1 CHECK (denominator > 0),
    PRIMARY KEY (item_id, unit)
);
COMMENT ON TABLE inventory.unit IS
    'further units of an item: one unit is numerator/denominator base units, exactly; a quantity that does not convert to a whole number of base units is refused';

CREATE TABLE inventory.barcode (
    item_id bigint NOT NULL REFERENCES inventory.item ON DELETE CASCADE,
    barcode text COLLATE "C" NOT NULL CHECK (length(barcode) BETWEEN 1 AND 100),
    tenant_id integer NOT NULL DEFAULT 1 REFERENCES inventory.tenant,
    unit text COLLATE "C",
    PRIMARY KEY (item_id, barcode),
    UNIQUE (tenant_id, barcode),
    FOREIGN KEY (item_id, unit) REFERENCES inventory.unit
);
COMMENT ON TABLE inventory.barcode IS 'barcodes of an item, each for one unit of it; unit NULL is the base unit';

CREATE TRIGGER forget_cached AFTER UPDATE OR DELETE ON inventory.item
    FOR EACH ROW EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER forget_cached_truncate AFTER TRUNCATE ON inventory.item
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER refuse_in_use BEFORE DELETE OR UPDATE OF item_id ON inventory.item
    FOR EACH ROW EXECUTE FUNCTION inventory.refuse_in_use();
CREATE TRIGGER forget_cached AFTER UPDATE OR DELETE ON inventory.unit
    FOR EACH ROW EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER forget_cached_truncate AFTER TRUNCATE ON inventory.unit
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER refuse_builtin BEFORE UPDATE OR DELETE ON inventory.tenant
    FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION inventory.refuse_builtin();
ALTER TABLE inventory.item ENABLE ALWAYS TRIGGER forget_cached;
ALTER TABLE inventory.item ENABLE ALWAYS TRIGGER forget_cached_truncate;
ALTER TABLE inventory.unit ENABLE ALWAYS TRIGGER forget_cached;
ALTER TABLE inventory.unit ENABLE ALWAYS TRIGGER forget_cached_truncate;
COMMENT ON TRIGGER forget_cached ON inventory.item IS 'tells backends to look items up again';
COMMENT ON TRIGGER forget_cached_truncate ON inventory.item IS 'tells backends to look items up again';
COMMENT ON TRIGGER refuse_in_use ON inventory.item IS 'keeps items that the ledger refers to';
COMMENT ON TRIGGER forget_cached ON inventory.unit IS 'tells backends to look units up again';
COMMENT ON TRIGGER forget_cached_truncate ON inventory.unit IS 'tells backends to look units up again';
COMMENT ON TRIGGER refuse_builtin ON inventory.tenant IS 'keeps the default tenant as it is';
