"""Scopes that plugins declare: the function of the database that each becomes, made anew after every lifecycle step.

A declared scope is one select: the numbers that a user reaches. The function runs it as the owner of the database, for the
actor alone, and only while the plugin is enabled and a grant gives him the scope for the right in question. Both walls ask
this function: the session within a statement's condition, with the user on whose behalf it works, the database within the
row policy. Where the two do not mean the same user, it answers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, Connection, literal_column, text
from sqlalchemy.dialects import postgresql

from kernel.access.policy import PolicySet
from kernel.access.row_security import literal, quoted
from kernel.access.scopes import Scope

MARK = "a scope that the plugin declares"
"""What the functions carry as their comment, so that they are known from those of the plugin itself."""
HOLDER = "holder_of_the_scope"

_BODY = """
DECLARE
  {holder} bigint;
BEGIN
  IF kernel.is_system() THEN
    {holder} := asked;
  ELSIF (asked IS NULL OR asked = kernel.me()) AND kernel.holds(res, act, {name})
        AND EXISTS (SELECT FROM kernel.plugin p WHERE p.name = {plugin} AND p.state = 'enabled') THEN
    {holder} := kernel.me();
  END IF;
  IF {holder} IS NOT NULL THEN
    RETURN QUERY SELECT DISTINCT found.number::bigint FROM ({rows}) AS found (number)
                  WHERE found.number IS NOT NULL;
  END IF;
END"""

_MADE = """
SELECT n.nspname AS schema, p.proname AS name, p.oid::regprocedure::text AS signature
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE obj_description(p.oid, 'pg_proc') = :mark AND n.nspname = :schema ORDER BY 2
"""

_ASKING = """
SELECT DISTINCT tn.nspname AS schema, t.relname AS name
  FROM pg_proc f
  JOIN pg_namespace fn ON fn.oid = f.pronamespace
  JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = f.oid AND d.classid = 'pg_policy'::regclass
  JOIN pg_policy p ON p.oid = d.objid
  JOIN pg_class t ON t.oid = p.polrelid
  JOIN pg_namespace tn ON tn.oid = t.relnamespace
 WHERE obj_description(f.oid, 'pg_proc') = :mark AND (:schema = '' OR fn.nspname = :schema)
   AND tn.nspname <> fn.nspname
 ORDER BY 1, 2
"""


def make_scope_functions(owner: Connection, policies: PolicySet, app_role: str) -> None:
    """Make the functions of all declared scopes anew, in the transaction of `owner`; walls that call them stay."""
    for scope in policies.declared:
        for statement in _statements(scope, app_role):
            owner.exec_driver_sql(statement.replace("%", "%%"))


def forget_scope_functions(owner: Connection, schema: str, kept: Iterable[Scope]) -> None:
    """Drop the functions of scopes that a plugin does not declare any more; no wall may call them by then."""
    names = {scope.function.partition(".")[2] for scope in kept}
    for row in owner.execute(text(_MADE), {"mark": MARK, "schema": schema}):
        if row.name not in names:
            owner.exec_driver_sql(f"DROP FUNCTION {row.signature}")


def tables_asking(owner: Connection, schema: str = "") -> list[tuple[str, str]]:
    """Give schema and name of the tables whose walls call functions of scopes of another schema's plugin, or of any."""
    rows = owner.execute(text(_ASKING), {"mark": MARK, "schema": schema})
    return [(row.schema, row.name) for row in rows]


def _statements(scope: Scope, app_role: str) -> Iterable[str]:
    schema, _dot, name = scope.function.partition(".")
    full = f"{quoted(schema)}.{quoted(name)}"
    signature = f"{full}(text, text, bigint)"
    body = _BODY.format(
        holder=HOLDER, name=literal(scope.name), plugin=literal(scope.plugin), rows=rows_text(scope)
    )
    yield (
        f"CREATE OR REPLACE FUNCTION {full}(res text, act text, asked bigint) RETURNS SETOF bigint"
        " LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f" AS {literal(body)}"
    )
    yield f"COMMENT ON FUNCTION {signature} IS {literal(MARK)}"
    yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {signature} TO {quoted(app_role)}"


def rows_text(scope: Scope) -> str:
    """Write the select of a declared scope as text, for the user whom the function's variable holds."""
    assert scope.rows is not None
    statement = scope.rows(literal_column(HOLDER, BigInteger))
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
