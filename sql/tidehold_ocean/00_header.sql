\echo Use "CREATE EXTENSION tidehold_ocean" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;
