"""The table of questions.

Every face asks from this table: the answers file, the screens, the line dialogue and the manual.
"""

from pfwizard.answers.certificate_questions import CERTIFICATE_QUESTIONS
from pfwizard.answers.mail_questions import MAIL_QUESTIONS
from pfwizard.answers.question import Question

QUESTIONS: tuple[Question, ...] = (*CERTIFICATE_QUESTIONS, *MAIL_QUESTIONS)


SECTIONS = frozenset(question.section for question in QUESTIONS)
"""The tables of an answers file, such as ``ca`` and ``ca.subject``."""
