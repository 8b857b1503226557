"""The database itself refuses to change or delete an entry."""

from __future__ import annotations

from django.db import migrations

SQLITE = (
    """CREATE TRIGGER audit_no_{verb} BEFORE {VERB} ON audit_auditevent
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)
POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)


def forwards(apps, editor):
    """Make the triggers that this database understands."""
    if editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            editor.execute(statement)
    else:
        for verb in ("update", "delete"):
            editor.execute(SQLITE[0].format(verb=verb, VERB=verb.upper()))


def backwards(apps, editor):
    """Drop them."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER audit_no_change ON audit_auditevent")
        editor.execute("DROP TRIGGER audit_no_truncate ON audit_auditevent")
        editor.execute("DROP FUNCTION audit_refuse()")
    else:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER audit_no_{verb}")


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
