"""A run that asks nothing: answers applied, a change taken back, a look at the history."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pfwizard.answers.reading import load
from pfwizard.cli import human_output, streams
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.command import Command
from pfwizard.cli.demonstration import demonstration_answers, demonstration_tree
from pfwizard.cli.interruption import Interrupted, Interruption
from pfwizard.cli.report import Report, Result, failure
from pfwizard.errors import ExitStatus, Refused
from pfwizard.expiry.judgement import Level
from pfwizard.plan.plan import Plan
from pfwizard.prove.rehearsing.choice import Rehearse

if TYPE_CHECKING:
    from pfwizard.answers.answers import Answers
    from pfwizard.answers.question import Value
    from pfwizard.apply.manifest import TransactionId
    from pfwizard.apply.process.events import OnProbationNow
    from pfwizard.cli.ca_secrets import CaSecrets
    from pfwizard.cli.client_arguments import ClientOptions
    from pfwizard.engine import Job, Planned
    from pfwizard.prove.verdict import Outcome

DRY_RUN = "Nothing was changed: this was a dry run."


WITH_A_LEVEL = (Command.CHECK, Command.STATUS, Command.VERIFY)
"""The commands that end with a status for monitoring."""


class Unattended:
    """One run, and what is known of it when it fails."""

    def __init__(self, given: Arguments, interruption: Interruption) -> None:
        self._given = given
        self._interruption = interruption
        self._plan: Plan | None = None
        self._plan_was_shown = False
        self._outcomes: tuple[Outcome, ...] = ()
        """Those of the servers while the change was on probation."""

    def report(self) -> Report:
        """Every end of the run as a report, those included that should not happen."""
        try:
            return self._run(self._given)
        except Interrupted as cut:
            return self._failed(cut.failure)
        except Exception as error:
            return self._failed(error)

    def _failed(self, error: Exception) -> Report:
        end = failure(error)
        is_usage = end.exit_status is ExitStatus.USAGE
        if self._given.command in WITH_A_LEVEL and not is_usage:
            return replace(end, exit_status=Level.UNKNOWN)
        return replace(
            end,
            plan=self._plan,
            plan_was_shown=self._plan_was_shown,
            outcomes=getattr(error, "outcomes", self._outcomes),
        )

    def _run(self, given: Arguments) -> Report:
        _refuse_unusable_certificate(given)
        if given.demo:
            return self._demonstrate(given)
        if given.command is Command.APPLY and given.answers is not None:
            answers = load(given.answers, lambda: _usual_on_this_machine(given))
            return self._apply(_job(given), answers, given)
        return self._command(_job(given), given)

    def _command(self, job: "Job", given: Arguments) -> Report:
        from pfwizard.cli import commands

        announce = _announcing(given)
        match given.command:
            case Command.CONFIRM:
                with self._interruption.held_back():
                    return commands.confirm(job, announce)
            case Command.HISTORY:
                return commands.history(job)
            case Command.SHOW:
                return commands.show(job, given.transaction or "")
            case Command.CHECK:
                from pfwizard.cli.checking import check_configuration, explain

                return check_configuration(job) if given.explain is None else explain(given.explain)
            case Command.STATUS:
                return commands.status(job, given.limits)
            case Command.VERIFY:
                from pfwizard.cli.verification import verify

                return verify(job, given)
            case Command.PUBLISH:
                from pfwizard.cli.publication import publish

                return publish(job, given)
            case Command.CA_MOVE_KEY if given.destination is not None:
                return self._move_key(job, given, given.destination.absolute())
            case Command.RECOVER:
                with self._interruption.held_back():
                    return commands.recover(job, given.archive, announce)
            case Command.CLIENT_LIST:
                return self._list_of_clients(job)
            case Command.CLIENT_ADD | Command.CLIENT_REVOKE if given.client is not None:
                return self._client(job, given, given.client)
            case Command.RENEW:
                return self._renew(job, given)
            case Command.INSTALL_CERTIFICATE:
                return self._install_certificate(job, given)
            case Command.ROLLBACK:
                return self._roll_back(job, given)
            case _:
                raise AssertionError(f"nobody does {given.command}")

    def _recover(self, job: "Job", given: Arguments) -> "TransactionId | None":
        """What every run does first, unless it only looks."""
        from pfwizard.engine import recover_job

        with self._interruption.held_back():
            transaction = recover_job(job, _announcing(given))
        self._interruption.raise_what_waits()
        return transaction

    def _demonstrate(self, given: Arguments) -> Report:
        from pfwizard.engine import Job

        answers = demonstration_answers(given.answers)
        with demonstration_tree() as tree:
            report = self._apply(Job.on(tree.root, None, None), answers, given)
            if report.result is not Result.APPLIED:
                return report
            root = tree.keep()
        return replace(report, demonstration=root, options=f" --root {root}")

    def _apply(self, job: "Job", answers: "Answers", given: Arguments) -> Report:
        from pfwizard.engine import plan_job

        secrets = _ca_secrets(given)
        if not given.dry_run:
            self._recover(job, given)
        planned = secrets.plan(lambda each: plan_job(job, answers, each.passphrase, each.key))
        return self._walk(job, planned, given)

    def _renew(self, job: "Job", given: Arguments) -> Report:
        from pfwizard.cli.renewal import nothing_to_do, plan_renewal

        secrets = _ca_secrets(given)
        if not given.dry_run:
            self._recover(job, given)
        planned = secrets.plan(lambda each: plan_renewal(job, given, each))
        return self._walk(job, planned, given, unchanged=nothing_to_do(given))

    def _install_certificate(self, job: "Job", given: Arguments) -> Report:
        from pfwizard.cli.installation import IN_PLACE, plan_installation

        if not given.dry_run:
            self._recover(job, given)
        return self._walk(job, plan_installation(job, given), given, unchanged=IN_PLACE)

    def _move_key(self, job: "Job", given: Arguments, destination: Path) -> Report:
        from pfwizard.cli.ca import move_of

        secrets = _ca_secrets(given)
        if not given.dry_run:
            self._recover(job, given)
        move = secrets.plan(lambda each: move_of(job, given, each, destination))
        if given.dry_run:
            return move.dry_run()
        with self._interruption.held_back():
            return move.carry_out(_announcing(given))

    def _list_of_clients(self, job: "Job") -> Report:
        from pfwizard.cli import clients

        return Report(Result.UNCHANGED, ExitStatus.DONE, clients=clients.clients_of(job))

    def _client(self, job: "Job", given: Arguments, options: "ClientOptions") -> Report:
        from pfwizard.cli import clients

        secrets = _ca_secrets(given)
        if not given.dry_run:
            self._recover(job, given)
        passphrase = clients.passphrase_for(given, options)
        planned = secrets.plan(
            lambda each: clients.plan_client(job, given, options, passphrase, each)
        )
        if not planned.plan.is_empty:
            passphrase.tell()
        return self._walk(job, planned, given, unchanged=clients.UNCHANGED[given.command])

    def _roll_back(self, job: "Job", given: Arguments) -> Report:
        from pfwizard.cli import commands
        from pfwizard.engine import plan_rollback

        if not given.dry_run:
            with self._interruption.held_back():
                ended = commands.end_probation(job, given.transaction)
            if ended is not None:
                return ended
            recovered = self._recover(job, given)
            if recovered is not None and given.transaction is None:
                return commands.taken_back(recovered)
        planned = plan_rollback(job, given.transaction)
        if planned.plan.is_empty:
            return commands.nothing_in_place(job, planned, given.place_options)
        report = self._walk(job, planned, given)
        return replace(report, words=DRY_RUN) if given.dry_run else report

    def _walk(
        self, job: "Job", planned: "Planned", given: Arguments, unchanged: str = ""
    ) -> Report:
        """Carry a plan out, or show it; ``unchanged`` is what to say where it is empty."""
        from pfwizard.engine import refuse_stale, with_obstacles

        plan = self._plan = planned.plan
        if plan.refusals:
            raise Refused(plan.refusals[0].message, plan.refusals[0].remedy)
        if plan.is_empty:
            return Report(Result.UNCHANGED, ExitStatus.DONE, plan, words=unchanged)
        if given.dry_run:
            return self._dry_run(job, replace(planned, plan=with_obstacles(job, plan)), given)
        refuse_stale(job, plan)
        return self._carried_out(job, planned, given)

    def _carried_out(self, job: "Job", planned: "Planned", given: Arguments) -> Report:
        from pfwizard.cli.proof import found_live, proven
        from pfwizard.cli.rehearsal import rehearsed
        from pfwizard.cli.verification import login_of, shown_by
        from pfwizard.engine import Application
        from pfwizard.prove.live_proof import prepared
        from pfwizard.prove.means import Means
        from pfwizard.prove.verdict import failures_among, why_taken_back, why_unproven

        login = login_of(given.verification)
        outcomes = rehearsed(planned, given, login, _announcing(given))
        means = Means(shown_by(given.verification), login=login)
        means = prepared(means, planned.facts, outcomes)

        def live_for_a_while(event: "OnProbationNow") -> None:
            self._tell_of_probation(event, given)
            if login is not None and planned.facts.is_running:
                try:
                    self._outcomes = found_live(
                        job, event.transaction, planned, means, _announcing(given)
                    )
                except Exception as error:
                    application.stop(why_unproven(error).message)
                if failures := failures_among(self._outcomes):
                    application.stop(why_taken_back(failures[0]))

        application = Application(
            job, planned, _announcing(given), live_for_a_while, given.confirm, outcomes
        )
        detaches = given.confirm is not None
        with self._interruption.passed_on(application.stop, detaches=detaches):
            transaction = application.carry_out()
        if login is not None and given.confirm is None and planned.facts.is_running:
            outcomes = (*outcomes, *proven(job, transaction, planned, means, _announcing(given)))
        return Report(
            Result.APPLIED,
            ExitStatus.DONE,
            planned.plan,
            transaction,
            options=given.place_options,
            plan_was_shown=self._plan_was_shown,
            outcomes=(*outcomes, *self._outcomes),
            undoes=planned.undoes,
        )

    def _dry_run(self, job: "Job", planned: "Planned", given: Arguments) -> Report:
        """It is rehearsed only where that is asked for: looking is to cost nothing."""
        from pfwizard.cli.rehearsal import rehearsed
        from pfwizard.cli.verification import login_of

        outcomes: tuple[Outcome, ...] = ()
        if given.rehearse is Rehearse.ALWAYS:
            login = login_of(given.verification)
            outcomes = rehearsed(planned, given, login, _announcing(given))
        return Report(Result.PENDING, ExitStatus.PENDING, planned.plan, outcomes=outcomes)

    def _tell_of_probation(self, event: "OnProbationNow", given: Arguments) -> None:
        """What was changed is to be read while there is time to decide about it."""
        if self._plan is not None and not given.json:
            self._plan_was_shown = True
            try:
                human_output.show_outcome(self._plan)
            except OSError:
                streams.give_up_standard_output()
            human_output.show_findings(self._plan)
        human_output.show_probation(event, given.place_options)


def _refuse_unusable_certificate(given: Arguments) -> None:
    shown = given.verification
    if shown.client_certificate is not None:
        from pfwizard.cli.client_certificate import refuse_unusable

        refuse_unusable(shown.client_certificate, shown.client_key, datetime.now(UTC))


def _job(given: Arguments) -> "Job":
    from pfwizard.engine import Job  # brings the cryptography library

    return Job.on(given.root, given.config_directory, given.state_directory)


def _usual_on_this_machine(given: Arguments) -> "Mapping[str, Value]":
    """Asked for of answers in which nothing is wrong so far."""
    from pfwizard.engine import usual_on

    return usual_on(_job(given))


def _ca_secrets(given: Arguments) -> "CaSecrets":
    from pfwizard.cli.ca_secrets import CaSecrets

    return CaSecrets.given(given, os.environ)


def _announcing(given: Arguments) -> Callable[[str], None]:
    return (lambda words: None) if given.json else human_output.show_step
