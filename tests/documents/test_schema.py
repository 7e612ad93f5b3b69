"""The migration makes what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from kernel.data.base import META

TABLES = {"label_format", "envelope_format", "letter_template", "print_run", "print_item"}
TABLES |= {"document_layout", "document_layout_version", "letterhead", "series_pattern"}


def test_tables_equal_the_models(site, engines):
    def included(_object, name, kind, _reflected, _other):
        return kind != "table" or name in TABLES

    with engines.owner(site).connect() as owner:
        context = MigrationContext.configure(
            owner,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _parents: kind != "schema" or name == "kernel",
                "include_object": included,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, META) == []
