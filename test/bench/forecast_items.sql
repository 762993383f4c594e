-- Seconds and the backend's peak in kB.  One process: the figure is of one core.
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
SELECT clock_timestamp() AS begun \gset
SELECT count(*), sum(mean)
  FROM (SELECT sku, (unnest(tidehold.forecast(day, quantity, interval '7 days', 13))).mean
          FROM bench_sales GROUP BY sku) AS forecasts;
SELECT extract(epoch FROM clock_timestamp() - :'begun'::timestamptz) || ' ' ||
       substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s+(\d+)');
