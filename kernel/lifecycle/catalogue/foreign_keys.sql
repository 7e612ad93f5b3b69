-- Foreign keys of the tables of :schema. Those that PostgreSQL derives for partitions are left out.
SELECT k.conname AS name,
       child.relname AS table_name,
       array(SELECT a.attname::text
             FROM unnest(k.conkey) WITH ORDINALITY p(number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number
             ORDER BY p.place) AS columns,
       home.nspname AS parent_schema,
       parent.relname AS parent,
       array(SELECT a.attname::text
             FROM unnest(k.confkey) WITH ORDINALITY p(number, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number
             ORDER BY p.place) AS parent_columns,
       k.confdeltype = 'n' AS sets_null,
       pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k
JOIN pg_class child ON child.oid = k.conrelid
JOIN pg_class parent ON parent.oid = k.confrelid
JOIN pg_namespace home ON home.oid = parent.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND child.relnamespace = CAST(:schema AS regnamespace)
ORDER BY 2, 1
