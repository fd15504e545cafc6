"""The picture in the README shows what the program really prints.

After a wanted change: PFWIZARD_DRAW=1 python -m pytest tests/test_picture.py
"""

import io
import os
import re
import shutil
from contextlib import redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from pfwizard.cli import human_output, main
from tests.guide import answers_with_socket

CHECKOUT = Path(__file__).parent.parent
PICTURE = CHECKOUT / "snapshots/dry-run.svg"
COMMAND = "pfwizard --answers guide.toml --dry-run"
WIDTH = 80

THEME = TerminalTheme(
    background=(24, 26, 31),
    foreground=(220, 223, 228),
    normal=[
        (24, 26, 31), (224, 108, 117), (152, 195, 121), (229, 192, 123),
        (97, 175, 239), (198, 120, 221), (86, 182, 194), (220, 223, 228),
    ],
)  # fmt: skip


class Terminal(io.StringIO):
    """Standard output that is taken for a terminal, so that the diff is coloured."""

    def isatty(self) -> bool:
        return True


def test_the_picture_in_the_readme_shows_what_the_program_prints(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "pfwizard/demo/stock", tmp_path / "root")
    answers = tmp_path / "guide.toml"
    answers.write_text(answers_with_socket("/run/courier/authdaemon/socket"))
    drawn = svg(printed(["--answers", str(answers), "--root", str(tmp_path / "root"), "--dry-run"]))
    if os.environ.get("PFWIZARD_DRAW"):
        PICTURE.write_text(drawn)

    assert drawn == PICTURE.read_text()
    assert f'src="{PICTURE.relative_to(CHECKOUT)}"' in (CHECKOUT / "README.md").read_text()


def printed(arguments: list[str]) -> str:
    """The changes of the two files that everybody knows; keys differ from run to run."""
    terminal = Terminal()
    os.environ["TERM"] = "xterm-256color"
    os.environ.pop("NO_COLOR", None)
    with redirect_stdout(terminal):
        assert main.main(arguments) == 3
    return terminal.getvalue()[
        terminal.getvalue().index(f"{human_output.BOLD}--- /etc/postfix/ma") :
    ]


def svg(text: str) -> str:
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, legacy_windows=False
    )
    console.print(Text(f"# {COMMAND}", style="bold"))
    console.print(Text("[...]", style="dim"))
    console.print(Text.from_ansi(text))
    drawing = console.export_svg(title="pfwizard", theme=THEME, unique_id="dry-run")
    # The reader's own fonts will do: a picture fetches nothing from the net.
    return re.sub(r"@font-face \{.*?\}\s*", "", drawing, flags=re.DOTALL)
