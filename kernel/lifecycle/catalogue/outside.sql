-- Identity and hash of everything that is not PostgreSQL's own and does not belong to :schema.
WITH place AS (
    SELECT n.oid, n.nspname AS name, n.nspowner, n.nspacl FROM pg_namespace n
    WHERE n.nspname <> :schema AND n.nspname <> 'information_schema' AND NOT starts_with(n.nspname, 'pg_')
),
relation AS (
    SELECT c.*, p.name AS place FROM pg_class c JOIN place p ON p.oid = c.relnamespace
),
named(identity, definition) AS (
    SELECT 'schema ' || name, concat_ws('|', nspowner, nspacl) FROM place
    UNION ALL
    SELECT 'extension ' || extname, extversion FROM pg_extension
    UNION ALL
    SELECT 'relation ' || place || '.' || relname,
           concat_ws('|', relkind, relowner, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, relacl)
    FROM relation
    UNION ALL
    SELECT 'column ' || r.place || '.' || r.relname || '.' || a.attname,
           concat_ws('|', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
                     a.attcollation, a.attacl, pg_get_expr(d.adbin, d.adrelid))
    FROM relation r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind <> 'i'
    UNION ALL
    SELECT 'constraint ' || conname || ' on ' || conrelid::regclass,
           concat_ws('|', pg_get_constraintdef(k.oid), k.convalidated)
    FROM pg_constraint k JOIN relation r ON r.oid = k.conrelid
    UNION ALL
    SELECT 'index ' || r.place || '.' || r.relname, pg_get_indexdef(r.oid) FROM relation r WHERE r.relkind = 'i'
    UNION ALL
    SELECT 'view ' || r.place || '.' || r.relname, pg_get_viewdef(r.oid) FROM relation r WHERE r.relkind IN ('v', 'm')
    UNION ALL
    SELECT 'trigger ' || t.tgname::text || ' on ' || t.tgrelid::regclass, concat_ws('|', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'policy ' || p.polname || ' on ' || p.polrelid::regclass,
           concat_ws('|', p.polcmd, p.polpermissive, p.polroles, pg_get_expr(p.polqual, p.polrelid),
                     pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid WHERE NOT starts_with(p.polname, :schema || '__')
    UNION ALL
    SELECT 'function ' || f.oid::regprocedure,
           concat_ws('|', f.proowner, f.proacl, f.prosecdef, f.proleakproof, f.provolatile, f.proconfig,
                     f.prorettype::regtype, f.prosrc, f.probin)
    FROM pg_proc f JOIN place p ON p.oid = f.pronamespace
    UNION ALL
    SELECT 'type ' || t.oid::regtype,
           concat_ws('|', t.typtype, t.typowner, t.typacl,
                     (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
                      FROM pg_enum e WHERE e.enumtypid = t.oid))
    FROM pg_type t JOIN place p ON p.oid = t.typnamespace
)
SELECT identity, md5(coalesce(definition, '')) AS hash FROM named
