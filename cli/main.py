"""The `vcms` command: each line below is one group of its commands."""

import typer

from cli import auditor, operator, service, stack
from cli.demo import command as demo

app = typer.Typer(
    name="vcms",
    help="Run, operate and audit the victim case management system.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(stack.app)
app.add_typer(demo.app)
app.add_typer(service.app)
app.add_typer(operator.app)
app.add_typer(auditor.app)

if __name__ == "__main__":
    app()
