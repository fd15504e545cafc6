"""Macros in values. What they stand for is judged in test_postconf_oracle.py."""

import pytest

from pfwizard.cf.expansion import BadExpansion, expand, references


def test_a_value_is_expanded_through_other_values() -> None:
    values = {"a": "<$b>", "b": "$$c"}
    assert expand("${a}!", values.get) == "<$c>!"


def test_an_unknown_parameter_is_empty() -> None:
    assert expand("[$a]", dict[str, str]().get) == "[]"


def test_the_branch_that_is_not_taken_is_not_expanded() -> None:
    assert expand("${a?{$b}:{${c}}}", {"a": "x", "b": "y", "c": "$"}.get) == "y"


@pytest.mark.parametrize("value", ["$a", "${a?{$a}}", "${{$a} == {} ? {x}}"])
def test_a_value_that_refers_to_itself_is_refused(value: str) -> None:
    with pytest.raises(BadExpansion, match="unreasonable macro call nesting"):
        expand(value, {"a": value}.get)


@pytest.mark.parametrize("end", ["", "x"], ids=["empty in the end", "a text in the end"])
@pytest.mark.parametrize(
    "doubled", ["$v{0} $v{0}", "$v{0}$v{0}", "${{{{$v{0}$v{0}}} == {{}} ? {{$v{0}}}}}"]
)
def test_a_value_that_doubles_with_each_reference_is_refused(doubled: str, end: str) -> None:
    values = {f"v{depth}": doubled.format(depth + 1) for depth in range(40)}

    with pytest.raises(BadExpansion, match="unreasonable length"):
        expand("$v0", {**values, "v40": end}.get)


def test_a_long_text_that_is_doubled_is_refused_before_it_fills_the_memory() -> None:
    values = {f"v{depth}": f"$v{depth + 1}$v{depth + 1}" for depth in range(10)}

    with pytest.raises(BadExpansion, match="unreasonable length"):
        expand("$v0", {**values, "v10": "x" * 1_000_000}.get)


def test_a_list_as_long_as_anybody_has_is_expanded() -> None:
    networks = " ".join(f"2001:db8:{index:x}::/48" for index in range(10_000))

    assert expand("$mynetworks", {"mynetworks": "$ours, $ours", "ours": networks}.get) == (
        f"{networks}, {networks}"
    )


def test_references_are_those_of_all_branches_each_once() -> None:
    value = "$a ${b?{$c}:{${d:$a}}} ${{$e} == {$f} ? {$$g} : {$h}}"
    assert references(value) == ("a", "b", "c", "d", "e", "f", "h")


def test_a_value_without_dollar_signs_refers_to_nothing() -> None:
    assert references("a, {b}") == ()


@pytest.mark.parametrize("value", ["$", "${", "${a", "$(a}", "${a-b}", "${a?{b}c}"])
def test_references_of_a_malformed_value_are_refused(value: str) -> None:
    with pytest.raises(BadExpansion):
        references(value)


def test_a_malformed_compatibility_level_is_refused() -> None:
    with pytest.raises(BadExpansion, match="malformed compatibility level"):
        expand("${{x} <level {3} ? {y}}", dict[str, str]().get)
