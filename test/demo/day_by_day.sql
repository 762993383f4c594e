-- Each row of the file comes by itself, as it would from a station, and is judged at once.
\set rows `tail -n +2 "$DAYS"`
SELECT format('SELECT ocean.ingest(%L, %L, %L, %L); SELECT ocean.refresh_daily_means(); SELECT ocean.advance_heatwaves();',
              field[1], field[3], ARRAY[field[2]], ARRAY[field[4]])
FROM regexp_split_to_table(:'rows', E'\n') AS line, string_to_array(line, ',') AS field
\gexec
