"""Files as people write them, and as nobody would."""

from hypothesis import strategies as st

anything = st.binary(max_size=200)

# What the parsers look at, and a few bytes that other programs take for white space or line ends.
SIGNIFICANT = [*"#=${}[]:,-o?/x1 \t\n\r\v\f\0", "é", "\u2028", "\x1c", "\udce9"]

config_shaped = st.lists(st.sampled_from(SIGNIFICANT), max_size=60).map(
    lambda pieces: "".join(pieces).encode("utf-8", "surrogateescape")
)

line_ends = st.sampled_from(["\n", "\n", "\n", "\r\n"])
blanks = st.sampled_from(["", "", " ", "  ", "\t"])
some_blanks = st.sampled_from([" ", "  ", "\t", " \t "])

# Parameters that every Postfix knows, so that postconf shows them; with families among them.
NAMES = (
    "myorigin",
    "mydestination",
    "relayhost",
    "smtpd_banner",
    "smtpd_tls_CAfile",
    "smtpd_tls_CApath",
    "smtpd_recipient_restrictions",
    "smtpd_client_restrictions",
    "mynetworks",
)
names = st.sampled_from(NAMES)

words = st.sampled_from(
    ["a", "b,", "c", "permit_mynetworks,", "reject", "/etc/x", "x=y", "caf\udce9", "ü", "#d", ","]
)
values = st.lists(words, max_size=4).map(" ".join)

comments = st.builds(
    "{}#{}{}".format, blanks, blanks, st.sampled_from(["", "prose", "relayhost = x", "  deep"])
)
filler_lines = st.one_of(blanks, comments)


@st.composite
def settings_lines(draw: st.DrawFn) -> list[str]:
    """A setting, maybe over several lines with comments and blank lines in between."""
    lines = [draw(names) + draw(blanks) + "=" + draw(blanks) + draw(values) + draw(blanks)]
    for text in draw(st.lists(values, max_size=3)):
        lines += draw(st.lists(filler_lines, max_size=2))
        lines.append(draw(some_blanks) + text)
    return lines


@st.composite
def main_cf_files(draw: st.DrawFn) -> bytes:
    """A main.cf that Postfix accepts."""
    parts = draw(st.lists(st.one_of(settings_lines(), st.lists(filler_lines, max_size=3))))
    text = "".join(line + draw(line_ends) for part in parts for line in part)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.encode("utf-8", "surrogateescape")


option_values = st.sampled_from(["", "yes", "a,b", "$x", "${x?{a}:{b}}", "x=y"])
spaced_values = st.sampled_from(["a b", "permit_mynetworks, reject", "a\tb"])
option_names = st.sampled_from(["smtpd_banner", "myorigin", "syslog_name", "smtpd_tls_CAfile"])


@st.composite
def option_texts(draw: st.DrawFn) -> str:
    """An ``-o`` in any of its spellings."""
    name = draw(option_names)
    value = draw(option_values)
    braced = ["-o {{{}={}}}", "-o {{ {} = {} }}"]
    if draw(st.booleans()):
        return draw(st.sampled_from(braced)).format(name, draw(spaced_values))
    spellings = ["-o {}={}", "-vo {}={}", *braced]
    # postconf, unlike the daemons, takes any further letter o in the word for another option.
    if "o" not in name + value:
        spellings.append("-o{}={}")
    return draw(st.sampled_from(spellings)).format(name, value)


service_heads = st.sampled_from(
    [
        "smtp      inet  n       -       y       -       -       smtpd",
        "smtps inet n - n - - smtpd",
        "465\tinet\tn\t-\t-\t60?\t0\tsmtpd",
        "[::1]:submission inet n - y - 10 smtpd",
        "127.0.0.1:25 inet n n n - - smtpd",
        "pickup    unix  n       -       y       60      1       pickup",
        "relay     unix  -       -       y       -       -       smtp",
    ]
)
commented_service_lines = st.sampled_from(
    [
        ["#smtps     inet  n       -       y       -       -       smtpd", "#  -o x=y"],
        ["# submission inet n - y - - smtpd", "#\t-o x=y", "# prose", "#  -o smtpd_banner="],
    ]
)


@st.composite
def service_lines(draw: st.DrawFn) -> list[str]:
    """An entry, its options on its own line or on others, maybe with comments in between."""
    lines = [draw(service_heads)]
    for option in draw(st.lists(option_texts(), max_size=4)):
        if draw(st.booleans()):
            lines += draw(st.lists(filler_lines, max_size=2))
            lines.append(draw(some_blanks) + option)
        else:
            lines[-1] += draw(some_blanks) + option
    return lines


@st.composite
def master_cf_files(draw: st.DrawFn) -> bytes:
    """A master.cf that Postfix accepts."""
    fillers = st.lists(filler_lines, max_size=2)
    parts = draw(st.lists(st.one_of(service_lines(), commented_service_lines, fillers)))
    text = "".join(line + draw(line_ends) for part in parts for line in part)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.encode("utf-8", "surrogateescape")
