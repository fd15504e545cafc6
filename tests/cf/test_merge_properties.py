"""What holds for every merge, however odd the three files."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.lines import physical_lines
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.merge import Merged, merge_main_cf, merge_master_cf
from pfwizard.cf.service import ServiceField
from pfwizard.cf.text import collapsed, decode, encode
from tests.cf import strategies

Merge = Callable[[bytes, bytes, bytes], Merged]

MERGES: tuple[Merge, ...] = (merge_main_cf, merge_master_cf)
merges = st.sampled_from(MERGES)

some_files = st.one_of(
    strategies.anything,
    strategies.config_shaped,
    strategies.main_cf_files(),
    strategies.master_cf_files(),
)


@st.composite
def edits(draw: st.DrawFn, content: bytes) -> bytes:
    """A file after a few edits of its lines: some gone, some doubled, some moved, some new."""
    lines = physical_lines(decode(content))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from(["remove", "double", "move", "add", "indent"])):
            case "remove":
                del lines[place : place + 1]
            case "double":
                lines[place:place] = lines[place : place + 1]
            case "move" if lines[place:]:
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
            case "indent" if lines[place:]:
                lines[place] = " " + lines[place]
            case _:
                lines[place:place] = physical_lines(decode(draw(some_files)))[:3]
    return encode("".join(lines))


@st.composite
def related(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """Three files, two of which may have been edited from the third."""
    base = draw(some_files)
    return base, draw(edits(base)), draw(edits(base))


@given(merges, some_files, st.data())
def test_without_an_edit_of_somebody_else_the_old_file_is_the_result(
    merge: Merge, base: bytes, data: st.DataObject
) -> None:
    ours = data.draw(edits(base))
    assert merge(base, ours, base) == Merged(ours)


@given(merges, some_files, st.data())
def test_what_was_put_back_already_is_the_result(
    merge: Merge, base: bytes, data: st.DataObject
) -> None:
    ours = data.draw(edits(base))
    assert merge(base, ours, ours) == Merged(ours)


@given(merges, some_files, st.data())
def test_without_a_change_of_ours_their_file_is_the_result(
    merge: Merge, base: bytes, data: st.DataObject
) -> None:
    theirs = data.draw(edits(base))
    assert merge(base, base, theirs) == Merged(theirs)


@given(merges, related())
def test_there_is_a_result_or_a_conflict(merge: Merge, files: tuple[bytes, bytes, bytes]) -> None:
    result = merge(*files)
    assert (result.content is None) == bool(result.conflicts)


@given(merges, related())
def test_conflicts_are_where_they_are_said_to_be(
    merge: Merge, files: tuple[bytes, bytes, bytes]
) -> None:
    count = len(physical_lines(decode(files[2])))
    for conflict in merge(*files).conflicts:
        assert 0 <= conflict.line <= count
        assert conflict.line == 0 or conflict.theirs is not None


@given(merges, related())
def test_a_merged_file_is_merged(merge: Merge, files: tuple[bytes, bytes, bytes]) -> None:
    base, ours, theirs = files
    result = merge(base, ours, theirs)
    assume(result.content is not None)
    assert result.content is not None
    assert merge(base, ours, result.content) == result


@given(related())
def test_every_parameter_of_a_merged_file_follows_the_rule(
    files: tuple[bytes, bytes, bytes],
) -> None:
    result = merge_main_cf(*files)
    assume(result.content is not None and files[2] not in files[:2] and files[0] != files[1])
    assert result.content is not None
    base, ours, theirs, merged = map(_values, [*files, result.content])
    for name in {*base, *ours, *theirs, *merged}:
        expected = theirs if ours.get(name) == base.get(name) else ours
        assert merged.get(name) == expected.get(name)


@given(related())
def test_a_parameter_with_three_values_is_always_a_conflict(
    files: tuple[bytes, bytes, bytes],
) -> None:
    base, ours, theirs = map(_values, files)
    names = {
        name
        for name in {*base, *ours, *theirs}
        if len({base.get(name), ours.get(name), theirs.get(name)}) == 3
    }
    assert names <= {conflict.name for conflict in merge_main_cf(*files).conflicts}


main_cf_values = st.dictionaries(strategies.names, strategies.values, max_size=4)


@given(strategies.main_cf_files(), main_cf_values, main_cf_values)
def test_edits_of_different_parameters_never_conflict(
    content: bytes, change: Mapping[str, str], edit: Mapping[str, str]
) -> None:
    edit = {name: value for name, value in edit.items() if name not in change}
    base = _with_values(MainCf.parse(content), change)
    theirs = _with_values(base, edit)

    result = merge_main_cf(base.render(), content, theirs.render())

    assert result.content is not None
    written = {name: encode(collapsed(value)) for name, value in edit.items()}
    assert _values(result.content) == {**_values(content), **written}


@given(strategies.main_cf_files(), main_cf_values, strategies.names, strategies.filler_lines)
def test_removed_parameters_and_new_comments_do_not_conflict(
    content: bytes, change: Mapping[str, str], removed: str, comment: str
) -> None:
    assume(removed not in change)
    base = _with_values(MainCf.parse(content), change)
    theirs = encode(f"{comment}\n") + base.without(removed).render()

    result = merge_main_cf(base.render(), content, theirs)

    assert result.content is not None
    assert result.content.startswith(encode(comment))
    assert _values(result.content) == _values(MainCf.parse(content).without(removed).render())


@given(strategies.main_cf_files(), main_cf_values)
def test_a_file_with_other_line_ends_is_merged(content: bytes, change: Mapping[str, str]) -> None:
    base = _with_values(MainCf.parse(content), change).render()

    result = merge_main_cf(base, content, base.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    assert result.content is not None
    assert _values(result.content) == _values(content)


@given(strategies.main_cf_files(), main_cf_values, st.data())
def test_lines_that_are_not_ours_stay_in_order(
    content: bytes, change: Mapping[str, str], data: st.DataObject
) -> None:
    base = _with_values(MainCf.parse(content), change).render()
    lines = physical_lines(decode(base))
    for number in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines)))
        if place == 0 or lines[place - 1].endswith("\n"):
            lines.insert(place, f"# theirs {number}\n")
    theirs = encode("".join(lines))

    result = merge_main_cf(base, content, theirs)

    assert result.content is not None
    assert _marked(result.content) == _marked(theirs)
    assert _values(result.content) == _values(content)


@given(strategies.master_cf_files(), st.data())
def test_edits_of_different_services_never_conflict(content: bytes, data: st.DataObject) -> None:
    ours = MasterCf.parse(content)
    endpoints = list({service.endpoint for service in ours.services})
    assume(len(endpoints) > 1)
    mine, other = data.draw(st.permutations(endpoints))[:2]
    base = data.draw(_service_edits(ours, mine))
    # How many entries hide one another is nothing that an edit can always bring back.
    assume(_count(base, mine) == _count(ours, mine) or _count(ours, mine) == 1)
    theirs = data.draw(_service_edits(base, other))

    result = merge_master_cf(base.render(), content, theirs.render())

    assert result.content is not None
    merged = MasterCf.parse(result.content)
    for endpoint in endpoints:
        expected = theirs if endpoint == other else ours
        assert _said(merged, endpoint) == _said(expected, endpoint)


@given(strategies.master_cf_files(), st.data())
def test_edits_of_different_parts_of_a_service_never_conflict(
    content: bytes, data: st.DataObject
) -> None:
    ours = MasterCf.parse(content)
    single = [s for s in ours.services if _count(ours, s.endpoint) == 1]
    assume(single)
    service = data.draw(st.sampled_from(single))
    names = data.draw(st.permutations(["smtpd_banner", "myorigin", "syslog_name", "fresh"]))
    base = ours.with_option(service, names[0], "ours").with_field(service, ServiceField.CHROOT, "n")
    theirs = base.with_option(service, names[1], "theirs").with_field(
        service, ServiceField.PROCESS_LIMIT, "7"
    )

    result = merge_master_cf(base.render(), content, theirs.render())

    assert result.content is not None
    merged = MasterCf.parse(result.content).find(service.endpoint)
    assert merged is not None
    assert merged.option(names[0]) == service.option(names[0])
    assert merged.option(names[1]) == "theirs"
    assert (merged.chroot, merged.process_limit) == (service.chroot, "7")


@given(strategies.master_cf_files(), st.data())
def test_a_service_that_was_switched_on_is_switched_off_exactly(
    content: bytes, data: st.DataObject
) -> None:
    ours = MasterCf.parse(content)
    active = {service.endpoint for service in ours.services}
    found = [c for c in ours.commented_services if c.endpoint not in active]
    assume(found)
    base = ours.uncommented(data.draw(st.sampled_from(found))).render()
    added = b"other unix - - - - - other\n"

    result = merge_master_cf(base, content, added + base)

    assert result.content == added + content


@given(related())
def test_every_service_of_a_merged_file_is_as_in_one_of_the_three_or_a_mix_of_them(
    files: tuple[bytes, bytes, bytes],
) -> None:
    result = merge_master_cf(*files)
    assume(result.content is not None and files[2] not in files[:2] and files[0] != files[1])
    assert result.content is not None
    base, ours, theirs, merged = map(MasterCf.parse, [*files, result.content])
    for endpoint in {s.endpoint for d in (base, ours, theirs, merged) for s in d.services}:
        if _said(base, endpoint) == _said(ours, endpoint):
            assert _said(merged, endpoint) == _said(theirs, endpoint)
        elif _said(base, endpoint) == _said(theirs, endpoint):
            assert _said(merged, endpoint) == _said(ours, endpoint)


@pytest.mark.parametrize("merge", MERGES)
def test_empty_files_are_merged(merge: Merge) -> None:
    assert merge(b"", b"# x\n", b"# y\n").content == b"# y\n"


@st.composite
def _service_edits(draw: st.DrawFn, document: MasterCf, endpoint: Endpoint) -> MasterCf:
    """A document with one service changed, or taken out."""
    service = document.find(endpoint)
    assert service is not None
    match draw(st.sampled_from(["option", "column", "both", "remove"])):
        case "option":
            return document.with_option(service, "smtpd_banner", draw(strategies.spaced_values))
        case "column":
            return document.with_field(service, ServiceField.CHROOT, draw(st.sampled_from("ny")))
        case "both":
            changed = document.with_option(service, "fresh", "x")
            return changed.with_field(service, ServiceField.WAKEUP, "77")
        case _:
            return document.with_lines_of(service, [])


def _values(content: bytes) -> dict[str, bytes]:
    settings = MainCf.parse(content).settings
    return {setting.name: encode(collapsed(setting.value)) for setting in settings}


def _with_values(document: MainCf, values: Mapping[str, str]) -> MainCf:
    for name, value in values.items():
        document = document.set(name, value)
    return document


def _marked(content: bytes) -> list[str]:
    return [line for line in physical_lines(decode(content)) if line.startswith("# theirs ")]


def _count(document: MasterCf, endpoint: Endpoint) -> int:
    return sum(service.endpoint == endpoint for service in document.services)


def _said(document: MasterCf, endpoint: Endpoint) -> list[object]:
    """What the entries for an endpoint say, options of one name in order and others in any."""
    said: list[object] = []
    for service in document.services:
        if service.endpoint == endpoint:
            options = sorted(
                (option.name, number, collapsed(option.value))
                for number, option in enumerate(service.options)
            )
            columns = [service.field(field) for field in ServiceField]
            said.append((columns, [(name, value) for name, _, value in options]))
    return said
