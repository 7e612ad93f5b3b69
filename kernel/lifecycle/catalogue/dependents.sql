-- What stands outside :schema and depends (deptype normal or automatic) on a relation, function or type in it.
-- A dependent's place is that of the table it belongs to; one whose place is unknown counts as outside.
WITH own AS (SELECT CAST(:schema AS regnamespace)::oid AS oid),
inside AS (
    SELECT 'pg_class'::regclass AS classid, c.oid FROM pg_class c, own WHERE c.relnamespace = own.oid
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t, own WHERE t.typnamespace = own.oid
    UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p, own WHERE p.pronamespace = own.oid
    UNION ALL SELECT 'pg_operator'::regclass, o.oid FROM pg_operator o, own WHERE o.oprnamespace = own.oid
    UNION ALL SELECT 'pg_opclass'::regclass, o.oid FROM pg_opclass o, own WHERE o.opcnamespace = own.oid
    UNION ALL SELECT 'pg_collation'::regclass, c.oid FROM pg_collation c, own WHERE c.collnamespace = own.oid
    UNION ALL SELECT 'pg_ts_config'::regclass, c.oid FROM pg_ts_config c, own WHERE c.cfgnamespace = own.oid
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c, own WHERE c.connamespace = own.oid
),
dependent AS (
    SELECT DISTINCT d.classid, d.objid, d.objsubid
    FROM pg_depend d JOIN inside i ON i.classid = d.refclassid AND i.oid = d.refobjid
    WHERE d.deptype IN ('n', 'a')
),
placed AS (
    SELECT d.*, coalesce(
        (SELECT c.relnamespace FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid),
        (SELECT t.typnamespace FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid),
        (SELECT p.pronamespace FROM pg_proc p WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid),
        (SELECT k.connamespace FROM pg_constraint k
         WHERE d.classid = 'pg_constraint'::regclass AND k.oid = d.objid),
        (SELECT c.relnamespace FROM pg_attrdef a JOIN pg_class c ON c.oid = a.adrelid
         WHERE d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid),
        (SELECT c.relnamespace FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
         WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid),
        (SELECT c.relnamespace FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid),
        (SELECT c.relnamespace FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
         WHERE d.classid = 'pg_policy'::regclass AND p.oid = d.objid),
        (SELECT s.stxnamespace FROM pg_statistic_ext s
         WHERE d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid),
        (SELECT o.oprnamespace FROM pg_operator o WHERE d.classid = 'pg_operator'::regclass AND o.oid = d.objid),
        (SELECT o.opcnamespace FROM pg_opclass o WHERE d.classid = 'pg_opclass'::regclass AND o.oid = d.objid)
    ) AS place
    FROM dependent d
)
SELECT DISTINCT i.type || ' ' || i.identity AS identity
FROM placed p, own, pg_identify_object(p.classid, p.objid, p.objsubid) i
WHERE p.place IS DISTINCT FROM own.oid
  -- Walls of the kernel's own making that ask a scope of the plugin: they are made anew before it goes.
  AND NOT EXISTS (SELECT FROM pg_policy q JOIN pg_class c ON c.oid = q.polrelid
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE p.classid = 'pg_policy'::regclass AND q.oid = p.objid
                    AND q.polname IN (n.nspname || '__view', n.nspname || '__create',
                                      n.nspname || '__edit', n.nspname || '__purge'))
  AND NOT EXISTS (SELECT FROM pg_trigger t
                  WHERE p.classid = 'pg_trigger'::regclass AND t.oid = p.objid AND t.tgisinternal)
  AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE p.classid = 'pg_class'::regclass AND c.oid = p.objid AND n.nspname = 'pg_toast')
ORDER BY 1
