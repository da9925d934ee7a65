"""A run: ask the model, call its tools, check its answer, and end in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.agent.advice import advice_from
from backstay.agent.answer import Answer, CheckedHandOff, Verified, evidence_of, verified
from backstay.agent.bounds import Spending
from backstay.agent.outgoing import ANSWER
from backstay.agent.toolbox import MOST_CALLS_AT_ONCE, Toolbox
from backstay.capabilities.evidence.checking import unbacked_numbers
from backstay.foreign import pydantic_ai as door
from backstay.model.errors import BadRequest, NotAvailable
from backstay.model.events import Progress
from backstay.project.secrets import mask, masked

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_ai.models import Model

    from backstay.agent.bounds import Bounds
    from backstay.agent.outgoing import Outgoing
    from backstay.model.events import Emit

_MOST_NOT_CHECKED = 20
_NO_CALL = f"Only {ANSWER} counts as an answer. Call tools, then call {ANSWER}."
_NOTHING_READ = (
    "No tool has returned anything yet, so nothing can be cited. Call backstay_facts or"
    " backstay_review first."
)
_TOO_MANY = f"Not called: at most {MOST_CALLS_AT_ONCE} at once. Call it again if you need it."
_LAST = f"This is the last request of this run: call {ANSWER} now, with what you have."


class NoAnswer(NotAvailable):
    """The model gave no answer of which anything holds."""


class Conversation:
    """One question to one model, and all that comes of it."""

    def __init__(
        self, first: Outgoing, model: Model, root: Path, bounds: Bounds, emit: Emit
    ) -> None:
        self._first = first
        self._emit = emit
        self._spending = Spending(bounds)
        self._toolbox = Toolbox(root, self._spending, emit)
        self._name = first.model or "the model"
        self._sent = first.characters
        self._handed: list[Verified] = []
        self._rejections = 0
        tools = [door.ToolForm(each.name, each.description, each.schema) for each in first.tools]
        self._dialogue = door.Dialogue(model, first.instructions, tools)

    def run(self) -> Answer:
        """Ask until there is an answer.

        Raises:
            OutOfBounds: calls, tokens or seconds ran out.
            NotAvailable: the provider failed, or no answer holds.
        """
        try:
            self._say(self._first.question)
            while True:
                answer = self._step(self._ask())
                if answer is not None:
                    return answer
                if self._spending.is_last_call:
                    self._say(_LAST)
        finally:
            self._dialogue.close()

    def _say(self, text: str) -> None:
        self._sent += len(text)
        self._dialogue.say(text)

    def _give(self, call: door.Call, content: str) -> None:
        self._sent += len(content)
        self._dialogue.give(call, content)

    def _ask(self) -> door.Reply:
        most_tokens = self._spending.before_call(self._sent)
        self._waiting(0)
        try:
            reply = self._dialogue.reply(self._spending.seconds_left, most_tokens, self._waiting)
        except door.Stalled as error:
            raise self._spending.out_of_time(self._name) from error
        except door.Failed as error:
            raise NotAvailable(
                f"{self._name} failed: {mask(str(error))[:600]}. Nothing was answered; try again,"
                " or name another model with --model."
            ) from error
        self._spending.after_call(self._sent, reply)
        self._sent += len(reply.text) + sum(len(each.arguments) for each in reply.calls)
        return reply

    def _waiting(self, seconds: float) -> None:
        bounds = self._spending.bounds
        waited = f", {seconds:.0f} s" if seconds >= 1 else ""
        text = f"{self._name} (request {self._spending.calls} of at most {bounds.calls}{waited})"
        self._emit(Progress(step="ask", text=text))

    def _step(self, reply: door.Reply) -> Answer | None:
        """Do what a reply wants. Returns the answer if it is one that is taken."""
        if not reply.calls:
            self._say(_NO_CALL)
            return self._reject()
        taken = None
        for number, call in enumerate(reply.calls):
            if call.name == ANSWER:
                taken = taken or self._handed_in(call)
            elif number < MOST_CALLS_AT_ONCE:
                self._give(call, self._toolbox.run(call))
            else:
                self._give(call, _TOO_MANY)
        return taken

    def _handed_in(self, call: door.Call) -> Answer | None:
        """Check an answer. Where it does not hold, the model is told why, and may mend it."""
        try:
            checked = verified(advice_from(call.arguments), self._toolbox.returned)
        except BadRequest as error:
            self._give(call, mask(str(error)))
            return self._reject()
        if not checked.faults:
            return self._answer(checked)
        self._give(call, self._refusal(checked))
        self._handed.append(checked)
        return self._reject()

    def _refusal(self, checked: Verified) -> str:
        told = [] if len(self._toolbox.returned) else [_NOTHING_READ]
        told += [f"Not taken. To mend: {len(checked.faults)}.", *checked.faults]
        told.append("Cite what tools returned, copy numbers from it, or move it to opinions.")
        return mask("\n".join(told))

    def _reject(self) -> Answer | None:
        """Count an answer that was not taken; once there were too many, say what of it holds.

        Raises:
            NoAnswer: nothing does.
        """
        self._rejections += 1
        spending = self._spending
        if (
            self._rejections <= spending.bounds.rejections
            and spending.calls < spending.bounds.calls
        ):
            return None
        holding = [each for each in self._handed if each.stands]
        if holding:
            return self._answer(holding[-1])
        raise NoAnswer(self._why_none())

    def _why_none(self) -> str:
        told = f"{self._name} was asked {self._spending.calls} times and gave no answer that holds."
        if not self._toolbox.returned:
            told += " No tool returned anything that it could cite."
        if self._handed:
            told += f" Of the last one: {mask(' '.join(self._handed[-1].faults))[:800]}"
        return f"{told} Ask something narrower, or name another model with --model."

    def _answer(self, checked: Verified) -> Answer:
        advice, returned = checked.advice, self._toolbox.returned
        hand_off = advice.hand_off
        recommendation = checked.supported("recommendation")
        unchecked = (each for each in advice.not_checked if not unbacked_numbers(each))
        return masked(
            Answer(
                question=self._first.question,
                model=self._name,
                recommendation=recommendation[0] if recommendation else None,
                claims=checked.supported("claims"),
                evidence=evidence_of(checked, returned),
                trade_offs=checked.supported("trade_offs"),
                alternatives=checked.supported("alternatives"),
                upkeep=checked.supported("upkeep"),
                would_change_it=checked.supported("would_change_it"),
                opinions=tuple(checked.opinions()),
                refused=tuple(checked.refused()),
                examples=tuple(checked.examples()),
                hand_off=(
                    CheckedHandOff(to=hand_off.to, points=checked.supported("hand_off"))
                    if hand_off
                    else None
                ),
                not_checked=(*unchecked, *list(returned.not_checked)[:_MOST_NOT_CHECKED]),
                tools=tuple(self._toolbox.used),
                usage=self._spending.usage,
            )
        )
