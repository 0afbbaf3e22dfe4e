"""YAML's events, by libyaml where PyYAML was built with it, else by PyYAML's own parser (slower, same events)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from yaml.error import YAMLError
from yaml.events import Event, StreamEndEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from reconciler.manifests.syntax import explained

try:
    from yaml._yaml import CParser
except ImportError:  # pragma: no cover  # PyYAML without libyaml
    CParser = None  # type: ignore[assignment,misc]  # no parser in C on this machine

#: Gives the next event each time it is called; raises YAMLError where the text is not YAML.
NextEvent = Callable[[], Any]


class PurePythonParser(Reader, Scanner, Parser):
    """PyYAML's parser without libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def event_source(text: str) -> NextEvent:
    """Return the function that gives the events of ``text``, one a call.

    Raises:
        YAMLError: The text holds a character that YAML forbids.
        UnicodeError: It holds half a surrogate pair.
    """
    return (PurePythonParser(text) if CParser is None else CParser(text)).get_event


def yaml_events(text: str) -> Iterator[Event]:
    """Yield the events of ``text``.

    Raises:
        BrokenText: The text is not YAML; says where and why in words of ours.
    """
    try:
        next_event = event_source(text)
        while True:
            event = next_event()
            yield event
            if isinstance(event, StreamEndEvent):
                return
    except (YAMLError, UnicodeError) as error:
        raise explained(error, text=text) from error
