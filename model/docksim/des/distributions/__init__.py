"""Laws of durations and sizes: parameters in SI units, one file a family."""

from docksim.des.distributions.base import Distribution, Role, Sample, role_of
from docksim.des.distributions.bounded_pareto import BoundedPareto
from docksim.des.distributions.constant import Constant
from docksim.des.distributions.empirical import Empirical
from docksim.des.distributions.exponential import Exponential
from docksim.des.distributions.gamma import Erlang, Gamma
from docksim.des.distributions.hyperexponential import Hyperexponential
from docksim.des.distributions.lognormal import Lognormal
from docksim.des.distributions.mixture import Mixture
from docksim.des.distributions.shifted import Shifted
from docksim.des.distributions.truncated import Truncated
from docksim.des.distributions.uniform import Uniform
from docksim.des.distributions.weibull import Weibull

FAMILIES: dict[str, type[Distribution]] = {
    kind.family: kind
    for kind in (
        Constant,
        Uniform,
        Exponential,
        Erlang,
        Gamma,
        Lognormal,
        Weibull,
        BoundedPareto,
        Hyperexponential,
        Empirical,
        Mixture,
        Shifted,
        Truncated,
    )
}
"""Every family by its name."""

__all__ = [
    "FAMILIES",
    "BoundedPareto",
    "Constant",
    "Distribution",
    "Empirical",
    "Erlang",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Lognormal",
    "Mixture",
    "Role",
    "Sample",
    "Shifted",
    "Truncated",
    "Uniform",
    "Weibull",
    "role_of",
]
