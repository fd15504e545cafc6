"""The table of questions.

Every face asks from this table: the answers file, the screens, the line dialogue and the manual.
"""

from pfwizard.answers.certificate_questions import CERTIFICATE_QUESTIONS
from pfwizard.answers.outgoing_questions import OUTGOING_QUESTIONS
from pfwizard.answers.question import Question
from pfwizard.answers.sasl_questions import SASL_QUESTIONS
from pfwizard.answers.services_questions import SERVICES_QUESTIONS
from pfwizard.answers.tls_questions import TLS_QUESTIONS

QUESTIONS: tuple[Question, ...] = (
    *CERTIFICATE_QUESTIONS,
    *TLS_QUESTIONS,
    *SERVICES_QUESTIONS,
    *SASL_QUESTIONS,
    *OUTGOING_QUESTIONS,
)


SECTIONS = frozenset(question.section for question in QUESTIONS)
"""The tables of an answers file, such as ``ca`` and ``ca.subject``."""
