"""The `vcms` command: each line below is one group of its commands."""

from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

from cli import auditor, operator, service, stack
from cli.demo import command as demo

if TYPE_CHECKING:
    from typer._click import Context


class Commands(TyperGroup):
    """A word that is not understood is told in our words, not in those of the parser's parser."""

    def invoke(self, ctx: "Context") -> object:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="vcms",
    cls=Commands,
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
