"""Conducting a study: read its file, run what is missing, see what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from docksim.scenario import load
from docksim.scenario.errors import Problem, RefusedError, ScenarioError
from docksim.study.design.document import Precision, StudyFile, read_study
from docksim.study.design.points import Point, baseline_of, find, points_of
from docksim.study.experiment.outcome import Series, StudyResults, parse_change
from docksim.study.experiment.pool import Pool, pool
from docksim.study.experiment.replication import Replication
from docksim.study.experiment.runner import Progress, Work, run
from docksim.study.experiment.store import Store, kept
from docksim.study.measure_names import Measure, find_measure
from docksim.study.slo import Slo, parse_slo
from docksim.study.warm_up import WarmUp, warm_up

MORE = 10
"""Replications that are added at a time while the best one is not known yet."""


class Study:
    """A study that has been read and checked, ready to be run."""

    def __init__(self, file: str | Path) -> None:
        """Raises ScenarioError for anything that is wrong with it, before anything is run."""
        path = Path(file)
        self._file = str(path)
        self.study: StudyFile = read_study(path)
        self.base = load(path.parent / self.study.scenario, self.study.set)
        self.points: tuple[Point, ...] = points_of(self.study, self.base, self._file)
        self.measures = tuple(self._measure(name) for name in self.study.measures)
        self.slos = tuple(self._slo(text) for text in self.study.slos)
        self.baseline = self._baseline()
        self._check_claims()
        self._check_warm_up()
        self._warm_up: WarmUp | None = None

    def conduct(
        self,
        store: str | Path | None = None,
        *,
        jobs: int | None = None,
        cluster: str | None = None,
        progress: Progress | None = None,
    ) -> StudyResults:
        """Run all that the folder `store` does not have yet, and keep it there.

        `jobs` processes, one a core by default; or the Dask cluster at that address. Raises
        StoreError or ClusterError; interrupted, it goes on from where it was when called again.
        """
        with kept(store) as folder, pool(jobs, cluster) as workers:
            files = Store(folder)
            if self.study.warm_up == "mser-5":
                self._warm_up = self._leave_out_warm_up(jobs)
            done = run(self._work(self.points, self.study.replicated), files, workers, progress)
            found = self._results(done, files)
            if self.study.best is not None:
                found = self._until_best(found, files, workers, progress)
        return found

    def _leave_out_warm_up(self, jobs: int | None) -> WarmUp:
        """Of all points, what MSER-5 finds at the baseline, or at the first where there is none."""
        found = warm_up((self.baseline or self.points[0]).scenario, jobs=jobs)
        self.points = tuple(each.without(found.end) for each in self.points)
        self.baseline = self._baseline()
        return found

    def _work(self, points: Sequence[Point], precision: Precision) -> Work:
        names = list(self.study.measures)
        headline = [names.index(name) for name in self.study.headline or names]
        scenarios = [point.scenario for point in points]
        seed, release = self.base.run.seed, version("docksim")
        return Work(scenarios, self.measures, headline, precision, seed, release)

    def _results(self, done: Sequence[Sequence[Replication]], store: Store) -> StudyResults:
        series = (Series(*each) for each in zip(self.points, done, strict=True))
        return StudyResults(
            study=self.study,
            base=self.base,
            measures=self.measures,
            slos=self.slos,
            series=tuple(series),
            baseline=self.baseline,
            seed=self.base.run.seed,
            warm_up=self._warm_up,
            damaged=len(store.damaged),
        )

    def _until_best(
        self, found: StudyResults, store: Store, workers: Pool, progress: Progress | None
    ) -> StudyResults:
        """Replicate those that may be the best until one is, or the budget is spent."""
        most = self.study.replicated.most
        while len(left := found.best()) > 1:
            least = min(len(each.replications) for each in left)
            if least >= most:
                break
            fixed = min(max(len(each.replications) for each in left) + MORE, most)
            exactly = Precision.model_construct(half_width=0.5, least=fixed, most=fixed)
            work = self._work([each.point for each in left], exactly)
            more = dict(zip(map(id, left), run(work, store, workers, progress), strict=True))
            done = [more.get(id(each), each.replications) for each in found.series]
            found = self._results(done, store)
        return found

    def _measure(self, name: str) -> Measure:
        try:
            return find_measure(name, self.base)
        except RefusedError as error:
            at = f"{self._file}: measures"
            raise ScenarioError(*(replace(each, file=at) for each in error.problems)) from None

    def _slo(self, text: str) -> Slo:
        try:
            slo = parse_slo(text, self.base)
        except ScenarioError as error:
            at = f'{self._file}: slos "{text}"'
            raise ScenarioError(*(replace(each, file=at) for each in error.problems)) from None
        if slo.measure.name not in self.study.measures:
            found = f"{slo.measure.name} is not measured"
            allowed = ", ".join(self.study.measures)
            raise ScenarioError(Problem(found, allowed, file=f'{self._file}: slos "{text}"'))
        return slo

    def _baseline(self) -> Point | None:
        try:
            return baseline_of(self.study, self.points)
        except LookupError as error:
            raise self._missing("baseline", error) from None

    def _check_claims(self) -> None:
        for claim in self.study.claim:
            try:
                find(self.study, self.points, claim.at)
                find(self.study, self.points, claim.against)
                parse_change(claim.change)
            except LookupError as error:
                raise self._missing("claim", error) from None
            except ValueError as error:
                raise ScenarioError(Problem(str(error), file=f"{self._file}: claim")) from None

    def _check_warm_up(self) -> None:
        if self.study.warm_up == "mser-5" and self.base.run.duration is None:
            found = "a warm-up is looked for in runs without a duration"
            allowed = 'run.duration, or warm_up = "as stated"'
            raise ScenarioError(Problem(found, allowed, file=f"{self._file}: warm_up"))

    def _missing(self, place: str, error: LookupError) -> ScenarioError:
        found = f"the design has no point with {error}"
        return ScenarioError(
            Problem(found, "levels that it combines", file=f"{self._file}: {place}")
        )


def study(
    file: str | Path,
    *,
    store: str | Path | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> StudyResults:
    """Conduct the study of a file; see `Study`."""
    return Study(file).conduct(store, jobs=jobs, cluster=cluster, progress=progress)
