"""Two prompts that people start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp.server import MCPServer

_REVIEW = """Review this backend with the backstay tools{focus}.
1. backstay_review. Read every page that you need.
2. backstay_explain on the findings that matter most.
3. backstay_prove on those that you will rely on and that have a proof.
Then report: what is wrong, with ids; what to do first and why; what each fix costs and what else
one could do; what was refuted; what was not checked. Give no number that no tool returned.
"""

_DECIDE = """Help to decide: {question}
1. backstay_decide on the topic that fits. Without a topic it lists them.
2. Ask the user only what it wants to know, and call it again with the answers as facts.
Then report: the choice, what was ruled out and why, the margin, what would change the choice, the
trade-offs, the alternatives, the upkeep, and the command that confirms it.
"""


def add_prompts(server: MCPServer[Any]) -> None:
    """Offer a review and a decision."""

    @server.prompt(description="Review this backend and prove what can be proven")
    def review_backend(focus: str = "") -> str:
        return _REVIEW.format(focus=f", above all {focus}" if focus else "")

    @server.prompt(description="Weigh an architecture decision against this backend's facts")
    def decide_architecture(question: str) -> str:
        return _DECIDE.format(question=question)
