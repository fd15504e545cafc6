"""The sheet of answers: what is typed, what is suggested, what is wrong with it so far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfwizard.answers.consistency import Contradiction, contradictions
from pfwizard.answers.question import Kind, Question, Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.relevance import is_relevant
from pfwizard.answers.wording import Named, Wording
from pfwizard.errors import InputProblem
from pfwizard.pki.domains import domains_to_sign_for
from pfwizard.wizard.existing_authority import ExistingAuthority
from pfwizard.wizard.fields import by_field
from pfwizard.wizard.steps import ASKING, Step, step_asking
from pfwizard.wizard.typed_text import typed_text, value_of

if TYPE_CHECKING:
    from pfwizard.answers.answers import Answers

FOLLOWS = {
    "server.subject.country": "ca.subject.country",
    "server.subject.state": "ca.subject.state",
    "server.subject.locality": "ca.subject.locality",
    "server.subject.organization": "ca.subject.organization",
    "server.subject.common_name": "server.names",
}
"""Answers that are the same as an earlier one unless somebody says otherwise."""

BELONGS_TO = {
    "sasl.socket": "sasl.backend",
    "sasl.mechanisms": "sasl.backend",
}
"""Answers that are about what another one names: each password checker has its own."""

OF_CERTBOT = {"server.certificate": "fullchain.pem", "server.key": "privkey.pem"}
"""What certbot calls the files, in a directory with the name of the host."""


@dataclass(frozen=True)
class HostName:
    """Postfix's myhostname and mydomain."""

    host: str = ""
    domain: str = ""


NOWHERE = HostName()


@dataclass(frozen=True)
class Answered:
    """One question as it stands: its text, and either a value or a problem."""

    question: Question
    text: str
    value: Value | None
    problem: InputProblem | None


