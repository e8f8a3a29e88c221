"""PostgreSQL refuses to run as root: where we are root, it gets an account of its own."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

from deploy.local.refusals import NoUserForPostgres
from deploy.local.supervision import OURS, Account

NAME = "vcms_postgres"


def unprivileged() -> Account:
    """The account for PostgreSQL, made when it is not there; ours, when we are not root.

    Raises:
        NoUserForPostgres: this machine lets us make none.
    """
    if os.geteuid() != 0:
        return OURS
    entry = lookup() or create()
    return Account(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])


def lookup() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def create() -> pwd.struct_passwd:
    try:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            check=False,
            capture_output=True,
        )
    except FileNotFoundError:
        raise NoUserForPostgres(NAME) from None
    # Another stack may have made it in the same moment: what counts is that it is there.
    entry = lookup()
    if entry is None:
        raise NoUserForPostgres(NAME)
    return entry


def give_to(account: Account, *owned: Path, programs: Path) -> None:
    """Makes `owned` the account's, and lets it run `programs` from where they stand."""
    for path in owned:
        os.chown(path, account["user"], account["group"])
        let_pass(path)
    let_pass(programs)
    for path in (programs, *programs.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | readable(path))


def let_pass(path: Path) -> None:
    """Lets others walk through the folders above `path`, without listing them."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def readable(path: Path) -> int:
    mode = path.stat().st_mode
    return stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
