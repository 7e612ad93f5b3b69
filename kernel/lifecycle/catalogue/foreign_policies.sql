-- Policies that the plugin :schema put on tables of others.
SELECT p.polname AS policy, n.nspname AS schema, c.relname AS name
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE starts_with(p.polname, :schema || '__') AND n.nspname <> :schema
ORDER BY 2, 3, 1
