"""What a school's technician does from the command line: `flask --app app …`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from database import DatabaseError
from rules.audit import record, trail
from rules.auth import permissions
from rules.core import health
from rules.core.errors import Conflict, Invalid, NotFound
from rules.imports.csv_files import CsvFault
from rules.imports.plan import LineOutcome
from rules.may_i import table as may_i_table
from rules.people import codes, importing, people
from rules.people.import_lines import KINDS
from rules.policy import versions
from rules.policy.in_force import policy_in_force
from rules.policy.source import PolicyFileError
from settings import ROOT

audit = AppGroup("audit", help="The audit trail.")
policy = AppGroup("policy", help="The policy pack.")
accounts = AppGroup("people", help="People's accounts.")
may_i = AppGroup("may-i", help="Who may use which device where.")


@audit.command("verify")
def verify():
    """Check every link of the audit trail, its end, and what each decision was made on."""
    count, faults = trail.verify()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    if record.read_anchor() is None:
        click.echo("There is no anchor file, so a cut-off end would not be noticed.", err=True)
    click.echo(f"{count} events, every link holds.")


@policy.command("load")
@click.argument("where", type=click.Path(exists=True, path_type=Path), default=ROOT / "policy")
@click.option("--replace", is_flag=True, help="Load it even over a version that was published on the page.")
def load(where, replace):
    """Load the policy pack in WHERE, a folder or one file, as a new version; wrong lines are named and refused."""
    try:
        version, new = versions.load_policy(where, replace)
    except PolicyFileError as error:
        raise click.ClickException("\n".join(map(str, error.all))) from None
    except Conflict as error:
        raise click.ClickException(str(error)) from None
    if not new:
        click.echo(f"Version {version} says the same already.")
    elif versions.edition(version).waits:
        click.echo(f"Version {version} is loaded. It will be in force from the day it names.")
    else:
        click.echo(f"Version {version} is now in force.")


@may_i.command("table")
def table():
    """Print every answer of the page /may-i under the policy in force, as docs/may-i.md has it."""
    policy = policy_in_force()
    names = {key: zone["name"] for key, zone in policy.zones.items()}
    click.echo(may_i_table.document(names, policy.visitors["free_places"]), nl=False)


@accounts.command("add-headteacher")
@click.argument("username")
@click.argument("name")
def add_headteacher(username, name):
    """Make the first account of a school: USERNAME and full NAME of its headteacher."""
    try:
        code = people.add_headteacher(username, name)
    except Invalid as error:
        raise click.ClickException("; ".join(error.errors.values())) from None
    _say_code(username.strip().lower(), code)


@accounts.command("reset")
@click.argument("username")
def reset(username):
    """Give USERNAME a new single-use code, for when nobody is left who could do it on the page."""
    try:
        code = codes.reset(username)
    except NotFound:
        raise click.ClickException("There is nobody with that username.") from None
    _say_code(username.strip().lower(), code)


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--what", type=click.Choice(list(KINDS)), required=True, help="Which of the four files it is.")
@click.option("--apply", "do_it", is_flag=True, help="Import it. Without this, only say what it would do.")
def import_people(file, what, do_it):
    """Say what importing FILE would do, and do it with --apply: all of it, or nothing if a line cannot be imported."""
    act = importing.apply_file if do_it else importing.look_over
    try:
        plan = act(importing.COMMAND_LINE, what, file.read_bytes())
    except CsvFault as fault:
        raise click.ClickException(str(fault)) from None
    except importing.Refused as refused:
        plan = refused.plan
    for line in plan.of(LineOutcome.REFUSED):
        click.echo(f"Line {line.number}, {line.who}: {'; '.join(line.says)}", err=True)
    click.echo(", ".join(f"{count:,} {outcome}" for outcome, count in plan.counts.items()))
    if plan.refused:
        raise click.exceptions.Exit(1)
    click.echo("Imported." if do_it else "Nothing was changed. Add --apply to import it.")


def _say_code(username, code):
    click.echo(f"Username: {username}\nSingle-use code: {code}\nUse it within 7 days, at /first-password.")


def register(app):
    """Add the commands to `flask`."""
    for group in (audit, policy, accounts, may_i):
        app.cli.add_command(group)

    @app.cli.command("health")
    def check_health():
        """Write a number to the database, down to the disk: whether the school's changes can be kept."""
        try:
            health.can_write()
        except DatabaseError as error:
            raise click.ClickException(f"The database cannot be written: {error}") from None
        click.echo("ready")

    @app.cli.command("roles")
    def show_roles():
        """Print who may what: the table of permissions and roles."""
        click.echo(permissions.matrix())
