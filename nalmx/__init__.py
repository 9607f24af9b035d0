"""Neural arithmetic modules: trained, turned into exact formulas, and verified.

    import nalmx

    run = nalmx.train("mul", "nmu")
    print(run.formula, nalmx.verify(run).holds("proved"))
    print(nalmx.fit([[1, 2], [3, 4], …], [2, 12, …]).formula)

Names are loaded when first used, so that importing nalmx costs nothing and checking a claim never
loads torch.
"""

import sys
from types import ModuleType

from .lazy_names import homes, lazy_names

TYPE_CHECKING = False  # that of `typing`, which takes as long to load as all the rest
if TYPE_CHECKING:
    from .expression import parse as parse, to_text as to_text
    from .extract import Formula as Formula, as_trained as as_trained
    from .models import (
        GNALU as GNALU,
        INALU as INALU,
        NALU as NALU,
        NAU as NAU,
        NLRL as NLRL,
        NMU as NMU,
        NPU as NPU,
        NSR as NSR,
        ArithmeticModule as ArithmeticModule,
        NACMul as NACMul,
        NACPlus as NACPlus,
        NLRLAnd as NLRLAnd,
        RealNPU as RealNPU,
    )
    from .runs.api import (
        extract as extract,
        fit as fit,
        learn as learn,
        open_run as open_run,
        resume as resume,
        train as train,
        verify as verify,
    )
    from .runs.machine_pair import verify_machines as verify_machines
    from .verify import (
        Claim as Claim,
        Domain as Domain,
        Effort as Effort,
        Tolerance as Tolerance,
        Verdict as Verdict,
        check as check,
    )

__version__ = "0.1.0"
__getattr__, __dir__ = lazy_names(__name__, __file__, "__version__")


class _Package(ModuleType):
    """`nalmx.train` is the function; the package of that name is there for `from nalmx.train import …`."""

    def __setattr__(self, name: str, value: object) -> None:
        # Python binds a subpackage to its name when it is imported. No module that is a file of its own
        # has the name of a function, and the names need not be read for those.
        if not (hasattr(value, "__path__") and name in homes(__name__, __file__)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
