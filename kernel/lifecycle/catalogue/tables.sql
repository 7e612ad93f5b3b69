-- Tables of :schema with the columns that hold values of their own, and their primary keys in order.
SELECT c.relname AS name,
       columns.names AS columns,
       columns.types,
       coalesce(key.names, '{}') AS key
FROM pg_class c
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') AS names,
           coalesce(array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum), '{}') AS types
    FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
) columns
LEFT JOIN LATERAL (
    SELECT array_agg(a.attname::text ORDER BY position.ordinality) AS names
    FROM pg_constraint k
    CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY position(number, ordinality)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = position.number
    WHERE k.conrelid = c.oid AND k.contype = 'p'
) key ON true
WHERE c.relnamespace = CAST(:schema AS regnamespace)
  AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY 1
