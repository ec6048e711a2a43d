"""Takes objects and gives edits."""

from typing import Optional

from functions.api import OntologyEdit, function
from ontology_sdk import FoundryClient
from ontology_sdk.ontology.object_sets import EmployeeObjectSet
from ontology_sdk.ontology.objects import Employee


@function(edits=[Employee])
def python_objects(
    employee: Employee,
    others: list[Employee],
    levels: dict[Employee, int],
    some: EmployeeObjectSet,
    nobody: Optional[Employee] = None,
) -> list[OntologyEdit]:
    edits = FoundryClient().ontology.edits()
    editable = edits.objects.Employee.edit(employee)
    editable.tags = [each.name for each in others] + [f"{each.name} {level}" for each, level in levels.items()]
    editable.level = len(list(some)) + (0 if nobody is None else 100)
    if employee.name == "Dee":
        edits.objects.Project.create(8, title="not declared")
    return edits.get_edits()
