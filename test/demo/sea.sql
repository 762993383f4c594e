-- A made-up sea with a summer that is far too warm, as date,sst.
COPY (
    SELECT day::date AS date,
           round((22.5 - 2.4 * cos((extract(doy FROM day)::float8 - 65) * 2 * pi() / 365.25 + pi())
                  + 0.5 * sin(extract(epoch FROM day)::float8 / 86400 / 17.0) + 0.4 * sin(extract(epoch FROM day)::float8 / 86400 / 71.0)
                  + 0.3 * (hashint8extended(extract(epoch FROM day)::bigint, 20) % 1000) / 1000.0
                  + 4.5 * exp(greatest(-600, 0 - ((day::date - date '2011-02-20') / 25.0::float8) ^ 2)))::numeric, 2) AS sst
    FROM generate_series(timestamp '1982-01-01', '2011-12-31', '1 day') AS day
) TO STDOUT (FORMAT csv, HEADER);
