-- Series and forecasts for the eye.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;

-- Eight heights, a space for what is not known, means of parts where there is less room.
SELECT tidehold.sparkline('{1,2,3,4,5,6,7,8}');
SELECT tidehold.sparkline('{1,2,NULL,4,NaN,6,7,8}') || '|' AS gaps;
SELECT tidehold.sparkline(array_agg(sin(i / 4.0) ORDER BY i)) FROM generate_series(0, 60) AS i;
SELECT tidehold.sparkline(array_agg(sin(i / 40.0) ORDER BY i), width => 24) FROM generate_series(0, 600) AS i;
SELECT tidehold.sparkline('{3,1,2}', 100) AS no_wider, tidehold.sparkline('{5,5,5}') AS constant, tidehold.sparkline('{7}') AS one,
       tidehold.sparkline('{}') = '' AS none, tidehold.sparkline(NULL) IS NULL AS unknown, '[' || tidehold.sparkline('{NULL,NULL}') || ']' AS missing;
SELECT tidehold.sparkline('{-Infinity,-1e308,0,1e308,Infinity}'), tidehold.sparkline('{1.7e308,-1.7e308}');
SELECT tidehold.sparkline('{1,2}', 0);
SELECT tidehold.sparkline('{1,2}', -5);
SELECT tidehold.sparkline('{{1,2},{3,4}}');

-- A small drawing, all of it.
\pset tuples_only on
\pset format unaligned
SELECT tidehold.forecast_svg('{3,5,NULL,4}', '{4.5,4.7}', '{3,2.5}', '{6,6.9}', title => 'Tea & "café" <b>', width => 320, height => 160,
                             labels => '{Mon,Tue,Wed,Thu,<Fri>,NULL}');
\pset tuples_only off
\pset format aligned

-- Whatever the values, the drawing is a document that ends.  A server without XML takes the
-- word of the unit tests for it.
CREATE FUNCTION pg_temp.is_document(svg text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN xml_is_well_formed_document(svg) AND svg LIKE '<svg xmlns=%</svg>_' AND svg !~* 'nan|inf|[^ -~\n]';
EXCEPTION WHEN feature_not_supported THEN
    RETURN svg LIKE '<svg xmlns=%</svg>_';
END $$;
SELECT what, pg_temp.is_document(tidehold.forecast_svg(history, mean, lower, upper)) AS document
FROM (VALUES
    (1, 'nothing', NULL::double precision[], NULL::double precision[], NULL::double precision[], NULL::double precision[]),
    (2, 'empty', '{}', '{}', '{}', '{}'),
    (3, 'all missing', '{NULL,NaN}', '{NULL}', '{NULL}', '{NaN}'),
    (4, 'one value', '{5}', NULL, NULL, NULL),
    (5, 'one step', NULL, '{5}', '{4}', '{6}'),
    (6, 'constant', '{5,5,5}', '{5,5}', '{5,5}', '{5,5}'),
    (7, 'zeros', '{0,0,0}', '{0}', '{0}', '{0}'),
    (8, 'infinite', '{1,Infinity,-Infinity}', '{Infinity}', '{-Infinity}', '{Infinity}'),
    (9, 'huge', '{1e300,-1e300,1.7e308}', '{1e308}', NULL, NULL),
    (10, 'tiny', '{1e-320,5e-324}', '{1e-310}', NULL, NULL),
    (11, 'limits alone', '{1,2}', NULL, '{1,1}', '{2,2}'),
    (12, 'half known limits', '{1,2}', '{2,2,2}', '{1,NULL,1}', '{2,2,NULL}')) AS v(n, what, history, mean, lower, upper)
ORDER BY n;

-- Texts from outside stay texts, in every form that an escape can take.
SELECT pg_temp.is_document(svg) AS document, svg ~ '<script|onload="|]]>' AS harmful, svg LIKE '%&#x3C;script&#x3E;%' AS shown
FROM tidehold.forecast_svg('{1,2}', title => '<script>alert(1)</script> " onload="x" ]]> &lt; '' 潮汐 ' || chr(1),
                           labels => ARRAY['<script>', '&amp;']) AS svg;

-- A drawing does not grow with the series.
SELECT length(tidehold.forecast_svg(array_agg(sin(i)))) < 60000 AS bounded FROM generate_series(1, 300000) AS i;

-- What does not fit together.
SELECT tidehold.forecast_svg('{1}', '{1,2}', '{1}', '{1,2}');
SELECT tidehold.forecast_svg('{1}', lower => '{1}', upper => '{1,2}');
SELECT tidehold.forecast_svg('{1,2}', '{3}', labels => '{a,b}');
SELECT tidehold.forecast_svg('{1}', width => 10);
SELECT tidehold.forecast_svg('{1}', height => 100000);
SELECT tidehold.forecast_svg('{1}', width => NULL);
SELECT tidehold.forecast_svg('{{1},{2}}');

-- Other encodings: what a database cannot show is not put into it, drawings are ASCII anyhow.
\set regress :DBNAME
CREATE DATABASE forecast_plot_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
\c forecast_plot_latin1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold;
RESET client_min_messages;
SELECT tidehold.sparkline('{1,2,NULL,4,5,6,7,8}');
SET client_encoding = 'UTF8';
SELECT svg LIKE '%caf&#xE9;%' AS title_is_there FROM tidehold.forecast_svg('{1,2}', title => 'café') AS svg;
\c :regress
DROP DATABASE forecast_plot_latin1;
