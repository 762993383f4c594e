\set n random(:first, :last)
SELECT inventory.reserve((SELECT sku FROM shop.sku WHERE n = :n), 1);
