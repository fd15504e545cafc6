"""What holds for every file, however odd."""

from difflib import SequenceMatcher

from hypothesis import assume, given
from hypothesis import strategies as st

from pfwizard.cf.lines import physical_lines
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import ServiceField
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.cf.text import collapsed, decode
from tests.cf import strategies

files = st.one_of(
    strategies.anything,
    strategies.config_shaped,
    strategies.main_cf_files(),
    strategies.master_cf_files(),
)


@given(files)
def test_every_document_renders_the_bytes_it_was_parsed_from(content: bytes) -> None:
    for document in (MainCf, MasterCf, SmtpdConf):
        assert document.parse(content).render() == content


@given(files)
def test_every_document_can_be_read_and_judged(content: bytes) -> None:
    main, master, smtpd = MainCf.parse(content), MasterCf.parse(content), SmtpdConf.parse(content)

    assert isinstance(main.settings, tuple)
    assert isinstance(main.problems(), tuple)
    assert isinstance(master.services, tuple)
    assert isinstance(master.commented_services, tuple)
    assert isinstance(master.problems(), tuple)
    assert isinstance(smtpd.options, tuple)
    assert isinstance(smtpd.problems(), tuple)


@given(files, strategies.names, strategies.values)
def test_a_setting_is_read_back_as_it_was_set(content: bytes, name: str, value: str) -> None:
    before = MainCf.parse(content)

    after = before.set(name, value)

    assert collapsed(after.get(name) or "") == collapsed(decode(_bytes(value)))
    assert MainCf.parse(after.render()) == after


@given(files, strategies.names, strategies.values)
def test_setting_the_same_value_again_changes_nothing(
    content: bytes, name: str, value: str
) -> None:
    once = MainCf.parse(content).set(name, value)

    assert once.set(name, value) is once


@given(files, strategies.names, strategies.values)
def test_all_other_settings_keep_their_value(content: bytes, name: str, value: str) -> None:
    before = MainCf.parse(content)

    after = before.set(name, value)

    assert _others(after, name) == _others(before, name)
    assert _complaints(after, name) == _complaints(before, name)


@given(strategies.main_cf_files(), strategies.names, strategies.values)
def test_lines_outside_the_entries_of_the_name_are_byte_identical(
    content: bytes, name: str, value: str
) -> None:
    before = MainCf.parse(content)
    own = _lines_of(before, name)

    after = before.set(name, value)

    old, new = _lines(before.render()), _lines(after.render())
    for tag, start, end, _, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if own:
            touched = range(start, end) if end > start else range(start - 1, start)
            assert own.issuperset(touched)
        else:
            assert tag == "insert" or _only_terminates(old[start:end], new)


@given(strategies.master_cf_files(), st.data())
def test_an_option_is_read_back_as_it_was_set(content: bytes, data: st.DataObject) -> None:
    before = MasterCf.parse(content)
    assume(before.services)
    service = data.draw(st.sampled_from(before.services))
    name = data.draw(strategies.option_names)
    value = data.draw(st.one_of(strategies.option_values, strategies.spaced_values))

    after = before.with_option(service, name, value)

    changed = next(other for other in after.services if other.key == service.key)
    assert collapsed(changed.option(name) or "") == collapsed(value)
    assert [o for o in changed.options if o.name != name] == [
        o for o in service.options if o.name != name
    ]
    assert _without_place(after, service) == _without_place(before, service)
    assert MasterCf.parse(after.render()) == after
    assert after.with_option(changed, name, value) is after


@given(strategies.master_cf_files(), st.data())
def test_a_changed_column_changes_nothing_else(content: bytes, data: st.DataObject) -> None:
    before = MasterCf.parse(content)
    assume(before.services)
    service = data.draw(st.sampled_from(before.services))
    value = data.draw(st.sampled_from(["n", "y", "-", "long_one"]))

    after = before.with_field(service, ServiceField.CHROOT, value)

    changed = next(other for other in after.services if other.key == service.key)
    assert changed.chroot == value
    assert (changed.command, changed.arguments) == (service.command, service.arguments)
    assert _without_place(after, service) == _without_place(before, service)
    assert MasterCf.parse(after.render()) == after


@given(strategies.master_cf_files(), st.data())
def test_switching_a_service_on_only_removes_number_signs(
    content: bytes, data: st.DataObject
) -> None:
    before = MasterCf.parse(content)
    assume(before.commented_services)
    commented = data.draw(st.sampled_from(before.commented_services))

    after = before.uncommented(commented)

    old, new = _lines(before.render()), _lines(after.render())
    assert len(old) == len(new)
    for number, (line, changed) in enumerate(zip(old, new, strict=True), 1):
        if number in commented.lines:
            assert line.lstrip(b"# \t") == changed.lstrip()
        else:
            assert line == changed
    assert len(after.services) == len(before.services) + 1


@given(files, st.sampled_from(["mech_list", "pwcheck_method"]), st.sampled_from(["a", "x y"]))
def test_an_smtpd_conf_option_is_read_back_as_it_was_set(
    content: bytes, key: str, value: str
) -> None:
    before = SmtpdConf.parse(content)

    after = before.set(key, value)

    assert after.get(key) == value
    assert SmtpdConf.parse(after.render()) == after
    assert [o for o in after.options if o.key != key] == [o for o in before.options if o.key != key]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _lines(content: bytes) -> list[bytes]:
    return [_bytes(line) for line in physical_lines(decode(content))]


def _others(document: MainCf, name: str) -> list[tuple[str, str]]:
    return [(s.name, s.value) for s in document.settings if s.name != name]


def _complaints(document: MainCf, name: str) -> list[str]:
    """The problems of other settings. A last line may have got a carriage return at its end."""
    messages = (problem.message.replace("\r", "") for problem in document.problems())
    return [message for message in messages if name not in message]


def _lines_of(document: MainCf, name: str) -> set[int]:
    """The lines of all entries of a name, counted from 0."""
    starts = [each.line - 1 for each in document.settings if each.name == name]
    blocks = dict(zip(document.first_lines, document.blocks, strict=True))
    return {start + number for start in starts for number in range(len(blocks[start + 1].lines))}


def _only_terminates(old: list[bytes], new: list[bytes]) -> bool:
    return len(old) == 1 and any(line.startswith(old[0].rstrip(b"\r")) for line in new)


def _without_place(document: MasterCf, service: object) -> list[tuple[object, ...]]:
    key = getattr(service, "key", None)
    return [(s.key, s.arguments, s.chroot) for s in document.services if s.key != key]
