"""Wall 2: row security and privileges of a schema's tables, made from the policies after every lifecycle step.

They are derived objects: no migration writes one. A table without a policy shows nothing to the application.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import Connection, text

from kernel.access.errors import UnprotectedModel
from kernel.access.policies import Policy, PolicySet
from kernel.access.row_security import RuleText, full_name, quoted
from kernel.access.rules import Either, Every, Granted, Rule, Through

VERBS = {"view": "SELECT", "create": "INSERT", "edit": "UPDATE", "purge": "DELETE"}
"""Which statement an action lets through. Binning and assigning are changes that the kernel makes as the system."""


def apply_policies(owner: Connection, schema: str, policies: PolicySet, app_role: str) -> str:
    """Make row security and privileges of all tables of `schema` anew, in the transaction of `owner`.

    `policies` holds at least those of the schema and of the tables that they lead to. Returns a fingerprint:
    equal for equal walls. Raises `UnprotectedModel` for a view that shows past row security.
    """
    _refuse_open_views(owner, schema)
    statements = [f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(app_role)}"]
    made = _made_here(owner, schema)
    protected = {policy.table.name: policy for policy in policies if policy.table.schema == schema}
    done = set()
    for name, secured in _tables(owner, schema):
        table = f"{quoted(schema)}.{quoted(name)}"
        statements.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        if secured:
            done.add(statements[-1])
        statements.extend(_drops(schema, name, made))
        statements.append(f"REVOKE ALL ON {table} FROM PUBLIC, {quoted(app_role)}")
        policy = protected.pop(name, None)
        if policy is not None:
            statements.extend(_wall(policy, policies, app_role))
        else:
            statements.append(f"GRANT SELECT ON {table} TO {quoted(app_role)}")
    if protected:
        raise UnprotectedModel(f"the schema {schema} has no table {', '.join(sorted(protected))}")
    _execute(owner, [statement for statement in statements if statement not in done])
    lasting = "\n".join(statement for statement in statements if not statement.startswith("DROP"))
    return sha256(lasting.encode()).hexdigest()


def tables_scoped(policies: PolicySet) -> list[tuple[str, str]]:
    """Give schema and name of the tables whose walls ask a scope that a plugin declares."""
    names = {scope.name for scope in policies.declared}
    return [
        (policy.table.schema or "public", policy.table.name)
        for policy in policies
        if any(_mentions(rule, names) for rule in _rules(policy, policies))
    ]


def apply_to_tables(
    owner: Connection, tables: Iterable[tuple[str, str]], policies: PolicySet, app_role: str
) -> None:
    """Make the walls of these tables anew; those without a policy in `policies` are left as they are."""
    wanted = set(tables)
    made = {schema: _made_here(owner, schema) for schema in {schema for schema, _name in wanted}}
    for policy in policies:
        schema, name = policy.table.schema or "public", policy.table.name
        if (schema, name) in wanted:
            dropped = _drops(schema, name, made[schema])
            _execute(owner, [*dropped, *_wall(policy, policies, app_role)])


def take_walls_away(owner: Connection, schema: str, table: str) -> None:
    """Drop the policies of a table: the application sees no row of it until they are made again."""
    _execute(owner, _drops(schema, table, _made_here(owner, schema)))


def _drops(schema: str, table: str, made: Mapping[str, Sequence[str]]) -> list[str]:
    """The statements that take the policies of an earlier time off a table."""
    name = f"{quoted(schema)}.{quoted(table)}"
    return [f"DROP POLICY {quoted(policy)} ON {name}" for policy in made.get(table, ())]


def _rules(policy: Policy, policies: PolicySet) -> Iterator[Rule]:
    yield policies.view_rule(policy)
    for action in policy.verbs:
        yield policies.change_rule(policy, action)
        yield policies.result_rule(policy, action)


def _mentions(rule: Rule, names: Collection[str]) -> bool:
    """Whether the text of a rule names one of these scopes. A row that must be visible is looked up, not described."""
    match rule:
        case Every(rules) | Either(rules):
            return any(_mentions(part, names) for part in rules)
        case Through(_, _, inner):
            return _mentions(inner, names)
        case Granted(_, _, columns):
            return any(name in names for name in columns)
        case _:
            return False


def _wall(policy: Policy, policies: PolicySet, app_role: str) -> Iterator[str]:
    """The privileges of the application on one table, and a row policy for each verb."""
    if not policy.verbs:
        return
    table, role = full_name(policy.table), quoted(app_role)
    yield f"GRANT {', '.join(VERBS[action] for action in policy.verbs)} ON {table} TO {role}"
    for action in policy.verbs:
        name = quoted(f"{policy.table.schema}__{action}")
        yield f"CREATE POLICY {name} ON {table} FOR {VERBS[action]} TO {role} {_conditions(policy, policies, action)}"


def _conditions(policy: Policy, policies: PolicySet, action: str) -> str:
    row = quoted(policy.table.name)
    if action == "view":
        return f"USING ({RuleText(policies).write(policies.view_rule(policy), row)})"
    before = RuleText(policies).write(policies.change_rule(policy, action), row)
    after = RuleText(policies).write(policies.result_rule(policy, action), row)
    match action:
        case "create":
            return f"WITH CHECK ({after})"
        case "edit":
            return f"USING ({before}) WITH CHECK ({after})"
        case _:
            return f"USING ({before})"


def _tables(owner: Connection, schema: str) -> list[tuple[str, bool]]:
    """The tables of a schema, and whether row security is on for them."""
    rows = owner.execute(
        text(
            "SELECT c.relname, c.relrowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p') ORDER BY c.relname"
        ),
        {"schema": schema},
    )
    return [(row.relname, row.relrowsecurity) for row in rows]


def _made_here(owner: Connection, schema: str) -> dict[str, list[str]]:
    """Policies of an earlier time by table, made by the schema itself; narrowings by others stay."""
    rows = owner.execute(
        text(
            "SELECT tablename, policyname FROM pg_policies WHERE schemaname = :schema"
            " AND starts_with(policyname, :prefix) ORDER BY tablename, policyname"
        ),
        {"schema": schema, "prefix": f"{schema}__"},
    )
    made = defaultdict[str, list[str]](list)
    for row in rows:
        made[row.tablename].append(row.policyname)
    return made


def _execute(owner: Connection, statements: Sequence[str]) -> None:
    """Execute all of them in one message to the server: the walls of the kernel alone are hundreds of statements."""
    if statements:
        owner.exec_driver_sql(";\n".join(statements).replace("%", "%%"))


def _refuse_open_views(owner: Connection, schema: str) -> None:
    """A view runs as its owner, whom row security does not bind, unless it says otherwise."""
    rows = owner.execute(
        text(
            "SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = :schema AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce("
            "   (SELECT lower(o.option_value) IN ('true', 'on', 'yes', '1') FROM pg_options_to_table(c.reloptions) o"
            "     WHERE o.option_name = 'security_invoker'), false)) ORDER BY c.relname"
        ),
        {"schema": schema},
    )
    names = [row.relname for row in rows]
    if names:
        raise UnprotectedModel(f"views of {schema} without security_invoker: {', '.join(names)}")
