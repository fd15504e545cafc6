"""Every option belongs to some commands or to all, and every other command refuses it."""

import pytest

from pfwizard.cli.arguments import parse_arguments
from pfwizard.cli.command import COMMANDS, Command, Operand
from pfwizard.cli.grammar import parser
from pfwizard.cli.option_table import EXCLUSIVE, OPTIONS, WITHOUT_A_NAME
from pfwizard.errors import UsageError

FOR_ALL = {"--help", "--version", "--json", "--config-dir", "--root", "--state-dir"}

VALUES = {
    "--answers": "file",
    "--warn": "30",
    "--critical": "7",
    "--confirm": "60",
    "--port": "25",
    "--rehearse": "never",
}
"""Of options that check theirs; what every other one takes is free, or a number, or nothing."""

COMPANIONS = {
    "--password-file": ["--user=name"],
    "--password-fd": ["--user=name"],
    "--client-key": ["--client-certificate=file"],
}
"""What has to be there too, where an option is taken."""

OPERANDS = {Operand.NOTHING: (), Operand.ID_OR_NOTHING: (), Operand.DIRECTORY_OR_NOTHING: ()}


def every_option() -> set[str]:
    return {name for each in parser()._actions for name in each.option_strings if len(name) > 2}


def typed(command: Command, option: str) -> list[str]:
    """The command with this option, both as they are typed."""
    operand = OPERANDS.get(COMMANDS[command].operand, ("mail.example.org",))
    (action,) = (each for each in parser()._actions if option in each.option_strings)
    takes_none = action.nargs == 0
    value = VALUES.get(option, "3" if option.endswith("-fd") else "file")
    return [*command.value.split(), *operand, option if takes_none else f"{option}={value}"]


def test_every_option_is_in_the_table_or_for_all() -> None:
    assert every_option() == set(OPTIONS) | FOR_ALL


def test_every_command_with_a_name_is_explained() -> None:
    assert set(COMMANDS) == set(Command) - set(WITHOUT_A_NAME)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_other_command_refuses_it_by_its_name(option: str) -> None:
    for command in set(COMMANDS) - set(OPTIONS[option].commands):
        with pytest.raises(UsageError) as raised:
            parse_arguments(typed(command, option))
        assert raised.value.message == f"pfwizard {command.value} takes no {option}"


@pytest.mark.parametrize("option", OPTIONS)
def test_its_commands_take_it(option: str) -> None:
    for command in set(COMMANDS) & set(OPTIONS[option].commands):
        words = [*typed(command, option), *COMPANIONS.get(option, [])]
        assert parse_arguments(words).command is command


@pytest.mark.parametrize(
    "pair", [(options[0], each) for options, _ in EXCLUSIVE for each in options[1:]]
)
def test_of_two_that_exclude_each_other_both_are_named(pair: tuple[str, str]) -> None:
    commands = OPTIONS[pair[0]].commands
    named = [each for each in commands if each not in WITHOUT_A_NAME]
    words = typed(named[0], pair[0])[:-1] if named else []
    given = [typed(Command.STATUS, option)[-1] for option in pair]

    with pytest.raises(UsageError) as raised:
        parse_arguments([*words, *given])

    assert raised.value.message == f"{pair[0]} and {pair[1]} cannot be done at once"