class AnswerSheet:
    """All answers of a walk. Whatever is typed stays, right or wrong.

    ``suggested`` are values taken from the machine, and ``usual`` its platform's in place of
    defaults. ``start`` is what an answers file gives: where there is one, what it leaves out has
    the value that an unattended run would give it.
    """

    def __init__(
        self,
        suggested: Mapping[str, Value] | None = None,
        start: Mapping[str, object] | None = None,
    ) -> None:
        self._suggested = suggested or {}
        self.usual: Mapping[str, Value] = {}
        self._start = start
        self._host_name = NOWHERE
        self._authorities: dict[str, ExistingAuthority | None] = {}
        self._typed: dict[tuple[str, str], str] = {}
        self._problems: Mapping[str, InputProblem] | None = None

    @property
    def is_touched(self) -> bool:
        """Whether anything would be lost if the walk ended now."""
        started = self._start or {}
        return any(
            key not in started or text != typed_text(_BY_KEY[key], started[key])
            for (key, about), text in self._typed.items()
            if (key, about) == self._place(key)
        )

    def suggest(
        self,
        suggested: Mapping[str, Value],
        host_name: HostName = NOWHERE,
        usual: Mapping[str, Value] | None = None,
        authorities: Mapping[str, ExistingAuthority | None] | None = None,
    ) -> None:
        """Take over what is known of the machine; what is typed already stays.

        ``authorities`` has the files at which somebody has looked whether a CA is there.
        """
        self._suggested = suggested
        self.usual = usual or {}
        self._host_name = host_name
        self._authorities = dict(authorities or {})
        self._problems = None

    @property
    def unknown_authority(self) -> str:
        """The file of a CA at which nobody has looked yet, or nothing."""
        path = _authority_file(self.values())
        return "" if path in self._authorities else path

    def learn_of_authority(self, certificate: str, found: ExistingAuthority | None) -> None:
        """Take over what a look at this file has found."""
        self._authorities[certificate] = found
        self._problems = None

    @property
    def existing_authority(self) -> ExistingAuthority | None:
        """The CA of these answers, if it is known to be there."""
        return self._authority_of(self.values())

    def _authority_of(self, values: Mapping[str, Value]) -> ExistingAuthority | None:
        return self._authorities.get(_authority_file(values))

    def fill(self, key: str, text: str) -> None:
        """Take an answer as it is typed; one that only repeats what is there is no answer yet."""
        if text != self.text(key):
            self._typed[self._place(key)] = text
            self._problems = None

    def take_up(self, given: Mapping[str, object]) -> None:
        """Take answers as if they had been typed just now."""
        for question in QUESTIONS:
            if question.key in given:
                self.fill(question.key, typed_text(question, given[question.key]))

    def text(self, key: str) -> str:
        """What stands in the field of this question."""
        typed = self._typed.get(self._place(key))
        return self._unless_typed(_BY_KEY[key]) if typed is None else typed

    def _place(self, key: str) -> tuple[str, str]:
        """Where what is typed is kept, with the answer that it is about, if it is about one."""
        about = BELONGS_TO.get(key)
        return key, "" if about is None else self.text(about)

    def _is_as_begun(self, key: str) -> bool:
        return self.text(key) == self._unless_typed(_BY_KEY[key])

    def _unless_typed(self, question: Question) -> str:
        about, followed = BELONGS_TO.get(question.key), FOLLOWS.get(question.key)
        if about is not None and not self._is_as_begun(about):
            return ""
        if self._start is not None and question.key in self._start:
            return typed_text(question, self._start[question.key])
        if self._start is None and followed is not None and self._place(followed) in self._typed:
            answered = self.answered(followed)
            if answered.value is not None:
                first = answered.value[0] if isinstance(answered.value, tuple) else answered.value
                return typed_text(question, first)
        if self._start is None or question.is_required:
            value = self._suggested.get(question.key, self._usual(question))
        else:
            value = self.usual.get(question.key, question.default)
        return "" if value is None else typed_text(question, value)

    def implied(self, key: str) -> str:
        """What an empty field of this question stands for by the other answers, if anything."""
        if key != "ca.domains":
            return ""
        values = self.values()
        lists = (values.get("server.names"), values.get("clients.names"))
        names = [name for each in lists if isinstance(each, tuple) for name in each]
        contact = values.get("server.subject.email")
        if contact and values.get("server.source") == "ca":
            names.append(str(contact))
        domains = domains_to_sign_for(
            names, domain=self._host_name.domain, host=self._host_name.host
        )
        return typed_text(_BY_KEY[key], domains)

    def _usual(self, question: Question) -> Value | None:
        """The default; somebody else's certificate is most likely where certbot has it."""
        if question.key in OF_CERTBOT and self.text("server.source") == "files":
            names = self.answered("server.names").value
            host = names[0].removeprefix("*.") if isinstance(names, tuple) else "HOST"
            return f"/etc/letsencrypt/live/{host}/{OF_CERTBOT[question.key]}"
        return question.default

    def answered(self, key: str) -> Answered:
        """The question, its text, and what that means by itself."""
        question = _BY_KEY[key]
        text = self.text(key)
        try:
            return Answered(question, text, value_of(question, text), None)
        except InputProblem as problem:
            return Answered(question, text, None, problem)

    def values(self) -> Mapping[str, Value]:
        """The answers that are right by themselves; what is not asked counts with its default."""
        known = self._right()
        for question in QUESTIONS:  # what one depends on comes before it
            if not is_relevant(question, known):
                known.pop(question.key, None)
                if question.default is not None:
                    known[question.key] = self.usual.get(question.key, question.default)
        return known

    def _right(self) -> dict[str, Value]:
        """The answers that are right by themselves, whether they are asked or not."""
        answered = (self.answered(question.key) for question in QUESTIONS)
        return {each.question.key: each.value for each in answered if each.value is not None}

    def relevant(self, step: Step) -> tuple[Question, ...]:
        """The questions of a step that the other answers leave anything to say about.

        Of a CA that is there nothing is made any more, whatever the answers call it; but what is
        to be mended is asked for.
        """
        values = self.values()
        asked = tuple(question for question in step.questions if is_relevant(question, values))
        if self._authority_of(values) is None:
            return asked
        seen, wrong = {**values, "ca.source": "existing"}, self._to_be_mended(values)
        return tuple(each for each in asked if is_relevant(each, seen) or each.key in wrong)

    def _to_be_mended(self, values: Mapping[str, Value]) -> frozenset[str]:
        """What is wrong, and what could be answered otherwise to make it right."""
        said = (text for found in self._contradictions(values) for text in found[1:])
        parts = (part for text in said if isinstance(text, Wording) for part in text.parts)
        named = (part.key for part in parts if isinstance(part, Named))
        return frozenset((*self.problems(), *named))

    def _contradictions(self, values: Mapping[str, Value]) -> Iterator[Contradiction]:
        there = self._authority_of(values)
        return contradictions(values, None if there is None else there.limited)

    def problems(self) -> Mapping[str, InputProblem]:
        """What is wrong, by the key of the question where it is to be mended."""
        if self._problems is None:  # asked for by every step of the list at the side
            self._problems = self._looked_for_problems()
        return self._problems

    def _looked_for_problems(self) -> Mapping[str, InputProblem]:
        values = self.values()
        found: dict[str, InputProblem] = {}
        for step in ASKING:
            for question in step.questions:
                problem = self.answered(question.key).problem
                if problem is not None and is_relevant(question, values):
                    found[question.key] = problem
        for key, message, remedy in self._contradictions(values):
            field = _field_of(key)
            if is_relevant(_BY_KEY[field], values):
                found.setdefault(field, InputProblem(by_field(message), by_field(remedy)))
        return found

    def problems_of(self, step: Step) -> Mapping[str, InputProblem]:
        """The problems to be mended on one step."""
        return {key: problem for key, problem in self.problems().items() if key in step.keys}

    def answers(self) -> "Answers":
        """The typed answers. To be asked for where there are no problems."""
        from pfwizard.answers.assembly import assemble

        return assemble(self.values())

    def to_be_saved(self) -> Mapping[str, Value]:
        """Every answer as it would stand in a file.

        What is wrong stays as the text it is, unless nobody asks for it any more.
        """
        saved: dict[str, Value] = {}
        values = self.values()
        left_over = self._left_over(values)
        for question in QUESTIONS:
            answered = self.answered(question.key)
            if question.key in left_over:
                saved[question.key] = values[question.key]
            elif answered.value is not None:
                saved[question.key] = answered.value
            elif not is_relevant(question, values):
                continue
            elif answered.text or question.kind is not Kind.TEXTS:
                saved[question.key] = answered.text
        return {key: value for key, value in saved.items() if value != "" or not _needed(key)}

    def _left_over(self, values: Mapping[str, Value]) -> frozenset[str]:
        """What was typed before another answer made it senseless, and would contradict that."""
        wrong = {_field_of(key) for key, *_ in contradictions(self._right())}
        return frozenset(
            key for key in wrong if key in values and not is_relevant(_BY_KEY[key], values)
        )


def _authority_file(values: Mapping[str, Value]) -> str:
    """Where the CA of these answers is, or is to be; nothing where there is none."""
    return "" if values.get("ca.source") == "none" else str(values.get("ca.certificate", ""))


def _needed(key: str) -> bool:
    return _BY_KEY[key].is_required


def _field_of(key: str) -> str:
    """The question itself, or the one of its section that stands for the whole."""
    if key in _BY_KEY:
        return key
    return next(asked for asked in step_asking(key).keys if asked == f"{key}.common_name")


_BY_KEY = {question.key: question for question in QUESTIONS}
