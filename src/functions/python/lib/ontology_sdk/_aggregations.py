"""Numbers over sets of objects. Foundry: "Aggregate object set"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ontology_sdk._filters import Grouping, Property
from ontology_sdk._rest import ask


@dataclass(frozen=True)
class MetricResult:
    name: str
    value: Any


@dataclass(frozen=True)
class AggregationGroup:
    """What a group has in common, and its numbers."""

    group: Mapping[str, Any]
    metrics: list[MetricResult] = field(default_factory=list)


@dataclass(frozen=True)
class AggregationResults:
    data: list[AggregationGroup]


class Metric:
    def __init__(self, kind: str, of: Optional[Property] = None) -> None:
        self.json = {"type": kind, "name": kind}
        if of is not None:
            self.json = {"type": kind, "name": f"{of.api_name}.{kind}", "field": of.api_name}


class Aggregation:
    """A number that is worked out when it is asked for."""

    def __init__(self, definition: Any, groupings: tuple[Grouping, ...], metric: Metric) -> None:
        self._definition = definition
        self._groupings = groupings
        self._metric = metric

    def compute(self) -> Any:
        """The number; in groups, an `AggregationResults`. None where no object has a value."""
        answer = ask(
            "POST",
            "/objectSets/aggregate",
            {
                "objectSet": self._definition,
                "groupBy": [each.json for each in self._groupings],
                "aggregation": [self._metric.json],
            },
        )
        groups = [
            AggregationGroup(
                each.get("group") or {},
                [MetricResult(metric["name"], metric.get("value")) for metric in each["metrics"]],
            )
            for each in answer["data"]
        ]
        if self._groupings:
            return AggregationResults(groups)
        metrics = [metric for each in groups for metric in each.metrics]
        return metrics[0].value if metrics else None


class Aggregated:
    """What can be worked out of objects, in groups or not."""

    _definition: Any
    _groupings: tuple[Grouping, ...] = ()

    def count(self) -> Aggregation:
        return self._aggregation(Metric("count"))

    def approximate_distinct(self, of: Property) -> Aggregation:
        return self._aggregation(Metric("approximateDistinct", of))

    def avg(self, of: Property) -> Aggregation:
        return self._aggregation(Metric("avg", of))

    def min(self, of: Property) -> Aggregation:
        return self._aggregation(Metric("min", of))

    def max(self, of: Property) -> Aggregation:
        return self._aggregation(Metric("max", of))

    def sum(self, of: Property) -> Aggregation:
        return self._aggregation(Metric("sum", of))

    def group_by(self, *groupings: Grouping) -> GroupedObjects:
        return GroupedObjects(self._definition, (*self._groupings, *groupings))

    def _aggregation(self, metric: Metric) -> Aggregation:
        return Aggregation(self._definition, self._groupings, metric)


class GroupedObjects(Aggregated):
    """Objects in groups."""

    def __init__(self, definition: Any, groupings: tuple[Grouping, ...]) -> None:
        self._definition = definition
        self._groupings = groupings
