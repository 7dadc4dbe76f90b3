"""Which methods of consent there are: those that come with unhear, and plug-ins."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from unhear.household.methods import BUILT_IN, Asking, ConsentMethod

log = logging.getLogger(__name__)

GROUP = "unhear.consent_methods"


@dataclass(frozen=True, slots=True)
class Brought:
    """A plug-in for a method that unhear declares: as strong as declared, whatever it says."""

    declared: ConsentMethod
    plug_in: ConsentMethod
    ready: bool = True

    @property
    def name(self) -> str:
        """The declared name."""
        return self.declared.name

    @property
    def clause(self) -> str:
        """The declared clause."""
        return self.declared.clause

    @property
    def withstands_disclosure(self) -> bool:
        """As declared."""
        return self.declared.withstands_disclosure

    @property
    def for_operators(self) -> bool:
        """As declared."""
        return self.declared.for_operators

    def begin(self, asking: Asking) -> None:
        """Let the plug-in begin."""
        self.plug_in.begin(asking)

    def finish(self, asking: Asking, answer: str) -> str:
        """Let the plug-in finish."""
        return self.plug_in.finish(asking, answer)


def find_methods() -> Mapping[str, ConsentMethod]:
    """Answer the methods by name.

    A plug-in (entry point of the group `unhear.consent_methods`) brings a method of its own, or the
    service that a declared one needs; it takes the place of no method that works without. A broken
    one is named in the log and left out.
    """
    found: dict[str, ConsentMethod] = {method.name: method for method in BUILT_IN}
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        method = _made(point)
        declared = None if method is None else found.get(method.name)
        if method is None:
            continue
        if declared is None:
            found[method.name] = method
        elif declared.ready:
            log.error("consent method's name is taken", extra={"method": point.name})
        else:
            found[method.name] = Brought(declared, method)
    return found


def _made(point: EntryPoint) -> ConsentMethod | None:
    try:
        make: Callable[[], ConsentMethod] = point.load()
        method = make()
        _ = method.clause, method.withstands_disclosure, method.for_operators, method.ready
        _ = method.name, method.begin, method.finish
    except Exception as error:  # noqa: BLE001 - a plug-in must not stop the house
        told = {"method": point.name, "error": type(error).__name__}
        log.error("consent method cannot be loaded", extra=told)  # noqa: TRY400 - words
        return None
    return method
