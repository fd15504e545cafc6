"""Physical and logical lines."""

from pfwizard.cf.lines import Block, LogicalLine, Position, Role, blocks_of, physical_lines


def roles(text: str) -> list[tuple[Role, int]]:
    return [(block.role, len(block.lines)) for block in blocks_of(physical_lines(text))]


def test_only_a_line_feed_ends_a_line() -> None:
    text = "a\rb\vc\fd\x1ce\x85f\u2028g\nh"
    assert physical_lines(text) == ["a\rb\vc\fd\x1ce\x85f\u2028g\n", "h"]


def test_a_line_that_starts_with_white_space_continues_the_one_before() -> None:
    assert roles("a\n b\n\tc\n\rd\n\fe\n\vf\ng\n") == [(Role.ENTRY, 6), (Role.ENTRY, 1)]


def test_other_white_space_than_that_of_ascii_continues_nothing() -> None:
    assert roles("a\n\u00a0b\n\x1cc\n") == [(Role.ENTRY, 1), (Role.ENTRY, 1), (Role.ENTRY, 1)]


def test_comments_and_blank_lines_do_not_end_an_entry() -> None:
    assert roles("a\n# x\n\n \t\r\n # y\n b\n") == [(Role.ENTRY, 6)]


def test_comments_and_blank_lines_after_the_last_line_belong_to_the_file() -> None:
    assert roles("a\n b\n# x\n\nc\n") == [(Role.ENTRY, 2), (Role.FILLER, 2), (Role.ENTRY, 1)]


def test_white_space_at_the_start_of_the_file_continues_nothing() -> None:
    assert roles("# x\n\n a\n# y\n b\nc\n") == [
        (Role.FILLER, 2),
        (Role.ORPHAN, 3),
        (Role.ENTRY, 1),
    ]


def test_a_logical_line_is_joined_without_its_line_feeds() -> None:
    assert LogicalLine(("a\n", "# x\n", " b\r\n", "\tc")).text == "a b\r\tc"


def test_a_logical_line_ends_at_a_null_byte() -> None:
    assert LogicalLine(("a\0b\n", " c\n")).text == "a"


def test_a_character_of_a_logical_line_knows_its_place() -> None:
    line = LogicalLine(("ab\n", "# x\n", " c\n"))
    assert [line.position(offset) for offset in range(4)] == [
        Position(0, 0),
        Position(0, 1),
        Position(2, 0),
        Position(2, 1),
    ]


def test_a_replacement_goes_where_the_old_text_began() -> None:
    line = LogicalLine(("name = one\n", "# x\n", "  two three\n"))
    assert line.replaced(7, 15, "new") == ("name = new\n", "# x\n", " three\n")


def test_a_line_without_content_left_disappears() -> None:
    line = LogicalLine(("a b\r\n", "  c\r\n"))
    assert line.replaced(3, 7, "") == ("a b\r\n",)


def test_an_empty_text_has_no_blocks() -> None:
    assert list(blocks_of(physical_lines(""))) == []


def test_blocks_keep_every_line() -> None:
    lines = physical_lines(" a\n\nb\n c\n#\n")
    kept = [line for block in blocks_of(lines) for line in block.lines]
    assert kept == lines
    assert isinstance(next(blocks_of(lines)), Block)
