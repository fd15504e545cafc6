"""Mutants of the protocol: two steps of a function that follow each other, in the other order."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType, FunctionType
from typing import Any

import pytest

from pfwizard.apply import ending, journal, ledger_file, recovery, swap, transaction, undo
from pfwizard.apply.disk import files

FUNCTIONS: tuple[Callable[..., Any], ...] = (
    files.write_new,
    files.make_directory,
    ledger_file.enter,
    journal.Journal._write_durably,
    journal.StateDirectory.prepare,
    journal.StateDirectory.publish,
    journal.StateDirectory.file_away,
    journal.StateDirectory.forget,
    journal.StateDirectory.archive,
    journal.StateDirectory._moved,
    swap.stage,
    swap.swap,
    swap.remove_old_files,
    undo.take_back,
    undo._take_away,
    undo._write_copy,
    ending.Ending.take_back,
    ending.Ending.abandon,
    ending.Ending._put_back,
    ending._memberships_back,
    ending.Ending.complete,
    ending.Ending.clean_up,
    recovery.recover,
    transaction.Transaction._apply,
    transaction.Transaction._prepare,
)
"""The functions whose statements are the steps of the protocol."""

SOURCES = [inspect.getsourcelines(function) for function in FUNCTIONS]
"""Read when the modules are: a source that is edited later says something else."""

LOOKING_ONLY = {
    "announce", "applied", "complaints", "digest_of_file", "directories_of", "frozenset", "is_dir",
    "enumerate", "journal", "mail_system_of", "preflight", "_refuse_unless_still_true",
    "refuse_what_cannot_work", "refuse_what_others_can_write", "_refuse_what_postfix_rejects",
    "time", "tuple", "waits_for_confirmation", "on_probation", "next_sequence", "state", "exists",
    "_why", "failed", "_instance_as_of_now", "_refuse_links_on_the_way", "instance_of", "_expire",
    "of", "resolve",
}  # fmt: skip
"""Calls that change nothing of the transaction, in lower case; a step makes another one too."""

NO_STEPS = (ast.FunctionDef, ast.Raise, ast.Pass, ast.Continue, ast.Break)
RESULT = "_result_of_the_last_step"


@dataclass(frozen=True)
class Swapped:
    """Two steps, the second of which is done first. ``code`` is the whole function's."""

    function: FunctionType
    name: str
    code: CodeType

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def in_force(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self.function, "__code__", self.code)
            yield


def swapped_steps() -> Iterator[Swapped]:
    """Every pair of steps, but for those where the second needs a name that the first makes."""
    for function, source in zip(FUNCTIONS, SOURCES, strict=True):
        assert isinstance(function, FunctionType)
        for name, code in _variants(function, *source):
            yield Swapped(function, f"{function.__qualname__}: {name}", code)


def _variants(
    function: FunctionType, lines: Sequence[str], first: int
) -> Iterator[tuple[str, CodeType]]:
    tree = ast.parse(textwrap.dedent("".join(lines)))
    ast.increment_lineno(tree, first - 1)
    _ReturnsLast().visit(tree)
    ast.fix_missing_locations(tree)
    for number, body in enumerate(_bodies(tree)):
        for position, (one, other) in enumerate(pairwise(body)):
            if _are_steps(one, other) and not _names(one, ast.Store) & _names(other, ast.Load):
                variant = deepcopy(tree)
                steps = list(_bodies(variant))[number]
                steps[position], steps[position + 1] = steps[position + 1], steps[position]
                yield f"{_title(other)} before {_title(one)}", _compiled(variant, function)


class _ReturnsLast(ast.NodeTransformer):
    """Makes of a step that is returned one step and one return."""

    def visit_Return(self, node: ast.Return) -> Any:
        if not isinstance(node.value, ast.Call):
            return node
        target = ast.Name(RESULT, ast.Store())
        step = ast.copy_location(ast.Assign([target], node.value), node)
        back = ast.copy_location(ast.Return(ast.Name(RESULT, ast.Load())), node)
        return [step, back]


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """In an order that is the same for every copy of the tree."""
    for node in ast.walk(tree):
        for part in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.stmt | ast.ExceptHandler) and getattr(node, part, None):
                yield getattr(node, part)


def _are_steps(*statements: ast.stmt) -> bool:
    return all(
        not isinstance(each, (*NO_STEPS, ast.Return)) and _called(each) - LOOKING_ONLY
        for each in statements
    )


def _called(statement: ast.stmt) -> set[str]:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return {ast.unparse(each).rpartition(".")[2].lower() for each in calls}


def _names(statement: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


def _title(statement: ast.stmt) -> str:
    """A statement's first line, short."""
    text = ast.unparse(statement).splitlines()[0].removeprefix(f"{RESULT} = ")
    return textwrap.shorten(text, 60, placeholder=" …")


def _compiled(tree: ast.Module, function: FunctionType) -> CodeType:
    ast.fix_missing_locations(tree)
    module = compile(tree, function.__code__.co_filename, "exec")
    codes: Sequence[CodeType] = [each for each in module.co_consts if isinstance(each, CodeType)]
    (code,) = codes
    return code
